"""One exchange with the server, and everything that can go wrong on the way."""

import json

import gate_kit as kit
import pytest
from gate_kit import NOW, code, ticket_row
from gate_pair import Box
from gate_server import FakeServer, command
from hypothesis import given
from hypothesis import strategies as st
from iot_handlers.scenic_gate import auth
from iot_handlers.scenic_gate.transport import Answer


@pytest.fixture
def box(tmp_path):
    box = Box(tmp_path, FakeServer())
    yield box
    box.engine.store.close()


def test_facts_go_up_once_and_in_order(box):
    for serial in range(1, 4):
        box.engine.scan(f"G{serial % 2 + 1}", code(serial), NOW + serial)
    assert box.sync.once() is False
    assert [f["seq"] for f in box.server.chain(box.engine.store.epoch)] == [1, 2, 3, 4]
    assert box.get("acked") == 4  # the third scan ended the unfinished passage of its lane
    box.sync.once()
    assert box.server.requests == 2


def test_lost_reply_doubles_nothing(box):
    box.engine.scan("G1", code(1), NOW)
    box.server.lose = ["reply", "request"]
    box.sync.once()
    assert (box.engine.online, box.get("acked")) == (False, None)
    box.sync.once()
    box.sync.once()
    assert box.engine.online
    assert len(box.server.facts) == 1


def test_more_than_one_batch_is_sent_without_pause(box):
    for _ in range(1100):
        box.engine.scan("G1", "NO TICKET", NOW)
    box.engine.journal.flush()
    rounds = [box.sync.once() for _ in range(3)]
    assert rounds == [True, True, False]
    assert len(box.server.facts) == 1100


def test_feed_of_a_server_that_was_restored_is_read_anew(box):
    """It gives the same numbers to other changes: those up to the old place would be missed."""
    box.server.batch = 9
    box.server.tickets = [ticket_row(n) for n in range(1, 6)]
    box.engine.scan("G1", code(9), NOW)
    box.sync.once()
    assert (box.get("cursor"), box.get("acked")) == (5, 1)
    box.server.facts.clear()
    # two changes were forgotten, and three others came before this box called again
    box.server.tickets[3:] = [ticket_row(1, state="void"), ticket_row(7), ticket_row(8)]
    assert box.sync.once() is True
    assert box.get("cursor") == 0
    box.sync.once()
    assert box.get("cursor") == 6
    assert box.engine.row_of(kit.uid(1)).ticket.state == "void"


def test_server_that_forgot_gets_the_facts_again(box):
    for serial in (1, 2):
        box.engine.scan(f"G{serial}", code(serial), NOW)
    box.sync.once()
    box.server.facts.clear()
    box.sync.once()
    assert box.get("acked") == 0
    box.sync.once()
    assert len(box.server.facts) == 2


def test_tickets_come_in_portions_and_the_cursor_follows(box):
    box.server.tickets = [ticket_row(serial) for serial in range(1, 6)]
    assert [box.sync.once() for _ in range(3)] == [True, True, False]
    assert (box.engine.snapshot.count(), box.get("cursor")) == (5, 5)


def test_server_that_stands_still_is_not_hurried(box):
    box.server.tamper = lambda reply: reply | {"more": True}
    assert box.sync.once() is False


def test_new_configuration_is_followed_and_kept(box):
    box.server.config = kit.config(lanes=[kit.lane_config("NEW")])
    told = []
    box.sync.configured = lambda: told.append(1)
    box.sync.once()
    assert list(box.engine.config.lanes) == ["NEW"]
    assert (box.get("config_rev"), told) == ("1", [1])
    box.sync.once()
    assert told == [1]


@pytest.mark.parametrize(
    "damage",
    [
        {"rules": [{"product": "x"}]},
        {"roots": [{"kid": 1, "alg": 9, "pub": ""}]},
        {"lanes": [kit.lane_config(), kit.lane_config()]},
        {"lanes": [kit.lane_config(confirm="maybe")]},
        {"lanes": [kit.lane_config(entrance=16)]},
        {"lanes": [kit.lane_config(devices=[{"role": "robot"}])]},
        {"site": None},
        {"certificates": ["xyz"]},
        {"keys": [{"kid": 1, "state": "lost"}]},
    ],
)
def test_configuration_that_cannot_be_read_changes_nothing(box, damage):
    box.server.config = kit.config() | damage
    box.sync.once()
    assert list(box.engine.config.lanes) == ["G1", "G2"]
    assert box.sync.config_error
    assert box.engine.online
    assert box.get("config_rev") is None
    box.server.config = kit.config(lanes=[kit.lane_config("NEW")])
    box.sync.once()
    assert (list(box.engine.config.lanes), box.sync.config_error) == (["NEW"], "")


def test_box_that_moves_to_another_site_forgets_the_old_tickets(box):
    box.server.tickets = [ticket_row(1)]
    box.sync.once()
    box.server.config = kit.config(site={"code": 8, "tz": "Asia/Shanghai"})
    box.server.tamper = lambda reply: reply | {"tickets": [ticket_row(2)], "cursor": 9}
    assert box.sync.once() is True
    assert (box.engine.snapshot.count(), box.get("cursor")) == (0, 0)


