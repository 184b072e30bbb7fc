from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.bus.websocket import WebsocketConnectionHandler


class PosConfig(models.Model):
    _inherit = "pos.config"

    scenic_channel_id = fields.Many2one(
        "scenic.channel",
        string="Sales Channel",
        ondelete="restrict",
        default=lambda self: self.env.ref("scenic_ticketing.channel_window", False),
        help="Written on every ticket that this window issues.",
    )

    scenic_auto_print = fields.Boolean(
        string="Print Tickets after Payment",
        default=True,
        help="The slips of the tickets are printed by themselves once the order is paid.",
    )

    scenic_price_deviation = fields.Selection(
        [("report", "Report it"), ("refuse", "Refuse the payment")],
        string="Other Price than the Tariff",
        required=True,
        default="report",
        help="What the server does when a window asks for another price than the tariff, and the "
        "cashier may not change prices. Report: the tickets are issued, and an incident names "
        "them.",
    )

    def _scenic_set_default_channel(self):
        """Fill the channel of windows that existed before the addon."""
        channel = self.env.ref("scenic_ticketing.channel_window", raise_if_not_found=False)
        if channel:
            self.filtered(lambda window: not window.scenic_channel_id).write(
                {"scenic_channel_id": channel.id}
            )

    # EXTENDS point_of_sale
    def _check_before_creating_new_session(self):
        # better to say it now than when the first visitor has paid
        if self._scenic_sells_tickets():
            self.env["scenic.keyring"]._require()
        return super()._check_before_creating_new_session()

    # EXTENDS point_of_sale
    @api.model
    def _get_special_products(self):
        """Load what rebookings are charged with, though nobody sells it by itself."""
        charged = self.env["scenic.policy"].sudo().search([("rebook_product_id", "!=", False)])
        standard = self.env.ref("scenic_ticketing.product_rebooking", raise_if_not_found=False)
        products = super()._get_special_products() | charged.rebook_product_id
        return products | standard if standard else products

    # EXTENDS point_of_sale
    def _get_url_to_cache(self, debug):
        """Keep what notifications need: a window that starts without the server gets them later."""
        version = WebsocketConnectionHandler._VERSION
        return [*super()._get_url_to_cache(debug), f"/bus/websocket_worker_bundle?v={version}"]

    def _scenic_sells_tickets(self):
        """Tell whether this window offers ticket products."""
        self.ensure_one()
        products = self.env["product.template"]
        domain = Domain(products._load_pos_data_domain({}, self))
        domain &= Domain("service_tracking", "=", "scenic_ticket")
        return bool(products.search_count(domain, limit=1))
