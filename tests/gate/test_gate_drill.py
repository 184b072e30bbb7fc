"""A drill on a real box with real relay boards: one lane cut off, test tickets, write-back."""

import time
from contextlib import ExitStack
from dataclasses import replace

import gate_kit as kit
import pytest
from drill_site import DRILL_PRODUCT, EXPECTED, TwoLanes
from gate_kit import ticket_row
from gate_server import command
from iot_handlers.scenic_gate import drill, page_state, sync
from iot_handlers.scenic_gate.claiming import Plan
from iot_handlers.scenic_gate.config import parse
from iot_handlers.scenic_gate.drill_lane import CutLane
from iot_handlers.scenic_gate.facts import ENDINGS, first_break
from iot_handlers.scenic_gate.gossip import Digest, Gossip
from iot_handlers.scenic_gate.lane_desk import LaneDesk
from iot_handlers.scenic_gate.lane_state import State
from patience import LIMIT_S, wait_for


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.setattr(sync, "ONLINE_S", 0.1)
    monkeypatch.setattr(sync, "BACKOFF_S", (0.2,))
    with ExitStack() as stack:
        yield TwoLanes(stack, tmp_path / "box")


class Asked:
    """The other boxes of the site, as far as a lane sees them; notes for whom they were asked."""

    def __init__(self):
        self.uids = []

    def is_busy(self, uid):
        return False

    def plan(self, reading, decision):
        self.uids.append(reading.ticket.uid)
        return Plan()


def test_one_lane_is_cut_off_and_the_others_go_on(site, monkeypatch):
    site.server.tickets = [ticket_row(n, **site.ticket(n)) for n in (1, 2)]
    with site.running() as box:
        wait_for(lambda: box.engine.snapshot.count() == 2)
        box.engine.peers = asked = Asked()
        before = box.engine.snapshot.count()
        there, go_on = site.stops_at(monkeypatch, "unlisted")
        site.offer()
        assert there.wait(LIMIT_S)
        # the first four steps are over, the fifth waits: everything else goes on
        assert box.engine.online
        assert site.lane_status("G1")["drill"]
        assert not site.lane_status("G2")["drill"]
        assert page_state.of_lane(box, LaneDesk(box), "G1")["drill"]
        with site.board_2.opening():
            site.reader_2.sendall(site.code(1).encode() + b"\r\n")
        site.board_2.pulse_input(0)
        wait_for(lambda: [f["kind"] for f in site.told_facts()].count("passed") == 1)
        # the other lane answers a test ticket as always, and knows nothing of its key
        site.reader_2.sendall(site.text(1).encode() + b"\r\n")
        wait_for(lambda: box.runners["G2"].recent.decisions[-1][0] == site.text(1))
        assert box.runners["G2"].recent.decisions[-1][1] == "E_UNKNOWN_KEY"
        # a visitor comes to the lane of the drill
        site.visitor_at_g1(site.code(2))
        wait_for(lambda: [f["kind"] for f in site.told_facts()].count("passed") == 2)
        visitors = [fact for fact in site.told_facts() if fact["kind"] in ("reserved", "passed")]
        assert {fact["mode"] for fact in visitors} == {"online"}
        assert {fact["lane"] for fact in visitors} == {"G1", "G2"}
        assert asked.uids == [kit.uid(1), kit.uid(2)]
        # an order to the other lane acts at once
        order = command(lane="G2", expires=time.time() + 60)
        site.server.commands = [order]
        wait_for(lambda: site.server.acks == {order["uid"]: "done"})
        # what the server changes arrives, and stays
        site.server.tickets = [*site.server.tickets, ticket_row(3, **site.ticket(3))]
        site.server.config = site.config(cut_off_s=777)
        site.server.config_rev = "2"
        wait_for(lambda: box.engine.config.cut_off_s == 777)
        wait_for(lambda: box.engine.snapshot.count() == before + 1)
        assert not site.of_tests(site.told_facts())  # they are held back
        go_on.set()
        told = site.ended()
        assert told["state"] == "done"
        assert told["cut"] == "lane"
        assert {step["name"]: step["reason"] for step in told["steps"]} == EXPECTED
        assert all(step["shut"] for step in told["steps"])
        assert box.engine.config.cut_off_s == 777
        assert box.engine.snapshot.count() == before + 1
        _the_facts_are_one_piece(site, told)
        _nothing_is_left(site)
        began = told["began"]
        site.scan("https://example.com/")  # another turn of the box: the drill stays done
        wait_for(lambda: site.told_facts()[-1]["kind"] == "refused")
        box.care.drills.step()
        assert box.care.drills.told()["began"] == began


