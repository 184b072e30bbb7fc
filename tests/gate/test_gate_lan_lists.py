"""Boxes hear of another list of boxes one after the other: no right is used twice meanwhile."""

from itertools import combinations, permutations

import gate_kit as kit
import pytest
from fuzzing import examples
from gate_kit import NOW, ticket_row, uid
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from iot_handlers.scenic_gate import gossip
from iot_handlers.scenic_gate import lan_wire as wire
from iot_handlers.scenic_gate.claim_rules import rank
from iot_handlers.scenic_gate.config import parse
from lan_kit import EVERYWHERE, KEY, Net, lan_config
from test_gate_claim import kind_of
from test_gate_claim_property import FATES, STEPS, Story

BOXES = (1, 2, 3, 4)
ALL = dict.fromkeys(BOXES, EVERYWHERE)
# a box whose lanes lead out only answers for no ticket: its tickets move to others
LISTS = [ALL, *(ALL | {box: 0} for box in BOXES), ALL | {1: 0, 2: 0}]


def owner_of(serial, boxes):
    return rank(uid(serial), list(boxes.items()), EVERYWHERE)[0]


def serial_that_moves(old, new, before, after):
    return next(
        n for n in range(1, 5000) if (owner_of(n, old), owner_of(n, new)) == (before, after)
    )


def silent_net(boxes=ALL):
    """Boxes that have heard each other; from now on facts get lost: claims alone have to do."""
    net = Net(boxes)
    net.settle()
    net.fate = lambda _s, _r, data: () if kind_of(data) in (wire.FACTS, wire.NEWS) else (0,)
    return net


@pytest.mark.parametrize("heard", [True, False], ids=["heard", "not heard yet"])
@pytest.mark.parametrize("old_owner", [1, 2])
def test_whoever_has_the_new_list_already_two_boxes_never_let_one_right_in(old_owner, heard):
    """Each set of boxes that have it, each two boxes that meet a copy one after the other."""
    new = ALL | {old_owner: 0}
    for count in range(len(BOXES) + 1):
        for changed in combinations(BOXES, count):
            net, after = silent_net(), next(b for b in BOXES if b != old_owner)
            for number in changed:
                net[number].follow(new)
            if heard:
                net.settle()
            serials = (
                n for n in range(1, 5000)
                if (owner_of(n, ALL), owner_of(n, new)) == (old_owner, after)
            )  # fmt: skip
            for first, second in permutations(BOXES, 2):
                serial = next(serials)
                assert net[first].scan(serial).reason == "OK"
                assert net[second].scan(serial, at=605).reason in ("E_USED", "E_USED_PEER")
            for number in BOXES:
                assert not heard or set(net[number].modes()) <= {"online"}, (changed, number)


def test_when_all_follow_the_new_list_its_owner_alone_is_asked():
    net, new = Net(ALL), ALL | {1: 0}
    net.settle()
    for number in BOXES:
        net[number].follow(new)
    net.settle()
    asked = len(net.log)
    assert net[2].scan(serial_that_moves(ALL, new, 1, 2)).reason == "OK"
    assert len(net.log) == asked
    assert net[3].scan(serial_that_moves(ALL, new, 1, 2), at=605).reason == "E_USED_PEER"
    assert {receiver for sender, receiver, _data in net.log[asked:] if sender == 3} == {2}


@pytest.mark.parametrize("served_first", [True, False])
def test_a_passage_under_way_keeps_its_list(served_first):
    """Box 2 asks the old owner when the new list comes to all; question or answer is late."""
    net, new = silent_net(), ALL | {1: 0}
    serial, entered = serial_that_moves(ALL, new, 1, 3), []

    def meanwhile():
        net.meanwhile = lambda: None
        if served_first:
            net.deliver()
        for number in BOXES:
            net[number].follow(new)
        for _ in range(6):
            for box in net.box.values():
                box.desk.tell()
            net.deliver()
        entered.append(net[3].scan(serial, at=601).reason)

    net.meanwhile = meanwhile
    entered.append(net[2].scan(serial).reason)
    assert entered.count("OK") == 1


