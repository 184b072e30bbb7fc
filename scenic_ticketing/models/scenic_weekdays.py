from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import day_hours

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class ScenicWeekdays(models.AbstractModel):
    """Good on some days of the week, each day ticked or not."""

    _name = "scenic.weekdays"
    _description = "Days of the Week"

    mon = fields.Boolean("Monday", default=True)
    tue = fields.Boolean("Tuesday", default=True)
    wed = fields.Boolean("Wednesday", default=True)
    thu = fields.Boolean("Thursday", default=True)
    fri = fields.Boolean("Friday", default=True)
    sat = fields.Boolean("Saturday", default=True)
    sun = fields.Boolean("Sunday", default=True)

    @api.constrains(*WEEKDAYS)
    def _check_weekdays(self):
        for record in self:
            if not record._weekday_mask():
                raise ValidationError(
                    self.env._(
                        "%(record)s would be good on no day of the week. Choose at least one.",
                        record=record.display_name,
                    )
                )

    def _weekday_mask(self):
        """Return the days of the week as a bit mask, bit 0 = Monday."""
        self.ensure_one()
        return sum(1 << bit for bit, day in enumerate(WEEKDAYS) if self[day])

    def _check_hours_text(self):
        """Refuse hours that cannot be understood; for models with a field ``hours``."""
        for record in self:
            try:
                day_hours.parse(record.hours)
            except ValueError as err:
                raise ValidationError(
                    self.env._(
                        "The hours of %(record)s cannot be understood at “%(part)s”. Write them "
                        "like 18:00-22:00, several ones separated by commas, none overlapping.",
                        record=record.display_name,
                        part=err,
                    )
                ) from err
