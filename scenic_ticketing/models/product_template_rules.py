from odoo import models

from ..iot_handlers.scenic_rules import views
from ..iot_handlers.scenic_rules.views import RuleView, ZoneRule
from ..tools import day_hours
from ..tools.validity import FIRST_USE

_CHECKS = {
    "id_required": views.CHECK_ID,
    "concession": views.CHECK_CONCESSION,
    "companion": views.CHECK_COMPANION,
    "holder_check": views.CHECK_HOLDER,
}


class ProductTemplate(models.Model):
    """The rule of a ticket product, as gates and server decide on it."""

    _inherit = "product.template"

    def _scenic_rule(self, policy=None, rights=None, entrances=None):
        """Return what holds for every ticket of this product.

        Another ``policy``, other ``rights`` (records with the fields of scenic.entitlement) or
        other ``entrances`` answer what would hold with them, for instance with those of a draft.
        """
        self.ensure_one()
        template = self.sudo()
        policy = template.scenic_policy_id if policy is None else policy.sudo()
        rights = template.entitlement_ids if rights is None else rights.sudo()
        entrances = template.scenic_entrance_ids if entrances is None else entrances.sudo()
        return RuleView(
            product=template.gate_product_code,
            risk=int(policy.risk),
            staff_pax=policy.staff_pax,
            class_no=template.scenic_class_no,
            entrances=entrances._mask(),
            rights=tuple(sorted((right.zone_id.code, right.uses) for right in rights)),
            version=policy.version,
            weekdays=policy._weekday_mask(),
            blackout=self._scenic_closed_days(policy, template.scenic_site_id),
            hours=day_hours.parse(policy.hours),
            start_days=policy.validity_days if policy.validity == FIRST_USE else 0,
            use_days=policy.use_days,
            use_minutes=policy.use_minutes,
            uses_total=policy.uses_total,
            uses_day=policy.uses_day,
            interval_s=policy.interval * 60,
            passback=policy.passback,
            grace_before_min=policy.grace_before,
            grace_after_min=policy.grace_after,
            slot_zone=self._scenic_slot_zone(rights),
            checks=sum(bit for name, bit in _CHECKS.items() if policy[name]),
            partial=policy.partial,
            zones=self._scenic_zone_rules(rights),
        )

    def _scenic_zone_rules(self, rights):
        """Return what holds for single zones; zones without anything of their own are left out."""
        rules = [
            ZoneRule(
                zone=right.zone_id.code,
                uses_day=right.uses_day,
                after=right.after_zone_id.code or "",
                within_min=right.within_min,
                choice=right.choice,
                pick=(right.pick or 1) if right.choice else 1,
                hours=day_hours.parse(right.hours),
                weekdays=right._weekday_mask(),
            )
            for right in rights
        ]
        plain = [ZoneRule(zone=rule.zone) for rule in rules]
        kept = (rule for rule, bare in zip(rules, plain, strict=True) if rule != bare)
        return tuple(sorted(kept, key=lambda rule: rule.zone))

    def _scenic_slot_zone(self, rights):
        """Return the code of the zone that a ticket's slot is for; "" when there are no others."""
        timed = rights.filtered("slot_required")[:1].zone_id
        return timed.code if timed and rights.zone_id - timed else ""

    def _scenic_closed_days(self, policy=None, site=None):
        """Return ``((first, last), ...)`` day numbers on which these tickets are not good.

        With ``site`` also the days on which that is closed.
        """
        self.ensure_one()
        policy = self.sudo().scenic_policy_id if policy is None else policy
        calendars = policy.calendar_ids
        return (calendars | site.closed_calendar_ids if site else calendars)._spans()
