"""The card of a conversation. It is sealed in every mode: codes, times, counts and buttons only."""

from datetime import datetime
from typing import Any

from bot.domain.cards import Card, LastAnswer, Sender, SentState
from bot.domain.conversation import Ground
from bot.domain.phone_call import CallState
from bot.domain.slack_text import escape_mrkdwn
from bot.slack.ids import ActionId
from bot.slack.kit import Block, actions, button, confirm, context, header, mention, mrkdwn, section
from bot.slack.views.call_words import marks_now as calls_now
from bot.slack.views.outward_words import marks_now
from bot.texts import Texts, capital, listed, when

GROUND_LINES = {
    Ground.CLOSED: "card.ground_closed",
    Ground.NOBODY: "card.ground_nobody",
    Ground.UNTAKEN: "card.ground_untaken",
    Ground.ESCALATED: "card.ground_escalated",
    Ground.MYNDIGHET: "card.ground_myndighet",
}


def card_message(card: Card, texts: Texts, now: datetime) -> dict[str, Any]:
    """Return `text` and `blocks` for one card. `text` is what a locked phone shows."""
    codes = ", ".join(card.codes)
    is_waiting = card.unanswered > 0 and card.closed_at is None and not card.has_moved
    blocks: list[Block] = []
    if card.is_trial:
        blocks.append(context(texts.staff("trial.banner")))
    blocks.append(header(_title(card, texts, codes, is_waiting=is_waiting)))
    if card.has_moved:
        blocks.append(section(mrkdwn(texts.staff("card.moved_note" if card.can_note else "card.moved"))))
        if card.can_note:
            blocks.append(actions(_note_button(card, "button.write_note", texts)))
    else:
        blocks.append(section(mrkdwn("\n".join(_lines(card, texts, now)))))
        blocks.extend(_buttons(card, texts))
        blocks.append(context(_hint(card, texts)))
    key = "card.notice_waiting" if is_waiting else "card.notice_other"
    if is_waiting and card.is_call_newest:
        key = "voice.notice_missed"
    return {"text": texts.staff(key, code=codes), "blocks": blocks}


def _title(card: Card, texts: Texts, codes: str, *, is_waiting: bool) -> str:
    if card.has_moved:
        key = "card.title_moved"
    elif card.closed_at is not None:
        key = "card.title_closed"
    elif is_waiting:
        key = "voice.title_missed" if card.is_call_newest else "card.title_waiting"
    else:
        key = "card.title_calm"
    title = texts.staff(key, codes=codes)
    return texts.staff("card.title_repeat", title=title) if card.is_repeat else title


def _lines(card: Card, texts: Texts, now: datetime) -> list[str]:
    sender = texts.staff(f"sender.{card.sender.value}")
    if card.cases:
        sender = texts.staff("card.summoned", refs=listed([escape_mrkdwn(ref) for ref in card.cases]))
    who = texts.staff("card.who", sender=sender, namnd=escape_mrkdwn(card.namnd_name)) if card.namnd_name else sender
    lines = [who[:1].upper() + who[1:]]
    if card.ground in GROUND_LINES and card.closed_at is None:
        lines.append(texts.staff(GROUND_LINES[card.ground]))
    if card.is_with_duty:
        lines.append(texts.staff("card.with_duty"))
    if card.must_pick_namnd and card.closed_at is None:
        lines.append(texts.staff("card.pick_namnd"))
    lines.append(_state_line(card, texts, now))
    if card.has_wish:
        lines.append(texts.staff("barrier.card"))
    if card.taken_by and card.taken_at is not None:
        lines.append(texts.staff("card.taken", who=mention(card.taken_by), at=when(card.taken_at, now)))
    if card.last_answer is not None:
        lines.append(_answer_line(card.last_answer, texts, now))
    is_said = 0 < card.unanswered <= card.missed  # that a call was missed stands in what waits
    calls = [call for call in card.calls if not (is_said and call.state is CallState.MISSED)]
    done = [*calls_now(calls, texts, now), *marks_now(card.outward, texts, now)]
    return [*lines, *(f"{capital(words)}." for words in done)]


def _state_line(card: Card, texts: Texts, now: datetime) -> str:
    if card.closed_at is not None:
        return texts.staff("card.closed", at=when(card.closed_at, now))
    if card.unanswered and card.waiting_since is not None:
        since = when(card.waiting_since, now)
        last = since if card.last_in_at is None else when(card.last_in_at, now)
        if card.missed >= card.unanswered:
            key = "voice.waits_one" if card.unanswered == 1 else "voice.waits_many"
            return texts.staff(key, count=card.unanswered, since=since, last=last)
        count = card.unanswered - card.missed
        key = "card.waiting_one" if count == 1 else "card.waiting_many"
        return texts.staff(key, count=count, since=since, last=last)
    return texts.staff("card.calm")


