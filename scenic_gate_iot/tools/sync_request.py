"""Reads the body of a sync request and names the first field that is not what it should be.

Pure: bytes in, plain values out. Only the *form* is judged here. Whether a fact makes sense is
never a reason to refuse it: it has happened, and the ledger gives it a verdict.
"""

import json
import re
from dataclasses import dataclass

from ..iot_handlers.scenic_gate.auth import MAX_FACTS
from ..iot_handlers.scenic_gate.facts import KINDS, MODES, RESERVED

MAX_SEQ = 2**31 - 1
MAX_TIME_MS = 253_370_764_800_000  # year 9999: a broken clock must not keep a report out
MAX_PAX = 65_535  # persons counted, for instance during an emergency
MAX_RESERVED = 255  # persons on one ticket code
MAX_CURSOR = 2**63 - 1
MAX_ACKS = 1_000
MAX_STATUS = 65_536  # characters of the status as JSON

_HEX16 = re.compile(r"[0-9a-f]{16}\Z")
_HEX32 = re.compile(r"[0-9a-f]{32}\Z")
_HEX64 = re.compile(r"[0-9a-f]{64}\Z")


class FieldError(ValueError):
    """``field`` of a request is not what the protocol says; ``text`` tells what is expected."""

    def __init__(self, field, text):
        super().__init__(f"{field}: {text}")
        self.field = field
        self.text = text


@dataclass(frozen=True)
class SyncRequest:
    """A well-formed sync request; ``facts`` are the dictionaries of the protocol, unchanged."""

    epoch: str
    facts: list
    oldest: int
    acks: list
    config_rev: str
    cursor: int
    status: dict


def _integer(value, field, low, high):
    # bool is an int in Python, but true is not a number in the protocol
    if type(value) is not int or not low <= value <= high:
        raise FieldError(field, f"an integer from {low} to {high} is expected")
    return value


def is_storable(text):
    """Tell whether PostgreSQL can keep a text: no NUL, no half of a character."""
    try:
        return b"\x00" not in text.encode()
    except UnicodeEncodeError:
        return False


def _text(value, field, most, optional=False):
    if optional and value is None:
        return None
    if not isinstance(value, str) or len(value) > most or not is_storable(value):
        raise FieldError(field, f"a text of at most {most} characters is expected")
    return value


def _pattern(value, field, pattern, what, optional=False):
    if optional and value is None:
        return None
    if not isinstance(value, str) or not pattern.match(value):
        raise FieldError(field, f"{what} are expected")
    return value


def _one_of(value, field, allowed):
    if value not in allowed:
        raise FieldError(field, f"one of {', '.join(allowed)} is expected")
    return value


def _list(value, field, most):
    if not isinstance(value, list) or len(value) > most:
        raise FieldError(field, f"a list of at most {most} is expected")
    return value


# one check per field of a fact; the order is the order of the protocol
_FACT_CHECKS = {
    "seq": lambda value, name: _integer(value, name, 1, MAX_SEQ),
    "kind": lambda value, name: _one_of(value, name, KINDS),
    "t": lambda value, name: _integer(value, name, 0, MAX_TIME_MS),
    "lane": lambda value, name: _text(value, name, 64),
    "zone": lambda value, name: _text(value, name, 64, optional=True),
    "uid": lambda value, name: _pattern(value, name, _HEX16, "16 hex digits", optional=True),
    "gen": lambda value, name: _integer(value, name, 0, 255),
    "pax": lambda value, name: _integer(value, name, 0, MAX_PAX),
    "op": lambda value, name: _pattern(value, name, _HEX32, "32 hex digits", optional=True),
    "mode": lambda value, name: _one_of(value, name, MODES),
    "clock": lambda value, name: _one_of(value, name, ("ok", "unsure")),
    "reason": lambda value, name: _text(value, name, 64),
    "code": lambda value, name: _text(value, name, 400, optional=True),
    "prev": lambda value, name: _pattern(value, name, _HEX64, "64 hex digits"),
    "hash": lambda value, name: _pattern(value, name, _HEX64, "64 hex digits"),
}


