"""The bot keeps no personnummer (lag 2001:454 7 §; facts: law, section 6): what looks like one is refused."""

import re
from typing import Final

from stdnum import luhn
from stdnum.se import personnummer

CANDIDATE: Final = re.compile(r"(?<!\d)(?P<date>(?:\d{2})?\d{6})(?P<mark>[-+ ]?)(?P<rest>\d{4})(?!\d)")
SAMORDNING: Final = 60  # is added to the day in a samordningsnummer
MOBILE: Final = "07"  # ten digits in a row that begin so are a phone number


def holds_personnummer(text: str) -> bool:
    """Tell whether `text` holds a personnummer or samordningsnummer, known by its date and check digit."""
    return any(_is_one(found) for found in CANDIDATE.finditer(text))


def _is_one(found: re.Match[str]) -> bool:
    day, rest = found["date"][-6:], found["rest"]
    if not found["mark"] and len(found["date"]) == 6 and day.startswith(MOBILE):
        return False
    if not luhn.is_valid(day + rest):
        return False
    born = int(day[4:])
    plain = f"{day[:4]}{born - SAMORDNING:02}" if born > SAMORDNING else day
    try:
        personnummer.get_birth_date(f"{plain}-{rest}")
    except ValueError:  # stdnum's own errors are ValueErrors
        return False
    return True
