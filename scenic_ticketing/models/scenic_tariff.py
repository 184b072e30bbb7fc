from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import pricing


class ScenicTariff(models.Model):
    """All prices of a site by visit date, in one version that is published as a whole.

    A draft is a copy; publishing retires the version before it, which stays as evidence: every
    ticket names the version it was priced by.
    """

    _name = "scenic.tariff"
    _inherit = ["scenic.publishable"]
    _description = "Scenic Tariff"
    _order = "site_id, version desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True)
    site_id = fields.Many2one("scenic.site", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="site_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    replaces_id = fields.Many2one("scenic.tariff")
    open_draft_id = fields.Many2one("scenic.tariff")
    version = fields.Integer(help="Counted by site; every ticket names its version.")
    date_from = fields.Date(
        string="First Visit Day", help="Visits before this day have no price. Empty = no limit."
    )
    date_to = fields.Date(
        string="Last Visit Day",
        help="Visits after this day have no price yet, so no ticket is sold for them. Empty = no "
        "limit.",
    )
    tax_included = fields.Boolean(
        string="Prices Include Tax",
        default=lambda self: self.env.company.account_price_include == "tax_included",
        help="What the prices mean. The sales taxes of the products must say the same.",
    )
    smallest_price = fields.Monetary(
        default=1.0,
        help="A price below this amount is taken for a mistake, unless its line is marked as free.",
    )
    season_ids = fields.One2many("scenic.season", "tariff_id", string="Seasons", copy=True)
    price_ids = fields.One2many("scenic.price", "tariff_id", string="Prices", copy=False)

    # one rule for everybody: a site has one set of prices at a time
    _live_uniq = models.UniqueIndex(
        "(site_id) WHERE state = 'published'",
        "This site already has a published tariff. Make a draft of that one.",
    )
    _dates = models.Constraint(
        "CHECK (date_from IS NULL OR date_to IS NULL OR date_from <= date_to)",
        "The first visit day is before the last one.",
    )
    _smallest = models.Constraint(
        "CHECK (smallest_price >= 0)", "The smallest price cannot be negative."
    )

    @api.depends("name", "version", "state")
    def _compute_display_name(self):
        for tariff in self:
            tariff.display_name = f"{tariff.name or ''} v{tariff.version}"

    # ------------------------------------------------------------------
    # what is published
    # ------------------------------------------------------------------

    # EXTENDS scenic.publishable
    def _publish_free_fields(self):
        return super()._publish_free_fields() - {"company_id", "color"}

    @api.model_create_multi
    def create(self, vals_list):
        tariffs = super().create(vals_list)
        for tariff in tariffs.filtered(lambda tariff: tariff.state == "published"):
            tariff.sudo().version = tariff._next_version()
        self.env.registry.clear_cache()
        return tariffs

    def write(self, vals):
        live = self._live()
        res = super().write(vals)
        (live | self._live())._forget()
        return res

    def unlink(self):
        self._live()._forget()
        return super().unlink()

    def _live(self):
        return self.filtered(lambda tariff: tariff.state == "published")

    def _forget(self):
        """Let no worker sell by what it has in memory, and tell the windows that are open."""
        if self:
            self.env.registry.clear_cache()
            self.site_id._announce_prices()

    def _next_version(self):
        """Return the number after the last version that tickets of the site were sold by."""
        self.ensure_one()
        past = [
            ("site_id", "=", self.site_id.id),
            ("state", "in", ("published", "retired")),
            ("id", "!=", self.id),
        ]
        last = self.sudo().search(past, order="version desc", limit=1)
        return last.version + 1

    # EXTENDS scenic.publishable
    def _publish_now(self):
        # OVERRIDE: whatever was live before, a copy of it or not, makes room
        self.ensure_one()
        live = [("site_id", "=", self.site_id.id), ("state", "=", "published")]
        self.search(live).write({"state": "retired"})
        # one row leaves the unique index before the other one enters
        self.env.flush_all()
        self.write(self._publication_vals() | {"version": self._next_version()})
        return self

    def copy(self, default=None):
        # prices point at the seasons of their own tariff: copied after them
        drafts = super().copy(default)
        for tariff, draft in zip(self, drafts, strict=True):
            seasons = dict(
                zip(tariff.season_ids.sorted("id"), draft.season_ids.sorted("id"), strict=True)
            )
            self.env["scenic.price"].create(
                [
                    price.copy_data(
                        {"tariff_id": draft.id, "season_id": seasons[price.season_id].id}
                    )[0]
                    for price in tariff.price_ids
                ]
            )
        return drafts

    def copy_data(self, default=None):
        default = default or {}
        vals_list = super().copy_data(default)
        if "name" not in default:
            for tariff, vals in zip(self, vals_list, strict=True):
                vals["name"] = tariff.name
        return vals_list

    # ------------------------------------------------------------------
    # the pure view
    # ------------------------------------------------------------------

    def _view(self):
        """Return this tariff as the price function sees it, in cents."""
        self.ensure_one()
        tariff = self.sudo()
        cents = tariff._to_cents
        return pricing.Tariff(
            version=tariff.version,
            seasons=tuple(season._view() for season in tariff.season_ids),
            lines=tuple(
                pricing.Line(
                    id=price.id,
                    season=price.season_id.id,
                    product=price.product_tmpl_id.id,
                    amount=cents(price.price),
                    channel=price.channel_id.id or pricing.ANY_CHANNEL,
                    min_quantity=price.min_quantity,
                    early_days=price.early_bird_days,
                )
                for price in tariff.price_ids
            ),
            first=tariff.date_from or None,
            last=tariff.date_to or None,
        )

    def _to_cents(self, amount):
        return round(amount * 10**self.currency_id.decimal_places)

    def _from_cents(self, cents):
        """Return an amount of the company's currency, exactly as the accounts round it."""
        return self.currency_id.round(cents / 10**self.currency_id.decimal_places)

    def _horizon(self):
        """Return the first and last visit day that is checked before this is published."""
        self.ensure_one()
        today = self.site_id._today()
        ahead = max(self._products().mapped("scenic_sale_days_ahead"), default=0)
        first = max(today, self.date_from or today)
        # a year at least: what is on sale tomorrow matters as much as what is on sale today
        last = fields.Date.add(today, days=min(max(ahead, 365), 1100))
        return first, min(last, self.date_to or last)

    def _products(self):
        return self.price_ids.product_tmpl_id

    def action_days(self):
        """Open the month calendar of this tariff."""
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "scenic_price_calendar",
            "name": self.env._("Price Calendar"),
            "params": {"tariff_id": self.id},
        }

    @api.constrains("site_id")
    def _check_site(self):
        self.price_ids._check_product()

    def _require_draft(self):
        """Refuse to edit the calendar of anything but a draft."""
        for tariff in self:
            if tariff.state != "draft":
                raise UserError(
                    self.env._(
                        "%(tariff)s is not a draft. Make a draft and change its calendar.",
                        tariff=tariff.display_name,
                    )
                )
