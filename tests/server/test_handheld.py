"""The server half of the attendant's handheld: identity, decisions, and facts that come later."""

import common_scenic
from common_gate import Journal, make_box
from common_handheld import Phone
from common_scenic import make_park, make_tickets, make_user

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.scenic_gate_iot.tools import handheld_request as protocol


@tagged("post_install", "-at_install")
class HandheldCase(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.park = make_park(cls.env)
        cls.attendant = make_user(cls.env, "hand_anna", "attendant", company=cls.park.company)
        cls.window = make_user(cls.env, "hand_wang", "window", company=cls.park.company)
        cls.place = f"{cls.park.site.id}:{cls.park.gate.id}:{cls.park.south.id}"
        cls.exit = f"{cls.park.site.id}:0:0"

    def setUp(self):
        super().setUp()
        make_box(self.park)  # its lane makes the place
        self.authenticate("hand_anna", "hand_anna")

    def tearDown(self):
        common_scenic.assert_balanced(self.env)
        super().tearDown()

    def post(self, path, headers, data):
        self.env.flush_all()
        answer = self.url_open(path, data=data, headers=headers, method="POST")
        self.env.invalidate_all()
        return answer

    def phone(self, place=None):
        phone = Phone(self.post)
        phone.enrol(place or self.place)
        self.assertEqual(phone.begin(place or self.place)[0], 200)
        return phone

    def box(self, phone):
        return self.env["scenic.box"].search([("identifier", "=", phone.device)])

    def uses(self, ticket):
        return self.env["scenic.redemption"].search([("ticket_id", "=", ticket.id)], order="id")

    def net(self, ticket):
        return sum(1 if use.kind == "use" else -1 for use in self.uses(ticket))

    def incidents(self, *kinds):
        return self.env["scenic.incident"].search(
            [("site_id", "=", self.park.site.id), ("kind", "in", kinds), ("state", "=", "open")]
        )


class TestHandheldOnline(HandheldCase):
    def test_the_server_decides_and_the_fact_of_it_uses_nothing_again(self):
        phone = self.phone()
        ticket = make_tickets(self.park)
        ticket.sudo().write({"gate_note": "wheelchair"})
        status, answer = phone.redeem(ticket.code)
        self.assertEqual((status, answer["reason"], answer["uses"]), (200, "OK", 1))
        self.assertEqual(answer["card"]["product"], self.park.adult.name)
        self.assertEqual(answer["card"]["note"], "wheelchair")
        use = self.uses(ticket)
        self.assertEqual((use.how, use.mode, use.user_id), ("handheld", "online", self.attendant))
        self.assertEqual(use.lane_code, phone.lane)
        # the answer got lost: the same question gets the same answer
        self.assertTrue(phone.redeem(ticket.code)[1]["replay"])
        phone.journal.reserve(ticket, mode="online")
        status, answer = phone.sync()
        self.assertEqual(status, 200)
        self.assertEqual([v["verdict"] for v in answer["verdicts"]], ["redeemed"])
        self.assertEqual(self.net(ticket), 1)
        self.assertFalse(self.incidents("excess"))
        # and the list of this device does not count the passage as one of elsewhere
        row = next(item for item in answer["tickets"] if item["u"] == ticket.uid)
        self.assertEqual(row["o"], {})

    def test_what_the_device_did_not_hear_and_refused_is_given_back(self):
        phone = self.phone()
        ticket = make_tickets(self.park)
        phone.redeem(ticket.code)
        phone.journal.write("refused", ticket, reason="E_FAULT", pax=0)
        phone.sync()
        self.assertEqual(self.net(ticket), 0)
        phone.sync()  # once more changes nothing
        self.assertEqual(len(self.uses(ticket)), 2)
        self.assertEqual(phone.redeem(ticket.code)[1]["reason"], "OK")

    def test_a_question_that_arrives_after_its_fact_uses_nothing(self):
        phone = self.phone()
        park_ticket = make_tickets(self.park)
        phone.journal.write("refused", park_ticket, reason="E_USED", pax=0)
        phone.sync()
        self.assertEqual(phone.redeem(park_ticket.code, seq=1)[1]["reason"], "E_FAULT")
        self.assertEqual(self.net(park_ticket), 0)

    def test_a_passage_that_both_decided_counts_once_in_either_order(self):
        for server_first in (True, False):
            phone, ticket = self.phone(), make_tickets(self.park, pax=3)
            if server_first:
                phone.redeem(ticket.code, seq=1, wanted=2)
            phone.journal.reserve(ticket, pax=2)
            phone.sync()
            phone.redeem(ticket.code, seq=1, wanted=2)
            self.assertEqual(self.net(ticket), 2)
            self.assertFalse(self.incidents("excess"))

    def test_an_undone_passage_gives_the_right_back(self):
        phone, ticket = self.phone(), make_tickets(self.park)
        phone.redeem(ticket.code)
        op = phone.journal.reserve(ticket, mode="online")
        phone.journal.release(ticket, op)
        phone.sync()
        self.assertEqual(self.net(ticket), 0)

    def test_a_group_is_counted_by_the_attendant(self):
        phone, group = self.phone(), make_tickets(self.park, pax=30)
        answer = phone.redeem(group.code)[1]
        self.assertEqual((answer["reason"], answer["colour"]), ("R_GROUP_COUNT", "STAFF"))
        answer = phone.redeem(group.code, seq=2, wanted=12, staff=True)[1]
        self.assertEqual((answer["reason"], answer["admit"], answer["rest"]), ("OK", 12, 18))

    def test_an_exit_uses_nothing_and_notes_who_left(self):
        phone, ticket = self.phone(self.exit), make_tickets(self.park)
        answer = phone.redeem(ticket.code)[1]
        self.assertEqual((answer["admit"], answer["uses"]), (1, 0))
        self.assertTrue(ticket.exited_at)


class TestHandheldOffline(HandheldCase):
    def test_surplus_of_two_handhelds_and_a_gate_is_one_incident(self):
        ticket = make_tickets(self.park)
        for phone in (self.phone(), self.phone()):
            phone.journal.reserve(ticket)
            phone.sync()
        gate = make_box(self.park, "Far Gate", ("G9",))
        journal = Journal(lane="G9")
        journal.reserve(ticket)
        self.env["scenic.gate.intake"]._take(gate, journal.epoch, journal.facts)
        self.assertEqual(self.net(ticket), 1)
        incident = self.incidents("excess")
        self.assertEqual((len(incident), incident.persons), (1, 2))
        self.assertEqual(self.uses(ticket).how, "handheld")
        self.assertEqual(self.uses(ticket).user_id, self.attendant)

    def test_manual_admission_is_a_fact_and_an_incident(self):
        phone = self.phone()
        phone.journal.write("opened", pax=2, reason="M_LOST", code="receipt 4711")
        phone.journal.write("opened", pax=1, reason="M_GUEST")
        phone.sync()
        incident = self.incidents("manual")
        self.assertEqual((len(incident), incident.persons), (1, 3))
        self.assertIn("receipt 4711", incident.facts)

    def test_the_first_reading_is_of_the_place_and_later_changes_of_everything(self):
        here = make_tickets(self.park)
        north = make_tickets(self.park)
        north.sudo().write({"entrances": 1 << self.park.north.bit})
        self.env.flush_all()
        self.env["scenic.ticket.change"]._publish()
        phone = self.phone()
        answer = phone.sync()[1]
        known = {item["u"] for item in answer["tickets"]}
        self.assertIn(here.uid, known)
        self.assertNotIn(north.uid, known)
        self.assertEqual(answer["config"]["lanes"][0]["code"], phone.lane)
        self.assertTrue(answer["config"]["texts"]["en_US"]["R_ID"])
        north.sudo().write({"state": "blocked"})
        later = phone.sync(cursor=answer["cursor"], listed_to=answer["listed_to"])[1]
        self.assertIn(north.uid, {item["u"] for item in later["tickets"]})


class TestHandheldRights(HandheldCase):
    def test_a_lost_device_is_blocked_and_what_it_says_waits(self):
        phone, ticket = self.phone(), make_tickets(self.park)
        self.box(phone).with_user(self.env.ref("base.user_admin")).action_block()
        self.assertEqual(phone.redeem(ticket.code)[0], 409)
        phone.journal.reserve(ticket)
        status, answer = phone.sync()
        self.assertEqual((status, answer["state"], answer["tickets"]), (200, "blocked", []))
        self.assertIsNone(answer["config"])
        self.assertEqual((answer["acked_to"], self.net(ticket)), (1, 0))
        self.box(phone).with_user(self.env.ref("base.user_admin")).action_release()
        self.assertEqual(self.net(ticket), 1)

    @mute_logger("odoo.http")
    def test_only_attendants_have_a_handheld(self):
        self.authenticate("hand_wang", "hand_wang")
        self.assertIn("error", Phone(self.post).enrol(self.place))
        self.assertEqual(self.url_open("/scenic/handheld").status_code, 403)

    def test_a_session_without_the_key_and_the_key_without_a_session_get_nothing(self):
        phone, stranger, ticket = self.phone(), Phone(self.post), make_tickets(self.park)
        stranger.device, stranger.journal = phone.device, phone.journal
        self.assertEqual(stranger.redeem(ticket.code)[0], 401)
        self.assertEqual(stranger.sync()[0], 401)
        self.authenticate("hand_wang", "hand_wang")
        self.assertEqual(phone.redeem(ticket.code)[0], 403)
        self.authenticate(None, None)
        self.assertEqual(phone.redeem(ticket.code)[1], {})
        self.assertEqual(self.net(ticket), 0)

    def test_a_body_that_was_changed_on_the_way_is_refused(self):
        phone = self.phone()
        path, data = protocol.SYNC_PATH, b'{"v": 1}'
        answer = self.post(path, phone.headers(path, data), data + b" ")
        self.assertEqual(answer.status_code, 401)
        self.assertEqual(phone.call(path, {"v": 1})[0], 400)

    def test_an_attendant_of_another_company_cannot_use_the_device(self):
        phone = self.phone()
        other = self.env["res.company"].create({"name": "Other Park"})
        make_user(self.env, "hand_other", "attendant", company=other)
        self.authenticate("hand_other", "hand_other")
        self.assertEqual(phone.sync()[0], 403)

    def test_a_journal_that_was_never_opened_redeems_nothing(self):
        phone, ticket = self.phone(), make_tickets(self.park)
        self.assertEqual(phone.redeem(ticket.code, epoch="0" * 16)[1]["reason"], "E_FAULT")
        self.assertEqual(self.net(ticket), 0)

    def test_a_handheld_is_no_box(self):
        phone = self.phone()
        self.assertNotIn(phone.device, self.env["scenic.box"]._credentials())
        self.assertEqual(self.env["scenic.box"].sudo()._pair(phone.device, "x", {}).id, False)
