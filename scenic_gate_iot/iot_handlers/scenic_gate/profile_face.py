"""Face terminals that call back when they have recognised somebody (uface and its many cousins).

    POST /path   personId=7&deviceKey=84E0…&time=1700000000000&type=face_0      (form or JSON)
    200          {"result": 1, "success": true}

``personGuid`` stands for ``personId`` in some. The terminal opens nothing here: a barrier does.
"""

from __future__ import annotations

from collections.abc import Mapping

from .http_message import BadRequest, Reply, Request, clean, fields_of, json_object
from .profile import Profile, Seen
from .scan import FACE

OK = Reply('{"result": 1, "success": true}', content_type="application/json")
STRANGER = "STRANGERBABY"  # what these terminals call a face they do not know
NOT_ALIVE = "2"  # the check that a living person stands there has failed
STAY_S = 5.0  # who stays in view is told again and again, every two seconds or so


class FaceCallback(Profile):
    """Options ``device_key`` (others on the path are refused) and ``repeat_s``."""

    max_body = 1024 * 1024  # a picture may come along; it is not looked at

    stay_s = STAY_S

    def __init__(self, options: Mapping) -> None:
        super().__init__(options)
        self.stay_s = float(options.get("repeat_s", STAY_S))

    def parse(self, request: Request) -> Seen:
        """Understand a callback."""
        return self.person(self.data(request))

    def data(self, request: Request) -> dict:
        """Return the fields of a callback of this terminal."""
        if request.method != "POST":
            raise BadRequest("a terminal posts")
        text = request.text.strip()
        data = json_object(text) if text.startswith("{") else fields_of(text)
        wanted = str(self.options.get("device_key") or "")
        device = clean(data.get("deviceKey") or "", 64)
        if wanted and device != wanted:
            raise BadRequest("another device")
        return data

    def person(self, data: dict) -> Seen:
        """Understand who was seen."""
        person = clean(data.get("personId") or data.get("personGuid") or "", 64)
        stranger = person == STRANGER or str(data.get("type") or "").endswith("_2")
        # a picture held before the camera is nobody, whoever is on it
        if not person or stranger or str(data.get("aliveType") or "") == NOT_ALIVE:
            return Seen(reply=OK)
        event, t = self.moment(data, person)
        return Seen(person, FACE, event, (), OK, t=t)

    @staticmethod
    def moment(data: dict, what: str) -> tuple[str, float | None]:
        """Return the name of an event, and when it was."""
        moment = clean(data.get("time") or "", 32)
        event = f"{what}:{moment}" if moment else ""
        known = moment.isascii() and moment.isdigit() and len(moment) == 13
        return event, int(moment) / 1000 if known else None
