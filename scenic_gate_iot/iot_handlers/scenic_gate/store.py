"""The box's one database: SQLite in WAL mode, one writing connection, one lock.

``synchronous=FULL`` makes each commit durable before it returns. Four connections were measured to
have a 99th percentile of 130 ms (busy back-off) where one connection behind a lock has 0.8 ms, so
every thread goes through :meth:`Store.transaction`.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from . import peer_schema
from .exposure import TABLE as EXPOSURE

VERSION = 4  # of the schema, in PRAGMA user_version
READABLE_BY = 4  # the oldest code that can go on with this schema: it has only added to it

_SCHEMA = """
CREATE TABLE kv (k TEXT PRIMARY KEY, v TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE ticket (
    uid INTEGER PRIMARY KEY, gen INTEGER NOT NULL, product INTEGER NOT NULL,
    valid_from INTEGER NOT NULL, valid_days INTEGER NOT NULL,
    slot_start INTEGER NOT NULL, slot_len INTEGER NOT NULL, pax INTEGER NOT NULL,
    entrances INTEGER NOT NULL, flags INTEGER NOT NULL, state TEXT NOT NULL,
    rights TEXT NOT NULL, elsewhere TEXT NOT NULL, alias TEXT, iat INTEGER NOT NULL,
    uses TEXT NOT NULL DEFAULT '{}', out_t REAL);
CREATE INDEX ticket_alias ON ticket (alias) WHERE alias IS NOT NULL;
-- op '' = several passages added up
CREATE TABLE use (
    uid INTEGER NOT NULL, zone TEXT NOT NULL, op TEXT NOT NULL, used INTEGER NOT NULL,
    first_t INTEGER NOT NULL, first_lane TEXT NOT NULL,
    last_t INTEGER NOT NULL, last_lane TEXT NOT NULL, PRIMARY KEY (uid, zone, op)) WITHOUT ROWID;
CREATE TABLE exit (uid INTEGER PRIMARY KEY, t INTEGER NOT NULL);
-- by which card, face or identity card a ticket is found; tags only, see credential.py
CREATE TABLE credential (tag BLOB, uid INTEGER, PRIMARY KEY (tag, uid)) WITHOUT ROWID;
CREATE INDEX credential_uid ON credential (uid);
CREATE TABLE fact (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, t INTEGER NOT NULL, lane TEXT NOT NULL,
    zone TEXT, uid INTEGER, gen INTEGER NOT NULL, pax INTEGER NOT NULL, op TEXT,
    mode TEXT NOT NULL, clock TEXT NOT NULL, reason TEXT NOT NULL, code TEXT, hash BLOB NOT NULL);
-- the passage under way on each lane: what a restart has to end as "unknown"
CREATE TABLE passage (
    lane TEXT PRIMARY KEY, op TEXT NOT NULL, uid INTEGER NOT NULL, gen INTEGER NOT NULL,
    zone TEXT NOT NULL, left INTEGER NOT NULL) WITHOUT ROWID;
-- passages that staff may open once more
CREATE TABLE reopen (
    op TEXT PRIMARY KEY, lane TEXT NOT NULL, uid INTEGER NOT NULL, gen INTEGER NOT NULL,
    zone TEXT NOT NULL, pax INTEGER NOT NULL, t INTEGER NOT NULL, done INTEGER NOT NULL
    ) WITHOUT ROWID;
CREATE TABLE command (
    uid TEXT PRIMARY KEY, expires INTEGER NOT NULL, result TEXT, acked INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID;
"""
_SCHEMA += peer_schema.SCHEMA

# from the schema of the number before. Schema 1 added all uses of a ticket in a zone up, and knew
# nothing of uses elsewhere but their number: the feed is read again from its beginning.
_MIGRATIONS = {
    2: """
ALTER TABLE use RENAME TO use_1;
CREATE TABLE use (
    uid INTEGER NOT NULL, zone TEXT NOT NULL, op TEXT NOT NULL, used INTEGER NOT NULL,
    first_t INTEGER NOT NULL, first_lane TEXT NOT NULL,
    last_t INTEGER NOT NULL, last_lane TEXT NOT NULL, PRIMARY KEY (uid, zone, op)) WITHOUT ROWID;
INSERT INTO use SELECT uid, zone, '', used, first_t, first_lane, last_t, last_lane FROM use_1
 WHERE used > 0;
DROP TABLE use_1;
CREATE TABLE exit (uid INTEGER PRIMARY KEY, t INTEGER NOT NULL);
ALTER TABLE ticket ADD COLUMN uses TEXT NOT NULL DEFAULT '{}';
ALTER TABLE ticket ADD COLUMN out_t REAL;
UPDATE kv SET v = '0' WHERE k = 'cursor';
""",
    3: """
CREATE TABLE credential (tag BLOB, uid INTEGER, PRIMARY KEY (tag, uid)) WITHOUT ROWID;
CREATE INDEX credential_uid ON credential (uid);
""",
    # the feed is read again: it says which uses elsewhere are those of which box
    4: peer_schema.SCHEMA
    + """
UPDATE kv SET v = '0' WHERE k = 'cursor';
""",
}

SWEEP = 250  # rows deleted in one transaction, some milliseconds

_DAMAGE = (11, 26)  # SQLITE_CORRUPT, SQLITE_NOTADB


class StoreError(Exception):
    """The database could not be read or written (disk full, card gone, file damaged)."""

    @property
    def damaged(self) -> bool:
        """Whether SQLite says that the file itself is broken, not only the write."""
        return getattr(self.__cause__, "sqlite_errorcode", None) in _DAMAGE


class Store:
    """Owner of the file. ``random_hex(n)`` gives n random bytes as hex; used once, for the epoch.

    The epoch names this very database: a new or restored file has another history, and the server
    must not take its sequence numbers for those of the old one.
    """

    def __init__(self, path: str | Path, random_hex: Callable[[int], str]) -> None:
        self.path = Path(path)
        self.lock = threading.RLock()
        self._stuck = False  # a transaction that failed could not be taken back
        self.trouble = ""  # why the last transaction could not be written
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.db = sqlite3.connect(
                self.path,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=256,
                timeout=10,
            )
            self._prepare(random_hex)
        except (sqlite3.Error, OSError) as err:
            raise StoreError(f"The gate database {self.path} cannot be opened: {err}") from err
        self.epoch: str = self.get("epoch")

    def _prepare(self, random_hex: Callable[[int], str]) -> None:
        run = self.db.execute
        run("PRAGMA journal_mode=WAL")
        run("PRAGMA synchronous=FULL")
        run("PRAGMA cache_size=-16000")
        # checkpoints belong to the sync thread: inside a scan one would cost tens of milliseconds.
        # The limit is only the net under a sync thread that died.
        run("PRAGMA wal_autocheckpoint=8000")
        run("PRAGMA journal_size_limit=33554432")
        run("BEGIN IMMEDIATE")
        try:
            version = run("PRAGMA user_version").fetchone()[0]
            if version >= VERSION and self._is_readable():
                run("COMMIT")  # nothing was written: a box starts on a full disk too
                return
            if not 0 <= version <= VERSION:
                raise StoreError(f"{self.path} has schema {version}; this box knows {VERSION}.")
            if not version:
                self._run_all(_SCHEMA)
                run("INSERT INTO kv VALUES ('epoch', ?)", (json.dumps(random_hex(8)),))
            else:
                for number in range(version + 1, VERSION + 1):
                    self._run_all(_MIGRATIONS[number])
            run("INSERT OR REPLACE INTO kv VALUES ('readable_by', ?)", (str(READABLE_BY),))
            run(EXPOSURE)
            run("PRAGMA user_version=4")  # VERSION; a pragma takes no parameter
            run("COMMIT")
        except BaseException:
            run("ROLLBACK")
            raise

    def _is_readable(self) -> bool:
        """Tell whether newer code left the file so that this code may go on with it.

        Handlers that did not prove themselves are taken back; their migration is not.
        """
        try:
            rows = self.db.execute("SELECT v FROM kv WHERE k = 'readable_by'").fetchall()
        except sqlite3.OperationalError:
            return False
        return bool(rows) and json.loads(rows[0][0]) <= VERSION

    def _run_all(self, statements: str) -> None:
        # executescript() would commit first
        for statement in statements.split(";\n"):
            self.db.execute(statement)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One durable transaction; everything in it happens or nothing does."""
        with self.lock:
            try:
                self._end_stuck()
                self.db.execute("BEGIN IMMEDIATE")
                yield self.db
                self.db.execute("COMMIT")
                self.trouble = ""
            except sqlite3.Error as err:
                self._rollback()
                self.trouble = str(err)
                raise StoreError(f"The gate database cannot be written: {err}") from err
            except BaseException:
                self._rollback()
                raise

    def _rollback(self) -> None:
        # a full disk may have rolled back already
        if self.db.in_transaction:
            try:
                self.db.execute("ROLLBACK")
            except sqlite3.Error:
                # the caller's error tells; what was half written must not be read by anybody
                self._stuck = True

    def _end_stuck(self) -> None:
        if self._stuck:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            self._stuck = False

    def rows(self, sql: str, values: tuple | dict = ()) -> list[tuple]:
        """Return all rows of one reading statement."""
        with self.lock:
            try:
                self._end_stuck()
                return self.db.execute(sql, values).fetchall()
            except sqlite3.Error as err:
                raise StoreError(f"The gate database cannot be read: {err}") from err

    def get(self, key: str, default=None):
        """Return a value of the key-value table."""
        rows = self.rows("SELECT v FROM kv WHERE k = ?", (key,))
        return json.loads(rows[0][0]) if rows else default

    def put(self, **values) -> None:
        """Store values of the key-value table, all or none."""
        with self.transaction() as db:
            put_in(db, values)

    def aside(self, sql: str, values: tuple = ()) -> list[tuple]:
        """Run one statement on a connection of its own: long ones must not hold up a scan."""
        if str(self.path) == ":memory:":
            return self.rows(sql, values)
        side = sqlite3.connect(self.path, isolation_level=None, timeout=0.1)
        try:
            return side.execute(sql, values).fetchall()
        except sqlite3.Error as err:
            raise StoreError(f"The gate database cannot be read: {err}") from err
        finally:
            side.close()

    def sweep(
        self, find: str, values: tuple, *deletes: str, pause: Callable[[], None] = lambda: None
    ) -> int:
        """Delete what ``find`` lists, some rows at a time: scans go on meanwhile.

        ``find`` gives (key, *values) and may be out of date by the time of a delete: each of the
        ``deletes`` has to look once more. ``pause`` runs between two transactions.
        :return: number of rows found
        """
        rows = self.aside(find, values)
        for start in range(0, len(rows), SWEEP):
            part = rows[start : start + SWEEP]
            with self.transaction() as db:
                for delete in deletes:
                    db.executemany(delete, part)
            pause()
        return len(rows)

    def checkpoint(self) -> None:
        """Copy the write-ahead log into the file."""
        self.aside("PRAGMA wal_checkpoint(PASSIVE)")

    def close(self) -> None:
        """Close the connection; the store cannot be used afterwards."""
        with self.lock:
            self.db.close()


def put_in(db: sqlite3.Connection, values: dict) -> None:
    """Store key-value pairs inside the caller's transaction."""
    db.executemany(
        "INSERT INTO kv VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET v = excluded.v",
        [(key, json.dumps(value)) for key, value in values.items()],
    )
