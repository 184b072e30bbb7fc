from odoo import api, fields, models


class ScenicRebookSlot(models.TransientModel):
    """The slot that a rebooked ticket goes to."""

    _inherit = "scenic.rebook"

    slot_zone_id = fields.Many2one(related="ticket_id.product_tmpl_id.scenic_slot_zone_id")
    slot_id = fields.Many2one(
        "scenic.slot",
        string="Time Slot",
        domain="[('zone_id', '=', slot_zone_id), ('date', '=', visit_date), ('kind', '=', 'slot'),"
        " ('state', '=', 'open')]",
    )

    @api.onchange("visit_date")
    def _onchange_visit_date(self):
        if self.slot_id.date != self.visit_date:
            self.slot_id = False

    # EXTENDS scenic_ticketing
    @api.depends("slot_id")
    def _compute_quote(self):
        return super()._compute_quote()

    # EXTENDS scenic_ticketing
    def _slot(self):
        return self.slot_id or super()._slot()
