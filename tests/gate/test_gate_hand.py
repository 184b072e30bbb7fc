"""Between handhelds and boxes: one right lets one in, whoever it is shown to."""

import pytest
from gate_kit import NOW, ZONE, code, ticket_row, uid
from lan_kit import Net
from test_gate_claim import serial_owned_by

BOXES = (1, 2, 3)


@pytest.fixture
def net():
    made = Net(BOXES)
    made.settle()
    return made


@pytest.fixture
def hand(net):
    return net.hand()


def test_a_copy_of_what_a_handheld_admitted_is_refused_at_every_gate(net, hand):
    for number, owner in enumerate(BOXES):
        serial = serial_owned_by(owner, skip=number)
        assert (hand.scan(serial).reason, hand.facts[-1]["mode"]) == ("OK", "online")
        for box in BOXES:
            refused = net[box].scan(serial, at=605 + box)
            assert refused.reason in ("E_USED", "E_USED_PEER")
            assert (refused.first_use_t, refused.first_use_lane) == (NOW + 600, "H91")


def test_a_handheld_refuses_what_a_gate_has_admitted_and_says_when_and_where(net, hand):
    for number, owner in enumerate(BOXES):
        serial = serial_owned_by(owner, skip=number)
        assert net[2].scan(serial).reason == "OK"
        told = hand.scan(serial, at=606)
        assert (told.reason, told.colour, told.admit) == ("E_USED_PEER", "RED", 0)
        assert (told.first_use_t, told.first_use_lane) == (NOW + 600, "L2")
        fact = hand.facts[-1]
        assert (fact["kind"], fact["reason"], fact["uid"], fact["code"]) == (
            "refused", "E_USED_PEER", f"{uid(serial):016x}", code(serial),
        )  # fmt: skip


def test_two_handhelds_let_one_copy_in(net, hand):
    serial = serial_owned_by(3)
    assert hand.scan(serial).reason == "OK"
    assert net.hand(92).scan(serial, at=601).reason == "E_USED_PEER"


@pytest.mark.parametrize("asked", BOXES)
def test_any_box_answers_and_asks_the_owner(net, hand, asked):
    serial = serial_owned_by(1)
    assert hand.scan(serial, boxes=[asked]).reason == "OK"
    assert hand.facts[-1]["mode"] == "online"
    assert net[1].scan(serial, at=605).reason == "E_USED"


def test_a_box_that_knows_of_a_use_says_so_although_the_owner_does_not(net, hand):
    serial = serial_owned_by(1)
    net.isolate([2], [1, 3])
    assert net[2].scan(serial).reason == "OK"
    net.isolate((*BOXES, 91))
    assert hand.scan(serial, at=606, boxes=[2]).reason == "E_USED_PEER"


def test_without_any_box_the_handheld_decides_alone_and_says_so(net, hand):
    serial = serial_owned_by(1)
    assert hand.scan(serial, boxes=[]).reason == "OK"
    assert hand.facts[-1]["mode"] == "degraded"
    hand.tell()
    for box in BOXES:
        assert net[box].scan(serial, at=605).reason == "E_USED"


def test_a_box_without_the_owner_answers_and_says_so(net, hand):
    serial = serial_owned_by(1)
    net.isolate([1], [2, 3, 91])
    net.pass_time(5)
    net.settle()
    assert hand.scan(serial, boxes=[2]).reason == "OK"
    assert hand.facts[-1]["mode"] == "degraded"
    for box in (2, 3):
        assert net[box].scan(serial, at=605).reason in ("E_USED", "E_USED_PEER")
    net.isolate((*BOXES, 91))
    net.pass_time(1)
    hand.tell(2)
    net.settle()
    assert net[1].scan(serial, at=610).reason == "E_USED"


def test_an_undone_passage_is_given_back_everywhere(net, hand):
    serial = serial_owned_by(1)
    hand.release(hand.scan(serial))
    hand.tell(2)
    net.settle()
    assert [net[box].used(serial) for box in BOXES] == [0, 0, 0]
    assert net[3].scan(serial, at=610).reason == "OK"


