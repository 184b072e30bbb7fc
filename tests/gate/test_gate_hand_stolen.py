"""A handheld in bad hands, until it is blocked: what it may say stops neither boxes nor gates."""

import itertools
import secrets
import threading
from dataclasses import replace

import gate_kit as kit
import pytest
from gate_kit import NOW
from hand_kit import post
from iot_handlers.scenic_gate import gossip, hand_desk, hand_wire, peer_uses
from iot_handlers.scenic_gate.hand_desk import HandDesk
from iot_handlers.scenic_gate.http_message import BadRequest
from lan_kit import Net
from test_gate_claim import serial_owned_by
from test_gate_hand_hostile import KEY, claim_body, fresh, try_all
from test_gate_lan_hostile import state

LATER = 3000  # seconds of a scan that is no part of the one before


@pytest.fixture
def net():
    made = Net((1, 2, 3))
    made.settle()
    return made


def told(epoch, upto, *rows, after=0):
    return {"e": epoch, "a": after, "u": upto, "f": list(rows)}


NUMBERS = itertools.count(1)


def say(net, **parts):
    """Say something to box 1 with a number that is new; returns the status of the answer."""
    body = fresh(net, n=next(NUMBERS), **parts)
    try:
        reply = net[1].door.handle(post(body))
    except BadRequest:
        return 400
    if reply.status == 200:
        assert not hand_wire.unseal_reply(KEY, body[-64:], reply.body.encode()).get("again")
    return reply.status


def row(seq, kind="reserved", t=None, uid=None, op=None, pax=1):
    t = int((NOW + 600) * 1000) if t is None else t
    uid = uid or f"{kit.uid(5000 + seq):016x}"
    return [seq, kind, t, "H91", kit.ZONE, uid, pax, op or secrets.token_hex(16)]


def test_journals_without_end_leave_the_boxes_their_own(net):
    """Each is livelier than all others, and longer: boxes still tell each other of each passage."""
    far = int((NOW + 10**9) * 1000)
    for _ in range(60):
        body = told(secrets.token_hex(8), 2**31 - 1, row(2**31 - 1, t=far))
        assert say(net, f=body) == 200
    for serial in range(1, 420):
        assert net[2].scan(serial, at=600 + serial).op
    for _ in range(6):
        net.settle()
    assert net[1].desk.gossip.behind(2) == 0
    assert net[3].desk.gossip.behind(2) == 0
    assert not net[1].scan(419, at=LATER).op


@pytest.mark.parametrize("upto", [2**31, 2**62, 2**63 - 1, 2**70])
def test_a_number_that_no_fact_has_is_not_noted(net, upto):
    before = state(net[1])
    assert say(net, f=told("ab" * 8, upto, row(upto))) == 400
    assert state(net[1]) == before


def test_its_journals_are_few(net):
    for number in range(3 * hand_desk.MOST_JOURNALS):
        body = told(f"{number:016x}", 1, row(1, t=int((NOW + number) * 1000)))
        say(net, f=body)
    known = [epoch for box, epoch in peer_uses.seen(net[1].store) if box == 91]
    # the newest are known, the others are forgotten
    newest = range(2 * hand_desk.MOST_JOURNALS, 3 * hand_desk.MOST_JOURNALS)
    assert sorted(known) == [f"{number:016x}" for number in newest]


def test_its_passages_are_not_of_next_year(net):
    """A passage of the future would be kept for ever."""
    far = int((NOW + 10**8) * 1000)
    say(net, f=told("ab" * 8, 1, row(1, t=far)))
    assert net[1].store.rows("SELECT count(*) FROM peer_fact WHERE t < ?", (far - 10**9,)) == [(1,)]
    assert net[1].store.rows("SELECT count(*) FROM peer_use WHERE t < ?", (far - 10**9,)) == [(1,)]


