"""Compose the handover from what is stored: codes, times and coded actions, never a word that was written."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, partial

from bot.domain.cards import sender_of
from bot.domain.conversation import Conversation, Direction
from bot.domain.digest import DigestAction, DigestRow, DigestView, OwnerKind, arrange
from bot.domain.handover import DigestRecord, Episode
from bot.domain.ids import ConversationId, MessageId, StaffId, YouthId
from bot.domain.notes import Note, Situation
from bot.domain.outward import Outward, OutwardOutcome
from bot.domain.people import LinkedContact, World
from bot.domain.phone_call import PhoneCall, Way
from bot.domain.reaction import Action
from bot.ports import Coded, Spoken, Tx
from bot.services.context import Context
from bot.services.shared.access import known_to
from bot.services.shared.call_marks import mark_of
from bot.services.shared.episodes import today
from bot.services.shared.view import slack_id

MESSAGES = 200  # of one conversation that are looked at
SERIOUS = (Situation.BROKEN_PLAN, Situation.DIFFICULT, Situation.NEITHER)  # what a row says when notes differ


_Known = tuple[Conversation, LinkedContact, list[Episode]]
_Who = Callable[[StaffId | None], str]  # Slack user id, "" when there is none


@dataclass(frozen=True, slots=True)
class Answered:
    """How an episode was answered. `by` are staff in the order in which they first wrote."""

    first_in: Spoken | None
    at: datetime | None
    by: tuple[StaffId, ...]

    @property
    def within(self) -> timedelta | None:
        return None if self.at is None or self.first_in is None else self.at - self.first_in.at


def _is_newest(episode: Episode, every: Sequence[Episode]) -> bool:
    """Tell whether an episode is the one that says how its conversation is now.

    What has come in since the post stands in no handover yet: until then the newest that does speaks for it.
    """
    alike = [e for e in every if (e.digest_id is None) == (episode.digest_id is None)]
    return bool(alike) and alike[-1].id == episode.id


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
    outward: tuple[Outward, ...] = ()
    calls: tuple[PhoneCall, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of those whom it concerned, when somebody has said so."""
        noted = frozenset().union(*(note.concerns for note in self.notes))
        linked = {link.youth.id: link.youth.case_code for link in self.contact.links}
        return _codes(linked, noted or self.conversation.concerns, self.contact.contact.code)


def _codes(linked: Mapping[YouthId, str], concerns: AbstractSet[YouthId], contact_code: str) -> tuple[str, ...]:
    """Return the codes of those whom it concerned, else of all who are linked, else the contact's own."""
    named = {code for youth_id, code in linked.items() if youth_id in concerns}
    return tuple(sorted(named or set(linked.values()))) or (contact_code,)


def tell(tx: Tx, episodes: Sequence[Episode]) -> list[Told]:
    """Return what is known about each episode, in their order. What was said stays sealed."""
    notes = tx.notes.of_episodes([episode.id for episode in episodes])
    actions = tx.notes.actions_of([note.id for some in notes.values() for note in some])
    stands_in = tx.notes.episodes_of_actions([action.id for some in actions.values() for action in some])
    known = _known(tx, [episode.conversation_id for episode in episodes])
    spoken = {e.id: tx.messages.spoken_since(e.conversation_id, e.first_at, limit=MESSAGES) for e in episodes}
    outward = tx.outward.of_episodes([episode.id for episode in episodes])
    calls = tx.phone_calls.of_conversations({episode.conversation_id for episode in episodes})
    lost = _lost(tx, [said for some in spoken.values() for said in some])
    told: list[Told] = []
    for episode in episodes:
        conversation, contact, every = known[episode.conversation_id]
        own = tuple(notes[episode.id])
        told.append(
            Told(
                episode,
                conversation,
                contact,
                own,
                tuple(a for note in own for a in actions[note.id] if stands_in.get(a.id) == episode.id),
                _answered(spoken[episode.id], lost, episode, every),
                is_newest=_is_newest(episode, every),
                outward=tuple(outward[episode.id]),
                calls=_during(calls[episode.conversation_id], episode, every),
            )
        )
    return told


def _known(tx: Tx, conversations: Sequence[ConversationId]) -> dict[ConversationId, _Known]:
    """Return what the episodes of each conversation have in common."""
    every = tx.episodes.of_conversations(conversations)
    contact = cache(tx.people.contact)
    found = (tx.conversations.get(conversation_id) for conversation_id in every)
    return {c.id: (c, known_to(c, contact(c.contact_id)), every[c.id]) for c in found if c is not None}


def _lost(tx: Tx, spoken: Iterable[Spoken]) -> frozenset[MessageId]:
    """Return which texts of ours are known not to have arrived, or cannot be found."""
    newest = tx.messages.newest_deliveries([said.id for said in spoken if said.direction is Direction.OUT])
    return frozenset(message_id for message_id, delivery in newest.items() if delivery.is_lost)


def _answered(
    said: Sequence[Spoken], lost: AbstractSet[MessageId], episode: Episode, every: Sequence[Episode]
) -> Answered:
    """Return how an episode was answered: by texts of ours that were not lost, until the next episode begins.

    An answer that came only after a new episode had begun still answers the old one.
    """
    until = _until(episode, every)
    inside = [m for m in said if until is None or m.at < until]
    first_in = next((m for m in inside if m.direction is Direction.IN), None)
    replies = [m for m in said if m.direction is Direction.OUT and m.id not in lost]
    after = [m for m in replies if first_in is None or m.seq > first_in.seq]
    own = [m for m in after if until is None or m.at < until] or after[:1]
    by = tuple(dict.fromkeys(m.author for m in own if m.author is not None))
    return Answered(first_in, own[0].at if own else None, by)


