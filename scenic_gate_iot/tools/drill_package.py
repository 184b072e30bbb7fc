"""Test tickets of a drill: signed like real ones, under a key and products that no gate knows.

The key number lies below those of real certificates and the product numbers are the highest there
are, so neither is ever given to anybody. One lane of a box takes them for the minute of its drill
and forgets them. Pure but for the records it is given.
"""

from datetime import datetime, timedelta, timezone

from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules import ticket_code
from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules.ticket_code import (
    EPOCH,
    NO_SLOT,
    CodeError,
    TicketCode,
)

KID, PRODUCT = 0xFFFF, 0xFFFF
RISKY, RISK = 0xFFFE, 2  # a product that a lane without contact lets in only when listed
QUIET_S = 60  # without a scan at the lane
DAYS = 2  # a ticket is good for: midnight may come while a drill waits
# name, expected answer, (state, uses elsewhere) of the listed row or None, days from today, product
STEPS = (
    ("good", "OK", ("valid", 0), 0, PRODUCT),
    ("used", "E_USED", ("valid", 1), 0, PRODUCT),
    ("forged", "E_SIG", None, 0, PRODUCT),
    ("revoked", "E_REVOKED", ("void", 0), 0, PRODUCT),
    ("expired", "E_EXPIRED", None, -30, PRODUCT),
    ("unlisted", "OK", None, 0, PRODUCT),
    ("risky", "R_UNLISTED_CUT_OFF", None, 0, RISKY),
)
# boxes that cut off all of their lanes are not told of these: they do not know the product
ONE_LANE_ONLY = ("risky",)


def lines(signer, site, number, now):
    """Return the values of the lines of drill ``number``; ``now``: Unix seconds."""
    today = int(now + site._gate_utc_offset() - EPOCH) // 86400
    return [
        _line(signer, site, number * 8 + index, today, now, index, step)
        for index, step in enumerate(STEPS)
    ]


def _line(signer, site, serial, today, now, index, step):
    name, expected, listed, days, product = step
    ticket = TicketCode(
        site=site.code,
        kid=KID,
        serial=serial % 2**32,
        gen=0,
        product=product,
        valid_from=today + days,
        valid_days=DAYS,
        slot_start=NO_SLOT,
        slot_len=0,
        pax=1,
        uses=0,
        entrances=0xFFFF,
        flags=0,
        iat=int(now - EPOCH) - 60,
    )
    text = ticket_code.encode(ticket, signer)
    if name == "forged":
        # one sign of the signature
        text = text[:-20] + ("A" if text[-20] != "A" else "B") + text[-19:]
    return {
        "sequence": index,
        "name": name,
        "expected": expected,
        "uid": ticket_code.uid_hex(ticket.uid),
        "code": text,
        "row": _row(ticket, *listed) if listed else False,
    }


def _row(ticket, state, used):
    return {
        "u": ticket_code.uid_hex(ticket.uid),
        "g": 0,
        "p": PRODUCT,
        "f": ticket.valid_from,
        "d": ticket.valid_days,
        "s": [NO_SLOT, 0],
        "x": 1,
        "e": 0xFFFF,
        "fl": 0,
        "st": state,
        "used": used,
        "a": "",
        "iat": ticket.iat,
    }


def package(drill, keys, offered_at, expires):
    """Return what the box of ``drill`` is sent; ``expires``: timedelta after ``offered_at``."""
    zone, site = drill.lane_id.zone_id.code, drill.box_id.site_id
    now = offered_at.replace(tzinfo=timezone.utc).timestamp()
    tickets = []
    for line in drill.sudo().line_ids.filtered("row"):
        row = dict(line.row)
        used = row.pop("used")
        tickets.append(row | {"r": {zone: 1}, "o": {zone: used}})
    certificate = keys.issue_server_certificate(site.code, KID, int(now) - 86400, int(now) + 86400)
    rule = _rule(PRODUCT, 0, zone)
    steps = [(line.name, line.code) for line in drill.sudo().line_ids]
    return {
        "uid": drill.uid,
        "lane": drill.lane_id.code,
        "expires": now + expires.total_seconds(),
        "quiet_s": QUIET_S,
        "certificate": certificate.hex(),
        "rule": rule,
        "tickets": tickets,
        "steps": _steps(step for step in steps if step[0] not in ONE_LANE_ONLY),
        # boxes before 19.0.1.4.0 do not read these
        "rules": [rule, _rule(RISKY, RISK, zone)],
        "more_steps": _steps(step for step in steps if step[0] in ONE_LANE_ONLY),
    }


def _rule(product, risk, zone):
    return {
        "product": product,
        "risk": risk,
        "staff_pax": 10,
        "class_no": 0,
        "entrances": 0xFFFF,
        "rights": {zone: 1},
        "version": 0,
    }


def _steps(steps):
    return [{"name": name, "text": code} for name, code in steps]


# ------------------------------------------------------------- what a box told


def steps(told):
    """Return the steps of a report, whatever else is in it."""
    found = told.get("steps")
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def report_values(told):
    """Return the values of a drill that its report tells."""
    return {
        "began_at": _moment(told.get("began")),
        "ended_at": _moment(told.get("ended")),
        "cut": "lane" if told.get("cut") == "lane" else "box",
        "epoch": str(told.get("epoch") or "")[:16],
        "first": _number(told.get("first")),
        "last": _number(told.get("last")),
    }


def line_values(step):
    """Return the values of a line that the report tells; ``step`` None: nothing."""
    took = (step or {}).get("ms")
    return {
        "is_shown": bool(step),
        "got": str((step or {}).get("reason") or "")[:64],
        "took_ms": float(took) if isinstance(took, (int, float)) else 0.0,
        "shut": (step or {}).get("shut") is True,
    }


def may_be_test(fact):
    """Tell whether a fact may be about a test ticket; their lines tell whether it is."""
    if fact["uid"]:
        return fact["uid"].startswith(f"{KID:08x}")
    if not fact["code"]:
        return False
    try:
        return ticket_code.decode(fact["code"]).ticket.kid == KID
    except CodeError:
        return False


def moment(t):
    """Return naive UTC of Unix milliseconds."""
    return datetime(1970, 1, 1) + timedelta(milliseconds=t)


def _moment(value):
    try:
        return datetime.fromtimestamp(value, timezone.utc).replace(tzinfo=None, microsecond=0)
    except (TypeError, ValueError, OverflowError, OSError):
        return False


def _number(value):
    return value if type(value) is int and 0 <= value < 2**31 else 0
