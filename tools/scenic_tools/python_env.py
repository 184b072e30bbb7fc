"""The venv: one for each set of requirements, shared by all checkouts of a user."""

import hashlib
import os
import shutil
import sys
from pathlib import Path

from . import paths, shell
from .odoo_source import Odoo

REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")


def prepare(odoo: Odoo) -> None:
    """Make .local/venv a link to the venv of these requirements; build it if it is new."""
    venv = paths.CACHE / "venv" / _key(odoo)
    stamp = venv / ".complete"
    if not stamp.exists():
        with shell.locked(paths.CACHE / "venv.lock"):
            if not stamp.exists():
                _build(venv, odoo)
                stamp.touch()
    _link(venv)


def _key(odoo: Odoo) -> str:
    digest = hashlib.sha256(f"{sys.version_info[:2]} {odoo.import_root}".encode())
    for name in REQUIREMENTS:
        lines = (paths.ROOT / name).read_text().splitlines()
        pins = [line.split("#")[0].strip() for line in lines]
        digest.update("\n".join(filter(None, pins)).encode())
    return digest.hexdigest()[:16]


def _build(venv: Path, odoo: Odoo) -> None:
    # built in its final place: the scripts of a venv carry its path
    shutil.rmtree(venv, ignore_errors=True)
    shell.say("making the Python environment (once for each set of requirements)")
    shell.run([sys.executable, "-m", "venv", venv], quiet=True)
    wanted = [part for name in REQUIREMENTS for part in ("-r", paths.ROOT / name)]
    pip = [venv / "bin/python", "-m", "pip", "--disable-pip-version-check"]
    # every package is pinned, so the resolver has nothing to do
    shell.run([*pip, "install", "--quiet", "--no-deps", *wanted], quiet=True)
    site = next((venv / "lib").glob("python*/site-packages"))
    # makes `import odoo` work and shows the distribution "odoo" to pip and pytest
    (site / "odoo.pth").write_text(f"{odoo.import_root}\n")


def _link(venv: Path) -> None:
    if paths.VENV.is_symlink() and os.readlink(paths.VENV) == str(venv):
        return
    paths.LOCAL.mkdir(exist_ok=True)
    draft = paths.LOCAL / f".venv.{os.getpid()}"
    draft.symlink_to(venv)
    draft.replace(paths.VENV)
