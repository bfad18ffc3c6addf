"""Compose the handover from what is stored: codes, times and coded actions, never a word that was written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain.cards import sender_of
from bot.domain.conversation import Conversation, Direction, Message
from bot.domain.digest import DigestAction, DigestRow, DigestView, OwnerKind, arrange
from bot.domain.handover import DigestRecord, Episode
from bot.domain.ids import ConversationId, EpisodeId, StaffId
from bot.domain.notes import Note, Situation
from bot.domain.people import LinkedContact
from bot.domain.reaction import Action
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.access import contact_of
from bot.services.shared.episodes import today
from bot.services.shared.saying import is_lost
from bot.services.shared.view import slack_id

MESSAGES = 200  # of one conversation that are looked at
SERIOUS = (Situation.BROKEN_PLAN, Situation.DIFFICULT, Situation.NEITHER)  # what a row says when notes differ


_Known = tuple[Conversation, LinkedContact, list[Episode]]


@dataclass(frozen=True, slots=True)
class Answered:
    """How an episode was answered. `by` are staff in the order in which they first wrote."""

    first_in: Message | None
    at: datetime | None
    by: tuple[StaffId, ...]

    @property
    def within(self) -> timedelta | None:
        return None if self.at is None or self.first_in is None else self.at - self.first_in.at


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that is known about one episode."""

    episode: Episode
    conversation: Conversation
    contact: LinkedContact
    notes: tuple[Note, ...]
    actions: tuple[Action, ...]  # of notes whose newest episode this is
    answered: Answered
    is_newest: bool  # of its conversation

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of those whom it concerned, when somebody has said so."""
        concerns = frozenset().union(*(note.concerns for note in self.notes)) or self.conversation.concerns
        named = {link.youth.case_code for link in self.contact.links if link.youth.id in concerns}
        return tuple(sorted(named)) or self.contact.codes


def tell(tx: Tx, episodes: Sequence[Episode]) -> list[Told]:
    """Return what is known about each episode, in their order."""
    notes = tx.notes.of_episodes([episode.id for episode in episodes])
    actions = tx.notes.actions_of([note.id for some in notes.values() for note in some])
    told: list[Told] = []
    known: dict[ConversationId, _Known | None] = {}
    for episode in episodes:
        if episode.conversation_id not in known:
            known[episode.conversation_id] = _known(tx, episode.conversation_id)
        found = known[episode.conversation_id]
        if found is None:
            continue
        conversation, contact, every = found
        own = tuple(notes.get(episode.id, []))
        told.append(
            Told(
                episode,
                conversation,
                contact,
                own,
                tuple(a for note in own for a in actions.get(note.id, []) if _is_here(tx, a, episode.id)),
                answered(tx, conversation, episode, every),
                is_newest=bool(every) and every[-1].id == episode.id,
            )
        )
    return told


def _known(tx: Tx, conversation_id: ConversationId) -> _Known | None:
    """Return what the episodes of one conversation have in common."""
    conversation = tx.conversations.get(conversation_id)
    if conversation is None:
        return None
    return conversation, contact_of(tx, conversation), tx.episodes.of_conversation(conversation_id)


def _is_here(tx: Tx, action: Action, episode_id: EpisodeId) -> bool:
    return tx.notes.episode_of_action(action.id) == episode_id


def answered(tx: Tx, conversation: Conversation, episode: Episode, every: Sequence[Episode]) -> Answered:
    """Return how an episode was answered: by texts of ours that were not lost, until the next episode begins.

    An answer that came only after a new episode had begun still answers the old one.
    """
    said = tx.messages.since(conversation.id, episode.first_at, limit=MESSAGES)
    later = [other.first_at for other in every if (other.first_at, other.ordinal) > (episode.first_at, episode.ordinal)]
    until = min(later, default=None)
    inside = [m for m in said if until is None or m.at < until]
    first_in = next((m for m in inside if m.direction is Direction.IN), None)
    replies = [m for m in said if m.direction is Direction.OUT and not is_lost(tx, m)]
    after = [m for m in replies if first_in is None or m.seq > first_in.seq]
    own = [m for m in after if until is None or m.at < until] or after[:1]
    by = tuple(dict.fromkeys(m.author for m in own if m.author is not None))
    return Answered(first_in, own[0].at if own else None, by)


def row_of(tx: Tx, ctx: Context, told: Told, digest: DigestRecord | None) -> DigestRow:
    """Return the sealed row of one episode as it stands in `digest` (None: on its own)."""
    episode, conversation, notes = told.episode, told.conversation, told.notes
    is_open = conversation.is_open and told.is_newest
    is_carried = digest is not None and episode.digest_id != digest.id
    return DigestRow(
        episode_id=episode.id,
        day=episode.day,
        codes=told.codes,
        sender=sender_of(told.contact.role, is_shared=told.contact.is_shared_phone),
        first_at=episode.first_at,
        is_ours_first=told.answered.first_in is None,
        answered_within=told.answered.within,
        by=tuple(slack_id(tx, staff_id) for staff_id in told.answered.by),
        is_open=is_open,
        waiting_since=conversation.first_unanswered_at if is_open else None,
        has_note=bool(notes),
        situation=next((s for s in SERIOUS if any(note.situation is s for note in notes)), None),
        socialjouren=any(note.socialjouren_at is not None for note in notes) if notes else None,
        action=_action(tx, ctx, told.actions),
        is_reviewed=episode.reviewed is not None,
        is_transferred=episode.transferred is not None,
        is_carried=is_carried,
        added_at=None if is_carried else episode.added_at,
        noted_at=_noted_at(notes, digest),
    )


def _noted_at(notes: Iterable[Note], digest: DigestRecord | None) -> datetime | None:
    late = [note.at for note in notes if digest is not None and note.at > digest.posted_at]
    return min(late, default=None)


def _action(tx: Tx, ctx: Context, actions: Sequence[Action]) -> DigestAction | None:
    """The one that is left to do first; else the newest that was settled."""
    if not actions:
        return None
    still = sorted((a for a in actions if a.is_open), key=lambda a: a.due_on)
    chosen = still[0] if still else actions[-1]
    return DigestAction(
        code=chosen.code,
        due_on=chosen.due_on,
        owner_kind=owner_kind(chosen),
        owner=slack_id(tx, chosen.owner),
        state=chosen.state,
        settled_by=slack_id(tx, chosen.settled_by),
        settled_at=chosen.settled_at,
        is_late=chosen.is_late(today(ctx)),
    )


def owner_kind(action: Action) -> OwnerKind:
    if action.with_duty:
        return OwnerKind.DUTY
    return OwnerKind.TEAM if action.owner is None else OwnerKind.STAFF


def episodes_of(tx: Tx, digest: DigestRecord) -> list[Episode]:
    """Return what stands in a handover: its own, and in the newest one what is left from earlier days."""
    own = tx.episodes.of_digest(digest.id)
    return [*own, *tx.episodes.carried(digest.namnd, digest)] if is_newest(tx, digest) else own


def is_newest(tx: Tx, digest: DigestRecord) -> bool:
    newest = tx.digests.newest(digest.namnd)
    return newest is not None and newest.id == digest.id


def digest_view(tx: Tx, ctx: Context, digest: DigestRecord, *, is_repeat: bool = False) -> DigestView:
    """Return the whole handover as it is true now."""
    newest = is_newest(tx, digest)
    rows = [row_of(tx, ctx, told, digest) for told in tell(tx, episodes_of(tx, digest))]
    first, still_open, rest = arrange(rows, digest.day)
    return DigestView(
        digest_id=digest.id,
        namnd_name=ctx.rules.namnder[digest.namnd].short_name,
        day=digest.day,
        since=digest.since,
        must_happen=first,
        still_open=still_open,
        rest=rest,
        not_transferred=_not_transferred(tx, digest) if newest else (),
        stale_backgrounds=_stale_backgrounds(tx, digest, today(ctx)) if newest else (),
        is_newest=newest,
        is_repeat=is_repeat,
        is_trial=ctx.rules.is_trial,
    )


def _not_transferred(tx: Tx, digest: DigestRecord) -> tuple[str, ...]:
    left = tx.episodes.not_transferred(digest.namnd, digest.id)
    return tuple(dict.fromkeys(code for told in tell(tx, left) for code in told.codes))


def _stale_backgrounds(tx: Tx, digest: DigestRecord, day: date) -> tuple[str, ...]:
    youths = [tx.people.youth(youth_id) for youth_id in tx.backgrounds.stale(digest.namnd, day)]
    return tuple(sorted(youth.case_code for youth in youths if youth is not None))
