"""What the decision looks at: frozen views that server and box fill from their own stores.

Days are site-local since 2020-01-01, quarters are 15 minutes of the site's day, moments are Unix
seconds UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import tzinfo

from .allowance import Rights, granted
from .reason import COLOUR, Colour, Reason
from .site_time import day_and_quarter
from .ticket_code import TicketCode

STATE_VALID = "valid"
STATE_VOID = "void"
STATE_SUPERSEDED = "superseded"


@dataclass(frozen=True)
class TicketView:
    """One ticket, however it became known.

    ``rights``: (zone code, persons x uses, 0 = unlimited), frozen at the sale; ``listed``: the
    server has reported it, it is not only known from its own code.
    """

    uid: int
    gen: int
    site: int
    product: int
    valid_from: int
    valid_days: int
    slot_start: int
    slot_len: int
    pax: int
    entrances: int
    flags: int
    state: str
    rights: Rights
    iat: int
    listed: bool


@dataclass(frozen=True)
class RuleView:
    """What holds for every ticket of a product.

    ``rights``: (zone code, uses per person, 0 = unlimited); groups larger than ``staff_pax`` are
    counted by staff; ``risk`` 1 = not admitted unlisted by a gate that is cut off; ``class_no``
    0..31 is the bit of the certificate's class mask; ``entrances`` the mask of open entrances.
    """

    product: int
    risk: int
    staff_pax: int
    class_no: int
    entrances: int
    rights: Rights
    version: int = 0


@dataclass(frozen=True)
class History:
    """Uses of one ticket in the zone of the gate, without those released or reversed.

    ``used`` is the net number; first and last describe the earliest and the latest of them.
    """

    used: int = 0
    first_t: float | None = None
    first_lane: str = ""
    last_t: float | None = None
    last_lane: str = ""


@dataclass(frozen=True)
class GateView:
    """One lane at one moment; ``zone`` None = the lane leads outside.

    ``cut_off``: no contact with the server for so long that its lists may be stale; ``staff``: an
    attendant stands by and answers for this scan; ``clock_trusted`` False = the clock is only a
    lower bound of the true time.
    """

    site: int
    zone: str | None
    entrance: int
    lane: str
    day: int
    quarter: int
    cut_off: bool = False
    staff: bool = False
    clock_trusted: bool = True

    @classmethod
    def at(cls, now: float, tz: tzinfo, **fields) -> GateView:
        """View of a lane at a moment; fills day and quarter from the site's time zone."""
        day, quarter = day_and_quarter(now, tz)
        return cls(day=day, quarter=quarter, **fields)


@dataclass(frozen=True)
class Decision:
    """Answer to one scan. A gate opens for ``admit`` persons, never because of a colour.

    ``uses``: rights to write to the ledger (0 on the way outside); ``rest``: rights left in the
    zone once they are written, None = unlimited or not looked at; ``first_use_*``: with E_USED,
    when and where the ticket was first used; ``clock_alarm``: the ticket was issued in the future
    of this clock.
    """

    reason: Reason
    colour: Colour
    admit: int = 0
    uses: int = 0
    rest: int | None = None
    first_use_t: float | None = None
    first_use_lane: str = ""
    clock_alarm: bool = False


def refusal(reason: Reason) -> Decision:
    """Decision about a text that did not lead to a ticket."""
    return Decision(reason, COLOUR[reason])


def ticket_from_code(code: TicketCode, rule: RuleView | None) -> TicketView:
    """View of a ticket that is known from its own code only."""
    return TicketView(
        uid=code.uid,
        gen=code.gen,
        site=code.site,
        product=code.product,
        valid_from=code.valid_from,
        valid_days=code.valid_days,
        slot_start=code.slot_start,
        slot_len=code.slot_len,
        pax=code.pax,
        entrances=code.entrances,
        flags=code.flags,
        state=STATE_VALID,
        rights=granted(rule.rights, code.pax, code.uses) if rule else (),
        iat=code.iat,
        listed=False,
    )


def ticket_from_row(row: TicketView, gen: int) -> TicketView:
    """View of a stored ticket whose copy of generation ``gen`` was shown.

    The row wins over the code in everything: it is what the server said last, and a code signed
    with a stolen key cannot change it. A copy older than the row is superseded.
    """
    if gen < row.gen and row.state == STATE_VALID:
        return replace(row, state=STATE_SUPERSEDED)
    return row
