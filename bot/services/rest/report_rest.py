"""A month of beredskap in a nämnd, person by person: hours, active time, and what the checks of rest say."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from bot.domain.calendar import ONE_DAY, is_working_day
from bot.domain.duty import Shift
from bot.domain.errors import AuditEntry, NotAllowed
from bot.domain.ids import NamndId, StaffId
from bot.domain.people import Staff
from bot.domain.rest.active import ActiveTime
from bot.domain.rest.check import check_person, spans_of
from bot.domain.rest.findings import Finding, Level
from bot.domain.rest.limits import Disturbed, disturbed, disturbed_too_often
from bot.domain.rest.rules import RestRules
from bot.domain.rest.spans import (
    WEEK,
    Kind,
    Span,
    Stretch,
    days,
    days_window,
    local_days,
    merged,
    month_window,
    total,
    within,
)
from bot.domain.rota.draft import FreeDay
from bot.domain.secrecy import Act
from bot.ports import Tx
from bot.services.context import Context
from bot.services.imports.run import CLI
from bot.services.shared.access import actor, require_namnd

AFTER: Final = timedelta(days=7)  # the month, in which a rest that began in it may end


@dataclass(frozen=True, slots=True)
class PersonMonth:
    """One person's month. Beredskap is what this nämnd lent; the findings are about all that the person did."""

    name: str
    turns: Disturbed
    on_working_days: timedelta
    on_free_days: timedelta  # Saturdays, Sundays, red days and eves, from midnight to midnight
    active: timedelta
    findings: tuple[Finding, ...]

    def count(self, level: Level) -> int:
        return sum(finding.level is level for finding in self.findings)


@dataclass(frozen=True, slots=True)
class RestReport:
    """What the file holds, and what it says about itself. `made_by` is a name; `month` is its first day."""

    namnd_name: str
    month: date
    made_at: datetime
    made_by: str
    people: tuple[PersonMonth, ...]
    of_all: tuple[Finding, ...]
    is_recorded: bool
    is_trial: bool = False


@dataclass(frozen=True, slots=True)
class _Work:
    """What is known of everybody's work around the month."""

    names: dict[StaffId, str]
    shifts: Sequence[Shift]
    active: dict[StaffId, list[ActiveTime]]
    days_off: Sequence[FreeDay]


async def report_rest(namnd: NamndId, month: date, *, ctx: Context, as_email: str) -> RestReport:
    """Return the report of the calendar month that `month` lies in, for whoever leads the beredskap there.

    The log has it before anybody does. Raises NotAllowed (logged) or Busy.
    """
    reader = await ctx.store.write(partial(_admit, ctx=ctx, namnd=namnd, as_email=as_email))
    rules, now = ctx.rules.rest.in_namnd(namnd), ctx.clock.now()
    window = month_window(month)
    first, last = local_days(window)
    since = min(first.replace(month=1, day=1), last + ONE_DAY - rules.average_weeks * WEEK - WEEK)
    known = days_window(since, last + AFTER)
    work = await ctx.store.read(partial(_read, namnd=namnd, window=window, known=known))
    people = {staff: _spans(work, staff, rules, known) for staff in sorted(work.names, key=lambda s: work.names[s])}
    rows = tuple(_month(work, staff, spans, rules, namnd, window) for staff, spans in people.items())
    of_all = tuple(disturbed_too_often(people.values(), rules, last))
    await ctx.store.write(_logging(reader.id, namnd, first, len(rows)))
    name = ctx.rules.namnder[namnd].name
    is_recorded = rules.record_active_time
    return RestReport(name, first, now, reader.name, rows, of_all, is_recorded, ctx.rules.is_trial)


def _admit(tx: Tx, *, ctx: Context, namnd: NamndId, as_email: str) -> Staff:
    """Return who it is; raises NotAllowed, logged."""
    staff = tx.staff.by_email(as_email.strip())
    if staff is None:
        entry = AuditEntry(CLI, Act.SEE_REST.value, f"namnd:{namnd}", "not_staff", namnd, is_allowed=False)
        raise NotAllowed("not_staff", audit=entry)
    require_namnd(tx, ctx, actor(tx, ctx, staff), Act.SEE_REST, namnd)
    return staff


def _logging(reader: StaffId, namnd: NamndId, month: date, count: int) -> Callable[[Tx], None]:
    details: dict[str, str | int] = {"month": f"{month:%Y-%m}", "people": count}
    entry = AuditEntry(reader, "rest_report", f"namnd:{namnd}", "leader", namnd, details=dict(details))
    return lambda tx: tx.audit.record(entry)


def _read(tx: Tx, *, namnd: NamndId, window: Stretch, known: Stretch) -> _Work:
    """Return all work of those who had a turn for the nämnd in the month."""
    shifts = tx.shifts.between(known.starts_at, known.ends_at)
    turns = [Stretch(s.starts_at, s.ends_at).touches(window) and s.lending_namnd == namnd for s in shifts]
    staff = {shift.staff_id for shift, is_here in zip(shifts, turns, strict=True) if is_here}
    names = {person.id: person.name for person in tx.staff.several(staff).values()}
    active: dict[StaffId, list[ActiveTime]] = {}
    for one in tx.active_times.between(known.starts_at, known.ends_at, staff):
        active.setdefault(one.staff_id, []).append(one)
    return _Work(names, shifts, active, tx.rota.days_off(*local_days(known)))


def _spans(work: _Work, staff: StaffId, rules: RestRules, known: Stretch) -> tuple[Span, ...]:
    mine = [shift for shift in work.shifts if shift.staff_id == staff]
    active = [one.stretch for one in work.active.get(staff, ())]
    away = frozenset(free.day for free in work.days_off if free.staff_id == staff)
    return spans_of(mine, rules, *local_days(known), active=active, away=away)


def _month(
    work: _Work, staff: StaffId, spans: Sequence[Span], rules: RestRules, namnd: NamndId, window: Stretch
) -> PersonMonth:
    lent = {
        s.id: Stretch(s.starts_at, s.ends_at) for s in work.shifts if (s.staff_id, s.lending_namnd) == (staff, namnd)
    }
    worked = merged(one.stretch for one in work.active.get(staff, ()) if one.shift_id in lent)
    turns = [Span(Kind.PASSIVE, turn) for turn in lent.values()]
    beredskap, (first, last) = merged(lent.values()), local_days(window)
    free_days = (days_window(day, day) for day in days(first, last) if not is_working_day(day))
    free = total(part for day in free_days for part in within(beredskap, day))
    return PersonMonth(
        name=work.names[staff],
        turns=disturbed([*turns, *(Span(Kind.ACTIVE, one) for one in worked)], window),
        on_working_days=total(within(beredskap, window)) - free,
        on_free_days=free,
        active=total(within(worked, window)),
        findings=tuple(sorted(check_person(staff, spans, rules, first, last), key=lambda f: f.when.starts_at)),
    )
