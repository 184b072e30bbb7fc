"""Shifts: who answers for which money, told to the cent, and never changed afterwards."""

import random
from collections import defaultdict

import common_scenic
import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

EXTRAS = {"translatedType": "in"}


@tagged("post_install", "-at_install")
class TestShift(common_scenic.ScenicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.env
        cls.anna = common_scenic.make_user(env, "shift_anna", "window")
        cls.ben = common_scenic.make_user(env, "shift_ben", "window")
        cls.boss = common_scenic.make_user(env, "shift_boss", "manager")
        cls.window = common_scenic.open_window(cls.park, "Shift Window", user=cls.anna)
        bank = env["account.journal"].create({"name": "Cards", "type": "bank", "code": "CRD"})
        cls.card = env["pos.payment.method"].create({"name": "Card", "journal_id": bank.id})
        linking = cls.window.sudo().with_context(bypass_payment_method_ids_forbidden_change=True)
        linking.payment_method_ids = [Command.link(cls.card.id)]
        cls.cash = cls.window.payment_method_ids.filtered("is_cash_count")
        cls.session = cls.window.current_session_id.sudo()

    def tearDown(self):
        common_scenic.assert_balanced(self.env)
        super().tearDown()

    def shifts(self, user=None):
        return self.env["scenic.shift"].with_user(user or self.anna)

    def facts(self, user=None):
        return self.shifts(user).pos_shift(self.session.id)

    def shift(self, **values):
        """Return the shift that takes the sales now."""
        domain = [("session_id", "=", self.session.id), ("state", "!=", "closed")]
        return self.env["scenic.shift"].search(domain)

    def sell(self, *lines, method=None, user=None):
        window = self.window.with_user(user or self.anna)
        lines = [(product, qty, {}) for product, qty in lines]
        data = common_scenic.order_data(window, lines)
        if method:
            data["payment_ids"][0][2]["payment_method_id"] = method.id
        return common_scenic.sync(window, data)

    def give_back(self, line, user=None):
        return common_scenic.refund(self.window.with_user(user or self.anna), line)

    def move(self, kind, amount, user=None):
        self.session.with_user(user or self.anna).try_cash_in_out(kind, amount, "x", False, EXTRAS)

    def count(self, user=None, **amounts):
        facts = self.facts(user)
        counted = {
            str(row["payment_method_id"]): amounts.get("cash" if row["is_cash"] else "card")
            for row in facts["methods"]
        }
        return self.shifts(user).pos_count(self.session.id, facts["id"], counted)

    def finish(self, reasons=None, user=None, **options):
        facts = self.facts(user)
        reasons = {str(key): reason for key, reason in (reasons or {}).items()}
        answer = self.shifts(user).pos_finish(self.session.id, facts["id"], reasons, **options)
        self.env.invalidate_all()
        return answer

    # --- figures ---

    def test_a_shift_begins_with_the_float_and_knows_its_money(self):
        self.sell((self.park.adult, 2))
        self.sell((self.park.family, 1), method=self.card)
        self.move("in", 50)
        self.move("out", 20)

        methods = {row["payment_method_id"]: row for row in self.facts()["methods"]}
        self.assertEqual(methods[self.cash.id]["expected"], 160 + 50 - 20)
        self.assertEqual(methods[self.card.id]["expected"], 200)

        self.count(cash=190, card=200)
        shift = self.shift()
        self.assertEqual((shift.state, shift.difference, shift.order_total), ("counted", 0, 360))
        self.assertEqual((shift.ticket_count, shift.order_count), (3, 2))
        self.assertTrue(self.finish()["paper"]["sections"])
        self.assertEqual((shift.state, self.session.state), ("closed", "closed"))
        self.assertEqual(self.session.cash_register_balance_end_real, 190)
        self.assertEqual(self.session.cash_register_difference, 0)
        # the books have the moves and the takings, and no difference
        self.assertEqual(sum(self.session.sudo().statement_line_ids.mapped("amount")), 190)

    def test_what_was_done_is_counted_by_person(self):
        order = self.sell((self.park.adult, 3))
        self.sell((self.park.family, 1), user=self.ben)
        self.give_back(order.lines)
        tickets = order.scenic_ticket_ids.filtered(lambda ticket: ticket.state == "valid")
        tickets[0].with_user(self.boss)._at_window(self.window)._block("torn")
        tickets[1].with_user(self.anna).pos_reprinted(tickets[1].ids, self.window.id, "torn")
        answer = self.env["scenic.ticket"].with_user(self.anna)
        answer = answer.pos_redeem(tickets[1].code, self.park.gate.id, 1, self.window.id, "shift")
        self.assertEqual(answer["reason"], "OK")
        self.env.invalidate_all()

        self.count(cash=360)
        rows = {
            (row.user_id, row.kind): (row.quantity, row.persons, row.amount)
            for row in self.shift().count_ids
        }
        self.assertEqual(
            rows,
            {
                (self.anna, "sold"): (3, 3, 240),
                (self.ben, "sold"): (1, 3, 200),
                (self.anna, "refunded"): (1, 1, -80),
                (self.boss, "block"): (1, 1, 0),
                (self.anna, "reprint"): (1, 1, 0),
                (self.anna, "redeemed"): (1, 1, 0),
            },
        )

    def test_random_shifts_tie_to_the_cent(self):
        """Whatever happens in whatever shift: plain sums say the same as the shifts."""
        dice = random.Random(20261122)
        goods = self.env["product.product"].create(
            {"name": "Postcard", "list_price": 3.33, "available_in_pos": True, "taxes_id": False}
        )
        plain = defaultdict(float)
        users, sold, current = [self.anna, self.ben], [], self.shift()
        for _i in range(60):
            act = dice.random()
            if act < 0.55:
                method = dice.choice([self.cash, self.card])
                lines = [(dice.choice([self.park.adult, goods]), dice.randint(1, 3))]
                order = self.sell(*lines, method=method, user=users[0])
                sold.append(order)
                plain[current, method] += order.amount_total
            elif act < 0.7 and sold:
                line = sold.pop(dice.randrange(len(sold))).lines[0]
                order = self.give_back(line, user=users[0])
                plain[current, self.cash] += order.amount_total
            elif act < 0.85:
                amount = dice.randint(1, 9999) / 100
                kind = dice.choice(["in", "out"])
                self.move(kind, amount, users[0])
                plain[current, self.cash] += amount if kind == "in" else -amount
            else:
                current = self._hand_over(current, users, dice)
        self.count(user=users[0], cash=current.opening_float + plain[current, self.cash])
        self.finish(user=users[0])

        shifts = self.env["scenic.shift"].search([("session_id", "=", self.session.id)])
        self.assertGreater(len(shifts), 3)
        for line in shifts.line_ids:
            opening = line.shift_id.opening_float if line.is_cash else 0
            total = plain[line.shift_id, line.payment_method_id] + opening
            self.assertAlmostEqual(line.expected, total, 2)
        orders = self.session.order_ids
        self.assertFalse(orders.filtered(lambda order: order.scenic_shift_id not in shifts))
        self.assertAlmostEqual(
            sum(shifts.mapped("order_total")), sum(orders.mapped("amount_total")), 2
        )
        self.assertAlmostEqual(
            sum(shifts.count_ids.mapped("amount")), sum(orders.payment_ids.mapped("amount")), 2
        )
        # the drawer's differences of all shifts are the one of the session
        lines = shifts.line_ids.filtered("is_cash")
        self.assertAlmostEqual(
            self.session.cash_register_difference,
            sum(lines.mapped("difference")) + sum(shifts.mapped("opening_difference")),
            2,
        )

    def _hand_over(self, shift, users, dice):
        """Count with a random difference, and hand the drawer to the other cashier."""
        cash = next(row for row in shift._method_figures() if row["is_cash"])["expected"]
        counted = round(cash + dice.choice([0, 0, -1.5, 2.25]), 2)
        self.count(user=users[0], cash=counted)
        self.finish({self.cash.id: "miscounted"}, user=users[0], hand_to=users[1].id)
        users.reverse()
        found = round(counted + dice.choice([0, 0, -0.5]), 2)
        waiting = self.shift()
        self.shifts(users[0]).pos_accept(self.session.id, waiting.id, found, "recounted")
        return waiting

    # --- handover ---

    def test_the_next_cashier_signs_by_logging_in(self):
        self.sell((self.park.adult, 1))
        self.count(cash=80)
        self.finish(hand_to=self.ben.id)

        first = self.env["scenic.shift"].search([("user_id", "=", self.anna.id)], limit=1)
        second = self.shift()
        self.assertEqual((first.state, first.handed_to_id), ("closed", self.ben))
        self.assertEqual((second.state, second.previous_id), ("waiting", first))
        self.assertEqual(self.session.state, "opened")
        with self.assertRaises(UserError):
            self.shifts(self.anna).pos_accept(self.session.id, second.id, 80)
        with self.assertRaises(UserError):
            self.shifts(self.ben).pos_accept(self.session.id, second.id, 79)
        self.shifts(self.ben).pos_accept(self.session.id, second.id, 79, "one yuan short")
        self.assertEqual((second.state, second.opening_difference), ("open", -1))
        self.assertTrue(second.accepted_at)

    def test_nobody_else_than_window_staff_takes_over(self):
        guard = common_scenic.make_user(self.env, "shift_guard", "attendant")
        self.count(cash=0)
        with self.assertRaises(UserError):
            self.finish(hand_to=guard.id)
        self.assertEqual(self.shift().state, "counted")

    def test_cash_is_moved_by_who_answers_for_the_drawer_and_with_a_reason(self):
        with (
            self.assertRaises(AccessError),
            mute_logger("odoo.models", "odoo.addons.base.models.ir_model"),
        ):
            self.move("out", 5, self.ben)
        with self.assertRaises(UserError):
            self.session.with_user(self.anna).try_cash_in_out("out", 5, " ", False, EXTRAS)
        self.move("in", 5)
        self.assertEqual(self.session.sudo().statement_line_ids.scenic_shift_id, self.shift())

    # --- differences ---

    def test_a_difference_needs_a_reason_and_beyond_the_limit_a_manager(self):
        self.window.sudo().write({"set_maximum_difference": True, "amount_authorized_diff": 5})
        self.sell((self.park.adult, 1))
        self.count(cash=70)
        with self.assertRaises(UserError):
            self.finish()
        with self.assertRaises(UserError):
            self.finish({self.cash.id: "lost a note"})
        with self.assertRaises(UserError):
            self.shift().with_user(self.anna).action_approve()
        self.shift().with_user(self.boss).action_approve()
        shift = self.shift()
        self.finish({self.cash.id: "lost a note"})
        self.assertEqual((shift.state, shift.approved_by_id), ("closed", self.boss))
        self.assertEqual(shift.line_ids.filtered("is_cash").reason, "lost a note")
        self.assertEqual(self.session.cash_register_difference, -10)

    def test_a_sale_after_the_count_has_it_repeated(self):
        self.sell((self.park.adult, 1))
        self.count(cash=80)
        self.sell((self.park.adult, 1), user=self.ben)

        self.assertEqual(self.finish()["stale"]["state"], "open")
        self.assertEqual(self.shift().late_count, 1)
        self.count(cash=160)
        self.finish()
        self.assertEqual(self.session.state, "closed")

    # --- blind ---

    def test_a_blind_cashier_is_told_nothing_before_the_count(self):
        self.window.sudo().scenic_blind_close = True
        self.sell((self.park.adult, 2))
        facts = self.facts()
        hidden = {"expected", "paid", "payment_count", "opening", "cash_in", "cash_out", "counted"}
        for row in facts["methods"]:
            self.assertFalse(hidden & set(row))
        boss = {row["payment_method_id"]: row for row in self.facts(self.boss)["methods"]}
        self.assertEqual(boss[self.cash.id]["expected"], 160)

        session = self.session.with_user(self.anna)
        orders = self.env["pos.order"].with_user(self.anna)
        for ask in (
            session.get_closing_control_data,
            lambda: session.read(["cash_register_balance_end"]),
            lambda: session.web_read({"total_payments_amount": {}}),
            lambda: orders.formatted_read_group([], ["session_id"], ["amount_paid:sum"]),
            lambda: orders.web_read_group([], ["session_id"], ["amount_total:sum"]),
            lambda: orders.payment_ids.formatted_read_group([], [], ["amount:sum"]),
            lambda: orders.env["report.pos.order"].formatted_read_group(
                [], [], ["price_total:sum"]
            ),
            lambda: orders.env["report.point_of_sale.report_saledetails"].get_sale_details(
                session_ids=session.ids
            ),
            lambda: self.shift().with_user(self.anna)._pdf(),
        ):
            with self.assertRaises(AccessError), mute_logger("odoo.models", "odoo.orm.models"):
                ask()
        shift = self.shift().with_user(self.anna)
        self.assertFalse(shift.line_ids)
        self.assertFalse(shift.count_ids)
        self.assertEqual((shift.order_total, shift.ticket_count), (0, 0))
        # what is needed at the window is still there
        self.assertTrue(orders.formatted_read_group([], ["session_id"], ["__count"]))
        self.assertEqual(
            session.read(["cash_register_balance_start"])[0]["cash_register_balance_start"], 0
        )

        self.count(cash=150)
        self.assertEqual(self._difference(), -10)
        with self.assertRaises(UserError):
            self.shifts().pos_recount(self.session.id, shift.id)
        self.shifts(self.boss).pos_recount(self.session.id, shift.id)
        self.count(cash=160)
        self.finish()
        self.assertEqual(self.session.cash_register_difference, 0)

    def _difference(self):
        return next(row["difference"] for row in self.facts()["methods"] if row["is_cash"])

    # --- laws ---

    def test_a_closed_shift_stays_as_it_is(self):
        self.sell((self.park.adult, 1))
        self.count(cash=80)
        shift = self.shift()
        self.finish()
        self.env.flush_all()
        cr = self.env.cr
        for law, query in (
            ("scenic_shift_closed", "UPDATE scenic_shift SET difference = 1 WHERE id = %s"),
            ("scenic_shift_closed", "DELETE FROM scenic_shift_line WHERE shift_id = %s"),
            (
                "scenic_shift_closed",
                "UPDATE scenic_shift_count SET quantity = 9 WHERE shift_id = %s",
            ),
            (
                "scenic_shift_closed",
                "INSERT INTO scenic_shift_count (shift_id, kind) VALUES (%s, 'sold')",
            ),
        ):
            with (
                self.assertRaises(psycopg2.IntegrityError) as caught,
                mute_logger("odoo.sql_db"),
                cr.savepoint(),
            ):
                cr.execute(query, [shift.id])
            self.assertEqual(caught.exception.diag.constraint_name, law)
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            shift.with_user(self.boss).write({"difference": 0})

    def test_a_session_has_one_open_shift(self):
        with (
            self.assertRaises(psycopg2.errors.UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            self.env["scenic.shift"]._open(self.session)

    def test_a_session_closed_from_the_back_office_closes_its_shift(self):
        self.sell((self.park.adult, 1))
        session = self.session.with_user(self.boss).sudo()
        session.post_closing_cash_details(78)
        session.close_session_from_ui()
        shift = self.env["scenic.shift"].search([("session_id", "=", session.id)])
        self.assertEqual((shift.state, shift.auto_closed, shift.difference), ("closed", True, -2))

    def test_the_report_is_a_pdf_with_the_same_figures(self):
        self.sell((self.park.adult, 1))
        self.assertTrue(self.shift().with_user(self.boss)._pdf().startswith(b"%PDF"))
        self.count(cash=81)
        result = self.finish({self.cash.id: "found"})
        methods = result["paper"]["sections"][0]
        money = self.session.currency_id.format
        self.assertEqual(methods["total"][2:], (money(80), money(81), money(1)))
