"""Law 4 under fire at the group desk: the books prove after every step, in any order."""

import random
from datetime import timedelta

import common_group
import common_scenic
import random_books

from odoo.tests import tagged

STEPS = 35


@tagged("post_install", "-at_install")
class TestGroupWalk(random_books.RandomBooks, common_group.GroupCase):
    """A desk, its agencies, gates, an office that invoices and credits, and chance."""

    def setUp(self):
        super().setUp()
        self.orders = self.env["sale.order"]
        self.env.ref("base.USD").active = True
        self.env["res.currency.rate"].create(
            {
                "name": "2020-01-01",
                "currency_id": self.env.ref("base.USD").id,
                "rate": 0.1391,
                "company_id": self.company.id,
            }
        )
        self.dollars = self.env["product.pricelist"].create(
            {"name": "USD", "currency_id": self.env.ref("base.USD").id}
        )
        self.park.combo.invoice_policy = "delivery"

    def test_seed_1(self):
        self.walk(1)

    def test_seed_2(self):
        self.walk(2)

    def test_seed_3(self):
        self.walk(3)

    def walk(self, seed):
        chance = random.Random(seed)
        steps = [
            *[self.step_order] * 3,
            *[self.step_use] * 5,
            *[self.step_invoice] * 3,
            *[self.step_change] * 2,
            self.step_deposit,
            self.step_cancel,
            self.step_credit,
            self.step_correct,
            self.step_draft,
            self.step_void,
            self.step_expire,
            self.step_reverse,
            self.step_recognise,
            self.step_price,
        ]
        for _step in self.take_steps(seed, chance, steps, STEPS):
            pass
        self.assertLess(self.refused, STEPS * 0.6)
        self.finish()

    def finish(self):
        """Expire, invoice and recognise everything: nothing may stay on the liability."""
        self.everything().filtered(lambda ticket: ticket.state == "valid")._expire()
        for order in self.orders.filtered(lambda order: order.state == "sale"):
            order.order_line._scenic_update_delivered()
            drafts = order.invoice_ids.filtered(lambda move: move.state == "draft")
            drafts.unlink()
            if order._get_invoiceable_lines(final=True).filtered("product_id"):
                order._create_invoices(final=True).action_post()
        common_scenic.assert_balanced(self.env, self.company)
        unposted = self.proof()["unposted_sales"]
        self.assertEqual(unposted, 0)
        valid_until = max(self.everything().mapped("valid_until"), default=None)
        self.assertTrue(valid_until)
        self.recognise(valid_until + timedelta(days=2))
        left = sum(
            ticket.remaining_value
            for ticket in self.everything().filtered(lambda ticket: ticket.state == "void")
        )
        self.assertAlmostEqual(self.balance(self.liability), left, 2)

    # -- what can happen -----------------------------------------------------------

    def step_order(self, chance):
        lines = [
            (
                chance.choice([self.park.adult, self.park.combo, self.park.family]),
                chance.randint(1, 7),
                {
                    "price_unit": chance.choice([33.35, 80, 99.99, 0]),
                    "discount": chance.choice([0, 0, 7, 13]),
                },
            )
            for _line in range(chance.randint(1, 2))
        ]
        values = {"pricelist_id": self.dollars.id} if chance.random() < 0.3 else {}
        mode = chance.choice(["each", "one", "size"])
        self.orders |= self.confirmed(*lines, scenic_code_mode=mode, scenic_code_size=3, **values)

    def any_order(self, chance):
        return chance.choice(self.orders) if self.orders else self.orders

    def any_invoice(self, chance, **domain):
        moves = self.orders.invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice"
        )
        return chance.choice(moves) if moves else moves

    def step_use(self, chance):
        self.use_any(chance, most=255)

    def step_invoice(self, chance):
        if order := self.any_order(chance):
            order.order_line._scenic_update_delivered()
            invoice = order._create_invoices(final=True)
            line = invoice.invoice_line_ids.filtered("product_id")[:1]
            if chance.random() < 0.3 and line.quantity > 1:
                line.quantity -= 1
            if chance.random() < 0.8:
                invoice.action_post()

    def step_change(self, chance):
        if order := self.any_order(chance):
            line = chance.choice(order.order_line.filtered("is_scenic_ticket"))
            line.product_uom_qty = chance.randint(0, 8)

    def step_price(self, chance):
        if order := self.any_order(chance):
            line = chance.choice(order.order_line.filtered("is_scenic_ticket"))
            line.price_unit = chance.choice([11.11, 80, 0])

    def step_deposit(self, chance):
        if order := self.any_order(chance):
            self.deposit(order, chance.choice([10, 33.33]), pay=False)

    def step_cancel(self, chance):
        if order := self.any_order(chance):
            order._action_cancel()

    def step_credit(self, chance):
        if invoice := self.any_invoice(chance):
            self.credit(invoice, [1])

    def step_correct(self, chance):
        if invoice := self.any_invoice(chance):
            wizard = (
                self.env["account.move.reversal"]
                .with_context(active_model="account.move", active_ids=invoice.ids)
                .create({"journal_id": invoice.journal_id.id})
            )
            fresh = self.env["account.move"].browse(wizard.modify_moves()["res_id"])
            if chance.random() < 0.7:
                fresh.action_post()

    def step_draft(self, chance):
        if invoice := self.any_invoice(chance):
            invoice.button_draft()
            if chance.random() < 0.7:
                invoice.action_post()

    def step_void(self, chance):
        tickets = self.everything().filtered(lambda ticket: ticket.state == "valid")
        if tickets:
            chance.choice(tickets)._void("lost")

    def step_expire(self, chance):
        self.everything().filtered(lambda _ticket: chance.random() < 0.05)._expire()

    def step_reverse(self, chance):
        uses = self.env["scenic.redemption"].search(
            [("company_id", "=", self.company.id), ("kind", "=", "use")]
        )
        if uses:
            chance.choice(uses)._reverse("mistake")

    def step_recognise(self, _chance):
        self.recognise()
