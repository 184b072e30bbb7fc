"""Orders to a lane act when they are signed, in time and new, and never otherwise."""

import gate_kit as kit
import pytest
from gate_kit import NOW
from gate_pair import Box
from gate_server import FakeServer, command
from iot_handlers.scenic_gate import auth


@pytest.fixture
def box(tmp_path):
    box = Box(tmp_path, FakeServer())
    yield box
    box.engine.store.close()


def test_signed_command_acts_once_and_is_acknowledged(box):
    box.sync.once()
    order = command()
    assert box.desk.accept(order) == "accepted"
    box.server.commands = [order]
    box.sync.once()
    box.sync.once()
    assert box.orders == ["open"]
    assert box.server.acks == {order["uid"]: "done"}


def test_lost_ack_is_sent_again_and_the_command_does_not_act_again(box):
    order = command()
    box.server.commands = [order]
    box.sync.once()
    box.server.lose = ["request", "reply"]
    box.sync.once()
    assert [ack["uid"] for ack in box.desk.acks()] == [order["uid"]]
    for _ in range(2):
        box.sync.once()
    assert box.server.acks == {order["uid"]: "done"}
    assert box.orders == ["open"]
    assert box.desk.acks() == []


FORGERIES = [
    {"sig": ""},
    {"sig": None},
    {"sig": "0" * 64},
    {"sig": "\xe9" * 64},
    {"n": 2},
    {"lane": "G2"},
    {"action": "hold"},
    {"expires": int(NOW) + 99},
    {"uid": "b" * 32},
    {"uid": "short"},
    {"uid": 5},
    {"op": "f" * 32},
    {"code": "X"},
    {"expires": "soon"},
    {"n": "many"},
    {"lane": "G1\n"},
]


@pytest.mark.parametrize("change", FORGERIES, ids=str)
def test_command_that_was_not_signed_so_never_acts(box, change):
    box.sync.once()
    assert box.desk.accept(command() | change) == "unsigned"
    assert box.orders == []


@pytest.mark.parametrize("order", [None, 5, "open", [], {}, {"action": "open"}], ids=str)
def test_what_is_no_command_never_acts(box, order):
    box.sync.once()
    assert box.desk.accept(order) == "unsigned"


def test_command_of_another_box_or_token_never_acts(box):
    box.sync.once()
    assert box.desk.accept(command(token="other")) == "unsigned"
    box.desk._secrets = lambda: ("", kit.BOX)
    assert box.desk.accept(command(token="")) == "unsigned"
    assert box.orders == []


def test_command_is_judged_by_proven_time_only(box):
    assert box.desk.accept(command()) == "clock"
    box.sync.once()
    assert box.desk.accept(command(expires=NOW - 1)) == "expired"
    assert box.desk.accept(command(expires=NOW + 301)) == "expired"
    assert box.orders == []
    assert box.desk.accept(command()) == "accepted"


def test_bad_commands_of_the_server_are_answered(box):
    box.server.commands = [
        command(uid="1" * 32, expires=NOW - 1),
        command(uid="2" * 32) | {"sig": "x"},
        command(uid="3" * 32, lane="G9"),
        command("explode", uid="4" * 32),
    ]
    box.sync.once()
    box.sync.once()
    assert box.server.acks == {
        "1" * 32: "expired",
        "2" * 32: "unsigned",
        "3" * 32: "no_lane",
        "4" * 32: "bad_action",
    }
    assert box.orders == []


def test_command_claimed_before_a_crash_does_not_act_after_it(box):
    box.sync.once()
    box.desk._dispatch = lambda order, answer: True  # the lane takes it, then the power fails
    order = command()
    assert box.desk.accept(order) == "accepted"
    box.desk.boot()
    assert box.desk.accept(order) == "unknown"
    box.sync.once()
    assert box.server.acks == {order["uid"]: "unknown"}


def test_full_disk_lets_no_command_act(box):
    box.sync.once()
    box.engine.store.db.execute("PRAGMA query_only=1")
    assert box.desk.accept(command()) == "not_sent"
    assert box.orders == []


def test_old_commands_are_forgotten_only_when_they_cannot_act(box):
    box.server.commands = [command()]
    box.sync.once()
    box.sync.once()
    box.desk.prune(NOW + 86400)
    assert box.desk.accept(command()) == "done"
    box.desk.prune(NOW + 86400 + 60)
    assert box.engine.store.rows("SELECT count(*) FROM command") == [(0,)]


def test_both_sides_agree_on_signatures():
    headers = auth.request_headers("t", "POST", "/p", "box", NOW, "0" * 32, b"body")
    assert auth.verify_request("t", "POST", "/p", headers, b"body") == "0" * 32
    for broken in (
        ("u", "POST", "/p", headers, b"body"),
        ("t", "GET", "/p", headers, b"body"),
        ("t", "POST", "/q", headers, b"body"),
        ("t", "POST", "/p", headers, b"Body"),
        ("t", "POST", "/p", headers | {auth.H_BOX: "b"}, b"body"),
        ("t", "POST", "/p", headers | {auth.H_TIME: "1"}, b"body"),
        ("t", "POST", "/p", headers | {auth.H_NONCE: "1" * 32}, b"body"),
        ("t", "POST", "/p", {}, b"body"),
        ("", "POST", "/p", headers, b"body"),
    ):
        assert auth.verify_request(*broken) is None


def test_token_without_value_signs_nothing():
    empty = auth.request_headers("", "POST", "/p", "box", NOW, "0" * 32, b"")
    assert auth.verify_request("", "POST", "/p", empty, b"") is None
    assert not auth.verify_reply(
        "", "0" * 32, 200, b"", auth.reply_signature("", "0" * 32, 200, b"")
    )
