"""Slots, quotas, holds: what is sold, kept, given back, and what the database refuses."""

from datetime import timedelta

import common_scenic
import common_slots
from common_scenic import make_tickets
from common_slots import make_show
from psycopg2 import IntegrityError, errors

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.scenic_ticketing.models.scenic_hold import SoldOut


@tagged("post_install", "-at_install")
class TestSlots(common_slots.SlotCase):
    # ------------------------------------------------------------------ holds and sales

    def test_a_hold_takes_places_and_gives_them_back(self):
        hold = self.take(5)
        self.assertEqual((self.show.taken, self.show.free), (5, 15))
        hold._release()
        hold._release()
        self.show.invalidate_recordset()
        self.assertEqual((self.show.taken, hold.state), (0, "released"))

    def test_a_lock_that_was_waited_for_in_vain_is_asked_for_again(self):
        turns = []

        def work(_cr):
            turns.append("turn")
            if len(turns) < 3:
                raise errors.LockNotAvailable
            return "done"

        self.assertEqual(self.env["scenic.hold"]._in_short_transaction(work), "done")

    def test_an_expired_hold_comes_back_by_itself(self):
        hold = self.take(5)
        self.expire(hold)
        self.sweep()
        self.assertEqual((self.show.taken, hold.state), (0, "expired"))

    def test_an_expired_hold_makes_room_for_who_asks(self):
        hold = self.take(20)
        self.expire(hold)
        self.take(20)
        self.assertEqual(self.show.taken, 20)

    def test_sold_out_says_where_and_how_much_is_left(self):
        self.take(18)
        with self.assertRaises(SoldOut) as caught:
            self.take(3)
        self.assertEqual(
            (caught.exception.reason, caught.exception.slot_id, caught.exception.left),
            ("E_SOLD_OUT", self.show.id, 2),
        )
        self.show.invalidate_recordset()
        self.assertEqual(self.show.taken, 18)

    def test_the_same_ref_replaces_its_hold(self):
        self.take(5, ref="cart")
        self.take(8, ref="cart")
        self.assertEqual(self.show.taken, 8)
        with self.assertRaises(SoldOut):
            self.take(21, ref="cart")
        self.show.invalidate_recordset()
        self.assertEqual(self.show.taken, 8)

    def test_a_hold_becomes_the_sale(self):
        hold = self.take(3, ref="cart")
        tickets = self.issue(3, hold="cart")
        self.assertEqual(self.show.taken, 3)
        self.expire(hold)
        self.sweep()
        self.assertEqual((self.show.taken, hold.state), (3, "sold"))
        self.assertEqual(tickets.mapped("room"), [[[self.show.id, 0, 1]]] * 3)

    def test_sold_holds_are_shown_as_sold_before_they_are_due(self):
        hold = self.take(3, ref="cart")
        self.issue(3, hold="cart")
        self.sweep()
        hold.invalidate_recordset()
        self.assertEqual((hold.state, self.show.taken), ("sold", 3))

    def test_a_hold_of_too_much_gives_the_rest_back(self):
        self.take(5, ref="cart")
        self.issue(2, hold="cart")
        self.sweep()
        self.assertEqual(self.show.taken, 2)

    def test_a_hold_of_too_little_takes_what_it_lacks(self):
        self.take(2, ref="cart")
        self.issue(5, hold="cart")
        self.assertEqual(self.show.taken, 5)

    def test_a_sale_needs_no_hold(self):
        self.issue(4)
        self.assertEqual(self.show.taken, 4)

    def test_an_unpaid_sale_without_room_is_refused(self):
        self.take(19)
        with self.assertRaises(SoldOut):
            self.issue(2)

    def test_a_paid_sale_without_room_is_made_and_told(self):
        self.take(19)
        tickets = self.issue(3, paid=True, net_value=50.0)
        self.assertEqual(len(tickets), 3)
        self.assertEqual((self.show.taken, self.show.oversold), (22, 2))
        self.assertEqual(self.oversold().ticket_id, tickets[-1])
        self.assertEqual(self.oversold().amount, 100.0)
        tickets._void("Back")
        self.sweep()
        self.assertEqual((self.show.taken, self.show.oversold), (19, 0))

    def test_a_paid_sale_after_its_hold_expired_takes_again(self):
        hold = self.take(3, ref="cart")
        self.expire(hold)
        self.sweep()
        self.issue(3, hold="cart", paid=True)
        self.assertEqual((self.show.taken, len(self.oversold())), (3, 0))

    def test_a_product_with_slots_is_not_sold_without_one(self):
        with self.assertRaises(UserError):
            self.issue(slot_id=False)
        with self.assertRaises(UserError):
            self.issue(visit_date=self.show.date + timedelta(1))
        ticket = self.issue(slot_id=False, paid=True)
        self.assertEqual((ticket.slot_start, ticket.slot_len, ticket.room), (255, 0, False))
        incident = self.env["scenic.incident"].search([("ticket_id", "=", ticket.id)])
        self.assertEqual(incident.kind, "other")

    def test_void_tickets_give_their_places_back_once(self):
        tickets = self.issue(4)
        tickets[:2]._void("Back")
        self.sweep()
        self.assertEqual(self.show.taken, 2)
        self.env["scenic.slot"]._give_back(tickets)
        self.env["scenic.slot"]._give_back(tickets)
        self.sweep()
        self.assertEqual(self.show.taken, 0)

    def test_part_of_a_group_gives_part_of_its_places_back(self):
        ticket = self.issue(pax=10)
        self.env["scenic.slot"]._give_back(ticket, persons=4)
        self.sweep()
        self.assertEqual((self.show.taken, ticket.room), (6, [[self.show.id, 0, 6]]))

    def test_a_closed_slot_sells_nothing(self):
        self.show.action_close()
        with self.assertRaises(SoldOut):
            self.take(1)

    # ------------------------------------------------------------------ the database

    def test_the_database_refuses_more_than_the_capacity(self):
        for counters in ("taken = 21", "taken = 15, reserved = 6", "taken = -1"):
            with (
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(
                    f"UPDATE scenic_slot SET {counters} WHERE id = %s", [self.show.id]
                )

    def test_a_capacity_below_what_is_sold_is_refused(self):
        self.take(10)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.show.capacity = 9
            self.show.flush_recordset()
        self.show.invalidate_recordset()
        self.show.capacity = 10

    def test_a_sold_slot_is_not_shifted_by_hand(self):
        self.take(1)
        with self.assertRaises(UserError):
            self.show.start_time = 11
        with self.assertRaises(UserError):
            self.show.unlink()

    # ------------------------------------------------------------------ quotas

    def quota(self, channel, **vals):
        return self.env["scenic.slot.quota"].create(
            {"slot_id": self.show.id, "channel_id": channel.id, **vals}
        )

    def left(self, channel=None):
        return self.show._left(channel)[self.show.id]

    def test_kept_places_are_sold_by_their_channel_only(self):
        self.quota(self.channel, reserved=15)
        self.assertEqual((self.left(), self.left(self.channel)), (5, 20))
        with self.assertRaises(SoldOut):
            self.take(6)
        self.take(5)
        self.take(15, self.channel)
        self.assertEqual((self.left(), self.left(self.channel)), (0, 0))

    def test_a_channel_sells_at_most_its_limit(self):
        self.quota(self.channel, maximum=4)
        self.assertEqual((self.left(), self.left(self.channel)), (20, 4))
        self.take(4, self.channel)
        with self.assertRaises(SoldOut):
            self.take(1, self.channel)
        self.take(16)

    def test_kept_places_are_released_at_their_time(self):
        soon = fields.Datetime.now() + timedelta(hours=1)
        quota = self.quota(self.channel, reserved=15, release_at=soon)
        self.take(3, self.channel)
        self.assertEqual(self.left(), 5)
        self.env.cr.execute(
            "UPDATE scenic_slot_quota SET release_at = now() AT TIME ZONE 'UTC' WHERE id = %s",
            [quota.id],
        )
        self.take(17)
        quota.invalidate_recordset()
        self.assertEqual((quota.released, self.show.reserved), (True, 0))

    def test_places_that_come_back_are_kept_for_their_channel_again(self):
        self.quota(self.channel, reserved=15)
        hold = self.take(15, self.channel)
        self.assertEqual(self.show.reserved, 0)
        hold._release()
        self.assertEqual((self.left(), self.left(self.channel)), (5, 20))

    def test_a_quota_counts_what_its_channel_sold_before(self):
        self.issue(3, channel_id=self.channel.id)
        self.take(2, self.channel)
        self.take(4, self.other)
        quota = self.quota(self.channel, reserved=6, maximum=6)
        self.assertEqual((quota.taken, self.show.reserved), (5, 1))
        self.assertEqual(self.left(self.channel), 1)

    def test_quotas_of_more_than_there_is_are_refused(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.quota(self.channel, reserved=21)

    # ------------------------------------------------------------------ at the gate

    def test_the_slot_of_a_combo_holds_in_its_zone_only(self):
        self.park.combo.entitlement_ids.filtered(
            lambda right: right.zone_id == self.park.ropeway
        ).slot_required = True
        # whatever hour it is now, the ticket is sold before the moments that are judged
        day = self.park.site._today() + timedelta(2)
        show = make_show(self.park, date=day, start=840)
        ticket = make_tickets(self.park, self.park.combo, 1, day, slot_id=show.id)
        now = common_scenic.to_unix(self.park.site._moment(day, 540))
        for zone, expected in ((self.park.gate, "OK"), (self.park.ropeway, "E_SLOT")):
            answer = self.env["scenic.redemption"]._judge(ticket.code, zone, "L1", now=now)
            self.assertEqual(answer["reason"], expected)

    def test_the_slot_is_in_the_code_and_judged_at_the_gate(self):
        # whatever hour it is now, the ticket is sold before the moments that are judged
        day = self.park.site._today() + timedelta(2)
        show = make_show(self.park, date=day, start=600, length=60)
        ticket = self.issue(slot=show)
        _found, reason = self.env["scenic.ticket"]._find(ticket.code)
        self.assertEqual(
            (reason, ticket._view().slot_start, ticket._view().slot_len), (None, 40, 4)
        )
        for minute, expected in ((599, "E_SLOT"), (600, "OK"), (659, "SAME_SCAN")):
            now = common_scenic.to_unix(self.park.site._moment(day, minute))
            answer = self.env["scenic.redemption"]._judge(
                ticket.code, self.park.ropeway, "L1", now=now
            )
            self.assertEqual(
                answer["reason"].replace("SAME_SCAN", "OK"), expected.replace("SAME_SCAN", "OK")
            )
        now = common_scenic.to_unix(self.park.site._moment(day, 660))
        answer = self.env["scenic.redemption"]._judge(ticket.code, self.park.ropeway, "L1", now=now)
        self.assertEqual(answer["reason"], "E_SLOT")
