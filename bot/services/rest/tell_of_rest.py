"""A disturbed beredskap: the person and those who lead are told of the rest that is owed. The bot decides nothing."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from bot.domain.duty import Shift
from bot.domain.ids import ShiftId
from bot.domain.outbound import Priority
from bot.domain.people import Role, Staff
from bot.domain.rest.active import ActiveTime, Source
from bot.domain.rest.check import check_person, spans_of
from bot.domain.rest.findings import Finding, Rule
from bot.domain.rest.morning import told_at
from bot.domain.rest.spans import Stretch, local_days
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.alone import alone
from bot.services.shared.placing import notice, notice_about
from bot.services.shared.view import slack_id
from bot.texts import listed, span
from bot.texts.findings import finding_words

STILL_TOLD: Final = timedelta(days=3)  # after the shift: what is corrected by then may still break the rest
AROUND: Final = timedelta(days=10)  # of a shift, in which other work matters to its rest
TOLD: Final = "rest_told"  # the scope: once for each shift, and for each correction
SAID: Final = "rest_said"  # the scope: the same words are not said twice of a shift


async def tell_of_rest(*, ctx: Context) -> int:
    """Tell of each shift that is due and has broken the rest; return how many there were.

    Once, and again when the person has corrected their time and it comes to something else.
    """
    if not ctx.rules.rest.record_active_time:
        return 0
    due = await ctx.store.read(lambda tx: _due(tx, ctx))
    told = 0
    for shift_id in due:
        told += await alone(ctx, partial(_tell, ctx=ctx, shift_id=shift_id), event="rest_not_told", shift_id=shift_id)
    return told


def next_rest_told(tx: Tx, ctx: Context, after: datetime) -> datetime | None:
    """Return the next instant at which the rest after a shift is looked at; None when there is none in ten days."""
    if not ctx.rules.rest.record_active_time:
        return None
    shifts = tx.shifts.between(after - timedelta(days=1), after + AROUND)
    return min((at for shift in shifts if (at := told_at(shift, ctx.rules.rest)) > after), default=None)


def _due(tx: Tx, ctx: Context) -> list[ShiftId]:
    """Return the shifts to look at: somebody worked in them, and nobody has been told."""
    now = ctx.clock.now()
    shifts = [
        shift
        for shift in tx.shifts.between(now - STILL_TOLD, now + timedelta(days=1))
        if told_at(shift, ctx.rules.rest) <= now
    ]
    if not shifts:
        return []
    first, staff = min(shift.starts_at for shift in shifts), {shift.staff_id for shift in shifts}
    worked = tx.active_times.between(first, now, staff)
    keys = {shift.id: _key(shift.id, worked) for shift in shifts if any(one.shift_id == shift.id for one in worked)}
    return [shift_id for shift_id, key in keys.items() if not tx.was_done(TOLD, key)]


def _key(shift_id: ShiftId, worked: Sequence[ActiveTime]) -> str:
    """Return what is told of once: a shift, with what the person has said of it. What goes on by itself is no news."""
    theirs = [one for one in worked if one.shift_id == shift_id and _is_said(one)]
    said = sorted(f"{one.started_at.isoformat()}/{one.ended_at.isoformat()}" for one in theirs)
    return f"{shift_id}:{_digest(' '.join(said))}" if said else shift_id


def _is_said(worked: ActiveTime) -> bool:
    return worked.source is Source.MANUAL or worked.corrected_at is not None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _tell(tx: Tx, ctx: Context, shift_id: ShiftId) -> bool:
    shift = tx.shifts.get(shift_id)
    findings = [] if shift is None else broken_by(tx, ctx, shift)
    if shift is None or not findings:
        return False
    key = _key(shift.id, tx.active_times.between(shift.starts_at, ctx.clock.now(), {shift.staff_id}))
    details = "\n".join(f"• {finding_words(finding, ctx.texts)}" for finding in findings)
    was_told = tx.was_done(TOLD, shift.id)
    if not tx.once(TOLD, key) or not tx.once(SAID, f"{shift.id}:{_digest(details)}"):
        return False
    tx.once(TOLD, shift.id)
    leaders = [p for p in tx.staff.with_role(Role.LEADER, shift.lending_namnd) if p.slack_user_id is not None]
    values = {
        "span": span(shift.starts_at, shift.ends_at),
        "details": f"{ctx.texts.staff('rest.corrected_now')}\n{details}" if was_told else details,
    }
    _tell_people(tx, shift, key, [leader for leader in leaders if leader.id != shift.staff_id], values)
    return True


def _tell_people(tx: Tx, shift: Shift, key: str, leaders: list[Staff], values: dict[str, str]) -> None:
    once, mention = f"rest:{key}", slack_id(tx, shift.staff_id)
    if mention and leaders:
        names = listed([f"<@{leader.slack_user_id}>" for leader in leaders])
        notice(tx, shift.staff_id, "rest_self", dedupe=once, priority=Priority.NORMAL, leaders=names, **values)
    elif mention:
        notice(tx, shift.staff_id, "rest_self_alone", dedupe=once, priority=Priority.NORMAL, **values)
    for leader in leaders:
        notice_about(tx, leader.id, "rest_leader", shift.staff_id, values, dedupe=once)


def broken_by(tx: Tx, ctx: Context, shift: Shift) -> list[Finding]:
    """Return what the work in one shift did to the rest: R6 for each dygn, then R2 where the next pass is too near."""
    rules = ctx.rules.rest.in_namnd(shift.lending_namnd)
    start, end = shift.starts_at - AROUND, shift.ends_at + AROUND
    mine = [other for other in tx.shifts.between(start, end) if other.staff_id == shift.staff_id]
    active = tx.active_times.between(start, end, {shift.staff_id})
    first, last = local_days(Stretch(start, end))
    away = frozenset(free.day for free in tx.rota.days_off(first, last) if free.staff_id == shift.staff_id)
    spans = spans_of(mine, rules, first, last, active=[one.stretch for one in active], away=away)
    here = [one.stretch for one in active if one.shift_id == shift.id]
    from_day, to_day = local_days(Stretch(shift.starts_at - timedelta(days=1), shift.ends_at + timedelta(days=1)))
    found = check_person(shift.staff_id, spans, rules, from_day, to_day)
    return sorted((f for f in found if _is_of(f, here)), key=lambda f: (f.rule is not Rule.R6, f.when.starts_at))


def _is_of(finding: Finding, here: list[Stretch]) -> bool:
    if finding.rule is Rule.R6:
        return any(one.touches(finding.when) for one in here)
    return finding.rule is Rule.R2 and any(one.ends_at == finding.when.starts_at for one in here)
