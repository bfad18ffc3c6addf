"""Slack does not bring a text to whoever should have it: their own phone is texted that it waits."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.domain.alerts import AlertCode
from bot.domain.ids import StaffId
from bot.domain.outbound import OutboxKind, Priority
from bot.domain.people import Staff
from bot.ports import Tx
from bot.services.context import Context
from bot.services.reserve.unreached import BEST_FIRST, Unreached, dedupe_key, lane, unreached, whom
from bot.services.watch.raising import CONVERSATION, raise_alert

log = structlog.get_logger(__name__)

AT_MOST_EVERY: Final = timedelta(minutes=10)  # world time; one person is texted no more often
CALLED: Final = "reserve_called"


@dataclass(slots=True)
class _Called:
    people: int = 0
    nobody: list[str] = field(default_factory=list)  # conversations for which nobody can be texted


async def call_out(*, ctx: Context) -> int:
    """Text those to whom Slack has not brought a text for a while; return how many. Safe to run late or twice."""
    called = await ctx.store.write(lambda tx: _call_out(tx, ctx))
    for conversation_id in called.nobody:
        log.error("reserve_reaches_nobody", conversation_id=conversation_id)
    return called.people


def next_call(tx: Tx, ctx: Context) -> datetime | None:
    """Return when the next text to staff falls due if Slack stays away; None when nothing waits."""
    due = (one.since + ctx.rules.reserve_after for one in unreached(tx, ctx))
    return min((at for at in due if at > ctx.clock.now()), default=None)


def texted_since(tx: Tx, ctx: Context, staff_id: StaffId, at: datetime) -> bool:
    """Tell whether somebody was texted at `at` or later, and so lately that another text would say nothing new."""
    last = tx.last_run(_job(staff_id))
    return last is not None and last >= at and ctx.clock.now() - last < AT_MOST_EVERY


def _call_out(tx: Tx, ctx: Context) -> _Called:
    called = _Called()
    calls: dict[StaffId, list[tuple[str, Unreached]]] = {}
    people: dict[StaffId, Staff] = {}
    for one in unreached(tx, ctx):
        if ctx.clock.now() - one.since < ctx.rules.reserve_after:
            continue
        told = whom(tx, ctx, one)
        for person, key in told:
            people[person.id] = person
            calls.setdefault(person.id, []).append((key, one))
        if not told and tx.once("reserve_nobody", one.mark(StaffId("nobody"))):
            called.nobody.append(one.conversation.id)
            _alert(tx, ctx, one)
    called.people = sum(_call(tx, ctx, staff_id, calls[staff_id]) for staff_id in sorted(calls))
    return called


def _alert(tx: Tx, ctx: Context, one: Unreached) -> None:
    namnd = "?" if one.namnd is None else ctx.rules.namnder[one.namnd].short_name
    raise_alert(tx, ctx, AlertCode.NOBODY_REACHED, f"{CONVERSATION}:{one.conversation.id}", namnd=namnd)


def _call(tx: Tx, ctx: Context, staff_id: StaffId, about: list[tuple[str, Unreached]]) -> bool:
    """Text one person about all that waits for them, unless they know of it or it is too soon."""
    fresh = [(key, one) for key, one in about if not tx.was_done(CALLED, one.mark(staff_id))]
    fresh = [(key, one) for key, one in fresh if not _have_seen_it_listed(tx, staff_id, one)]
    if not fresh or _is_too_soon(tx, ctx, staff_id):
        return False
    key, newest = min(fresh, key=lambda call: (BEST_FIRST.index(call[0]), -call[1].since.timestamp()))
    for _, one in about:
        tx.once(CALLED, one.mark(staff_id))
    tx.note_run(_job(staff_id))
    payload = {"staff": staff_id, "key": key, "conversation": newest.conversation.id}
    return tx.outbox.add(
        OutboxKind.STAFF_SMS,
        lane(staff_id),
        payload,
        dedupe_key=dedupe_key(newest.mark(staff_id)),
        priority=Priority.URGENT,
    )


def _have_seen_it_listed(tx: Tx, staff_id: StaffId, one: Unreached) -> bool:
    """It waited when they opened their link, and stood there."""
    link = tx.reserve.newest_link(staff_id)
    return link is not None and link.used_at is not None and one.newest_at <= link.used_at


def _is_too_soon(tx: Tx, ctx: Context, staff_id: StaffId) -> bool:
    """One at a time: not while a link may still be opened, and not more often than `AT_MOST_EVERY`."""
    now = ctx.clock.now()
    link, last = tx.reserve.newest_link(staff_id), tx.last_run(_job(staff_id))
    return (link is not None and link.may_open(now)) or (last is not None and now - last < AT_MOST_EVERY)


def _job(staff_id: StaffId) -> str:
    return f"reserve:{staff_id}"
