"""Identity documents: their numbers, what can be checked about them, and how they are masked.

Pure functions. A number leaves this module in one spelling, so that the same document gives the
same hash at every window and in every list.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from stdnum.cn import ric
from stdnum.exceptions import ValidationError as NumberError

from . import mrz

CN_ID, PASSPORT, HK_MO, TW, FOREIGN, OTHER = TYPES = (
    "cn_id",
    "passport",
    "hk_mo",
    "tw",
    "foreign",
    "other",
)

# codes of what can be wrong; the server has a sentence for each
E_EMPTY, E_FORMAT, E_CHECK, E_BIRTH, E_REGION, E_MRZ, E_PHONE, E_UNKNOWN = (
    "E_ID_EMPTY",
    "E_ID_FORMAT",
    "E_ID_CHECK",
    "E_ID_BIRTH",
    "E_ID_REGION",
    "E_ID_MRZ",
    "E_PHONE",
    "E_ID_UNKNOWN",
)

# Provinces only: stdnum knows counties too, but its table is older than some visitors' cards, and
# a window must not send them away. 81 to 83 are the residence permits for HK, Macao and Taiwan.
_PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    ]
)
_FORMS = {
    PASSPORT: re.compile(r"(?=.*\d)[A-Z0-9]{5,9}"),
    HK_MO: re.compile(r"([HM]\d{8})(?:\d{2})?"),
    TW: re.compile(r"\d{8}|\d{10}[A-Z]?"),
    FOREIGN: re.compile(r"9\d{16}[0-9X]|[A-Z]{3}\d{12}"),
    OTHER: re.compile(r"(?=.*\d)\w{4,24}"),
}
_OLDEST = date(1900, 1, 1)
_MOBILE = re.compile(r"1[3-9]\d{9}")
_INTERNATIONAL = re.compile(r"\+[1-9]\d{6,14}")


class DocumentError(ValueError):
    """A number is not good; ``code`` says why. The text never holds the number."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Document:
    """A checked identity document; its repr is silent, because logs and tracebacks show it."""

    doc_type: str
    number: str
    birthday: date | None = None
    name: str = ""

    def __repr__(self) -> str:
        return f"<Document {self.doc_type}>"


def normalise(text: str | None) -> str:
    """Return a number in its one spelling: half-width, upper case, without spaces and dashes."""
    text = unicodedata.normalize("NFKC", text or "").upper()
    return "".join(char for char in text if char.isalnum() or char == "<")


def normalise_name(text: str | None) -> str:
    """Return a name with single spaces and half-width letters."""
    return " ".join(unicodedata.normalize("NFKC", text or "").split())


def check(doc_type: str, text: str, today: date) -> Document:
    """Return the checked document of a type, or raise DocumentError."""
    number = normalise(text)
    if not number:
        raise DocumentError(E_EMPTY)
    if doc_type == CN_ID:
        return _check_resident(number, today)
    if doc_type == FOREIGN:
        return _check_foreign(number, today)
    form = _FORMS.get(doc_type)
    found = form and form.fullmatch(number)
    if not found:
        raise DocumentError(E_FORMAT)
    if doc_type == HK_MO:
        # two more digits count the reissues of a card: the person stays the same
        number = found[1]
    return Document(doc_type, number)


def _check_resident(number: str, today: date) -> Document:
    born = _check_eighteen(number, today)
    if number[:2] not in _PROVINCES:
        raise DocumentError(E_REGION)
    return Document(CN_ID, number, born)


def _check_eighteen(number: str, today: date) -> date:
    """Check length, digits, check digit and date of birth of an 18-digit number."""
    if len(number) != 18 or not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise DocumentError(E_FORMAT)
    if ric.calc_check_digit(number) != number[-1]:
        raise DocumentError(E_CHECK)
    try:
        born = ric.get_birth_date(number)
    except NumberError:
        raise DocumentError(E_BIRTH) from None
    if not _OLDEST <= born <= today:
        raise DocumentError(E_BIRTH)
    return born


