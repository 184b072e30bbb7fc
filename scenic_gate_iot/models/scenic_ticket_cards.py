from odoo import fields, models


class ScenicTicketCards(models.Model):
    """Cards and faces of a ticket."""

    _inherit = "scenic.ticket"

    credential_ids = fields.One2many(
        "scenic.credential",
        "ticket_id",
        string="Cards and Faces",
        help="By which gates find this ticket, beside its code.",
    )
    credential_count = fields.Integer(compute="_compute_credential_count")

    def _compute_credential_count(self):
        for ticket in self:
            ticket.credential_count = len(ticket.credential_ids)

    def action_credentials(self):
        """Show the cards and faces of this ticket, to add and remove them."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_gate_iot.scenic_credential_action"
        )
        action["domain"] = [("ticket_id", "=", self.id)]
        action["context"] = {"default_ticket_id": self.id}
        return action
