"""What rest somebody would have with one more shift: the check that both see before they say yes."""

from datetime import datetime, timedelta
from typing import Final

from bot.domain.calendar import local
from bot.domain.ids import ShiftId, StaffId
from bot.domain.rest.check import spans_of, would_break
from bot.domain.rest.findings import Finding, Level
from bot.domain.rest.planning import shortest_rest
from bot.domain.rest.spans import Kind, Span, Stretch
from bot.domain.swap import SwapOffer
from bot.ports import Tx
from bot.services.context import Context

AROUND: Final = timedelta(days=3)
BEFORE: Final = timedelta(weeks=17)  # as far back as an average reaches (facts: time, R9)
AFTER: Final = timedelta(days=35)  # the month and the week that the shift lies in
SHOWN: Final = frozenset({Level.ERROR, Level.WARN})


def rest_broken(tx: Tx, ctx: Context, staff_id: StaffId, offer: SwapOffer) -> tuple[Finding, ...]:
    """Return what the rules of rest say against somebody having the offered shift, the gravest first."""
    rules = ctx.rules.rest.in_namnd(offer.namnd)
    start, end = offer.starts_at - BEFORE, offer.ends_at + AFTER
    theirs = [s for s in tx.shifts.between(start, end) if s.staff_id == staff_id and s.id != offer.shift_id]
    worked = [Stretch(done.started_at, done.ended_at) for done in tx.active_times.between(start, end, [staff_id])]
    first, last = local(start).date(), local(end).date()
    away = frozenset(free.day for free in tx.rota.days_off(first, last) if free.staff_id == staff_id)
    spans = spans_of(theirs, rules, first, last, active=worked, away=away)
    more = Span(Kind.PASSIVE, Stretch(offer.starts_at, offer.ends_at))
    found = [finding for finding in would_break(staff_id, spans, more, rules) if finding.level in SHOWN]
    return tuple(sorted(found, key=lambda finding: (finding.level is not Level.ERROR, finding.rule.value)))


def rest_around(
    tx: Tx, staff_id: StaffId, starts_at: datetime, ends_at: datetime, *, without: ShiftId
) -> timedelta | None:
    """Return the shorter of the rests before and after, elapsed; None when they have no other shift near it."""
    near = tx.shifts.between(starts_at - AROUND, ends_at + AROUND)
    theirs = [Stretch(s.starts_at, s.ends_at) for s in near if s.staff_id == staff_id and s.id != without]
    return shortest_rest(Stretch(starts_at, ends_at), theirs)
