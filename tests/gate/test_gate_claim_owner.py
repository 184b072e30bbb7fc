"""The box that is asked: the same answer to the same passage, and none for tickets of others."""

import pytest
from gate_kit import NOW, ZONE, ticket_row, uid
from iot_handlers.scenic_gate import peer_uses
from iot_handlers.scenic_gate.claim import NOT_MINE, Answer, Question, ask_body
from iot_handlers.scenic_gate.claim_rules import rank
from iot_handlers.scenic_gate.config import parse
from lan_kit import EVERYWHERE, Net, kit, lan_config

OP = "ab" * 16


@pytest.fixture
def net():
    made = Net((1, 2, 3))
    made.settle()
    return made


def first_serial(condition):
    return next(n for n in range(1, 2000) if condition(n))


def owners(serial, boxes):
    return rank(uid(serial), [(box, EVERYWHERE) for box in boxes], EVERYWHERE)


def question(net, serial, op=OP):
    net[2].list(ticket_row(serial))
    ticket = net[2].engine.row_of(uid(serial)).ticket
    asked = Question(op, ticket, ZONE, 0, "L2", 1, NOW + 600)
    return ask_body(net[2].engine, asked, 1)


def ask(net, number, body, is_mine=True):
    desk = net[2].desk
    return net[1].desk.owner.answer(
        2, desk.run, number, body, lambda *_: "" if is_mine else NOT_MINE
    )


def test_a_question_that_its_own_repetition_overtook_gets_the_same_answer(net):
    """The second datagram about a passage has a number of its own and may arrive first."""
    body = question(net, first_serial(lambda n: owners(n, (1, 2, 3))[0] == 1))
    yes = (OP, Answer("OK", 1))
    assert ask(net, 9, body) == yes
    assert ask(net, 5, body) == yes
    assert net[1].store.rows("SELECT sum(used) FROM peer_use") == [(1,)]


def test_an_old_question_that_comes_late_takes_nothing_from_a_newer_passage(net):
    serial = first_serial(lambda n: owners(n, (1, 2, 3))[0] == 1)
    given_up, newer = question(net, serial, "cd" * 16), question(net, serial)
    assert ask(net, 9, newer) == (OP, Answer("OK", 1))
    assert ask(net, 5, given_up)[1].persons == 0
    assert net[1].store.rows("SELECT op, used FROM peer_use") == [(OP, 1)]


def test_a_handhelds_question_that_comes_when_its_passage_has_ended_leaves_nothing(net):
    """A datagram that took a long way: all facts up to its number are known by then."""
    serial = first_serial(lambda n: owners(n, (1, 2, 3))[0] == 1)
    body, desk = question(net, serial), net[1].desk
    with net[1].store.transaction() as db:
        assert peer_uses.apply(db, 91, body["ep"], 0, 7, [])
    assert desk.owner.answer(91, peer_uses.HAND, 7, body)[1].reason == NOT_MINE
    assert net[1].store.rows("SELECT count(*) FROM peer_use") == [(0,)]
    assert desk.owner.answer(91, peer_uses.HAND, 8, body)[1].persons == 1


def test_a_box_with_another_list_of_boxes_vouches_for_nobody(net):
    """Box 1 has heard of box 4 already, which owns the ticket by its list; box 2 has not."""
    serial = first_serial(
        lambda n: owners(n, (1, 2, 3))[0] == 1 and owners(n, (1, 2, 3, 4))[0] == 4
    )
    lan = lan_config(1, dict.fromkeys((1, 2, 3, 4), EVERYWHERE))
    net[1].engine.configure(parse(kit.config(lanes=[kit.lane_config("L1")], lan=lan)))
    net.cut = {(1, 4)}  # nobody is there yet
    net[1].desk.configure(net[1].engine.config.lan)
    assert net[2].scan(serial).reason == "OK"
    # its yes is no promise, two boxes must not both vouch for one right; but it keeps it in mind
    assert net[2].modes() == ["degraded"]
    assert net[1].scan(serial, at=605).reason == "E_USED"
