from odoo import fields, models
from odoo.exceptions import UserError


class ScenicChannelStatementLine(models.Model):
    _name = "scenic.channel.statement.line"
    _description = "Scenic Channel Statement Row"
    _inherit = "scenic.statement.line.mixin"

    statement_id = fields.Many2one(
        "scenic.channel.statement", required=True, readonly=True, index=True, ondelete="cascade"
    )
    channel_id = fields.Many2one(
        "scenic.channel", required=True, readonly=True, index=True, ondelete="restrict"
    )
    state = fields.Selection(related="statement_id.state")
    double_of_id = fields.Many2one(
        "scenic.channel.statement.line", string="Repeats Row", readonly=True, ondelete="set null",
        index="btree_not_null",
    )  # fmt: skip
    voucher_item_ids = fields.One2many("scenic.voucher.item", "statement_line_id", readonly=True)

    _key_uniq = models.UniqueIndex(
        "(channel_id, company_id, order_no, kind, COALESCE(item_no, '')) WHERE is_key",
        "This order of the channel is in a statement already.",
    )
    _order_index = models.Index("(channel_id, order_no)")

    def action_voucher_order(self):
        """Open the order of the channel that this row is about."""
        self.ensure_one()
        order = self.env["scenic.voucher.order"].search(
            [("channel_id", "=", self.channel_id.id), ("number", "=", self.order_no)], limit=1
        )
        if not order:
            raise UserError(self.env._("Order %s is not known here.", self.order_no))
        return order._get_records_action()
