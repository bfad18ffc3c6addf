"""What time brings: conversations follow the duty, and what nobody takes goes on to the next."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from bot.domain.conversation import Conversation, Ground, Route
from bot.domain.handover import next_summary
from bot.domain.ids import ConversationId
from bot.domain.outbound import Priority
from bot.domain.people import LinkedContact, Role
from bot.domain.routing import should_move
from bot.domain.rules import NamndRules
from bot.ports import Tx
from bot.services.audit.leave import next_leaving
from bot.services.audit.sample import next_sample
from bot.services.context import Context
from bot.services.ready.ask import next_ready
from bot.services.reserve.call_out import next_call
from bot.services.rest.tell_of_rest import next_rest_told
from bot.services.retention.report_retention import next_report
from bot.services.shared.access import contact_of
from bot.services.shared.alone import alone
from bot.services.shared.placing import (
    Destination,
    destination,
    is_due_in_office,
    leaders_or_channel,
    place,
    refresh,
    refresh_card,
    thread,
    waits_for_office,
)
from bot.services.swap.lapse import next_lapse

LAST_STAGE = 2
READ_TOGETHER: Final = 50  # conversations in one read
LEFT_BEHIND = "conversation_left_behind"
JUST_OVER = timedelta(days=1)


async def follow_duty(*, ctx: Context) -> int:
    """Put open conversations before whoever has duty now, when that has changed; return how many moved.

    An unanswered one always follows. An answered one follows from shift to shift and to the office in the
    morning, but wakes no leader and does not leave the office in the evening. Each in a transaction of its own:
    one that stumbles holds up no other.
    """
    await ctx.store.write(lambda tx: _say_that_shifts_are_over(tx, ctx))
    open_ones = await ctx.store.read(lambda tx: [found.id for found in tx.conversations.open_ones()])
    moved = 0
    for conversation_id in await _that_may_move(ctx, open_ones):
        step = partial(_follow, ctx=ctx, conversation_id=conversation_id)
        moved += await alone(ctx, step, event=LEFT_BEHIND, conversation_id=conversation_id)
    return moved


async def _that_may_move(ctx: Context, open_ones: list[ConversationId]) -> list[ConversationId]:
    """Return those that should be put before somebody else: nearly always none, and to write takes the one writer."""
    found: list[ConversationId] = []
    for some in _portions(open_ones):
        found += await ctx.store.read(partial(_may_move, ctx=ctx, some=some))
    return found


def _portions(ids: list[ConversationId]) -> list[list[ConversationId]]:
    return [ids[start : start + READ_TOGETHER] for start in range(0, len(ids), READ_TOGETHER)]


def _may_move(tx: Tx, ctx: Context, some: Sequence[ConversationId]) -> list[ConversationId]:
    return [conversation_id for conversation_id in some if _stumbles_or_moves(tx, ctx, conversation_id)]


def _stumbles_or_moves(tx: Tx, ctx: Context, conversation_id: ConversationId) -> bool:
    """One that cannot be looked at is tried alone, where it is told of and holds up no other."""
    try:
        conversation = tx.conversations.get(conversation_id)
        return conversation is not None and _new_place(tx, ctx, conversation) is not None
    except Exception:
        return True


def _new_place(tx: Tx, ctx: Context, conversation: Conversation) -> Destination | None:
    """Return before whom an open conversation should be put now; None when it is where it should be."""
    if not conversation.is_open:
        return None
    where = destination(tx, ctx, conversation, contact_of(tx, conversation))
    newest = conversation.routes[-1] if conversation.routes else None
    moves = should_move(newest, where.ground, where.shift_id, is_unanswered=conversation.is_unanswered)
    if waits_for_office(ctx, where) or not (moves or is_due_in_office(ctx, conversation, where)):
        return None
    return where


def _follow(tx: Tx, ctx: Context, conversation_id: ConversationId) -> bool:
    conversation = tx.conversations.lock(conversation_id)
    where = None if conversation is None else _new_place(tx, ctx, conversation)
    if conversation is None or where is None:
        return False
    tx.conversations.save(place(tx, ctx, conversation.unsee(), where, ping=conversation.is_unanswered))
    tx.views.mark_dirty(conversation.id)
    return True


def _say_that_shifts_are_over(tx: Tx, ctx: Context) -> None:
    """Have what a former holder sees drawn again, once per shift: their cards and their open modals."""
    now = ctx.clock.now()
    for shift in tx.shifts.between(now - JUST_OVER, now):
        if shift.ends_at <= now and tx.once("shift_over", shift.id):
            tx.views.mark_all_dirty()
            for conversation in tx.conversations.open_ones():
                if conversation.was_routed_in(shift.id):
                    refresh(tx, conversation)


async def nudge_untaken(*, ctx: Context) -> int:
    """Office hours: what nobody in the channel takes goes to each familjebehandlare in DM, then to the leader."""
    due = await ctx.store.read(lambda tx: tx.conversations.nudges_due(ctx.clock.now()))
    nudged = 0
    for conversation_id in due:
        step = partial(_nudge_if_due, ctx=ctx, conversation_id=conversation_id)
        nudged += await alone(ctx, step, event=LEFT_BEHIND, conversation_id=conversation_id)
    return nudged


def _nudge_if_due(tx: Tx, ctx: Context, conversation_id: ConversationId) -> bool:
    now = ctx.clock.now()
    conversation = tx.conversations.lock(conversation_id)
    if conversation is None or conversation.nudge_at is None or conversation.nudge_at > now:
        return False  # another instance was first
    _nudge(tx, ctx, conversation, now)
    return True


def _nudge(tx: Tx, ctx: Context, conversation: Conversation, now: datetime) -> None:
    is_waiting = conversation.is_open and conversation.taken_by is None and conversation.is_unanswered
    if not is_waiting or conversation.nudge_stage >= LAST_STAGE:
        tx.conversations.save(replace(conversation, nudge_at=None))
        return
    contact = contact_of(tx, conversation)
    where = destination(tx, ctx, conversation, contact)
    if where.ground is not Ground.OFFICE or where.namnd is None:
        tx.conversations.save(replace(conversation, nudge_at=None))
        return
    stage = conversation.nudge_stage + 1
    people = _next_people(tx, ctx.rules.namnder[where.namnd], contact, stage)
    refresh(tx, conversation, priority=Priority.URGENT)
    for target in people.targets:
        post, is_new = tx.posts.ensure_card(conversation.id, target)
        if is_new:
            refresh_card(tx, post, priority=Priority.URGENT)
        else:
            key = f"nudge:{post.id}:{conversation.last_seq}:{stage}:{len(conversation.routes)}"
            thread(tx, post, "ping", key=key, priority=Priority.URGENT)
    for person in people.staff:
        conversation = conversation.routed(Route(now, people.ground, person.id))
    following = now + ctx.rules.untaken_after if stage < LAST_STAGE else None
    tx.conversations.save(replace(conversation, nudge_stage=stage, nudge_at=following, pinged_at=now))


def _next_people(tx: Tx, namnd: NamndRules, contact: LinkedContact, stage: int) -> Destination:
    if stage < LAST_STAGE:
        able = tuple(
            p
            for p in tx.staff.with_role(Role.FAMILJEBEHANDLARE, namnd.id)
            if p.slack_user_id is not None and p.id not in contact.jav
        )
        return Destination(Ground.OFFICE, able, namnd=namnd.id)
    staff, channel = leaders_or_channel(tx, namnd, contact.jav)
    return Destination(Ground.UNTAKEN, staff, channel, namnd=namnd.id)


async def next_due(after: datetime, *, ctx: Context) -> datetime | None:
    """Return the next instant at which something falls due by itself; None when nothing does within ten days."""

    def query(tx: Tx) -> datetime | None:
        edges = [tx.shifts.next_boundary(after), tx.conversations.next_nudge(after)]
        edges += [tx.episodes.next_note(after), tx.notes.next_action(after)]
        edges += [tx.deadlines.next_due(after), tx.summons.next_due(after)]
        edges.append(next_call(tx, ctx))
        edges.append(next_rest_told(tx, ctx, after))
        edges += [next_ready(tx, ctx, after), next_lapse(tx, after)]
        edges.append(tx.escalations.next_due(after))
        edges.append(tx.phone_calls.next_due(after))
        edges.append(next_report(after) if ctx.rules.retention.of else None)
        edges.append(tx.incidents.next_due(after))
        edges += [next_leaving(ctx, after), next_sample(tx, ctx, after)]
        for namnd in ctx.rules.namnder.values():
            edges.append(namnd.office_hours.next_opening(after, ctx.rules.closed_days))
            edges.append(namnd.office_hours.next_closing(after, ctx.rules.closed_days))
            edges.append(next_summary(after, namnd.summary_at, ctx.rules.closed_days))
        return min((edge for edge in edges if edge is not None), default=None)

    return await ctx.store.read(query)
