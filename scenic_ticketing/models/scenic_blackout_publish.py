from odoo import api, models
from odoo.exceptions import UserError


class ScenicBlackoutPublish(models.Model):
    """Days in force change by a publication; only closing a whole site works at once.

    Whatever changed them, the rules they are part of are kept with a version.
    """

    _inherit = "scenic.blackout"

    def _published_policies(self):
        return self.policy_ids.filtered(lambda policy: policy.state == "published")

    def _check_days_free(self):
        """Refuse to take away days that a second person has approved."""
        for calendar in self if not self.env.su else ():
            if policies := calendar.sudo()._published_policies():
                raise UserError(
                    self.env._(
                        "%(calendar)s belongs to the published policies %(policies)s. Publish "
                        "drafts of them without it first.",
                        calendar=calendar.name,
                        policies=", ".join(policies.mapped("name")),
                    )
                )

    def _keep_rules(self):
        """Keep the rules that these days are part of."""
        calendars = self.sudo()
        sites = self.env["scenic.site"].sudo().search([("closed_calendar_ids", "in", self.ids)])
        products = calendars._published_policies()._ruled_products()
        (products | sites._ruled_products())._scenic_keep_rules()

    def write(self, vals):
        if "active" in vals:
            self._check_days_free()
        res = super().write(vals)
        if "active" in vals:
            self._keep_rules()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_force(self):
        self._check_days_free()


class ScenicBlackoutLinePublish(models.Model):
    _inherit = "scenic.blackout.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.blackout_id._keep_rules()
        return lines

    def write(self, vals):
        res = super().write(vals)
        if vals.keys() - {"name"}:
            self.blackout_id._keep_rules()
        return res

    def unlink(self):
        calendars = self.blackout_id
        res = super().unlink()
        calendars.exists()._keep_rules()
        return res


class ScenicSitePublish(models.Model):
    _inherit = "scenic.site"

    def _ruled_products(self):
        return (
            self.env["product.template"]
            .sudo()
            .with_context(active_test=False)
            .search([("scenic_site_id", "in", self.ids), ("gate_product_code", ">", 0)])
        )

    def write(self, vals):
        res = super().write(vals)
        if "closed_calendar_ids" in vals:
            self._ruled_products()._scenic_keep_rules()
        return res
