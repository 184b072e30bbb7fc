from odoo import api, fields, models
from odoo.fields import Command


class ScenicMediaCounting(models.TransientModel):
    """Counts the ticket media of a window, at a hand-over or whenever somebody wants to know."""

    _name = "scenic.media.counting"
    _description = "Count Ticket Media"

    config_id = fields.Many2one("pos.config", string="Window", required=True)
    line_ids = fields.One2many(
        "scenic.media.counting.line",
        "counting_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    reason = fields.Char(help="Needed where the count differs.")

    @api.depends("config_id")
    def _compute_line_ids(self):
        for counting in self:
            domain = [("config_id", "=", counting.config_id.id)]
            rows = self.env["scenic.media.stock"].search(domain)
            counting.line_ids = [Command.clear()] + [
                Command.create(
                    {
                        "product_id": row.product_id.id,
                        "expected": row.remaining,
                        "counted": row.remaining,
                    }
                )
                for row in rows
            ]

    def action_count(self):
        """Keep the count and correct the stock."""
        self.ensure_one()
        counted = {line.product_id.id: line.counted for line in self.line_ids}
        rows = self.env["scenic.media.count"]
        rows._count(self.config_id, counted, (self.reason or "").strip())
        return {"type": "ir.actions.act_window_close"}


class ScenicMediaCountingLine(models.TransientModel):
    _name = "scenic.media.counting.line"
    _description = "Count of One Ticket Medium"

    counting_id = fields.Many2one("scenic.media.counting", required=True, ondelete="cascade")
    product_id = fields.Many2one("product.product", string="Medium", required=True, readonly=True)
    expected = fields.Float(readonly=True, digits="Product Unit")
    counted = fields.Float(digits="Product Unit")
