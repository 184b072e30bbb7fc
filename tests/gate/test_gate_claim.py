"""Between boxes: the box that owns a ticket is asked, and says yes once."""

import pytest
from gate_kit import NOW, ZONE, code, ticket_row, uid
from iot_handlers.scenic_gate import lan_wire as wire
from iot_handlers.scenic_gate import peer_uses
from iot_handlers.scenic_gate.claim_rules import rank
from lan_kit import EVERYWHERE, Net

BOXES = (1, 2, 3)


def serial_owned_by(owner, boxes=BOXES, skip=0):
    """A ticket that this box answers for."""
    pairs = [(box, EVERYWHERE) for box in boxes]
    found = [n for n in range(1, 500) if rank(uid(n), pairs, EVERYWHERE)[0] == owner]
    return found[skip]


@pytest.fixture
def net():
    made = Net(BOXES)
    made.settle()
    return made


# ---------------------------------------------------------------------- owner


def test_every_box_names_the_same_owner_and_the_work_is_shared():
    boxes = [(number, EVERYWHERE) for number in range(1, 5)]
    owners = [rank(uid(n), boxes, EVERYWHERE)[0] for n in range(1, 2001)]
    assert owners == [rank(uid(n), boxes[::-1], EVERYWHERE)[0] for n in range(1, 2001)]
    assert all(400 < owners.count(number) < 600 for number, _ in boxes)


def test_a_box_that_leaves_changes_the_owner_of_its_own_tickets_only():
    boxes = [(number, EVERYWHERE) for number in range(1, 5)]
    for n in range(1, 500):
        before, after = (rank(uid(n), some, EVERYWHERE)[0] for some in (boxes, boxes[:3]))
        assert before == after or before == 4


def test_the_owner_is_a_box_at_an_entrance_of_the_ticket():
    boxes = [(1, 0b001), (2, 0b010), (3, 0b100)]
    assert {rank(uid(n), boxes, 0b011)[0] for n in range(1, 200)} == {1, 2}
    assert {rank(uid(n), boxes, 0b100)[0] for n in range(1, 200)} == {3}
    # a mask that no box has: somebody has to answer all the same
    assert {rank(uid(n), boxes, 0b1000)[0] for n in range(1, 200)} == {1, 2, 3}


# --------------------------------------------------------------------- claims


def test_a_copy_is_refused_at_the_other_box_at_once(net):
    serial = serial_owned_by(1)
    assert net[2].scan(serial).reason == "OK"
    again = net[3].scan(serial, at=605)
    assert (again.reason, again.op) == ("E_USED_PEER", None)
    assert (again.first_use_t, again.first_use_lane) == (NOW + 600, "L2")
    assert net[1].scan(serial, at=606).reason == "E_USED"
    assert net[2].modes() == ["online"]


def test_the_refusal_of_the_owner_is_a_fact(net):
    serial = serial_owned_by(1)
    net[2].scan(serial)
    net[3].scan(serial)
    net[3].engine.journal.flush()
    (fact,) = net[3].engine.journal.facts(0, 9)
    assert (fact["kind"], fact["reason"], fact["uid"]) == (
        "refused", "E_USED_PEER", f"{uid(serial):016x}",
    )  # fmt: skip


def test_the_owner_itself_asks_nobody(net):
    asked = len(net.log)
    assert net[1].scan(serial_owned_by(1)).reason == "OK"
    assert len(net.log) == asked


def test_what_is_not_limited_is_nobodys_claim(net):
    serial = serial_owned_by(1)
    net[2].list(ticket_row(serial) | {"r": {ZONE: 0}})
    asked = len(net.log)
    assert net[2].scan(serial).reason == "OK"
    assert len(net.log) == asked


