from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ProductTemplateSlot(models.Model):
    """Which slots and daily capacities a ticket product is sold against."""

    _inherit = "product.template"

    scenic_slot_zone_id = fields.Many2one(
        "scenic.zone",
        string="Slots of",
        compute="_compute_scenic_slot",
        help="The zone whose time slot is chosen with the ticket.",
    )
    scenic_slot_required = fields.Boolean(compute="_compute_scenic_slot")
    scenic_day_limited = fields.Boolean(compute="_compute_scenic_slot")

    @api.depends(
        "entitlement_ids.slot_required",
        "entitlement_ids.zone_id.capacity_daily",
        "scenic_site_id.capacity_daily",
    )
    def _compute_scenic_slot(self):
        for template in self:
            timed = template.entitlement_ids.filtered("slot_required")[:1]
            template.scenic_slot_zone_id = timed.zone_id
            template.scenic_slot_required = bool(timed)
            template.scenic_day_limited = bool(template._scenic_day_limits())

    @api.constrains("entitlement_ids")
    def _check_scenic_slot(self):
        for template in self:
            timed = template.entitlement_ids.filtered("slot_required")
            if len(timed) > 1:
                raise ValidationError(
                    self.env._(
                        "%(product)s asks for a time slot of %(zones)s. A ticket has one time, so "
                        "choose one of them.",
                        product=template.name,
                        zones=", ".join(timed.zone_id.mapped("name")),
                    )
                )

    def _scenic_day_limits(self):
        """Return ``((zone id or False for the site, persons a day), …)`` that tickets count in.

        A ticket that does not say which day its visitor comes counts on no day.
        """
        self.ensure_one()
        template = self.sudo()
        if template.scenic_policy_id.validity != "visit_date":
            return ()
        places = [(False, template.scenic_site_id.capacity_daily)]
        places += [
            (zone.id, zone.capacity_daily) for zone in template.entitlement_ids.zone_id.sorted("id")
        ]
        return tuple(place for place in places if place[1] > 0)

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_fields(self, config_id):
        return [
            *super()._load_pos_data_fields(config_id),
            "scenic_slot_required",
            "scenic_day_limited",
        ]