def _check_foreign(number: str, today: date) -> Document:
    """Check a permanent residence card: 18 digits from 9, or three letters and 12 digits."""
    if not _FORMS[FOREIGN].fullmatch(number):
        raise DocumentError(E_FORMAT)
    if number[0] == "9":
        return Document(FOREIGN, number, _check_eighteen(number, today))
    try:
        year, month, day = (int(number[at : at + 2]) for at in (7, 9, 11))
        born = date(today.year // 100 * 100 + year, month, day)
        born = born if born <= today else born.replace(year=born.year - 100)
    except ValueError:
        raise DocumentError(E_BIRTH) from None
    return Document(FOREIGN, number, born)


def read(text: str, today: date, doc_type: str = "") -> Document:
    """Return the document that a scanner sent or a person typed.

    Understands a bare number, a machine-readable zone, and what card readers send as text: number
    and name in any order, with commas, semicolons, bars or tabs between them. Without a type the
    first that fits is taken.
    """
    flat = unicodedata.normalize("NFKC", text or "").strip()
    if mrz.looks_like_mrz("".join(flat.upper().split())):
        try:
            zone = mrz.parse(flat, today)
        except mrz.MrzError:
            raise DocumentError(E_MRZ) from None
        kind = doc_type or (PASSPORT if zone.kind.startswith("P") else OTHER)
        return Document(kind, check(kind, zone.number, today).number, zone.birthday, zone.name)
    parts = [part.strip() for part in re.split(r"[,;|\t\n]+", flat) if part.strip()]
    names = [part for part in parts if not any(char.isdigit() for char in part)]
    numbers = [part for part in parts if part not in names]
    if not numbers:
        raise DocumentError(E_EMPTY if not parts else E_FORMAT)
    found = check(doc_type, numbers[0], today) if doc_type else _recognise(numbers[0], today)
    return Document(found.doc_type, found.number, found.birthday, normalise_name(" ".join(names)))


def _recognise(text: str, today: date) -> Document:
    number = normalise(text)
    # 18 digits are a resident's number or a foreigner's and nothing else: say what is wrong with it
    if re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return check(FOREIGN if number[0] == "9" else CN_ID, number, today)
    found = candidates(number, today)
    if not found:
        raise DocumentError(E_UNKNOWN)
    return found[0]


def candidates(text: str, today: date) -> list[Document]:
    """Return every document that this number could be; the likeliest first."""
    found = []
    for doc_type in (CN_ID, FOREIGN, HK_MO, TW, PASSPORT):
        try:
            found.append(check(doc_type, text, today))
        except DocumentError:
            continue
    return found


def normalise_phone(text: str | None) -> str:
    """Return a phone number as digits: a mainland mobile number bare, others with + and country."""
    text = unicodedata.normalize("NFKC", text or "")
    digits = re.sub(r"[^\d+]", "", text)
    digits = re.sub(r"^(\+|00)86(?=1\d{10}$)", "", digits)
    digits = re.sub(r"^00", "+", digits)
    if _MOBILE.fullmatch(digits) or _INTERNATIONAL.fullmatch(digits):
        return digits
    raise DocumentError(E_PHONE)


def age_on(birthday: date, day: date) -> int:
    """Return the age in whole years on a day."""
    return day.year - birthday.year - ((day.month, day.day) < (birthday.month, birthday.day))


def mask_number(number: str) -> str:
    """Return a number with its middle hidden: ``1101**********123X``."""
    shown = 4 if len(number) >= 15 else 2 if len(number) >= 7 else 1
    return number[:shown] + "*" * (len(number) - 2 * shown) + number[-shown:]


def mask_phone(phone: str) -> str:
    """Return a phone number with its middle hidden: ``138****8000``."""
    head, tail = (3, 4) if len(phone) >= 11 else (2, 2)
    return phone[:head] + "*" * (len(phone) - head - tail) + phone[-tail:]


def mask_name(name: str) -> str:
    """Return a name with all but its ends hidden: one word as 张*明, several as Z**** S**."""
    words = name.split()
    if len(words) > 1:
        return " ".join(word[0] + "*" * (len(word) - 1) for word in words)
    if len(name) < 3:
        return name[:1] + "*" * (len(name) - 1)
    return name[0] + "*" * (len(name) - 2) + name[-1]