def test_an_owner_that_comes_late_asks_what_the_others_did():
    """Box 2 let somebody in alone while the owner was not there; no fact of that is told yet."""
    net = silent_net()
    serial = serial_that_moves(ALL, ALL, 1, 1)
    net[1].desk.configure(None)
    net.pass_time(5)
    net.settle()
    assert (net[2].scan(serial).reason, net[2].modes()) == ("OK", ["degraded"])
    net[1].boot()
    assert net[1].scan(serial, at=605).reason == "E_USED_PEER"


def test_two_owners_that_ask_each_other_let_one_in():
    for order in ((1, 2), (2, 1)):
        net, new = silent_net(), ALL | {1: 0}
        serial = serial_that_moves(ALL, new, 1, 2)
        net[2].follow(new)
        seen, (first, second) = [], order
        net.settle()

        def meanwhile(net=net, second=second, seen=seen, serial=serial):
            net.meanwhile = lambda: None
            seen.append(net[second].scan(serial))

        net.meanwhile = meanwhile
        seen.append(net[first].scan(serial))
        assert [bool(outcome.op) for outcome in seen].count(True) == 1


def test_an_owner_that_nobody_answers_falls_back_to_the_rule_of_a_cut_lan():
    net = Net(ALL)
    net.isolate([1], [2], [3], [4])
    serial, started = serial_that_moves(ALL, ALL, 1, 1), net.t
    assert (net[1].scan(serial).reason, net[1].modes()) == ("OK", ["degraded"])
    assert net.t - started <= 0.025 + 0.004
    net.pass_time(5)
    assert net[1].scan(serial_that_moves(ALL, ALL, 1, 1) + 0, at=700).op is None
    started = net.t
    other = next(n for n in range(serial + 1, 5000) if owner_of(n, ALL) == 1)
    assert net[1].scan(other).reason == "OK"
    assert (net[1].modes()[-1], net.t) == ("online", started)


def test_a_box_that_left_the_list_is_asked_until_it_knows():
    """Box 4 has not heard that it left: it lets in what it owns, and is asked for that."""
    net, new = silent_net(), {number: EVERYWHERE for number in BOXES[:3]}
    serial = serial_that_moves(ALL, new, 4, 1)
    for number in new:
        net[number].follow(new)
    net.settle()
    assert net[4].scan(serial).reason == "OK"
    for number in new:
        assert net[number].scan(serial, at=605).reason in ("E_USED", "E_USED_PEER")
    net[4].desk.configure(None)
    net.pass_time(5)
    net.settle()
    assert set(net[1].desk._links) == {2, 3}
    net.settle()
    free = next(n for n in range(serial + 1, 5000) if owner_of(n, new) == 1)
    assert (net[1].scan(free).reason, net[1].modes()[-1]) == ("OK", "online")


def test_a_box_that_started_anew_learns_the_list_that_others_still_follow():
    net, new = silent_net(), ALL | {1: 0}
    serial = serial_that_moves(ALL, new, 1, 2)
    net[2].follow(new)
    net[2].boot()
    net.settle()
    assert net[3].scan(serial).reason == "OK"
    assert net[2].scan(serial, at=605).reason == "E_USED"
    assert net[3].modes() == ["online"]


def test_what_a_handheld_was_granted_holds_the_old_list():
    net, new = silent_net(), ALL | {1: 0}
    serial = serial_that_moves(ALL, new, 1, 2)
    hand = net.hand()
    assert hand.scan(serial, boxes=[3]).reason == "OK"
    for number in BOXES:
        net[number].follow(new)
    net.settle()
    assert net[2].scan(serial, at=601).reason == "E_USED_PEER"
    hand.tell()
    net.fate = lambda *_: (0,)
    net.settle()
    assert net[2].desk._followed() == net[1].desk._followed()
    assert net[2].desk.views.settled({1, 3, 4})


def test_lanes_decide_by_a_configuration_after_the_desk_knows_it(tmp_path):
    box, seen = kit.box(tmp_path), []
    config = kit.config(lan=lan_config(1, ALL))
    plain = box.engine.configure

    def configure(config):
        seen.append((box.lan.desk.config, box.engine.peers))
        plain(config)

    box.engine.configure = configure
    try:
        box.sync._configure({"config": config, "config_rev": "1"})
        assert seen == [(parse(config).lan, box.lan.desk)]
    finally:
        box.stop()
    again = kit.box(tmp_path)
    try:
        assert again.engine.peers is again.lan.desk
    finally:
        again.stop()


