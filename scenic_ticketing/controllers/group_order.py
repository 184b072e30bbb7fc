from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import content_disposition, request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..tools import visitor_list

_PDF = "application/pdf"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _download(content, mimetype, filename):
    headers = [
        ("Content-Type", mimetype),
        ("Content-Length", len(content)),
        ("Content-Disposition", content_disposition(filename)),
        # codes are money: no shared cache keeps them
        ("Cache-Control", "private, no-store"),
    ]
    return request.make_response(content, headers=headers)


class GroupOrder(CustomerPortal):
    """Documents of group orders, for the desk and for the customer."""

    @http.route("/scenic/group_order/<int:order_id>/tickets.pdf", type="http", auth="user")
    def desk_tickets(self, order_id, **_options):
        """Send the tickets of an order to whoever may read it at the desk."""
        order = request.env["sale.order"].browse(order_id).exists()
        if not order or not request.env.user._is_internal():
            raise request.not_found()
        order.check_access("read")
        return _download(order._scenic_pdf(), _PDF, f"{order.name}.pdf")

    @http.route("/my/orders/<int:order_id>/tickets", type="http", auth="public", website=True)
    def portal_tickets(self, order_id, access_token=None, **_options):
        """Send the tickets to the customer: by login, or by the link in the mail."""
        try:
            order = self._document_check_access("sale.order", order_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if order.state != "sale":
            return request.redirect("/my")
        return _download(order._scenic_pdf(), _PDF, f"{order.name}.pdf")

    @http.route("/scenic/visitors/template.xlsx", type="http", auth="user")
    def visitor_template(self, **_options):
        """Send the form for a list of visitors, in the user's language."""
        titles = {
            "name": request.env._("Name"),
            "doc_type": request.env._("Document Type"),
            "number": request.env._("Document Number"),
            "phone": request.env._("Phone"),
        }
        content = visitor_list.template(titles, {}, request.env._("Visitors"))
        return _download(content, _XLSX, request.env._("Visitors") + ".xlsx")
