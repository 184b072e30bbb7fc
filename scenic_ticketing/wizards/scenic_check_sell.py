from odoo import fields, models


class ScenicCheckSell(models.TransientModel):
    _inherit = "scenic.check"

    gate_note = fields.Char(related="ticket_id.gate_note")
