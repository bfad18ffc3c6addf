"""A note that is missing is asked for until the next working day ends; then the leader is told."""

from dataclasses import replace
from functools import partial

from bot.domain.conversation import Conversation, Direction
from bot.domain.handover import Episode
from bot.domain.ids import EpisodeId
from bot.domain.outbound import Priority
from bot.domain.people import Role, Staff
from bot.domain.secrecy import Act, Allowed
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.access import actor, ask, contact_of
from bot.services.shared.alone import alone
from bot.services.shared.episodes import LAST_ASKING, next_asking
from bot.services.shared.placing import notice
from bot.services.shared.saying import RECENT
from bot.services.shared.view import codes_for, slack_id


async def ask_for_notes(*, ctx: Context) -> int:
    """Ask for the notes that are due, each in a transaction of its own; return how many were asked for."""
    due = await ctx.store.read(lambda tx: tx.episodes.notes_due(ctx.clock.now()))
    asked = 0
    for episode_id in due:
        step = partial(_ask, ctx=ctx, episode_id=episode_id)
        asked += await alone(ctx, step, event="note_not_asked_for", episode_id=episode_id)
    return asked


def _ask(tx: Tx, ctx: Context, episode_id: EpisodeId) -> bool:
    now = ctx.clock.now()
    episode = tx.episodes.get(episode_id, lock=True)
    if episode is None or episode.note_next_at is None or episode.note_next_at > now:
        return False  # another instance was first
    conversation = tx.conversations.get(episode.conversation_id)
    waiting = {found.id for found in tx.episodes.without_note(episode.conversation_id)}
    if conversation is None or episode.id not in waiting:
        tx.episodes.save(replace(episode, note_next_at=None))
        return False
    namnd = ctx.rules.namnder[episode.namnd]
    following = next_asking(episode, namnd, now, ctx.rules.closed_days)
    next_at, next_stage = following if following is not None else (None, LAST_ASKING)
    can_ask = episode.note_stage < LAST_ASKING and _ask_author(tx, ctx, conversation, episode)
    if not can_ask or following is None:  # the day has ended, or ended while we were away
        _tell_leader(tx, ctx, conversation, episode)
        next_at = None
    tx.episodes.save(replace(episode, note_next_at=next_at, note_stage=next_stage))
    return True


def _ask_author(tx: Tx, ctx: Context, conversation: Conversation, episode: Episode) -> bool:
    """Ask whoever can write it; False when there is nobody."""
    author = _author(tx, conversation, episode)
    contact = contact_of(tx, conversation)
    if author is None or author.slack_user_id is None:
        return False
    if not isinstance(ask(tx, ctx, actor(tx, ctx, author), Act.NOTE, conversation, contact), Allowed):
        return False
    has_moved = not isinstance(ask(tx, ctx, actor(tx, ctx, author), Act.READ, conversation, contact), Allowed)
    notice(
        tx,
        author.id,
        "note_missing_again" if episode.note_stage else "note_missing",
        dedupe=f"note:{episode.id}:{episode.note_stage}",
        code=codes_for(conversation, contact, has_moved=has_moved)[0],
        button="write_note",
        value=conversation.id,
    )
    return True


def _author(tx: Tx, conversation: Conversation, episode: Episode) -> Staff | None:
    """Return who was last to write in the episode, else whoever had the duty."""
    said = [m for m in tx.messages.of(conversation.id, limit=RECENT) if m.at >= episode.first_at]
    wrote = [m.author for m in said if m.direction is Direction.OUT and m.author is not None]
    shift = None if episode.shift_id is None else tx.shifts.get(episode.shift_id)
    staff_id = wrote[-1] if wrote else (None if shift is None else shift.staff_id)
    person = None if staff_id is None else tx.staff.get(staff_id)
    return person if person is not None and person.is_active else None


def _tell_leader(tx: Tx, ctx: Context, conversation: Conversation, episode: Episode) -> None:
    author = _author(tx, conversation, episode)
    contact = contact_of(tx, conversation)
    for leader in tx.staff.with_role(Role.LEADER, episode.namnd):
        if leader.slack_user_id is None or leader.id in contact.jav:
            continue
        notice(
            tx,
            leader.id,
            "note_missing_leader",
            dedupe=f"note_leader:{episode.id}",
            priority=Priority.NORMAL,
            code=contact.codes[0],
            who="" if author is None else f"<@{slack_id(tx, author.id)}>",
        )
