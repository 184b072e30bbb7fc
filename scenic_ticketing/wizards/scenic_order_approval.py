from odoo import fields, models


class ScenicOrderApproval(models.TransientModel):
    """A manager lets a group order go without its deposit, or beyond its credit limit."""

    _name = "scenic.order.approval"
    _description = "Approve a Group Order"

    order_id = fields.Many2one(
        "sale.order",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    obstacle = fields.Text(compute="_compute_obstacle")
    reason = fields.Char(required=True, help="Kept with the order, for whoever asks later.")

    def _compute_obstacle(self):
        for wizard in self:
            wizard.obstacle = wizard.order_id._scenic_cover_obstacle() or self.env._(
                "Nothing stands against this order: confirm it."
            )

    def action_approve(self):
        """Approve the order up to its present total; it is not confirmed by that."""
        self.ensure_one()
        self.check_access("write")
        order = self.order_id
        order.check_access("write")
        obstacle = self.obstacle
        order.sudo().write(
            {
                "scenic_approved_amount": order.amount_total,
                "scenic_approved_id": self.env.uid,
                "scenic_approval_reason": self.reason,
            }
        )
        order.message_post(
            body=self.env._(
                "Approved up to %(amount)s: %(reason)s. (%(obstacle)s)",
                amount=order.currency_id.format(order.amount_total),
                reason=self.reason,
                obstacle=obstacle,
            )
        )
        return {"type": "ir.actions.act_window_close"}
