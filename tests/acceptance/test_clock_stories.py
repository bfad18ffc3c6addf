"""A Friday afternoon as two stories: what came in at 14.20 and was answered, and what came in when all had left."""

from pathlib import Path

from bot.domain.indicator import Cell, Measure, Period
from bot.domain.people import Role
from bot.services.clocks.export_clocks import indicator_table
from tests.acceptance.night import MYNDIGHET_NUMBER, NORRVIK, Night, Phone, a_night
from tests.acceptance.office import CHILD, GUARDIAN, Clerk, clocks_in, works

UNMASKED = "\n[namnd.norrvik.clocks]\nmask_at_most = 0\n"
REGISTERED = "har kommit in, och det är bråttom: måste kallas i dag före 17.00; tiden går ut söndag"
FORBIDDEN = ("brott", "misstänk", "polis", "anmäl", "anmal", "allvar", "K-123", "Ingrid")


async def rates(night: Night, leader: Clerk) -> dict[Measure, Cell]:
    """Return the figures of the year for the whole nämnd, as its leader may have them."""
    assert night.sandbox.bot is not None
    email = leader.staff.email
    export = await indicator_table("norrvik", Period(2026), ctx=night.sandbox.bot.ctx, as_email=email)
    return {row.measure: row.total for row in export.table.rows}


def says_nothing_of_why(phone: Phone) -> None:
    for message in phone.inbox():
        assert message["with"] == MYNDIGHET_NUMBER
        assert not [word for word in FORBIDDEN if word.casefold() in message["body"].casefold()], message["body"]


