"""The tickets aboard: what the server listed, kept in SQLite, looked up one at a time.

200,000 tickets in a dictionary would cost some 200 MB; a look-up by primary key costs 20 µs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import islice

from ..scenic_rules.allowance import Rights
from ..scenic_rules.views import TicketView, ZoneUse
from ..scenic_rules.wire import (
    TicketRow,
    WireError,
    ticket_from_wire,
    zone_use_from_wire,
    zone_use_to_wire,
)
from . import credential_rows, state_rows
from .store import Store

CHUNK = 250  # rows in one transaction, some 3 ms: a scan may wait for one, not for all
KEEP_DAYS = 3  # an expired ticket stays that long, so that late scans still say "expired"

_BY_UID = (
    "SELECT uid, gen, product, valid_from, valid_days, slot_start, slot_len, pax, entrances,"
    " flags, state, rights, elsewhere, iat, uses, out_t FROM ticket WHERE uid = ?"
)
_BY_ALIAS = (
    "SELECT uid, gen, product, valid_from, valid_days, slot_start, slot_len, pax, entrances,"
    " flags, state, rights, elsewhere, iat, uses, out_t FROM ticket WHERE alias = ?"
)
_UPSERT = (
    "INSERT OR REPLACE INTO ticket (uid, gen, product, valid_from, valid_days, slot_start,"
    " slot_len, pax, entrances, flags, state, rights, elsewhere, iat, alias, uses, out_t)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_EXPIRED = "SELECT uid, ?1, ?2 FROM ticket WHERE valid_from + valid_days + ?1 <= ?2"
_STILL = "(SELECT uid FROM ticket WHERE uid = ?1 AND valid_from + valid_days + ?2 <= ?3)"
_WITH_IT = (
    f"DELETE FROM use WHERE uid IN {_STILL}",
    f"DELETE FROM exit WHERE uid IN {_STILL}",
    f"DELETE FROM credential WHERE uid IN {_STILL}",
    f"DELETE FROM ticket WHERE uid IN {_STILL}",
)
# of tickets that were never listed
_USED = "SELECT DISTINCT uid, ?1 FROM use WHERE last_t < ?1 AND uid NOT IN (SELECT uid FROM ticket)"
_FORGET_USE = (
    "DELETE FROM use WHERE uid = ?1 AND last_t < ?2 AND uid NOT IN (SELECT uid FROM ticket)"
)
_LEFT = "SELECT uid, ?1 FROM exit WHERE t < ?1 AND uid NOT IN (SELECT uid FROM ticket)"
_FORGET_EXIT = "DELETE FROM exit WHERE uid = ?1 AND t < ?2 AND uid NOT IN (SELECT uid FROM ticket)"


class Snapshot:
    """Reader and writer of the listed tickets of one store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.site = 0  # of the configuration; rows do not carry it
        self.broken = 0  # rows that could not be read since the start
        self._count: int | None = None

    def row(self, uid: int) -> TicketRow | None:
        """Return the listed ticket with this number."""
        return self._row(_BY_UID, uid)

    def rows_of_tags(self, tags: list[bytes], today: int) -> list[TicketRow]:
        """Return the listed tickets of a credential, those for day ``today`` first."""
        uids = credential_rows.uids(self.store, tags)
        rows = [row for row in map(self.row, uids) if row is not None]

        def distance(row: TicketRow) -> tuple:
            ticket = row.ticket
            now = ticket.valid_from <= today < ticket.valid_from + ticket.valid_days
            return (ticket.state != "valid", not now, abs(ticket.valid_from - today), ticket.uid)

        return sorted(rows, key=distance)

    def row_by_alias(self, alias: str) -> TicketRow | None:
        """Return the listed ticket with this alias."""
        return self._row(_BY_ALIAS, alias)

    def _row(self, sql: str, key: int | str) -> TicketRow | None:
        rows = self.store.rows(sql, (key,))
        if not rows:
            return None
        (uid, gen, product, start, days, slot, slot_len, pax, mask, flags, state, rights, elsewhere,
         iat, uses, out_t) = rows[0]  # fmt: skip
        ticket = TicketView(
            uid=uid,
            gen=gen,
            site=self.site,
            product=product,
            valid_from=start,
            valid_days=days,
            slot_start=slot,
            slot_len=slot_len,
            pax=pax,
            entrances=mask,
            flags=flags,
            state=state,
            rights=_rights(rights),
            iat=iat,
            listed=True,
        )
        there = {} if uses == "{}" else _zone_uses(uses)
        others = {} if elsewhere == "{}" else json.loads(elsewhere)
        return TicketRow(ticket, elsewhere=others, uses=there, out_t=out_t)

    def apply(
        self, items: Iterable[dict], cursor: int, pause: Callable[[], None] = lambda: None
    ) -> int:
        """Take over changes; the cursor moves with the last of them, so a crash repeats some.

        A row that cannot be read is counted and left out: one bad ticket must not keep the
        others from the gate. ``pause`` runs between transactions, for scans that wait.

        :return: number of rows taken over
        """
        count, values = 0, self._values(items)
        while chunk := list(islice(values, CHUNK)):
            with self.store.transaction() as db:
                db.executemany(_UPSERT, [row for row, _tags, _item in chunk])
                credential_rows.put(db, [(row[0], tags) for row, tags, _item in chunk])
                state_rows.put(db, [(row[0], item) for row, _tags, item in chunk], cursor)
            count += len(chunk)
            pause()
        self.store.put(cursor=cursor)
        self._count = None
        return count

    def _values(self, items: Iterable[dict]) -> Iterator[tuple]:
        for item in items:
            try:
                row = ticket_from_wire(item, self.site)
            except WireError:
                self.broken += 1
                continue
            t = row.ticket
            values = (
                t.uid, t.gen, t.product, t.valid_from, t.valid_days, t.slot_start, t.slot_len,
                t.pax, t.entrances, t.flags, t.state, json.dumps(t.rights),
                json.dumps(dict(row.elsewhere)), t.iat, row.alias or None,
                json.dumps({zone: zone_use_to_wire(use) for zone, use in row.uses.items()}),
                row.out_t,
            )  # fmt: skip
            yield values, row.tags, item

    def count(self) -> int:
        """Number of tickets aboard."""
        if self._count is None:
            self._count = self.store.aside("SELECT count(*) FROM ticket")[0][0]
        return self._count

    def prune(self, today: int, before: int, pause: Callable[[], None] = lambda: None) -> int:
        """Forget tickets that expired ``KEEP_DAYS`` before day ``today``, and their uses.

        Uses of tickets that were never listed go when the last is older than ``before`` (ms).
        ``pause`` as for :meth:`apply`.
        """
        store = self.store
        done = store.sweep(_EXPIRED, (KEEP_DAYS, today), *_WITH_IT, pause=pause)
        store.sweep(_USED, (before,), _FORGET_USE, pause=pause)
        store.sweep(_LEFT, (before,), _FORGET_EXIT, pause=pause)
        credential_rows.prune(store, pause)
        store.put(pruned_day=today)
        self._count = None
        return done


@lru_cache(maxsize=1024)
def _rights(text: str) -> Rights:
    # of a few products and sizes of groups: the same texts again and again
    return tuple(map(tuple, json.loads(text)))


def _zone_uses(text: str) -> dict[str, ZoneUse]:
    return {zone: zone_use_from_wire(values) for zone, values in json.loads(text).items()}
