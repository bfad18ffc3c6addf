"""What else stands about one person: calls, what was done, who was told, what was decided, and that it was opened.

Only of the person's own phones, as in bot.services.take_out.gather. Codes are given as codes: the file says them in
words. Who on the staff opened something is not in an extract: that it was, when and why is the person's right to know
(GDPR, article 15; court of justice C-579/21), and the nämnd decides whether names may be given.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from bot.domain.audit import LogQuery
from bot.domain.calendar import local
from bot.domain.conversation import Conversation
from bot.domain.ids import NamndId, NoteId
from bot.domain.people import World
from bot.ports import Tx
from bot.services.context import Context
from bot.services.retention.acting import Known
from bot.services.shared.view import name_of
from bot.services.take_out.gather import Line, Whose, conversations_of
from bot.texts.log_words import act_words, ground_words

EVER: Final = datetime(2000, 1, 1, tzinfo=UTC)
PAGE: Final = 1_000
SEPARATOR: Final = " · "

# Every table that can hold something about a youth or a phone stands here or in bot/texts/take_out_words.py::LEFT_OUT.
INCLUDED: Final = frozenset(
    {"youth", "contact", "contact_link", "youth_consent", "link_consent", "sms_stop", "background", "ended_youth"}
    | {"conversation", "message", "note", "episode_note", "action", "episode", "phone_call", "outward"}
    | {"legal_hold", "retention_waiver", "taken_out", "audit"}
)


def consents_of(tx: Tx, known: Known, person: Whose) -> Iterator[tuple[str, str]]:
    """Yield what has been agreed and asked for: of a youth the decision, of each phone what goes for it."""
    youth_id = known.named.youth_id
    if youth_id is None:
        return
    decision = tx.consents.of_youths([youth_id]).get(youth_id)
    if person.youth is not None and decision is not None:
        yield from _days(("decided_on", decision.decided_on), ("review_on", decision.review_on))
    mine = {phone.contact.id for phone in person.phones}
    for link in tx.consents.of_links([youth_id]):
        if link.contact_id in mine:
            yield "says", link.says.value
            yield from _days(("said_on", link.said_on))
            if link.bars_other:
                yield "bars_other", "yes"
    for phone in person.phones:
        stop = tx.consents.stop_of(phone.contact.id, known.namnd, World.BEREDSKAP)
        if stop is not None:
            yield "sms_stop", stop.state.value
        if phone.contact.is_blocked:
            yield "blocked", "yes"


def standing_of(tx: Tx, known: Known, person: Whose, today: date) -> Iterator[tuple[str, str]]:
    """Yield whether the enrolment has ended, and what holds a deletion back."""
    ended = None if person.youth is None else tx.retention.ended_on(person.youth.id)
    if ended is not None:
        yield "ended", f"{local(ended).date()}"
    own = {conversation.id for conversation in conversations_of(tx, known, person)}
    for hold in tx.retention.holds(known.namnd, today):
        is_theirs = person.youth is not None and hold.youth_id == person.youth.id
        if is_theirs or hold.conversation_id in own:
            yield "hold", hold.reference


def _days(*days: tuple[str, date | None]) -> Iterator[tuple[str, str]]:
    yield from ((key, f"{day}") for key, day in days if day is not None)


def events_of(tx: Tx, ctx: Context, known: Known, person: Whose) -> list[Line]:
    """Return what has happened with the person's own phones, besides what was written; oldest first."""
    theirs = conversations_of(tx, known, person)
    lines = [line for conversation in theirs for line in _of_conversation(tx, conversation)]
    lines += _given_out(tx, person)
    subjects = {f"contact:{phone.contact.id}" for phone in person.phones}
    if person.youth is not None:
        subjects |= {f"youth:{person.youth.id}", f"background:{person.youth.id}"}
    subjects |= {subject for conversation in theirs for subject in _subjects_of(tx, conversation)}
    return sorted([*lines, *_logged(tx, ctx, known.namnd, frozenset(subjects))], key=lambda line: line.at)


def _of_conversation(tx: Tx, conversation: Conversation) -> Iterator[Line]:
    for call in tx.phone_calls.of_conversations([conversation.id]).get(conversation.id, []):
        yield Line(call.began_at, f"call_{call.way.value}", name_of(tx, call.staff_id), f"call_{call.state.value}")
    for outward in tx.outward.of_conversation(conversation.id):
        details = [f"outward_{outward.outcome.value}", outward.place, outward.who]
        yield Line(outward.at, f"outward_{outward.kind.value}", name_of(tx, outward.staff_id), _joined(details))
    for episode in tx.episodes.of_conversation(conversation.id):
        if episode.transferred is not None:
            done = episode.transferred
            yield Line(done.at, "transferred", name_of(tx, done.by), done.reference)
    for note in _notes(tx, conversation):
        for action in tx.notes.actions_of([note]).get(note, []):
            settled = [f"action_{action.state.value}", f"{action.due_on}", action.reason]
            found = tx.notes.get(note)
            if found is not None:
                yield Line(found.at, f"action_{action.code.value}", name_of(tx, action.owner), _joined(settled))
    for waiver in tx.retention.waivers_of([conversation.id]):
        yield Line(waiver.at, "waived", name_of(tx, waiver.by), _joined([waiver.reason, waiver.reference]))


def _notes(tx: Tx, conversation: Conversation) -> list[NoteId]:
    episodes = [episode.id for episode in tx.episodes.of_conversation(conversation.id)]
    return sorted({note.id for some in tx.notes.of_episodes(episodes).values() for note in some})


def _given_out(tx: Tx, person: Whose) -> Iterator[Line]:
    for asked in tx.take_outs.used(person.subject):
        if asked.used_at is not None:
            yield Line(asked.used_at, f"taken_out_{asked.kind.value}", name_of(tx, asked.asked_by), asked.given)


def _subjects_of(tx: Tx, conversation: Conversation) -> Iterator[str]:
    yield f"conversation:{conversation.id}"
    yield from (f"episode:{episode.id}" for episode in tx.episodes.of_conversation(conversation.id))
    calls = tx.phone_calls.of_conversations([conversation.id]).get(conversation.id, [])
    yield from (f"call:{call.id}" for call in calls)
    actions = tx.notes.actions_of(_notes(tx, conversation))
    yield from (f"action:{action.id}" for some in actions.values() for action in some)


def _logged(tx: Tx, ctx: Context, namnd: NamndId, subjects: frozenset[str]) -> Iterator[Line]:
    until = ctx.clock.now() + timedelta(seconds=1)
    query = LogQuery(namnd, World.BEREDSKAP, EVER, until, subjects=subjects, with_old=True)
    after = 0
    while page := tx.audit_log.entries(query, after, PAGE):
        for row in page:
            said = [act_words(row.act, ctx.texts), ground_words(row.ground, ctx.texts)]
            yield Line(row.at, "log" if row.is_allowed else "log_refused", "", ": ".join(filter(None, said)))
        after = page[-1].id


def _joined(parts: Sequence[str]) -> str:
    return SEPARATOR.join(part for part in parts if part)
