"""A month's sample is put before the leaders, who say of each entry what they find; told as stories."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.domain.audit import LogQuery
from bot.domain.people import Role, World
from bot.services.audit.search import Wanted, search_audit
from bot.slack.views.audit_review import entry_block
from scheduler.ticks import audit_tick
from storage.tables import AuditReviewItemRow, AuditReviewRow
from tests.acceptance.night import NORRVIK, SODERMARK, Night, Person, a_night, buttons_in

BUTTON = "audit_review"
ITEM: sa.Table = AuditReviewItemRow.__table__  # type: ignore[attr-defined]
REVIEW: sa.Table = AuditReviewRow.__table__  # type: ignore[attr-defined]


@asynccontextmanager
async def a_november(
    folder: Path, database_url: str, **more: Any
) -> AsyncIterator[tuple[Night, Person, Person, Person]]:
    """Anna of Norrvik reads a text in November; David of Södermark may not, and Gunilla leads Norrvik."""
    async with a_night(folder, database_url, "2026-11-27 18:00", reviews=True) as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        david = await night.hires("David Ros", SODERMARK)
        gunilla = await night.hires("Gunilla Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        await night.on_beredskap(anna, "2026-11-27 17:00", "2026-11-28 17:00")
        youth, _ = await night.enrols("Ture Lund", "+46701740605", NORRVIK)
        await youth.texts("kan nån ringa")
        youth.receives("112")
        card = anna.card()
        await anna.opens()
        await anna.closes_modal()
        await anna.replies("Jag ringer om två minuter")
        youth.receives("Jag ringer om två minuter")
        david_sees = await night.forges(david, "open", _value(night, anna, card), "")
        assert "Ture" not in david_sees
        yield night, anna, david, gunilla


def _value(night: Night, person: Person, card: Any) -> str:

    return buttons_in(card.blocks)["open"]


def notices(person: Person) -> list[Any]:
    return [said for said in person.messages() if BUTTON in said.buttons]


def items(night: Night) -> list[Any]:
    """Return the sample of Norrvik, in its order."""
    found = sa.select(ITEM).join(REVIEW, REVIEW.c.id == ITEM.c.review_id).where(REVIEW.c.namnd == NORRVIK)
    return night.rows(found.order_by(ITEM.c.nth))


async def opens(person: Person) -> str:
    await person.presses(BUTTON, notices(person)[-1])
    return person.reads()


def fields(person: Person) -> list[str]:
    return [b["block_id"] for b in person.modal()["blocks"] if b["type"] == "input"]


async def test_a_leader_reviews_last_month(tmp_path: Path, database_url: str) -> None:
    async with a_november(tmp_path, database_url) as (night, anna, david, gunilla):
        await night.clock_reaches("2026-12-01 08:59")
        assert notices(gunilla) == []
        await night.clock_reaches("2026-12-01 09:01")

        [told] = notices(gunilla)
        assert "november 2026 i Norrvik, beredskapen" in told.words
        assert "Ture" not in told.words
        assert notices(anna) == notices(david) == []

        seen = await opens(gunilla)
        assert "Anna Ek* läste ett samtal" in seen
        assert "familjebehandlare i samtalets nämnd" in seen
        assert "David Ros" in seen
        assert "🚫 Nekades" in seen
        assert "↔️ Personen hör inte till nämnden" in seen
        assert "Ture" not in seen
        count = len(fields(gunilla))

        first, second, *_ = fields(gunilla)
        done = await gunilla.submits({first: {"field": "fine"}, second: {"field": "follow_up:ask"}})
        assert not done.get("errors"), done
        assert f"{count - 2} finns kvar" in gunilla.reads()
        await gunilla.closes_modal()

        kept = items(night)
        assert [(row.finding, row.reason, row.reviewed_by) for row in kept[:2]] == [
            ("fine", None, gunilla.staff.id),
            ("follow_up", "ask", gunilla.staff.id),
        ]
        assert {ground for _, ground, _ in night.audit("audit_reviewed")} == {"fine", "follow_up"}

        again = await opens(gunilla)
        assert "Följ upp: fråga personen · Gunilla Holm" in again
        assert len(fields(gunilla)) == count - 2
        await gunilla.submits({block: {"field": "fine"} for block in fields(gunilla)})
        assert "Alla åtkomster i urvalet är granskade." in gunilla.reads()
        await gunilla.closes_modal()

        await night.clock_reaches("2026-12-20 12:00")
        assert len(notices(gunilla)) == 1
        assert night.sandbox.bot is not None
        wanted = Wanted(NORRVIK, World.BEREDSKAP, date(2026, 11, 1), date(2026, 11, 30))
        found = await search_audit(wanted, ctx=night.sandbox.bot.ctx, as_email=gunilla.staff.email)
        [went] = found.reviews
        assert (went.month, went.fine, went.follow_up, went.open) == (date(2026, 11, 1), count - 1, 1, 0)


async def test_a_review_that_is_not_done_is_reminded_of_weekly(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_november(tmp_path, sqlite_database_url) as (night, _, _, gunilla):
        await night.clock_reaches("2026-12-01 12:00")
        await night.clock_reaches("2026-12-08 08:00")
        assert len(notices(gunilla)) == 1
        await night.clock_reaches("2026-12-08 09:01")
        assert "är inte färdiggranskade" in notices(gunilla)[-1].words
        assert night.sandbox.bot is not None
        await audit_tick(night.sandbox.bot.ctx)
        await audit_tick(night.sandbox.bot.ctx)
        await night.settles()
        assert len(notices(gunilla)) == 2

        await night.leaves(gunilla)
        await night.clock_reaches("2026-12-16 12:00")
        assert len(notices(gunilla)) == 2


async def test_only_its_leaders_open_a_review(tmp_path: Path, sqlite_database_url: str) -> None:
    """Whoever presses the button of somebody else, or sends the form, is refused; and that stands in the log."""
    async with a_november(tmp_path, sqlite_database_url) as (night, anna, david, gunilla):
        henrik = await night.hires("Henrik Vall", SODERMARK, Role.LEADER)
        johan = await night.hires("Johan Kvist", NORRVIK, Role.LEADER, world=World.MYNDIGHET)
        await night.clock_reaches("2026-12-01 09:01")
        [told] = notices(gunilla)
        review = told.blocks[-1]["elements"][0]["value"]

        for person in (anna, david, henrik, johan):
            seen = await night.forges(person, BUTTON, review, "")
            assert "läste ett samtal" not in seen
        refused = {(actor, ok) for actor, _, ok in night.audit("see_log")}
        assert refused == {(person.staff.id, False) for person in (anna, david, henrik, johan)}


async def test_nobody_reviews_themselves_while_there_is_another(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_night(tmp_path, sqlite_database_url, "2026-11-27 18:00", reviews=True) as night:
        both = await night.hires("Gunilla Holm", NORRVIK, Role.LEADER, Role.FAMILJEBEHANDLARE)
        other = await night.hires("Petra Ek", NORRVIK, Role.LEADER)
        night.opens_channels()
        await night.on_beredskap(both, "2026-11-27 17:00", "2026-11-28 17:00")
        youth, _ = await night.enrols("Ture Lund", "+46701740605", NORRVIK)
        await youth.texts("kan nån ringa")
        await both.opens()
        await both.closes_modal()
        await night.clock_reaches("2026-12-01 09:01")

        assert "Din egen åtkomst: en annan ledare granskar den." in await opens(both)
        assert fields(both) == []
        assert "Din egen" not in await opens(other)
        assert fields(other)[0].startswith(entry_block(1)[:-1])
        shown = await other.submits({fields(other)[0]: {"field": "fine"}})
        assert not shown.get("errors")


async def test_a_form_that_says_nothing_is_told_so(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_november(tmp_path, sqlite_database_url) as (night, _, _, gunilla):
        await night.clock_reaches("2026-12-01 09:01")
        await opens(gunilla)
        done = await gunilla.submits({})
        assert list(done["errors"].values()) == ["Välj en bedömning för minst en av åtkomsterna."]


async def test_a_month_in_which_nothing_was_opened_asks_for_nothing(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_night(tmp_path, sqlite_database_url, "2026-11-27 18:00", reviews=True) as night:
        gunilla = await night.hires("Gunilla Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        await night.clock_reaches("2026-12-01 09:01")
        assert notices(gunilla) == []


async def test_the_sample_is_of_that_month_alone(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_november(tmp_path, sqlite_database_url) as (night, anna, _, _):
        await night.clock_reaches("2026-12-01 07:30")
        await anna.opens(anna.cards()[-1])
        await anna.closes_modal()
        await night.clock_reaches("2026-12-01 09:01")

        drawn = {row.audit_id for row in items(night)}
        month = LogQuery(NORRVIK, World.BEREDSKAP, Night.at("2026-11-01 00:00"), Night.at("2026-12-01 00:00"))
        assert night.sandbox.bot is not None
        rows = await night.sandbox.bot.store.read(lambda tx: tx.audit_log.entries(month, 0, 10**6))
        assert drawn
        assert drawn <= {row.id for row in rows}
