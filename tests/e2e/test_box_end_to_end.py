"""The stock IoT box with our handlers, between a real server and Modbus barriers."""

import contextlib
import threading

from scenic_park import waiting

BURST = 40  # tickets shown while the box is killed
KILL_AFTER = 8  # reservations on its disk


def test_a_sold_ticket_opens_the_gate_once_and_reaches_the_ledger(park):
    (ticket,) = park.issue(1)
    before = park.lanes.state()["S1"]["opened"]
    park.lanes.scan("S1", ticket["code"])
    waiting.until(lambda: park.lanes.state()["S1"]["opened"] == before + 1, "the barrier opens")
    waiting.until(
        lambda: park.journal.kinds(ticket["uid"]) == ["reserved", "passed"],
        "the box saw the passage",
    )
    uses = waiting.until(lambda: park.books.uses(ticket["id"]), "the server knows")
    assert [(use["zone"], use["use_no"], use["lane"]) for use in uses] == [("PARK", 1, "S1")]

    park.lanes.scan("S2", ticket["code"])
    waiting.until(lambda: park.journal.kinds(ticket["uid"])[-1] == "refused", "the box refuses")
    assert park.journal.facts(ticket["uid"])[-1]["reason"] == "E_USED"
    assert park.lanes.state()["S2"]["opened"] == 0
    assert len(park.books.uses(ticket["id"])) == 1


def test_the_printed_number_opens_like_the_code(park):
    (ticket,) = park.issue(1)
    before = park.lanes.state()["S1"]["opened"]
    park.lanes.scan("S1", ticket["alias"])
    waiting.until(lambda: park.lanes.state()["S1"]["opened"] > before, "the barrier opens")
    uses = waiting.until(lambda: park.books.uses(ticket["id"]), "the server knows")
    assert len(uses) == 1


def test_a_box_killed_in_a_burst_loses_and_doubles_nothing(park):
    tickets = park.issue(BURST)
    start = park.journal.last()
    stop = threading.Event()

    def visitors() -> None:
        while not stop.is_set():
            for number, ticket in enumerate(tickets):
                with contextlib.suppress(LookupError):  # while the box is away
                    park.lanes.scan(("S1", "S2")[number % 2], ticket["code"])
                # the whole round takes longer than a lane takes a code for the same scan
                if stop.wait(0.15):
                    return

    burst = threading.Thread(target=visitors)
    burst.start()
    try:
        waiting.until(lambda: _reserved(park, start) >= KILL_AFTER, "the burst is under way")
        park.box.kill()
        park.box.start()
        park.scene.wait_for_lanes()
        done = lambda: _reserved(park, start) >= BURST  # noqa: E731
        waiting.until(done, "every visitor of the burst got in or was refused", 180)
    finally:
        stop.set()
        burst.join()

    facts = waiting.until(lambda: _all_reported(park), "the server has every fact of the box")
    assert facts["numbers"] == facts["stored"] == facts["last"], "no fact lost, none twice"
    for ticket in tickets:
        uses = park.books.uses(ticket["id"])
        net = sum(1 if use["kind"] == "use" else -1 for use in uses)
        assert net <= 1, ticket
        reserved = [f for f in park.journal.facts(ticket["uid"]) if f["kind"] == "reserved"]
        released = [f for f in park.journal.facts(ticket["uid"]) if f["kind"] == "released"]
        assert net == len(reserved) - len(released), "ledger and journal agree"


def _reserved(park, after: int) -> int:
    facts = [fact for fact in park.journal.facts() if fact["seq"] > after]
    return len({fact["uid"] for fact in facts if fact["kind"] == "reserved"})


def _all_reported(park) -> dict | None:
    (row,) = park.books.rows(
        "SELECT count(*) AS stored, count(DISTINCT (epoch, seq)) AS numbers, max(seq) AS last"
        " FROM scenic_gate_fact"
    )
    return row if row["last"] == park.journal.last() else None
