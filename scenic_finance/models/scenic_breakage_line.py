from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.scenic_ticketing.tools import append_only


class ScenicBreakageLine(models.Model):
    """What one recognition took ahead, or back, of the expected breakage of a month's sales.

    The sum of the lines of a pool (product, channel, month of sale) is what is taken ahead of it,
    and the sum of all lines of a company is the balance of the account. Nothing here ever changes:
    a new estimate is a new line.
    """

    _name = "scenic.breakage.line"
    _description = "Scenic Breakage Taken Ahead"
    _order = "recognition_id desc, product_id, channel_id, month"
    _rec_name = "recognition_id"

    recognition_id = fields.Many2one(
        "scenic.recognition", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    move_id = fields.Many2one(related="recognition_id.move_id")
    day = fields.Date(
        required=True, readonly=True, help="Up to which day uses and expiries are counted."
    )
    product_id = fields.Many2one(
        "product.product", required=True, readonly=True, index=True, ondelete="restrict"
    )
    channel_id = fields.Many2one("scenic.channel", readonly=True, ondelete="restrict")
    month = fields.Date(
        string="Month of Sale", required=True, readonly=True, help="First day of the month."
    )
    curve_id = fields.Many2one(
        "scenic.breakage.curve",
        string="No-show Curve",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The estimate behind the rate; empty: breakage waits for the expiry.",
    )
    rate = fields.Float(
        readonly=True,
        digits=(16, 6),
        aggregator=None,
        help="Part of the sales that is expected to stay unused.",
    )
    used_value = fields.Monetary(string="Used", readonly=True, aggregator=None)
    expired_value = fields.Monetary(string="Expired", readonly=True, aggregator=None)
    open_value = fields.Monetary(
        string="Still Open", readonly=True, aggregator=None, help="Never more is taken ahead."
    )
    before = fields.Monetary(string="Taken Before", readonly=True, aggregator=None)
    target = fields.Monetary(
        string="Taken in All",
        readonly=True,
        aggregator=None,
        help="rate / (1 - rate) × used - expired; at least nothing, at most what is still open.",
    )
    amount = fields.Monetary(
        string="Booked", readonly=True, help="Income of this recognition; negative: taken back."
    )

    def init(self):
        super().init()
        append_only.protect(self.env.cr, self._table)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What was taken ahead is part of the books and stays."))

    def action_entry(self):
        """Open the posted entry."""
        return self.recognition_id.move_id._get_records_action()
