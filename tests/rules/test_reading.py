from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenic_rules.alias import make_alias
from scenic_rules.certificate import issue
from scenic_rules.live_code import add_suffix, ticket_key
from scenic_rules.passage import decide
from scenic_rules.reading import Stores, read
from scenic_rules.reason import COLOUR, Reason
from scenic_rules.ticket_code import FLAG_DYNAMIC
from scenic_rules.verifier import KeyStatus
from scenic_rules.views import History, refusal, ticket_from_code

ALIAS = make_alias("12345678901234")


def stores(park, *rows, aliases=(), rules=None, **more):
    return Stores(
        rule={park.rule.product: park.rule}.get if rules is None else rules.get,
        ticket={row.uid: row for row in rows}.get,
        alias=dict(aliases).get,
        **more,
    )


def test_a_code_that_nobody_listed_brings_its_own_facts(park):
    reading = read(park.encode(), park.verifier(), stores(park), park.noon)
    assert reading.reason is None
    assert reading.ticket == ticket_from_code(park.code, park.rule)
    assert (reading.rule, reading.live) == (park.rule, False)
    assert reading.decoded.text == park.encode()


def test_what_the_server_said_last_wins_over_the_code(park):
    row = replace(park.ticket, pax=3, rights=(("CABLE", 3),), valid_days=5)
    assert read(park.encode(), park.verifier(), stores(park, row), park.noon).ticket == row


def test_a_code_from_a_stolen_key_cannot_change_a_listed_ticket(park):
    forged = replace(park.code, pax=50, valid_days=4, product=999)
    reading = read(park.encode(forged), park.verifier(), stores(park, park.ticket), park.noon)
    assert (reading.ticket, reading.rule) == (park.ticket, park.rule)


def test_an_older_copy_is_read_as_superseded(park):
    row = replace(park.ticket, gen=1)
    reading = read(park.encode(), park.verifier(), stores(park, row), park.noon)
    assert decide(*ask(reading, park)).reason is Reason.E_SUPERSEDED


def ask(reading, park):
    return reading.ticket, reading.rule, History(), park.gate, park.noon


@pytest.mark.parametrize("typed", [ALIAS, ALIAS.lower(), ALIAS[1:], ALIAS[:4] + " " + ALIAS[4:]])
def test_an_alias_leads_to_its_ticket(park, typed):
    lookup = stores(park, aliases={ALIAS: park.ticket})
    reading = read(typed, park.verifier(), lookup, park.noon)
    assert (reading.reason, reading.ticket, reading.rule) == (None, park.ticket, park.rule)
    assert reading.decoded is None


def test_an_alias_that_nobody_knows(park):
    reading = read(ALIAS, park.verifier(), stores(park), park.noon)
    assert (reading.reason, reading.ticket) == (Reason.E_UNKNOWN_ALIAS, None)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"site": 8}, Reason.E_SITE),
        ({"kid": 5}, Reason.E_UNKNOWN_KEY),
        ({"serial": 2001}, Reason.E_LIMIT),
        ({"pax": 51}, Reason.E_LIMIT),
    ],
)
def test_a_code_that_is_not_trusted_is_a_reason_not_an_error(park, change, reason):
    text = park.encode(replace(park.code, **change))
    reading = read(text, park.verifier(), stores(park), park.noon)
    assert (reading.reason, reading.ticket) == (reason, None)


def test_a_broken_vector_is_a_reason_not_an_error(park, bad_vector):
    assert read(bad_vector["code"], park.verifier(), stores(park), park.noon).reason is not None


def test_a_product_that_is_not_known_here_is_left_to_the_decision(park):
    reading = read(park.encode(), park.verifier(), stores(park, rules={}), park.noon)
    assert reading.reason is None
    assert decide(*ask(reading, park)).reason is Reason.E_PRODUCT


def test_a_suspected_key_is_good_for_listed_tickets_only(park):
    verifier = park.verifier()
    verifier.set_status(park.code.kid, KeyStatus("allowlist"))
    assert read(park.encode(), verifier, stores(park), park.noon).reason is Reason.E_KEY_REVOKED
    listed = stores(park, park.ticket)
    assert read(park.encode(), verifier, listed, park.noon).reason is None


def test_a_certificate_that_travels_with_the_code_is_learnt(park):
    verifier = type(park.verifier())(park.site, {1: (1, park.root.public)})
    text = park.encode(blob=issue(park.root, park.certificate))
    assert read(text, verifier, stores(park), park.noon).reason is None
    assert read(park.encode(), verifier, stores(park), park.noon).reason is None


def live_case(park, age=0, trusted=True, last=0, key=b"k" * 32):
    code = replace(park.code, flags=FLAG_DYNAMIC)
    suffixed = add_suffix(park.encode(code), ticket_key(b"k" * 32, code.uid, 0), park.noon - age)
    lookup = stores(park, dynamic_key=key, last_live=lambda uid: last)
    return read(suffixed, park.verifier(), lookup, park.noon, clock_trusted=trusted)


def test_a_live_code_passes_and_a_screenshot_of_it_does_not(park):
    fresh = live_case(park)
    assert (fresh.live, fresh.live_t) == (True, park.noon)
    assert decide(*ask(fresh, park), live=fresh.live).reason is Reason.OK
    stale = live_case(park, age=61)
    assert decide(*ask(stale, park), live=stale.live).reason is Reason.E_DYNAMIC


def test_a_live_suffix_on_an_ordinary_ticket_means_nothing(park):
    text = add_suffix(park.encode(), ticket_key(b"k" * 32, park.code.uid, 0), park.noon)
    reading = read(text, park.verifier(), stores(park, dynamic_key=b"k" * 32), park.noon)
    assert (reading.reason, reading.live) == (None, False)


def test_on_a_doubtful_clock_a_live_code_must_be_newer_than_the_last_one(park):
    assert live_case(park, age=300, trusted=False).live
    assert not live_case(park, age=300, trusted=False, last=park.noon).live
    assert live_case(park, last=park.noon + 5).live  # a good clock needs no memory


@pytest.mark.parametrize("key", [None, b"x" * 32])
def test_a_gate_without_the_right_key_admits_no_live_code(park, key):
    assert not live_case(park, key=key).live


def test_the_alias_of_a_live_ticket_is_no_way_around_it(park):
    row = replace(park.ticket, flags=FLAG_DYNAMIC)
    reading = read(ALIAS, park.verifier(), stores(park, aliases={ALIAS: row}), park.noon)
    assert decide(*ask(reading, park), live=reading.live).reason is Reason.E_DYNAMIC


@given(text=st.text(max_size=40))
def test_any_text_gets_an_answer(park, text):
    reading = read(text, park.verifier(), stores(park), park.noon)
    decision = refusal(reading.reason)
    assert (decision.admit, decision.colour) == (0, COLOUR[reading.reason])
