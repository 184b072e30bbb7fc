"""The short alias of a ticket: "T", 14 random digits and a check digit (Damm), 16 characters.

It starts with a letter so that a payment code or an identity number, which scanners at a gate
also see, is never taken for a ticket.
"""

from __future__ import annotations

import unicodedata

PREFIX = "T"
RANDOM_DIGITS = 14
LENGTH = 1 + RANDOM_DIGITS + 1
_LONGEST_INPUT = 64

# Damm's weakly totally anti-symmetric quasigroup of order 10
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


def check_digit(digits: str) -> str:
    """Damm check digit; with it appended, the check digit of the whole is "0"."""
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return str(interim)


def make_alias(random_digits: str) -> str:
    """Write the alias of 14 random digits."""
    if len(random_digits) != RANDOM_DIGITS or not _is_digits(random_digits):
        raise ValueError(f"an alias is made of {RANDOM_DIGITS} digits")
    return PREFIX + random_digits + check_digit(random_digits)


def parse_alias(text: str) -> str | None:
    """Read what a person typed or a channel sent; None when it is no alias.

    Spaces, dashes, lower case, full-width characters of an input method and a missing "T" are
    accepted. A wrong digit or two swapped neighbours are not.
    """
    if len(text) > _LONGEST_INPUT:
        return None
    plain = unicodedata.normalize("NFKC", text).upper()
    digits = "".join(c for c in plain if not c.isspace() and c != "-").removeprefix(PREFIX)
    if len(digits) != RANDOM_DIGITS + 1 or not _is_digits(digits) or check_digit(digits) != "0":
        return None
    return PREFIX + digits


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
