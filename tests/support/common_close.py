"""A day with a window, a gate box and the books, for tests of the close.

Import the module, not its classes: pytest collects imported test cases a second time.
"""

from datetime import timedelta
from unittest.mock import patch

import common_finance
from common_gate import Journal, make_box

from odoo import fields


class CloseCase(common_finance.FinanceCase):
    """A company whose today may be closed: the day is over when the test says so."""

    prove = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.box = make_box(cls.park)
        cls.closes = cls.env["scenic.day.close"]
        cls.today = cls.park.site._today()

    def setUp(self):
        super().setUp()
        self.over(self.today)
        self.journal = Journal()
        self.journal.clock = int(fields.Datetime.now().timestamp() * 1000)

    def over(self, day):
        """Let all days until this one be over, and the gates have reported them."""
        patcher = patch.object(type(self.closes), "_last_day", lambda _self, _company: day)
        patcher.start()
        self.addCleanup(patcher.stop)
        self.box.last_seen = self.park.site._midnight(day + timedelta(days=2))

    def take(self):
        """Let the box report what is in its journal."""
        self.env.flush_all()
        self.env["scenic.gate.intake"]._take(self.box, self.journal.epoch, self.journal.facts)
        self.env.invalidate_all()

    def a_day(self, tickets=4, used=2):
        """Sell tickets, let some pass the gate, close the session, recognise."""
        self.win = self.window()
        self.order = self.sell(self.win, (self.park.adult, tickets))
        self.session = self.close(self.win)
        for ticket in self.tickets(self.order)[:used]:
            self.journal.pass_through(ticket)
        self.take()
        self.recognise(self.today)

    def prepare(self, day=None):
        close = self.closes._prepare(self.company, day or self.today)
        self.env.invalidate_all()
        return close

    def open_codes(self, close):
        rows = close.difference_ids.filtered(lambda row: row.state == "open")
        return sorted(rows.mapped("code"))

    def todo(self, close):
        checks = close.check_ids.filtered(lambda row: not row.ok and not row.warn)
        return sorted(checks.mapped("code"))

    def sql(self, statement, *values):
        """Damage the database behind everybody's back, laws switched off."""
        self.env.flush_all()
        self.cr.execute("SET LOCAL session_replication_role = replica")
        self.cr.execute(statement, values)
        self.cr.execute("SET LOCAL session_replication_role = origin")
        self.env.invalidate_all()
