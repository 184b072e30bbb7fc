"""Payments by the customer's code through Odoo's tables and a real acquirer process."""

from datetime import datetime, timedelta, timezone
from unittest.mock import patch
from uuid import uuid4

import common_scenic
import pay_case
import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.scenic_ticketing.models import scenic_pay_account
from odoo.addons.scenic_ticketing.tools.pay_code.acquirer import TransportError


@tagged("post_install", "-at_install")
class TestPayCode(common_scenic.ScenicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.acquirer = pay_case.Acquirer()
        cls.addClassCleanup(cls.acquirer.stop)
        cls.cashier = common_scenic.make_user(cls.env, "pay_cashier", "window")
        cls.boss = common_scenic.make_user(cls.env, "pay_boss", "manager")
        cls.window = common_scenic.open_window(cls.park, "Pay Window", user=cls.cashier)
        cls.method = pay_case.add_method(cls.env, cls.window)
        cls.session = cls.window.current_session_id
        cls.numbers = 0

    def setUp(self):
        super().setUp()
        attempts = type(self.env["scenic.pay.attempt"])
        self.now = 1_800_000_000.0
        self.startPatcher(patch.object(attempts, "_clock", lambda _self: self.now))
        self.before = self.acquirer.money()

    def tearDown(self):
        common_scenic.assert_balanced(self.env)
        super().tearDown()

    def attempts(self, user=None):
        return self.env["scenic.pay.attempt"].with_user(user or self.cashier)

    def code(self, last, before=0):
        type(self).numbers += 1
        return pay_case.code(last, before, self.numbers)

    def order(self, *lines):
        lines = lines or [(self.park.adult, 1, {})]
        data = common_scenic.order_data(self.window, list(lines))
        data["payment_ids"][0][2]["payment_method_id"] = self.method.id
        return data

    def payment(self, data, code=""):
        line = data["payment_ids"][0][2]
        return {
            "uuid": line["uuid"],
            "amount": line["amount"],
            "order_uuid": data["uuid"],
            "order_name": data["name"],
            "lines": [line["uuid"]],
            "code": code,
        }

    def begin(self, data, code):
        return self.attempts().pos_begin(self.session.id, self.method.id, self.payment(data, code))

    def drive(self, ref, code="", cancel=False):
        """Ask as a window does until it is settled."""
        for _i in range(200):
            facts = self.attempts().pos_step(ref, code, cancel)
            if facts["final"]:
                return facts["state"]
            self.now += facts["wait"]
        raise AssertionError(f"not settled: {facts}")

    def pay(self, data, last, before=0, **options):
        code = self.code(last, before)
        facts = self.begin(data, code)
        return self.drive(facts["ref"], code, **options)

    def taken(self):
        return self.acquirer.money() - self.before

    def test_each_behaviour_ends_with_the_money_where_it_is_booked(self):
        for last, state in ((0, "paid"), (1, "paid"), (3, "paid"), (4, "reversed"), (6, "failed")):
            with self.subTest(last=last):
                self.before = self.acquirer.money()
                self.assertEqual(self.pay(self.order(), last), state)
                self.assertEqual(self.taken(), 8000 if state == "paid" else 0)

    def test_a_paid_order_is_booked_with_its_money(self):
        data = self.order()
        self.assertEqual(self.pay(data, 1), "paid")
        order = common_scenic.sync(self.window, data)
        attempt = self.env["scenic.pay.attempt"].search([("order_uuid", "=", data["uuid"])])
        self.assertEqual(attempt.pos_payment_id, order.payment_ids)
        self.assertEqual(order.payment_ids.transaction_id, attempt.ref)
        self.assertFalse(attempt.is_unbooked)
        self.assertEqual(order.scenic_shift_id._method_figures()[1]["expected"], 80)
        # replaying the order changes nothing
        common_scenic.sync(self.window, data)
        self.assertEqual(attempt.pos_payment_id, order.payment_ids)

    def test_the_reference_is_stored_before_anything_is_sent(self):
        data, code = self.order(), self.code(0)
        ref = self.begin(data, code)["ref"]
        self.assertNotIn(ref, self.acquirer.book()["money"])
        stored = self.env["scenic.pay.attempt"].search([("ref", "=", ref)])
        self.assertEqual((stored.state, stored.amount), ("new", 8000))
        seen = []

        def look(*args):
            self.env.invalidate_all()
            seen.append(stored.state)
            return real(*args)

        real = scenic_pay_account.transport
        with patch.object(scenic_pay_account, "transport", look):
            self.attempts().pos_step(ref, code)
        self.assertEqual(seen, ["paying"])

    def test_the_code_is_nowhere(self):
        data, code = self.order(), self.code(1)
        with self.assertLogs(level="DEBUG") as logs:
            facts = self.begin(data, code)
            self.drive(facts["ref"], code)
        self.assertNotIn(code, "\n".join(logs.output))
        self.env.cr.execute(
            "SELECT a::text FROM scenic_pay_attempt a WHERE ref = %s", [facts["ref"]]
        )
        row = self.env.cr.fetchone()[0]
        self.assertNotIn(code, row)
        self.assertIn(code[-4:], row)

    def test_a_window_that_died_finds_its_payment_again(self):
        data, code = self.order(), self.code(1)
        ref = self.begin(data, code)["ref"]
        self.attempts().pos_step(ref, code)
        # a new page, without the code; the customer has typed the password meanwhile
        [found] = self.attempts().pos_find(
            self.session.id, [data["payment_ids"][0][2]["uuid"], "other"]
        )
        self.assertEqual((found["ref"], found["final"]), (ref, False))
        again = self.begin(data, self.code(0))
        self.assertEqual((again["ref"], again["earlier"]), (ref, True))
        self.assertEqual(self.drive(ref), "paid")
        self.assertEqual(self.taken(), 8000)

    def test_a_paid_attempt_that_lost_its_line_comes_before_a_second_charge(self):
        data = self.order()
        self.assertEqual(self.pay(data, 0), "paid")
        data["payment_ids"][0][2]["uuid"] = str(uuid4())
        again = self.begin(data, self.code(0))
        self.assertEqual((again["state"], again["earlier"]), ("paid", True))
        self.attempts().pos_adopt(again["ref"], data["payment_ids"][0][2]["uuid"])
        common_scenic.sync(self.window, data)
        self.assertEqual(self.taken(), 8000)
        self.assertFalse(self.env["scenic.pay.attempt"].search([("is_unbooked", "=", True)]))

    def test_the_job_settles_what_no_window_asks_for(self):
        data, code = self.order(), self.code(2, before=1)
        ref = self.begin(data, code)["ref"]
        self.attempts().pos_step(ref, code)
        attempt = self.env["scenic.pay.attempt"].search([("ref", "=", ref)])
        for _i in range(60):
            self.now += 20
            self.env["scenic.pay.attempt"]._cron_settle()
            if not attempt._is_open():
                break
        self.assertEqual(attempt.state, "reversed")
        self.assertEqual(self.taken(), 0)

    def test_one_payment_line_has_one_money(self):
        data = self.order()
        self.pay(data, 0)
        attempt = self.env["scenic.pay.attempt"].search([("order_uuid", "=", data["uuid"])])
        with (
            self.assertRaises(psycopg2.errors.UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            attempt.copy({"ref": "S1", "state": "new"}).flush_recordset()
        for query in (
            "UPDATE scenic_pay_attempt SET state = 'failed' WHERE id = %s",
            "UPDATE scenic_pay_attempt SET amount = 1 WHERE id = %s",
            "DELETE FROM scenic_pay_attempt WHERE id = %s",
        ):
            with (
                self.assertRaises(psycopg2.errors.CheckViolation),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                self.cr.execute(query, [attempt.id])

    def test_a_cashier_gives_up_and_a_late_password_changes_nothing(self):
        data, code = self.order(), self.code(1)
        ref = self.begin(data, code)["ref"]
        self.attempts().pos_step(ref, code)
        self.assertEqual(self.drive(ref, cancel=True), "reversed")
        self.assertEqual(self.taken(), 0)
        # and the order can be paid with another code
        self.assertEqual(self.pay(data, 0), "paid")
        self.assertEqual(self.taken(), 8000)

    def test_a_wrong_amount_goes_back_and_is_told(self):
        self.assertEqual(self.pay(self.order(), 7), "reversed")
        self.env["scenic.pay.attempt"]._cron_settle()
        incident = self.env["scenic.incident"].search([("kind", "=", "payment")])
        self.assertEqual(len(incident), 1)
        self.assertEqual(self.taken(), 0)

    def test_an_acquirer_that_is_away_is_no_refusal(self):
        def away(*_args):
            raise TransportError("ConnectionError")

        data, code = self.order(), self.code(0)
        ref = self.begin(data, code)["ref"]
        with patch.object(scenic_pay_account, "transport", away):
            facts = self.attempts().pos_step(ref, code)
        self.assertEqual(facts["state"], "paying")
        self.now += 2
        # it never arrived: nothing is sent a second time, the reference is closed
        self.assertEqual(self.drive(ref, code), "reversed")
        self.assertEqual(self.taken(), 0)

    def test_refunds_in_parts_go_to_the_same_customer(self):
        data = self.order((self.park.adult, 2, {}))
        self.pay(data, 0, before=3)
        order = common_scenic.sync(self.window, data)
        for expected in (8000, 0):
            back = common_scenic.order_data(
                self.window,
                [(self.park.adult, -1, {"refunded_orderline_id": order.lines.id})],
                refund_of=order,
            )
            back["payment_ids"][0][2]["payment_method_id"] = self.method.id
            payment = {**self.payment(back), "refunded_order_id": order.id}
            facts = self.attempts().pos_begin_refund(self.session.id, self.method.id, payment)
            self.assertEqual(self.drive(facts["ref"]), "refunded")
            refund = common_scenic.sync(self.window, back)
            self.assertEqual(refund.payment_ids.transaction_id, facts["ref"])
            self.assertEqual(self.taken(), expected)
        with self.assertRaises(UserError):
            self.attempts().pos_begin_refund(
                self.session.id,
                self.method.id,
                {**payment, "uuid": str(uuid4()), "refunded_order_id": order.id},
            )

    def test_a_payment_without_money_behind_it_is_an_incident(self):
        data = self.order()
        order = common_scenic.sync(self.window, data)
        self.assertEqual(order.state, "paid")
        self.assertEqual(self.env["scenic.incident"].search([("kind", "=", "payment")]).amount, 80)

    def test_unsettled_money_keeps_the_session_open(self):
        data, code = self.order(), self.code(1)
        ref = self.begin(data, code)["ref"]
        self.attempts().pos_step(ref, code)
        self.env.invalidate_all()
        self.assertFalse(self.session.close_session_from_ui()["successful"])
        self.drive(ref)
        attempt = self.env["scenic.pay.attempt"].search([("ref", "=", ref)])
        self.assertTrue(attempt.is_unbooked)
        self.assertFalse(self.session.close_session_from_ui()["successful"])
        with self.assertRaises(UserError):
            attempt.with_user(self.cashier).action_give_back()
        attempt.with_user(self.boss).action_give_back()
        self.drive(attempt.refund_ids.refund_ref)
        self.env.invalidate_all()
        self.assertTrue(self.session.close_session_from_ui()["successful"])
        self.assertEqual(self.taken(), 0)

    def test_the_day_is_compared_with_the_acquirers_list(self):
        before = {problem[2] for problem in self.compare()}
        self.pay(self.order(), 0)
        self.pay(self.order(), 6)
        # what other tests have left there is missing here, and nothing of this one
        self.assertEqual({problem[2] for problem in self.compare()}, before)
        ours = self.env["scenic.pay.attempt"].search([("state", "=", "paid")])
        self.now += 2 * 86400
        # on another day it is theirs alone
        self.assertIn(("missing_here", "pay", ours.ref, None, 8000), self.compare())
        wizard = self.env["scenic.pay.compare"].with_user(self.boss)
        wizard = wizard.create({"payment_method_id": self.method.id})
        wizard.action_compare()
        lines = wizard.line_ids.filtered(lambda line: line.ref == ours.ref)
        self.assertEqual((lines.problem, lines.theirs), ("missing_here", 80))

    def compare(self):
        day = datetime.fromtimestamp(self.now, timezone(timedelta(hours=8))).date()
        return self.attempts()._compare_day("test", day, self.env.company)

    def test_only_window_staff_of_the_company(self):
        guard = common_scenic.make_user(self.env, "pay_guard", "attendant")
        data, code = self.order(), self.code(0)
        ref = self.begin(data, code)["ref"]
        with self.assertRaises(AccessError):
            self.attempts(guard).pos_step(ref, code)
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            self.attempts(guard).search([])

    def test_no_money_for_what_is_no_payment_code(self):
        with self.assertRaises(UserError):
            self.begin(self.order(), "ST1ABCDEF")

    def test_the_stock_terminals_are_still_there(self):
        terminals = dict(self.env["pos.payment.method"]._get_payment_terminal_selection())
        self.assertIn("scenic_code", terminals)
        self.assertNotIn(
            "scenic_pay_account",
            self.env["pos.payment.method"]._load_pos_data_fields(self.window),
        )
