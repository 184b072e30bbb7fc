"""Each passage gives its partners their shares, exactly, and the ledger has them."""

from datetime import date, timedelta
from fractions import Fraction

import common_shares
import finance_tools
from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

share_rules = finance_tools.load("share_rules")


@tagged("post_install", "-at_install")
class TestShares(common_shares.ShareCase):
    # -- the rules ---------------------------------------------------------------

    def test_the_same_partner_cannot_share_twice_in_one_passage(self):
        self.share(self.car, 30, self.park.ropeway)
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.share(self.car, 5, product_tmpl_id=self.park.combo.product_tmpl_id.id)
        self.share(self.car, 5, self.park.gate)

    def test_shares_cannot_exceed_the_whole(self):
        self.share(self.car, 70, self.park.ropeway)
        self.share(self.town, 30)
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.share(self.partner, 0.5, self.park.ropeway)
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.share(self.partner, basis="fixed", amount=1, zone=self.park.ropeway)
        self.share(self.partner, 70, self.park.gate)

    # -- accrual -----------------------------------------------------------------

    def test_a_principal_earns_the_whole_and_has_a_cost(self):
        self.share(self.car, 30, self.park.ropeway)
        ticket = self.sold(self.park.combo)
        self.use(ticket, self.park.gate)
        self.use(ticket, self.park.ropeway)
        batch = self.recognise()
        [line] = self.lines()
        self.assertEqual((line.base, line.amount, line.zone_id), (56.6, 16.98, self.park.ropeway))
        self.assertEqual(line.recognition_id, batch)
        self.assertEqual(self.balance(self.revenue), 141.51)
        self.assertEqual(self.balance(self.cost), -16.98)
        self.assertEqual(self.balance(self.accrual), 16.98)
        item = batch.move_id.line_ids.filtered(lambda one: one.account_id == self.accrual)
        self.assertEqual(item.partner_id, self.car)

    def test_an_agent_hands_its_part_on_without_earning_it(self):
        self.share(self.car, 100, self.park.ropeway, treatment="agent")
        self.share(self.town, 10, self.park.gate)
        ticket = self.sold(self.park.combo)
        self.use(ticket, self.park.gate)
        self.use(ticket, self.park.ropeway)
        self.recognise()
        self.assertEqual(self.balance(self.revenue), 84.91)
        self.assertEqual(self.balance(self.cost), -8.49)
        self.assertEqual(self.balance(self.accrual), 56.6 + 8.49)

    def test_a_fixed_amount_is_for_each_person_and_never_more_than_there_is(self):
        self.share(self.town, basis="fixed", amount=10, zone=self.park.gate)
        family = self.sold(self.park.family)
        for _person in range(2):
            self.use(family, wanted=1, staff=True)
        cheap = self.sold(quantity=1, price_unit=5.0)
        self.use(cheap)
        self.recognise()
        self.assertEqual(self.lines().mapped("amount"), [10, 10, 4.72])
        self.assertEqual(self.lines().mapped("cut"), [0, 0, 5.28])

    def test_a_day_is_rounded_as_a_whole(self):
        """A third of 0.94 is 0.31; of a hundred times 0.94 it is 31.33, not 31.00."""
        self.share(self.car, 33.3333)
        self.share(self.town, 66.6667)
        for ticket in self.sold(quantity=100, price_unit=1.0):
            self.use(ticket)
        self.recognise()
        sums = {
            partner: sum(self.lines(("partner_id", "=", partner.id)).mapped("amount"))
            for partner in (self.car, self.town)
        }
        whole = sum(self.lines(("partner_id", "=", self.car.id)).mapped("base"))
        self.assertAlmostEqual(sums[self.car], round(whole / 3, 2), 2)
        self.assertAlmostEqual(sum(sums.values()), whole, 2)

    def test_the_database_shares_as_the_pure_function_does(self):
        terms = [(self.car, 12.5, 0), (self.town, 33.3333, 0), (self.partner, 0, 3.1)]
        for partner, percent, amount in terms:
            if amount:
                self.share(partner, basis="fixed", amount=amount)
            else:
                self.share(partner, percent)
        prices = [0.37, 1.0, 3.33, 4.99, 7.77, 80.0, 0.01, 5.55]
        tickets = [self.sold(price_unit=price) for price in prices]
        for ticket in tickets:
            self.use(ticket)
        self.recognise()
        events = self.env["scenic.revenue.event"].search(
            [("company_id", "=", self.company.id), ("amount", ">", 0)], order="id"
        )
        rules = [
            share_rules.Rule(
                key=n,
                beneficiary=n,
                start=date.min,
                percent=Fraction(str(percent)),
                fixed=round(amount * 100),
            )
            for n, (_partner, percent, amount) in enumerate(terms)
        ]
        values = [round(amount * 100) for amount in events.mapped("amount")]
        expected = share_rules.parts(values, rules)
        for event, row in zip(events, expected, strict=True):
            for (partner, _percent, _amount), (part, cut) in zip(terms, row, strict=True):
                line = self.lines(("event_id", "=", event.id), ("partner_id", "=", partner.id))
                self.assertEqual(round(sum(line.mapped("amount")) * 100), part)
                self.assertEqual(round(sum(line.mapped("cut")) * 100), cut)

    def test_a_share_counts_for_its_channel_and_product_only(self):
        desk = self.env.ref("scenic_ticketing.channel_desk")
        self.share(self.car, 10, channel_id=desk.id)
        self.share(self.town, 10, product_tmpl_id=self.park.combo.product_tmpl_id.id)
        self.use(self.sold())
        window = self.window()
        order = self.sell(window, (self.park.adult, 1))
        self.close(window)
        self.use(self.tickets(order))
        self.recognise()
        self.assertEqual(self.lines().partner_id, self.car)
        self.assertEqual(len(self.lines()), 1)

    # -- taken back, late, expired -------------------------------------------------

    def test_a_use_that_is_taken_back_takes_back_exactly_what_it_gave(self):
        share = self.share(self.car, 33.3333, self.park.gate)
        ticket = self.sold()
        use = self.use(ticket)
        self.recognise()
        share.date_to = self.park.site._today()
        use._reverse("test")
        self.recognise()
        self.assertEqual(self.lines().mapped("amount"), [25.16, -25.16])
        self.assertEqual(self.lines().mapped("kind"), ["use", "reversal"])
        self.assertEqual(self.balance(self.accrual), 0)
        red = self.lines()[1].recognition_id.move_id.line_ids
        self.assertTrue(all(red.filtered("scenic_share_id").mapped("is_storno")))

    def test_a_use_that_is_taken_back_the_same_day_leaves_nothing(self):
        self.share(self.car, 30)
        use = self.use(self.sold())
        use._reverse("test")
        self.recognise()
        self.assertEqual(sum(self.lines().mapped("amount")), 0)
        self.assertEqual(len(self.lines()), 2)

    def expired(self, product):
        ticket = self.sold(product)
        self.sql(
            "UPDATE scenic_ticket SET valid_until = %s WHERE id = %s",
            self.park.site._today() - timedelta(days=1),
            ticket.id,
        )
        return ticket

    def test_what_is_owed_of_unused_tickets_is_no_income(self):
        self.share(self.car, 50, self.park.ropeway, owed_when_unused=True)
        self.share(self.town, 20)
        ticket = self.expired(self.park.combo)
        ticket._expire()
        self.recognise()
        self.assertEqual(self.lines().mapped("kind"), ["expire"])
        self.assertEqual(self.lines().amount, 28.3)
        self.assertEqual(self.balance(self.accrual), 28.3)
        self.assertEqual(self.balance(self.company.scenic_breakage_account_id), 113.21)
        self.assertEqual(self.balance(self.cost), 0)

    def test_the_estimate_of_breakage_knows_what_is_owed(self):
        self.share(self.car, 50, self.park.ropeway, owed_when_unused=True)
        owed = self.env["scenic.recognition"]._owed_when_unused(
            self.company, self.park.site._today()
        )
        found = {(product, zone): part for product, zone, part in owed}
        self.assertEqual(found, {(self.park.combo.id, self.park.ropeway.id): 0.5})

    # -- terms from a day on -------------------------------------------------------

    def test_terms_change_from_a_day_and_never_backwards(self):
        share = self.share(self.car, 30)
        self.use(self.sold())
        self.recognise()
        with self.assertRaises(UserError), self.cr.savepoint():
            share.percent = 40
        today = self.park.site._today()
        change = self.env["scenic.share.change"].with_context(default_share_id=share.id)
        with self.assertRaises(UserError), self.cr.savepoint():
            change.create({"date_from": today - timedelta(days=1)}).action_apply()
        change.create({"date_from": today + timedelta(days=1), "percent": 40}).action_apply()
        successor = self.env["scenic.share"].search([("previous_id", "=", share.id)])
        self.assertEqual((share.date_to, successor.percent), (today, 40))
        self.assertEqual(self.lines().amount, 22.64)

    def test_a_share_cannot_begin_before_what_is_in_the_books(self):
        self.use(self.sold())
        self.recognise()
        with self.assertRaises(UserError), self.cr.savepoint():
            self.share(self.car, 30)
        self.share(self.car, 30, self.park.ropeway)
        self.share(self.town, 30, date_from=self.park.site._today() + timedelta(days=1))

    def test_a_month_names_what_waits_to_be_settled(self):
        self.share(self.car, 30)
        self.use(self.sold())
        self.recognise()
        today = self.park.site._today()
        close = self.env["scenic.month.close"].create(
            {"company_id": self.company.id, "month": today.replace(day=1)}
        )
        checks = {check["code"]: check for check in close.sudo()._checks()}
        self.assertTrue(checks["shares"]["ok"] and checks["settlements"]["ok"])
        settlement = self.settle()
        checks = {check["code"]: check for check in close.sudo()._checks()}
        self.assertEqual(checks["settlements"]["record"], settlement)
        report = self.env["scenic.report.partner"].search([("partner_id", "=", self.car.id)])
        self.assertEqual(sum(report.mapped("accrued")), 22.64)

    def test_the_database_keeps_what_was_accrued(self):
        self.share(self.car, 30)
        self.use(self.sold())
        self.recognise()
        for statement in (
            "UPDATE scenic_share_line SET amount = 1 WHERE id = %s",
            "DELETE FROM scenic_share_line WHERE id = %s",
        ):
            with (
                self.assertRaises(CheckViolation),
                self.cr.savepoint(),
                mute_logger("odoo.sql_db"),
            ):
                self.cr.execute(statement, [self.lines().id])


