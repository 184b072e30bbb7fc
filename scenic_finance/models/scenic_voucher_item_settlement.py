from odoo import api, fields, models


class ScenicVoucherItemSettlement(models.Model):
    """What a voucher counts for between the park and its channel."""

    _inherit = "scenic.voucher.item"

    settlement_amount = fields.Monetary(
        compute="_compute_settlement_amount",
        store=True,
        help="What the channel pays, tax included: its price, or the tariff's of the sale.",
    )
    is_owed = fields.Boolean(
        string="Counts for the Limit",
        compute="_compute_is_owed",
        store=True,
        compute_sudo=True,
        help="Sold by the channel and in no posted invoice yet.",
    )
    statement_line_id = fields.Many2one(
        "scenic.channel.statement.line",
        string="Statement Row",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    statement_waits = fields.Boolean(
        readonly=True, copy=False, help="Was left out of a statement, and waits for the next one."
    )

    _owed_index = models.Index("(channel_id, company_id) INCLUDE (settlement_amount) WHERE is_owed")

    @api.depends("settlement_price", "product_id", "visit_date", "order_id.channel_id")
    def _compute_settlement_amount(self):
        for item in self:
            item.settlement_amount = item._settlement() if item.product_id else 0.0

    # not on the uses of its ticket: gates would pay for it at every passage
    @api.depends("state", "invoice_line_ids.parent_state")
    def _compute_is_owed(self):
        for item in self:
            posted = "posted" in item.invoice_line_ids.mapped("parent_state")
            if item.state == "forced_refunded":
                sold = bool(item.ticket_id.used_count)
            else:
                sold = item.state in ("held", "issued", "consumed")
            item.is_owed = sold and not posted

    def _is_invoiced(self):
        """Return whether a posted invoice has this voucher."""
        self.ensure_one()
        return any(
            line.parent_state == "posted" and line.move_id.move_type == "out_invoice"
            for line in self.sudo().invoice_line_ids
        )
