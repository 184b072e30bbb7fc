from odoo import api, fields, models

from ..tools import shift_sql


class ScenicShiftLine(models.Model):
    """One payment method of a shift: what was expected of it, and what was counted."""

    _name = "scenic.shift.line"
    _description = "Scenic Shift Payment Method"
    _order = "shift_id desc, is_cash desc, id"

    shift_id = fields.Many2one(
        "scenic.shift", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="shift_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="shift_id.currency_id")
    user_id = fields.Many2one(related="shift_id.user_id", store=True)
    config_id = fields.Many2one(related="shift_id.config_id", store=True)
    payment_method_id = fields.Many2one(
        "pos.payment.method", required=True, readonly=True, ondelete="restrict"
    )
    is_cash = fields.Boolean(readonly=True)
    payment_count = fields.Integer(string="Payments", readonly=True)
    opening = fields.Monetary(readonly=True, help="What was in the drawer at the beginning.")
    paid = fields.Monetary(readonly=True, help="Payments less refunds and change.")
    cash_in = fields.Monetary(readonly=True)
    cash_out = fields.Monetary(readonly=True)
    expected = fields.Monetary(readonly=True)
    counted = fields.Monetary(readonly=True)
    is_counted = fields.Boolean(
        readonly=True, help="Somebody counted it; otherwise it is taken to be as expected."
    )
    difference = fields.Monetary(compute="_compute_difference", store=True)
    reason = fields.Char(readonly=True)

    _method_uniq = models.Constraint(
        "UNIQUE (shift_id, payment_method_id)", "This payment method was counted already."
    )

    def init(self):
        """Install the law of this table in the database itself."""
        super().init()
        shift_sql.install(self.env.cr, "scenic_shift_line")

    @api.depends("counted", "expected")
    def _compute_difference(self):
        for line in self:
            line.difference = line.counted - line.expected
