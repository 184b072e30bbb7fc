"""A visitor pays at the self-service page, with nobody there when something goes wrong."""

import os
from concurrent.futures import ThreadPoolExecutor

import fake_printer
import kiosk_page
import paper
import print_box
import pytest
from scenic_park import waiting

PAID, PASSWORD, NEVER, REFUSED = 0, 1, 2, 6


@pytest.fixture(scope="module")
def printer():
    device = fake_printer.FakePrinter(fake_printer.ESCPOS)
    yield device
    device.close()


@pytest.fixture(scope="module")
def box(tmp_path_factory, printer):
    folder = tmp_path_factory.mktemp("kiosk") / "box"
    with print_box.PrintBox(folder, {"58": printer.url}) as box:
        yield box


@pytest.fixture(scope="module")
def opened():
    with kiosk_page.opened(f"scenic_kiosk_{os.getpid()}") as parts:
        yield parts


@pytest.fixture
def kiosk(opened):
    yield opened[0]
    opened[0].assert_settled()


@pytest.fixture
def visitor(opened):
    opened[1].page.wait_for_selector("button.start")
    return opened[1]


def test_refused_then_paid_with_a_password_reloaded_and_scanned_twice(kiosk, visitor):
    visitor.choose(2)
    visitor.scan(kiosk.code(REFUSED, number=1))
    visitor.page.wait_for_selector(".problem")
    visitor.wait_step("scan")
    code = kiosk.code(PASSWORD, number=2)
    with kiosk.acquirer.held():
        visitor.scan(code)
        visitor.scan(code)
        visitor.wait_step("paying")
        # nobody but the page has the code: before that there is nothing to find again
        waiting.until(lambda: "paying" in kiosk.attempts(), "the acquirer was asked")
        visitor.reload()
    # nobody touches anything: the page finds its payment again, sells and prints
    visitor.page.wait_for_selector(".tickets .slip")
    assert visitor.printed() == "printed"
    assert kiosk.attempts() == {"failed": 1, "paid": 1}
    (codes,) = kiosk.sold()
    assert visitor.page.locator(".tickets .slip img").count() == len(codes) == 2
    assert visitor.seen_on_a_phone(kiosk.phone_url()) == len(codes)
    papers = visitor.page.evaluate("window.scenicPapers.length")
    visitor.reload()
    visitor.page.wait_for_selector(".tickets .slip")
    assert visitor.printed() == "printed"
    # what came out once does not come out again
    assert (papers, visitor.page.evaluate("window.scenicPapers.length")) == (1, 0)
    visitor.done()
    visitor.reload()
    visitor.page.wait_for_selector("button.start")


def test_asked_by_many_at_once_it_is_paid_and_sold_once(kiosk, visitor):
    before = len(kiosk.sold())
    visitor.choose(1)
    basket = visitor.page.evaluate(
        "(key) => JSON.parse(localStorage.getItem(key)).basket", kiosk.key
    )
    code = kiosk.code(PAID, number=9)

    def ask(call):
        return kiosk.ask(call, basket=basket, code=code)

    with ThreadPoolExecutor(5) as pool:
        # several scans, several questions, several sales at the same moment
        for call, count in (("pay", 2), ("step", 5), ("step", 5)):
            answers = list(pool.map(ask, [call] * count))
    waiting.until(lambda: ask("step").get("state") == "paid", "it is sold")
    assert not [answer for answer in answers if answer.get("code") not in (None, "E_BUSY")]
    assert len(kiosk.sold()) == before + 1
    visitor.reload()
    visitor.page.wait_for_selector(".tickets .slip")
    visitor.done()


def test_a_server_that_dies_while_it_is_paid(kiosk, visitor):
    before, attempts = len(kiosk.sold()), kiosk.attempts()
    visitor.choose(1)
    with kiosk.acquirer.held():
        visitor.scan(kiosk.code(PASSWORD, number=3))
        waiting.until(lambda: kiosk.attempts() != attempts, "the payment was begun")
        kiosk.kill()
    visitor.page.wait_for_selector(".problem")
    kiosk.start()
    ended = ".tickets .slip, #kiosk[data-step=scan] .problem"
    visitor.page.wait_for_selector(ended, timeout=120_000)
    if visitor.step == "scan":
        # the server was away for longer than a payment may take: the money was given back
        visitor.scan(kiosk.code(PAID, number=10))
        visitor.page.wait_for_selector(".tickets .slip")
    assert len(kiosk.sold()) == before + 1
    visitor.done()


def test_given_up_then_paid_and_printed_by_a_box(kiosk, visitor, box, printer):
    kiosk.print_on(box.address, f"{print_box.PREFIX}58")
    # the page learns from its address which box it may print on
    visitor.reload()
    visitor.page.wait_for_selector("button.start")
    visitor.choose(2)
    visitor.scan(kiosk.code(NEVER, number=4))
    visitor.wait_step("paying")
    visitor.page.click(".give-up")
    visitor.page.wait_for_selector(".problem")
    visitor.wait_step("scan")
    visitor.scan(kiosk.code(PAID, number=5))
    assert visitor.printed() == "printed"
    slips = [paper.Roll(384).print(job) for job in printer.wait(2)]
    assert [paper.zxing(slip) for slip in slips] == [[code] for code in kiosk.sold()[-1]]
    visitor.done()
    # no paper: the codes stand on the screen, and what is missing can be printed later
    printer.paper = fake_printer.PAPER_OUT
    visitor.choose(1)
    visitor.scan(kiosk.code(PAID, number=6))
    assert visitor.printed() == "failed"
    assert visitor.page.locator(".tickets .slip img").count() == 1
    printer.paper = fake_printer.PAPER_OK
    visitor.page.click(".print-again")
    visitor.page.wait_for_selector(".said[data-printing=printed]")
    slip = paper.Roll(384).print(printer.wait(3)[-1])
    assert paper.zxing(slip) == kiosk.sold()[-1]
    visitor.done()
