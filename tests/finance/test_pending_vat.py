"""Output VAT that is due with the use: parked at the sale, moved by the recognition, proved."""

from datetime import timedelta

import common_finance
import common_scenic

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestPendingVat(common_finance.FinanceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.company.scenic_pending_vat_account_id:
            cls.company._scenic_create_accounts()
        cls.company.scenic_vat_mode = "use"
        cls.pending = cls.company.scenic_pending_vat_account_id
        lines = cls.park.vat.invoice_repartition_line_ids
        cls.vat = lines.filtered(lambda line: line.repartition_type == "tax").account_id

    def assert_vat(self, pending, due):
        self.assertEqual((self.balance(self.pending), self.balance(self.vat)), (pending, due))
        proof = self.proof()
        self.assertEqual((proof["vat_balance"], proof["vat_expected"]), (pending, pending))

    def sold(self, product=None, quantity=1, **values):
        window = self.window()
        order = self.sell(window, (product or self.park.adult, quantity, values))
        self.close(window)
        return self.tickets(order)

    def test_the_closing_entry_parks_the_tax_of_tickets_and_not_of_goods(self):
        window = self.window()
        order = self.sell(window, (self.park.adult, 3, {"price_unit": 33.35}), (self.park.water, 2))
        self.assert_vat(0, 0)
        session = self.close(window)
        self.assertEqual(self.tickets(order).mapped("vat_value"), [1.89, 1.88, 1.89])
        self.assert_vat(5.66, 0.34)
        lines = session.move_id.line_ids.filtered(lambda line: line.account_id == self.pending)
        self.assertEqual(lines.scenic_vat_line_id, self.tickets(order).origin_aml_id)

    def test_each_use_moves_its_part_and_the_last_one_the_rest(self):
        ticket = self.sold(self.park.combo, price_unit=99.99)
        self.assert_vat(5.66, 0)
        self.use(ticket, self.park.ropeway)
        batch = self.recognise()
        self.assert_vat(3.4, 2.26)
        self.assertEqual(batch.vat_release_ids.mapped("amount"), [2.26])
        self.use(ticket)
        self.recognise()
        self.assert_vat(0, 5.66)
        self.assertFalse(self.recognise())

    def test_a_use_taken_back_takes_its_tax_back_in_red(self):
        ticket = self.sold()
        use = self.use(ticket)
        self.recognise()
        self.assert_vat(0, 4.53)
        use._reverse("mistake")
        entry = self.recognise().move_id
        self.assert_vat(4.53, 0)
        red = entry.line_ids.filtered(lambda line: line.account_id == self.vat)
        self.assertEqual((red.debit, red.credit), (0, -4.53))

    def test_expiry_makes_the_tax_due(self):
        tickets = self.sold(quantity=2)
        tickets._expire()
        self.recognise(tickets[0].valid_until + timedelta(days=1))
        self.assert_vat(0, 9.06)

    def test_a_refund_takes_the_tax_off_what_waits(self):
        window = self.window()
        order = self.sell(window, (self.park.adult, 3))
        common_scenic.refund(window, order.lines, 1)
        self.assert_vat(0, 0)
        self.close(window)
        self.assert_vat(9.05, 0)
        later = self.window()
        common_scenic.refund(later, order.lines, 1)
        self.assert_vat(9.05, 0)
        self.close(later)
        self.assert_vat(4.52, 0)

    def test_single_refunds_of_odd_cents_leave_nothing(self):
        window = self.window()
        order = self.sell(window, (self.park.adult, 3, {"price_unit": 33.35}))
        self.close(window)
        later = self.window()
        for _each in range(3):
            common_scenic.refund(later, order.lines, 1)
        self.close(later)
        self.recognise()
        self.assertEqual(self.balance(self.liability), 0)
        self.assertEqual(self.balance(self.pending), 0)
        self.assert_vat(0, self.balance(self.vat))

    def test_a_cent_of_tax_alone_waits_for_its_sale_like_all(self):
        window = self.window()
        order = self.sell(window, (self.park.adult, 2, {"price_unit": 10.01}))
        for _each in range(2):
            common_scenic.refund(window, order.lines, 1)
        tickets = self.tickets(order)
        taxes = [(ticket.vat_value, ticket.refund_vat) for ticket in tickets]
        self.assertEqual(taxes, [(0.57, 0.57), (0.56, 0.57)])
        self.assertEqual(tickets[1].revenue_event_ids.amount, 0)
        self.recognise()
        self.assert_vat(0, 0)
        self.close(window)
        self.assert_vat(-0.01, 0)
        self.recognise()
        self.assert_vat(0, -0.01)

    def test_a_kept_fee_keeps_its_tax_and_it_is_due(self):
        window = self.window()
        order = self.sell(window, (self.park.adult, 1))
        self.close(window)
        later = self.window()
        common_scenic.refund(later, order.lines, 1, price_unit=64)
        self.close(later)
        self.assert_vat(0.91, 0)
        self.recognise()
        self.assert_vat(0, 0.91)

    def test_an_invoice_at_the_window_parks_at_once(self):
        window = self.window()
        order = self.sell(window, (self.park.adult, 2), partner_id=self.partner.id, to_invoice=True)
        self.assert_vat(9.06, 0)
        self.sell(
            window,
            (self.park.adult, -1, {"refunded_orderline_id": order.lines.id}),
            partner_id=self.partner.id,
            to_invoice=True,
            is_refund=True,
        )
        self.assert_vat(4.53, 0)
        self.close(window)
        self.assert_vat(4.53, 0)

    def test_an_invoice_after_the_closing_changes_nothing(self):
        window = self.window()
        order = self.sell(window, (self.park.adult, 2))
        self.close(window)
        order.partner_id = self.partner
        order.sudo().with_context(generate_pdf=False).action_pos_order_invoice()
        self.assert_vat(9.06, 0)
        for ticket in self.tickets(order):
            self.use(ticket)
        self.recognise()
        self.assert_vat(0, 9.06)

    def test_customer_invoices_and_credit_notes(self):
        invoice = self.invoice((self.park.adult, 3, {"price_unit": 33.35}), (self.park.water, 1))
        invoice.action_post()
        self.assert_vat(5.66, 0.17)
        self.credit(invoice, [1, 0])
        self.recognise()
        tickets = self.env["scenic.ticket"].search([("company_id", "=", self.company.id)])
        self.use(tickets.filtered(lambda ticket: ticket.state == "valid")[0])
        self.recognise()
        self.credit(invoice, [1, 0])
        self.recognise()
        self.assert_vat(0, self.balance(self.vat))
        self.assertEqual(self.balance(self.liability), 0)

    def test_sales_from_before_stay_as_they_are(self):
        self.company.scenic_vat_mode = "sale"
        window = self.window()
        order = self.sell(window, (self.park.adult, 2))
        self.company.scenic_vat_mode = "use"
        self.close(window)
        common_scenic.refund(self.window(), order.lines, 1)
        self.use(self.tickets(order).filtered(lambda ticket: ticket.state == "valid"))
        self.recognise()
        self.assert_vat(0, 9.06)

    def test_what_waits_falls_due_after_the_mode_was_left(self):
        ticket = self.sold()
        self.company.scenic_vat_mode = "sale"
        self.use(ticket)
        self.recognise()
        self.assert_vat(0, 4.53)
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.company.scenic_pending_vat_account_id = self.vat

    def test_a_free_ticket_has_no_tax(self):
        tickets = self.sold(price_unit=0)
        self.use(tickets)
        self.recognise()
        self.assert_vat(0, 0)
        self.assertFalse(tickets.vat_value)

    def test_persons_who_leave_a_group_take_their_tax_along(self):
        ticket = self.sold(self.park.family, price_unit=199.99)
        whole = ticket.vat_value
        self.use(ticket, wanted=1)
        self.recognise()
        other = ticket._split(1, "goes home")
        self.assertEqual(round(ticket.vat_value + other.vat_value, 2), whole)
        self.use(ticket, wanted=1)
        self.use(other)
        self.recognise()
        self.assert_vat(0, whole)

    def test_the_proof_names_what_somebody_changed(self):
        self.prove = False
        self.sold()
        line = self.env["account.move.line"].search([("account_id", "=", self.pending.id)])
        self.env.cr.execute(
            "UPDATE account_move_line SET balance = balance + 1 WHERE id = %s", [line.id]
        )
        self.env.invalidate_all()
        [wrong] = [row for row in self.proof()["lines"] if row["kind"] == "difference"]
        self.assertEqual((wrong["amount"], wrong["move_id"]), (-1, line.move_id.id))

    def test_the_mode_needs_its_account(self):
        self.prove = False
        self.company.write({"scenic_vat_mode": "sale", "scenic_pending_vat_account_id": False})
        with self.assertRaises(UserError), self.cr.savepoint():
            self.company.scenic_vat_mode = "use"

    def test_a_group_order_parks_with_its_invoice_and_takes_back_with_a_draft(self):
        line = {
            "product_id": self.park.adult.id,
            "product_uom_qty": 3,
            "scenic_visit_date": self.park.site._today(),
        }
        order = self.env["sale.order"].create(
            {"partner_id": self.partner.id, "order_line": [Command.create(line)]}
        )
        order.action_confirm()
        tickets = self.env["scenic.ticket"].search([("sale_order_id", "=", order.id)])
        self.use(tickets[0])
        self.recognise()
        self.assert_vat(0, 0)
        invoice = order._create_invoices()
        invoice.action_post()
        self.assert_vat(13.58, 0)
        invoice.button_draft()
        self.assert_vat(0, 0)
        invoice.action_post()
        self.recognise()
        self.assert_vat(9.05, 4.53)
