"""Which driver a configuration means, and the lines they share.

A new driver is one file with a class, one entry here, and its description in ``driver_specs.py``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import http_terminal, tcp_head
from .bus import PolledBus
from .config import DeviceConfig, LaneConfig
from .device import Barrier, Device, DeviceError, Display, Reader, Terminal
from .frame_barrier import FrameBarrier
from .frame_bus import FrameBus
from .hid_reader import HidReader
from .line_reader import LineReader
from .modbus_barrier import ModbusBarrier
from .modbus_bus import ModbusBus
from .osdp_bus import OsdpBus
from .osdp_device import OsdpBarrier, OsdpReader
from .sam_idcard import SamIdCard
from .sound_library import SoundLibrary
from .speaker import Speaker


@dataclass(frozen=True, slots=True)
class Factory:
    """How a driver is made: ``make(url, options)``, or ``make(line, options)`` where it shares one.

    ``line`` makes what all devices with the same ``key`` share; it has ``in_use``, since an idle
    one may have old settings and is made anew.
    """

    make: Callable[[Any, dict], Reader | Barrier | Terminal]
    line: Callable[[str, dict], PolledBus] | None = None
    key: Callable[[str, dict], str] = lambda url, options: url


# (driver, role): one driver may be several kinds of device
FACTORIES: dict[tuple[str, str], Factory] = {
    ("hid_reader", "reader"): Factory(HidReader),
    ("line_reader", "reader"): Factory(LineReader),
    ("frame_barrier", "barrier"): Factory(FrameBarrier, FrameBus),
    ("osdp", "reader"): Factory(OsdpReader, OsdpBus),
    ("osdp", "barrier"): Factory(OsdpBarrier, OsdpBus),
    ("modbus_barrier", "barrier"): Factory(ModbusBarrier, ModbusBus),
    ("sam_idcard", "reader"): Factory(SamIdCard),
    ("tcp_head", "reader"): Factory(tcp_head.reader),
    ("tcp_head", "terminal"): Factory(tcp_head.TcpHead),
    ("speaker", "speaker"): Factory(Speaker),
    ("http_terminal", "terminal"): Factory(http_terminal.HttpTerminal),
    ("http_terminal", "reader"): Factory(http_terminal.reader),
    ("http_terminal", "barrier"): Factory(http_terminal.barrier),
}


class Devices:
    """Maker of the devices of all lanes of a box; one object per line.

    ``home``: where a driver may keep files of its own.
    """

    def __init__(self, sounds: SoundLibrary | None = None, home: Path | str = "") -> None:
        self._sounds, self._home = sounds, str(home)
        self._lines: dict[str, tuple[Callable, Any]] = {}
        self._lock = threading.Lock()

    def build(self, lane: LaneConfig) -> tuple[list[Reader], Barrier | None]:
        """Return the readers and the barrier of a lane; a terminal is one of each.

        :raises DeviceError: a device is unknown or configured in a way its driver cannot follow
        """
        readers: list[Reader] = []
        barriers: list[Barrier] = []
        for item in lane.devices:
            if item.role == "speaker":
                continue
            for part in self._parts(item):
                part.spec = item
                (readers if isinstance(part, Reader) else barriers).append(part)
        if len(barriers) > 1:
            raise DeviceError(f"Lane {lane.code} has more than one barrier.")
        barrier = barriers[0] if barriers else None
        if barrier:
            _check(lane, barrier)
        return readers, barrier

    def displays(self, lane: LaneConfig) -> list[Display]:
        """Return the loudspeakers of a lane. They never keep a lane from working."""
        made: list[Display] = []
        for item in lane.devices:
            factory = FACTORIES.get((item.driver, item.role))
            if item.role == "speaker" and factory:
                display = factory.make(item.url, dict(item.options))
                display.spec, display.library = item, self._sounds
                made.append(display)
        return made

    def _parts(self, item: DeviceConfig) -> list[Device]:
        factory = FACTORIES.get((item.driver, item.role))
        if factory is None:
            raise DeviceError(f"{item.name}: this box has no {item.role} driver {item.driver!r}.")
        options = dict(item.options)
        if self._home:
            options["home"] = self._home
        made = factory.make(self._line(factory, item, options), options)
        return [made.reader, made.barrier] if isinstance(made, Terminal) else [made]

    def _line(self, factory: Factory, item: DeviceConfig, options: dict) -> Any:
        if factory.line is None:
            return item.url
        key = factory.key(item.url, options)
        with self._lock:
            kind, line = self._lines.get(key, (None, None))
            if line is None or not line.in_use:
                kind, line = factory.line, factory.line(item.url, options)
                self._lines[key] = kind, line
        if kind is not factory.line:
            raise DeviceError(f"{item.name}: {item.url} is used with another protocol already.")
        return line


def _check(lane: LaneConfig, barrier: Barrier) -> None:
    if lane.settings.confirm == "sensor" and barrier.confirm == "none":
        raise DeviceError(f"Lane {lane.code} waits for a sensor that its barrier lacks.")
    if lane.settings.multi == "hold_n" and not barrier.can_hold:
        raise DeviceError(f"Lane {lane.code} holds open for groups, which its barrier cannot.")
