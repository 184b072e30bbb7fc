"""A real server and the stock box: a drill is graded, an attendant signs in at the lane page."""

import json
import urllib.request

from scenic_park import inside, waiting

PIN = "482915"
TESTS = "scenic_gate_fact WHERE verdict = 'drill'"


def test_a_drill_of_the_real_box_passes_and_the_other_lane_goes_on(park):
    before = _count(park, "scenic_redemption")
    tickets = park.issue(3)
    for count, ticket in enumerate(tickets, 1):
        came_meanwhile = _drill(park, ticket)
        assert _count(park, "scenic_redemption") == before + count
        assert _count(park, "scenic_gate_orphan") == 0
        if came_meanwhile:
            return
    raise AssertionError("every drill was over before a visitor was through")


def _drill(park, ticket):
    """Drill lane S1, and let a visitor through S2; tells whether that happened meanwhile.

    The drill takes its minute; a machine that stands still may be late with the visitor.
    """
    told = _count(park, TESTS)
    with inside.environment(park.scene.address.database) as env:
        lane = env["scenic.lane"].search([("code", "=", "S1")])
        drill = env["scenic.gate.drill"]._line_up(lane, "End to end").id

    def cut():
        return park.box.process.status()["lanes"]["S1"].get("drill")

    query = f"SELECT state, findings, fact_count, cut FROM scenic_gate_drill WHERE id = {drill}"

    def grade():
        return [r for r in park.books.rows(query) if r["state"] in ("passed", "failed")]

    waiting.until(lambda: cut() or grade(), "the drill begins", 180)
    park.lanes.scan("S2", ticket["code"])
    (use,) = waiting.until(lambda: park.books.uses(ticket["id"]), "a visitor is redeemed")
    online = park.box.process.status()["online"]
    held_back = _count(park, TESTS) == told
    came_meanwhile = bool(cut())
    if came_meanwhile:
        assert online, "only the other lane is cut off"
        assert held_back, "what that lane writes comes afterwards"
        assert (use["lane"], use["mode"]) == ("S2", "online")
    (graded,) = waiting.until(grade, "the drill is graded", 300)
    assert (graded["state"], graded["cut"]) == ("passed", "lane"), graded
    assert _count(park, TESTS) == told + graded["fact_count"]
    return came_meanwhile


def test_an_attendant_opens_a_lane_at_the_page_of_the_box(park):
    with inside.environment(park.scene.address.database) as env:
        lane = env["scenic.lane"].search([("code", "=", "S2")])
        who = env["scenic.gate.attendant"].create(
            {"user_id": env.ref("base.user_admin").id, "site_id": lane.site_id.id, "new_pin": PIN}
        )
        number = who.number
    page = Page(park.box.url)
    signed = waiting.until(lambda: page.sign_in(number), "the PIN has reached the box")
    page.headers |= {"X-Scenic-Token": signed["token"]}
    before = park.lanes.state()["S2"]["opened"]
    wish = {"lane": "S2", "act": "open", "reason": "M_GUEST", "uid": "end-to-end-1", "note": "Key"}
    assert page.call("act", wish)["result"] == "done"
    assert park.lanes.state()["S2"]["opened"] == before + 1
    waiting.until(
        lambda: park.books.rows("SELECT 1 FROM scenic_incident WHERE kind = 'manual'"),
        "a manager is told",
    )


def test_box_and_server_name_the_handlers_alike(park):
    with inside.environment(park.scene.address.database) as env:
        name = env["scenic.box"]._handler_set()[0]
    assert park.box.process.status()["handlers"]["hash"] == name


def _count(park, table):
    return park.books.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"]


class Page:
    """The lane page, called as its own script calls it."""

    def __init__(self, url):
        self.url = url + "/scenic_gate/lane/api/"
        self.headers = {
            "Origin": url,
            "Content-Type": "application/json",
            "X-Scenic-Lane": "1",
        }

    def call(self, name, body):
        request = urllib.request.Request(self.url + name, json.dumps(body).encode(), self.headers)
        with urllib.request.urlopen(request, timeout=60) as reply:
            cookie = reply.headers.get("Set-Cookie")
            if cookie:
                self.headers["Cookie"] = cookie.partition(";")[0]
            return json.load(reply)

    def sign_in(self, who):
        hello = self.call("hello", {})
        return self.call("sign_in", {"who": who, "pin": PIN}) if hello["ready"] else None
