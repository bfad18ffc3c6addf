"""Which socialjour answers for a place, and whether it does so now: a directory that somebody has to keep verified.

"There is none" is an answer like any other (domain facts, section 11): one municipality in the region had no entry.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Final

from bot.domain.calendar import FREE_DAY, ONE_DAY, SATURDAY, WeekHours, is_working_day, local

VERIFIED_FOR: Final = timedelta(days=365)  # facts: domain, section 11; law, section 14
LOOKED_AHEAD: Final = 32  # days; what does not change within them is said not to change
SWEDISH_ORDER: Final = str.maketrans("åäö", "{|}")  # after z, in this order


class Answering(str, Enum):
    """Whether somebody answers at an instant. UNKNOWN: nobody has written down the hours."""

    OPEN = "open"
    UNKNOWN = "unknown"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Socialjour:
    """One jour, as the directory has it. Its hours are for people on duty, and never go to a family.

    `hours` are None where they are not known, and do not matter to one that is always open. `outside` says what
    applies when nobody answers there. `source` is where it was read, `owner` who verifies it, and when they last did.
    """

    name: str
    number: str  # E.164
    places: tuple[str, ...]  # municipalities, as they are written
    hours: WeekHours | None
    is_always_open: bool = False
    outside: str = ""
    source: str = ""
    owner: str = ""
    verified_on: date | None = None

    def is_verified(self, today: date) -> bool:
        """Tell whether somebody vouches for it, and has done so within the last twelve months."""
        if self.verified_on is None or not self.owner:
            return False
        return timedelta(0) <= today - self.verified_on <= VERIFIED_FOR

    def answers_for(self, place: str) -> bool:
        return place_key(place) in {place_key(one) for one in self.places}


@dataclass(frozen=True, slots=True)
class Listing:
    """One jour at one instant. `until` is when it opens or closes next; None where that is not known, or never.

    `is_free_day_unsaid`: today is a helgdag or an eve, and its hours say nothing of such days.
    """

    jour: Socialjour
    answering: Answering
    until: datetime | None
    is_verified: bool
    is_free_day_unsaid: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What the directory says of a place. No listings: there is no jour for it, or none that we know of."""

    place: str
    listings: tuple[Listing, ...] = ()


def place_key(place: str) -> str:
    """Return what two spellings of one place have in common.

    >>> place_key(" Upplands  VÄSBY ") == place_key("Upplands Väsby")
    True
    """
    return " ".join(place.split()).casefold()


def look_up(directory: Iterable[Socialjour], place: str, at: datetime) -> Answer:
    """Return the jours that answer for `place`, those that are open at the instant `at` first.

    A shift that crosses midnight belongs to the day on which it starts: Saturday 01.30 is Friday's. Hours that say
    nothing of helgdagar are those of the weekday then too.
    """
    found = [_listing(jour, at) for jour in directory if jour.answers_for(place)]
    order = list(Answering)
    return Answer(place, tuple(sorted(found, key=lambda listing: order.index(listing.answering))))


def places_of(directory: Iterable[Socialjour], others: Iterable[str] = ()) -> tuple[str, ...]:
    """Return every place of the directory, and the `others`, once each and in Swedish order; the first spelling stands.

    >>> jour = Socialjour("A", "+46701740690", ("Österåker", "Åmål", "Ekerö", " ekerö"), None)
    >>> places_of([jour], ["Nykvarn"])
    ('Ekerö', 'Nykvarn', 'Åmål', 'Österåker')
    """
    named = (place.strip() for place in (*(one for jour in directory for one in jour.places), *others))
    found: dict[str, str] = {}
    for place in filter(None, named):
        found.setdefault(place_key(place), place)
    return tuple(found[key] for key in sorted(found, key=lambda key: key.translate(SWEDISH_ORDER)))


def _listing(jour: Socialjour, at: datetime) -> Listing:
    today = local(at).date()
    is_verified = jour.is_verified(today)
    if jour.is_always_open:
        return Listing(jour, Answering.OPEN, None, is_verified)
    if jour.hours is None:
        return Listing(jour, Answering.UNKNOWN, None, is_verified)
    is_free_day = today.weekday() < SATURDAY and not is_working_day(today)
    is_unsaid = is_free_day and not jour.hours.on(FREE_DAY)
    for start, end in _stretches(jour.hours, at):
        if start <= at < end:
            until = end if end - at < (LOOKED_AHEAD - 2) * ONE_DAY else None
            return Listing(jour, Answering.OPEN, until, is_verified, is_unsaid)
        if at < start:
            return Listing(jour, Answering.CLOSED, start, is_verified, is_unsaid)
    return Listing(jour, Answering.CLOSED, None, is_verified, is_unsaid)


def _stretches(hours: WeekHours, at: datetime) -> list[tuple[datetime, datetime]]:
    """Return when somebody answers without a break, from the shift of the day before and on, as UTC instants."""
    yesterday = local(at).date() - ONE_DAY
    found: list[tuple[datetime, datetime]] = []
    for ahead in range(LOOKED_AHEAD):
        for start, end in _spans_on(hours, yesterday + ahead * ONE_DAY):
            if found and start <= found[-1][1]:
                found[-1] = (found[-1][0], max(found[-1][1], end))
            elif start < end:  # one that lies in the hour that spring takes away is none
                found.append((start, end))
    return found


def _spans_on(hours: WeekHours, day: date) -> tuple[tuple[datetime, datetime], ...]:
    """Return the spans that begin on `day`. The closed days of a municipality's offices are no days of a jour's."""
    as_the_weekday = tuple((FREE_DAY, span) for span in hours.on(day.weekday()))
    said = hours if hours.on(FREE_DAY) else WeekHours((*hours.days, *as_the_weekday))
    return said.spans_on(day)
