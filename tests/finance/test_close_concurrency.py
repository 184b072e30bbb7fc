"""Two people close the books at once, on connections of their own."""

from datetime import timedelta
from threading import Barrier, Thread

import committed_books
import common_scenic
from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestCloseConcurrency(committed_books.CommittedBooksCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.yesterday = cls.today - timedelta(days=1)

    def prepared(self, back):
        """Return the id of the close of a day so many days before yesterday."""
        with self.books() as (env, company):
            day = self.yesterday - timedelta(days=back)
            return env["scenic.day.close"]._prepare(company, day).id

    def closed(self, close_id):
        with self.books() as (env, _company):
            close = env["scenic.day.close"].browse(close_id)
            return close.state, close.number, close._signature_problem()

    def test_1_many_at_once_close_a_day_once(self):
        close_id = self.prepared(3)
        start, done = Barrier(4), []

        def run():
            start.wait(60)
            try:
                with self.books() as (env, _company), mute_logger("odoo.sql_db"):
                    done.append(env["scenic.day.close"].browse(close_id)._close() == [])
            except (UserError, SerializationFailure):
                done.append(False)

        threads = [Thread(target=run) for _i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        self.assertEqual(sorted(done), [False, False, False, True])
        self.assertEqual(self.closed(close_id), ("closed", 1, None))

    def test_2_who_looked_before_the_other_committed_closes_nothing_twice(self):
        close_id = self.prepared(2)
        with self.books() as (late, _company):
            late["scenic.day.close"].browse(close_id).mapped("state")
            with self.books() as (early, _same):
                self.assertEqual(early["scenic.day.close"].browse(close_id)._close(), [])
            with self.assertRaises(SerializationFailure), mute_logger("odoo.sql_db"):
                late["scenic.day.close"].browse(close_id)._close()
            late.cr.rollback()
        with self.books() as (again, _company), self.assertRaises(UserError):
            again["scenic.day.close"].browse(close_id)._close()
        self.assertEqual(self.closed(close_id), ("closed", 2, None))

    def test_3_a_close_that_is_undone_leaves_no_gap_in_the_numbers(self):
        close_id = self.prepared(1)
        with self.books() as (env, _company):
            env["scenic.day.close"].browse(close_id)._close()
            env.cr.rollback()
        with self.books() as (env, _company):
            self.assertEqual(env["scenic.day.close"].browse(close_id)._close(), [])
        self.assertEqual(self.closed(close_id), ("closed", 3, None))

    def test_4_an_entry_and_the_close_of_its_day_see_each_other(self):
        close_id = self.prepared(0)
        with self.books() as (poster, company):
            invoice = poster["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "partner_id": poster["res.partner"].create({"name": "Agency"}).id,
                    "invoice_date": self.yesterday,
                    "invoice_line_ids": [(0, 0, {"product_id": self.product_id})],
                }
            )
            poster.flush_all()
            with self.books() as (closer, _same):
                self.assertEqual(closer["scenic.day.close"].browse(close_id)._close(), [])
            # its snapshot is older than the close: it must not post on the day
            with self.assertRaises(SerializationFailure), mute_logger("odoo.sql_db"):
                invoice.action_post()
            poster.cr.rollback()
        with self.books() as (again, company):
            invoice = again["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "partner_id": again["res.partner"].create({"name": "Agency"}).id,
                    "invoice_date": self.yesterday,
                    "invoice_line_ids": [(0, 0, {"product_id": self.product_id})],
                }
            )
            invoice.action_post()
            self.assertGreater(invoice.date, self.yesterday)
            again.flush_all()
            common_scenic.assert_balanced(again, company)
