from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class ScenicSeasonRange(models.Model):
    """Dates of a season, first and last day included."""

    _name = "scenic.season.range"
    _inherit = ["scenic.tariff.part"]
    _description = "Scenic Season Dates"
    _order = "date_from, id"

    season_id = fields.Many2one("scenic.season", required=True, index=True, ondelete="cascade")
    tariff_id = fields.Many2one(related="season_id.tariff_id")
    company_id = fields.Many2one(related="season_id.company_id", store=True, index=True)
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="To", required=True, help="Last day, included.")

    _order_of_days = models.Constraint(
        "CHECK (date_from <= date_to)", "The dates of a season begin before they end."
    )

    @api.depends("date_from", "date_to")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for part in self:
            first, last = (format_date(self.env, day) for day in (part.date_from, part.date_to))
            part.display_name = first if first == last else f"{first} – {last}"

    def _cut(self, first, last):
        """Take the days from ``first`` to ``last`` out of these dates."""
        day = timedelta(1)
        for part in self:
            if part.date_to < first or last < part.date_from:
                continue
            before, after = part.date_from < first, last < part.date_to
            if before and after:
                part.copy({"season_id": part.season_id.id, "date_from": last + day})
            if before:
                part.date_to = first - day
            elif after:
                part.date_from = last + day
            elif part.season_id.range_ids == part:
                # without dates the season would hold all year
                raise UserError(
                    self.env._(
                        "%(season)s would lose its last dates. Delete the season instead.",
                        season=part.season_id.name,
                    )
                )
            else:
                part.unlink()
