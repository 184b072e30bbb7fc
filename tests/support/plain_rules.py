"""What tickets may do, written a second time and as plainly as possible: the model of the tests.

Every passage of every person is an entry in a list, and every question goes through the list. No
sums are kept, no day numbers, no minutes of a day: only dates, clock times and differences. It
shares no code with scenic_rules, so that the two can only agree by both being right.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

UTC = ZoneInfo("UTC")
DAY = timedelta(days=1)
# in the order in which they are said; what a doubtful clock leaves open; what staff can settle
ORDER = (
    *("site", "product", "state", "until", "slot_over", "clock", "from", "slot", "weekday"),
    *("blackout", "hours", "period", "entrance", "live", "zone", "same_scan", "right", "choice"),
    *("total", "day", "order", "within", "interval", "passback", "id", "concession"),
    *("companion", "holder", "group", "risk", "exposure"),
)
CLOCKED = {"clock", "from", "slot", "weekday", "blackout", "hours", "day", "interval"}
DOUBTS = {"id", "concession", "companion", "holder", "group", "risk"}
STATES = {
    "valid": None,
    "void": "E_REVOKED",
    "superseded": "E_SUPERSEDED",
    "blocked": "E_BLOCKED",
    "held": "E_HELD",
}
SEEN_BY_STAFF = {
    "id": "R_ID",
    "concession": "R_CONCESSION",
    "companion": "R_COMPANION",
    "holder": "R_HOLDER",
}
AREA_FREE = {
    "uses_day": 0,
    "after": "",
    "within": None,
    "choice": 0,
    "pick": 1,
    "hours": (),
    "weekdays": range(7),
}


@dataclass
class Entry:
    """One person went into one zone; ``visit`` says with which scan."""

    zone: str
    lane: str
    at: datetime
    visit: int


@dataclass
class Scan:
    """A question: may they pass now?"""

    zone: str
    lane: str
    at: datetime
    entrance: int = 0
    wanted: int = 0
    staff: bool = False
    clock_trusted: bool = True
    cut_off: bool = False


@dataclass
class PlainTicket:
    """A ticket, its rule in words of people, and all that happened to it."""

    tz: ZoneInfo
    pax: int
    first: date
    days: int
    uses: dict  # {zone: uses per person, 0 = as often as one likes}
    state: str = "valid"
    slot: tuple | None = None  # (time of the day, timedelta or None = until midnight)
    slot_zone: str = ""  # the only zone in which the slot holds
    entrances: tuple = tuple(range(16))
    issued: datetime | None = None
    listed: bool = True
    weekdays: tuple = tuple(range(7))
    blackout: tuple = ()  # pairs of dates
    hours: tuple = ()  # pairs of minutes of the day
    start_days: int = 0
    use_days: int = 0
    use_time: timedelta | None = None
    uses_total: int = 0
    uses_day: int = 0
    interval: timedelta | None = None
    passback: bool = False
    grace: tuple = (timedelta(0), timedelta(0))
    seen_by_staff: tuple = ()
    staff_pax: int = 10
    partial: bool = True
    risky: bool = False
    areas: dict = field(default_factory=dict)  # {zone: like AREA_FREE}
    entries: list = field(default_factory=list)
    exits: list = field(default_factory=list)

    # ------------------------------------------------------------- what happened

    def enter(self, scan, persons, visit):
        self.entries += [Entry(scan.zone, scan.lane, scan.at, visit) for _ in range(persons)]

    def give_back(self, visit, persons):
        for entry in [entry for entry in self.entries if entry.visit == visit][:persons]:
            self.entries.remove(entry)

    def inside(self, zone):
        return sorted((e for e in self.entries if e.zone == zone), key=lambda entry: entry.at)

    def local(self, moment):
        return moment.astimezone(self.tz)

    # ------------------------------------------------------------------ the day

    def last(self):
        days = self.days
        if self.start_days and not self.entries:
            days = min(days, self.start_days)
        return self.first + (days - 1) * DAY

    def has_slot(self, zone):
        return self.slot is not None and (not self.slot_zone or zone == self.slot_zone)

    def slot_of(self, day, zone):
        """The slot on a day, as two moments on the wall."""
        midnight = datetime.combine(day, time())
        if not self.has_slot(zone):
            return datetime.min, datetime.max
        start, length = self.slot
        begin = datetime.combine(day, start)
        end = midnight + DAY if length is None else begin + length + self.grace[1]
        return begin - self.grace[0], end

    def visit_day(self, scan):
        """The day that a visit belongs to: that of the slot, if it is in one."""
        today, wall = self.local(scan.at).date(), self.local(scan.at).replace(tzinfo=None)
        if self.has_slot(scan.zone):
            for day in (today, today - DAY, today + DAY):
                begin, end = self.slot_of(day, scan.zone)
                if self.first <= day <= self.last() and begin <= wall < end:
                    return day
        return today

    # ------------------------------------------------------------------- counts

    def too_many(self, scan, persons, name):
        """Whether a limit that counts persons says no to this many."""
        mine, area = self.inside(scan.zone), self.areas.get(scan.zone, AREA_FREE)
        today = [e for e in self.entries if self.local(e.at).date() == self.local(scan.at).date()]
        if name == "right":
            return _over(self.uses[scan.zone], self.pax, len(mine) + persons)
        if name == "total":
            return _over(self.uses_total, self.pax, len(self.entries) + persons)
        if name == "day":
            here = len([entry for entry in today if entry.zone == scan.zone])
            return _over(self.uses_day, self.pax, len(today) + persons) or _over(
                area["uses_day"], self.pax, here + persons
            )
        if not mine:
            return False
        still_outside = -len(mine) % self.pax  # of those who are entering together
        if name == "interval":
            soon = self.interval and abs(scan.at - mine[-1].at) < self.interval
            return bool(soon) and persons > still_outside
        left = any(moment >= mine[-1].at for moment in self.exits)
        return self.passback and not left and persons > still_outside

    def persons(self, scan):
        """As many as were counted, or else the most that nothing forbids."""
        if scan.wanted:
            return scan.wanted
        names = {"right", "total", "day", "interval", "passback"}
        if scan.staff and not scan.clock_trusted:
            # what an attendant knows better than the clock forbids nothing, if it forbids all
            names -= {name for name in names & CLOCKED if self.too_many(scan, 1, name)}
        for persons in range(self.pax, 0, -1):
            if not any(self.too_many(scan, persons, name) for name in names):
                return persons
        return 0

    # -------------------------------------------------------------- the questions

    def objections(self, scan):
        """{check: reason or None}; checks that cannot be asked are missing."""
        found = {
            "site": None,
            "product": None,
            "state": STATES[self.state],
            "live": None,
            **self._objections_of_time(scan),
            "entrance": None if scan.entrance in self.entrances else "E_ENTRANCE",
            "zone": None if scan.zone in self.uses else "E_ZONE",
            **{
                name: reason if name in self.seen_by_staff and not scan.staff else None
                for name, reason in SEEN_BY_STAFF.items()
            },
        }
        unknown = scan.cut_off and self.risky and not self.listed and not scan.staff
        found["risk"] = "R_UNLISTED_CUT_OFF" if unknown else None
        return found | (self._objections_of_rights(scan) if scan.zone in self.uses else {})

    def _objections_of_time(self, scan):
        here, day, last = self.local(scan.at), self.visit_day(scan), self.last()
        wall = here.replace(tzinfo=None)
        begin, end = self.slot_of(day, scan.zone)
        slot = self.has_slot(scan.zone)
        area = self.areas.get(scan.zone, AREA_FREE) if scan.zone in self.uses else AREA_FREE
        ahead = self.issued is not None and self.issued - scan.at > timedelta(hours=6)
        wrong_day = not (day.weekday() in self.weekdays and day.weekday() in area["weekdays"])
        closed = any(first <= day <= to for first, to in self.blackout)
        open_now = _in_hours(here, self.hours) and _in_hours(here, area["hours"])
        return {
            "until": "E_EXPIRED" if day > last else None,
            "slot_over": "E_SLOT" if slot and day == last and wall >= end else None,
            "clock": "E_CLOCK" if ahead else None,
            "from": "E_EARLY" if day < self.first else None,
            "slot": "E_SLOT" if slot and not begin <= wall < end else None,
            "weekday": "E_WEEKDAY" if wrong_day else None,
            "blackout": "E_BLACKOUT" if closed else None,
            "hours": None if open_now else "E_HOURS",
            "period": "E_PERIOD" if self._is_over(scan) else None,
        }

    def _is_over(self, scan):
        if not self.entries:
            return False
        begun = min(entry.at for entry in self.entries)
        days = (self.local(scan.at).date() - self.local(begun).date()).days + 1
        too_late = self.use_time is not None and scan.at > begun + self.use_time
        return too_late or bool(self.use_days and days > self.use_days)

    def _objections_of_rights(self, scan):
        need = max(1, scan.wanted)
        counts = {
            "right": "E_USED",
            "total": "E_TOTAL",
            "day": "E_DAY_LIMIT",
            "interval": "E_INTERVAL",
            "passback": "E_PASSBACK",
        }
        found = {
            name: reason if self.too_many(scan, need, name) else None
            for name, reason in counts.items()
        }
        mine, area = self.inside(scan.zone), self.areas.get(scan.zone, AREA_FREE)
        again = (
            self.pax == 1
            and mine
            and mine[-1].lane == scan.lane
            and abs(scan.at - mine[-1].at) < timedelta(seconds=8)
        )
        found["same_scan"] = "SAME_SCAN" if again else None
        found["choice"] = "E_CHOICE" if not mine and self._has_chosen(scan, area) else None
        earlier = self.inside(area["after"]) if area["after"] else self.entries
        found["order"] = "E_ORDER" if area["after"] and not earlier else None
        begun = min((entry.at for entry in earlier), default=None)
        late = area["within"] is not None and begun is not None
        found["within"] = "E_WITHIN" if late and scan.at > begun + area["within"] else None
        found["group"] = None if self._is_counted(scan) else "R_GROUP_COUNT"
        return found

    def _has_chosen(self, scan, area):
        rivals = [
            zone
            for zone, other in self.areas.items()
            if area["choice"] and other["choice"] == area["choice"] and zone != scan.zone
        ]
        return bool(rivals) and len([z for z in rivals if self.inside(z)]) >= area["pick"]

    def _is_counted(self, scan):
        persons = self.persons(scan)
        if not 1 <= persons <= self.pax:
            return False
        if self.pax > self.staff_pax and not (scan.staff and scan.wanted):
            return False
        entering = self.pax - len(self.inside(scan.zone)) % self.pax
        return self.partial or persons == entering

    def answer(self, scan):
        """(reason, colour, persons admitted): what has to be decided."""
        found, doubts = self.objections(scan), []
        for name in ORDER:
            reason = found.get(name)
            if reason is None:
                continue
            if name in DOUBTS or (name in CLOCKED and not scan.clock_trusted):
                if name in DOUBTS or not scan.staff:
                    doubts.append(reason)
                continue
            colour = {"SAME_SCAN": "GREEN", "E_CLOCK": "STAFF"}.get(reason, "RED")
            return reason, colour, 0
        if doubts:
            return doubts[0], "STAFF", 0
        return "OK", "GREEN", self.persons(scan)


def _over(limit, pax, persons):
    return bool(limit) and persons > limit * pax


def _in_hours(here, hours):
    minute = here.hour * 60 + here.minute
    return not hours or any(minute in range(start, end) for start, end in hours)
