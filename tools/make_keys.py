#!/usr/bin/env python3
"""Make the key file that signs tickets, if there is none; an existing one is never touched.

Keep the file outside the database and its backups, and keep a copy in a safe place: without it
no further ticket can be signed, and every gate has to be paired again.
"""

import argparse
import os
import stat
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scenic_ticketing" / "iot_handlers"))

from scenic_rules import keys  # noqa: E402

OWNER_ONLY = 0o600


def make(path: Path) -> bool:
    """Write a fresh key file; False when there is one already, which is then checked."""
    if path.exists():
        check(path)
        return False
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(keys.new_key_file(os.urandom))
            file.flush()
            os.fsync(file.fileno())
        # unlike a rename, a link fails when another process was faster: one file, whole, for both
        os.link(draft, path)
    except FileExistsError:
        check(path)
        return False
    finally:
        os.unlink(draft)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return True


def check(path: Path) -> None:
    """Read an existing file, and refuse one that others may read."""
    keys.load(path.read_bytes())
    if stat.S_IMODE(path.stat().st_mode) & ~OWNER_ONLY:
        raise keys.KeyFileError(f"Other users may read it. Run: chmod 600 {path}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "path",
        nargs="?",
        type=Path,
        default=os.environ.get("SCENIC_KEY_FILE"),
        help="where the file is or shall be (default: $SCENIC_KEY_FILE)",
    )
    path = parser.parse_args().path
    if path is None:
        parser.error("name the file, or set SCENIC_KEY_FILE")
    path = Path(path)
    try:
        made = make(path)
    except (OSError, keys.KeyFileError) as err:
        print(f"Key file {path}: {err}", file=sys.stderr)
        return 1
    print(f"Key file {path} {'made. Keep a copy in a safe place.' if made else 'is there.'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
