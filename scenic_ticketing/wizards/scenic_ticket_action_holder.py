from odoo import models


class ScenicTicketActionHolder(models.TransientModel):
    """Handing tickets over asks for the new holder."""

    _name = "scenic.ticket.action"
    _inherit = ["scenic.ticket.action", "scenic.holder.input"]

    def _holder_target(self):
        ticket = self.ticket_ids[:1]
        return ticket.product_id, ticket.visit_date, ticket.valid_until

    # EXTENDS scenic_ticketing
    def _holder_vals(self):
        return self.holder_id or super()._holder_vals()
