"""The carrier fails in every way that it can; each answer becomes one sms or none, and its author knows which."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from bot.app import bound, served_on
from bot.app_sandbox import HOST, Sandbox
from bot.services.look_for_uncertain import look_for_uncertain
from bot.settings import Settings
from tests.acceptance.night import NORRVIK, Night, Person, Phone, a_night

ANSWER = "Jag ringer om två minuter"
PATIENCE = 60.0  # seconds of wire time for what goes by the machine's clock


async def a_question(night: Night) -> tuple[Person, Phone]:
    """Nova has written to Anna, who has duty; from here on the carrier may fail."""
    anna = await night.hires("Anna Ek", NORRVIK)
    night.opens_channels()
    nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
    await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
    await nova.texts("kan nån ringa mig")
    nova.receives("tystnadsplikt")
    anna.card("Ett sms väntar på svar")
    return anna, nova


async def until(night: Night, is_so: Callable[[], bool]) -> None:
    """Let the bot look for what it is unsure of, as its tick would, until something is so."""
    async with asyncio.timeout(PATIENCE):
        while not is_so():
            assert night.sandbox.bot is not None
            await look_for_uncertain(ctx=night.sandbox.bot.ctx)
            await night.settles()
            await asyncio.sleep(0.05)


def fails(night: Night, how: str, *, calls: int | None = None) -> None:
    night.sandbox.carrier.faults.set("carrier", how)
    night.sandbox.carrier.faults.remaining = calls


def has_arrived(phone: Phone) -> Callable[[], bool]:
    return lambda: any(m["body"] == ANSWER and m["status"] == "delivered" for m in phone.inbox())


def says(person: Person, words: str) -> Callable[[], bool]:
    return lambda: words in person.cards()[-1].words


async def test_too_many_requests(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await a_question(night)
        fails(night, "limited")
        await anna.replies(ANSWER)
        assert "svarade 18.00: köat" in anna.card().words
        nova.receives(ANSWER, times=0)
        fails(night, "ok")
        await until(night, has_arrived(nova))
        nova.receives(ANSWER, times=1)
        await until(night, says(anna, "levererat"))
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_nobody_answers_the_door(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The carrier's port is closed while Anna answers, and opens again: refused is not sent, so it is tried again."""
    original = Sandbox.settings
    monkeypatch.setattr("bot.sms.twilio_gateway.BACK_OFF", timedelta(seconds=0.2))
    with bound(HOST, 0) as door:
        address = f"http://{HOST}:{door.getsockname()[1]}/carrier"

        def elsewhere(sandbox: Sandbox) -> Settings:
            settings = original(sandbox)
            return settings.model_copy(update={"env": settings.env.model_copy(update={"twilio_api_base_url": address})})

        monkeypatch.setattr(Sandbox, "settings", elsewhere)
        async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
            anna = await night.hires("Anna Ek", NORRVIK)
            night.opens_channels()
            nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
            await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
            await nova.texts("kan nån ringa mig")
            await anna.replies(ANSWER)
            assert nova.inbox() == []
            app = web.Application()
            app.add_routes(night.sandbox.carrier.routes())
            async with served_on(app, door):
                await until(night, has_arrived(nova))
                await until(night, says(anna, "levererat"))
            nova.receives("tystnadsplikt")  # the automatic one first, in its order
            nova.receives(ANSWER, times=1)
            anna.card()
            night.expect_nothing_else()
            await night.nothing_waits()


