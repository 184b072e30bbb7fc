from odoo import api, fields, models

from ..iot_handlers.scenic_gate import facts as gate_facts
from ..tools.config_fault import made_of


class ScenicGateSyncVersions(models.AbstractModel):
    """Remembers what rules a box was sent."""

    _inherit = "scenic.gate.sync"

    # EXTENDS scenic_gate_iot
    @api.model
    def _give(self, box_id, message):
        answer = super()._give(box_id, message)
        if answer["config"]:
            box = self.env["scenic.box"].browse(box_id)
            made_of(box, lambda box: self.env["scenic.box.rules"]._note(box, answer["config"]))
        return answer


class ScenicGateLedgerVersions(models.AbstractModel):
    """Names the version that judged a passage which a gate decided alone."""

    _inherit = "scenic.gate.ledger"

    # EXTENDS scenic_gate_iot
    @api.model
    def _ledger_vals(self, ticket, zone_id, fact, now):
        version = self.env["scenic.box.rules"]._version_at(
            fact.box_id, ticket["gate_product_code"], fact.happened_at
        )
        return super()._ledger_vals(ticket, zone_id, fact, now) | {"policy_version": version}


class ScenicGateFactVersions(models.Model):
    _inherit = "scenic.gate.fact"

    policy_version_id = fields.Many2one(
        "scenic.policy.version",
        string="Judged By",
        compute="_compute_policy_version_id",
        help="The version of the ticket policy that the gate had when it decided.",
    )

    @api.depends("uid", "happened_at", "box_id")
    def _compute_policy_version_id(self):
        rules = self.env["scenic.box.rules"]
        for fact in self:
            fact.policy_version_id = False
            template = fact.ticket_id.sudo().product_tmpl_id
            if fact.kind in (gate_facts.RESERVED, gate_facts.REFUSED) and template:
                number = rules._version_at(
                    fact.box_id.id, template.gate_product_code, fact.happened_at
                )
                fact.policy_version_id = self.env["scenic.policy.version"]._of_product(
                    template, number, fact.happened_at
                )