def test_two_copies_at_the_same_moment_let_one_in(net):
    serial, seen = serial_owned_by(1), []

    def meanwhile():
        net.meanwhile = lambda: None
        seen.append(net[3].scan(serial))

    net.meanwhile = meanwhile
    seen.append(net[2].scan(serial))
    assert sorted(str(outcome.reason) for outcome in seen) == ["E_USED_PEER", "OK"]


def test_a_group_enters_at_two_boxes_no_more_than_it_paid_for(net):
    serial = serial_owned_by(1)
    for box in net.box.values():
        box.list(ticket_row(serial, pax=5))
    three = net[2].engine.scan("L2", code(serial, pax=5), NOW + 600, 3, True)
    assert (three.admit, three.uses) == (3, 3)
    rest = net[3].scan(serial, pax=5)
    assert (rest.reason, rest.admit, rest.uses) == ("OK", 2, 2)
    assert net[2].engine.scan("L2", code(serial, pax=5), NOW + 640, 1, True).reason in (
        "E_USED", "E_USED_PEER",
    )  # fmt: skip


def test_a_number_that_staff_counted_is_granted_whole_or_not(net):
    serial = serial_owned_by(1)
    for box in net.box.values():
        box.list(ticket_row(serial, pax=5))
    net[2].engine.scan("L2", code(serial, pax=5), NOW + 600, 3, True)
    assert net[3].engine.scan("L3", code(serial, pax=5), NOW + 605, 4, True).op is None


def test_a_released_passage_is_given_back_by_the_owner(net):
    serial = serial_owned_by(1)
    net[2].release(net[2].scan(serial))
    # the asking box tells its own uses with the question
    outcome = net[2].scan(serial, at=620)
    assert outcome.reason == "OK"
    net[2].release(outcome, at=621)
    net.settle()
    assert net[3].scan(serial, at=640).reason == "OK"


def test_a_ticket_that_is_void_at_the_owner_only_is_refused(net):
    serial = serial_owned_by(1)
    net[1].list(ticket_row(serial, state="void"))
    assert net[2].scan(serial).reason == "E_REVOKED"


def test_a_claim_survives_the_restart_of_its_owner(net):
    serial = serial_owned_by(1)
    net[2].scan(serial)
    net[1].boot()
    assert net[3].scan(serial).reason == "E_USED_PEER"


def test_a_repeated_question_gets_the_first_answer(net):
    serial = serial_owned_by(1)
    net.fate = lambda _s, _r, data: (0, 0, 3)
    assert net[2].scan(serial).reason == "OK"
    assert net[3].scan(serial).reason == "E_USED_PEER"
    net.settle()
    assert net[1].used(serial) == 1
    assert net[1].desk.counts["served"] == 2


@pytest.mark.parametrize("lost", [(2, 1), (1, 2)])
def test_a_lost_question_or_answer_is_repeated_within_the_budget(net, lost):
    sent = []

    def lose_first(sender, receiver, data):
        sent.append((sender, receiver))
        return () if (sender, receiver) == lost and sent.count(lost) == 1 else (0,)

    net.fate = lose_first
    assert net[2].scan(serial_owned_by(1)).reason == "OK"
    assert net[2].modes() == ["online"]
    assert net[1].desk.counts["served"] == 1


def test_a_claim_that_was_never_used_ends(net):
    """The answer comes too late: the lane decided alone, and refused for another reason."""
    serial = serial_owned_by(1)
    net.fate = lambda sender, receiver, data: () if sender == 1 else (0,)

    def void_meanwhile():
        net[2].list(ticket_row(serial, state="blocked"), cursor=2)

    net.meanwhile = void_meanwhile
    assert net[2].scan(serial).op is None
    net.meanwhile, net.fate = lambda: None, lambda *_: (0,)
    assert net[1].used(serial) == 1
    net.settle()
    assert net[1].used(serial) == 0


