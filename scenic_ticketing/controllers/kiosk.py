import time

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from ..tools.qr_image import png_data_uri
from ..tools.rate_limit import RateLimit

BODY = 16_384
_CALLS = RateLimit(per_second=5, burst=30)
_ORDERS = RateLimit(per_second=0.2, burst=10)
_ROUTE = {"type": "jsonrpc", "auth": "public", "save_session": False, "max_content_length": BODY}
_HEADERS = {
    "Cache-Control": "no-store",
    # the address is the secret: no other site learns it
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'",
}


class Kiosk(http.Controller):
    """The self-service page and what it asks; it reads nothing but what ``scenic.kiosk`` says."""

    @http.route("/scenic/kiosk/<string:token>", type="http", auth="public", save_session=False)
    def page(self, token, **_params):
        """Show the page of a window."""
        window = self._window(token)
        if not window:
            raise request.not_found()
        values = {"token": token, "title": window.name, "lang": request.env.lang or "en_US"}
        return self._render("scenic_ticketing.kiosk_page", values)

    @http.route("/scenic/kiosk/<string:token>/<string:call>", **_ROUTE)
    def answer(self, token, call, lang=None, day=None, wants=None, basket=None):
        """Answer one call of the page: ``{"error": sentence}`` or what it asked for."""
        work = {
            "start": lambda kiosk, window: kiosk._start(window) | {"texts": kiosk._texts()},
            "offer": lambda kiosk, window: {"offer": kiosk._offer(window, day)},
            "review": lambda kiosk, window: kiosk._review(window, wants),
            "order": lambda _kiosk, window: self._order(window, wants, basket),
            "cancel": lambda _kiosk, window: self._cancel(window, basket),
        }.get(call)
        if not work or not _CALLS.allows(token, time.monotonic()):
            return {"error": "", "code": "E_BUSY" if work else "E_CALL"}
        window = self._window(token, lang)
        if not window:
            return {"error": "", "code": "E_PAGE"}
        if call == "order" and not _ORDERS.allows(token, time.monotonic()):
            return {"error": "", "code": "E_BUSY"}
        try:
            with request.env.cr.savepoint():
                return work(window.env["scenic.kiosk"], window)
        except UserError as err:
            return {"error": str(err), "code": "E_REFUSED"}

    @http.route(
        "/scenic/kiosk/order/<string:token>", type="http", auth="public", save_session=False
    )
    def order_page(self, token, **_params):
        """Show one order on the phone of who placed it: its state, and its tickets once paid."""
        order = request.env["scenic.kiosk.order"].sudo().search([("token", "=", token)], limit=1)
        if len(token) > 80 or not order:
            raise request.not_found()
        order = order.with_company(order.company_id)
        tickets = order.pos_order_id.scenic_ticket_ids.filtered(
            lambda ticket: ticket.state in ("valid", "held")
        )
        values = {
            "order": order,
            "state": self._texts_of(order)[order.state],
            "tickets": [(t, png_data_uri(t.code or t.alias, 4)) for t in tickets],
        }
        return self._render("scenic_ticketing.kiosk_order_page", values)

    @staticmethod
    def _texts_of(order):
        return order.env["scenic.kiosk"]._order_texts()

    @staticmethod
    def _render(template, values):
        response = request.render(template, values)
        response.headers.update(_HEADERS)
        return response

    @staticmethod
    def _window(token, lang=None):
        window = request.env["pos.config"]._scenic_of_kiosk(token)
        installed = dict(request.env["res.lang"].sudo().get_installed())
        if lang in installed:
            window = window.with_context(lang=lang)
        return window

    def _order(self, window, wants, basket):
        if not (isinstance(basket, str) and 32 <= len(basket) <= 64 and basket.isalnum()):
            return {"error": "", "code": "E_CALL"}
        order = window.env["scenic.kiosk.order"]._place(window, wants, basket)
        url = f"{window.get_base_url()}/scenic/kiosk/order/{order.token}"
        site = window.env["scenic.kiosk"]._templates(window).scenic_site_id[:1]
        return {
            "number": order.name,
            "total": window.env["scenic.kiosk"]._money(window, order.amount),
            "until": site._wall_clock(order.expires_at)["time"],
            "qr": png_data_uri(url, 6),
        }

    def _cancel(self, window, basket):
        window.env["scenic.kiosk.order"]._of_basket(window, str(basket))._cancel()
        return {}
