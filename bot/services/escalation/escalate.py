"""What time brings to a text that nobody has acknowledged, or that somebody has and nobody has answered."""

from dataclasses import replace
from functools import partial
from typing import Final

import structlog

from bot.domain.alerts import AlertCode
from bot.domain.conversation import Conversation, Ground, Route
from bot.domain.errors import AuditEntry
from bot.domain.escalation import (
    MOST_REMINDERS,
    REMINDER,
    Escalation,
    EscalationState,
    How,
    NextStep,
    People,
    Reachable,
    Rung,
    Step,
    StepState,
    Whom,
    next_reminder,
    next_step,
    stage_told,
)
from bot.domain.ids import ConversationId, EscalationStepId, StaffId, new_id
from bot.domain.outbound import OutboxKind, Priority
from bot.ports import Post, Tx
from bot.services.context import Context
from bot.services.escalation.tell_sender import tell_sender
from bot.services.reserve.call_out import texted_since
from bot.services.shared.access import contact_of
from bot.services.shared.alone import alone
from bot.services.shared.placing import Destination, destination, refresh, thread
from bot.services.shared.reaching import CLIMBED, begin, due_at, keep_reaching, people_of
from bot.services.watch.raising import end_alert, raise_alert

log = structlog.get_logger(__name__)

LADDER_KEY: Final = "ladder"


async def escalate(*, ctx: Context) -> int:
    """Take the steps that are due; return how many. Safe to run late or twice, and by two instances at once."""
    due = await ctx.store.read(lambda tx: tx.escalations.due(ctx.clock.now()))
    taken = 0
    for conversation_id in due:
        step = partial(_go_on, ctx=ctx, conversation_id=conversation_id)
        taken += await alone(ctx, step, event="escalation_left_behind", conversation_id=conversation_id)
    return taken


def _go_on(tx: Tx, ctx: Context, conversation_id: ConversationId) -> bool:
    """Do what is due in one conversation, if it still is."""
    now = ctx.clock.now()
    conversation = tx.conversations.lock(conversation_id)
    found = None if conversation is None else tx.escalations.open_of(conversation_id)
    if conversation is None or found is None:
        return False
    if not conversation.is_open or conversation.answered_seq >= found.since_seq:
        tx.escalations.save(found.end("answered" if conversation.is_open else "closed", now), None)
        return False
    where = destination(tx, ctx, conversation, contact_of(tx, conversation))
    if where.ground not in CLIMBED or where.shift_id != found.shift_id:
        keep_reaching(tx, ctx, conversation, where.ground, where.staff, where.shift_id, where.namnd)
        return False
    people = people_of(tx, ctx, conversation, where.ground, where.staff, where.namnd)
    if found.state is EscalationState.ACKNOWLEDGED:
        return _ask_again(tx, ctx, conversation, found, people)
    step = next_step(found, people, ctx.rules.escalation)
    if due_at(ctx, found, people) > now:
        tx.escalations.save(found, due_at(ctx, found, people))  # another was first, or who stands there has changed
        return False
    if step is None:
        _nobody_at_all(tx, ctx, conversation, found, people, where)
    else:
        _take(tx, ctx, conversation, found, step, people, where)
    return True


def _take(
    tx: Tx,
    ctx: Context,
    conversation: Conversation,
    found: Escalation,
    step: NextStep,
    people: People,
    where: Destination,
) -> None:
    now = ctx.clock.now()
    after = replace(step.after, last_at=now)
    tx.escalations.save(after, due_at(ctx, after, people))
    if step.sounds:
        conversation = _sound(tx, ctx, conversation, step, where)
    reachable = {one.staff_id: one for one in people[step.rung.whom]}
    for staff_id in step.people:
        if reachable[staff_id].has_phone:
            _reach(tx, ctx, after, staff_id, step.rung.how, step.index)
    tx.audit.record(
        AuditEntry(
            "system",
            "escalate",
            f"conversation:{conversation.id}",
            f"{step.rung.whom.value}_{step.rung.how.value}",
            conversation.namnd,
            details={"round": after.round, "people": len(step.people)},
            world=conversation.world,
        )
    )
    _tell_of_gaps(tx, ctx, step, where)
    stage = stage_told(step, ctx.rules.escalation)
    if stage:
        conversation = tell_sender(tx, ctx, conversation, stage)
    tx.conversations.save(conversation)
    log.warning("escalated", conversation_id=conversation.id, round=after.round, rung=step.index)


