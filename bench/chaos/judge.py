"""Holds the ledgers against each other, and says what was lost, doubled, mixed up, left or leaked."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from bench.chaos.ledgers import MARK, Card, Conversation, How, Ledgers, Message


class Wrong(str, Enum):
    LOSS = "loss"
    DOUBLE = "double"
    MIX_UP = "mix-up"
    LEFT = "left undone"
    UNTRUE = "shown wrongly"
    LEAK = "in a log"


@dataclass(frozen=True, slots=True)
class Finding:
    wrong: Wrong
    what: str


@dataclass
class Verdict:
    """What is wrong, and the counts that somebody who reads the result wants to see."""

    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        return not self.findings


def judge(ledgers: Ledgers) -> Verdict:
    """Compare everything with everything."""
    verdict = Verdict(counts=_counts(ledgers))
    for check in (_texts, _answers, _nothing_unasked, _conversations, _cards, _reports, _nothing_left):
        verdict.findings.extend(check(ledgers))
    return verdict


def phone_of(mark: str) -> str:
    """Return whose phone a mark belongs to."""
    return f"+467017406{mark[2:4]}"


def _texts(ledgers: Ledgers) -> Iterator[Finding]:
    """Every text sent is once in the database and once in what its reader reads."""
    stored = Counter(m.mark for m in _messages(ledgers) if m.direction == "in")
    shown = Counter(line.mark for read in ledgers.slack.read for line in read.lines)
    sent = {text.mark for text in ledgers.phones.texted}
    for mark in sent:
        yield from _once(mark, stored[mark], "the database")
        yield from _once(mark, shown[mark], "what Slack shows")
    for mark in [mark for mark in {*stored, *shown} if mark.startswith("t-") and mark not in sent]:
        yield Finding(Wrong.MIX_UP, f"{mark} is shown, and no phone has sent it")


def _answers(ledgers: Ledgers) -> Iterator[Finding]:
    """What was taken left once, or is shown to its author as not arrived; what nobody knows of, once at most."""
    left = Counter(mark for got in ledgers.phones.got for mark in _marks(got.body))
    warned = {line.mark for read in ledgers.slack.read for line in read.lines if line.is_warned}
    stored = Counter(m.mark for m in _messages(ledgers) if m.direction == "out")
    turned_away = Counter(ledgers.slack.turned_away)
    for wrote in ledgers.slack.wrote:
        times = left[wrote.mark]
        is_told = wrote.place in ledgers.database.turned_away and turned_away[wrote.author] > 0
        if wrote.how is How.THREAD and times == stored[wrote.mark] == 0 and is_told:
            turned_away[wrote.author] -= (
                1  # typed under a card whose place is not known: nothing was sent, and it says so
            )
            continue
        if times > 1:
            yield Finding(Wrong.DOUBLE, f"{wrote.mark} left {times} times")
        if stored[wrote.mark] > 1:
            yield Finding(Wrong.DOUBLE, f"{wrote.mark} stands {stored[wrote.mark]} times in the database")
        if wrote.mark in ledgers.slack.taken and times == 0 and wrote.mark not in warned:
            yield Finding(
                Wrong.LOSS, f"{wrote.mark} ({wrote.how.value}) was taken, never left, and its author is not told"
            )
        if wrote.mark in ledgers.slack.taken and stored[wrote.mark] == 0:
            yield Finding(Wrong.LOSS, f"{wrote.mark} ({wrote.how.value}) was taken, and the database does not know it")


def _nothing_unasked(ledgers: Ledgers) -> Iterator[Finding]:
    """No phone got what nobody wrote to it, or an automatic text twice."""
    written = {wrote.mark: wrote.phone for wrote in ledgers.slack.wrote}
    automatic: Counter[tuple[str, str]] = Counter()
    for got in ledgers.phones.got:
        marks = _marks(got.body)
        for mark in marks:
            if mark not in written:
                yield Finding(Wrong.MIX_UP, f"{got.phone} got {mark}, which nobody wrote")
            elif written[mark] != got.phone:
                yield Finding(Wrong.MIX_UP, f"{got.phone} got {mark}, written to {written[mark]}")
        if not marks:
            automatic[got.phone, got.body] += 1
    known = {(c.phone, m.body) for c in ledgers.database.conversations for m in c.messages if m.direction == "auto"}
    for (phone, body), times in automatic.items():
        if times > 1:
            yield Finding(Wrong.DOUBLE, f"{phone} got an automatic text {times} times")
        if (phone, body) not in known:
            yield Finding(Wrong.MIX_UP, f"{phone} got an automatic text that the database does not know")
    for conversation in ledgers.database.conversations:
        for message in conversation.messages:
            is_gone = automatic[conversation.phone, message.body] == 0 and not message.is_lost
            if message.direction == "auto" and is_gone:
                yield Finding(Wrong.LOSS, f"{conversation.phone} never got its automatic text")


def _conversations(ledgers: Ledgers) -> Iterator[Finding]:
    """Nothing stands in a conversation of another person, nämnd or reader; and each person has one."""
    number = Counter(conversation.phone for conversation in ledgers.database.conversations)
    for phone in [phone for phone, times in number.items() if times > 1]:
        yield Finding(Wrong.DOUBLE, f"{phone} has {number[phone]} conversations")
    for conversation in ledgers.database.conversations:
        if conversation.namnd != ledgers.phones.namnd.get(conversation.phone):
            yield Finding(Wrong.MIX_UP, f"{conversation.phone} has a conversation in {conversation.namnd}")
        for mark in [m.mark for m in conversation.messages if m.mark and phone_of(m.mark) != conversation.phone]:
            yield Finding(Wrong.MIX_UP, f"{mark} stands in the conversation of {conversation.phone}")
    phones = {conversation.id: conversation.phone for conversation in ledgers.database.conversations}
    for read in ledgers.slack.read:
        phone = phones.get(read.conversation, "nobody")
        if _digits(read.number) != _digits(phone):
            yield Finding(Wrong.MIX_UP, f"what {read.reader} reads of {phone} bears another number")
        if read.reader != ledgers.phones.reader.get(phone):
            yield Finding(Wrong.MIX_UP, f"{read.reader} reads the conversation of {phone}")
        for mark in [line.mark for line in read.lines if phone_of(line.mark) != phone]:
            yield Finding(Wrong.MIX_UP, f"{read.reader} reads {mark} in the conversation of {phone}")


def _cards(ledgers: Ledgers) -> Iterator[Finding]:
    """Each conversation has one card, others marked as repetitions, and it counts what waits for an answer."""
    cards: defaultdict[str, list[Card]] = defaultdict(list)
    for card in ledgers.slack.cards:
        cards[card.conversation].append(card)
    for conversation in ledgers.database.conversations:
        standing = cards.pop(conversation.id, [])
        if not standing:
            yield Finding(Wrong.LOSS, f"the conversation of {conversation.phone} has no card")
        if sum(not card.is_repetition for card in standing) > 1:
            yield Finding(Wrong.DOUBLE, f"the conversation of {conversation.phone} has {len(standing)} cards")
        waiting = _waiting(conversation)
        for card in standing:
            if card.reader != ledgers.phones.reader.get(conversation.phone):
                yield Finding(Wrong.MIX_UP, f"the card of {conversation.phone} stands with {card.reader}")
        if standing and waiting not in {card.waiting for card in standing}:
            says = sorted(card.waiting for card in standing)
            yield Finding(Wrong.UNTRUE, f"the card of {conversation.phone} says {says}, and {waiting} wait")
    for conversation_id in cards:
        yield Finding(Wrong.MIX_UP, f"a card shows the conversation {conversation_id}, which is not there")


def _waiting(conversation: Conversation) -> int:
    """Return how many texts have come in after the last answer that was not lost."""
    reached = max((m.seq for m in conversation.messages if m.direction == "out" and not m.is_lost), default=0)
    return sum(m.direction == "in" and m.seq > reached for m in conversation.messages)


def _reports(ledgers: Ledgers) -> Iterator[Finding]:
    """What we say of a text that left is what the carrier says."""
    carrier = {got.sid: got for got in ledgers.phones.got}
    for conversation in ledgers.database.conversations:
        for message in conversation.messages:
            got = None if message.provider_id is None else carrier.get(message.provider_id)
            if got is not None and got.status != message.status:
                name = message.mark or "an automatic text"
                yield Finding(Wrong.UNTRUE, f"{name} is {message.status} here and {got.status} at the carrier")
            if got is not None and got.phone != conversation.phone:
                yield Finding(Wrong.MIX_UP, f"{got.phone} got what stands in the conversation of {conversation.phone}")


def _nothing_left(ledgers: Ledgers) -> Iterator[Finding]:
    for what, times in sorted(ledgers.database.left.items()):
        yield Finding(Wrong.LEFT, f"{times} {what}")
    for what in ledgers.leaked:
        yield Finding(Wrong.LEAK, what)


def _counts(ledgers: Ledgers) -> dict[str, int]:
    left = Counter(mark for got in ledgers.phones.got for mark in _marks(got.body))
    warned = {line.mark for read in ledgers.slack.read for line in read.lines if line.is_warned}
    wrote = ledgers.slack.wrote
    return {
        "texts sent": len(ledgers.phones.texted),
        "texts read in Slack": sum(line.mark.startswith("t-") for r in ledgers.slack.read for line in r.lines),
        "answers written": len(wrote),
        "answers that were taken": sum(w.mark in ledgers.slack.taken for w in wrote),
        "answers that left": sum(left[w.mark] > 0 for w in wrote),
        "answers shown as not arrived": sum(w.mark in warned for w in wrote),
        "answers turned away openly": ledgers.slack.turned_away.total(),
        "automatic texts": sum(not _marks(got.body) for got in ledgers.phones.got),
        "conversations": len(ledgers.database.conversations),
        "cards": len(ledgers.slack.cards),
        "cards marked as repeated": sum(card.is_repetition for card in ledgers.slack.cards),
    }


def _once(mark: str, times: int, where: str) -> Iterator[Finding]:
    if times == 0:
        yield Finding(Wrong.LOSS, f"{mark} is not in {where}")
    elif times > 1:
        yield Finding(Wrong.DOUBLE, f"{mark} is {times} times in {where}")


def _messages(ledgers: Ledgers) -> Iterator[Message]:
    for conversation in ledgers.database.conversations:
        yield from conversation.messages


def _marks(body: str) -> list[str]:
    return ["-".join(found) for found in MARK.findall(body)]


def _digits(number: str) -> str:
    """Return the last digits of a number, however it is written."""
    return "".join(char for char in number if char.isdigit())[-9:]
