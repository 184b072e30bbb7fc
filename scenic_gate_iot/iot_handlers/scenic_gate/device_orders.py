"""Orders of managers to one device, not to the lane: a new key, a restart.

Rare and slow, so each has a thread of its own. The device may still have to learn its new key from
the configuration, and the lane must be empty: until the order expires it is waited for both.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from .device import Device
from .lane import State

if TYPE_CHECKING:
    from .box import GateBox
    from .runner import LaneRunner

_logger = logging.getLogger(__name__)

ACTIONS = {"keyset": "install_key", "restart": "restart"}
LOOK_S = 0.2


def begin(box: GateBox, command: Mapping, answer: Callable[[str], None]) -> None:
    """Carry out an order whose signature, expiry and uniqueness were verified."""
    threading.Thread(
        target=_carry_out, args=(box, dict(command), answer), name="scenic order", daemon=True
    ).start()


def _carry_out(box: GateBox, command: dict, answer: Callable[[str], None]) -> None:
    result = "no_device"
    while not box.stopping.is_set():
        runner = box.runners.get(command["lane"])
        devices = list(_named(runner, str(command.get("code") or ""))) if runner else []
        if devices:
            result = "busy"
        if devices and _is_ready(runner, devices, command["action"]):
            result = _obey(devices, ACTIONS[command["action"]])
            break
        if box.clock.now() > int(command["expires"]):
            break
        box.stopping.wait(LOOK_S)
    answer(result)


def _named(runner: LaneRunner, name: str) -> Iterator[Device]:
    for device in (runner.barrier, *runner.readers):
        if device and device.spec and device.spec.name == name:
            yield device


def _is_ready(runner: LaneRunner, devices: list[Device], action: str) -> bool:
    if runner.lane.state is not State.IDLE or runner.retiring:
        return False
    waits = action == "keyset" and not devices[0].spec.options.get("password_new")
    return not waits and (action != "keyset" or devices[0].health().ok)


def _obey(devices: list[Device], what: str) -> str:
    for device in devices:
        try:
            result = getattr(device, what)()
        except Exception:
            # a driver's mistake says nothing about what the device did
            _logger.exception("Order %s", what)
            return "unknown"
        if result is not None:
            return result
    return "bad_action"
