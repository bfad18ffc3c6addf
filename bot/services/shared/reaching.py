"""A text that waits has a ladder: it begins with the card, and stops when somebody who should have it has it."""

from datetime import datetime, timedelta
from typing import Final

from bot.domain.conversation import Conversation, Direction, Ground
from bot.domain.duty import duty
from bot.domain.errors import AuditEntry
from bot.domain.escalation import Escalation, EscalationState, People, Reachable, Whom, next_step
from bot.domain.ids import EscalationId, NamndId, ShiftId, StaffId, new_id
from bot.domain.people import Role, Staff, World
from bot.domain.urgent_words import must_not_wait
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.access import contact_of

CLIMBED: Final = frozenset({Ground.DUTY, Ground.NOBODY, Ground.CLOSED})  # in office hours the team has its own ladder
MOST_READ: Final = 30  # texts in a row that are looked through for words that must not wait
MOMENT: Final = timedelta(microseconds=1)


def keep_reaching(
    tx: Tx,
    ctx: Context,
    conversation: Conversation,
    ground: Ground,
    lead: tuple[Staff, ...],
    shift_id: ShiftId | None,
    namnd: NamndId | None,
) -> None:
    """Begin the ladder for what nobody has seen, in the transaction that puts it before somebody.

    Further texts neither hurry nor delay it, but words that must not wait do, and a new shift begins it anew.
    """
    now, rules = ctx.clock.now(), ctx.rules.escalation
    found = tx.escalations.open_of(conversation.id)
    if ground not in CLIMBED or conversation.world is not World.BEREDSKAP or not rules.is_on:
        if found is not None:
            tx.escalations.save(found.end("elsewhere", now), None)
        return
    if not conversation.is_unanswered or conversation.seen_seq >= conversation.last_inbound_seq:
        return
    stands = found is not None and _stands(found, conversation, shift_id)
    if found is not None and stands and found.is_urgent:
        return
    is_urgent = _must_not_wait(tx, ctx, conversation, 1 if stands else MOST_READ)  # the others have been looked at
    if found is not None:
        if stands and not is_urgent:
            return
        tx.escalations.save(found.end("begun_anew", now), None)
    begin(tx, ctx, conversation, people_of(tx, ctx, conversation, ground, lead, namnd), shift_id, is_urgent=is_urgent)


def _stands(found: Escalation, conversation: Conversation, shift_id: ShiftId | None) -> bool:
    """Tell whether the ladder that runs is for what waits now, and for whoever has it now."""
    is_running = found.state is EscalationState.RUNNING and found.since_seq > conversation.answered_seq
    return is_running and found.shift_id == shift_id


def begin(
    tx: Tx,
    ctx: Context,
    conversation: Conversation,
    people: People,
    shift_id: ShiftId | None,
    *,
    is_urgent: bool = False,
) -> None:
    now = ctx.clock.now()
    seq = conversation.last_inbound_seq
    begun = Escalation(EscalationId(new_id()), conversation.id, seq, now, now, shift_id, is_urgent)
    tx.escalations.save(begun, due_at(ctx, begun, people))


def due_at(ctx: Context, escalation: Escalation, people: People) -> datetime:
    """Return when there is something to do next; when nobody can be reached, when that is to be told of again."""
    step = next_step(escalation, people, ctx.rules.escalation)
    if step is not None:
        return step.at
    is_first = escalation.last_at == escalation.started_at
    wait = ctx.rules.escalation.acknowledge_within if is_first else ctx.rules.escalation.leader_every
    return escalation.last_at + wait


