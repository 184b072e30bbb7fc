from odoo import models
from odoo.exceptions import UserError

from .scenic_publishable_rehearsal import Terms


class ProductTemplateTerms(models.Model):
    """What is sold and for how much, as it is and as drafts would have it."""

    _inherit = "product.template"

    def _scenic_terms(self, policy=None, rights=None, entrances=None):
        """Return the `Terms` of this product; arguments as in ``_scenic_rule``."""
        template = self.sudo()
        policy = template.scenic_policy_id if policy is None else policy.sudo()
        rights = template.entitlement_ids if rights is None else rights.sudo()
        entrances = template.scenic_entrance_ids if entrances is None else entrances.sudo()
        return Terms(
            validity=policy._validity_view(),
            entrances=entrances._mask(),
            flags=policy._code_flags(),
            uses={right.zone_id.code: right.uses for right in rights},
        )

    def _rehearsal_price_of(self, template, visit_date, channel, quantity, today):
        """Return the price in force of such a sale, None when it would not be sold."""
        try:
            return template._scenic_price(visit_date, channel, quantity, today).amount
        except UserError:
            return None


class ScenicPolicyTerms(models.Model):
    _inherit = "scenic.policy"

    # OVERRIDE scenic.publishable
    def _rehearsed_products(self):
        return (
            self.replaces_id._ruled_products()
            if self.replaces_id
            else super()._rehearsed_products()
        )

    # OVERRIDE scenic.publishable
    def _rehearsed_rule(self, template):
        return template._scenic_rule(policy=self)

    # OVERRIDE scenic.publishable
    def _rehearsed_terms(self, template):
        return template._scenic_terms(policy=self)


class ScenicProductDraftTerms(models.Model):
    _inherit = "scenic.product.draft"

    # OVERRIDE scenic.publishable
    def _rehearsed_products(self):
        return self.product_tmpl_id

    # OVERRIDE scenic.publishable
    def _rehearsed_rule(self, template):
        return template._scenic_rule(**self._parts())

    # OVERRIDE scenic.publishable
    def _rehearsed_terms(self, template):
        return template._scenic_terms(**self._parts())

    def _parts(self):
        return {
            "policy": self.scenic_policy_id,
            "rights": self.line_ids,
            "entrances": self.scenic_entrance_ids,
        }
