"""Keys of windows: their certificates, and what the server makes of the codes they sign."""

import os
from datetime import timedelta
from unittest.mock import patch

import common_scenic
from common_scenic import make_paid_order, make_product, open_window, order_data, sync
from window_key import WindowKey

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules import certificate as certificates
from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules import ticket_code
from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules.reason import Reason


class KeyCase(common_scenic.ScenicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.window = open_window(cls.park)
        cls.today = cls.park.site._today()

    def setUp(self):
        super().setUp()
        self.key = WindowKey(self.window, site=self.park.site)

    def tearDown(self):
        common_scenic.assert_balanced(self.env)
        super().tearDown()

    def sell(self, *lines, window=None):
        return make_paid_order(window or self.window, list(lines))

    def incidents(self, kind=None):
        found = self.env["scenic.incident"].search([("site_id", "=", self.park.site.id)])
        return found.filtered(lambda i: i.kind == kind) if kind else found

    def record(self, key=None):
        return self.env["scenic.certificate"].search([("kid", "=", (key or self.key).kid)])


@tagged("post_install", "-at_install")
class TestCertificates(KeyCase):
    def test_a_certificate_has_hard_limits(self):
        limits = certificates.split(self.key.blob)[0]
        self.assertEqual(limits.pub, self.key.sign.public)
        self.assertEqual(limits.role, certificates.ROLE_ISSUE)
        self.assertLessEqual(limits.not_after - limits.not_before, 73 * 3600)
        self.assertEqual(limits.max_serial, 2000)
        self.assertEqual(limits.visit_to - limits.visit_from, 3)
        self.assertEqual(limits.max_pax, 50)
        self.assertEqual(limits.class_mask, 1)
        self.assertEqual(limits.device, self.window.id)
        record = self.record()
        self.assertEqual(record.pos_session_id, self.window.current_session_id)
        self.assertEqual(record.visit_to, self.today + timedelta(3))

    def test_settings_and_products_narrow_it(self):
        self.park.site.write({"offline_days": 1, "offline_hours": 8, "offline_serials": 50})
        self.park.adult.product_tmpl_id.scenic_class_no = 5
        self.window.sudo().scenic_offline_entrance_ids = self.park.north
        key = WindowKey(self.window, site=self.park.site)
        limits = certificates.split(key.blob)[0]
        self.assertEqual(limits.visit_to - limits.visit_from, 1)
        self.assertEqual(limits.max_serial, 50)
        self.assertEqual(limits.class_mask, 1 | 1 << 5)
        self.assertEqual(limits.entrances, 1 << self.park.north.bit)

    def test_asking_again_gives_the_same_until_little_is_left(self):
        def kid(answer):
            return next(
                c["kid"]
                for c in answer["certificates"]
                if c["site"] == self.key.certificate["site"]
            )

        self.assertEqual(kid(self.key.ask()), self.key.kid)
        self.assertEqual(kid(self.key.ask({str(self.key.kid): 1500})), self.key.kid)
        renewed = kid(self.key.ask({str(self.key.kid): 1501}))
        self.assertNotEqual(renewed, self.key.kid)
        # the next day: one that reaches a day further
        self.env["scenic.certificate"].search([("kid", "=", renewed)]).visit_to = self.today
        self.assertNotEqual(kid(self.key.ask()), renewed)

    def test_what_a_window_says_is_never_an_error(self):
        ask = self.window.env["scenic.certificate"].pos_request
        for alg, pub in ((1, "zz"), (1, "00"), (7, "00" * 32), ("x", None), (2, "ff" * 33)):
            self.assertEqual(ask(self.window.id, alg, pub)["problem"], "bad_key")
        for used in ("x", [1], {"a": 1}, {"5": "x"}):
            self.assertEqual(self.key.ask(used)["problem"], "")

    def test_a_closed_register_gets_none(self):
        self.window.current_session_id.sudo().action_pos_session_closing_control()
        self.assertEqual(self.key.ask()["problem"], "no_session")

    def test_both_algorithms(self):
        key = WindowKey(self.window, alg=2, site=self.park.site)
        order = self.sell(key.line(self.park.adult, self.today))
        self.assertEqual(order.scenic_ticket_ids.kid, key.kid)
        self.assertFalse(self.incidents())

    def test_a_session_ends_its_keys_and_tells_missing_numbers(self):
        self.key.next = 3
        self.sell(self.key.line(self.park.adult, self.today, 2))
        self.window.current_session_id.sudo().action_pos_session_closing_control()
        record = self.record()
        self.assertEqual((record.state, record.last_serial), ("closed", 4))
        gap = self.incidents("key_gap")
        self.assertIn("1–2", gap.facts)
        self.assertEqual(gap.certificate_id, record)

    def test_spent_numbers_are_no_gap(self):
        self.key.next = 2
        product, qty, values = self.key.line(self.park.adult, self.today)
        values["scenic_data"]["spent"] = [f"{self.key.kid:08x}{1:08x}", "nonsense", 7]
        self.sell((product, qty, values))
        self.window.current_session_id.sudo().action_pos_session_closing_control()
        self.assertFalse(self.incidents())

    def test_a_late_sale_lifts_the_end_and_fills_the_gap(self):
        early = self.key.line(self.park.adult, self.today)
        self.key.next = 3
        self.sell(self.key.line(self.park.adult, self.today))
        late = order_data(self.window, [self.key.line(self.park.adult, self.today)])
        filling = order_data(self.window, [early])
        session = self.window.current_session_id
        session.sudo().action_pos_session_closing_control()
        record = self.record()
        self.assertEqual((record.state, record.last_serial), ("closed", 3))
        self.assertEqual(self.incidents("key_gap").state, "open")
        self.window.open_ui()
        self.window.current_session_id.set_opening_control(0, None)
        sync(self.window, late)
        self.assertEqual(record.last_serial, 4)
        sync(self.window, filling)
        self.assertIn("2", self.incidents("key_gap").facts.split("of key")[0])
        self.assertEqual(
            sorted(self.env["scenic.ticket"].search([("kid", "=", self.key.kid)]).mapped("serial")),
            [1, 3, 4],
        )

    def test_a_manager_revokes_and_others_do_not(self):
        record = self.record()
        manager = common_scenic.make_user(self.env, "boss_of_keys", "manager")
        cashier = common_scenic.make_user(self.env, "clerk_of_keys", "accountant")
        with self.assertRaises(UserError):
            record.with_user(cashier).action_revoke()
        record.with_user(manager).action_revoke()
        self.assertEqual(record.state, "revoked")
        answer = self.key.ask()
        self.assertTrue(answer["new_key"])
        server = self.env["scenic.certificate"]._current(self.park.site)
        with self.assertRaises(UserError):
            server.with_user(manager).action_revoke()

    def test_the_servers_own_key_is_never_a_windows(self):
        (ticket,) = common_scenic.make_tickets(self.park)
        self.assertNotEqual(ticket.kid, self.key.kid)
        self.assertTrue(ticket.code)


@tagged("post_install", "-at_install")
class TestUpload(KeyCase):
    def test_a_good_code_is_the_ticket(self):
        line = self.key.line(self.park.family, self.today, 2)
        codes = line[2]["scenic_data"]["codes"]
        tickets = self.sell(line).scenic_ticket_ids.sorted("seq")
        self.assertEqual(tickets.mapped("code"), [c["code"] for c in codes])
        self.assertEqual(tickets.mapped("alias"), [c["alias"] for c in codes])
        self.assertEqual(tickets.mapped("serial"), [1, 2])
        self.assertEqual(tickets.mapped("pax"), [3, 3])
        self.assertTrue(all(t.flags & ticket_code.FLAG_ISSUED_OFFLINE for t in tickets))
        self.assertFalse(self.incidents())
        self.assertEqual(self.redeem(tickets[0].code, staff=True, wanted=3)["admit"], 3)
        self.assertEqual(self.redeem(tickets[1].alias, staff=True, wanted=3)["admit"], 3)

    def test_the_record_may_be_wider_than_the_code(self):
        self.window.sudo().scenic_offline_entrance_ids = self.park.north
        key = WindowKey(self.window, site=self.park.site)
        ticket = self.sell(key.line(self.park.adult, self.today)).scenic_ticket_ids
        self.assertEqual(ticket_code.decode(ticket.code).ticket.entrances, 1 << self.park.north.bit)
        self.assertEqual(ticket.entrances, 0xFFFF)
        self.assertFalse(self.incidents())

    def test_a_group_on_one_code(self):
        line = self.key.line(self.park.adult, self.today, pax=5)
        line[2]["scenic_data"]["together"] = True
        ticket = self.sell((line[0], 5, line[2])).scenic_ticket_ids
        self.assertEqual((ticket.kid, ticket.pax), (self.key.kid, 5))
        self.assertFalse(self.incidents())

    def test_a_replayed_order_changes_nothing(self):
        data = order_data(self.window, [self.key.line(self.park.adult, self.today, 2)])
        first = sync(self.window, data).scenic_ticket_ids
        again = sync(self.window, data).scenic_ticket_ids
        self.assertEqual(first, again)
        self.assertFalse(self.incidents())

    def test_tickets_without_codes_get_the_servers(self):
        line = self.key.line(self.park.adult, self.today, 3)
        del line[2]["scenic_data"]["codes"][1:]
        tickets = self.sell(line).scenic_ticket_ids.sorted("seq")
        self.assertEqual([t.kid == self.key.kid for t in tickets], [True, False, False])
        self.assertFalse(self.incidents())

    def test_yesterdays_sale_is_dated_by_its_code(self):
        record = self.record()
        day = self.today - timedelta(1)
        record.write({"visit_from": day, "not_before": fields.Datetime.now() - timedelta(2)})
        record._sign_window()
        self.key.certificate = record._to_window()
        iat = self.key.ticket(self.park.adult, day, 9).iat - 86400
        data = order_data(self.window, [self.key.line(self.park.adult, day, iat=iat)])
        data["date_order"] = fields.Datetime.to_string(fields.Datetime.now() - timedelta(1))
        ticket = sync(self.window, data).scenic_ticket_ids
        self.assertEqual(ticket.visit_date, day)
        self.assertEqual(ticket.kid, self.key.kid)
        self.assertEqual(ticket._view().iat, iat)
        self.assertFalse(self.incidents())

    def test_a_sale_goes_on_without_the_key_file(self):
        good = self.key.line(self.park.adult, self.today)
        other = self.key.line(self.park.adult, self.today, serial=2001)
        with patch.dict(os.environ, {"SCENIC_KEY_FILE": "/nowhere"}):
            self.assertEqual(self.key.ask()["problem"], "no_key_file")
            ticket = self.sell(good).scenic_ticket_ids
            late = self.sell(other).scenic_ticket_ids
        self.assertEqual(ticket.code, good[2]["scenic_data"]["codes"][0]["code"])
        self.assertEqual((late.kid, late.code), (self.key.kid, False))
        # as the cron does when the file is back
        late.sudo().code = late._signed_code()
        self.assertEqual(self.redeem(late)["reason"], Reason.OK.value)

    def bad(self, kind, keeps_uid, line=None, **changed):
        """Sell with a code that is wrong; returns its ticket."""
        line = line or self.key.line(self.park.adult, self.today, **changed)
        told = line[2]["scenic_data"]["codes"][0]
        ticket = self.sell(line).scenic_ticket_ids
        self.assertEqual(len(ticket), 1)
        incident = self.incidents(kind)
        self.assertEqual(incident.ticket_id, ticket)
        self.assertEqual(incident.amount, ticket.net_value)
        self.assertEqual(ticket.kid == self.key.kid, keeps_uid)
        self.assertEqual(ticket.alias, told["alias"])
        # whatever the paper says, the server's copy opens the gate, once
        self.assertNotEqual(ticket.code, told["code"])
        decoded = ticket_code.decode(ticket.code).ticket
        self.assertNotEqual(decoded.kid, self.key.kid)
        self.assertEqual(decoded.uid, ticket_code.parse_uid(ticket.uid))
        self.assertEqual(self.redeem(ticket)["reason"], Reason.OK.value)
        self.assertEqual(self.redeem(ticket.alias, lane="L2")["reason"], Reason.E_USED.value)
        return ticket

    def test_beyond_the_limits(self):
        self.bad("key_limit", True, serial=2001)

    def test_an_entrance_too_many(self):
        self.window.sudo().scenic_offline_entrance_ids = self.park.north
        self.key = WindowKey(self.window, site=self.park.site)
        self.bad("key_limit", True, entrances=0xFFFF)

    def test_a_class_too_many(self):
        self.park.adult.product_tmpl_id.scenic_class_no = 9
        self.bad("key_limit", True)

    def test_a_clock_that_is_far_off(self):
        now = self.key.ticket(self.park.adult, self.today, 1).iat
        ticket = self.bad("key_limit", True, iat=now + 30 * 86400)
        self.assertLess(ticket.issued_at, fields.Datetime.now() + timedelta(hours=1))

    def test_it_says_more_than_was_paid(self):
        ticket = self.bad("key_bad", True, pax=3)
        self.assertEqual(ticket.pax, 1)

    def test_another_product(self):
        number = self.park.combo.product_tmpl_id.gate_product_code
        self.bad("key_bad", True, product=number)

    def test_another_day(self):
        line = self.key.line(self.park.adult, self.today + timedelta(1))
        line[2]["scenic_data"]["visit_date"] = fields.Date.to_string(self.today)
        ticket = self.bad("key_bad", True, line)
        self.assertEqual(ticket.visit_date, self.today)

    def test_a_broken_signature(self):
        line = self.key.line(self.park.adult, self.today, embed=False)
        code = line[2]["scenic_data"]["codes"][0]
        flip = "A" if code["code"][60] != "A" else "B"
        code["code"] = code["code"][:60] + flip + code["code"][61:]
        self.bad("key_bad", False, line)

    def test_a_key_of_another_window(self):
        other = open_window(self.park, "Window 2")
        self.bad(
            "key_bad",
            False,
            WindowKey(other, site=self.park.site).line(self.park.adult, self.today),
        )

    def test_nonsense_is_a_sale_all_the_same(self):
        for codes in ("x", [7], [{}], [{"code": 5, "alias": []}], [{"code": "ST1", "alias": "T1"}]):
            data = {"visit_date": fields.Date.to_string(self.today), "codes": codes}
            ticket = self.sell((self.park.adult, 1, {"scenic_data": data})).scenic_ticket_ids
            self.assertTrue(ticket.code)
            self.assertNotEqual(ticket.alias, "T1")

    def test_a_copied_key(self):
        first = self.sell(self.key.line(self.park.adult, self.today, serial=5)).scenic_ticket_ids
        line = self.key.line(self.park.combo, self.today, serial=5)
        second = self.sell(line).scenic_ticket_ids
        self.assertEqual(first.kid, self.key.kid)
        self.assertNotEqual(second.kid, self.key.kid)
        self.assertEqual(second.alias, line[2]["scenic_data"]["codes"][0]["alias"])
        self.assertEqual(self.incidents("key_cloned").ticket_id, second)
        self.assertEqual(self.record().state, "allowlist")
        # what the server knows stays good, and the browser makes a new key
        self.assertEqual(self.redeem(first)["reason"], Reason.OK.value)
        self.assertEqual(self.redeem(second)["reason"], Reason.OK.value)
        self.assertTrue(self.key.ask()["new_key"])

    def test_one_code_sold_twice_does_not_accuse_the_key(self):
        line = self.key.line(self.park.adult, self.today)
        first = self.sell(line).scenic_ticket_ids
        second = self.sell(line).scenic_ticket_ids
        self.assertNotEqual(first.uid, second.uid)
        self.assertNotEqual(first.alias, second.alias)
        self.assertEqual(self.incidents("key_cloned").ticket_id, second)
        self.assertEqual(self.record().state, "open")

    def test_more_codes_than_tickets(self):
        line = self.key.line(self.park.adult, self.today, 2)
        ticket = self.sell((line[0], 1, line[2])).scenic_ticket_ids
        self.assertEqual(ticket.serial, 1)
        self.assertEqual(self.incidents("key_bad").ticket_id, ticket)

    def test_a_newer_copy_is_the_same_ticket_signed_by_the_server(self):
        ticket = self.sell(self.key.line(self.park.adult, self.today)).scenic_ticket_ids
        paper = ticket.code
        ticket._reissue("lost")
        copy = ticket_code.decode(ticket.code).ticket
        self.assertEqual((copy.uid >> 32, copy.gen), (self.key.kid, 1))
        self.assertEqual(self.redeem(paper)["reason"], Reason.E_SUPERSEDED.value)
        self.assertEqual(self.redeem(ticket)["reason"], Reason.OK.value)

    def test_a_group_that_is_divided_stays_with_the_servers_numbers(self):
        ticket = self.sell(self.key.line(self.park.family, self.today)).scenic_ticket_ids
        ticket._split(1, "one goes home")
        family = ticket.pos_order_line_id.scenic_ticket_ids
        self.assertEqual(len(family), 2)
        sibling = family - ticket
        self.assertNotEqual(sibling.kid, self.key.kid)
        self.assertTrue(all(family.mapped("code")))

    def test_a_revoked_key(self):
        line = self.key.line(self.park.adult, self.today)
        self.record().action_revoke()
        ticket = self.bad("key_limit", True, line)
        paper = line[2]["scenic_data"]["codes"][0]["code"]
        self.assertEqual(self.redeem(paper)["reason"], Reason.E_KEY_REVOKED.value)
        self.assertTrue(ticket)

    def test_a_ticket_with_a_time(self):
        zone = self.park.ropeway
        show = make_product(self.park, "Show", 60.0, {zone: 1})
        show.product_tmpl_id.entitlement_ids.slot_required = True
        slot = self.env["scenic.slot"].create(
            {
                "zone_id": zone.id,
                "date": self.today + timedelta(1),
                "start_minute": 600,
                "length_minute": 45,
                "capacity": 10,
            }
        )
        key = WindowKey(self.window, site=self.park.site)
        line = key.line(show, self.today + timedelta(1), slot=(40, 3))
        line[2]["scenic_data"]["slot_id"] = slot.id
        ticket = self.sell(line).scenic_ticket_ids
        self.assertEqual(ticket.kid, key.kid)
        self.assertEqual((ticket.slot_start, ticket.slot_len), (40, 3))
        self.assertFalse(self.incidents())
