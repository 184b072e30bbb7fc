from odoo import fields, models


class ScenicBreakagePoint(models.Model):
    """One point of a no-show curve: what was used so many days after the sale."""

    _name = "scenic.breakage.point"
    _description = "Scenic No-show Curve Point"
    _order = "curve_id, age"
    _rec_name = "age"

    curve_id = fields.Many2one(
        "scenic.breakage.curve", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="curve_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    age = fields.Integer(string="Days after the Sale", readonly=True, aggregator=None)
    used_value = fields.Monetary(string="Used until then", readonly=True, aggregator=None)
    used_share = fields.Float(
        string="Used Part",
        readonly=True,
        digits=(16, 6),
        aggregator="avg",
        help="Of all that was sold in the months that count.",
    )
    unused_share = fields.Float(
        string="Not Used Yet", readonly=True, digits=(16, 6), aggregator="avg"
    )
