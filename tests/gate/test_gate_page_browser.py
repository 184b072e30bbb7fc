"""The lane page in Chromium, served by the stock IoT box as a process, with the server gone."""

import hashlib
import json
import os
import time
import urllib.error
import urllib.request
from contextlib import ExitStack

import engines
import gate_kit as kit
import page_kit
import pytest
from iot_handlers.scenic_gate import sound_file
from iot_handlers.scenic_gate.lane_page import BASE
from iot_handlers.scenic_gate.sound_library import SHIPPED
from patience import LIMIT_S, wait_for
from stock_kit import Installation

GONG = (SHIPPED / "staff.wav").read_bytes()
GONG_HASH = hashlib.sha256(GONG).hexdigest()
PAGE = page_kit.PAGE | {
    "attendants": {page_kit.WHO: page_kit.PAGE["attendants"][page_kit.WHO] | {"hold": True}}
}
# listens to what the browser plays and says; Chromium on a server has no voice of its own
EARS = """
    window.heard = [];
    const start = AudioBufferSourceNode.prototype.start;
    AudioBufferSourceNode.prototype.start = function (...args) {
        window.heard.push(Math.round(this.buffer.duration * 1000));
        return start.apply(this, args);
    };
    window.said = [];
    const voice = { lang: "zh-CN", localService: true, name: "Li" };
    const far = { lang: "en-US", localService: false, name: "of the network" };
    if (%s) {
        Object.defineProperty(window, "speechSynthesis", { value: {
            getVoices: () => [far, voice], cancel() {}, addEventListener() {},
            speak: (words) => words.text && window.said.push([words.text, words.lang]),
        } });
        window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
    } else {
        Object.defineProperty(window, "speechSynthesis", { value: undefined });
    }
"""
SHOTS = os.environ.get("SCENIC_SHOTS")  # a folder: keeps pictures of what was seen
PHONE, TABLET = {"width": 390, "height": 844}, {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with ExitStack() as stack:
        made = Installation(stack, tmp_path_factory.mktemp("page"))
        rule = kit.config()["rules"][0]
        texts = {
            "zh_CN": {
                "OK": "请进",
                "R_ID": "请出示身份证件",
                "E_SIG": "此票不是真票",
                "E_EXPIRED": "此票已过期",
            },
            "en_US": {"OK": "Welcome", "R_ID": "Please show your identity document"},
        }
        made.server.config = kit.config(
            lanes=[made.lane()],
            page=PAGE,
            texts=texts,
            sounds={
                "files": {"gong": {"hash": GONG_HASH, "size": len(GONG)}},
                "voice": {"zh_CN": {"E_SIG": "gong"}},
            },
            rules=[rule, rule | {"product": 102, "checks": 1}],
        )
        made.server.sounds[GONG_HASH] = GONG
        made.box.start()
        made.box.pair(made.http.pairing_line(kit.TOKEN))
        made.first = made.box.wait_ready()
        wait_for(lambda: made.box.status()["sounds"]["here"] == 1)
        yield made
        made.scan("news")  # what pages that are gone still wait for; the box ends after them


@pytest.fixture(scope="module")
def chromium():
    with engines.opened() as browser:
        yield browser


def open_page(chromium, place, size, ears=None):
    context = chromium.new_context(viewport=size)
    context.set_default_timeout(LIMIT_S * 1000)
    page = context.new_page()
    if ears is not None:
        page.add_init_script(EARS % json.dumps(ears))
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.goto(f"{place.box.url}{BASE}#G1")
    return page


def sign_in(page, pin=page_kit.PIN):
    page.fill("input[name=who]", page_kit.WHO)
    page.fill("input[name=pin]", pin)
    page.click("button[type=submit]")


def shot(page, name):
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def fits(page):
    # a window of WebKit's browser may be wider than was asked for
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def opened(place):
    return [entry for entry in place.board.log if entry[0] == 5 and entry[2] == [True]]


def passes(place):
    place.board.pulse_input(0)
    wait_for(lambda: place.box.status()["lanes"]["G1"]["state"] == "idle")


def test_an_attendant_at_work_without_the_server(place, chromium):
    wait_for(lambda: place.box.status()["lanes"]["G1"]["devices"][0]["ok"])
    # cut off: what the page needs came before
    place.http.reply = lambda handler, _body: setattr(handler, "close_connection", True)
    wait_for(lambda: not place.box.status()["online"])
    page = open_page(chromium, place, TABLET)
    page.wait_for_selector("input[name=pin]")
    shot(page, "sign_in_zh")
    sign_in(page, "000000")
    page.wait_for_selector(".error:not(:empty)")
    assert not page.query_selector("#signal")
    sign_in(page)
    page.wait_for_selector("#let_in:not([disabled])")

    place.scan(place.today(1))
    page.wait_for_selector("#signal.green")
    shot(page, "green_tablet_zh")
    passes(place)
    forged = place.today(2)
    place.scan(forged[:60] + ("A" if forged[60] != "A" else "B") + forged[61:])
    page.wait_for_selector("#signal.red")
    shot(page, "red_tablet_zh")
    today = int(time.time() + 8 * 3600 - kit.EPOCH) // 86400
    place.scan(kit.code(3, valid_from=today - 1, valid_days=3, iat=0, product=102))
    page.wait_for_selector("#signal.amber")
    shot(page, "amber_tablet_zh")
    before = len(opened(place))
    page.click("button.go")
    page.wait_for_selector("dialog[open] input[name=persons]")
    page.click("dialog button.go")
    page.wait_for_selector("#signal.green")
    passes(place)
    assert len(opened(place)) == before + 1

    page.wait_for_selector("#let_in:not([disabled])")
    page.click("#let_in")
    page.select_option("select[name=reason]", "M_GUEST")
    page.fill("input[name=note]", "市长")
    shot(page, "by_hand_zh")
    page.click("dialog button.go")
    wait_for(lambda: len(opened(place)) == before + 2)
    passes(place)
    page.wait_for_selector("li .dot")
    assert len(page.query_selector_all("section:first-child li")) == 5
    assert place.today(1)[:20] not in page.content()
    page.set_viewport_size(PHONE)
    page.wait_for_timeout(300)
    shot(page, "phone_zh")
    assert fits(page)
    assert page.faults == []


def length(name):
    return round(sound_file.read((SHIPPED / f"{name}.wav").read_bytes()).seconds * 1000)


def hears(page, expected, said):
    """Wait until the page has played and said this, and nothing else; forget it."""
    wait_for(lambda: page.evaluate("window.heard") == expected)
    wait_for(lambda: page.evaluate("window.said") == said)
    page.evaluate("window.heard = []; window.said = []")


@pytest.mark.parametrize("voice", [True, False])
def test_what_is_heard_at_the_page(place, chromium, voice):
    page = open_page(chromium, place, TABLET, ears=voice)
    page.wait_for_selector("input[name=pin]")
    sign_in(page)
    page.wait_for_selector("#let_in:not([disabled])")
    spoken = (lambda text: [[text, "zh-CN"]]) if voice else lambda text: []
    serial = 20 if voice else 30
    place.scan(place.today(serial))
    hears(page, [length("good")], spoken("请进"))
    passes(place)
    # the park has a recording for this answer: neither tone nor voice
    forged = place.today(serial + 1)
    place.scan(forged[:60] + ("A" if forged[60] != "A" else "B") + forged[61:])
    hears(page, [length("staff")], [])
    today = int(time.time() + 8 * 3600 - kit.EPOCH) // 86400
    place.scan(kit.code(serial + 5, valid_from=today - 9, valid_days=1, iat=0))
    hears(page, [length("bad")], spoken("此票已过期"))
    page.click("#sound")
    hears(page, [length("good")], [])  # tones only
    page.click("#sound")
    place.scan(place.today(serial + 2))
    page.wait_for_selector("#signal.green")
    passes(place)
    assert page.evaluate("window.heard") == []
    assert page.faults == []
    page.context.close()


def test_holding_open_cannot_be_overlooked(place, chromium):
    page = open_page(chromium, place, PHONE, ears=True)
    page.wait_for_selector("input[name=pin]")
    sign_in(page)
    page.wait_for_selector("#hold:not([disabled])")
    page.click("#hold")
    page.wait_for_selector("dialog[open] .warn")
    shot(page, "hold_ask_phone")
    page.click("dialog button[type=submit]")  # without a reason nothing happens
    assert page.is_visible("dialog[open]")
    page.select_option("select[name=reason]", "M_GUEST")
    page.click("dialog button[type=submit]")
    page.wait_for_selector("#signal.holding")
    wait_for(lambda: place.board.coils()[0])
    place.board.pulse_input(0)
    wait_for(lambda: page.inner_text("#held_count") == "1")
    place.scan(place.today(40))  # turned away, and that covers nothing
    wait_for(lambda: place.box.status()["lanes"]["G1"]["last"]["reason"] == "E_FAULT")
    assert page.is_visible("#signal.holding")
    left = page.inner_text("#held_left")
    wait_for(lambda: page.inner_text("#held_left") != left)
    shot(page, "holding_phone")
    page.set_viewport_size(TABLET)
    shot(page, "holding_tablet")
    assert fits(page)
    page.click("#prolong")
    page.wait_for_selector("#toast:not(:empty)")
    page.click("#release")
    page.wait_for_selector("#let_in:not([disabled])")
    assert not page.query_selector("#signal.holding")
    wait_for(lambda: not place.board.coils()[0])
    assert page.faults == []
    page.context.close()


@pytest.fixture(scope="module")
def signed_in(place, chromium):
    """A browser whose attendant has signed in; each time costs one of six a minute."""
    page = open_page(chromium, place, PHONE)
    page.wait_for_selector("input[name=pin]")
    sign_in(page)
    page.wait_for_selector("#signal")
    page.close()
    return page.context


def test_a_line_that_went_dead_is_not_shown_as_the_lane(place, signed_in):
    """The box neither answers nor hangs up: what was true a minute ago is no longer shown."""
    page = signed_in.new_page()
    page.clock.install()
    page.goto(f"{place.box.url}{BASE}#%E0%A4%A")  # an address that was cut
    page.wait_for_selector("#let_in:not([disabled])")
    page.route("**/api/state", lambda route: None)
    with page.expect_request("**/api/state"):
        place.scan(place.today(60))
    passes(place)
    page.clock.fast_forward(40_000)
    wait_for(lambda: later(page, "#signal.red"), 20)
    assert not page.query_selector("#let_in:not([disabled])")
    page.unroute("**/api/state")
    wait_for(lambda: later(page, "#let_in:not([disabled])"), 20)
    page.close()


def later(page, selector):
    page.clock.fast_forward(2000)
    return page.query_selector(selector)


def test_another_page_in_the_same_browser_opens_nothing(place, signed_in):
    before = len(opened(place))
    page = signed_in.new_page()
    page.goto(f"{place.box.url}{BASE}#G1")
    page.wait_for_selector("#signal")
    evil = signed_in.new_page()
    evil.goto("about:blank")
    told = evil.evaluate(
        """async ([url, body]) => {
            const out = [];
            for (const headers of [{}, {"Content-Type": "text/plain"},
                                   {"Content-Type": "application/json", "X-Scenic-Lane": "1"}]) {
                try {
                    const reply = await fetch(url, {method: "POST", headers, body,
                                                    credentials: "include", mode: "cors"});
                    out.push(reply.status);
                } catch { out.push("blocked"); }
                try {
                    await fetch(url, {method: "POST", body, credentials: "include",
                                      mode: "no-cors"});
                } catch { out.push("blocked"); }
            }
            return out;
        }""",
        [
            f"{place.box.url}{BASE}/api/act",
            json.dumps({"lane": "G1", "act": "open", "reason": "M_GUEST", "uid": "evil-page-1"}),
        ],
    )
    assert 200 not in told
    assert len(opened(place)) == before


@pytest.mark.parametrize(
    ("path", "headers", "body", "status"),
    [
        ("/api/act", {}, b"{}", 403),
        ("/api/act", {"Host": "evil.example"}, b"{}", 421),
        ("/api/sign_in", {}, b"x" * 200_000, 403),
        ("/../../etc/passwd", {}, None, 404),
        ("/%2e%2e/box.py", {}, None, 404),
        ("/lane_page.py", {}, None, 404),
    ],
)
def test_a_hostile_client_on_the_route(place, path, headers, body, status):
    request = urllib.request.Request(place.box.url + BASE + path, body, headers)
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(request, timeout=LIMIT_S)
    assert error.value.code == status
    assert b"Traceback" not in error.value.read()
