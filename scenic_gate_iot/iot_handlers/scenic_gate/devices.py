"""Which driver a configuration means, and the lines they share.

A new driver is one file with a class, and one entry here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from .config import DeviceConfig, LaneConfig
from .device import Barrier, DeviceError, Reader
from .line_reader import LineReader
from .modbus_barrier import ModbusBarrier
from .modbus_bus import ModbusBus

READERS: dict[str, Callable[[str, dict], Reader]] = {"line_reader": LineReader}
BARRIERS: dict[str, Callable[[ModbusBus, dict], Barrier]] = {"modbus_barrier": ModbusBarrier}


class Devices:
    """Maker of the devices of all lanes of a box; one bus object per line."""

    def __init__(self) -> None:
        self._buses: dict[str, ModbusBus] = {}
        self._lock = threading.Lock()

    def build(self, lane: LaneConfig) -> tuple[list[Reader], Barrier | None]:
        """Return the readers and the barrier of a lane.

        :raises DeviceError: a device is unknown or configured in a way its driver cannot follow
        """
        other = [item.name for item in lane.devices if item.role not in ("reader", "barrier")]
        if other:
            raise DeviceError(f"Lane {lane.code}: this box has no driver for {', '.join(other)}.")
        readers = [self._reader(item) for item in lane.devices if item.role == "reader"]
        barriers = [self._barrier(item) for item in lane.devices if item.role == "barrier"]
        if len(barriers) > 1:
            raise DeviceError(f"Lane {lane.code} has more than one barrier.")
        barrier = barriers[0] if barriers else None
        if barrier and lane.settings.confirm == "sensor" and barrier.confirm == "none":
            raise DeviceError(f"Lane {lane.code} waits for a sensor that its barrier lacks.")
        return readers, barrier

    @staticmethod
    def _reader(item: DeviceConfig) -> Reader:
        make = READERS.get(item.driver)
        if make is None:
            raise DeviceError(f"{item.name}: {item.driver!r} is no reader of this box.")
        return make(item.url, dict(item.options))

    def _barrier(self, item: DeviceConfig) -> Barrier:
        make = BARRIERS.get(item.driver)
        if make is None:
            raise DeviceError(f"{item.name}: {item.driver!r} is no barrier of this box.")
        with self._lock:
            bus = self._buses.get(item.url)
            if bus is None or not bus.in_use:  # an idle one may have old settings
                bus = self._buses[item.url] = ModbusBus(item.url, dict(item.options))
        return make(bus, dict(item.options))
