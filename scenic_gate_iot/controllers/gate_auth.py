"""What the signed gate routes have in common: who calls, and a signed answer."""

import json
from typing import NamedTuple

from odoo import SUPERUSER_ID
from odoo.http import request

from ..iot_handlers.scenic_gate import auth

# The signature says who calls: there is no user to look up, and a scan should not pay for one.
ROUTE = {
    "type": "http",
    "auth": "none",
    "readonly": False,
    "methods": ["POST"],
    "csrf": False,
    "save_session": False,
}


class Call(NamedTuple):
    """A request that the box ``box_id`` has signed."""

    box_id: int
    state: str
    lang: str
    token: str
    nonce: str
    body: bytes
    box_time: float

    def reply(self, status, answer):
        """Return the HTTP answer, signed for this very request."""
        body = json.dumps(answer, separators=(",", ":")).encode()
        signature = auth.reply_signature(self.token, self.nonce, status, body)
        headers = [("Content-Type", "application/json"), (auth.H_SIGNATURE, signature)]
        return request.make_response(body, headers=headers, status=status)

    def reject(self, error):
        """Return the answer that names the field of a :class:`FieldError`."""
        return self.reply(400, {"v": 1, "error": {"field": error.field, "text": error.text}})


def environment(lang=None):
    """Return an environment for calls of boxes, which have no user."""
    return request.env(user=SUPERUSER_ID, su=True, context={"lang": lang} if lang else {})


def receive(path):
    """Return the :class:`Call`, or the refusal (an HTTP answer) that tells strangers nothing."""
    body = request.httprequest.get_data()  # Odoo has refused what is too large (413)
    headers = request.httprequest.headers
    box = environment()["scenic.box"]._credentials().get(headers.get(auth.H_BOX, ""))
    # an unknown box costs the same work as a known one
    token = box["token"] if box else "-"
    nonce = auth.verify_request(token, "POST", path, headers, body)
    if not (box and nonce):
        return request.make_response(b"", status=401)
    return Call(
        box_id=box["id"],
        state=box["state"],
        lang=box["lang"],
        token=token,
        nonce=nonce,
        body=body,
        box_time=_number(headers[auth.H_TIME]),
    )


def _number(text):
    try:
        return float(text)
    except ValueError:
        return 0.0
