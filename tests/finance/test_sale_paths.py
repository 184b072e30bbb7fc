"""Every way of selling ends on the contract liability, and the books prove after each."""

from ast import literal_eval
from datetime import timedelta

import common_finance
import common_scenic

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestWindowSales(common_finance.FinanceCase):
    def test_session_sale_waits_on_the_liability_and_points_back(self):
        window = self.window()
        order = self.sell(window, (self.park.adult, 3), (self.park.water, 2))
        tickets = self.tickets(order)
        self.assertEqual(len(tickets), 3)
        self.assertFalse(tickets.origin_aml_id)
        proof = self.proof()
        self.assertEqual(proof["unposted_sales"], sum(tickets.mapped("net_value")))
        self.assertEqual(proof["difference"], 0)
        self.close(window)
        self.assertEqual(self.balance(self.liability), 226.42)
        self.assertEqual(tickets.origin_aml_id.product_id, self.park.adult)
        self.assertEqual(-tickets.origin_aml_id.balance, sum(tickets.mapped("net_value")))
        self.assertEqual(self.proof()["unposted_sales"], 0)

    def test_bank_sale_waits_on_the_liability(self):
        method = self.bank_method()
        window = self.window(payment_method_ids=[Command.set(method.ids)])
        order = self.sell(window, (self.park.adult, 2))
        self.close(window)
        self.assertEqual(self.balance(self.liability), 150.94)
        self.assertTrue(self.tickets(order).origin_aml_id)

    def test_three_thirds_add_up_to_the_line(self):
        window = self.window()
        order = self.sell(window, (self.park.adult, 3, {"price_unit": 33.35}))
        self.close(window)
        nets = self.tickets(order).mapped("net_value")
        self.assertEqual(nets, [31.46, 31.47, 31.46])
        self.assertEqual(self.balance(self.liability), 94.39)

    def test_orders_of_one_product_share_a_liability_line(self):
        window = self.window()
        orders = [self.sell(window, (self.park.adult, n, {"discount": 7})) for n in (1, 2, 3)]
        self.close(window)
        tickets = self.tickets(orders[0]) | self.tickets(orders[1]) | self.tickets(orders[2])
        self.assertEqual(len(tickets.origin_aml_id), 1)

    def test_combo_defers_its_tickets_and_not_its_goods(self):
        ticket, drink = self.env["product.combo"].create(
            [
                {
                    "name": name,
                    "company_id": self.company.id,
                    "combo_item_ids": [Command.create({"product_id": product.id})],
                }
                for name, product in (("ticket", self.park.adult), ("drink", self.park.water))
            ]
        )
        package = self.env["product.product"].create(
            {
                "name": "Package",
                "company_id": self.company.id,
                "type": "combo",
                "list_price": 80,
                "combo_ids": [Command.set((ticket | drink).ids)],
                "taxes_id": [Command.clear()],
                "available_in_pos": True,
            }
        )
        window = self.window()
        data = common_scenic.order_data(
            window,
            [
                (package, 2, {"price_unit": 0}),
                (
                    self.park.adult,
                    2,
                    {"price_unit": 77.11, "combo_item_id": ticket.combo_item_ids.id},
                ),
                (
                    self.park.water,
                    2,
                    {"price_unit": 2.89, "combo_item_id": drink.combo_item_ids.id},
                ),
            ],
        )
        parent, *children = (command[2] for command in data["lines"])
        data["relations_uuid_mapping"] = {
            "pos.order.line": {
                child["uuid"]: {"combo_parent_id": parent["uuid"]} for child in children
            }
        }
        order = common_scenic.sync(window, data)
        self.close(window)
        self.assertEqual(len(self.tickets(order)), 2)
        self.assertEqual(self.balance(self.liability), 145.49)
        self.assertEqual(self.balance(self.revenue), 5.45)

    def dollar_window(self):
        """Open a window that is kept in US dollars, of a company that is not."""
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].create(
            {
                "name": "2020-01-01",
                "currency_id": usd.id,
                "rate": 0.1391,
                "company_id": self.company.id,
            }
        )
        sales, cash = self.env["account.journal"].create(
            [
                {
                    "name": f"{kind} USD",
                    "type": kind,
                    "code": f"U{kind[:3].upper()}",
                    "currency_id": usd.id,
                    "company_id": self.company.id,
                }
                for kind in ("general", "bank")
            ]
        )
        method = self.env["pos.payment.method"].create(
            {"name": "USD", "journal_id": cash.id, "company_id": self.company.id}
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "USD", "currency_id": usd.id, "company_id": self.company.id}
        )
        window = self.window(
            journal_id=sales.id,
            payment_method_ids=[Command.set(method.ids)],
            pricelist_id=pricelist.id,
            available_pricelist_ids=[Command.set(pricelist.ids)],
            use_pricelist=True,
        )
        self.assertEqual(window.currency_id, usd)
        return window

    def test_a_window_in_a_foreign_currency(self):
        window = self.dollar_window()
        orders = [
            self.sell(window, (self.park.adult, count, {"price_unit": 11.17}))
            for count in (1, 2, 3)
        ]
        self.sell(
            window,
            (
                self.park.adult,
                -1,
                {"refunded_orderline_id": orders[2].lines.id, "price_unit": 11.17},
            ),
            is_refund=True,
        )
        session = self.close(window)
        # Odoo converts each order by itself and leaves a cent or two: it is the rate's
        self.assertEqual(
            self.company.currency_id.round(sum(session.move_id.line_ids.mapped("balance"))), 0
        )
        self.assertEqual(session.move_id.state, "posted")
        for order in orders:
            for ticket in self.tickets(order).filtered(lambda ticket: ticket.state == "valid"):
                self.use(ticket)
        self.recognise()
        self.assertEqual(self.balance(self.liability), 0)
        origins = (self.tickets(orders[0]) | self.tickets(orders[2])).origin_aml_id
        self.assertEqual(set(origins.mapped("amount_residual")), {0})

    def test_foreign_invoices_of_a_window(self):
        self.company.scenic_vat_mode = "use"
        window = self.dollar_window()
        line = (self.park.adult, 3, {"price_unit": 11.17})
        order = self.sell(window, line, partner_id=self.partner.id, to_invoice=True)
        late = self.sell(window, line, line)
        tickets = self.tickets(order)
        net = round(sum(tickets.mapped("net_value")), 2)
        self.assertEqual(self.balance(self.liability), net)
        self.sell(
            window,
            (self.park.adult, -1, {"refunded_orderline_id": order.lines.id, "price_unit": 11.17}),
            partner_id=self.partner.id,
            to_invoice=True,
            is_refund=True,
        )
        self.close(window)
        late.partner_id = self.partner
        late.sudo().with_context(generate_pdf=False).action_pos_order_invoice()
        for ticket in (tickets | self.tickets(late)).filtered(lambda t: t.state == "valid"):
            self.use(ticket)
        self.recognise()
        self.assertEqual(self.balance(self.liability), 0)
        self.assertEqual(self.balance(self.company.scenic_pending_vat_account_id), 0)

    def test_an_item_of_the_liability_knows_its_tickets(self):
        window = self.window()
        order = self.sell(window, (self.park.adult, 3))
        self.close(window)
        item = self.tickets(order).origin_aml_id
        self.use(self.tickets(order)[0])
        common_scenic.refund(self.window(), order.lines, 1)
        self.assertEqual((item.scenic_ticket_count, item.scenic_open_value), (3, 75.47))
        found = self.env["scenic.ticket"].search(item.action_scenic_tickets()["domain"])
        self.assertEqual(found, self.tickets(order))
        action = self.env.ref("scenic_finance.scenic_liability_item_action")
        self.assertIn(item, item.search(literal_eval(action.domain)))

    def test_free_tickets_and_packages_leave_no_lines_of_nothing(self):
        window = self.window()
        free = self.sell(window, (self.park.adult, 2, {"price_unit": 0}))
        self.sell(window, (self.park.combo, 1))
        session = self.close(window)
        self.assertNotIn(0, session.move_id.line_ids.mapped("balance"))
        tickets = self.tickets(free)
        self.assertFalse(tickets.origin_aml_id)
        self.use(tickets[0])
        self.recognise()
        later = self.window()
        self.sell(
            later,
            (self.park.adult, -1, {"refunded_orderline_id": free.lines.id, "price_unit": 0}),
            is_refund=True,
        )
        self.sell(later, (self.park.adult, 1, {"price_unit": 0}))
        self.close(later)
        self.assertEqual(sorted(tickets.mapped("state")), ["used", "void"])
        self.assertEqual(self.balance(self.liability), 141.51)

    def test_a_fiscal_position_maps_the_revenue_account(self):
        other = self.revenue.copy({"code": "600177"})
        position = self.env["account.fiscal.position"].create(
            {
                "name": "Agencies",
                "company_id": self.company.id,
                "account_ids": [
                    Command.create({"account_src_id": self.revenue.id, "account_dest_id": other.id})
                ],
            }
        )
        # an empty fiscal position takes the taxes away
        self.park.vat.fiscal_position_ids |= position
        window = self.window()
        orders = [
            self.sell(window, (self.park.adult, 1), **values)
            for values in ({"fiscal_position_id": position.id}, {})
        ]
        self.close(window)
        self.invoice((self.park.adult, 1), fiscal_position_id=position.id).action_post()
        self.assertEqual(self.balance(self.liability), 226.41)
        for ticket in self.env["scenic.ticket"].search([("company_id", "=", self.company.id)]):
            self.use(ticket)
        self.recognise()
        self.assertTrue(orders)
        self.assertEqual((self.balance(other), self.balance(self.revenue)), (150.94, 75.47))

    def test_exchange_that_pays_out_sells_at_a_positive_value(self):
        window = self.window()
        sold = self.sell(window, (self.park.combo, 1))
        line = sold.lines
        exchange = self.sell(
            window,
            (self.park.combo, -1, {"refunded_orderline_id": line.id}),
            (self.park.adult, 1),
            is_refund=True,
        )
        self.assertEqual(self.tickets(exchange).net_value, 75.47)
        self.assertEqual(self.tickets(sold).refund_value, 141.51)
        self.close(window)
        self.assertEqual(self.balance(self.liability), 75.47)

    def test_a_combo_of_an_order_defers_its_tickets_and_not_its_goods(self):
        ticket, drink = self.env["product.combo"].create(
            [
                {
                    "name": product.name,
                    "company_id": self.company.id,
                    "combo_item_ids": [Command.create({"product_id": product.id})],
                }
                for product in (self.park.adult, self.park.water)
            ]
        )
        package = self.env["product.product"].create(
            {
                "name": "Package",
                "company_id": self.company.id,
                "type": "combo",
                "list_price": 83,
                "combo_ids": [Command.set((ticket | drink).ids)],
                "taxes_id": [Command.clear()],
            }
        )
        order = self.env["sale.order"].create(
            {"partner_id": self.partner.id, "scenic_visit_date": self.park.site._today()}
        )
        parent = self.env["sale.order.line"].create(
            {"order_id": order.id, "product_id": package.id, "product_uom_qty": 2}
        )
        for combo in (ticket, drink):
            self.env["sale.order.line"].create(
                {
                    "order_id": order.id,
                    "product_id": combo.combo_item_ids.product_id.id,
                    "product_uom_qty": 2,
                    "combo_item_id": combo.combo_item_ids.id,
                    "linked_line_id": parent.id,
                }
            )
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertEqual(invoice.amount_total, 166)
        tickets = self.env["scenic.ticket"].search([("sale_order_id", "=", order.id)])
        self.assertEqual(len(tickets), 2)
        self.assertEqual(self.balance(self.liability), 150.94)
        self.assertEqual(self.balance(self.revenue), 5.66)


