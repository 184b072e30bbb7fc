"""The nightly job dies in the middle, by SIGKILL: what it finished stays, the rest is done once."""

import os
import subprocess

import committed_books
import common_scenic
from scenic_park import waiting
from scenic_tools import paths

from odoo import fields
from odoo.tests import get_db_name, tagged

# the job as the scheduler runs it, held up inside its second entry: posted, but not committed
JOB = """
moves = type(env["account.move"])
original, posted = moves._post, []

def hold(self, soft=True):
    done = original(self, soft)
    if self.line_ids.scenic_recognition_id:
        posted.append(self.id)
        if len(posted) == 2:
            self.env.flush_all()
            self.env.cr.execute("SELECT pg_advisory_xact_lock(hashtext('scenic.test.kill'))")
    return done

moves._post = hold
env.ref("scenic_finance.cron_recognition").method_direct_trigger()
"""
WAITING = (
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@tagged("post_install", "-at_install")
class TestRecognitionKill(committed_books.CommittedBooksCase):
    def day(self, ago):
        return fields.Date.subtract(self.today, days=ago)

    def sell_and_use(self):
        """Sell three days ago; one visitor on each of the two days after it."""
        with self.books() as (env, _company):
            invoice = env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "partner_id": env["res.partner"].create({"name": "Agency"}).id,
                    "invoice_date": self.day(3),
                    "invoice_line_ids": [
                        fields.Command.create({"product_id": self.product_id, "quantity": 3})
                    ],
                }
            )
            invoice.action_post()
            tickets = env["scenic.ticket"].search(
                [("invoice_line_id", "in", invoice.invoice_line_ids.ids)]
            )
            noon = fields.Datetime.to_datetime(self.today).replace(hour=4)
            env["scenic.redemption"]._append(
                [
                    {
                        "ticket_id": ticket.id,
                        "zone_id": self.zone_id,
                        "happened_at": fields.Datetime.subtract(noon, days=ago),
                    }
                    for ticket, ago in zip(tickets[:2], (2, 1), strict=True)
                ]
            )

    def found(self):
        with self.books() as (env, company):
            batches = env["scenic.recognition"].search([("company_id", "=", company.id)])
            common_scenic.assert_balanced(env, company)
            return [
                (batch.day, batch.posted_date, batch.event_count) for batch in batches.sorted("day")
            ]

    def waits(self):
        with self.connect() as env:
            env.cr.execute(WAITING)
            return env.cr.fetchall()

    def gone(self, pids):
        with self.connect() as env:
            env.cr.execute("SELECT 1 FROM pg_stat_activity WHERE pid = ANY(%s)", [pids])
            return not env.cr.fetchall()

    def test_a_killed_job_keeps_its_days_and_the_next_one_goes_on(self):
        self.sell_and_use()
        with self.connect() as blocker:
            blocker.cr.execute("SELECT pg_advisory_xact_lock(hashtext('scenic.test.kill'))")
            job = subprocess.Popen(
                [paths.LOCAL / "bin" / "odoo", "shell", "-d", get_db_name(), "--no-http"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=os.environ,
                text=True,
            )
            job.stdin.write(JOB)
            job.stdin.close()
            try:
                waiting.until(lambda: self.waits() or job.poll() is not None, "the job waits", 180)
                self.assertIsNone(job.poll())
                pids = [pid for (pid,) in self.waits()]
            finally:
                job.kill()
                job.wait(60)
        waiting.until(lambda: self.gone(pids), "the database noticed", 90)
        first = (self.day(2), self.day(2), 1)
        self.assertEqual(self.found(), [first])
        with self.books() as (env, _company):
            env["scenic.recognition"]._cron_run()
        second = (self.day(1), self.day(1), 1)
        self.assertEqual(self.found(), [first, second])
        with self.books() as (env, company):
            self.assertFalse(env["scenic.recognition"]._run(company))
        self.assertEqual(self.found(), [first, second])
