"""Somebody hostile on the LAN: noise, forgeries, recordings and floods change nothing."""

import json
import random
import secrets
import socket
import threading

import gate_kit as kit
import pytest
from fuzzing import examples
from gate_kit import NOW, code
from hypothesis import example, given, settings
from hypothesis import strategies as st
from iot_handlers.scenic_gate import lan_wire as wire
from iot_handlers.scenic_gate.config import ConfigError, parse
from lan_kit import KEY, Net, lan_config
from lan_sockets import free_port, make_box
from patience import wait_for
from test_gate_claim import serial_owned_by

TABLES = ("fact", "use", "passage", "peer_use", "peer_fact", "peer_seen", "state_news", "ticket")


def state(box):
    """Everything a box knows."""
    box.engine.journal.flush()
    return {name: box.store.rows(f"SELECT * FROM {name}") for name in TABLES}


def a_day():
    """Boxes that have claimed, refused, released and gossiped."""
    net = Net((1, 2, 3))
    net.settle()
    serial = serial_owned_by(1)
    net[2].scan(serial)
    net[3].scan(serial)
    net[3].release(net[3].scan(serial_owned_by(1, skip=1)))
    net[1].list(kit.ticket_row(77, state="void"), cursor=4)
    net.settle()
    return net


DAY = a_day()
RECORDED = [item for item in DAY.log]


def handle_all(box, datagrams):
    for data in datagrams:
        box.desk.handle(data)
        box.desk.listen()


@settings(max_examples=examples(150))
@given(st.binary(max_size=2000))
@example(b"")
@example(wire.MAGIC)
@example(wire.MAGIC + bytes(wire.MAX_DATAGRAM))
def test_noise_is_counted_and_forgotten(data):
    before, bad = state(DAY[1]), DAY[1].desk.counts["bad"]
    handle_all(DAY[1], [data, wire.MAGIC + data])
    assert DAY[1].desk.counts["bad"] == bad + 2
    assert state(DAY[1]) == before


@settings(max_examples=examples(100))
@given(st.sampled_from(RECORDED), st.integers(0, 1399), st.integers(1, 255))
def test_one_changed_byte_or_a_cut_makes_a_datagram_worthless(recorded, at, flip):
    _sender, receiver, data = recorded
    box, at = DAY[receiver], at % len(data)
    before = state(box)
    changed = bytearray(data)
    changed[at] ^= flip
    handle_all(box, [bytes(changed), data[:at]])
    assert state(box) == before


def test_a_recording_played_again_changes_nothing_and_grants_nothing():
    net = a_day()
    before = {n: state(net[n]) for n in net.boxes}
    served = {n: net[n].desk.counts["served"] for n in net.boxes}
    log = list(net.log)
    random.Random(3).shuffle(log)
    for _sender, _receiver, data in log:
        for box in net.box.values():
            handle_all(box, [data])
    while net.deliver():
        pass
    assert {n: state(net[n]) for n in net.boxes} == before
    assert {n: net[n].desk.counts["served"] for n in net.boxes} == served


@pytest.mark.parametrize("restarted", [(1,), (2,), (1, 2, 3)])
def test_a_recording_is_worthless_after_a_restart(restarted):
    net = a_day()
    log = list(net.log)
    for number in restarted:
        net[number].boot()
    before = {n: state(net[n]) for n in net.boxes}
    net.fate = lambda *_: ()  # what the boxes answer is lost: only the recording is heard
    for _sender, _receiver, data in log * 2:
        for box in net.box.values():
            handle_all(box, [data])
    assert {n: state(net[n]) for n in net.boxes} == before


def test_a_recording_of_an_earlier_run_is_worthless_once_the_next_one_is_met():
    net = a_day()
    log = list(net.log)
    net[2].boot()
    net.settle()
    before, served = state(net[1]), net[1].desk.counts["served"]
    net.fate = lambda *_: ()
    handle_all(net[1], [data for sender, receiver, data in log if (sender, receiver) == (2, 1)])
    assert net[1].desk._links[2].run == net[2].desk.run
    assert (state(net[1]), net[1].desk.counts["served"]) == (before, served)


