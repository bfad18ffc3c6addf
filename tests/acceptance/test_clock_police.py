"""The police ask us to wait: for three days nothing reaches the family, and those who work with it are told."""

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.domain.indicator import Cell, Measure
from bot.domain.people import Role
from storage.tables import OutboxRow
from tests.acceptance.night import MYNDIGHET_NUMBER, NORRVIK, Night, a_night
from tests.acceptance.office import CHILD, GUARDIAN, Clerk, clocks_in, works
from tests.acceptance.test_clock_stories import UNMASKED, rates

pytestmark = pytest.mark.usefixtures("days_pass_in_seconds")

TABLE: sa.Table = OutboxRow.__table__  # type: ignore[attr-defined]


async def nothing_is_under_way(night: Night) -> None:
    """Wait until no text waits to be tried again: that goes by the machine's clock."""
    under_way = sa.select(TABLE.c.id).where(TABLE.c.kind == "sms", TABLE.c.state.in_(("due", "sending", "uncertain")))
    async with asyncio.timeout(20):
        while night.rows(under_way):
            await asyncio.sleep(0.05)
            await night.settles()


async def presses_on_the_clock(clerk: Clerk, action: str) -> None:
    await clerk.frist("K-123")
    await clerk.presses_first("clock_open")
    await clerk.presses_in_modal(action)


async def test_three_days_in_which_nobody_may_call(tmp_path: Path, database_url: str) -> None:
    """The summons waits at the carrier's door when the police call: it never leaves. Afterwards it is made good."""
    async with a_night(tmp_path, database_url, "2026-11-23 09:10", settings=UNMASKED) as night:
        ingrid = await works(night, "Ingrid Strand", NORRVIK)
        johan = await works(night, "Johan Kvist", NORRVIK, Role.LEADER)
        night.opens_channels()
        child, guardian = night.phone(CHILD), night.phone(GUARDIAN)
        faults = night.sandbox.carrier.faults

        await ingrid.starts("K-123", "allvarssamtal", at="09.00", gender="pojke", flags=("has_contact",))
        faults.set("carrier", "limited")
        await ingrid.presses_in_modal("clock_summon")
        await ingrid.fills_summons(("2026-11-24", "15.30"))
        await presses_on_the_clock(johan, "clock_hold")
        assert "Polisen ber oss vänta." in johan.reads()
        await johan.closes_all()
        faults.set("carrier", "ok")
        await nothing_is_under_way(night)
        assert child.inbox() == guardian.inbox() == []
        withheld = ingrid.is_told(
            "*K-123* allvarssamtal: polisen ber oss vänta, och kallelsen kom inte fram till alla."
        )
        assert "på annat sätt" not in withheld.words  # that too would be to go against the police
        assert len(ingrid.told()) == 1

        await night.clock_reaches("2026-11-23 17:00")
        for nth, day in enumerate(("tisdag 24", "onsdag 25", "torsdag 26")):
            await night.clock_reaches(f"2026-11-{24 + nth} 08:00")
            listed = ingrid.list_of(f"{day} november")
            assert "*K-123* allvarssamtal" in listed.words
            assert "polisen ber oss vänta" in listed.words
            assert "clock_summon" not in listed.buttons
        await presses_on_the_clock(ingrid, "clock_reason")
        await ingrid.presses_in_modal("clock_reason_pick", selected="polisforhor")
        await ingrid.closes_all()
        assert "1 har gått ut" in johan.unit_of("torsdag 26 november").text
        await ingrid.frist("K-123")
        await ingrid.presses_first("clock_open")
        assert {"clock_summon", "clock_summoned"} & ingrid.buttons() == set()
        await ingrid.closes_all()
        assert child.inbox() == guardian.inbox() == []

        await night.clock_reaches("2026-11-26 10:00")
        await presses_on_the_clock(johan, "clock_lift")
        await johan.closes_all()
        lifted = ingrid.is_told("*K-123* allvarssamtal: polisen säger att vi kan kalla")
        assert child.inbox() == guardian.inbox() == []  # what was stopped is not sent by itself
        await ingrid.presses("clock_summon", lifted)
        await ingrid.fills_summons(("2026-11-26", "15.30"), ("2026-11-27", "15.30"))
        for phone in (child, guardian):
            phone.receives("för tor 26/11 15.30")
        await guardian.texts("torsdag passar", to=MYNDIGHET_NUMBER)
        for phone in (child, guardian):
            phone.receives("Tack! Ni är välkomna tor 26/11 15.30.")
        ingrid.is_told("tiden är bokad till i dag 15.30")
        await night.clock_reaches("2026-11-26 13:30")
        for phone in (child, guardian):
            phone.receives("Påminnelse")

        await night.clock_reaches("2026-11-26 16:30")
        await ingrid.presses("clock_settle", ingrid.is_told("Hölls samtalet?"))
        held = {"outcome": {"field": "held"}, "time": {"field": "16.00"}, "with_police": {"field": "yes"}}
        done = await ingrid.submits(held)
        assert not done.get("errors"), done
        await ingrid.closes_all()
        assert clocks_in(night, "K-123")["allvarssamtal"].reason == "polisforhor"
        found = await rates(night, johan)
        assert found[Measure.TALK_SUMMONED] == found[Measure.TALK_HELD] == Cell(0, 1)
        assert found[Measure.TALK_SUMMONED_CODED] == found[Measure.TALK_HELD_CODED] == Cell(0, 0)
        assert found[Measure.TALK_HELD_EVER] == Cell(1, 1)

        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()
