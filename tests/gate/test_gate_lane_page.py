"""The attendant's page of a lane: what it lets whom do, on a real box with a real relay board."""

import json
import threading
import time
from pathlib import Path

import gate_kit as kit
import page_kit
import pytest
from iot_handlers.scenic_gate import lane_access, lane_desk
from iot_handlers.scenic_gate.lane_access import Access
from iot_handlers.scenic_gate.lane_page import BASE, Call, LanePage, is_own_host
from iot_handlers.scenic_gate.sound_library import SHIPPED
from patience import LIMIT_S, wait_for
from test_gate_box import Site, site  # noqa: F401 (a fixture)

HOST = "192.168.7.20:8069"
OURS = {
    "Host": HOST,
    "Origin": f"http://{HOST}",
    "Content-Type": "application/json",
    "X-Scenic-Lane": "1",
    "Sec-Fetch-Site": "same-origin",
}


class Browser:
    """Calls the page as a browser on the gate's network does."""

    def __init__(self, box, peer="192.168.7.31"):
        self.page, self.peer = LanePage(box), peer
        self.headers = dict(OURS)

    def send(self, path, body=None, method="POST", **headers):
        data = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        return self.page.handle(Call(method, path, self.headers | headers, data, self.peer))

    def call(self, name, **body):
        reply = self.send(f"api/{name}", body)
        return reply.status, json.loads(reply.body or b"{}")

    def sign_in(self, pin=page_kit.PIN, who=page_kit.WHO):
        reply = self.send("api/sign_in", {"who": who, "pin": pin, "lane": "G1"})
        if reply.status == 200:
            self.cookie = reply.headers["Set-Cookie"]
            self.headers["Cookie"] = self.cookie.partition(";")[0]
            self.headers["X-Scenic-Token"] = json.loads(reply.body)["token"]
        return reply

    def act(self, what, **wish):
        return self.call("act", lane="G1", act=what, uid=wish.pop("uid", f"{time.time()}"), **wish)


@pytest.fixture
def lane(site):  # noqa: F811
    site.server.config = kit.config(lanes=[site.lane()], page=page_kit.PAGE)
    with site.running() as box:
        site.browser = Browser(box)
        yield site


def opened(site):  # noqa: F811
    return [entry for entry in site.board.log if entry[0] == 5 and entry[2] == [True]]


def facts(site, kind):  # noqa: F811
    site.box.engine.journal.flush()
    return [fact for fact in site.box.engine.journal.facts(0, 500) if fact["kind"] == kind]


def test_signed_in_attendant_lets_somebody_in_by_hand_and_is_named(lane):
    assert lane.browser.sign_in().status == 200
    status, answer = lane.browser.act("open", reason="M_GUEST", persons=1, note="Mayor\nand dog")
    assert (status, answer["result"]) == (200, "done")
    assert len(opened(lane)) == 1
    (act,) = [f for f in facts(lane, "staff") if f["reason"] == "A_OPEN"]
    assert act["code"] == "@12 Mayor and dog"
    (fact,) = facts(lane, "opened")
    assert (fact["reason"], fact["code"]) == ("M_GUEST", "@12 Mayor and dog")
    assert act["seq"] < fact["seq"]
    assert [f["code"] for f in facts(lane, "staff") if f["reason"] == "A_SIGN_IN"] == ["@12"]


def test_a_repeated_click_opens_once(lane):
    lane.browser.sign_in()
    for _ in range(3):
        assert lane.browser.act("open", reason="M_GUEST", uid="same-click-1")[1]["result"] == "done"
    assert len(opened(lane)) == 1


