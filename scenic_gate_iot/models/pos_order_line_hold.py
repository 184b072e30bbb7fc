from odoo import models


class PosOrderLineHold(models.Model):
    """A refund that was paid although gates lagged behind is told to a person."""

    _inherit = "pos.order.line"

    # EXTENDS scenic_ticketing
    def _scenic_refund(self):
        """A refund that reaches the server is paid: gates that lag behind become an incident."""
        asked = self.refunded_orderline_id.sudo().scenic_ticket_ids
        late = {
            ticket: missing
            for ticket in asked
            if not ticket.refund_line_id
            and not ticket.refund_wait_ids.filtered("ready_at")
            and (missing := ticket._refund_missing())
        }
        res = super(PosOrderLineHold, self.with_context(scenic_refund_paid=True))._scenic_refund()
        for ticket, missing in late.items():
            if ticket.refund_line_id == self:
                ticket._refund_told(
                    missing, self.order_id.name or "", abs(self.price_subtotal_incl)
                )
        return res
