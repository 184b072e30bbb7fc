from odoo import fields, models

from ..tools import shift_sql


class ScenicShiftCount(models.Model):
    """How often a person did something in a shift, and what came in for it."""

    _name = "scenic.shift.count"
    _description = "Scenic Shift Count"
    _order = "shift_id desc, user_id, kind"

    shift_id = fields.Many2one(
        "scenic.shift", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="shift_id.company_id", store=True, index=True)
    config_id = fields.Many2one(related="shift_id.config_id", store=True)
    opened_at = fields.Datetime(related="shift_id.opened_at", store=True)
    currency_id = fields.Many2one(related="shift_id.currency_id")
    user_id = fields.Many2one("res.users", string="By", readonly=True, ondelete="restrict")
    kind = fields.Selection(
        [
            ("sold", "Tickets sold"),
            ("refunded", "Tickets refunded"),
            ("goods", "Goods and fees"),
            ("deposit_in", "Deposits taken"),
            ("deposit_out", "Deposits returned"),
            ("rounding", "Cash rounding"),
            ("free", "of them complimentary"),
            ("offline", "of them sold offline"),
            ("reprint", "Tickets printed again"),
            ("reissue", "Tickets reissued"),
            ("rebook", "Tickets rebooked"),
            ("block", "Tickets blocked"),
            ("exchange", "Vouchers exchanged"),
            ("redeemed", "Let in at the window"),
        ],
        required=True,
        readonly=True,
    )
    quantity = fields.Float(readonly=True, digits=(16, 0))
    persons = fields.Integer(readonly=True)
    amount = fields.Monetary(
        readonly=True, help="What came in, tax included. All kinds together are the takings."
    )

    def init(self):
        """Install the law of this table in the database itself."""
        super().init()
        shift_sql.install(self.env.cr, "scenic_shift_count")