def test_a_box_that_died_after_the_answer_leaves_no_claim(net):
    serial = serial_owned_by(1)

    def die(*_):
        raise KeyboardInterrupt

    net[2].engine.look_again = die
    with pytest.raises(KeyboardInterrupt):
        net[2].scan(serial)
    assert net[1].used(serial) == 1
    net[2].boot()
    net.settle()
    assert net[1].used(serial) == 0
    assert net[3].scan(serial).reason == "OK"


def test_a_digest_that_was_begun_before_a_claim_does_not_end_it(net):
    serial, gossip = serial_owned_by(1), net[2].desk.gossip
    digest = gossip.digest

    def overtaken():
        made, gossip.digest = digest(), digest
        assert net[2].scan(serial).reason == "OK"
        return made

    gossip.digest = overtaken
    net.cut = {(2, 3)}
    net[2].desk.tell([1])
    net.deliver()
    assert net[1].used(serial) == 1
    assert net[3].scan(serial).reason == "E_USED_PEER"


def kind_of(data):
    return data[12]


def test_a_claim_that_is_still_being_asked_for_does_not_end(net):
    """A digest overtakes the answer."""
    serial, turns = serial_owned_by(1), []
    net.fate = lambda sender, _r, data: () if kind_of(data) == wire.ANSWER and not turns else (0,)

    def meanwhile():
        if net[1].desk.counts["served"]:
            net.meanwhile = lambda: turns.append(1)
            net[2].desk.tell([1])

    net.meanwhile = meanwhile
    assert net[2].scan(serial).reason == "OK"
    assert turns
    assert net[2].modes() == ["online"]
    assert net[1].used(serial) == 1
    assert net[3].scan(serial).reason == "E_USED_PEER"


def test_a_claim_does_not_end_before_its_fact_can_be_known(net):
    serial = serial_owned_by(1)
    net.fate = lambda _s, _r, data: () if kind_of(data) == wire.FACTS else (0,)
    assert net[2].scan(serial).reason == "OK"
    net.settle()
    assert net[1].used(serial) == 1
    assert net[3].scan(serial).reason == "E_USED_PEER"


def test_the_owner_restarts_while_it_is_asked(net):
    serial, asked = serial_owned_by(1), []
    net.fate = lambda _s, _r, data: () if kind_of(data) == wire.ANSWER and not asked else (0,)

    def meanwhile():
        if net[1].desk.counts["served"] and not asked:
            asked.append(1)
            net[1].boot()

    net.meanwhile = meanwhile
    assert net[2].scan(serial).reason == "OK"
    # it has not heard yet what box 3 did meanwhile: its yes is no promise
    assert (asked, net[2].modes()) == ([1], ["degraded"])
    assert net[3].scan(serial).reason in ("E_USED", "E_USED_PEER")


def test_a_greeting_of_an_earlier_run_is_worthless(net):
    first = [data for s, r, data in net.log if (s, r) == (1, 2) and kind_of(data) == wire.GREET]
    net[1].boot()
    net.settle()
    link = net[2].desk._links[1]
    assert link.run == net[1].desk.run
    for data in first:
        net[2].desk.handle(data)
    assert link.run == net[1].desk.run


# ------------------------------------------------------------------- degraded


def test_without_an_answer_the_box_decides_alone_and_says_so(net):
    net.isolate([2], [1, 3])
    started = net.t
    assert net[2].scan(serial_owned_by(1)).reason == "OK"
    assert net[2].modes() == ["degraded"]
    assert net.t - started <= 0.025 + 0.004


def test_a_box_that_was_silent_is_not_asked(net):
    net.isolate([2], [1], [3])
    net.pass_time(5)
    started = net.t
    assert net[2].scan(serial_owned_by(1)).reason == "OK"
    assert net[2].modes() == ["degraded"]
    assert net.t == started


