from odoo import http

from ..iot_handlers.scenic_gate import auth
from ..tools.sync_request import FieldError, parse_redeem
from . import gate_auth

ANSWER = (
    "reason",
    "colour",
    "admit",
    "uses",
    "rest",
    "first_use_t",
    "first_use_lane",
    "clock_alarm",
    "uid",
    "alias",
    "replay",
)


class GateRedeem(http.Controller):
    @http.route(auth.REDEEM_PATH, max_content_length=16_384, **gate_auth.ROUTE)
    def redeem(self, **_params):
        """Decide on one passage now, for a device that cannot decide by itself."""
        call = gate_auth.receive(auth.REDEEM_PATH)
        if not isinstance(call, gate_auth.Call):
            return call
        try:
            wish = parse_redeem(call.body)
            lane = self._lane(call, wish)
        except FieldError as error:
            return call.reject(error)
        env = gate_auth.environment()
        if lane["zone_id"]:
            decision = env["scenic.redemption"]._redeem(
                wish.code,
                env["scenic.zone"].browse(lane["zone_id"]),
                lane_code=wish.lane,
                how="gate",
                wanted=wish.wanted,
                source_ref=f"redeem:{call.box_id}:{wish.op}",
                entrance=lane["entrance"],
            )
        else:
            site = env["scenic.site"].browse(lane["site_id"])
            decision = env["scenic.redemption"]._leave(wish.code, site, lane_code=wish.lane)
        return call.reply(200, {"v": 1} | {name: decision[name] for name in ANSWER})

    def _lane(self, call, wish):
        if call.state != "paired":
            raise FieldError("box", "the box is in quarantine")
        lane = gate_auth.environment()["scenic.lane"]._of_boxes().get((call.box_id, wish.lane))
        if not lane:
            raise FieldError("lane", "a lane of this box is expected")
        return lane
