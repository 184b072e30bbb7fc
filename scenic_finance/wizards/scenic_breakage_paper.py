import base64

from odoo import fields, models
from odoo.exceptions import UserError

from ..report import breakage_paper


class ScenicBreakagePaper(models.TransientModel):
    """Asks for the period of the auditor's working paper and makes it."""

    _name = "scenic.breakage.paper"
    _description = "Scenic Breakage Working Paper"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(month=1, day=1),
        help="First posting date of the bookings.",
    )
    date_to = fields.Date(
        string="To",
        required=True,
        default=fields.Date.context_today,
        help="Last posting date of the bookings.",
    )
    content = fields.Binary(string="File", readonly=True, attachment=False)
    filename = fields.Char(readonly=True)

    def action_export(self):
        """Make the file and hand it to the browser."""
        self.ensure_one()
        self.env["scenic.recognition"]._check_accountant()
        if self.company_id not in self.env.companies:
            raise UserError(self.env._("Switch on %s first.", self.company_id.name))
        if self.date_to < self.date_from:
            raise UserError(self.env._("The period ends before it begins."))
        self.content = base64.b64encode(
            breakage_paper.make(self.env, self.company_id, self.date_from, self.date_to)
        )
        self.filename = f"breakage-{self.date_from}-{self.date_to}.xlsx"
        return {
            "type": "ir.actions.act_url",
            "target": "download",
            "url": f"/web/content/{self._name}/{self.id}/content/{self.filename}?download=true",
        }
