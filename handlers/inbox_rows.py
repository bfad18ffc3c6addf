"""What becomes of each kind of inbox row. Called by the worker, inside the row's own transaction."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from bot.domain.alerts import AlertCode
from bot.domain.errors import AuditEntry
from bot.domain.incoming import TypedInSlack
from bot.ports import Incoming, Tx
from bot.services.context import Context
from bot.services.escalation.receive_call import receive_call
from bot.services.know_member import note_account
from bot.services.receive_sms import receive_sms
from bot.services.receive_status import receive_status
from bot.services.typed_in_slack import typed_in_slack
from bot.services.voice.receive import Told, receive_told
from bot.services.watch.raising import raise_alert
from bot.slack.accounts import account_of
from bot.sms.twilio_inbound import fields_of, received_sms, received_status
from bot.sms.twilio_voice import received_call, told_of_call

log = structlog.get_logger(__name__)

SLACK = "slack"


@dataclass(frozen=True, slots=True)
class PublishHome:
    """After the commit: draw somebody's App Home. Losing it costs a click."""

    slack_user_id: str


Effect = PublishHome
Digest = Callable[[Tx, Context, Incoming], list[Effect]]


def digest_sms(tx: Tx, ctx: Context, row: Incoming) -> list[Effect]:
    receive_sms(tx, ctx, received_sms(row.raw, row.received_at, is_late=row.is_late))
    return []


def digest_status(tx: Tx, ctx: Context, row: Incoming) -> list[Effect]:
    receive_status(tx, ctx, received_status(row.raw, fields_of(row.raw).get("_delivery")))
    return []


def digest_slack(tx: Tx, ctx: Context, row: Incoming) -> list[Effect]:
    """Handle one event of Slack's; one that we do not use is only kept."""
    envelope = json.loads(row.raw)
    event = envelope.get("event") or {}
    if event.get("type") == "app_home_opened" and event.get("tab") == "home":
        return [PublishHome(str(event.get("user", "")))]
    if event.get("type") == "message" and event.get("channel_type") == "im":
        typed = _typed(str(envelope.get("event_id", "")), event)
        if typed is not None:
            typed_in_slack(tx, ctx, typed)
    if event.get("type") == "user_change":
        user = event.get("user") or {}
        changed_at = datetime.fromtimestamp(float(envelope.get("event_time") or 0), UTC)
        note_account(tx, ctx, str(user.get("id", "")), account_of(user), changed_at)
    if event.get("type") in {"tokens_revoked", "app_uninstalled"}:
        log.error("slack_has_let_us_go", event_type=str(event["type"]))
        raise_alert(tx, ctx, AlertCode.SLACK_REFUSES, AlertCode.SLACK_REFUSES.value, reason=str(event["type"]))
        tx.audit.record(AuditEntry("slack", str(event["type"]), "bot", "event"))
    return []


def _typed(event_id: str, event: dict[str, Any]) -> TypedInSlack | None:
    """Read a message event; None for what is not a person's own doing."""
    subtype = event.get("subtype")
    channel = str(event.get("channel", ""))
    if subtype in {None, "file_share", "thread_broadcast"}:
        if event.get("bot_id") or not event.get("user"):
            return None
        return TypedInSlack(
            event_id,
            str(event["user"]),
            channel,
            str(event["ts"]),
            event.get("thread_ts"),
            str(event.get("text") or ""),
            has_files=bool(event.get("files")),
        )
    before = event.get("previous_message") or {}
    if before.get("bot_id") or not before.get("user"):
        return None
    if subtype == "message_changed":
        after = event.get("message") or {}
        if after.get("text") == before.get("text"):
            return None  # Slack tells of unfurls and reply counts in the same way
        text = str(after.get("text") or "")
        what = "deleted" if after.get("subtype") == "tombstone" else "edited"
        return TypedInSlack(
            event_id, str(before["user"]), channel, str(before["ts"]), before.get("thread_ts"), text, what
        )
    if subtype == "message_deleted":
        return TypedInSlack(
            event_id, str(before["user"]), channel, str(before["ts"]), before.get("thread_ts"), "", "deleted"
        )
    return None


def digest_voice(tx: Tx, ctx: Context, row: Incoming) -> list[Effect]:
    """Take in what was told of a call: of one through our number, or of one of our own that asks for a key."""
    what = fields_of(row.raw).get("_told")
    if what is not None:
        receive_told(tx, ctx, Told(what), told_of_call(row.raw))
        return []
    receive_call(tx, ctx, received_call(row.raw))
    return []


DIGESTS: dict[str, Digest] = {
    "twilio": digest_sms,
    "twilio-status": digest_status,
    SLACK: digest_slack,
    "twilio-voice": digest_voice,
}
