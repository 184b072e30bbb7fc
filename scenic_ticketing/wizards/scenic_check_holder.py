from odoo import api, fields, models


class ScenicCheckHolder(models.TransientModel):
    """The attendant's desk also takes an ID card or a phone number, and shows the holder."""

    _inherit = "scenic.check"

    holder_id = fields.Many2one(related="ticket_id.holder_id")
    holder_photo = fields.Binary(related="ticket_id.holder_id.photo", exportable=False)
    holder_has_photo = fields.Boolean(related="ticket_id.holder_id.has_photo")
    other_ticket_ids = fields.Many2many(
        "scenic.ticket",
        string="Other Tickets of This Holder",
        compute="_compute_other_ticket_ids",
    )

    @api.onchange("text")
    def _onchange_text_of_a_person(self):
        self.text = self._impersonal(self.text)

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._impersonal_vals(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._impersonal_vals(vals))

    @api.model
    def _impersonal_vals(self, vals):
        return vals | {"text": self._impersonal(vals["text"])} if vals.get("text") else vals

    @api.model
    def _impersonal(self, text):
        """Replace an ID or phone number by the number of its ticket: it is never stored here."""
        tickets = self.env["scenic.ticket"]._find_by_person(text)
        return tickets[0].alias if tickets else text

    @api.depends("ticket_id")
    def _compute_other_ticket_ids(self):
        for check in self:
            holder = check.ticket_id.holder_id
            tickets = self.env["scenic.ticket"]
            if holder.sudo().id_hash:
                number = holder._opened()[holder]["number"]
                tickets = tickets._find_by_person(number) - check.ticket_id._origin
            check.other_ticket_ids = tickets.filtered(lambda ticket: ticket.state == "valid")
