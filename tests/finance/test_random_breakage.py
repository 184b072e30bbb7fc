"""Months of sales, visits and second thoughts in any order: income once, and never too early."""

import random

import breakage_books
import random_books

from odoo.tests import tagged

STEPS = 40


@tagged("post_install", "-at_install")
class TestRandomBreakage(random_books.RandomBooks, breakage_books.BreakageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.curve = cls("walk").learn((3, 1), (2, 2))
        cls.curve.action_approve()
        cls.curve.date_from = cls.today

    def test_seed_1(self):
        self.walk(1)

    def test_seed_2(self):
        self.walk(2)

    def walk(self, seed):
        chance = random.Random(seed)
        steps = [self.step_sale] * 3 + [self.step_use] * 3 + [self.step_recognise] * 3
        steps += [self.step_expire, self.step_credit, self.step_reverse]
        steps += [
            self.step_estimate,
            self.step_choose,
            self.step_choose_back,
            self.step_choose_back,
        ]
        for _step in self.take_steps(seed, chance, steps, STEPS):
            pass
        lines = self.env["scenic.breakage.line"].search([("company_id", "=", self.company.id)])
        self.assertGreater(len(lines), 1)
        self.everything()._expire()
        self.step_recognise(chance)
        self.assertEqual((self.ahead, self.balance(self.liability)), (0, 0))
        tickets = self.everything()
        sold = sum(tickets.mapped("net_value")) - sum(tickets.mapped("refund_value"))
        self.assertAlmostEqual(self.balance(self.revenue) + self.income, sold, 2)

    def step_sale(self, chance):
        product = chance.choice([self.park.adult, self.park.adult, self.park.combo])
        self.sold(chance.randint(6, 12), product, chance.choice([0, 0, 3]), price_unit=66.67)

    def step_use(self, chance):
        tickets = self.everything().filtered(
            lambda ticket: ticket.state == "valid" and not ticket.used_count
        )
        self.used(chance.sample(list(tickets), min(len(tickets), chance.randint(2, 5))))

    def step_expire(self, chance):
        self.everything().filtered(lambda _ticket: chance.random() < 0.03)._expire()

    def step_reverse(self, chance):
        uses = self.env["scenic.redemption"].search(
            [("company_id", "=", self.company.id), ("kind", "=", "use")]
        )
        chance.choice(uses)._reverse("mistake")

    def step_credit(self, chance):
        tickets = self.everything().filtered(lambda ticket: ticket._scenic_creditable())
        if not tickets:
            return False
        return self.credit(chance.choice(tickets).origin_aml_id.move_id, [1])

    def step_estimate(self, _chance):
        """Look at the books anew: whatever is good enough is approved."""
        curves = self.env["scenic.breakage.curve"]._build(self.company, self.late)
        good = curves.filtered(lambda curve: curve.verdict == "ok")
        good.action_approve()
        good.date_from = self.today

    def step_choose(self, _chance):
        self.park.adult.product_tmpl_id.scenic_breakage_method = "expiry"

    def step_choose_back(self, _chance):
        self.park.adult.product_tmpl_id.scenic_breakage_method = False

    def step_recognise(self, _chance):
        """Afterwards no pool has more ahead than its open tickets hold."""
        if not self.recognise(self.late):
            return
        lines = self.env["scenic.breakage.line"].search([("company_id", "=", self.company.id)])
        for pool, group in lines.grouped(
            lambda line: (line.product_id, line.channel_id, line.month)
        ).items():
            product, channel, month = pool
            tickets = self.everything().filtered(
                lambda ticket, pool=pool: (
                    (ticket.product_id, ticket.channel_id, ticket.sale_day.replace(day=1)) == pool
                    and ticket.state in ("valid", "held")
                )
            )
            ahead = round(sum(group.mapped("amount")), 2)
            self.assertGreaterEqual(ahead, 0, pool)
            held = round(sum(tickets.mapped("remaining_value")), 2)
            self.assertLessEqual(ahead, held, f"{product.name}, {channel.name}, {month}")
