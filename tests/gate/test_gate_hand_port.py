"""The port of handhelds, by real sockets: one claims, strangers and floods get nothing."""

import contextlib
import http.client
import secrets
import socket
import threading
import time

import gate_kit as kit
import lan_sockets
import pytest
from free_ports import free_port
from gate_kit import NOW, code
from hand_kit import HAND_KEY, Hand, hands
from iot_handlers.scenic_gate import hand_desk, hand_wire, http_listener
from iot_handlers.scenic_gate.config import parse
from lan_kit import lan_config
from patience import LIMIT_S, wait_for

KEY = hand_wire.device_key(bytes.fromhex(HAND_KEY), 91)
LATER = 3000  # seconds of a scan that is no part of the one before


@pytest.fixture
def box(tmp_path):
    port = free_port()
    made = kit.box(tmp_path)
    lan = lan_config(1, {1: 0xFFFF}) | {"port": lan_sockets.free_port()}
    lan["hands"] = hands(91, port=port)
    config = kit.config(lanes=[kit.lane_config("L1")], lan=lan)
    made.engine.configure(parse(config))
    made.engine.trusted, made.engine.contact = True, NOW
    made.clock.now = lambda: NOW
    made.port = port
    made.start()
    # another connection of this machine may have it for a moment: it is tried again
    wait_for(lambda: not made.status()["hands"]["error"])
    yield made
    made.stop()


def say(box, body, source="127.0.0.1", method="POST", path=hand_wire.PATH, **headers):
    """Return (status, headers, body) of one request."""
    line = http.client.HTTPConnection(
        "127.0.0.1", box.port, timeout=LIMIT_S, source_address=(source, 0)
    )
    try:
        line.request(method, path, body, headers)
        reply = line.getresponse()
        return reply.status, reply.headers, reply.read()
    finally:
        line.close()


def wired(box, source="127.0.0.1"):
    """A handheld that reaches the box by its port."""
    return Hand(91, (1,), lambda _box, body: say(box, body, source, Origin="https://x.y")[2])


def test_a_handheld_claims_by_http(box):
    hand = wired(box)
    assert hand.scan(1).reason == "OK"
    assert hand.facts[-1]["mode"] == "online"
    assert box.engine.scan("L1", code(1), NOW + 605).reason == "E_USED"
    assert box.status()["hands"]["granted"] == 1


def test_only_a_sealed_message_lets_another_page_read_the_answer(box):
    status, headers, body = say(box, fresh_for(box), Origin="https://park.example")
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, "https://park.example")
    assert body
    for method, sent in (("POST", b"{}"), ("GET", None), ("OPTIONS", None), ("PUT", b"{}")):
        status, headers, body = say(box, sent, method=method, Origin="https://park.example")
        assert status >= 400
        assert not body
        assert "Access-Control-Allow-Origin" not in headers


def fresh_for(box, **parts):
    message = {"v": 1, "d": 91, "r": "", "n": 1, "e": "0" * 16, **parts}
    return hand_wire.seal(KEY, message)


def test_too_large_and_other_addresses(box):
    assert say(box, b"x" * (hand_wire.MAX_BODY + 1))[0] == 413
    assert say(box, fresh_for(box), path="/scenic_gate/status")[0] == 404
    assert say(box, fresh_for(box), path="/scenic_gate/hand/")[0] == 404


def test_a_thousand_requests_a_second_stop_nobody(box):
    """From one address, signed by nobody and recorded; the lane and another phone go on."""
    good = fresh_for(box)
    forged = good[:-1] + (b"0" if good[-1:] != b"0" else b"1")
    bodies = [b"{}", forged, secrets.token_bytes(300)]
    sent, ending = [], threading.Event()

    def flood():
        while not ending.is_set():
            for body in bodies:
                sent.append(1)
                # turned away, most of the time
                with contextlib.suppress(OSError, http.client.HTTPException):
                    say(box, body)

    attackers = [threading.Thread(target=flood, daemon=True) for _ in range(4)]
    began = time.monotonic()
    for thread in attackers:
        thread.start()
    try:
        wait_for(lambda: len(sent) > 300)
        hand = wired(box, source="127.0.0.2")
        for serial in range(1, 15):
            assert hand.scan(serial, at=600 + serial).reason == "OK"
            assert hand.facts[-1]["mode"] == "online"
            again = box.engine.scan("L1", code(serial), NOW + LATER + 10 * serial)
            assert again.reason == "E_USED"
            fine = box.engine.scan("L1", code(100 + serial), NOW + LATER + 10 * serial)
            assert fine.reason == "OK"
    finally:
        ending.set()
        for thread in attackers:
            thread.join(LIMIT_S)
    seconds = time.monotonic() - began
    told = box.status()["hands"]
    # what was looked at is bounded by the rate, whatever came
    looked_at = told["bad"] - box.hands._listener.counts["stranger"]
    assert looked_at <= hand_desk.BURST + hand_desk.RATE * (seconds + 1)
    assert box.hands._listener.counts["stranger"] > 50
    assert box.store.rows("SELECT count(*) FROM peer_use") == [(14,)]


def test_the_port_follows_the_configuration(box):
    assert say(box, b"")[0] == 403
    box.hands.configure(None)
    with pytest.raises(ConnectionRefusedError):
        say(box, b"")
    box.hands.configure(box.engine.config.lan)
    assert say(box, b"")[0] == 403


def test_a_port_that_is_taken_is_told(tmp_path):
    with socket.create_server(("0.0.0.0", 0)) as taken:
        lan = lan_config(1, {1: 0xFFFF}) | {
            "port": lan_sockets.free_port(),
            "hands": hands(91, port=taken.getsockname()[1]),
        }
        made = kit.box(tmp_path)
        made.engine.configure(parse(kit.config(lan=lan)))
        made.start()
        assert str(taken.getsockname()[1]) in made.status()["hands"]["error"]
        # a process that just ends had it: it is tried again
        made.house._checkpoint_at = 0.0
        taken.close()
        wait_for(lambda: not made.status()["hands"]["error"])
        made.stop()


def test_a_thread_that_cannot_begin_costs_no_place(box, monkeypatch):
    """The computer has no thread left for a moment; the port is open for everybody after it."""
    with monkeypatch.context() as short:
        short.setattr(http_listener.ThreadingHTTPServer, "process_request", _no_thread)
        for _ in range(3 * http_listener.MOST_EACH):
            with contextlib.suppress(OSError, http.client.HTTPException):
                say(box, b"{}")
    assert say(box, b"{}")[0] == 403
    wait_for(lambda: not box.hands._listener._server._open)


def _no_thread(_self, _request, _address):
    raise RuntimeError("can't start new thread")
