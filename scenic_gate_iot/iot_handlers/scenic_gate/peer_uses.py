"""What other boxes of the site did, as far as this one has heard: claims granted, gossip.

One row per passage of another box. ``seq`` is the number of its reservation in the journal
``epoch`` of that box, NULL while only the claim is known; ``upto``: facts of that journal that
``used`` counts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence

from . import uses
from .facts import LEAVINGS, RELEASED, RESERVED
from .store import Store

OP_CHARS = 32  # of the name of a passage
HAND = b"handheld"  # stands for the run of a claimant whose claims end with their number
_CLAIM = (
    "INSERT INTO peer_use VALUES (?, ?, ?, NULL, 0, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (op) DO NOTHING"
)
# a claim of a handheld knows the number that its fact will have
_NUMBERED = "UPDATE peer_use SET seq = number WHERE op = ? AND run = ?"
_OF_TICKET = "SELECT op, t, upto, run, number FROM peer_use WHERE uid = ? AND box = ? AND epoch = ?"
_TOLD = (
    "INSERT INTO peer_use VALUES (?, ?, ?, NULL, ?, NULL, NULL, ?, ?, ?, ?, ?)"
    " ON CONFLICT (op) DO UPDATE SET used = excluded.used, upto = excluded.upto, run = NULL"
    " WHERE upto < excluded.upto AND box = excluded.box"
)
_SEEN = (
    "SELECT box, epoch, seq FROM (SELECT *, row_number() OVER (PARTITION BY box ORDER BY t DESC)"
    " AS nth FROM peer_seen) ORDER BY nth, t DESC LIMIT ?"
)
_OLD_JOURNALS = (
    "SELECT epoch FROM peer_seen WHERE box = ? ORDER BY t DESC, epoch DESC LIMIT -1 OFFSET ?"
)
_HAND_ENDED = "DELETE FROM peer_use WHERE box = ? AND epoch = ? AND run = ? AND number <= ?"
_FIRST = "SELECT t, lane FROM peer_use WHERE uid = ? AND zone = ? AND used > 0 ORDER BY t LIMIT 1"


def _name(db: sqlite3.Connection, op: str, box: int) -> str:
    """Return under which name a passage of ``box`` is kept.

    Names are heard on the line: whoever says one first takes it from nobody.
    """
    row = db.execute("SELECT box FROM peer_use WHERE op = ?", (op,)).fetchone()
    return op if row is None or row[0] == box else f"{op}-{box}"


def claim(
    db: sqlite3.Connection, op: str, box: int, epoch: str, run: bytes, number: int, use: Sequence
) -> None:
    """Note that a passage of another box was granted; ``use``: uid, zone, persons, t, lane."""
    op = _name(db, op, box)
    db.execute(_CLAIM, (op, box, epoch, run, number, *use))
    if run == HAND:
        db.execute(_NUMBERED, (op, run))


def granted(db: sqlite3.Connection, op: str, box: int, uid: int) -> int | None:
    """Return for how many persons this passage of ``box`` was granted, None when it was not.

    :raises ValueError: it was another ticket's
    """
    row = db.execute(
        "SELECT used, uid FROM peer_use WHERE op = ? AND box = ?", (_name(db, op, box), box)
    ).fetchone()
    if row and row[1] != uid:
        raise ValueError("a passage with another ticket")
    return row[0] if row else None


def take_own(
    db: sqlite3.Connection, box: int, epoch: str, run: bytes, number: int, told: dict
) -> None:
    """Believe what a box says of its own uses of one ticket at this moment.

    ``told``: ``uid``; ``head`` of its journal; ``since`` (ms): all uses from then on are in
    ``uses``, [op, zone, persons, t, lane]. Those of them that are missing were given back.
    """
    uid, head = told["uid"], told["head"]
    uses_told = [(_name(db, op, box), *use) for op, *use in told["uses"]]
    listed = {use[0] for use in uses_told}
    for op, t, upto, of_run, of_number in db.execute(_OF_TICKET, (uid, box, epoch)).fetchall():
        if op in listed or t < told["since"]:
            continue
        if of_run is not None:
            # one claim for a ticket at a time: an earlier one has ended, and consumed nothing
            if of_run != run or of_number < number:
                db.execute("DELETE FROM peer_use WHERE op = ?", (op,))
        elif upto < head:
            db.execute("UPDATE peer_use SET used = 0, upto = ? WHERE op = ?", (head, op))
    for op, zone, persons, t, lane in uses_told:
        db.execute(_TOLD, (op, box, epoch, head, uid, zone, persons, t, lane))


def end_claims(db: sqlite3.Connection, box: int, run: bytes, number: int, busy: set[str]) -> None:
    """Drop claims of ``box`` that it never used.

    All its facts up to a moment are known here; ``busy``: what it was still asking for then.
    """
    rows = db.execute(
        "SELECT op, run, number FROM peer_use WHERE box = ? AND run IS NOT NULL", (box,)
    )
    ended = [
        (op,)
        for op, of_run, of_number in rows.fetchall()
        if (of_run != run or of_number < number) and op[:OP_CHARS] not in busy
    ]
    db.executemany("DELETE FROM peer_use WHERE op = ?", ended)


def open_claims(store: Store, box: int) -> bool:
    """Tell whether claims of a box wait for their fact."""
    return bool(
        store.rows("SELECT 1 FROM peer_use WHERE box = ? AND run IS NOT NULL LIMIT 1", (box,))
    )


def hands_wait(store: Store, since: int) -> bool:
    """Tell whether claims of handhelds since then (ms) wait for their fact."""
    return bool(
        store.rows("SELECT 1 FROM peer_use WHERE run = ? AND t >= ? LIMIT 1", (HAND, since))
    )


def first_use(store: Store, uid: int, zone: str) -> tuple[float, str] | None:
    """Return when (Unix seconds) and at which lane another box used the ticket first."""
    rows = store.rows(_FIRST, (uid, zone))
    return (rows[0][0] / 1000, rows[0][1]) if rows else None


# -------------------------------------------------------------------- gossip


def seen(store: Store, most: int = -1) -> dict[tuple[int, str], int]:
    """Return how far the journals of others are known: ``most`` of them, or all.

    The newest of each box first, the liveliest before the others: who has many crowds nobody out.
    """
    rows = store.rows(_SEEN, (most,))
    return {(box, epoch): seq for box, epoch, seq in rows}


def seen_of(store: Store, box: int, epoch: str) -> int:
    """Return how far one journal is known."""
    rows = store.rows("SELECT seq FROM peer_seen WHERE box = ? AND epoch = ?", (box, epoch))
    return rows[0][0] if rows else 0


def keep_newest(store: Store, box: int, most: int) -> None:
    """Forget how far older journals of a box are known; their uses stay."""
    old = store.rows(_OLD_JOURNALS, (box, most))
    if old:
        with store.transaction() as db:
            for (epoch,) in old:
                db.execute("DELETE FROM peer_seen WHERE box = ? AND epoch = ?", (box, epoch))


def apply(
    db: sqlite3.Connection, box: int, epoch: str, after: int, upto: int, rows: Iterable
) -> bool:
    """Take facts ``after`` .. ``upto`` of a journal; False when facts before them are missing.

    A row is [seq, kind, t, lane, zone, uid, pax, op].
    """
    known = db.execute(
        "SELECT seq FROM peer_seen WHERE box = ? AND epoch = ?", (box, epoch)
    ).fetchone()
    reached = known[0] if known else 0
    if after > reached or upto <= reached:
        return upto <= reached
    newest = 0
    for seq, kind, t, lane, zone, uid, pax, op in rows:
        newest = max(newest, t)
        if seq > reached:
            _apply_one(db, box, epoch, (seq, kind, t, lane, zone, uid, pax, op))
    db.execute(
        "INSERT INTO peer_seen VALUES (?, ?, ?, ?) ON CONFLICT (box, epoch)"
        " DO UPDATE SET seq = excluded.seq, t = max(t, excluded.t)",
        (box, epoch, upto, newest),
    )
    # no fact up to that number is the passage: whoever claimed it did not let anybody in
    db.execute(_HAND_ENDED, (box, epoch, HAND, upto))
    return True


def _apply_one(db: sqlite3.Connection, box: int, epoch: str, fact: tuple) -> None:
    seq, kind, t, lane, zone, uid, pax, op = fact
    db.execute(
        "INSERT OR IGNORE INTO peer_fact VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (box, epoch, seq, kind, t, lane, zone, uid, pax, op),
    )
    if kind == RESERVED:
        _reserve(db, box, epoch, fact)
    elif kind == RELEASED:
        db.execute(
            "UPDATE peer_use SET used = max(0, used - ?), upto = ?"
            " WHERE op = ? AND upto < ? AND box = ?",
            (pax, seq, _name(db, op, box), seq, box),
        )
    elif kind in LEAVINGS:
        uses.leave(db, uid, t)


def _reserve(db: sqlite3.Connection, box: int, epoch: str, fact: tuple) -> None:
    seq, _kind, t, lane, zone, uid, pax, op = fact
    op = _name(db, op, box)
    found = db.execute("SELECT upto FROM peer_use WHERE op = ?", (op,)).fetchone()
    if found is None:
        db.execute(
            "INSERT INTO peer_use VALUES (?, ?, ?, ?, ?, NULL, NULL, ?, ?, ?, ?, ?)",
            (op, box, epoch, seq, seq, uid, zone, pax, t, lane),
        )
    elif found[0] < seq:
        db.execute(
            "UPDATE peer_use SET seq = ?, upto = ?, run = NULL, used = ?, t = ? WHERE op = ?",
            (seq, seq, pax, t, op),
        )
    else:
        db.execute("UPDATE peer_use SET seq = ?, run = NULL WHERE op = ?", (seq, op))


def list_uses(db: sqlite3.Connection, uid: int, journals: dict[str, int]) -> None:
    """Note which passages the server's number contains; ``journals``: {"box:epoch": seq}."""
    db.execute("DELETE FROM listed_use WHERE uid = ?", (uid,))
    for name, seq in journals.items():
        box, _colon, epoch = name.partition(":")
        db.execute("INSERT INTO listed_use VALUES (?, ?, ?, ?)", (uid, int(box), epoch, seq))


