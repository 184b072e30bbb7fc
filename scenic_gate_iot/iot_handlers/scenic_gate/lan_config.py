"""What the configuration says of the other boxes of the site."""

from __future__ import annotations

from dataclasses import dataclass, field

ALL = 0xFFFF
PORT = 7469
BUDGET_MS = 25


@dataclass(frozen=True, slots=True)
class PeerConfig:
    """Another box: its number, where it listens, and the entrances that its lanes belong to."""

    box: int
    name: str
    host: str
    port: int
    entrances: int


@dataclass(frozen=True, slots=True)
class HandsConfig:
    """Handhelds that may claim at this box: their numbers, and the key theirs are derived from."""

    key: bytes = field(repr=False)
    port: int
    devices: frozenset[int]


@dataclass(frozen=True, slots=True)
class LanConfig:
    """How boxes of a site talk to each other; ``budget_s``: how long a lane waits for an owner."""

    key: bytes = field(repr=False)
    box: int
    port: int
    entrances: int
    budget_s: float
    peers: tuple[PeerConfig, ...]
    hands: HandsConfig | None = None

    @property
    def boxes(self) -> list[tuple[int, int]]:
        """(number, entrances) of all boxes, this one too."""
        return [(self.box, self.entrances), *((peer.box, peer.entrances) for peer in self.peers)]


def parse(data: dict | None) -> LanConfig | None:
    """Read the member ``lan``; None where boxes do not talk to each other."""
    if not data:
        return None
    key = bytes.fromhex(data["key"])
    if len(key) < 16:
        raise ValueError("lan.key is too short")
    lan = LanConfig(
        key=key,
        box=_number(data["box"]),
        port=_port(data.get("port") or PORT),
        entrances=int(data.get("entrances", ALL)) & ALL,
        budget_s=min(1.0, max(0.001, float(data.get("budget_ms") or BUDGET_MS) / 1000)),
        peers=tuple(_peer(item) for item in data["peers"]),
        hands=_hands(data.get("hands")),
    )
    if len({box for box, _entrances in lan.boxes}) != len(lan.boxes):
        raise ValueError("lan names a box twice")
    return lan


def _peer(item: dict) -> PeerConfig:
    box = _number(item["box"])
    return PeerConfig(
        box=box,
        name=str(item.get("name") or box),
        host=_host(item["host"]),
        port=_port(item.get("port") or PORT),
        entrances=int(item.get("entrances", ALL)) & ALL,
    )


def _hands(data: dict | None) -> HandsConfig | None:
    if not data:
        return None
    key = bytes.fromhex(data["key"])
    if len(key) < 16:
        raise ValueError("lan.hands.key is too short")
    return HandsConfig(key, _port(data["port"]), frozenset(_number(n) for n in data["devices"]))


def _number(value: object) -> int:
    if type(value) is not int or not 0 < value < 2**32:
        raise ValueError("lan: a box has no good number")
    return value


def _port(value: object) -> int:
    if type(value) is not int or not 0 < value < 65_536:
        raise ValueError("lan: a port is not from 1 to 65535")
    return value


def _host(value: str) -> str:
    # a name would have to be looked up, which may take seconds
    parts = value.split(".")
    if len(parts) != 4 or not all(part.isdecimal() and int(part) < 256 for part in parts):
        raise ValueError("lan: a host is no IPv4 address")
    return value
