"""Whatever the LAN does: no right is granted twice by owners, and none is lost."""

from collections import Counter

import gate_kit as kit
from fuzzing import examples
from gate_kit import NOW, ticket_row, uid
from hypothesis import given, settings
from hypothesis import strategies as st
from lan_kit import Net

TICKETS = (1, 2, 3)
PAX = {1: 1, 2: 1, 3: 3}  # the third is a group that may come in parts
EVERYBODY = (1, 2, 3, 91, 92)
FATES = [(0,), (0,), (0,), (0, 0), (1,), (4,), (0, 6), ()]
STEPS = st.one_of(
    st.tuples(st.just("scan"), st.sampled_from((1, 2, 3)), st.sampled_from(TICKETS)),
    st.tuples(st.just("scan"), st.sampled_from((1, 2, 3)), st.sampled_from(TICKETS)),
    st.tuples(st.just("back"), st.integers(0, 5), st.just(0)),
    st.tuples(st.just("hand"), st.sampled_from((91, 92)), st.sampled_from(TICKETS)),
    st.tuples(st.just("shut"), st.sampled_from((91, 92)), st.sampled_from(TICKETS)),
    st.tuples(st.just("tell"), st.sampled_from((1, 2, 3, 91, 92)), st.just(0)),
    st.tuples(st.just("boot"), st.sampled_from((1, 2, 3)), st.just(0)),
    st.tuples(st.just("cut"), st.sampled_from((1, 2, 3, 91)), st.just(0)),
    st.tuples(st.just("heal"), st.just(0), st.just(0)),
)


class Story:
    """Carries out steps, also while a box waits for an answer, and counts who is inside."""

    def __init__(self, data, fates, net=None):
        self.net, self.data = net or Net((1, 2, 3)), data
        self.net.settle()
        for box in self.net.box.values():
            box.list(ticket_row(3, pax=3))
        self.net.fate = lambda *_: data.draw(fates)
        self.net.meanwhile = self.meanwhile
        self.hands = {device: self.net.hand(device) for device in (91, 92)}
        for hand in self.hands.values():
            row = ticket_row(3, pax=3)
            hand.rows[row["u"]] = row
        self.inside, self.degraded, self.passages = Counter(), set(), []
        self.scanning, self.at = set(), 600.0

    def meanwhile(self):
        if len(self.scanning) < 3 and self.data.draw(st.integers(0, 3)) == 0:
            who, serial = (self.data.draw(st.sampled_from(of)) for of in (EVERYBODY, TICKETS))
            (self.show if who in self.hands else self.scan)(who, serial)

    def scan(self, number, serial):
        if number in self.scanning:
            return  # its thread waits
        self.scanning.add(number)
        self.at += 20
        outcome = self.net[number].scan(serial, self.at, pax=PAX[serial])
        self.scanning.discard(number)
        if outcome.op:
            self.inside[serial] += outcome.admit
            self.passages.append((number, serial, outcome))
            if self.net[number].modes()[-1] == "degraded":
                self.degraded.add(serial)
        self.check(serial)

    def show(self, device, serial, dies=False):
        """Show a ticket to a handheld; it reaches one box at random, or its page is shut."""
        if device in self.scanning:
            return
        self.scanning.add(device)
        self.at += 20
        box = self.data.draw(st.sampled_from((1, 2, 3)))
        told = self.hands[device].scan(serial, self.at, boxes=[box], dies=dies, pax=PAX[serial])
        self.scanning.discard(device)
        if told and told.op:
            self.inside[serial] += told.admit
            self.passages.append((device, serial, told))
            if told.mode == "degraded":
                self.degraded.add(serial)
        self.check(serial)

    def check(self, serial):
        if serial not in self.degraded:
            assert self.inside[serial] <= PAX[serial]

    def step(self, name, one, two):
        self.at += 20
        if name == "scan":
            self.scan(one, two)
        elif name == "back" and self.passages:
            number, serial, outcome = self.passages.pop(one % len(self.passages))
            if number in self.hands:
                self.hands[number].release(outcome)
            else:
                self.net[number].release(outcome, outcome.admit, self.at)
            self.inside[serial] -= outcome.admit
        elif name in ("hand", "shut"):
            self.show(one, two, dies=name == "shut")
        elif name == "tell" and one in self.hands:
            self.hands[one].tell(self.data.draw(st.sampled_from((1, 2, 3))))
        elif name == "tell":
            self.net[one].desk.tell()
            self.net.deliver()
        elif name == "boot":
            self.passages = [item for item in self.passages if item[0] != one]
            self.net[one].boot()
        elif name == "cut":
            self.net.isolate([one], [n for n in EVERYBODY if n != one])
        elif name == "heal":
            self.net.isolate(EVERYBODY)


def play(data, fates, steps):
    story = Story(data, fates)
    for step in steps:
        story.step(*step)
    return story


@settings(max_examples=examples(60))
@given(st.data(), st.lists(STEPS, min_size=2, max_size=14))
def test_no_right_is_granted_twice_and_none_is_lost(data, steps):
    story = play(data, st.sampled_from(FATES), steps)
    net = story.net
    net.isolate(EVERYBODY)
    net.fate, net.meanwhile = lambda *_: (0,), lambda: None
    for hand in story.hands.values():
        hand.tell()
    net.settle()
    net.settle()
    for serial in TICKETS:
        # everybody knows the same now: no claim is left that was not used
        used = {net[number].used(serial) for number in (1, 2, 3)}
        assert used == {story.inside[serial]}
        free = max(0, PAX[serial] - story.inside[serial])
        story.at += 60
        outcome = net[1 + serial % 3].scan(serial, story.at, pax=PAX[serial])
        assert outcome.admit == free


@settings(max_examples=examples(30))
@given(st.data(), st.lists(STEPS.filter(lambda s: s[0] in ("scan", "hand", "back")), max_size=14))
def test_a_whole_network_is_never_degraded_and_refuses_nobody_who_is_outside(data, steps):
    story = play(data, st.sampled_from([(0,), (0, 0), (0, 1)]), steps)
    assert not story.degraded
    assert all(story.inside[serial] <= PAX[serial] for serial in TICKETS)


@settings(max_examples=examples(20))
@given(st.data(), st.permutations(EVERYBODY), st.sampled_from(TICKETS))
def test_one_right_shown_everywhere_at_once_lets_one_in(data, order, serial):
    story = Story(data, st.just((0,)))
    for number in order:
        (story.show if number in story.hands else story.scan)(number, serial)
    assert story.inside[serial] == PAX[serial]
    assert {fact["uid"] for fact in story.net[1].engine.journal.facts(0, 99) if fact["uid"]} <= {
        f"{uid(n):016x}" for n in TICKETS
    }
    assert kit.NOW == NOW
