from odoo import fields, models


class ScenicPolicyPublish(models.Model):
    """Policies change as drafts. A live policy keeps its identity: products and tickets name it.

    A draft is another record; publishing copies what it says into the live one.
    """

    _name = "scenic.policy"
    _inherit = ["scenic.policy", "scenic.publishable"]

    replaces_id = fields.Many2one("scenic.policy")
    open_draft_id = fields.Many2one("scenic.policy")
    version = fields.Integer(
        help="Grows with every change that gates must know; each redemption records it."
    )

    # EXTENDS scenic.publishable
    def write(self, vals):
        res = super().write(vals)
        if vals.keys() & set(self._publish_fields()):
            live = self.filtered(lambda policy: policy.state == "published")
            live._new_version()
        return res

    def _new_version(self):
        """Count what gates must know anew."""
        for policy in self:
            super(ScenicPolicyPublish, policy.sudo()).write({"version": policy.version + 1})
        self.env.registry.clear_cache()

    # EXTENDS scenic.publishable
    def _publish_now(self):
        live = self.replaces_id
        if not live:
            return super()._publish_now()
        live.write(self._publish_copy_vals(live) | {"published_by_id": self.env.uid})
        live.published_at = fields.Datetime.now()
        self.write({"state": "retired", "active": False, "version": live.version})
        return live

    def _publish_copy_vals(self, live):
        """Return what makes ``live`` say the same as this draft."""
        vals = {}
        for name in self._publish_fields():
            field = self._fields[name]
            if field.type == "one2many":
                lines = [fields.Command.create(line.copy_data()[0]) for line in self[name]]
                vals[name] = [*(fields.Command.delete(line.id) for line in live[name]), *lines]
            elif field.type == "many2many":
                vals[name] = [fields.Command.set(self[name].ids)]
            elif field.type == "many2one":
                vals[name] = self[name].id
            else:
                vals[name] = self[name]
        return vals