def _the_facts_are_one_piece(site, told, expected=EXPECTED):
    chain = site.server.chain(site.box.store.epoch)
    piece = [fact for fact in chain if told["first"] < fact["seq"] <= told["last"]]
    assert len(piece) == told["last"] - told["first"]
    assert {(fact["mode"], fact["lane"]) for fact in piece} == {("offline", "G1")}
    kinds = [fact["kind"] for fact in piece]
    assert kinds.count("reserved") == kinds.count("released") == 2
    refused = sorted(fact["reason"] for fact in piece if fact["kind"] == "refused")
    assert refused == sorted(reason for reason in expected.values() if reason != "OK")
    # nothing about a test ticket but what the lane did, and what the other one refused
    others = [f for f in site.of_tests(chain) if f not in piece]
    assert [(f["lane"], f["kind"]) for f in others if f["uid"]] in ([], [("G2", "refused")])


def _nothing_is_left(site):
    box = site.box
    assert DRILL_PRODUCT not in box.engine.config.rules
    assert not list(site.folder.glob("drill.db*"))
    assert box.runners["G1"].engine is box.engine
    tables = ("ticket", "use", "passage", "reopen")
    assert not [t for t in tables if box.store.rows(f"SELECT 1 FROM {t} WHERE uid >> 32 = 65535")]
    assert box.engine.scan("G1", site.text(1), site.now).reason.value == "E_UNKNOWN_KEY"
    assert not box.runners["G1"].recent.held(box.clock.now())
    # other boxes never hear of test tickets
    nobody = Digest({}, (0, 0), frozenset())
    told = [body for kind, body in Gossip(box.engine, frozenset).difference(nobody) if "f" in body]
    assert not [row for body in told for row in body["f"] if row[5].startswith("0000ffff")]
    assert told[-1]["u"] == box.engine.journal.seq


@pytest.mark.parametrize("why", ["emergency", "held"])
def test_fire_and_staff_interrupt_a_drill(site, monkeypatch, why):
    with site.running() as box:
        there, go_on = site.stops_at(monkeypatch, "revoked")
        site.offer()
        assert there.wait(LIMIT_S)
        if why == "emergency":
            site.board.set_input(2, True)
        else:
            box.desk.accept(command("hold", expires=time.time() + 60))
        wait_for(lambda: site.lane_status("G1")["state"] == why)
        go_on.set()
        told = site.ended()
        assert (told["state"], told["why"]) == ("interrupted", why)
        assert [step["name"] for step in told["steps"]] == ["good", "used", "forged"]
        kinds = [fact["kind"] for fact in site.told_facts()]
        assert ("emergency_on" in kinds) == (why == "emergency")
        assert {f["mode"] for f in site.of_tests(site.told_facts())} == {"offline"}
        _nothing_is_left(site)


def test_a_power_cut_leaves_nothing_of_a_drill(site, monkeypatch, tmp_path):
    photos = []

    def photograph(name):
        site.photograph(tmp_path / name)
        photos.append(name)

    forget, open_aside = drill.forget, drill.open_aside

    def before_it_begins(*args):
        photograph("announced")
        return open_aside(*args)

    def before_it_is_forgotten(home):
        if site.drills.told():
            photograph("written")
        forget(home)

    with site.running() as box:
        monkeypatch.setattr(drill, "open_aside", before_it_begins)
        monkeypatch.setattr(drill, "forget", before_it_is_forgotten)
        there, go_on = site.stops_at(monkeypatch, "used")
        site.offer()
        assert there.wait(LIMIT_S)
        photograph("between")
        lane = box.runners["G1"].lane
        lane.settings = replace(lane.settings, pass_timeout_s=LIMIT_S)  # until it was photographed
        with site.board.opening():
            go_on.set()
            wait_for(lambda: box.runners["G1"].recent.decisions[-1][0] == site.text(5))
        wait_for(lambda: lane.state is State.AWAIT)
        photograph("open")
        lane.deadline = 0.0
        site.ended()
    monkeypatch.setattr(drill, "forget", forget)
    assert photos == ["announced", "between", "open", "written"]
    ends = {"announced": [], "between": ["released"], "open": ["released", "unknown"],
            "written": ["released", "released"]}  # fmt: skip
    for name in photos:
        after = kit.box(tmp_path / name)
        told, facts = after.care.drills.told(), after.engine.journal.facts(0, 999)
        done = name == "written"
        assert told["state"] == ("done" if done else "interrupted"), name
        assert done or told["why"] == "power"
        assert first_break(facts) is None
        piece = [fact for fact in facts if told["first"] < fact["seq"] <= told["last"]]
        assert [f["kind"] for f in piece if f["kind"] in ENDINGS] == ends[name], name
        assert not list((tmp_path / name).glob("drill.db*")), name
        assert after.engine.snapshot.count() == 0
        assert not after.store.rows("SELECT 1 FROM passage UNION ALL SELECT 1 FROM use")
        after.care.drills.offered(site.package())
        after.care.drills.step()  # once, whatever happened
        assert after.care.drills.told() == told
        after.stop()


