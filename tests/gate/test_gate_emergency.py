"""An emergency: the wiring opens the gate, the box only watches, and staff ends it."""

import time

import gate_kit as kit
import page_kit
from frame_board import TcpBoard
from iot_handlers.scenic_gate import emergency, facts, page_state
from iot_handlers.scenic_gate.config import parse
from iot_handlers.scenic_gate.entry import Entry
from patience import wait_for
from test_gate_box import Site, site  # noqa: F401 (a fixture)
from test_gate_lane_page import Browser


def kinds(site):  # noqa: F811
    site.box.engine.journal.flush()
    return [fact["kind"] for fact in site.box.engine.journal.facts(0, 500)]


def until(site, state):  # noqa: F811
    wait_for(lambda: site.status().get("state") == state)


def test_free_passages_are_counted_and_only_staff_ends_it(site):  # noqa: F811
    site.server.config = kit.config(lanes=[site.lane()], page=page_kit.PAGE)
    with site.running():
        page = Browser(site.box)
        page.sign_in()
        site.board.set_input(2, True)
        until(site, "emergency")
        log = len(site.board.log)
        for number in (1, 2, 3):  # one person after another
            site.board.pulse_input(0)
            wait_for(lambda number=number: site.status()["free"] == number)
        site.scan(site.code(1))
        wait_for(lambda: "refused" in kinds(site))
        state = page.call("state", lane="G1")[1]
        assert state["emergency"]["free"] == 3
        assert page.act("reset")[1]["result"] == "busy"  # the panel still says fire
        assert page.act("open", reason="M_GUEST")[1]["result"] == "busy"
        opens = [e for e in site.board.log[log:] if e[0] == 5 and e[2] == [True]]
        assert not opens  # the software never moves a barrier in an emergency
        site.board.set_input(2, False)
        time.sleep(0.3)
        until(site, "emergency")  # that the panel is quiet again ends nothing
        wait_for(lambda: page.act("reset")[1]["result"] == "done")
        until(site, "idle")
    ends = [f for f in site.server.chain(site.box.store.epoch) if f["kind"] == "emergency_off"]
    assert [(f["pax"], f["code"]) for f in ends] == [(3, "@12")]


def test_an_emergency_outlasts_a_power_cut(site):  # noqa: F811
    with site.running():
        site.board.set_input(2, True)
        until(site, "emergency")
        epoch = site.box.store.epoch
        wait_for(lambda: site.box.status()["unsent"] == 0)
    site.board.set_input(2, False)
    with site.running(ready=False):
        wait_for(lambda: site.status().get("usable"))
        until(site, "emergency")
        assert site.status()["state"] == "emergency"
        runner = site.box.runners["G1"]
        results = []
        runner.command({"action": "reset", "lane": "G1"}, results.append, ("OK", "@12"))
        wait_for(lambda: results == ["done"])
        until(site, "idle")
        wait_for(lambda: site.box.status()["unsent"] == 0)
        chain = site.server.chain(epoch)
        assert [f["kind"] for f in chain].count("emergency_on") == 1
        assert [f["kind"] for f in chain].count("emergency_off") == 1


def test_an_emergency_outlasts_its_own_facts_and_is_found_at_once(tmp_path):
    """Weeks without anybody looking; and a lane that starts does not read through all facts."""
    box = kit.box(tmp_path)
    engine, store = box.engine, box.store
    engine.configure(parse(kit.config()))
    now = box.clock.now()
    assert emergency.since(store, "G1") is None
    engine.record(facts.EMERGENCY_ON, "G1", now)
    for _ in range(2000):
        engine.journal.refuse(Entry(facts.REFUSED, int((now + 1) * 1000), "G1"))
    engine.journal.flush()
    assert engine.journal.prune(engine.journal.seq, int((now + 2) * 1000)) >= 2000
    steps = []
    store.db.set_progress_handler(lambda: steps.append(1) and 0, 100)
    assert emergency.since(store, "G1") == int(now * 1000) / 1000
    assert emergency.since(store, "G2") is None
    assert len(steps) < 5
    engine.record(facts.EMERGENCY_OFF, "G1", now + 9)
    assert emergency.since(store, "G1") is None
    box.stop()


def test_an_emergency_that_an_earlier_version_wrote_down_goes_on(tmp_path):
    box = kit.box(tmp_path)
    box.engine.record(facts.EMERGENCY_ON, "G1", 1000.0)
    with box.store.transaction() as db:
        db.execute("DELETE FROM kv WHERE k LIKE 'emergency:%'")
    assert emergency.since(box.store, "G1") == 1000.0
    box.stop()


def test_a_lane_that_breaks_in_an_emergency_still_waits_for_the_panel(site, monkeypatch):  # noqa: F811
    with site.running():
        site.board.set_input(2, True)
        until(site, "emergency")
        runner = site.box.runners["G1"]
        monkeypatch.setattr(runner.test, "tick", lambda now: 1 / 0)
        wait_for(lambda: runner.lane.free == 0 and runner.lane.state.value == "emergency")
        before = runner.lane
        wait_for(lambda: runner.lane is not before)
        monkeypatch.undo()
        results = []
        runner.command({"action": "reset", "lane": "G1"}, results.append)
        wait_for(lambda: results == ["busy"])
        until(site, "emergency")


def test_staff_ends_an_emergency_whose_board_lost_its_line_meanwhile(site):  # noqa: F811
    """The board tells only what changes, and said that it is quiet while nobody heard it."""
    tells = {"pass_in": "50", "fire_on": "46", "fire_off": "51"}
    with TcpBoard({b"\x01": b"", b"\x02": b""}) as board:
        reader, barrier = site.lane()["devices"]
        options = {"frames": {"open": "01", "close": "02"}, "match": tells}
        barrier |= {"driver": "frame_barrier", "url": board.url, "options": options}
        site.server.config = kit.config(
            lanes=[site.lane(devices=[reader, barrier])], page=page_kit.PAGE
        )
        with site.running():
            page = Browser(site.box)
            page.sign_in()

            def panel():
                return page.call("state", lane="G1")[1]["emergency"]["panel"]

            board.say(b"F")
            until(site, "emergency")
            assert panel() == "fire"
            assert page.act("reset")[1]["result"] == "busy"
            shown = page_state.rev(site.box, "G1")
            board.cut()
            wait_for(lambda: panel() == "unknown")
            assert page_state.rev(site.box, "G1") != shown
            assert page.act("reset")[1]["result"] == "done"
            until(site, "idle")
