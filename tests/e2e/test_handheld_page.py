"""Attendants' handhelds in real browsers: online, with the server killed, and online again."""

import os

import pytest
from handheld_page import HandheldPage, HandheldPark
from scenic_park import browser as browsers
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
    with browsers.open_browser() as browser:
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
