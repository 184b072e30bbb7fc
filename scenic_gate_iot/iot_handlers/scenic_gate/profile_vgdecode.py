"""QR heads of the Vguang family (RTX200A and others) in HTTP mode.

    POST /path   vgdecoderesult=CODE&&devicenumber=N[&&otherparams=…]
    200          code=0000          the head beeps and pulses its relay; anything else refuses

Some firmwares post the code alone (option ``raw``).
"""

from __future__ import annotations

from .http_message import BadRequest, Reply, Request, clean
from .profile import Profile, Seen

GOOD, BAD = "code=0000", "code=0001"
_FIELD = "vgdecoderesult="


class VgDecode(Profile):
    """Option ``number``: the device number set in the head; others on the path are refused."""

    def parse(self, request: Request) -> Seen:
        """Understand a request."""
        text = request.text
        if request.method != "POST":
            raise BadRequest("a head posts")
        if not text.startswith(_FIELD):
            if not self.options.get("raw"):
                raise BadRequest("no vgdecoderesult")
            return Seen(self._code(text))
        parts = dict(part.partition("=")[::2] for part in text.split("&&")[1:9])
        wanted = str(self.options.get("number") or "")
        if wanted and parts.get("devicenumber", "").strip() != wanted:
            raise BadRequest("another device number")
        return Seen(self._code(text.split("&&")[0].removeprefix(_FIELD)))

    @staticmethod
    def _code(text: str) -> str:
        code = clean(text)
        if not code:
            raise BadRequest("an empty code")
        return code

    def answer(self, good: bool, text: str = "") -> Reply:
        """Return the reply that carries the decision."""
        return Reply(GOOD if good else BAD)
