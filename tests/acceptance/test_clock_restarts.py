"""The bot dies in the middle of a Monday morning: each handläggare is told, once, and so are the leaders."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.clocks import ClockKind
from bot.domain.deadline import Deadline
from bot.domain.ids import DeadlineId, ReportId, new_id
from bot.domain.people import Role
from bot.services.clocks import speak
from bot.services.clocks.changing import limit_for, scheduled
from bot.services.look_for_uncertain import look_for_uncertain
from storage.tables import OutboxRow
from tests.acceptance.night import NORRVIK, SODERMARK, Night, a_night
from tests.acceptance.office import Clerk, works
from tests.storage.given import deadline

pytestmark = pytest.mark.usefixtures("days_pass_in_seconds")

TABLE: sa.Table = OutboxRow.__table__  # type: ignore[attr-defined]
MONDAY = "måndag 23 november"
NAMES = ("Ingrid Strand", "Lars Borg", "Maja Dahl", "Olle Frid")


class Killed(BaseException):
    """The process is gone: nothing in it catches that."""


async def an_office(night: Night, since: str = "2026-11-22 12:00") -> tuple[list[Clerk], list[Clerk]]:
    """Four handläggare of Norrvik and one of Södermark, each with what runs out this Monday; a leader in each.

    Nothing has been said of the clocks since `since`.
    """
    people = [await works(night, name, NORRVIK) for name in NAMES]
    people.append(await works(night, "Petra Wall", SODERMARK))
    leaders = [
        await works(night, name, namnd, Role.LEADER)
        for name, namnd in (("Johan Kvist", NORRVIK), ("Nils Gran", SODERMARK))
    ]
    night.opens_channels()
    clocks = [clock for person in people for clock in theirs(night, person, since)]
    await night.writes(lambda tx: tx.deadlines.add_all(clocks))
    return people, leaders


def theirs(night: Night, person: Clerk, since: str) -> list[Deadline]:
    """Return three clocks of somebody that came in on a Monday two weeks ago, as if registered then."""
    assert night.sandbox.bot is not None
    ctx, began = night.sandbox.bot.ctx, night.at("2026-11-09 09:00")
    name = person.staff.name.split()[0]
    made = [
        replace(
            deadline(),
            id=DeadlineId(new_id()),
            report_id=ReportId(new_id()),
            namnd=next(iter(person.staff.roles)).namnd,
            case_ref=f"{name}-{n}",
            kind=ClockKind.FORHANDSBEDOMNING,
            received_at=began,
            starts_at=began,
            registered_at=began,
            owner=person.staff.id,
            talk=None,
        )
        for n in range(3)
    ]
    limited = (replace(clock, limit=limit_for(ctx, clock)) for clock in made)
    return [scheduled(ctx, clock, after=night.at(since)) for clock in limited]


def dies_after(monkeypatch: pytest.MonkeyPatch, people: int) -> None:
    """Let the process die in the middle of the next person's transaction, with all of it written and nothing kept."""
    original, done = speak._speak, list[int]()

    def speaks(*given: Any, **more: Any) -> bool:
        said = original(*given, **more)
        if len(done) == people:
            raise Killed
        done.append(1)
        return said

    monkeypatch.setattr(speak, "_speak", speaks)


async def comes_back(night: Night) -> None:
    await night.sandbox.stop_bot()
    await night.sandbox.start_bot()


def each_has_one_list(people: list[Clerk]) -> None:
    for person in people:
        listed = person.list_of(MONDAY)
        name = person.staff.name.split()[0]
        assert [f"*{name}-{n}*" in listed.words for n in range(3)] == [True] * 3
        others = {other.staff.name.split()[0] for other in people} - {name}
        assert not [other for other in others if f"{other}-" in listed.words]


@pytest.mark.parametrize("people_before", [0, 2, 4])
async def test_it_dies_between_two_people(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, people_before: int
) -> None:
    async with a_night(tmp_path, database_url, "2026-11-22 12:00") as night:
        people, leaders = await an_office(night)
        with monkeypatch.context() as patched:
            dies_after(patched, people_before)
            with pytest.raises(Killed):
                await night.clock_reaches("2026-11-23 08:00")
            told = [person for person in people if person.told()]
            assert len(told) <= people_before
            await comes_back(night)

        await night.clock_reaches("2026-11-23 08:02")
        each_has_one_list(people)
        await comes_back(night)
        await night.clock_reaches("2026-11-23 09:00")
        each_has_one_list(people)
        for leader in leaders:
            leader.unit_of(MONDAY, is_week=True)
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_it_dies_when_slack_has_the_list_and_we_do_not_know(tmp_path: Path, database_url: str) -> None:
    """Posts are made and their answers lost; after the restart they are found, and each list stands once."""
    async with a_night(tmp_path, database_url, "2026-11-20 07:55") as night:
        people, leaders = await an_office(night, since="2026-11-20 07:00")
        await night.clock_reaches("2026-11-20 08:00")
        for person in people:
            person.list_of("fredag 20 november")  # only where we have posted before can a post be looked for
        await night.clock_reaches("2026-11-23 07:59")
        faults = night.sandbox.slack.faults
        faults.set("slack", "lost_answer")
        faults.methods, faults.remaining = frozenset({"chat.postMessage"}), 6  # the teams' handovers may come first
        await night.clock_reaches("2026-11-23 08:00")
        assert "clocks" in unsettled(night)
        await comes_back(night)

        async with asyncio.timeout(20):
            while unsettled(night):
                assert night.sandbox.bot is not None
                await look_for_uncertain(ctx=night.sandbox.bot.ctx)
                await asyncio.sleep(0.05)
        await night.clock_reaches("2026-11-23 09:00")
        each_has_one_list(people)
        for leader in leaders:
            leader.unit_of(MONDAY, is_week=True)
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


def unsettled(night: Night) -> set[str]:
    """Return the kinds of what we do not know the fate of yet."""
    found = night.rows(sa.select(TABLE.c.kind).where(TABLE.c.state.in_(("uncertain", "due", "sending"))))
    return {row.kind for row in found}