@tagged("post_install", "-at_install")
class TestWindowInvoices(common_finance.FinanceCase):
    def sell_invoiced(self, window, *lines):
        return self.sell(window, *lines, partner_id=self.partner.id, to_invoice=True)

    def test_invoice_at_the_sale_is_the_origin(self):
        window = self.window()
        order = self.sell_invoiced(window, (self.park.adult, 3, {"price_unit": 33.35}))
        tickets = self.tickets(order)
        self.assertEqual(tickets.origin_aml_id.move_id, order.account_move)
        self.assertEqual(self.proof()["unposted_sales"], 0)
        self.assertEqual(self.balance(self.liability), 94.39)
        self.close(window)
        self.assertEqual(self.balance(self.liability), 94.39)

    def test_invoice_after_the_closing_leaves_the_origin_alone(self):
        window = self.window()
        order = self.sell(
            window,
            (self.park.adult, 3, {"price_unit": 33.35}),
            (self.park.combo, 2, {"discount": 13}),
            (self.park.water, 1),
        )
        other = self.sell(window, (self.park.adult, 1))
        session = self.close(window)
        origin = self.tickets(order).origin_aml_id
        order.partner_id = self.partner
        order.sudo().with_context(generate_pdf=False).action_pos_order_invoice()
        self.assertEqual(self.tickets(order).origin_aml_id, origin)
        self.assertEqual(origin.move_id, session.move_id)
        lines = self.env["account.move.line"].search(
            [("scenic_pos_line_id", "in", order.lines.ids)]
        )
        self.assertEqual(len(lines), 4)
        self.assertEqual(set(lines.mapped("amount_residual")), {0})
        self.assertEqual(self.company.currency_id.round(sum(lines.mapped("balance"))), 0)
        for ticket in self.tickets(order) | self.tickets(other):
            self.use(ticket)
        self.recognise()

    def test_refund_with_a_credit_note_from_the_window(self):
        window = self.window()
        order = self.sell_invoiced(window, (self.park.adult, 2))
        back = self.sell(
            window,
            (self.park.adult, -2, {"refunded_orderline_id": order.lines.id}),
            partner_id=self.partner.id,
            to_invoice=True,
            is_refund=True,
        )
        self.assertEqual(back.account_move.move_type, "out_refund")
        tickets = self.tickets(order)
        self.assertEqual(set(tickets.mapped("state")), {"void"})
        self.assertEqual(tickets.refund_aml_id.move_id, back.account_move)
        self.assertEqual(tickets.origin_aml_id.amount_residual, 0)
        self.assertEqual(self.balance(self.liability), 0)
        self.close(window)

    def test_accountant_credits_a_window_invoice(self):
        window = self.window()
        order = self.sell_invoiced(window, (self.park.adult, 3))
        self.close(window)
        self.use(self.tickets(order)[0])
        note = self.credit(order.account_move, [2])
        self.assertEqual(note.state, "posted")
        self.assertEqual(self.tickets(order).mapped("state"), ["used", "void", "void"])
        self.recognise()
        self.assertEqual(self.balance(self.liability), 0)


