"""Views as JSON objects of the sync protocol, version 1.

Reading is strict: a value of the wrong kind or range is a WireError that names it, so that a
broken row is reported and never half understood. Members that are not known are ignored, which
lets a newer server talk to an older box.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from .allowance import Rights
from .reason import Colour, Reason
from .signature import ED25519
from .ticket_code import CodeError, parse_uid, uid_hex
from .views import (
    STATE_SUPERSEDED,
    STATE_VALID,
    STATE_VOID,
    Decision,
    RuleView,
    TicketView,
)

VERSION = 1

_U8, _U16, _U31, _U32 = 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF


class WireError(ValueError):
    """A message that does not follow the protocol."""


@dataclass(frozen=True)
class TicketRow:
    """A ticket as the server lists it: the view, its alias, and uses at other places by zone.

    ``elsewhere`` may be negative: the ledger took back a use that the receiving box reported.
    """

    ticket: TicketView
    alias: str = ""
    elsewhere: Mapping[str, int] = field(default_factory=dict)


def ticket_to_wire(row: TicketRow) -> dict:
    """Write one row of ``tickets`` in a sync reply; the site is that of the configuration."""
    ticket = row.ticket
    return {
        "u": uid_hex(ticket.uid),
        "g": ticket.gen,
        "p": ticket.product,
        "f": ticket.valid_from,
        "d": ticket.valid_days,
        "s": [ticket.slot_start, ticket.slot_len],
        "x": ticket.pax,
        "e": ticket.entrances,
        "fl": ticket.flags,
        "st": ticket.state,
        "r": dict(ticket.rights),
        "o": dict(row.elsewhere),
        "a": row.alias,
        "iat": ticket.iat,
    }


def ticket_from_wire(data: dict, site: int) -> TicketRow:
    """Read one row of ``tickets``; the ticket is a listed one."""
    _object(data, "ticket")
    try:
        uid = parse_uid(_text(data, "u"))
    except CodeError:
        raise WireError("u is no uid") from None
    slot = data.get("s")
    if not isinstance(slot, list) or len(slot) != 2:
        raise WireError("s is no pair")
    state = _text(data, "st")
    if state not in (STATE_VALID, STATE_VOID, STATE_SUPERSEDED):
        raise WireError("st is no state")
    ticket = TicketView(
        uid=uid,
        gen=_number(data, "g", _U8),
        site=site,
        product=_number(data, "p", _U16),
        valid_from=_number(data, "f", _U16),
        valid_days=_number(data, "d", _U16),
        slot_start=_in_range(slot[0], "s", _U8),
        slot_len=_in_range(slot[1], "s", _U8),
        pax=_number(data, "x", _U8),
        entrances=_number(data, "e", _U16),
        flags=_number(data, "fl", _U16),
        state=state,
        rights=_rights(data, "r"),
        iat=_number(data, "iat", _U32),
        listed=True,
    )
    return TicketRow(ticket, _text(data, "a"), dict(_per_zone(data, "o", -_U31)))


def rule_to_wire(rule: RuleView) -> dict:
    """Write one of ``rules`` in a configuration."""
    data = {item.name: getattr(rule, item.name) for item in fields(rule)}
    return data | {"rights": dict(rule.rights)}


def rule_from_wire(data: dict) -> RuleView:
    """Read one of ``rules``."""
    _object(data, "rule")
    return RuleView(
        product=_number(data, "product", _U16),
        risk=_number(data, "risk", _U8),
        staff_pax=_number(data, "staff_pax", _U16),
        class_no=_number(data, "class_no", 31),
        entrances=_number(data, "entrances", _U16),
        rights=_rights(data, "rights"),
        version=_number(data, "version", _U31),
    )


def decision_to_wire(decision: Decision) -> dict:
    """Write the answer of an online redemption."""
    data = {item.name: getattr(decision, item.name) for item in fields(decision)}
    return data | {"reason": decision.reason.value, "colour": decision.colour.value}


def decision_from_wire(data: dict) -> Decision:
    """Read the answer of an online redemption; a reason of a newer server is an E_FAULT."""
    _object(data, "decision")
    try:
        colour = Colour(_text(data, "colour"))
    except ValueError:
        raise WireError("colour is no colour") from None
    reason = _text(data, "reason")
    known = reason in Reason.__members__
    return Decision(
        reason=Reason(reason) if known else Reason.E_FAULT,
        colour=colour,
        admit=_number(data, "admit", _U16),
        uses=_number(data, "uses", _U16),
        rest=None if data.get("rest") is None else _number(data, "rest", _U31),
        first_use_t=_moment(data, "first_use_t"),
        first_use_lane=_text(data, "first_use_lane"),
        clock_alarm=data.get("clock_alarm") is True,
    )


def roots_to_wire(roots: Mapping[int, tuple[int, bytes]]) -> list[dict]:
    """Write the ``roots`` of a configuration."""
    return [{"kid": kid, "alg": alg, "pub": pub.hex()} for kid, (alg, pub) in sorted(roots.items())]


def roots_from_wire(items: list) -> dict[int, tuple[int, bytes]]:
    """Read the ``roots`` of a configuration; only Ed25519 roots exist."""
    roots = {}
    for item in items:
        _object(item, "root")
        try:
            pub = bytes.fromhex(_text(item, "pub"))
        except ValueError:
            pub = b""
        if item.get("alg") != ED25519 or len(pub) != 32:
            raise WireError("pub is no root key")
        roots[_number(item, "kid", _U32)] = (ED25519, pub)
    return roots


def _object(data: object, what: str) -> None:
    if not isinstance(data, dict):
        raise WireError(f"{what} is no object")


def _in_range(value: object, name: str, top: int, bottom: int = 0) -> int:
    # bool is an int in Python, not in JSON
    if not isinstance(value, int) or isinstance(value, bool) or not bottom <= value <= top:
        raise WireError(f"{name} is no number from {bottom} to {top}")
    return value


def _number(data: dict, name: str, top: int) -> int:
    return _in_range(data.get(name), name, top)


def _text(data: dict, name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str):
        raise WireError(f"{name} is no text")
    return value


def _moment(data: dict, name: str) -> float | None:
    value = data.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))):
        raise WireError(f"{name} is no moment")
    return value


def _rights(data: dict, name: str) -> Rights:
    return _per_zone(data, name, 0)


def _per_zone(data: dict, name: str, bottom: int) -> Rights:
    value = data.get(name)
    if not isinstance(value, dict):
        raise WireError(f"{name} is no object")
    # stores of JSON objects shuffle their members: sorted, equal rights compare equal
    return tuple(
        sorted((zone, _in_range(n, f"{name}.{zone}", _U31, bottom)) for zone, n in value.items())
    )
