"""Bring what is said of the clocks to those who may see it: the morning's list, what is said at once, the leaders'.

Everything is composed when it leaves, and permission is asked then. A new message outside office hours is dropped;
what it was about is said when the office opens.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import structlog

from bot.domain.alerts import AlertCode
from bot.domain.calendar import local
from bot.domain.clock_ladder import speaks_now
from bot.domain.clock_views import ClockList, ClockNotice, UnitMessage
from bot.domain.clocks import next_morning
from bot.domain.deadline import ClockState, Deadline
from bot.domain.errors import Busy
from bot.domain.ids import ClockListId, DeadlineId, NamndId, StaffId
from bot.domain.outbound import OutboxKind, OutboxState, Priority
from bot.domain.people import Staff
from bot.domain.retention import DataKind
from bot.domain.secrecy import Act, Actor, Allowed, may
from bot.domain.sending import SendRejected, SendUncertain
from bot.ports import Outbound, Posted, PostedList, Tx
from bot.services.clocks.access import leaders_of, responsible_now, subject_in, who_has
from bot.services.clocks.changing import draw_list
from bot.services.clocks.leaders import TOLD_WEEK, says_something, unit_message
from bot.services.clocks.rows import by_urgency, row_of
from bot.services.context import Context
from bot.services.shared.access import actor
from bot.services.shared.outcome import FIRST_LOOK, GONE, Outcome, shown_digest
from bot.services.shared.placing import notice
from bot.services.shared.view import slack_id
from bot.services.watch.raising import CLOCKS, raise_alert

log = structlog.get_logger(__name__)

CLOCK_KINDS: Final = frozenset({OutboxKind.CLOCKS, OutboxKind.CLOCK, OutboxKind.UNIT})
MOST_ROWS: Final = 200  # of which a message shows as many as have room, and counts the others
MOST_TO_CARRY: Final = 20  # the oldest: the rest is named when these are done
MOST_SETTLED: Final = 10  # what was settled last keeps its place
JUST_NOW: Final = timedelta(minutes=15)  # world time: what was said as the office closed may still leave


@dataclass(frozen=True, slots=True)
class Composed:
    """What is to be said, to whom (a Slack id), of which clocks. `posted` is the list that it is, if it is one."""

    said: ClockList | ClockNotice | UnitMessage
    to: str
    namnd: NamndId
    posted: PostedList | None = None
    about: tuple[DeadlineId, ...] = ()


async def deliver_clocks(row: Outbound, *, ctx: Context) -> Outcome:
    """Post what a row says of the clocks, or bring its post up to date. Raises what the chat raises."""
    try:
        composed = await ctx.store.read(lambda tx: _compose(tx, ctx, row))
    except Busy:
        raise
    except Exception as error:  # nothing has left: trying again and again would only hide it
        log.error("clocks_not_composed", outbox_id=row.id, kind=type(error).__name__)
        return Outcome(OutboxState.FAILED, error="not_composed", then=lambda tx: tell_that_clocks_failed(tx, ctx, row))
    if composed is None:
        return Outcome(OutboxState.DROPPED)
    if isinstance(composed.said, ClockList) and composed.posted is not None and composed.posted.ts is not None:
        return await _update(row, composed, composed.said, composed.posted, ctx)
    return await _post(row, composed, ctx)


async def _post(row: Outbound, composed: Composed, ctx: Context) -> Outcome:
    if _is_too_late(row, composed, ctx):
        about, namnd = composed.about, composed.namnd
        return Outcome(
            OutboxState.DROPPED, error="office_closed", then=lambda tx: _wait_for_office(tx, ctx, namnd, about)
        )
    said = composed.said
    if isinstance(said, ClockList):
        posted = await ctx.chat.post_clocks(composed.to, said, row.id)
    elif isinstance(said, ClockNotice):
        posted = await ctx.chat.post_clock(composed.to, said, row.id)
    else:
        posted = await ctx.chat.post_unit(composed.to, said, row.id)
    shown = shown_digest(said, ctx.clock.now())
    return Outcome(
        OutboxState.SENT,
        provider_id=f"{posted.channel}:{posted.ts}",
        then=lambda tx: _keep(tx, row, posted, shown),
    )


async def _update(row: Outbound, composed: Composed, said: ClockList, standing: PostedList, ctx: Context) -> Outcome:
    shown = shown_digest(said, ctx.clock.now())
    if shown == standing.shown or standing.channel is None or standing.ts is None:
        return Outcome(OutboxState.DROPPED)
    where = Posted(standing.channel, standing.ts)
    try:
        await ctx.chat.update_clocks(where.channel, where.ts, said)
    except SendUncertain:
        return Outcome(  # an update may be repeated; until it is, nobody knows what stands there
            OutboxState.DUE,
            error="update_again",
            wait=FIRST_LOOK,
            then=lambda tx: tx.deadlines.list_placed(standing.id, where),
        )
    except SendRejected as refusal:
        if refusal.reason not in GONE:
            log.warning("clocks_not_updated", outbox_id=row.id, reason=refusal.reason)
            return Outcome(OutboxState.FAILED, error=refusal.reason)  # it was read this morning; the next one comes
        if standing.day != local(ctx.clock.now()).date() or not said.rows:
            return Outcome(OutboxState.DROPPED, error=refusal.reason)  # it is gone, and it is history
        return await _post(row, composed, ctx)
    return Outcome(OutboxState.SENT, then=lambda tx: tx.deadlines.list_placed(standing.id, where, shown))


def _is_too_late(row: Outbound, composed: Composed, ctx: Context) -> bool:
    """Tell whether what is new may not be put before anybody now: at night, on a day off, or of another day."""
    now, namnd = ctx.clock.now(), ctx.rules.namnder[composed.namnd]
    if not isinstance(composed.said, ClockNotice) and composed.said.day != local(now).date():
        return True
    if speaks_now(now, namnd.office_hours, ctx.rules.closed_days):
        return False
    was_open = speaks_now(row.created_at, namnd.office_hours, ctx.rules.closed_days)
    return not was_open or now - row.created_at > JUST_NOW


def _wait_for_office(tx: Tx, ctx: Context, namnd: NamndId, about: Iterable[DeadlineId]) -> None:
    """Have these clocks spoken of anew when the office is open, which it may be now."""
    now, office, closed_days = ctx.clock.now(), ctx.rules.namnder[namnd].office_hours, ctx.rules.closed_days
    opens = now if speaks_now(now, office, closed_days) else next_morning(office, now, closed_days)
    for deadline_id in sorted(about):
        clock = tx.deadlines.get(deadline_id, lock=True)
        if clock is None or not clock.is_running or (clock.next_at is not None and clock.next_at <= opens):
            continue
        if clock.snoozed_until is None or clock.snoozed_until <= local(opens).date():
            tx.deadlines.save(replace(clock, next_at=opens))


def _keep(tx: Tx, row: Outbound, posted: Posted, shown: str | None) -> None:
    """Remember where it stands, so that it can be brought up to date, or withdrawn."""
    target = target_of(tx, row)
    if row.kind is OutboxKind.CLOCKS:
        tx.deadlines.list_placed(ClockListId(row.payload["list"]), posted, shown)
    if row.kind is OutboxKind.UNIT and row.payload["week"]:
        tx.once(TOLD_WEEK, row.payload["week"])
    if target:
        tx.posts.remember(row.kind.value, None, target, posted)


def adopt(tx: Tx, row: Outbound, found: Posted) -> None:
    """Take over a post that was made although we did not hear of it; what it says may have changed since."""
    _keep(tx, row, found, None)
    if row.kind is OutboxKind.CLOCKS:
        draw_list(tx, ClockListId(row.payload["list"]))


def target_of(tx: Tx, row: Outbound) -> str:
    """Return whose DM a row goes to, as the ledger writes it; "" when it goes to nobody."""
    if row.kind is not OutboxKind.CLOCKS:
        return f"staff:{row.payload['staff']}"
    posted = tx.deadlines.posted_list(ClockListId(row.payload["list"]))
    return "" if posted is None else f"staff:{posted.staff_id}"


def _compose(tx: Tx, ctx: Context, row: Outbound) -> Composed | None:
    target = target_of(tx, row)
    reader = tx.staff.get(StaffId(target.removeprefix("staff:"))) if target else None
    if reader is None:
        return None
    if row.kind is OutboxKind.CLOCKS:
        return _list(tx, ctx, row, reader)
    return _notice(tx, ctx, row, reader) if row.kind is OutboxKind.CLOCK else _unit(tx, ctx, row, reader)


def _list(tx: Tx, ctx: Context, row: Outbound, reader: Staff) -> Composed | None:
    posted = tx.deadlines.posted_list(ClockListId(row.payload["list"]))
    if posted is None:
        return None
    clocks = _for_reader(tx, ctx, actor(tx, ctx, reader), posted)
    if posted.ts is None and not (clocks and reader.slack_user_id):
        return None
    about = tuple(clock.id for clock in clocks)
    return Composed(_shown(tx, ctx, posted, clocks), reader.slack_user_id or "", posted.namnd, posted, about)


def _for_reader(tx: Tx, ctx: Context, reader: Actor, posted: PostedList) -> list[Deadline]:
    """Return the clocks of a list that are its reader's still: what has gone to somebody else stands there."""
    now, staff_id = ctx.clock.now(), reader.staff.id
    theirs: dict[StaffId | None, bool] = {}
    found = []
    for clock in tx.deadlines.in_list(posted.id):
        if clock.owner not in theirs:
            has = who_has(tx, ctx, posted.namnd, clock.owner)
            both = [owner for owner in (clock.owner, None if has is None else has.id) if owner is not None]
            is_allowed = isinstance(may(reader, Act.SEE_CLOCK, subject_in(posted.namnd, *both), now), Allowed)
            theirs[clock.owner] = is_allowed and staff_id in both
        if theirs[clock.owner] and clock.state is not ClockState.WITHDRAWN:
            found.append(clock)
    return found


