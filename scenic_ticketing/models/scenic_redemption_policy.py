from odoo import api, fields, models


class ScenicRedemptionPolicy(models.Model):
    """Which version of the policy judged a use."""

    _inherit = "scenic.redemption"

    policy_version_id = fields.Many2one(
        "scenic.policy.version",
        string="Judged By",
        compute="_compute_policy_version_id",
        help="The version of the ticket policy that judged this passage.",
    )

    @api.depends("policy_version", "ticket_id")
    def _compute_policy_version_id(self):
        versions = self.env["scenic.policy.version"]._of_uses(self)
        for use in self:
            use.policy_version_id = versions.get(use.id, False)