def test_it_fills_no_disk(net, monkeypatch):
    """More than anybody scans in a day is not written down; the next day it is."""
    monkeypatch.setattr(hand_desk, "MOST_A_DAY", 25)
    after, answers = 0, []
    for _ in range(4):
        rows = [row(seq) for seq in range(after + 1, after + 11)]
        body = told("ab" * 8, after + 10, *rows, after=after)
        answers += [say(net, f=body)]
        after += 10
    assert answers == [200, 200, 429, 429]
    assert net[1].store.rows("SELECT count(*) FROM peer_fact") == [(20,)]
    assert say(net, q=claim_body(net, serial_owned_by(1))) == 200
    net.t += 86401
    rows = [row(seq) for seq in range(21, 31)]
    assert say(net, f=told("ab" * 8, 30, *rows, after=20)) == 200


def test_a_journal_that_is_none_claims_nothing(net):
    for bad in ("", "x" * 5000, "AB" * 8, 7, None):
        question = claim_body(net, serial_owned_by(1)) | {"ep": bad}
        before = state(net[1])
        assert say(net, q=question) == 400
        question = claim_body(net, serial_owned_by(1))
        assert say(net, q=question, e=bad) == 400
        assert state(net[1]) == before


def test_the_name_of_a_passage_is_worth_nothing_to_another(net):
    """Names of passages are heard on the line: nobody is admitted with the yes of another."""
    first, second = serial_owned_by(1), serial_owned_by(1, skip=1)
    op = net[2].scan(first).op
    net.settle()
    question = claim_body(net, second) | {"op": op}
    used = net[2].scan(second, at=700)
    assert used.op
    net.settle()
    door = net[1].door
    body = fresh(net, n=next(NUMBERS), q=question)
    answer = door.handle_bytes(body)
    given = answer and hand_wire.unseal_reply(KEY, body[-64:], answer)
    assert not given or not given["a"]["n"]


def test_a_passage_that_somebody_else_named_first_is_counted(net):
    """Its name is told to a box that has not heard of the passage yet, with nobody in it."""
    serial = serial_owned_by(1)
    net.isolate((1, 2), (3, 91))
    passage = net[2].scan(serial)
    uid = f"{kit.uid(serial):016x}"
    body = told("ab" * 8, 1, row(1, uid=uid, op=passage.op, pax=0))
    message = {"v": 1, "d": 91, "r": net[3].desk.run.hex(), "n": 9, "e": "ab" * 8, "f": body}
    assert net[3].door.handle_bytes(hand_wire.seal(KEY, message))
    net.cut = set()
    net.settle()
    assert [net[box].used(serial) for box in net.boxes] == [1, 1, 1]
    net[2].release(passage)
    net.settle()
    assert [net[box].used(serial) for box in net.boxes] == [0, 0, 0]


def test_one_question_twice_at_once_has_one_answer(net):
    """The page repeats itself while the box still asks the owner of the ticket."""
    question = claim_body(net, serial_owned_by(2))
    bodies, answers = [fresh(net, n=next(NUMBERS), q=question) for _ in range(2)], {}

    def ask(body):
        data = net[1].door.handle_bytes(body)
        answers[body] = data and hand_wire.unseal_reply(KEY, body[-64:], data)

    again = threading.Thread(target=ask, args=(bodies[1],), daemon=True)

    def meanwhile():
        if not again.ident:
            again.start()
            again.join(0.5)  # it is answered by itself, or waits for the first

    net.meanwhile = meanwhile
    ask(bodies[0])
    again.join(10)
    assert [(answers[body]["a"]["n"], answers[body]["o"]) for body in bodies] == [(1, 1)] * 2
    assert net[2].store.rows("SELECT count(*) FROM peer_use") == [(1,)]


