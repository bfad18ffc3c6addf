"""Proof that the judge can say no: a loss, a double and a mix-up, planted in ledgers that were in order."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from bench.chaos.judge import Verdict, Wrong, judge
from bench.chaos.ledgers import (
    Card,
    Conversation,
    DatabaseLedger,
    Got,
    How,
    Ledgers,
    Line,
    Message,
    PhoneLedger,
    Read,
    SlackLedger,
    Texted,
    Wrote,
)

NOVA: Final = "+46701740605"
ELIS: Final = "+46701740606"
HELLO: Final = "Hej! Du har nått beredskapen."
FIRST, SECOND, HIS = "t-05-1-000001", "t-05-2-000002", "t-06-3-000003"
ANSWER: Final = "s-05-4-000004"
UNSURE: Final = "s-06-5-000005"
TYPED: Final = "s-05-6-000006"

Change = Callable[[Ledgers], None]


def in_order() -> Ledgers:
    """Return the ledgers of a short evening on which nothing went wrong: two phones, two answers, one unsure."""
    hers = Conversation(
        "c1",
        NOVA,
        "norrvik",
        (
            Message(FIRST, "in", 1, FIRST),
            Message("", "auto", 2, HELLO, "delivered", provider_id="SM1"),
            Message(ANSWER, "out", 3, ANSWER, "delivered", provider_id="SM2"),
            Message(SECOND, "in", 4, SECOND),
        ),
    )
    his = Conversation(
        "c2",
        ELIS,
        "sodermark",
        (
            Message(HIS, "in", 1, HIS),
            Message("", "auto", 2, HELLO, "delivered", provider_id="SM3"),
            Message(UNSURE, "out", 3, UNSURE, "uncertain", is_lost=True),
        ),
    )
    return Ledgers(
        PhoneLedger(
            [Texted(FIRST, NOVA, "A1"), Texted(SECOND, NOVA, "A2"), Texted(HIS, ELIS, "A3")],
            [
                Got(NOVA, HELLO, "SM1", "delivered"),
                Got(NOVA, ANSWER, "SM2", "delivered"),
                Got(ELIS, HELLO, "SM3", "delivered"),
            ],
            {NOVA: "norrvik", ELIS: "sodermark"},
            {NOVA: "U01", ELIS: "U02"},
        ),
        SlackLedger(
            [Card("c1", "U01", 1, False), Card("c2", "U02", 1, False)],
            [
                Read("c1", "U01", "Nummer: 070-174 06 05", (Line(FIRST), Line(ANSWER), Line(SECOND))),
                Read("c2", "U02", "Nummer: 070-174 06 06", (Line(HIS), Line(UNSURE, is_warned=True))),
            ],
            [Wrote(ANSWER, NOVA, "U01", How.MODAL, True), Wrote(UNSURE, ELIS, "U02", How.MODAL, True)],
            {ANSWER, UNSURE},
        ),
        DatabaseLedger([hers, his]),
    )


def _without(ledgers: Ledgers, mark: str) -> None:
    found = ledgers.database.conversations
    found[:] = [replace(c, messages=tuple(m for m in c.messages if m.mark != mark)) for c in found]


def _lose_a_text(ledgers: Ledgers) -> None:
    _without(ledgers, SECOND)


def _hide_a_text(ledgers: Ledgers) -> None:
    read = ledgers.slack.read[0]
    ledgers.slack.read[0] = replace(read, lines=read.lines[:-1])


def _lose_an_answer(ledgers: Ledgers) -> None:
    ledgers.phones.got = [got for got in ledgers.phones.got if got.body != ANSWER]


def _hide_that_it_is_unsure(ledgers: Ledgers) -> None:
    ledgers.slack.read[1] = replace(ledgers.slack.read[1], lines=(Line(HIS), Line(UNSURE)))


def _lose_a_card(ledgers: Ledgers) -> None:
    ledgers.slack.cards.pop()


def _store_a_text_twice(ledgers: Ledgers) -> None:
    first = ledgers.database.conversations[0]
    twice = (*first.messages, replace(first.messages[0], seq=5))
    ledgers.database.conversations[0] = replace(first, messages=twice)


def _send_an_answer_twice(ledgers: Ledgers) -> None:
    ledgers.phones.got.append(Got(NOVA, ANSWER, "SM9", "delivered"))


def _greet_twice(ledgers: Ledgers) -> None:
    ledgers.phones.got.append(Got(NOVA, HELLO, "SM9", "delivered"))


def _post_a_card_twice(ledgers: Ledgers) -> None:
    ledgers.slack.cards.append(ledgers.slack.cards[0])


def _answer_the_other(ledgers: Ledgers) -> None:
    ledgers.phones.got[1] = replace(ledgers.phones.got[1], phone=ELIS)


def _put_it_with_the_other(ledgers: Ledgers) -> None:
    his = ledgers.database.conversations[1]
    _without(ledgers, SECOND)
    ledgers.database.conversations[1] = replace(his, messages=(*his.messages, Message(SECOND, "in", 4, SECOND)))


def _let_the_other_read(ledgers: Ledgers) -> None:
    ledgers.slack.read[0] = replace(ledgers.slack.read[0], reader="U02")


def _mistake_the_namnd(ledgers: Ledgers) -> None:
    ledgers.database.conversations[0] = replace(ledgers.database.conversations[0], namnd="sodermark")


def _miscount(ledgers: Ledgers) -> None:
    ledgers.slack.cards[0] = replace(ledgers.slack.cards[0], waiting=2)


def _leave_a_row(ledgers: Ledgers) -> None:
    ledgers.database.left["outbox due (card, None)"] = 1


def _forget_a_report(ledgers: Ledgers) -> None:
    ledgers.phones.got[1] = replace(ledgers.phones.got[1], status="undelivered")


def _type(ledgers: Ledgers) -> None:
    """Somebody has typed an answer in a thread, and it is not in the database."""
    ledgers.slack.wrote.append(Wrote(TYPED, NOVA, "U01", How.THREAD, place="D01:7"))
    ledgers.slack.taken.add(TYPED)


def _lose_what_was_typed(ledgers: Ledgers) -> None:
    _type(ledgers)


def _tell_of_another(ledgers: Ledgers) -> None:
    _type(ledgers)
    ledgers.slack.turned_away["U01"] = 1
    ledgers.database.turned_away.add("D01:6")


def _tell_and_not_show(ledgers: Ledgers) -> None:
    _type(ledgers)
    ledgers.database.turned_away.add("D01:7")


def turn_away(ledgers: Ledgers) -> None:
    """It was not known what it was about; its author has been told that nothing was sent."""
    _tell_and_not_show(ledgers)
    ledgers.slack.turned_away["U01"] = 1


PLANTED: Final[tuple[tuple[Change, Wrong], ...]] = (
    (_lose_a_text, Wrong.LOSS),
    (_hide_a_text, Wrong.LOSS),
    (_lose_an_answer, Wrong.LOSS),
    (_hide_that_it_is_unsure, Wrong.LOSS),
    (_lose_a_card, Wrong.LOSS),
    (_lose_what_was_typed, Wrong.LOSS),
    (_tell_of_another, Wrong.LOSS),
    (_tell_and_not_show, Wrong.LOSS),
    (_store_a_text_twice, Wrong.DOUBLE),
    (_send_an_answer_twice, Wrong.DOUBLE),
    (_greet_twice, Wrong.DOUBLE),
    (_post_a_card_twice, Wrong.DOUBLE),
    (_answer_the_other, Wrong.MIX_UP),
    (_put_it_with_the_other, Wrong.MIX_UP),
    (_let_the_other_read, Wrong.MIX_UP),
    (_mistake_the_namnd, Wrong.MIX_UP),
    (_miscount, Wrong.UNTRUE),
    (_forget_a_report, Wrong.UNTRUE),
    (_leave_a_row, Wrong.LEFT),
)


def judged(change: Change) -> Verdict:
    """Return the verdict on ledgers into which something has been planted."""
    ledgers = copy.deepcopy(in_order())
    change(ledgers)
    return judge(ledgers)


def failures() -> list[str]:
    """Return what the judge did not see; nothing when it can be trusted."""
    found = [f"in order, and yet: {finding.what}" for finding in judge(in_order()).findings]
    for change, wrong in PLANTED:
        if wrong not in {finding.wrong for finding in judged(change).findings}:
            found.append(f"{change.__name__.strip('_')} was not seen as {wrong.value}")
    return found
