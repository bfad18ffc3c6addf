"""Days on which nobody works: a summer with a stand-in and one without, Christmas, and the night of the extra hour."""

from pathlib import Path

import pytest

from bot.domain.people import Role
from tests.acceptance.night import NORRVIK, SODERMARK, Night, Said, a_night
from tests.acceptance.office import Clerk, clocks_in, works

pytestmark = pytest.mark.usefixtures("days_pass_in_seconds")


async def registers(clerk: Clerk, ref: str, kind: str, *, on: str, at: str, owner: Clerk | None = None) -> str:
    """Register one clock and return what is said of it."""
    await clerk.frist()
    whose = None if owner is None else owner.staff.id
    done = await clerk.registers(ref, kind, on=on, at=at, owner=whose, flags=("has_contact",))
    assert not done.get("errors"), done
    said = clerk.reads()
    await clerk.closes_all()
    return said


async def heard_until(night: Night, clerk: Clerk, at: str) -> list[Said]:
    """Return what somebody is told up to a time that they had not been told before."""
    before = {said.ts for said in clerk.told()}
    await night.clock_reaches(at)
    return [said for said in clerk.told() if said.ts not in before]


async def test_a_summer_with_a_stand_in(tmp_path: Path, database_url: str) -> None:
    """Two weeks in July: Lars has Ingrid's clocks, sees whose they are, and she has them again when she is back."""
    async with a_night(tmp_path, database_url, "2026-07-03 09:00") as night:
        ingrid = await works(night, "Ingrid Strand", NORRVIK)
        lars = await works(night, "Lars Borg", NORRVIK)
        johan = await works(night, "Johan Kvist", NORRVIK, Role.LEADER)
        petra = await works(night, "Petra Wall", SODERMARK)
        night.opens_channels()
        await registers(ingrid, "K-1", "forhandsbedomning", on="2026-07-03", at="08.30")
        said = await ingrid.is_away("2026-07-06", "2026-07-17", lars)
        assert f"<@{lars.user}> ersätter." in said
        for_ingrid = f"i stället för <@{ingrid.user}>"

        await night.clock_reaches("2026-07-06 08:00")
        week = johan.unit_of("måndag 6 juli", is_week=True).words
        assert f"*<@{ingrid.user}>* · 1 igång · borta till och med fredag 17/7, <@{lars.user}> ersätter" in week
        assert lars.told() == []  # the first of it is said on the seventh day

        await night.clock_reaches("2026-07-10 08:00")
        listed = lars.list_of("fredag 10 juli")
        assert f"*K-1* förhandsbedömning · beslut senast fredag 17/7 · {for_ingrid}" in listed.words
        await night.clock_reaches("2026-07-10 09:00")
        await registers(johan, "K-2", "forhandsbedomning", on="2026-07-10", at="08.30", owner=ingrid)
        lars.is_told(f"Nu är det du som har *K-2* förhandsbedömning, {for_ingrid}")
        assert ingrid.told() == []

        await night.clock_reaches("2026-07-14 08:00")
        johan.unit_of("måndag 13 juli", is_week=True)
        listed = lars.list_of("tisdag 14 juli")
        await lars.presses("clock_settle", listed)
        done = await lars.submits({"outcome": {"field": "inleds_inte"}})
        assert not done.get("errors"), done
        await lars.closes_all()
        assert "*K-1* förhandsbedömning · ✅ utredning inleds inte" in lars.list_of("tisdag 14 juli").words
        await night.clock_reaches("2026-07-17 08:00")
        old = lars.list_of("fredag 17 juli")
        assert "*K-2*" in old.words
        assert ingrid.told() == []

        assert len(await heard_until(night, johan, "2026-07-20 08:00")) == 1
        week = johan.unit_of("måndag 20 juli", is_week=True).words
        assert f"*<@{ingrid.user}>* · 1 igång · 1 går ut inom en vecka" in week
        assert "borta" not in week
        await lars.presses("clock_open", old)
        assert "Fristen är en kollegas." in lars.reads()
        await lars.closes_all()
        await lars.frist("lista")
        assert "Du har inga frister igång." in lars.reads()
        await lars.closes_all()
        assert await heard_until(night, lars, "2026-07-21 08:00") == []
        listed = ingrid.list_of("tisdag 21 juli")
        assert "*K-2* förhandsbedömning · beslut senast fredag" in listed.words
        assert "i stället för" not in listed.words

        assert petra.told() == []
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_summer_with_nobody_instead(tmp_path: Path, database_url: str) -> None:
    """The leader has what is hers: at once what cannot wait, the rest each morning; and is rid of it afterwards."""
    async with a_night(tmp_path, database_url, "2026-07-03 09:00") as night:
        ingrid = await works(night, "Ingrid Strand", NORRVIK)
        lars = await works(night, "Lars Borg", NORRVIK)
        johan = await works(night, "Johan Kvist", NORRVIK, Role.LEADER)
        night.opens_channels()
        assert "Ingen ersätter; ledaren har fristerna." in await ingrid.is_away("2026-07-06", "2026-07-10")

        await night.clock_reaches("2026-07-06 09:30")
        await registers(lars, "K-3", "allvarssamtal", on="2026-07-06", at="09.00", owner=ingrid)
        johan.is_told("Ingen handlägger *K-3* allvarssamtal just nu: måste kallas före onsdag 09.00")
        await night.clock_reaches("2026-07-07 08:00")
        unit = johan.unit_of("tisdag 7 juli", is_week=True)  # on the Monday there was nothing to survey
        assert "1 saknar handläggare" in unit.text
        assert f"<@{ingrid.user}> är inte på plats" in unit.words
        assert "clock_assign" in unit.buttons
        await night.clock_reaches("2026-07-07 08:59")
        assert len(johan.told()) == 2
        await night.clock_reaches("2026-07-07 09:00")
        johan.is_told("Ingen handlägger *K-3*", times=2)  # a day has passed, and nobody has summoned them
        await night.clock_reaches("2026-07-07 16:00")
        johan.is_told("Ingen handlägger *K-3*", times=3)  # what would be said at night is said before they go home
        await night.clock_reaches("2026-07-08 08:00")
        johan.unit_of("onsdag 8 juli")
        await johan.frist("K-3")
        await johan.presses_first("clock_open")
        await johan.presses_in_modal("clock_summoned")
        both = {"who": {"field": ["child", "guardian"]}, "on": {"date": "2026-07-07"}, "time": {"field": "16.30"}}
        done = await johan.submits(both)
        assert not done.get("errors"), done
        await johan.closes_all()

        await night.clock_reaches("2026-07-10 12:00")
        for day in ("torsdag 9 juli", "fredag 10 juli"):
            assert (
                johan.unit_of(day).text == "Enhetens frister: 1 saknar handläggare."
            )  # summoned in time, and yet it is nobody's
        assert ingrid.told() == lars.told() == []
        await night.clock_reaches("2026-07-13 08:00")
        assert "*K-3* allvarssamtal · kallad, svar saknas" in ingrid.list_of("måndag 13 juli").words
        week = johan.unit_of("måndag 13 juli", is_week=True)
        assert "saknar handläggare" not in week.text

        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_fourteen_days_that_end_on_christmas_eve(tmp_path: Path, database_url: str) -> None:
    """What came in on 10 December is spoken of on the 23rd, and has run out when they meet on the 28th."""
    async with a_night(tmp_path, database_url, "2026-12-10 10:00") as night:
        ingrid = await works(night, "Ingrid Strand", NORRVIK)
        johan = await works(night, "Johan Kvist", NORRVIK, Role.LEADER)
        night.opens_channels()
        said = await registers(ingrid, "K-9", "forhandsbedomning", on="2026-12-10", at="09.30")
        assert "senast onsdag 23/12" in said
        assert "torsdag 24/12, en ledig dag" in said
        await night.clock_reaches("2026-12-22 17:00")
        for day in ("torsdag 17 december", "måndag 21 december"):
            words = ingrid.list_of(day).words
            assert "*K-9* förhandsbedömning · beslut senast" in words
        for day in ("måndag 14 december", "måndag 21 december"):
            johan.unit_of(day, is_week=True)

        await night.clock_reaches("2026-12-23 08:00")
        listed = ingrid.list_of("onsdag 23 december")
        assert listed.text == "Frister: 1 måste hinnas i dag."
        assert "*K-9* förhandsbedömning · beslut senast i dag; tiden går ut i morgon" in listed.words
        await night.clock_reaches("2026-12-23 16:00")
        ingrid.is_told("Sista timmen för *K-9* förhandsbedömning: beslut senast i dag")

        assert await heard_until(night, ingrid, "2026-12-28 07:59") == []
        assert [said.header for said in johan.told() if "1 har gått ut" in said.text] == []
        await night.clock_reaches("2026-12-28 08:00")
        late = ingrid.list_of("måndag 28 december")
        assert "*K-9* förhandsbedömning · ⚠️ gick ut i torsdags · orsak inte angiven" in late.words
        assert "1 har gått ut" in johan.unit_of("måndag 28 december", is_week=True).text
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_the_night_of_the_extra_hour(tmp_path: Path, database_url: str) -> None:
    """48 hours from a Saturday at 10.00 end on the Monday at 09.00: at 08.55 there is time, at 09.30 there is none."""
    async with a_night(tmp_path, database_url, "2026-10-24 10:20") as night:
        ingrid = await works(night, "Ingrid Strand", NORRVIK)
        night.opens_channels()
        for ref in ("K-1", "K-2"):
            said = await registers(ingrid, ref, "allvarssamtal", on="2026-10-24", at="10.00")
            assert "måste kallas före måndag 09.00." in said
        assert await heard_until(night, ingrid, "2026-10-26 07:59") == []

        await night.clock_reaches("2026-10-26 08:00")
        listed = ingrid.list_of("måndag 26 oktober")
        assert listed.text == "Frister: 2 måste hinnas i dag."
        assert "*K-1* allvarssamtal · måste kallas i dag före 09.00" in listed.words
        for at, ref in (("08.55", "K-1"), ("09.30", "K-2")):
            await night.clock_reaches(f"2026-10-26 {at.replace('.', ':')}")
            await ingrid.frist(ref)
            await ingrid.presses_first("clock_open")
            await ingrid.presses_in_modal("clock_summoned")
            done = await ingrid.submits({"who": {"field": ["child", "guardian"]}, "time": {"field": at}})
            assert not done.get("errors"), done
            await ingrid.closes_all()
        due = night.at("2026-10-26 09:00")
        in_time, late = (clocks_in(night, ref)["allvarssamtal"] for ref in ("K-1", "K-2"))
        assert in_time.summoned_at < in_time.due_at == due == late.due_at < late.summoned_at

        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()
