from odoo import api, fields, models


class ScenicWhy(models.TransientModel):
    """The test bench at a real lane: its zone, its entrance and its code."""

    _inherit = "scenic.why"

    lane_id = fields.Many2one(
        "scenic.lane",
        string="At the Lane",
        store=False,
        domain="[('site_id', '=', site_id), ('zone_id', '!=', False)]",
        help="Fills in zone, entrance and lane.",
    )

    @api.onchange("lane_id")
    def _onchange_lane_id(self):
        if self.lane_id.zone_id:
            self.zone_id = self.lane_id.zone_id
            self.entrance_id = self.lane_id.entrance_id
            self.lane_code = self.lane_id.code
