"""Decisions that every version of this code must make in the same way; asked before it serves.

Not a test of the rules: a fixed code under a fixed key, so that a set of handlers that was mixed
or cut short, or meets another cryptography library, is found before a visitor finds it.
"""

from __future__ import annotations

from ..scenic_rules.views import History
from ..scenic_rules.wire import TicketRow, ticket_from_wire
from .config import parse
from .judge import Judge

NOW = 1_790_000_000.0
SITE, PRODUCT, ZONE = 7, 101, "GATE"
ROOT = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"
CERTIFICATE = (
    "1200070000000b000000010105000000000000259806007fffffff0000ffffff00ffffffffffff03a107bff3"
    "ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8d55600bd80debfca499904696a833cc90b"
    "6a63c3279c03512ed2e99f1fca916813806b134cf0a511ab51be6b62acc2dde1d08d3e0eb8b8223c6b333c2e"
    "80bd08"
)
CODE = (
    "ST1CAAAOAAAAAFQAAAAAEAAAZIJS4AAD7YAAEAP77YAAAGKKWSEOSL4RMXODUO7UNY7FJ5FHACNY5LPE6IJ4Z3KR"
    "XZGPFK7TZ2HEOOXVXSMGWEJ3OG4W5BXH7WUXZOC6ZG55WVJN5GPXVWDJOSREKH5OBQ"
)
UID = "0000000b00000001"
DAY = 2455

CONFIG = {
    "site": {"code": SITE, "name": "", "tz": "Asia/Shanghai", "utc_offset": 28800},
    "roots": [{"kid": 1, "alg": 1, "pub": ROOT}],
    "certificates": [CERTIFICATE],
    "rules": [
        {"product": PRODUCT, "risk": 0, "staff_pax": 10, "class_no": 0, "entrances": 65535,
         "rights": {ZONE: 1}, "version": 1}
    ],
    "lanes": [
        {"code": "T", "zone": ZONE, "entrance": 0, "confirm": "none", "devices": []}
    ],
}  # fmt: skip


class _Tester(Judge):
    """A judge with one listed ticket, or none."""

    def __init__(self, row: dict | None) -> None:
        super().__init__()
        self._listed = ticket_from_wire(row, SITE) if row else None
        self.configure(parse(CONFIG))
        self.trusted, self.contact = True, NOW

    def row_of(self, uid: int) -> TicketRow | None:
        return self._listed if self._listed and self._listed.ticket.uid == uid else None

    def row_of_alias(self, alias: str) -> TicketRow | None:
        return None

    def past_of(self, uid: int, zone: str, with_exit: bool) -> History:
        return (
            History(used=dict(self._listed.elsewhere).get(zone, 0)) if self._listed else History()
        )


def _row(state: str, used: int) -> dict:
    return {
        "u": UID, "g": 0, "p": PRODUCT, "f": DAY, "d": 1, "s": [255, 0], "x": 1, "e": 65535,
        "fl": 0, "st": state, "r": {ZONE: 1}, "o": {ZONE: used}, "a": "", "iat": 0,
    }  # fmt: skip


def run() -> str:
    """Return what is wrong, empty when every decision is as it must be."""
    forged = CODE[:-1] + ("A" if CODE[-1] != "A" else "B")
    cases = (
        ("good", None, CODE, "OK"),
        ("listed", _row("valid", 0), CODE, "OK"),
        ("used", _row("valid", 1), CODE, "E_USED"),
        ("revoked", _row("void", 0), CODE, "E_REVOKED"),
        ("forged", None, CODE[:60] + ("A" if CODE[60] != "A" else "B") + CODE[61:], "E_SIG"),
        ("cut", None, forged[:100], "E_FORMAT"),
        ("foreign", None, "https://example.com/pay?x=1", "E_FOREIGN"),
    )
    for name, row, text, expected in cases:
        tester = _Tester(row)
        place = tester.config.lanes["T"]
        decision = tester.judge(place, text, NOW, 0, False)[1]
        if decision.reason.value != expected:
            return f"{name}: {decision.reason.value}, not {expected}"
    return ""
