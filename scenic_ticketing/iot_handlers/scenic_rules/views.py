"""What the decision looks at: frozen views that server and box fill from their own stores.

Days are site-local since 2020-01-01, minutes and quarters (of an hour) are those of the site's
day, moments are Unix seconds UTC. Every member of a rule that has a default restricts nothing
unless it is set, so that a rule written before the member existed keeps its meaning.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import tzinfo
from functools import cached_property

from .allowance import Rights, granted
from .reason import COLOUR, Colour, Reason
from .site_time import MINUTES_PER_QUARTER, day_and_minute
from .ticket_code import TicketCode

STATE_VALID = "valid"
STATE_HELD = "held"
STATE_BLOCKED = "blocked"
STATE_VOID = "void"
STATE_SUPERSEDED = "superseded"
STATES = (STATE_VALID, STATE_HELD, STATE_BLOCKED, STATE_VOID, STATE_SUPERSEDED)

CHECK_ID = 1
CHECK_CONCESSION = 2
CHECK_COMPANION = 4
CHECK_HOLDER = 8
"""Bits of ``RuleView.checks``: what an attendant has to look at before anybody passes."""

ALL_WEEKDAYS = 0x7F

Spans = tuple[tuple[int, int], ...]
"""Pairs (from, to) in ascending order; what they count and whether ``to`` belongs to them is said
where they are used."""


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
class ZoneRule:
    """What holds for one zone of a product, on top of the rule of the product.

    ``uses_day``: uses per person and day in this zone, 0 = no limit.
    ``after``: the zone that must have been used before; ``within_min``: at most that many minutes
    after the *first* use there (without ``after``: after the first use anywhere), 0 = no limit.
    ``choice``: number of an either-or group, 0 = none; once ``pick`` zones of the group have been
    used, its other zones are closed to the ticket.
    ``hours``, ``weekdays``: as in :class:`RuleView`; both must allow the passage.
    """

    zone: str
    uses_day: int = 0
    after: str = ""
    within_min: int = 0
    choice: int = 0
    pick: int = 1
    hours: Spans = ()
    weekdays: int = ALL_WEEKDAYS


@dataclass(frozen=True)
class RuleView:
    """What holds for every ticket of a product.

    ``rights``: (zone code, uses per person, 0 = unlimited); groups larger than ``staff_pax`` are
    counted by staff; ``risk`` 1 = not admitted unlisted by a gate that is cut off; ``class_no``
    0..31 is the bit of the certificate's class mask; ``entrances`` the mask of open entrances.

    ``weekdays``: bit 0 = Monday; ``blackout``: (first day, last day), both closed; ``hours``:
    (from, to) minutes of the day, ``to`` no longer open, none = always open.
    ``start_days``: the first use must be in that many days from ``valid_from`` (0 = any valid
    day); ``use_days``, ``use_minutes``: from the day or the moment of the first use on, 0 = no
    limit. The days of the ticket hold beside them, so a ticket to be started within s days and
    then good for u days is valid for s + u - 1 days.
    ``uses_total``, ``uses_day``: uses per person over all zones, altogether and on one day.
    ``interval_s``: seconds between two entries of a person into the same zone; ``passback``: no
    second entry of a person into a zone before an exit was seen.
    ``grace_before_min``, ``grace_after_min``: minutes around the slot. ``slot_zone``: the slot of
    the ticket holds in that zone only, "" = in every zone.
    ``checks``: mask of CHECK_*; ``partial``: persons of a group may enter in parts.
    ``zones``: what differs between zones, in ascending order of their codes.
    """

    product: int
    risk: int
    staff_pax: int
    class_no: int
    entrances: int
    rights: Rights
    version: int = 0
    weekdays: int = ALL_WEEKDAYS
    blackout: Spans = ()
    hours: Spans = ()
    start_days: int = 0
    use_days: int = 0
    use_minutes: int = 0
    uses_total: int = 0
    uses_day: int = 0
    interval_s: int = 0
    passback: bool = False
    grace_before_min: int = 0
    grace_after_min: int = 0
    slot_zone: str = ""
    checks: int = 0
    partial: bool = True
    zones: tuple[ZoneRule, ...] = ()

    @cached_property
    def plain(self) -> bool:
        """Whether nothing restricts the ticket but its rights, its days and its entrances."""
        return all(
            getattr(self, item.name) == item.default
            for item in fields(self)
            if item.default is not MISSING and item.name != "version"
        )

    @cached_property
    def asks_when(self) -> bool:
        """Whether numbers of uses do not suffice: it matters when, on which day or what first."""
        return bool(
            self.start_days
            or self.use_days
            or self.use_minutes
            or self.uses_total
            or self.uses_day
            or self.interval_s
            or self.passback
            or any(z.uses_day or z.after or z.within_min or z.choice for z in self.zones)
        )

    def zone_rule(self, zone: str) -> ZoneRule | None:
        """Return what holds for one zone only, None when nothing does."""
        for rule in self.zones:
            if rule.zone == zone:
                return rule
        return None


@dataclass(frozen=True)
class ZoneUse:
    """Net uses of one ticket in one zone; moments and days as in :class:`History`."""

    used: int = 0
    first_t: float | None = None
    last_t: float | None = None
    last_day: int = -1
    day_used: int = 0


@dataclass(frozen=True)
class History:
    """Uses of one ticket in the zone of the gate, without those released or reversed.

    ``used`` is the net number; first and last describe the earliest and the latest of them;
    ``day_used`` of them were on the site's day ``last_day``, the latest with a use (-1: unknown or
    none). ``others``: (zone code, uses) of the other zones that have net uses; ``out_t``: when the
    ticket was last seen to leave.
    """

    used: int = 0
    first_t: float | None = None
    first_lane: str = ""
    last_t: float | None = None
    last_lane: str = ""
    last_day: int = -1
    day_used: int = 0
    others: tuple[tuple[str, ZoneUse], ...] = ()
    out_t: float | None = None


@dataclass(frozen=True)
class GateView:
    """One lane at one moment; ``zone`` None = the lane leads outside.

    ``cut_off``: no contact with the server for so long that its lists may be stale; ``staff``: an
    attendant stands by and answers for this scan; ``exposure``: stage of ``exposure.py``, how much
    this gate has let in that the server has not heard of; ``clock_trusted`` False = the clock is
    only a lower bound of the true time. ``minute`` of the day, -1 = the first of ``quarter``;
    ``tz``: the site's time zone, in which the day of an earlier use is told (None: from today's
    midnight on in steps of 24 hours).
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
    exposure: int = 0
    minute: int = -1
    tz: tzinfo | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.minute < 0:
            object.__setattr__(self, "minute", self.quarter * MINUTES_PER_QUARTER)

    @classmethod
    def at(cls, now: float, tz: tzinfo, **fields) -> GateView:
        """View of a lane at a moment; fills day, minute and quarter from the site's time zone."""
        day, minute = day_and_minute(now, tz)
        return cls(day=day, quarter=minute // MINUTES_PER_QUARTER, minute=minute, tz=tz, **fields)


@dataclass(frozen=True)
class Decision:
    """Answer to one scan. A gate opens for ``admit`` persons, never because of a colour.

    ``uses``: rights to write to the ledger (0 on the way outside); ``rest``: rights left in the
    zone once they are written, None = unlimited or not looked at; ``first_use_*``: with E_USED
    and E_PERIOD, when and where the ticket was first used; ``clock_alarm``: the ticket was issued
    in the future of this clock.
    """

    reason: Reason
    colour: Colour
    admit: int = 0
    uses: int = 0
    rest: int | None = None
    first_use_t: float | None = None
    first_use_lane: str = ""
    clock_alarm: bool = False


@dataclass(frozen=True)
class Check:
    """What one check said: the line of an explanation.

    ``outcome``: "ok", "refuse", "doubt", or "skipped" = could not be judged, or the rule does not
    ask for it. A reason with outcome "ok" is one that the attendant has settled. ``facts``: what
    was compared, for people; ``decided``: this check is the answer.
    """

    name: str
    outcome: str
    reason: Reason | None = None
    facts: dict[str, object] = field(default_factory=dict)
    decided: bool = False


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
