"""Who may use the lane page: PIN check, lock-out, sessions. Pure; time and randomness come in.

PINs are compared with a salted scrypt hash that the server distributes; the PIN itself exists on
the server for a moment while it is set, and here while it is checked. Sessions live in memory: a
restart of the box signs everybody out.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

SCRYPT = {"n": 16384, "r": 8, "p": 1, "dklen": 32}
MAX_PIN = 64  # characters
NEAR_TRIES, NEAR_S = 5, 300.0  # wrong PINs of one attendant from one address, and the lock-out
FAR_TRIES, FAR_S = 20, 1800.0  # ... from any address
WINDOW_S = 900.0  # wrong PINs older than this are forgotten
BURST, BURST_S = 10, 60.0  # attempts of all together: each costs the box a slow hash
BURST_EACH = 6  # of them from one address: who floods the page keeps nobody else out
SESSION_S = 10 * 3600.0
FRESH_S = 1800.0  # without an action for longer, the next one asks for the PIN again
MAX_SESSIONS = 50
MAX_KEYS = 1000  # failed names remembered; a stranger may invent them


def pin_hash(pin: str, salt: bytes) -> bytes:
    """Return the slow hash of a PIN; the server uses the same function."""
    # half a character is no error here: it is a wrong PIN
    return hashlib.scrypt(pin.encode("utf-8", "surrogatepass"), salt=salt, **SCRYPT)


@dataclass(slots=True)
class Session:
    """One browser that knows a PIN. ``csrf`` is told to its page and comes back with every call."""

    who: str
    csrf: str
    until: float
    fresh_until: float
    secret: str = ""  # salt and hash it was opened with: a new PIN ends it


@dataclass(slots=True)
class _Failures:
    times: deque = field(default_factory=deque)
    locked_until: float = 0.0


class Access:
    """Sign-in of attendants. ``attendants()``: {number: {"name", "salt", "hash"}} in force now."""

    def __init__(
        self,
        attendants: Callable[[], Mapping[str, Mapping]],
        mono: Callable[[], float],
        token: Callable[[], str],
        locked: Callable[[str], None] = lambda who: None,
    ) -> None:
        self._attendants, self._mono, self._token, self._locked = attendants, mono, token, locked
        self._sessions: dict[str, Session] = {}
        self._failures: dict[tuple, _Failures] = {}
        self._attempts: deque[tuple[float, str]] = deque()
        self._lock = threading.Lock()
        self._hashing = threading.Lock()

    # ------------------------------------------------------------------ sign in

    def sign_in(self, who: str, pin: str, peer: str) -> tuple[str, Session] | str:
        """Return (cookie, session), or why not: "wrong", "locked" or "busy"."""
        now = self._mono()
        keys = (("near", who, peer), ("far", who))
        with self._lock:
            if any(key in self._failures and self._failures[key].locked_until > now
                   for key in keys):  # fmt: skip
                return "locked"
            if not self._may_try(now, peer):
                return "busy"
        # one hash at a time: many at once would take the box's memory
        if not self._hashing.acquire(timeout=2):
            return "busy"
        try:
            good = self._is_right(who, pin)
        finally:
            self._hashing.release()
        with self._lock:
            if good:
                self._failures.pop(keys[0], None)
                return self._open(who, now)
            newly = [self._failed(key, now) for key in keys]
        if any(newly):
            self._locked(who)
        return "wrong"

    def _may_try(self, now: float, peer: str) -> bool:
        while self._attempts and self._attempts[0][0] <= now - BURST_S:
            self._attempts.popleft()
        mine = sum(address == peer for _at, address in self._attempts)
        if len(self._attempts) >= BURST or mine >= BURST_EACH:
            return False
        self._attempts.append((now, peer))
        return True

    def _is_right(self, who: str, pin: str) -> bool:
        record = self._attendants().get(who)
        # somebody unknown costs the same work: the answer's time tells no names
        salt = bytes.fromhex(record["salt"]) if record else b"\0" * 16
        made = pin_hash(pin[:MAX_PIN], salt)
        return bool(record) and hmac.compare_digest(made.hex(), str(record["hash"]))

    def _failed(self, key: tuple, now: float) -> bool:
        tries, lock_s = (NEAR_TRIES, NEAR_S) if key[0] == "near" else (FAR_TRIES, FAR_S)
        if len(self._failures) >= MAX_KEYS and key not in self._failures:
            self._forget_old(now)
        failures = self._failures.setdefault(key, _Failures())
        failures.times.append(now)
        while failures.times and failures.times[0] <= now - WINDOW_S:
            failures.times.popleft()
        if len(failures.times) < tries:
            return False
        failures.times.clear()
        failures.locked_until = now + lock_s
        return True

    def _forget_old(self, now: float) -> None:
        self._failures = {
            key: item
            for key, item in self._failures.items()
            if item.locked_until > now or (item.times and item.times[-1] > now - WINDOW_S)
        }
        if len(self._failures) >= MAX_KEYS:
            self._failures.clear()  # locks of real names are lost with it; BURST still holds

    # ----------------------------------------------------------------- sessions

    def _open(self, who: str, now: float) -> tuple[str, Session]:
        self._sessions = {key: s for key, s in self._sessions.items() if s.until > now}
        while len(self._sessions) >= MAX_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        cookie = self._token()
        session = Session(who, self._token(), now + SESSION_S, now + FRESH_S, self._secret(who))
        self._sessions[_key(cookie)] = session
        return cookie, session

    def _secret(self, who: str) -> str:
        record = self._attendants().get(who)
        return f"{record['salt']}{record['hash']}" if record else ""

    def session(self, cookie: str) -> Session | None:
        """Return the session of a cookie while it lasts and its attendant may still sign in."""
        with self._lock:
            session = self._sessions.get(_key(cookie)) if cookie else None
            if session is None:
                return None
            if session.until <= self._mono() or session.secret != (self._secret(session.who) or 0):
                del self._sessions[_key(cookie)]
                return None
            return session

    def is_fresh(self, session: Session) -> bool:
        """Whether an action is allowed without asking for the PIN again; prolongs it."""
        now = self._mono()
        if session.fresh_until <= now:
            return False
        session.fresh_until = now + FRESH_S
        return True

    def sign_out(self, cookie: str) -> None:
        """End a session."""
        with self._lock:
            self._sessions.pop(_key(cookie), None)


def _key(cookie: str) -> str:
    # what lies in memory opens no session
    return hashlib.sha256(cookie.encode()).hexdigest()
