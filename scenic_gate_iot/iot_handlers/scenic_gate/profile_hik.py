"""Hikvision terminals and swing barriers by ISAPI, with "remote check".

The terminal sees a face or a card, sends an event (to a path of ours, or in its alertStream) and
waits; the box decides and says so:

    PUT /ISAPI/AccessControl/remoteCheck?format=json
        {"RemoteCheck": {"serialNo": 7, "checkResult": "success"}}
    PUT /ISAPI/AccessControl/RemoteControl/door/1   <RemoteControlDoor><cmd>open</cmd>…

Events carry ``AccessControllerEvent`` with ``employeeNoString``, ``cardNo``, ``serialNo``,
``remoteCheck``, ``majorEventType``, ``subEventType``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from .device import Signal
from .http_message import BadRequest, Reply, Request, clean, json_object, objects_in
from .profile import Call, Profile, Seen
from .scan import CARD, FACE

EVENT = 5  # majorEventType of what happens at a door
# minor events of swing barriers, to what a lane is told
SIGNALS = {
    0x85: Signal.TAILGATE,
    0x86: Signal.REVERSE,
    0x87: Signal.FORCED,  # forced
    0x88: Signal.FORCED,  # climbed over
    0x89: Signal.TIMEOUT,
    0x8A: Signal.FORCED,  # intrusion
    0x8C: Signal.BLOCKED,
    0x8D: Signal.BLOCKED,  # no longer
}
ASK = "1,75"  # a card or a face that the terminal knows, where it does not ask by remoteCheck
_DOOR = "<RemoteControlDoor><cmd>{}</cmd></RemoteControlDoor>"


def numbers(text: object) -> frozenset[int]:
    """Read numbers with commas between."""
    return frozenset(int(part, 0) for part in str(text).replace(" ", "").split(",") if part)


class HikIsapi(Profile):
    """Options ``door`` (1), ``ask``, ``passed`` (minor events that mean a person went through)."""

    max_body = 1024 * 1024  # a picture may come along; it is not looked at

    def __init__(self, options: Mapping) -> None:
        super().__init__(options)
        self._door = int(options.get("door") or 1)
        self._ask = numbers(options.get("ask") or ASK)
        self._passed = numbers(options.get("passed") or "")
        if self._passed:
            self.confirm = "sensor"
        if options.get("stream"):
            self.stream = "/ISAPI/Event/notification/alertStream"
            self.heartbeat_s = float(options.get("heartbeat_s") or 90)

    def parse(self, request: Request) -> Seen:
        """Understand an event that the terminal posted."""
        if request.method not in ("POST", "PUT"):
            raise BadRequest("a terminal posts its events")
        found = objects_in(request)
        if not found:
            raise BadRequest("no event")
        return self.event(found[0])

    def event(self, data: dict) -> Seen:
        """Understand one event, whichever way it came."""
        event = data.get("AccessControllerEvent")
        if not isinstance(event, dict):
            return Seen(reply=Reply())  # a heartbeat, or an event of another kind
        serial, sub = _number(event, "serialNo"), _number(event, "subEventType")
        name = f"{serial}:{sub}" if serial else ""
        if _number(event, "majorEventType") == EVENT:
            if sub in self._passed:
                return Seen(event=name, signals=((Signal.PASSED, 1),), reply=Reply())
            if sub in SIGNALS:
                return Seen(event=name, signals=((SIGNALS[sub], int(sub != 0x8D)),), reply=Reply())
        check = serial if event.get("remoteCheck") is True and serial else None
        if check is None and sub not in self._ask:
            return Seen(event=name, reply=Reply())
        text, kind = _who(event)
        if not text:
            raise BadRequest("an event about nobody")
        t = _moment(data.get("dateTime"))
        return Seen(text, kind, f"{serial}" if serial else "", (), Reply(), check, t)

    def check_call(self, number: int, good: bool) -> Call:
        """Return the request that tells the terminal the decision."""
        result = "success" if good else "failed"
        body = json.dumps({"RemoteCheck": {"serialNo": number, "checkResult": result}})
        return Call("PUT", "/ISAPI/AccessControl/remoteCheck?format=json", body)

    def open_call(self) -> Call:
        """Return the request that opens the door."""
        return self._door_call("open")

    def shut_call(self, hold: bool) -> Call:
        """Return the request that holds the door open, or lets it shut."""
        return self._door_call("alwaysOpen" if hold else "close")

    def _door_call(self, cmd: str) -> Call:
        path = f"/ISAPI/AccessControl/RemoteControl/door/{self._door}"
        return Call("PUT", path, _DOOR.format(cmd), "application/xml")

    def taken(self, body: bytes) -> bool:
        """Tell whether the terminal obeyed: its statusCode is 1, in JSON or XML."""
        text = body.decode("utf-8", "replace").strip()
        if not text:
            return True
        if text.startswith("{"):
            try:
                return json_object(text).get("statusCode", 1) == 1
            except BadRequest:
                return False
        return "<statusCode>" not in text or "<statusCode>1</statusCode>" in text


def _moment(text: object) -> float | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo else None


def _number(event: dict, name: str) -> int:
    value = event.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _who(event: dict) -> tuple[str, str]:
    person = clean(event.get("employeeNoString") or "", 64)
    if person:
        return person, FACE
    return clean(event.get("cardNo") or "", 64), CARD


class StreamSplitter:
    """Bytes of an alertStream in, JSON objects out; keeps ``most`` bytes at most."""

    def __init__(self, most: int = 2 * 1024 * 1024) -> None:
        self._buffer, self._most = b"", most
        self.dropped = 0

    def feed(self, data: bytes) -> list[dict]:
        """Take bytes; return the objects they complete."""
        self._buffer += data
        found = []
        while (part := self._next()) is not None:
            if part.startswith(b"{"):
                try:
                    found.append(json_object(part))
                except BadRequest:
                    self.dropped += 1
        if len(self._buffer) > self._most:
            self._buffer = b""
            self.dropped += 1
        return found

    def _next(self) -> bytes | None:
        head, gap, rest = self._buffer.partition(b"\r\n\r\n")
        if not gap:
            return None
        length = _length(head)
        if length is None:
            # without a length the part ends where the next one begins
            end = rest.find(b"\r\n--")
            if end < 0:
                return None
            part, self._buffer = rest[:end], rest[end + 2 :]
            return part.strip()
        if length > self._most:
            self._buffer, self.dropped = rest[-4096:], self.dropped + 1
            return b""
        if len(rest) < length:
            return None
        self._buffer = rest[length:]
        return rest[:length].strip()


def _length(head: bytes) -> int | None:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return int(value[:12])
    return None
