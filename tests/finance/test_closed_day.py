"""A closed day is numbered, signed and stays as it is; what comes late is named on the next."""

import io
import json
from datetime import timedelta

import common_close
import common_scenic
import openpyxl
from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.scenic_finance.tools import books_signature


@tagged("post_install", "-at_install")
class TestClosedDay(common_close.CloseCase):
    def closed_day(self):
        self.a_day()
        close = self.prepare()
        self.assertEqual(close._close(), [])
        return close

    # -- closed -------------------------------------------------------------------------

    def test_a_closed_day_is_frozen_by_the_database(self):
        close = self.closed_day()
        for statement in (
            "UPDATE scenic_day_close SET sold = 9 WHERE id = %s",
            "UPDATE scenic_day_close SET state = 'open' WHERE id = %s",
            "DELETE FROM scenic_day_match WHERE close_id = %s",
            "UPDATE scenic_close_check SET ok = FALSE WHERE day_close_id = %s",
            "DELETE FROM scenic_day_close WHERE id = %s",
        ):
            with (
                self.assertRaises(CheckViolation),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                self.cr.execute(statement, [close.id])
        with self.assertRaises(UserError):
            close._close()

    def test_a_changed_figure_breaks_the_signature(self):
        close = self.closed_day()
        document = json.loads(close.document)
        document["figures"]["sold"] += 1
        self.sql(
            "UPDATE scenic_day_close SET document = %s WHERE id = %s",
            books_signature.canonical(document).decode(),
            close.id,
        )
        self.assertEqual(close._signature_problem(), "document")
        digest = books_signature.digest(document)
        self.sql("UPDATE scenic_day_close SET digest = %s WHERE id = %s", digest, close.id)
        self.assertEqual(close._signature_problem(), "signature")

    def test_opening_again_keeps_the_old_close_and_goes_on_with_the_chain(self):
        close = self.closed_day()
        fresh = close._reopen("A wrong price")
        self.assertEqual((close.state, close.is_replaced), ("closed", True))
        self.assertEqual((fresh.version, fresh.state), (2, "open"))
        self.assertFalse(self.company._scenic_day_is_closed(self.today))
        self.assertEqual(fresh._close(), [])
        document = json.loads(fresh.document)
        self.assertEqual((fresh.number, document["prev"]), (2, close.digest))
        self.assertEqual(document["replaces"], close.digest)
        self.assertIsNone(close._signature_problem())
        self.assertIsNone(fresh._signature_problem())
        with self.assertRaises(UserError):
            close._reopen("Twice")
        self.sql("DELETE FROM scenic_day_close WHERE id = %s", close.id)
        self.assertEqual(fresh._signature_problem(), "chain")

    def test_days_are_closed_in_their_order(self):
        self.closed_day()
        self.over(self.today + timedelta(days=2))
        later = self.prepare(self.today + timedelta(days=2))
        self.assertEqual(self.todo(later), ["day_before"])
        self.assertEqual(
            self.closes._missing_days(self.company),
            [],
        )

    def test_entries_of_a_closed_day_go_to_the_first_open_one(self):
        close = self.closed_day()
        invoice = self.invoice((self.park.adult, 2), invoice_date=self.today)
        invoice.action_post()
        self.assertEqual(invoice.date, self.today + timedelta(days=1))
        self.assertEqual(invoice.state, "posted")
        with self.assertRaises(UserError):
            self.session.move_id.button_draft()
        close._reopen("To correct it")
        other = self.invoice((self.park.adult, 2), invoice_date=self.today)
        other.action_post()
        self.assertEqual(other.date, self.today)
        common_scenic.assert_balanced(self.env, self.company)

    def test_late_facts_are_named_once_on_the_next_day(self):
        close = self.closed_day()
        before = close.document
        self.journal.pass_through(self.tickets(self.order)[3])
        self.take()
        batches = self.recognise(self.today)
        self.assertEqual(batches.move_id.mapped("date"), [self.today + timedelta(days=1)])
        tomorrow = self.today + timedelta(days=1)
        self.over(tomorrow + timedelta(days=1))
        after = self.prepare(tomorrow)
        [late] = after.difference_ids.filtered(lambda row: row.code == "late")
        self.assertEqual((late.late_close_id, late.persons, late.state), (close, 1, "explained"))
        self.assertAlmostEqual(late.amount, 75.47, 2)
        self.assertEqual(close.document, before)
        self.assertEqual(after._close(), [])
        third = self.prepare(tomorrow + timedelta(days=1))
        self.assertFalse(third.difference_ids.filtered(lambda row: row.code == "late"))
        common_scenic.assert_balanced(self.env, self.company)

    def test_sales_of_a_closed_day_stay_as_they_were_signed(self):
        self.closed_day()
        line = self.order.lines
        for record, values in (
            (self.order, {"amount_total": 1.0}),
            (line, {"price_subtotal_incl": 1.0}),
            (self.order.payment_ids, {"amount": 1.0}),
        ):
            with self.assertRaises(UserError):
                record.sudo().write(values)
        self.order.write({"amount_total": self.order.amount_total})  # nothing changes
        with self.assertRaises(UserError):
            self.order.payment_ids.sudo().unlink()

    # -- papers ---------------------------------------------------------------------------

    def test_the_papers_say_what_was_signed(self):
        self.journal.write("tailgate")
        self.a_day()
        close = self.prepare()
        close.difference_ids._explain("=cmd|A child")
        self.assertEqual(close._close(), [])
        self.assertTrue(close._pdf().startswith(b"%PDF"))
        book = openpyxl.load_workbook(io.BytesIO(close._xlsx()))
        cells = [cell.value for sheet in book for row in sheet for cell in row]
        self.assertIn(close.signature, cells)
        self.assertIn(320, cells)
        sealed = json.loads(close._json())
        self.assertIsNone(books_signature.problem(sealed, close.root_key))
        self.assertEqual(sealed["document"]["differences"][0]["code"], "tailgate")
        sealed["document"]["figures"]["used"] += 1
        self.assertEqual(books_signature.problem(sealed), "signature")

    def test_another_key_or_root_is_not_believed(self):
        close = self.closed_day()
        sealed = json.loads(close._json())
        self.assertEqual(books_signature.problem(sealed, "00" * 32), "root")
        self.assertEqual(books_signature.problem(sealed | {"key": "11" * 32}), "key")
        self.assertEqual(books_signature.problem({"document": {}}), "key")
