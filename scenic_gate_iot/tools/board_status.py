"""Reads what a lane board shows from the status of a box, which may hold anything."""

from . import lane_status

DISK_LOW = 500 * 1024 * 1024  # bytes; a day of facts is some megabytes, a full disk stops the gate
DRIFT_S = 30.0


def _number(value):
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def box(status):
    """Return {"disk", "clock", "exposure"} of a box; None where it did not say."""
    status = status if isinstance(status, dict) else {}
    return {
        "disk": _number(status.get("disk_free")),
        "clock": status.get("clock") if status.get("clock") in ("ok", "unsure") else None,
        "exposure": exposure(status),
    }


def exposure(status):
    """Return the used share of the money limit of a box in percent, None where it has none."""
    data = status.get("exposure") if isinstance(status, dict) else None
    if not isinstance(data, dict):
        return None
    cents, limit = _number(data.get("cents")), _number(data.get("limit_cents"))
    return round(100 * (cents or 0) / limit) if limit else None


def lane(status, code, word=str):
    """Return what the board shows of a lane: state, broken devices, last scan, counters."""
    seen = lane_status.lane(status, code, word)
    lanes = status.get("lanes") if isinstance(status, dict) else None
    data = lanes.get(code) if isinstance(lanes, dict) else None
    data = data if isinstance(data, dict) else {}
    last = data.get("last") if isinstance(data.get("last"), dict) else {}
    error = data.get("error")
    return seen | {
        "usable": data.get("usable") is not False,
        "error": error[:200] if isinstance(error, str) else "",
        "last": {
            "t": _number(last.get("t")) or 0,
            "good": last.get("good") is True,
            "reason": last["reason"][:32] if isinstance(last.get("reason"), str) else "",
            "persons": _number(last.get("persons")) or 0,
        },
    }


def tone(box_state, is_open, is_online, seen):
    """Return (tone, state) of a lane: ``ok``, ``busy``, ``warn``, ``bad`` or ``off``, and why."""
    if box_state == "new":
        return "off", "new"
    if box_state in ("quarantined", "blocked"):
        return "bad", box_state
    if not is_online:
        return ("bad", "silent") if is_open else ("off", "silent")
    state = seen["state"]
    if state in ("emergency", "fault", "stopped"):
        return "bad", state
    if state and not seen["usable"]:
        return "bad", "no_barrier"
    if state == "held" or seen["broken"]:
        return "warn", "held" if state == "held" else "broken"
    if not state:
        return "off", "unknown"
    return ("ok", "idle") if state == "idle" else ("busy", state)