def test_an_undone_passage_may_be_scanned_again_at_once(net, hand):
    serial = serial_owned_by(1)
    hand.release(hand.scan(serial))
    assert hand.scan(serial, at=601, boxes=[3]).reason == "OK"
    net.settle()
    assert net[1].used(serial) == 1


def test_a_page_that_shuts_while_it_asks_leaves_no_claim(net, hand):
    serial = serial_owned_by(1)
    assert hand.scan(serial, dies=True) is None
    assert net[1].used(serial) == 1
    hand.tell(2)
    net.settle()
    assert [net[box].used(serial) for box in BOXES] == [0, 0, 0]
    assert hand.scan(serial, at=620).reason == "OK"


def test_facts_of_a_handheld_reach_boxes_it_never_spoke_to(net, hand):
    serial = serial_owned_by(1)
    hand.scan(serial, boxes=[])
    hand.tell(3)
    net.settle()
    assert [net[box].used(serial) for box in BOXES] == [1, 1, 1]


def test_a_group_enters_at_a_gate_and_a_handheld_no_more_than_it_paid_for(net, hand):
    serial = serial_owned_by(1)
    for box in BOXES:
        net[box].list(ticket_row(serial, pax=3, elsewhere={"GATE": 1}))
    hand.rows[f"{uid(serial):016x}"] = ticket_row(serial, pax=3)
    # the handheld has not heard of the one who is inside
    told = hand.scan(serial, pax=3)
    assert (told.reason, told.admit, told.rest) == ("OK", 2, 1)
    assert net[2].scan(serial, at=605, pax=3).reason == "E_USED_PEER"


def test_a_claim_survives_the_restart_of_its_owner(net, hand):
    serial = serial_owned_by(1)
    hand.scan(serial)
    net[1].boot()
    net.settle()
    assert net[3].scan(serial, at=605).reason == "E_USED_PEER"


def test_what_the_server_counts_already_is_not_counted_twice(net, hand):
    serial = serial_owned_by(1)
    hand.rows[f"{uid(serial):016x}"] = ticket_row(serial, pax=2)
    net[1].list(ticket_row(serial, pax=2))
    assert hand.scan(serial, pax=2).uses == 2
    assert net[1].used(serial) == 2  # the claim alone
    row = ticket_row(serial, pax=2, elsewhere={"GATE": 2})
    net[1].list(row | {"w": {f"91:{hand.epoch}": 1}}, cursor=2)
    assert net[1].used(serial) == 2
    hand.tell(1)
    assert net[1].used(serial) == 2


def test_a_refunded_ticket_that_only_the_owner_has_heard_of_is_refused(net, hand):
    serial = serial_owned_by(1)
    net[1].list(ticket_row(serial, state="void"))
    assert hand.scan(serial).reason == "E_REVOKED"


def test_a_box_that_is_alone_answers_its_handhelds():
    net = Net((1,))
    hand = net.hand()
    assert hand.scan(1).reason == "OK"
    assert hand.facts[-1]["mode"] == "online"
    assert net[1].scan(1, at=605).reason == "E_USED"


def test_older_uses_than_those_told_are_not_said_to_be_given_back(net, hand):
    """What a question does not list from its moment on counts as given back: it says how far."""
    now = int((NOW + hand.t) * 1000)
    uses = [[f"{n:032x}", ZONE, 1, now - 1000 * n, hand.lane] for n in range(1, 10)]
    ask = {"text": code(1), "persons": 0, "staff": False, "op": "f" * 32}
    told = hand.brain.question(ask, hand.found(1) | {"uses": uses}, hand.place)["question"]
    assert told["own"] == uses[: len(told["own"])]
    assert 0 < len(told["own"]) < len(uses)
    assert told["s"] == told["own"][-1][3]
    few = hand.brain.question(ask, hand.found(1) | {"uses": uses[:2]}, hand.place)["question"]
    assert few["own"] == uses[:2]
    assert few["s"] < now - 86400_000
