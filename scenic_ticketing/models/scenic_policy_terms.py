from typing import NamedTuple

from odoo import models, tools

from ..tools.validity import Validity
from .scenic_weekdays import WEEKDAYS


class SaleTerms(NamedTuple):
    """What a sale asks of a policy about the day of the visit, and about the visitor."""

    validity: Validity
    days_ahead: int
    min_days_ahead: int
    weekdays: int  # bit mask, bit 0 = Monday
    id_needed: str  # see id_needed_at_sale


_FIELDS = {
    "validity",
    "validity_days",
    "use_days",
    "period_start",
    "period_end",
    "sale_days_ahead",
    "min_days_ahead",
    "id_needed_at_sale",
    # what windows load of it: product_template_load.py
    "phone_needed",
    "holder_check",
    "concession_at_sale",
    "concession_proof",
    *WEEKDAYS,
}


class ScenicPolicyTerms(models.Model):
    _inherit = "scenic.policy"

    @tools.ormcache("self.id")
    def _sale_terms(self):
        """Return what every sale of this policy asks, kept in memory by each worker."""
        policy = self.sudo()
        return SaleTerms(
            validity=policy._validity_view(),
            days_ahead=policy.sale_days_ahead,
            min_days_ahead=policy.min_days_ahead,
            weekdays=policy._weekday_mask(),
            id_needed=policy.id_needed_at_sale,
        )

    # EXTENDS scenic_ticketing
    def write(self, vals):
        res = super().write(vals)
        if _FIELDS & vals.keys():
            self.env.registry.clear_cache()
        return res

    # EXTENDS base
    def _update_field_translations(self, field_name, translations, *args, **kwargs):
        res = super()._update_field_translations(field_name, translations, *args, **kwargs)
        self.env.registry.clear_cache()
        return res
