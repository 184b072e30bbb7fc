from odoo import fields, models

from ..tools import daily_sql


class ScenicReportDaily(models.Model):
    """The daily sheet: what was sold, given back and received, by channel, product and method.

    A row is an order line of a window for each method the order was paid with, a ticket that was
    sold or given back without a window, a deposit of a group, or a kept fee. Parts of a line are
    not rounded, so that they add up to line, order and method exactly.
    """

    _name = "scenic.report.daily"
    _description = "Scenic Daily Sheet"
    _inherit = ["scenic.report.mixin"]
    _auto = False
    _rec_name = "product_id"
    _order = "day desc, id desc"

    day = fields.Date(readonly=True, help="Day of the sale or refund, in the site's time zone.")
    kind = fields.Selection(
        [
            ("ticket", "Ticket"),
            ("goods", "Goods and services"),
            ("deposit", "Deposit of a visitor"),
            ("group_deposit", "Deposit of a group"),
            ("balance", "Payment without a balance"),
        ],
        readonly=True,
    )
    path = fields.Selection([("window", "Window"), ("invoice", "On account")], readonly=True)
    posted = fields.Boolean(
        readonly=True, help="The ledger has it: the session is closed, or the invoice is posted."
    )
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    site_id = fields.Many2one("scenic.site", readonly=True)
    channel_id = fields.Many2one("scenic.channel", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    payment_method_id = fields.Many2one(
        "pos.payment.method", readonly=True, help="Empty: invoiced, or nothing was to be paid."
    )
    config_id = fields.Many2one("pos.config", string="Window", readonly=True)
    session_id = fields.Many2one("pos.session", readonly=True)
    user_id = fields.Many2one("res.users", string="Cashier", readonly=True)
    pos_order_id = fields.Many2one("pos.order", string="Order", readonly=True)
    ticket_id = fields.Many2one("scenic.ticket", readonly=True)
    move_id = fields.Many2one("account.move", string="Entry", readonly=True)
    quantity = fields.Float(string="Sold", digits=(16, 2), readonly=True)
    persons = fields.Float(digits=(16, 0), readonly=True)
    gross = fields.Monetary(string="Gross Sales", readonly=True, help="Sold, tax included.")
    tax = fields.Monetary(readonly=True)
    net = fields.Monetary(string="Net Sales", readonly=True, help="Sold, without tax.")
    refund_quantity = fields.Float(string="Given Back", digits=(16, 2), readonly=True)
    refund_gross = fields.Monetary(
        string="Refunds", readonly=True, help="Paid back, tax included; a positive amount."
    )
    refund_tax = fields.Monetary(string="Tax of Refunds", readonly=True)
    refund_net = fields.Monetary(string="Net Refunds", readonly=True)
    fee = fields.Monetary(
        string="Fees Kept", readonly=True, help="What refunds did not return, net of tax."
    )
    received = fields.Monetary(
        readonly=True, help="Taken with this payment method, less what was paid back with it."
    )
    on_account = fields.Monetary(
        readonly=True, help="Sold without a payment at a window: it is or will be invoiced."
    )

    def _sources(self):
        return [self.pos_order_id, self.move_id, self.ticket_id]

    @property
    def _table_query(self):
        return daily_sql.query()
