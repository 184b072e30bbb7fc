"""Face terminals of the uface kind, which the box also orders to open (HTTP API of the maker).

    POST /path   {"personId": "7", "type": "face_0", "aliveType": "1", "deviceKey": …, "time": ms}
    POST /path   {"QRdata": "CODE", "deviceKey": …, "time": ms}  a printed code before its camera
    POST /path   {"personCount": "2", "deviceKey": …, "time": ms, …}  its heartbeat
    200          {"result": 1, "success": true}

    POST http://terminal:8090/device/openDoorControl   pass=SECRET&type=1
    POST http://terminal:8090/restartDevice            pass=SECRET
    200          {"code": "LAN_SUS-0", "result": 1, "success": true, …}

The terminal does not wait: it opens for whom it knows and tells so. Persons with a time to pass
that never comes are told as ``face_1`` and not let in; then the order of the box opens.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from .http_message import BadRequest, Request, clean, json_object
from .profile import Call, Seen
from .profile_face import OK, FaceCallback
from .scan import CODE

FORM = "application/x-www-form-urlencoded"
RELAY, TEXT = 1, 4  # what openDoorControl puts out
MAX_TEXT = 60


class Uface(FaceCallback):
    """Options of ``face``, and ``heartbeat_s``, ``speak``; ``password`` is the terminal's own."""

    def __init__(self, options: Mapping) -> None:
        super().__init__(options)
        self._password = str(options.get("password") or "")
        self.heartbeat_s = float(options.get("heartbeat_s") or 0)
        self.speaks = bool(options.get("speak"))

    def parse(self, request: Request) -> Seen:
        """Understand a callback."""
        data = self.data(request)
        if "QRdata" in data:
            code = clean(data["QRdata"])
            if not code:
                raise BadRequest("an empty code")
            event, t = self.moment(data, code)
            return Seen(code, CODE, event, (), OK, t=t)
        if "personId" not in data and "personGuid" not in data:
            return Seen(reply=OK)  # a heartbeat, or an event of another kind
        return self.person(data)

    def open_call(self) -> Call:
        """Return the request that pulses the relay."""
        return self._call("/device/openDoorControl", type=RELAY)

    def text_call(self, text: str) -> Call | None:
        """Return the request that shows and speaks a text."""
        if not self.speaks or not text:
            return None
        return self._call("/device/openDoorControl", type=TEXT, content=text[:MAX_TEXT])

    def restart_call(self) -> Call:
        """Return the request that restarts the terminal."""
        return self._call("/restartDevice")

    def _call(self, path: str, **fields: object) -> Call:
        return Call("POST", path, urlencode({"pass": self._password, **fields}), FORM)

    def taken(self, body: bytes) -> bool:
        """Tell whether the terminal obeyed."""
        try:
            told = json_object(body)
        except BadRequest:
            return False
        return told.get("result") == 1 and told.get("success") is True
