"""Twilio's form posts in our own words (facts: twilio, sections 3 and 5)."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from bot.domain.incoming import ReceivedSms, ReceivedStatus
from bot.domain.sending import ProviderSms, SmsDirection
from bot.sms.errors import failure

FAILED_WORDS: Final = frozenset({"undelivered", "failed", "canceled"})


def raw_of(pairs: Iterable[tuple[str, str]]) -> str:
    """Return a form as it is kept in the inbox: every pair, in order, repeats and blanks included."""
    return json.dumps(list(pairs), ensure_ascii=False)


def fields_of(raw: str) -> dict[str, str]:
    """Return the first value of each name."""
    fields: dict[str, str] = {}
    for name, value in json.loads(raw):
        fields.setdefault(name, value)
    return fields


def received_sms(raw: str, received_at: datetime, *, is_late: bool) -> ReceivedSms:
    """Read an incoming sms; raises KeyError when it has no id."""
    fields = fields_of(raw)
    media = fields.get("NumMedia", "0")
    return ReceivedSms(
        provider_id=fields.get("MessageSid") or fields["SmsSid"],
        from_=fields.get("From", ""),
        to=fields.get("To", ""),
        body=fields.get("Body", ""),
        media_count=int(media) if media.isdecimal() else 0,
        received_at=received_at,
        is_late=is_late,
    )


def raw_from_list(sms: ProviderSms) -> str:
    """Return an sms from the provider's list in the same form as its webhook: a text to us, or a report on ours."""
    if sms.direction is SmsDirection.OUTBOUND:
        code = [] if sms.error_code is None else [("ErrorCode", str(sms.error_code))]
        return raw_of([("MessageSid", sms.provider_id), ("MessageStatus", sms.status), *code])
    return raw_of(
        [
            ("MessageSid", sms.provider_id),
            ("From", sms.from_),
            ("To", sms.to),
            ("Body", sms.body),
            ("NumMedia", str(sms.media_count)),
        ]
    )


def received_status(raw: str, delivery_id: str | None) -> ReceivedStatus:
    """Read a status report; `delivery_id` is ours, from the callback's address."""
    fields = fields_of(raw)
    word = fields.get("MessageStatus") or fields.get("SmsStatus", "")
    code = fields.get("ErrorCode", "")
    reason = failure(int(code) if code.isdecimal() else None).reason if word in FAILED_WORDS else None
    return ReceivedStatus(fields["MessageSid"], delivery_id, word, reason, code or None)