def people_of(
    tx: Tx,
    ctx: Context,
    conversation: Conversation,
    ground: Ground,
    lead: tuple[Staff, ...],
    namnd: NamndId | None,
) -> dict[Whom, tuple[Reachable, ...]]:
    """Return who stands on each rung now. Staff without Slack may be backup by call, never first."""
    if namnd is None:
        return {}
    jav = contact_of(tx, conversation).jav
    first = lead if ground is Ground.DUTY else ()
    leaders = [person for person in tx.staff.with_role(Role.LEADER, namnd) if person.id not in jav]
    return {
        Whom.LEAD: _reachable(ctx, first),
        Whom.BACKUP: _reachable(ctx, _backups(tx, ctx, namnd, jav | {person.id for person in first})),
        Whom.LEADER: _reachable(ctx, leaders),
    }


def _backups(tx: Tx, ctx: Context, namnd: NamndId, avoid: frozenset[StaffId]) -> list[Staff]:
    now = ctx.clock.now()
    running = tx.shifts.between(now, now + MOMENT)
    found = duty(ctx.rules.namnder[namnd], now, running, closed_days=ctx.rules.closed_days, avoid=avoid)
    shifts = () if found.lead is None else (found.lead, *found.backup)
    people = tx.staff.several({shift.staff_id for shift in shifts})
    return [people[staff_id] for staff_id in dict.fromkeys(s.staff_id for s in shifts) if staff_id in people]


def _reachable(ctx: Context, people: tuple[Staff, ...] | list[Staff]) -> tuple[Reachable, ...]:
    found = [Reachable(p.id, has_own_phone(ctx, p), p.slack_user_id is not None) for p in people if p.is_active]
    return tuple(sorted(found, key=lambda one: one.staff_id))


def has_own_phone(ctx: Context, person: Staff) -> bool:
    """Tell whether somebody can be texted and called: on a phone of their own that is verified; in a trial few are."""
    return person.phone is not None and person.is_phone_verified and ctx.rules.may_text(person.phone)


def acknowledge(tx: Tx, ctx: Context, conversation: Conversation, staff_id: StaffId, how: str) -> bool:
    """Stop the ladder: somebody who should have the text has it. False when there is none, or it is not theirs.

    `how` they said so, for the log: opened, taken, sms, key. A colleague who looks in has not taken it upon them.
    """
    found = tx.escalations.open_of(conversation.id)
    if found is None or (how == "opened" and not _is_theirs(tx, conversation, found, staff_id)):
        return False
    now = ctx.clock.now()
    tx.escalations.save(found.acknowledge(staff_id, now), now + ctx.rules.escalation.remind_after)
    entry = AuditEntry(
        staff_id, "acknowledge", f"conversation:{conversation.id}", how, conversation.namnd, world=conversation.world
    )
    tx.audit.record(entry)
    return True


def waits_for(tx: Tx, conversation: Conversation, staff_id: StaffId) -> bool:
    """Tell whether somebody has been reached for about a text that nobody has answered yet."""
    found = tx.escalations.open_of(conversation.id)
    if found is None or not conversation.is_unanswered:
        return False
    return any(step.staff_id == staff_id for step in tx.escalations.steps_of(found.id))


def _is_theirs(tx: Tx, conversation: Conversation, found: Escalation, staff_id: StaffId) -> bool:
    newest = conversation.routes[-1] if conversation.routes else None
    if newest is None or newest.staff_id is None:
        return True  # it stands before a whole team, for want of anybody else
    theirs = {r.staff_id for r in conversation.routes if r.shift_id is not None and r.shift_id == found.shift_id}
    told = {step.staff_id for step in tx.escalations.steps_of(found.id)}
    return staff_id in theirs | told | conversation.escalated_to | {newest.staff_id}


def _must_not_wait(tx: Tx, ctx: Context, conversation: Conversation, most: int) -> bool:
    phrases = [phrase for words in ctx.rules.escalation.words.values() for phrase in words]
    if not phrases:
        return False
    looked_at = max(conversation.seen_seq, conversation.answered_seq)
    said = tx.messages.of(conversation.id, limit=most)
    return any(
        message.direction is Direction.IN and message.seq > looked_at and must_not_wait(message.body, phrases)
        for message in said
    )
