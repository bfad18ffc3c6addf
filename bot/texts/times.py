"""Times and days as Swedes say them. Everything is Stockholm time."""

from datetime import date, datetime, timedelta
from typing import Final

from bot.domain.calendar import local

WEEKDAYS: Final = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
MONTHS: Final = (
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
)
WEEK: Final = timedelta(days=7)
DAY: Final = timedelta(days=1)
HALF_A_YEAR: Final = timedelta(days=182)
HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)


def clock_time(at: datetime) -> str:
    """Return "22.14"."""
    return f"{local(at):%H.%M}"


def when(at: datetime, now: datetime) -> str:
    """Return "22.14" for today, else "fre 20 nov 22.14"."""
    wall = local(at)
    if wall.date() == local(now).date():
        return clock_time(at)
    return f"{WEEKDAYS[wall.weekday()][:3]} {wall.day} {MONTHS[wall.month - 1][:3]} {wall:%H.%M}"


def span(start: datetime, end: datetime) -> str:
    """Return "fre 20 nov 17.00–22.00", with the second day when it differs."""
    first, last = local(start), local(end)
    tail = f"{last:%H.%M}" if first.date() == last.date() else f"{WEEKDAYS[last.weekday()][:3]} {last:%H.%M}"
    return f"{WEEKDAYS[first.weekday()][:3]} {first.day} {MONTHS[first.month - 1][:3]} {first:%H.%M}–{tail}"


def short_day(day: date) -> str:
    """Return "mån 23/11"."""
    return f"{WEEKDAYS[day.weekday()][:3]} {day.day}/{day.month}"


def short_when(at: datetime, today: date) -> str:
    """Return "22.14" on `today`, else "fre 20/11 22.14"."""
    day = local(at).date()
    return clock_time(at) if day == today else f"{short_day(day)} {clock_time(at)}"


def weekday_and_date(day: date) -> str:
    """Return "måndag 23/11"."""
    return f"{WEEKDAYS[day.weekday()]} {day.day}/{day.month}"


def long_day(day: date, today: date | None = None) -> str:
    """Return "måndag 23 november", with the year when `today` is in another."""
    year = "" if today is None or today.year == day.year else f" {day.year}"
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}{year}"


def since_when(at: datetime, day: date) -> str:
    """Return "fredag 08.00" when that was less than a week before `day`, else "fredag 20 november 08.00"."""
    on = local(at).date()
    if timedelta(0) <= day - on < WEEK:
        return f"{WEEKDAYS[on.weekday()]} {clock_time(at)}"
    return f"{long_day(on)} {clock_time(at)}"


def near_day(day: date, today: date) -> str:
    """Return "i går", "i dag", "i morgon", "fredag" or "i fredags" within a week of `today`, else "fredag 4/12".

    With the year when it is more than half a year away.
    """
    away = day - today
    if -DAY <= away <= DAY:
        return ("i går", "i dag", "i morgon")[away.days + 1]
    if -WEEK < away < WEEK:
        weekday = WEEKDAYS[day.weekday()]
        return weekday if day > today else f"i {weekday}s"
    year = f" {day.year}" if abs(away) > HALF_A_YEAR else ""
    return f"{weekday_and_date(day)}{year}"


def near_time(at: datetime, now: datetime) -> str:
    """Return "i dag 15.00", "fredag 15.00" or "fredag 4/12 15.00"."""
    return f"{near_day(local(at).date(), local(now).date())} {clock_time(at)}"


def before(at: datetime, now: datetime) -> str:
    """Return "i dag före 15.00", or "före fredag 15.00"."""
    day, today = local(at).date(), local(now).date()
    if today <= day <= today + DAY:
        return f"{near_day(day, today)} före {clock_time(at)}"
    return f"före {near_time(at, now)}"


def for_the_record(at: datetime) -> str:
    """Return "2026-11-20 kl. 22.14": what is copied into a record must bear being read in ten years."""
    return f"{local(at):%Y-%m-%d} kl. {clock_time(at)}"


def lasted(length: timedelta) -> str:
    """Return "4 min", "1 tim 5 min" or "2 dygn 3 tim"; anything below a minute is "mindre än 1 min"."""
    if length < MINUTE:
        return "mindre än 1 min"
    days, rest = divmod(length, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes = 0 if days else rest // MINUTE
    parts = ((days, "dygn"), (hours, "tim"), (minutes, "min"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


def in_hours(length: timedelta) -> str:
    """Return "130 tim 1 min", "45 min" or "0 min", to the whole minute: working time is not counted in days."""
    hours, rest = divmod(length, HOUR)
    parts = ((hours, "tim"), (rest // MINUTE, "min"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 min"


def capital(words: str) -> str:
    """Return `words` with a capital first letter."""
    return words[:1].upper() + words[1:]