@pytest.mark.parametrize("reports", ["delivered", "silent"])
async def test_the_answer_is_lost(tmp_path: Path, database_url: str, reports: str) -> None:
    """It left, and we were not told: a report on it settles that, or we find it in the carrier's list."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await a_question(night)
        night.sandbox.carrier.faults.set("sms", reports)
        fails(night, "lost_answer", calls=1)
        await anna.replies(ANSWER)
        if reports == "silent":
            assert "Osäkert om svaret från 18.00 gick iväg" in anna.card().words
            assert "resend" not in anna.card().buttons
        await until(night, says(anna, "levererat"))
        await until(night, says(anna, "levererat"))
        nova.receives(ANSWER, times=1)
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_it_did_not_leave_and_its_author_decides(tmp_path: Path, database_url: str) -> None:
    """A 500 says nothing. We look twice, then ask Anna: one click is one sms, two clicks are one."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await a_question(night)
        fails(night, "error", calls=1)
        await anna.replies(ANSWER)
        assert "Osäkert om svaret" in anna.card().words
        assert "resend" not in anna.card().buttons

        await until(night, lambda: "resend" in anna.cards()[-1].buttons)
        nova.receives(ANSWER, times=0)
        card = anna.card("Vi hittar det inte hos sms-tjänsten")
        told = anna.is_told("Osäkert om sms:et")
        assert f"<@{anna.user}>" in told.words

        slack = night.sandbox.slack
        await asyncio.gather(
            *(slack.click(anna.user, action_id="resend", channel=card.channel, ts=at.ts) for at in (card, told))
        )
        await night.settles()
        nova.receives(ANSWER, times=1)
        assert "levererat" in anna.card("svarade").words
        anna.is_told("Läget har ändrats")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_while_one_is_uncertain_the_next_goes_out(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await a_question(night)
        fails(night, "error", calls=1)
        await anna.replies(ANSWER)
        await anna.replies("Är du hemma?")
        nova.receives("Är du hemma?")
        nova.receives(ANSWER, times=0)
        await until(night, lambda: any("Osäkert om sms:et" in m.words for m in anna.messages()))
        told = anna.is_told("Osäkert om sms:et")
        await anna.presses("resend", told)
        nova.receives(ANSWER, times=1)
        anna.card("levererat")
        night.expect_nothing_else()
        await night.nothing_waits()


@pytest.mark.parametrize("order", ["early", "reversed", "doubled"])
async def test_reports_in_any_order(tmp_path: Path, database_url: str, order: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await a_question(night)
        night.sandbox.carrier.faults.set("callback_order", order)
        await anna.replies(ANSWER)
        nova.receives(ANSWER, times=1)
        assert "svarade 18.00: levererat." in anna.card().words
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_it_arrived_after_all(tmp_path: Path, database_url: str) -> None:
    """First it had not: the author has been told so, and is now told otherwise."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await a_question(night)
        night.sandbox.carrier.faults.set("sms", "undelivered")
        await anna.replies(ANSWER)
        anna.card("kom inte fram")
        anna.is_told("kom inte fram. Telefonen går inte att nå")
        sid = next(m["sid"] for m in nova.inbox() if m["body"] == ANSWER)

        await night.sandbox.carrier.report(sid, "delivered")
        await night.settles()

        nova.receives(ANSWER, times=1)
        assert "levererat (först rapporterades att det inte kom fram)" in anna.card().words
        assert "resend" not in anna.card().buttons
        anna.is_told("kom fram till slut")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_what_the_network_filters_is_to_be_rewritten(tmp_path: Path, database_url: str) -> None:
    """The same words again would be filtered again, so that is not offered."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await a_question(night)
        night.sandbox.carrier.faults.set("sms", "filtered")
        await anna.replies(ANSWER)
        nova.loses(ANSWER)
        assert "Skriv om utan länk, eller ring" in anna.card().words
        told = anna.is_told("Skriv om utan länk, eller ring")
        assert "resend" not in anna.card().buttons | told.buttons
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_restarted_before_the_report(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await a_question(night)
        night.sandbox.carrier.faults.set("sms", "silent")
        await anna.replies(ANSWER)
        sid = next(m["sid"] for m in nova.inbox() if m["body"] == ANSWER)
        await night.restarts()
        await night.sandbox.carrier.report(sid, "delivered")
        await night.settles()
        nova.receives(ANSWER, times=1)
        assert "svarade 18.00: levererat." in anna.card().words
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_the_rest_of_a_conversation_waits_for_what_is_tried_again(tmp_path: Path, database_url: str) -> None:
    """Two answers while the carrier is busy: both arrive, in their order."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await a_question(night)
        fails(night, "limited", calls=1)
        await anna.replies(ANSWER)
        await anna.replies("Håll dig inne så länge")
        await until(night, lambda: [m["status"] for m in nova.inbox()] == ["delivered"] * 3)
        assert [m["body"] for m in nova.inbox()][1:] == [ANSWER, "Håll dig inne så länge"]
        nova.receives(ANSWER)
        nova.receives("Håll dig inne så länge")
        await until(night, says(anna, "levererat"))
        night.expect_nothing_else()
        await night.nothing_waits()
