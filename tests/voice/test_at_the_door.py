"""Who may tell us of a call, who calls, and what they hear when nobody is rung."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from aiohttp import ClientSession

from bot.domain.people import LinkRole, Role
from storage.tables import InboxRow
from tests.acceptance.night import MYNDIGHET_NUMBER, NORRVIK, NUMBER, SODERMARK, a_night
from tests.escalation.evening import ANNAS, BOS, NOVAS, Cast, an_evening
from tests.voice.calling import Calling, an_evening_of_calls

INBOX: sa.Table = InboxRow.__table__  # type: ignore[attr-defined]
DOORS = ("incoming", "incoming-fallback", "screen", "pressed", "next", "leg", "over")
STRANGER = "+46701740640"


@pytest.mark.parametrize("door", DOORS)
async def test_nobody_enters_without_a_signature(tmp_path: Path, sqlite_database_url: str, door: str) -> None:
    async with an_evening_of_calls(tmp_path, sqlite_database_url) as calling:
        url = f"{calling.cast.night.sandbox.bot_url}/twilio/voice/{door}"
        form = {"CallSid": "CA" + "0" * 32, "From": NOVAS, "To": NUMBER, "Digits": "1"}
        async with ClientSession() as session:
            for headers in ({}, {"X-Twilio-Signature": "bm9wZQ=="}):
                answer = await session.post(url, data=form, headers=headers)
                assert (answer.status, await answer.text()) == (403, "")
        assert calling.rows() == []
        assert calling.cast.night.rows(sa.select(INBOX.c.id)) == []


async def test_the_same_call_told_of_twice_is_one_call(tmp_path: Path, database_url: str) -> None:
    """The provider repeats its webhook, and the fallback comes too: the same phone rings, once."""
    async with an_evening_of_calls(tmp_path, database_url) as calling:
        sid = await calling.calls_us()
        webhooks = calling.cast.night.sandbox.carrier.webhooks
        params = {"CallSid": sid, "From": NOVAS, "To": NUMBER, "CallStatus": "ringing"}
        for path in ("incoming", "incoming-fallback"):
            twiml = await webhooks.ask(webhooks.public(f"/twilio/voice/{path}"), params)
            assert ANNAS in (twiml or "")
            assert "record" not in (twiml or "")
        await calling.cast.night.settles()
        assert len(calling.rows()) == 1
        assert len(calling.legs()) == 2


async def test_the_number_of_whoever_calls_is_shown_to_nobody(tmp_path: Path, sqlite_database_url: str) -> None:
    """Neither in what Anna's phone shows nor in what is said there."""
    async with an_evening_of_calls(tmp_path, sqlite_database_url) as calling:
        sid = await calling.calls_us()
        webhooks = calling.cast.night.sandbox.carrier.webhooks
        params = {"CallSid": sid, "From": NOVAS, "To": NUMBER}
        twiml = await webhooks.ask(webhooks.public("/twilio/voice/incoming"), params)
        assert f'callerId="{NUMBER}"' in (twiml or "")
        assert NOVAS not in (twiml or "")
        screen = await webhooks.ask(webhooks.public("/twilio/voice/screen?l=x"), params)
        assert NOVAS not in (screen or "")


async def test_a_caller_who_hides_their_number(tmp_path: Path, database_url: str) -> None:
    """They are rung through as anybody, seen as an unknown number, and nothing is sent to them."""
    async with an_evening_of_calls(tmp_path, database_url) as calling:
        sid = await calling.calls_us(STRANGER, hidden=True)
        assert calling.ringing() == [ANNAS]
        await calling.hangs_up(sid)
        assert "Okänt nummer" in calling.card(calling.cast.anna.dm)
        await calling.cast.anna.opens()
        assert "ring_up" not in str(calling.cast.anna.modal()["blocks"])
        assert calling.cast.night.phone("+46701740641").inbox() == []
        stranger = next(p for p in calling.cast.night.sandbox.carrier.state()["phones"] if p["number"] == STRANGER)
        assert stranger["messages"] == []