def _check_fact(fact, field):
    if not isinstance(fact, dict):
        raise FieldError(field, "an object is expected")
    for name, check in _FACT_CHECKS.items():
        if name not in fact:
            raise FieldError(f"{field}.{name}", "the field is missing")
        check(fact[name], f"{field}.{name}")
    if fact["kind"] == RESERVED:
        _integer(fact["pax"], f"{field}.pax", 0, MAX_RESERVED)
    if len(fact) > len(_FACT_CHECKS):
        extra = sorted(set(fact) - set(_FACT_CHECKS))[0]
        raise FieldError(f"{field}.{extra[:64]}", "the protocol has no such field")


def _check_ack(ack, field):
    if not isinstance(ack, dict):
        raise FieldError(field, "an object is expected")
    _pattern(ack.get("uid"), f"{field}.uid", _HEX32, "32 hex digits")
    _text(ack.get("result"), f"{field}.result", 64)


def _check_status(status):
    if not isinstance(status, dict):
        raise FieldError("status", "an object is expected")
    # for people only: what is too long for them, or cannot be kept, must not keep the facts out
    try:
        # 1e999 is JSON, and no number that it could be written back as
        text = json.dumps(status, ensure_ascii=False, allow_nan=False)
    except ValueError:
        return {}
    is_good = len(text) <= MAX_STATUS and is_storable(text) and "\\u0000" not in text
    return status if is_good else {}


def _refuse_constant(name):
    raise FieldError("body", f"{name} is not JSON")


def load_object(body):
    """Return the JSON object in ``body`` (bytes); NaN and Infinity are refused."""
    try:
        message = json.loads(body.decode(), parse_constant=_refuse_constant)
    except FieldError:
        raise
    except (ValueError, RecursionError) as err:
        raise FieldError("body", "one JSON object in UTF-8 is expected") from err
    if not isinstance(message, dict):
        raise FieldError("body", "one JSON object in UTF-8 is expected")
    return message


def parse_sync(body):
    """Return the :class:`SyncRequest` in ``body`` (bytes) or raise :class:`FieldError`."""
    message = load_object(body)
    if type(message.get("v")) is not int or message["v"] != 1:
        raise FieldError("v", "protocol version 1 is expected")
    facts = _list(message.get("facts"), "facts", MAX_FACTS)
    for index, fact in enumerate(facts):
        _check_fact(fact, f"facts[{index}]")
    acks = _list(message.get("acks"), "acks", MAX_ACKS)
    for index, ack in enumerate(acks):
        _check_ack(ack, f"acks[{index}]")
    return SyncRequest(
        epoch=_pattern(message.get("epoch"), "epoch", _HEX16, "16 hex digits"),
        facts=facts,
        oldest=_integer(message.get("oldest", 1), "oldest", 1, MAX_SEQ),
        acks=acks,
        config_rev=_text(message.get("config_rev"), "config_rev", 128),
        cursor=_integer(message.get("cursor"), "cursor", 0, MAX_CURSOR),
        status=_check_status(message.get("status")),
    )


@dataclass(frozen=True)
class RedeemRequest:
    """A well-formed request for one online redemption; ``wanted`` 0 = everyone on the ticket."""

    code: str
    lane: str
    wanted: int
    op: str


def parse_redeem(body):
    """Return the :class:`RedeemRequest` in ``body`` (bytes) or raise :class:`FieldError`."""
    message = load_object(body)
    if type(message.get("v")) is not int or message["v"] != 1:
        raise FieldError("v", "protocol version 1 is expected")
    return RedeemRequest(
        code=_text(message.get("code"), "code", 400),
        lane=_text(message.get("lane"), "lane", 64),
        wanted=_integer(message.get("wanted", 0), "wanted", 0, 255),
        op=_pattern(message.get("op"), "op", _HEX32, "32 hex digits"),
    )
