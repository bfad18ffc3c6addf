"""What tests of storage begin with. Numbers are from the series that PTS keeps for books and films."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.conversation import Conversation, Direction, DraftState, HeldReply, Message
from bot.domain.duty import Shift
from bot.domain.ids import ContactId, ConversationId, MessageId, NamndId, ShiftId, StaffId, new_id
from bot.domain.outbound import OutboxKind
from bot.domain.people import AgeBand, Basis, Role, Staff, StaffRole, World, Youth
from bot.ports import Incoming, Tx

NOW = datetime(2026, 11, 20, 21, 14, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NORRVIK, SODERMARK = NamndId("norrvik"), NamndId("sodermark")
YOUTH_NUMBER, GUARDIAN_NUMBER, STAFF_NUMBER = "+46701740605", "+46701740606", "+46701740607"
OUR_NUMBER = "+46701740699"


def staff(name: str = "Anna Ek", **changes: Any) -> Staff:
    made = Staff(
        id=StaffId(new_id()),
        name=name,
        email=f"{new_id()}@example.se",
        slack_user_id=f"U{new_id().upper()}",
        roles=frozenset({StaffRole(NORRVIK, World.BEREDSKAP, Role.FAMILJEBEHANDLARE)}),
    )
    return replace(made, **changes)


def conversation(contact_id: ContactId, namnd: NamndId | None = NORRVIK, **changes: Any) -> Conversation:
    made = Conversation(
        id=ConversationId(new_id()),
        contact_id=contact_id,
        world=World.BEREDSKAP,
        namnd=namnd,
        our_number=OUR_NUMBER,
        opened_at=NOW,
    )
    return replace(made, **changes)


def message(conversation_id: ConversationId, seq: int = 1, body: str = "Kan nån ringa?", **changes: Any) -> Message:
    made = Message(MessageId(new_id()), conversation_id, seq, Direction.IN, body, NOW)
    return replace(made, **changes)


def held(conversation_id: ConversationId, staff_id: StaffId, body: str = "Jag ringer snart") -> HeldReply:
    return HeldReply(new_id(), conversation_id, staff_id, "D1", new_id(), body, DraftState.HELD)


def shift(staff_id: StaffId, starts_at: datetime = NOW, hours: float = 5) -> Shift:
    return Shift(ShiftId(new_id()), staff_id, NORRVIK, starts_at, starts_at + timedelta(hours=hours))


def a_youth(tx: Tx, name: str = "Ture Lund", namnd: NamndId = NORRVIK, **changes: Any) -> Youth:
    values: dict[str, Any] = {
        "namnd": namnd,
        "name": name,
        "age_band": AgeBand.FROM_15,
        "basis": Basis.GUARDIAN_CONSENT,
        "basis_reason": "",
        "reference": None,
        "jav": [],
    }
    return tx.people.add_youth(**{**values, **changes})


def a_conversation(tx: Tx, number: str = YOUTH_NUMBER, **changes: Any) -> Conversation:
    """Store an open conversation with a number."""
    made = conversation(tx.people.ensure_contact(number).contact.id, **changes)
    tx.conversations.add(made)
    return made


def incoming(provider_id: str = "SM1", lane: str = YOUTH_NUMBER, raw: str = "Body=hej", **changes: Any) -> Incoming:
    return replace(Incoming("twilio", provider_id, lane, raw, NOW), **changes)


def to_send(tx: Tx, key: str, lane: str = "a", **changes: Any) -> bool:
    return tx.outbox.add(OutboxKind.CARD, lane, {"row": key}, dedupe_key=key, **changes)
