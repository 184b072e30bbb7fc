from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..iot_handlers.scenic_rules.site_time import day_number
from .scenic_slot import DAY, QUARTER
from .scenic_weekdays import WEEKDAYS


class ScenicSlotTemplate(models.Model):
    """A timetable: it makes the slots of a zone for the days ahead."""

    _name = "scenic.slot.template"
    _description = "Timetable"
    _inherit = ["mail.thread", "scenic.weekdays"]
    _order = "site_id, zone_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    site_id = fields.Many2one(related="zone_id.site_id", store=True, index=True)
    zone_id = fields.Many2one("scenic.zone", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="zone_id.company_id", store=True, index=True)
    date_from = fields.Date(string="From", help="First day. Empty = at once.")
    date_to = fields.Date(string="To", help="Last day. Empty = without end.")
    season_ids = fields.One2many(
        "scenic.slot.season",
        "template_id",
        copy=True,
        help="Slots are made on days of these seasons only. None = all year round.",
    )
    blackout_ids = fields.Many2many(
        "scenic.blackout",
        string="Closed Days",
        help="No slots on the days of these calendars, and none on days the site is closed.",
    )
    mode = fields.Selection(
        [("every", "Every so many minutes"), ("shows", "Shows at fixed times")],
        required=True,
        default="every",
    )
    start_time = fields.Float(string="First Start", default=9.0)
    end_time = fields.Float(
        string="Last End",
        default=17.0,
        help="The last slot is over by then. Not after the first start: in the next morning.",
    )
    every_minutes = fields.Integer(
        string="Every (minutes)", default=30, help="From one start to the next, in steps of 15."
    )
    show_times = fields.Char(
        string="Shows at", help="Starts in quarters of an hour, for example 10:00, 14:30, 19:45."
    )
    length_minute = fields.Integer(
        string="Length (minutes)",
        required=True,
        default=30,
        help="How long visitors may pass in, in steps of 15.",
    )
    capacity = fields.Integer(
        string="Places", required=True, default=100, help="Seats of the show, persons of a slot."
    )
    quota_ids = fields.One2many(
        "scenic.slot.template.quota", "template_id", string="Quotas", copy=True
    )
    days_ahead = fields.Integer(
        required=True, default=60, help="Slots are made so many days ahead."
    )
    made_until = fields.Date(readonly=True, copy=False)
    told = fields.Char(readonly=True, copy=False, help="Slots that the chatter was told of last.")
    active = fields.Boolean(default=True)

    _numbers = models.Constraint(
        "CHECK (capacity >= 0 AND days_ahead BETWEEN 0 AND 730"
        " AND length_minute BETWEEN 15 AND 1440 AND length_minute % 15 = 0"
        " AND (mode = 'shows' OR (every_minutes >= 15 AND every_minutes % 15 = 0)))",
        "Lengths and distances are in steps of 15 minutes, slots are made up to 730 days ahead.",
    )
    _dates = models.Constraint(
        "CHECK (date_from IS NULL OR date_to IS NULL OR date_from <= date_to)",
        "The first day is not after the last one.",
    )

    @api.constrains(
        "mode", "show_times", "start_time", "end_time", "every_minutes", "length_minute"
    )
    def _check_times(self):
        for template in self:
            if not template._starts():
                raise ValidationError(
                    self.env._(
                        "%(timetable)s makes no slots: the first one would end after the last end.",
                        timetable=template.name,
                    )
                )

    @api.constrains("quota_ids", "capacity")
    def _check_quotas(self):
        for template in self:
            kept = sum(template.quota_ids.mapped("reserved"))
            if kept > template.capacity:
                raise ValidationError(
                    self.env._(
                        "The quotas of %(timetable)s keep %(kept)s places, but there are only "
                        "%(capacity)s.",
                        timetable=template.name,
                        kept=kept,
                        capacity=template.capacity,
                    )
                )

    def _starts(self):
        """Return the minutes after midnight at which slots of this timetable begin."""
        self.ensure_one()
        if self.mode == "shows":
            return self._show_starts()
        first, end = round(self.start_time * 60 / QUARTER) * QUARTER, round(self.end_time * 60)
        end = min(end, DAY) if end > first else end + DAY
        # a slot may end after midnight, but it begins on the day it belongs to
        last = min(end - self.length_minute, DAY - QUARTER)
        return list(range(first, last + 1, max(QUARTER, self.every_minutes)))

    def _show_starts(self):
        starts = set()
        for text in (self.show_times or "").replace("，", ",").replace("：", ":").split(","):
            hour, _colon, minute = text.strip().partition(":")
            good = hour.isdigit() and minute.isdigit() and int(hour) < 24
            if not good or int(minute) not in (0, 15, 30, 45):
                raise ValidationError(
                    self.env._(
                        "%(text)s is not a time: write starts in quarters of an hour, for example "
                        "10:00, 14:30.",
                        text=text.strip() or "?",
                    )
                )
            starts.add(int(hour) * 60 + int(minute))
        return sorted(starts)

    def _runs_on(self, day, closed):
        """Tell whether there are slots on a day; ``closed``: spans of closed day numbers."""
        if not self[WEEKDAYS[day.weekday()]]:
            return False
        if (self.date_from and day < self.date_from) or (self.date_to and day > self.date_to):
            return False
        if self.season_ids and not any(s.date_from <= day <= s.date_to for s in self.season_ids):
            return False
        number = day_number(day)
        return not any(first <= number <= last for first, last in closed)

    @api.ondelete(at_uninstall=False)
    def _unlink_without_sales(self):
        for template in self:
            slots = (
                self.env["scenic.slot"]
                .sudo()
                .search([("template_id", "=", template.id), ("taken", ">", 0)], limit=1)
            )
            if slots:
                raise UserError(
                    self.env._(
                        "Places of slots of %(timetable)s are sold. Archive it instead.",
                        timetable=template.name,
                    )
                )

    def action_slots(self):
        """Open the slots of this timetable."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_ticketing.scenic_slot_action"
        )
        action["domain"] = [("template_id", "in", self.ids)]
        action["context"] = {}
        return action