def test_one_entry_in_each_group_of_boxes(net):
    """The owner is away: the next box in the order answers for the others."""
    net = Net((1, 2, 3, 4))
    net.settle()
    serial = serial_owned_by(1, (1, 2, 3, 4))
    net.isolate([1], [2, 3, 4])
    net.pass_time(5)
    net.settle()
    reasons = [str(net[number].scan(serial).reason) for number in (2, 3, 4, 1)]
    assert reasons.count("OK") == 2
    assert sum(len(net[number].modes()) for number in (2, 3, 4)) == 1


def test_after_the_cut_the_owner_has_heard(net):
    serial = serial_owned_by(1)
    net.isolate([2], [1, 3])
    net[2].scan(serial)
    net.isolate([1, 2, 3])
    net.settle()
    for number in BOXES:
        assert net[number].scan(serial, at=700).reason in ("E_USED", "E_USED_PEER")


def test_a_box_with_another_list_of_boxes_is_no_owner(net):
    serial = serial_owned_by(1)
    net[1].desk.configure(None)
    assert net[2].scan(serial).op
    assert net[2].modes() == ["degraded"]
    assert net[1].used(serial) == 0


def test_an_owner_that_cannot_write_grants_nothing(net, monkeypatch):
    from iot_handlers.scenic_gate.store import StoreError

    def full(*_):
        raise StoreError("disk full")

    monkeypatch.setattr(net[1].desk.owner, "answer", full)
    assert net[2].scan(serial_owned_by(1)).op
    assert net[2].modes() == ["degraded"]


# --------------------------------------------------------------------- gossip


def test_uses_reach_boxes_that_were_not_asked(net):
    serial = serial_owned_by(2)
    net[2].scan(serial)
    net.settle()
    assert [net[number].used(serial) for number in BOXES] == [1, 1, 1]
    assert net[3].scan(serial).reason == "E_USED"


def test_facts_travel_through_a_third_box(net):
    serial = serial_owned_by(2)
    net.cut = {(2, 3), (3, 2)}
    net[2].scan(serial)
    net.settle()
    assert net[3].used(serial) == 1


def test_a_box_that_comes_late_learns_everything(net):
    for n in range(1, 60):
        net[1].engine.scan("L1", code(n), NOW + 600 + n)
    net[3].desk.configure(None)
    late = net.box[3] = type(net[3])(net, 3)
    net.settle()
    assert sum(late.used(n) for n in range(1, 60)) == 59


def test_a_hole_in_the_facts_is_filled(net):
    for n in range(1, 25):
        net[1].engine.scan("L1", code(n), NOW + 600 + n)
    lost = []

    def lose_one(_sender, _receiver, data):
        if kind_of(data) == wire.FACTS and not lost:
            return lost.append(1) or ()
        return (0,)

    net.fate = lose_one
    net.settle()
    assert lost
    assert [sum(net[b].used(n) for n in range(1, 25)) for b in BOXES] == [24, 24, 24]


def test_hearsay_never_covers_what_the_server_said(net):
    serial, gossip = serial_owned_by(2), net[2].desk.gossip
    net[2].list(ticket_row(serial), cursor=12)
    whole = 2**63 - 1
    void = [f"{uid(serial):016x}", 0, "void", 9]
    # told for a box that stood at 5, and arrives after it has read up to 12
    gossip.hear_news({"a": [5, whole], "u": [15, whole], "s": [void]}, NOW)
    assert net[2].engine.row_of(uid(serial)).ticket.state == "valid"
    assert gossip.feed() == (15, whole)
    # told from 20 on: what lies between is not known
    gossip.hear_news({"a": [20, whole], "u": [30, whole], "s": [void[:3] + [25]]}, NOW)
    assert gossip.feed() == (15, whole)
    assert net[2].engine.row_of(uid(serial)).ticket.state == "valid"


