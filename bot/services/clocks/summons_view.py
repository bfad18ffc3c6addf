"""The newest summons of a clock, as its handläggare sees it."""

from bot.domain.clock_views import AnswerLine, SummonsView
from bot.domain.deadline import Deadline
from bot.domain.phone import pretty
from bot.domain.summons import Party, Purpose, SummonsMessage
from bot.ports import Tx
from bot.services.clocks.summons_texts import Addressee, addressees
from bot.services.context import Context


def summons_view(tx: Tx, ctx: Context, clock: Deadline) -> SummonsView | None:
    """Return who was summoned when, and what they answered; None when nobody has been summoned by sms."""
    known = tx.summons.of_deadline(clock.id)
    if not known:
        return None
    newest = known[-1]
    messages = tx.summons.messages_of(newest.id)
    people = [(party, person) for person in addressees(tx, newest) for party in person.parties]
    return SummonsView(
        summons_id=newest.id,
        state=newest.state,
        times=newest.times,
        first_number=newest.first_number,
        booked_at=newest.booked_at,
        sent_at=newest.created_at,
        people=tuple(_line(tx, party, person, messages) for party, person in people),
    )


def _line(tx: Tx, party: Party, person: Addressee, messages: list[SummonsMessage]) -> AnswerLine:
    theirs = [m for m in messages if m.contact_id == person.contact_id]
    sent = [m for m in theirs if m.purpose is not Purpose.ANSWER]
    answers = [m for m in theirs if m.purpose is Purpose.ANSWER]
    delivery = tx.messages.newest_delivery(sent[-1].message_id) if sent else None
    answer = tx.messages.get(answers[-1].message_id) if answers else None
    return AnswerLine(
        party=party,
        number=pretty(tx.people.contact(person.contact_id).contact.number),
        language=person.language,
        status="" if delivery is None else delivery.status,
        answered_at=None if answer is None else answer.at,
        conversation_id="" if answer is None else answer.conversation_id,
    )