def test_a_held_ticket_is_let_in_by_staff_and_uses_its_right(lane):
    rule = kit.config()["rules"][0] | {"checks": 1}
    lane.server.config = lane.server.config | {"rules": [rule]}
    lane.server.config_rev = "2"
    wait_for(lambda: lane.box.engine.config.rules[kit.PRODUCT].checks == 1)
    wait_for(lambda: lane.listens())
    lane.browser.sign_in()
    lane.scan(lane.code(1))
    wait_for(lambda: lane.browser.call("state", lane="G1")[1]["held"])
    state = lane.browser.call("state", lane="G1")[1]
    assert state["lines"][0]["colour"] == "amber"
    assert state["lines"][0]["product"] == "成人票"
    (held,) = state["held"]
    assert lane.code(1) not in json.dumps(state)
    assert f"{kit.uid(1):016x}" not in json.dumps(state)
    assert not opened(lane)
    assert lane.browser.act("admit", key=held["key"], persons=1)[1]["result"] == "OK"
    wait_for(lambda: opened(lane))
    (fact,) = facts(lane, "reserved")
    (act,) = [f for f in facts(lane, "staff") if f["reason"] == "A_ADMIT"]
    assert act["uid"] == fact["uid"]
    assert not lane.browser.call("state", lane="G1")[1]["held"]
    assert lane.browser.act("admit", key=held["key"])[1]["result"] == "gone"


def test_an_unknown_passage_is_opened_once_more(lane):
    lane.browser.sign_in()
    lane.scan(lane.code(1))
    wait_for(lambda: facts(lane, "reserved"))
    lane.box.engine.recover(lane.box.clock.now(), "G1")
    lane.nobody_passes()
    (item,) = lane.browser.call("state", lane="G1")[1]["reopens"]
    before = len(opened(lane))
    assert lane.browser.act("reopen", op=item["op"])[1]["result"] == "done"
    assert len(opened(lane)) == before + 1
    lane.nobody_passes()
    assert lane.browser.act("reopen", op=item["op"])[1]["result"] == "limit"
    assert lane.browser.call("state", lane="G1")[1]["reopens"] == []
    assert len(opened(lane)) == before + 1


def test_it_works_with_the_server_gone(lane):
    lane.cut = True
    wait_for(lambda: not lane.box.engine.online)
    lane.browser.sign_in()
    assert lane.browser.act("open", reason="M_LOST")[1]["result"] == "done"
    state = lane.browser.call("state", lane="G1")[1]
    # the clock of the park, whatever the tablet is set to
    assert (state["online"], state["offset_s"]) == (False, 8 * 3600)


def test_state_waits_for_news(lane):
    lane.browser.sign_in()
    rev = lane.browser.call("state", lane="G1")[1]["rev"]
    seen = []
    waiting = threading.Thread(
        target=lambda: seen.append(lane.browser.call("state", lane="G1", known=rev)[1])
    )
    waiting.start()
    lane.scan("https://example.com/")
    waiting.join(LIMIT_S)
    assert seen
    assert seen[0]["rev"] != rev


def test_a_lane_that_is_taken_away_is_told_to_the_page_that_waits(lane):
    lane.browser.sign_in()
    rev, seen = lane.browser.call("state", lane="G1")[1]["rev"], []
    waiting = threading.Thread(
        target=lambda: seen.append(lane.browser.call("state", lane="G1", known=rev)), daemon=True
    )
    waiting.start()
    lane.server.config = kit.config(lanes=[kit.lane_config("G9")], page=page_kit.PAGE)
    lane.server.config_rev = "2"
    waiting.join(20)
    assert seen == [(404, {"error": "no_lane"})]


