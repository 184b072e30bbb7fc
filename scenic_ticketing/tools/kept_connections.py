"""Database connections of the redemption, kept with their plans.

Odoo's pool sends ``DISCARD ALL`` before it lends a connection again. After that PostgreSQL plans
every statement, every trigger and every foreign key anew, which at a gate costs five times more
than the work itself (1.9 instead of 0.35 ms of its CPU for a redemption, measured). So the short
transactions have a few connections of their own, which are lent again as they are: those
transactions leave nothing behind, no settings, no temporary tables, no locks of the session.
"""

import os
import time

import psycopg2

from odoo.sql_db import Cursor, PsycoConnection, connection_info_for

# Most that one process keeps; more are opened when needed and closed afterwards.
_KEPT = 8
# A connection that nobody used for so many seconds may have been cut by a restart or a firewall.
_TRUSTED_SECONDS = 20

# One plan for every call. It must not be a sequential scan because the table was still small when
# it was made, and must not be compiled because avoiding that scan looks expensive.
_OPTIONS = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off"


class KeptConnections:
    """Stands in for Odoo's pool, for cursors on one database."""

    readonly = False

    def __init__(self, dbname):
        self.dbname = dbname
        self._info = connection_info_for(dbname)[1] | {"options": _OPTIONS}
        # appending to and popping from a list are atomic: no lock needed
        self._free = []

    def cursor(self):
        """Return a new cursor, to be used in a ``with``."""
        return Cursor(self, self.dbname, self._info)

    def borrow(self, connection_info):
        """Return a connection that answers; called by the cursor."""
        while self._free:
            connection = self._free.pop()
            if not connection.closed and self._answers(connection):
                return connection
        return psycopg2.connect(connection_factory=PsycoConnection, **connection_info)

    @staticmethod
    def _answers(connection):
        if time.monotonic() - connection._pool_last_used < _TRUSTED_SECONDS:
            return True
        try:
            with connection.cursor() as ping:
                ping.execute("SELECT 1")
            connection.rollback()
        except psycopg2.Error:
            connection.close()
            return False
        return True

    def give_back(self, connection, keep_in_pool=True):
        """Take a connection back; called by the cursor, after its commit or rollback."""
        if connection.closed:
            return
        if keep_in_pool and len(self._free) < _KEPT:
            connection._pool_last_used = time.monotonic()
            self._free.append(connection)
        else:
            connection.close()


# {(process, database): KeptConnections}: a connection cannot be shared across a fork
_pools = {}


def kept_cursor(dbname):
    """Return a cursor on a kept connection of this process to a database."""
    key = os.getpid(), dbname
    if key not in _pools:
        _pools[key] = KeptConnections(dbname)
    return _pools[key].cursor()


def leave(dbname):
    """Close the free connections of this process to a database that is about to go."""
    pool = _pools.pop((os.getpid(), dbname), None)
    while pool and pool._free:
        pool._free.pop().close()
