"""Before each shift whoever has it is asked whether they are ready; when they say nothing, others are told."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from bot.domain.duty import Shift
from bot.domain.ids import ShiftId, StaffId
from bot.domain.outbound import OutboxKind, Priority
from bot.domain.people import Role, Staff
from bot.domain.readiness import Readiness, Stage, due_stage, next_stage
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.access import answers_for
from bot.services.shared.alone import alone
from bot.services.shared.placing import notice, notice_about
from bot.services.shared.reaching import has_own_phone
from bot.services.shared.view import slack_id
from bot.texts import listed, span

SCOPE: Final = "ready"
KEY: Final = "ready"  # in the payload of a row: the shift that it is about
# In the place of a stage, of an sms: their answer has come, the shift has other hours, or is not theirs any more.
NOTED, MOVED, GONE = "noted", "moved", "gone"
NOW: Final = timedelta(microseconds=1)


async def ask_if_ready(*, ctx: Context) -> int:
    """Plan what is due to be said of shifts; return how many. Each in a transaction of its own."""
    if not ctx.rules.ready.asks:
        return 0
    said = 0
    for held in await ctx.store.read(lambda tx: _changed(tx, ctx)):
        step = partial(_say_that_it_changed, ctx=ctx, key=(held.shift_id, held.staff_id))
        said += await alone(ctx, step, event="change_of_shift_not_told", shift_id=held.shift_id)
    for shift in await ctx.store.read(lambda tx: _due(tx, ctx)):
        step = partial(_ask, ctx=ctx, shift_id=shift.id)
        said += await alone(ctx, step, event="not_asked_if_ready", shift_id=shift.id)
    return said


def next_ready(tx: Tx, ctx: Context, after: datetime) -> datetime | None:
    """Return when something next falls due by itself; None when nothing does within ten days."""
    if not ctx.rules.ready.asks:
        return None
    coming = tx.shifts.between(after, after + timedelta(days=10))
    edges = (next_stage(shift, after, ctx.rules.ready) for shift in coming)
    return min((edge for edge in edges if edge is not None), default=None)


def _due(tx: Tx, ctx: Context) -> list[Shift]:
    now, rules = ctx.clock.now(), ctx.rules.ready
    shifts = tx.shifts.between(now, now + rules.first_ahead + NOW)
    due = [s for s in shifts if due_stage(s, tx.ready.get(s.id, s.staff_id), now, rules) is not None]
    people = tx.staff.several({s.staff_id for s in due})
    return [s for s in due if _can_be_asked(ctx, people[s.staff_id])]  # others are the survey's to tell of


def _can_be_asked(ctx: Context, person: Staff) -> bool:
    return person.slack_user_id is not None or (person.is_active and has_own_phone(ctx, person))


def _ask(tx: Tx, *, ctx: Context, shift_id: ShiftId) -> bool:
    now, shift = ctx.clock.now(), tx.shifts.get(shift_id)
    person = None if shift is None else tx.staff.get(shift.staff_id)
    if shift is None or person is None:
        return False
    kept = held_readiness(tx, shift)
    stage = due_stage(shift, kept, now, ctx.rules.ready)
    if stage is None:
        return False  # another instance was first
    if stage is Stage.START:
        kept = replace(kept, warned_at=now)
        _warn(tx, ctx, shift, person)
    elif stage is Stage.LAST:
        kept = replace(kept, told_last_at=now)
    else:
        kept = replace(kept, told_first_at=now)
    tx.ready.save(kept)
    if person.slack_user_id is None:
        plan_sms(tx, ctx, kept, stage.value)
    else:
        _plan(tx, ctx, shift, stage)
    return True


def new_readiness(shift: Shift) -> Readiness:
    """Return what is known of somebody and a shift of theirs before anything has been said."""
    return Readiness(shift.id, shift.staff_id, shift.starts_at, shift.ends_at)


def held_readiness(tx: Tx, shift: Shift) -> Readiness:
    """Return what has been said to its owner of the shift as it is, held for this transaction; at first nothing."""
    kept = tx.ready.get(shift.id, shift.staff_id, lock=True)
    if kept is None:
        tx.once(SCOPE, f"{shift.id}:{shift.staff_id}")  # of two who begin at once the second waits here
        kept = tx.ready.get(shift.id, shift.staff_id, lock=True)
    return kept if kept is not None and kept.fits(shift) else new_readiness(shift)


def _plan(tx: Tx, ctx: Context, shift: Shift, stage: Stage) -> None:
    tx.outbox.add(
        OutboxKind.NOTICE,
        f"notice:{shift.staff_id}",
        {"staff": shift.staff_id, KEY: shift.id, "stage": stage.value},
        dedupe_key=f"notice:{SCOPE}:{shift.id}:{shift.staff_id}:{stage.value}:{ctx.clock.now().isoformat()}",
        priority=Priority.NORMAL if stage is Stage.FIRST else Priority.URGENT,
    )


def plan_sms(tx: Tx, ctx: Context, about: Readiness, stage: str) -> None:
    """Plan an sms to the own phone of somebody without Slack: a stage, or NOTED, MOVED or GONE."""
    tx.outbox.add(
        OutboxKind.STAFF_SMS,
        f"ready_sms:{about.staff_id}",
        {"staff": about.staff_id, KEY: about.shift_id, "stage": stage},
        dedupe_key=f"ready_sms:{about.shift_id}:{about.staff_id}:{stage}:{ctx.clock.now().isoformat()}",
        priority=Priority.SMS,
    )


def _warn(tx: Tx, ctx: Context, shift: Shift, person: Staff) -> None:
    """Tell whoever stands behind, and the leaders, that nobody has said that they are there."""
    when_ = span(shift.starts_at, shift.ends_at)
    others = others_on_duty(tx, ctx, shift)
    for behind in others:
        dedupe = f"not_ready:{shift.id}:{shift.staff_id}:{behind}"
        values = {"when": when_}
        notice_about(tx, behind, "not_ready_backup", person.id, values, dedupe=dedupe, priority=Priority.URGENT)
    tell_leaders(tx, ctx, shift, "not_ready_both_told" if others else "not_ready", when=when_)


def others_on_duty(tx: Tx, ctx: Context, shift: Shift) -> list[StaffId]:
    """Return who else has a shift now that answers for the same nämnd and can be told in Slack."""
    now = ctx.clock.now()
    answering = ctx.rules.namnder[shift.lending_namnd].answered_by
    running = [s for s in tx.shifts.between(now, now + NOW) if s.lending_namnd in answering]
    people = tx.staff.several({s.staff_id for s in running if s.staff_id != shift.staff_id})
    return sorted(p.id for p in people.values() if p.is_active and p.slack_user_id is not None)


def served_by(ctx: Context, shift: Shift) -> str:
    """Return whom a shift answers for, as "Norrvik och Södermark": others than the nämnd that lends it too."""
    served = sorted(answers_for(ctx, shift.lending_namnd))
    return listed([ctx.rules.namnder[namnd].short_name for namnd in served])


def tell_leaders(tx: Tx, ctx: Context, shift: Shift, key: str, **values: str) -> None:
    """Tell the leaders of the lending nämnd something of a shift and of whoever has it, once."""
    namnd = served_by(ctx, shift)
    for leader in tx.staff.with_role(Role.LEADER, shift.lending_namnd):
        if leader.slack_user_id is not None and leader.id != shift.staff_id:
            dedupe = f"{key}:{shift.id}:{shift.staff_id}:{shift.starts_at.isoformat()}"
            said = {"namnd": namnd, **values}
            notice_about(tx, leader.id, key, shift.staff_id, said, dedupe=dedupe, priority=Priority.URGENT)


def _changed(tx: Tx, ctx: Context) -> list[Readiness]:
    """Return what has been said of shifts that are somebody else's now, or at other hours."""
    found = []
    for held in tx.ready.held(ctx.clock.now()):
        shift = tx.shifts.get(held.shift_id)
        if shift is None or not held.fits(shift):
            found.append(held)
    return found


