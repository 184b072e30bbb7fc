from dateutil.relativedelta import relativedelta

from odoo import fields, models

from ..tools import close_sql

MOVEMENTS = ("opening", "late", "sold", "used", "refunded", "expired", "kept", "closing")


class ScenicMonthLine(models.Model):
    """How what is owed for the tickets of one sale month moved in a month."""

    _name = "scenic.month.line"
    _description = "Scenic Liability by Sale Month"
    _order = "close_id desc, sale_month, id"
    _rec_name = "sale_month"

    close_id = fields.Many2one(
        "scenic.month.close", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    month = fields.Date(related="close_id.month", store=True)
    sale_month = fields.Date(required=True, readonly=True, help="First day of the month of sale.")
    tickets = fields.Integer(string="Tickets Sold", readonly=True)
    opening = fields.Monetary(readonly=True, help="What the month before was closed with.")
    late = fields.Monetary(
        string="Late, Earlier Months",
        readonly=True,
        help="What reached earlier months after they were closed.",
    )
    sold = fields.Monetary(readonly=True)
    used = fields.Monetary(readonly=True, help="Without the uses that were taken back.")
    refunded = fields.Monetary(readonly=True)
    expired = fields.Monetary(readonly=True)
    kept = fields.Monetary(string="Kept of Refunds", readonly=True)
    closing = fields.Monetary(
        readonly=True,
        help="Opening + late + sold − used − refunded − expired − kept: what is still owed.",
    )

    def init(self):
        """Rows of a closed month stay as they are."""
        super().init()
        close_sql.freeze(self.env.cr, self._table, "scenic_month_close", "close_id")

    def action_tickets(self):
        """Open the tickets that were sold in this month and deferred."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_ticketing.scenic_ticket_action"
        )
        until = self.sale_month + relativedelta(months=1)
        domain = [
            ("company_id", "=", self.company_id.id),
            ("deferred", "=", True),
            ("sale_day", ">=", self.sale_month),
            ("sale_day", "<", until),
        ]
        return {**action, "domain": domain, "context": {}}

    def action_events(self):
        """Open what was released in the month of these tickets."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_finance.scenic_revenue_event_action"
        )
        until = self.sale_month + relativedelta(months=1)
        domain = [
            ("company_id", "=", self.company_id.id),
            ("day", ">=", self.close_id.date_from),
            ("day", "<=", self.close_id.date_to),
            ("ticket_id.sale_day", ">=", self.sale_month),
            ("ticket_id.sale_day", "<", until),
        ]
        return {**action, "domain": domain, "context": {}}

    def _signed(self):
        """Return this row as it is signed."""
        self.ensure_one()
        money = self.close_id._money
        return {
            "sale_month": self.sale_month.strftime("%Y-%m"),
            "tickets": self.tickets,
            **{name: money(self[name]) for name in MOVEMENTS},
        }