def test_strangers_open_nothing(lane):
    """No PIN, forged cookies, other pages, other names, oversized and broken calls."""
    good = Browser(lane.box)
    good.page = lane.browser.page
    assert good.sign_in().status == 200
    wish = {"lane": "G1", "act": "open", "reason": "M_GUEST", "uid": "attack-1"}
    stranger = lane.browser
    cookie, token = good.headers["Cookie"], good.headers["X-Scenic-Token"]
    signed = {"Cookie": cookie, "X-Scenic-Token": token}
    tries = [
        ({}, 401),
        ({"Cookie": "scenic_lane=" + "A" * 43}, 401),
        ({"Cookie": 'scenic_lane="; Path=/'}, 401),
        ({"Cookie": cookie}, 403),  # another page sends the cookie, never the token
        (signed | {"Origin": "http://evil.example"}, 403),
        (signed | {"Origin": "null"}, 403),
        (signed | {"Origin": ""}, 403),
        (signed | {"Sec-Fetch-Site": "cross-site"}, 403),
        (signed | {"Content-Type": "text/plain"}, 403),
        (signed | {"X-Scenic-Lane": ""}, 403),
        (signed | {"Host": "evil.example", "Origin": "http://evil.example"}, 421),
        (signed | {"Host": ""}, 421),
    ]
    for headers, expected in tries:
        assert stranger.send("api/act", wish, **headers).status == expected, headers
    assert stranger.send("api/act", b"x" * 5000, **signed).status == 413
    for body in (b"{", b"[]", b"\xff", b"[" * 4000, b"null"):
        assert stranger.send("api/act", body, **signed).status == 400
    for path in ("../box.py", "..%2fgate.db", "lane_page.py", "api/../lane_page.js", "gate.db"):
        assert stranger.send(path, method="GET").status == 404
    assert stranger.send("api/act", wish, method="DELETE", **signed).status == 404
    for bad in ({"persons": 0}, {"persons": 256}, {"persons": "x"}, {"reason": "OK"},
                {"act": "hold"}, {"act": "test_open"}, {"uid": ""}, {"lane": "G9"}):  # fmt: skip
        reply = good.send("api/act", wish | {"uid": f"bad-{bad}"} | bad)
        assert json.loads(reply.body)["result"] in (
            "bad_action",
            "reason",
            "no_lane",
            "not_allowed",
        )
    assert not opened(lane)
    assert not facts(lane, "opened")


@pytest.mark.parametrize("who", ["\ud800", "1\x002", "9" * 16, "1\n2", "\u202e12"])
def test_what_a_stranger_types_stops_neither_lanes_nor_reports(lane, who):
    """Wrong PINs are written down: five under a name that cannot be kept, and nothing else could.

    Previously each later fact failed with it, in memory until a restart: no lane admitted anybody.
    """
    for pin in ("1", "\ud800") * 3:
        assert lane.browser.sign_in(pin, who).status in (400, 401, 429)
    lane.scan(lane.code(1))
    wait_for(lambda: len(opened(lane)) == 1)
    for fact in lane.box.engine.journal.facts(0, 500):
        assert "\x00" not in (fact["code"] or "").encode().decode()


def test_members_of_another_kind_are_refused(lane):
    lane.browser.sign_in()
    for bad in ({"act": {}}, {"act": []}, {"act": "open", "reason": {}},
                {"act": "admit", "key": []}, {"act": "reopen", "op": {}},
                {"act": "open", "persons": 1e400}):  # fmt: skip
        wish = {"lane": "G1", "uid": f"kind-{bad}"[:60], "reason": "M_GUEST"} | bad
        reply = lane.browser.send("api/act", json.dumps(wish).encode())
        assert reply.status == 400 or json.loads(reply.body)["result"] != "done", bad
    assert not opened(lane)


def test_wrong_pins_lock_the_number_out_and_the_right_one_comes_too_late(lane):
    for _ in range(lane_access.NEAR_TRIES):
        assert lane.browser.sign_in("000000").status == 401
    assert lane.browser.sign_in().status == 429
    elsewhere = Browser(lane.box, peer="192.168.7.99")
    elsewhere.page = lane.browser.page
    assert elsewhere.sign_in().status == 200
    assert [f["code"] for f in facts(lane, "staff") if f["reason"] == lane_desk.LOCKED] == ["@12"]


def test_the_page_itself_shows_no_secret_and_is_closed_to_frames(lane):
    for path in ("", "lane_page.js", "page_view.js", "app.css"):
        reply = lane.browser.send(path, method="GET")
        assert reply.status == 200
        assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]
    text = json.dumps(lane.browser.call("hello")[1])
    assert page_kit.SALT.hex() not in text
    assert "Li Na" not in text
    assert lane.browser.sign_in().status == 200
    for part in (f"Path={BASE}", "HttpOnly", "SameSite=Strict"):
        assert part in lane.browser.cookie
    state = json.dumps(lane.browser.call("state", lane="G1")[1]) + json.dumps(lane.box.status())
    assert page_kit.PAGE["attendants"][page_kit.WHO]["hash"] not in state


