from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class ScenicSplit(models.TransientModel):
    """Take persons out of a group ticket: they get a ticket of their own."""

    _name = "scenic.split"
    _description = "Take Persons out of a Group"

    ticket_id = fields.Many2one(
        "scenic.ticket",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    pax = fields.Integer(related="ticket_id.pax")
    persons = fields.Integer(
        string="Persons to Take out", required=True, default=1, help="Nobody who has used anything."
    )
    reason = fields.Char(required=True, help="Kept with the ticket, for whoever asks later.")

    def action_split(self):
        """Split the ticket and show the new one."""
        self.ensure_one()
        ticket = self.ticket_id
        if not self.env.user.has_group("scenic_ticketing.group_manager"):
            raise AccessError(self.env._("Only managers can divide a group ticket."))
        ticket.check_access("read")
        if not (self.reason or "").strip():
            raise UserError(self.env._("Write down the reason: it is kept with the ticket."))
        sibling = ticket._split(self.persons, self.reason.strip())
        return sibling._get_records_action()