def test_a_void_ticket_is_told_to_a_box_without_server(net):
    listed, unlisted = serial_owned_by(2), serial_owned_by(2, skip=1)
    net[2].list(ticket_row(listed), cursor=5)
    net[1].list(ticket_row(listed, state="void"), ticket_row(unlisted, state="blocked"), cursor=9)
    net.settle()
    assert net[2].scan(listed).reason == "E_REVOKED"
    assert net[2].scan(unlisted).reason == "E_BLOCKED"
    # hearsay that is older than what the server said changes nothing
    net[2].list(ticket_row(listed), cursor=12)
    net.settle()
    assert net[2].scan(listed).reason == "OK"


def test_a_box_that_was_off_over_night_hears_of_refunds_of_the_evening(net):
    """Previously what the server had said was forgotten with the first day that began."""
    serial = serial_owned_by(2)
    for box in net.box.values():
        box.list(ticket_row(serial), cursor=5)
    net.isolate({1, 3})
    net[1].list(ticket_row(serial, state="void"), cursor=9)
    night = int((NOW + 3600) * 1000)
    peer_uses.prune(net[1].store, night, night, night - 400 * 86_400_000)
    net.isolate({1, 2, 3})
    net.settle()
    assert net[2].scan(serial).reason == "E_REVOKED"


def test_hundreds_of_void_tickets_of_one_page_arrive(net):
    rows = [ticket_row(n, state="void") for n in range(1, 900)]
    net[1].list(*rows, cursor=7)
    net.settle()
    net.settle()
    counted = net[3].store.rows("SELECT count(*) FROM state_news WHERE state = 'void'")
    assert counted == [(899,)]


def test_what_the_server_counts_already_is_not_counted_twice(net):
    serial = serial_owned_by(3)
    for box in net.box.values():
        box.list(ticket_row(serial, pax=2))
    one = net[2].engine.scan("L2", code(serial, pax=2), NOW + 600, 1, True)
    assert one.uses == 1
    net.settle()
    epoch = net[2].store.epoch
    row = ticket_row(serial, pax=2, elsewhere={ZONE: 1})
    net[3].list(row | {"w": {f"2:{epoch}": 1}}, cursor=2)
    assert net[3].used(serial) == 1
    assert net[3].engine.scan("L3", code(serial, pax=2), NOW + 640, 1, True).uses == 1
    # told by the server without saying whose: better once too often than once too seldom
    net[1].list(row, cursor=2)
    assert net[1].used(serial) == 2


def test_gossip_ends_when_everybody_knows_everything(net):
    for n in range(1, 30):
        net[2].engine.scan("L2", code(n), NOW + 600 + n)
    net.settle()
    before = len(net.log)
    for box in net.box.values():
        box.desk.tell()
    while net.deliver():
        pass
    assert len(net.log) - before == 6  # one digest to each


def test_old_facts_and_uses_are_forgotten(net):
    serial = serial_owned_by(2)
    net[2].scan(serial)
    net.settle()
    store = net[1].store
    later = int((NOW + 30 * 86400) * 1000)
    peer_uses.prune(store, later, later, later)
    tables = ("peer_use", "peer_fact", "state_news", "listed_use")
    assert [store.rows(f"SELECT count(*) FROM {name}")[0][0] for name in tables] == [0] * 4


# ----------------------------------------------------------------------- wire


def test_a_datagram_fits_into_one_frame(net):
    rights = {f"ZONE{n:02}": 9 for n in range(30)} | {ZONE: 9}
    serial = serial_owned_by(1)
    net[2].list(ticket_row(serial) | {"r": rights})
    for n in range(8):
        assert net[2].scan(serial, at=600 + 60 * n).reason == "OK"
    assert max(len(data) for _s, _r, data in net.log) <= wire.MAX_DATAGRAM


def test_the_second_lane_of_a_box_waits_for_the_first(net):
    serial = serial_owned_by(1)
    desk = net[2].desk
    desk.begin("f" * 32, uid(serial))
    waited = []

    def wait_for(_uid):
        waited.append(_uid)
        desk.end("f" * 32)

    desk.wait_for = wait_for
    assert net[2].scan(serial).reason == "OK"
    assert waited == [uid(serial)]
