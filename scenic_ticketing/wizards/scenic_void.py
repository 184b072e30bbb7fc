from odoo import fields, models


class ScenicVoid(models.TransientModel):
    """A manager takes tickets out of use, with a reason."""

    _name = "scenic.void"
    _description = "Void Tickets"

    ticket_ids = fields.Many2many(
        "scenic.ticket",
        string="Tickets",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    reason = fields.Char(required=True, help="Kept with the ticket, for whoever asks later.")

    def action_void(self):
        """Void the tickets; no money goes back by itself."""
        self.ensure_one()
        self.check_access("write")
        self.ticket_ids._void(self.reason)
        return {"type": "ir.actions.act_window_close"}
