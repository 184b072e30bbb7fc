from odoo import fields, models
from odoo.exceptions import UserError


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
        # the rules of handing over are not to be gone round
        if ticket.holder_id and not self.env.user.has_group("scenic_ticketing.group_manager"):
            raise UserError(
                self.env._(
                    "Ticket %(number)s already has a holder. Hand it over to another person, or "
                    "ask a manager to correct it.",
                    number=ticket.alias,
                )
            )
        ticket._set_holder(holder)
        ticket.sudo().message_post(
            body=self.env._("Holder written down: %(holder)s.", holder=holder._trace_name())
        )
        return {"type": "ir.actions.act_window_close"}
