from odoo import fields, models


class ScenicHolderEntry(models.TransientModel):
    """Write down who a ticket is for."""

    _name = "scenic.holder.entry"
    _inherit = ["scenic.holder.input"]
    _description = "Set the Holder of a Ticket"

    ticket_id = fields.Many2one(
        "scenic.ticket",
        required=True,
        readonly=True,
        ondelete="cascade",
        default=lambda self: self.env.context.get("active_id"),
    )
    product_id = fields.Many2one(related="ticket_id.product_id")
    visit_date = fields.Date(related="ticket_id.visit_date")
    current_id = fields.Many2one(related="ticket_id.holder_id", string="Holder so far")

    def _holder_target(self):
        ticket = self.ticket_id
        return ticket.product_id, ticket.visit_date, ticket.valid_until

    def action_confirm(self):
        """Give the ticket to the holder that was typed."""
        holder = self._require_holder()
        ticket = self.ticket_id
        ticket.check_access("read")
        ticket._set_holder(holder)
        ticket.sudo().message_post(
            body=self.env._("Holder written down: %(holder)s.", holder=holder._trace_name())
        )
        return {"type": "ir.actions.act_window_close"}
