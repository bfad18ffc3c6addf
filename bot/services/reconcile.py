"""Compare the provider's list with ours: what the webhooks missed comes in by the same path, marked late."""

from datetime import timedelta
from typing import Final

import structlog

from bot.domain.sending import LookupFailed, SmsDirection
from bot.ports import Incoming
from bot.services.context import Context

log = structlog.get_logger(__name__)

LOOK_BACK: Final = timedelta(days=1)  # the list promises dates only, and an outage may have been long
IN_FLIGHT: Final = timedelta(seconds=30)  # leave the webhook its time before calling it missed


async def reconcile(*, ctx: Context) -> int:
    """Bring in what we have not been told of; return how many texts were found. Safe to run at any time."""
    now = ctx.clock.now()
    try:
        listed = await ctx.sms.list_since(now - LOOK_BACK, SmsDirection.INBOUND)
    except LookupFailed as error:
        log.warning("reconcile_failed", reason=error.reason)
        return 0
    found = 0
    for sms in listed:
        at = sms.sent_at or sms.created_at or now
        if now - at < IN_FLIGHT:
            continue
        raw = ctx.as_webhook(sms)
        incoming = Incoming("twilio", sms.provider_id, f"sms:{sms.from_}", raw, at, is_late=True)
        if await ctx.store.put(incoming):
            found += 1
    if found:
        log.error("missed_webhooks_found", count=found)  # a found text is a webhook that failed
    return found
