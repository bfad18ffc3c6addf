"""In a trial only those on the list are texted or called, whoever asks for it: the last door before the carrier."""

from collections.abc import Collection
from datetime import datetime

import structlog

from bot.domain.rules import Rules
from bot.domain.sending import (
    CallReceipt,
    OutgoingCall,
    OutgoingSms,
    ProviderSms,
    SendRejected,
    SmsDirection,
    SmsReceipt,
)
from bot.ports import Calls, Sms

log = structlog.get_logger(__name__)

OUTSIDE = "outside_trial"


class TrialCarrier:
    """See bot.ports.Sms and bot.ports.Calls. What is refused here is refused for good, and its author is told why."""

    def __init__(self, sms: Sms, calls: Calls, rules: Rules) -> None:
        self._sms = sms
        self._calls = calls
        self._rules = rules

    async def send(self, sms: OutgoingSms) -> SmsReceipt:
        self._require(sms.to, sms.outbox_id)
        return await self._sms.send(sms)

    async def find(self, sms: OutgoingSms, since: datetime, known: Collection[str]) -> SmsReceipt | None:
        return await self._sms.find(sms, since, known)

    async def list_since(self, since: datetime, direction: SmsDirection) -> list[ProviderSms]:
        return await self._sms.list_since(since, direction)

    async def redact(self, provider_id: str) -> bool:
        return await self._sms.redact(provider_id)

    async def erase(self, provider_id: str) -> bool:
        return await self._sms.erase(provider_id)

    async def call(self, call: OutgoingCall) -> CallReceipt:
        self._require(call.to, call.outbox_id)
        return await self._calls.call(call)

    async def find_call(self, call: OutgoingCall, since: datetime) -> CallReceipt | None:
        return await self._calls.find_call(call, since)

    def _require(self, number: str, outbox_id: str) -> None:
        if not self._rules.may_text(number):
            log.warning("refused_outside_trial", outbox_id=outbox_id)
            raise SendRejected(OUTSIDE, outbox_id=outbox_id)
