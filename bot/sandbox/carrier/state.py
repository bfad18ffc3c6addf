"""What the pretend carrier remembers: our numbers, people's phones and every sms."""

import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from bot.domain.phone import normalise, pretty
from bot.sandbox.carrier.calls import Call

FINAL_STATUSES: Final = frozenset({"delivered", "undelivered", "failed", "canceled", "received"})


@dataclass(frozen=True)
class OurNumber:
    """A number that the bot answers on."""

    number: str
    label: str
    world: str


@dataclass(frozen=True)
class Phone:
    """Somebody's phone; `note` is for the person at the page."""

    number: str
    name: str
    note: str = ""


@dataclass
class Sms:
    """One sms, either way. Instants are world time in whole seconds, as Twilio shows them."""

    sid: str
    direction: str  # inbound, outbound-api, outbound-reply
    from_: str
    to: str
    body: str
    status: str
    created_at: datetime
    updated_at: datetime
    sent_at: datetime | None = None
    error_code: int | None = None
    status_callback: str | None = None
    media: int = 0

    @property
    def is_inbound(self) -> bool:
        """Whether it came from a phone."""
        return self.direction == "inbound"

    @property
    def is_finished(self) -> bool:
        """Whether Twilio lets go of its text (facts section 14)."""
        return self.status in FINAL_STATUSES

    @property
    def phone(self) -> str:
        """The number at the other end from ours."""
        return self.from_ if self.is_inbound else self.to

    def shown(self) -> dict[str, Any]:
        """Return it as its phone shows it (docs/sandbox.md, State)."""
        return {
            "sid": self.sid,
            "mine": self.is_inbound,
            "with": self.to if self.is_inbound else self.from_,
            "body": self.body,
            "at": self.created_at.isoformat(),
            "status": self.status,
            "error_code": self.error_code,
            "media": self.media,
        }


class UnknownNumber(LookupError):
    """Not one of ours, no phone, or no sms by that id."""


class NumberTaken(ValueError):
    """Somebody has this number already."""


@dataclass
class Book:
    """The carrier's memory. Messages stay in the order they came."""

    numbers: dict[str, OurNumber] = field(default_factory=dict)
    phones: dict[str, Phone] = field(default_factory=dict)
    messages: dict[str, Sms] = field(default_factory=dict)
    blocked: set[tuple[str, str]] = field(default_factory=set)  # (our number, phone) after STOP
    calls: dict[str, Call] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)  # of phones that appear when something happens on them

    def add_number(self, number: OurNumber) -> None:
        """Raises NumberTaken."""
        self._require_free(number.number)
        self.numbers[number.number] = number

    def add_phone(self, phone: Phone) -> None:
        """Raises NumberTaken."""
        self._require_free(phone.number)
        self.phones[phone.number] = phone

    def phone_at(self, number: str) -> Phone:
        """Return the phone with this number, which appears if nobody has mentioned it before."""
        if number not in self.phones:
            self.phones[number] = Phone(number, self.owners.get(number) or pretty(number))
        return self.phones[number]

    def find(self, sid: str) -> Sms:
        """Raises UnknownNumber."""
        try:
            return self.messages[sid]
        except KeyError:
            raise UnknownNumber from None

    def newest_first(self) -> Iterator[Sms]:
        """Facts section 8: the order of the Messages list."""
        return reversed(self.messages.values())

    def shown(self) -> dict[str, Any]:
        """Return `numbers` and `phones` as docs/sandbox.md has them."""
        by_phone: dict[str, list[dict[str, Any]]] = {number: [] for number in self.phones}
        for sms in self.messages.values():
            by_phone.setdefault(sms.phone, []).append(sms.shown())
        calls: dict[str, list[dict[str, Any]]] = {number: [] for number in by_phone}
        for call in self.calls.values():
            calls.setdefault(call.phone, []).append(call.shown())
        return {
            "numbers": [asdict(number) for number in self.numbers.values()],
            "phones": [
                {**asdict(phone), "messages": by_phone[phone.number], "calls": calls[phone.number]}
                for phone in self.phones.values()
            ],
        }

    def snapshot(self) -> dict[str, Any]:
        """Return everything, JSON-able."""
        return {
            "numbers": [asdict(number) for number in self.numbers.values()],
            "phones": [asdict(phone) for phone in self.phones.values()],
            "messages": [_plain(sms) for sms in self.messages.values()],
            "calls": [call.plain() for call in self.calls.values()],
            "blocked": sorted(list(pair) for pair in self.blocked),
            "owners": self.owners,
        }

    @classmethod
    def restored(cls, data: dict[str, Any]) -> "Book":
        """Return the book that `snapshot` described."""
        return cls(
            numbers={entry["number"]: OurNumber(**entry) for entry in data["numbers"]},
            phones={entry["number"]: Phone(**entry) for entry in data["phones"]},
            messages={entry["sid"]: _sms(entry) for entry in data["messages"]},
            calls={entry["sid"]: Call.restored(entry) for entry in data.get("calls", [])},
            blocked={(ours, phone) for ours, phone in data["blocked"]},
            owners=dict(data.get("owners", {})),
        )

    def _require_free(self, number: str) -> None:
        if number in self.numbers or number in self.phones:
            raise NumberTaken


def new_sid(media: int = 0) -> str:
    """Return `SM` and 32 hex digits, or `MM` when pictures come along (facts section 3)."""
    return ("MM" if media else "SM") + uuid.uuid4().hex


def address(raw: str) -> str:
    """Return a number as E.164; a sender that is none (`BANKEN`, `71234`) stays as it is."""
    return normalise(raw) or raw.strip()


def _plain(sms: Sms) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in asdict(sms).items()}


def _sms(entry: dict[str, Any]) -> Sms:
    instants = {
        key: None if entry[key] is None else datetime.fromisoformat(entry[key])
        for key in ("created_at", "updated_at", "sent_at")
    }
    return Sms(**{**entry, **instants})
