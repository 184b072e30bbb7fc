"""Many boxes at once, on real connections: no use twice, no ticket lost on the way to a box."""

import http.client
import json
from concurrent.futures import ThreadPoolExecutor, TimeoutError
from threading import Barrier

import common_gate
import common_scenic
from common_gate import Journal, make_box, signed
from common_scenic import make_tickets

from odoo.tests import HttpCase, tagged
from odoo.tools.misc import mute_logger

from odoo.addons.scenic_gate_iot.iot_handlers.scenic_gate import auth
from odoo.addons.scenic_gate_iot.models.scenic_ticket_change import PUBLISHER
from odoo.addons.scenic_gate_iot.tools.sync_request import SyncRequest

BOXES = 4
LANES = 16


@tagged("post_install", "-at_install")
class TestGateConcurrency(common_scenic.CommittedCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addClassCleanup(cls._remove_gates)
        with cls.connect() as env:
            park = common_scenic.park_in(env, cls.ids)
            boxes = [make_box(park, f"Box {k}", (f"G{k}",)) for k in range(BOXES)]
            cls.box_ids = [box.id for box in boxes]

    @classmethod
    def _remove_gates(cls):
        with cls.connect() as env:
            common_gate.remove_boxes(common_scenic.park_in(env, cls.ids))

    def make(self, name="adult", count=1):
        with self.connect() as env:
            park = self.park_in(env)
            return [(t.id, t.uid) for t in make_tickets(park, getattr(park, name), count)]

    def sync(self, box_id, journal, **values):
        """Serve one call as the route does, in its own transactions."""
        message = journal.message(**values)
        message.pop("v")
        with self.connect() as env:
            return env["scenic.gate.sync"]._serve(box_id, SyncRequest(**message), 0.0)

    def together(self, jobs):
        barrier = Barrier(len(jobs))

        def run(job):
            barrier.wait(60)
            return job()

        with ThreadPoolExecutor(len(jobs)) as pool:
            return list(pool.map(run, jobs))

    def ledger(self, ticket_ids):
        """Return {ticket: (net uses, persons in open incidents)}."""
        with self.connect() as env:
            found = {}
            for ticket in env["scenic.ticket"].browse(ticket_ids):
                kinds = ticket.redemption_ids.mapped("kind")
                incidents = env["scenic.incident"].search(
                    [("ticket_id", "=", ticket.id), ("state", "=", "open")]
                )
                net = kinds.count("use") - kinds.count("reversal")
                found[ticket.id] = (net, sum(incidents.mapped("persons")))
            return found

    def test_boxes_reporting_the_same_tickets_at_once(self):
        for _round in range(4):
            tickets = self.make("family", 12)
            journals = []
            for number in range(BOXES):
                journal = Journal(lane=f"G{number}")
                for _id, uid in tickets if number % 2 else tickets[::-1]:
                    op = journal.reserve(uid, pax=2)
                    if number == 3:
                        journal.release(uid, op, pax=2)
                journals.append(journal)
            jobs = [
                lambda box_id=box_id, journal=journal: self.sync(box_id, journal)
                for box_id, journal in zip(self.box_ids, journals, strict=True)
            ]
            answers = self.together(jobs * 2)
            for answer, journal in zip(answers, journals * 2, strict=True):
                self.assertEqual(answer["acked_to"], len(journal.facts))
            self.assertEqual(
                self.ledger([ticket_id for ticket_id, _uid in tickets]),
                {ticket_id: (3, 3) for ticket_id, _uid in tickets},
            )

    def test_late_commit_is_never_skipped(self):
        """Sale A is slow; sale B and a box come between: the box still gets A."""
        journal, box_id = Journal(), self.box_ids[0]
        cursor = self.sync(box_id, journal)["cursor"]
        with self.connect() as slow:
            slow_ticket = make_tickets(self.park_in(slow))
            slow.flush_all()
            ((_id, fast_uid),) = self.make()
            answer = self.sync(box_id, journal, cursor=cursor)
            self.assertEqual([row["u"] for row in answer["tickets"]], [fast_uid])
            slow_uid = slow_ticket.uid
        answer = self.sync(box_id, journal, cursor=answer["cursor"])
        self.assertEqual([row["u"] for row in answer["tickets"]], [slow_uid])

    def test_publishers_take_turns(self):
        """Two that number at once could show 1 and 3 before 2: the second one waits."""
        journal, box_id = Journal(), self.box_ids[0]
        cursor = self.sync(box_id, journal)["cursor"]
        ((_id, first),) = self.make()
        with ThreadPoolExecutor(1) as pool:
            with self.connect() as slow:
                slow.cr.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISHER])
                ((_id, second),) = self.make()
                reader = pool.submit(self.sync, box_id, journal, cursor=cursor)
                with self.assertRaises(TimeoutError):
                    reader.result(timeout=0.5)
                slow["scenic.ticket.change"]._publish()
            rows = reader.result(timeout=60)["tickets"]
        self.assertEqual({row["u"] for row in rows}, {first, second})

    def test_feed_is_complete_while_sales_go_on(self):
        """Windows sell in parallel while a box reads on: in the end it has every ticket."""
        journal, box_id = Journal(), self.box_ids[0]
        cursor = self.sync(box_id, journal)["cursor"]
        state = {"cursor": cursor, "seen": []}

        def read():
            for _turn in range(25):
                self._read_on(box_id, journal, state)

        def sell():
            return [self.make()[0][1] for _i in range(8)]

        sold = [uid for uids in self.together([read] + [sell] * 4)[1:] for uid in uids]
        self._read_on(box_id, journal, state)
        self.assertEqual(sorted(state["seen"]), sorted(sold))

    def _read_on(self, box_id, journal, state):
        answer = self.sync(box_id, journal, cursor=state["cursor"])
        self.assertGreaterEqual(answer["cursor"], state["cursor"])
        state["seen"] += [row["u"] for row in answer["tickets"]]
        state["cursor"] = answer["cursor"]

    def test_sale_and_passage_that_arrive_together_find_each_other(self):
        for _round in range(6):
            with self.connect() as env:
                template = make_tickets(self.park_in(env))
                values = template.copy_data()[0]
                serial = template.serial + 1_000_000
                values |= {"kid": template.kid, "serial": serial, "alias": f"T9{serial:014d}"}
                values["uid"] = uid = f"{template.kid:08x}{serial:08x}"
            journal = Journal()
            journal.pass_through(uid)

            def sell(values=values):
                with self.connect() as env:
                    return env["scenic.ticket"].create(values).id

            def report(journal=journal):
                return self.sync(self.box_ids[0], journal)

            ticket_id, _answer = self.together([sell, report])
            self.sync(self.box_ids[1], Journal())
            self.assertEqual(self.ledger([ticket_id]), {ticket_id: (1, 0)})

    def test_sixteen_lanes_online_admit_one_ticket_once(self):
        """Over real HTTP: one of sixteen is admitted, and none waits for a sleeping retry."""
        with self.connect() as env:
            box = env["scenic.box"].browse(self.box_ids[0])
            for number in range(LANES):
                common_gate.make_lane(self.park_in(env), box, f"L{number}")
        for _round in range(3):
            with self.connect() as env:
                ticket = make_tickets(self.park_in(env))
                box = env["scenic.box"].browse(self.box_ids[0])
                calls = [
                    signed(
                        box,
                        auth.REDEEM_PATH,
                        {"v": 1, "code": ticket.code, "lane": f"L{k}", "op": f"{k:032x}"},
                    )
                    for k in range(LANES)
                ]
            with mute_logger("odoo.sql_db"):
                answers = self.together([lambda call=call: self._post(*call) for call in calls])
            self.assertEqual({status for status, _answer in answers}, {200})
            reasons = sorted(answer["reason"] for _status, answer in answers)
            self.assertEqual(reasons, ["E_USED"] * (LANES - 1) + ["OK"])

    def _post(self, headers, body):
        connection = http.client.HTTPConnection("127.0.0.1", HttpCase.http_port(), timeout=60)
        connection.request("POST", auth.REDEEM_PATH, body, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")
