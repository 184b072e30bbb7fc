import time

from markupsafe import Markup

from odoo import http
from odoo.exceptions import LockError, UserError
from odoo.http import request

from ..tools import kiosk_page
from ..tools.qr_image import png_data_uri
from ..tools.rate_limit import RateLimit

BODY = 16_384
_CALLS = RateLimit(per_second=5, burst=30)
_ORDERS = RateLimit(per_second=0.2, burst=10)
# payment codes that are sent to the acquirer: nobody tries them out here
_PAYMENTS = RateLimit(per_second=0.2, burst=10)
_ROUTE = {"type": "jsonrpc", "auth": "public", "save_session": False, "max_content_length": BODY}
_HEADERS = {
    "Cache-Control": "no-store",
    # the address is the secret: no other site learns it
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'"


class WrongCall(Exception):
    """Something that our page never sends."""


def _start(window, _params):
    kiosk = window.env["scenic.kiosk"]
    return kiosk._start(window) | {"texts": kiosk._texts()}


def _offer(window, params):
    return {"offer": window.env["scenic.kiosk"]._offer(window, params.get("day"))}


def _review(window, params):
    return window.env["scenic.kiosk"]._review(window, params.get("wants"))


def _order(window, params):
    order = window.env["scenic.kiosk.order"]._place(window, params.get("wants"), _basket(params))
    return _placed(window, order)


def _resume(window, params):
    """Answer what became of an order, for a page that was loaded again."""
    order = _of(window, params)
    return _placed(window, order) | _payment(window, order, order._pay_facts()) if order else {}


def _pay(window, params):
    order = _known(window, params)
    return _payment(window, order, order._begin_payment(window, _code(params)))


def _step(window, params):
    order = _known(window, params)
    facts = order._go_on(window, _code(params), params.get("cancel") is True)
    return _payment(window, order, facts)


def _cancel(window, params):
    window.env["scenic.kiosk.order"]._of_basket(window, _basket(params))._cancel()
    return {}


_WORK = {
    "start": _start,
    "offer": _offer,
    "review": _review,
    "order": _order,
    "resume": _resume,
    "pay": _pay,
    "step": _step,
    "cancel": _cancel,
}


def _basket(params):
    basket = params.get("basket")
    if not (isinstance(basket, str) and 32 <= len(basket) <= 64 and basket.isalnum()):
        raise WrongCall
    return basket


def _code(params):
    code = params.get("code")
    return code if isinstance(code, str) and len(code) <= 64 else ""


def _of(window, params):
    order = window.env["scenic.kiosk.order"]._of_basket(window, _basket(params))
    return order.with_company(window.company_id)


def _known(window, params):
    order = _of(window, params)
    if not order:
        raise UserError(request.env._("This order is not known. Please start again."))
    return order


def _placed(window, order):
    """Return an order as the page shows it."""
    url = f"{window.get_base_url()}/scenic/kiosk/order/{order.token}"
    kiosk = window.env["scenic.kiosk"]
    site = kiosk._templates(window).scenic_site_id[:1]
    return {
        "number": order.name,
        "total": kiosk._money(window, order.amount),
        "until": site._wall_clock(order.expires_at)["time"],
        "qr": png_data_uri(url, 6),
        "pays": not order._pay_obstacle(window),
    }


def _payment(window, order, facts):
    """Return how a payment stands, with the tickets once they are sold."""
    if facts["state"] != "paid":
        return facts
    return facts | window.env["scenic.kiosk"]._tickets(window, order)


class Kiosk(http.Controller):
    """The self-service page and what it asks; it reads nothing but what ``scenic.kiosk`` says."""

    @http.route("/scenic/kiosk/<string:token>", type="http", auth="public", save_session=False)
    def page(self, token, **_params):
        """Show the page of a window."""
        window = self._window(token)
        if not window:
            raise request.not_found()
        values = {"token": token, "title": window.name, "lang": request.env.lang or "en_US"}
        names = kiosk_page.import_map()
        values |= {"import_map": Markup(names), "stamp": kiosk_page.stamp()}
        boxes = window.env["scenic.kiosk"]._box_addresses(window)
        return self._render(
            "scenic_ticketing.kiosk_page", values, kiosk_page.policy(_POLICY, names, boxes)
        )

    @http.route("/scenic/kiosk/<string:token>/<string:call>", **_ROUTE)
    def answer(self, token, call, lang=None, **params):
        """Answer one call of the page: ``{"error": sentence}`` or what it asked for."""
        work = _WORK.get(call)
        if not work or not _CALLS.allows(token, time.monotonic()):
            return {"error": "", "code": "E_BUSY" if work else "E_CALL"}
        window = self._window(token, lang)
        if not window:
            return {"error": "", "code": "E_PAGE"}
        seldom = {"order": _ORDERS, "pay": _PAYMENTS}.get(call)
        if seldom and not seldom.allows(token, time.monotonic()):
            return {"error": "", "code": "E_BUSY"}
        if call in ("pay", "step"):
            # what Odoo computes at the end of a sale is computed in the name of its cashier
            request.update_env(user=window.scenic_kiosk_user_id.id or request.env.uid)
        try:
            with request.env.cr.savepoint():
                return work(window, params)
        except WrongCall:
            # not from our page
            return {"error": "", "code": "E_CALL"}
        except LockError:
            # the same order is being worked on: asked again in a moment
            return {"error": "", "code": "E_BUSY"}
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
    def _render(template, values, policy=_POLICY):
        response = request.render(template, values)
        response.headers.update(_HEADERS | {"Content-Security-Policy": policy})
        return response

    @staticmethod
    def _window(token, lang=None):
        window = request.env["pos.config"]._scenic_of_kiosk(token)
        installed = dict(request.env["res.lang"].sudo().get_installed())
        if lang in installed:
            window = window.with_context(lang=lang)
        return window
