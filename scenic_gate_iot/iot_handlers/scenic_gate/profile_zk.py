"""ZKTeco terminals and controllers that push (ADMS).

    GET  /iclock/cdata?SN=…&options=all     how it shall push
    POST /iclock/cdata?SN=…&table=rtlog     time=… pin=… cardno=… event=… index=…, TAB between
    GET  /iclock/getrequest?SN=…            orders: C:<number>:CONTROL DEVICE 01010105
    POST /iclock/devicecmd?SN=…             ID=<number>&Return=0
    POST /iclock/cdata?SN=…&AuthType=device the same fields, no index: it asks before it opens

The last is "background verification" (option ``auth``): the reply to the question opens, or not.

    AUTH=SUCCESS CR LF  the record as it came CR LF  CONTROL DEVICE 01010105 CR LF
    AUTH=FAILED CR LF   the record as it came CR LF  TIPS=text for the visitor CR LF

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
MAX_QUESTION = 1024


class ZkPush(Profile):
    """Options ``sn``, ``door`` (1), ``seconds`` (5), ``ask``, ``poll_s`` (2), ``auth``."""

    max_body = 64 * 1024

    def __init__(self, options: Mapping) -> None:
        super().__init__(options)
        self._sn = str(options.get("sn") or "")
        self._ask = numbers(options.get("ask") or ASK)
        self._offset_s = 3600 * float(options.get("utc_offset", 8))
        self._poll_s = int(options.get("poll_s") or 2)
        self._door, self._seconds = int(options.get("door") or 1), int(options.get("seconds") or 5)
        self._auth = bool(options.get("auth"))
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
            return self._asked(request) if "AuthType" in request.query else self._pushed(request)
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
        data = _record(lines[-1])
        index, event = data.get("index", "").strip(), data.get("event", "").strip()
        if not index.isdigit() or not event.isdigit():
            raise BadRequest("an event without number")
        text, kind = _who(data)
        # one that asks before it opens tells afterwards what came of it: that is nobody new
        if self._auth or int(event[:6]) not in self._ask or not text:
            return Seen(event=index, reply=OK)
        return Seen(text, kind, index, (), OK, t=self._moment(data.get("time", "")))

    def _asked(self, request: Request) -> Seen:
        """Understand the question whether somebody may pass."""
        lines = [line for line in request.text.split("\n") if line.strip()]
        if not self._auth or len(lines) != 1:
            raise BadRequest("not one question, or of a terminal that was not to ask")
        line = "\t".join(clean(part, MAX_QUESTION) for part in lines[0].split("\t")[:MAX_PARTS])
        data = _record(line)
        text, kind = _who(data)
        moment = data.get("time", "").strip()
        if not text or not moment:
            return Seen(reply=self._auth_reply(line, False, ""))

        def answer(good: bool, told: str) -> Reply:
            return self._auth_reply(line, good, told)

        # it waits on this connection, so its clock does not matter; asked again it gets a no
        event = f"auth {moment} {text} {data.get('eventaddr', '')}"
        return Seen(text, kind, event, answer=answer)

    def _auth_reply(self, line: str, good: bool, told: str) -> Reply:
        said = [f"AUTH={'SUCCESS' if good else 'FAILED'}", line]
        if good and self.opens:
            said.append(self._order())
        if told:
            said.append("TIPS=" + " ".join(told.split()))
        return Reply("\r\n".join([*said, ""]))

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
        """Return the order to open."""
        return f"C:{number}:{self._order()}"

    def _order(self) -> str:
        """Door, 01 = the door itself, seconds."""
        return f"CONTROL DEVICE 01{self._door:02X}01{self._seconds:02X}"

    def orders_reply(self, orders: list[str]) -> Reply:
        """Return the reply to getrequest."""
        return Reply("\n".join(orders)) if orders else OK


def _record(line: str) -> dict[str, str]:
    return dict(part.partition("=")[::2] for part in line.split("\t")[:MAX_PARTS])


def _who(data: Mapping[str, str]) -> tuple[str, str]:
    card, person = clean(data.get("cardno", ""), 64), clean(data.get("pin", ""), 64)
    if person.strip("0"):
        return person, FACE
    return (card, CARD) if card.strip("0") else ("", CARD)
