"""Sold without the server, admitted by gates that never heard of the window: what becomes of it."""

import json
import random
import secrets
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import common_scenic
from common_gate import make_box, make_lane
from common_scenic import open_window, order_data
from fuzzing import examples
from merged_handlers import Engine, Store, parse
from window_key import WindowKey

from odoo.tests import tagged

from odoo.addons.scenic_gate_iot.tools.sync_request import SyncRequest

LANES = ("G1", "G2")


class Gate:
    """One box, cut off from the server after it got a configuration."""

    def __init__(self, test, box, lane):
        self.test, self.box, self.lane = test, box, lane
        folder = test.enterContext(tempfile.TemporaryDirectory())
        store = Store(Path(folder) / "gate.db", secrets.token_hex)
        test.addCleanup(store.close)
        self.engine = Engine(store, lambda: secrets.token_hex(16))
        self.epoch = secrets.token_hex(8)
        self.revision, self.now = "", time.time()
        self.configure()

    def configure(self):
        self.test.env.flush_all()
        config = self.test.env["scenic.gate.config"]
        self.revision, told = config._for_box(self.box, self.revision)
        self.engine.configure(parse(json.loads(json.dumps(told))))
        self.engine.trusted = True
        self.engine.contact = self.now

    def scan(self, text, persons=0):
        self.now += 20
        answer = self.engine.scan(self.lane, text, self.now, persons, staff=bool(persons))
        return answer.reason.value

    def report(self, first=1, last=10_000):
        """Send some of the facts, as often as one likes."""
        facts = self.engine.journal.facts(0, 10_000)
        self.test.env.flush_all()
        message = SyncRequest(
            epoch=self.engine.store.epoch,
            facts=[fact for fact in facts if first <= fact["seq"] <= last],
            oldest=1,
            acks=[],
            config_rev=self.revision,
            cursor=0,
            status={},
        )
        answer = self.test.env["scenic.gate.sync"]._serve(self.box.id, message, 0.0)
        self.test.env.invalidate_all()
        return answer


