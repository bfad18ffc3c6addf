"""Mötesläge: one episode at a time, with what was noted and what is to be done. Modals may hold names and content."""

import json
from datetime import datetime
from typing import Final

from bot.domain.calendar import local
from bot.domain.digest import ActionView, MeetingPage
from bot.domain.notes import ActionCode
from bot.domain.reaction import ActionState
from bot.domain.slack_text import escape_mrkdwn
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import (
    Block,
    actions,
    button,
    context,
    divider,
    field,
    fitting,
    modal,
    mrkdwn,
    plain_context,
    section,
    text_input,
)
from bot.slack.views.digest_row import DOT, action_words, answer_words, waiting_words
from bot.slack.views.note import background_buttons, note_blocks, people_block
from bot.slack.views.outward_words import done_block
from bot.texts import Texts, clock_time, short_day, when

REASON, REFERENCE = "reason", "reference"
MOST_BACKGROUNDS: Final = 3
MOST_ACTIONS: Final = 10
MOST_NOTE_BLOCKS: Final = 60
LONGEST_REASON: Final = 500
LONGEST_REFERENCE: Final = 200


def meeting_modal(page: MeetingPage, texts: Texts, now: datetime) -> Block:
    """Return one step of Mötesläge, or one episode on its own when `digest_id` is empty."""
    if page.digest_id:
        title = texts.staff("meeting.title", index=page.index, count=page.count)
    elif page.refusal:
        title = texts.staff("modal.refused_title")
    else:
        title = texts.staff("modal.title", code=_code(page))
    blocks: list[Block] = [context(texts.staff("trial.banner"))] if page.is_trial else []
    if page.refusal:
        blocks += [section(mrkdwn(texts.staff(f"refusal.{page.refusal}"))), *_steps(page, texts)]
    else:
        blocks += _content(page, texts, now)
    return modal(
        title,
        blocks,
        close=texts.staff("modal.close"),
        metadata=json.dumps({"d": page.digest_id, "e": page.episode_id}),
    )


def drop_form(action_id: str, texts: Texts) -> Block:
    """Ask why an action need not be done."""
    reason = text_input(ActionId.FIELD, multiline=True, most=LONGEST_REASON)
    return modal(
        texts.staff("meeting.drop_title"),
        [
            section(mrkdwn(texts.staff("meeting.drop_text"))),
            field(REASON, texts.staff("meeting.drop_label"), reason, hint=texts.staff("note.no_personnummer")),
        ],
        close=texts.staff("modal.cancel"),
        submit=texts.staff("meeting.drop_submit"),
        callback=CallbackId.DROP.value,
        metadata=action_id,
    )


def transfer_form(episode_id: str, texts: Texts) -> Block:
    """Ask where in the record it went."""
    reference = text_input(ActionId.FIELD, most=LONGEST_REFERENCE)
    hint = texts.staff("meeting.transfer_hint")
    return modal(
        texts.staff("meeting.transfer_title"),
        [field(REFERENCE, texts.staff("meeting.transfer_label"), reference, hint=hint)],
        close=texts.staff("modal.cancel"),
        submit=texts.staff("meeting.transfer_submit"),
        callback=CallbackId.TRANSFER.value,
        metadata=episode_id,
    )


def _code(page: MeetingPage) -> str:
    codes = page.row.codes
    return codes[0] if len(codes) == 1 else f"{codes[0]} +{len(codes) - 1}"


def _content(page: MeetingPage, texts: Texts, now: datetime) -> list[Block]:
    blocks = [section(mrkdwn(_facts(page, texts, now))), people_block(page.people, texts)]
    for action in page.actions[:MOST_ACTIONS]:
        blocks += _action(page, action, texts, now)
    blocks += [*done_block(page.outward, texts, now), divider()]
    groups = [note_blocks(note, texts, now) for note in page.notes]
    fit = fitting(groups, most=MOST_NOTE_BLOCKS)
    blocks += [block for group in fit for block in group]
    if not groups:
        blocks.append(section(mrkdwn(texts.staff("meeting.notes_none"))))
    if len(fit) < len(groups):
        blocks.append(context(texts.staff("meeting.notes_more", count=len(groups) - len(fit))))
    blocks += [divider(), *_settled(page, texts, now), *_buttons(page, texts)]
    blocks += _steps(page, texts)
    if not page.may_transfer:  # the background is for the nämnd's own, and for the night from the conversation
        return blocks
    return [*blocks, *background_buttons(page.people, texts, MOST_BACKGROUNDS)]


def _facts(page: MeetingPage, texts: Texts, now: datetime) -> str:
    row = page.row
    about = texts.staff(
        "meeting.about",
        codes=", ".join(row.codes),
        sender=texts.staff(f"sender.{row.sender.value}"),
        namnd=escape_mrkdwn(page.namnd_name) or "–",
    )
    began = texts.staff("meeting.began", at=f"{short_day(local(row.first_at).date())} {clock_time(row.first_at)}")
    answer = answer_words(row, texts, [escape_mrkdwn(name) for name in page.by])
    return f"{about}\n{DOT.join([began, answer, *waiting_words(row, texts, local(now).date())])}"


def _action(page: MeetingPage, action: ActionView, texts: Texts, now: datetime) -> list[Block]:
    you = texts.staff("meeting.you") if action.is_mine else ""
    if action.code is ActionCode.NOTHING:
        return []
    blocks = [section(mrkdwn(action_words(action, texts, local(now).date(), escape_mrkdwn, you)))]
    if action.state is ActionState.DROPPED and action.reason:
        blocks.append(plain_context(texts.staff("meeting.reason", reason=action.reason)))
    if action.state is ActionState.OPEN and page.may_handle:
        offered = [
            *([] if action.is_mine else [(ActionId.TAKE_ACTION, "button.take_action")]),
            (ActionId.ACTION_DONE, "button.action_done"),
            (ActionId.DROP_ACTION, "button.drop_action"),
        ]
        blocks.append(actions(*(button(made, texts.staff(key), action.id) for made, key in offered)))
    return blocks


def _settled(page: MeetingPage, texts: Texts, now: datetime) -> list[Block]:
    lines = []
    if page.reviewed is not None:
        seen = page.reviewed
        lines.append(texts.staff("meeting.reviewed", who=seen.by, at=when(seen.at, now)))
    if page.transferred is not None:
        seen = page.transferred
        at, reference = when(seen.at, now), seen.reference
        lines.append(texts.staff("meeting.transferred", who=seen.by, at=at, reference=reference))
    return [plain_context(*lines)] if lines else []


def _buttons(page: MeetingPage, texts: Texts) -> list[Block]:
    if not page.may_transfer:
        return []
    offered = []
    if page.reviewed is None:
        offered.append(button(ActionId.REVIEWED, texts.staff("button.reviewed"), page.episode_id, style="primary"))
    offered.append(button(ActionId.JOURNAL, texts.staff("button.journal"), page.episode_id))
    key = "button.transfer" if page.transferred is None else "button.transfer_again"
    offered.append(button(ActionId.TRANSFER, texts.staff(key), page.episode_id))
    return [actions(*offered)]


def _steps(page: MeetingPage, texts: Texts) -> list[Block]:
    """Return Föregående and Nästa, where there is one."""
    if not page.digest_id:
        return []
    offered = []
    if page.index > 1:
        offered.append(button(ActionId.MEETING_BACK, texts.staff("button.meeting_back"), page.episode_id))
    if page.index < page.count:
        offered.append(button(ActionId.MEETING_NEXT, texts.staff("button.meeting_next"), page.episode_id))
    return [actions(*offered)] if offered else []