@tagged("post_install", "-at_install")
class TestWrongShares(common_shares.ShareCase):
    """Planted errors: each is found, and named."""

    prove = False

    def setUp(self):
        super().setUp()
        self.rule = self.share(self.car, 30, self.park.gate)
        self.share(self.town, basis="fixed", amount=3)
        self.used = self.sold(quantity=3).sorted("id")
        for ticket in self.used:
            self.use(ticket)
        self.batch = self.recognise()
        self.assertEqual(self.wrong(), [])

    def test_a_share_that_was_changed_behind_the_books_is_found(self):
        self.sql("UPDATE scenic_share SET percent = 35 WHERE id = %s", self.rule.id)
        [line] = self.wrong()
        self.assertEqual((line["share_id"], line["amount"]), (self.rule.id, -11.32))
        self.assertEqual(line["recognition_id"], self.batch.id)

    def test_a_line_of_another_amount_is_found_with_its_ticket(self):
        line = self.lines(("share_id", "=", self.rule.id))[1]
        self.sql("UPDATE scenic_share_line SET amount = amount + 5 WHERE id = %s", line.id)
        rules, ledger = self.wrong()
        self.assertEqual((rules["share_id"], rules["amount"]), (self.rule.id, 5))
        self.assertEqual(rules["ticket_id"], self.used[1].id)
        self.assertEqual((ledger["share_id"], ledger["amount"]), (self.rule.id, -5))

    def test_a_deleted_line_is_found(self):
        line = self.lines(("share_id", "=", self.rule.id))[2]
        amount = line.amount
        self.sql("DELETE FROM scenic_share_line WHERE id = %s", line.id)
        found = self.wrong()
        self.assertEqual({one["share_id"] for one in found}, {self.rule.id})
        self.assertEqual(found[0]["amount"], -amount)
        self.assertEqual(found[0]["ticket_id"], self.used[2].id)

    def test_an_accrual_that_lost_its_item_is_found(self):
        item = self.batch.move_id.line_ids.filtered(
            lambda one: one.scenic_share_id == self.rule and one.scenic_share_day
        )
        self.sql("DELETE FROM account_move_line WHERE id = %s", item.id)
        [line] = self.wrong()
        self.assertEqual((line["share_id"], line["move_id"]), (self.rule.id, self.batch.move_id.id))
        self.assertEqual(line["amount"], -67.93)

    def test_an_entry_by_hand_is_found(self):
        journal = self.company.scenic_recognition_journal_id
        accounts = (self.accrual, self.cost)
        move = self.env["account.move"].create(
            {
                "journal_id": journal.id,
                "line_ids": [
                    (0, 0, {"account_id": account.id, "balance": balance, "name": "by hand"})
                    for account, balance in zip(accounts, (-7, 7), strict=True)
                ],
            }
        )
        move.action_post()
        [line] = self.wrong()
        self.assertEqual((line["move_id"], line["amount"]), (move.id, 7))


