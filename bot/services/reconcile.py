"""Compare the provider's list with ours: what the webhooks missed comes in by the same path, marked late."""

from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.domain.alerts import AlertCode
from bot.domain.delivery import DeliveryStatus, advance, from_provider
from bot.domain.health import RECONCILED
from bot.domain.sending import LookupFailed, ProviderSms, SmsDirection
from bot.ports import Incoming, Tx
from bot.services.context import Context
from bot.services.watch.raising import end_alert, raise_alert

log = structlog.get_logger(__name__)

LOOK_BACK: Final = timedelta(days=1)  # before the last time it was done: the list promises dates only
FARTHEST_BACK: Final = timedelta(days=30)  # as long as the provider keeps the texts
JOB: Final = "reconcile"
JUST_NOW: Final = timedelta(minutes=2)
IN_FLIGHT: Final = timedelta(seconds=30)  # leave the webhook its time before calling it missed


async def reconcile(*, ctx: Context) -> int:
    """Bring in what we have not been told of; return how many texts were found. Safe to run at any time."""
    now = ctx.clock.now()
    last = await ctx.store.read(lambda tx: tx.last_run(JOB))
    since = max((now if last is None else min(last, now)) - LOOK_BACK, now - FARTHEST_BACK)
    try:
        texts = await ctx.sms.list_since(since, SmsDirection.INBOUND)
        ours = await ctx.sms.list_since(since, SmsDirection.OUTBOUND)
    except LookupFailed as error:
        log.warning("reconcile_failed", reason=error.reason)
        return 0
    found = await _bring_in(ctx, _landed(texts, now), now)
    await _catch_up(ctx, _landed(ours, now), now)
    await ctx.store.write(lambda tx: _note(tx, ctx, found))
    return found


async def _bring_in(ctx: Context, listed: list[ProviderSms], now: datetime) -> int:
    """Store what the webhooks missed. It is told before: once they are stored, no later run finds them."""
    known = await ctx.store.read(lambda tx: tx.inbox.known("twilio", [sms.provider_id for sms in listed]))
    missed = [sms for sms in listed if sms.provider_id not in known]
    if missed:
        log.error("missed_webhooks_found", count=len(missed))  # a found text is a webhook that failed
        await ctx.store.write(lambda tx: _tell(tx, ctx, len(missed)))
    found = 0
    for sms in missed:
        raw, at = ctx.as_webhook(sms), sms.sent_at or now
        found += await ctx.store.put(Incoming("twilio", sms.provider_id, f"sms:{sms.from_}", raw, at, is_late=True))
    return found


def _tell(tx: Tx, ctx: Context, found: int) -> None:
    raise_alert(tx, ctx, AlertCode.MISSED_WEBHOOKS, AlertCode.MISSED_WEBHOOKS.value, count=found)


def _note(tx: Tx, ctx: Context, found: int) -> None:
    tx.note_run(JOB)
    tx.watch.ran(RECONCILED, ctx.clock.wire_now())
    told_before = ctx.clock.now() - JUST_NOW  # another instance that ran with us has left us nothing to find
    if found:
        return
    if any(a.code is AlertCode.MISSED_WEBHOOKS and a.opened_at <= told_before for a in tx.watch.open_alerts()):
        end_alert(tx, ctx, AlertCode.MISSED_WEBHOOKS.value)


def _landed(listed: list[ProviderSms], now: datetime) -> list[ProviderSms]:
    return [sms for sms in listed if now - (sms.sent_at or now) >= IN_FLIGHT]


async def _catch_up(ctx: Context, listed: list[ProviderSms], now: datetime) -> None:
    """A lost report is normal: what the list says of our own texts counts as one (facts: twilio, section 5)."""

    def news(tx: Tx) -> list[ProviderSms]:
        pairs = [(sms, tx.messages.delivery_by_provider_id(sms.provider_id)) for sms in listed]
        return [
            sms
            for sms, delivery in pairs
            if delivery is not None and advance(DeliveryStatus(delivery.status), from_provider(sms.status)) is not None
        ]

    missed = await ctx.store.read(news)
    for sms in missed:
        key = f"list:{sms.provider_id}:{sms.status}:{sms.error_code or ''}"
        lane = f"status:{sms.provider_id}"
        await ctx.store.put(Incoming("twilio-status", key, lane, ctx.as_webhook(sms), now, is_late=True))
    if missed:
        log.info("missed_reports_found", count=len(missed))
