"""Timetables make slots, any number of times with the same result, and never touch sold ones."""

from datetime import date, timedelta

import common_scenic
from common_scenic import make_tickets
from common_slots import make_channel, make_timed_product

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestSlotTemplates(common_scenic.ScenicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.park.site._today()
        cls.plan = cls.env["scenic.slot.template"].create(
            {
                "name": "Cable car",
                "zone_id": cls.park.ropeway.id,
                "start_time": 9.0,
                "end_time": 11.0,
                "every_minutes": 30,
                "length_minute": 60,
                "capacity": 40,
                "days_ahead": 6,
            }
        )
        cls.ride = make_timed_product(cls.park)

    def slots(self):
        return self.env["scenic.slot"].search([("template_id", "=", self.plan.id)])

    def sell(self, slot, count=1):
        return make_tickets(self.park, self.ride, count, slot.date, slot_id=slot.id)

    def numbers(self, done):
        return {what: len(slots) for what, slots in done.items()}

    def test_slots_of_every_half_hour_for_the_days_ahead(self):
        self.plan._generate()
        slots = self.slots()
        self.assertEqual(len(slots), 7 * 3)
        self.assertEqual(
            [(s.date, s.time_text, s.capacity) for s in slots[:3]],
            [
                (self.today, "09:00–10:00", 40),
                (self.today, "09:30–10:30", 40),
                (self.today, "10:00–11:00", 40),
            ],
        )

    def test_making_again_changes_nothing(self):
        self.plan._generate()
        before = self.slots()
        done = self.plan._generate()
        self.assertEqual(
            self.numbers(done), dict.fromkeys(("made", "changed", "removed", "kept"), 0)
        )
        self.assertEqual(self.slots(), before)

    def test_the_cron_keeps_the_days_ahead(self):
        self.plan._generate()
        self.slots().filtered(lambda s: s.date > self.today + timedelta(3)).unlink()
        self.env["scenic.slot.template"]._cron_generate()
        self.assertEqual(max(self.slots().mapped("date")), self.today + timedelta(6))

    def test_shows_at_fixed_times_with_seats(self):
        self.plan.write({"mode": "shows", "show_times": "19:45, 10:00", "capacity": 300})
        self.plan._generate()
        day = self.slots().filtered(lambda s: s.date == self.today)
        self.assertEqual(day.mapped("start_minute"), [600, 1185])
        with self.assertRaises(ValidationError):
            self.plan.show_times = "10:10"

    def test_weekdays_seasons_and_closed_days(self):
        closed = self.today + timedelta(2)
        calendar = self.env["scenic.blackout"].create(
            {
                "name": "Repair",
                "line_ids": [Command.create({"date_from": closed, "date_to": closed})],
            }
        )
        day_off = self.today + timedelta(1)
        weekday = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[day_off.weekday()]
        self.plan.write(
            {
                weekday: False,
                "blackout_ids": [Command.link(calendar.id)],
                "season_ids": [
                    Command.create({"date_from": self.today, "date_to": self.today + timedelta(4)})
                ],
            }
        )
        self.plan._generate()
        days = {(s.date - self.today).days for s in self.slots()}
        self.assertEqual(days, {0, 3, 4})

    def test_a_closed_site_has_no_slots(self):
        self.park.site.closed_calendar_ids = self.env["scenic.blackout"].create(
            {
                "name": "Site closed",
                "line_ids": [
                    Command.create(
                        {"date_from": date(2020, 1, 1), "date_to": self.today + timedelta(5)}
                    )
                ],
            }
        )
        self.plan._generate()
        self.assertEqual(set(self.slots().mapped("date")), {self.today + timedelta(6)})

    def test_untouched_slots_follow_the_timetable(self):
        self.plan._generate()
        self.plan.write({"capacity": 50, "end_time": 10.5})
        done = self.plan._generate()
        self.assertEqual(self.numbers(done), {"made": 0, "changed": 14, "removed": 7, "kept": 0})
        self.assertEqual(set(self.slots().mapped("capacity")), {50})

    def test_slots_with_sales_stay_as_they_are_and_are_told_once(self):
        self.plan._generate()
        sold = self.slots()[-1]
        self.sell(sold)
        self.plan.write({"capacity": 50, "end_time": 10.5})
        messages = len(self.plan.message_ids)
        done = self.plan._generate()
        self.assertEqual(done["kept"], sold)
        self.assertEqual((sold.capacity, sold.exists()), (40, sold))
        self.assertEqual(len(self.plan.message_ids), messages + 1)
        self.plan._generate()
        self.assertEqual(len(self.plan.message_ids), messages + 1)

    def test_a_cancelled_slot_is_not_made_again(self):
        self.plan._generate()
        slot = self.slots()[0]
        slot.state = "cancelled"
        done = self.plan._generate()
        self.assertEqual(self.numbers(done)["made"], 0)
        self.assertEqual(slot.state, "cancelled")

    def test_what_a_manager_changed_for_a_day_stays(self):
        self.plan._generate()
        manager = common_scenic.make_user(self.env, "slot_manager", "manager")
        slot = self.slots()[0]
        slot.with_user(manager).capacity = 10
        self.plan._generate()
        self.assertEqual((slot.capacity, slot.by_hand), (10, True))

    def test_slots_get_the_quotas_of_the_timetable(self):
        channel = make_channel(self.env, "OTA3")
        self.plan.quota_ids = [
            Command.create({"channel_id": channel.id, "reserved": 10, "release_hours": 12})
        ]
        self.plan._generate()
        slot = self.slots()[-1]
        self.assertEqual((slot.reserved, slot.has_quota), (10, True))
        self.assertEqual(slot.quota_ids.release_at, slot.start_at - timedelta(hours=12))
        with self.assertRaises(ValidationError):
            self.plan.capacity = 9

    def test_two_timetables_do_not_make_the_same_time_twice(self):
        self.plan._generate()
        other = self.plan.copy({"name": "Other", "end_time": 11.5})
        done = other._generate()
        self.assertEqual(self.numbers(done)["made"], 7)
