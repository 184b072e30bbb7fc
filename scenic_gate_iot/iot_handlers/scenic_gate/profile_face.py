"""Face terminals that call back when they have recognised somebody (uface and its many cousins).

    POST /path   personId=7&deviceKey=84E0…&time=1700000000000&type=face_0      (form or JSON)
    200          {"result": 1, "success": true}

``personGuid`` stands for ``personId`` in some. The terminal opens nothing here: a barrier does.
"""

from __future__ import annotations

from .http_message import BadRequest, Reply, Request, clean, fields_of, json_object
from .profile import Profile, Seen
from .scan import FACE

OK = Reply('{"result": 1, "success": true}', content_type="application/json")
STRANGER = "STRANGERBABY"  # what these terminals call a face they do not know


class FaceCallback(Profile):
    """Option ``device_key``: what the terminal calls itself; others on the path are refused."""

    max_body = 1024 * 1024  # a picture may come along; it is not looked at

    def parse(self, request: Request) -> Seen:
        """Understand a callback."""
        if request.method != "POST":
            raise BadRequest("a terminal posts")
        text = request.text.strip()
        data = json_object(text) if text.startswith("{") else fields_of(text)
        wanted = str(self.options.get("device_key") or "")
        device = clean(data.get("deviceKey") or "", 64)
        if wanted and device != wanted:
            raise BadRequest("another device")
        person = clean(data.get("personId") or data.get("personGuid") or "", 64)
        stranger = person == STRANGER or str(data.get("type") or "").endswith("_2")
        if not person or stranger:
            return Seen(reply=OK)
        moment = clean(data.get("time") or "", 32)
        event = f"{person}:{moment}" if moment else ""
        t = int(moment) / 1000 if moment.isdigit() and len(moment) == 13 else None
        return Seen(person, FACE, event, (), OK, t=t)
