import re

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ..tools.site_time import ZoneInfo


class ScenicZone(models.Model):
    """What a passage leads into: the park, an attraction, a show. Outside is no zone."""

    _name = "scenic.zone"
    _description = "Scenic Zone"
    _order = "site_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        help="1 to 16 capital letters, digits or underscores, for example PARK or ROPEWAY_2. "
        "Gates know a zone by this code, so it cannot be changed once tickets are sold.",
    )
    sequence = fields.Integer(default=10)
    site_id = fields.Many2one("scenic.site", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="site_id.company_id", store=True, index=True)
    kind = fields.Selection(
        [("park", "Park"), ("attraction", "Attraction"), ("show", "Show")],
        required=True,
        default="attraction",
    )
    capacity = fields.Integer(help="Most visitors inside at one moment. 0 = no limit.")
    capacity_daily = fields.Integer(
        string="Daily Capacity", help="Most visitors who can be sold a day in it. 0 = no limit."
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint(
        "UNIQUE (site_id, code)", "Another zone of this site already has this code."
    )
    _capacity = models.Constraint(
        "CHECK (capacity >= 0 AND capacity_daily >= 0)", "A capacity cannot be negative."
    )

    @api.depends("name", "site_id.name")
    def _compute_display_name(self):
        # the name alone is enough for people who only know one park
        several = self.env["scenic.site"].search_count([], limit=2) > 1
        for zone in self:
            zone.display_name = f"{zone.site_id.name} / {zone.name}" if several else zone.name

    @api.constrains("code")
    def _check_code(self):
        for zone in self:
            if not re.fullmatch("[A-Z0-9_]{1,16}", zone.code or ""):
                raise ValidationError(
                    self.env._(
                        "%(code)s cannot be the code of a zone: use 1 to 16 capital letters, "
                        "digits or underscores, for example PARK or ROPEWAY_2.",
                        code=zone.code,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        zones = super().create(vals_list)
        self.env.registry.clear_cache()
        return zones

    def write(self, vals):
        moved = self.filtered(
            lambda zone: (
                vals.get("code", zone.code) != zone.code
                or vals.get("site_id", zone.site_id.id) != zone.site_id.id
            )
        )
        moved._check_no_right_sold()
        res = super().write(vals)
        self.env.registry.clear_cache()
        return res

    def _check_no_right_sold(self):
        """Refuse to rename a zone that gates and tickets already know."""
        for zone in self:
            if (
                self.env["scenic.redemption"]
                .sudo()
                .search_count([("zone_id", "=", zone.id)], limit=1)
            ):
                raise ValidationError(
                    self.env._(
                        "Visitors have already passed into %(zone)s: its code and site can no "
                        "longer be changed. Archive it and create a new zone instead.",
                        zone=zone.name,
                    )
                )

    @tools.ormcache("self.id")
    def _info(self):
        """Return what a decision needs to know of the zone, kept in memory by each worker."""
        zone = self.sudo()
        return ZoneInfo(id=zone.id, code=zone.code, site=zone.site_id._info())

    @api.model
    @tools.ormcache()
    def _codes(self):
        """Return ``{id: code}`` of all zones, archived ones too: rights are stored by id."""
        zones = self.sudo().with_context(active_test=False).search_fetch([], ["code"])
        return {zone.id: zone.code for zone in zones}
