"""Daily capacities of sites and zones, and what a channel is offered on a day."""

from datetime import timedelta

import common_slots
from common_scenic import make_tickets
from common_slots import make_show

from odoo.tests import tagged

from odoo.addons.scenic_ticketing.models.scenic_hold import SoldOut


@tagged("post_install", "-at_install")
class TestSlotDays(common_slots.SlotCase):
    def test_a_daily_capacity_of_the_site_limits_all_products(self):
        self.park.site.capacity_daily = 3
        day = self.park.site._today()
        make_tickets(self.park, count=2)
        with self.assertRaises(SoldOut):
            make_tickets(self.park, self.park.family)
        offer = self.env["scenic.slot"]._day_left(self.park.adult, day)
        self.assertEqual(offer, 1)
        slot = self.env["scenic.slot"].search(
            [("kind", "=", "day"), ("site_id", "=", self.park.site.id)]
        )
        self.assertEqual((slot.site_id, slot.capacity, slot.taken), (self.park.site, 3, 2))

    def test_a_daily_capacity_of_a_zone_limits_its_products(self):
        self.park.ropeway.capacity_daily = 1
        make_tickets(self.park, count=3)
        make_tickets(self.park, self.park.combo)
        with self.assertRaises(SoldOut):
            make_tickets(self.park, self.park.combo)

    def test_a_new_daily_capacity_holds_for_the_days_ahead(self):
        self.park.site.capacity_daily = 3
        make_tickets(self.park, count=2)
        self.park.site.capacity_daily = 1
        slot = self.env["scenic.slot"].search(
            [("kind", "=", "day"), ("site_id", "=", self.park.site.id)]
        )
        self.assertEqual(slot.capacity, 2)
        self.park.site.capacity_daily = 9
        self.assertEqual(slot.capacity, 9)

    def test_a_slot_and_its_day_are_taken_together_or_not_at_all(self):
        self.park.site.capacity_daily = 2
        self.issue(2)
        with self.assertRaises(SoldOut):
            self.issue(1)
        self.show.invalidate_recordset()
        self.assertEqual(self.show.taken, 2)
        offer = self.env["scenic.slot"]._offer(self.ride, self.show.date)
        self.assertEqual([row["left"] for row in offer], [0])

    def test_passes_without_a_date_count_on_no_day(self):
        self.park.site.capacity_daily = 1
        policy = self.park.policy.copy({"name": "Open", "validity": "open"})
        self.park.annual.product_tmpl_id.scenic_policy_id = policy
        passes = make_tickets(self.park, self.park.annual, 3)
        self.assertEqual(passes.mapped("room"), [False] * 3)

    # ------------------------------------------------------------------ offer

    def test_the_offer_of_a_day(self):
        make_show(self.park, 5, start=900)
        closed = make_show(self.park, 5, start=960)
        closed.action_close()
        make_show(self.park, 5, date=self.show.date + timedelta(1))
        self.take(20)
        offer = self.env["scenic.slot"]._offer(self.ride, self.show.date, self.channel)
        self.assertEqual(
            [(row["start"], row["end"], row["left"]) for row in offer],
            [("10:00", "11:00", 0), ("15:00", "16:00", 5)],
        )
        self.assertEqual(self.env["scenic.slot"]._offer(self.park.adult, self.show.date), [])

    def test_free_places_can_be_searched(self):
        full = make_show(self.park, 0, start=900)
        slots = self.env["scenic.slot"].search(
            [("zone_id", "=", self.park.ropeway.id), ("free", ">", 0)]
        )
        self.assertEqual((self.show in slots, full in slots), (True, False))
