"""A real server and the stock box: a drill is graded, an attendant signs in at the lane page."""

import json
import urllib.request

from scenic_park import inside, waiting

PIN = "482915"


def test_a_drill_of_the_real_box_passes_and_the_other_lane_goes_on(park):
    (ticket,) = park.issue(1)
    before = _count(park, "scenic_redemption")
    with inside.environment(park.scene.address.database) as env:
        lane = env["scenic.lane"].search([("code", "=", "S1")])
        drill = env["scenic.gate.drill"]._line_up(lane, "End to end").id

    def status():
        return park.box.process.status()

    waiting.until(lambda: status()["lanes"]["S1"].get("drill"), "the drill begins", 60)
    park.lanes.scan("S2", ticket["code"])
    (use,) = waiting.until(lambda: park.books.uses(ticket["id"]), "a visitor is redeemed", 30)
    assert status()["lanes"]["S1"]["drill"], "while the other lane is cut off"
    assert status()["online"]
    assert (use["lane"], use["mode"]) == ("S2", "online")
    tests = "SELECT 1 FROM scenic_gate_fact WHERE verdict = 'drill'"
    assert not park.books.rows(tests), "what the lane writes is held back"
    query = f"SELECT state, findings, fact_count, cut FROM scenic_gate_drill WHERE id = {drill}"
    graded = waiting.until(
        lambda: [r for r in park.books.rows(query) if r["state"] in ("passed", "failed")],
        "the drill is graded",
        180,
    )
    assert (graded[0]["state"], graded[0]["cut"]) == ("passed", "lane"), graded
    assert len(park.books.rows(tests)) == graded[0]["fact_count"]
    assert _count(park, "scenic_redemption") == before + 1
    assert _count(park, "scenic_gate_orphan") == 0


def test_an_attendant_opens_a_lane_at_the_page_of_the_box(park):
    with inside.environment(park.scene.address.database) as env:
        lane = env["scenic.lane"].search([("code", "=", "S2")])
        who = env["scenic.gate.attendant"].create(
            {"user_id": env.ref("base.user_admin").id, "site_id": lane.site_id.id, "new_pin": PIN}
        )
        number = who.number
    page = Page(park.box.url)
    signed = waiting.until(lambda: page.sign_in(number), "the PIN has reached the box", 60)
    page.headers |= {"X-Scenic-Token": signed["token"]}
    before = park.lanes.state()["S2"]["opened"]
    wish = {"lane": "S2", "act": "open", "reason": "M_GUEST", "uid": "end-to-end-1", "note": "Key"}
    assert page.call("act", wish)["result"] == "done"
    assert park.lanes.state()["S2"]["opened"] == before + 1
    waiting.until(
        lambda: park.books.rows("SELECT 1 FROM scenic_incident WHERE kind = 'manual'"),
        "a manager is told",
        30,
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
        with urllib.request.urlopen(request, timeout=15) as reply:
            cookie = reply.headers.get("Set-Cookie")
            if cookie:
                self.headers["Cookie"] = cookie.partition(";")[0]
            return json.load(reply)

    def sign_in(self, who):
        hello = self.call("hello", {})
        return self.call("sign_in", {"who": who, "pin": PIN}) if hello["ready"] else None
