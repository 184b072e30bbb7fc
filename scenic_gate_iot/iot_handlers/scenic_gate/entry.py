"""A fact before it has a place in the chain of a journal."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .facts import FIELDS, fact_hash

# what the server takes, see tools/sync_request.py there: one fact beyond it would keep all others
# of the box from being reported
MOST_PAX = 65_535
_MOST = {"lane": 64, "zone": 64, "reason": 64, "code": 400}


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact before it has a place in the chain. ``t`` in Unix milliseconds."""

    kind: str
    t: int
    lane: str = ""
    zone: str | None = None
    uid: int | None = None
    gen: int = 0
    pax: int = 0
    op: str | None = None
    mode: str = "offline"
    clock: str = "unsure"
    reason: str = "OK"
    code: str | None = None


def fitting(entry: Entry) -> Entry:
    """Return a fact that disk and server can keep, whatever somebody typed or a sensor counted.

    No NUL and no half of a character: one such text in what waits for the disk would fail each
    transaction after it.
    """
    changed: dict = {}
    for name, most in _MOST.items():
        text = getattr(entry, name)
        if text is not None and not _is_plain(text, most):
            changed[name] = str(text).replace("\0", " ").encode("utf-8", "replace").decode()[:most]
    if not 0 <= entry.pax <= MOST_PAX:
        changed["pax"] = min(max(0, entry.pax), MOST_PAX)
    return replace(entry, **changed) if changed else entry


def _is_plain(text: str, most: int) -> bool:
    return isinstance(text, str) and text.isascii() and len(text) <= most and "\0" not in text


def uid_hex(uid: int | None) -> str | None:
    """Write a ticket number as on the wire."""
    return None if uid is None else f"{uid:016x}"


def values_of(entry: Entry, seq: int) -> tuple:
    """Return what is stored of an entry, in the order of ``facts.FIELDS``; the ticket as number."""
    e = entry
    return (seq, e.kind, e.t, e.lane, e.zone, e.uid, e.gen, e.pax, e.op, e.mode, e.clock,
            e.reason, e.code)  # fmt: skip


def chained(entry: Entry, seq: int, head: str) -> dict:
    """Return an entry as fact number ``seq`` of the wire, after the fact with hash ``head``."""
    fact = dict(zip(FIELDS, values_of(entry, seq), strict=True))
    fact["uid"] = uid_hex(entry.uid)
    fact["prev"], fact["hash"] = head, fact_hash(head, fact)
    return fact
