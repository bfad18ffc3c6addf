"""What the person on duty does in the evening is their working time, and they may say that it was otherwise."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.domain.calendar import local
from storage.tables import ActiveTimeRow
from tests.acceptance.night import NORRVIK, Night, Person, a_night
from tests.rest.given import RECORDED

TABLE = ActiveTimeRow.__table__  # type: ignore[attr-defined]


def kept(night: Night) -> list[tuple[str, str, str]]:
    """Return from when to when each stretch lasts, to the minute, and how we know."""
    rows = night.rows(sa.select(TABLE).order_by(TABLE.c.started_at))
    return [(f"{local(row.started_at):%H.%M}", f"{local(row.ended_at):%H.%M}", row.source) for row in rows]


async def opens_times(person: Person) -> str:
    """Press the button at Home."""
    await person.opens_home()
    slack = person.night.sandbox.slack
    home = slack.workspace.homes[person.user]
    block = next(b["block_id"] for b in home.blocks if "'active_time'" in str(b))
    await slack.click(person.user, action_id="active_time", view_id=home.id, block_id=block)
    await person.night.settles()
    return person.reads()


async def opens_form(person: Person, words: str) -> None:
    """Press *Rätta* on the line that holds `words`, or *Lägg till tid*."""
    blocks = person.modal()["blocks"]
    block = next(b for b in blocks if words in str(b) and "active_time_correct" in str(b))
    await person.presses_in_modal("active_time_correct", block_id=block["block_id"])


async def fills_in(person: Person, start: str, end: str) -> dict[str, Any]:
    """Submit the form with other times of day."""
    blocks = {b["block_id"].split("_")[1]: b["block_id"] for b in person.modal()["blocks"] if b["type"] == "input"}
    return await person.submits({blocks["start"]: {"field": start}, blocks["end"]: {"field": end}})


async def test_an_evening_is_written_down_and_corrected(tmp_path: Path, database_url: str) -> None:
    """Read and answered at 18.10, read again at 20.00; a call that the bot knows nothing of made it longer."""
    async with a_night(tmp_path, database_url, "2026-11-20 16:30", settings=RECORDED) as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)

        await night.clock_reaches("2026-11-20 18:10")
        await nova.texts("kan nån ringa mig")
        await anna.replies("Jag ringer om en stund")
        await night.clock_reaches("2026-11-20 20:00")
        await anna.opens()
        await anna.closes_modal()
        assert kept(night) == [("18.10", "18.11", "answer"), ("20.00", "20.01", "read")]

        await night.clock_reaches("2026-11-20 21:00")
        said = await opens_times(anna)
        assert "*fredag 20 november* 18.10–18.11 (1 min, svarade)" in said
        assert "*fredag 20 november* 20.00–20.01 (1 min, läste)" in said
        await opens_form(anna, "18.10")
        refused = await fills_in(anna, "18.10", "klockan sju")
        assert list(refused["errors"].values()) == ["Skriv klockslaget som 22.30."]
        await fills_in(anna, "18.10", "18.40")
        assert "✓ Sparat." in anna.reads()
        assert "18.10–18.40 (30 min, rättad)" in anna.reads()

        await opens_form(anna, "Lägg till tid")
        await fills_in(anna, "19.00", "19.20")
        assert "19.00–19.20 (20 min, skrev själv)" in anna.reads()
        await opens_form(anna, "20.00")
        await anna.presses_in_modal("active_time_remove")
        assert kept(night) == [("18.10", "18.40", "answer"), ("19.00", "19.20", "manual")]
        acts = ("correct_active_time", "add_active_time", "remove_active_time")
        assert [night.audit(act) for act in acts] == [[(anna.staff.id, "self", True)]] * 3
        await anna.closes_modal()

        anna.card()
        nova.receives("Jag ringer")
        nova.receives("Ditt sms har kommit fram")
        night.expect_handovers()
        night.expect_nothing_else()


async def test_office_hours_and_colleagues_off_duty_are_not_written_down(tmp_path: Path, database_url: str) -> None:
    """A shift that begins at 16 lies within ordinary hours until 17, and Bo has no shift at all."""
    async with a_night(tmp_path, database_url, "2026-11-20 15:30", settings=RECORDED) as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        bo = await night.hires("Bo Lind", NORRVIK)
        night.opens_channels()
        await night.on_beredskap(anna, "2026-11-20 16:00", "2026-11-20 22:00")
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)

        await night.clock_reaches("2026-11-20 16:30")
        await nova.texts("kan nån ringa mig")
        await anna.replies("Jag ringer om en stund")
        card = anna.card()
        await bo.commands()
        assert kept(night) == []

        await night.clock_reaches("2026-11-20 17:00")
        await anna.opens(card)
        await anna.closes_modal()
        assert kept(night) == [("17.00", "17.01", "read")]

        await night.clock_reaches("2026-11-20 18:00")
        await anna.closes(card)  # writing the note is work too
        assert kept(night) == [("17.00", "17.01", "read"), ("18.00", "18.01", "answer")]


async def test_without_a_decision_nothing_is_written_down(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)

        await nova.texts("kan nån ringa mig")
        await anna.replies("Jag ringer om en stund")
        assert kept(night) == []
        assert "Min arbetstid" not in await anna.opens_home()
