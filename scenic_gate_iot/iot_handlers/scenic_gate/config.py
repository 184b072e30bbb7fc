"""The configuration a box received, read strictly: all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import tzinfo

from ..scenic_rules import wire
from ..scenic_rules.exposure import ExposureLimit, limit_from_wire, values_from_wire
from ..scenic_rules.site_time import load_zone
from ..scenic_rules.verifier import ALLOW_LIST, CLOSED, OPEN, REVOKED, KeyStatus
from ..scenic_rules.views import RuleView
from . import credential, lan_config, sound_config
from .effects import LaneSettings

ROLES = ("reader", "barrier", "terminal", "speaker")
_KEY_STATES = (OPEN, CLOSED, ALLOW_LIST, REVOKED)


class ConfigError(ValueError):
    """The server sent a configuration that this box cannot follow; the old one stays."""


@dataclass(frozen=True, slots=True)
class DeviceConfig:
    """One device of a lane; ``options`` are the driver's own."""

    name: str
    role: str
    driver: str
    url: str
    options: Mapping = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LaneConfig:
    """One lane: where it leads, how it behaves, what hangs on it."""

    code: str
    name: str
    zone: str | None
    entrance: int | None  # bit of the ticket code; None: wherever the ticket is good
    settings: LaneSettings
    devices: tuple[DeviceConfig, ...]
    lang: str = ""  # of what the visitor reads; "" = that of the configuration
    sounds: Mapping[str, str] = field(default_factory=dict)  # by reason or colour


@dataclass(frozen=True, slots=True)
class PrinterConfig:
    """A printer that hangs on the box; the lanes have nothing to do with it."""

    code: str
    name: str
    url: str
    options: Mapping = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReaderConfig:
    """A card reader of a window that hangs on the box; ``key`` is shared with that window."""

    code: str
    name: str
    url: str
    key: bytes = field(repr=False)
    options: Mapping = field(default_factory=dict)


@dataclass(frozen=True)
class Config:
    """Everything a box needs to decide alone."""

    site: int
    tz: tzinfo
    roots: Mapping[int, tuple[int, bytes]]
    certificates: tuple[bytes, ...]
    keys: Mapping[int, KeyStatus]
    rules: Mapping[int, RuleView]
    lanes: Mapping[str, LaneConfig]
    dynamic_key: bytes | None = None
    cut_off_s: float = 600.0
    lang: str = ""
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    printers: tuple[PrinterConfig, ...] = ()
    readers: tuple[ReaderConfig, ...] = ()
    exposure: ExposureLimit = ExposureLimit()
    values: Mapping[int, int] = field(default_factory=dict)  # cents of a person's passage
    credentials: credential.Credentials | None = None
    lan: lan_config.LanConfig | None = None
    page: Mapping = field(default_factory=dict)  # of the lane page: attendants, words, reasons
    sounds: sound_config.SoundConfig = field(default_factory=sound_config.SoundConfig)

    def text(self, code: str, lang: str = "") -> str:
        """Return what to show for a reason; the code itself when the server sent no text."""
        for choice in (lang, self.lang):
            if text := self.texts.get(choice, {}).get(code):
                return text
        return code


def parse(data: object) -> Config:
    """Read a configuration as the sync protocol carries it."""
    try:
        return _parse(data)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as err:
        raise ConfigError(f"{type(err).__name__}: {err}") from err


