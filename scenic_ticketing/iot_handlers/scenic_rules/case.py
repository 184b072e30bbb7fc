"""One question to ``decide``, and what several checks need to know about it."""

from __future__ import annotations

from .allowance import left, right_in
from .site_time import MINUTES_PER_DAY, MINUTES_PER_QUARTER, day_at
from .ticket_code import EPOCH, NO_SLOT
from .views import GateView, History, RuleView, TicketView, ZoneRule

_NO_RULE = RuleView(0, 0, 0, 0, 0, ())
_NO_ZONE_RULE = ZoneRule("")
_SECONDS_PER_DAY = 86400


class Case:
    """The arguments of ``decide``, and numbers that follow from them.

    ``known``: the rule is there and of the ticket's product (otherwise ``rule`` restricts
    nothing); ``slotted``: the slot of the ticket holds in this zone; ``day``, ``minute``: the
    visit's, see :meth:`_move_to_slot_day`; ``last_day``: last day on which the ticket is good;
    ``right``, ``rest``: granted and left in the zone, None for no right and for unlimited;
    ``need``: persons that at least have to pass.
    """

    __slots__ = (
        "day", "first_t", "gate", "history", "known", "last_day", "live", "minute", "need", "now",
        "open_from", "open_to", "others", "pax", "rest", "right", "rule", "slotted", "ticket",
        "today", "total", "used", "wanted", "zone_rule", "zone_today",
    )  # fmt: skip

    def __init__(
        self,
        ticket: TicketView,
        rule: RuleView | None,
        history: History,
        gate: GateView,
        now: float,
        wanted: int,
        live: bool,
    ) -> None:
        self.ticket, self.history, self.gate = ticket, history, gate
        self.now, self.wanted, self.live = now, wanted, live
        self.known = rule is not None and rule.product == ticket.product
        self.rule: RuleView = rule if rule is not None and self.known else _NO_RULE
        self.pax = max(1, ticket.pax)
        self.need = max(1, wanted)
        self.right = right_in(ticket.rights, gate.zone or "")
        self.rest = None if self.right is None else left(self.right, history.used)
        found = None if self.right is None else self.rule.zone_rule(gate.zone or "")
        self.zone_rule: ZoneRule = found or _NO_ZONE_RULE
        self._count()
        self._date()

    def _count(self) -> None:
        """Add up the uses of all zones: altogether, today, and when the first was."""
        history, day = self.history, self.gate.day
        self.used = max(0, history.used)
        self.first_t = history.first_t if self.used else None
        # a day ahead of ours: the other clock passed midnight first
        self.zone_today = max(0, history.day_used) if self.used and history.last_day >= day else 0
        self.total, self.today = self.used, self.zone_today
        self.others = {zone: use for zone, use in history.others if use.used > 0}
        for use in self.others.values():
            self.total += use.used
            if use.last_day >= day:
                self.today += max(0, use.day_used)
            if use.first_t is not None and (self.first_t is None or use.first_t < self.first_t):
                self.first_t = use.first_t

    def _date(self) -> None:
        ticket, rule = self.ticket, self.rule
        days = ticket.valid_days
        if rule.start_days and not self.total:
            days = min(days, rule.start_days)
        self.last_day = ticket.valid_from + days - 1
        self.day, self.minute = self.gate.day, self.gate.minute
        self.open_from, self.open_to = 0, 2 * MINUTES_PER_DAY
        self.slotted = ticket.slot_start != NO_SLOT and rule.slot_zone in ("", self.gate.zone)
        if self.slotted:
            start = ticket.slot_start * MINUTES_PER_QUARTER
            length = ticket.slot_len * MINUTES_PER_QUARTER
            # a slot that ends with the day has no end that minutes of grace could follow
            end = start + length + rule.grace_after_min if length else MINUTES_PER_DAY
            self.open_from, self.open_to = start - rule.grace_before_min, end
            self._move_to_slot_day()

    def _move_to_slot_day(self) -> None:
        """Count the minutes from the midnight before the slot.

        A slot may end after midnight, or its grace may: whoever comes then belongs to the day on
        which the slot began, and that is the day the ticket is for. The same holds for the
        minutes of grace before a slot that begins at midnight.
        """
        for days in (0, -1, 1):
            day, minute = self.gate.day + days, self.gate.minute - days * MINUTES_PER_DAY
            good_day = self.ticket.valid_from <= day <= self.last_day
            if good_day and self.open_from <= minute < self.open_to:
                self.day, self.minute = day, minute
                return

    # ----------------------------------------------------------------- limits

    def left_of(self, limit: int, used: int) -> int | None:
        """Persons that a limit per person still lets in; None when there is no limit."""
        return left(limit * self.pax, used)

    def left_in_all(self) -> int | None:
        """Persons whom the uses over all zones still let in."""
        return self.left_of(self.rule.uses_total, self.total)

    def left_today(self) -> int | None:
        """Persons whom the uses of this day still let in, over all zones and in this one."""
        everywhere = self.left_of(self.rule.uses_day, self.today)
        here = self.left_of(self.zone_rule.uses_day, self.zone_today)
        if everywhere is None or here is None:
            return here if everywhere is None else everywhere
        return min(everywhere, here)

    def left_of_round(self) -> int:
        """Persons of the code who have not entered yet since all of them last had."""
        return self.pax - self.used % self.pax

    def to_follow(self) -> int:
        """Persons who may still follow the others of their group at once; 0 = all are in."""
        return self.left_of_round() % self.pax

    def left_of_interval(self) -> int | None:
        """Persons who need not wait for the interval; None when nobody has to."""
        last_t = self.history.last_t
        if not (self.rule.interval_s and self.used) or last_t is None:
            return None
        # a moment of another clock may lie ahead; it must not shut the ticket out for long
        return self.to_follow() if abs(self.now - last_t) < self.rule.interval_s else None

    def left_outside(self) -> int | None:
        """Persons who are not inside already; None when nobody cares or all have left."""
        if not (self.rule.passback and self.used):
            return None
        out_t, last_t = self.history.out_t, self.history.last_t
        if out_t is not None and (last_t is None or out_t >= last_t):
            return None
        return self.to_follow()

    def persons(self) -> int:
        """How many pass: as many as staff counted, else as many as every limit allows."""
        if self.wanted:
            return self.wanted
        if self.rule.plain:
            return self.ticket.pax if self.rest is None else min(self.ticket.pax, self.rest)
        certain = (self.rest, self.left_in_all(), self.left_outside())
        clocked = (self.left_today(), self.left_of_interval())
        # where an attendant has overruled a doubtful clock, what it forbade does not count
        settled = self.gate.staff and not self.gate.clock_trusted
        counts = [number for number in certain if number is not None]
        counts += [number for number in clocked if number or (number == 0 and not settled)]
        return min(self.ticket.pax, *counts) if counts else self.ticket.pax

    # ------------------------------------------------------------------- time

    def seconds_ahead(self) -> float:
        """How far in the future of the gate the ticket was issued; negative: in the past."""
        return self.ticket.iat + EPOCH - self.now

    def days_used(self) -> int:
        """Days since the first use, its own day being the first; 0 when it is unknown."""
        if self.first_t is None:
            return 0
        if self.gate.tz is not None:
            return self.gate.day - day_at(self.first_t, self.gate.tz) + 1
        midnight = self.now - self.now % 60 - self.gate.minute * 60
        return int(-(-(midnight - self.first_t) // _SECONDS_PER_DAY)) + 1

    def first_use_in(self, zone: str) -> float | None:
        """Moment of the first use in another zone."""
        return self.others[zone].first_t if zone in self.others else None

    def was_used(self, zone: str) -> bool:
        """Whether the ticket has net uses in another zone."""
        return zone in self.others
