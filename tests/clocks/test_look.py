"""What is shown of a clock, a case, a person's clocks and a unit, and what the log says of it."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.clocks import ClockKind
from bot.domain.deadline import ClockState, EventKind, Outcome
from bot.domain.errors import BadInput, NotAllowed, NotFound
from bot.domain.people import Role, StaffRole, World
from bot.services.clocks.absences import remove_absence
from bot.services.clocks.assign import assign_clock
from bot.services.clocks.handle import extend_clock, give_reason
from bot.services.clocks.look import find_case, my_clocks, open_clock
from bot.services.clocks.settle import settle_clock, withdraw_clock
from bot.services.clocks.unit import PAGE, unit_page
from bot.services.show_duty import show_home
from tests.clocks.given import (
    ANNA,
    INGRID,
    JOHAN,
    KARIN,
    LARS,
    MONA,
    NILS,
    NORRVIK,
    PETRA,
    SODERMARK,
    Office,
    person,
    staff_id,
    wall,
)

# --- a clock ---


async def test_a_clock_shows_everything_of_it(office: Office) -> None:
    forhand, talk = [
        r.deadline_id
        for r in sorted(await office.registers("forhandsbedomning", "allvarssamtal"), key=lambda r: r.kind)
    ][::-1]
    await extend_clock(INGRID, forhand, "2026-12-11", "Johan", "Tolk saknas.", "x", ctx=office.ctx)
    view = await open_clock(INGRID, forhand, ctx=office.ctx)

    assert (view.row.case_ref, view.row.owner, view.row.stand_in_for) == ("K-123", INGRID, "")
    assert (view.extended_to, view.extended_by, view.extension_reason) == (date(2026, 12, 11), "Johan", "Tolk saknas.")
    assert [(line.kind, line.by, line.text) for line in view.events] == [
        (EventKind.REGISTERED, INGRID, ""),
        (EventKind.EXTENDED, INGRID, "Tolk saknas."),
    ]
    assert [row.deadline_id for row in view.siblings] == [talk]
    assert view.outcomes == (Outcome.INLEDS, Outcome.INLEDS_INTE)
    assert (view.may_extend, view.may_assign) == (True, False)


async def test_a_leader_may_assign_and_stands_in_for_nobody(office: Office) -> None:
    talk = await office.has_clock("allvarssamtal", has_contact=True, police_hold=True)
    view = await open_clock(JOHAN, talk, ctx=office.ctx)

    assert (view.may_extend, view.may_assign, view.row.stand_in_for) == (False, True, "")
    assert (view.has_contact, view.police_hold) == (True, True)


async def test_nothing_can_be_done_with_what_is_settled(office: Office) -> None:
    forhand = await office.has_clock()
    await settle_clock(INGRID, forhand, "inleds", "2026-11-20", key="s", ctx=office.ctx)
    view = await open_clock(JOHAN, forhand, ctx=office.ctx)

    assert view.row.state is ClockState.SETTLED
    assert (view.outcomes, view.may_extend, view.may_assign) == ((), False, False)


async def test_whoever_was_given_a_clock_stands_as_a_slack_user(office: Office) -> None:
    forhand = await office.has_clock()
    await assign_clock(JOHAN, forhand, staff_id(LARS), "x", ctx=office.ctx)
    view = await open_clock(LARS, forhand, ctx=office.ctx)

    assert (view.events[-1].kind, view.events[-1].by, view.events[-1].code) == (EventKind.ASSIGNED, JOHAN, LARS)


async def test_a_sibling_that_is_somebody_elses_is_not_shown(office: Office) -> None:
    skydd, forhand = [r.deadline_id for r in await office.registers("skyddsbedomning", "forhandsbedomning")]
    await assign_clock(JOHAN, forhand, staff_id(LARS), "x", ctx=office.ctx)

    assert (await open_clock(LARS, forhand, ctx=office.ctx)).siblings == ()
    assert [row.deadline_id for row in (await open_clock(JOHAN, forhand, ctx=office.ctx)).siblings] == [skydd]


async def test_an_opening_is_logged_with_its_ground(office: Office) -> None:
    forhand = await office.has_clock()
    await open_clock(JOHAN, forhand, ctx=office.ctx)

    assert office.audit(JOHAN) == [("see_clock", "leader", True)]
    assert office.audited_subjects(JOHAN) == [f"deadline:{forhand}"]


# --- a case ---


async def test_a_case_is_found_however_it_is_written(office: Office) -> None:
    await office.registers("forhandsbedomning", "allvarssamtal")
    ref, rows = await find_case(INGRID, " k–123 ", ctx=office.ctx)

    assert ref == "K-123"
    assert [row.kind for row in rows] == [ClockKind.ALLVARSSAMTAL, ClockKind.FORHANDSBEDOMNING]


async def test_of_a_case_only_the_own_clocks_are_shown(office: Office) -> None:
    await office.registers("forhandsbedomning")
    mine = await office.has_clock("utredning", owner=staff_id(LARS))

    assert [row.deadline_id for row in (await find_case(LARS, "K-123", ctx=office.ctx))[1]] == [mine]
    assert len((await find_case(JOHAN, "K-123", ctx=office.ctx))[1]) == 2


async def test_what_was_registered_by_mistake_is_not_shown(office: Office) -> None:
    await withdraw_clock(INGRID, await office.has_clock(), "w", ctx=office.ctx)
    with pytest.raises(NotFound):
        await find_case(INGRID, "K-123", ctx=office.ctx)


@pytest.mark.parametrize("who", [LARS, PETRA, NILS])
async def test_a_case_of_others_and_none_at_all_answer_the_same(office: Office, who: str) -> None:
    await office.registers()
    for ref in ("K-123", "K-999"):
        with pytest.raises(NotFound) as refused:
            await find_case(who, ref, ctx=office.ctx)
        assert (refused.value.code, refused.value.ids) == ("not_found", {})

    assert [is_allowed for _, _, is_allowed in office.audit(who)] == [False, False]
    assert not [subject for subject in office.audited_subjects(who) if "K-" in subject]


@pytest.mark.parametrize("text", ["", "Nova", "20121212-1212"])
async def test_what_is_no_reference_is_refused(office: Office, text: str) -> None:
    with pytest.raises(BadInput):
        await find_case(INGRID, text, ctx=office.ctx)


# --- mine ---


async def test_my_clocks_come_by_what_runs_out(office: Office) -> None:
    await office.registers("utredning", case_ref="K-1")
    await office.registers("allvarssamtal", case_ref="K-2", has_contact=True)
    await office.registers("forhandsbedomning", case_ref="K-3")
    await office.registers("forhandsbedomning", case_ref="K-4", owner=staff_id(LARS))
    await settle_clock(
        INGRID, await office.has_clock(case_ref="K-5"), "inleds_inte", "2026-11-20", key="s", ctx=office.ctx
    )
    mine = await my_clocks(INGRID, ctx=office.ctx)

    assert [row.case_ref for row in mine.rows] == ["K-2", "K-3", "K-1"]
    assert (mine.more, mine.day, mine.namnd_name) == (0, date(2026, 11, 20), "Norrvik")
    assert office.audit(INGRID)[-1] == ("see_clock", "responsible", True)


async def test_what_has_run_out_comes_first(office: Office) -> None:
    await office.registers("utredning", case_ref="K-1", received_on="2026-07-10")
    await office.registers("skyddsbedomning", case_ref="K-2")

    mine = await my_clocks(INGRID, ctx=office.ctx)
    assert [(row.case_ref, row.is_overdue) for row in mine.rows] == [("K-1", True), ("K-2", False)]


async def test_a_stand_in_sees_whose_clocks_they_are(office: Office) -> None:
    await office.registers()
    await office.is_away(INGRID, "2026-11-20", "2026-11-20", LARS)

    assert [row.stand_in_for for row in (await my_clocks(LARS, ctx=office.ctx)).rows] == [INGRID]
    assert [row.stand_in_for for row in (await my_clocks(INGRID, ctx=office.ctx)).rows] == [""]
    office.is_now("2026-11-23 09:00")
    assert (await my_clocks(LARS, ctx=office.ctx)).rows == ()


async def test_ninety_are_shown_and_the_rest_counted(office: Office) -> None:
    clock = await office.deadline(await office.has_clock())
    many = [replace(clock, id=f"clock-{n}", case_ref=f"K-{1000 + n}") for n in range(99)]  # type: ignore[arg-type]
    await office.writes(lambda tx: tx.deadlines.add_all(many))
    mine = await my_clocks(INGRID, ctx=office.ctx)

    assert (len(mine.rows), mine.more) == (90, 10)


# --- App Home ---


async def test_home_shows_a_handlaggare_their_own(office: Office) -> None:
    await office.registers("allvarssamtal", "forhandsbedomning")
    home = (await show_home(INGRID, ctx=office.ctx)).clocks

    assert home is not None
    assert [row.kind for row in home.mine] == [ClockKind.ALLVARSSAMTAL, ClockKind.FORHANDSBEDOMNING]
    assert (home.may_register, home.may_lead, home.owners, home.unowned) == (True, False, (), 0)


async def test_home_shows_a_leader_the_unit(office: Office) -> None:
    await office.registers("utredning", case_ref="K-1", received_on="2026-07-10")
    await office.registers("forhandsbedomning", case_ref="K-2", owner="")
    await office.registers("forhandsbedomning", case_ref="K-3", owner=staff_id(MONA))
    await office.is_away(MONA, "2026-11-16", "2026-11-27")
    home = (await show_home(JOHAN, ctx=office.ctx)).clocks

    assert home is not None
    assert (home.may_lead, home.overdue, home.unowned, home.mine) == (True, 1, 2, ())
    lines = [(line.owner, line.running, line.overdue, line.away_until) for line in home.owners]
    assert lines == [(INGRID, 1, 1, None), (MONA, 1, 0, date(2026, 11, 27)), (LARS, 0, 0, None), ("", 1, 0, None)]


@pytest.mark.parametrize("who", [ANNA, KARIN])
async def test_home_shows_the_beredskap_nothing_of_it(office: Office, who: str) -> None:
    await office.registers()

    assert (await show_home(who, ctx=office.ctx)).clocks is None


# --- the unit ---


async def test_the_unit_is_narrowed(office: Office) -> None:
    await office.registers("utredning", case_ref="K-1", received_on="2026-07-10")
    await office.registers("forhandsbedomning", "allvarssamtal", case_ref="K-2", owner="", received_on="2026-11-19")
    await office.registers("forhandsbedomning", case_ref="K-3", owner=staff_id(MONA))
    await office.registers("forhandsbedomning", by=PETRA, case_ref="S-1")
    await office.is_away(MONA, "2026-11-16", "2026-11-27")

    async def refs(chosen: str) -> list[str]:
        page = await unit_page(JOHAN, namnd="", chosen=chosen, offset=0, ctx=office.ctx)
        assert page.total == len(page.rows)
        return [row.case_ref for row in page.rows]

    assert await refs("all") == ["K-1", "K-2", "K-2", "K-3"]
    assert await refs("overdue") == ["K-1"]
    assert await refs("unowned") == ["K-2", "K-2", "K-3"]  # also of whoever is away without a stand-in
    assert await refs(f"owner:{staff_id(INGRID)}") == ["K-1"]
    assert await refs(f"owner:{staff_id(PETRA)}") == []
    assert await refs("kind:allvarssamtal") == ["K-2"]
    assert await refs("kind:nonsense") == await refs("") == await refs("all")


async def test_the_unit_has_pages(office: Office) -> None:
    clock = await office.deadline(await office.has_clock())
    many = [replace(clock, id=f"clock-{n}", case_ref=f"K-{1000 + n}") for n in range(PAGE + 4)]  # type: ignore[arg-type]
    await office.writes(lambda tx: tx.deadlines.add_all(many))
    first = await unit_page(JOHAN, namnd=NORRVIK, chosen="all", offset=0, ctx=office.ctx)
    second = await unit_page(JOHAN, namnd=NORRVIK, chosen="all", offset=PAGE, ctx=office.ctx)
    before = await unit_page(JOHAN, namnd=NORRVIK, chosen="kind:forhandsbedomning", offset=-5, ctx=office.ctx)

    assert (len(first.rows), first.total, len(second.rows), second.offset) == (PAGE, PAGE + 5, 5, PAGE)
    assert not {row.deadline_id for row in first.rows} & {row.deadline_id for row in second.rows}
    assert (before.offset, len(before.rows), before.total) == (0, PAGE, PAGE + 5)


async def test_the_unit_knows_its_people_and_its_namnd(office: Office) -> None:
    page = await unit_page(JOHAN, namnd="", chosen="all", offset=0, ctx=office.ctx)

    assert (page.namnd, [choice.value for choice in page.namnder]) == (NORRVIK, [NORRVIK])
    assert [choice.name for choice in page.staff] == ["Ingrid", "Johan", "Kerstin", "Lars", "Mona"]
    assert office.audit(JOHAN) == [("see_unit", "leader", True)]


async def test_a_leader_of_two_units_sees_one_at_a_time(office: Office) -> None:
    roles = frozenset(StaffRole(namnd, World.MYNDIGHET, Role.LEADER) for namnd in (NORRVIK, SODERMARK))
    await office.writes(lambda tx: tx.staff.save(replace(person(JOHAN), roles=roles)))
    await office.registers(case_ref="K-1")
    await office.registers(by=PETRA, case_ref="S-1")

    for namnd, ref in ((NORRVIK, "K-1"), (SODERMARK, "S-1")):
        page = await unit_page(JOHAN, namnd=namnd, chosen="all", offset=0, ctx=office.ctx)
        assert [row.case_ref for row in page.rows] == [ref]
        assert len(page.namnder) == 2
    home = (await show_home(JOHAN, ctx=office.ctx)).clocks
    assert home is not None
    assert {line.owner: line.running for line in home.owners} == {INGRID: 1, LARS: 0, MONA: 0, PETRA: 1}


async def test_a_unit_that_is_not_there(office: Office) -> None:
    with pytest.raises(NotFound):
        await unit_page(JOHAN, namnd="vastervik", chosen="all", offset=0, ctx=office.ctx)


# --- a stand-in, while it lasts ---


async def test_a_stand_in_may_do_everything_and_not_after(office: Office) -> None:
    forhand = await office.has_clock()
    with pytest.raises(NotAllowed):
        await open_clock(LARS, forhand, ctx=office.ctx)
    absence = await office.is_away(INGRID, "2026-11-20", "2026-11-27", LARS)

    assert (await open_clock(LARS, forhand, ctx=office.ctx)).row.stand_in_for == INGRID
    row = await give_reason(LARS, forhand, "skola", "1", ctx=office.ctx)
    assert row.stand_in_for == INGRID
    assert await find_case(LARS, "K-123", ctx=office.ctx)

    await remove_absence(INGRID, absence, "2", ctx=office.ctx)
    for work in (
        open_clock(LARS, forhand, ctx=office.ctx),
        give_reason(LARS, forhand, "skola", "3", ctx=office.ctx),
    ):
        with pytest.raises(NotAllowed):
            await work


async def test_standing_in_ends_with_its_last_day(office: Office) -> None:
    forhand = await office.has_clock()
    await office.is_away(INGRID, "2026-11-20", "2026-11-23", LARS)
    office.is_now("2026-11-23 23:59")
    await open_clock(LARS, forhand, ctx=office.ctx)
    office.is_now("2026-11-24 00:00")

    with pytest.raises(NotAllowed) as refused:
        await open_clock(LARS, forhand, ctx=office.ctx)
    assert refused.value.reason == "not_responsible"
    assert office.clock.now() == wall("2026-11-24 00:00")
