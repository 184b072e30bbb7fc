"""Law 4 under fire: whatever people do, in any order, the books prove after every step."""

import random

import common_finance
import common_scenic
import random_books

from odoo.tests import tagged

STEPS = 40


@tagged("post_install", "-at_install")
class TestRandomDays(random_books.RandomBooks, common_finance.FinanceCase):
    """A window, an office that invoices, gates, accountants, and chance."""

    def setUp(self):
        super().setUp()
        self.win = self.window()
        self.orders, self.invoices, self.closed = [], [], []

    def test_seed_1(self):
        self.walk(1)

    def test_seed_2(self):
        self.walk(2)

    def test_vat_that_is_due_with_the_use(self):
        self.company.scenic_vat_mode = "use"
        self.walk(4)
        releases = self.env["scenic.vat.release"].search([("company_id", "=", self.company.id)])
        self.assertTrue(releases)

    def walk(self, seed):
        chance = random.Random(seed)
        steps = [
            self.step_sale,
            self.step_sale,
            self.step_use,
            self.step_use,
            self.step_use,
            self.step_refund,
            self.step_reverse,
            self.step_expire,
            self.step_void,
            self.step_close,
            self.step_recognise,
            self.step_invoice,
            self.step_credit,
            self.step_late_invoice,
        ]
        for _step in self.take_steps(seed, chance, steps, STEPS):
            pass
        self.assertLess(self.refused, STEPS / 2)

    # -- what can happen -----------------------------------------------------------

    def any_product(self, chance):
        return chance.choice([self.park.adult, self.park.combo, self.park.family, self.park.annual])

    def step_sale(self, chance):
        lines = [
            (
                self.any_product(chance),
                chance.randint(1, 4),
                {"price_unit": chance.choice([33.35, 80, 99.99, 0])},
            )
            for _line in range(chance.randint(1, 3))
        ]
        values = {"partner_id": self.partner.id, "to_invoice": True}
        self.orders.append(self.sell(self.win, *lines, **chance.choice([{}, {}, values])))

    def step_use(self, chance):
        self.use_any(chance)

    def step_reverse(self, chance):
        uses = self.env["scenic.redemption"].search(
            [("company_id", "=", self.company.id), ("kind", "=", "use")]
        )
        if uses:
            chance.choice(uses)._reverse("mistake")

    def step_expire(self, chance):
        self.everything().filtered(lambda _ticket: chance.random() < 0.1)._expire()

    def step_void(self, chance):
        tickets = self.everything().filtered(
            lambda ticket: ticket.state == "valid" and not ticket.used_count
        )
        if tickets:
            chance.choice(tickets)._void("lost")

    def step_refund(self, chance):
        if not self.orders:
            return
        line = chance.choice(chance.choice(self.orders).lines)
        price = line.price_unit * chance.choice([1, 1, 0.8])
        data = common_scenic.order_data(
            self.win,
            [
                (
                    line.product_id,
                    -chance.randint(1, int(line.qty)),
                    {"refunded_orderline_id": line.id, "price_unit": price},
                )
            ],
            refund_of=line.order_id,
        )
        common_scenic.sync(self.win, data)

    def step_close(self, _chance):
        self.close(self.win)
        self.closed += self.orders
        self.win.open_ui()
        self.win.current_session_id.set_opening_control(0, None)

    def step_recognise(self, _chance):
        self.recognise()

    def step_invoice(self, chance):
        invoice = self.invoice(
            (self.any_product(chance), chance.randint(1, 5), {"price_unit": 66.67})
        )
        invoice.action_post()
        self.invoices.append(invoice)

    def step_credit(self, chance):
        invoices = self.invoices + [order.account_move for order in self.orders]
        invoices = [invoice for invoice in invoices if invoice]
        if invoices:
            self.credit(chance.choice(invoices), [1])

    def step_late_invoice(self, chance):
        orders = [
            order
            for order in self.closed
            if not order.account_move and not order.refund_orders_count
        ]
        if orders:
            order = chance.choice(orders)
            order.partner_id = self.partner
            order.sudo().with_context(generate_pdf=False).action_pos_order_invoice()
