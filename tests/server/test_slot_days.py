"""Daily capacities of sites and zones, and what a channel is offered on a day."""

from datetime import timedelta

import common_slots
import common_voucher
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

    def the_day(self, zone=None):
        self.env.invalidate_all()
        return self.env["scenic.slot"].search(
            [
                ("kind", "=", "day"),
                ("site_id", "=", self.park.site.id),
                ("zone_id", "=", zone.id if zone else False),
                ("date", "=", self.park.site._today()),
            ]
        )

    def test_what_was_sold_without_a_limit_counts_once_there_is_one(self):
        tickets = make_tickets(self.park, count=3)
        family = make_tickets(self.park, self.park.family)
        tickets[0]._void("by mistake")
        self.redeem(tickets[1])
        self.park.site.capacity_daily = 2 + family.pax + 1
        self.assertEqual((self.the_day().taken, self.the_day().free), (2 + family.pax, 1))
        make_tickets(self.park)
        with self.assertRaises(SoldOut):
            make_tickets(self.park)
        # counted once, however often the limit changes; and given back as any other place
        self.park.site.capacity_daily += 1
        self.assertEqual(self.the_day().free, 1)
        family._void("by mistake")
        self.sweep()
        self.assertEqual(self.the_day().free, 1 + family.pax)

    def test_what_was_sold_while_the_limit_was_off_counts_too(self):
        self.park.site.capacity_daily = 5
        make_tickets(self.park, count=2)
        self.park.site.capacity_daily = 0
        make_tickets(self.park, count=2)
        self.park.site.capacity_daily = 3
        # more is sold than the limit allows: nothing is left, and nobody is sent away
        self.assertEqual((self.the_day().taken, self.the_day().free), (4, 0))
        self.assertEqual(self.env["scenic.slot"]._day_left(self.park.adult, self.the_day().date), 0)

    def test_a_new_limit_of_a_zone_counts_who_has_a_right_in_it(self):
        make_tickets(self.park, count=2)
        combo = make_tickets(self.park, self.park.combo, 3)
        tomorrow = self.park.site._today() + timedelta(1)
        later = make_tickets(self.park, self.park.combo, 1, tomorrow)
        self.park.ropeway.capacity_daily = 4
        day = self.the_day(self.park.ropeway)
        self.assertEqual(day.taken, 3)
        self.assertEqual({ticket.room[-1][0] for ticket in combo}, {day.id})
        self.assertNotIn(day.id, [row[0] for row in later.room])
        with self.assertRaises(SoldOut):
            make_tickets(self.park, self.park.combo, 2)

    def test_vouchers_that_were_sold_without_a_limit_count_until_they_are_given_back(self):
        channel = common_voucher.make_channel(self.env)
        order = common_voucher.fill(channel, common_voucher.order_content(self.park, quantity=3))
        self.park.site.capacity_daily = 4
        self.assertEqual((self.the_day().taken, self.the_day().free), (3, 1))
        first, second, _third = order.item_ids.sorted("id")
        first._exchange()
        self.assertEqual((self.the_day().taken, len(self.oversold())), (3, 0))
        content = {"order": order.number, "items": [second.number]}
        self.assertEqual(common_voucher.command(channel, "refund_request", content)["code"], "OK")
        self.sweep()
        self.assertEqual(self.the_day().free, 2)
        self.park.site.capacity_daily = 3
        self.assertEqual(self.the_day().taken, 2)

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