@pytest.mark.parametrize(
    ("before", "after", "again"),
    [
        ({}, {"interval_s": 60}, True),
        ({}, {"zones": {kit.ZONE: {"uses_day": 1}}}, True),
        ({}, {"weekdays": 31, "checks": 1}, False),
        ({"use_days": 2}, {"use_days": 3, "passback": True}, False),
        ({"use_days": 2}, {}, False),
    ],
)
def test_tickets_are_read_again_when_a_rule_begins_to_ask_for_days(box, before, after, again):
    (rule,) = kit.config()["rules"]
    box.server.config = kit.config(rules=[rule | before])
    box.server.tickets = [ticket_row(1, elsewhere={kit.ZONE: 1})]
    while box.sync.once():
        pass
    assert box.get("cursor") == 1
    told = {"h": {kit.ZONE: [1, NOW - 9, NOW - 9, kit.DAY, 1]}}
    box.server.tickets = [ticket_row(1, elsewhere={kit.ZONE: 1}) | told]
    box.server.config, box.server.config_rev = kit.config(rules=[rule | after]), "2"
    assert box.sync.once() is again
    assert box.get("cursor") == (0 if again else 1)
    box.sync.once()
    assert box.get("cursor") == 1
    assert bool(box.engine.snapshot.row(kit.uid(1)).uses) is again


def hostile(answer):
    """What a stranger, a proxy or a replay may answer."""
    old = Answer(200, auth.reply_signature(kit.TOKEN, "0" * 32, 200, answer.body), answer.body)
    return {
        "unsigned": Answer(200, "", answer.body),
        "changed": Answer(200, answer.signature, answer.body.replace(b'"v": 1', b'"v":  1')),
        "another status": Answer(201, answer.signature, answer.body),
        "replayed": old,
        "captive portal": Answer(200, "", b"<html>Welcome to the hotel</html>"),
        "not ascii": Answer(200, "\xff" * 64, answer.body),
        "redirect": Answer(302, "", b""),
    }


@pytest.mark.parametrize("kind", sorted(hostile(Answer(200, "", b""))))
def test_reply_that_our_server_did_not_sign_is_refused(box, kind):
    box.engine.scan("G1", code(1), NOW)
    box.server.config = kit.config(lanes=[kit.lane_config("EVIL")])
    box.server.commands = [command()]
    box.server.after = lambda answer: hostile(answer)[kind]
    box.sync.once()
    assert (box.engine.online, box.get("acked"), box.orders) == (False, None, [])
    assert list(box.engine.config.lanes) == ["G1", "G2"]
    assert box.clock.quality == "unsure"


@pytest.mark.parametrize(
    "damage",
    [
        {"v": 2},
        {"now": "noon"},
        {"acked_to": 99},
        {"acked_to": -1},
        {"acked_to": None},
        {"tickets": None},
        {"commands": 5},
        {"cursor": "x"},
    ],
)
def test_signed_nonsense_changes_nothing(box, damage):
    box.engine.scan("G1", code(1), NOW)
    box.server.tamper = lambda reply: reply | damage
    box.sync.once()
    assert (box.engine.online, box.get("acked")) == (False, None)
    box.server.tamper = lambda reply: reply
    box.sync.once()
    assert box.get("acked") == 1


@given(st.binary(max_size=300), st.integers(100, 599))
def test_any_signed_body_is_survived(tmp_path_factory, body, status):
    folder = tmp_path_factory.mktemp("box", numbered=True)
    box = Box(folder, None)

    class Garbage:
        def post(self, url, headers, request):
            nonce = headers[auth.H_NONCE]
            return Answer(status, auth.reply_signature(kit.TOKEN, nonce, status, body), body)

    box.sync.transport = Garbage()
    box.sync.once()
    assert not box.engine.online
    box.engine.store.close()


def test_offline_box_waits_longer_and_longer(box):
    box.server.lose = ["request"] * 9
    delays = []
    for _ in range(7):
        box.sync.once()
        delays.append(box.sync.delay)
    assert delays == [2, 4, 8, 15, 30, 30, 30]
    box.server.lose = []
    box.sync.once()
    assert (box.sync.delay, box.sync.error) == (2, "")


def test_box_that_is_not_paired_says_so(box):
    box.pairing = None
    box.sync.once()
    assert box.sync.error == "not paired"


def test_request_is_the_protocols(box):
    seen = {}

    class Spy:
        def post(self, url, headers, body):
            seen.update(url=url, headers=headers, body=json.loads(body))
            raise ConnectionError

    box.sync.transport = Spy()
    box.sync.once()
    assert seen["url"] == "http://127.0.0.1:1/scenic/gate/v1/sync"
    assert seen["headers"]["X-Odoo-Database"] == "db"
    assert sorted(seen["body"]) == sorted(
        ["v", "epoch", "facts", "oldest", "acks", "config_rev", "cursor", "status"]
    )
