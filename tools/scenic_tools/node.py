"""The JavaScript linters, and a label renderer for tests.

One node_modules for each package.json, shared by all checkouts.
"""

import hashlib
import os
import shutil

from . import paths, shell

PLACE = paths.ROOT / "tests" / "lint"
MODULES = PLACE / "node_modules"


def prepare() -> None:
    """Make tests/lint/node_modules a link to the modules of this package.json."""
    wanted = (PLACE / "package.json").read_text()
    home = paths.CACHE / "node" / hashlib.sha256(wanted.encode()).hexdigest()[:16]
    stamp = home / ".complete"
    if not stamp.exists():
        with shell.locked(paths.CACHE / "node.lock"):
            if not stamp.exists():
                shutil.rmtree(home, ignore_errors=True)
                home.mkdir(parents=True)
                (home / "package.json").write_text(wanted)
                shell.say("fetching the JavaScript linters (once)")
                # a lock file would carry the addresses of this machine's registry
                options = ["--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"]
                shell.run(["npm", "install", *options], cwd=home, quiet=True)
                stamp.touch()
    if not MODULES.is_symlink() or os.readlink(MODULES) != str(home / "node_modules"):
        if MODULES.is_dir() and not MODULES.is_symlink():
            shutil.rmtree(MODULES)
        MODULES.unlink(missing_ok=True)
        MODULES.symlink_to(home / "node_modules")
