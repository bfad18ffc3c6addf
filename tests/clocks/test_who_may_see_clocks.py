"""Only the responsible handläggare, the stand-in and the nämnd's leaders: every service, and a row in the log each."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.domain.errors import NotAllowed, NotFound
from bot.services.clocks.absences import absence_choices, add_absence, remove_absence
from bot.services.clocks.assign import assign_clock, assignment_choices
from bot.services.clocks.handle import (
    extend_clock,
    found_contact,
    give_reason,
    mark_summoned,
    set_hold,
    snooze_clock,
    want_feedback,
)
from bot.services.clocks.look import find_case, my_clocks, open_clock
from bot.services.clocks.register import registration_choices
from bot.services.clocks.settle import settle_clock, withdraw_clock
from bot.services.clocks.unit import unit_page
from tests.clocks.given import (
    ANNA,
    GUNILLA,
    INGRID,
    JOHAN,
    KARIN,
    LARS,
    NILS,
    NORRVIK,
    PETRA,
    SODERMARK,
    Office,
    staff_id,
)

Try = Callable[[str, str, Office], Awaitable[Any]]

ABOUT_A_CLOCK: dict[str, Try] = {
    "open": lambda who, d, o: open_clock(who, d, ctx=o.ctx),
    "settle": lambda who, d, o: settle_clock(
        who, d, "cancelled", "2026-11-20", reason="skola", key=f"{who}-s", ctx=o.ctx
    ),
    "withdraw": lambda who, d, o: withdraw_clock(who, d, f"{who}-w", ctx=o.ctx),
    "extend": lambda who, d, o: extend_clock(who, d, "2027-01-11", "Johan", "Tolk.", f"{who}-e", ctx=o.ctx),
    "snooze": lambda who, d, o: snooze_clock(who, d, "2026-11-23", "Väntar.", f"{who}-z", ctx=o.ctx),
    "reason": lambda who, d, o: give_reason(who, d, "skola", f"{who}-r", ctx=o.ctx),
    "hold": lambda who, d, o: set_hold(who, d, f"{who}-h", on=True, ctx=o.ctx),
    "contact": lambda who, d, o: found_contact(who, d, f"{who}-c", ctx=o.ctx),
    "summoned": lambda who, d, o: mark_summoned(who, d, ("child",), "2026-11-20", "14.30", f"{who}-m", ctx=o.ctx),
    "feedback": lambda who, d, o: want_feedback(who, d, f"{who}-f", ctx=o.ctx),
    "choices": lambda who, d, o: assignment_choices(who, d, ctx=o.ctx),
    "assign": lambda who, d, o: assign_clock(who, d, staff_id(LARS), f"{who}-a", ctx=o.ctx),
}
LEADERS_OWN = {"choices", "assign"}
STRANGERS = {
    "on duty for the nämnd": ANNA,
    "the beredskap's leader": GUNILLA,
    "admin": KARIN,
    "another handläggare": LARS,
    "the other nämnd's handläggare": PETRA,
    "the other nämnd's leader": NILS,
}


@pytest.mark.parametrize("who", STRANGERS.values(), ids=STRANGERS)
@pytest.mark.parametrize("service", sorted(ABOUT_A_CLOCK))
async def test_others_are_refused_and_it_is_logged(office: Office, service: str, who: str) -> None:
    talk = await office.has_clock("allvarssamtal")
    before = await office.deadline(talk)
    with pytest.raises(NotAllowed) as refused:
        await ABOUT_A_CLOCK[service](who, talk, office)

    ((act, ground, is_allowed),) = office.audit(who)
    assert (ground, is_allowed) == (refused.value.reason, False)
    assert act in {"see_clock", "handle_clock", "assign_clock"}
    assert office.audited_subjects(who) == [f"deadline:{talk}"]
    assert await office.deadline(talk) == before
    assert office.ctx.texts.has(f"refusal.{refused.value.reason}")


@pytest.mark.parametrize("service", sorted(LEADERS_OWN))
async def test_to_give_a_clock_to_somebody_is_the_leaders(office: Office, service: str) -> None:
    talk = await office.has_clock("allvarssamtal")
    with pytest.raises(NotAllowed) as refused:
        await ABOUT_A_CLOCK[service](INGRID, talk, office)

    assert refused.value.reason == "leaders_only"


@pytest.mark.parametrize("who", [INGRID, JOHAN])
@pytest.mark.parametrize("service", ["open", "reason", "hold", "contact", "summoned", "settle", "withdraw"])
async def test_the_responsible_and_the_leader_may(office: Office, service: str, who: str) -> None:
    talk = await office.has_clock("allvarssamtal")
    before = len(office.audit(who))
    await ABOUT_A_CLOCK[service](who, talk, office)

    (logged,) = office.audit(who)[before:]
    assert logged[1:] == ("responsible" if who == INGRID else "leader", True)


OF_THE_UNIT: dict[str, Try] = {
    "register": lambda who, _, o: o.registers(by=who, namnd=NORRVIK, case_ref="K-9"),
    "unit": lambda who, _, o: unit_page(who, namnd=NORRVIK, chosen="all", offset=0, ctx=o.ctx),
    "add absence": lambda who, _, o: add_absence(
        who, NORRVIK, staff_id(INGRID), "2026-11-23", "2026-11-24", "", f"{who}-b", ctx=o.ctx
    ),
    "remove absence": lambda who, absence, o: remove_absence(who, absence, f"{who}-q", ctx=o.ctx),
}


@pytest.mark.parametrize("who", [ANNA, GUNILLA, KARIN, PETRA, NILS])
@pytest.mark.parametrize("service", sorted(OF_THE_UNIT))
async def test_a_unit_is_closed_to_others(office: Office, service: str, who: str) -> None:
    absence = await office.is_away(INGRID, "2026-11-25", "2026-11-26")
    with pytest.raises(NotAllowed):
        await OF_THE_UNIT[service](who, absence, office)

    assert [is_allowed for _, _, is_allowed in office.audit(who)] == [False]
    assert len(await office.reads(lambda tx: tx.absences.of(NORRVIK, office.clock.now().date()))) == 1
    assert await office.of_case("K-9") == []


async def test_the_unit_is_for_its_leader_alone(office: Office) -> None:
    with pytest.raises(NotAllowed) as refused:
        await unit_page(INGRID, namnd="", chosen="all", offset=0, ctx=office.ctx)

    assert refused.value.reason == "leaders_only"
    assert office.ctx.texts.has("refusal.leaders_only")


MY_OWN: dict[str, Try] = {
    "mine": lambda who, _, o: my_clocks(who, ctx=o.ctx),
    "case": lambda who, _, o: find_case(who, "K-123", ctx=o.ctx),
    "absences": lambda who, _, o: absence_choices(who, ctx=o.ctx),
    "form": lambda who, _, o: registration_choices(who, ctx=o.ctx),
    "unit": lambda who, _, o: unit_page(who, namnd="", chosen="all", offset=0, ctx=o.ctx),
}


@pytest.mark.parametrize("who", [ANNA, GUNILLA, KARIN])
@pytest.mark.parametrize("service", sorted(MY_OWN))
async def test_the_beredskap_gets_no_list_and_no_form(office: Office, service: str, who: str) -> None:
    await office.has_clock()
    with pytest.raises(NotAllowed) as refused:
        await MY_OWN[service](who, "", office)

    assert refused.value.reason == "other_world"
    assert [is_allowed for _, _, is_allowed in office.audit(who)] == [False]


@pytest.mark.parametrize("service", ["mine", "absences", "form"])
async def test_a_stranger_to_the_workplace_gets_nothing(office: Office, service: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        await MY_OWN[service]("UNOBODY", "", office)

    assert refused.value.reason == "not_staff"


async def test_the_other_namnd_sees_its_own_and_nothing_else(office: Office) -> None:
    await office.has_clock()
    await office.registers(by=PETRA, case_ref="S-1", owner="")
    page = await unit_page(NILS, namnd="", chosen="all", offset=0, ctx=office.ctx)

    assert (page.namnd, [row.case_ref for row in page.rows]) == (SODERMARK, ["S-1"])
    assert (await my_clocks(PETRA, ctx=office.ctx)).rows == ()
    with pytest.raises(NotFound):
        await find_case(NILS, "K-123", ctx=office.ctx)
    assert office.told() == [("unowned", NILS)]


async def test_whoever_has_left_may_nothing(office: Office) -> None:
    talk = await office.has_clock("allvarssamtal")
    await office.leaves(INGRID)
    with pytest.raises(NotAllowed):
        await open_clock(INGRID, talk, ctx=office.ctx)