def _answer_line(answer: LastAnswer, texts: Texts, now: datetime) -> str:
    at = when(answer.at, now)
    if answer.sent.status == "uncertain":
        return texts.staff("card.uncertain", at=at, reason=failure_text(answer.sent, texts))
    if answer.sent.is_failed:
        return texts.staff("card.failed", at=at, reason=failure_text(answer.sent, texts))
    return texts.staff("card.answered", who=mention(answer.by) or "Någon", at=at, state=state_text(answer.sent, texts))


def state_text(sent: SentState, texts: Texts) -> str:
    """Return the delivery state in a word or two."""
    if sent.is_corrected and sent.status == "delivered":
        return texts.staff("state.corrected")
    return texts.staff(f"state.{sent.status}")


def failure_text(sent: SentState, texts: Texts) -> str:
    """Return why a text did not arrive and what to do about it."""
    if sent.status == "uncertain" and sent.reason is None:
        return texts.staff("failure.maybe_sent")
    key = f"failure.{sent.reason}"
    return texts.staff(key if texts.has(key) else "failure.unknown_error")


def _buttons(card: Card, texts: Texts) -> list[Block]:
    code = card.codes[0]
    value = card.conversation_id
    waits = card.unanswered > 0 and card.closed_at is None
    elements = [
        button(
            ActionId.OPEN,
            texts.staff("button.open"),
            value,
            style="primary" if waits else None,
            spoken=texts.staff("button.spoken_open", code=code),
        )
    ]
    is_ours = card.closed_at is None and not card.is_with_duty
    if is_ours and not card.taken_by:
        spoken = texts.staff("button.spoken_take", code=code)
        elements.append(button(ActionId.TAKE, texts.staff("button.take"), value, spoken=spoken))
    if card.last_answer is not None and card.last_answer.sent.may_resend and is_ours:
        elements.append(resend_button(card.last_answer.message_id, texts))
    if card.can_hand_over:
        elements.append(button(ActionId.HAND_OVER, texts.staff("button.hand_over"), value))
    if card.can_link and card.sender is Sender.UNKNOWN:
        elements.append(button(ActionId.LINK, texts.staff("button.link"), value))
    if is_ours:
        elements.append(_plain_close_button(card, texts, waits=waits) if card.is_plain else _close_button(card, texts))
    if card.closed_at is not None and not card.is_plain:
        elements.append(_note_button(card, "button.add_note", texts))
    return [actions(*elements)]


def _note_button(card: Card, key: str, texts: Texts) -> Block:
    spoken = texts.staff("button.spoken_note", code=card.codes[0])
    return button(ActionId.NOTE, texts.staff(key), card.conversation_id, spoken=spoken)


def resend_button(message_id: str, texts: Texts) -> Block:
    return button(
        ActionId.RESEND,
        texts.staff("button.resend"),
        message_id,
        confirm=confirm(
            texts.staff("confirm.resend_title"),
            texts.staff("confirm.resend_text"),
            texts.staff("confirm.yes_resend"),
            texts.staff("confirm.no"),
        ),
    )


def _close_button(card: Card, texts: Texts) -> Block:
    """Open the note that a conversation ends with. What came in after the card was drawn is not closed with it."""
    spoken = texts.staff("button.spoken_close", code=card.codes[0])
    value = f"{card.conversation_id}:{card.newest_inbound}"
    return button(ActionId.CLOSE, texts.staff("button.close"), value, spoken=spoken)


def _plain_close_button(card: Card, texts: Texts, *, waits: bool) -> Block:
    """Close at once: a conversation of the world of myndighet has no note."""
    return button(
        ActionId.CLOSE_PLAIN,
        texts.staff("button.close"),
        f"{card.conversation_id}:{card.newest_inbound}",
        spoken=texts.staff("button.spoken_close", code=card.codes[0]),
        confirm=confirm(
            texts.staff("confirm.close_title"),
            texts.staff("confirm.close_unanswered" if waits else "confirm.close_text"),
            texts.staff("confirm.yes_close"),
            texts.staff("confirm.no"),
            danger=waits,
        ),
    )


def _hint(card: Card, texts: Texts) -> str:
    if card.is_channel:
        return texts.staff("card.channel_hint")
    return texts.staff("card.inline_hint" if card.is_inline else "card.sealed_hint")
