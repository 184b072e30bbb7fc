"""Cards, faces and documents of tickets: from the server over the wire to a decision of a box."""

import json
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import common_gate
import common_scenic
import merged_handlers  # noqa: F401  (makes iot_handlers one package)
from common_holder import ANNA, BEN, HolderCase
from common_scenic import make_tickets
from iot_handlers.scenic_gate.config import parse
from iot_handlers.scenic_gate.engine import Engine
from iot_handlers.scenic_gate.scan import CARD, FACE, IDCARD, Scan
from iot_handlers.scenic_gate.store import Store

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged


class CredentialCase(HolderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.box = common_gate.make_box(cls.park)
        cls.device = cls.env["scenic.device"].create(
            {
                "lane_id": cls.box.lane_ids[0].id,
                "name": "Face",
                "role": "reader",
                "driver": "http_terminal",
                "url": "http://10.0.0.8",
                "options": {"profile": "face", "path": "/face/1"},
                "password": "open-sesame",
            }
        )

    def told(self, cursor=0, epoch="ab" * 8):
        """What the box is told: configuration and tickets, as they cross the wire."""
        self.env.flush_all()
        changes = self.env["scenic.ticket.change"]
        changes._publish()
        _revision, config = self.env["scenic.gate.config"]._for_box(self.box)
        tickets, _cursor, _more = changes._delta(self.box.site_id, self.box.id, epoch, cursor)
        return json.loads(json.dumps(config)), json.loads(json.dumps(tickets))

    def engine(self):
        """A box that was told everything."""
        config, tickets = self.told()
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        engine = Engine(Store(folder / "gate.db", lambda n: "ab" * n), lambda: "cd" * 16)
        self.addCleanup(engine.store.close)
        engine.configure(parse(config))
        engine.trusted, engine.contact = True, time.time()
        engine.snapshot.apply(tickets, 1)
        return engine

    def scan(self, engine, kind, value):
        seen = engine.scan("G1", engine.veil(Scan(value, kind)), time.time())
        return seen.reason.value, seen.uid and f"{seen.uid:016x}"

    def named(self, number=ANNA, day=None):
        holder = self.make(self.row(number, day=day))
        return make_tickets(
            self.park, self.park.named, visit_date=day or self.today, holder_id=holder.id
        )


@tagged("post_install", "-at_install")
class TestCredentials(CredentialCase):
    def test_the_document_of_a_holder_opens_a_gate(self):
        ticket = self.named()
        engine = self.engine()
        self.assertEqual(self.scan(engine, IDCARD, ANNA), ("OK", ticket.uid))
        self.assertEqual(self.scan(engine, IDCARD, BEN)[0], "E_NO_TICKET")

    def test_a_ticket_of_tomorrow_is_found_and_is_early(self):
        ticket = self.named(day=self.tomorrow)
        self.assertEqual(self.scan(self.engine(), IDCARD, ANNA), ("E_EARLY", ticket.uid))

    def test_cards_and_faces_open_a_gate(self):
        tickets = make_tickets(self.park, count=2)
        self.env["scenic.credential"].create(
            [
                {"ticket_id": tickets[0].id, "kind": "card", "value": "04:A2:BC:11"},
                {"ticket_id": tickets[1].id, "kind": "face", "value": "P7"},
            ]
        )
        engine = self.engine()
        self.assertEqual(self.scan(engine, CARD, "04a2bc11"), ("OK", tickets[0].uid))
        self.assertEqual(self.scan(engine, FACE, "P7"), ("OK", tickets[1].uid))
        self.assertEqual(self.scan(engine, CARD, "P7")[0], "E_NO_TICKET")

    def test_neither_the_wire_nor_the_tables_hold_a_number(self):
        ticket = self.named()
        card = self.env["scenic.credential"].create(
            {"ticket_id": ticket.id, "kind": "card", "value": "0499887766"}
        )
        config, tickets = self.told()
        wire = json.dumps([config["credentials"], tickets])
        self.assertEqual(len(tickets[0]["c"]), 2)
        self.assertNotIn(ANNA, wire)
        self.assertNotIn("99887766", wire)
        self.assertEqual((card.value, card.label), (False, "…7766"))
        self.env.cr.execute("SELECT row_to_json(c)::text FROM scenic_credential c")
        self.assertNotIn("99887766", str(self.env.cr.fetchall()))

    def test_a_box_that_reads_no_persons_is_told_of_none(self):
        self.named()
        self.device.write({"driver": "line_reader", "url": "/dev/ttyUSB0", "options": {}})
        config, tickets = self.told()
        self.assertNotIn("credentials", config)
        self.assertEqual([ticket for ticket in tickets if "c" in ticket], [])

    def test_changes_of_cards_and_holders_are_news_for_boxes(self):
        ticket = self.named()
        self.told()
        self.env.cr.execute("SELECT max(no) FROM scenic_ticket_change")
        cursor = self.env.cr.fetchone()[0]
        card = self.env["scenic.credential"].create({"ticket_id": ticket.id, "value": "AA11"})
        self.assertEqual(len(self.told(cursor)[1][0]["c"]), 2)
        card.unlink()
        ticket._set_holder(self.row(BEN))
        found = self.told(cursor)[1]
        self.assertEqual([len(ticket["c"]) for ticket in found], [1])

    def test_the_tag_dies_with_the_holder(self):
        ticket = self.named()
        holder = ticket.holder_id
        day = holder.last_day
        config, _tickets = self.told()
        self.assertEqual(len(config["credentials"]["days"]), 1)
        self.holders._purge_day(self.park.site, day)
        config, tickets = self.told()
        self.assertEqual(config["credentials"]["days"], {})
        self.assertFalse([row for row in tickets if "c" in row])

    def test_old_holders_get_their_tags_once(self):
        ticket = self.named()
        tag = ticket.holder_id.sudo().id_tag
        ticket.holder_id.sudo().id_tag = False
        ticket.holder_id._make_tags()
        self.assertEqual(ticket.holder_id.sudo().id_tag, tag)

    def test_old_cards_are_forgotten(self):
        ticket = make_tickets(self.park)
        cards = self.env["scenic.credential"]
        cards.create({"ticket_id": ticket.id, "value": "AA11"})
        cards._gc_credentials()
        self.assertEqual(cards.search_count([("ticket_id", "=", ticket.id)]), 1)
        old = make_tickets(self.park, visit_date=self.today - timedelta(days=40))
        cards.create({"ticket_id": old.id, "value": "AA11"})
        cards._gc_credentials()
        self.assertEqual(cards.search_count([("ticket_id", "=", old.id)]), 0)

    def test_what_is_no_number_is_refused(self):
        ticket = make_tickets(self.park)
        cards = self.env["scenic.credential"]
        for value in ("", "…", "x" * 65):
            with self.assertRaises(ValidationError):
                cards.create({"ticket_id": ticket.id, "kind": "face", "value": value})

    def test_the_password_of_a_terminal_goes_to_the_box_only(self):
        config, _tickets = self.told()
        device = config["lanes"][0]["devices"][0]
        self.assertEqual(device["options"]["password"], "open-sesame")
        manager = common_scenic.make_user(self.env, "gate-boss", "manager")
        self.assertNotIn("password", self.device.with_user(manager).fields_get())
        with self.assertRaises(AccessError):
            self.device.with_user(manager).read(["password"])

    def test_options_that_a_terminal_cannot_follow_are_refused(self):
        for options in (
            {},
            {"profile": "face"},
            {"profile": "zk_push"},
            {"profile": "vgdecode", "path": "/iclock/x"},
            {"profile": "vgdecode", "path": "/x", "allowed_ips": "nowhere"},
            {"profile": "vgdecode", "path": "/x", "password": "here"},
        ):
            with self.assertRaises(ValidationError):
                self.device.options = options
