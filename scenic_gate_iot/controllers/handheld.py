"""The page of an attendant's handheld and the three signed calls it makes."""

import time

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request
from odoo.modules import Manifest

from ..iot_handlers.scenic_gate import auth
from ..tools import handheld_request as protocol
from ..tools.sync_request import FieldError
from .handheld_files import python_url

# The session says who the attendant is, the signature which device: a request that another page
# makes the browser send has no signature, so it needs no CSRF token.
SIGNED = {
    "type": "http",
    "auth": "user",
    "methods": ["POST"],
    "csrf": False,
    "save_session": False,
    "readonly": False,
}
SMALL = 16_384
ANSWER = (
    "reason", "colour", "admit", "uses", "rest", "first_use_t", "first_use_lane", "uid", "replay",
)  # fmt: skip


def _reply(answer, status=200):
    return request.make_json_response(answer, status=status)


def _refuse(error, status):
    return _reply({"v": 1, "error": error}, status)


def _device(path):
    """Return (record, None) of the device that signed this request, or (None, refusal)."""
    if not request.env.user.has_group("scenic_ticketing.group_attendant"):
        return None, _refuse("right", 403)
    headers, body = request.httprequest.headers, request.httprequest.get_data()
    known = (
        request.env["scenic.box"]._handheld_credentials().get(headers.get(protocol.H_DEVICE, ""))
    )
    if not known or not protocol.is_signed(known["key"], path, headers, body):
        return None, _refuse("device", 401)
    device = request.env["scenic.box"].sudo().browse(known["id"])
    if device.company_id not in request.env.user.company_ids:
        return None, _refuse("company", 403)
    return device, None


class Handheld(http.Controller):
    @http.route("/scenic/handheld/v1/enrol", type="jsonrpc", auth="user", max_content_length=SMALL)
    def enrol(self, name, public_key, place):
        """Register a device; the answer names it."""
        box = request.env["scenic.box"]._handheld_enrol(str(name), str(public_key), str(place))
        return {"device": box.identifier, "lane": box._handheld_lane()}

    @http.route(protocol.BEGIN_PATH, max_content_length=SMALL, **SIGNED)
    def begin(self, **_params):
        """Open a journal for the attendant who is signed in, or move to another place."""
        device, refusal = _device(protocol.BEGIN_PATH)
        if refusal:
            return refusal
        try:
            epoch, place = protocol.parse_handheld_begin(request.httprequest.get_data())
            device.with_env(request.env)._handheld_begin(epoch, place)
        except FieldError as error:
            return _refuse({"field": error.field, "text": error.text}, 400)
        except UserError as error:
            return _refuse({"text": str(error)}, 409)
        return _reply({"v": 1, "state": device.state, "lane": device._handheld_lane()})

    @http.route(protocol.SYNC_PATH, max_content_length=auth.MAX_BODY, **SIGNED)
    def sync(self, **_params):
        """Take what the handheld reports and give it what it needs; see the README."""
        device, refusal = _device(protocol.SYNC_PATH)
        if refusal:
            return refusal
        try:
            message = protocol.parse_handheld_sync(request.httprequest.get_data())
        except FieldError as error:
            return _refuse({"field": error.field, "text": error.text}, 400)
        return _reply(self._serve(device, message))

    def _serve(self, device, message):
        text = request.httprequest.headers.get(protocol.H_TIME, "")
        drift_s = float(text) - time.time() if text.isdecimal() else 0.0
        lang = device.company_id.partner_id.lang or "en_US"
        sync = request.env["scenic.gate.sync"].sudo().with_context(lang=lang)
        return sync._serve(device.id, message, drift_s)

    @http.route(protocol.REDEEM_PATH, max_content_length=SMALL, **SIGNED)
    def redeem(self, **_params):
        """Decide on one passage now."""
        device, refusal = _device(protocol.REDEEM_PATH)
        if refusal:
            return refusal
        if device.state != "paired":
            return _refuse({"text": device.state}, 409)
        try:
            wish = protocol.parse_handheld_redeem(request.httprequest.get_data())
        except FieldError as error:
            return _refuse({"field": error.field, "text": error.text}, 400)
        return _reply(self._decide(device, wish))

    def _decide(self, device, wish):
        redemption = request.env["scenic.redemption"].sudo()
        lane = device._handheld_lane()
        if device.zone_id:
            answer = redemption._redeem(
                wish.code,
                device.zone_id,
                lane_code=lane,
                how="handheld",
                wanted=wish.wanted,
                source_ref=f"{device.id}:{wish.epoch}:{wish.seq}",
                entrance=device.entrance_id.bit if device.entrance_id else None,
                staff=wish.staff,
            )
        else:
            answer = redemption._leave(wish.code, device.site_id, lane_code=lane)
        ticket = request.env["scenic.ticket"].sudo().browse(answer["ticket_id"] or ())
        card = ticket._handheld_card() if ticket else {}
        return {"v": 1, "now": time.time(), "card": card, "gen": card.get("gen", 0)} | {
            name: answer[name] for name in ANSWER
        }

    @http.route("/scenic/handheld", type="http", auth="user", methods=["GET"])
    def page(self, **_params):
        """Show the page; it goes on without the server from then on."""
        request.env["scenic.box"]._handheld_check_right()
        response = request.render("scenic_gate_iot.handheld_page", self._page_values())
        response.headers["Cache-Control"] = "no-store"
        return response

    def _page_values(self):
        env = request.env
        reasons = env["scenic.gate.alarm"]._fields["manual_reason"]._description_selection(env)
        info = {
            "user": {"id": env.uid, "name": env.user.name},
            "db": env.cr.dbname,
            "places": env["scenic.box"]._handheld_places(),
            "manual": [{"code": code, "text": text} for code, text in reasons],
            "texts": env["scenic.reason"]._reason_labels(env.lang),
            "lang": env.lang or "en_US",
            "python": python_url(),
            "version": Manifest.for_addon("scenic_gate_iot")["version"],
        }
        return {
            "session_info": env["ir.http"].session_info(),
            "handheld": info,
            "lang": (env.lang or "en_US").replace("_", "-"),
        }
