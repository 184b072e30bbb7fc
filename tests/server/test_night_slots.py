"""Slots that pass midnight: a night show from ten to one belongs to the day on which it begins."""

from datetime import timedelta

import common_scenic
import common_slots
import common_voucher
from common_slots import make_show
from psycopg2 import IntegrityError

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

NIGHT = {"start": 1320, "length": 180}


@tagged("post_install", "-at_install")
class TestNightSlots(common_slots.SlotCase):
    def setUp(self):
        super().setUp()
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 60.0)
        self.site = self.park.site
        self.day = self.site._today() + timedelta(2)

    def judged(self, ticket, day, minute):
        now = common_scenic.to_unix(self.site._moment(day, minute))
        ledger = self.env["scenic.redemption"]
        return ledger._judge(ticket.code, self.park.ropeway, "L1", now=now)["reason"]

    def running(self, slot):
        """Let a slot of yesterday run for another hour, whatever time it is now."""
        slot.flush_recordset()
        end = fields.Datetime.now() + timedelta(hours=1)
        self.env.cr.execute("UPDATE scenic_slot SET end_at = %s WHERE id = %s", [end, slot.id])
        slot.invalidate_recordset()

    def test_the_gate_lets_in_until_the_show_ends(self):
        show = make_show(self.park, date=self.day, **NIGHT)
        self.assertEqual(show.time_text, "22:00–01:00")
        self.assertEqual(show.end_at - show.start_at, timedelta(hours=3))
        self.assertEqual(show._wall_times()[1:], ("22:00", "01:00"))
        ticket, after = self.issue(slot=show), self.day + timedelta(1)
        said = [self.judged(ticket, self.day, minute) for minute in (30, 1319, 1320, 1439)] + [
            self.judged(ticket, after, minute) for minute in (0, 30, 59)
        ]
        self.assertEqual(said, ["E_SLOT", "E_SLOT", *["OK"] * 5])
        self.assertNotEqual(self.judged(ticket, after, 60), "OK")
        self.assertNotEqual(self.judged(ticket, after, 1330), "OK")
        # and who keeps books of refunds and of visitors knows that it may still be used
        self.assertTrue(ticket._good_on(after))
        self.assertFalse(self.issue(slot=self.show)._good_on(self.show.date + timedelta(1)))

    def test_it_is_used_after_midnight_once(self):
        # whatever hour it is now, the ticket is sold before the moments that are judged
        ticket = self.issue(slot=make_show(self.park, date=self.day, **NIGHT))
        at = common_scenic.to_unix(self.site._moment(self.day + timedelta(1), 30))
        answers = [
            self.redeem(ticket, self.park.ropeway, lane=lane, now=at + later)
            for lane, later in (("L1", 0), ("L2", 60))
        ]
        self.assertEqual([answer["reason"] for answer in answers], ["OK", "E_USED"])

    def test_nothing_expires_while_the_show_runs(self):
        yesterday = self.site._today() - timedelta(1)
        show = make_show(self.park, date=yesterday, **NIGHT)
        over = make_show(self.park, date=yesterday, start=600)
        channel = common_voucher.make_channel(self.env)
        ticket, late = self.issue(slot=show), self.issue(slot=over)
        content = common_voucher.order_content(self.park, product=self.ride)
        content["items"][0] |= {"date": self.day.isoformat(), "slot": "22:00"}
        make_show(self.park, date=self.day, **NIGHT)
        voucher = common_voucher.fill(channel, content).item_ids
        voucher.write({"visit_date": yesterday, "valid_until": yesterday, "slot_id": show.id})
        self.running(show)
        for _night in range(2):
            self.env["scenic.ticket"]._cron_expire()
            self.env["scenic.voucher.item"]._cron_expire()
            states = ticket.state, voucher.state, late.state
            self.assertEqual(states, ("valid", "issued", "expired"))
            self.assertIsNone(voucher._exchange_obstacle())
        self.env.cr.execute("UPDATE scenic_slot SET end_at = now() - interval '2 hours'")
        self.env.invalidate_all()
        self.env["scenic.ticket"]._cron_expire()
        self.env["scenic.voucher.item"]._cron_expire()
        self.assertEqual((ticket.state, voucher.state), ("expired", "expired"))

    def test_timetables_make_them(self):
        plan = self.env["scenic.slot.template"].create(
            {
                "name": "Night show",
                "zone_id": self.park.ropeway.id,
                "mode": "shows",
                "show_times": "20:00, 23:45",
                "length_minute": 180,
                "days_ahead": 0,
            }
        )
        self.assertEqual(plan._starts(), [1200, 1425])
        plan.write({"mode": "every", "start_time": 21.0, "end_time": 1.0, "every_minutes": 60})
        self.assertEqual(plan._starts(), [1260, 1320])
        plan.length_minute = 60
        self.assertEqual(plan._starts(), [1260, 1320, 1380])
        plan._generate()
        made = self.env["scenic.slot"].search([("template_id", "=", plan.id)])
        self.assertEqual(made.mapped("time_text"), ["21:00–22:00", "22:00–23:00", "23:00–24:00"])

    def test_a_slot_is_never_longer_than_a_day(self):
        for start, length in ((1440, 60), (600, 1455), (610, 60), (-15, 60)):
            with (
                self.subTest(start=start, length=length),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                make_show(self.park, date=self.day, start=start, length=length)