def _shown(tx: Tx, ctx: Context, posted: PostedList, clocks: Sequence[Deadline]) -> ClockList:
    """Return the list as it is now. What has been settled since the morning stands where it stood."""
    now = ctx.clock.now()
    stood = by_urgency((replace(clock, state=ClockState.RUNNING) for clock in clocks), now)
    settled = sorted((c for c in clocks if c.settled_at is not None), key=lambda c: c.settled_at or now, reverse=True)
    left_out = {clock.id for clock in settled[MOST_SETTLED:]}
    as_now = {clock.id: clock for clock in clocks if clock.id not in left_out}
    kept = [as_now[clock.id] for clock in stood if clock.id in as_now]
    return ClockList(
        namnd_name=ctx.rules.namnder[posted.namnd].short_name,
        day=posted.day,
        rows=tuple(row_of(tx, clock, now, reader=posted.staff_id) for clock in kept[:MOST_ROWS]),
        more=sum(clock.is_running for clock in kept[MOST_ROWS:]),
        not_in_record=_not_in_record(tx, ctx, posted),
        is_trial=ctx.rules.is_trial,
    )


def _not_in_record(tx: Tx, ctx: Context, posted: PostedList) -> tuple[str, ...]:
    """Return the cases to carry over; where gallring is not decided nothing waits for that, and nothing is said."""
    if not ctx.rules.retention.decision(DataKind.CLOCKS, posted.namnd):
        return ()
    return tuple(tx.clocks_kept.not_carried(posted.namnd, posted.staff_id, limit=MOST_TO_CARRY))