def test_tones_are_given_by_name_and_nothing_else_is(lane):
    reply = lane.browser.send("sound/bad", method="GET")
    assert (reply.status, reply.body) == (200, (SHIPPED / "bad.wav").read_bytes())
    assert reply.headers["Content-Type"] == "audio/wav"
    assert "connect-src 'self'" in reply.headers["Content-Security-Policy"]
    for path in ("", "silence", "bad.wav", "../gate.db", "..%2fgate.db", "0" * 64, "good/x"):
        assert lane.browser.send(f"sound/{path}", method="GET").status == 404, path
    assert lane.browser.send("sound/bad").status == 404  # POST


def test_a_computer_without_a_free_file_says_nothing_of_itself(lane, monkeypatch):
    def crowded(path):
        raise OSError(24, "Too many open files", str(path))

    monkeypatch.setattr(Path, "read_bytes", crowded)
    for path in ("", "lane_page.js", "sound/good"):
        reply = lane.browser.send(path, method="GET")
        assert (reply.status, reply.body) == (503, b"")
        assert reply.headers["X-Frame-Options"] == "DENY"


def test_a_disk_that_cannot_write_opens_nothing(lane, monkeypatch):
    lane.browser.sign_in()
    monkeypatch.setattr(lane.box.engine.journal, "record", lambda entry: False)
    assert lane.browser.act("open", reason="M_GUEST")[1]["result"] == "E_STORE"
    assert not opened(lane)


# ------------------------------------------------------------------- sign-in alone


class Now:
    def __init__(self):
        self.t = 0.0

    def __call__(self):
        return self.t


def access(now, attendants=None, locked=None):
    tokens = iter(range(10_000))
    known = page_kit.PAGE["attendants"] if attendants is None else attendants
    return Access(lambda: known, now, lambda: f"token{next(tokens)}", locked or (lambda who: None))


def test_sessions_end_with_time_sign_out_and_a_new_pin():
    now, people = Now(), {page_kit.WHO: dict(page_kit.PAGE["attendants"][page_kit.WHO])}
    door = access(now, people)
    cookies = [door.sign_in(page_kit.WHO, page_kit.PIN, "a")[0] for _ in range(3)]
    now.t = lane_access.SESSION_S - 1
    assert door.session(cookies[0])
    door.sign_out(cookies[1])
    assert door.session(cookies[1]) is None
    people[page_kit.WHO]["hash"] = "00" * 32
    assert door.session(cookies[2]) is None
    people.clear()
    assert door.session(cookies[0]) is None


def test_actions_ask_for_the_pin_again_after_a_while():
    now = Now()
    door = access(now)
    session = door.sign_in(page_kit.WHO, page_kit.PIN, "a")[1]
    now.t = lane_access.FRESH_S - 1
    assert door.is_fresh(session)
    now.t += lane_access.FRESH_S + 1
    assert not door.is_fresh(session)


def test_a_burst_from_many_addresses_is_slowed_and_locks_the_number_in_the_end():
    now, locked = Now(), []
    door = access(now, locked=locked.append)
    answers = []
    for n in range(60):
        now.t += 7
        answers.append(door.sign_in(page_kit.WHO, "999999", f"10.0.0.{n}"))
    assert answers.count("wrong") == lane_access.FAR_TRIES
    assert locked == [page_kit.WHO]
    now.t = 0
    door = access(now)
    answers = [door.sign_in(str(n), "1", "10.0.0.1") for n in range(lane_access.BURST + 3)]
    assert answers[-3:] == ["busy"] * 3
    # from elsewhere an attendant still signs in
    assert door.sign_in(page_kit.WHO, page_kit.PIN, "10.0.0.2")[0].startswith("token")
    answers = [door.sign_in(str(n), "1", f"10.0.1.{n}") for n in range(lane_access.BURST)]
    assert answers[-1] == "busy"


@pytest.mark.parametrize(
    ("host", "good"),
    [("192.168.7.20", True), ("192.168.7.20:8069", True), ("[fe80::1]:80", True),
     ("localhost:80", True), ("gate1.park.lan", True), ("evil.example", False), ("", False),
     ("192.168.7.20.evil.example", False), ("a b", False), ("gate1.park.lan@evil", False),
     ("192.168.7.20:8069/x", False)],
)  # fmt: skip
def test_only_own_names_are_answered(host, good):
    assert is_own_host(host, ("gate1.park.lan",)) is good
