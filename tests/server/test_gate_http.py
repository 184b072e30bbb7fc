"""The signed routes: who may talk, what is refused, and that every answer is signed."""

import json
import time
from unittest.mock import patch

from common_gate import Journal, make_box, make_lane, signed
from common_scenic import make_park, make_tickets
from gate_http_case import GateHttpCase
from psycopg2 import OperationalError, errors

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.scenic_gate_iot.iot_handlers.scenic_gate import auth

SYNC, REDEEM = auth.SYNC_PATH, auth.REDEEM_PATH
ERASE = object()
NOISE = (
    "odoo.addons.scenic_gate_iot.models.scenic_gate_sync",
    "odoo.addons.scenic_gate_iot.models.scenic_gate_held",
)


@tagged("post_install", "-at_install")
class TestGateSync(GateHttpCase):
    def test_strangers_get_no_word_and_store_nothing(self):
        journal = Journal()
        journal.write("boot")
        headers, body = signed(self.box, SYNC, journal.message())
        for name, value in (
            (auth.H_SIGNATURE, ERASE),
            (auth.H_SIGNATURE, "0" * 64),
            (auth.H_SIGNATURE, "é"),
            (auth.H_NONCE, "0" * 32),
            (auth.H_NONCE, ERASE),
            (auth.H_TIME, "1"),
            (auth.H_TIME, ERASE),
            (auth.H_BOX, "nobody"),
            (auth.H_BOX, ERASE),
        ):
            changed = {k: v for k, v in headers.items() if k != name or value is not ERASE}
            if value is not ERASE:
                changed[name] = value.encode() if isinstance(value, str) else value
            answer = self.send(SYNC, changed, body)
            self.assertEqual((answer.status_code, answer.content), (401, b""), (name, value))
        self.assertEqual(self.send(SYNC, headers, body + b" ").status_code, 401)
        self.assertEqual(self.send(SYNC, {}, body).status_code, 401)
        self.assertEqual(self.stored(), 0)

    def test_wrong_token_new_box_and_archived_box_are_strangers(self):
        for change in ({}, {"state": "new"}, {"active": False}):
            self.box.write(change)
            token = "wrong" if not change else None
            headers, body = signed(self.box, SYNC, Journal().message(), token)
            self.assertEqual(self.send(SYNC, headers, body).status_code, 401, change)
            self.box.write({"state": "paired", "active": True})

    def test_rotated_token_holds_at_once(self):
        journal = Journal()
        self.sync(journal)
        old = signed(self.box, SYNC, journal.message())
        self.box.sudo().write({"token": "another"})
        self.assertEqual(self.send(SYNC, *old).status_code, 401)
        self.sync(journal)

    def test_gates_speak_another_language_of_the_company_at_once(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        journal = Journal()
        for lang in ("en_US", "zh_CN"):
            self.park.company.partner_id.lang = lang
            self.assertEqual(self.sync(journal)["config"]["lang"], lang)

    def test_replayed_request_is_harmless(self):
        ticket = make_tickets(self.park)
        journal = Journal()
        journal.pass_through(ticket)
        headers, body = signed(self.box, SYNC, journal.message())
        answers = [self.send(SYNC, headers, body) for _i in range(3)]
        self.assertEqual({answer.status_code for answer in answers}, {200})
        self.assertEqual({answer.json()["acked_to"] for answer in answers}, {2})
        self.assertEqual(len(ticket.redemption_ids), 1)

    def test_box_clock_is_not_judged(self):
        headers, body = signed(self.box, SYNC, Journal().message())
        headers = auth.request_headers(
            self.box.sudo().token, "POST", SYNC, self.box.identifier, 5, "a" * 32, body
        )
        self.assertEqual(self.send(SYNC, headers, body).status_code, 200)
        self.assertLess(self.box.clock_drift, -1e8)

    def test_body_above_the_limit_is_refused(self):
        body = b" " * (auth.MAX_BODY + 1)
        headers, _body = signed(self.box, SYNC, body)
        answer = self.send(SYNC, headers, body)
        self.assertEqual(answer.status_code, 413)
        self.assertNotIn(auth.H_SIGNATURE, answer.headers)

    def test_whole_limit_is_accepted(self):
        body = json.dumps(Journal().message()).encode()
        headers, body = signed(self.box, SYNC, body.ljust(auth.MAX_BODY))
        self.assertEqual(self.send(SYNC, headers, body).status_code, 200)

    def test_every_malformed_field_is_named(self):
        journal = Journal()
        journal.reserve("00000001000000ff", code="ST1X")
        good = journal.message(acks=[{"uid": "a" * 32, "result": "done"}])
        top = {
            "v": [ERASE, 2, "1", True],
            "epoch": [ERASE, 1, "xyz", "A" * 16, "a" * 15],
            "facts": [ERASE, {}, None, [journal.facts[0]] * 501],
            "oldest": [0, "1", 2**31],
            "acks": [ERASE, {}, [{}] * 1001],
            "config_rev": [ERASE, None, "x" * 129, "\x00"],
            "cursor": [ERASE, -1, 1.5, 2**63, True],
            "status": [ERASE, []],
        }
        for name, values in top.items():
            for value in values:
                self._check_refused(_changed(good, name, value), name)
        inside = {
            "seq": [ERASE, 0, "1", 2**31, True],
            "kind": [ERASE, "eaten", 1, None],
            "t": [ERASE, -1, 1.5, 2**53, "now", None],
            "lane": [ERASE, None, "x" * 65],
            "zone": [ERASE, 1, "x" * 65],
            "uid": [ERASE, 7, "X" * 16, "a" * 17],
            "gen": [ERASE, -1, 256, None],
            "pax": [ERASE, -1, 256, 2**16, None],
            "op": [ERASE, "a" * 31, 4],
            "mode": [ERASE, "maybe"],
            "clock": [ERASE, "late"],
            "reason": [ERASE, None, "x" * 65],
            "code": [ERASE, 1, "x" * 401, "\x00"],
            "prev": [ERASE, "a" * 63],
            "hash": [ERASE, "g" * 64],
            "extra": [1],
        }
        for name, values in inside.items():
            for value in values:
                fact = _changed(journal.facts[0], name, value)
                self._check_refused(good | {"facts": [fact]}, f"facts[0].{name}")
        self._check_refused(good | {"facts": [1]}, "facts[0]")
        for name in ("uid", "result"):
            ack = _changed(good["acks"][0], name, 5)
            self._check_refused(good | {"acks": [ack]}, f"acks[0].{name}")
        self.assertEqual(self.stored(), 0)

    def test_bodies_that_are_no_object_are_refused(self):
        for body in (b"", b"[]", b"{", b'"x"', b"\xff", b'{"v":NaN}', b"[" * 100_000):
            status, answer = self.call(SYNC, body)
            self.assertEqual((status, answer["error"]["field"]), (400, "body"), body[:20])

    def _check_refused(self, message, field):
        status, answer = self.call(SYNC, message)
        self.assertEqual((status, answer["error"]["field"]), (400, field), answer)
        self.assertTrue(answer["error"]["text"])

    def test_configuration_travels_once(self):
        journal = Journal()
        answer = self.sync(journal)
        config = answer["config"]
        self.assertEqual(config["site"]["code"], self.park.site.code)
        self.assertEqual(config["site"]["utc_offset"], 8 * 3600)
        self.assertEqual([lane["code"] for lane in config["lanes"]], ["G1"])
        self.assertEqual(config["lanes"][0]["zone"], "PARK")
        rules = {rule["product"]: rule for rule in config["rules"]}
        self.assertEqual(rules[self.park.combo.gate_product_code]["rights"]["ROPEWAY"], 1)
        self.assertEqual(set(config["texts"][config["lang"]]), _reasons())
        self.assertTrue(config["roots"])
        revision = answer["config_rev"]
        self.assertIsNone(self.sync(journal, config_rev=revision)["config"])
        make_lane(self.park, self.box, "G2")
        changed = self.sync(journal, config_rev=revision)
        self.assertEqual(len(changed["config"]["lanes"]), 2)
        self.assertNotEqual(changed["config_rev"], revision)

    def test_tickets_travel_as_changes(self):
        tickets = make_tickets(self.park, self.park.combo, 3)
        journal = Journal()
        answer = self.sync(journal)
        rows = {row["u"]: row for row in answer["tickets"]}
        self.assertEqual(set(rows), set(tickets.mapped("uid")))
        row = rows[tickets[0].uid]
        self.assertEqual(row["r"], {"PARK": 1, "ROPEWAY": 1})
        self.assertEqual((row["st"], row["a"], row["o"]), ("valid", tickets[0].alias, {}))
        cursor = answer["cursor"]
        self.assertEqual(self.sync(journal, cursor=cursor)["tickets"], [])
        tickets[1]._void("Refund")
        answer = self.sync(journal, cursor=cursor)
        self.assertEqual([(r["u"], r["st"]) for r in answer["tickets"]], [(tickets[1].uid, "void")])

    def test_uses_elsewhere_leave_out_what_this_box_reported(self):
        ticket = make_tickets(self.park, self.park.annual)
        north = make_box(self.park, "North Gate House", ("N1",))
        self.env.flush_all()
        south_journal, north_journal = Journal(), Journal(lane="N1")
        cursor = self.sync(south_journal)["cursor"]
        south_journal.pass_through(ticket)
        answer = self.sync(south_journal, cursor=cursor)
        self.assertEqual(answer["tickets"], [], "the box knows what it reported itself")
        (row,) = self.sync(north_journal, north)["tickets"]
        self.assertEqual(row["o"], {"PARK": 1})
        north_journal.pass_through(ticket)
        north_journal.pass_through(ticket)
        self.sync(north_journal, north)
        (row,) = self.sync(south_journal, cursor=answer["cursor"])["tickets"]
        self.assertEqual(row["o"], {"PARK": 2})
        (row,) = self.sync(Journal())["tickets"]
        self.assertEqual(row["o"], {"PARK": 3}, "a new journal counts the old one as elsewhere")

    def test_reversal_on_the_server_gives_the_right_back_to_the_box(self):
        ticket = make_tickets(self.park)
        journal = Journal()
        journal.pass_through(ticket)
        cursor = self.sync(journal)["cursor"]
        ticket.redemption_ids._reverse("Scanned by mistake")
        (row,) = self.sync(journal, cursor=cursor)["tickets"]
        self.assertEqual(row["o"], {"PARK": -1})

    def test_tickets_of_other_sites_and_past_days_stay_here(self):
        other = make_park(self.env, name="Other Valley")
        make_tickets(other)
        make_tickets(self.park, visit_date=self.park.site._today().replace(year=2020))
        self.assertEqual(self.sync(Journal())["tickets"], [])

    def test_many_tickets_come_in_pages(self):
        make_tickets(self.park, count=7)
        journal = Journal()
        self.sync(journal, cursor=10**12)
        seen, cursor, more = [], 0, True
        with patch("odoo.addons.scenic_gate_iot.models.scenic_ticket_change.PAGE", 3):
            while more:
                answer = self.sync(journal, cursor=cursor)
                seen += [row["u"] for row in answer["tickets"]]
                cursor, more = answer["cursor"], answer["more"]
        self.assertEqual(len(seen), 7)
        self.assertEqual(len(set(seen)), 7)

    def test_cursor_beyond_ours_begins_again(self):
        make_tickets(self.park)
        self.assertEqual(len(self.sync(Journal(), cursor=10**12)["tickets"]), 1)

    def test_quarantined_box_gets_receipts_only(self):
        make_tickets(self.park)
        self.box._quarantine("Test")
        journal = Journal()
        journal.write("boot")
        answer = self.sync(journal, cursor=5)
        self.assertEqual(answer["acked_to"], 1)
        self.assertEqual((answer["tickets"], answer["config"], answer["cursor"]), ([], None, 5))

    def test_status_is_kept_at_most_every_thirty_seconds(self):
        journal = Journal()
        status = {"version": "19.0.1.0.0", "unsent": 4, "lanes": {"G1": {"state": "idle"}}}
        self.sync(journal, status=status)
        self.assertEqual((self.box.unsent, self.box.version), (4, "19.0.1.0.0"))
        self.assertTrue(self.box.is_online)
        lane = self.box.lane_ids
        self.assertEqual(lane.live_state, "idle")
        self.sync(journal, status=status | {"unsent": 9})
        self.assertEqual(self.box.unsent, 4)
        broken = {"state": "idle", "devices": [{"name": "relay", "ok": False, "detail": "lost"}]}
        self.sync(journal, status=status | {"lanes": {"G1": broken}, "unsent": 9})
        self.assertEqual(self.box.unsent, 9)
        self.assertEqual(lane.live_broken, "relay (lost)")

    def test_status_may_hold_anything(self):
        for status in ({"lanes": 5}, {"lanes": {"G1": 7}}, {"unsent": -1, "version": []}):
            self.sync(Journal(), status=status)
            self.env.cr.execute("UPDATE scenic_box SET last_seen = NULL")
        self.assertFalse(self.box.lane_ids.live_state)

    def test_oversized_status_keeps_no_fact_out(self):
        journal = Journal()
        journal.write("boot", t=253_370_764_800_000)
        answer = self.sync(journal, status={"version": "1", "detail": "x" * 70_000})
        self.assertEqual(answer["acked_to"], 1)
        self.assertFalse(self.box.version)

    def test_report_the_ledger_cannot_take_is_stored_and_entered_later(self):
        tickets = make_tickets(self.park, count=2)
        journal = Journal()
        journal.pass_through(tickets[0])
        journal.pass_through(tickets[1])
        ledger = type(self.env["scenic.redemption"])
        append = ledger._append

        def fail(self, rows):
            if any(row["ticket_id"] == tickets[0].id for row in rows):
                raise UserError("The books of this company are not set up.")
            return append(self, rows)

        with patch.object(ledger, "_append", fail), mute_logger(*NOISE):
            answer = self.sync(journal)
            self.assertEqual(answer["acked_to"], 4)
            self.assertEqual({v["verdict"] for v in answer["verdicts"]}, {"held"})
            incident = self.env["scenic.incident"].search([("box_id", "=", self.box.id)])
            self.assertIn("not set up", incident.facts)
            self.env["scenic.gate.intake"]._cron_settle()
            self.env.invalidate_all()
            self.assertFalse(tickets[0].redemption_ids)
            self.assertEqual(len(tickets[1].redemption_ids), 1, "one bad ticket stops no other")
        self.env["scenic.gate.intake"]._cron_settle()
        self.env.invalidate_all()
        self.assertEqual(len(tickets[0].redemption_ids), 1)
        facts = self.env["scenic.gate.fact"].search([("box_id", "=", self.box.id)], order="seq")
        self.assertEqual(
            facts.mapped("current_verdict"), ["redeemed", "confirmed", "redeemed", "confirmed"]
        )

    def test_passage_that_the_books_refuse_keeps_no_box_from_being_served(self):
        """Its ticket was sold without network; the books of its company are not set up.

        Previously every call of every box failed as long as it waited.
        """
        tickets = make_tickets(self.park, count=2)
        journal, other = Journal(), Journal(lane="N1")
        uids = ["00fffff100000007", "00fffff100000008"]
        for uid in uids:
            journal.pass_through(uid)
        self.assertIn("unknown_ticket", [v["verdict"] for v in self.sync(journal)["verdicts"]])
        late = [self._arrive(tickets[0], uid) for uid in uids]
        ledger, north = type(self.env["scenic.redemption"]), make_box(self.park, "North", ("N1",))
        append = ledger._append

        def fail(self, rows):
            if any(row["ticket_id"] == late[0].id for row in rows):
                raise UserError("The books of this company are not set up.")
            return append(self, rows)

        with patch.object(ledger, "_append", fail), mute_logger(*NOISE):
            other.pass_through(tickets[1])
            self.assertEqual(self.sync(other, north)["acked_to"], 2)
            self.sync(Journal(), north)
            self.assertEqual(len(tickets[1].redemption_ids), 1)
            self.env["scenic.gate.intake"]._cron_settle()
            self.env.invalidate_all()
            self.assertEqual([len(t.redemption_ids) for t in late], [0, 1])
            incident = self.env["scenic.incident"].search([("gate_key", "=like", "stuck:%")])
            self.assertIn("not set up", incident.facts)
        self.sync(journal)
        self.assertEqual([len(t.redemption_ids) for t in late], [1, 1])

    def _arrive(self, ticket, uid):
        serial = int(uid[8:], 16)
        values = {"kid": int(uid[:8], 16), "serial": serial, "uid": uid, "alias": f"T{serial:015}"}
        return ticket.copy(values)

    def test_report_is_kept_whatever_becomes_of_its_incident(self):
        """One that cannot be told would else be repeated for ever, and everything after it."""
        journal = Journal()
        journal.write("forced", pax=1)
        alarm = type(self.env["scenic.gate.alarm"])
        with (
            patch.object(alarm, "_raise", side_effect=ValueError("a defect")),
            mute_logger(*NOISE),
        ):
            answer = self.sync(journal)
        self.assertEqual((answer["acked_to"], answer["verdicts"][0]["verdict"]), (1, "held"))

    def test_report_that_found_the_database_away_is_no_trouble_of_the_ledger(self):
        ticket = make_tickets(self.park)
        journal = Journal()
        journal.pass_through(ticket)
        ledger = type(self.env["scenic.redemption"])
        headers, body = signed(self.box, SYNC, journal.message())
        for error in (OperationalError("server closed the connection"), errors.AdminShutdown()):
            with (
                patch.object(ledger, "_append", side_effect=error),
                mute_logger(*NOISE, "odoo.http"),
            ):
                self.assertEqual(self.send(SYNC, headers, body).status_code, 500)
        self.assertFalse(self.stored())
        verdicts = [item["verdict"] for item in self.sync(journal)["verdicts"]]
        self.assertEqual(verdicts, ["redeemed", "confirmed"])
        self.assertFalse(self.env["scenic.incident"].search([("box_id", "=", self.box.id)]))

    def test_command_reaches_the_box_until_it_answers(self):
        lane = self.box.lane_ids
        command = self.env["scenic.gate.command"]._give(lane, "open", "Wheelchair", 2)
        self.assertLessEqual(command.expires - time.time(), 11)
        command.expires += 600  # for a machine that stands still
        journal = Journal()
        (sent,) = self.sync(journal)["commands"]
        self.assertTrue(auth.verify_command(self.box.sudo().token, self.box.identifier, sent))
        self.assertEqual((sent["lane"], sent["action"], sent["n"]), ("G1", "open", 2))
        self.assertEqual(sent["expires"], command.expires)
        self.assertEqual(len(self.sync(journal)["commands"]), 1)
        north = make_box(self.park, "North Gate House", ("N1",))
        ack = [{"uid": command.uid, "result": "done"}]
        self.assertEqual(self.sync(Journal(), north, acks=ack)["commands"], [])
        self.assertEqual(command.state, "sent", "only its own box can answer")
        self.assertEqual(self.sync(journal, acks=ack)["commands"], [])
        self.assertEqual((command.state, command.result), ("done", "done"))
        self.sync(journal, acks=[{"uid": command.uid, "result": "busy"}])
        self.assertEqual(command.result, "done", "the first answer stays")

    def test_expired_command_is_not_sent(self):
        command = self.env["scenic.gate.command"]._give(self.box.lane_ids, "open", "Wheelchair")
        command.expires = int(time.time()) - 1
        self.assertEqual(self.sync(Journal())["commands"], [])
        self.assertEqual(command.state, "expired")


@tagged("post_install", "-at_install")
class TestGateRedeem(GateHttpCase):
    def wish(self, ticket, **values):
        return {"v": 1, "code": ticket.code, "lane": "G1", "op": "a" * 32} | values

    def test_device_without_engine_redeems_once(self):
        ticket = make_tickets(self.park)
        status, answer = self.call(REDEEM, self.wish(ticket))
        self.assertEqual((status, answer["reason"], answer["admit"]), (200, "OK", 1))
        self.assertEqual(answer["uid"], ticket.uid)
        self.assertEqual(ticket.redemption_ids.lane_code, "G1")
        status, answer = self.call(REDEEM, self.wish(ticket))
        self.assertEqual((answer["reason"], answer["replay"]), ("OK", True))
        make_lane(self.park, self.box, "G2")
        status, answer = self.call(REDEEM, self.wish(ticket, lane="G2", op="b" * 32))
        self.assertEqual((answer["reason"], answer["colour"]), ("E_USED", "RED"))
        self.assertEqual(len(ticket.redemption_ids), 1)

    def test_strangers_redeem_nothing(self):
        ticket = make_tickets(self.park)
        headers, body = signed(self.box, REDEEM, self.wish(ticket), "wrong")
        answer = self.send(REDEEM, headers, body)
        self.assertEqual((answer.status_code, answer.content), (401, b""))
        headers, body = signed(self.box, SYNC, self.wish(ticket))
        self.assertEqual(self.send(REDEEM, headers, body).status_code, 401)
        self.assertFalse(ticket.redemption_ids)

    def test_every_malformed_field_is_named(self):
        ticket = make_tickets(self.park)
        for name, values in {
            "v": [2, None],
            "code": [ERASE, 5, "x" * 401],
            "lane": [ERASE, "NO", None],
            "wanted": [-1, 256, "1", None],
            "op": [ERASE, None, "x" * 32],
        }.items():
            for value in values:
                status, answer = self.call(REDEEM, _changed(self.wish(ticket), name, value))
                self.assertEqual((status, answer["error"]["field"]), (400, name), value)
        self.assertFalse(ticket.redemption_ids)

    def test_quarantined_box_redeems_nothing(self):
        ticket = make_tickets(self.park)
        self.box._quarantine("Test")
        status, _answer = self.call(REDEEM, self.wish(ticket))
        self.assertEqual(status, 400)
        self.assertFalse(ticket.redemption_ids)

    def test_lane_of_another_box_is_refused(self):
        ticket = make_tickets(self.park)
        make_box(self.park, "North Gate House", ("N1",))
        status, answer = self.call(REDEEM, self.wish(ticket, lane="N1"))
        self.assertEqual((status, answer["error"]["field"]), (400, "lane"))


def _changed(message, name, value):
    message = dict(message)
    if value is ERASE:
        message.pop(name, None)
    else:
        message[name] = value
    return message


def _reasons():
    from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules.reason import Reason

    return {reason.value for reason in Reason}
