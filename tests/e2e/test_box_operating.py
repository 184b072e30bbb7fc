"""Adding a box with a phone, changing its lanes, and testing its devices, on the real parts."""

import base64
import time

import pytest
from scenic_park import browser, inside, ports, qr, waiting


@pytest.fixture(scope="module")
def phone():
    with browser.open_browser() as chromium:
        yield chromium


def order(park, action: str):
    """Give lane S1 an order as staff does; returns what looks for its answer."""
    admin = park.scene.user("admin")
    (lane,) = admin.search("scenic.lane", [("code", "=", "S1")], ["id"])
    method = {"test_read": "action_test_read", "test_lamp": "action_test_lamp"}.get(action)
    if method:
        admin.call("scenic.lane", method, [lane["id"]])
    else:
        wizard = admin.call(
            "scenic.gate.order",
            "create",
            [{"lane_id": lane["id"], "action": action, "reason": "test"}],
        )
        admin.call("scenic.gate.order", "action_send", wizard)
    return lambda: admin.search(
        "scenic.gate.command",
        [("lane_id", "=", lane["id"]), ("action", "=", action), ("result", "!=", False)],
        ["result", "state"],
    )


def test_devices_are_tested_from_the_form_of_the_lane(park):
    opened = park.lanes.state()["S1"]["opened"]
    answered = order(park, "test_open")
    waiting.until(lambda: park.lanes.state()["S1"]["opened"] == opened + 1, "the barrier opens")
    assert waiting.until(answered, "the box answers")[0]["result"] == "done"
    waiting.until(lambda: park.box.process.status()["lanes"]["S1"]["state"] == "idle", "it is shut")
    (ticket,) = park.issue(1)
    answered = order(park, "test_read")

    waiting.until(
        lambda: park.box.process.status()["lanes"]["S1"]["testing"], "the lane waits for it"
    )
    park.lanes.scan("S1", ticket["code"])
    (answer,) = waiting.until(answered, "the reader reads")
    assert answer["result"] == f"read:ticket:{len(ticket['code'])}:OK"
    assert park.journal.kinds(ticket["uid"]) == [], "nothing was used"
    assert waiting.until(order(park, "test_lamp"), "the box answers")[0]["state"] == "done"


def test_a_lane_that_is_changed_on_the_server_is_changed_at_the_box_in_seconds(park):
    admin = park.scene.user("admin")
    (lane,) = admin.search("scenic.lane", [("code", "=", "S2")], ["id", "pass_timeout_s"])
    started = park.box.process.status()["started"]
    before = park.box.process.status()["config_rev"]
    began = time.monotonic()
    admin.call("scenic.lane", "write", [lane["id"]], {"pass_timeout_s": 7})

    def applied():
        status = park.box.process.status()
        return status["config_rev"] != before and status["lanes"].get("S2", {}).get("usable")

    waiting.until(applied, "the box follows")
    print(f"applied after {time.monotonic() - began:.1f} s")
    assert park.box.process.status()["started"] == started, "without a restart"


def test_a_box_is_added_by_scanning_one_code(park, phone, tmp_path):
    """The code on the form, read by a foreign reader, pairs a stock box from a phone's browser."""
    from scenic_park.box import Box

    with inside.environment(park.scene.address.database) as env:
        record = env["scenic.box"].create(
            {"name": "Second box", "site_id": env.ref("yunlu.site_yunlu").id}
        )
        env["ir.config_parameter"].set_param("web.base.url", park.scene.address.url)
        env["ir.config_parameter"].set_param("web.base.url.freeze", "True")
        code = record.pairing_qr
    picture = tmp_path / "code.png"
    picture.write_bytes(base64.b64decode(code))
    address = qr.read(picture)
    box = Box(park.scene.children, tmp_path / "box", ports.free())
    box.start()
    page = phone.new_context(locale="zh-CN").new_page()
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    page.goto(address)
    assert "token" not in page.url
    page.fill("#address", box.url)
    page.click("#pair")
    page.wait_for_selector("#done", state="visible", timeout=90_000)
    assert not [url for url in sent if "token" in url], "the secret is in no address"
    admin = park.scene.user("admin")
    paired = [("name", "=", "Second box"), ("state", "=", "paired")]
    waiting.until(lambda: admin.search("scenic.box", paired, ["id"]), "the server knows it")
    box.kill()
