import json

from odoo import api, fields, models


class ScenicPolicyVersionRule(models.Model):
    """The rule of one product in one version, exactly as gates received it."""

    _name = "scenic.policy.version.rule"
    _description = "Rule of a Product in a Version"
    _order = "version_id, product_tmpl_id"

    version_id = fields.Many2one(
        "scenic.policy.version", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="version_id.company_id", store=True, index=True)
    number = fields.Integer(
        string="Number", related="version_id.number", store=True, aggregator=None
    )
    published_at = fields.Datetime(related="version_id.published_at", store=True)
    product_tmpl_id = fields.Many2one(
        "product.template",
        string="Ticket Product",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    rule = fields.Json(string="Rule for Gates", required=True, readonly=True)
    rule_text = fields.Text(string="Rule", compute="_compute_rule_text")

    _product_uniq = models.Constraint(
        "UNIQUE (version_id, product_tmpl_id)", "A product has one rule in a version."
    )

    @api.depends("rule")
    def _compute_rule_text(self):
        for line in self:
            line.rule_text = json.dumps(line.rule, ensure_ascii=False, sort_keys=True)
