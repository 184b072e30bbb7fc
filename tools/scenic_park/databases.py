"""Databases of the sample park: one pristine template, and copies of it."""

import contextlib
import hashlib
import os
from collections.abc import Iterator

import psycopg2
from scenic_tools import database, paths, postgres, shell

PREFIX = "scenic_park_"
STAMP = "scenic_park.made_of"
KEPT = 3  # with and without assets, and one for going back and forth


@contextlib.contextmanager
def connect(name: str = "postgres") -> Iterator[psycopg2.extensions.connection]:
    """Open a connection of our own, beside Odoo's, to look at what is really stored."""
    server = postgres.connection()
    connection = psycopg2.connect(
        dbname=name,
        host=server.get("PGHOST"),
        port=server.get("PGPORT"),
        user=server.get("PGUSER"),
        passfile=server.get("PGPASSFILE"),
    )
    connection.autocommit = True
    try:
        yield connection
    finally:
        connection.close()


def require_server() -> None:
    """Fail in one sentence when PostgreSQL does not answer."""
    try:
        with connect():
            return
    except psycopg2.OperationalError as error:
        place = os.environ.get("PGHOST") or "the private cluster"
        raise shell.SetupError(
            f"PostgreSQL ({place}) does not answer; start it, or unset PGHOST to use a private one"
            f" ({str(error).strip().splitlines()[0]})"
        ) from error


def template(odoo_version: str, *, assets: bool = True) -> str:
    """Return the database of the park's first morning; made once for each content.

    `assets`: with what browsers ask for; without it the first page of a browser takes long.
    """
    addons = database.template(odoo_version, assets=assets)
    with shell.locked(paths.LOCAL / "park.lock"):
        made_of = _made_of(addons)
        name = f"{PREFIX}{made_of}"
        present = database.names()
        if name not in present:
            shell.say("opening the sample park (once for each version of the addons)")
            draft = f"{PREFIX}draft"
            database.copy(addons, draft)
            load(draft, "--stamp", made_of)
            database.copy(draft, name)
            database.drop(draft)
            _forget_old()
    return name


def ensure_park(name: str, odoo_version: str) -> None:
    """Make the lasting database of `make run`, or bring it to the addons of this checkout."""
    park = template(odoo_version)
    if name not in database.names():
        database.copy(park, name)
        return
    with connect(name) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT value FROM ir_config_parameter WHERE key = %s", [STAMP])
        row = cursor.fetchone()
    made_of = park.removeprefix(PREFIX)
    if row != (made_of,):
        shell.say(f"updating database {name} to the addons of this checkout")
        addons = ",".join(addon.name for addon in paths.addons())
        log = paths.LOCAL / "log" / f"update-{name}.log"
        database.odoo("-d", name, "-u", addons, "--stop-after-init", "--no-http", log=log)
        load(name, "--stamp", made_of)


def load(name: str, *options: str) -> None:
    """Load data/ in a process of its own: Odoo lives once a process."""
    environment = os.environ | {"PYTHONPATH": str(paths.ROOT / "tools")}
    command = [paths.VENV / "bin" / "python", "-m", "scenic_park.loading", name, *options]
    shell.run(command, quiet=True, env=environment)


def _forget_old() -> None:
    """Drop all but the newest parks (newer databases have higher oids)."""
    known = database.psql("SELECT datname FROM pg_database ORDER BY oid DESC").split()
    for old in [name for name in known if name.startswith(PREFIX)][KEPT:]:
        database.drop(old)


def _made_of(addons_template: str) -> str:
    digest = hashlib.sha256(addons_template.encode())
    files = [path for path in (paths.ROOT / "data").rglob("*") if path.suffix != ".md"]
    for path in sorted([*files, paths.ROOT / "tools" / "scenic_park" / "loading.py"]):
        if path.is_file():
            digest.update(os.fsencode(path.name) + b"\0" + path.read_bytes())
    return digest.hexdigest()[:10]
