"""What tests of storage begin with. Numbers are from the series that PTS keeps for books and films."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.domain.background import Background
from bot.domain.clocks import ClockKind, Limit
from bot.domain.conversation import Conversation, Direction, DraftState, HeldReply, Message
from bot.domain.deadline import Deadline
from bot.domain.duty import Shift
from bot.domain.handover import DigestRecord, Episode
from bot.domain.ids import (
    ActionTaskId,
    ContactId,
    ConversationId,
    DeadlineId,
    DigestId,
    EpisodeId,
    MessageId,
    NamndId,
    NoteId,
    ReportId,
    ShiftId,
    StaffId,
    YouthId,
    new_id,
)
from bot.domain.notes import ActionCode, Note, Situation
from bot.domain.outbound import OutboxKind
from bot.domain.people import AgeBand, Basis, Role, Staff, StaffRole, World, Youth
from bot.domain.reaction import Action
from bot.ports import Incoming, Tx

NOW = datetime(2026, 11, 20, 21, 14, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FRIDAY, SATURDAY, MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, day) for day in (20, 21, 23, 24, 25))
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


def digest(day: date = MONDAY, namnd: NamndId = NORRVIK, **changes: Any) -> DigestRecord:
    due_at = datetime(day.year, day.month, day.day, 7, 0, tzinfo=UTC)
    return replace(DigestRecord(DigestId(new_id()), namnd, day, due_at, due_at + MINUTE), **changes)


def episode(conversation_id: ConversationId, first_at: datetime = NOW, **changes: Any) -> Episode:
    """Friday evening's, planned for Monday's handover; each in a shift of its own."""
    shift_id = ShiftId(new_id())
    made = Episode(
        id=EpisodeId(new_id()),
        conversation_id=conversation_id,
        namnd=NORRVIK,
        period=f"shift:{shift_id}",
        ordinal=1,
        day=FRIDAY,
        shift_id=shift_id,
        first_at=first_at,
        summary_on=MONDAY,
    )
    return replace(made, **changes)


def note(conversation_id: ConversationId, author: StaffId, **changes: Any) -> Note:
    made = Note(
        id=NoteId(new_id()),
        conversation_id=conversation_id,
        namnd=NORRVIK,
        author=author,
        at=NOW,
        came_in="Ture kom inte hem",
        support="Vi gick igenom planen",
        promised="Anna ringer i morgon",
        situation=Situation.BROKEN_PLAN,
        code=ActionCode.NEXT_WORKING_DAY,
    )
    return replace(made, **changes)


def action(of: Note, **changes: Any) -> Action:
    made = Action(ActionTaskId(new_id()), of.id, of.conversation_id, of.namnd, ActionCode.NEXT_WORKING_DAY, MONDAY)
    return replace(made, **changes)


def background(youth_id: YouthId, written_by: StaffId, **changes: Any) -> Background:
    made = Background(youth_id, "Hemma 22", "Tystnad", "Nej", "Moster", MONDAY, written_by, NOW)
    return replace(made, **changes)


def limit(due_at: datetime) -> Limit:
    """One that runs out at `due_at`."""
    return Limit(due_at, due_at.date(), due_at.date() - timedelta(days=1), due_at - 3 * MINUTE)


def deadline(**changes: Any) -> Deadline:
    """A running förhandsbedömning of a case of its own, which nobody owns."""
    made_id = new_id()
    made = Deadline(
        id=DeadlineId(made_id),
        report_id=ReportId(new_id()),
        namnd=NORRVIK,
        kind=ClockKind.FORHANDSBEDOMNING,
        case_ref=f"K-{made_id}-1",
        received_at=NOW,
        starts_at=NOW,
        limit=limit(NOW + timedelta(days=14)),
        registered_at=NOW,
    )
    return replace(made, **changes)


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
