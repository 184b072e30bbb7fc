import pytest
from scenic_rules.live_code import add_suffix, check_suffix, ticket_key, totp
from scenic_rules.reason import Reason
from scenic_rules.ticket_code import CodeError, decode

KEY = bytes(range(20))


def stale(*args, **kwargs):
    with pytest.raises(CodeError) as error:
        check_suffix(*args, **kwargs)
    assert error.value.reason is Reason.E_DYNAMIC


@pytest.mark.parametrize(
    ("seconds", "password"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1234567890, "89005924"),
        (20000000000, "65353130"),
    ],
)
def test_passwords_are_those_of_rfc_6238(seconds, password):
    assert totp(b"12345678901234567890", seconds) == password


def test_the_live_vector_is_read_and_written(vectors):
    ticket = decode(vectors.good[0]["code"]).ticket
    key = ticket_key(bytes.fromhex(vectors.site_dyn_key), ticket.uid, ticket.gen)
    assert key.hex() == vectors.dyn_key
    assert add_suffix(vectors.good[0]["code"], key, vectors.now) == vectors.dyn_code
    decoded = decode(vectors.dyn_code)
    assert decoded.text == vectors.good[0]["code"]
    assert check_suffix(decoded.suffix, key, vectors.now + 20) == vectors.now


@pytest.mark.parametrize(
    ("age", "trusted", "good"),
    [
        (0, True, True),
        (60, True, True),
        (-60, True, True),
        (61, True, False),
        (-61, True, False),
        (61, False, True),
        (-600, False, True),
        (601, False, False),
    ],
)
def test_a_screenshot_grows_stale(age, trusted, good):
    suffix = add_suffix("", KEY, 1790000000)[1:]
    if good:
        assert check_suffix(suffix, KEY, 1790000000 + age, trusted) == 1790000000
    else:
        stale(suffix, KEY, 1790000000 + age, trusted)


def test_a_suffix_never_gets_older():
    suffix = add_suffix("", KEY, 1790000000)[1:]
    check_suffix(suffix, KEY, 1790000300, False, newer_than=1790000000)
    stale(suffix, KEY, 1790000300, False, newer_than=1790000001)


def test_a_suffix_of_another_ticket_or_time_is_refused():
    suffix = add_suffix("", KEY, 1790000000)[1:]
    stale(suffix, bytes(20), 1790000000)
    stale("1790000030" + suffix[10:], KEY, 1790000000)
    for broken in ("", suffix[1:], suffix + "0", "x" + suffix[1:], "\u0661" + suffix[1:]):
        stale(broken, KEY, 1790000000)
