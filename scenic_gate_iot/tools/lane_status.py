"""Reads the ``status`` of a box, which is meant for people and may therefore hold anything."""

from datetime import datetime, timezone

# States of a lane that an attendant should know about at once.
ALARMING = ("emergency", "held", "fault")


def lane(status, code, word=str):
    """Return {"state": str, "since": naive UTC or None, "broken": [str]} of the lane ``code``.

    ``word``: puts what a box says of a device into the words of people.
    """
    lanes = status.get("lanes") if isinstance(status, dict) else None
    data = lanes.get(code) if isinstance(lanes, dict) else None
    if not isinstance(data, dict):
        return {"state": "", "since": None, "broken": []}
    state = data.get("state")
    return {
        "state": state if isinstance(state, str) else "",
        "since": _moment(data.get("since")),
        "broken": [_label(device, word) for device in _devices(data) if device.get("ok") is False],
    }


def held(status, code):
    """Return {"since", "persons", "reason", "by"} of a lane that is held open, else None."""
    lanes = status.get("lanes") if isinstance(status, dict) else None
    data = lanes.get(code) if isinstance(lanes, dict) else None
    data = data if isinstance(data, dict) and data.get("state") == "held" else {}
    told = data.get("held") if isinstance(data.get("held"), dict) else {}
    since = _moment(told.get("since")) or _moment(data.get("since"))
    persons = told.get("persons")
    if not since:
        return None
    return {
        "since": since,
        "persons": persons if type(persons) is int and 0 <= persons < 2**31 else 0,
        "reason": told["reason"][:32] if isinstance(told.get("reason"), str) else "",
        "by": told["by"][:32] if isinstance(told.get("by"), str) else "",
    }


def exposure(status):
    """Return (cents, stage) of what a box has let in that the server has not heard of."""
    data = status.get("exposure") if isinstance(status, dict) else None
    cents, stage = (data.get("cents"), data.get("stage")) if isinstance(data, dict) else (0, 0)
    # one word of a confused box must not open an incident about nothing
    good = type(cents) is int and type(stage) is int and 0 <= cents < 2**53 and stage in (1, 2, 3)
    return (cents, stage) if good else (cents if type(cents) is int and cents > 0 else 0, 0)


def exposure_limit(status):
    """Return the limit in cents that a box follows, None where it did not say."""
    data = status.get("exposure") if isinstance(status, dict) else None
    limit = data.get("limit_cents") if isinstance(data, dict) else None
    return limit if type(limit) is int and 0 < limit < 2**53 else None


def disk(status):
    """Return why a box cannot write, empty when it can."""
    text = status.get("store") if isinstance(status, dict) else None
    return text[:200] if isinstance(text, str) else ""


def config_error(status):
    """Return why a box refuses its new configuration, empty when it does not."""
    text = status.get("config_error") if isinstance(status, dict) else None
    return text[:200] if isinstance(text, str) else ""


def trouble(status, word=str, labels=None):
    """Return a short text that names every lane that needs a look, empty when none does.

    ``labels``: words for states and for "disk".
    """
    labels = labels or {}
    lanes = status.get("lanes") if isinstance(status, dict) else None
    found = []
    for code in sorted(lanes) if isinstance(lanes, dict) else ():
        seen = lane(status, code, word)
        words = [labels.get(seen["state"], seen["state"])] if seen["state"] in ALARMING else []
        words += seen["broken"]
        if words:
            found.append(f"{code}: {', '.join(words)}")
    found += [f"{labels.get('disk', 'disk')}: {disk(status)}"] if disk(status) else []
    return "; ".join(found)[:1000]


def device(status, lane_code, name):
    """Return (ok, detail) of a device; ok is None when the box said nothing about it."""
    lanes = status.get("lanes") if isinstance(status, dict) else None
    data = lanes.get(lane_code) if isinstance(lanes, dict) else None
    for item in _devices(data) if isinstance(data, dict) else ():
        if item.get("name") == name:
            ok, detail = item.get("ok"), item.get("detail")
            return (
                ok if isinstance(ok, bool) else None,
                detail[:200] if isinstance(detail, str) else "",
            )
    return None, ""


def fingerprint(status, lane_code, name):
    """Return the fingerprint under which a device calls its box, empty when there is none."""
    lanes = status.get("lanes") if isinstance(status, dict) else None
    data = lanes.get(lane_code) if isinstance(lanes, dict) else None
    for item in _devices(data) if isinstance(data, dict) else ():
        text = item.get("fingerprint")
        if item.get("name") == name and isinstance(text, str):
            return text[:95] if set(text) <= set("0123456789ABCDEF:") else ""
    return ""


def _devices(data):
    devices = data.get("devices")
    return [item for item in devices if isinstance(item, dict)] if isinstance(devices, list) else []


def _label(item, word=str):
    name, detail = item.get("name"), item.get("detail")
    text = name if isinstance(name, str) else "?"
    return f"{text} ({word(detail[:80])})" if isinstance(detail, str) and detail else text


def _moment(value):
    try:
        return datetime.fromtimestamp(value, timezone.utc).replace(tzinfo=None, microsecond=0)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
