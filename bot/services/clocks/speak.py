"""What time says of the clocks: the morning's list of each handläggare, and what turns critical during the day.

The clocks of one person are spoken of in one transaction, which also says when each is spoken of next. Whatever
happens between two people, each is told once; after downtime a clock is spoken of once, not once a missed rung.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

import structlog

from bot.domain.alerts import AlertCode
from bot.domain.calendar import local
from bot.domain.clock_ladder import LAST_HOUR, Step, next_rung
from bot.domain.clocks import open_from, opening_on, worked_back
from bot.domain.deadline import Deadline, Stage
from bot.domain.ids import DeadlineId, NamndId, StaffId
from bot.domain.people import Staff
from bot.ports import PostedList, Tx
from bot.services.clocks.access import leaders_of, owners_behind, who_has
from bot.services.clocks.changing import draw_list, is_office_time, scheduled, tell
from bot.services.clocks.rows import by_urgency
from bot.services.context import Context
from bot.services.shared.alone import alone
from bot.services.watch.raising import CLOCKS, raise_alert

log = structlog.get_logger(__name__)

PORTION: Final = 500  # clocks that are looked up at a time
MOST_LISTED: Final = 300  # in one list; what is beyond stands in App Home
NEAR: Final = timedelta(days=7)
_MOMENT: Final = timedelta(microseconds=1)

Whose = tuple[NamndId, StaffId | None]


async def speak_of_clocks(*, ctx: Context) -> int:
    """Speak of the clocks that are due, one person's at a time; return how many people's were spoken of.

    Safe to run late, twice, or in several processes at once. One that stumbles holds up no other.
    """
    spoken = 0
    passed: set[DeadlineId] = set()  # put off, or not to be spoken of by us: not looked at again in this run
    while groups := await ctx.store.read(partial(_due_by_person, ctx=ctx, passed=frozenset(passed))):
        for (namnd, staff_id), ids in groups.items():
            step = partial(_speak, ctx=ctx, namnd=namnd, staff_id=staff_id, ids=ids)
            if await alone(ctx, step, event="clocks_not_spoken_of", namnd=namnd, staff_id=staff_id or ""):
                spoken += 1
            else:
                passed.update(ids)
    return spoken


def _due_by_person(tx: Tx, *, ctx: Context, passed: frozenset[DeadlineId]) -> dict[Whose, list[DeadlineId]]:
    due = tx.deadlines.due(ctx.clock.now(), limit=PORTION + len(passed))
    has: dict[Whose, StaffId | None] = {}
    groups: dict[Whose, list[DeadlineId]] = {}
    for clock in due:
        if clock.id in passed:
            continue
        owned = (clock.namnd, clock.owner)
        if owned not in has:
            has[owned] = _id_of(who_has(tx, ctx, *owned))
        groups.setdefault((clock.namnd, has[owned]), []).append(clock.id)
    return groups


def _speak(tx: Tx, *, ctx: Context, namnd: NamndId, staff_id: StaffId | None, ids: Sequence[DeadlineId]) -> bool:
    """Speak of one person's clocks; False when there was nothing to say now."""
    now = ctx.clock.now()
    running = [] if staff_id is None else _running(tx, ctx, namnd, staff_id)
    wanted = {*ids, *(clock.id for clock in running if _is_due(clock, now))}
    near = {clock.id for clock in _near(running, now)}
    held = [clock for clock in _held(tx, wanted | near) if clock.is_running]  # at once: of two batches a ring is made
    theirs = {owner for owner in {clock.owner for clock in held} if _id_of(who_has(tx, ctx, namnd, owner)) == staff_id}
    held = [clock for clock in held if clock.owner in theirs]
    due = [clock for clock in held if clock.id in wanted and _is_due(clock, now)]
    if not due:
        return False  # another instance was first
    if not is_office_time(ctx, due[0]):
        _put_off(tx, ctx, due)
        return False
    if staff_id is None:
        _say_that_nobody_has(tx, ctx, namnd, due)
    else:
        _speak_to(tx, ctx, staff_id, due, [clock for clock in held if clock.id in near])
    return True


def _running(tx: Tx, ctx: Context, namnd: NamndId, staff_id: StaffId) -> list[Deadline]:
    owners = owners_behind(tx, ctx, namnd, staff_id)
    return tx.deadlines.running(namnd, owners, limit=PORTION) if owners else []


def _held(tx: Tx, ids: Iterable[DeadlineId]) -> list[Deadline]:
    """Return the clocks as they are now, held for this transaction: in one order, so that no two wait in a ring."""
    found = (tx.deadlines.get(deadline_id, lock=True) for deadline_id in sorted(ids))
    return [clock for clock in found if clock is not None]


def _is_due(clock: Deadline, now: datetime) -> bool:
    return clock.next_at is not None and clock.next_at <= now


def _id_of(person: Staff | None) -> StaffId | None:
    return None if person is None else person.id


def _put_off(tx: Tx, ctx: Context, due: Sequence[Deadline]) -> None:
    """Nobody is told anything when the office is closed, whatever has been planned: it waits until it opens."""
    now, closed_days = ctx.clock.now(), ctx.rules.closed_days
    for clock in due:
        opens = open_from(ctx.rules.namnder[clock.namnd].office_hours, now, closed_days)
        tx.deadlines.save(replace(clock, next_at=opens))


