"""Databases of this checkout: templates built once per content, copies in a second."""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from . import paths, postgres, shell

# always there, so that tests can make Chinese companies
BASE_MODULES = {"account", "l10n_cn", "point_of_sale", "sale", "stock"}
BASE_PREFIX = "scenic_base_"
ADDONS_PREFIX = "scenic_addons_"
WEB_PREFIX = "scenic_web_"
# templates of earlier contents that are kept, for going back and forth between branches
KEPT = 2
PREGENERATE = """
env["ir.qweb"]._pregenerate_assets_bundles()
env.cr.commit()
"""


def environment() -> dict[str, str]:
    return os.environ | postgres.connection()


def psql(sql: str, database: str = "postgres") -> str:
    command = [postgres.program("psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database]
    return shell.output_of([*command, "-c", sql], env=environment())


def names() -> list[str]:
    sql = "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'"
    return sorted(psql(sql).split())


def drop(name: str) -> None:
    command = [postgres.program("dropdb"), "--force", "--if-exists", name]
    shell.run(command, quiet=True, env=environment())
    shutil.rmtree(filestore(name), ignore_errors=True)


def filestore(name: str) -> Path:
    return paths.DATA_DIR / "filestore" / name


def copy(source: str, target: str) -> None:
    """Copy a database with its files; the files are links, for Odoo never changes one."""
    drop(target)
    command = [postgres.program("createdb"), "-T", source, target]
    shell.run(command, quiet=True, env=environment())
    if filestore(source).exists():
        shutil.copytree(filestore(source), filestore(target), copy_function=os.link)


def odoo(*arguments: str, log: Path, **options) -> None:
    """Run Odoo with this checkout's configuration; its log goes to a file, shown if it fails."""
    command = [paths.LOCAL / "bin" / "odoo", *arguments]
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "w") as handle:
        done = subprocess.run(command, check=False, stdout=handle, stderr=handle, **options)
    text = log.read_text()
    if done.returncode or " ERROR " in text or " CRITICAL " in text:
        tail = "\n".join(text.splitlines()[-60:])
        raise shell.SetupError(f"odoo {' '.join(arguments)} failed:\n{tail}\nWhole log: {log}")


def install_log(name: str) -> Path:
    return paths.LOCAL / "log" / f"install-{name}.log"


def install(name: str, modules: Iterable[str]) -> None:
    log = install_log(name)
    odoo("-d", name, "-i", ",".join(modules), "--stop-after-init", "--no-http", log=log)


def template(odoo_version: str, *, assets: bool = True) -> str:
    """Return the template with our addons as they are now; build what of it is missing.

    Three layers, each a copy of the one before: Odoo's own modules, our addons, and the assets of
    the web client, which only browsers ask for.
    """
    with shell.locked(paths.LOCAL / "template.lock"):
        present = set(names())
        base = BASE_PREFIX + _base_hash(odoo_version)
        content = _content_hash(base)
        addons, web = ADDONS_PREFIX + content, WEB_PREFIX + content
        wanted = web if assets else addons
        if wanted not in present:
            if addons not in present:
                if base not in present:
                    _build_base(base)
                _build_addons(addons, base)
            if assets:
                _build_web(web, addons)
            _forget_old(base, content)
    return wanted


def base(odoo_version: str) -> str:
    """Return the database with Odoo's own modules only, which all templates begin with."""
    template(odoo_version, assets=False)
    return BASE_PREFIX + _base_hash(odoo_version)


def manifests() -> dict[str, dict]:
    """Return the manifests of our addons that a database can install."""
    found = {}
    for addon in paths.addons():
        text = (addon / "__manifest__.py").read_text()
        found[addon.name] = eval(compile(text, addon.name, "eval"), {"__builtins__": {}})
    return {name: manifest for name, manifest in found.items() if manifest.get("installable", True)}


def _needed_modules() -> list[str]:
    """Return the modules of Odoo itself that our addons depend on."""
    ours = manifests()
    depends = {name for manifest in ours.values() for name in manifest.get("depends", [])}
    return sorted(BASE_MODULES | (depends - set(ours)))


def _base_hash(odoo_version: str) -> str:
    return hashlib.sha256(json.dumps([odoo_version, _needed_modules()]).encode()).hexdigest()[:10]


def _content_hash(base: str) -> str:
    digest = hashlib.sha256(base.encode())
    for addon in paths.addons():
        for path in sorted(addon.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(paths.ROOT)).encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:10]


def _build_base(name: str) -> None:
    """Restore the base that another checkout of this user has installed, else install it."""
    major = int(psql("SHOW server_version_num")) // 10_000
    saved = paths.CACHE / "base" / f"{name}.pg{major}"
    draft = f"{name}_draft"
    with shell.locked(paths.CACHE / "base.lock"):
        drop(draft)
        shell.run([postgres.program("createdb"), draft], quiet=True, env=environment())
        if saved.exists():
            _restore(saved, draft)
        else:
            shell.say(f"installing {', '.join(_needed_modules())} (once for this user)")
            install(draft, _needed_modules())
            _save(draft, saved)
    _rename(draft, name)


def _save(name: str, folder: Path) -> None:
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    draft.mkdir(parents=True)
    dump = [postgres.program("pg_dump"), "-Fc", "-Z1", "--no-owner", "--no-acl"]
    shell.run([*dump, "-f", draft / "dump", "-d", name], quiet=True, env=environment())
    shutil.copytree(filestore(name), draft / "filestore")
    draft.rename(folder)


def _restore(folder: Path, name: str) -> None:
    restore = [postgres.program("pg_restore"), "-j2", "--no-owner", "-d", name]
    shell.run([*restore, folder / "dump"], quiet=True, env=environment())
    psql("ANALYZE", name)
    shutil.copytree(folder / "filestore", filestore(name))


def _build_addons(name: str, base: str) -> None:
    draft = f"{name}_draft"
    copy(base, draft)
    addons = list(manifests())
    if addons:
        shell.say(f"installing {', '.join(addons)}")
        install(draft, addons)
        install_log(draft).replace(install_log(name))
    _rename(draft, name)


def _build_web(name: str, addons: str) -> None:
    shell.say("building the assets of the web client and the POS")
    draft = f"{name}_draft"
    copy(addons, draft)
    log = paths.LOCAL / "log" / f"assets-{draft}.log"
    odoo("shell", "-d", draft, "--no-http", log=log, input=PREGENERATE, text=True)
    _rename(draft, name)


def _rename(old: str, new: str) -> None:
    psql(f'ALTER DATABASE "{old}" RENAME TO "{new}"')
    if filestore(old).exists():
        filestore(old).rename(filestore(new))


def _forget_old(base: str, content: str) -> None:
    """Drop all but the newest templates (newer databases have higher oids)."""
    known = psql("SELECT datname FROM pg_database ORDER BY oid DESC").split()
    for prefix in (ADDONS_PREFIX, WEB_PREFIX):
        old = [name for name in known if name.startswith(prefix) and name != prefix + content]
        for name in old[KEPT:]:
            drop(name)
    for name in known:
        if name.startswith(BASE_PREFIX) and name != base:
            drop(name)
