"""Fills the ledgers, each from where it is kept: the carrier, Slack as people read it, the database."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import sqlalchemy as sa

from bench.chaos.ledgers import (
    MARK,
    Card,
    Conversation,
    DatabaseLedger,
    Got,
    How,
    Line,
    Message,
    PhoneLedger,
    Read,
    SlackLedger,
)
from bench.chaos.people import Person, Phones, actions_in, conversation_of, texts_in, words_of
from bench.chaos.town import Town
from bench.chaos.world import Pretend
from bot.domain.ids import ContactId, ConversationId
from bot.ports import Tx
from bot.sandbox.slack.state import Message as Posted
from bot.sandbox.slack.state import View
from bot.slack.ids import ActionId
from storage.engine import normal_url
from storage.store import SqlStore
from storage.tables import ConversationRow, DeliveryRow, InboxRow, OutboxRow

EVERYTHING: Final = 1_000_000
READINGS: Final = 3  # of one conversation, from its last page to its first
MANY_WAIT: Final = re.compile(r"(\d+) sms väntar på svar")
ONE_WAITS: Final = "Ett sms väntar på svar"
REPETITION: Final = "(upprepning)"
WARNING: Final = ":warning:"
NUMBER: Final = "Nummer: "
NOT_SENT: Final = "Jag vet inte vilket samtal det gäller, så inget har skickats"
OUR_SERIES: Final = re.compile(r"(?:\+46|0)70[- ]?174[- ]?0[67][- ]?\d\d")
CONVERSATION: Final[sa.Table] = ConversationRow.__table__  # type: ignore[attr-defined]
DELIVERY: Final[sa.Table] = DeliveryRow.__table__  # type: ignore[attr-defined]
INBOX: Final[sa.Table] = InboxRow.__table__  # type: ignore[attr-defined]
OUTBOX: Final[sa.Table] = OutboxRow.__table__  # type: ignore[attr-defined]


def what_phones_say(world: Pretend, phones: Phones, town: Town) -> PhoneLedger:
    got = [
        Got(phone["number"], sms["body"], sms["sid"], sms["status"])
        for phone in world.carrier.state()["phones"]
        for sms in phone["messages"]
        if not sms["mine"]
    ]
    return PhoneLedger(
        texted=list(phones.sent),
        got=got,
        namnd={family.phone: family.namnd for family in town.families},
        reader={family.phone: town.on_duty_for(family).user for family in town.families},
    )


def cards_in_slack(people: Sequence[Person]) -> list[Card]:
    """Return every card as it stands."""
    return [_card(message, person.who.user) for person in people for message in person.cards()]


async def what_slack_shows(world: Pretend, people: Sequence[Person], cards: list[Card]) -> SlackLedger:
    """Let everybody open and read each of theirs; `cards` were noted before, for to open one puts it in order."""
    read = await asyncio.gather(*(_reads_all(person) for person in people))
    wrote = [wrote for person in people for wrote in person.wrote]
    heard = {delivery.id for delivery in world.slack.courier.deliveries if delivery.failure is None}
    taken = {w.mark for w in wrote if w.is_accepted or (w.how is How.THREAD and w.event_id in heard)}
    turned_away = Counter({person.who.user: person.told(NOT_SENT) for person in people})
    return SlackLedger(cards, [one for some in read for one in some], wrote, taken, turned_away)


async def what_database_says(store: SqlStore, url: str) -> DatabaseLedger:
    with _looking(url) as connection:
        found = connection.execute(sa.select(CONVERSATION.c.id, CONVERSATION.c.contact_id, CONVERSATION.c.namnd)).all()
        left, turned_away = Counter(dict(_left(connection))), set(_turned_away(connection))
    return DatabaseLedger(await _read(store, found), left, turned_away)


def still_to_do(url: str) -> Counter[str]:
    """Count what the bots have yet to do, by what it is."""
    with _looking(url) as connection:
        return Counter(dict(_left(connection)))


def not_heard_of(url: str, phones: Phones) -> int:
    """Count the texts that no bot has been told of yet."""
    with _looking(url) as connection:
        known = set(connection.execute(sa.select(INBOX.c.provider_id).where(INBOX.c.provider == "twilio")).scalars())
    return len({text.sid for text in phones.sent} - known)


def reports_missed(url: str, world: Pretend) -> int:
    """Count the texts of ours of which the carrier knows more than we do."""
    with _looking(url) as connection:
        rows = connection.execute(
            sa.select(DELIVERY.c.provider_id, DELIVERY.c.status).where(DELIVERY.c.provider_id.is_not(None))
        ).all()
    return sum(world.carrier.message(row.provider_id).status != row.status for row in rows)


@contextmanager
def _looking(url: str) -> Iterator[sa.Connection]:
    """A connection of our own, which takes no lock that a bot may want."""
    engine = sa.create_engine(normal_url(url), poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def leaks(logs: Iterable[str]) -> list[str]:
    """Return what of families stands in the logs: numbers and marks, each kind once."""
    said = "\n".join(logs)
    found = {f"a number ({match[-2:]})" for match in OUR_SERIES.findall(said)}
    return sorted(found | {f"a text ({'-'.join(mark)})" for mark in MARK.findall(said)})


def _card(message: Posted, reader: str) -> Card:
    words = words_of(message)
    many = MANY_WAIT.search(words)
    waiting = int(many[1]) if many is not None else int(ONE_WAITS in words)
    return Card(conversation_of(message), reader, waiting, REPETITION in words)


async def _reads_all(person: Person) -> list[Read]:
    found: dict[str, Read] = {}
    for card in person.cards():
        conversation = conversation_of(card)
        if conversation in found or card.deleted:
            continue
        for _ in range(READINGS):
            view = await person.opens(card)
            read = None if view is None else await _reads(person, view, conversation)
            await person.closes()
            if read is not None:
                found[conversation] = read
                break
    return list(found.values())


async def _reads(person: Person, view: View, conversation: str) -> Read | None:
    """Return everything that stands in a conversation; None when a page would not turn."""
    number = next((text for text in texts_in(view.blocks) if text.startswith(NUMBER)), "")
    lines = lines_of(view)
    while ActionId.EARLIER.value in actions_in(view.blocks):
        if not await person.turns_back(view, lines_of):
            return None
        lines = joined(lines_of(view), lines)
    return Read(conversation, person.who.user, number, tuple(line for line in lines if MARK.fullmatch(line.mark)))


def lines_of(view: View) -> list[Line]:
    """Return what a modal shows of a conversation, oldest first; a line without a mark goes by its words."""
    found: list[Line] = []
    above = ""
    for block in view.blocks:
        if block["type"] == "context":
            above = "\n".join(texts_in(block))
        elif block["type"] == "section" and block["text"]["type"] == "plain_text" and above:
            marks = MARK.findall(block["text"]["text"])
            is_warned = WARNING in above
            found += [Line("-".join(mark), is_warned) for mark in marks] or [Line(block["text"]["text"], is_warned)]
    return found


def joined(earlier: list[Line], later: list[Line]) -> list[Line]:
    """Put a page before what follows it: the first page of a conversation shows some of the next once more."""
    shared = next(
        (n for n in range(min(len(earlier), len(later)), 0, -1) if _marks(earlier[-n:]) == _marks(later[:n])), 0
    )
    return [*earlier, *later[shared:]]


def _marks(lines: list[Line]) -> list[str]:
    return [line.mark for line in lines]


async def _read(store: SqlStore, found: Sequence[Any]) -> list[Conversation]:
    def query(tx: Tx) -> list[Conversation]:
        return [
            Conversation(
                id=row.id,
                phone=tx.people.contact(ContactId(row.contact_id)).contact.number,
                namnd=row.namnd,
                messages=_messages(tx, ConversationId(row.id)),
            )
            for row in found
        ]

    return await store.read(query)


def _messages(tx: Tx, conversation: ConversationId) -> tuple[Message, ...]:
    said = tx.messages.of(conversation, limit=EVERYTHING)
    deliveries = tx.messages.newest_deliveries([message.id for message in said])
    found = []
    for message in said:
        mark = MARK.search(message.body)
        delivery = deliveries.get(message.id)
        found.append(
            Message(
                mark="" if mark is None else mark[0],
                direction=message.direction.value,
                seq=message.seq,
                body=message.body,
                status=None if delivery is None else delivery.status,
                is_lost=delivery is not None and delivery.is_lost,
                provider_id=None if delivery is None else delivery.provider_id,
            )
        )
    return tuple(found)


def _turned_away(connection: sa.Connection) -> Iterable[str]:
    """Yield channel:ts of every typed answer of which its author has been told that nothing was sent."""
    keys = sa.select(OUTBOX.c.dedupe_key).where(OUTBOX.c.kind == "notice", OUTBOX.c.state == "sent")
    for key in connection.execute(keys).scalars():
        _, is_typed, place = key.partition(":typed:")
        if is_typed:
            yield place


def _left(connection: sa.Connection) -> Iterable[tuple[str, int]]:
    count = sa.func.count()
    for row in connection.execute(
        sa.select(INBOX.c.provider, INBOX.c.state, count.label("n"))
        .where(INBOX.c.state != "done")
        .group_by(INBOX.c.provider, INBOX.c.state)
    ):
        yield f"inbox {row.state} ({row.provider})", row.n
    for row in connection.execute(
        sa.select(OUTBOX.c.kind, OUTBOX.c.state, OUTBOX.c.last_error, count.label("n"))
        .where(
            sa.or_(
                OUTBOX.c.state.in_(("due", "sending", "uncertain")),
                sa.and_(OUTBOX.c.state == "failed", OUTBOX.c.kind != "sms"),
            )
        )
        .group_by(OUTBOX.c.kind, OUTBOX.c.state, OUTBOX.c.last_error)
    ):
        yield f"outbox {row.state} ({row.kind}, {row.last_error})", row.n
