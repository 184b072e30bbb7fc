"""What an attendant may do at one lane from the page of the box. Each act is a fact first.

The fact ``staff`` is on disk before anything moves; without it nothing opens. The lane then does
what a signed command does, through the same door of the same state machine.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from . import facts
from .entry import Entry
from .lane_state import State
from .recent import masked
from .words import LOCKED, SIGN_IN  # noqa: F401 (for the page)

if TYPE_CHECKING:
    from .box import GateBox

ANSWER_S = 10.0
MAX_PERSONS = 255
MAX_NOTE = 120
REOPEN_S = 1800.0  # a passage that ended unknown may be opened once more for that long
DEEDS = {
    "open": "A_OPEN",
    "admit": "A_ADMIT",
    "reopen": "A_REOPEN",
    "hold": "A_HOLD",
    "prolong": "A_PROLONG",
    "release": "A_RELEASE",
    "reset": "A_RESET",
}

_REOPENS = (
    "SELECT op, uid, pax, t FROM reopen WHERE lane = ? AND done = 0 AND t >= ?"
    " ORDER BY t DESC LIMIT 3"
)


def signed_by(who: str, note: str = "") -> str:
    """Return how a fact names an attendant, and what the attendant wrote."""
    text = "".join(char if char.isprintable() else " " for char in note)[:MAX_NOTE].strip()
    return f"@{who} {text}".strip()


class LaneDesk:
    """Acts of attendants, for all lanes of a box."""

    def __init__(self, box: GateBox) -> None:
        self._box = box
        self._done: OrderedDict[str, str] = OrderedDict()  # act -> result: a repeated click
        self._lock = threading.Lock()

    # ------------------------------------------------------------------- facts

    def note(self, reason: str, lane: str, who: str, note: str = "", **values) -> bool:
        """Write the fact ``staff``; True when it is on disk."""
        engine, now = self._box.engine, self._box.clock.now()
        entry = Entry(
            facts.STAFF,
            zone=self._zone(lane),
            reason=reason,
            code=signed_by(who, note),
            **values,
            **engine.stamp(lane, now),
        )
        written = engine.journal.record(entry)
        self._box.wake.set()
        return written

    def _zone(self, lane: str) -> str | None:
        place = self._box.lanes.get(lane)
        return place.zone if place else None

    # -------------------------------------------------------------------- acts

    def may_hold(self, who: str) -> bool:
        """Whether an attendant may hold lanes open: a right of its own, it lets in a crowd."""
        return (self._box.page("attendants").get(who) or {}).get("hold") is True

    def act(self, lane: str, who: str, wish: Mapping) -> str:
        """Do what ``wish`` says at ``lane``; return the result as for a command.

        ``wish``: "act", "uid" (fresh for each wish), and as needed "persons", "reason" (M_…),
        "note", "key" of a held ticket, "op" of a passage.
        """
        uid, deed = str(wish.get("uid") or ""), wish.get("act")
        if deed not in DEEDS or not 8 <= len(uid) <= 64:
            return "bad_action"
        runner = self._box.runners.get(lane)
        if runner is None:
            return "no_lane"
        with self._lock:
            if uid in self._done:
                return self._done[uid]
            self._done[uid] = "accepted"
            while len(self._done) > 200:
                self._done.popitem(last=False)
        result = self._carry_out(runner, lane, who, deed, wish)
        with self._lock:
            self._done[uid] = result
        return result

    def _carry_out(self, runner, lane: str, who: str, deed: str, wish: Mapping) -> str:
        if deed in ("hold", "prolong") and not self.may_hold(who):
            return "not_allowed"
        order, values = self._order(runner, lane, deed, wish)
        if order is None:
            return values
        note = str(wish.get("note") or "")
        reason = str(wish.get("reason") or "OK")
        written = self.note(DEEDS[deed], lane, who, note, **{"pax": order["n"]} | values)
        if not written and deed != "release":  # which lets nobody in
            return "E_STORE"
        why = (reason if deed in ("open", "hold") else "OK", signed_by(who, note))
        return self._send(runner, order | {"action": deed, "lane": lane}, why, who)

    def _order(self, runner, lane: str, deed: str, wish: Mapping):
        """Return (order, values of the fact), or (None, why not)."""
        try:
            persons = int(wish.get("persons", 1))
        except (TypeError, ValueError):
            return None, "bad_action"
        if not 1 <= persons <= MAX_PERSONS:
            return None, "bad_action"
        if deed in ("open", "hold") and wish.get("reason") not in self._box.page("manual"):
            return None, "reason"
        if deed == "open":
            return {"n": persons}, {}
        if deed in ("hold", "prolong", "release"):
            state, idle = runner.lane.state, deed == "hold"
            if state is not (State.IDLE if idle else State.HELD):
                return None, "busy" if idle else "not_held"
            limit_s = runner.config.settings.hold_limit_s
            return {"n": 1, "hold_s": limit_s}, {"pax": runner.lane.counted if not idle else 0}
        if deed == "admit":
            now = self._box.clock.now()
            held = {item.key: item for item in runner.recent.held(now)}.get(wish.get("key"))
            if held is None:
                return None, "gone"
            return {"n": persons, "code": held.text}, {"uid": held.uid}
        if deed == "reopen":
            found = {item["op"]: item for item in self.reopens(lane)}.get(wish.get("op"))
            if found is None:
                return None, "limit"
            return {"n": found["persons"], "op": found["op"]}, {"op": found["op"]}
        return {"n": 1}, {}

    def _send(self, runner, order: dict, why: tuple[str, str], who: str) -> str:
        answered, results = threading.Event(), []

        def answer(result: str) -> None:
            results.append(result)
            answered.set()

        runner.command(order, answer, why)
        answered.wait(ANSWER_S)
        result = results[0] if results else "unknown"
        action, now = order["action"], self._box.clock.now()
        if action in ("open", "reopen") and result == "done":
            shown = why[0] if action == "open" else "A_REOPEN"
            runner.recent.add(now, "green", shown, order["n"])
        elif action in ("hold", "release") and result in ("done", "unknown"):
            runner.recent.add(now, "amber", DEEDS[action], 0)
        return result

    def reopens(self, lane: str) -> list[dict]:
        """Passages of a lane that ended unknown or unconfirmed and may be opened once more."""
        since = int((self._box.clock.now() - REOPEN_S) * 1000)
        return [
            {"op": op, "ticket": masked(uid), "persons": pax, "t": t / 1000}
            for op, uid, pax, t in self._box.store.rows(_REOPENS, (lane, since))
        ]


def new_token() -> str:
    """Return a cookie's value."""
    return secrets.token_urlsafe(32)
