"""The page lets in whoever has the link and the PIN, once; and says no in the same plain words to everybody else."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.errors import NotAllowed
from bot.domain.people import Role, World
from bot.services.reserve.choose_pin import choose_pin
from storage.tables import OutboxRow, ReserveLinkRow, StaffPinRow
from tests.acceptance.night import NORRVIK, SODERMARK, Night, a_night
from tests.http.doors import locked
from tests.reserve.evening import (
    ANNAS,
    BOS,
    PIN,
    Browser,
    Cast,
    a_browser,
    cast,
    chooses_pin,
    details_of,
    path_of,
)
from tests.reserve.test_who_is_texted import hurried

LINKS: sa.Table = ReserveLinkRow.__table__  # type: ignore[attr-defined]
PINS: sa.Table = StaffPinRow.__table__  # type: ignore[attr-defined]
OUTBOX: sa.Table = OutboxRow.__table__  # type: ignore[attr-defined]
WRONG = "901738"
SAID = "kan nån svara, jag är rädd"


@dataclass
class Door:
    night: Night
    story: Cast
    phone: Browser

    async def enters(self) -> None:
        await self.phone.opens(self.story.link())
        await self.phone.submits(pin=PIN)
        assert self.phone.status == 200

    async def reads(self) -> str:
        await self.enters()
        return await self.phone.follows("väntar på svar")


@asynccontextmanager
async def a_door(folder: Path, database_url: str, **more: Any) -> AsyncIterator[Door]:
    """An evening on which Anna has been texted a link."""
    async with a_night(folder, database_url, "2026-11-20 18:00", **more) as night, a_browser() as phone:
        story = await cast(night)
        story.slack_is_away()
        await story.nova.texts(SAID)
        await night.minutes_pass(4)
        yield Door(night, story, phone)


async def test_a_link_is_fetched_many_times_and_opens_once(tmp_path: Path, database_url: str) -> None:
    async with a_door(tmp_path, database_url) as door, a_browser() as another:
        link = door.story.link()
        for _ in range(3):
            assert "PIN-kod" in await door.phone.opens(link)
        await door.enters()
        await another.posts(link, {"pin": PIN})
        assert another.status == 404
        used = another.reads
        await another.opens(link)
        assert (another.status, another.reads) == (404, used)
        await another.opens(link[:-3] + "abc")
        assert (another.status, another.reads) == (404, used)
        await another.posts(link[:-3] + "abc", {"pin": PIN})
        assert (another.status, another.reads) == (404, used)
        await door.phone.opens(link)  # pressed again by whoever is in
        assert path_of(door.phone.url) == "/reserv"


async def test_a_link_lapses_and_another_can_be_asked_for(tmp_path: Path, database_url: str) -> None:
    async with a_door(tmp_path, database_url) as door:
        link = door.story.link()
        await door.night.minutes_pass(15)
        assert "Länken går inte att öppna" in await door.phone.opens(link)
        assert "En ny länk kommer" in await door.phone.submits("/ny")
        await door.night.settles()
        assert door.story.link() != link
        await door.phone.posts(f"{link}/ny", {})  # once is enough
        await door.night.settles()
        assert len(door.story.texts_to(ANNAS)) == 2
        await door.enters()
        assert "ett sms väntar" in door.phone.reads.lower()


async def test_nobody_gets_a_new_link_when_nothing_waits(tmp_path: Path, database_url: str) -> None:
    async with a_door(tmp_path, database_url) as door:
        link = door.story.link()
        await door.story.slack_is_back()
        await door.night.minutes_pass(16)
        await door.phone.posts(f"{link}/ny", {})
        await door.phone.posts(f"{link[:-2]}zz/ny", {})
        await door.night.settles()
        assert len(door.story.texts_to(ANNAS)) == 1


async def test_five_wrong_pins(tmp_path: Path, database_url: str) -> None:
    """The link is dead, the person is locked for a while, and all of it stands in the log."""
    async with a_door(tmp_path, database_url) as door:
        link = door.story.link()
        for left in (4, 3, 2):
            assert f"försöka {left} gånger till" in await door.phone.posts(link, {"pin": WRONG})
        assert "försöka en gång till" in await door.phone.posts(link, {"pin": WRONG})
        assert "spärrad för dig till 18.19" in await door.phone.posts(link, {"pin": WRONG})
        assert door.phone.status == 403
        assert "Länken går inte att öppna" in await door.phone.posts(link, {"pin": PIN})
        await door.phone.posts(f"{link}/ny", {})
        await door.night.minutes_pass(3)
        await door.phone.posts(f"{link}/ny", {})  # the first time it was too soon: one leaves, a little later
        await hurried(door.night, times=1)
        fresh = door.story.link()
        assert fresh != link
        assert "spärrad för dig" in await door.phone.posts(fresh, {"pin": PIN})
        tried = [(ground, allowed) for _, ground, allowed in door.night.audit("reserve_enter")]
        assert tried.count(("wrong_pin", False)) == 5
        assert tried.count(("locked", False)) == 2


async def test_a_right_pin_after_the_lock(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_door(tmp_path, sqlite_database_url) as door:
        for _ in range(5):
            await door.phone.posts(door.story.link(), {"pin": WRONG})
        await door.night.minutes_pass(16)
        await door.phone.posts(f"{door.story.link()}/ny", {})
        await door.night.settles()
        await door.enters()


async def test_many_guesses_at_once_are_five_guesses(tmp_path: Path, database_url: str) -> None:
    async with a_door(tmp_path, database_url) as door:
        link = door.story.link()
        browsers = [Browser(door.phone.session) for _ in range(12)]
        await asyncio.gather(*(b.posts(link, {"pin": str(900000 + n)}) for n, b in enumerate(browsers)))
        assert sum("Fel PIN-kod" in b.reads for b in browsers) == 5
        assert [row.failures for row in door.night.rows(sa.select(LINKS))] == [5]


async def test_two_who_press_at_once_are_one_session(tmp_path: Path, database_url: str) -> None:
    async with a_door(tmp_path, database_url) as door, a_browser() as another:
        link = door.story.link()
        await asyncio.gather(door.phone.posts(link, {"pin": PIN}), another.posts(link, {"pin": PIN}))
        assert sorted((door.phone.status, another.status)) == [200, 404]


async def test_a_link_is_of_no_use_to_a_colleague(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_door(tmp_path, sqlite_database_url) as door:
        door.night.sandbox.slack.faults.clear()
        bo = await door.night.hires("Bo Lund", NORRVIK, phone=BOS)
        await chooses_pin(bo, "739154")
        assert "Fel PIN-kod" in await door.phone.posts(door.story.link(), {"pin": "739154"})


@pytest.mark.parametrize("pin", ["", "12345", "1234567", "abcdef", "４８０２７１", "48027٣", "\x00" * 6])
async def test_what_is_no_pin_costs_no_try(tmp_path: Path, sqlite_database_url: str, pin: str) -> None:
    async with a_door(tmp_path, sqlite_database_url) as door:
        assert "Skriv sex siffror" in await door.phone.posts(door.story.link(), {"pin": pin})
        assert [row.failures for row in door.night.rows(sa.select(LINKS))] == [0]
        await door.phone.posts(door.story.link(), {"pin": " 480 271 "})
        assert door.phone.status == 200


async def test_a_session_ends_by_itself_by_hand_and_with_a_new_pin(tmp_path: Path, database_url: str) -> None:
    async with a_door(tmp_path, database_url) as door:
        await door.enters()
        await door.night.minutes_pass(29)
        await door.phone.opens("/reserv")
        assert door.phone.status == 200  # it counts from the last thing done
        await door.night.minutes_pass(31)
        assert "Du är utloggad" in await door.phone.opens("/reserv")
        assert door.phone.status == 401

        await door.story.nova.texts("hallå")
        await door.night.minutes_pass(2)
        await door.enters()
        await door.phone.submits("/ut")
        assert "Du har loggat ut" in door.phone.reads
        await door.phone.opens("/reserv")
        assert door.phone.status == 401

        await door.story.nova.texts("hallå igen")
        await door.night.minutes_pass(12)
        await door.enters()
        door.night.sandbox.slack.faults.clear()
        await chooses_pin(door.story.anna, "739154")
        await door.phone.opens("/reserv")
        assert door.phone.status == 401


async def test_when_the_duty_ends_nothing_more_is_read(tmp_path: Path, database_url: str) -> None:
    """She is of another nämnd, so that it is the duty alone that lets her in."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night, a_browser() as phone:
        anna = await night.hires("Anna Ek", SODERMARK, phone=ANNAS)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 18:20", SODERMARK)
        await chooses_pin(anna, PIN)
        story = Cast(night, anna, anna, nova)
        story.slack_is_away()
        await nova.texts(SAID)
        await night.minutes_pass(4)
        await phone.opens(story.link())
        await phone.submits(pin=PIN)
        await phone.follows("väntar på svar")
        where, filled = phone.fields("/samtal/")
        await night.clock_reaches("2026-11-20 18:21")
        draft = "Jag hann inte skicka"
        night.secret_words.add(draft)
        await phone.posts(where, {**filled, "text": draft})
        assert phone.status == 403
        assert draft in phone.reads
        assert SAID not in phone.reads
        await phone.opens(where)
        assert phone.status == 403
        assert SAID not in phone.reads
        assert "Inget öppet samtal" in await phone.opens("/reserv")
        assert details_of(night, "reply") == [{"via": "reserv"}]
        assert [allowed for _, _, allowed in night.audit("reply")] == [False]
        await night.settles()
        assert not [m for m in nova.inbox() if draft in m["body"]]


