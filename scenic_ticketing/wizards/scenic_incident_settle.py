from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.scenic_incident_settle import OUTCOMES

NOTE_NEEDED = ("waived", "ours", "fraud")


class ScenicIncidentSettleWizard(models.TransientModel):
    """Asks for what belongs to an outcome: amount, owner, note. For one incident or for many."""

    _name = "scenic.incident.settle"
    _description = "Settle Incidents"

    incident_ids = fields.Many2many("scenic.incident", required=True, readonly=True)
    count = fields.Integer(compute="_compute_count")
    outcome_kind = fields.Selection(
        [item for item in OUTCOMES if item[0] != "over"],
        "Outcome",
        required=True,
        default="explained",
    )
    currency_id = fields.Many2one(related="incident_ids.currency_id")
    amount = fields.Monetary(help="Charged or given up.")
    total = fields.Monetary("Amount of All", compute="_compute_count")
    user_id = fields.Many2one("res.users", "Owner", required=True)
    note = fields.Char(help="What was found out. It is kept with the incident.")

    @api.model
    def default_get(self, fields_list):
        vals = super().default_get(fields_list)
        incidents = self.env["scenic.incident"].browse(
            self.env.context.get("active_ids") or self.env.context.get("default_incident_ids")
        )
        still_open = incidents.filtered(lambda incident: incident.state == "open")
        if incidents and not still_open:
            raise UserError(self.env._("These incidents are settled already."))
        vals["incident_ids"] = [fields.Command.set(still_open.ids)]
        vals["amount"] = still_open.amount if len(still_open) == 1 else 0
        owners = still_open.user_id
        vals["user_id"] = owners.id if len(owners) == 1 else self.env.uid
        return vals

    @api.depends("incident_ids")
    def _compute_count(self):
        for wizard in self:
            wizard.count = len(wizard.incident_ids)
            wizard.total = sum(wizard.incident_ids.mapped("amount"))

    def action_settle(self):
        """Settle them."""
        self.ensure_one()
        note = (self.note or "").strip()
        if self.outcome_kind in NOTE_NEEDED and not note:
            raise UserError(self.env._("Write down why. It is kept with the incident."))
        if self.amount < 0:
            raise UserError(self.env._("The amount cannot be negative."))
        self.incident_ids._settle(
            self.outcome_kind,
            note,
            self.amount if self.count == 1 else None,
            self.user_id,
        )
        return {"type": "ir.actions.act_window_close"}
