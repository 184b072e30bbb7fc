"""Numbers of identity documents: forms, check digits, spellings, masks. No database."""

from datetime import date

import people
import pytest
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.scenic_ticketing.tools import documents, mrz

TODAY = date(2026, 7, 1)
GOOD = people.resident(date(1990, 3, 7))


def code_of(doc_type, text):
    try:
        return documents.check(doc_type, text, TODAY)
    except documents.DocumentError as err:
        return err.code


def test_resident_number_tells_the_date_of_birth():
    found = documents.check("cn_id", GOOD, TODAY)
    assert (found.doc_type, found.number, found.birthday) == ("cn_id", GOOD, date(1990, 3, 7))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "E_ID_EMPTY"),
        (GOOD[:-1], "E_ID_FORMAT"),
        (GOOD + "1", "E_ID_FORMAT"),
        ("A" + GOOD[1:], "E_ID_FORMAT"),
        ("110101900307123", "E_ID_FORMAT"),  # 15 digits: not valid since 2013
        (people.resident(date(2026, 7, 2)), "E_ID_BIRTH"),
        (people.resident(date(1899, 12, 31)), "E_ID_BIRTH"),
        (people.resident(region="990101"), "E_ID_REGION"),
    ],
)
def test_resident_number_is_refused_with_a_reason(text, code):
    assert code_of("cn_id", text) == code


def test_impossible_date_of_birth_is_refused():
    number = "11010119900231123"
    whole = number + documents.ric.calc_check_digit(number + "0")
    assert code_of("cn_id", whole) == "E_ID_BIRTH"


@settings(max_examples=examples(100))
@given(
    st.dates(date(1900, 1, 1), TODAY),
    st.integers(0, 999),
    st.integers(0, 17),
    st.sampled_from("0123456789"),
)
def test_one_wrong_digit_is_always_found(born, order, place, digit):
    number = people.resident(born, order)
    assert documents.check("cn_id", number, TODAY).birthday == born
    wrong = number[:place] + digit + number[place + 1 :]
    if wrong != number:
        assert code_of("cn_id", wrong) in ("E_ID_CHECK", "E_ID_BIRTH", "E_ID_FORMAT")


def spelled(number):
    wide = "".join(chr(ord(char) + 0xFEE0) for char in number)
    return [wide, number.lower(), f" {number[:6]} {number[6:14]}-{number[14:]}\n", f"{number}　"]


def test_one_number_has_one_spelling():
    number = next(n for n in people.residents(400) if n.endswith("X"))
    for text in spelled(number):
        assert documents.check("cn_id", text, TODAY).number == number


@pytest.mark.parametrize(
    ("doc_type", "text", "number"),
    [
        ("passport", "e1234 5678", "E12345678"),
        ("passport", "AB", "E_ID_FORMAT"),
        ("passport", "ABCDEF", "E_ID_FORMAT"),
        ("hk_mo", "h12345678", "H12345678"),
        ("hk_mo", "H1234567801", "H12345678"),  # the last two count reissues
        ("hk_mo", "K12345678", "E_ID_FORMAT"),
        ("tw", "12345678", "12345678"),
        ("tw", "0012345678(B)", "0012345678B"),
        ("tw", "1234567", "E_ID_FORMAT"),
        ("foreign", "CAN110182120301", "CAN110182120301"),
        ("foreign", "CAN110182139901", "E_ID_BIRTH"),
        ("other", "军字第1234567号", "军字第1234567号"),
        ("other", "军字第", "E_ID_FORMAT"),
    ],
)
def test_other_documents(doc_type, text, number):
    found = code_of(doc_type, text)
    assert getattr(found, "number", found) == number


def test_new_card_of_a_foreign_resident():
    number = people.resident(date(1982, 12, 3), region="911124")
    found = documents.read(number, TODAY)
    assert (found.doc_type, found.birthday) == ("foreign", date(1982, 12, 3))


def test_what_card_readers_send_is_understood():
    for text in (f"张小明,{GOOD}", f"{GOOD}\t张小明", f"{GOOD}|张小明|男|汉", GOOD):
        found = documents.read(text, TODAY)
        assert (found.doc_type, found.number) == ("cn_id", GOOD)
    assert documents.read(f"张小明,{GOOD}", TODAY).name == "张小明"


def test_passport_is_read_from_its_machine_readable_lines():
    for text in ("\n".join(people.PASSPORT_LINES), "".join(people.PASSPORT_LINES).lower()):
        found = documents.read(text, TODAY)
        assert (found.doc_type, found.number) == ("passport", "L898902C3")
        assert (found.birthday, found.name) == (date(1974, 8, 12), "ERIKSSON ANNA MARIA")


def test_cards_are_read_from_their_machine_readable_lines():
    td1 = (
        "I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<"
    )
    td2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<D231458907UTO7408122F1204159<<<<<<<6"
    for text in (td1, td2):
        assert mrz.parse(text, TODAY).number == "D23145890"


@settings(max_examples=examples(100))
@given(st.integers(0, 43), st.sampled_from("0123456789"))
def test_a_misread_digit_of_the_lines_is_found(place, digit):
    first, second = people.PASSPORT_LINES
    wrong = second[:place] + digit + second[place + 1 :]
    covered = [*range(10), *range(13, 20), *range(21, 44)]  # not the nationality and the sex
    if place not in covered or wrong == second:
        return
    if not second[place].isdigit():
        return  # some letters count like a digit: no check digit can tell them apart
    with pytest.raises(documents.DocumentError) as caught:
        documents.read(first + wrong, TODAY)
    assert caught.value.code in ("E_ID_MRZ", "E_ID_FORMAT")


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("138 0013 8000", "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("００８６１３８００１３８０００", "13800138000"),
        ("+44 20 7946 0958", "+442079460958"),
        ("0044 20 7946 0958", "+442079460958"),
    ],
)
def test_phone_numbers_have_one_spelling(text, phone):
    assert documents.normalise_phone(text) == phone


@pytest.mark.parametrize("text", ["", "12", "12345678901", "+0123", "abc"])
def test_no_phone_number(text):
    with pytest.raises(documents.DocumentError) as caught:
        documents.normalise_phone(text)
    assert caught.value.code == "E_PHONE"


def test_masks_hide_the_middle():
    assert documents.mask_number("11010119900307123X") == "1101**********123X"
    assert documents.mask_number("E12345678") == "E1*****78"
    assert documents.mask_phone("13800138000") == "138****8000"
    assert documents.mask_name("张小明") == "张*明"
    assert documents.mask_name("张明") == "张*"
    assert documents.mask_name("Anna Eriksson") == "A*** E*******"


@settings(max_examples=examples(100))
@given(st.text("0123456789ABCDEFGHX", min_size=4, max_size=24))
def test_a_mask_never_shows_the_whole(number):
    masked = documents.mask_number(number)
    assert len(masked) == len(number)
    assert masked.count("*") >= 2


def test_age_counts_whole_years():
    born = date(2012, 7, 1)
    assert documents.age_on(born, date(2026, 6, 30)) == 13
    assert documents.age_on(born, date(2026, 7, 1)) == 14


def test_nothing_shows_in_a_repr():
    found = documents.check("cn_id", GOOD, TODAY)
    assert GOOD not in repr(found)
    with pytest.raises(documents.DocumentError) as caught:
        documents.check("cn_id", GOOD[:-1] + "A", TODAY)
    assert GOOD[:10] not in str(caught.value)
