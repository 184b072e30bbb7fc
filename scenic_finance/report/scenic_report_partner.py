from odoo import api, fields, models

from ..tools import partner_sql


class ScenicReportPartner(models.Model):
    """What channels, agencies and partners owe the park, and what it owes them.

    A row is a journal item of a receivable or payable, or something that waits to be billed. All
    amounts are positive on the side they are on; `net_position` is what the partner owes.
    """

    _name = "scenic.report.partner"
    _description = "Scenic Partner Balances"
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
    ticket_id = fields.Many2one("scenic.ticket", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    accrued = fields.Monetary(readonly=True, help="Earned or owed, not billed yet.")
    billed = fields.Monetary(readonly=True)
    paid = fields.Monetary(readonly=True)
    open_amount = fields.Monetary(string="Open", readonly=True, help="Billed and not paid.")
    overdue = fields.Monetary(readonly=True)
    net_position = fields.Monetary(
        readonly=True, help="What the partner owes in the end; negative: what the park owes."
    )

    def action_source(self):
        """Open the entry or ticket behind this row."""
        self.ensure_one()
        return (self.move_id or self.ticket_id)._get_records_action()

    @property
    def _table_query(self):
        return partner_sql.query(self._accrual_parts(), self._more_partners())

    @api.model
    def _accrual_parts(self):
        """Return further statements of accruals: made by ``partner_sql.select``."""
        return []

    @api.model
    def _more_partners(self):
        """Return statements of ids of partners who are neither a channel nor an agency."""
        return []
