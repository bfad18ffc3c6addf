"""Bakgrund till beredskapen: read by whoever answers at night, written by those who know the plan."""

import json
from datetime import datetime
from typing import Final

from bot.domain.background import Background
from bot.domain.calendar import local
from bot.domain.forms import BackgroundPage
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import (
    Block,
    actions,
    button,
    context,
    cut,
    day_picker,
    field,
    modal,
    mrkdwn,
    plain,
    plain_context,
    search,
    section,
    text_input,
)
from bot.texts import Texts, long_day, when

AGREEMENTS, WATCH_FOR, INTERPRETER = "agreements", "watch_for", "interpreter"
CALL_FIRST, REVIEW_ON, YOUTH = "call_first", "review_on", "youth"
LONGEST: Final = 3000
HINTS: Final = {
    AGREEMENTS: "background.agreements_hint",
    WATCH_FOR: "background.watch_for_hint",
    CALL_FIRST: "background.call_first_hint",
}


def background_modal(page: BackgroundPage, texts: Texts, now: datetime) -> Block:
    """Return it to be read; that it is out of date is said first."""
    background = page.background
    blocks: list[Block] = [context(texts.staff("trial.banner"))] if page.is_trial else []
    about = texts.staff("background.about", name=page.youth_name, namnd=page.namnd_name)
    blocks += [section(plain(about)), context(page.case_code)]
    if background is None:
        blocks.append(section(mrkdwn(texts.staff("background.none"))))
    else:
        day = long_day(background.review_on, local(now).date())
        if page.is_stale:
            blocks.append(section(mrkdwn(texts.staff("background.stale", day=day))))
        for name, words in _written(background).items():
            if words.strip():
                blocks += [context(f"*{texts.staff(f'background.{name}')}*"), section(plain(words))]
        at = when(background.written_at, now)
        blocks.append(plain_context(texts.staff("background.written", who=page.written_by, at=at, day=day)))
    if page.may_write:
        key = "button.write_background" if background is None else "button.edit_background"
        blocks.append(actions(button(ActionId.EDIT_BACKGROUND, texts.staff(key), page.youth_id)))
    return modal(texts.staff("background.title"), blocks, close=texts.staff("modal.close"))


def background_form(page: BackgroundPage, texts: Texts) -> Block:
    """Return the form, filled with what is written already."""
    background = page.background
    written = {} if background is None else _written(background)
    review_on = page.proposed_review if background is None or page.is_stale else background.review_on
    blocks: list[Block] = [context(texts.staff("trial.banner"))] if page.is_trial else []
    about = texts.staff("background.about", name=page.youth_name, namnd=page.namnd_name)
    blocks += [section(plain(about)), context(page.case_code, texts.staff("note.no_personnummer"))]
    for name in (AGREEMENTS, WATCH_FOR, INTERPRETER, CALL_FIRST):
        element = text_input(ActionId.FIELD, multiline=True, most=LONGEST, initial=cut(written.get(name, ""), LONGEST))
        hint = texts.staff(HINTS[name]) if name in HINTS else ""
        title = texts.staff(f"background.{name}")
        blocks.append(field(name, title, element, hint=hint, optional=name != AGREEMENTS))
    blocks.append(field(REVIEW_ON, texts.staff("background.review_on"), day_picker(ActionId.DATE, review_on)))
    return modal(
        texts.staff("background.form_title"),
        blocks,
        close=texts.staff("modal.cancel"),
        submit=texts.staff("modal.save"),
        callback=CallbackId.BACKGROUND.value,
        metadata=json.dumps({"y": page.youth_id, "at": page.version}),
    )


def background_pick_modal(texts: Texts) -> Block:
    """Ask whose background; the names are searched for as one types."""
    element = search(ActionId.YOUTH, placeholder=texts.staff("background.pick_placeholder"))
    hint = texts.staff("background.pick_hint")
    return modal(
        texts.staff("background.pick_title"),
        [field(YOUTH, texts.staff("background.pick_label"), element, hint=hint)],
        close=texts.staff("modal.cancel"),
        submit=texts.staff("background.pick_submit"),
        callback=CallbackId.BACKGROUND_PICK.value,
    )


def _written(background: Background) -> dict[str, str]:
    """Return its parts in the order in which they are read at night."""
    return {
        CALL_FIRST: background.call_first,
        AGREEMENTS: background.agreements,
        WATCH_FOR: background.watch_for,
        INTERPRETER: background.interpreter,
    }