def test_a_digest_that_names_much_still_leaves_the_box():
    """Long numbers and many journals: what does not fit is not told, what is its own always is."""
    net = Net((1, 2))
    for number in range(40):
        with net[1].store.transaction() as db:
            db.execute(
                "INSERT INTO peer_seen VALUES (?, ?, ?, ?)",
                (2**32 - 1 - number, f"{number:016x}", 2**31 - 1, number),
            )
    for number in range(8):
        net[1].desk.begin(secrets.token_hex(16), number)
    assert net[1].scan(7).op
    net.settle()
    assert (1, net[1].store.epoch) in net[2].desk.gossip.last_digest(1).heads
    assert net[2].used(7) == 1


def test_the_newest_journal_of_each_comes_first():
    store = Net((1,))[1].store
    with store.transaction() as db:
        for number in range(gossip.JOURNALS * 2):
            db.execute("INSERT INTO peer_seen VALUES (91, ?, 5, ?)", (f"{number:016x}", 10**6))
        db.execute("INSERT INTO peer_seen VALUES (2, ?, 5, 7)", ("a" * 16,))
        db.execute("INSERT INTO peer_seen VALUES (3, ?, 5, 9)", ("b" * 16,))
        db.execute("INSERT INTO peer_seen VALUES (3, ?, 5, 8)", ("c" * 16,))
    told_of = list(peer_uses.seen(store, gossip.JOURNALS))
    assert len(told_of) == gossip.JOURNALS
    assert [box for box, _epoch in told_of[:4]] == [91, 3, 2, 91]
    assert told_of[1:3] == [(3, "b" * 16), (2, "a" * 16)]


@pytest.mark.parametrize(
    "parts",
    [
        {"v": 2},
        {"v": None},
        {"n": 0},
        {"n": -1},
        {"n": 2**53},
        {"n": "1"},
        {"n": 1.0},
        {"n": True},
        {"f": told("ab" * 8, 50, *([row(50)] * (hand_desk.MAX_FACTS + 1)))},
        {"d": 91.0},
    ],
)
def test_what_no_handheld_says_is_refused(net, parts):
    before = state(net[1])
    assert try_all(net[1].door, [fresh(net, **({"n": next(NUMBERS)} | parts))])[0] in (400, 403)
    assert state(net[1]) == before


def test_a_device_that_is_listed_no_more_is_heard_no_more(net):
    """The configuration without it is followed at once, by a desk that was open all the time."""
    desk, config = HandDesk(net[1].desk), net[1].engine.config.lan
    desk._open = lambda port: None
    desk.configure(config)
    assert try_all(desk, [fresh(net, n=1)]) == [200]
    desk.configure(replace(config, hands=replace(config.hands, devices=frozenset({92}))))
    assert try_all(desk, [fresh(net, n=2)]) == [403]


def test_who_says_where_it_is_from_gets_one_line_back():
    assert hand_desk._one_line("https://a.b\r\nX-Evil: 1\x00é") == "https://a.bX-Evil: 1"
    assert len(hand_desk._one_line("x" * 5000)) == 256


def test_an_answer_belongs_to_one_question_of_one_device():
    first, second = (hand_wire.seal(KEY, {"d": 91, "n": n}) for n in (1, 2))
    answer = hand_wire.seal_reply(KEY, first[-64:], {"n": 1}).encode()
    assert hand_wire.unseal_reply(KEY, first[-64:], answer) == {"n": 1}
    assert hand_wire.unseal_reply(KEY, second[-64:], answer) is None
    assert hand_wire.unseal_reply(bytes(32), first[-64:], answer) is None
    # nor is a question an answer, or the other way round
    assert hand_wire.unseal_reply(KEY, b"", first) is None
    assert hand_wire.unseal({91: KEY}.get, answer) is None
    assert hand_wire.unseal({91: KEY}.get, first) is not None
    assert hand_wire.unseal({91: KEY}.get, first.replace(b"\n", b" ")) is None


@pytest.mark.parametrize("number", [0, -1, 2**31, True, 1.0, "1", None])
def test_a_claim_has_the_number_of_a_fact_to_come(net, number):
    question = claim_body(net, serial_owned_by(1)) | {"q": number}
    before = state(net[1])
    assert say(net, q=question) == 400
    assert state(net[1]) == before
