"""The form that a conversation ends with: what came in, what was given, and what must be done. Or a note alone."""

import json
from typing import Final

from bot.domain.forms import NoteForm
from bot.domain.notes import ActionCode, Situation
from bot.domain.visible import visible
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import (
    MOST_BOXES,
    MOST_OPTIONS,
    Block,
    checkboxes,
    context,
    cut,
    field,
    modal,
    mrkdwn,
    option,
    plain,
    plain_context,
    radio,
    section,
    select,
    text_input,
)
from bot.slack.views.outward_words import short_marks
from bot.texts import Texts, capital, listed, long_day

CAME_IN, SUPPORT, PROMISED = "came_in", "support", "promised"
SITUATION, ACTION, OWNER, SOCIALJOUREN = "situation", "action", "owner", "socialjouren"
CONCERNS, CLOSING_TEXT = "concerns", "closing_text"
OWNER_TEAM = "team"  # the other options are ids of staff
SOCIALJOUREN_YES, SOCIALJOUREN_NO = "yes", "no"
LONGEST_SMS: Final = 1600
NAME: Final = 80


def note_modal(form: NoteForm, texts: Texts, external_id: str) -> Block:
    """Return the form. Nothing is chosen beforehand, so that nobody says something without having meant it."""
    blocks = _about(form, texts)
    blocks += [
        _written(CAME_IN, "note.came_in", texts, hint="note.came_in_hint"),
        _written(SUPPORT, "note.support", texts, hint="note.support_hint"),
        _written(PROMISED, "note.promised", texts, optional=True, hint="note.promised_hint"),
        field(SITUATION, texts.staff("note.situation"), radio(ActionId.SITUATION, _situations(texts))),
        field(ACTION, texts.staff("note.action"), radio(ActionId.ACTION_CODE, _actions(form, texts))),
        field(
            OWNER,
            texts.staff("note.owner"),
            select(ActionId.OWNER, _owners(form, texts)),
            hint=texts.staff("note.owner_hint_duty" if form.has_duty_now else "note.owner_hint"),
            optional=True,
        ),
        field(SOCIALJOUREN, texts.staff("note.socialjouren"), radio(ActionId.SOCIALJOUREN, _socialjouren(texts))),
    ]
    if len(form.youths) > 1:
        blocks.append(_concerns(form, texts))
    if form.closes and form.can_text:
        element = text_input(ActionId.FIELD, multiline=True, most=LONGEST_SMS)
        title = texts.staff("note.closing_text", who=cut(visible(form.to), NAME))
        blocks.append(field(CLOSING_TEXT, title, element, hint=texts.staff("note.closing_hint"), optional=True))
    known = {"c": form.conversation_id, "n": form.newest_inbound, "closes": form.closes}
    return modal(
        texts.staff("note.title_close" if form.closes else "note.title_note", code=_code(form)),
        blocks,
        close=texts.staff("modal.cancel"),
        submit=texts.staff("note.submit_close" if form.closes else "note.submit_save"),
        callback=CallbackId.NOTE.value,
        metadata=json.dumps(known),
        external_id=external_id,
    )


def saved_modal(texts: Texts, words: str, unsent: str = "") -> Block:
    """Say that the note is saved, and give back a closing text that was not sent."""
    blocks = [section(mrkdwn(words))]
    if unsent:
        blocks += [section(mrkdwn(texts.staff("note.saved_text_not_sent"))), section(plain(unsent))]
    return modal(texts.staff("note.saved_title"), blocks, close=texts.staff("modal.close"))


def _about(form: NoteForm, texts: Texts) -> list[Block]:
    blocks: list[Block] = [context(texts.staff("trial.banner"))] if form.is_trial else []
    sender = capital(texts.staff(f"sender.{form.sender.value}"))
    about = texts.staff("note.about", sender=sender, namnd=form.namnd_name) if form.namnd_name else sender
    blocks.append(plain_context(", ".join(form.codes), about))
    if form.is_waiting:
        key = "note.waiting_text" if form.can_text else "note.waiting"
        blocks.append(section(mrkdwn(texts.staff(key if form.closes else "note.waiting_note"))))
    blocks.append(context(texts.staff("note.no_personnummer")))
    if form.outward:
        done = listed(short_marks(form.outward, texts, form.today))
        blocks.append(context(texts.staff("outward.noted_already", what=done)))
    return blocks


def _code(form: NoteForm) -> str:
    return form.codes[0] if len(form.codes) == 1 else f"{form.codes[0]} +{len(form.codes) - 1}"


def _written(block_id: str, key: str, texts: Texts, *, hint: str = "", optional: bool = False) -> Block:
    element = text_input(ActionId.FIELD, multiline=True)
    return field(block_id, texts.staff(key), element, hint=texts.staff(hint) if hint else "", optional=optional)


def _situations(texts: Texts) -> list[Block]:
    return [option(capital(texts.staff(f"situation.{one.value}")), one.value) for one in Situation]


def _actions(form: NoteForm, texts: Texts) -> list[Block]:
    return [
        option(texts.staff("note.action_nothing"), ActionCode.NOTHING.value),
        option(texts.staff("note.action_today", day=long_day(form.today)), ActionCode.TODAY.value),
        option(texts.staff("note.action_next", day=long_day(form.next_day)), ActionCode.NEXT_WORKING_DAY.value),
    ]


def _owners(form: NoteForm, texts: Texts) -> list[Block]:
    team = option(texts.staff("note.owner_team"), OWNER_TEAM)
    return [team, *(option(name, staff_id) for staff_id, name in form.owners)][:MOST_OPTIONS]


def _socialjouren(texts: Texts) -> list[Block]:
    return [
        option(texts.staff("note.socialjouren_no"), SOCIALJOUREN_NO),
        option(texts.staff("note.socialjouren_yes"), SOCIALJOUREN_YES),
    ]


def _concerns(form: NoteForm, texts: Texts) -> Block:
    shown = [(option(name, youth_id), youth_id) for youth_id, name in form.youths[:MOST_BOXES]]
    chosen = [made for made, youth_id in shown if youth_id in form.chosen]
    element = checkboxes(ActionId.NOTE_CONCERNS, [made for made, _ in shown], chosen=chosen)
    return field(CONCERNS, texts.staff("note.concerns"), element)
