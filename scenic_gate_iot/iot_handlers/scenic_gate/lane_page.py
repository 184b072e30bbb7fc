"""The attendant's page of a lane, as an application without a web server around it.

The stock box has no authentication and serves whoever reaches it. So nothing here trusts the
network: the name under which the page was asked for, the origin of a call, the session and its
token are all checked. Calls in, answers out; ``runtime.py`` hangs it on routes of the box.
"""

from __future__ import annotations

import ipaddress
import json
import re
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import TYPE_CHECKING

from . import lane_desk, page_state
from .lane_access import SESSION_S, Access, Session
from .sound_config import TONES
from .sound_library import SHIPPED
from .store import StoreError

if TYPE_CHECKING:
    from .box import GateBox

BASE = "/scenic_gate/lane"
COOKIE = "scenic_lane"
H_TOKEN = "X-Scenic-Token"
MAX_BODY = 4096
WAIT_S, STEP_S = 20.0, 0.1  # of a call that waits for news
MAX_WAITING = 12  # more such calls are answered at once

FILES = {
    "": ("lane_page.html", "text/html; charset=utf-8"),
    "app.css": ("lane_page.css", "text/css; charset=utf-8"),
} | {
    # the parts of the page import each other under these names
    f"{name}.js": (f"{name}.js", "text/javascript; charset=utf-8")
    for name in (
        *("lane_page", "page_acts", "page_base", "page_hold", "page_sign", "page_sound"),
        *("page_view", "page_voice"),
    )
}
SAFE = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request, as far as it matters here."""

    method: str
    path: str  # below BASE, without the slash
    headers: Mapping[str, str]
    body: bytes
    peer: str
    secure: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a :class:`Call`."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class LanePage:
    """Page, sign-in and calls for all lanes of one box."""

    def __init__(self, box: GateBox) -> None:
        self._box = box
        self._waiting = threading.BoundedSemaphore(MAX_WAITING)
        self.desk = lane_desk.LaneDesk(box)
        self.access = Access(
            lambda: box.page("attendants"),
            time.monotonic,
            lane_desk.new_token,
            lambda who: self.desk.note(lane_desk.LOCKED, "", who[:16]),
        )

    def handle(self, call: Call) -> Reply:
        """Answer one request; a stranger learns nothing but that there is a page."""
        try:
            reply = self._answer(call)
        except StoreError:
            reply = _json(503, {"error": "E_STORE"})
        except OSError:
            reply = Reply(503)  # no file is left to open
        except (TypeError, ValueError, KeyError, AttributeError, OverflowError):
            reply = Reply(400)  # a member of another kind than the page sends
        return Reply(reply.status, reply.body, SAFE | reply.headers)

    def _answer(self, call: Call) -> Reply:
        if not is_own_host(call.headers.get("Host", ""), tuple(self._box.page("hosts"))):
            return Reply(421)
        if call.method == "GET":
            return self._sound(call.path) if call.path.startswith("sound/") else _file(call.path)
        if call.method != "POST" or not call.path.startswith("api/"):
            return Reply(404)
        if not _is_same_origin(call.headers):
            return Reply(403)
        if len(call.body) > MAX_BODY:
            return Reply(413)
        wish = _object(call.body)
        if wish is None:
            return Reply(400)
        if call.path == "api/sign_in":
            return self._sign_in(call, wish)
        if call.path == "api/hello":
            return _json(200, page_state.hello(self._box))
        return self._signed_in(call, wish)

    def _sound(self, path: str) -> Reply:
        """Give a tone by its name or a sound of the park by its hash; both from fixed lists."""
        name = path.removeprefix("sound/")
        if name in TONES:
            data = (SHIPPED / f"{name}.wav").read_bytes()
        else:
            data = self._box.sounds.bytes_of(name)
        return Reply(404) if data is None else Reply(200, data, {"Content-Type": "audio/wav"})

    def _sign_in(self, call: Call, wish: dict) -> Reply:
        who, pin = wish.get("who"), wish.get("pin")
        if not (isinstance(who, str) and isinstance(pin, str) and len(who) <= 16):
            return Reply(400)
        if not who.isprintable():
            return Reply(400)  # it would be written down, and no attendant is called so
        found = self.access.sign_in(who.strip(), pin, call.peer)
        if isinstance(found, str):
            return _json(429 if found != "wrong" else 401, {"error": found})
        cookie, session = found
        lane = _text(wish.get("lane"))
        self.desk.note(lane_desk.SIGN_IN, lane if lane in self._box.lanes else "", session.who)
        return _json(200, self._me(session), {"Set-Cookie": _cookie(cookie, call, int(SESSION_S))})

    def _me(self, session: Session) -> dict:
        record = self._box.page("attendants").get(session.who) or {}
        return {"who": session.who, "name": str(record.get("name") or ""), "token": session.csrf}

    def _signed_in(self, call: Call, wish: dict) -> Reply:
        cookie = _read_cookie(call.headers.get("Cookie", ""))
        session = self.access.session(cookie)
        if session is None:
            return _json(401, {"error": "sign_in"})
        if call.path == "api/me":
            return _json(200, self._me(session))
        if call.headers.get(H_TOKEN) != session.csrf:
            return Reply(403)
        if call.path == "api/state":
            return self._state(wish, session.who)
        if call.path == "api/act":
            if not self.access.is_fresh(session):
                return _json(403, {"error": "pin"})
            result = self.desk.act(_text(wish.get("lane")), session.who, wish)
            return _json(200, {"result": result})
        if call.path == "api/sign_out":
            self.access.sign_out(cookie)
            return _json(200, {}, {"Set-Cookie": _cookie("", call, 0)})
        return Reply(404)

    def _state(self, wish: dict, who: str) -> Reply:
        """Answer when something is new, or after ``WAIT_S``."""
        lane, known = _text(wish.get("lane")), wish.get("known")
        state = page_state.of_lane(self._box, self.desk, lane)
        if state and state["rev"] == known and self._waiting.acquire(blocking=False):
            try:
                deadline = time.monotonic() + WAIT_S
                while state and state["rev"] == known and time.monotonic() < deadline:
                    if self._box.stopping.wait(STEP_S):
                        break
                    if page_state.rev(self._box, lane) != known:
                        state = page_state.of_lane(self._box, self.desk, lane)
            finally:
                self._waiting.release()
        if state is None:
            return _json(404, {"error": "no_lane"})
        return _json(200, state | {"may": {"hold": self.desk.may_hold(who)}})


# ---------------------------------------------------------------------- checks


def is_own_host(host: str, more: Mapping | tuple | list = ()) -> bool:
    """Tell whether a page may have been asked for under this name.

    A foreign name that was made to point at the box (DNS rebinding) is neither an address nor one
    of the names of the box.
    """
    name = host.strip().lower()
    match = re.fullmatch(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?", name)
    if not match:
        return False
    name = match[1].strip("[]")
    try:
        ipaddress.ip_address(name)
        return True
    except ValueError:
        own = socket.gethostname().lower()
        return name in {"localhost", own, f"{own}.local", *(str(item).lower() for item in more)}


def _is_same_origin(headers: Mapping[str, str]) -> bool:
    """Tell whether our own page made this call: other pages cannot send these headers."""
    origin = headers.get("Origin", "")
    host = origin.partition("://")[2]
    return (
        bool(host)
        and host == headers.get("Host")
        and headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
        and headers.get("Content-Type", "").partition(";")[0].strip() == "application/json"
        and headers.get("X-Scenic-Lane") == "1"
    )


def _object(body: bytes) -> dict | None:
    try:
        data = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _text(value: object) -> str:
    return value[:64] if isinstance(value, str) else ""


def _read_cookie(header: str) -> str:
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _cookie(value: str, call: Call, age: int) -> str:
    secure = "; Secure" if call.secure else ""
    return f"{COOKIE}={value}; Path={BASE}; Max-Age={age}; HttpOnly; SameSite=Strict{secure}"


def _file(path: str) -> Reply:
    if path not in FILES:  # a fixed list: no path of a caller reaches the disk
        return Reply(404)
    name, kind = FILES[path]
    body = (Path(__file__).parent / name).read_bytes()
    return Reply(200, body, {"Content-Type": kind})


def _json(status: int, data: dict, headers: dict[str, str] | None = None) -> Reply:
    body = json.dumps(data, separators=(",", ":")).encode()
    return Reply(status, body, {"Content-Type": "application/json"} | (headers or {}))
