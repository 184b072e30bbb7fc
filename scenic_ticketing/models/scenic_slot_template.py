from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..iot_handlers.scenic_rules.site_time import day_number
from .scenic_slot import DAY, QUARTER

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class ScenicSlotTemplate(models.Model):
    """A timetable: it makes the slots of a zone for the days ahead."""

    _name = "scenic.slot.template"
    _description = "Timetable"
    _inherit = ["mail.thread"]
    _order = "site_id, zone_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    site_id = fields.Many2one(related="zone_id.site_id", store=True, index=True)
    zone_id = fields.Many2one("scenic.zone", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="zone_id.company_id", store=True, index=True)
    mon = fields.Boolean(string="Monday", default=True)
    tue = fields.Boolean(string="Tuesday", default=True)
    wed = fields.Boolean(string="Wednesday", default=True)
    thu = fields.Boolean(string="Thursday", default=True)
    fri = fields.Boolean(string="Friday", default=True)
    sat = fields.Boolean(string="Saturday", default=True)
    sun = fields.Boolean(string="Sunday", default=True)
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
    end_time = fields.Float(string="Last End", default=17.0, help="The last slot is over by then.")
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
            return [start for start in self._show_starts() if start + self.length_minute <= DAY]
        first = round(self.start_time * 60 / QUARTER) * QUARTER
        last = min(round(self.end_time * 60), DAY) - self.length_minute
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

    # ------------------------------------------------------------------
    # making slots
    # ------------------------------------------------------------------

    @api.model
    def _cron_generate(self):
        """Make the slots of the days that came nearer."""
        for template in self.search([("zone_id", "!=", False)]):
            template._generate()

    def action_generate(self):
        """Make the slots now, and say what was done."""
        texts = []
        for template in self:
            done = template._generate()
            texts.append(
                self.env._(
                    "%(timetable)s: %(made)s slots made, %(changed)s changed, %(removed)s removed, "
                    "%(kept)s left as they are because places of them are sold.",
                    timetable=template.name,
                    made=len(done["made"]),
                    changed=len(done["changed"]),
                    removed=len(done["removed"]),
                    kept=len(done["kept"]),
                )
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": "\n".join(texts)},
        }

    def _generate(self):
        """Bring the slots from tomorrow's plan on in line with the timetable.

        Any number of times with the same result. Slots that nobody has touched follow the
        timetable; a slot with sales or holds, or one that was changed by hand, stays as it is,
        and those with sales that the timetable no longer wants are told in the chatter.
        Returns ``{"made", "changed", "removed", "kept": slots}``.
        """
        self.ensure_one()
        template = self.sudo()
        today = template.site_id._today()
        plan = template._plan(today)
        slots = self.env["scenic.slot"].sudo()
        there = slots.search([("template_id", "=", template.id), ("date", ">=", today)])
        done = {"made": slots, "changed": slots, "removed": slots, "kept": slots}
        for slot in there:
            planned = (slot.date, slot.start_minute) in plan
            verdict = slot._follow(template, planned)
            if verdict:
                done[verdict] |= slot
        removed = done["removed"]
        others = {(slot.date, slot.start_minute) for slot in there - removed}
        removed.unlink()
        done["removed"] = removed
        done["made"] = template._make(plan - others)
        template.made_until = today + timedelta(template.days_ahead)
        if done["kept"]:
            template._tell_kept(done["kept"])
        return done

    def _plan(self, today):
        """Return the ``{(date, start minute)}`` that the timetable wants from today on."""
        if not self.active:
            return set()
        closed = self.blackout_ids._spans() + self.site_id._closed_spans()
        days = [today + timedelta(count) for count in range(self.days_ahead + 1)]
        starts = self._starts()
        return {(day, start) for day in days if self._runs_on(day, closed) for start in starts}

    def _make(self, wanted):
        """Create slots where the zone has none at that time; returns them."""
        slots = self.env["scenic.slot"].sudo()
        if not wanted:
            return slots
        days = [date for date, _start in wanted]
        taken = slots.search(
            [
                ("zone_id", "=", self.zone_id.id),
                ("kind", "=", "slot"),
                ("date", ">=", min(days)),
                ("date", "<=", max(days)),
            ]
        )
        wanted = wanted - {(slot.date, slot.start_minute) for slot in taken}
        return slots.with_context(tracking_disable=True, mail_create_nolog=True).create(
            [self._slot_vals(date, start) for date, start in sorted(wanted)]
        )

    def _slot_vals(self, date, start):
        moment = self.site_id._moment(date, start)
        return {
            "template_id": self.id,
            "site_id": self.site_id.id,
            "zone_id": self.zone_id.id,
            "date": date,
            "start_minute": start,
            "length_minute": self.length_minute,
            "capacity": self.capacity,
            "quota_ids": [
                fields.Command.create(
                    {
                        "channel_id": quota.channel_id.id,
                        "reserved": quota.reserved,
                        "maximum": quota.maximum,
                        "release_at": quota._release_moment(moment),
                    }
                )
                for quota in self.quota_ids
            ],
        }

    def _tell_kept(self, slots):
        """Say in the chatter which slots the timetable no longer wants; once for the same ones."""
        text = self.env._(
            "%(count)s slots with sold or held places do not follow this timetable: %(slots)s. "
            "Move or cancel them.",
            count=len(slots),
            slots=", ".join(slots[:20].mapped("display_name")),
        )
        told = ",".join(map(str, slots.ids))
        if told != self.told:
            self.told = told
            self.message_post(body=text)

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


class ScenicSlotFollow(models.Model):
    _inherit = "scenic.slot"

    by_hand = fields.Boolean(
        string="Changed by Hand",
        readonly=True,
        copy=False,
        help="The timetable leaves this slot as it is.",
    )

    def write(self, vals):
        # quotas too: what a manager decided for one day is not undone by the next night
        hands = {"capacity", "state", "quota_ids", "start_time", "start_minute", "length_minute"}
        if hands & vals.keys() and "by_hand" not in vals and not self.env.su:
            vals = {**vals, "by_hand": True}
        return super().write(vals)

    def _follow(self, template, planned):
        """Bring one slot in line with its timetable; returns what was done, or None."""
        right = planned and self.length_minute == template.length_minute
        if right and (self.capacity == template.capacity or self.by_hand):
            return None
        if self.state == "cancelled" or (self.by_hand and planned):
            return None
        if self.taken or self.by_hand or self.sudo().ticket_ids:
            return "kept"
        if not planned:
            return "removed"
        self.write(
            {
                "length_minute": template.length_minute,
                "capacity": template.capacity,
            }
        )
        return "changed"
