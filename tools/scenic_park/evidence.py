"""What is really stored: in the server's database, and in the journal on the box."""

import sqlite3
from contextlib import closing
from pathlib import Path

from psycopg2.extras import RealDictCursor

from . import databases


class Books:
    """Looks into a park's database beside Odoo, by plain SQL."""

    def __init__(self, database: str):
        self.database = database

    def rows(self, query: str, *values) -> list[dict]:
        with (
            databases.connect(self.database) as connection,
            connection.cursor(cursor_factory=RealDictCursor) as cursor,
        ):
            cursor.execute(query, values)
            return [dict(row) for row in cursor.fetchall()]

    def one(self, query: str, *values):
        """Return the only column of the only row."""
        (row,) = self.rows(query, *values)
        (value,) = row.values()
        return value

    def tickets(self, code: str) -> list[dict]:
        """Return the ticket of a printed code, if it has arrived."""
        return self.rows(
            "SELECT t.id, t.uid, t.alias, t.state, t.net_value, p.default_code AS product"
            " FROM scenic_ticket t JOIN product_product p ON p.id = t.product_id"
            " WHERE t.code = %s",
            code,
        )

    def tickets_after(self, ticket: int) -> int:
        """Return how many tickets are newer than one of them."""
        return self.one("SELECT count(*) FROM scenic_ticket WHERE id > %s", ticket)

    def uses(self, ticket: int) -> list[dict]:
        return self.rows(
            "SELECT r.id, z.code AS zone, r.use_no, r.kind, r.lane_code AS lane, r.mode,"
            " r.happened_at, r.received_at FROM scenic_redemption r"
            " JOIN scenic_zone z ON z.id = r.zone_id WHERE r.ticket_id = %s ORDER BY r.id",
            ticket,
        )

    def facts(self, uid: str) -> list[dict]:
        return self.rows(
            "SELECT seq, kind, lane, reason, mode, verdict FROM scenic_gate_fact"
            " WHERE uid = %s ORDER BY id",
            uid,
        )

    def entry(self, move: int) -> list[dict]:
        """Return the lines of a journal entry."""
        return self.rows(
            "SELECT a.code_store ->> l.company_id::text AS account, a.name ->> 'en_US' AS name,"
            " l.debit, l.credit FROM account_move_line l"
            " JOIN account_account a ON a.id = l.account_id WHERE l.move_id = %s ORDER BY l.id",
            move,
        )


class Journal:
    """The box's own SQLite journal, read while the box writes it."""

    def __init__(self, path: Path):
        self.path = path

    def _rows(self, query: str, *values) -> list[dict]:
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=5)) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(query, values).fetchall()]

    def facts(self, uid: str | None = None) -> list[dict]:
        if uid:
            return self._rows("SELECT * FROM fact WHERE uid = ? ORDER BY seq", int(uid, 16))
        return self._rows("SELECT * FROM fact ORDER BY seq")

    def knows_ticket(self, uid: str) -> bool:
        """Tell whether the server has told the box of a ticket."""
        return bool(self._rows("SELECT 1 FROM ticket WHERE uid = ?", int(uid, 16)))

    def kinds(self, uid: str) -> list[str]:
        return [fact["kind"] for fact in self.facts(uid)]

    def last(self) -> int:
        """Return the number of the newest fact."""
        facts = self.facts()
        return facts[-1]["seq"] if facts else 0
