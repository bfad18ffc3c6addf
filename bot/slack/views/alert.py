"""What the alert channel is shown: what is wrong, since when, and what to do; then that it is over."""

from datetime import datetime
from typing import Any

from bot.domain.alerts import AlertNotice
from bot.slack.kit import Block, context, mrkdwn, section
from bot.texts import Texts, when


def alert_message(alert: AlertNotice, texts: Texts, now: datetime) -> dict[str, Any]:
    """Return `text` and `blocks`. It holds counts and ids, never a person's words, name or number."""
    values = dict(alert.values)
    opened = when(alert.opened_at, now)
    if alert.closed_at is None and alert.is_back:
        head = texts.staff("alert.open", what=texts.staff(f"alert.{alert.code.value}.back", **values))
        tail = texts.staff("alert.since", at=opened)
    elif alert.closed_at is None:
        head = texts.staff("alert.open", what=texts.staff(f"alert.{alert.code.value}.what", **values))
        tail = texts.staff("alert.since", at=opened)
    else:
        head = texts.staff("alert.over", what=texts.staff(f"alert.{alert.code.value}.over", **values))
        tail = texts.staff("alert.was", start=opened, end=when(alert.closed_at, now))
    blocks: list[Block] = [context(texts.staff("trial.banner"))] if alert.is_trial else []
    blocks.append(section(mrkdwn(head)))
    if alert.closed_at is None and not alert.is_back:
        blocks.append(section(mrkdwn(texts.staff(f"alert.{alert.code.value}.do", **values))))
    blocks.append(context(tail))
    return {"text": head, "blocks": blocks}
