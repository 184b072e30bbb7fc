"""Somebody hostile at the port of handhelds: nothing opens or changes, all of it is counted."""

import json
import secrets

import gate_kit as kit
import pytest
from fuzzing import examples
from gate_kit import NOW
from hand_kit import HAND_KEY, Hand, Talk, door, hands, post
from hypothesis import example, given, settings
from hypothesis import strategies as st
from iot_handlers.scenic_gate import hand_wire
from iot_handlers.scenic_gate.config import ConfigError, parse
from iot_handlers.scenic_gate.http_message import BadRequest
from lan_kit import Net, lan_config
from test_gate_claim import serial_owned_by
from test_gate_lan_hostile import state

KEY = hand_wire.device_key(bytes.fromhex(HAND_KEY), 91)
LATER = 3000  # seconds of a scan that is no part of the one before


@pytest.fixture
def net():
    made = Net((1, 2, 3))
    made.settle()
    return made


class Tap:
    """The line between a handheld and the boxes, with a recorder on it."""

    def __init__(self, net):
        self.net, self.heard = net, []

    def hand(self, device=91):
        return Hand(device, self.net.boxes, self.carry)

    def carry(self, box, body):
        self.heard.append((box, body))
        return self.net[box].door.handle_bytes(body)


def try_all(desk, bodies):
    """Send bodies; returns the status of each answer, 400 for what its protocol does not know."""
    found = []
    for body in bodies:
        try:
            found.append(desk.handle(post(body)).status)
        except BadRequest:
            desk.refuse()
            found.append(400)
    return found


NOISE = Net((1,))


@settings(max_examples=examples(60))
@given(st.binary(max_size=400))
@example(b"")
@example(b"\n" + b"0" * 64)
@example(b'{"d":91}\n' + b"0" * 64)
@example(b"[" * 5000 + b"\n" + b"0" * 64)
def test_noise_is_counted_and_forgotten(data):
    desk = NOISE[1].door
    before, bad = state(NOISE[1]), desk.counts["bad"]
    assert try_all(desk, [data, data + b"\n" + b"f" * 64]) == [403, 403]
    assert desk.counts["bad"] == bad + 2
    assert state(NOISE[1]) == before


def fresh(net, key=KEY, device=91, **parts):
    """A sealed message in the present run of box 1."""
    message = {"v": 1, "d": device, "r": net[1].desk.run.hex(), "n": secrets.randbits(40) + 1,
               "e": "0" * 16, **parts}  # fmt: skip
    return hand_wire.seal(key, message)


def claim_body(net, serial):
    """The question of a handheld for a ticket that box 1 owns, as it would be sent."""
    tap = Tap(net)
    hand = tap.hand()
    hand.talks = {1: Talk(91, lambda body: tap.heard.append((1, body)) and None)}
    hand.talks[1].run = net[1].desk.run.hex()
    hand.scan(serial, boxes=[1])
    return json.loads(tap.heard[-1][1][:-65])["q"]


@pytest.mark.parametrize(
    ("key", "device"),
    [
        (secrets.token_bytes(32), 91),
        (hand_wire.device_key(secrets.token_bytes(32), 91), 91),  # of another site
        (KEY, 92),  # of another device
        (hand_wire.device_key(bytes.fromhex(HAND_KEY), 77), 77),  # one that was blocked
        (bytes.fromhex(HAND_KEY), 91),
    ],
)
def test_another_key_claims_nothing(net, key, device):
    serial = serial_owned_by(1)
    question = claim_body(net, serial)
    before = state(net[1])
    assert try_all(net[1].door, [fresh(net, key, device, q=question)]) == [403]
    assert state(net[1]) == before
    assert net[2].scan(serial).reason == "OK"


def test_a_recording_is_taken_once(net):
    tap = Tap(net)
    hand = tap.hand()
    told = hand.scan(serial_owned_by(1))
    hand.release(told)
    hand.tell()
    before = {n: state(net[n]) for n in net.boxes}
    for box, body in tap.heard * 2:
        for other in net.box.values():
            reply = other.door.handle(post(body))
            answer = hand_wire.unseal_reply(KEY, body[-64:], reply.body.encode())
            assert answer["again"]
            assert "a" not in answer
        assert net[box].door.counts["stale"]
    assert {n: state(net[n]) for n in net.boxes} == before


def test_a_recording_is_worthless_after_a_restart(net):
    tap = Tap(net)
    hand = tap.hand()
    hand.release(hand.scan(serial_owned_by(1)))
    hand.tell()
    for number in net.boxes:
        net[number].boot()
    before = {n: state(net[n]) for n in net.boxes}
    for _box, body in tap.heard:
        for other in net.box.values():
            assert other.door.handle_bytes(body)
    assert {n: state(net[n]) for n in net.boxes} == before


