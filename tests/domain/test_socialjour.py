"""Which socialjour answers for a place, and when: the rows of the region's list of 2017, with invented numbers."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import FREE_DAY, STOCKHOLM, Hours, WeekHours
from bot.domain.socialjour import Answering, Listing, Socialjour, look_up, places_of
from bot.settings import parse_week

NUMBER = "+46701740690"
CHECKED = date(2026, 6, 1)
MINUTE = timedelta(minutes=1)


def jour(name: str, places: str, *hours: str, outside: str = "") -> Socialjour:
    """One row; without hours they are not known, and "dygnet runt" says itself."""
    week = None if hours in {(), ("dygnet runt",)} else parse_week(list(hours))
    is_always_open = hours == ("dygnet runt",)
    names = tuple(places.split(", "))
    return Socialjour(name, NUMBER, names, week, is_always_open, outside, "länets lista", "Lena Holm", CHECKED)


STOCKHOLM_CITY = jour("Stockholm", "Stockholm", "dygnet runt")
YOUTHS = jour("Ungdomsjouren", "Stockholm")
NORTH_WEST = jour(
    "Nordväst",
    "Solna, Ekerö, Järfälla, Sigtuna, Sundbyberg, Sollentuna, Upplands-Bro, Upplands Väsby",
    "mån-tor 16.00-02.00",
    "fre 14.00-02.00",
    "lör-sön 16.00-02.00",
    outside="Polisen",
)
NORTH_EAST = jour(
    "Nordost",
    "Vallentuna, Täby, Österåker, Norrtälje, Vaxholm, Danderyd, Lidingö",
    "mån-tor 16.30-02.00",
    "fre-sön 16.00-02.00",
    outside="Polisen",
)
SODERTORN = jour(
    "Södertörn",
    "Botkyrka, Huddinge, Haninge, Nynäshamn",
    "mån-tor 16.00-02.00",
    "fre-lör 14.00-02.00",
    "sön 16.00-02.00",
    outside="114 14",
)
SOUTH_WEST = jour(
    "Salem/Södertälje",
    "Salem, Södertälje",
    "mån-tor 17.00-24.00",
    "fre 14.00-01.00",
    "lör 16.00-01.00",
    "sön 16.00-24.00",
    outside="Beredskap genom 114 14",
)
VARMDO = jour(
    "Värmdö",
    "Värmdö",
    "mån-ons 17.00-08.00",
    "tor 19.00-08.00",
    "fre 13.00-24.00",
    "lör-sön 00.00-24.00",
    "mån 00.00-08.00",
    outside="114 14",
)
NACKA = jour(
    "Nacka-Tyresö",
    "Nacka, Tyresö",
    "mån-tor 16.00-02.00",
    "fre 14.00-02.00",
    "lör-sön 16.00-02.00",
    outside="114 14",
)
DIRECTORY = (STOCKHOLM_CITY, YOUTHS, NORTH_WEST, NORTH_EAST, SODERTORN, SOUTH_WEST, VARMDO, NACKA)
NAMED = {one.name: one for one in DIRECTORY}


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).astimezone(UTC)


def only(place: str, at: str | datetime) -> Listing:
    [found] = look_up(DIRECTORY, place, wall(at) if isinstance(at, str) else at).listings
    return found


@pytest.mark.parametrize(
    ("place", "at", "name", "answering", "until"),
    [
        # 2026-11-20 is a Friday
        ("Solna", "2026-11-19 15:59", "Nordväst", "closed", "2026-11-19 16:00"),
        ("Solna", "2026-11-19 16:00", "Nordväst", "open", "2026-11-20 02:00"),
        ("Ekerö", "2026-11-20 13:59", "Nordväst", "closed", "2026-11-20 14:00"),
        ("Upplands Väsby", "2026-11-20 14:00", "Nordväst", "open", "2026-11-21 02:00"),
        ("Järfälla", "2026-11-21 14:30", "Nordväst", "closed", "2026-11-21 16:00"),
        ("Täby", "2026-11-19 16:29", "Nordost", "closed", "2026-11-19 16:30"),
        ("Täby", "2026-11-19 16:30", "Nordost", "open", "2026-11-20 02:00"),
        ("Lidingö", "2026-11-20 16:00", "Nordost", "open", "2026-11-21 02:00"),
        ("Botkyrka", "2026-11-21 14:00", "Södertörn", "open", "2026-11-22 02:00"),
        ("Botkyrka", "2026-11-22 14:00", "Södertörn", "closed", "2026-11-22 16:00"),
        ("Salem", "2026-11-19 23:59", "Salem/Södertälje", "open", "2026-11-20 00:00"),
        ("Salem", "2026-11-20 00:00", "Salem/Södertälje", "closed", "2026-11-20 14:00"),
        ("Södertälje", "2026-11-21 00:59", "Salem/Södertälje", "open", "2026-11-21 01:00"),
        ("Tyresö", "2026-11-20 14:00", "Nacka-Tyresö", "open", "2026-11-21 02:00"),
        # Värmdö: a night that ends in the morning, Thursday from 19, and a weekend without a break
        ("Värmdö", "2026-11-18 07:59", "Värmdö", "open", "2026-11-18 08:00"),
        ("Värmdö", "2026-11-18 08:00", "Värmdö", "closed", "2026-11-18 17:00"),
        ("Värmdö", "2026-11-19 18:00", "Värmdö", "closed", "2026-11-19 19:00"),
        ("Värmdö", "2026-11-20 13:00", "Värmdö", "open", "2026-11-23 08:00"),
        ("Värmdö", "2026-11-22 12:00", "Värmdö", "open", "2026-11-23 08:00"),
        ("Värmdö", "2026-11-23 08:00", "Värmdö", "closed", "2026-11-23 17:00"),
    ],
)
def test_the_rows_of_the_list(place: str, at: str, name: str, answering: str, until: str) -> None:
    found = only(place, at)

    assert (found.jour.name, found.answering.value, found.until) == (name, answering, wall(until))


def test_half_past_one_on_saturday_belongs_to_fridays_shift() -> None:
    assert only("Huddinge", "2026-11-21 01:30").answering is Answering.OPEN
    assert only("Huddinge", "2026-11-21 02:00") == Listing(SODERTORN, Answering.CLOSED, wall("2026-11-21 14:00"), True)


def test_one_that_is_always_open_stands_before_one_whose_hours_nobody_knows() -> None:
    found = look_up(reversed(DIRECTORY), "stockholm", wall("2026-11-20 04:00"))

    assert [(one.jour.name, one.answering.value, one.until) for one in found.listings] == [
        ("Stockholm", "open", None),
        ("Ungdomsjouren", "unknown", None),
    ]


@pytest.mark.parametrize("place", ["Nykvarn", "", "  "])
def test_a_place_without_a_jour_is_an_answer(place: str) -> None:
    answer = look_up(DIRECTORY, place, wall("2026-11-20 22:00"))

    assert (answer.place, answer.listings) == (place, ())


@pytest.mark.parametrize("spelled", ["upplands-bro", "UPPLANDS-BRO ", " Upplands-Bro"])
def test_a_place_is_found_however_it_is_spelled(spelled: str) -> None:
    assert only(spelled, "2026-11-20 22:00").jour is NORTH_WEST


def test_the_places_stand_in_swedish_order() -> None:
    found = places_of(DIRECTORY, ["Nykvarn", " solna"])

    assert len(found) == 26
    assert found[:2] == ("Botkyrka", "Danderyd")
    assert found[-4:] == ("Vallentuna", "Vaxholm", "Värmdö", "Österåker")
    assert "Solna" in found


# --- clocks that change, and days that are free ---


@pytest.mark.parametrize(
    ("at", "answering", "until"),
    [
        # 29 March: 02.00 is 03.00 at once
        ("2026-03-29T00:59:00+00:00", "open", "2026-03-29T01:00:00+00:00"),
        ("2026-03-29T01:00:00+00:00", "closed", "2026-03-29T14:00:00+00:00"),
        # 25 October: there are two 02.00, and the first one ends the shift
        ("2026-10-24T23:59:00+00:00", "open", "2026-10-25T00:00:00+00:00"),
        ("2026-10-25T00:00:00+00:00", "closed", "2026-10-25T15:00:00+00:00"),
        ("2026-10-25T01:30:00+00:00", "closed", "2026-10-25T15:00:00+00:00"),
    ],
)
def test_nights_when_the_clock_changes(at: str, answering: str, until: str) -> None:
    found = only("Nacka", datetime.fromisoformat(at))

    assert (found.answering.value, found.until) == (answering, datetime.fromisoformat(until))


def test_a_free_day_that_the_hours_say_nothing_of_is_said() -> None:
    """6 January 2027 is a Wednesday: the hours of Wednesdays stand, and whoever reads them is told."""
    found = only("Nacka", "2027-01-06 12:00")

    assert found == Listing(NACKA, Answering.CLOSED, wall("2027-01-06 16:00"), True, is_free_day_unsaid=True)
    assert not only("Nacka", "2027-01-09 12:00").is_free_day_unsaid  # a Saturday has hours of its own


def test_a_free_day_with_hours_of_its_own() -> None:
    one = jour("Röda dagar", "Nykvarn", "mån-fre 16.00-02.00", "helgdag 10.00-02.00")

    [found] = look_up([one], "Nykvarn", wall("2027-01-06 12:00")).listings

    assert found == Listing(one, Answering.OPEN, wall("2027-01-07 02:00"), True)


# --- verified, or not ---


@pytest.mark.parametrize(
    ("verified_on", "owner", "is_verified"),
    [
        (date(2025, 11, 20), "Lena Holm", True),
        (date(2025, 11, 19), "Lena Holm", False),
        (date(2026, 11, 20), "Lena Holm", True),
        (date(2026, 11, 21), "Lena Holm", False),  # nobody can have done it tomorrow
        (date(2026, 11, 1), "", False),
        (None, "Lena Holm", False),
    ],
)
def test_an_entry_is_verified_for_twelve_months_by_somebody(
    verified_on: date | None, owner: str, is_verified: bool
) -> None:
    one = Socialjour("A", NUMBER, ("Nykvarn",), None, owner=owner, verified_on=verified_on)

    [found] = look_up([one], "Nykvarn", wall("2026-11-20 22:00")).listings

    assert found.is_verified is is_verified
    assert found.jour is one  # staff see it all the same


# --- whatever the hours are ---

times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30]))
weeks = st.lists(st.tuples(st.integers(0, 6) | st.just(FREE_DAY), st.builds(Hours, times, times)), max_size=12).map(
    lambda days: WeekHours(tuple(days))
)
instants = st.integers(0, 800 * 24 * 60).map(lambda n: wall("2026-01-01 00:00") + n * MINUTE)


@given(weeks, instants)
def test_it_is_open_or_closed_and_until_is_when_that_changes(week: WeekHours, at: datetime) -> None:
    one = Socialjour("A", NUMBER, ("Nykvarn",), week)

    def answering(instant: datetime) -> Answering:
        [found] = look_up([one], "Nykvarn", instant).listings
        return found.answering

    [now] = look_up([one], "Nykvarn", at).listings

    assert now.answering in {Answering.OPEN, Answering.CLOSED}
    if now.until is None:
        assert {answering(at + timedelta(hours=7 * n)) for n in range(40)} == {now.answering}
    else:
        assert now.until > at
        assert answering(now.until - MINUTE) is now.answering
        assert answering(now.until) is not now.answering


@given(weeks.filter(lambda week: bool(week.on(FREE_DAY))), instants)
def test_it_agrees_with_the_hours_on_days_of_one_length(week: WeekHours, at: datetime) -> None:
    """The calendar asks the wall clock, which says the same twice on one night of the year and skips on another."""
    around = {(at + timedelta(days=n)).astimezone(STOCKHOLM).utcoffset() for n in (-2, 0, 2)}
    if len(around) > 1:
        return

    [found] = look_up([Socialjour("A", NUMBER, ("Nykvarn",), week)], "Nykvarn", at).listings

    assert (found.answering is Answering.OPEN) is week.covers(at)
