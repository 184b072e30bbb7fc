"""Orders from staff: acted upon only when signed, in time, and once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from . import auth
from .clock import UNSURE, Clock
from .device_orders import ACTIONS as DEVICE_ACTIONS
from .lane_test import TEST_ACTIONS
from .store import Store, StoreError

LANE_ACTIONS = ("open", "reopen", "admit", "hold", "release", "reset", *TEST_ACTIONS)
ACTIONS = (*LANE_ACTIONS, *DEVICE_ACTIONS)
SIGNED = ("uid", "lane", "action", "n", "expires", "op", "code")  # see auth.command_signature
MAX_AHEAD = 300  # seconds: an order for later is no order
KEEP_S = 86400

_NAMES = ("session_id", "action_unique_id")  # of the stock route, to tell who asked
_MOST = 512  # characters of a text in an order

# (command, answer) -> whether a lane took it
Dispatch = Callable[[Mapping, Callable[[str], None]], bool]


class CommandDesk:
    """The one door for commands, whichever way they came.

    ``secrets()`` gives (token, box identifier); ``changed`` is called when an ack is to be sent.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        secrets: Callable[[], tuple[str, str]],
        dispatch: Dispatch,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._store, self._clock = store, clock
        self._secrets, self._dispatch, self._changed = secrets, dispatch, changed
        self.turned_away: Counter[str] = Counter()  # orders without effect, by result
        self._loose: dict[str, str] = {}  # results of commands that were not worth a row

    def order_in(self, data: Mapping) -> dict | None:
        """Return an action of the stock route when it is a signed order, and nothing else of it.

        The stock box keeps, logs and tells its server whatever anybody in its network sends it.
        What is no order of ours is only counted.
        """
        command = data.get("command") if data.get("action") == "command" else None
        if not auth.verify_command(*self._secrets(), command):
            self.turned_away["unsigned"] += 1
            return None
        told = {name: command[name] for name in auth.COMMAND_FIELDS if name in command}
        named = {name: str(data[name])[:_MOST] for name in _NAMES if data.get(name)}
        return {"action": "command", "command": told} | named

    def accept(self, command: object, from_server: bool = False) -> str:
        """Act upon a command; return its result, or "accepted" while the lane is at it.

        ``from_server``: it came in a signed reply, so even a bad one is answered.
        """
        token, box = self._secrets()
        if not auth.verify_command(token, box, command):
            return self._loosely(command, "unsigned", from_server)
        if self._clock.quality == UNSURE:
            return self._loosely(command, "clock", from_server)
        uid, expires = command["uid"], int(command["expires"])
        now = self._clock.now()
        if not now <= expires <= now + MAX_AHEAD:
            return self._loosely(command, "expired", from_server)
        try:
            if not self._claim(uid, expires):
                return self._known(uid)
        except StoreError:
            return "not_sent"  # unclaimed it could act twice; the server may send it again
        if command["action"] not in ACTIONS:
            return self._finish(uid, "bad_action")
        if not self._dispatch(command, lambda result: self._finish(uid, result)):
            return self._finish(uid, "no_lane")
        return "accepted"

    def _loosely(self, command: object, result: str, from_server: bool) -> str:
        self.turned_away[result] += 1
        if from_server and isinstance(command, Mapping) and auth.is_uid(command.get("uid")):
            known = self._store.rows("SELECT 1 FROM command WHERE uid = ?", (command["uid"],))
            if not known:
                self._loose[command["uid"]] = result
        return result

    def _claim(self, uid: str, expires: int) -> bool:
        """Durably take a command; False when it was taken before."""
        with self._store.transaction() as db:
            done = db.execute(
                "INSERT OR IGNORE INTO command (uid, expires) VALUES (?, ?)", (uid, expires)
            )
        return done.rowcount == 1

    def _known(self, uid: str) -> str:
        rows = self._store.rows("SELECT result FROM command WHERE uid = ?", (uid,))
        return (rows[0][0] if rows else None) or "accepted"

    def _finish(self, uid: str, result: str) -> str:
        try:
            with self._store.transaction() as db:
                db.execute("UPDATE command SET result = ? WHERE uid = ?", (result, uid))
        except StoreError:
            self._loose[uid] = result
        self._changed()
        return result

    # ------------------------------------------------------------------- acks

    def acks(self) -> list[dict]:
        """Results that the server has not confirmed yet."""
        rows = self._store.rows(
            "SELECT uid, result FROM command WHERE acked = 0 AND result IS NOT NULL"
            " ORDER BY expires LIMIT 200"
        )
        return [{"uid": uid, "result": result} for uid, result in (*rows, *self._loose.items())]

    def acked(self, acks: list[dict]) -> None:
        """The server has these; forget them after a day."""
        if not acks:
            return
        with self._store.transaction() as db:
            db.executemany(
                "UPDATE command SET acked = 1 WHERE uid = ?", [(ack["uid"],) for ack in acks]
            )
        for ack in acks:
            self._loose.pop(ack["uid"], None)

    def boot(self) -> None:
        """Whatever was claimed but not answered by the last run: nobody knows if it acted."""
        with self._store.transaction() as db:
            db.execute("UPDATE command SET result = 'unknown' WHERE result IS NULL")

    def prune(self, now: float) -> None:
        """Forget commands that could not act again anyway."""
        with self._store.transaction() as db:
            db.execute("DELETE FROM command WHERE acked = 1 AND expires < ?", (int(now) - KEEP_S,))
