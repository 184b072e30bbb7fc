from odoo import api, fields, models

from ..tools import pricing
from .scenic_weekdays import WEEKDAYS


class ScenicSeason(models.Model):
    """Days of one kind in a tariff: dates, days of the week, and who wins when two claim a day."""

    _name = "scenic.season"
    _inherit = ["scenic.tariff.part", "scenic.weekdays"]
    _description = "Scenic Season"
    _order = "priority desc, id"

    name = fields.Char(required=True, translate=True)
    tariff_id = fields.Many2one("scenic.tariff", required=True, index=True, ondelete="cascade")
    site_id = fields.Many2one(related="tariff_id.site_id")
    company_id = fields.Many2one(related="tariff_id.company_id", store=True, index=True)
    priority = fields.Integer(
        default=10,
        aggregator=None,
        help="On a day that several seasons cover, the highest priority wins. Two seasons of the "
        "same priority must not share a day.",
    )
    color = fields.Integer(aggregator=None, help="Colour of its days in the calendar.")
    range_ids = fields.One2many(
        "scenic.season.range",
        "season_id",
        string="Single Dates",
        copy=True,
        help="None = the whole year, as for the base price.",
    )
    skip_closed = fields.Boolean(
        string="Not on Closed Days",
        help="The season leaves out the days on which the site is closed. Without this, a tariff "
        "that prices closed days is not published.",
    )
    price_ids = fields.One2many("scenic.price", "season_id", string="Prices", copy=False)
    days_text = fields.Char(string="Dates", compute="_compute_days_text")

    @api.depends("range_ids.date_from", "range_ids.date_to", *WEEKDAYS)
    @api.depends_context("lang")
    def _compute_days_text(self):
        for season in self:
            dates = [part.display_name for part in season.range_ids]
            ticked = season._weekday_labels()
            text = ", ".join(dates) or self.env._("all year")
            season.days_text = f"{text} · {' '.join(ticked)}" if len(ticked) < 7 else text

    def _weekday_labels(self):
        labels = self.fields_get(WEEKDAYS, ["string"])
        return [labels[name]["string"] for name in WEEKDAYS if self[name]]

    def _view(self):
        """Return this season as the price function sees it."""
        self.ensure_one()
        return pricing.Season(
            id=self.id,
            priority=self.priority,
            ranges=tuple((part.date_from, part.date_to) for part in self.range_ids),
            weekdays=self._weekday_mask(),
            skip_closed=self.skip_closed,
        )