def _until(episode: Episode, every: Sequence[Episode]) -> datetime | None:
    """Return when the next episode of the conversation began."""
    later = [other.first_at for other in every if (other.first_at, other.ordinal) > (episode.first_at, episode.ordinal)]
    return min(later, default=None)


def _during(calls: Iterable[PhoneCall], episode: Episode, every: Sequence[Episode]) -> tuple[PhoneCall, ...]:
    """Return the calls of an episode: one that somebody took counts from then, which is when its episode began."""
    until = _until(episode, every)
    dated = [(call.taken_at or call.began_at, call) for call in calls]
    return tuple(call for at, call in dated if at >= episode.first_at and (until is None or at < until))


def row_of(tx: Tx, ctx: Context, told: Told, digest: DigestRecord | None) -> DigestRow:
    """Return the sealed row of one episode as it stands in `digest` (None: on its own)."""
    return _row(ctx, told, digest, partial(slack_id, tx))


def rows_of(tx: Tx, ctx: Context, told: Iterable[Told], digest: DigestRecord | None) -> list[DigestRow]:
    """Return the same of several, each member of staff looked up once."""
    who = cache(partial(slack_id, tx))
    return [_row(ctx, one, digest, who) for one in told]


def _row(ctx: Context, told: Told, digest: DigestRecord | None, who: _Who) -> DigestRow:
    episode, conversation, notes = told.episode, told.conversation, told.notes
    is_open = conversation.is_open and told.is_newest
    has_called = any(call.way is Way.IN for call in told.calls)
    is_carried = digest is not None and episode.digest_id != digest.id
    return DigestRow(
        episode_id=episode.id,
        day=episode.day,
        codes=told.codes,
        sender=sender_of(told.contact.role, is_shared=told.contact.is_shared_phone),
        first_at=episode.first_at,
        is_ours_first=told.answered.first_in is None and not has_called,
        answered_within=told.answered.within,
        by=tuple(who(staff_id) for staff_id in told.answered.by),
        is_open=is_open,
        waiting_since=conversation.first_unanswered_at if is_open else None,
        has_note=bool(notes),
        situation=next((s for s in SERIOUS if any(note.situation is s for note in notes)), None),
        socialjouren=_left_to_socialjouren(told),
        action=_action(ctx, told.actions, who),
        is_reviewed=episode.reviewed is not None,
        is_transferred=episode.transferred is not None,
        is_carried=is_carried,
        added_at=None if is_carried else episode.added_at,
        noted_at=_noted_at(notes, digest),
        outward=tuple(one.mark for one in told.outward),
        calls=tuple(mark_of(call, who) for call in told.calls),
        is_call_only=told.answered.first_in is None and has_called,
    )


def _left_to_socialjouren(told: Told) -> bool | None:
    """Tell whether the case was left there, as a note or a recorded contact says; None while nothing says."""
    if any(one.outcome is OutwardOutcome.TAKES_OVER for one in told.outward):
        return True
    return any(note.socialjouren_at is not None for note in told.notes) if told.notes else None


def _noted_at(notes: Iterable[Note], digest: DigestRecord | None) -> datetime | None:
    late = [note.at for note in notes if digest is not None and note.at > digest.posted_at]
    return min(late, default=None)


def _action(ctx: Context, actions: Sequence[Action], who: _Who) -> DigestAction | None:
    """The one that is left to do first; else the newest that was settled."""
    if not actions:
        return None
    still = sorted((a for a in actions if a.is_open), key=lambda a: a.due_on)
    chosen = still[0] if still else actions[-1]
    return DigestAction(
        code=chosen.code,
        due_on=chosen.due_on,
        owner_kind=owner_kind(chosen),
        owner=who(chosen.owner),
        state=chosen.state,
        settled_by=who(chosen.settled_by),
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
    rows = rows_of(tx, ctx, tell(tx, episodes_of(tx, digest)), digest)
    first, still_open, rest = arrange(rows, digest.day, digest.posted_at)
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
    """Return the codes of what earlier handovers left outside the record, each once: the post counts all of them."""
    left = tx.episodes.coded_not_transferred(digest.namnd, digest.id)
    return tuple(dict.fromkeys(code for coded in left for code in codes_of(coded)))


def codes_of(coded: Coded) -> tuple[str, ...]:
    """Return the same as Told.codes, from what is not sealed. Whom a nämnd may know of: see access.known_to."""
    is_stranger = coded.world is World.MYNDIGHET
    linked = {
        youth_id: code
        for youth_id, namnd, code, is_active in coded.youths
        if is_active and namnd == coded.namnd and not is_stranger
    }
    return _codes(linked, coded.noted or coded.concerns, coded.contact_code)


def _stale_backgrounds(tx: Tx, digest: DigestRecord, day: date) -> tuple[str, ...]:
    youths = [tx.people.youth(youth_id) for youth_id in tx.backgrounds.stale(digest.namnd, day)]
    return tuple(sorted(youth.case_code for youth in youths if youth is not None))