def _sound(tx: Tx, ctx: Context, conversation: Conversation, step: NextStep, where: Destination) -> Conversation:
    """Have the cards of those on the rung sound in Slack; backup and leader get the conversation with the card."""
    now = ctx.clock.now()
    posts: list[tuple[Post, bool]] = []
    for staff_id in step.people:
        person = tx.staff.get(staff_id)
        if step.rung.whom is not Whom.LEAD and staff_id not in conversation.escalated_to:
            conversation = conversation.routed(Route(now, Ground.ESCALATED, staff_id, where.shift_id))
        if person is None or person.slack_user_id is None:
            continue
        posts.append(tx.posts.ensure_card(conversation.id, f"staff:{staff_id}"))
    refresh(tx, conversation, priority=Priority.URGENT)  # cards first: what is said in their threads needs them
    for post, is_new in posts:
        if not is_new:
            key = f"escalated:{post.id}:{step.after.id}:{step.after.round}"
            thread(tx, post, "waiting", key=key, priority=Priority.URGENT)
    return conversation


def _reach(tx: Tx, ctx: Context, escalation: Escalation, staff_id: StaffId, how: How, rung: int) -> None:
    """Write down one step and what must leave for it. Whom the reservväg has just texted is not texted again."""
    is_covered = how is How.SMS and texted_since(tx, ctx, staff_id, escalation.started_at)
    state = StepState.COVERED if is_covered else StepState.DUE
    now = ctx.clock.now()
    step_id = EscalationStepId(new_id())
    tx.escalations.add_step(Step(step_id, escalation.id, staff_id, how, escalation.round, rung, now, state))
    if not is_covered:
        tx.outbox.add(
            OutboxKind.STAFF_SMS if how is How.SMS else OutboxKind.CALL,
            f"escalation_{how.value}:{staff_id}",
            {"step": step_id},
            dedupe_key=f"escalation:{step_id}",
            priority=Priority.URGENT,
        )


def _tell_of_gaps(tx: Tx, ctx: Context, step: NextStep, where: Destination) -> None:
    """Tell operations of rungs with nobody on them, and that somebody stands there again (facts: storage, H13)."""
    end_alert(tx, ctx, f"{LADDER_KEY}:{where.namnd}:{step.rung.whom.value}:{step.rung.how.value}")
    for rung in step.empty:
        if rung.whom is Whom.LEAD and where.ground is not Ground.DUTY:
            continue  # that nobody has duty is told of by itself
        if rung.how is How.CALL and Rung(rung.whom, How.SMS) in step.empty:
            continue  # one word of it is enough: there is nobody there at all
        _tell_of_gap(tx, ctx, where, rung.whom, rung.how)


def _tell_of_gap(tx: Tx, ctx: Context, where: Destination, whom: Whom, how: How) -> None:
    namnd = "?" if where.namnd is None else ctx.rules.namnder[where.namnd].short_name
    said = ctx.texts.staff(f"escalation.{whom.value}_{how.value}")
    key = f"{LADDER_KEY}:{where.namnd}:{whom.value}:{how.value}"
    raise_alert(tx, ctx, AlertCode.NOBODY_ON_RUNG, key, namnd=namnd, rung=said)


def _nobody_at_all(
    tx: Tx, ctx: Context, conversation: Conversation, found: Escalation, people: People, where: Destination
) -> None:
    """Nobody can be reached by phone or in Slack: operations and the sender are told, and it is tried again."""
    now = ctx.clock.now()
    after = replace(found, last_at=now)
    tx.escalations.save(after, now + ctx.rules.escalation.leader_every)
    _tell_of_gap(tx, ctx, where, Whom.LEADER, How.SMS)
    tx.conversations.save(tell_sender(tx, ctx, conversation, "waiting"))
    log.error("escalation_reaches_nobody", conversation_id=conversation.id)


def _ask_again(tx: Tx, ctx: Context, conversation: Conversation, found: Escalation, people: People) -> bool:
    """Somebody has it and has not answered: their card sounds, then their phone, then the ladder begins anew."""
    now = ctx.clock.now()
    due, staff_id = next_reminder(found, ctx.rules.escalation), found.acknowledged_by
    if due is None or staff_id is None or due > now:
        tx.escalations.save(found, due)
        return False
    if found.reminders >= MOST_REMINDERS:
        tx.escalations.save(found.end("unheeded", now), None)
        begin(tx, ctx, conversation, people, found.shift_id)
        return True
    after = found.remind(now)
    tx.escalations.save(after, next_reminder(after, ctx.rules.escalation))
    if found.reminders == 0:
        post = tx.posts.card(conversation.id, f"staff:{staff_id}")
        if post is not None:
            thread(tx, post, "waiting", key=f"remind:{post.id}:{found.id}:{after.round}", priority=Priority.URGENT)
    else:
        person = tx.staff.get(staff_id)
        if person is not None and _has_phone(ctx, people, staff_id):
            _reach(tx, ctx, after, staff_id, How.SMS, REMINDER)
    tx.audit.record(
        AuditEntry(
            "system",
            "remind",
            f"conversation:{conversation.id}",
            "acknowledged",
            conversation.namnd,
            world=conversation.world,
        )
    )
    return True


def _has_phone(ctx: Context, people: People, staff_id: StaffId) -> bool:
    every: list[Reachable] = [one for rung in people.values() for one in rung]
    return any(one.staff_id == staff_id and one.has_phone for one in every)
