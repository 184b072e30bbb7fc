"""Packs the handlers that a stock IoT box downloads.

The box deletes every handler it has, its own ones too, before it unpacks the answer. The package
therefore holds the handlers of ``iot_drivers`` and of every installed module together.
"""

import hashlib
import io
import zipfile
from pathlib import Path

GATE_SALT = "scenic-handlers-v1"  # names the gate handlers alone; the guard of a box has it too
_EPOCH = (2020, 1, 1, 0, 0, 0)  # a fixed file time keeps the package the same byte for byte


def collect(roots):
    """Return {name in the package: bytes} of the ``iot_handlers`` folders in ``roots``.

    One folder deep, and nothing that begins with "_" or ".": shared packages of the box are flat
    namespace packages, so that several modules may add to one folder. ``lib`` is taken whole,
    as the box knows that folder from Odoo itself. The first root that has a name wins.
    """
    files = {}
    for root in roots:
        for path in sorted(Path(root).glob("**/*")):
            parts = path.relative_to(root).parts
            if not path.is_file() or any(part[0] in "_." for part in parts[:-1]):
                continue
            if parts[0] != "lib" and (len(parts) != 2 or parts[-1][0] in "_."):
                continue
            if path.suffix == ".pyc":
                continue
            files.setdefault("/".join(parts), path.read_bytes())
    return files


def gate_handlers(files):
    """Return those of ``files`` that are the gate's own; the guard of a box has the same rule."""
    return {
        name: data
        for name, data in files.items()
        if name.startswith("scenic_")
        or name.partition("/")[0] in ("drivers", "interfaces")
        and name.partition("/")[2].startswith("scenic_")
    }


def etag(files, version):
    """Return the hex revision of ``files``; another Odoo ``version`` is another revision."""
    digest = hashlib.sha256(version.encode())
    for name in sorted(files):
        digest.update(b"\0%d %s\0%d " % (len(name), name.encode(), len(files[name])))
        digest.update(files[name])
    return digest.hexdigest()


def pack(files):
    """Return the zip archive of ``files`` as bytes, the same for the same input."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.external_attr = 0o644 << 16
            archive.writestr(info, files[name], zipfile.ZIP_DEFLATED, 9)
    return buffer.getvalue()
