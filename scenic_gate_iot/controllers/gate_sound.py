from odoo import http
from odoo.http import request

from ..iot_handlers.scenic_gate import auth
from ..iot_handlers.scenic_gate.sound_config import TONES
from ..iot_handlers.scenic_gate.sound_library import SHIPPED
from ..tools.sync_request import FieldError, load_object
from . import gate_auth

WAV = "audio/wav"


class GateSound(http.Controller):
    @http.route(auth.SOUND_PATH, max_content_length=1024, **gate_auth.ROUTE)
    def sound(self, **_params):
        """Give a box a sound that its configuration names, signed like every answer."""
        call = gate_auth.receive(auth.SOUND_PATH)
        if not isinstance(call, gate_auth.Call):
            return call
        try:
            digest = load_object(call.body).get("hash")
            sounds = gate_auth.environment()["scenic.sound"]
            data = (
                sounds._by_hash(call.box_id, digest)
                if isinstance(digest, str) and call.state == "paired"
                else None
            )
            if data is None:
                raise FieldError("hash", "a sound of the configuration in force is expected")
        except FieldError as error:
            return call.reject(error)
        signature = auth.reply_signature(call.token, call.nonce, 200, data)
        headers = [("Content-Type", WAV), (auth.H_SIGNATURE, signature)]
        return request.make_response(data, headers=headers)

    @http.route("/scenic/sound/<int:sound_id>", type="http", auth="user", methods=["GET"])
    def listen(self, sound_id, **_params):
        """Let somebody who may see a sound hear it."""
        sound = request.env["scenic.sound"].browse(sound_id).exists()
        if not sound or not sound.has_access("read"):
            return request.not_found()
        return request.make_response(sound._bytes(), headers=_headers())

    @http.route("/scenic/sound/tone/<string:name>", type="http", auth="user", methods=["GET"])
    def tone(self, name, **_params):
        """Let somebody hear a tone that every gate has."""
        if name not in TONES:
            return request.not_found()
        return request.make_response((SHIPPED / f"{name}.wav").read_bytes(), headers=_headers())


def _headers():
    return [
        ("Content-Type", WAV),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "private, max-age=60"),
    ]
