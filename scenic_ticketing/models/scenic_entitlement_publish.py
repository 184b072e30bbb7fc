from odoo import api, models


class ScenicEntitlementPublish(models.Model):
    """A right changes as its product does: freely, or by a publication once tickets are sold."""

    _inherit = "scenic.entitlement"

    def _publish_owner(self):
        """Return what has to agree to a change and to hear of it."""
        return self.product_tmpl_id

    def _rights_text(self, names):
        """Return the fields ``names`` that say something, in words."""
        labels = self.fields_get(names, ["string", "type"])
        said = []
        for name in names:
            value = self[name]
            if name in ("zone_id", "sequence") or not value:
                continue
            text = value.display_name if self._fields[name].relational else value
            said.append(
                labels[name]["string"] if value is True else f"{labels[name]['string']} {text}"
            )
        return ", ".join(said)

    def _publish_before(self):
        self._publish_owner()._scenic_check_rights_free()

    def _publish_after(self, owner):
        owner._scenic_keep_rules()

    @api.model_create_multi
    def create(self, vals_list):
        rights = super().create(vals_list)
        rights._publish_before()
        rights._publish_after(rights._publish_owner())
        return rights

    def write(self, vals):
        if vals.keys() - {"sequence"}:
            self._publish_before()
        res = super().write(vals)
        self._publish_after(self._publish_owner())
        return res

    def unlink(self):
        self._publish_before()
        owner = self._publish_owner()
        res = super().unlink()
        self._publish_after(owner)
        return res
