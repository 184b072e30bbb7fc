import time

from odoo import http

from ..iot_handlers.scenic_gate import auth
from ..tools.sync_request import FieldError, parse_sync
from . import gate_auth


class GateSync(http.Controller):
    @http.route(auth.SYNC_PATH, max_content_length=auth.MAX_BODY, **gate_auth.ROUTE)
    def sync(self, **_params):
        """Take what a box reports and give it what it needs; see the README for the protocol."""
        call = gate_auth.receive(auth.SYNC_PATH)
        if not isinstance(call, gate_auth.Call):
            return call
        try:
            message = parse_sync(call.body)
        except FieldError as error:
            return call.reject(error)
        drift_s = call.box_time - time.time()
        sync = gate_auth.environment(call.lang)["scenic.gate.sync"]
        answer = sync._serve(call.box_id, message, drift_s)
        return call.reply(200, answer)
