"""How much money a gate may let in before the server hears of it, and what narrows as it fills.

A gate that decides alone takes a risk with each ticket it cannot prove: one that the server never
listed may be made with a stolen key, a listed one may have been shown elsewhere or been refunded.
Attendants may admit whatever it no longer admits by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FREE, RISKY, UNLISTED, UNCONFIRMED = range(4)
"""Stages: nothing is narrowed; unlisted tickets of risky products wait for staff; all unlisted
ones do; all that are unlisted or, at a gate that is cut off, not confirmed do."""


@dataclass(frozen=True)
class ExposureLimit:
    """``limit`` in cents, 0 = none. The percents are those of the limit at which a stage begins.

    ``listed_percent``: how much of its value a listed ticket counts at a gate that is cut off. It
    is paid and genuine, and only a copy at another cut-off gate or a refund could do harm.
    """

    limit: int = 0
    risky_percent: int = 50
    unlisted_percent: int = 80
    listed_percent: int = 5

    def weight(self, value: int, persons: int, listed: bool, cut_off: bool) -> int:
        """Return what a passage adds, in cents; ``value``: cents per person."""
        if not self.limit:
            return 0
        if not listed:
            return value * persons
        return value * persons * self.listed_percent // 100 if cut_off else 0

    def stage(self, cents: int) -> int:
        """Tell the stage when ``cents`` are let in, those of the ticket in question with them."""
        if not self.limit:
            return FREE
        if cents > self.limit:
            return UNCONFIRMED
        if cents * 100 > self.limit * self.unlisted_percent:
            return UNLISTED
        return RISKY if cents * 100 > self.limit * self.risky_percent else FREE


def limit_from_wire(data: Mapping | None) -> ExposureLimit:
    """Read the member ``exposure`` of a configuration; absent = no limit.

    :raises ValueError: a number is missing or out of its range
    """
    data = data or {}
    usual = ExposureLimit()
    percents = {
        name: int(data.get(name, getattr(usual, name)))
        for name in ("risky_percent", "unlisted_percent", "listed_percent")
    }
    limit = int(data.get("limit_cents") or 0)
    if limit < 0 or not all(0 <= percent <= 100 for percent in percents.values()):
        raise ValueError("exposure: a limit below 0, or a percent outside 0 to 100")
    return ExposureLimit(limit, **percents)


def values_from_wire(data: Mapping | None) -> dict[int, int]:
    """Read ``exposure.values``: what a person's passage is worth, in cents, by product."""
    values = {int(k): int(cents) for k, cents in ((data or {}).get("values") or {}).items()}
    if any(cents < 0 for cents in values.values()):
        raise ValueError("exposure: a value below 0")
    return values
