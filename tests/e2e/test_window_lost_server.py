"""The window sells on while its server is killed, hangs, or comes back; each sale arrives once."""

import json
import os

import lost_server
import pytest
from scenic_park import waiting

DAY = 24 * 60 * 60 * 1000


@pytest.fixture(scope="module")
def opened():
    with lost_server.opened(f"scenic_lost_{os.getpid()}") as parts:
        yield parts


@pytest.fixture
def lost(opened):
    return opened[0]


@pytest.fixture
def till(opened):
    return opened[1]


@pytest.fixture
def tab(opened):
    """The window, with a server that answers and nothing that waits."""
    _lost, till, tab = opened
    if tab.page not in till.context.pages:
        tab = lost_server.Tab(till.context.pages[-1])
    tab.wait_sign("online", 0)
    return tab


def test_killed_before_and_after_payment(lost, tab):
    sold = [tab.sell()]
    tab.wait_sign("online", 0)
    lost.kill()
    sold.append(tab.add())
    tab.pay()
    tab.wait_sign("offline", 1)
    tab.next_order()
    sold.append(tab.sell())
    tab.wait_sign("offline", 2)
    lost.start()
    # nobody clicks anything
    tab.wait_sign("online", 0)
    lost.assert_sold_once(sold)


def test_killed_during_payment(lost, tab):
    sold = [tab.add()]
    tab.go_to_payment()
    lost.hang()
    tab.page.click(".payment-screen .validation-button.next")
    # the sale is on its way, and on the disk
    waiting.until(lambda: tab.kept == sold, "the sale is kept")
    lost.kill()
    tab.page.wait_for_selector(".receipt-screen .pos-receipt")
    tab.next_order()
    lost.start()
    tab.wait_sign("online", 0)
    lost.assert_sold_once(sold)


def test_the_answer_to_a_sale_is_lost(lost, tab):
    tab.lose_reply()
    sold = [tab.sell()]
    # the server has it, the window does not know, and sends it again
    tab.wait_sign("online", 0)
    lost.assert_sold_once(sold)


def test_a_server_that_hangs(lost, tab):
    sold = [tab.add()]
    tab.go_to_payment()
    lost.hang()
    tab.validate()
    tab.wait_sign("offline", 1)
    tab.next_order()
    # the page comes from the browser's store, although the server accepts connections
    tab.reload()
    tab.wait_sign("offline", 1)
    sold.append(tab.sell())
    lost.go_on()
    tab.wait_sign("online", 0)
    lost.assert_sold_once(sold)


def test_reloaded_without_the_server(lost, tab):
    tab.picture("1")
    lost.kill()
    sold = [tab.sell()]
    open_order = tab.add(1)
    assert f"/product/{open_order}" in tab.page.url
    tab.reload()
    tab.wait_kept(sold)
    # products keep their pictures, also when they were changed meanwhile
    assert tab.picture("2") == 200
    assert tab.page.evaluate("() => posmodel.getOrder().uuid") == open_order
    tab.add_more()
    tab.pay()
    sold.append(open_order)
    tab.reload()
    tab.wait_kept(sold)
    lost.start()
    tab.wait_sign("online", 0)
    lost.assert_sold_once(sold)
    tab.next_order()


def test_two_tabs_of_one_window(lost, till, tab):
    other = till.open()
    shared = tab.add()
    tab.stored(shared)
    other.reload()
    lost.kill()
    tab.pay()
    for each in (tab, other):
        each.wait_sign("offline", 1)
    # the order that was open in both tabs is paid once
    assert not other.has_open_order(shared)
    tab.next_order()
    sold = [shared, other.sell(), tab.sell()]
    for each in (tab, other):
        each.wait_sign("offline", 3)
    lost.start()
    for each in (tab, other):
        each.wait_sign("online", 0)
    lost.assert_sold_once(sold)
    # what a closed tab sold, the other one sends
    lost.kill()
    sold = [other.sell()]
    other.page.close()
    lost.start()
    tab.wait_sign("online", 0)
    lost.assert_sold_once(sold)


def test_the_computer_lost_its_power(lost, till, tab):
    lost.kill()
    uuid = tab.add()
    tab.go_to_payment()
    tab.page.evaluate("() => { window.scenicPapers = []; }")
    tab.page.click(".payment-screen .validation-button.next")
    # the first paper is out: the sale must be on the disk
    tab.wait_papers(1)
    till.kill()
    till.start()
    tab = till.open()
    tab.wait_kept([uuid])
    assert not tab.has_open_order(uuid)
    sold = [uuid, tab.sell()]
    lost.start()
    tab.wait_sign("online", 0)
    lost.assert_sold_once(sold)


def test_the_clock_of_the_computer_is_wrong(lost, tab):
    today = tab.today
    tab.set_clock(DAY)
    tab.reload()
    tab.wait_sign("online", 0)
    assert abs(tab.offset + DAY) < 60_000
    assert tab.today == today
    lost.kill()
    sold = [tab.sell()]
    tab.reload()
    assert tab.today == today
    # somebody sets it while the server is gone: the window knows, and says so
    tab.set_clock(0)
    tab.page.wait_for_selector(f"{lost_server.SIGN} .fa-clock-o")
    assert tab.today == today
    sold.append(tab.sell())
    lost.start()
    tab.wait_sign("online", 0)
    tab.page.wait_for_selector(f"{lost_server.SIGN} .fa-clock-o", state="detached")
    lost.assert_sold_once(sold)
    days = """
        SELECT t.visit_date::text, abs(extract(epoch FROM o.date_order - o.create_date)) < 600
          FROM scenic_ticket t JOIN pos_order o ON o.id = t.pos_order_id WHERE o.uuid = ANY(%s)
    """
    assert set(lost.query(days, sold)) == {(today, True)}


def test_a_sale_that_the_server_refuses_waits_with_its_reason(lost, tab):
    lost.kill()
    sold = [tab.sell(), tab.sell()]
    tab.refuse(sold[0])
    lost.start()
    # the other one goes its way
    tab.wait_sign("online", 1)
    lost.assert_sold_once(sold[1:])
    tab.page.click(".pos-rightheader button:has(.fa-bars)")
    tab.page.click(".dropdown-item:has-text('Close Register')")
    tab.page.wait_for_selector(".modal-title:has-text('Sales are waiting')")
    tab.page.click(".modal-footer .btn-primary")
    tab.open_sign()
    assert "Books are closed." in tab.page.inner_text(".o_scenic_sales .o_scenic_reason")
    with tab.page.expect_download() as download:
        tab.page.click(".o_scenic_save")
    (kept,) = json.loads(download.value.path().read_text())["sales"]
    assert (kept["uuid"], kept["refused"]) == (sold[0], "Books are closed.")
    assert kept["order"]["state"] == "paid"
    tab.page.unroute_all()
    tab.page.click(".o_scenic_try")
    tab.page.wait_for_selector(".o_scenic_no_sales")
    tab.page.click(".o_scenic_network_dialog .modal-footer .btn:has-text('Close')")
    lost.assert_sold_once(sold)
