"""A calendar that follows the rota, read by a library that is not ours, and gone when its address is taken back."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from multidict import CIMultiDictProxy
from vobject.base import readOne

from bot.domain.people import Role
from bot.icalendars import Entry, calendar_of
from tests.acceptance.night import NORRVIK, Night, a_night
from tests.reserve.evening import details_of, presses_home
from tests.rota.given import wall

MADE = datetime(2026, 11, 22, 12, tzinfo=UTC)
ADDRESS = re.compile(r"http://\S+/kalender/[A-Za-z0-9_-]{22}\.ics")


def read(body: bytes) -> list[Any]:
    """Return the events as vobject understands them."""
    found = readOne(body.decode())  # type: ignore[no-untyped-call]
    return list(found.contents.get("vevent", []))


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-12-07 17:00", "2026-12-07 22:00", 5),
        ("2026-03-28 17:00", "2026-03-29 08:00", 14),
        ("2026-10-24 17:00", "2026-10-25 08:00", 16),
        ("2026-10-25 02:30", "2026-10-25 08:00", 6.5),
    ],
)
def test_another_library_reads_the_same_instants(start: str, end: str, hours: float) -> None:
    entry = Entry("s1@beredskapsbot", wall(start), wall(end), "Beredskap; reserv, å", "Utlånad\nav Norrvik")

    (event,) = read(calendar_of("Beredskap", [entry], MADE))

    assert (event.uid.value, event.summary.value) == (entry.uid, entry.title)
    assert event.description.value == entry.words
    began, ended = (at.value.astimezone(UTC) for at in (event.dtstart, event.dtend))
    assert (began, ended) == (entry.starts_at, entry.ends_at)
    assert ended - began == timedelta(hours=hours)


def test_the_second_of_two_equal_hours_is_no_wall_time() -> None:
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # 02.30 in Stockholm, for the second time
    body = calendar_of("Beredskap", [Entry("s1", second, second + timedelta(hours=3), "Beredskap")], MADE)

    assert b"DTSTART:20261025T013000Z" in body
    assert b"DTEND;TZID=Europe/Stockholm:20261025T053000" in body
    assert read(body)[0].dtstart.value.astimezone(UTC) == second


@pytest.fixture
async def night(tmp_path: Path, sqlite_database_url: str) -> AsyncIterator[Night]:
    async with a_night(tmp_path, sqlite_database_url, "2026-11-20 18:00") as opened:
        yield opened


async def with_address(night: Night) -> tuple[Any, str]:
    """Hire Anna, give her the beredskap, and let her make an address under Hem."""
    anna = await night.hires("Anna Ek", NORRVIK)
    night.opens_channels()
    await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-21 02:00")
    await anna.opens_home()
    await presses_home(anna, "calendar")
    found = ADDRESS.search(str(anna.modal()))
    assert found
    await anna.closes_modal()
    return anna, found[0]


async def fetched(url: str, **headers: str) -> tuple[int, bytes, CIMultiDictProxy[str]]:
    async with ClientSession() as session, session.get(url, headers=headers) as response:
        return response.status, await response.read(), response.headers


async def test_a_calendar_is_made_followed_and_revoked(night: Night) -> None:
    anna, url = await with_address(night)

    status, body, headers = await fetched(url)
    (event,) = read(body)
    assert (status, headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert "no-cache" in headers["Cache-Control"]
    assert event.summary.value == "Beredskap"
    assert event.dtstart.value.astimezone(UTC) == wall("2026-11-20 17:00")
    assert b"Anna" not in body

    assert (await fetched(url, **{"If-None-Match": headers["ETag"]}))[0] == 304
    shift = await night.on_beredskap(anna, "2026-11-22 10:00", "2026-11-22 22:00")
    status, body, _ = await fetched(url, **{"If-None-Match": headers["ETag"]})
    assert status == 200
    assert {e.uid.value for e in read(body)} == {event.uid.value, f"{shift.id}@beredskapsbot"}

    await anna.opens_home()
    await presses_home(anna, "calendar_revoke")
    assert "gäller inte längre" in str(anna.modal())
    assert (await fetched(url))[0] == 404
    assert [len(details_of(night, act)) for act in ("make_feed", "revoke_feed")] == [1, 1]
    assert "Skapa kalenderadress" in str(night.sandbox.slack.state()["homes"][anna.user])


async def test_a_new_address_ends_the_old_one_and_a_backup_is_marked(night: Night) -> None:
    anna, old = await with_address(night)
    shift = await night.on_beredskap(anna, "2026-11-23 17:00", "2026-11-23 22:00")
    await night.writes(lambda tx: tx.shifts.change(replace(shift, is_backup=True)))
    await presses_home(anna, "calendar")
    new = ADDRESS.search(str(anna.modal()))
    assert new

    assert (await fetched(old))[0] == 404
    assert [e.summary.value for e in read((await fetched(new[0]))[1])] == ["Beredskap", "Beredskap (reserv)"]


async def test_only_own_shifts_and_only_while_employed(night: Night) -> None:
    anna, url = await with_address(night)
    bo = await night.hires("Bo Lund", NORRVIK)
    await night.on_beredskap(bo, "2026-11-25 17:00", "2026-11-25 22:00")
    assert len(read((await fetched(url))[1])) == 1

    await night.writes(lambda tx: tx.staff.save(replace(anna.staff, is_active=False)))

    assert (await fetched(url))[0] == 404


async def test_whoever_has_no_shifts_has_no_calendar(night: Night) -> None:
    gunilla = await night.hires("Gunilla Holm", NORRVIK, Role.LEADER)
    night.opens_channels()

    assert "Din kalender" not in await gunilla.opens_home()


@pytest.mark.parametrize("token", ["x", "A" * 22, "A" * 23, "..%2Fetc", "%00" * 22])
async def test_an_address_that_nobody_made_is_nothing(night: Night, token: str) -> None:
    assert (await fetched(f"{night.sandbox.bot_url}/kalender/{token}.ics"))[0] == 404