async def test_a_family_answers_two(tmp_path: Path, database_url: str) -> None:
    """From /frist on a Friday at 14.25 to a talk on the Tuesday: summoned in time, and held too late."""
    async with a_night(tmp_path, database_url, "2026-11-20 14:25", settings=UNMASKED) as night:
        ingrid = await works(night, "Ingrid Strand", NORRVIK)
        johan = await works(night, "Johan Kvist", NORRVIK, Role.LEADER)
        night.opens_channels()
        child, guardian = night.phone(CHILD), night.phone(GUARDIAN)

        await ingrid.frist()
        done = await ingrid.registers("k-123", "allvarssamtal", at="14.20", gender="pojke", flags=("has_contact",))
        assert not done.get("errors"), done
        assert "måste kallas i dag före 17.00; tiden går ut söndag 14.20" in ingrid.reads()
        await ingrid.closes_all()
        urgent = ingrid.is_told(f"*K-123* allvarssamtal {REGISTERED} 14.20")

        await ingrid.presses("clock_summon", urgent)  # one tap from what she was told
        times = (("2026-11-23", "15.30"), ("2026-11-24", "15.30"), ("2026-11-25", "16.00"))
        await ingrid.fills_summons(*times)
        for phone in (child, guardian):
            phone.receives("Svara 1 för mån 23/11 15.30, 2 för tis 24/11 15.30, 3 för ons 25/11 16.00.")

        await night.clock_reaches("2026-11-20 15:05")
        await guardian.texts("2", to=MYNDIGHET_NUMBER)
        for phone in (child, guardian):
            phone.receives("Tack! Ni är välkomna tis 24/11 15.30.")
        ingrid.is_told("*K-123* allvarssamtal: familjen har svarat, och tiden är bokad till tisdag 15.30.")
        assert not [said for said in ingrid.told() if "läses inte" in said.words or "väntar på svar" in said.words]
        heard = ingrid.told()

        await night.clock_reaches("2026-11-23 08:00")  # its last hour on Friday and a Monday morning have passed
        assert "*<@U01>* · 1 igång" in johan.unit_of("måndag 23 november", is_week=True).words
        await night.clock_reaches("2026-11-23 15:59")
        for phone in (child, guardian):
            phone.receives("Påminnelse", times=0)
        await night.clock_reaches("2026-11-23 16:00")
        for phone in (child, guardian):
            phone.receives("Påminnelse: ni är välkomna till oss på socialtjänsten i Norrvik tis 24/11 15.30.")
        await night.clock_reaches("2026-11-24 13:29")
        child.receives("Påminnelse", times=1)
        await night.clock_reaches("2026-11-24 13:30")
        for phone in (child, guardian):
            phone.receives("Påminnelse", times=2)
            says_nothing_of_why(phone)
        await night.clock_reaches("2026-11-24 16:29")
        assert ingrid.told() == heard

        await night.clock_reaches("2026-11-24 16:30")
        asked = ingrid.is_told("*K-123* allvarssamtal: tiden har varit. Hölls samtalet?")
        await ingrid.presses("clock_settle", asked)
        held = {"outcome": {"field": "held"}, "time": {"field": "16.10"}, "with_police": {"field": "no"}}
        done = await ingrid.submits(held)
        assert not done.get("errors"), done
        assert "✅ samtalet hölls" in ingrid.reads()
        await ingrid.closes_all()

        found = await rates(night, johan)
        assert found[Measure.TALK_SUMMONED] == found[Measure.TALK_SUMMONED_CODED] == Cell(1, 1)
        assert found[Measure.TALK_HELD] == Cell(0, 1)
        assert found[Measure.TALK_HELD_EVER] == Cell(1, 1)
        assert clocks_in(night, "K-123")["allvarssamtal"].with_police is False

        await night.clock_reaches("2026-11-26 09:00")  # and then it is over
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_nobody_is_left_at_work(tmp_path: Path, database_url: str) -> None:
    """A Friday at 16.40: the leader is told while there is time, nobody on the days off, and on Monday it is given."""
    async with a_night(tmp_path, database_url, "2026-11-20 16:44") as night:
        ingrid = await works(night, "Ingrid Strand", NORRVIK)
        lars = await works(night, "Lars Borg", NORRVIK)
        johan = await works(night, "Johan Kvist", NORRVIK, Role.LEADER)
        night.opens_channels()

        await ingrid.frist()
        done = await ingrid.registers("K-123", "allvarssamtal", at="16.40", owner="nobody", flags=("has_contact",))
        assert not done.get("errors"), done
        assert "Ingen handläggare är vald." in ingrid.reads()
        await ingrid.closes_all()
        first = johan.is_told(f"*K-123* allvarssamtal {REGISTERED} 16.40")
        assert "clock_assign" in first.buttons
        await night.clock_reaches("2026-11-20 16:59")
        johan.is_told("Ingen handlägger *K-123* allvarssamtal just nu: måste kallas i dag före 17.00")
        heard = johan.told()

        await night.clock_reaches("2026-11-23 07:59")
        assert johan.told() == heard
        assert ingrid.told() == lars.told() == []
        await night.clock_reaches("2026-11-23 08:00")
        unit = johan.unit_of("måndag 23 november", is_week=True)
        assert unit.text == "Enhetens frister: 1 har gått ut och 1 saknar handläggare."
        assert "*K-123* allvarssamtal · ⚠️ gick ut i går 16.40" in unit.words
        assert "orsak inte angiven · ingen handläggare" in unit.words

        await johan.taps("clock_assign", unit)
        done = await johan.submits({"staff": {"owner": lars.staff.id}})
        assert not done.get("errors"), done
        assert f"Handläggare: <@{lars.user}>" in johan.reads()
        await johan.closes_all()
        lars.is_told("Nu är det du som har *K-123* allvarssamtal: ⚠️ gick ut i går 16.40.")

        await night.clock_reaches("2026-11-24 08:00")
        listed = lars.list_of("tisdag 24 november")
        assert listed.text == "Frister: 1 har gått ut."
        assert "*K-123* allvarssamtal · ⚠️ gick ut i söndags 16.40 · inte kallad · orsak inte angiven" in listed.words
        still = johan.unit_of("tisdag 24 november")
        assert still.text == "Enhetens frister: 1 har gått ut."
        await lars.presses("clock_reason", listed)
        await lars.presses_in_modal("clock_reason_pick", selected="arbetsbelastning")
        await lars.closes_all()
        assert "orsak: hög arbetsbelastning" in lars.list_of("tisdag 24 november").words
        assert ingrid.told() == []
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()
