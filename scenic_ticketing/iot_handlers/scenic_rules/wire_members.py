"""Members of JSON objects, read strictly: what is wrong is a WireError that names it."""

from __future__ import annotations

import re
from collections.abc import ItemsView, Mapping

from .allowance import Rights
from .views import Spans

_TAG = re.compile("[0-9a-f]{16}")
U8, U16, U31, U32 = 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF


class WireError(ValueError):
    """A message that does not follow the protocol."""


def check_object(data: object, what: str) -> None:
    """Refuse what is no JSON object."""
    if not isinstance(data, dict):
        raise WireError(f"{what} is no object")


def in_range(value: object, name: str, top: int, bottom: int = 0) -> int:
    """Return ``value`` if it is a whole number from ``bottom`` to ``top``."""
    # bool is an int in Python, not in JSON
    if type(value) is not int or not bottom <= value <= top:
        raise _no_number(name, bottom, top)
    return value


def _no_number(name: str, bottom: int, top: int) -> WireError:
    return WireError(f"{name} is no number from {bottom} to {top}")


def numbers(data: dict, tops: Mapping[str, int]) -> list[int]:
    """Read whole numbers that must be there, each from 0 to its top, in the order of ``tops``."""
    values = [data.get(name) for name in tops]
    for value, (name, top) in zip(values, tops.items(), strict=True):
        if type(value) is not int or not 0 <= value <= top:
            raise _no_number(name, 0, top)
    return values


def number(data: dict, name: str, top: int) -> int:
    """Read a whole number from 0 to ``top`` that must be there."""
    return in_range(data.get(name), name, top)


def optional(data: dict, name: str, top: int, default: int = 0) -> int:
    """Read a whole number that older senders leave out."""
    return number(data, name, top) if name in data else default


def flag(data: dict, name: str, default: bool) -> bool:
    """Read a truth value that older senders leave out."""
    value = data.get(name, default)
    if not isinstance(value, bool):
        raise WireError(f"{name} is no truth value")
    return value


def spans(data: dict, name: str, top: int, shortest: int) -> Spans:
    """Read pairs (from, to) with ``to`` at least ``shortest`` after ``from``."""
    value = data.get(name, [])
    if not isinstance(value, list) or not all(isinstance(i, list) and len(i) == 2 for i in value):
        raise WireError(f"{name} is no list of pairs")
    for start, end in value:
        in_range(start, name, top)
        in_range(end, name, top, start + shortest)
    return tuple(map(tuple, value))


def members(data: dict, name: str) -> ItemsView:
    """Return the members of an object that may be absent."""
    value = data.get(name, {})
    check_object(value, name)
    return value.items()


def text(data: dict, name: str) -> str:
    """Read a text that must be there."""
    value = data.get(name)
    if not isinstance(value, str):
        raise WireError(f"{name} is no text")
    return value


def moment(data: dict, name: str) -> float | None:
    """Read Unix seconds; None when absent."""
    value = data.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))):
        raise WireError(f"{name} is no moment")
    return value


def rights(data: dict, name: str) -> Rights:
    """Read {zone: number}, sorted by zone."""
    return per_zone(data, name, 0)


def per_zone(data: dict, name: str, bottom: int) -> Rights:
    """Read {zone: number from ``bottom``}, sorted by zone."""
    value = data.get(name)
    if not isinstance(value, dict):
        raise WireError(f"{name} is no object")
    # stores of JSON objects shuffle their members: sorted, equal rights compare equal
    return tuple(
        sorted((zone, in_range(n, f"{name}.{zone}", U31, bottom)) for zone, n in value.items())
    )


def tags(data: dict, name: str) -> tuple[str, ...]:
    """Read hex digits of up to 64 tags that most senders leave out."""
    value = data.get(name, [])
    if not isinstance(value, list) or len(value) > 64:
        raise WireError(f"{name} is no list of tags")
    for item in value:
        if not isinstance(item, str) or not _TAG.fullmatch(item):
            raise WireError(f"{name} has no tag")
    return tuple(value)
