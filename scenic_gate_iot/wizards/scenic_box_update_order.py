from odoo import fields, models


class ScenicBoxUpdateOrder(models.TransientModel):
    """Asks why before a box updates in the middle of the day."""

    _name = "scenic.box.update.order"
    _description = "Order to Update a Box"

    box_id = fields.Many2one("scenic.box", required=True, readonly=True)
    reason = fields.Char(required=True)

    def action_send(self):
        """Give the order."""
        self.ensure_one()
        self.box_id._order_update(self.reason)
        return {"type": "ir.actions.act_window_close"}