def _speak_to(tx: Tx, ctx: Context, staff_id: StaffId, due: Sequence[Deadline], near: Sequence[Deadline]) -> None:
    """Say what is due. What is `near` stands in the list too when it is new: one message is to tell the morning."""
    now, namnd = ctx.clock.now(), due[0].namnd
    today = local(now).date()
    posted, _ = tx.deadlines.ensure_list(namnd, staff_id, today)
    said_now = {clock.id for clock in due if _step(ctx, clock, today, is_listed=posted.ts is not None) is Step.NOW}
    listed = [clock for clock in due if clock.id not in said_now]
    saved: dict[DeadlineId, Deadline] = {}
    for clock in due:
        if clock.id in said_now:
            tell(tx, clock, staff_id, _why(ctx, clock, now), key=f"{clock.next_at}")
        saved[clock.id] = _save_spoken_of(tx, ctx, clock, today, None if clock.id in said_now else posted)
    if not listed:
        return
    as_now = [saved.get(clock.id, clock) for clock in near] if posted.ts is None else []
    beside = [clock for clock in as_now if clock.listed_in != posted.id][: max(0, MOST_LISTED - len(listed))]
    for clock in beside:
        tx.deadlines.save(replace(clock, listed_in=posted.id))
    draw_list(tx, posted.id)
    _draw_former(tx, posted, [*listed, *beside])


def _save_spoken_of(tx: Tx, ctx: Context, clock: Deadline, today: date, posted: PostedList | None) -> Deadline:
    """Save when a clock is spoken of next, and return it so. What it was put off until has come."""
    if clock.snoozed_until is not None and clock.snoozed_until <= today:
        clock = replace(clock, snoozed_until=None, snooze_reason="")
    if posted is not None:
        clock = replace(clock, listed_in=posted.id)
    clock = scheduled(ctx, clock)
    tx.deadlines.save(clock)
    return clock


def _step(ctx: Context, clock: Deadline, today: date, *, is_listed: bool) -> Step:
    """Return how a clock that is due is spoken of. `is_listed`: the morning's list has been posted already.

    What should have been said at once before the office opened stands in the list. What was moved to now, since it
    fell when the office was closed, does too; it is said when the list has been posted and today is the last day.
    """
    namnd = ctx.rules.namnder[clock.namnd]
    if clock.next_at is None:
        return Step.MORNING
    before = [clock.next_at]
    if clock.talk is not None and clock.talk.booked_at is not None:
        before.append(clock.talk.booked_at)  # whether the talk was held was planned to be asked before it began
    rungs = (next_rung(clock, namnd.clocks, namnd.office_hours, at - _MOMENT, ctx.rules.closed_days) for at in before)
    step = next((rung.step for rung in rungs if rung is not None and rung.at == clock.next_at), None)
    if step is None:
        is_last = is_listed and local(clock.limit.act_before).date() == today
        return Step.NOW if is_last else Step.MORNING
    is_older = clock.next_at <= opening_on(namnd.office_hours, today, ctx.rules.closed_days)
    return Step.MORNING if is_older and not is_listed else step


def _why(ctx: Context, clock: Deadline, now: datetime) -> str:
    """Return the key, under `clock.now`, of what is said at once."""
    stage = clock.stage(now)
    if stage is Stage.OUTCOME:
        return "outcome_wanted"
    office = ctx.rules.namnder[clock.namnd].office_hours
    last_hour = worked_back(office, clock.limit.act_before, LAST_HOUR, ctx.rules.closed_days)
    if last_hour <= now < clock.limit.act_before:
        return "last_hour"
    return "contact_missing" if stage is Stage.CONTACT else "ladder"


def _near(running: Sequence[Deadline], now: datetime) -> list[Deadline]:
    """Return what stands in a new list whether or not it is due to be spoken of."""
    return by_urgency((clock for clock in running if _is_near(clock, now)), now)[:MOST_LISTED]


def _is_near(clock: Deadline, now: datetime) -> bool:
    today = local(now).date()
    if clock.snoozed_until is not None and clock.snoozed_until > today:
        return False
    talk = clock.talk
    if talk is not None and talk.booked_at is not None and local(talk.booked_at).date() == today:
        return True
    if talk is not None and talk.summoned_at is not None:
        return False  # its time does not run out any more
    return clock.limit.due_at < now + NEAR


def _draw_former(tx: Tx, posted: PostedList, listed: Sequence[Deadline]) -> None:
    """Take the rows out of the lists of those who had these clocks before."""
    for list_id in sorted({clock.listed_in for clock in listed if clock.listed_in is not None} - {posted.id}):
        former = tx.deadlines.posted_list(list_id)
        if former is not None and former.staff_id != posted.staff_id:
            draw_list(tx, list_id)


def _say_that_nobody_has(tx: Tx, ctx: Context, namnd: NamndId, due: Sequence[Deadline]) -> None:
    """What can wait stands in the leaders' message of the morning; what cannot is put to them at once."""
    today = local(ctx.clock.now()).date()
    leaders = leaders_of(tx, namnd)
    for clock in due:
        if not leaders:
            log.error("clock_reaches_nobody", deadline_id=clock.id)
            key, name = f"{CLOCKS}:{namnd}", ctx.rules.namnder[namnd].short_name
            raise_alert(tx, ctx, AlertCode.NOBODY_REACHED, key, namnd=name)
        if _step(ctx, clock, today, is_listed=False) is Step.NOW:
            for leader in leaders:
                tell(tx, clock, leader.id, "unowned", key=f"{clock.next_at}")
        _save_spoken_of(tx, ctx, clock, today, None)