@tagged("post_install", "-at_install")
class TestInvoices(common_finance.FinanceCase):
    def test_posting_issues_one_ticket_for_each_unit(self):
        invoice = self.invoice(
            (self.park.adult, 3, {"price_unit": 33.35, "scenic_visit_date": "2030-05-01"}),
            (self.park.family, 1),
            (self.park.water, 2),
        )
        self.assertFalse(self.env["scenic.ticket"].search([("company_id", "=", self.company.id)]))
        invoice.action_post()
        tickets = self.env["scenic.ticket"].search(
            [("company_id", "=", self.company.id)], order="id"
        )
        self.assertEqual(tickets.mapped("net_value"), [31.46, 31.47, 31.46, 188.68])
        self.assertEqual(str(tickets[0].visit_date), "2030-05-01")
        self.assertEqual(tickets[3].visit_date, self.park.site._today())
        self.assertEqual(tickets[3].pax, 3)
        self.assertEqual(self.balance(self.liability), 283.07)
        self.assertEqual(tickets.channel_id, self.env.ref("scenic_ticketing.channel_desk"))

    def test_a_foreign_currency_is_converted_once(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].create(
            {
                "name": "2020-01-01",
                "currency_id": usd.id,
                "rate": 0.1391,
                "company_id": self.company.id,
            }
        )
        invoice = self.invoice((self.park.adult, 3, {"price_unit": 11.11}), currency_id=usd.id)
        invoice.action_post()
        tickets = self.env["scenic.ticket"].search([("company_id", "=", self.company.id)])
        self.assertEqual(
            round(sum(tickets.mapped("net_value")), 2), -invoice.invoice_line_ids.balance
        )
        for ticket in tickets:
            self.use(ticket)
            self.recognise()
        self.assertEqual(tickets.origin_aml_id.amount_residual, 0)
        self.assertEqual(tickets.origin_aml_id.amount_residual_currency, 0)

    def test_half_tickets_and_negative_lines_are_refused(self):
        for lines in [[(self.park.adult, 1.5)], [(self.park.adult, 3), (self.park.family, -1)]]:
            invoice = self.invoice(*lines)
            with self.assertRaises(UserError):
                invoice.action_post()

    def test_credit_note_voids_and_returns_everything(self):
        invoice = self.invoice((self.park.adult, 3, {"price_unit": 33.35}))
        invoice.action_post()
        self.credit(invoice)
        tickets = self.env["scenic.ticket"].search([("company_id", "=", self.company.id)])
        self.assertEqual(set(tickets.mapped("state")), {"void"})
        self.assertEqual(tickets.mapped("remaining_value"), [0, 0, 0])
        self.assertEqual(self.balance(self.liability), 0)
        self.assertEqual(tickets.origin_aml_id.amount_residual, 0)

    def test_partial_credit_notes_release_the_cents_they_differ_by(self):
        invoice = self.invoice((self.park.adult, 3, {"price_unit": 33.35}))
        invoice.action_post()
        for _i in range(3):
            self.credit(invoice, [1])
        self.recognise()
        self.assertEqual(self.balance(self.liability), 0)
        events = self.env["scenic.revenue.event"].search([("company_id", "=", self.company.id)])
        self.assertEqual(set(events.mapped("kind")), {"rounding"})

    def test_a_document_dated_back_sells_tickets_for_today(self):
        today = self.park.site._today()
        for days, day in ((-3, today), (2, today + timedelta(days=2))):
            date = today + timedelta(days=days)
            invoice = self.invoice((self.park.adult, 1), invoice_date=date)
            invoice.action_post()
            tickets = self.env["scenic.ticket"].search(
                [("invoice_line_id", "in", invoice.invoice_line_ids.ids)]
            )
            self.assertEqual(tickets.mapped("visit_date"), [day])

    def test_used_tickets_are_not_credited(self):
        invoice = self.invoice((self.park.adult, 2))
        invoice.action_post()
        ticket = self.env["scenic.ticket"].search([("company_id", "=", self.company.id)], limit=1)
        self.use(ticket)
        with self.assertRaisesRegex(UserError, ticket.alias), self.cr.savepoint():
            self.credit(invoice)
        self.credit(invoice, [1])
        self.recognise()
        self.assertEqual(self.balance(self.liability), 0)

    def test_a_lower_credit_keeps_a_fee(self):
        invoice = self.invoice((self.park.adult, 1))
        invoice.action_post()
        note = self.env["account.move"].browse(
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
            .refund_moves()["res_id"]
        )
        note.invoice_line_ids.price_unit = 64
        note.action_post()
        event = self.env["scenic.revenue.event"].search([("company_id", "=", self.company.id)])
        self.assertEqual((event.kind, event.amount), ("fee", 15.09))
        self.recognise()
        self.assertEqual(self.balance(self.company.scenic_fee_account_id), 15.09)

    def test_an_invoice_with_tickets_does_not_go_back_to_draft(self):
        invoice = self.invoice((self.park.adult, 1))
        invoice.action_post()
        with self.assertRaises(UserError):
            invoice.button_draft()

    def test_a_credit_note_without_invoice_is_refused(self):
        note = self.invoice((self.park.adult, 1), move_type="out_refund")
        with self.assertRaises(UserError):
            note.action_post()

    def test_analytic_models_count_a_ticket_once(self):
        plan = self.env["account.analytic.plan"].create({"name": "Attraction"})
        mountain = self.env["account.analytic.account"].create(
            {"name": "Mountain", "plan_id": plan.id, "company_id": self.company.id}
        )
        self.env["account.analytic.distribution.model"].create(
            {
                "product_id": self.park.adult.id,
                "analytic_distribution": {str(mountain.id): 100},
                "company_id": self.company.id,
            }
        )
        invoice = self.invoice((self.park.adult, 1))
        invoice.action_post()
        self.assertFalse(invoice.invoice_line_ids.analytic_distribution)
        self.use(self.env["scenic.ticket"].search([("company_id", "=", self.company.id)]))
        entry = self.recognise().move_id
        self.assertEqual(entry.line_ids.analytic_line_ids.mapped("amount"), [75.47])
