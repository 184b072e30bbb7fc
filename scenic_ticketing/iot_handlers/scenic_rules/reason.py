"""Why a passage is granted or refused: stable codes, their colours and alarms.

The codes travel between box and server and are stored in ledgers, so they never change their
meaning. They are never shown as they are: texts come from the server, in the gate's language.
"""

from __future__ import annotations

from enum import Enum


class Reason(str, Enum):
    """Outcome of one scan; the value is the stable code (use ``.value`` to store it)."""

    OK = "OK"
    SAME_SCAN = "SAME_SCAN"
    E_FOREIGN = "E_FOREIGN"
    E_FORMAT = "E_FORMAT"
    E_TYPE = "E_TYPE"
    E_VERSION = "E_VERSION"
    E_SIG = "E_SIG"
    E_CERT = "E_CERT"
    E_SITE = "E_SITE"
    E_UNKNOWN_KEY = "E_UNKNOWN_KEY"
    E_KEY_REVOKED = "E_KEY_REVOKED"
    E_KEY_CLOSED = "E_KEY_CLOSED"
    E_LIMIT = "E_LIMIT"
    E_PRODUCT = "E_PRODUCT"
    E_CLOCK = "E_CLOCK"
    E_EXPIRED = "E_EXPIRED"
    E_EARLY = "E_EARLY"
    E_SLOT = "E_SLOT"
    E_ENTRANCE = "E_ENTRANCE"
    E_ZONE = "E_ZONE"
    E_WEEKDAY = "E_WEEKDAY"
    E_BLACKOUT = "E_BLACKOUT"
    E_HOURS = "E_HOURS"
    E_PERIOD = "E_PERIOD"
    E_TOTAL = "E_TOTAL"
    E_DAY_LIMIT = "E_DAY_LIMIT"
    E_INTERVAL = "E_INTERVAL"
    E_PASSBACK = "E_PASSBACK"
    E_ORDER = "E_ORDER"
    E_WITHIN = "E_WITHIN"
    E_CHOICE = "E_CHOICE"
    E_BLOCKED = "E_BLOCKED"
    E_HELD = "E_HELD"
    E_REVOKED = "E_REVOKED"
    E_SUPERSEDED = "E_SUPERSEDED"
    E_USED = "E_USED"
    E_USED_PEER = "E_USED_PEER"
    E_DYNAMIC = "E_DYNAMIC"
    E_UNKNOWN_ALIAS = "E_UNKNOWN_ALIAS"
    E_NO_TICKET = "E_NO_TICKET"
    R_ID = "R_ID"
    R_CONCESSION = "R_CONCESSION"
    R_COMPANION = "R_COMPANION"
    R_HOLDER = "R_HOLDER"
    R_GROUP_COUNT = "R_GROUP_COUNT"
    R_UNLISTED_CUT_OFF = "R_UNLISTED_CUT_OFF"
    R_EXPOSURE = "R_EXPOSURE"
    R_UNSEEN = "R_UNSEEN"
    R_BLOCKED = "R_BLOCKED"
    E_STORE = "E_STORE"
    E_FAULT = "E_FAULT"

    def __str__(self) -> str:
        # Python 3.12 changed how a (str, Enum) formats; this keeps one spelling on box and server
        return self.value


class Colour(str, Enum):
    """What the lane shows: pass, no pass, or wait for the attendant."""

    GREEN = "GREEN"
    RED = "RED"
    STAFF = "STAFF"

    def __str__(self) -> str:
        return self.value


_GREEN = {Reason.OK, Reason.SAME_SCAN}
_STAFF = {
    Reason.E_VERSION,
    Reason.E_UNKNOWN_KEY,
    Reason.E_PRODUCT,
    Reason.E_CLOCK,
    Reason.R_ID,
    Reason.R_CONCESSION,
    Reason.R_COMPANION,
    Reason.R_HOLDER,
    Reason.R_GROUP_COUNT,
    Reason.R_UNLISTED_CUT_OFF,
    Reason.R_EXPOSURE,
    Reason.R_UNSEEN,
    Reason.R_BLOCKED,
    Reason.E_STORE,
    Reason.E_FAULT,
}

COLOUR: dict[Reason, Colour] = {
    reason: Colour.GREEN if reason in _GREEN else Colour.STAFF if reason in _STAFF else Colour.RED
    for reason in Reason
}
"""Colour of each reason; a decision made on an uncertain clock may turn RED into STAFF."""

ALARM_AFTER: dict[Reason, int] = {
    # anyone can print a bad code: only a series of them is news
    Reason.E_SIG: 3,
    Reason.E_CERT: 3,
    # these carry a good signature: a key is misused or a window breaks its limits
    Reason.E_KEY_REVOKED: 1,
    Reason.E_KEY_CLOSED: 1,
    Reason.E_LIMIT: 1,
    # the box itself needs care
    Reason.E_CLOCK: 1,
    Reason.E_STORE: 1,
    Reason.E_FAULT: 1,
}
"""Attempts on one lane within 60 s that raise an alarm; a reason not listed raises none."""


def raises_alarm(reason: Reason, attempts: int) -> bool:
    """Tell whether ``attempts`` refusals for this reason on a lane within 60 s are an alarm."""
    return reason in ALARM_AFTER and attempts >= ALARM_AFTER[reason]
