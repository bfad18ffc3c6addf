"""Conversations to take out: what was said and written in them must never reach a file."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.domain.conversation import Conversation, Direction, Message
from bot.domain.handover import Episode
from bot.domain.ids import NamndId, StaffId
from bot.domain.people import LinkRole, Staff, Youth
from bot.ports import Tx
from tests.storage.given import FRIDAY, NORRVIK, YOUTH_NUMBER, a_conversation, a_youth, episode, message

ANNA, BO, LEADER, DAVID = (f"{name}@example.se" for name in ("anna.berg", "bo.lund", "gunilla.holm", "david.ek"))
EVENING = datetime(2026, 11, 20, 18, 30, 45, tzinfo=UTC)  # Friday 19.30 in Stockholm
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Case:
    """A youth with a phone, and the conversation with it."""

    youth: Youth
    conversation: Conversation


def person(tx: Tx, email: str) -> Staff:
    found = tx.staff.by_email(email)
    assert found is not None
    return found


def a_case(
    tx: Tx,
    number: str = YOUTH_NUMBER,
    *,
    name: str = "Ture Lund",
    namnd: NamndId = NORRVIK,
    role: LinkRole = LinkRole.YOUTH,
    jav: tuple[StaffId, ...] = (),
) -> Case:
    """Store a youth with a phone, and a closed conversation with it."""
    youth = a_youth(tx, name, namnd, jav=jav)
    made = a_conversation(tx, number, namnd=namnd, is_open=False, closed_at=EVENING)
    tx.people.link(made.contact_id, youth.id, role, f"{name}s telefon")
    return Case(youth, made)


def an_episode(tx: Tx, case: Case, first_at: datetime = EVENING, day: date = FRIDAY, **changes: Any) -> Episode:
    assert case.conversation.namnd is not None
    made = episode(case.conversation.id, first_at, day=day, **{"namnd": case.conversation.namnd, **changes})
    assert tx.episodes.add(made)
    return made


def came_in(tx: Tx, case: Case, seq: int, at: datetime, body: str = "Kan nån ringa?") -> Message:
    return _said(tx, message(case.conversation.id, seq, body, at=at))


def went_out(tx: Tx, case: Case, seq: int, at: datetime, author: StaffId, body: str = "Jag ringer") -> Message:
    made = message(case.conversation.id, seq, body, at=at, direction=Direction.OUT, author=author)
    return _said(tx, made)


def _said(tx: Tx, made: Message) -> Message:
    assert tx.messages.add(made)
    known = tx.conversations.get(made.conversation_id)
    assert known is not None
    tx.conversations.save(replace(known, last_seq=made.seq))
    return made
