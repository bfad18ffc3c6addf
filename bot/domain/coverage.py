"""What is missing in the rota ahead: every minute of beredskap has one who leads, and a backup where one is wanted.

Facts: time, R12. Lengths are elapsed time: the autumn night's 02.00-03.00 is two hours.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from itertools import pairwise
from typing import Final

from bot.domain.calendar import ONE_DAY, local
from bot.domain.duty import Shift, duty
from bot.domain.ids import StaffId
from bot.domain.people import Staff
from bot.domain.rules import NamndRules

AHEAD: Final = timedelta(days=14)


class Lack(str, Enum):
    """What can be wrong with a stretch of the rota."""

    GAP = "gap"  # nobody
    ONLY_BACKUP = "only_backup"  # a planned backup leads, since nobody else can
    OVERLAP = "overlap"  # two who each believe that they have the lead
    NO_BACKUP = "no_backup"
    UNREACHABLE = "unreachable"  # somebody stands in the rota, and none of them can be reached
    NO_PHONE = "no_phone"  # Slack is the only way to any of them, and it may be silenced


_Key = tuple[Lack, tuple[StaffId, ...]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, from `starts_at` to `ends_at` (UTC).

    It goes on over the hours in between that nobody has to cover: `stretches` counts those that are to be covered, and
    `length` is how long they are together.
    """

    what: Lack
    starts_at: datetime
    ends_at: datetime
    who: tuple[StaffId, ...] = ()
    stretches: int = 1
    length: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Reach:
    """How people can be reached: by Slack, without which nobody leads, and by a phone that is known to be theirs."""

    by_slack: frozenset[StaffId]
    by_phone: frozenset[StaffId]

    @staticmethod
    def of(people: Iterable[Staff]) -> "Reach":
        active = [person for person in people if person.is_active]
        return Reach(
            frozenset(person.id for person in active if person.slack_user_id is not None),
            frozenset(person.id for person in active if person.phone is not None and person.is_phone_verified),
        )


@dataclass(frozen=True, slots=True)
class _Piece:
    """Time to be covered during which nothing in the rota changes."""

    starts_at: datetime
    ends_at: datetime


def survey(
    namnd: NamndRules,
    since: datetime,
    until: datetime,
    shifts: Iterable[Shift],
    reach: Reach,
    closed_days: frozenset[date] = frozenset(),
) -> tuple[Finding, ...]:
    """Return what is wrong for `namnd` in [since, until), by start.

    What goes on from one evening to the next is one finding, however many evenings it lasts.
    """
    ours = [shift for shift in shifts if shift.lending_namnd in namnd.answered_by]
    found: list[Finding] = []
    going_on: dict[_Key, int] = {}  # by what and who: where it stands in `found`
    before: _Piece | None = None
    for piece in _pieces(namnd, since, until, ours, closed_days):
        keys = _lacks(namnd, piece, ours, reach, closed_days)
        for what, who in keys:
            goes_on = (what, who) in going_on and before is not None
            if not goes_on:
                going_on[what, who] = len(found)
                found.append(Finding(what, piece.starts_at, piece.starts_at, who))
            place = going_on[what, who]
            is_new = goes_on and before is not None and before.ends_at < piece.starts_at
            found[place] = _longer(found[place], piece, is_new=is_new)
        going_on = {key: going_on[key] for key in keys}
        before = piece
    return tuple(found)


def _longer(finding: Finding, piece: _Piece, *, is_new: bool) -> Finding:
    return replace(
        finding,
        ends_at=piece.ends_at,
        stretches=finding.stretches + is_new,
        length=finding.length + (piece.ends_at - piece.starts_at),
    )


def _lacks(
    namnd: NamndRules, piece: _Piece, shifts: list[Shift], reach: Reach, closed_days: frozenset[date]
) -> list[_Key]:
    running = [shift for shift in shifts if shift.covers(piece.starts_at)]
    holders = tuple(sorted({shift.staff_id for shift in running}))
    if not running:
        return [(Lack.GAP, ())]
    unable = frozenset(holders) - reach.by_slack
    found = duty(namnd, piece.starts_at, running, closed_days=closed_days, avoid=unable)
    if found.lead is None:
        return [(Lack.UNREACHABLE, holders)]
    lacks: list[_Key] = []
    if found.lead.is_backup:
        lacks.append((Lack.ONLY_BACKUP, (found.lead.staff_id,)))
    elif found.overlaps:
        leading = {shift.staff_id for shift in (found.lead, *found.backup) if not shift.is_backup}
        lacks += [(Lack.OVERLAP, tuple(sorted(leading)))] if len(leading) > 1 else []
    behind = (reach.by_slack | reach.by_phone).intersection(holders) - {found.lead.staff_id}
    if namnd.wants_backup and not behind and not found.lead.is_backup:
        lacks.append((Lack.NO_BACKUP, (found.lead.staff_id,)))
    if not reach.by_phone.intersection(holders):
        lacks.append((Lack.NO_PHONE, holders))
    return lacks


def _pieces(
    namnd: NamndRules, since: datetime, until: datetime, shifts: list[Shift], closed_days: frozenset[date]
) -> list[_Piece]:
    """Cut the hours that somebody should cover where a shift or the office begins or ends."""
    wanted, office = _spans(namnd, since, until, closed_days)
    edges = {edge for span in (*wanted, *office) for edge in span}
    edges |= {edge for shift in shifts for edge in (shift.starts_at, shift.ends_at)}
    cuts = sorted({since, until, *(edge for edge in edges if since < edge < until)})
    pieces = (_Piece(start, end) for start, end in pairwise(cuts))
    return [
        piece
        for piece in pieces
        if any(start <= piece.starts_at < end for start, end in wanted)
        and not any(start <= piece.starts_at < end for start, end in office)
    ]


def _spans(
    namnd: NamndRules, since: datetime, until: datetime, closed_days: frozenset[date]
) -> tuple[list[tuple[datetime, datetime]], list[tuple[datetime, datetime]]]:
    """Return the spans of beredskap and of the office that touch [since, until)."""
    wanted: list[tuple[datetime, datetime]] = []
    office: list[tuple[datetime, datetime]] = []
    day, last = local(since).date() - ONE_DAY, local(until).date()
    while day <= last:
        wanted += namnd.beredskap_hours.spans_on(day, closed_days)
        office += namnd.office_hours.spans_on(day, closed_days)
        day += ONE_DAY
    return wanted, office
