"""Odoo 19 Community: the one that is here already, or the Debian package kept in the cache."""

import hashlib
import importlib.util
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import debian, paths, shell

SERIES = "19.0"
PACKAGE_VERSION = "19.0.0+dfsg-1"
PACKAGE_SIZE = 122_533_504
PACKAGE_SHA256 = "9d2f598b0555db17e291d48ed24df184c70823c053c4c5ed53c467ca7f629bbf"
# raised when the repairs below change, so that old trees are not taken for good ones
REPAIRS = 1

# The package links to these instead of carrying the files.
LINKED = [
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-font-awesome",
    "fonts-inconsolata",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
]
# named in the backend's assets, but not free enough for Debian: only blurs backgrounds of calls
MISSING_SCRIPT = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@dataclass(frozen=True)
class Odoo:
    """An Odoo of our series: `import_root` holds the package `odoo`."""

    import_root: Path
    version: str
    origin: str

    @property
    def addons_path(self) -> list[Path]:
        base = self.import_root / "odoo" / "addons"
        # a source checkout keeps all addons but `base` beside the package
        beside = self.import_root / "addons"
        return [base] if (base / "web").is_dir() else [beside, base]


def find() -> Odoo:
    """Return the Odoo to use: ODOO_SRC, else an importable one, else the Debian package."""
    named = os.environ.get("ODOO_SRC")
    if named:
        odoo = _in_folder(Path(named).expanduser().resolve(), "ODOO_SRC")
        if odoo is None:
            raise shell.SetupError(f"ODOO_SRC={named} holds no Odoo of series {SERIES}")
        return odoo
    return _importable() or _from_debian()


def _in_folder(folder: Path, origin: str) -> Odoo | None:
    for root in (folder, folder / "usr/lib/python3/dist-packages"):
        release = root / "odoo" / "release.py"
        if release.exists():
            found = re.search(r"^version_info = \((\d+), (\d+), (\d+)", release.read_text(), re.M)
            if found and f"{found[1]}.{found[2]}" == SERIES:
                return Odoo(root, ".".join(found.groups()), origin)
    return None


def _importable() -> Odoo | None:
    spec = importlib.util.find_spec("odoo")
    for location in (spec and spec.submodule_search_locations) or []:
        # inside our own venv it is the cached tree, whose version is checked below
        if not Path(location).is_relative_to(paths.CACHE):
            odoo = _in_folder(Path(location).parent, "importable")
            if odoo:
                return odoo
    return None


def _from_debian() -> Odoo:
    tree = paths.CACHE / "odoo" / f"{PACKAGE_VERSION}.{REPAIRS}"
    if not tree.exists():
        with shell.locked(paths.CACHE / "odoo.lock"):
            if not tree.exists():
                _build(tree)
    return _in_folder(tree, f"Debian package {PACKAGE_VERSION}")


def _build(tree: Path) -> None:
    """Fetch, unpack and repair beside the final place, then rename: never half a tree."""
    tree.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=tree.parent, prefix=".building-") as work:
        work = Path(work)
        try:
            apt = debian.PrivateApt(work / "apt", ["sid", debian.codename()])
            shell.say("fetching Odoo 19 (120 MB, once for this user)")
            apt.update()
            package = apt.download(f"odoo-19={PACKAGE_VERSION}", work / "odoo-19")
        except shell.SetupError as error:
            raise shell.SetupError(
                f"{error}\nOdoo {SERIES} was not found and could not be fetched. Name a source tree"
                f" or an installed package of Odoo {SERIES}: ODOO_SRC=/path/to/odoo tools/bootstrap"
            ) from error
        _check(package)
        shell.say("unpacking and repairing it (1.2 GB)")
        draft = work / "tree"
        debian.unpack(package, draft)
        _satisfy_links(apt, draft, work)
        _stub_missing_script(draft)
        draft.rename(tree)


def _check(package: Path) -> None:
    with open(package, "rb") as handle:
        digest = hashlib.file_digest(handle, "sha256")
    if package.stat().st_size != PACKAGE_SIZE or digest.hexdigest() != PACKAGE_SHA256:
        raise shell.SetupError(f"{package.name} is not the package this project was checked with")


def _satisfy_links(apt: debian.PrivateApt, tree: Path, work: Path) -> None:
    """Unpack what the tree links to into the tree's own /usr/share."""
    release = debian.codename()
    for name in LINKED:
        debian.unpack(apt.download(f"{name}/{release}", work / name), tree)
    shutil.rmtree(tree / "usr/share/doc")
    dangling = [
        path
        for path in (tree / "usr/lib/python3/dist-packages").rglob("*")
        if path.is_symlink() and not path.exists()
    ]
    scripts = [path.name for path in dangling if path.suffix == ".js"]
    if scripts:
        raise shell.SetupError(f"Odoo's tree lacks {', '.join(scripts)}")
    for path in dangling:
        # a font the release does not have: browsers fall back, but Odoo's file checks would not
        path.unlink()


def _stub_missing_script(tree: Path) -> None:
    script = tree / "usr/lib/python3/dist-packages/odoo/addons" / MISSING_SCRIPT
    if not script.exists():
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text("/* not part of the package: background blur of calls stays off */\n")
