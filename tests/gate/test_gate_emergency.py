"""An emergency: the wiring opens the gate, the box only watches, and staff ends it."""

import time

import gate_kit as kit
import page_kit
from modbus_board import wait_for
from test_gate_box import Site, site  # noqa: F401 (a fixture)
from test_gate_lane_page import Browser


def kinds(site):  # noqa: F811
    site.box.engine.journal.flush()
    return [fact["kind"] for fact in site.box.engine.journal.facts(0, 500)]


def until(site, state):  # noqa: F811
    wait_for(lambda: site.status().get("state") == state, 10)


def test_free_passages_are_counted_and_only_staff_ends_it(site):  # noqa: F811
    site.server.config = kit.config(lanes=[site.lane()], page=page_kit.PAGE)
    with site.running():
        page = Browser(site.box)
        page.sign_in()
        site.board.set_input(2, True)
        until(site, "emergency")
        log = len(site.board.log)
        for _ in range(3):
            site.board.pulse_input(0)
            time.sleep(0.2)  # one person after another
        wait_for(lambda: site.status()["free"] == 3)
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
        wait_for(lambda: site.status().get("usable"), 10)
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
