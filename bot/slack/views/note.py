"""What stands in a note and who is concerned, as the modals of the handover show it."""

from datetime import datetime
from typing import Final

from bot.domain.cards import Person
from bot.domain.digest import NoteView
from bot.domain.notes import Situation
from bot.domain.people import LinkRole
from bot.domain.slack_text import escape_mrkdwn
from bot.domain.visible import visible
from bot.slack.ids import ActionId
from bot.slack.kit import Block, actions, button, context, plain, plain_context, section
from bot.slack.views.digest_row import DOT
from bot.texts import Texts, listed, when

MOST_BACKGROUNDS: Final = 5


def note_blocks(note: NoteView, texts: Texts, now: datetime) -> list[Block]:
    """Return one note: who and when, then what to know first."""
    blocks = [context(DOT.join(_about(note, texts, now)))]
    fields = (
        ("note.promised_short", note.promised),
        ("note.came_in", note.came_in),
        ("note.support", note.support),
    )
    for key, words in fields:
        if words.strip():
            blocks += [context(f"*{texts.staff(key)}*"), section(plain(words))]
    return blocks


def _about(note: NoteView, texts: Texts, now: datetime) -> list[str]:
    words = [texts.staff("note.by", who=escape_mrkdwn(note.author), at=when(note.at, now))]
    if note.situation is not Situation.NEITHER:
        words.append(texts.staff(f"situation.{note.situation.value}"))
    words.append(texts.staff(f"code.{note.code.value}"))
    if note.socialjouren_at is not None:
        words.append(texts.staff("note.socialjouren_at", at=when(note.socialjouren_at, now)))
    if note.concerns:
        words.append(texts.staff("note.concerned", who=escape_mrkdwn(listed(list(note.concerns)))))
    return words


def person_words(person: Person, texts: Texts) -> str:
    if person.role is LinkRole.YOUTH:
        return texts.staff("modal.person_youth", name=person.name)
    return texts.staff("modal.person_guardian", name=person.name, youth=person.youth_name)


def people_block(people: tuple[Person, ...], texts: Texts) -> Block:
    return plain_context("\n".join(person_words(person, texts) for person in people) or texts.staff("sender.unknown"))


def background_buttons(people: tuple[Person, ...], texts: Texts, most: int = MOST_BACKGROUNDS) -> list[Block]:
    """Return a button for each youth, in a row of its own: one row may not hold the same action twice."""
    youths = list({person.youth_id: person.youth_name for person in people}.items())[:most]
    name = texts.staff("button.background")
    return [
        actions(
            button(
                ActionId.BACKGROUND,
                name if len(youths) == 1 else texts.staff("meeting.background_of", name=visible(youth_name)),
                youth_id,
            )
        )
        for youth_id, youth_name in youths
    ]
