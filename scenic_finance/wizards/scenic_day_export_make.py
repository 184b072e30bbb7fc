from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError


class ScenicDayExportMake(models.TransientModel):
    """Asks for the day to export."""

    _name = "scenic.day.export.make"
    _description = "Export a Day"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    day = fields.Date(
        required=True, default=lambda self: fields.Date.context_today(self) - timedelta(days=1)
    )

    def action_export(self):
        """Have the browser fetch the file."""
        self.ensure_one()
        self.env["scenic.day.export"]._check_may_export()
        self.env["scenic.keyring"]._require()
        if self.day > fields.Date.context_today(self):
            raise UserError(self.env._("This day has not begun yet."))
        return {
            "type": "ir.actions.act_url",
            "url": f"/scenic/day-export/{self.company_id.id}/{self.day}.zip",
            "target": "self",
            "close": True,
        }