@tagged("post_install", "-at_install")
class TestLateShares(common_shares.ShareCase):
    """What the books hear of late gives its share all the same, once."""

    def setUp(self):
        super().setUp()
        self.today = self.park.site._today()

    def late_use(self, ticket, zone, at):
        """Let a gate report a use that the server never allowed."""
        self.env.flush_all()
        self.env["scenic.redemption"]._append(
            [
                {
                    "ticket_id": ticket.id,
                    "zone_id": zone.id,
                    "use_no": 1,
                    "lane_code": "L1",
                    "how": "gate",
                    "happened_at": at,
                }
            ]
        )
        self.env.invalidate_all()

    def expired(self, product, quantity=1):
        tickets = self.sold(product, quantity)
        self.sql(
            "UPDATE scenic_ticket SET valid_until = %s WHERE id = ANY(%s)",
            self.today - timedelta(days=1),
            tickets.ids,
        )
        tickets._expire()
        return tickets

    def test_a_use_that_is_heard_of_after_the_expiry_changes_what_it_is_owed_for(self):
        self.share(self.car, 50, self.park.ropeway, owed_when_unused=True)
        ticket = self.expired(self.park.combo)
        self.recognise()
        self.late_use(ticket, self.park.ropeway, fields.Datetime.now() - timedelta(hours=1))
        self.recognise()
        self.assertEqual(
            sorted(self.lines().mapped(lambda line: (line.kind, line.amount))),
            [("expire", -28.3), ("expire", 28.3), ("use", 28.3)],
        )
        self.assertEqual(self.balance(self.accrual), 28.3)
        self.assertEqual(self.balance(self.cost), -28.3)
        self.assertEqual(self.balance(self.company.scenic_breakage_account_id), 84.91)

    def test_a_ticket_that_is_given_back_after_its_expiry_is_owed_for_no_more(self):
        self.share(self.car, 33.33, owed_when_unused=True)
        ticket = self.expired(self.park.combo)
        self.recognise()
        self.assertEqual(self.balance(self.accrual), 47.17)
        self.credit(ticket.invoice_line_id.move_id)
        self.recognise()
        self.assertEqual(sum(self.lines().mapped("amount")), 0)
        self.assertEqual(self.balance(self.accrual), 0)

    def test_an_invoice_of_another_price_changes_percentages_only(self):
        # the event alone, without the invoice that makes it: nothing to prove at the end
        self.prove = False
        self.share(self.car, 30)
        self.share(self.town, basis="fixed", amount=3)
        ticket = self.sold()
        self.use(ticket)
        self.recognise()
        self.env["scenic.revenue.event"]._append_adjustments([(ticket, 10.0)])
        self.env["scenic.share.line"]._accrue(self.claimed())
        lines = self.lines(("kind", "=", "adjust"))
        self.assertEqual((lines.partner_id, lines.amount), (self.car, 3))

    def claimed(self):
        """Put what nobody recognised yet into a batch that posts nothing."""
        batch = self.env["scenic.recognition"].create(
            {"company_id": self.company.id, "day": self.today}
        )
        self.env.flush_all()
        self.cr.execute(
            "UPDATE scenic_revenue_event SET recognition_id = %s"
            " WHERE company_id = %s AND recognition_id IS NULL",
            [batch.id, self.company.id],
        )
        return batch

    def test_a_late_passage_goes_by_the_terms_of_its_own_day(self):
        yesterday = self.today - timedelta(days=1)
        self.share(self.car, 30, date_to=yesterday)
        self.share(self.car, 40, date_from=self.today)
        first, second = self.sold(quantity=2).sorted("id")
        self.use(first)
        self.recognise()
        settlement = self.settle(first=self.today - timedelta(days=40), last=yesterday)
        self.assertFalse(settlement.passage_count)
        settlement.action_cancel()
        self.billed(self.settle(first=self.today, last=self.today))
        noon = fields.Datetime.now() - timedelta(days=1)
        self.late_use(second, self.park.gate, noon)
        self.recognise()
        late = self.lines(("settlement_id", "=", False))
        self.assertEqual((late.day, late.amount), (yesterday, 22.64))
        tomorrow = self.today + timedelta(days=1)
        settlement = self.settle(first=tomorrow, last=tomorrow)
        self.assertEqual((settlement.late_count, settlement.late_amount), (1, 22.64))
        self.billed(settlement)


