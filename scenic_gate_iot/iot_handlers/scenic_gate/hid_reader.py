"""Scanner that types like a keyboard; its keys reach nobody else.

Address: ``/dev/input/by-path/…-event-kbd``, which names the socket the scanner is plugged into:
it survives a restart and tells scanners of one kind apart. Options: ``gap_ms`` (0: only Enter or
Tab end a code), ``max_chars`` (512), ``kind`` ("code" or "card").

Reads the kernel's event interface directly: a few bytes per key, one order to grab the device.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import struct
from collections.abc import Callable

from .device import DeviceError, Health
from .hid_keys import KeyText
from .port import monotonic
from .reader_thread import ReaderThread
from .scan import CODE, Scan

EVENT = struct.Struct("@llHHi")  # seconds, microseconds, type, code, value
EV_SYN, EV_KEY, SYN_DROPPED = 0, 1, 3
EVIOCGRAB = 0x40044590
READ_S = 0.05
_WHY = {
    errno.EBUSY: "another program has it",
    errno.ENOTTY: "it is no input device",
    errno.ENODEV: "unplugged",
}


class HidReader(ReaderThread):
    """Thread that keeps one input device to itself and hands over what is typed."""

    driver = "hid_reader"
    faults = (OSError,)

    def __init__(self, url: str, options: dict) -> None:
        super().__init__(url)
        try:
            self._gap_s = float(options.get("gap_ms", 0)) / 1000
            self._max_chars = int(options.get("max_chars", 512))
            self._kind = Scan("", str(options.get("kind", CODE))).kind
        except (TypeError, ValueError) as err:
            raise DeviceError(f"hid_reader {url}: {err}") from err
        self._keys = KeyText()
        self._dropped = 0
        self._open = False

    def health(self) -> Health:
        """Tell whether the device is ours."""
        return Health(self._open, self._error, self._dropped + self._keys.dropped)

    def _serve(self, on_scan: Callable[[str], None]) -> None:
        handle = os.open(self._url, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            self._grab(handle)
            self._open, self._error = True, ""
            self._opened()
            self._read(handle, on_scan)
        finally:
            self._open = False
            os.close(handle)

    def _grab(self, handle: int) -> None:
        # without it every code is also typed on the box's console, and read by the stock driver
        fcntl.ioctl(handle, EVIOCGRAB, 1)

    def _why(self, err: OSError) -> str:
        return f"{self._url}: {_WHY.get(err.errno, err.strerror)}"

    def _read(self, handle: int, on_scan: Callable[[str], None]) -> None:
        # new ones each time: half a code from before the interruption is no code
        self._dropped += self._keys.dropped
        self._keys, rest = KeyText(self._gap_s, self._max_chars), b""
        while not self._stopped.is_set():
            data = b""
            if select.select([handle], [], [], READ_S)[0]:
                data = os.read(handle, EVENT.size * 64)
                if not data:
                    raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
            rest += data
            whole = len(rest) - len(rest) % EVENT.size
            for text in self._texts(rest[:whole], monotonic()):
                on_scan(Scan(text, self._kind))
            rest = rest[whole:]

    def _texts(self, data: bytes, now: float) -> list[str]:
        out = [] if data else self._keys.idle(now)
        for _, _, kind, code, value in EVENT.iter_unpack(data):
            if kind == EV_KEY:
                out += self._keys.key(code, value, now)
            elif (kind, code) == (EV_SYN, SYN_DROPPED):
                self._keys.lost()
        return out
