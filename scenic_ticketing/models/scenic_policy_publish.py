from odoo import api, fields, models


class ScenicPolicyPublish(models.Model):
    """Policies change as drafts. A live policy keeps its identity: products and tickets name it.

    A draft is another record; publishing copies what it says into the live one. Each state that
    ever held is kept as a version.
    """

    _name = "scenic.policy"
    _inherit = ["scenic.policy", "scenic.publishable"]

    replaces_id = fields.Many2one("scenic.policy")
    open_draft_id = fields.Many2one("scenic.policy")
    version = fields.Integer(
        help="Grows with every change that gates must know; each redemption records it."
    )
    version_ids = fields.One2many("scenic.policy.version", "policy_id", string="Versions")

    _open_draft_uniq = models.UniqueIndex(
        "(replaces_id) WHERE state IN ('draft', 'submitted')", "This policy already has a draft."
    )

    @api.depends("name", "state", "replaces_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        res = super()._compute_display_name()
        for policy in self.filtered("replaces_id"):
            policy.display_name = self.env._("%(policy)s (draft)", policy=policy.name)
        return res

    # EXTENDS scenic.publishable
    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        policies.filtered(lambda policy: policy.state == "published")._keep_version()
        return policies

    # EXTENDS scenic.publishable
    def write(self, vals):
        res = super().write(vals)
        later = self.env.context.get("scenic_version_later")
        if not later and vals.keys() & set(self._publish_fields()):
            self.filtered(lambda policy: policy.state == "published")._new_version()
        return res

    def _new_version(self, **facts):
        """Count what gates must know anew, and keep it; ``facts`` fields of the version."""
        for policy in self.sudo():
            policy.version += 1
            policy._keep_version(**facts)
        self.env.registry.clear_cache()

    def _keep_version(self, **facts):
        versions = self.env["scenic.policy.version"].sudo()
        for policy in self.sudo():
            versions.create(
                {
                    "policy_id": policy.id,
                    "number": policy.version,
                    "content": policy._publish_content(),
                    "published_by_id": self.env.uid,
                    "rule_ids": [
                        fields.Command.create(
                            {"product_tmpl_id": template.id, "rule": template._scenic_rule_wire()}
                        )
                        for template in policy._ruled_products()
                    ],
                    **facts,
                }
            )

    def _ruled_products(self):
        """Return the ticket products that follow this policy, archived ones too."""
        return (
            self.env["product.template"]
            .sudo()
            .with_context(active_test=False)
            .search([("scenic_policy_id", "in", self.ids), ("gate_product_code", ">", 0)])
        )

    def _current_version(self):
        return self.env["scenic.policy.version"].search(
            [("policy_id", "=", self.id), ("number", "=", self.version)], limit=1
        )

    # EXTENDS scenic.publishable
    def _publish_now(self):
        live = self.replaces_id
        if not live:
            super()._publish_now()
            self._keep_version(submitted_by_id=self.submitted_by_id.id)
            return self
        changes = self._publish_changes()
        # one publication is one version, counted below
        live.with_context(scenic_version_later=True).write(
            self._publish_copy_vals(live) | self._publication_vals()
        )
        self._publish_copy_translations(live)
        live._new_version(
            submitted_by_id=self.submitted_by_id.id,
            rehearsal_id=self._last_rehearsal().id,
            changes=changes,
        )
        self.write({"state": "retired", "active": False, "version": live.version})
        return live