def test_test_tickets_that_an_older_version_left_are_removed(site):
    box = kit.box(site.folder)
    box.engine.configure(parse(site.config()))
    box.engine.snapshot.apply([site.row(1), ticket_row(7, **site.ticket(7))], 1)
    box.store.put(drill={"uid": "d" * 32, "state": "running", "began": site.now})
    box.stop()
    box = kit.box(site.folder)
    assert box.store.rows("SELECT uid FROM ticket") == [(kit.uid(7),)]
    assert box.care.drills.told()["state"] == "interrupted"
    box.stop()


def test_a_full_disk_keeps_the_facts_until_they_can_be_written(site, monkeypatch):
    # the package is that of an older server
    package, old = site.package(), {n: r for n, r in EXPECTED.items() if n != "risky"}
    del package["rules"], package["more_steps"]
    with site.running() as box:
        write_back, failures = drill.write_back, ["written all the same", "full"]

        def fails(*args):
            if not failures:
                return write_back(*args)
            if failures[-1] != "full":
                write_back(*args)
            raise drill.StoreError(failures.pop())

        monkeypatch.setattr(drill, "write_back", fails)
        site.server.tamper = lambda reply: reply | {"drill": package}
        told = site.ended()
        assert told["state"] == "done"
        wait_for(lambda: not site.drills.lane and not list(site.folder.glob("drill.db*")))
        assert not failures
        assert {step["name"]: step["reason"] for step in told["steps"]} == old
        _the_facts_are_one_piece(site, told, old)
        _nothing_is_left(site)
        assert box.engine.online


def test_a_drill_waits_until_nobody_uses_its_lane_and_expires(site, monkeypatch):
    with site.running() as box:
        drills, step = box.care.drills, box.care.drills.step
        # the box's own turns and what its server says leave these drills alone
        monkeypatch.setattr(drills, "step", lambda: None)
        monkeypatch.setattr(box.sync, "offered", lambda reply: None)
        site.scan("https://example.com/")
        wait_for(lambda: box.runners["G1"].recent.lines)
        drills.offered(site.package(quiet_s=600))
        step()
        assert (drills.told()["state"], drills.told()["why"]) == ("waiting", "visitors")
        drills.offered(site.package(expires=site.now - 10))
        step()
        assert drills.told() == {}
        drills.offered(site.package(quiet_s=600, lane="G3"))
        step()
        assert drills.told()["why"] == "lane"
        # the other lane is quiet: its drill need not wait
        drills.offered(site.package(quiet_s=600, lane="G2", steps=[], more_steps=[]))
        step()
        assert drills.told()["state"] == "done"


def test_who_walks_behind_a_test_ticket_is_told_at_once_and_without_it(tmp_path):
    engine, aside = kit.engine(tmp_path / "box"), kit.engine(tmp_path / "aside")
    lane = CutLane(engine, aside, [kit.code(1)])
    test, visitor = (lane.scan("G1", kit.code(n), kit.NOW) for n in (1, 2))
    lane.record("tailgate", "G1", kit.NOW, of=test, pax=1)
    lane.record("passed", "G1", kit.NOW, of=test, pax=1)
    lane.record("passed", "G1", kit.NOW, of=visitor, pax=1)
    told = [(f["kind"], f["uid"]) for f in engine.journal.facts(0, 9)]
    of_visitor = f"{kit.uid(2):016x}"
    assert told == [("reserved", of_visitor), ("tailgate", None), ("passed", of_visitor)]
    assert [f["kind"] for f in aside.journal.facts(0, 9)] == ["reserved", "passed"]
    assert lane.config is engine.config
