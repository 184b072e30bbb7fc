"""ZKTeco terminals and controllers that push (ADMS).

    GET  /iclock/cdata?SN=…&options=all     how it shall push
    POST /iclock/cdata?SN=…&table=rtlog     time=… pin=… cardno=… event=… index=…, TAB between
    GET  /iclock/getrequest?SN=…            orders: C:<number>:CONTROL DEVICE 01010105
    POST /iclock/devicecmd?SN=…             ID=<number>&Return=0

Every answer is plain text; anything but ``OK`` makes the device send again. What it sent is named
by (SN, index). Its clock has no zone: ``utc_offset`` tells the hours (8). What it kept while it
was cut off is news of the past and opens nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone

from .http_message import BadRequest, Reply, Request, clean, fields_of
from .profile import Profile, Seen
from .profile_hik import numbers
from .scan import CARD, FACE

OK = Reply("OK")
ASK = "0,27"  # a person it knows; a card that it does not
_MOST_LINES = 50
MAX_PARTS = 40


class ZkPush(Profile):
    """Options ``sn``, ``door`` (1), ``seconds`` (5), ``ask``, ``passed``, ``poll_s`` (2)."""

    max_body = 64 * 1024

    def __init__(self, options: Mapping) -> None:
        super().__init__(options)
        self._sn = str(options.get("sn") or "")
        self._ask = numbers(options.get("ask") or ASK)
        self._offset_s = 3600 * float(options.get("utc_offset", 8))
        self._poll_s = int(options.get("poll_s") or 2)
        self._door, self._seconds = int(options.get("door") or 1), int(options.get("seconds") or 5)
        self.heartbeat_s = float(options.get("heartbeat_s") or 60)

    def owns(self, path: str, query: Mapping[str, str]) -> bool:
        """Tell whether a request is for this device: by its serial number."""
        return path.startswith("/iclock/") and bool(self._sn) and query.get("SN") == self._sn

    def parse(self, request: Request) -> Seen:
        """Understand a request."""
        path = request.path.removeprefix("/iclock/")
        if path == "cdata" and request.method == "GET":
            return Seen(reply=self._greeting())
        if path == "cdata" and request.method == "POST":
            return self._pushed(request)
        if path == "devicecmd" and request.method == "POST":
            return self._acked(request)
        if path in ("registry", "push", "ping", "querydata"):
            return Seen(reply=OK)
        raise BadRequest("no request of a push device")

    def _greeting(self) -> Reply:
        lines = [f"GET OPTION FROM: {self._sn}", "ErrorDelay=30", f"Delay={self._poll_s}"]
        lines += ["TransTimes=00:00", "TransInterval=1", "TransFlag=1111000000", "Realtime=1"]
        return Reply("\n".join([*lines, "Encrypt=0", ""]))

    def _pushed(self, request: Request) -> Seen:
        if request.query.get("table") != "rtlog":
            return Seen(reply=OK)  # logs of the past, its own users: not needed here
        lines = [line for line in request.text.splitlines() if line.strip()]
        if not lines or len(lines) > _MOST_LINES:
            raise BadRequest("no event, or too many")
        # only the newest is somebody who stands there now
        data = dict(part.partition("=")[::2] for part in lines[-1].split("\t")[:MAX_PARTS])
        index, event = data.get("index", "").strip(), data.get("event", "").strip()
        if not index.isdigit() or not event.isdigit():
            raise BadRequest("an event without number")
        text, kind = _who(data)
        if int(event[:6]) not in self._ask or not text:
            return Seen(event=index, reply=OK)
        return Seen(text, kind, index, (), OK, t=self._moment(data.get("time", "")))

    def _moment(self, text: str) -> float | None:
        try:
            local = datetime.fromisoformat(text.strip()).replace(tzinfo=timezone.utc)
        except ValueError:
            return None
        return local.timestamp() - self._offset_s

    @staticmethod
    def _acked(request: Request) -> Seen:
        data = fields_of(request.text.strip().splitlines()[0] if request.text.strip() else "")
        number, result = data.get("ID", ""), data.get("Return", "")
        if not number:
            raise BadRequest("an answer to no order")
        return Seen(reply=OK, acked=(number, result.lstrip("-").isdigit() and int(result) >= 0))

    def order(self, number: str) -> str:
        """Return the order to open: door, 01 = the door itself, seconds."""
        return f"C:{number}:CONTROL DEVICE 01{self._door:02X}01{self._seconds:02X}"

    def orders_reply(self, orders: list[str]) -> Reply:
        """Return the reply to getrequest."""
        return Reply("\n".join(orders)) if orders else OK


def _who(data: Mapping[str, str]) -> tuple[str, str]:
    card, person = clean(data.get("cardno", ""), 64), clean(data.get("pin", ""), 64)
    if person.strip("0"):
        return person, FACE
    return (card, CARD) if card.strip("0") else ("", CARD)