class ChartCase(common_shares.ShareCase):
    def whole_way(self):
        self.taxed(self.share(self.car, 30, self.park.ropeway, treatment="agent"))
        self.share(self.town, 10)
        ticket = self.sold(self.park.combo)
        self.use(ticket, self.park.gate)
        self.use(ticket, self.park.ropeway)
        self.recognise()
        self.assertEqual(self.balance(self.accrual), 31.13)
        self.assertEqual(self.balance(self.revenue), 124.53)
        self.assertEqual(self.balance(self.cost), -14.15)
        self.billed(self.settle(self.car))
        self.billed(self.settle(self.town))
        self.assertEqual(self.balance(self.accrual), 0)


@tagged("post_install", "-at_install")
class TestSmallChart(ChartCase):
    chart = "cn"

    def test_the_whole_way(self):
        self.assertEqual((self.accrual.code, self.cost.code), ("224110", "540100"))
        self.whole_way()


@tagged("post_install", "-at_install")
class TestGenericChart(ChartCase):
    chart = "generic_coa"
    country = "base.us"
    currency = "base.USD"

    def test_the_whole_way(self):
        self.assertFalse(self.accrual)
        self.env["res.config.settings"].create({}).action_scenic_create_accounts()
        self.assertTrue(self.accrual.reconcile)
        self.whole_way()

    def test_without_an_account_a_sentence_says_so(self):
        self.env["res.config.settings"].create({}).action_scenic_create_accounts()
        self.company.scenic_share_account_id = False
        self.share(self.car, 30)
        self.use(self.sold())
        with self.assertRaises(UserError), self.cr.savepoint():
            self.recognise()
        self.company.scenic_share_account_id = self.company._scenic_create_account(
            "Partner Shares", "liability_current", "2"
        )
        self.recognise()
