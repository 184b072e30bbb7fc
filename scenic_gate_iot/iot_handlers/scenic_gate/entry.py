"""A fact before it has a place in the chain of a journal."""

from __future__ import annotations

from dataclasses import dataclass

from .facts import FIELDS, fact_hash


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
    return fact | {"prev": head, "hash": fact_hash(head, fact)}
