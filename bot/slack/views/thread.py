"""Replies in the thread of a card, and direct messages of a sentence or two."""

from datetime import datetime
from typing import Any

from bot.domain.cards import Notice, SentState, ThreadReply, ThreadWhat
from bot.slack.ids import ActionId
from bot.slack.kit import Block, actions, button, context, mention, mrkdwn, plain, section
from bot.slack.views.card import failure_text, resend_button
from bot.texts import Texts, when

LINE_KEYS = {what: f"thread.{what.value}" for what in ThreadWhat}


def thread_message(reply: ThreadReply, texts: Texts, now: datetime) -> dict[str, Any]:
    """Return `text` and `blocks` of a thread reply. Content stands only in inline ones, and never in `text`."""
    blocks: list[Block] = []
    if reply.is_trial:
        blocks.append(context(texts.staff("trial.banner")))
    blocks.append(section(mrkdwn(_line(reply, texts, now))))
    if reply.what in {ThreadWhat.INLINE, ThreadWhat.INLINE_SENT}:
        if reply.body or not reply.media_count:
            blocks.append(section(plain(reply.body or texts.staff("modal.empty_text"))))
        if reply.media_count:
            blocks.append(context(media_text(reply.media_count, texts)))
    buttons = _buttons(reply, texts)
    if buttons:
        blocks.append(actions(*buttons))
    return {"text": _fallback(reply, texts), "blocks": blocks}


def _line(reply: ThreadReply, texts: Texts, now: datetime) -> str:
    reason = _reason(reply, texts)
    called = f"{mention(reply.mention)} " if reply.mention else ""
    return texts.staff(
        "voice.ping" if reply.is_call else LINE_KEYS[reply.what],
        mention=called,
        at="" if reply.at is None else when(reply.at, now),
        codes=", ".join(reply.codes),
        who=mention(reply.by) or "Någon",
        reason=reason,
        count=reply.count,
    )


def _reason(reply: ThreadReply, texts: Texts) -> str:
    sent: SentState | None = reply.sent
    if reply.what in {ThreadWhat.FAILED, ThreadWhat.UNCERTAIN} and sent is not None:
        return failure_text(sent, texts)
    key = f"refusal.{reply.reason}"
    return texts.staff(key if texts.has(key) else "refusal.refused")


def _buttons(reply: ThreadReply, texts: Texts) -> list[Block]:
    if reply.what is ThreadWhat.HELD:
        return [
            button(ActionId.SEND_HELD, texts.staff("button.send_held"), reply.held_id, style="primary"),
            button(ActionId.DISCARD_HELD, texts.staff("button.discard_held"), reply.held_id),
        ]
    if reply.what in {ThreadWhat.PING, ThreadWhat.WAITING}:
        return [button(ActionId.OPEN, texts.staff("button.open"), reply.conversation_id)]
    if reply.what in {ThreadWhat.FAILED, ThreadWhat.UNCERTAIN} and reply.sent is not None and reply.sent.may_resend:
        return [resend_button(reply.message_id, texts)]
    return []


def _fallback(reply: ThreadReply, texts: Texts) -> str:
    codes = ", ".join(reply.codes)
    if reply.what is ThreadWhat.HELD:
        return texts.staff("thread.fallback_held")
    if reply.what is ThreadWhat.WAITING:
        return texts.staff("thread.fallback_waiting", codes=codes)
    if reply.is_call:
        return texts.staff("voice.fallback_ping", codes=codes)
    wakes = reply.what in {ThreadWhat.PING, ThreadWhat.INLINE}
    return texts.staff("thread.fallback_ping" if wakes else "thread.fallback", codes=codes)


def media_text(count: int, texts: Texts) -> str:
    return texts.staff("thread.media_one" if count == 1 else "thread.media_many", count=count)


def notice_message(notice: Notice, texts: Texts) -> dict[str, Any]:
    """Return `text` and `blocks` of a direct message. It holds nothing that may not stand in Slack."""
    values = {name: value or texts.staff("duty.nobody_named") for name, value in notice.values}
    words = texts.staff(f"notice.{notice.key}", **values)
    blocks: list[Block] = [context(texts.staff("trial.banner"))] if notice.is_trial else []
    blocks.append(section(mrkdwn(words)))
    if notice.button:
        blocks.append(actions(button(ActionId(notice.button), texts.staff(f"button.{notice.button}"), notice.value)))
    return {"text": words, "blocks": blocks}