@tagged("post_install", "-at_install")
class TestWindowGates(common_scenic.ScenicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.window = open_window(cls.park)
        cls.today = cls.park.site._today()
        cls.boxes = [make_box(cls.park, f"House {lane}", (lane,)) for lane in LANES]

    def setUp(self):
        super().setUp()
        # before the window has its key: no gate hears of it
        self.gates = [Gate(self, *pair) for pair in zip(self.boxes, LANES, strict=True)]
        self.key = WindowKey(self.window, site=self.park.site)

    def tearDown(self):
        common_scenic.assert_balanced(self.env, self.park.company)
        super().tearDown()

    def order(self, product, count=1, **changed):
        """Sell without the server; returns the order that waits and its codes."""
        line = self.key.line(product, self.today, count, **changed)
        codes = [code["code"] for code in line[2]["scenic_data"]["codes"]]
        return order_data(self.window, [line]), codes

    def upload(self, data):
        # what a request does when it ends
        order = common_scenic.sync(self.window, data)
        self.env.flush_all()
        self.env["scenic.gate.intake"]._match_orphans()
        return order.scenic_ticket_ids.sorted("seq")

    def open_incidents(self, *kinds):
        domain = [("site_id", "=", self.park.site.id), ("state", "=", "open")]
        return self.env["scenic.incident"].search([*domain, ("kind", "in", kinds)])

    def record(self):
        return self.env["scenic.certificate"].search([("kid", "=", self.key.kid)])

    def test_admitted_once_by_a_gate_that_never_heard_of_the_window(self):
        data, (code, other) = self.order(self.park.adult, 2)
        gate = self.gates[0]
        self.assertEqual(gate.scan(code), "OK")
        self.assertEqual(gate.scan(code), "E_USED")
        gate.report()
        self.assertEqual(self.open_incidents("unknown_ticket").persons, 1)
        first, second = self.upload(data)
        self.assertEqual((first.state, second.state), ("used", "valid"))
        self.assertEqual(first.redemption_ids.mode, "offline")
        self.assertFalse(self.open_incidents("unknown_ticket", "excess"))
        self.assertEqual(gate.scan(other), "OK")
        gate.report()
        self.env.invalidate_all()
        self.assertEqual(second.state, "used")

    def test_a_gate_keeps_the_limits_of_the_window(self):
        self.window.sudo().scenic_offline_entrance_ids = self.park.north
        self.key = WindowKey(self.window, site=self.park.site)
        south = self.gates[0]
        told = self.key.answer["products"][self.park.adult.product_tmpl_id.id]
        self.assertEqual(told["class_no"], 0)
        for changed, reason in (
            ({}, "E_ENTRANCE"),
            ({"entrances": 0xFFFF}, "E_LIMIT"),
            ({"serial": 2001}, "E_LIMIT"),
            ({"pax": 200}, "E_LIMIT"),
        ):
            _data, (code,) = self.order(self.park.adult, **changed)
            self.assertEqual(south.scan(code), reason, changed)
        far = self.key.mint(self.park.adult, self.today + timedelta(4))["code"]
        self.assertEqual(south.scan(far), "E_LIMIT")
        # a class that the window does not sell
        self.park.combo.product_tmpl_id.scenic_class_no = 7
        south.configure()
        _data, (code,) = self.order(self.park.combo, entrances=1 << self.park.north.bit)
        self.assertEqual(south.scan(code), "E_LIMIT")

    def test_a_gate_follows_what_became_of_the_key(self):
        data, (early, late) = self.order(self.park.adult, 2)
        self.upload(data)
        _data, (never,) = self.order(self.park.adult)
        gate = self.gates[0]
        record = self.record()
        record.action_suspect()
        gate.configure()
        # the box has no list of tickets here: it admits none of a suspected key
        self.assertEqual(gate.scan(never), "E_KEY_REVOKED")
        record.action_trust()
        record._close()
        self.assertEqual(record.last_serial, 2)
        gate.configure()
        self.assertEqual(gate.scan(never), "E_KEY_CLOSED")
        self.assertEqual(gate.scan(early), "OK")
        record.action_revoke()
        gate.configure()
        self.assertEqual(gate.scan(late), "E_KEY_REVOKED")

    def test_a_suspected_key_keeps_the_tickets_that_were_sold(self):
        data, (code,) = self.order(self.park.adult)
        ticket = self.upload(data)
        gate = self.gates[0]
        self.record().action_suspect()
        gate.configure()
        changes = self.env["scenic.ticket.change"]
        changes._publish()
        rows, cursor, _more = changes._delta(self.park.site, self.boxes[0].id, gate.epoch, 0)
        gate.engine.snapshot.apply(json.loads(json.dumps(rows)), cursor)
        self.assertIn(ticket.uid, {row["u"] for row in rows})
        self.assertEqual(gate.scan(code), "OK")

    def test_a_newer_copy_of_the_server_is_the_same_ticket_at_a_gate(self):
        data, (paper,) = self.order(self.park.adult)
        ticket = self.upload(data)
        ticket._reissue("lost")
        gate = self.gates[0]
        gate.configure()
        # cut off: neither copy is listed, and they share one right
        self.assertEqual(gate.scan(ticket.code), "OK")
        self.assertEqual(gate.scan(paper), "E_USED")
        gate.report()
        self.env.invalidate_all()
        self.assertEqual(ticket.state, "used")

    def test_the_certificate_is_embedded_until_every_gate_has_it(self):
        def embed():
            found = {c["kid"]: c["embed"] for c in self.key.ask()["certificates"]}
            return found[self.key.kid]

        self.assertTrue(embed())
        first, second = self.gates
        first.configure()
        first.report()
        self.assertTrue(embed())
        second.configure()
        # it was sent, but nobody has said that it arrived
        self.assertTrue(embed())
        second.report()
        self.assertFalse(embed())
        self.assertIn(self.key.kid, self.boxes[0].known_kids)
        make_lane(self.park, make_box(self.park, "New House", ()), "N9")
        self.assertTrue(embed())

    def test_gates_forget_certificates_whose_tickets_are_over(self):
        certificates = self.env["scenic.certificate"]
        record = self.record()
        self.assertIn(record, certificates._for_gates(self.park.site))
        record.visit_to = self.today - timedelta(3)
        self.assertNotIn(record, certificates._for_gates(self.park.site))
        # the server still reads an old code
        ticket = self.upload(self.order(self.park.adult)[0])
        self.assertEqual(self.env["scenic.ticket"]._find(ticket.code)[0], ticket)

    def test_any_order_of_arrival_gives_the_same_books(self):
        for seed in range(examples(8)):
            with self.subTest(seed=seed):
                self.play(random.Random(seed))

    def play(self, rng):
        """Sell and scan without the server, then bring everything up in a random order."""
        self.gates = [Gate(self, *pair) for pair in zip(self.boxes, LANES, strict=True)]
        sales, codes = [], []
        for _sale in range(rng.randint(1, 3)):
            data, minted = self.order(self.park.adult, rng.randint(1, 3))
            sales.append(data)
            codes += minted
        admitted = dict.fromkeys(codes, 0)
        for _scan in range(rng.randint(2, 10)):
            code = rng.choice(codes)
            admitted[code] += rng.choice(self.gates).scan(code) == "OK"
        work = [lambda data=data: self.upload(data) for data in sales]
        for gate in self.gates:
            last = len(gate.engine.journal.facts(0, 10_000))
            cuts = sorted(rng.randint(0, last) for _k in range(2))
            spans = ((1, cuts[0]), (cuts[0] + 1, cuts[1]), (cuts[1] + 1, last))
            work += [lambda gate=gate, span=span: gate.report(*span) for span in spans]
        # everything comes, some of it again, in any order
        work += rng.sample(work, rng.randint(0, len(work)))
        rng.shuffle(work)
        for act in work:
            act()
        tickets = self.env["scenic.ticket"].search([("code", "in", codes)])
        self.assertEqual(set(tickets.mapped("code")), set(codes))
        for ticket in tickets:
            count = admitted[ticket.code]
            self.assertEqual(ticket.used_count, min(count, 1))
            self.assertEqual(ticket.state, "used" if count else "valid")
            surplus = self.open_incidents("excess").filtered(
                lambda incident, ticket=ticket: incident.ticket_id == ticket
            )
            self.assertEqual(sum(surplus.mapped("persons")), max(0, count - 1))
        self.assertFalse(self.open_incidents("unknown_ticket"))
        self.assertFalse(self.env["scenic.gate.orphan"].search([]))
        self.assertFalse(self.open_incidents("key_bad", "key_limit", "key_cloned"))
        common_scenic.assert_balanced(self.env, self.park.company)
