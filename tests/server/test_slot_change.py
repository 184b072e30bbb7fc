"""A slot is moved or cancelled together with its tickets, in one action."""

from datetime import timedelta

import common_scenic
import common_slots
from common_slots import assert_counted, make_show

from odoo.tests import tagged

from odoo.addons.scenic_ticketing.models.scenic_hold import SoldOut


@tagged("post_install", "-at_install")
class TestSlotChange(common_slots.SlotCase):
    def change(self, slot=None, **vals):
        wizard = self.env["scenic.slot.change"].create(
            {"slot_id": (slot or self.show).id, "reason": "Wind", "notify": False, **vals}
        )
        wizard.action_apply()
        self.sweep()
        return wizard

    def test_a_slot_is_moved_with_its_tickets(self):
        tickets = self.issue(3)
        codes = tickets.mapped("code")
        day = self.show.date + timedelta(1)
        self.change(treatment="shift", new_date=day, new_start=14.0)
        slot = tickets.slot_id
        self.assertEqual((slot.date, slot.start_minute, slot.capacity), (day, 840, 20))
        self.assertEqual((slot.taken, self.show.taken, self.show.state), (3, 0, "cancelled"))
        self.assertEqual(set(tickets.mapped("visit_date")), {day})
        self.assertEqual(set(tickets.mapped("slot_start")), {56})
        for ticket, old in zip(tickets, codes, strict=True):
            self.assertNotEqual(ticket.code, old)
            for code in (ticket.code, old):
                found, reason = self.env["scenic.ticket"]._find(code)
                self.assertEqual((found, reason), (ticket, None))
            self.assertTrue(ticket.message_ids.filtered(lambda m: "Wind" in m.body))

    def test_tickets_are_rebooked_to_another_slot(self):
        other = make_show(self.park, 5, start=900)
        tickets = self.issue(3)
        wizard = self.change(treatment="rebook", target_slot_id=other.id)
        self.assertEqual(len(wizard.line_ids), 0)
        self.assertEqual(tickets.slot_id, other)
        self.assertEqual((other.taken, self.show.taken), (3, 0))

    def test_a_slot_that_is_too_small_takes_none_of_them(self):
        other = make_show(self.park, 2, start=900)
        tickets = self.issue(3)
        with self.assertRaises(SoldOut), self.env.cr.savepoint():
            self.change(treatment="rebook", target_slot_id=other.id)
        self.env.invalidate_all()
        self.assertEqual((tickets.slot_id, self.show.state), (self.show, "open"))
        self.change(treatment="rebook", target_slot_id=other.id, beyond=True)
        self.assertEqual((other.taken, other.oversold), (3, 1))
        self.assertEqual(len(self.oversold()), 1)

    def test_day_places_stay_when_the_day_does(self):
        self.park.site.capacity_daily = 3
        other = make_show(self.park, 5, start=900)
        tickets = self.issue(3)
        self.change(treatment="rebook", target_slot_id=other.id)
        day = self.env["scenic.slot"].search(
            [("kind", "=", "day"), ("site_id", "=", self.park.site.id)]
        )
        self.assertEqual((day.taken, day.oversold), (3, 0))
        assert_counted(day | other | self.show)
        self.assertEqual(tickets.slot_id, other)

    def test_a_cancelled_slot_voids_its_tickets_for_a_full_refund(self):
        self.park.policy.with_user(1).write({"refund_allowed": False})
        tickets = self.issue(2)
        used = self.issue()
        today = make_show(self.park, date=self.park.site._today(), start=0, length=0)
        used._move_to(today)
        self.redeem(used, self.park.ropeway)
        used._move_to(self.show)
        wizard = self.env["scenic.slot.change"].new({"slot_id": self.show.id})
        self.assertEqual(wizard.ticket_count, 2)
        self.change(treatment="refund")
        self.assertEqual(tickets.mapped("state"), ["void"] * 2)
        self.assertEqual([t._refund_obstacle() for t in tickets], [None, None])
        self.assertEqual(used.state, "used")
        self.assertEqual(self.show.state, "cancelled")

    def test_a_customer_with_a_mail_address_is_told_once(self):
        partner = self.env["res.partner"].create({"name": "Li", "email": "li@example.com"})
        window = common_scenic.open_window(self.park)
        data = common_scenic.order_data(
            window,
            [
                (
                    self.ride,
                    2,
                    {
                        "scenic_data": {
                            "visit_date": str(self.show.date),
                            "slot_id": self.show.id,
                        }
                    },
                )
            ],
        )
        order = common_scenic.sync(window, {**data, "partner_id": partner.id})
        self.assertEqual(order.sudo().scenic_ticket_ids.slot_id, self.show)
        self.change(treatment="refund", notify=True)
        mails = self.env["mail.mail"].sudo().search([("recipient_ids", "in", partner.ids)])
        self.assertEqual(len(mails), 1)
        # and the window gives the money back, although the ticket is void
        refund = common_scenic.refund(window, order.lines, 2)
        self.assertEqual(refund.state, "paid")
        tickets = order.sudo().scenic_ticket_ids
        self.assertEqual(tickets.mapped("refund_due"), [False, False])
        self.assertEqual(tickets.refund_line_id, refund.lines.sudo())
