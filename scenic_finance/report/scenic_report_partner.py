from odoo import fields, models

from ..tools import partner_sql


class ScenicReportPartner(models.Model):
    """What channels, agencies and partners owe the park, and what it owes them.

    A row is a journal item of a receivable or payable, or something that waits to be billed. All
    amounts are positive on the side they are on; `net_position` is what the partner owes.
    """

    _name = "scenic.report.partner"
    _description = "Scenic Partner Balances"
    _inherit = ["scenic.report.mixin"]
    _auto = False
    _rec_name = "partner_id"
    _order = "date desc, id desc"

    partner_id = fields.Many2one("res.partner", readonly=True)
    side = fields.Selection(
        [("receivable", "They owe us"), ("payable", "We owe them")], readonly=True
    )
    kind = fields.Selection(
        [
            ("accrued", "Waits to be billed"),
            ("document", "Invoice or bill"),
            ("payment", "Payment"),
        ],
        readonly=True,
    )
    date = fields.Date(readonly=True)
    date_due = fields.Date(string="Due on", readonly=True)
    days_overdue = fields.Integer(readonly=True, aggregator="max")
    age = fields.Selection(
        [
            ("a", "Not due"),
            ("b30", "1 to 30 days overdue"),
            ("c60", "31 to 60 days overdue"),
            ("d90", "61 to 90 days overdue"),
            ("e", "Over 90 days overdue"),
        ],
        readonly=True,
    )
    channel_id = fields.Many2one("scenic.channel", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    account_id = fields.Many2one("account.account", readonly=True)
    move_id = fields.Many2one("account.move", string="Entry", readonly=True)
    voucher_item_id = fields.Many2one("scenic.voucher.item", string="Voucher", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    accrued = fields.Monetary(readonly=True, help="Earned or owed, not billed yet.")
    billed = fields.Monetary(readonly=True)
    paid = fields.Monetary(readonly=True)
    open_amount = fields.Monetary(readonly=True, help="Billed and not paid.")
    overdue = fields.Monetary(readonly=True)
    net_position = fields.Monetary(
        readonly=True, help="What the partner owes in the end; negative: what the park owes."
    )

    def _sources(self):
        return [self.move_id, self.voucher_item_id]

    @property
    def _table_query(self):
        return partner_sql.query()
