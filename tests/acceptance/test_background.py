"""Bakgrund till beredskapen: written by the home nämnd by day, read at night by whoever answers."""

from pathlib import Path
from typing import Any

from bot.domain.people import Role
from tests.acceptance.night import NORRVIK, SODERMARK, Night, Person, a_night, texts_in

TEAM = "C0NORRVIK"
SECRETS = ("Sover hos mormor torsdagar", "Blir tyst när det är illa", "Somaliska", "Ring mormor först")


async def writes_background(
    night: Night, person: Person, youth_id: str, review_on: str = "2026-12-01"
) -> dict[str, Any]:
    night.secret_words.update(SECRETS)
    home = night.sandbox.slack.workspace.homes[person.user]
    await night.sandbox.slack.click(person.user, action_id="background_pick", view_id=home.id)
    await night.settles()
    await night.sandbox.slack.suggest(person.user, person.modal()["id"], "youth", "youth_choice", "Nova")
    await person.submits({"youth": {"youth_choice": youth_id}})
    await person.presses_in_modal("edit_background")
    fields = dict(zip(("agreements", "watch_for", "interpreter", "call_first"), SECRETS, strict=True))
    values: dict[str, Any] = {block: {"field": text} for block, text in fields.items()}
    return await person.submits({**values, "review_on": {"date": review_on}})


async def test_written_by_day_read_at_night(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 15:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        bo = await night.hires("Bo Lind", SODERMARK)
        night.opens_channels()
        nova, youth = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(bo, "2026-11-20 17:00", "2026-11-20 22:00")
        await anna.opens_home()
        done = await writes_background(night, anna, youth.id)
        assert not done.get("errors"), done
        assert "Ring mormor först" in anna.reads()  # what was saved is shown
        await anna.closes_modal()

        await night.clock_reaches("2026-11-20 21:00")
        bo.handover()
        await nova.texts("hej")
        await bo.opens(bo.card("Ett sms väntar"))
        await bo.presses_in_modal("background")
        shown = bo.reads()
        assert all(secret in shown for secret in SECRETS)
        assert "edit_background" not in str(bo.modal()["blocks"])
        await bo.closes_modal()
        await bo.closes_modal()
        nova.receives("tystnadsplikt")
        bo.is_not_told("mormor")
        grounds = [(ground, allowed) for who, ground, allowed in night.audit("read_background") if who == bo.staff.id]
        assert grounds == [("on_duty", True)]
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_only_from_a_conversation_and_only_on_duty(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 16:55") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        bo = await night.hires("Bo Lind", SODERMARK)
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        nova, youth = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        omar, _ = await night.enrols("Omar Ali", "+46701740606", SODERMARK)
        await night.on_beredskap(bo, "2026-11-20 17:00", "2026-11-20 22:00")
        await anna.opens_home()
        await writes_background(night, anna, youth.id)
        await anna.closes_modal()

        await night.clock_reaches("2026-11-20 18:00")
        await omar.texts("hej")
        await bo.opens(bo.card("Ett sms väntar"))
        conversation = bo.modal()["private_metadata"]
        await bo.closes_modal()
        for person in (bo, lena):  # Omar's conversation opens no door to Nova's background
            shown = await night.forges(person, "background", youth.id, conversation)
            assert not any(secret in shown for secret in SECRETS)
        await nova.texts("hej")
        await bo.opens(bo.card("Ungdom, Norrvik"))
        await night.clock_reaches("2026-11-20 22:05")
        shown = await night.forges(bo, "background", youth.id, bo.modal()["private_metadata"])
        assert not any(secret in shown for secret in SECRETS)


async def test_a_stale_one_is_reminded_of(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 15:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        _, youth = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await anna.opens_home()
        assert (await writes_background(night, anna, youth.id, "2026-11-20"))["errors"]["review_on"]
        await anna.submits({"review_on": {"date": "2026-11-24"}})
        await anna.closes_modal()
        await night.clock_reaches("2026-11-23 08:00")
        assert youth.case_code not in anna.handover("Överlämning måndag", channel=TEAM).words
        await night.clock_reaches("2026-11-24 08:00")
        assert f"Bakgrund att se över: {youth.case_code}" in anna.handover("Överlämning tisdag", channel=TEAM).words
        home = night.sandbox.slack.workspace.homes[anna.user]
        assert "Bakgrund" in texts_in(home.blocks)
        await writes_background(night, anna, youth.id, "2027-01-15")
        assert "Bakgrund att se över" not in anna.handover("Överlämning tisdag", channel=TEAM).words
