"""What a box has let in that its server has not heard of, in money; kept with the journal.

The rule is ``scenic_rules.exposure``. One row for each passage that counts, written in the
transaction of its reservation and gone with the acknowledgement of its fact.
"""

from __future__ import annotations

import sqlite3

# made whenever it is missing, without a number of the schema: an older version of this code, to
# which the handlers may be rolled back, still opens the file
TABLE = (
    "CREATE TABLE IF NOT EXISTS exposure (op TEXT PRIMARY KEY, seq INTEGER NOT NULL,"
    " cents INTEGER NOT NULL, pax INTEGER NOT NULL) WITHOUT ROWID"
)
TOTAL = "SELECT coalesce(sum(cents), 0) FROM exposure"

_ADD = "INSERT INTO exposure VALUES (?, ?, ?, ?)"
_OF = "SELECT cents, pax FROM exposure WHERE op = ?"
_LEAVE = "UPDATE exposure SET cents = cents - ?, pax = pax - ? WHERE op = ?"
_TOLD = "DELETE FROM exposure WHERE seq <= ?"


def add(db: sqlite3.Connection, op: str, seq: int, cents: int, persons: int) -> None:
    """Count a reservation, fact number ``seq``."""
    db.execute(_ADD, (op, seq, cents, persons))


def give_back(db: sqlite3.Connection, op: str, persons: int) -> int:
    """Count persons of a reservation as not passed; return their part of the cents."""
    row = db.execute(_OF, (op,)).fetchone()
    if row is None:
        return 0
    cents, pax = row
    part = cents if persons >= pax else cents * persons // pax
    db.execute(_LEAVE, (part, min(persons, pax), op))
    return part


def acknowledged(db: sqlite3.Connection, seq: int) -> int:
    """Forget what the server has heard of; return the cents that are left."""
    db.execute(_TOLD, (seq,))
    return db.execute(TOTAL).fetchone()[0]
