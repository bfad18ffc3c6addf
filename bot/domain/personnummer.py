"""The bot keeps no personnummer (lag 2001:454 7 §; facts: law, section 6): what looks like one is refused."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Final

from stdnum import luhn

CANDIDATE: Final = re.compile(  # looked for at every place, for what fails at one may hide what begins at the next
    r"(?<!\d)(?="
    r"(?P<century>18|19|20)?(?P<yy>\d\d)(?P<between>[-./ ]?)(?P<mm>\d\d)(?P=between)(?P<dd>\d\d)"
    r"(?P<mark> ?[-+]? ?)(?P<rest>\d{4})"
    r"(?!\d)(?!(?P=between)(?<! )\d\d(?P=between)\d\d(?!\d))"  # not two days: 2012-12-12-2013-01-01
    r")"
)
SPACED_DASH: Final = re.compile(" ?- ?")
SPACES: Final = re.compile(" +")
SAMORDNING: Final = 60  # is added to the day in a samordningsnummer
MOBILE: Final = "07"  # ten digits in a row that begin so are a phone number
CENTURIES: Final = ("19", "20")  # that a year of two digits may be in
LENGTHS: Final = (10, 12)  # digits, without the century and with it
MINUS_SIGNS: Final = frozenset("\N{MINUS SIGN}\N{HYPHEN BULLET}\N{MODIFIER LETTER MINUS SIGN}\N{HEAVY MINUS SIGN}")


def holds_personnummer(text: str) -> bool:
    """Tell whether `text` holds a personnummer or samordningsnummer, known by its date and check digit.

    However it is written: with the dash of a word processor, with spaces, or with the date in its parts.

    >>> holds_personnummer("Nova, 2012 12 12 – 1212"), holds_personnummer("ring 070-174 06 05")
    (True, False)
    """
    plain = _plain(text)
    return any(_is_one(found, plain) for found in CANDIDATE.finditer(plain))


def has_its_form(digits: str) -> bool:
    """Tell whether ten or twelve digits in a row begin with a date, whatever the check digit says.

    For where nothing else has any business to be so: somebody may have mistyped their own.

    >>> has_its_form("201203041234"), has_its_form("2026112001")
    (True, False)
    """
    if len(digits) not in LENGTHS:
        return False
    centuries = (digits[:2],) if len(digits) == max(LENGTHS) else CENTURIES
    yy, mm, dd = (int(digits[at : at + 2]) for at in range(len(digits) - 10, len(digits) - 4, 2))
    day = dd - SAMORDNING if dd > SAMORDNING else dd
    return any(century in CENTURIES and _is_day(int(f"{century}{yy:02}"), mm, day) for century in centuries)


def _plain(text: str) -> str:
    """Return `text` with plain digits, one kind of dash and single spaces; what cannot be seen is left out."""
    return SPACED_DASH.sub("-", SPACES.sub(" ", "".join(_plain_characters(text))))


def _plain_characters(text: str) -> Iterator[str]:
    for character in text:
        kind, folded = unicodedata.category(character), unicodedata.normalize("NFKC", character)
        if kind == "Nd":
            yield str(unicodedata.decimal(character))
        elif kind == "Pd" or folded in MINUS_SIGNS:
            yield "-"
        elif kind == "Zs" or character == "\t":
            yield " "
        elif kind != "Cf":
            is_footnote = kind == "No"  # a raised 2 after the last digit is not a digit
            yield character if is_footnote or len(folded) > 1 else folded


def _is_one(found: re.Match[str], text: str) -> bool:
    is_unbroken = not found["between"] and not found["mark"]
    if is_unbroken and (
        text[max(found.start() - 1, 0) : found.start()] == "+" or (not found["century"] and found["yy"] == MOBILE)
    ):
        return False
    if not luhn.is_valid(found["yy"] + found["mm"] + found["dd"] + found["rest"]):
        return False
    born = int(found["dd"])
    day = born - SAMORDNING if born > SAMORDNING else born
    centuries = (found["century"],) if found["century"] else CENTURIES
    return any(_is_day(int(century + found["yy"]), int(found["mm"]), day) for century in centuries)


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
