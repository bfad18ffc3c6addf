"""Text till journalen: everything that the record needs, ready to take over. The bot is not the case record."""

from functools import partial

from bot.domain.cards import sender_of
from bot.domain.conversation import Direction, Message
from bot.domain.digest import JournalLine, JournalText
from bot.domain.errors import NotFound
from bot.domain.handover import Episode
from bot.domain.ids import EpisodeId
from bot.domain.people import LinkedContact
from bot.domain.phone import pretty
from bot.domain.phone_call import CallState
from bot.domain.secrecy import Act
from bot.ports import Tx
from bot.services.context import Context
from bot.services.meeting import action_view, covered, note_view
from bot.services.shared.access import actor_by_slack, require
from bot.services.shared.call_marks import mark_of
from bot.services.shared.digest_view import Told, tell
from bot.services.shared.logged import read_logged
from bot.services.shared.people_shown import people_of
from bot.services.shared.saying import is_lost
from bot.services.shared.view import name_of, outward_views

MOST_LINES = 500


async def journal_text(slack_user_id: str, episode_id: str, *, ctx: Context) -> JournalText:
    """Return the text for the record of an episode, and of those before it that are not there yet.

    It holds what was written, so it asks for the right to read. Raises NotAllowed or NotFound.
    """

    def query(tx: Tx) -> JournalText:
        episode = tx.episodes.get(EpisodeId(episode_id))
        told = [] if episode is None else tell(tx, covered(tx, episode))
        if episode is None or not told or told[-1].conversation.erased_at is not None:
            raise NotFound
        reader = actor_by_slack(tx, ctx, slack_user_id)
        require(tx, ctx, reader, Act.READ, told[-1].conversation, told[-1].contact)
        return _text(tx, ctx, episode, told)

    return await read_logged(query, ctx=ctx)


def _text(tx: Tx, ctx: Context, episode: Episode, told: list[Told]) -> JournalText:
    last, contact = told[-1], told[-1].contact
    answered = next((t.answered for t in told if t.answered.at is not None), last.answered)
    notes = {note.id: note for t in told for note in t.notes}
    said = _said(tx, told)
    by = dict.fromkeys(staff_id for t in told for staff_id in t.answered.by)
    return JournalText(
        episode_id=episode.id,
        codes=last.codes,
        namnd_name=ctx.rules.namnder[episode.namnd].name,
        sender=sender_of(contact.role, is_shared=contact.is_shared_phone),
        people=people_of(contact),
        number=pretty(contact.contact.number),
        days=tuple(dict.fromkeys(t.episode.day for t in told)),
        first_at=told[0].episode.first_at,
        answered_at=answered.at,
        answered_within=answered.within,
        by=tuple(name for name in (name_of(tx, staff_id) for staff_id in by) if name),
        notes=tuple(note_view(tx, note, contact) for note in notes.values()),
        actions=tuple(action_view(tx, ctx, action, None) for t in told for action in t.actions),
        lines=tuple(_line(tx, contact, message) for message in said[:MOST_LINES]),
        is_cut=len(said) > MOST_LINES,
        outward=outward_views(tx, [one for t in told for one in t.outward]),
        calls=tuple(
            mark_of(call, partial(name_of, tx)) for t in told for call in t.calls if call.state is not CallState.MISSED
        ),
    )


def _said(tx: Tx, told: list[Told]) -> list[Message]:
    """Return what was said from the first of these episodes until the next one after the last begins.

    One more than fits tells that there is more.
    """
    first, last = told[0].episode, told[-1].episode
    later = [e.first_at for e in tx.episodes.of_conversation(last.conversation_id) if e.first_at > last.first_at]
    until = min(later, default=None)
    said = tx.messages.since(last.conversation_id, first.first_at, limit=MOST_LINES + 1)
    return [m for m in said if until is None or m.at < until]


def _line(tx: Tx, contact: LinkedContact, message: Message) -> JournalLine:
    is_inbound = message.direction is Direction.IN
    sends = message.direction in {Direction.OUT, Direction.AUTO}
    return JournalLine(
        at=message.at,
        who=_sender(contact) if is_inbound else name_of(tx, message.author),
        is_inbound=is_inbound,
        is_note=message.direction is Direction.NOTE,
        body=message.body,
        media_count=message.media_count,
        did_arrive=not is_lost(tx, message) if sends else None,
    )


def _sender(contact: LinkedContact) -> str:
    names = dict.fromkeys(link.name for link in contact.links)
    return " / ".join(names) or pretty(contact.contact.number)
