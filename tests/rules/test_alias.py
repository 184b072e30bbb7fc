import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenic_rules.alias import make_alias, parse_alias

randoms = st.text("0123456789", min_size=14, max_size=14)


@given(random_digits=randoms)
def test_an_alias_is_a_t_and_fifteen_digits(random_digits):
    alias = make_alias(random_digits)
    assert len(alias) == 16
    assert alias[:-1] == "T" + random_digits
    assert parse_alias(alias) == alias


@given(random_digits=randoms)
def test_every_single_wrong_digit_is_found(random_digits):
    alias = make_alias(random_digits)
    for at in range(1, len(alias)):
        for digit in "0123456789":
            if digit != alias[at]:
                assert parse_alias(alias[:at] + digit + alias[at + 1 :]) is None


@given(random_digits=randoms)
def test_every_swap_of_neighbours_is_found(random_digits):
    alias = make_alias(random_digits)
    for at in range(1, len(alias) - 1):
        if alias[at] != alias[at + 1]:
            swapped = alias[:at] + alias[at + 1] + alias[at] + alias[at + 2 :]
            assert parse_alias(swapped) is None


def test_known_aliases_stay_what_they_are():
    assert make_alias("00000000000000") == "T000000000000000"
    assert make_alias("00000000000572") == "T000000000005724"  # Damm's own example


@pytest.mark.parametrize(
    "typed",
    [
        "T000000000005724",
        "t000000000005724",
        "000000000005724",
        " T0000 0000 0005 724 ",
        "T-00000-00000-05724\r\n",
        "\uff34\uff10\uff10\uff10\uff10\uff10\uff10\uff10\uff10\uff10\uff10\uff10\uff15\uff17\uff12\uff14",
    ],
)
def test_an_alias_is_read_however_a_person_types_it(typed):
    assert parse_alias(typed) == "T000000000005724"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "T",
        "TT00000000005724",
        "T00000000000572",
        "T0000000000057240",
        "X000000000005724",
        "T00000000000572A",
        "T" + "\u0660" * 15,  # digits, but not ours
        "T" * 1000,
        "134234567890123456",  # a payment code has 18 digits
        "11010519491231002X",  # an identity number
    ],
)
def test_other_texts_are_no_alias(text):
    assert parse_alias(text) is None


@pytest.mark.parametrize("digits", ["", "1" * 13, "1" * 15, "1" * 13 + "x", "\u0661" * 14])
def test_an_alias_is_made_of_fourteen_digits_only(digits):
    with pytest.raises(ValueError, match="14 digits"):
        make_alias(digits)


@given(text=st.text())
def test_any_text_may_be_asked(text):
    parse_alias(text)


def test_no_ticket_code_is_taken_for_an_alias(good_vector):
    assert parse_alias(good_vector["code"]) is None