def _parse(data: dict) -> Config:
    site = data["site"]
    rules = [wire.rule_from_wire(item) for item in data["rules"]]
    lanes = [_lane(item) for item in data["lanes"]]
    codes = [lane.code for lane in lanes]
    if len(set(codes)) != len(codes):
        raise ConfigError("two lanes have the same code")
    dynamic_key = data.get("dynamic_key")
    return Config(
        site=int(site["code"]),
        tz=load_zone(site["tz"], int(site.get("utc_offset") or 0)),
        roots=wire.roots_from_wire(data["roots"]),
        certificates=tuple(bytes.fromhex(item) for item in data["certificates"]),
        keys={int(item["kid"]): _key_status(item) for item in data.get("keys") or ()},
        rules={rule.product: rule for rule in rules},
        lanes={lane.code: lane for lane in lanes},
        dynamic_key=bytes.fromhex(dynamic_key) if dynamic_key else None,
        cut_off_s=float(data.get("cut_off_s") or 600),
        lang=str(data.get("lang") or ""),
        texts={str(lang): dict(texts) for lang, texts in (data.get("texts") or {}).items()},
        printers=tuple(_printer(item) for item in data.get("printers") or ()),
        readers=tuple(_reader(item) for item in data.get("readers") or ()),
        exposure=limit_from_wire(data.get("exposure")),
        values=values_from_wire(data.get("exposure")),
        credentials=credential.parse(data.get("credentials")),
        lan=lan_config.parse(data.get("lan")),
        page=dict(data.get("page") or {}),
        sounds=sound_config.parse(data.get("sounds")),
    )


def _reader(item: dict) -> ReaderConfig:
    printer = _printer(item)
    key = bytes.fromhex(item["key"])
    if len(key) != 32:
        raise ConfigError(f"reader {printer.name!r}: the key has another length")
    return ReaderConfig(printer.code, printer.name, printer.url, key, printer.options)


def _printer(item: dict) -> PrinterConfig:
    code = str(item["code"])
    return PrinterConfig(
        code=code,
        name=str(item.get("name") or code),
        url=str(item["url"]),
        options=dict(item.get("options") or {}),
    )


def _key_status(item: dict) -> KeyStatus:
    serials = frozenset(int(serial) for serial in item.get("serials") or ())
    if item["state"] not in _KEY_STATES:
        raise ConfigError(f"key {item['kid']} is {item['state']!r}")
    return KeyStatus(item["state"], int(item.get("last_serial") or 0), serials)


def _lane(item: dict) -> LaneConfig:
    zone = item.get("zone") or None
    entrance = item.get("entrance")
    if not item["code"] or entrance not in (None, *range(16)):
        raise ConfigError(f"lane {item['code']!r} has a bad code or entrance")
    return LaneConfig(
        code=str(item["code"]),
        name=str(item.get("name") or item["code"]),
        zone=zone,
        entrance=entrance,
        settings=_settings(item, outward=zone is None),
        # loudspeakers come apart: a box that is too old for them leaves them out
        devices=tuple(
            _device(device)
            for device in (*(item.get("devices") or ()), *(item.get("speakers") or ()))
        ),
        lang=str(item.get("lang") or ""),
        sounds={str(key): str(name) for key, name in (item.get("sounds") or {}).items()},
    )


def _settings(item: dict, outward: bool) -> LaneSettings:
    given: dict = {"outward": outward}
    for spec in fields(LaneSettings):
        if spec.name != "outward" and item.get(spec.name) is not None:
            kind = float if isinstance(spec.default, float) else str
            given[spec.name] = kind(item[spec.name])
    settings = LaneSettings(**given)
    for name, allowed in _CHOICES.items():
        if getattr(settings, name) not in allowed:
            raise ConfigError(f"lane {item['code']!r}: {name} is none of {', '.join(allowed)}")
    return settings


_CHOICES = {
    "confirm": ("none", "sensor"),
    "on_unconfirmed": ("released", "consumed"),
    "on_unknown": ("consumed", "released", "staff"),
    "multi": ("repeat", "hold_n"),
}


def _device(item: dict) -> DeviceConfig:
    if item["role"] not in ROLES:
        raise ConfigError(f"device {item.get('name')!r}: role is none of {', '.join(ROLES)}")
    return DeviceConfig(
        name=str(item.get("name") or item["driver"]),
        role=str(item["role"]),
        driver=str(item["driver"]),
        url=str(item["url"]),
        options=dict(item.get("options") or {}),
    )
