"""What people want to know about a box; nothing depends on it."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .box import GateBox
    from .runner import LaneRunner

VERSION = "19.0.1.3.0"


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
        "tickets": engine.snapshot.count(),
        "broken_tickets": engine.snapshot.broken,
        "disk_free": shutil.disk_usage(box.home).free,
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
        "last": asdict(runner.last),
        "devices": _devices(runner),
    }


def _devices(runner: LaneRunner) -> list[dict]:
    specs = [spec for spec in runner.config.devices if spec.role == "reader"]
    specs += [spec for spec in runner.config.devices if spec.role == "barrier"]
    devices = [*runner.readers, *([runner.barrier] if runner.barrier else [])]
    out = []
    for spec, device in zip(specs, devices, strict=True):
        health = device.health()
        out.append(
            {
                "name": spec.name,
                "role": spec.role,
                "driver": spec.driver,
                "ok": health.ok,
                "detail": health.detail,
            }
        )
    return out
