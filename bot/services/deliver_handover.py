"""Överlämning in DM to whoever takes over the duty."""

from datetime import timedelta
from typing import Final

from bot.domain.cards import sender_of
from bot.domain.conversation import Conversation
from bot.domain.digest import ShiftAction, ShiftHandover, ShiftLine
from bot.domain.duty import Shift
from bot.domain.ids import NamndId, ShiftId, StaffId
from bot.domain.outbound import OutboxState
from bot.domain.outward import newest_marks
from bot.domain.people import Role, Staff
from bot.domain.secrecy import Act, Actor, Allowed
from bot.ports import Outbound, Tx
from bot.services.context import Context
from bot.services.shared.access import actor, answers_for, ask, contact_of
from bot.services.shared.digest_view import tell
from bot.services.shared.episodes import today
from bot.services.shared.outcome import Outcome
from bot.services.shared.placing import notice
from bot.services.shared.view import slack_id

_MOMENT: Final = timedelta(microseconds=1)


async def deliver_handover(row: Outbound, *, ctx: Context) -> Outcome:
    """Post Överlämning as it is true now. Dropped when the shift is over. Raises what the chat raises."""

    def compose(tx: Tx) -> tuple[ShiftHandover, str] | None:
        shift = tx.shifts.get(ShiftId(row.payload["shift"]))
        reader = None if shift is None else tx.staff.get(StaffId(row.payload["staff"]))
        if shift is None or reader is None or not shift.covers(ctx.clock.now()):
            return None
        return shift_handover(tx, ctx, shift, reader), slack_id(tx, reader.id)

    composed = await ctx.store.read(compose)
    if composed is None:
        return Outcome(OutboxState.DROPPED)
    handover, to = composed
    if not to:
        return Outcome(OutboxState.FAILED, error="no_slack_user")
    posted = await ctx.chat.post_handover(to, handover, row.id)
    target = f"staff:{row.payload['staff']}"
    return Outcome(
        OutboxState.SENT,
        provider_id=f"{posted.channel}:{posted.ts}",
        then=lambda tx: tx.posts.remember("handover", None, target, posted),
    )


def tell_that_handover_failed(tx: Tx, ctx: Context, row: Outbound) -> None:
    """Slack would not take it: the leaders tell whoever takes over what is open."""
    shift = tx.shifts.get(ShiftId(row.payload["shift"]))
    person = tx.staff.get(StaffId(row.payload["staff"]))
    if shift is None or person is None:
        return
    for leader in tx.staff.with_role(Role.LEADER, shift.lending_namnd):
        if leader.slack_user_id is not None and leader.id != person.id:
            who = f"<@{person.slack_user_id}>"
            notice(tx, leader.id, "handover_failed", dedupe=f"handover_failed:{row.id}", who=who)


def shift_handover(tx: Tx, ctx: Context, shift: Shift, reader: Staff) -> ShiftHandover:
    """Return what whoever takes over needs to know: what is open, and what must be done today."""
    holder = actor(tx, ctx, reader)
    namnder = sorted(answers_for(ctx, shift.lending_namnd))
    return ShiftHandover(
        shift_id=shift.id,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        namnder=tuple(ctx.rules.namnder[namnd].short_name for namnd in namnder),
        open=tuple(_line(tx, ctx, conversation) for conversation in open_for(tx, ctx, holder, shift)),
        actions=_actions(tx, ctx, holder, namnder),
        before=_before(tx, ctx, shift),
        is_trial=ctx.rules.is_trial,
    )


def open_for(tx: Tx, ctx: Context, holder: Actor, shift: Shift) -> list[Conversation]:
    """Return the open conversations that the shift has taken over and its holder may read."""
    mine = [c for c in tx.conversations.open_ones() if c.was_routed_in(shift.id)]
    return [c for c in mine if isinstance(ask(tx, ctx, holder, Act.READ, c, contact_of(tx, c)), Allowed)]


def _line(tx: Tx, ctx: Context, conversation: Conversation) -> ShiftLine:
    contact = contact_of(tx, conversation)
    note = tx.notes.newest_of(conversation.id)
    return ShiftLine(
        conversation_id=conversation.id,
        codes=contact.codes,
        sender=sender_of(contact.role, is_shared=contact.is_shared_phone),
        namnd_name="" if conversation.namnd is None else ctx.rules.namnder[conversation.namnd].short_name,
        waiting_since=conversation.first_unanswered_at if conversation.is_unanswered else None,
        unanswered=tx.messages.count_inbound_after(conversation.id, conversation.answered_seq)
        if conversation.is_unanswered
        else 0,
        is_promised=note is not None and bool(note.promised),
        has_note=not tx.episodes.without_note(conversation.id),
        taken_by=slack_id(tx, conversation.taken_by),
        outward=newest_marks(tx.outward.of_conversation(conversation.id)),
    )


def _actions(tx: Tx, ctx: Context, holder: Actor, namnder: list[NamndId]) -> tuple[ShiftAction, ...]:
    found = []
    for namnd in namnder:
        for action in tx.notes.open_actions(namnd):
            conversation = tx.conversations.get(action.conversation_id)
            episode_id = tx.notes.episode_of_action(action.id)
            episode = None if episode_id is None else tx.episodes.get(episode_id)
            if not action.with_duty or action.due_on > today(ctx) or conversation is None or episode is None:
                continue
            contact = contact_of(tx, conversation)
            if not isinstance(ask(tx, ctx, holder, Act.HANDLE_ACTION, conversation, contact), Allowed):
                continue
            codes = tell(tx, [episode])[0].codes
            found.append(ShiftAction(episode.id, codes, ctx.rules.namnder[namnd].short_name, action.due_on))
    return tuple(found)


def _before(tx: Tx, ctx: Context, shift: Shift) -> str:
    """Return the Slack id of whoever's shift ended as this one began; "" when nobody's did, or it was their own."""
    ended = [s for s in tx.shifts.between(shift.starts_at - _MOMENT, shift.starts_at) if s.ends_at == shift.starts_at]
    mine = answers_for(ctx, shift.lending_namnd)
    others = [s for s in ended if s.staff_id != shift.staff_id and answers_for(ctx, s.lending_namnd) & mine]
    return slack_id(tx, others[0].staff_id) if others else ""