def test_a_question_recorded_before_a_restart_uses_nothing_up():
    net = Net((1, 2, 3))
    net.settle()
    serial = serial_owned_by(1)
    net.fate = lambda *_: ()
    net[2].scan(serial)  # asked, never heard
    asked = [data for _s, receiver, data in net.log if receiver == 1][-2:]
    net[1].boot()
    handle_all(net[1], asked)
    assert net[1].used(serial) == 0


@pytest.mark.parametrize("kind", list(wire.KINDS))
def test_another_key_opens_nothing(kind):
    net = a_day()
    before = state(net[1])
    link = wire.Link(2, net[2].desk.run, 1)
    link.run = net[1].desk.run
    for number in range(10_000, 10_020):
        body = wire.to_body({"v": [], "c": [99, 0], "b": [], "m": 0, "n": number})
        forged = wire.seal(secrets.token_bytes(32), link.packet(kind, number, body))
        handle_all(net[1], [forged])
    assert state(net[1]) == before


@settings(max_examples=examples(150))
@given(
    st.sampled_from([wire.ASK, wire.ANSWER, wire.DIGEST, wire.FACTS, wire.NEWS]),
    st.one_of(
        st.binary(max_size=60),
        st.recursive(
            st.none() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
            lambda inner: st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["v", "c", "b", "m", "n", "e", "a", "u", "f", "s", "k", "op", "t"]),
                inner, max_size=8,
            ),
            max_leaves=12,
        ).map(lambda value: json.dumps(value).encode()),
    ),
)  # fmt: skip
def test_nonsense_under_the_right_key_does_not_stop_a_box(kind, body):
    """A box of another version, or one that is broken: counted, never an exception."""
    box = DAY[1]
    peer = DAY[2].desk
    with peer._lock:
        peer._number += 1
        packet = peer._links[1].packet(kind, peer._number, body[: wire.MAX_BODY])
    before = box.store.rows("SELECT count(*) FROM use")
    handle_all(box, [wire.seal(bytes.fromhex(KEY), packet)])
    assert box.store.rows("SELECT count(*) FROM use") == before


def test_a_flood_stops_no_box(tmp_path):
    """Real sockets: two boxes claim while somebody sends as fast as this machine can."""
    ports = {1: free_port(), 2: free_port()}
    boxes = {n: make_box(tmp_path / str(n), n, ports) for n in ports}
    flooding = threading.Event()
    flooding.set()
    recorded = [data for _s, _r, data in RECORDED]

    def flood():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            dice = random.Random(1)
            while flooding.is_set():
                noise = dice.randbytes(dice.randint(0, 1500))
                for data in (noise, wire.MAGIC + noise[:1300], dice.choice(recorded)):
                    sock.sendto(data, ("127.0.0.1", ports[1]))

    attacker = threading.Thread(target=flood, daemon=True)
    attacker.start()
    try:
        outcomes = [boxes[2].engine.scan("L2", code(n), NOW + 600 + 10 * n) for n in range(1, 60)]
        assert all(outcome.op for outcome in outcomes)
    finally:
        flooding.clear()
        attacker.join()
    counts = boxes[1].status()["claims"]
    assert counts["bad"] > 100
    # the right that was claimed is used once everywhere
    assert all(t.is_alive() for t in boxes[1].lan._threads)
    wait_for(lambda: boxes[1].status()["peers"]["2"]["alive"])
    wait_for(lambda: not boxes[1].engine.scan("L1", code(1), NOW + 2000).op)
    for box in boxes.values():
        box.stop()


@pytest.mark.parametrize(
    "change",
    [
        {"key": "ab"},
        {"key": "zz" * 32},
        {"box": 0},
        {"box": "1"},
        {"port": 70_000},
        {"peers": [{"box": 1, "host": "10.0.0.1"}]},
        {"peers": [{"box": 2, "host": "gate.example"}]},
        {"peers": [{"box": 2}]},
        {"peers": None},
    ],
)
def test_a_configuration_that_names_peers_badly_is_refused_whole(change):
    lan = lan_config(1, {1: 1, 2: 2}) | change
    with pytest.raises(ConfigError):
        parse(kit.config(lan=lan))
