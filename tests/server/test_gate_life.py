"""What becomes of a ticket reaches the boxes, and a box that has heard of it refuses old copies.

The real engine of a box, fed by the real server functions of the sync.
"""

import json
import secrets
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import common_scenic
from common_gate import make_box
from common_scenic import make_tickets, to_unix
from merged_handlers import Engine, Store, parse

from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestGateLife(common_scenic.ScenicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.box = make_box(cls.park)
        cls.epoch = secrets.token_hex(8)

    def setUp(self):
        super().setUp()
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.store = Store(Path(folder) / "gate.db", secrets.token_hex)
        self.addCleanup(self.store.close)
        self.engine = Engine(self.store, lambda: secrets.token_hex(16))
        self.ticket = make_tickets(self.park)
        # the scans of a test take minutes, which must not end the day of its tickets
        tonight = self.park.site._midnight(self.ticket.visit_date + timedelta(1))
        self.cursor, self.now = 0, min(time.time(), to_unix(tonight) - 1800)

    def tearDown(self):
        common_scenic.assert_balanced(self.env, self.park.company)
        super().tearDown()

    def sync(self):
        """Bring the box up to date; returns the identities that it heard of."""
        self.env.flush_all()
        _revision, config = self.env["scenic.gate.config"]._for_box(self.box)
        self.engine.configure(parse(json.loads(json.dumps(config))))
        self.engine.trusted = self.engine.online = True
        self.engine.contact = self.now
        changes = self.env["scenic.ticket.change"]
        changes._publish()
        rows, self.cursor, _more = changes._delta(
            self.park.site, self.box.id, self.epoch, self.cursor
        )
        self.engine.snapshot.apply(json.loads(json.dumps(rows)), self.cursor)
        self.assertEqual(self.engine.snapshot.broken, 0)
        return {row["u"] for row in rows}

    def scan(self, text, persons=0):
        self.now += 60
        return self.engine.scan("G1", text, self.now, persons, staff=bool(persons)).reason.value

    def told(self, act, ticket=None):
        """Act and sync; the box must have been told of the ticket."""
        ticket = ticket or self.ticket
        self.sync()
        act(ticket)
        self.assertIn(ticket.uid, self.sync())

    def test_reissue_ends_the_old_copy_at_the_box(self):
        code, alias = self.ticket.code, self.ticket.alias
        self.told(lambda ticket: ticket._reissue("lost"))
        self.assertEqual(self.scan(code), "E_SUPERSEDED")
        self.assertEqual(self.scan(alias), "E_UNKNOWN_ALIAS")
        self.assertEqual(self.scan(self.ticket.alias), "OK")
        other = make_tickets(self.park)
        self.told(lambda ticket: ticket._reissue("lost"), other)
        self.assertEqual(self.scan(other.code), "OK")

    def test_transfer_ends_the_old_copy_at_the_box(self):
        code = self.ticket.code
        self.told(lambda ticket: ticket._transfer())
        self.assertEqual(self.scan(code), "E_SUPERSEDED")
        self.assertEqual(self.scan(self.ticket.code), "OK")

    def test_rebooked_ticket_is_good_on_its_new_date_only(self):
        code = self.ticket.code
        later = self.ticket.visit_date + timedelta(2)
        self.told(lambda ticket: ticket._rebook(later))
        self.assertEqual(self.scan(code), "E_SUPERSEDED")
        self.assertEqual(self.scan(self.ticket.code), "E_EARLY")
        self.now += 2 * 86400
        self.assertEqual(self.scan(self.ticket.code), "OK")

    def test_blocked_and_reserved_tickets_open_nothing_until_they_may(self):
        self.told(lambda ticket: ticket._block("stolen"))
        self.assertEqual(self.scan(self.ticket.code), "E_BLOCKED")
        self.told(lambda ticket: ticket._unblock())
        self.told(lambda ticket: ticket._hold())
        self.assertEqual(self.scan(self.ticket.code), "E_HELD")
        self.told(lambda ticket: ticket._activate())
        self.assertEqual(self.scan(self.ticket.code), "OK")

    def test_persons_who_left_do_not_enter(self):
        group = make_tickets(self.park, self.park.family, pax=6)
        self.told(lambda ticket: ticket._split(4), group)
        self.assertEqual(self.scan(group.code, persons=3), "E_USED")
        self.assertEqual(self.scan(group.code, persons=2), "OK")
        self.assertEqual(self.scan(group.code, persons=1), "E_USED")

    def test_refunded_part_is_refused(self):
        group = make_tickets(self.park, self.park.family)
        part = group._split(1)
        part._void("refund")
        self.sync()
        self.assertEqual(self.scan(part.code), "E_REVOKED")
        self.assertEqual(self.scan(group.code), "OK")

    def test_server_answers_as_the_box_does(self):
        def reasons(text):
            answer = self.env["scenic.redemption"]._judge(text, self.park.gate)
            return answer["reason"], self.scan(text)

        for act, expected in (
            (lambda t: t._block("x"), "E_BLOCKED"),
            (lambda t: t._hold(), "E_HELD"),
            (lambda t: t._void("x"), "E_REVOKED"),
            (lambda t: t._rebook(t.visit_date + timedelta(1)), "E_EARLY"),
        ):
            ticket = make_tickets(self.park)
            self.told(act, ticket)
            with self.subTest(expected=expected):
                self.assertEqual(reasons(ticket.code), (expected, expected))
