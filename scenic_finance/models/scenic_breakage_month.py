from odoo import fields, models


class ScenicBreakageMonth(models.Model):
    """One month of sales behind an estimate, with what the months before it foretold."""

    _name = "scenic.breakage.month"
    _description = "Scenic Breakage History"
    _order = "curve_id, month"
    _rec_name = "month"

    curve_id = fields.Many2one(
        "scenic.breakage.curve", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="curve_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    product_id = fields.Many2one(related="curve_id.product_id", store=True)
    channel_id = fields.Many2one(related="curve_id.channel_id", store=True)
    month = fields.Date(string="Month of Sale", required=True, readonly=True)
    tickets = fields.Integer(readonly=True)
    used_value = fields.Monetary(string="Used", readonly=True)
    expired_value = fields.Monetary(string="Expired", readonly=True)
    open_value = fields.Monetary(string="Still Open", readonly=True)
    counted = fields.Boolean(readonly=True, help="The month is over: none of its tickets is open.")
    rate = fields.Float(
        readonly=True, digits=(16, 6), aggregator="avg", help="Expired part of the sales."
    )
    told_rate = fields.Float(
        string="Foretold Rate",
        readonly=True,
        digits=(16, 6),
        aggregator="avg",
        help="What the months before, by the same rules, would have let take ahead.",
    )
    told_value = fields.Monetary(
        string="Foretold",
        readonly=True,
        help="Breakage that would have been income before its expiry.",
    )
    error = fields.Monetary(
        readonly=True,
        help="Foretold minus expired. Above zero, income would have been taken back.",
    )
