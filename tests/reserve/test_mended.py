"""What a hostile reader found: each with the order of events that showed it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.checks import Result, _reserve
from bot.domain.people import Role, StaffRole, World
from bot.services.context import Context
from bot.services.reserve import secrets
from bot.services.reserve.unreached import HELPER, LINK, Unreached, unreached, whom
from storage.tables import OutboxRow, ReserveLinkRow
from tests.acceptance.night import NORRVIK, SODERMARK, a_night
from tests.reserve.evening import ANNAS, BOS, GUNILLAS, PIN, Browser, a_browser, cast, chooses_pin
from tests.reserve.test_doors import a_door
from tests.reserve.test_who_is_texted import hurried

LINKS: sa.Table = ReserveLinkRow.__table__  # type: ignore[attr-defined]
OUTBOX: sa.Table = OutboxRow.__table__  # type: ignore[attr-defined]
EVENING = "2026-11-20 18:00"


async def test_read_and_not_answered_then_the_shift_ends(tmp_path: Path, database_url: str) -> None:
    """That Anna looked says nothing about Bo, who has it from 02.00."""
    async with a_night(tmp_path, database_url, "2026-11-21 01:45") as night, a_browser() as phone:
        story = await cast(night)
        bo = await night.hires("Bo Lund", NORRVIK, phone=BOS)
        await chooses_pin(bo, "739154")
        await night.on_beredskap(bo, "2026-11-21 02:00", "2026-11-21 10:00")
        story.slack_is_away()
        await story.nova.texts("är du där")
        await night.clock_reaches("2026-11-21 01:54")
        await phone.opens(story.link())
        await phone.submits(pin=PIN)
        await phone.follows("väntar på svar")
        await night.clock_reaches("2026-11-21 02:04")
        assert [len(story.texts_to(number)) for number in (ANNAS, BOS)] == [1, 1]


async def test_an_answer_that_is_lost_calls_out_again(tmp_path: Path, database_url: str) -> None:
    async with a_door(tmp_path, database_url) as door:
        await door.reads()
        await door.night.minutes_pass(8)
        door.night.sandbox.carrier.faults.set("sms", "undelivered")
        door.night.secret_words.add("Jag ringer dig")
        await door.phone.submits("/samtal/", text="Jag ringer dig")
        await door.night.settles()
        door.story.nova.loses("Jag ringer dig")
        for _ in range(40):  # Slack is tried by the machine's clock, and found to be away a little sooner or later
            await door.night.minutes_pass(1)
            if len(door.story.texts_to(ANNAS)) == 2:
                break
        assert len(door.story.texts_to(ANNAS)) == 2


async def test_a_child_who_keeps_texting_is_passed_on(tmp_path: Path, database_url: str) -> None:
    """Anna's link has lapsed; each new text gives her another, and keeps nobody from telling Gunilla."""
    async with a_door(tmp_path, database_url) as door:
        for _ in range(8):
            await door.night.minutes_pass(3)
            await door.story.nova.texts("snälla")
        assert len(door.story.texts_to(GUNILLAS)) >= 1


