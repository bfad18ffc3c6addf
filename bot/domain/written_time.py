"""Days and times of day as they come out of a form: what cannot be read is None, never a guess."""

import re
from datetime import date, time
from typing import Final

WITH_MARK: Final = re.compile(r"(?:kl\.? ?)?(\d{1,2})(?:[.:](\d{2}))?")
FOUR_DIGITS: Final = re.compile(r"(?:kl\.? ?)?(\d{2})(\d{2})")


def read_day(text: str) -> date | None:
    """Return the day of "2026-11-20"; None for anything else.

    >>> read_day("2026-11-20"), read_day("20/11")
    (datetime.date(2026, 11, 20), None)
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def read_time(text: str) -> time | None:
    """Return the time of day of "14.20", "14:20", "1420", "14" or "kl. 9.05"; None for anything else.

    >>> read_time("14.20"), read_time("1420"), read_time("9"), read_time("24.00"), read_time("halv tre")
    (datetime.time(14, 20), datetime.time(14, 20), datetime.time(9, 0), None, None)
    """
    plain = text.strip().lower()
    found = FOUR_DIGITS.fullmatch(plain) or WITH_MARK.fullmatch(plain)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    try:
        return time(hour, minute)
    except ValueError:
        return None
