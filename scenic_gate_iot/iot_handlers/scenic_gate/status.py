"""What people want to know about a box; nothing depends on it."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from typing import TYPE_CHECKING

from ..scenic_rules.exposure import ExposureLimit
from .lane_state import State

if TYPE_CHECKING:
    from .box import GateBox
    from .device import Health
    from .engine import Engine
    from .runner import LaneRunner

VERSION = "19.0.1.4.0"


def box_status(box: GateBox) -> dict:
    """Return the state of a box and its lanes as a JSON object."""
    store, engine = box.store, box.engine
    return {
        "version": VERSION,
        "epoch": store.epoch,
        "time": box.clock.now(),
        "clock": box.clock.quality,
        "drift": round(box.clock.drift, 3),
        "started": box.started,
        "online": engine.online,
        "error": box.sync.error,
        "config_rev": store.get("config_rev", ""),
        "config_error": box.sync.config_error,
        "bad_certificates": engine.bad_certificates,
        "unsent": max(0, engine.journal.seq - store.get("acked", 0)),
        "waiting": engine.journal.waiting,
        "orders_refused": dict(box.desk.turned_away),
        "tickets": engine.snapshot.count(),
        "broken_tickets": engine.snapshot.broken,
        "exposure": _exposure(engine),
        "store": store.trouble,
        "disk_free": shutil.disk_usage(box.home).free,
        **box.lan.status(),
        "hands": box.hands.status(),
        "handlers": box.care.updates.told(),
        "drill": box.care.drills.told(),
        "sounds": box.sounds.told(),
        "lanes": {code: _lane_status(box, code) for code in box.lanes},
    }


def _lane_status(box: GateBox, code: str) -> dict:
    runner = box.runners.get(code)
    if runner is None:
        return {"state": "stopped", "error": box.lane_errors.get(code, ""), "devices": []}
    return {
        "state": runner.lane.state.value,
        "usable": runner.lane.usable,
        "since": runner.since,
        "free": runner.lane.free,
        "held": held(runner),
        "last": asdict(runner.last),
        "counts": runner.tally.status(runner.clock.mono()),
        "testing": runner.test.waiting,
        "drill": box.care.drills.lane == code,
        "devices": _devices(runner),
    }


def held(runner: LaneRunner) -> dict | None:
    """Tell since when a lane is held open, by whom, for how many so far and until when."""
    lane = runner.lane
    if lane.state is not State.HELD:
        return None
    reason, who = runner.held_by
    left = None if lane.deadline is None else lane.deadline - runner.clock.mono()
    return {
        "since": runner.since,
        "persons": lane.counted,
        "until": None if left is None else round(runner.clock.now() + left, 1),
        "reason": reason,
        "by": (who or "").partition(" ")[0],  # what was remarked is nobody's business here
    }


def _devices(runner: LaneRunner) -> list[dict]:
    parts: dict[str, list[Health]] = {}
    prints: dict[str, str] = {}
    for device in (*runner.readers, runner.barrier, *runner.displays):
        if device and device.spec:
            parts.setdefault(device.spec.name, []).append(device.health())
            prints[device.spec.name] = device.fingerprint
    return [
        {
            "name": spec.name,
            "role": spec.role,
            "driver": spec.driver,
            "ok": all(health.ok for health in parts[spec.name]),
            "detail": "; ".join({health.detail for health in parts[spec.name] if health.detail}),
            "dropped": sum(health.dropped for health in parts[spec.name]),
            **({"fingerprint": prints[spec.name]} if prints[spec.name] else {}),
        }
        for spec in runner.config.devices
        if spec.name in parts
    ]


def _exposure(engine: Engine) -> dict:
    """Tell what was let in that the server has not heard of, in cents."""
    limit = engine.config.exposure if engine.config else ExposureLimit()
    cents = engine.exposed
    return {"cents": cents, "limit_cents": limit.limit, "stage": limit.stage(cents)}
