"""People, slots and problems for the tests of the rota."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from bot.domain.calendar import STOCKHOLM, WeekHours
from bot.domain.duty import Shift
from bot.domain.ids import NamndId, ShiftId, StaffId
from bot.domain.rest.planning import Breach, breaches
from bot.domain.rota.members import DayWish, Member, WishedDays
from bot.domain.rota.proposal import Problem, Proposal
from bot.domain.rota.rules import RotaRules
from bot.domain.rota.slots import Team, slots_of
from bot.services.rota.solve import Effort
from bot.settings import ROTA_DAYS, parse_week

NORRVIK, SODERMARK = NamndId("norrvik"), NamndId("sodermark")
HOURS: Final = parse_week(["mån-fre 17.00-22.00", "lör-sön 10.00-22.00", "helgdag 10.00-22.00"])
MONDAY: Final = date(2026, 12, 7)
QUICK: Final = Effort(within=timedelta(seconds=60), workers=1, steps=0.3)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).astimezone(UTC)


def hours(*lines: str) -> WeekHours:
    return parse_week(list(lines), ROTA_DAYS)


def team(week: WeekHours = HOURS, lenders: Iterable[NamndId] = (NORRVIK, SODERMARK)) -> Team:
    return Team((NORRVIK, SODERMARK), frozenset(lenders), week)


def member(number: int, namnd: NamndId | None = None, *, has_slack: bool = True) -> Member:
    lends = namnd or (NORRVIK if number % 2 else SODERMARK)
    name = f"p{number:02}"
    return Member(StaffId(name), name.upper(), f"{name}@example.se", frozenset({lends}), has_slack=has_slack)


def people(count: int) -> tuple[Member, ...]:
    return tuple(member(number) for number in range(1, count + 1))


def wished(number: int, first: str, last: str, wish: DayWish = DayWish.AWAY) -> WishedDays:
    staff_id = StaffId(f"p{number:02}")
    return WishedDays(f"{staff_id} {first}", staff_id, wish, date.fromisoformat(first), date.fromisoformat(last))


def problem(weeks: int = 1, count: int = 6, *, week: WeekHours = HOURS, first: date = MONDAY, **more: Any) -> Problem:
    last = first + timedelta(weeks=weeks, days=-1)
    members = more.pop("members", people(count))
    return Problem(first, last, slots_of([team(week)], first, last), members, **{"rules": RotaRules(), **more})


def shift(staff: str, start: str, end: str, *, is_backup: bool = False) -> Shift:
    return Shift(ShiftId(f"{staff} {start}"), StaffId(staff), NORRVIK, wall(start), wall(end), is_backup)


def broken(given: Problem, found: Proposal) -> list[tuple[StaffId, Breach]]:
    """Return every breach of rest, worked out anew from the shifts and not from the model."""
    return [
        (person.id, breach)
        for person in given.members
        for breach in breaches(
            [*(a.stretch for a in found.of(person.id)), *given.fixed_of(person.id)],
            hours=given.rules.ordinary_hours,
            rest_between=given.rules.rest_between,
            most_in_month=given.rules.most_in_month,
            free={d.day for d in found.days_off if d.staff_id == person.id} | given.away_days(person.id),
            asks_for_week=given.asks_for_week,
        )
    ]
