"""Payments by the customer's code: money at the acquirer and money booked are the same, always."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from practice_acquirer import Book, NoAnswer, sign

# the package is part of an Odoo addon, and knows no Odoo
sys.path.insert(0, str(Path(__file__).parents[2] / "scenic_ticketing" / "tools"))
from pay_code import acquirer as said
from pay_code import machine, practice, statement
from pay_code.acquirer import Answer, TransportError, make
from pay_code.auth_code import hint, wallet
from pay_code.machine import Attempt, claim, settle

sys.path.pop(0)

ACCOUNT = {"acquirer": "practice", "url": "http://book", "key": "secret", "merchant": "M1"}
CODE = "1312345678901234{}{}"


def at_book(book, before=lambda: None):
    """Return a transport straight into a book."""

    def send(method, url, headers, body, timeout):
        before()
        assert headers["X-Signature"] == sign("secret", body)
        path = url.rsplit("/", 1)[1]
        try:
            if path.startswith("statement"):
                answer = book.statement()
            else:
                values = json.loads(body)
                values.pop("merchant")
                answer = book.handle(path, values)
        except NoAnswer:
            return 500, b"oops"
        signed = {
            **answer,
            "signature": sign("secret", json.dumps(answer, sort_keys=True).encode()),
        }
        return 200, json.dumps(signed).encode()

    return send


class Window:
    """Whoever drives an attempt: keeps it, has a clock, may be cut off at any point."""

    def __init__(self, book, last=0, before=0, amount=8000):
        self.book = book
        self.acquirer = make(ACCOUNT, at_book(book))
        self.code = CODE.format(before, last)
        self.now = 1000.0
        self.stored = Attempt(ref="R1", amount=amount, due=self.now + 30)
        self.actions = []

    def step(self, has_code=True, cancel=False):
        action, attempt = claim(self.stored, self.now, has_code, cancel)
        if action is None:
            self.now = max(self.now + 0.5, min(attempt.due, self.now + 60))
            return
        self.stored = attempt
        self.actions.append(action)
        answer = machine.call(self.acquirer, attempt, action, self.code)
        self.stored = settle(self.stored, action, answer, self.now)

    def run(self, **options):
        for _i in range(500):
            if self.stored.final:
                break
            self.step(**options)
        assert self.stored.final
        expected = self.stored.amount if self.stored.state == machine.PAID else 0
        assert self.book.money("R1") == expected
        return self.stored.state


@pytest.mark.parametrize(
    ("last", "state", "first"),
    [
        (0, "paid", ["pay"]),
        (1, "paid", ["pay", "query", "query"]),
        (2, "reversed", ["pay", "query"]),
        (3, "paid", ["pay", "query"]),
        (4, "reversed", ["pay", "query"]),
        (5, "paid", ["pay", "query", "query", "query"]),
        (6, "failed", ["pay"]),
        (7, "reversed", ["pay", "reverse"]),
        (8, "failed", ["pay"]),
        (9, "reversed", ["pay", "query"]),
    ],
)
@pytest.mark.parametrize("before", [0, 1, 2])
def test_every_behaviour_ends_with_the_money_where_it_is_booked(last, state, first, before):
    window = Window(Book(), last, before)
    assert window.run() == state
    assert window.actions[: len(first)] == first
    if state == "reversed":
        assert window.actions[-1] == "reverse"


def test_questions_are_asked_at_growing_intervals_until_a_limit():
    window = Window(Book(), 2)
    asked = []
    while not window.stored.final:
        count = len(window.actions)
        window.step()
        if len(window.actions) > count:
            asked.append((window.actions[-1], window.now))
    pauses = [after[1] - before[1] for before, after in zip(asked, asked[1:], strict=False)]
    assert pauses == sorted(pauses)
    assert asked[-1][0] == "reverse"
    assert machine.LIMIT <= asked[-1][1] - asked[0][1] <= machine.LIMIT + max(machine.INTERVALS)


def test_a_cashier_who_gives_up_gets_no_money_even_if_the_customer_pays_meanwhile():
    window = Window(Book(), 1)
    window.step()
    window.now += 5
    window.step(cancel=True)
    assert window.run() == "reversed"
    # the customer types the password now
    assert window.acquirer.query("R1").outcome == said.REVERSED
    assert window.acquirer.pay("R1", 8000, window.code, "").outcome == said.REVERSED


def test_without_the_code_nothing_is_paid_and_the_reference_is_closed():
    window = Window(Book())
    window.step(has_code=False)
    assert not window.actions
    window.now += 40
    assert window.run(has_code=False) == "reversed"
    assert window.actions == ["reverse"]


def test_an_answer_that_is_not_signed_is_not_believed():
    def forged(*_args):
        return 200, json.dumps({"result": "paid", "amount": 8000, "signature": "00"}).encode()

    acquirer = make(ACCOUNT, forged)
    answer = machine.call(acquirer, Attempt("R1", 8000), machine.QUERY)
    assert answer.outcome == said.UNKNOWN


def test_refunds_in_parts_up_to_the_payment():
    book = Book()
    window = Window(book, before=3)
    assert window.run() == "paid"
    states = []
    for number, amount in enumerate((3000, 5000, 1)):
        part = Attempt("R1", amount, "refund_new", refund_ref=f"F{number}", total=8000)
        now = 5000.0
        while not part.final:
            action, part = claim(part, now)
            if action:
                part = settle(part, action, machine.call(window.acquirer, part, action), now)
            now += 1
        states.append(part.state)
    assert states == ["refunded", "refunded", "refund_failed"]
    assert book.money("R1") == 0


# what can go wrong with one call; the last two leave the process that made it for dead
FAULTS = ("good", "lost", "late", "twice", "no_answer", "dies_before", "dies_after")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["window", "cron", "cancel"]),
        st.sampled_from(FAULTS),
        st.sampled_from([0, 1, 3, 25, 70]),
    ),
    max_size=25,
)


class World:
    """Two drivers, a network that loses and delays, an acquirer, and a store that survives."""

    def __init__(self, last, before):
        self.book = Book()
        self.code = CODE.format(before, last)
        self.acquirer = make(ACCOUNT, at_book(self.book))
        self.stored = Attempt("R1", 8000, due=1030.0)
        self.now = 1000.0
        self.late = []  # requests that are still on their way
        self.slow = []  # answers whose process still thinks that it is the one

    def drive(self, who, fault):
        action, attempt = claim(self.stored, self.now, who == "window", who == "cancel")
        if action is None:
            return
        self.stored = attempt  # durable
        if fault == "dies_before":
            return
        answer = self.send(action, attempt, fault)
        if fault == "dies_after":
            # the process stalls, and comes back when others have gone on
            self.slow.append((attempt.step, action, answer))
            return
        self.keep(attempt.step, action, answer)

    def send(self, action, attempt, fault):
        request = (action, attempt)
        if fault == "lost":
            return Answer(said.UNKNOWN)
        if fault == "late":
            self.late.append(request)
            return Answer(said.UNKNOWN)
        answer = self.deliver(request)
        if fault == "twice":
            self.deliver(request)
        return Answer(said.UNKNOWN) if fault == "no_answer" else answer

    def deliver(self, request):
        action, attempt = request
        return machine.call(self.acquirer, attempt, action, self.code)

    def keep(self, step, action, answer):
        if self.stored.step == step and not self.stored.final:
            self.stored = settle(self.stored, action, answer, self.now)

    def check(self):
        """What is final holds, now and when everything late has arrived."""
        if self.stored.final:
            expected = self.stored.amount if self.stored.state == machine.PAID else 0
            assert self.book.money("R1") == expected, self.stored


@settings(max_examples=examples(300))
@given(st.integers(0, 9), st.integers(0, 2), STEPS, st.randoms(use_true_random=False))
def test_money_taken_is_money_booked_in_every_interleaving(last, before, steps, dice):
    world = World(last, before)
    for who, fault, wait in steps:
        world.drive(who, fault)
        world.check()
        world.now += wait
        if world.late and dice.random() < 0.4:
            world.deliver(world.late.pop(dice.randrange(len(world.late))))
            world.check()
        if world.slow and dice.random() < 0.4:
            world.keep(*world.slow.pop(dice.randrange(len(world.slow))))
            world.check()
    # everybody who is left over comes back, then the scheduled job settles it
    for request in world.late:
        world.deliver(request)
        world.check()
    for kept in world.slow:
        world.keep(*kept)
    for _i in range(400):
        if world.stored.final:
            break
        world.drive("cron", "good")
        world.now += 5
    assert world.stored.final
    world.check()
    # at most one payment was ever sent by us
    sent = [call for call in world.book.calls if call[0] == "pay"]
    assert len({ref for _path, ref in sent}) <= 1


@settings(max_examples=examples(150))
@given(STEPS, st.integers(1, 8000), st.sampled_from([0, 3]), st.randoms(use_true_random=False))
def test_a_refund_gives_back_once_in_every_interleaving(steps, amount, before, dice):
    world = World(0, before)
    world.drive("window", "good")
    assert world.stored.state == machine.PAID
    world.stored = Attempt("R1", amount, "refund_new", refund_ref="F1", total=8000)
    for _who, fault, wait in steps:
        world.drive("cron", fault)
        world.now += wait
        if world.late and dice.random() < 0.4:
            world.deliver(world.late.pop(dice.randrange(len(world.late))))
        if world.slow and dice.random() < 0.4:
            world.keep(*world.slow.pop(dice.randrange(len(world.slow))))
    for _i in range(400):
        if world.stored.final:
            break
        world.drive("cron", "good")
        world.now += 30
    for request in world.late:
        world.deliver(request)
    assert world.stored.state == machine.REFUNDED
    assert world.book.money("R1") == 8000 - amount


def test_the_store_keeps_what_may_have_happened_before_it_happens():
    attempt = Attempt("R1", 8000)
    action, stored = claim(attempt, 1000.0, has_code=True)
    assert (action, stored.state, stored.begun) == ("pay", "paying", 1000.0)
    # a second driver has to wait until the first one must be dead
    assert claim(stored, 1001.0, has_code=True)[0] is None
    later, _again = claim(stored, 1000.0 + machine.CLAIM, has_code=True)
    assert later == "query"


def test_a_final_attempt_is_not_touched():
    for state in machine.FINAL:
        attempt = replace(Attempt("R1", 8000), state=state)
        assert claim(attempt, 9e9, True, True) == (None, attempt)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("134567890123456789", "wechat"),
        ("1345 6789 0123 4567 89", "wechat"),
        ("2812345678901234", "alipay"),
        ("301234567890123456789012", "alipay"),
        ("6212345678901234567", "unionpay"),
        ("163456789012345678", None),
        ("13456789012345678", None),
        ("3112345678901234", None),
        ("ST1ABC", None),
        ("", None),
        ("1345678901234５6789", None),
    ],
)
def test_wallets_are_told_by_their_codes(text, name):
    assert wallet(text) == name


def test_a_code_is_never_written_in_full():
    assert hint("134567890123456789") == "13…6789"
    assert hint("1234") == "…"


def test_the_list_of_the_day_is_compared():
    book = Book()
    window = Window(book)
    window.run()
    theirs = window.acquirer.statement("2026-11-22")
    pay = {"kind": "pay", "ref": "R1", "refund_ref": "", "amount": 8000}
    assert statement.compare([pay], theirs) == []
    assert statement.compare([], theirs) == [("missing_here", "pay", "R1", None, 8000)]
    other = {**pay, "ref": "R2"}
    assert statement.compare([pay, other], [*theirs, *theirs]) == [
        ("twice", "pay", "R1", 8000, 8000),
        ("missing_there", "pay", "R2", 8000, None),
    ]
    assert statement.compare([{**pay, "amount": 1}], theirs) == [("amount", "pay", "R1", 1, 8000)]


def test_an_unknown_status_is_no_refusal():
    def down(*_args):
        raise TransportError("cut")

    window = Window(Book())
    window.acquirer = make(ACCOUNT, down)
    window.step()
    assert window.stored.state == machine.PAYING
    assert practice.sign("a", b"b") == sign("a", b"b")