class Changes(Story):
    """Whatever else happens, boxes get other lists in any order."""

    def __init__(self, data, fates):
        super().__init__(data, fates, Net((1, 2, 3)))

    def step(self, name, one, two):
        if name == "follow":
            self.net[one].follow({n: mask for n, mask in LISTS[two].items() if n != 4})
        else:
            super().step(name, one, two)


FOLLOW = st.tuples(st.just("follow"), st.sampled_from((1, 2, 3)), st.integers(0, len(LISTS) - 1))


@settings(max_examples=examples(60), phases=(Phase.generate,))
@given(st.data(), st.lists(st.one_of(STEPS, FOLLOW, FOLLOW, FOLLOW), min_size=4, max_size=16))
def test_no_right_is_granted_twice_while_lists_change_all_the_time(data, steps):
    story = Changes(data, st.sampled_from(FATES))
    for step in steps:
        story.step(*step)
    net = story.net
    net.isolate((1, 2, 3, 91, 92))
    net.fate, net.meanwhile = lambda *_: (0,), lambda: None
    for number in (1, 2, 3):
        net[number].follow(dict.fromkeys((1, 2, 3), EVERYWHERE))
    for hand in story.hands.values():
        hand.tell()
    net.settle()
    net.settle()
    for number in (1, 2, 3):
        assert net[number].desk.views.settled({1, 2, 3} - {number})
    for serial in (1, 2, 3):
        used = {net[number].used(serial) for number in (1, 2, 3)}
        assert used == {story.inside[serial]}


def test_the_day_of_these_tests_is_that_of_their_tickets():
    assert ticket_row(1)["u"] == f"{uid(1):016x}"
    assert NOW == kit.NOW


def of_the_version_before(net, number):
    """Let a box say and understand what 19.0.1.3.0 did."""
    plain = net.send

    def send(sender, receiver, data):
        packet = wire.unseal(bytes.fromhex(KEY), data)
        if sender == number and packet.kind == wire.DIGEST:
            body = wire.from_body(packet.body)
            old = {name: value for name, value in body.items() if name not in ("l", "j")}
            data = wire.seal(bytes.fromhex(KEY), packet._replace(body=wire.to_body(old)))
        plain(sender, receiver, data)

    net.send = send


def test_a_handhelds_claim_is_not_given_to_a_box_of_the_version_before():
    """It would take it for a claim of the box that passes it on."""
    net = Net(ALL)
    of_the_version_before(net, 1)
    net.settle()
    served = net[1].desk.counts["served"]
    hand, serial = net.hand(), serial_that_moves(ALL, ALL, 1, 1)
    told = hand.scan(serial, boxes=[2])
    assert (told.reason, told.mode) == ("OK", "degraded")
    assert net[1].desk.counts["served"] == served
    # claims of boxes go on as before
    other = next(n for n in range(serial + 1, 5000) if owner_of(n, ALL) == 1)
    assert (net[2].scan(other).reason, net[2].modes()) == ("OK", ["online"])
    assert net[1].desk.counts["served"] == served + 1


def test_more_journals_than_a_digest_names_are_all_told_and_none_twice(monkeypatch):
    monkeypatch.setattr(gossip, "JOURNALS", 2)
    net = Net(range(1, 7))
    serials = iter(range(1, 5000))
    for box in net.box.values():
        for _ in range(20):
            assert box.engine.scan(box.lane, kit.code(next(serials)), NOW + 600).op
    for _ in range(4):
        net.settle()
    heads = [box.desk.gossip.digest().heads for box in net.box.values()]
    assert all(one == heads[0] for one in heads)
    before = len(net.log)
    for _ in range(5):
        for box in net.box.values():
            box.desk.tell()
        while net.deliver():
            pass
    assert {kind_of(data) for _s, _r, data in net.log[before:]} == {wire.DIGEST}
    assert len(net.log) - before == 5 * 6 * 5
    # a box that lost its memory learns of boxes that are gone by now
    late = net.box[6] = type(net[6])(net, 6)
    net.isolate([2, 6])
    for _ in range(8):
        net.settle()
    assert len(late.desk.gossip.digest().heads) == 7
