from odoo import api, fields, models

GATE_NOTE_LENGTH = 120


class ScenicTicketSell(models.Model):
    """What a cashier said about a ticket at the sale."""

    _inherit = "scenic.ticket"

    free_reason_id = fields.Many2one(
        "scenic.free.reason",
        string="Complimentary",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Why the ticket was given away.",
    )
    gate_note = fields.Char(
        string="Note for the Gate",
        size=GATE_NOTE_LENGTH,
        readonly=True,
        help="What the attendant should know: wheelchair, large luggage. No names and no numbers "
        "of persons.",
    )
    concession_seen = fields.Boolean(
        string="Proof Seen",
        readonly=True,
        help="The cashier saw the proof of the reduction at the sale.",
    )

    # EXTENDS scenic_ticketing
    def _shared_fields(self):
        return [*super()._shared_fields(), "free_reason_id", "gate_note", "concession_seen"]

    # EXTENDS scenic_ticketing
    def _window_facts(self):
        return super()._window_facts() | {
            "gate_note": self.gate_note or "",
            "free_reason": self.free_reason_id.with_env(self.env).name or "",
            "concession_seen": self.concession_seen,
        }

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "gate_note", "free_reason_id"]