async def test_nobody_reads_what_is_not_theirs(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_door(tmp_path, sqlite_database_url, norrvik_answers="") as door:
        await door.reads()
        mine = path_of(door.phone.url).rsplit("/", 1)[1]
        door.night.sandbox.slack.faults.clear()
        david = await door.night.hires("David Ek", SODERMARK, phone=BOS)
        samir, _ = await door.night.enrols("Samir Ali", "+46701740608", SODERMARK)
        await door.night.on_beredskap(david, "2026-11-20 16:00", "2026-11-21 02:00", SODERMARK)
        await samir.texts("hemligt")
        ids = {row.id for row in door.night.rows(sa.select(sa.column("id")).select_from(sa.table("conversation")))}
        [other] = ids - {mine}
        await door.phone.opens(f"/reserv/samtal/{other}")
        assert door.phone.status == 403
        assert "hemligt" not in door.phone.html
        await door.phone.opens("/reserv/samtal/finnsinte")
        assert door.phone.status == 404
        await door.phone.opens("/reserv")
        assert "hemligt" not in door.phone.html
        assert other not in door.phone.html


async def test_what_was_written_cannot_become_part_of_the_page(tmp_path: Path, sqlite_database_url: str) -> None:
    odd = """<script>alert(1)</script> "' & </textarea><img src=x>"""
    async with a_door(tmp_path, sqlite_database_url) as door:
        await door.story.nova.texts(odd)
        assert odd in await door.reads()
        assert "<script" not in door.phone.html
        assert "<img" not in door.phone.html
        await door.phone.submits("/samtal/", text=odd + " " * 9, warned_of=odd, last_seen="0")
        assert door.phone.fields("/samtal/")[1]["text"].startswith(odd)
        assert "<img" not in door.phone.html


async def test_the_same_form_twice_is_one_sms(tmp_path: Path, database_url: str) -> None:
    async with a_door(tmp_path, database_url) as door:
        await door.reads()
        where, filled = door.phone.fields("/samtal/")
        door.night.secret_words.add("Jag ringer")
        values = {**filled, "text": "Jag ringer"}
        both = [Browser(door.phone.session, door.phone.url) for _ in range(3)]
        await asyncio.gather(*(one.posts(where, values) for one in both))
        assert all("Ditt svar är taget emot" in one.reads for one in both)
        await door.night.settles()
        door.story.nova.receives("Jag ringer", times=1)
        await both[0].posts(where, {**values, "text": "Nej, något annat"})
        assert "redan skickat" in both[0].reads
        door.night.secret_words.add("Nej, något annat")
        await door.night.settles()
        assert not [m for m in door.story.nova.inbox() if "annat" in m["body"]]


async def test_a_text_that_came_while_she_wrote_is_asked_about_once(tmp_path: Path, database_url: str) -> None:
    async with a_door(tmp_path, database_url) as door:
        await door.reads()
        await door.story.nova.texts("glöm det, allt är bra")
        draft = "Jag kommer <nu> & ringer"
        door.night.secret_words.add(draft)
        read = await door.phone.submits("/samtal/", text=draft)
        assert "Ett nytt sms har kommit medan du skrev" in read
        assert "glöm det, allt är bra" in read
        assert door.phone.fields("/samtal/")[1]["text"] == draft
        assert "Ditt svar är taget emot" in await door.phone.submits("/samtal/")
        await door.night.settles()
        door.story.nova.receives(draft, times=1)


async def test_a_long_text_is_asked_about_once(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_door(tmp_path, sqlite_database_url) as door:
        await door.reads()
        long = "Jag hör dig. " * 50
        door.night.secret_words.add(long.strip())
        assert re.search(r"Texten blir \d sms", await door.phone.submits("/samtal/", text=long))
        assert "Ditt svar är taget emot" in await door.phone.submits("/samtal/")


@pytest.mark.parametrize(("text", "said"), [("   ", "Skriv något först"), ("å" * 1601, "längre än 1600 tecken")])
async def test_what_cannot_be_sent_stays_in_the_form(
    tmp_path: Path, sqlite_database_url: str, text: str, said: str
) -> None:
    async with a_door(tmp_path, sqlite_database_url) as door:
        await door.reads()
        assert said in await door.phone.submits("/samtal/", text=text)
        assert door.phone.fields("/samtal/")[1]["text"] == text
        assert await door.phone.submits("/samtal/", text="Nu går det")


@pytest.mark.parametrize("form", [{}, {"form": "0" * 64, "key": "a", "last_seen": "1", "text": "hej"}])
async def test_a_form_of_somebody_elses_is_refused(
    tmp_path: Path, sqlite_database_url: str, form: dict[str, str]
) -> None:
    async with a_door(tmp_path, sqlite_database_url) as door:
        await door.reads()
        await door.phone.posts(door.phone.url, form)
        assert door.phone.status == 403
        await door.phone.posts("/reserv/ut", form)
        assert door.phone.status == 403
        await door.phone.opens("/reserv")
        assert door.phone.status == 200


async def test_the_headers_and_the_cookie(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_door(tmp_path, sqlite_database_url) as door:
        await door.phone.opens(door.story.link())
        await door.phone.submits(follow=False, pin=PIN)
        assert door.phone.status == 303
        cookie = door.phone.headers["Set-Cookie"]
        for part in ("HttpOnly", "SameSite=Strict", "Path=/reserv"):
            assert part in cookie
        for url in (door.story.link(), "/reserv", "/reserv/samtal/x", "/reserv/nonsense"):
            await door.phone.opens(url)
            policy = door.phone.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "form-action 'self'" in policy
            assert "script" not in policy
            assert door.phone.headers["Cache-Control"] == "no-store"
            assert door.phone.headers["Referrer-Policy"] == "no-referrer"
            assert door.phone.headers["X-Content-Type-Options"] == "nosniff"
            assert "noindex" in door.phone.headers["X-Robots-Tag"]


async def test_nothing_that_opens_is_kept_in_clear_or_logged(tmp_path: Path, database_url: str) -> None:
    async with a_door(tmp_path, database_url) as door:
        link = door.story.link()
        token = link.rsplit("/", 1)[1]
        await door.enters()
        cookie = next(iter(door.phone.session.cookie_jar)).value
        lines = "\n".join(line.getMessage() + str(line.__dict__) for line in door.night.log_lines)
        assert "send_uncertain" in lines  # the log was read
        for secret in (token, cookie, PIN):
            assert secret not in lines
            for table in (LINKS, PINS, OUTBOX):
                rows = door.night.rows(sa.select(table))
                assert secret not in repr([tuple(row) for row in rows])
        audit = repr([tuple(row) for row in door.night.audited(door.story.anna)])
        assert token not in audit
        assert PIN not in audit


async def test_the_database_is_away(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 with words; what was written is still there, and goes through when it is back."""
    monkeypatch.setattr("storage.engine.SQLITE_BUSY_MS", 100)
    async with a_door(tmp_path, database_url) as door:
        await door.reads()
        draft = "Jag ringer när det går"
        door.night.secret_words.add(draft)
        with locked(database_url, "reserve_link"):
            await door.phone.submits("/samtal/", text=draft)
            assert door.phone.status == 503
            assert "Databasen svarar inte" in door.phone.reads
        assert door.phone.fields("/samtal/")[1]["text"] == draft
        assert "Ditt svar är taget emot" in await door.phone.submits("/samtal/")
        await door.night.settles()
        door.story.nova.receives(draft, times=1)


async def test_odd_requests_are_never_our_fault(tmp_path: Path, sqlite_database_url: str) -> None:
    """Whatever is asked for or posted, it is answered, and never with 500."""
    async with a_door(tmp_path, sqlite_database_url) as door:
        await door.reads()
        conversation = door.phone.url
        known = door.phone.fields("/samtal/")[1]
        base, session = door.night.sandbox.bot_url, door.phone.session
        parts = st.text(max_size=30) | st.sampled_from(["samtal", "ut", "ny", "bakgrund", "..", "%00", "\x00"])
        bodies = st.binary(max_size=200) | st.dictionaries(
            st.sampled_from(["pin", "text", "key", "form", "last_seen", "warned_of"]), st.text(max_size=30)
        )
        asked: list[tuple[str, Any]] = []

        @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(st.lists(parts, max_size=4), bodies)
        def think_of(path: list[str], body: Any) -> None:
            asked.append(("/".join(path), body))

        think_of()
        assert len(asked) > 20
        odd = [(f"{base}/reserv/{path}", body) for path, body in asked]
        odd += [(conversation, {**known, name: value}) for name in known for value in ("", "\x00", "☃" * 900, "-1")]
        odd += [(conversation, b"text=" + b"a" * 70_000), (conversation, b"%ff%fe=%00&a=%"), (conversation, b"&" * 500)]
        for url, body in odd:
            try:
                async with session.get(url) as got:
                    assert got.status < 500, url
                kind = {"Content-Type": "application/x-www-form-urlencoded"} if isinstance(body, bytes) else {}
                async with session.post(url, data=body, headers=kind) as posted:
                    assert posted.status < 500, (url, body)
            except (ValueError, UnicodeError):
                continue  # no client can ask for that
        async with session.get(f"{base}/reserv", headers={"Cookie": "reserv=\udcff\udc00"}) as got:
            assert got.status < 500


# --- the PIN -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("123456", "123456", "lätta att gissa"),
        ("12345", "12345", "lätta att gissa"),
        ("abcdef", "abcdef", "lätta att gissa"),
        ("480271", "480272", "Koderna är olika"),
    ],
)
async def test_a_pin_that_is_refused(
    tmp_path: Path, sqlite_database_url: str, first: str, second: str, said: str
) -> None:
    async with a_night(tmp_path, sqlite_database_url, "2026-11-20 18:00") as night:
        story = await cast(night, pin=None)
        shown = await chooses_pin(story.anna, first, second)
        assert said in str(shown["errors"])
        assert night.rows(sa.select(PINS)) == []


async def test_home_says_how_one_is_prepared(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_night(tmp_path, sqlite_database_url, "2026-11-20 18:00") as night:
        story = await cast(night, pin=None, verified=False)
        read = await story.anna.opens_home()
        assert "PIN-kod inte vald" in read
        assert "tjänstetelefon är inte bekräftad" in read
        await chooses_pin(story.anna, "480 271")
        assert "PIN-kod vald fredag 20 november" in story.anna.drawn_home()
        assert "Byt PIN-kod" in story.anna.drawn_home()
        for record in night.sandbox.slack.recorder.all_but():
            assert not record.contains("480271")
        assert [row.pin_hash != b"480271" for row in night.rows(sa.select(PINS))] == [True]
        assert night.audit("choose_pin") == [(story.anna.staff.id, "self", True)]


async def test_a_pin_is_not_for_everybody(tmp_path: Path, sqlite_database_url: str) -> None:
    """A handläggare never has the beredskap: Home says nothing of it, and a forged form is refused and logged."""
    async with a_night(tmp_path, sqlite_database_url, "2026-11-20 18:00") as night:
        await cast(night)
        ingrid = await night.hires("Ingrid Strand", NORRVIK, Role.HANDLAGGARE, world=World.MYNDIGHET)
        assert "Reservväg" not in await ingrid.opens_home()
        assert night.sandbox.bot is not None
        with pytest.raises(NotAllowed):
            await choose_pin(ingrid.user, PIN, PIN, ctx=night.sandbox.bot.ctx)
        assert night.audit("choose_pin")[-1] == (ingrid.staff.id, "no_duty", False)
