"""Hours of the week and times of day, as a person writes them in beredskap.toml."""

import re
from collections.abc import Mapping
from datetime import time
from typing import Final

from bot.domain.calendar import FREE_DAY, Hours, WeekHours
from bot.domain.rota.rules import BEFORE_FREE_DAY

WEEK: Final = {"mån": 0, "tis": 1, "ons": 2, "tor": 3, "fre": 4, "lör": 5, "sön": 6, "helgdag": FREE_DAY}
ROTA_DAYS: Final = {**WEEK, "helgdagsafton": BEFORE_FREE_DAY}
HOURS: Final = re.compile(
    r"^(?P<first>[a-zåäö]+)(?:-(?P<last>[a-zåäö]+))? (?P<h1>\d\d)[.:](?P<m1>\d\d)-(?P<h2>\d\d)[.:](?P<m2>\d\d)$"
)
CLOCK_TIME: Final = re.compile(r"^(?P<h>\d\d)[.:](?P<m>\d\d)$")


def parse_week(lines: list[str] | str, rows: Mapping[str, int] = WEEK) -> WeekHours:
    """Read for instance `["mån-fre 17.00-22.00", "lör-sön 10.00-02.00", "helgdag 10.00-22.00"]`.

    An end at or before its start is on the next day; `rows` are the words for days. Raises ValueError with the line
    that is wrong.
    """
    days: list[tuple[int, Hours]] = []
    for line in [lines] if isinstance(lines, str) else lines:
        found = HOURS.match(line.strip().lower())
        if found is None or found["first"] not in rows or (found["last"] or found["first"]) not in rows:
            raise ValueError(f"tiden '{line}' förstås inte; skriv till exempel 'mån-fre 17.00-22.00'")
        try:
            hours = Hours(time(int(found["h1"]), int(found["m1"])), _end(int(found["h2"]), int(found["m2"])))
        except ValueError:
            raise ValueError(f"klockslaget i '{line}' finns inte") from None
        first, last = rows[found["first"]], rows[found["last"] or found["first"]]
        if last < first:
            raise ValueError(f"dagarna i '{line}' står i fel ordning")
        days.extend((day, hours) for day in range(first, last + 1))
    return WeekHours(tuple(days))


def parse_time(text: str) -> time:
    """Read "08.00"; raises ValueError with words for a person."""
    found = CLOCK_TIME.match(text.strip())
    try:
        return time(int(found["h"]), int(found["m"])) if found is not None else time(99)
    except ValueError:
        raise ValueError(f"klockslaget '{text}' förstås inte; skriv till exempel '08.00'") from None


def _end(hour: int, minute: int) -> time:
    return time(0, 0) if (hour, minute) == (24, 0) else time(hour, minute)
