"""Which USB device a device file belongs to, as the kernel lists it."""

from __future__ import annotations

import os
from pathlib import Path

SYS = Path("/sys")
_CLASSES = ("input", "tty")
_LINKS = 8


def usb_device(path: str) -> tuple[int, int] | None:
    """Return (bus, address) of the USB device behind a file in ``/dev``, if there is one.

    The path may be a link, such as those by place: the first name on the way that the kernel
    knows is the device.
    """
    for _ in range(_LINKS):
        for kind in _CLASSES:
            link = SYS / "class" / kind / os.path.basename(path)
            if link.exists():
                return _above(link.resolve())
        if not os.path.islink(path):
            break
        path = os.path.join(os.path.dirname(path), os.readlink(path))
    return None


def _above(place: Path) -> tuple[int, int] | None:
    for folder in (place, *place.parents):
        try:
            return int((folder / "busnum").read_text()), int((folder / "devnum").read_text())
        except (OSError, ValueError):
            continue
    return None
