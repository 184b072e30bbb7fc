from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

# whole weeks: a weekend stays a weekend
_YEAR_OF_WEEKS = 364


class ScenicPriceCopy(models.TransientModel):
    """Copies the dates of all seasons of a draft to the next year."""

    _name = "scenic.price.copy"
    _description = "Copy the Calendar to the Next Year"

    tariff_id = fields.Many2one("scenic.tariff", required=True, ondelete="cascade")
    date_from = fields.Date(string="Copy Days From", required=True)
    date_to = fields.Date(string="To", required=True)
    shift = fields.Selection(
        [("weekdays", "Same days of the week"), ("dates", "Same dates")],
        string="Moved To",
        required=True,
        default="weekdays",
        help="Same days of the week: each day moves by 52 weeks, so that a weekend stays one. Same "
        "dates: 1 October becomes 1 October.",
    )

    @api.model
    def default_get(self, fields_list):
        vals = super().default_get(fields_list)
        tariff = self.env["scenic.tariff"].browse(vals.get("tariff_id"))
        if tariff:
            year = tariff.site_id._today().replace(month=1, day=1)
            vals.setdefault("date_from", year)
            vals.setdefault("date_to", fields.Date.add(year, years=1, days=-1))
        return vals

    def _moved(self, day):
        if self.shift == "weekdays":
            return day + timedelta(_YEAR_OF_WEEKS)
        return fields.Date.add(day, years=1)

    def action_copy(self):
        """Add the dates of the chosen days, a year later, to the seasons they belong to."""
        self.ensure_one()
        self.tariff_id._require_draft()
        ranges = [
            vals for season in self.tariff_id.season_ids for vals in self._copied_ranges(season)
        ]
        if not ranges:
            raise UserError(
                self.env._(
                    "Nothing to copy: no season of %(tariff)s has dates between %(first)s and "
                    "%(last)s that the next year lacks.",
                    tariff=self.tariff_id.display_name,
                    first=self.date_from,
                    last=self.date_to,
                )
            )
        self.env["scenic.season.range"].create(ranges)
        last = max(vals["date_to"] for vals in ranges)
        if self.tariff_id.date_to and self.tariff_id.date_to < last:
            self.tariff_id.date_to = last
        return self.tariff_id.action_days()

    def _copied_ranges(self, season):
        there = {(part.date_from, part.date_to) for part in season.range_ids}
        for first, last in sorted(there):
            first, last = max(first, self.date_from), min(last, self.date_to)
            if first <= last:
                moved = self._moved(first), self._moved(last)
                if moved not in there:
                    yield {"season_id": season.id, "date_from": moved[0], "date_to": moved[1]}