async def test_whoever_is_locked_is_in_vain(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_door(tmp_path, sqlite_database_url) as door:
        for _ in range(5):
            await door.phone.posts(door.story.link(), {"pin": "901738"})
        await door.night.minutes_pass(1)
        assert len(door.story.texts_to(GUNILLAS)) == 1


async def test_of_several_things_to_say_the_link_is_said(tmp_path: Path, sqlite_database_url: str) -> None:
    """Bo has Södermark's duty, and is only to help with Norrvik's newer text: the link is what he is sent."""
    async with a_night(tmp_path, sqlite_database_url, EVENING, norrvik_answers="") as night:
        story = await cast(night, verified=False, leads=False)
        bo = await night.hires("Bo Lund", SODERMARK, phone=BOS)
        leads_too = bo.staff.roles | {StaffRole(NORRVIK, World.BEREDSKAP, Role.LEADER)}
        await night.writes(lambda tx: tx.staff.save(replace(bo.staff, roles=leads_too)))
        await night.on_beredskap(bo, "2026-11-20 16:00", "2026-11-21 02:00", SODERMARK)
        await chooses_pin(bo, "739154")
        samir, _ = await night.enrols("Samir Ali", "+46701740608", SODERMARK)
        story.slack_is_away()
        await samir.texts("hej")
        await night.minutes_pass(1)
        await story.nova.texts("hallå")
        await night.minutes_pass(5)
        assert night.sandbox.bot is not None
        ctx = night.sandbox.bot.ctx
        keys = [key for one in await ctx.store.read(lambda tx: unreached(tx, ctx)) for key in await bos(ctx, one)]
        assert keys == [LINK, HELPER]
        assert ["/reserv/" in said for said in story.texts_to(BOS)] == [True]


async def bos(ctx: Context, one: Unreached) -> list[str]:
    told = await ctx.store.read(lambda tx: whom(tx, ctx, one))
    return [key for person, key in told if person.name == "Bo Lund"]


async def test_only_a_link_that_opens_costs_a_hash(
    tmp_path: Path, sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_door(tmp_path, sqlite_database_url) as door:
        hashes: list[str] = []

        def counted(pin: str, _: bytes | None) -> bool:
            hashes.append(pin)
            return False

        monkeypatch.setattr(secrets, "_is_right", counted)
        link = door.story.link()
        await door.phone.posts(link[:-3] + "abc", {"pin": PIN})
        assert (door.phone.status, hashes) == (404, [])
        await door.night.minutes_pass(16)
        await door.phone.posts(link, {"pin": PIN})
        assert (door.phone.status, hashes) == (404, [])


async def test_too_many_hashes_are_refused_in_words(
    tmp_path: Path, sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_door(tmp_path, sqlite_database_url) as door:
        monkeypatch.setattr(secrets, "MOST_IN_HAND", 0)
        assert "Koden är inte prövad" in await door.phone.posts(door.story.link(), {"pin": PIN})
        assert door.phone.status == 503
        assert [row.failures for row in door.night.rows(sa.select(LINKS))] == [0]
        monkeypatch.undo()
        await door.enters()


async def test_a_session_ends_after_four_hours_whatever_is_done(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_door(tmp_path, sqlite_database_url) as door:
        await door.enters()
        for _ in range(9):
            await door.night.minutes_pass(26)
            await door.phone.opens("/reserv")
        assert door.phone.status == 200
        await door.night.minutes_pass(10)
        await door.phone.opens("/reserv")
        assert door.phone.status == 401


async def test_a_session_ends_when_the_phone_is_not_hers_any_more(tmp_path: Path, database_url: str) -> None:
    async with a_door(tmp_path, database_url) as door:
        await door.enters()
        other = replace(door.story.anna.staff, is_phone_verified=False)
        await door.night.writes(lambda tx: tx.staff.save(other))
        await door.phone.opens("/reserv")
        assert door.phone.status == 401


async def test_half_an_hour_away_and_the_draft_is_shown(tmp_path: Path, sqlite_database_url: str) -> None:
    draft = "Jag <hör> dig & ringer"
    async with a_door(tmp_path, sqlite_database_url) as door:
        await door.reads()
        door.night.secret_words.add(draft)
        where, filled = door.phone.fields("/samtal/")
        await door.night.minutes_pass(31)
        for _ in range(2):  # and when it is pressed again
            read = await door.phone.posts(where, {**filled, "text": draft})
            assert door.phone.status == 401
            assert draft in read
            assert "Skicka en ny länk" in read
        assert re.search(r"<textarea[^>]* readonly", door.phone.html)
        stranger = Browser(door.phone.session, door.phone.url)
        await stranger.posts(where, {**filled, "form": "0" * 64, "text": draft})
        assert draft not in stranger.reads


@pytest.mark.parametrize("word", ["länk", " Länk. ", "LÄNK"])
async def test_the_word_is_texted_from_her_own_phone(tmp_path: Path, sqlite_database_url: str, word: str) -> None:
    async with a_door(tmp_path, sqlite_database_url) as door:
        await door.reads()  # read and not answered: it waits all the same
        await door.night.minutes_pass(31)
        first = door.story.link()
        await door.night.phone(ANNAS).texts(word)
        await door.night.settles()
        assert door.story.link() != first
        await door.enters()


async def test_the_word_when_nothing_waits(tmp_path: Path, database_url: str) -> None:
    async with a_door(tmp_path, database_url) as door:
        await door.story.slack_is_back()
        await door.night.phone(ANNAS).texts("länk")
        await door.night.minutes_pass(5)
        assert len(door.story.texts_to(ANNAS)) == 1


async def test_a_link_that_is_asked_for_too_soon_comes_a_little_later(tmp_path: Path, database_url: str) -> None:
    async with a_door(tmp_path, database_url) as door:
        await door.phone.posts(f"{door.story.link()}/ny", {})
        await door.night.phone(ANNAS).texts("länk")
        await door.night.settles()
        assert len(door.story.texts_to(ANNAS)) == 1
        waits = sa.select(OUTBOX).where(OUTBOX.c.kind == "staff_sms", OUTBOX.c.state == "due")
        assert len(door.night.rows(waits)) == 1
        await hurried(door.night, times=1)
        assert len(door.story.texts_to(ANNAS)) == 2


async def test_check_sees_whether_the_page_is_let_through(
    tmp_path: Path, sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_door(tmp_path, sqlite_database_url) as door:
        assert door.night.sandbox.bot is not None
        texts = door.night.sandbox.bot.ctx.texts

        async def asked(url: str) -> Result:
            seen = type("Seen", (), {"texts": texts, "env": type("Env", (), {"public_base_url": url})()})
            return await _reserve(seen)  # type: ignore[arg-type]

        assert (await asked(door.night.sandbox.bot_url)).is_fine
        async with TestServer(web.Application()) as proxy:  # lets nothing through
            closed = await asked(str(proxy.make_url("")).rstrip("/"))
        assert (closed.is_fine, closed.is_warning) == (False, True)
        assert "/reserv/ kan inte nås (svar 404" in closed.sentence
