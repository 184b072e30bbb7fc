"""Odoo in this very process, without a server. One process serves one set of addons."""

import contextlib
from collections.abc import Iterator

from scenic_tools import paths

from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.module import initialize_sys_path
from odoo.modules.registry import Registry
from odoo.tools import config


@contextlib.contextmanager
def environment(database: str, *options: str) -> Iterator[Environment]:
    """Work in a database as Odoo's superuser; committed at the end, unless it raises."""
    arguments = ["-c", str(paths.ODOO_CONF), "-d", database, "--log-level=warn", *options]
    config.parse_config(arguments, setup_logging=True)
    initialize_sys_path()
    with Registry(database).cursor() as cursor:
        yield Environment(cursor, SUPERUSER_ID, {})


def leave(database: str) -> None:
    """Close this process's connections to a database, so that it can be dropped or copied."""
    from odoo.sql_db import close_db

    from odoo.addons.scenic_ticketing.tools import kept_connections

    Registry.delete(database)
    close_db(database)
    kept_connections.leave(database)
