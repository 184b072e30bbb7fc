from odoo import models

from ..iot_handlers.scenic_rules.views import RuleView


class ProductTemplate(models.Model):
    """The rule of a ticket product, as gates and server decide on it."""

    _inherit = "product.template"

    def _scenic_rule(self):
        """Return what holds for every ticket of this product, as gates and server decide on it."""
        self.ensure_one()
        template = self.sudo()
        policy = template.scenic_policy_id
        return RuleView(
            product=template.gate_product_code,
            risk=int(policy.risk),
            staff_pax=policy.staff_pax,
            class_no=0,
            entrances=template.scenic_entrance_ids._mask(),
            rights=tuple(
                sorted((right.zone_id.code, right.uses) for right in template.entitlement_ids)
            ),
            version=policy.version,
        )

    def _scenic_closed_days(self):
        """Return ``((first, last), ...)`` day numbers on which these tickets are not good."""
        self.ensure_one()
        template = self.sudo()
        calendars = template.scenic_policy_id.calendar_ids
        site = template.scenic_site_id
        closing = self.env["scenic.blackout"].sudo().search([("site_ids", "in", site.ids)])
        return (calendars | closing)._spans()
