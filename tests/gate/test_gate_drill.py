"""A drill on a real box with a real relay board: cut off, test tickets, write-back."""

import time

import gate_kit as kit
import pytest
from gate_kit import ticket_row
from modbus_board import wait_for
from test_gate_box import Site, site  # noqa: F401 (a fixture)

DRILL_KID = DRILL_PRODUCT = 0xFFFF
OURS = {"kid": DRILL_KID, "product": DRILL_PRODUCT}


def text(site, serial, **fields):  # noqa: F811
    return site.code(serial, **OURS, iat=int(site.now - kit.EPOCH) - 60, **fields)


def row(site, serial, state="valid", used=0):  # noqa: F811
    fields = site.ticket(serial) | OURS
    return ticket_row(serial, state=state, elsewhere={kit.ZONE: used}, **fields) | {"a": ""}


def package(site, lane="G1"):  # noqa: F811
    now = int(site.now)
    good = text(site, 1)
    return {
        "uid": "d" * 32,
        "lane": lane,
        "expires": now + 600,
        "quiet_s": 0,
        "certificate": kit.KEYS.issue_server_certificate(
            kit.SITE, DRILL_KID, now - 86400, now + 86400
        ).hex(),
        "rule": kit.config()["rules"][0] | {"product": DRILL_PRODUCT},
        "tickets": [row(site, 1), row(site, 2, used=1), row(site, 4, state="void")],
        "steps": [
            {"name": "good", "text": good},
            {"name": "used", "text": text(site, 2)},
            {
                "name": "forged",
                "text": good[:-20] + ("A" if good[-20] != "A" else "B") + good[-19:],
            },
            {"name": "revoked", "text": text(site, 4)},
            {"name": "unlisted", "text": text(site, 5)},
        ],
    }


EXPECTED = {
    "good": "OK", "used": "E_USED", "forged": "E_SIG", "revoked": "E_REVOKED", "unlisted": "OK",
}  # fmt: skip


@pytest.fixture
def drilled(site):  # noqa: F811
    """The report of a drill, on a box that the server talks to before and after."""
    with site.running() as box:
        wait_for(lambda: box.engine.online)
        before = box.engine.snapshot.count()
        site.server.tamper = lambda reply: reply | {"drill": package(site)}
        wait_for(lambda: box.care.drills.told().get("state") == "done", 40)
        wait_for(lambda: box.status()["unsent"] == 0, 20)
        site.told, site.before = box.care.drills.told(), before
        yield site


def test_the_lane_answers_right_while_it_is_cut_off_and_everything_arrives(drilled):
    told, box = drilled.told, drilled.box
    assert {step["name"]: step["reason"] for step in told["steps"]} == EXPECTED
    assert all(step["shut"] for step in told["steps"])
    chain = drilled.server.chain(box.store.epoch)
    drill = [fact for fact in chain if told["first"] < fact["seq"] <= told["last"]]
    assert len(drill) == told["last"] - told["first"]
    assert {fact["mode"] for fact in drill} == {"offline"}
    kinds = [fact["kind"] for fact in drill]
    assert kinds.count("reserved") == kinds.count("released") == 2
    assert sorted(f["reason"] for f in drill if f["kind"] == "refused") == sorted(
        reason for reason in EXPECTED.values() if reason != "OK"
    )
    opened = [entry for entry in drilled.board.log if entry[0] == 5 and entry[2] == [True]]
    assert len(opened) == 2
    assert all(step["ms"] < 1000 for step in told["steps"])


def test_afterwards_the_box_is_as_before_and_test_tickets_open_nothing(drilled):
    box = drilled.box
    assert box.engine.online
    assert box.engine.snapshot.count() == drilled.before
    assert DRILL_PRODUCT not in box.engine.config.rules
    box.runners["G1"].scan(text(drilled, 7))
    wait_for(lambda: box.runners["G1"].recent.decisions[-1][0] == text(drilled, 7))
    assert box.runners["G1"].recent.decisions[-1][1] == "E_UNKNOWN_KEY"
    runs = box.care.drills.told()["began"]
    time.sleep(1.5)  # it is still announced, and stays done
    assert box.care.drills.told()["began"] == runs


def test_a_drill_waits_until_nobody_uses_the_lane_and_expires(site):  # noqa: F811
    with site.running() as box:
        wait_for(lambda: box.engine.online)
        site.scan("https://example.com/")
        wait_for(lambda: box.runners["G1"].recent.lines)
        box.care.drills.offered(package(site) | {"quiet_s": 600})
        box.care.drills.step()
        assert box.care.drills.told() == {}
        box.care.drills.offered(package(site) | {"expires": site.now - 10})
        box.care.drills.step()
        assert box.care.drills.told() == {}
