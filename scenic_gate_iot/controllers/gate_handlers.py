from odoo import http
from odoo.http import request

from ..iot_handlers.scenic_gate import auth
from ..tools.sync_request import FieldError, load_object
from . import gate_auth


class GateHandlers(http.Controller):
    @http.route(auth.HANDLERS_PATH, max_content_length=1024, **gate_auth.ROUTE)
    def handlers(self, **_params):
        """Give a box the handlers that it was told of, signed like every answer."""
        call = gate_auth.receive(auth.HANDLERS_PATH)
        if not isinstance(call, gate_auth.Call):
            return call
        name, package = gate_auth.environment()["scenic.box"]._handler_set()
        try:
            if load_object(call.body).get("hash") != name or call.state != "paired":
                raise FieldError("hash", "the handlers in force are expected")
        except FieldError as error:
            return call.reject(error)
        signature = auth.reply_signature(call.token, call.nonce, 200, package)
        headers = [("Content-Type", "application/zip"), (auth.H_SIGNATURE, signature)]
        return request.make_response(package, headers=headers)
