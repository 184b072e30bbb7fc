"""Attendants' handhelds in real browsers: online, with the server killed, and online again."""

import os
from urllib.parse import quote

import engines
import pair_box
import pytest
from hand_boxes import HandBoxes
from handheld_page import PHONE, HandheldPage, HandheldPark
from scenic_park import waiting
from scenic_park.children import Children
from scenic_tools import database, paths

YES = {"reason": "OK", "admit": "1"}
USED = ("E_USED", "SAME_SCAN")  # the second: within seconds, and nothing is used again


@pytest.fixture(scope="module")
def hand_park():
    name = f"scenic_hand_{os.getpid()}"
    try:
        with Children(paths.LOCAL / "log" / "handheld") as children:
            park = HandheldPark(children, name)
            yield park
            park.assert_balanced()
            park.close()
    finally:
        database.drop(name)


@pytest.fixture(scope="module")
def chromium():
    with engines.opened() as browser:
        yield browser


def test_a_day_with_and_without_the_server(hand_park, chromium):
    phone = HandheldPage(chromium, hand_park).choose("South Gate")
    ticket, second, third = hand_park.issue(*["ticket_adult"] * 3)

    assert phone.scan(ticket["code"]) == YES | {"decided": "online"}
    assert phone.scan(ticket["code"])["reason"] in USED
    phone.until_sent()
    assert hand_park.net(ticket) == 1
    waiting.until(lambda: phone.state("tickets") >= 3, "the tickets are aboard")
    phone.until_startable()

    hand_park.kill()
    # the question gets no answer: decided here, under the number of the question
    assert phone.scan(second["code"]) == YES | {"decided": "offline"}
    phone.until_offline()
    assert phone.scan(second["code"])["reason"] in USED
    phone.page.click(".o_handheld_next")

    phone.reload()  # from the service worker: there is no server
    assert phone.scan(third["alias"]) == YES | {"decided": "offline"}
    assert phone.scan(second["code"])["reason"] in USED
    assert phone.scan(ticket["code"])["reason"] in USED
    assert phone.state("waiting") > 0

    hand_park.start()
    phone.until_sent()
    assert [hand_park.net(item) for item in (ticket, second, third)] == [1, 1, 1]
    phone.context.close()


def test_handheld_and_boxes_let_one_copy_in_without_the_server(hand_park, chromium, tmp_path):
    boxes = HandBoxes(hand_park, tmp_path)
    tickets = hand_park.issue(*["ticket_adult"] * 5)
    here, there, undone, alone, online = tickets
    phone = HandheldPage(chromium, hand_park).choose("South Gate")
    phone.until_startable()
    try:
        boxes.start()
        waiting.until(lambda: phone.state("reached") == 2, "both boxes answer")

        # also while the server answers: what the boxes have not heard from it yet
        assert phone.scan(online["code"]) == YES | {"decided": "online"}
        assert boxes.scan(1, online["code"]).reason in ("E_USED", "E_USED_PEER")

        hand_park.kill()
        phone.until_offline()
        assert phone.scan(here["code"]) == YES | {"decided": "offline"}
        assert phone.gates() == "owner"
        for number in (1, 2):
            refused = boxes.scan(number, here["code"])
            assert refused.reason in ("E_USED", "E_USED_PEER")
            assert refused.first_use_lane.startswith("H")
        assert boxes.scan(1, there["code"]).reason == "OK"
        assert phone.scan(there["code"])["reason"] == "E_USED_PEER"
        assert "T1" in phone.page.inner_text(".o_handheld_result dl")

        assert phone.scan(undone["code"])["reason"] == "OK"
        phone.page.click(".o_handheld_undo")
        waiting.until(lambda: boxes.scan(2, undone["code"]).op, "an undone passage is free again")

        boxes.report()
        boxes.stop()
        waiting.until(lambda: phone.state("reached") == 0, "no box answers")
        assert phone.scan(alone["code"]) == YES | {"decided": "offline"}
        assert phone.gates() == "none"
    finally:
        boxes.stop()

    hand_park.start()
    phone.until_sent()
    assert [hand_park.net(item) for item in tickets] == [1] * 5
    assert not hand_park.work(
        lambda env: env["scenic.incident"].search(
            [("ticket_id", "in", [item["id"] for item in tickets])]
        )
    )
    phone.context.close()


def test_a_box_is_paired_from_a_phone(hand_park, chromium):
    line = f"{hand_park.address.url}?token=abc"
    page = chromium.new_context(viewport=PHONE).new_page()
    with pair_box.opened("error", "success") as box:
        page.goto(f"{hand_park.address.url}/scenic/gate/pair#{quote(line)}")
        page.wait_for_selector("#form")
        assert "token" not in page.url  # it does not stay in the history of a borrowed phone
        page.fill("#address", f"http://127.0.0.1:{box.server_port}")
        for said in ("#refused", "#done"):
            page.click("#pair")
            page.wait_for_selector(said)
    assert box.told == [("/iot_drivers/connect_to_server", line)] * 2
    page.goto("about:blank")
    page.goto(f"{hand_park.address.url}/scenic/gate/pair#{quote(line)}")
    page.wait_for_selector("#form")
    page.click("#pair")  # the address is remembered; nobody is there any more
    page.wait_for_selector("#lost")
    page.click("#copy")
    waiting.until(lambda: page.inner_text("#copy")[-1] in "✓✕", "it says whether it copied")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.close()
