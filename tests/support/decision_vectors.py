"""Loader of tests/rules/data/decisions.json: histories that every judge has to answer alike.

The file is data, so that a gate in another language can be tested with it; its format is told in
scenic_ticketing/README.md, "Decision vectors". Nothing here imports the judged code: the pure
package, the box and the server each know it by another name.

    from decision_vectors import CASES
    for case in CASES: ...          # pytest ids: case.name
        case.rule                   # as in the configuration of a box; None = product unknown
        case.row(alias="T1")        # the ticket as in a sync reply ("o" and "h" empty)
        for step in case.steps:     # in order; step.t is Unix seconds
            step.do                 # "scan", "leave", "give_back"
"""

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

_FILE = Path(__file__).resolve().parents[1] / "rules" / "data" / "decisions.json"
_DATA = json.loads(_FILE.read_text())
EPOCH = 1577836800
EXPOSURE_LIMIT = {"limit_cents": 100}
EXPOSED = (0, 60, 90, 101)
"""Cents that bring a box with that limit to the stages 0 to 3."""
SITE, PRODUCT, UID = 7, 301, 0x21B2C3D40000002A
LANES = _DATA["lanes"]
"""{lane code: {"zone": code or None, "entrance": bit}}"""
ZONES = sorted({lane["zone"] for lane in LANES.values() if lane["zone"]})
USUAL_COLOURS = {"OK": "GREEN", "SAME_SCAN": "GREEN", "E_PRODUCT": "STAFF", "E_CLOCK": "STAFF"}


@dataclass(frozen=True)
class Step:
    """One thing that happens at ``t``.

    scan: at ``lane``, and ``expect`` {"reason", "colour", "admit", "rest"} is the answer; its
    rights are written when it admits. leave: the ticket's holder goes out through the lane OUT.
    give_back: ``persons`` of the scan number ``of`` (index into the steps) did not pass after all.
    """

    t: float
    do: str = "scan"
    lane: str = "P1"
    staff: bool = False
    wanted: int = 0
    live: bool = False
    cut_off: bool = False
    clock_trusted: bool = True
    exposure: int = 0  # stage: how much the gate has let in that the server has not heard of
    of: int = -1
    persons: int = 0
    expect: dict = field(default_factory=dict)

    @property
    def zone(self):
        return LANES[self.lane]["zone"]

    @property
    def entrance(self):
        return LANES[self.lane]["entrance"]


@dataclass(frozen=True)
class Case:
    """One ticket, its rule and what happens to it. ``only``: judges that can be in this case."""

    name: str
    tz: str
    rule: dict | None
    ticket: dict
    steps: tuple[Step, ...]
    only: tuple[str, ...] = ("rules", "box", "server")

    @property
    def zone_info(self):
        return ZoneInfo(self.tz)

    def row(self, uid=UID, alias="", **more):
        """The ticket as a row of a sync reply."""
        ticket, rights = self.ticket, (self.rule or {}).get("rights", {"PARK": 1})
        return {
            "u": f"{uid:016x}",
            "g": ticket["gen"],
            "p": ticket["product"],
            "f": day_number(ticket["from"]),
            "d": ticket["days"],
            "s": ticket["slot"],
            "x": ticket["pax"],
            "e": ticket["entrances"],
            "fl": ticket["flags"],
            "st": ticket["state"],
            "r": {zone: number * ticket["pax"] for zone, number in rights.items()},
            "o": {},
            "a": alias,
            "iat": int(moment(ticket["issued"], self.zone_info)) - EPOCH,
            **more,
        }


class Past:
    """What happened to a ticket so far, told as ``History`` asks: the plainest way there is."""

    def __init__(self, tz):
        self.tz, self.uses, self.out_t = tz, [], None

    def use(self, zone, lane, t, persons):
        """Write a passage; returns it for :meth:`give_back`."""
        self.uses.append({"zone": zone, "lane": lane, "t": t, "persons": persons})
        return self.uses[-1]

    def give_back(self, use, persons):
        use["persons"] -= persons

    def leave(self, t):
        self.out_t = t

    def in_zone(self, zone):
        """(used, first_t, last_t, last_day, day_used) and the lanes of first and last."""
        uses = [use for use in self.uses if use["zone"] == zone and use["persons"] > 0]
        if not uses:
            return (0, None, None, -1, 0), ("", "")
        uses.sort(key=lambda use: use["t"])
        days = [day_at(use["t"], self.tz) for use in uses]
        today = sum(use["persons"] for use, day in zip(uses, days, strict=True) if day == max(days))
        total = sum(use["persons"] for use in uses)
        moments = (total, uses[0]["t"], uses[-1]["t"], max(days), today)
        return moments, (uses[0]["lane"], uses[-1]["lane"])

    def zones(self, but=None):
        """{zone: (used, first_t, last_t, last_day, day_used)} of zones with uses."""
        zones = {use["zone"] for use in self.uses if use["persons"] > 0} - {but}
        return {zone: self.in_zone(zone)[0] for zone in sorted(zones)}


def day_number(text):
    """Days since 2020-01-01 of an ISO date."""
    return (date.fromisoformat(text) - date(2020, 1, 1)).days


def day_at(t, tz):
    """Day number of Unix seconds."""
    return (datetime.fromtimestamp(t, tz).date() - date(2020, 1, 1)).days


def moment(text, tz):
    """Unix seconds of an ISO date and time: of the site, unless it names its offset."""
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=tz)).timestamp()


def _rule(data):
    if data is None:
        return None
    rule = _DATA["rule"] | data
    if "blackout" in rule:
        rule["blackout"] = [[day_number(a), day_number(b)] for a, b in rule["blackout"]]
    return rule


def _step(data, tz):
    values = {name: value for name, value in data.items() if name not in ("at", "expect")}
    expect = dict(data.get("expect") or {})
    if expect:
        reason = expect["reason"]
        usual = USUAL_COLOURS.get(reason, "STAFF" if reason.startswith("R_") else "RED")
        expect = {"colour": usual, "admit": 0, "rest": None} | expect
    return Step(t=moment(data["at"], tz), expect=expect, **values)


def _case(data):
    tz = data.get("tz", _DATA["tz"])
    return Case(
        name=data["name"],
        tz=tz,
        rule=_rule(data.get("rule", {})),
        ticket=_DATA["ticket"] | data.get("ticket", {}),
        steps=tuple(_step(step, ZoneInfo(tz)) for step in data["steps"]),
        only=tuple(data.get("only", ("rules", "box", "server"))),
    )


CASES = [_case(data) for data in _DATA["cases"]]


def cases_for(judge):
    """The cases a judge can be in: "rules", "box" or "server"."""
    return [case for case in CASES if judge in case.only]
