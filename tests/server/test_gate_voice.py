"""Sounds of a park on the server, loudspeakers, and lanes that are held open."""

import base64
import hashlib
import io
import time
import wave

from common_board import BoardCase
from common_gate import Journal, make_box, signed
from common_scenic import make_park, make_user
from gate_case import GateCase
from merged_handlers import parse
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.scenic_gate_iot.iot_handlers.scenic_gate import auth, sound_config
from odoo.addons.scenic_gate_iot.iot_handlers.scenic_gate.sound_library import SHIPPED
from odoo.addons.scenic_gate_iot.models import scenic_sound


def wav(seconds=0.2, rate=8000, fill=b"\x01"):
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(fill * (2 * round(seconds * rate)))
    return buffer.getvalue()


def make_sound(site, name="gong", data=None, **values):
    data = wav() if data is None else data
    vals = {"name": name, "site_id": site.id, "file": base64.b64encode(data), **values}
    return site.env["scenic.sound"].create(vals)


@tagged("post_install", "-at_install")
class TestSounds(GateCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.site, cls.lane = cls.park.site, cls.box.lane_ids

    def config(self, box=None):
        return self.env["scenic.gate.config"]._for_box(box or self.box)

    def test_a_park_that_changes_nothing_sends_nothing_and_hears_tones(self):
        self.assertNotIn("sounds", self.config()[1])
        self.assertEqual(
            [item["url"].rpartition("/")[2] for item in self.lane.heard], list(sound_config.TONES)
        )

    def test_the_box_is_told_name_hash_and_when(self):
        revision = self.config()[0]
        sound = make_sound(self.site, "请进", occasion="good", lang="en_US")
        told, config = self.config()
        self.assertNotEqual(told, revision)
        digest = hashlib.sha256(wav()).hexdigest()
        self.assertEqual(
            config["sounds"],
            {
                "files": {"请进": {"hash": digest, "size": len(wav())}},
                "voice": {"en_US": {"good": "请进"}},
            },
        )
        # as the box reads it
        followed = parse(config).sounds
        self.assertEqual(followed.chosen({}, "en_US", ("OK", "good")), "请进")
        self.lane.lang = "en_US"
        self.assertEqual(self.lane.heard[0]["url"], f"/scenic/sound/{sound.id}")
        sound.active = False
        self.assertNotIn("sounds", self.config()[1])

    def test_a_sound_without_an_answer_goes_where_a_lane_names_it(self):
        make_sound(self.site)
        self.assertNotIn("sounds", self.config()[1])
        self.lane.sound_bad = "gong"
        config = self.config()[1]
        self.assertEqual(list(config["sounds"]["files"]), ["gong"])
        self.assertEqual(config["lanes"][0]["sounds"], {"bad": "gong"})
        self.assertNotIn("sounds", self.config(self.north)[1])

    def test_a_lane_cannot_name_what_is_not_there_but_keeps_old_names(self):
        with self.assertRaises(ValidationError):
            self.lane.sound_good = "nobody has this.wav"
        # written before sounds could be uploaded
        self.env.cr.execute(
            "UPDATE scenic_lane SET sound_good = 'old.wav' WHERE id = %s", [self.lane.id]
        )
        self.lane.invalidate_recordset()
        self.lane.name = "Another name"
        self.assertEqual(self.config()[1]["lanes"][0]["sounds"], {"good": "old.wav"})
        self.assertEqual(self.lane.heard[0]["url"], "/scenic/sound/tone/good")

    def test_what_gates_cannot_play_is_refused_with_the_cure(self):
        for data in (b"ID3 mp3", wav(12), wav(rate=4000), wav()[:20] + b"\x55" + wav()[21:]):
            with self.assertRaises(ValidationError):
                make_sound(self.site, data=data)
        sound = make_sound(self.site)
        with self.assertRaises(ValidationError):
            sound.file = base64.b64encode(b"x" * 100)

    def test_one_sound_for_an_answer_in_a_language(self):
        make_sound(self.site, "a", occasion="bad")
        make_sound(self.site, "b", occasion="bad", lang="en_US")
        make_sound(self.site, "c")
        make_sound(self.site, "d")
        for values in ({"occasion": "bad"}, {"occasion": "bad", "lang": "en_US"}):
            with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
                make_sound(self.site, "e", **values)

    def test_the_boxes_of_a_site_are_not_filled_up(self):
        one = make_sound(self.site, "a")
        before, scenic_sound.MAX_SITE_BYTES = scenic_sound.MAX_SITE_BYTES, one.size + 10
        try:
            with self.assertRaises(ValidationError):
                make_sound(self.site, "b")
        finally:
            scenic_sound.MAX_SITE_BYTES = before

    def test_managers_record_others_listen_companies_are_apart(self):
        sound = make_sound(self.site)
        worker = make_user(self.env, "ear", "attendant", company=self.park.company)
        manager = make_user(self.env, "voice", "manager", company=self.park.company)
        self.assertTrue(sound.with_user(worker).listen)
        with self.assertRaises(AccessError):
            sound.with_user(worker).name = "x"
        sound.with_user(manager).name = "x"
        window = make_user(self.env, "seller", "window", company=self.park.company)
        with self.assertRaises(AccessError):
            sound.with_user(window).read(["name"])

    def test_a_loudspeaker_is_sent_apart_and_its_address_is_checked(self):
        vals = {
            "name": "Voice",
            "lane_id": self.lane.id,
            "role": "speaker",
            "driver": "speaker",
            "url": "alsa:default",
        }
        self.env["scenic.device"].create(vals)
        (lane,) = self.config()[1]["lanes"]
        self.assertEqual([item["url"] for item in lane["speakers"]], ["alsa:default"])
        self.assertNotIn("speaker", [item["role"] for item in lane["devices"]])
        for url in ("alsa:-h", "alsa:", "tcp://h", "alsa:$(x)"):
            with self.assertRaises(ValidationError):
                self.env["scenic.device"].create(vals | {"name": "Other", "url": url})
        with self.assertRaises(ValidationError):
            self.env["scenic.device"].create(vals | {"name": "Other", "role": "reader"})
        with Form(self.env["scenic.device"].with_context(default_lane_id=self.lane.id)) as form:
            form.name, form.driver, form.url = "Third", "speaker", "alsa:hw:1,0"
            self.assertEqual(form.role, "speaker")

    def test_attendants_let_the_sounds_be_heard(self):
        worker = make_user(self.env, "tester", "attendant", company=self.park.company)
        self.lane.with_user(worker).action_test_sound()
        order = self.lane.command_ids
        self.assertEqual((order.action, order.user_id), ("test_sound", worker))
        self.env["scenic.gate.command"]._acknowledge(
            self.box.id, [{"uid": order.uid, "result": "no_speaker"}]
        )
        self.assertEqual(order.state, "failed")
        self.assertNotEqual(order.result_text, "no_speaker")


@tagged("post_install", "-at_install")
class TestSoundRoutes(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.park = make_park(cls.env)
        cls.box = make_box(cls.park)
        cls.sound = make_sound(cls.park.site, occasion="bad")
        cls.env.flush_all()

    def ask(self, body, **options):
        headers, data = signed(self.box, auth.SOUND_PATH, body, **options)
        answer = self.url_open(auth.SOUND_PATH, data=data, headers=headers, method="POST")
        return headers[auth.H_NONCE], answer

    def test_a_box_gets_what_its_configuration_names_and_nobody_else_does(self):
        wish = {"v": 1, "hash": self.sound.file_hash}
        nonce, answer = self.ask(wish)
        self.assertEqual((answer.status_code, answer.content), (200, wav()))
        signature = answer.headers[auth.H_SIGNATURE]
        token = self.box.sudo().token
        self.assertTrue(auth.verify_reply(token, nonce, 200, answer.content, signature))
        self.assertEqual(self.ask(wish, token="x")[1].status_code, 401)
        for bad in ("0" * 64, "", None, 7, ["x"], "%"):
            self.assertEqual(self.ask({"v": 1, "hash": bad})[1].status_code, 400)
        self.assertEqual(self.ask(b"x" * 2000)[1].status_code, 413)
        self.assertEqual(self.ask(b"[]")[1].status_code, 400)
        other = make_sound(self.park.site, "not named", wav(fill=b"\x05"))
        self.env.flush_all()
        self.assertEqual(self.ask({"v": 1, "hash": other.file_hash})[1].status_code, 400)

    def test_people_listen_in_the_office(self):
        worker = make_user(self.env, "listener", "attendant", company=self.park.company)
        make_user(self.env, "stranger", "window", company=self.park.company)
        self.env.flush_all()
        self.authenticate(worker.login, worker.login)
        answer = self.url_open(f"/scenic/sound/{self.sound.id}")
        self.assertEqual((answer.status_code, answer.content), (200, wav()))
        self.assertEqual(answer.headers["Content-Type"], "audio/wav")
        tone = self.url_open("/scenic/sound/tone/bad")
        self.assertEqual(tone.content, (SHIPPED / "bad.wav").read_bytes())
        for path in ("tone/../x", "tone/none", "999999999"):
            self.assertEqual(self.url_open(f"/scenic/sound/{path}").status_code, 404)
        self.authenticate("stranger", "stranger")
        self.assertEqual(self.url_open(f"/scenic/sound/{self.sound.id}").status_code, 404)


@tagged("post_install", "-at_install")
class TestHolds(GateCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = make_user(cls.env, "holder", "attendant", company=cls.park.company)
        cls.attendant = cls.env["scenic.gate.attendant"].create(
            {"user_id": cls.user.id, "site_id": cls.park.site.id, "new_pin": "482915"}
        )

    def hold(self, journal, reason="M_SYSTEM", note="rain"):
        code = f"@{self.attendant.id} {note}"
        journal.write("staff", pax=0, reason="A_HOLD", code=code)
        return journal.write("opened", pax=0, reason=reason, code=code)

    def walk(self, journal, *groups, **values):
        for pax in groups:
            journal.write("passed", pax=pax, **values)

    def test_only_whom_a_manager_allowed_may_hold_open(self):
        number = self.attendant.number
        known = self.env["scenic.gate.config"]._for_box(self.box)[1]["page"]["attendants"]
        self.assertNotIn("hold", known[number])
        with self.assertRaises(AccessError):
            self.attendant.with_user(self.user).may_hold = True
        self.attendant.may_hold = True
        told = self.env["scenic.gate.config"]._for_box(self.box)[1]
        self.assertIs(told["page"]["attendants"][number]["hold"], True)
        self.assertEqual(told["lanes"][0]["hold_limit_s"], 1800)

    def test_who_came_in_is_one_incident_with_who_why_and_how_many(self):
        journal = Journal()
        self.hold(journal)
        self.walk(journal, 2, 1)
        self.take(journal)
        (incident,) = self.incidents("held_open")
        self.assertEqual((incident.persons, incident.lane_code), (3, "G1"))
        self.assertIn(self.user.name, incident.facts)
        self.assertIn("rain", incident.facts)
        self.assertFalse(self.incidents("manual"))
        # more come, it ends, and one was still on the way
        self.walk(journal, 4)
        journal.write("staff", pax=7, reason="A_RELEASE", code=f"@{self.attendant.id}")
        self.walk(journal, 1)
        self.take(journal)
        self.assertEqual(incident.persons, 8)
        self.assertEqual(len(incident.facts.splitlines()), 3)
        # it touches no ticket and no right
        facts = [self.fact(journal, fact["seq"]).verdict for fact in journal.facts]
        self.assertEqual(set(facts), {"recorded", "confirmed"})

    def test_any_order_and_repetition_tell_the_same(self):
        journal = Journal()
        self.hold(journal)
        self.walk(journal, 1, 2, 3)
        journal.write("staff", pax=6, reason="A_HOLD_OVER")
        late, early = journal.facts[3:], journal.facts[:3]
        self.take(journal, late)
        self.take(journal, early)
        self.take(journal)
        self.assertEqual(self.incidents("held_open").persons, 6)

    def test_what_came_later_is_no_part_of_it(self):
        journal = Journal()
        self.hold(journal)
        self.walk(journal, 2)
        journal.write("staff", pax=2, reason="A_HOLD_OVER")
        journal.clock += 60_000
        self.walk(journal, 5)  # an order of the office, or an exit lane
        self.hold(journal, note="second")
        self.walk(journal, 1)
        journal.write("boot", lane="", zone=None)
        self.walk(journal, 9)
        self.take(journal)
        found = self.incidents("held_open").sorted("happened_at")
        self.assertEqual(found.mapped("persons"), [2, 1])

    def test_lanes_are_apart_and_orders_of_the_office_are_no_incident(self):
        journal = Journal()
        self.hold(journal)
        self.walk(journal, 3, lane="G2")
        journal.write("opened", pax=0, lane="G2")
        self.walk(journal, 4, lane="G2")
        self.take(journal)
        (incident,) = self.incidents("held_open")
        self.assertEqual((incident.lane_code, incident.persons), ("G1", 0))

    def test_who_goes_out_through_a_held_lane_is_not_said_to_come_in(self):
        stories = []
        for zone in ("PARK", None):
            journal = Journal(zone=zone)
            self.hold(journal)
            self.walk(journal, 3)
            self.take(journal)
            newest = self.incidents("held_open").sorted("id")[-1]
            self.assertEqual(newest.persons, 3)
            stories.append(newest.facts.splitlines()[1])
        self.assertNotEqual(*stories)

    def test_what_was_settled_is_asked_again_only_if_more_came(self):
        journal = Journal()
        self.hold(journal)
        self.walk(journal, 2)
        self.take(journal)
        self.incidents("held_open").write({"state": "done", "outcome": "known"})
        journal.write("staff", pax=2, reason="A_RELEASE", code=f"@{self.attendant.id}")
        self.take(journal)
        self.assertFalse(self.incidents("held_open", state="open"))
        self.walk(journal, 1)
        self.take(journal)
        self.assertEqual(self.incidents("held_open", state="open").persons, 3)

    def test_persons_without_a_ticket_are_counted_as_free_passages(self):
        journal = Journal()
        journal.clock = int(time.time() * 1000)
        self.hold(journal)
        self.walk(journal, 2, 3)
        self.take(journal)
        day = self.park.site._today()
        counts = [row for row in self.park.site._passage_counts(day) if row.get("free")]
        self.assertEqual(sum(row["free"] for row in counts), 5)
        opens = self.park.site._passage_opens(day)
        self.assertEqual([row["user_id"] for row in opens], [self.user.id])


@tagged("post_install", "-at_install")
class TestHeldLanes(BoardCase):
    def held(self, minutes, **values):
        since = time.time() - 60 * minutes
        told = {"since": since, "persons": 12, "until": None, "reason": "M_GUEST", "by": "@0"}
        lane = {"state": "held", "usable": True, "since": since, "held": told | values}
        self.box.status = self.box.status | {"lanes": {"G1": lane | {"devices": []}}}

    def watch(self):
        self.env["scenic.gate.watch"]._watch(self.park.site)
        return self.env["scenic.incident"].search(
            [("kind", "=", "held_long"), ("site_id", "=", self.park.site.id)]
        )

    def test_a_lane_held_for_long_is_an_alarm_also_at_night(self):
        self.held(29)
        self.assertFalse(self.watch())
        self.held(31)
        self.park.site.write({"open_time": 0, "close_time": 0.01})
        (alarm,) = self.watch()
        self.assertEqual((alarm.lane_code, alarm.state), ("G1", "open"))
        self.watch()
        self.box.status = self.box.status | {"lanes": {"G1": {"state": "idle", "devices": []}}}
        self.assertEqual(self.watch().outcome_kind, "over")

    def test_it_can_be_off_and_has_its_own_time(self):
        self.held(500)
        self.park.site.alarm_held_min = 0
        self.assertFalse(self.watch())
        self.park.site.alarm_held_min = 600
        self.assertFalse(self.watch())

    def test_the_board_says_since_when_by_whom_and_how_many(self):
        self.assertEqual(self.tile()["held"], "")
        self.held(5)
        tile = self.tile()
        self.assertEqual(tile["tone"], "warn")
        self.assertIn("12", tile["held"])
        self.assertEqual(self.lane.held_text, tile["held"])

    def test_whatever_a_box_says_of_it_the_board_stands(self):
        for told in ("x", None, [], {"since": "x"}, {"since": 1e30, "persons": "x", "by": 3}):
            lane = {"state": "held", "since": told, "held": told, "devices": []}
            self.box.status = self.box.status | {"lanes": {"G1": lane}}
            self.assertEqual(self.tile()["held"], "")
            self.assertFalse(self.watch())

    def test_limits_are_kept_within_reason(self):
        for minutes in (0, 241, -1):
            with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
                self.lane.hold_limit_min = minutes
                self.env.flush_all()