def _say_that_it_changed(tx: Tx, *, ctx: Context, key: tuple[ShiftId, StaffId]) -> bool:
    """Tell whoever was told of a shift that it is not theirs any more, or that its hours are others.

    With other hours it begins anew: they are asked when it is time, and what they said does not count.
    """
    held, now = tx.ready.get(*key, lock=True), ctx.clock.now()
    shift = tx.shifts.get(key[0])
    if held is None or held.released_at is not None or (shift is not None and held.fits(shift)):
        return False  # another instance was first
    has_slack = bool(slack_id(tx, held.staff_id))
    was = span(held.starts_at, held.ends_at)
    dedupe = f"{held.shift_id}:{now.isoformat()}"
    if shift is None or not held.is_of(shift):
        tx.ready.save(replace(held, released_at=now))
        if has_slack:
            notice(tx, held.staff_id, "shift_gone", dedupe=dedupe, priority=Priority.URGENT, when=was)
        else:
            plan_sms(tx, ctx, held, GONE)
        return True
    tx.ready.save(new_readiness(shift))
    is_said = shift.ends_at > now
    if is_said and not has_slack:
        plan_sms(tx, ctx, held, MOVED)
    elif is_said:
        becomes = span(shift.starts_at, shift.ends_at)
        notice(tx, held.staff_id, "shift_moved", dedupe=dedupe, priority=Priority.URGENT, when=was, now=becomes)
    return is_said
