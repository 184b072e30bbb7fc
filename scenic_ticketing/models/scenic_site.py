import pytz

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ..tools.site_time import SiteInfo, load_zone, local_time, midnight, wall_moment


def _timezones(_self):
    """List the time zones a site can live in."""
    return [(name, name) for name in sorted(pytz.common_timezones)]


class ScenicSite(models.Model):
    """A park: the place a ticket is for, with its clock and its legal capacity."""

    _name = "scenic.site"
    _inherit = ["pos.load.mixin"]
    _description = "Scenic Site"
    _order = "code"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Integer(
        string="Number in the Ticket Code",
        required=True,
        copy=False,
        default=lambda self: self._default_code(),
        help="1 to 65535. It is part of every ticket code, so it cannot be changed once tickets "
        "are sold.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    tz = fields.Selection(
        _timezones,
        string="Time Zone",
        required=True,
        default=lambda self: self.env.user.tz or "Asia/Shanghai",
        help="A visit date begins and ends at midnight of this time zone, wherever the server is.",
    )
    open_time = fields.Float(
        string="Opens at",
        default=8.0,
        help="Hour of the day at which the gates open, site-local time.",
    )
    close_time = fields.Float(
        string="Closes at",
        default=18.0,
        help="Hour of the day at which the gates close, site-local time. Earlier than they open: "
        "in the next morning.",
    )
    capacity_instant = fields.Integer(
        string="Instant Capacity", help="Most visitors in the park at one moment. 0 = no limit."
    )
    capacity_daily = fields.Integer(
        string="Daily Capacity", help="Most visitors on one day. 0 = no limit."
    )
    zone_ids = fields.One2many("scenic.zone", "site_id", string="Zones")
    entrance_ids = fields.One2many("scenic.entrance", "site_id", string="Entrances")
    expired_until = fields.Date(
        readonly=True,
        copy=False,
        help="Tickets whose last valid day is before this one have been marked as expired.",
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint(
        "UNIQUE (code)", "Another site already uses this number in its ticket codes."
    )
    _code_range = models.Constraint(
        "CHECK (code BETWEEN 1 AND 65535)", "The number of a site is between 1 and 65535."
    )
    _hours = models.Constraint(
        "CHECK (open_time >= 0 AND open_time < 24 AND close_time >= 0 AND close_time <= 24"
        " AND open_time <> close_time)",
        "A site opens and closes between 0:00 and 24:00, not at the same time. It may close after "
        "midnight.",
    )
    _capacities = models.Constraint(
        "CHECK (capacity_instant >= 0 AND capacity_daily >= 0)", "A capacity cannot be negative."
    )

    @api.model
    def _default_code(self):
        last = self.sudo().with_context(active_test=False).search([], order="code desc", limit=1)
        return (last.code or 0) + 1

    @api.model_create_multi
    def create(self, vals_list):
        sites = super().create(vals_list)
        self.env.registry.clear_cache()
        return sites

    def write(self, vals):
        frozen = [name for name in ("code", "tz", "company_id") if name in vals]
        changed = self.filtered(lambda s: any(s._differs(name, vals[name]) for name in frozen))
        changed._check_no_ticket_sold()
        res = super().write(vals)
        self.env.registry.clear_cache()
        return res

    def _differs(self, name, value):
        field = self._fields[name]
        return field.convert_to_cache(value, self) != field.convert_to_cache(self[name], self)

    def _check_no_ticket_sold(self):
        """Refuse to change what is written inside codes that visitors already hold."""
        for site in self:
            if self.env["scenic.ticket"].sudo().search_count([("site_id", "=", site.id)], limit=1):
                raise ValidationError(
                    self.env._(
                        "Tickets of %(site)s are already sold, and its number, time zone and "
                        "company are part of them. Archive this site and create a new one instead.",
                        site=site.name,
                    )
                )

    @tools.ormcache("self.id")
    def _info(self):
        """Return what a decision needs to know of the site, kept in memory by each worker."""
        site = self.sudo()
        return SiteInfo(
            id=site.id, code=site.code, tz=load_zone(site.tz), company_id=site.company_id.id
        )

    @api.model
    @tools.ormcache()
    def _by_code(self):
        """Return ``{number in the ticket code: id}`` of all sites, archived ones too."""
        sites = self.sudo().with_context(active_test=False).search_fetch([], ["code"])
        return {site.code: site.id for site in sites}

    def _today(self, now=None):
        """Return the site's own date at ``now`` (naive UTC; default: this moment)."""
        self.ensure_one()
        return local_time(self._info().tz, now or fields.Datetime.now()).date()

    def _midnight(self, day):
        """Return the moment (naive UTC) at which ``day`` begins at the site."""
        self.ensure_one()
        return midnight(self._info().tz, day)

    def _moment(self, day, minute):
        """Return the moment (naive UTC) at which the site's clock shows ``minute`` of a day."""
        self.ensure_one()
        return wall_moment(load_zone(self.tz), day, minute)

    def _wall_clock(self, moment):
        """Return ``{"day", "time"}`` that the site's clock shows at a naive UTC moment."""
        self.ensure_one()
        local = local_time(self._info().tz, moment)
        return {"day": local.strftime("%Y-%m-%d"), "time": local.strftime("%H:%M")}

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_domain(self, data, config):
        return [("company_id", "=", config.company_id.id)]

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_fields(self, config):
        return ["name", "tz"]
