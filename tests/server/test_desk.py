"""The attendant's desk, voids and reversals by hand, printed tickets, expiry."""

import base64
import io
import re
from datetime import timedelta
from unittest.mock import patch

import common_scenic
import zxingcpp
from common_scenic import make_tickets, make_user
from lxml import html
from PIL import Image

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged


@tagged("post_install", "-at_install")
class TestDesk(common_scenic.ScenicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.attendant = make_user(cls.env, "desk_attendant", "attendant")
        cls.manager = make_user(cls.env, "desk_manager", "manager")

    def desk(self, text, user=None, zone=None, wanted=0):
        self.env.flush_all()
        form = Form(self.env["scenic.check"].with_user(user or self.attendant))
        form.zone_id = zone or self.park.gate
        form.text = text
        if wanted:
            form.wanted = wanted
        return form

    def test_desk_shows_the_decision_and_lets_in_once(self):
        ticket = make_tickets(self.park)
        form = self.desk(ticket.alias)
        self.assertEqual((form.reason, form.colour, form.ticket_id), ("OK", "GREEN", ticket))
        self.assertFalse(ticket.redemption_ids, "showing a decision uses nothing")
        action = form.save().action_redeem()
        self.env.invalidate_all()
        self.assertEqual(ticket.state, "used")
        use = ticket.redemption_ids
        self.assertEqual((use.how, use.user_id), ("window", self.attendant))
        following = self.env["scenic.check"].browse(action["res_id"])
        self.assertFalse(following.text)
        self.assertEqual(following.zone_id, self.park.gate)
        self.assertIn(ticket.alias, following.done_text)
        again = self.desk(ticket.code)
        self.assertEqual((again.reason, again.colour), ("E_USED", "RED"))
        self.assertIn(str(self.park.site._today()), again.first_use)

    def test_pressing_let_in_twice_uses_one_right(self):
        ticket = make_tickets(self.park, self.park.annual)
        desk = self.desk(ticket.alias).save()
        desk.action_redeem()
        desk.action_redeem()
        self.env.invalidate_all()
        self.assertEqual(ticket.used_count, 1)

    def test_desk_counts_a_group(self):
        product = common_scenic.make_product(
            self.park, "Group", 900.0, {self.park.gate: 1}, scenic_pax=20
        )
        ticket = make_tickets(self.park, product)
        self.assertEqual(self.desk(ticket.alias).reason, "R_GROUP_COUNT")
        form = self.desk(ticket.alias, wanted=12)
        self.assertEqual((form.reason, form.rest), ("OK", "8"))
        form.save().action_redeem()
        self.env.invalidate_all()
        self.assertEqual(ticket.used_count, 12)

    def test_ticket_of_another_company_is_only_refused(self):
        other = self.env["res.company"].create({"name": "Other Park Ltd"})
        ticket = make_tickets(common_scenic.make_park(self.env, "Elsewhere", company=other))
        form = self.desk(ticket.alias)
        self.assertEqual((form.reason, form.colour), ("E_SITE", "RED"))
        self.assertFalse(form.ticket_id)

    def test_accountant_lets_nobody_in(self):
        accountant = make_user(self.env, "desk_accountant", "accountant")
        with self.assertRaises(AccessError):
            self.desk(make_tickets(self.park).alias, user=accountant)

    def test_every_reason_has_words_for_people(self):
        reasons = common_scenic.reasons()
        labels = self.env["scenic.reason"]._reason_labels()
        self.assertEqual(set(labels), {reason.value for reason in reasons})
        for code, label in labels.items():
            self.assertNotIn(code, label)
            self.assertRegex(label, r"^[A-Z].*\.$")
        self.assertEqual(set(self.env["scenic.reason"]._reason_labels("zh_CN")), set(labels))

    def test_manager_voids_with_a_reason(self):
        ticket = make_tickets(self.park)
        wizard = self.env["scenic.void"].with_user(self.manager)
        wizard = wizard.create({"ticket_ids": ticket.ids, "reason": "Printed twice"})
        wizard.action_void()
        self.assertEqual((ticket.state, ticket.void_reason), ("void", "Printed twice"))
        self.assertIn("Printed twice", str(ticket.message_ids.mapped("body")))
        with self.assertRaises(UserError):
            wizard.action_void()

    def test_manager_takes_a_use_back(self):
        ticket = make_tickets(self.park)
        self.redeem(ticket)
        use = ticket.redemption_ids
        wizard = self.env["scenic.reversal"].with_user(self.manager)
        wizard.create({"redemption_ids": use.ids, "reason": "Stuck"}).action_reverse()
        self.env.invalidate_all()
        reversal = ticket.redemption_ids - use
        self.assertEqual(
            (reversal.kind, reversal.reason, reversal.user_id), ("reversal", "Stuck", self.manager)
        )
        self.assertEqual(ticket.state, "valid")
        with self.assertRaises(UserError):
            wizard.create({"redemption_ids": use.ids, "reason": "Twice"}).action_reverse()
        with self.assertRaises(UserError):
            wizard.create({"redemption_ids": reversal.ids, "reason": "No"}).action_reverse()

    def test_attendant_cannot_void_or_take_back(self):
        for model in ("scenic.void", "scenic.reversal"):
            self.assertFalse(self.env[model].with_user(self.attendant).has_access("create"))

    def test_printed_ticket_is_read_back(self):
        tickets = make_tickets(self.park, count=2) + make_tickets(self.park, self.park.annual)
        void = make_tickets(self.park)
        void._void("Lost")
        page, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "scenic_ticketing.report_ticket", (tickets + void).ids
        )
        images = html.fromstring(page).xpath("//img/@src")
        codes = []
        for source in images:
            data = base64.b64decode(re.fullmatch("data:image/png;base64,(.*)", source)[1])
            image = Image.open(io.BytesIO(data))
            # version 6 is 41 modules; four white ones on each side; whole pixels
            self.assertEqual(image.size, (49 * 5, 49 * 5))
            codes += [found.text for found in zxingcpp.read_barcodes(image)]
        self.assertEqual(codes, tickets.mapped("code"))
        text = " ".join(html.fromstring(page).text_content().split())
        for ticket in tickets + void:
            self.assertIn(ticket._spaced_alias(), text)

    def test_tickets_expire_after_their_last_day_at_the_site(self):
        today = self.park.site._today()
        self.park.policy.validity_days = 2
        gone, last_day, coming, used = (
            make_tickets(self.park, visit_date=today - timedelta(days)) for days in (2, 1, 0, 2)
        )
        self.env["scenic.redemption"]._append(
            [{"ticket_id": used.id, "zone_id": self.park.gate.id, "happened_at": "2026-01-01"}]
        )
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 60.0):
            self.env["scenic.ticket"]._cron_expire(batch=1)
        self.assertEqual(
            [ticket.state for ticket in (gone, last_day, coming, used)],
            ["expired", "valid", "valid", "used"],
        )
        self.assertEqual(self.redeem(gone)["reason"], "E_EXPIRED")
        window = common_scenic.open_window(self.park)
        self.assertIn("expired", gone.with_env(window.env)._refund_obstacle())