async def test_a_staff_phone_opens_no_conversation(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_evening_of_calls(tmp_path, sqlite_database_url) as calling:
        await calling.calls_us(BOS)
        assert "Öppna Slack" in calling.of(BOS)["says"]
        assert calling.rows() == []
        assert calling.ringing() == []
        calling.cast.night.expect_nothing_else()


async def test_a_number_of_the_authority_takes_no_calls(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_evening_of_calls(tmp_path, sqlite_database_url) as calling:
        await calling.calls_us(to=MYNDIGHET_NUMBER)
        assert "tar inte emot telefonsamtal" in calling.of(NOVAS)["says"]
        assert calling.ringing() == []
        assert calling.cast.night.phone(NOVAS).inbox()[0]["body"].startswith("Hej! Vi ser att du har ringt")


async def test_whoever_is_related_is_not_rung(tmp_path: Path, database_url: str) -> None:
    async with an_evening_of_calls(tmp_path, database_url) as calling:
        night, anna = calling.cast.night, calling.cast.anna
        await night.enrols("Ylva Ek", STRANGER, NORRVIK, jav=(anna.staff.id,))
        await calling.calls_us(STRANGER)
        assert calling.ringing() == [BOS]


async def test_whoever_has_no_phone_is_passed_over(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_evening_of_calls(tmp_path, sqlite_database_url) as calling:
        night, anna = calling.cast.night, calling.cast.anna
        await night.leaves(anna)
        await calling.calls_us()
        assert calling.ringing() == [BOS]


@pytest.mark.parametrize(
    ("starts_at", "said"),
    [
        ("2026-11-20 14:00", "Just nu tar vi inte emot telefonsamtal"),
        ("2026-11-20 23:30", "Just nu svarar ingen på det här numret. Vi ser att du har ringt. Vi svarar igen lördag"),
        ("2026-11-20 19:00", "Ingen kunde svara just nu"),
    ],
)
async def test_what_is_said_when_nobody_is_rung(
    tmp_path: Path, sqlite_database_url: str, starts_at: str, said: str
) -> None:
    """In office hours, when nobody is expected to answer, and when somebody should have had the duty."""
    async with a_night(tmp_path, sqlite_database_url, starts_at) as night:
        anna = await night.hires("Anna Ek", NORRVIK, phone=ANNAS)
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        await night.on_beredskap(anna, "2026-11-21 10:00", "2026-11-21 22:00")
        await night.enrols("Nova Berg", NOVAS, NORRVIK)
        calling = Calling(Cast(night, anna, anna, lena, night.phone(NOVAS)))
        await calling.calls_us()
        heard = calling.of(NOVAS)["says"]
        assert said in heard
        assert "ring 1 1 2" in heard
        assert [row.state for row in calling.rows()] == ["missed"]
        where = "C0NORRVIK" if "14:00" in starts_at else lena.dm
        assert "Missat samtal" in calling.card(where)


async def test_verified_help_lines_are_read_digit_by_digit(tmp_path: Path, sqlite_database_url: str) -> None:
    who = 'key = "bris"\nname = "Bris"\nnumber = "116 111"'
    lines = f'\n[[help_number]]\n{who}\nverified_on = 2026-11-02\nverified_by = "L"\n'
    async with an_evening(tmp_path, sqlite_database_url, phones=False, settings=lines) as cast:
        calling = Calling(cast)
        await calling.calls_us()
        assert "Bris har nummer 1 1 6, 1 1 1." in calling.of(NOVAS)["says"]


async def test_a_namnd_that_nobody_answers_for_is_not_rung_through_another(
    tmp_path: Path, sqlite_database_url: str
) -> None:
    settings = {"norrvik_answers": "", "sodermark_answers": ""}
    async with an_evening_of_calls(tmp_path, sqlite_database_url, **settings) as calling:
        await calling.cast.night.enrols("Otto Lund", STRANGER, SODERMARK)
        await calling.calls_us(STRANGER)
        assert calling.ringing() == []


async def test_a_shared_phone_is_not_told_who_has_called(tmp_path: Path, sqlite_database_url: str) -> None:
    """The guardian holds it next: what is sent to it says only that we want them to call."""
    async with an_evening_of_calls(tmp_path, sqlite_database_url) as calling:
        night = calling.cast.night
        _, youth = await night.enrols("Ylva Ek", STRANGER, NORRVIK)
        await night.enrols("Malin Ek", STRANGER, NORRVIK, role=LinkRole.GUARDIAN, of=youth)
        sid = await calling.calls_us(STRANGER)
        await calling.hangs_up(sid)
        [text] = night.phone(STRANGER).inbox()
        assert "ringt" not in text["body"]
        assert "112" in text["body"]


async def test_in_a_trial_a_caller_who_is_not_listed_gets_no_text(tmp_path: Path, sqlite_database_url: str) -> None:
    listed = (ANNAS, BOS)
    async with an_evening_of_calls(tmp_path, sqlite_database_url, trial=listed) as calling:
        sid = await calling.calls_us()
        assert calling.ringing() == [ANNAS]
        await calling.hangs_up(sid)
        assert calling.cast.night.phone(NOVAS).inbox() == []
        await calling.cast.anna.opens()
        await calling.cast.anna.presses_in_modal("ring_up")
        assert "provlistan" in calling.cast.anna.reads()
        assert len(calling.rows()) == 1