_NOT_LISTED = "uid NOT IN (SELECT uid FROM ticket)"


def prune(
    store: Store,
    facts_before: int,
    unlisted_before: int,
    uses_before: int,
    pause: Callable[[], None] = lambda: None,
) -> None:
    """Forget facts to be told on, uses of tickets that are not listed, and all, by age (ms)."""
    store.sweep(
        "SELECT box, epoch, seq FROM peer_fact WHERE t < ?1",
        (facts_before,),
        "DELETE FROM peer_fact WHERE box = ?1 AND epoch = ?2 AND seq = ?3",
        pause=pause,
    )
    store.sweep(
        f"SELECT op FROM peer_use WHERE t < ?2 OR t < ?1 AND {_NOT_LISTED}",
        (unlisted_before, uses_before),
        "DELETE FROM peer_use WHERE op = ?1",
        pause=pause,
    )
    store.sweep(
        f"SELECT DISTINCT uid FROM listed_use WHERE {_NOT_LISTED}",
        (),
        f"DELETE FROM listed_use WHERE uid = ?1 AND {_NOT_LISTED}",
        pause=pause,
    )
    # as long as the ticket is listed: a box that was off for days still has to hear of it
    store.sweep(
        f"SELECT uid FROM state_news WHERE t < ?1 AND {_NOT_LISTED}",
        (uses_before,),
        f"DELETE FROM state_news WHERE uid = ?1 AND {_NOT_LISTED}",
        pause=pause,
    )
