"""Two recognitions at once, on connections of their own: every use becomes revenue once."""

from threading import Barrier, Thread

import committed_books
import common_scenic
from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

USES = 40


@tagged("post_install", "-at_install")
class TestRecognitionConcurrency(committed_books.CommittedBooksCase):
    def sell_and_use(self):
        with self.books() as (env, _company):
            invoice = env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "partner_id": env["res.partner"].create({"name": "Agency"}).id,
                    "invoice_line_ids": [
                        fields.Command.create(
                            {"product_id": self.product_id, "quantity": USES, "price_unit": 33.35}
                        )
                    ],
                }
            )
            invoice.action_post()
            tickets = env["scenic.ticket"].search(
                [("invoice_line_id", "in", invoice.invoice_line_ids.ids)]
            )
            env["scenic.redemption"]._append(
                [
                    {
                        "ticket_id": ticket.id,
                        "zone_id": self.zone_id,
                        "happened_at": fields.Datetime.now(),
                    }
                    for ticket in tickets
                ]
            )
            return tickets.ids

    def check(self, tickets):
        """Each use is in exactly one posted batch, and the books prove."""
        with self.books() as (env, company):
            events = env["scenic.revenue.event"].search([("ticket_id", "in", tickets)])
            self.assertEqual(len(events), USES)
            self.assertEqual(len(events.recognition_id), 1)
            batch = events.recognition_id
            self.assertEqual(batch.event_count, len(batch.event_ids))
            self.assertEqual(batch.move_id.state, "posted")
            common_scenic.assert_balanced(env, company)

    def test_a_second_run_leaves_while_the_first_one_works(self):
        tickets = self.sell_and_use()
        with self.books() as (first, company):
            self.assertTrue(first["scenic.recognition"]._run(company))
            with self.books() as (second, same), self.assertRaises(UserError):
                # without the lock of its own it would wait for the first one's rows for ever
                second.cr.execute("SET LOCAL lock_timeout = '5s'")
                second["scenic.recognition"]._run(same.with_env(second))
        self.check(tickets)

    def test_a_run_that_looked_before_the_other_committed_fails_and_can_be_repeated(self):
        tickets = self.sell_and_use()
        with self.books() as (late, company):
            # the snapshot of this transaction is taken here, before the other one commits
            late["scenic.revenue.event"].search_count([])
            with self.books() as (early, same):
                early["scenic.recognition"]._run(same.with_env(early))
            with self.assertRaises(SerializationFailure), mute_logger("odoo.sql_db"):
                late["scenic.recognition"]._run(company)
            late.cr.rollback()
        with self.books() as (again, company):
            self.assertFalse(again["scenic.recognition"]._run(company))
        self.check(tickets)

    def test_many_at_once_post_one_entry(self):
        tickets = self.sell_and_use()
        start, done = Barrier(4), []

        def run():
            start.wait(60)
            try:
                with self.books() as (env, company), mute_logger("odoo.sql_db"):
                    done.append(bool(env["scenic.recognition"]._run(company)))
            except (UserError, SerializationFailure):
                done.append(False)

        threads = [Thread(target=run) for _i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        self.assertEqual(sorted(done), [False, False, False, True])
        self.check(tickets)

    def test_a_use_and_an_expiry_at_once_release_the_value_once(self):
        with self.books() as (env, _company):
            ticket = env["scenic.ticket"].browse(self.sell_and_use_nothing(env))
            ticket_id = ticket.id
        with self.books() as (late, _company):
            late["scenic.ticket"].browse(ticket_id).mapped("state")
            with self.books() as (early, _same):
                early["scenic.ticket"].browse(ticket_id)._expire()
            with self.assertRaises(SerializationFailure), mute_logger("odoo.sql_db"):
                self.use(late, ticket_id)
            late.cr.rollback()
        with self.books() as (again, company):
            self.use(again, ticket_id)
            again.flush_all()
            self.assertEqual(again["scenic.ticket"].browse(ticket_id).remaining_value, 0)
            common_scenic.assert_balanced(again, company)

    def sell_and_use_nothing(self, env):
        invoice = env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": env["res.partner"].create({"name": "Agency"}).id,
                "invoice_line_ids": [fields.Command.create({"product_id": self.product_id})],
            }
        )
        invoice.action_post()
        return (
            env["scenic.ticket"]
            .search([("invoice_line_id", "in", invoice.invoice_line_ids.ids)])
            .id
        )

    def use(self, env, ticket_id):
        env["scenic.redemption"]._append(
            [
                {
                    "ticket_id": ticket_id,
                    "zone_id": self.zone_id,
                    "happened_at": fields.Datetime.now(),
                }
            ]
        )