def test_an_answer_of_somebody_else_is_no_answer(net):
    """Whoever stands between answers yes: the handheld decides alone, and says so."""
    tap = Tap(net)

    def liar(box, body):
        tap.carry(box, body)
        forged = {"v": 1, "r": "0" * 16, "n": 9, "k": 0, "o": 1,
                  "a": {"op": "0" * 32, "r": "OK", "n": 1, "t": None, "l": ""}}  # fmt: skip
        return hand_wire.seal_reply(secrets.token_bytes(32), body[-64:], forged).encode()

    hand = Hand(91, net.boxes, liar)
    hand.scan(serial_owned_by(1))
    assert hand.facts[-1]["mode"] == "degraded"


NAMES = ("v", "r", "n", "e", "f", "q", "a", "u", "k", "z", "l", "op", "t", "own", "hd")
VALUES = st.recursive(
    st.none() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)
    ),
    max_leaves=12,
)


@settings(max_examples=examples(80))
@given(st.sampled_from(["v", "r", "n", "e", "f", "q"]), VALUES)
def test_nonsense_under_the_right_key_does_not_stop_a_box(name, value):
    """A handheld of another version, or one in bad hands."""
    before = NOISE[1].store.rows("SELECT count(*) FROM peer_use")
    body = fresh(NOISE, **{name: value}) if name != "n" else fresh(NOISE, n=value)
    assert try_all(NOISE[1].door, [body])[0] in (200, 400)
    assert NOISE[1].store.rows("SELECT count(*) FROM peer_use") == before


@pytest.mark.parametrize("field", ["op", "k", "z", "e", "l", "n", "t", "c", "ep", "h", "q", "s"])
@pytest.mark.parametrize("value", [None, -1, 2**70, "x", []])
def test_a_question_with_one_bad_value_claims_nothing_wrong(field, value):
    net, serial = Net((1,)), 1
    question = claim_body(net, serial) | {field: value}
    assert try_all(net[1].door, [fresh(net, q=question)])[0] in (200, 400)
    rows = net[1].store.rows("SELECT uid, used, box FROM peer_use")
    assert rows in ([], [(kit.uid(serial), 1, 91)])


def test_a_handheld_speaks_for_its_own_journal_only(net):
    told = {"b": 2, "e": net[2].store.epoch, "a": 0, "u": 5, "f": []}
    assert try_all(net[1].door, [fresh(net, f=told)]) == [200]
    assert net[1].store.rows("SELECT box FROM peer_seen WHERE seq = 5") == [(91,)]


def test_a_stolen_key_gives_nobody_elses_right_back(net):
    """Gossip is signed, not secret: whoever has a device and listens knows names of passages."""
    serial = serial_owned_by(1)
    op = net[2].scan(serial).op
    net.settle()
    number = f"{kit.uid(serial):016x}"
    released = [2, "released", 1, "H91", kit.ZONE, number, 1, op]
    reserved = [1, "reserved", 1, "H91", kit.ZONE, number, 0, op]
    own = [[op, kit.ZONE, 0, int((NOW + 600) * 1000), "H91"]]
    question = claim_body(net, serial) | {"own": own, "h": 99}
    told = {"e": "0" * 16, "a": 0, "u": 2, "f": [reserved, released]}
    assert try_all(net[1].door, [fresh(net, f=told, q=question)]) == [200]
    net.settle()
    assert [net[box].used(serial) for box in net.boxes] == [1, 1, 1]
    assert net[3].scan(serial, at=LATER).reason == "E_USED"


def test_an_old_number_costs_nothing():
    seat = hand_wire.Seat()
    assert seat.is_new(2**52)
    assert not seat.is_new(1)
    assert seat.is_new(2**52 - 5)
    assert not seat.is_new(2**52 - 5)


@pytest.mark.parametrize(
    "change",
    [
        {"key": "ab"},
        {"key": None},
        {"port": 0},
        {"devices": None},
        {"devices": ["91"]},
        {"devices": [0]},
    ],
)
def test_a_configuration_that_names_handhelds_badly_is_refused_whole(change):
    lan = lan_config(1, {1: 1, 2: 2}) | {"hands": hands(91) | change}
    with pytest.raises(ConfigError):
        parse(kit.config(lan=lan))


def test_a_device_that_was_blocked_is_heard_no_more(net):
    desk = door(net[1])
    hand = Hand(91, (1,), lambda _box, body: desk.handle_bytes(body))
    assert hand.scan(serial_owned_by(1)).reason == "OK"
    assert hand.facts[-1]["mode"] == "online"
    desk._keys = {}
    hand.scan(serial_owned_by(1, skip=1))
    assert hand.facts[-1]["mode"] == "degraded"
