"""A whole month of a park, drawn from a seed: every path of selling, every way to use a ticket.

Import the module, not its classes. Time is the month before this one, moved from day to day;
everything goes through the same doors as at a park: windows' orders, invoices, group orders,
channels' commands, boxes' journals, the nightly jobs, the accountant's screens.
"""

import base64
import random
from collections import Counter
from datetime import UTC, datetime, time, timedelta

import acquirer_files
import common_channel
import common_group
import common_scenic
import common_shares
import common_voucher
import month_trade
from common_gate import Journal, make_box, make_lane
from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command

LATE_BOX = (3, 5)  # the days on which the second box reaches nobody
LOCKED_ON, LOCKED_TO = 5, 3  # on that day the accountant locks all days up to that one
ANALYZE = (
    "ANALYZE account_move, account_move_line, account_partial_reconcile, account_payment,"
    " pos_order, pos_order_line, pos_payment, scenic_redemption, scenic_revenue_event,"
    " scenic_share_line, scenic_ticket, scenic_gate_fact"
)
EXPLAINED = {  # what an accountant knows of this park
    "use_unpaid": "The group pays by invoice.",
}


class MonthCase(
    month_trade.Trade, common_group.GroupCase, common_shares.ShareCase, common_channel.ChannelCase
):
    """A company with windows, a group desk, two channels, two boxes, three partners."""

    seed, tickets_wanted = 1, 1500
    days = 0  # 0: the whole month
    prove = False  # the month proves itself, day by day

    @classmethod
    def setUpClass(cls):
        after = fields.Date.today().replace(day=1)
        cls.first = after - (timedelta(cls.days) if cls.days else relativedelta(months=1))
        cls.days = (after - cls.first).days
        cls.clock = freeze_time(datetime.combine(cls.first, time(1), UTC))
        cls.frozen = cls.clock.start()
        cls.addClassCleanup(cls.clock.stop)
        super().setUpClass()
        cls.classPatch(type(cls.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 60.0)
        cls.chance = random.Random(cls.seed)
        cls.done = Counter()
        cls._make_gates()
        cls._make_channels()
        cls._make_acquirer()
        cls.park.policy.write({"tier_ids": [Command.clear(), *cls._tiers()]})
        cls.agency = cls.env["res.partner"].create({"name": "Agency"})

    @classmethod
    def _tiers(cls):
        """Return tiers of the policy: refunds cost a fee of odd cents."""
        fee = {"fee_percent": 13, "fee_amount": 0.37}
        return [
            Command.create({"kind": "refund", "hours_before": 72}),
            Command.create({"kind": "refund", "hours_before": -10000, **fee}),
        ]

    @classmethod
    def _make_gates(cls):
        cls.boxes = [make_box(cls.park), make_box(cls.park, "North Gate House", ("N1",))]
        for code in ("G2", "G3"):
            make_lane(cls.park, cls.boxes[0], code)
        make_lane(cls.park, cls.boxes[0], "R1", zone_id=cls.park.ropeway.id)
        cls.journals = [Journal(), Journal(lane="N1")]
        for journal in cls.journals:
            journal.clock = 0
        cls.sent = [0, 0]

    @classmethod
    def _make_channels(cls):
        def channel(name, mode):
            made = common_voucher.make_channel(cls.env, name).with_company(cls.company)
            made.settlement_mode = mode
            return made

        cls.channels = [channel("Travel Now", "credit"), channel("Fun Away", "redemption")]
        cls.items = [cls.env["scenic.voucher.item"] for _channel in cls.channels]

    @classmethod
    def _make_acquirer(cls):
        bank = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.wallet = cls.env["pos.payment.method"].create(
            {
                "name": "WeChat",
                "journal_id": bank.id,
                "company_id": cls.company.id,
            }
        )
        cls.company._scenic_create_accounts()
        cls.env["scenic.clearing"].create({}).action_create()
        cls.acquirer = cls.env["scenic.acquirer"].create(
            {
                "name": "WeChat Pay",
                "layout": "wechat",
                "merchant": "1900000109",
                "payment_method_ids": [Command.set(cls.wallet.ids)],
                "bank_journal_id": bank.id,
                "fee_rate": 0.6,
            }
        )
        cls.bank, cls.paid, cls.payments = bank, [], 0

    def setUp(self):
        super().setUp()
        self.operator = self.env["res.partner"].create({"name": "Boats Ltd"})
        ropeway, first = self.park.ropeway, {"date_from": self.first}
        self.share(self.car, 40, ropeway, treatment="agent", owed_when_unused=True, **first)
        self.share(self.town, 12.5, role="government", **first)
        boats = self.share(self.operator, 3.33, self.park.gate, **first)
        # other terms from the middle on
        middle = self.first + timedelta(days=self.days // 2)
        boats.date_to = middle - timedelta(days=1)
        self.share(self.operator, 5, self.park.gate, date_from=middle)

    # -- time --------------------------------------------------------------------

    def at(self, number, hour):
        """Go to an hour (local, of Shanghai) of a day of the month, counted from 1."""
        self.env.flush_all()
        self.day = self.first + timedelta(days=number - 1)
        moment = datetime.combine(self.day, time(hour)) - timedelta(hours=8)
        self.frozen.move_to(moment)
        self.env.invalidate_all()
        for number, box in enumerate(self.boxes):
            if not self.is_cut_off(number):
                box.last_seen = fields.Datetime.now()

    def is_cut_off(self, number):
        low, high = LATE_BOX
        return number == 1 and low <= (self.day - self.first).days + 1 <= high

    # -- a day -------------------------------------------------------------------

    def live(self):
        """Live through the month, and the morning after."""
        for number in range(1, self.days + 1):
            self.a_day(number, max(20, self.tickets_wanted // self.days))
        self.at(self.days + 1, 3)
        self.night()

    def a_day(self, number, tickets):
        if number > 1:
            self.at(number, 3)
            self.night()
        self.at(number, 9)
        self.windows = [self.open_till(f"Window {number}.{place}") for place in (1, 2)]
        self.sold_today = self.env["scenic.ticket"]
        self.uninvoiced = self.env["sale.order"]
        while len(self.sold_today) < tickets:
            self.sold_today |= self.sell_something(tickets)
        self.at(number, 15)
        self.visit(self.sold_today)
        self.give_back(self.sold_today)
        self.at(number, 21)
        for window in self.windows:
            self.close(window)
        self.invoice_late()
        for order in self.uninvoiced:
            self.post_invoice(order)
        self.uninvoiced = self.env["sale.order"]

    def night(self):
        """Let the nightly jobs run, and the accountant close what can be closed."""
        env, number = self.env, (self.day - self.first).days + 1
        # one transaction lives through the month: nobody else tells the planner what it holds
        env.cr.execute(ANALYZE)
        self.report()
        env["scenic.ticket"]._cron_expire()
        env["scenic.recognition"]._run(self.company, self.day - timedelta(days=1))
        common_scenic.assert_balanced(env, self.company)
        self.settle_cards()
        if number == LOCKED_ON:
            self.company.fiscalyear_lock_date = self.first + timedelta(days=LOCKED_TO - 1)
        self.close_days()

    def close_days(self):
        """Close what can be closed: days before which nothing is open and all gates have told."""
        lost = self.env["scenic.incident"].search(
            [
                ("company_id", "=", self.company.id),
                ("state", "=", "open"),
                ("kind", "in", ("after_void", "refund_early")),
            ]
        )
        for incident in lost:
            incident._settle("explained", "Refunded while the gate was cut off.")
        while (day := self.next_to_close()) < self.day:
            close = self.env["scenic.day.close"]._prepare(self.company, day)
            for row in close.difference_ids.filtered(lambda row: row.state == "open"):
                if row.code in EXPLAINED:
                    row._explain(EXPLAINED[row.code])
            self.left = close._close()
            if self.left:
                break
            self.assertIsNone(close._signature_problem())
            self.done["days closed"] += 1

    def next_to_close(self):
        last = self.env["scenic.day.close"].search(
            [("company_id", "=", self.company.id), ("state", "=", "closed")],
            order="day desc",
            limit=1,
        )
        return last.day + timedelta(days=1) if last else self.first

    def open_till(self, name):
        till = self.window(name)
        wanted = till.sudo().with_context(bypass_payment_method_ids_forbidden_change=True)
        wanted.payment_method_ids = [Command.link(self.wallet.id)]
        return till

    def settle_cards(self):
        """Book what the acquirer lists for the day before, and what it sent to the bank."""
        rows, self.paid[:] = self.paid[:], []
        if not rows:
            return
        wizard = self.env["scenic.acquirer.import"].create(
            {
                "acquirer_id": self.acquirer.id,
                "data": base64.b64encode(acquirer_files.wechat(rows)),
                "filename": "bill.csv",
            }
        )
        statement = self.env["scenic.acquirer.statement"].browse(wizard.action_import()["res_id"])
        self.assertEqual(set(statement.line_ids.mapped("code")), {"matched"})
        statement.action_confirm()
        self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "date": self.day,
                "amount": statement.net,
                "payment_ref": "settlement",
            }
        )
        statement.action_match_bank()
        self.assertTrue(statement.is_settled)
        self.done["payments settled"] += len(rows)

    # -- visiting ----------------------------------------------------------------

    def visit(self, tickets):
        """Four of five who may come today do, most at a gate, some checked by hand."""
        due = tickets.search(
            [
                ("company_id", "=", self.company.id),
                ("state", "=", "valid"),
                ("visit_date", "=", self.day),
            ]
        )
        for ticket in due:
            draw = self.chance.random()
            if draw < 0.02:
                self.use(ticket)._reverse("mistake")
            elif draw < 0.06:
                self.use(ticket)
            elif draw < 0.8:
                self.walk(ticket)
        self.report()

    def walk(self, ticket):
        number = int(self.chance.random() < 0.3)
        journal = self.journals[number]
        journal.clock = max(journal.clock + 1, int(datetime.now(UTC).timestamp() * 1000))
        persons = self.chance.randint(1, ticket.pax)
        journal.pass_through(ticket, persons)
        self.done["passages"] += 1
        goes_on = number == 0 and str(self.park.ropeway.id) in ticket.rights
        if goes_on and persons == ticket.pax and self.chance.random() < 0.6:
            lane = {"lane": "R1", "zone": "ROPEWAY"}
            op = journal.reserve(ticket, persons, **lane)
            journal.write("passed", ticket, pax=persons, op=op, **lane)

    def report(self):
        """Let the boxes tell what they have not told, where they reach the server."""
        self.env.flush_all()
        for number, (box, journal) in enumerate(zip(self.boxes, self.journals, strict=True)):
            if self.is_cut_off(number):
                continue
            while facts := journal.facts[self.sent[number] :][:500]:
                self.env["scenic.gate.intake"]._take(box, journal.epoch, facts)
                self.sent[number] += len(facts)
        self.env.invalidate_all()

    # -- the end -----------------------------------------------------------------

    def settle_up(self):
        """Settle with the partners and the channels, and close the month."""
        last = self.first + timedelta(days=self.days - 1)
        for partner in (self.car, self.town, self.operator):
            self.billed(self.settle(partner, self.first, last))
        self.statements = [self.their_statement(number) for number in (0, 1)]
        self.recognise(last)
        self.close_days()
        self.month = self.env["scenic.month.close"]._prepare(self.company, last)
        self.left += self.month._close()

    def their_statement(self, number):
        """Confirm what a channel lists: its orders, each with what it owes for it."""
        self.channel, self.today = self.channels[number], self.day
        rows = Counter()
        for item in self.items[number]:
            if number == 0 or item.ticket_id.used_count:
                rows[item.order_id.number] += round(item.settlement_price * 100)
        listed = [(order, f"{cents / 100:.2f}") for order, cents in rows.items()]
        dates = {"date_from": self.first, "date_to": self.day - timedelta(days=1)}
        statement = self.statement(listed, **dates)
        if not statement.open_count:
            statement.action_confirm()
        return statement
