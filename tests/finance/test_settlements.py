"""What is owed is settled once, billed to the cent, and undone only with a trace."""

import io
from datetime import timedelta

import common_scenic
import common_shares
import openpyxl
from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.scenic_finance.tools import passage_file


@tagged("post_install", "-at_install")
class TestSettlements(common_shares.ShareCase):
    def setUp(self):
        super().setUp()
        self.today = self.park.site._today()
        self.rule = self.taxed(self.share(self.car, 30, self.park.ropeway))
        self.agent = self.share(self.car, 10, self.park.gate, treatment="agent")
        self.levy = self.share(self.town, basis="fixed", amount=2.5)
        self.combo = self.sold(self.park.combo, 3)
        for ticket in self.combo:
            self.use(ticket, self.park.gate)
            self.use(ticket, self.park.ropeway)
        self.recognise()

    def open_items(self, partner):
        return self.env["account.move.line"].search(
            [
                ("account_id", "=", self.accrual.id),
                ("partner_id", "=", partner.id),
                ("parent_state", "=", "posted"),
                ("amount_residual", "!=", 0),
            ]
        )

    def test_the_bill_takes_the_accrual_away(self):
        settlement = self.settle()
        self.assertEqual((settlement.passage_count, settlement.amount), (6, 76.41))
        bill = self.billed(settlement)
        self.assertEqual(bill.move_type, "in_invoice")
        self.assertEqual(settlement.state, "billed")
        self.assertEqual((bill.amount_untaxed, bill.amount_tax), (76.41, 3.06))
        self.assertEqual(len(bill.invoice_line_ids), 2)
        self.assertFalse(self.open_items(self.car))
        self.assertEqual(set(bill._scenic_share_items().mapped("amount_residual")), {0})
        # the other partner is still owed
        self.assertEqual(self.balance(self.accrual), 15)
        self.assertEqual(sum(self.open_items(self.town).mapped("amount_residual")), -15)
        proof = self.proof()
        self.assertEqual(
            (proof["share_accrued"], proof["share_billed"], proof["share_balance"]),
            (91.41, 76.41, 15),
        )

    def test_nothing_is_settled_twice(self):
        self.settle().action_confirm()
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.settle(last=self.today + timedelta(days=3))
        # of two at the same moment, the database lets one through
        with (
            self.assertRaises(UniqueViolation),
            self.cr.savepoint(),
            mute_logger("odoo.sql_db"),
        ):
            self.settle()
        later = self.settle(
            first=self.today + timedelta(days=1), last=self.today + timedelta(days=30)
        )
        self.assertEqual(later.passage_count, 0)
        with self.assertRaises(UserError), self.cr.savepoint():
            later.action_confirm()

    def test_numbers_have_no_gaps(self):
        first, second = self.settle(), self.settle(self.town)
        second.action_confirm()
        first.action_confirm()
        first.action_cancel()
        self.assertEqual((second.number, first.number), (1, 2))
        with self.assertRaises(UserError), self.cr.savepoint():
            first.unlink()

    def test_what_is_taken_back_later_comes_with_the_next_period(self):
        last_month = fields.Date.subtract(fields.Date.start_of(self.today, "month"), days=1)
        self.billed(self.settle(self.town))
        used = self.env["scenic.redemption"].search([("ticket_id", "=", self.combo[0].id)])
        used[0]._reverse("wrong person")
        self.recognise()
        tomorrow = self.today + timedelta(days=1)
        settlement = self.settle(self.town, tomorrow, tomorrow)
        self.assertEqual((settlement.amount, settlement.late_amount), (-2.5, -2.5))
        bill = self.billed(settlement)
        self.assertEqual((bill.move_type, bill.amount_total), ("in_refund", 2.5))
        self.assertFalse(self.open_items(self.town))
        self.assertLess(last_month, self.today)

    def test_a_settlement_of_nothing_needs_no_bill(self):
        for use in self.env["scenic.redemption"].search([("ticket_id", "in", self.combo.ids)]):
            use._reverse("closed by storm")
        self.recognise()
        settlement = self.settle(self.town)
        settlement.action_confirm()
        settlement.action_bill()
        self.assertEqual((settlement.state, settlement.amount), ("billed", 0))
        self.assertFalse(settlement.move_id)
        self.assertFalse(self.open_items(self.town))

    def test_taking_back_leaves_a_trace_and_frees_the_lines(self):
        settlement = self.settle()
        settlement.action_confirm()
        settlement.action_bill()
        settlement.action_cancel()
        self.assertEqual((settlement.state, settlement.amount), ("cancelled", 76.41))
        self.assertEqual(settlement.move_id.state, "cancel")
        self.assertTrue(settlement.attachment_id)
        again = self.settle()
        self.assertEqual(again.passage_count, 6)
        self.billed(again)
        with self.assertRaises(UserError), self.cr.savepoint():
            again.action_cancel()

    def test_reversing_the_bill_takes_the_settlement_back(self):
        settlement = self.settle()
        bill = self.billed(settlement)
        note = self.credit(bill)
        self.assertEqual(settlement.state, "cancelled")
        self.assertEqual(sum(self.open_items(self.car).mapped("amount_residual")), -76.41)
        with self.assertRaises(UserError), self.cr.savepoint():
            note.button_draft()
        self.billed(self.settle())
        self.assertFalse(self.open_items(self.car))

    def test_a_part_of_a_settlement_is_not_given_back(self):
        bill = self.billed(self.settle())
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=bill.ids)
            .create({"journal_id": bill.journal_id.id, "reason": "test"})
        )
        note = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        note.invoice_line_ids[0].price_unit /= 2
        with self.assertRaises(UserError), self.cr.savepoint():
            note.action_post()

    def test_a_bill_of_another_amount_is_refused(self):
        settlement = self.settle()
        settlement.action_confirm()
        settlement.action_bill()
        settlement.move_id.invoice_line_ids[0].price_unit += 10
        with self.assertRaises(UserError), self.cr.savepoint():
            settlement.move_id.action_post()

    def test_a_bill_that_is_a_draft_again_is_posted_again(self):
        settlement = self.settle()
        bill = self.billed(settlement)
        bill.button_draft()
        self.assertEqual(settlement.state, "confirmed")
        common_scenic.assert_balanced(self.env, self.company)
        bill.action_post()
        self.assertEqual(settlement.state, "billed")
        self.assertFalse(self.open_items(self.car))

    def test_a_period_is_settled_for_all_partners_at_once(self):
        wizard = self.env["scenic.settlement.make"].create(
            {
                "company_id": self.company.id,
                "date_from": fields.Date.start_of(self.today, "month"),
                "date_to": self.today,
            }
        )
        wizard.action_make()
        made = self.env["scenic.settlement"].search([("company_id", "=", self.company.id)])
        self.assertEqual(made.partner_id, self.car | self.town)
        with self.assertRaises(UserError), self.cr.savepoint():
            wizard.action_make()

    def test_the_list_of_passages_is_attached(self):
        settlement = self.settle()
        # as in a worker that has just started: reading labels asks the database
        self.env.registry.clear_all_caches()
        bill = self.billed(settlement)
        attached = self.env["ir.attachment"].search(
            [("res_model", "=", "account.move"), ("res_id", "=", bill.id)]
        )
        self.assertIn(settlement.attachment_id.checksum, attached.mapped("checksum"))
        sheet = openpyxl.load_workbook(io.BytesIO(settlement.attachment_id.raw)).active
        rows = list(sheet.iter_rows(values_only=True))
        body = rows[-settlement.passage_count :]
        self.assertAlmostEqual(sum(row[10] for row in body), 76.41, 2)
        self.assertEqual({row[4] for row in body}, {self.park.gate.name, self.park.ropeway.name})
        # no list opens a gate: it has only the end of a ticket's number
        self.assertEqual({row[6] for row in body}, {t.alias[-4:] for t in self.combo})
        self.assertNotIn(self.combo[0].alias, str(rows))

    def test_a_long_list_is_text(self):
        condition_rows = [["=1+1", 2, None]]
        content, extension, _mime = passage_file.build(
            "t", [], ["a", "b", "c"], condition_rows, 9, 5
        )
        self.assertEqual(extension, "csv")
        self.assertEqual(content.decode("utf-8-sig").splitlines(), ["a,b,c", "'=1+1,2,"])

    def test_the_statement_is_printed(self):
        settlement = self.settle()
        settlement.action_confirm()
        self.env.registry.clear_all_caches()
        html = self.env["ir.actions.report"]._render_qweb_html(
            "scenic_finance.settlement_document", settlement.ids
        )[0]
        self.assertIn(settlement.name.encode(), html)
        self.assertIn(b"76.41", html)

    def test_only_accountants_settle(self):
        clerk = common_scenic.make_user(self.env, "clerk", "accountant", company=self.company)
        with self.assertRaises(AccessError):
            self.env["scenic.settlement"].with_user(clerk).search([])
        keeper = common_scenic.make_user(
            self.env, "keeper", "scenic_finance.group_accountant", company=self.company
        )
        settlement = self.settle().with_user(keeper)
        settlement.action_confirm()
        settlement.action_bill()
        settlement.move_id.action_post()
        self.assertEqual(settlement.state, "billed")

    def test_a_settlement_that_lost_a_line_is_found(self):
        settlement = self.settle()
        self.billed(settlement)
        line = self.lines(("settlement_id", "=", settlement.id))[0]
        self.sql("UPDATE scenic_share_line SET settlement_id = NULL WHERE id = %s", line.id)
        [found] = self.wrong()
        self.assertEqual(found["settlement_id"], settlement.id)
        self.assertEqual(found["amount"], -line.amount)
        self.sql(
            "UPDATE scenic_share_line SET settlement_id = %s WHERE id = %s", settlement.id, line.id
        )
