"""Databases of the sample park: one pristine template, and copies of it."""

import contextlib
import hashlib
import os
import shutil
from pathlib import Path

import psycopg2
from psycopg2 import sql

from scenic_tools import paths, shell

TEMPLATE = "scenic_park_template"
ODOO = paths.LOCAL / "bin" / "odoo"


@contextlib.contextmanager
def connect(database: str = "postgres", *, autocommit: bool = True):
    """Open a connection of our own, beside Odoo's, to look at what is really stored."""
    connection = psycopg2.connect(dbname=database)
    connection.autocommit = autocommit
    try:
        yield connection
    finally:
        connection.close()


def exists(name: str) -> bool:
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return bool(cursor.fetchone())


def drop(name: str) -> None:
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )
    shutil.rmtree(_filestore(name), ignore_errors=True)


def copy(source: str, target: str) -> None:
    """Copy a database and its files; the source must have no user."""
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(target), sql.Identifier(source)
            )
        )
    shutil.rmtree(_filestore(target), ignore_errors=True)
    if _filestore(source).exists():
        # stored files are named by their content and never rewritten: links are enough
        shutil.copytree(_filestore(source), _filestore(target), copy_function=os.link)


def _filestore(name: str) -> Path:
    return paths.DATA_DIR / "filestore" / name


def fingerprint() -> str:
    """Return a digest of everything a database of the park is made from."""
    digest = hashlib.sha256()
    for folder in (paths.ROOT / "data", *paths.addons()):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".md":
                digest.update(f"{path.relative_to(paths.ROOT)}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def stored_fingerprint(name: str) -> str | None:
    """Return from what a database was made; None when there is no such database."""
    if not exists(name):
        return None
    with connect(name) as connection, connection.cursor() as cursor:
        with contextlib.suppress(psycopg2.errors.UndefinedTable):
            cursor.execute(
                "SELECT value FROM ir_config_parameter WHERE key = 'scenic_park.fingerprint'"
            )
            return (cursor.fetchone() or [""])[0]
    return ""


def ensure_template() -> str:
    """Return the name of a database with the sample park, as it is on its first morning."""
    with shell.locked(paths.LOCAL / "park.lock"):
        current = fingerprint()
        if stored_fingerprint(TEMPLATE) != current:
            drop(TEMPLATE)
            shell.say("making the sample park (once for each version of the addons)")
            load_park(TEMPLATE, "--stamp", current, "--assets")
    return TEMPLATE


def ensure_park(name: str) -> None:
    """Make the lasting database of `make run`, or bring it to the addons of this checkout."""
    current = fingerprint()
    known = stored_fingerprint(name)
    if known is None:
        copy(ensure_template(), name)
    elif known != current:
        shell.say(f"updating database {name} to the addons of this checkout")
        load_park(name, "--stamp", current, "--update")


def fresh_copy(name: str) -> None:
    drop(name)
    copy(ensure_template(), name)


def load_park(name: str, *options: str) -> None:
    """Install the addons and load data/ in a process of its own: Odoo lives once a process."""
    environment = os.environ | {"PYTHONPATH": str(paths.ROOT / "tools")}
    command = [paths.VENV / "bin" / "python", "-m", "scenic_park.loading", name, *options]
    shell.run(command, quiet=True, env=environment)
