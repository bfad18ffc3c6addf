"""Days and times as case systems write them, by the Stockholm wall clock unless they name a zone."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from bot.domain.calendar import STOCKHOLM, local

ISO_DAY: Final = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:(?:[ ,]+|T)(?P<rest>.+))?", re.ASCII | re.IGNORECASE)
TIME: Final = re.compile(r"(?:kl\.? ?)?(\d\d?)(?:[.:]?(\d\d)(?:[.:]\d\d(?:[.,]\d+)?)?)?", re.ASCII | re.IGNORECASE)
ZONE: Final = re.compile(r"(?<=\d) ?(Z|[+-]\d\d:?\d\d)", re.ASCII | re.IGNORECASE)


class BadMoment(ValueError):
    """It cannot be read as a day or a time."""


class NoSuchMoment(ValueError):
    """The clocks were put forward past it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A local day and, where it was written, the time of day to the minute."""

    day: date
    wall: time | None = None

    def at(self, otherwise: time) -> datetime:
        """Return the instant, at `otherwise` where no time was written. Raises NoSuchMoment.

        In the night when an hour comes twice it is the first.
        """
        wall = datetime.combine(self.day, otherwise if self.wall is None else self.wall, tzinfo=STOCKHOLM)
        found = wall.astimezone(UTC)
        if local(found).replace(tzinfo=None) != wall.replace(tzinfo=None):
            raise NoSuchMoment
        return found


def read_moment(text: str, date_format: str = "") -> Moment:
    """Read "2026-11-20", "2026-11-20 14:20", "20261120", "2026-11-20T13:20:05Z", or by `date_format`. Raises BadMoment.

    >>> read_moment("2026-11-20 14.20"), read_moment("20/11/2026", "%d/%m/%Y")
    (Moment(day=datetime.date(2026, 11, 20), wall=datetime.time(14, 20)), \
Moment(day=datetime.date(2026, 11, 20), wall=None))
    """
    plain = text.strip()
    found = ISO_DAY.fullmatch(plain)
    if found is not None:
        try:
            day = date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            raise BadMoment from None
        return Moment(day) if found["rest"] is None else _with_time(day, found["rest"])
    return _by_format(plain, date_format)


def read_time(text: str) -> time:
    """Read "14:20", "14.20", "1420", "14", "kl. 9.05" or "14:20:33". Raises BadMoment."""
    found = TIME.fullmatch(text.strip())
    try:
        if found is None:
            raise BadMoment
        return time(int(found[1]), int(found[2] or 0))
    except ValueError:
        raise BadMoment from None


def _with_time(day: date, text: str) -> Moment:
    zone = ZONE.search(text)
    if zone is None:
        return Moment(day, read_time(text))
    wall = read_time(text[: zone.start()])
    try:
        offset = "+00:00" if zone[1] in "Zz" else zone[1]
        wall_there = local(datetime.fromisoformat(f"{day.isoformat()}T{wall:%H:%M}{offset}"))
    except ValueError:
        raise BadMoment from None
    return Moment(wall_there.date(), wall_there.time())


def _by_format(text: str, date_format: str) -> Moment:
    """Read by the municipality's own format; a time may follow the day."""
    if not date_format:
        raise BadMoment
    head, _, tail = text.rpartition(" ")
    for day, rest in ((text, ""), (head, tail)):
        try:
            found = datetime.strptime(day, date_format)  # noqa: DTZ007 - a wall clock, no instant yet
        except ValueError:
            continue
        wall = found.time().replace(second=0, microsecond=0)
        if rest:
            return Moment(found.date(), read_time(rest))
        return Moment(found.date(), wall if "%H" in date_format else None)
    raise BadMoment