def _notice(tx: Tx, ctx: Context, row: Outbound, reader: Staff) -> Composed | None:
    clock = tx.deadlines.get(DeadlineId(row.payload["deadline"]))
    if clock is None or not clock.is_running or not reader.slack_user_id:
        return None
    has = responsible_now(tx, ctx, clock)
    readers = leaders_of(tx, clock.namnd) if has is None else [has]
    subject = subject_in(clock.namnd, *(person.id for person in readers))
    if reader.id not in {person.id for person in readers}:
        return None  # it is somebody else's now, who has been told of that
    if not isinstance(may(actor(tx, ctx, reader), Act.SEE_CLOCK, subject, ctx.clock.now()), Allowed):
        return None
    said = ClockNotice(
        why=row.payload["why"],
        namnd_name=ctx.rules.namnder[clock.namnd].short_name,
        row=row_of(tx, clock, ctx.clock.now(), reader=reader.id),
        is_trial=ctx.rules.is_trial,
    )
    return Composed(said, reader.slack_user_id, clock.namnd, about=(clock.id,))


def _unit(tx: Tx, ctx: Context, row: Outbound, reader: Staff) -> Composed | None:
    namnd = NamndId(row.payload["namnd"])
    answer = may(actor(tx, ctx, reader), Act.SEE_UNIT, subject_in(namnd), ctx.clock.now())
    if not isinstance(answer, Allowed) or not reader.slack_user_id:
        return None
    if row.payload["day"] != local(ctx.clock.now()).date().isoformat():
        return None  # Slack was away since; today's message says the same and more
    unit = unit_message(tx, ctx, namnd, is_week=bool(row.payload["week"]))
    return Composed(unit, reader.slack_user_id, namnd) if says_something(unit) else None


def tell_that_clocks_failed(tx: Tx, ctx: Context, row: Outbound) -> None:
    """Slack would not take it: the nämnd's other leaders are told, once a day, who could not be reached."""
    staff_id = StaffId(target_of(tx, row).removeprefix("staff:"))
    namnd = _namnd_of(tx, row)
    if namnd is None:
        return
    leaders = [leader for leader in leaders_of(tx, namnd) if leader.id != staff_id]
    if not leaders:
        log.error("clocks_reach_nobody", outbox_id=row.id, namnd=namnd)
        key, name = f"{CLOCKS}:{namnd}", ctx.rules.namnder[namnd].short_name
        raise_alert(tx, ctx, AlertCode.NOBODY_REACHED, key, namnd=name)
    day = local(ctx.clock.now()).date()
    for leader in leaders:
        notice(
            tx,
            leader.id,
            "clocks_failed",
            dedupe=f"clocks_failed:{staff_id}:{day}",
            priority=Priority.URGENT,
            who=f"<@{slack_id(tx, staff_id)}>",
            namnd=ctx.rules.namnder[namnd].short_name,
        )


def _namnd_of(tx: Tx, row: Outbound) -> NamndId | None:
    if row.kind is OutboxKind.UNIT:
        return NamndId(row.payload["namnd"])
    if row.kind is OutboxKind.CLOCK:
        clock = tx.deadlines.get(DeadlineId(row.payload["deadline"]))
        return None if clock is None else clock.namnd
    posted = tx.deadlines.posted_list(ClockListId(row.payload["list"]))
    return None if posted is None else posted.namnd
