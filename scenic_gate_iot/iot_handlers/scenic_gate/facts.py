"""What a gate fact is: its kinds, its fields and the hash chain over them.

Used by the box that writes facts and by the server that stores them. Standard library only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from operator import itemgetter

# one passage ("op"): reserved.pax == sum of pax of passed + released + closed + unknown, where a
# release for GIVEN_BACK_UNSEEN is left out: it follows an "unknown" of the same persons
RESERVED = "reserved"  # rights consumed, durable before the motor moves
PASSED = "passed"  # persons confirmed by the sensor
RELEASED = "released"  # reserved but not used: given back
CLOSED = "closed"  # window over, persons not confirmed, still consumed
UNKNOWN = "unknown"  # opened, then power or contact was lost: still consumed
REFUSED = "refused"  # a scan that opened nothing
TAILGATE = "tailgate"  # more persons than granted
REVERSE = "reverse"  # somebody walked against the direction
FORCED = "forced"  # passage while shut
BLOCKED = "blocked"  # somebody or something stands in the passage
OPENED = "opened"  # opened by a signed command of staff
EMERGENCY_ON = "emergency_on"
EMERGENCY_OFF = "emergency_off"  # pax = persons counted while it lasted
FAULT = "fault"
BOOT = "boot"
STAFF = "staff"  # an attendant did something at the lane; code = "@number note"

KINDS = (
    RESERVED,
    PASSED,
    RELEASED,
    CLOSED,
    UNKNOWN,
    REFUSED,
    TAILGATE,
    REVERSE,
    FORCED,
    BLOCKED,
    OPENED,
    EMERGENCY_ON,
    EMERGENCY_OFF,
    FAULT,
    BOOT,
    STAFF,
)
ENDINGS = (PASSED, RELEASED, CLOSED, UNKNOWN)  # what ends (part of) a reservation
EMERGENCIES = (EMERGENCY_ON, EMERGENCY_OFF)
GIVEN_BACK_UNSEEN = "R_UNSEEN"
LEAVINGS = (PASSED, CLOSED)  # of a ticket, without zone and op: its holder went out

# degraded: the box that answers for the ticket did not answer, this one decided alone
MODES = (ONLINE, OFFLINE, DEGRADED) = ("online", "offline", "degraded")

FIELDS = (
    "seq",
    "kind",
    "t",
    "lane",
    "zone",
    "uid",
    "gen",
    "pax",
    "op",
    "mode",
    "clock",
    "reason",
    "code",
)

_members = itemgetter(*FIELDS)
# made once: json.dumps would make one for each fact, and a visitor waits meanwhile
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode


def of_unknown(rule: str) -> tuple[tuple[str, str], ...]:
    """Return (kind, reason) of the facts that end persons of whom nobody knows if they passed.

    ``rule`` of the lane: "consumed" (the right stays used), "staff" (it stays used and a person is
    asked, which the reason tells the server), "released" (it is given back).
    """
    if rule == "released":
        return ((UNKNOWN, "OK"), (RELEASED, GIVEN_BACK_UNSEEN))
    return ((UNKNOWN, GIVEN_BACK_UNSEEN if rule == "staff" else "OK"),)


def genesis(epoch: str) -> str:
    """Return the ``prev`` of the first fact of an epoch: a chain belongs to one database."""
    return hashlib.sha256(b"scenic-facts-v1\n" + epoch.encode()).hexdigest()


def fact_hash(prev: str, fact: Mapping) -> str:
    """Return the hash of ``fact`` (``prev`` and ``hash`` in it are ignored) after ``prev``."""
    text = _canonical(dict(zip(FIELDS, _members(fact), strict=True)))
    return hashlib.sha256((prev + text).encode()).hexdigest()


def first_break(facts: Iterable[Mapping], prev: str | None = None) -> int | None:
    """Return the seq of the first fact that does not follow from the one before, else None.

    ``prev`` is the hash of the fact before the first one given; None trusts the first ``prev``.
    """
    for fact in facts:
        if prev is None:
            prev = fact["prev"]
        if fact["prev"] != prev or fact["hash"] != fact_hash(prev, fact):
            return fact["seq"]
        prev = fact["hash"]
    return None
