"""From a Friday report to the talk on Wednesday, in the whole world: the family's phones, Slack, and the time."""

from pathlib import Path

from bot.domain.people import Role
from bot.domain.summons import Party
from bot.services.clocks.look import open_clock
from bot.services.clocks.settle import settle_clock
from bot.services.clocks.summons import Summoning, book_by_hand, summon
from bot.services.context import Context
from tests.acceptance.night import NORRVIK, Night, Person, Phone, Said, a_night
from tests.acceptance.office import Clerk, works
from tests.clocks.given_summons import CHILD, GUARDIAN, TIMES

CONFIRMED = "Tack! Ni är välkomna ons 25/11 16.30."
REMINDED = "Påminnelse: ni är välkomna till oss på socialtjänsten i Norrvik ons 25/11 16.30."


def context_of(night: Night) -> Context:
    assert night.sandbox.bot is not None
    return night.sandbox.bot.ctx


def cards_of(person: Person) -> list[Said]:
    """Return the cards of conversations in somebody's DM; lists of clocks have a header too."""
    return [said for said in person.cards() if "Sms till myndighetens nummer" in said.words]


async def has_summoned(night: Night, clerk: Clerk) -> tuple[str, Phone, Phone]:
    """Register a talk received at 14.20, summon child and guardian; return the clock's id and the two phones."""
    child, guardian = night.phone(CHILD), night.phone(GUARDIAN)
    await clerk.starts("K-123", "allvarssamtal", on="2026-11-20", at="14.20", flags=("has_contact",))
    await clerk.closes_all()
    clock = (await night.writes(lambda tx: tx.deadlines.of_case(NORRVIK, "K-123")))[0]
    command = Summoning(clerk.user, clock.id, TIMES, CHILD, GUARDIAN, key="k")
    await summon(command, ctx=context_of(night))
    await night.settles()
    for phone in (child, guardian):
        phone.receives("Svara 1 för tis 24/11 16.00, 2 för ons 25/11 16.30, 3 för tor 26/11 15.00.")
    return clock.id, child, guardian


async def test_from_the_report_to_the_talk(tmp_path: Path, database_url: str) -> None:
    """Nothing of it reaches the person on duty, or the team's channel."""
    async with a_night(tmp_path, database_url, "2026-11-20 14:30") as night:
        ingrid = await works(night, "Ingrid Strand", NORRVIK)
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        deadline_id, child, guardian = await has_summoned(night, ingrid)
        ingrid.is_told("har kommit in")

        await night.clock_reaches("2026-11-20 15:05")
        await guardian.texts("2", to="+46701740698")

        for phone in (child, guardian):
            phone.receives(CONFIRMED)
        ingrid.is_told("tiden är bokad till")
        assert cards_of(ingrid) == []
        view = await open_clock(ingrid.user, deadline_id, ctx=context_of(night))
        for summoned_at in (view.child_summoned_at, view.guardian_summoned_at):
            assert summoned_at is not None
            assert night.at("2026-11-20 14:30") < summoned_at < night.at("2026-11-20 14:31")
        await night.clock_reaches("2026-11-24 15:59")
        child.receives(REMINDED, times=0)
        await night.clock_reaches("2026-11-24 16:00")
        child.receives(REMINDED)
        await night.clock_reaches("2026-11-25 14:30")
        for phone in (child, guardian):
            phone.receives(REMINDED, times=2)
        await night.clock_reaches("2026-11-25 17:10")
        await settle_clock(
            ingrid.user,
            deadline_id,
            "held",
            "2026-11-25",
            time="17.05",
            with_police="no",
            key="held",
            ctx=context_of(night),
        )
        await night.settles()

        assert cards_of(anna) == []
        assert [m for m in night.messages("C0NORRVIK") if m.is_card] == []
        clock = await night.writes(lambda tx: tx.deadlines.get(deadline_id))
        assert clock.talk.summoned_at is not None
        assert clock.talk.ended_at == night.at("2026-11-25 17:05")
        night.expected.update((m.channel, m.ts) for m in ingrid.messages())  # the morning's lists are another story
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_an_answer_in_words_at_night(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 14:30") as night:
        ingrid = await works(night, "Ingrid Strand", NORRVIK)
        lars = await works(night, "Lars Borg", NORRVIK)
        johan = await works(night, "Johan Kvist", NORRVIK, Role.LEADER)
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 23:30")
        deadline_id, _, guardian = await has_summoned(night, ingrid)
        await night.clock_reaches("2026-11-20 23:05")

        await guardian.texts("kan vi komma fredag i stället?", to="+46701740698")

        guardian.receives("läses inte förrän på kontorstid")
        guardian.receives("ring 112")
        assert [cards_of(person) for person in (ingrid, lars, johan, anna)] == [[], [], [], []]
        await night.clock_reaches("2026-11-23 08:00")
        [card] = cards_of(ingrid)
        assert [cards_of(person) for person in (lars, johan, anna)] == [[], [], []]
        assert "kan vi komma fredag" in await ingrid.opens(card)
        await ingrid.writes("Ja, fredag 16.00 går bra. Välkomna!")
        guardian.receives("Ja, fredag 16.00 går bra.")
        await book_by_hand(
            ingrid.user, deadline_id, "2026-11-27", "16.00", tell_family=False, key="b", ctx=context_of(night)
        )
        await night.settles()
        view = await open_clock(ingrid.user, deadline_id, ctx=context_of(night))
        assert view.summons is not None
        assert {line.party for line in view.summons.people if line.answered_at} == {Party.GUARDIAN}
        for phone in night.phones.values():  # by hand in silence, and yet they are reminded
            phone.receives("Påminnelse", times=0)
        await night.clock_reaches("2026-11-26 16:00")
        for phone in night.phones.values():
            phone.receives("fre 27/11 16.00. Kan ni inte komma")
        await night.nothing_waits()


async def test_a_text_that_is_lost_is_told_of(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_night(tmp_path, sqlite_database_url, "2026-11-20 14:30") as night:
        ingrid = await works(night, "Ingrid Strand", NORRVIK)
        night.opens_channels()
        deadline_id, child, guardian = await has_summoned(night, ingrid)
        night.sandbox.carrier.faults.set("sms", "undelivered")

        await guardian.texts("2", to="+46701740698")

        for phone in (child, guardian):
            phone.loses(CONFIRMED)
        ingrid.is_told("kom inte fram till alla")
        view = await open_clock(ingrid.user, deadline_id, ctx=context_of(night))
        assert view.row.booked_at == night.at("2026-11-25 16:30")
        await night.nothing_waits()
