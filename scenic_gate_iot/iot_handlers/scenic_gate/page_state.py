"""What the attendant's page shows of a lane; no personal data, no ticket in full."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from . import emergency
from .lane_state import State
from .status import _lane_status, held
from .words import PAGE_WORDS

if TYPE_CHECKING:
    from .box import GateBox
    from .lane_desk import LaneDesk
    from .runner import LaneRunner


def language(box: GateBox, lane: str = "") -> str:
    """Return the language of a lane, or of the box."""
    place = box.lanes.get(lane)
    config = box.engine.config
    return getattr(place, "lang", "") or (config.lang if config else "") or "en_US"


def words(box: GateBox, lane: str = "") -> dict[str, str]:
    """Return the words of the page in the language of the lane; English where one is missing."""
    told = box.page("words").get(language(box, lane)) or {}
    return dict(PAGE_WORDS) | {str(key): str(text) for key, text in told.items()}


def hello(box: GateBox) -> dict:
    """Return what a page shows before anybody has signed in: names of lanes and words."""
    return {
        "lanes": [{"code": lane.code, "name": lane.name} for lane in box.lanes.values()],
        "lang": language(box).replace("_", "-"),
        "words": words(box),
        "ready": bool(box.page("attendants")),
    }


def rev(box: GateBox, lane: str) -> str:
    """Return a text that changes whenever the page has something new to show."""
    runner = box.runners.get(lane)
    if runner is None:
        return f"-{lane in box.lanes}"
    waiting = len(runner.recent.held(box.clock.now()))
    drill = box.care.drills.lane == lane
    at = runner.lane
    seen = at.state.value, at.usable, at.free, runner.recent.count, runner.test.played, waiting
    if at.state is State.HELD:
        seen = (*seen, at.counted, at.deadline)
    if at.state is State.EMERGENCY:
        seen = (*seen, at.panel)
    return f"{id(runner)}.{'.'.join(map(str, seen))}.{drill}.{box.engine.online}"


def of_lane(box: GateBox, desk: LaneDesk, code: str) -> dict | None:
    """Return everything the page shows of one lane, None when the box has no such lane."""
    place = box.lanes.get(code)
    if place is None:
        return None
    now, runner = box.clock.now(), box.runners.get(code)
    status = _lane_status(box, code)
    names = box.page("products").get(language(box, code)) or {}
    texts = box.engine.config.texts.get(language(box, code), {}) if box.engine.config else {}
    lines = list(runner.recent.lines) if runner else []
    manual = box.page("manual")
    return {
        "rev": rev(box, code),
        "now": now,
        "offset_s": _offset_s(box, now),
        "lane": {"code": place.code, "name": place.name, "outward": place.zone is None},
        "state": status["state"],
        "usable": bool(status.get("usable")),
        "error": status.get("error", ""),
        "online": box.engine.online,
        "drill": bool(status.get("drill")),
        "unsent": max(0, box.engine.journal.seq - box.store.get("acked", 0)),
        "emergency": _emergency(box, code, runner) if status["state"] == "emergency" else None,
        "hold_limit_s": place.settings.hold_limit_s,
        "holding": _holding(box, code, runner, manual),
        "test": _test(box, runner),
        "devices": [
            {"name": item["name"], "ok": item["ok"], "detail": item["detail"]}
            for item in status["devices"]
        ],
        "lines": [
            line
            | {
                "product": names.get(str(line["product"]), "") if line["product"] else "",
                "text": texts.get(line["reason"]) or _staff_text(box, code, line["reason"], manual),
                "sound": box.sounds.hash_of(line["sound"]),
            }
            for line in lines
        ],
        "held": [
            {"key": item.key, "t": item.t, "ticket": item.ticket, "persons": item.persons,
             "text": texts.get(item.reason, item.reason)}
            for item in (runner.recent.held(now) if runner else ())
        ],
        "reopens": desk.reopens(code),
        "manual": [
            {"code": key, "text": _in_language(item, language(box, code))}
            for key, item in manual.items()
        ],
        "lang": language(box, code).replace("_", "-"),
        "words": words(box, code),
    }  # fmt: skip


def _emergency(box: GateBox, code: str, runner: LaneRunner | None) -> dict | None:
    """Return what the page shows of an emergency; ``panel``: fire, quiet, or nobody knows."""
    if runner is None:
        return None
    panel = {True: "fire", False: "quiet", None: "unknown"}[runner.lane.panel]
    return {"since": emergency.since(box.store, code), "free": runner.lane.free, "panel": panel}


def _offset_s(box: GateBox, now: float) -> int:
    """Return how far the clock of the site is ahead of UTC; a tablet may be set to anything."""
    config = box.engine.config
    local = datetime.fromtimestamp(now, config.tz).utcoffset() if config else None
    return int(local.total_seconds()) if local else 0


def _holding(box: GateBox, code: str, runner: LaneRunner | None, manual) -> dict | None:
    """Return what the page shows while the lane is held open."""
    told = held(runner) if runner else None
    if not told:
        return None
    known = box.page("attendants").get(told["by"].removeprefix("@")) or {}
    why = "" if told["reason"] == "OK" else _staff_text(box, code, told["reason"], manual)
    name = str(known.get("name") or "")
    return told | {"by": name, "reason": why}


def _test(box: GateBox, runner: LaneRunner | None) -> dict | None:
    """Return the sound of the test that is to be heard now."""
    told = runner.test.heard if runner else None
    if told is None:
        return None
    sound = box.sounds.hash_of(told.sound)
    return {"no": runner.test.played, "sound": sound, "tone": told.tone, "text": told.text}


def _staff_text(box: GateBox, lane: str, reason: str, manual) -> str:
    if reason in manual:
        return _in_language(manual[reason], language(box, lane))
    return words(box, lane).get(reason, reason)


def _in_language(item, lang: str) -> str:
    if isinstance(item, dict):
        return str(item.get(lang) or item.get("en_US") or next(iter(item.values()), ""))
    return str(item)
