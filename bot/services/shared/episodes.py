"""Keeps account of what happened in which conversation when: the rows of the handovers."""

from dataclasses import replace
from datetime import date, datetime

from bot.domain.calendar import ONE_DAY, instant, local, next_working_day
from bot.domain.conversation import Conversation
from bot.domain.duty import Shift
from bot.domain.errors import Busy
from bot.domain.handover import Episode, Period, period_of, summary_on
from bot.domain.ids import EpisodeId, NamndId, ShiftId, new_id
from bot.domain.people import World
from bot.domain.reaction import NOON, end_of_day
from bot.domain.rules import NamndRules
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.digest_posts import refresh_digest, refresh_newest, say_addendum

LAST_ASKING = 2


def home_of(ctx: Context, conversation: Conversation) -> NamndId:
    """Return the nämnd whose handover a conversation belongs to; the reception has what nobody has taken over."""
    return conversation.namnd or ctx.rules.number_for(conversation.our_number).reception


def account_for_text(
    tx: Tx, ctx: Context, conversation: Conversation, at: datetime, shift: Shift | None
) -> Episode | None:
    """A text has come in, received at `at`: it belongs to this period's episode, or begins one.

    What comes in after a handover is never hidden in a row that has been read, or carried to the record, already.
    """
    if conversation.world is not World.BEREDSKAP:
        return None
    period = period_of(at, shift)
    latest = tx.episodes.latest(conversation.id, home_of(ctx, conversation), period)
    waiting = {episode.id for episode in tx.episodes.without_note(conversation.id) if episode.takes_more}
    if latest is not None and latest.id in waiting:
        return latest
    return _begin(tx, ctx, conversation, at, shift, period, 1 if latest is None else latest.ordinal + 1)


def account_for_answer(
    tx: Tx, ctx: Context, conversation: Conversation, at: datetime, shift_id: ShiftId | None
) -> Episode | None:
    """A person has written: that belongs to what still waits for a note, or begins an episode of its own."""
    if conversation.world is not World.BEREDSKAP:
        return None
    waiting = [e for e in tx.episodes.without_note(conversation.id) if e.transferred is None and e.reviewed is None]
    every = tx.episodes.of_conversation(conversation.id) if conversation.is_unanswered else []
    if waiting or every:  # what it answers came in before the last note, and is told of there
        return (waiting or every)[-1]
    shift = None if shift_id is None else tx.shifts.get(shift_id)
    period = period_of(at, shift)
    latest = tx.episodes.latest(conversation.id, home_of(ctx, conversation), period)
    return _begin(tx, ctx, conversation, at, shift, period, 1 if latest is None else latest.ordinal + 1)


def _begin(
    tx: Tx, ctx: Context, conversation: Conversation, at: datetime, shift: Shift | None, period: Period, ordinal: int
) -> Episode:
    namnd = ctx.rules.namnder[home_of(ctx, conversation)]
    made = Episode(
        id=EpisodeId(new_id()),
        conversation_id=conversation.id,
        namnd=namnd.id,
        period=period.key,
        ordinal=ordinal,
        day=period.day,
        shift_id=period.shift_id,
        first_at=at,
        summary_on=summary_on(at, shift, namnd.summary_at, ctx.rules.closed_days),
        note_next_at=shift.ends_at if shift is not None and shift.ends_at > ctx.clock.now() else None,
    )
    if not tx.episodes.add(made):
        raise Busy  # somebody else has begun it meanwhile: the whole transaction is run again
    return add_if_late(tx, ctx, made)


def add_if_late(tx: Tx, ctx: Context, episode: Episode) -> Episode:
    """Add what belongs to a handover that has been posted already to the newest one, openly."""
    newest = tx.digests.newest(episode.namnd)
    if episode.digest_id is not None or newest is None or episode.summary_on > newest.day:
        return episode
    added = replace(episode, digest_id=newest.id, added_at=ctx.clock.now())
    tx.episodes.save(added)
    say_addendum(tx, added, key=f"episode:{added.id}:{newest.id}", is_note=False)
    refresh_digest(tx, newest.id)
    return added


def move_to(tx: Tx, ctx: Context, conversation: Conversation) -> None:
    """The conversation belongs to another nämnd now: so do its episodes, notes and actions, and nothing stays behind.

    In the handovers of the nämnd that had it the rows disappear; in the new one they turn up.
    """
    namnd = home_of(ctx, conversation)
    left: set[NamndId] = set()
    for episode in tx.episodes.of_conversation(conversation.id, lock=True):
        if episode.namnd == namnd:
            continue
        left.add(episode.namnd)
        taken = tx.episodes.latest(conversation.id, namnd, Period(episode.period, episode.day, episode.shift_id))
        ordinal = 1 if taken is None else taken.ordinal + 1
        if episode.digest_id is not None:
            refresh_digest(tx, episode.digest_id)
        moved = replace(
            episode, namnd=namnd, ordinal=ordinal, digest_id=None, added_at=None, reviewed=None, transferred=None
        )  # the record of the nämnd that had it is its own
        tx.episodes.save(moved)
        add_if_late(tx, ctx, moved)
    if left:
        tx.notes.move(conversation.id, namnd)
        for action in tx.notes.open_actions(namnd, lock=True):
            if action.conversation_id == conversation.id and action.owner is not None:
                tx.notes.save_action(replace(action, owner=None))  # somebody of the nämnd that had it
    for other in left:
        refresh_newest(tx, other)


def next_asking(
    episode: Episode, namnd: NamndRules, after: datetime, closed_days: frozenset[date]
) -> tuple[datetime, int] | None:
    """Return when a missing note is asked for next, and the stage: 1 again at noon, 2 the leader; None after that.

    It is asked for when the shift ends, at noon of the next working day, and when that working day ends the leader is
    told.
    """
    lately = local(after).date() - ONE_DAY  # a shift of several days ends long after the day that it belongs to
    day = next_working_day(max(episode.day, lately), closed_days)
    for at, stage in ((instant(day, NOON), 1), (end_of_day(namnd, day, closed_days), LAST_ASKING)):
        if at > after and stage > episode.note_stage:
            return at, stage
    return None


def today(ctx: Context) -> date:
    """Return the local date."""
    return local(ctx.clock.now()).date()
