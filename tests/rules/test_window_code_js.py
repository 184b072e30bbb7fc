"""The window's implementation of ST1, in a real browser, against that of server and gates."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import window_page
from playwright.sync_api import sync_playwright
from scenic_rules import alias as aliases
from scenic_rules import certificate as certificates
from scenic_rules import ticket_code
from scenic_rules.certificate import Certificate, issue
from scenic_rules.signature import Signer
from scenic_rules.ticket_code import EPOCH
from scenic_rules.verifier import Verifier

VECTORS = json.loads((Path(__file__).parent / "data" / "ticket_code_vectors.json").read_text())
SITE, KID, DEVICE = VECTORS["site"], 0x70000001, 12
NOW = 1_790_000_000
TODAY = (NOW + 8 * 3600 - EPOCH) // 86400
ROOT = Signer.from_seed(bytes.fromhex(VECTORS["root"]["seed"]))

PRODUCT = {
    "number": 301,
    "site_id": 1,
    "class_no": 0,
    "validity": {"kind": "visit_date", "days": 1, "use_days": 0, "begin": False, "end": False},
    "entrances": 0xFFFF,
    "flags": 0,
    "pax": 2,
    "uses": 1,
    "timed": False,
}
WISH = {
    "templateId": 5,
    "sizes": [1],
    "day": "2026-09-21",
    "slotTime": "",
    "offline": True,
    "now": NOW * 1000,
    "tz": "Asia/Shanghai",
}


@pytest.fixture(scope="module")
def driver():
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def chromium(driver, tmp_path_factory):
    with window_page.browser(driver, tmp_path_factory.mktemp("profile")) as context:
        yield context


@pytest.fixture
def tab(chromium):
    tab = window_page.page(chromium)
    tab.evaluate("indexedDB.deleteDatabase('scenic-window-keys-test')")
    yield tab
    tab.close()


def certified(pub, alg=1, **changed):
    """Return what the server answers to a window with this key."""
    certificate = Certificate(
        site=SITE,
        kid=KID,
        issuer=VECTORS["root"]["kid"],
        alg=alg,
        role=1,
        device=DEVICE,
        not_before=NOW - EPOCH - 3600,
        not_after=NOW - EPOCH + 86400,
        max_serial=2000,
        visit_from=TODAY,
        visit_to=TODAY + 3,
        max_pax=10,
        max_uses=0,
        entrances=0b11,
        class_mask=1,
        pub=bytes.fromhex(pub),
    )
    certificate = replace(certificate, **changed)
    told = {name: getattr(certificate, name) for name in Certificate.__dataclass_fields__}
    told |= {"pub": pub, "site_id": 1, "embed": True, "used": 0, "until_ms": (NOW + 86400) * 1000}
    told["blob"] = issue(ROOT, certificate).hex()
    return {
        "certificates": [told],
        "products": {"5": PRODUCT},
        "problem": "",
        "new_key": False,
    }


def open_window(tab, old=False, **limits):
    """Open the window twice: once to learn its key, once with a certificate for it."""
    state = tab.evaluate("(old) => scenic.open(null, old)", old)
    answer = certified(state["pub"], state["alg"] or (2 if old else 1), **limits)
    return tab.evaluate("([a, old]) => scenic.open(a, old)", [answer, old])


def mint(tab, **changed):
    return tab.evaluate("(wish) => scenic.keys().mint(wish)", WISH | changed)


def verified(codes):
    """Return the tickets of codes that a gate which never heard of the window takes."""
    root = VECTORS["root"]
    tickets = []
    for item in codes:
        verifier = Verifier(SITE, {root["kid"]: (root["alg"], bytes.fromhex(root["pub"]))})
        ticket, certificate, _decoded = verifier.verify(item["code"])
        verifier.check_limits(ticket, certificate, 0)
        assert aliases.parse_alias(item["alias"]) == item["alias"]
        tickets.append(ticket)
    return tickets


@pytest.mark.parametrize("backend", ["webcrypto", "noble"])
def test_the_shared_vectors_are_read_alike(tab, backend):
    found = tab.evaluate("([v, b]) => scenic.readAll(v, b)", [VECTORS, backend])
    for good in VECTORS["good"]:
        if (backend, good["name"]) != ("noble", "p256"):
            assert found[good["name"]] == good["ticket"]
    assert {bad["name"]: found[bad["name"]] for bad in VECTORS["bad"]} == {
        bad["name"]: bad["err"] for bad in VECTORS["bad"]
    }


@pytest.mark.parametrize("backend", ["webcrypto", "noble"])
def test_the_same_bytes_are_written(tab, backend):
    texts = tab.evaluate("([v, b]) => scenic.writeAll(v, b)", [VECTORS, backend])
    for good in VECTORS["good"]:
        if good["name"] != "p256":
            assert texts[good["name"]] == good["code"]


def test_a_fresh_key_of_the_browser_signs_what_a_gate_takes(tab):
    state = open_window(tab)
    assert (state["status"], state["backend"], state["alg"]) == ("ready", "webcrypto", 1)
    (ticket,) = verified(mint(tab))
    expected = ticket_code.TicketCode(
        site=SITE,
        kid=KID,
        serial=1,
        gen=0,
        product=301,
        valid_from=TODAY,
        valid_days=1,
        slot_start=255,
        slot_len=0,
        pax=2,
        uses=1,
        entrances=0b11,
        flags=ticket_code.FLAG_ISSUED_OFFLINE,
        iat=NOW - EPOCH,
    )
    assert ticket == expected
    assert tab.evaluate("scenic.exportKey()") == "InvalidAccessError"


def test_an_old_browser_signs_with_p256(tab):
    state = open_window(tab, old=True)
    assert (state["backend"], state["alg"]) == ("webcrypto", 2)
    assert [t.serial for t in verified(mint(tab, sizes=[1] * 3))] == [1, 2, 3]


def test_a_group_that_comes_together_has_one_code(tab):
    open_window(tab, max_pax=255)
    assert [t.pax for t in verified(mint(tab, sizes=[5]))] == [10]
    assert [t.pax for t in verified(mint(tab, sizes=[127, 3]))] == [254, 6]


def test_a_page_that_is_not_secure_signs_with_noble(chromium):
    tab = window_page.page(chromium, window_page.INSECURE)
    state = open_window(tab)
    assert state["secure"] is False
    assert tab.evaluate("globalThis.crypto.subtle === undefined")
    assert (state["status"], state["backend"]) == ("ready", "noble")
    assert len(verified(mint(tab, sizes=[1] * 2))) == 2
    tab.close()


def test_tabs_of_one_window_never_share_a_number(chromium, tab):
    open_window(tab)
    others = [window_page.page(chromium) for _k in range(2)]
    answer = certified(tab.evaluate("scenic.keys().record.pub"))
    tabs = [tab, *others]
    for other in others:
        other.evaluate("(a) => scenic.open(a)", answer)
    start = """(wish) => { window.minted = Promise.all(
        Array.from({ length: 40 }, () => scenic.keys().mint(wish))) .then((all) => all.flat()); }"""
    for each in tabs:
        each.evaluate(start, WISH)
    codes = [code for each in tabs for code in each.evaluate("window.minted")]
    serials = [ticket.serial for ticket in verified(codes)]
    assert sorted(serials) == list(range(1, 121))
    assert len({code["alias"] for code in codes}) == 120
    for other in others:
        other.close()


def test_tabs_that_open_at_once_have_one_key(chromium, tab):
    other = window_page.page(chromium)
    for each in (tab, other):
        each.evaluate("() => { window.opened = scenic.open(null); }")
    assert tab.evaluate("window.opened.then((s) => s.pub)")
    tab.evaluate("scenic.open(null)")
    other.evaluate("window.opened")
    other.evaluate("scenic.open(null)")
    first, second = (t.evaluate("scenic.keys().record.pub") for t in (tab, other))
    assert first == second
    other.close()


def test_the_key_outlives_the_browser_and_goes_on_counting(driver, tmp_path):
    with window_page.browser(driver, tmp_path) as context:
        tab = window_page.page(context)
        open_window(tab)
        assert [t.serial for t in verified(mint(tab, sizes=[1] * 3))] == [1, 2, 3]
    with window_page.browser(driver, tmp_path) as context:
        tab = window_page.page(context)
        # no server: what is in the browser is all there is
        assert tab.evaluate("scenic.open(null)")["status"] == "ready"
        assert [t.serial for t in verified(mint(tab, sizes=[1] * 2))] == [4, 5]


def test_a_number_is_on_the_disk_before_it_is_on_paper(tab):
    open_window(tab)
    modes = tab.evaluate("(wish) => scenic.durability(wish)", WISH)
    assert modes == [["readwrite", "strict"]]


@pytest.mark.parametrize(
    ("why", "wish", "limits"),
    [
        ("visit", {"day": "2026-09-25"}, {}),
        ("visit", {"day": "2026-09-20"}, {}),
        ("expired", {"now": (NOW + 90000) * 1000}, {}),
        ("expired", {"now": (NOW - 7200) * 1000}, {}),
        ("serials", {"sizes": [1, 1, 1]}, {"max_serial": 2}),
        ("persons", {}, {"max_pax": 1}),
        ("persons", {"sizes": [1, 6]}, {}),
        ("product", {"templateId": 6}, {}),
        ("product", {}, {"class_mask": 2}),
        ("entrances", {}, {"entrances": 0}),
    ],
)
def test_a_window_keeps_its_limits(tab, why, wish, limits):
    open_window(tab, **limits)
    assert tab.evaluate("(wish) => scenic.keys().obstacle(wish)", WISH | wish) == why
    assert mint(tab, **wish) == []


def test_a_window_without_a_certificate_signs_nothing(tab):
    state = tab.evaluate("scenic.open(null)")
    assert (state["status"], state["problem"]) == ("none", "no_certificate")
    assert mint(tab) == []


def test_a_suspected_key_is_replaced(tab):
    before = open_window(tab)["pub"]
    answer = certified(before) | {"certificates": [], "new_key": True, "problem": "suspect_key"}
    after = tab.evaluate("(a) => scenic.open(a)", answer)
    assert after["pub"] != before
    assert after["status"] == "none"


def test_numbers_go_on_after_those_the_server_has_seen(tab):
    state = tab.evaluate("scenic.open(null)")
    answer = certified(state["pub"])
    answer["certificates"][0]["used"] = 7
    tab.evaluate("(a) => scenic.open(a)", answer)
    assert [t.serial for t in verified(mint(tab))] == [8]


def test_the_certificate_is_left_out_once_every_gate_has_it(tab):
    state = tab.evaluate("scenic.open(null)")
    answer = certified(state["pub"])
    answer["certificates"][0]["embed"] = False
    tab.evaluate("(a) => scenic.open(a)", answer)
    (code,) = mint(tab)
    assert len(code["code"]) == 154
    blob = bytes.fromhex(answer["certificates"][0]["blob"])
    root = VECTORS["root"]
    verifier = Verifier(SITE, {root["kid"]: (root["alg"], bytes.fromhex(root["pub"]))})
    verifier.add_certificate(blob)
    assert verifier.verify(code["code"])[1] == certificates.split(blob)[0]


@pytest.mark.parametrize(
    ("validity", "dates"),
    [
        ({"kind": "visit_date", "days": 2}, ("2026-09-22", 2)),
        ({"kind": "purchase", "days": 3}, ("2026-09-21", 3)),
        ({"kind": "first_use", "days": 2, "use_days": 3}, ("2026-09-22", 4)),
        (
            {"kind": "period", "days": 1, "begin": "2026-09-01", "end": "2026-09-30"},
            ("2026-09-21", 10),
        ),
        (
            {"kind": "period", "days": 1, "begin": "2026-10-01", "end": "2026-10-07"},
            ("2026-10-01", 7),
        ),
        ({"kind": "open", "days": 1}, ("2026-09-21", 3660)),
    ],
)
def test_dates_follow_the_kind_of_validity(tab, validity, dates):
    told = {"use_days": 0, "begin": False, "end": False} | validity
    call = "([v, w, t]) => scenic.mint.validDates(v, w, t)"
    assert tuple(tab.evaluate(call, [told, "2026-09-22", "2026-09-21"])) == dates


def test_times_of_slots_are_quarters(tab):
    call = "(text) => scenic.mint.slotQuarters(text)"
    assert tab.evaluate(call, "10:00–11:00") == [40, 4]
    assert tab.evaluate(call, "23:30–00:15") == [94, 3]
    assert tab.evaluate(call, "") == [255, 0]


def test_a_short_number_has_the_check_digit_of_the_readme(tab):
    assert tab.evaluate("scenic.aliases.checkDigit('572')") == "4"
    drawn = tab.evaluate("Array.from({ length: 500 }, () => scenic.aliases.newAlias())")
    assert len(set(drawn)) == 500
    assert all(aliases.parse_alias(text) == text for text in drawn)
    digits = "".join(text[1:-1] for text in drawn)
    assert all(550 < digits.count(str(digit)) < 850 for digit in range(10))
