"""A shift changes hands: offered, taken by the first who presses, and everything else follows the rota."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.domain.duty import Shift
from bot.domain.ids import ShiftId
from bot.domain.people import Role
from bot.services.swap.taking import take_swap
from storage.tables import SwapOfferRow
from tests.acceptance.night import NORRVIK, SODERMARK, Night, Person, a_night

APPROVED = "\n[swap]\nneeds_approval = true\n"


async def hires(night: Night) -> tuple[Person, Person, Person]:
    """Anna and Bo of Norrvik, and Lena who leads; and Sara of Södermark, who may not have Norrvik's shifts."""
    anna = await night.hires("Anna Ek", NORRVIK)
    bo = await night.hires("Bo Lund", NORRVIK)
    lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
    await night.hires("Sara Lind", SODERMARK)
    night.opens_channels()
    return anna, bo, lena


async def presses_at_home(night: Night, person: Person, action: str) -> None:
    await person.opens_home()
    home = night.sandbox.slack.state()["homes"][person.user]
    await night.sandbox.slack.click(person.user, action_id=action, view_id=home["id"])
    await night.settles()


async def fills_in(
    night: Night, person: Person, shift: Shift, *, first: str = "", last: str = "", to: Person | None = None
) -> dict[str, Any]:
    """Press Byt pass at Home and fill in the form; what is to be confirmed is shown, or what is wrong."""
    await presses_at_home(night, person, "swap")
    to_whom = "all" if to is None else to.staff.id
    values: dict[str, Any] = {"shift": {"field": shift.id}, "to": {"field": to_whom}}
    values |= {name: {"field": text} for name, text in (("first", first), ("last", last)) if text}
    return await person.submits(values)


async def offers(night: Night, person: Person, shift: Shift, **more: Any) -> None:
    done = await fills_in(night, person, shift, **more)
    assert not done.get("errors"), done
    await person.submits({})
    assert "Passet är erbjudet." in person.reads()
    await person.closes_modal()


async def rota(night: Night) -> list[tuple[str, str, str]]:
    """Return who has what: the Slack user and local times, by start."""
    found = await night.writes(lambda tx: tx.shifts.between(night.at("2026-11-01 00:00"), night.at("2026-12-31 00:00")))
    who = {person.staff.id: person.user for person in night.people.values()}
    stockholm = night.at("2026-11-20 00:00").tzinfo
    return [
        (
            who[s.staff_id] + (" reserv" if s.is_backup else ""),
            f"{s.starts_at.astimezone(stockholm):%d %H.%M}",
            f"{s.ends_at.astimezone(stockholm):%d %H.%M}",
        )
        for s in found
    ]


async def test_a_swap_an_hour_before(tmp_path: Path, database_url: str) -> None:
    """Offered to all who may have it, taken by Bo; the next text goes to Bo, and Anna hears of none."""
    async with a_night(tmp_path, database_url, "2026-11-20 15:55") as night:
        anna, bo, lena = await hires(night)
        sara = night.people["Sara"]
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        shift = await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await night.on_beredskap(bo, "2026-11-21 10:00", "2026-11-21 15:00")
        await night.clock_reaches("2026-11-20 16:00")

        done = await fills_in(night, anna, shift)
        assert not done.get("errors"), done
        assert "Du erbjuder *fre 20 nov 17.00–22.00* (Norrvik) till alla som kan ta det." in anna.reads()
        await anna.submits({})
        await anna.closes_modal()
        assert "Du har erbjudit fre 20 nov 17.00–22.00 till alla som kan." in await anna.opens_home()
        offer = bo.is_told("*<@U01> vill lämna ett pass:* fre 20 nov 17.00–22.00, Norrvik.")
        assert "Tar du det får du minst 12 tim vila före och efter." in offer.words
        sara.is_not_told("vill lämna ett pass")

        await bo.presses("swap_take", offer)
        bo.is_told("Passet är ditt.")
        bo.is_told("Passet fre 20 nov 17.00–22.00 är ditt nu. Du har det efter <@U01>.")
        anna.is_told("<@U02> har tagit ditt pass fre 20 nov 17.00–22.00.")
        lena.is_told("<@U02> har tagit passet fre 20 nov 17.00–22.00 efter <@U01>.")
        assert await rota(night) == [("U02", "20 17.00", "20 22.00"), ("U02", "21 10.00", "21 15.00")]

        await night.clock_reaches("2026-11-20 19:00")
        await nova.texts("kan nån ringa mig")
        anna.has_no_card()
        bo.card("Nytt sms")
        nova.receives("Ditt sms har kommit fram")
        assert [(actor, ground) for actor, ground, _ in night.audit("shift_changed")] == [(bo.staff.id, "swap")]
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_part_is_offered_to_one_with_the_rest_that_they_would_have(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 12:00") as night:
        anna, bo, _ = await hires(night)
        shift = await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await night.on_beredskap(bo, "2026-11-21 06:00", "2026-11-21 10:00")

        wrong = await fills_in(night, anna, shift, first="16", to=bo)
        assert wrong["errors"]["first"].startswith("De klockslagen ligger inte i passet")
        wrong = await anna.submits({"first": {"field": "halv åtta"}})
        assert wrong["errors"]["first"] == "Skriv klockslaget som 22.30."
        await anna.submits({"first": {"field": "19.30"}})
        assert "Du erbjuder *fre 20 nov 19.30–22.00* (Norrvik) till Bo Lund." in anna.reads()
        assert "⚠️ Bo Lund får bara 8 tim vila. Det ska vara minst 11." in anna.reads()
        await anna.submits({})
        await anna.closes_modal()
        offer = bo.is_told("<@U01> vill lämna ett pass:* fre 20 nov 19.30–22.00")
        assert "⚠️ Tar du det får du bara 8 tim vila. Det ska vara minst 11." in offer.words

        await bo.presses("swap_take", offer)

        assert (await rota(night))[:2] == [("U01", "20 17.00", "20 19.30"), ("U02", "20 19.30", "20 22.00")]


async def test_a_place_as_backup_is_offered_as_what_it_is(tmp_path: Path, database_url: str) -> None:
    """Nobody says yes to a night as backup and finds that it is another, or the reverse."""
    async with a_night(tmp_path, database_url, "2026-11-20 16:00") as night:
        anna, bo, _ = await hires(night)
        leading = await night.on_beredskap(bo, "2026-11-21 10:00", "2026-11-21 15:00")
        behind = replace(leading, id=ShiftId("behind"), staff_id=anna.staff.id, is_backup=True)
        running = replace(
            behind, id=ShiftId("now"), starts_at=night.at("2026-11-20 15:00"), ends_at=night.at("2026-11-20 22:00")
        )
        await night.writes(lambda tx: [tx.shifts.upsert(shift) for shift in (behind, running)])
        assert "lör 21 nov 10.00–15.00 (reserv) · Norrvik" in await anna.opens_home()

        await fills_in(night, anna, running, to=bo)
        assert "Passet pågår. Den som tar det är reserv från samma stund." in anna.reads()
        await anna.submits({})
        await anna.closes_modal()
        offer = bo.is_told("Tar du det är du reserv från samma stund.")
        assert "har du beredskapen" not in offer.words

        await bo.presses("swap_take", offer)
        assert "U02 reserv" in [who for who, _, _ in await rota(night)]


async def test_what_the_rules_of_rest_say_is_seen_by_both_before_yes(tmp_path: Path, database_url: str) -> None:
    """A Saturday evening leaves nobody 36 hours without work and beredskap (facts: time, R4)."""
    async with a_night(tmp_path, database_url, "2026-11-20 12:00") as night:
        anna, bo, _ = await hires(night)
        shift = await night.on_beredskap(anna, "2026-11-21 17:00", "2026-11-21 22:00")

        await fills_in(night, anna, shift, to=bo)
        assert "⚠️ Veckovila" in anna.reads()
        await anna.submits({})
        await anna.closes_modal()
        assert "⚠️ Veckovila" in bo.is_told("vill lämna ett pass").words
        await night.nothing_waits()


async def test_no_thanks_is_told_to_whoever_offered_it(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 12:00") as night:
        anna, bo, _ = await hires(night)
        shift = await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")

        await offers(night, anna, shift, to=bo)
        offer = bo.is_told("vill lämna ett pass")
        await bo.presses("swap_decline", offer)

        bo.is_told("Du har tackat nej.")
        anna.is_told("<@U02> kan inte ta ditt pass fre 20 nov 17.00–22.00. Passet är kvar hos dig.")
        assert await rota(night) == [("U01", "20 17.00", "20 22.00")]


async def test_two_who_take_it_at_once(tmp_path: Path, database_url: str) -> None:
    """One gets it, and the other is told who."""
    async with a_night(tmp_path, database_url, "2026-11-20 12:00") as night:
        anna, bo, _ = await hires(night)
        cia = await night.hires("Cia Roos", NORRVIK)
        shift = await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await offers(night, anna, shift)
        asked = {person.user: person.is_told("vill lämna ett pass") for person in (bo, cia)}
        (row,) = night.rows(SwapOfferRow.__table__.select())  # type: ignore[attr-defined]
        assert night.sandbox.bot is not None
        ctx = night.sandbox.bot.ctx

        results = await asyncio.gather(
            *(take_swap(person.user, row.id, ctx=ctx) for person in (bo, cia)), return_exceptions=True
        )

        taken = [result for result in results if not isinstance(result, BaseException)]
        assert len(taken) == 1
        winner, loser = (bo, cia) if taken[0].taker == bo.staff.id else (cia, bo)
        await night.settles()
        assert await rota(night) == [(winner.user, "20 17.00", "20 22.00")]
        await loser.presses("swap_take", asked[loser.user])
        assert any(f"Redan taget av <@{winner.user}>." in said.words for said in loser.messages())
        await winner.presses("swap_take", asked[winner.user])  # twice is once
        winner.is_told("Passet är ditt.")
        assert await rota(night) == [(winner.user, "20 17.00", "20 22.00")]


async def test_the_running_shift_is_handed_over_at_once(tmp_path: Path, database_url: str) -> None:
    """Anna has to go in the middle of a conversation: her backup takes it, and the conversation follows."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00", settings=APPROVED) as night:
        anna, bo, lena = await hires(night)
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        shift = await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        behind = replace(shift, id=ShiftId("behind"), staff_id=bo.staff.id, is_backup=True)
        await night.writes(lambda tx: tx.shifts.upsert(behind))
        await nova.texts("kan nån ringa mig")
        anna.card("Nytt sms")
        await night.clock_reaches("2026-11-20 19:10")

        await offers(night, anna, shift, to=bo)
        offer = bo.is_told("🚨 *<@U01> behöver lämna sitt pass nu:*")
        bo.has_no_card()
        await bo.presses("swap_take", offer)

        bo.card("Nytt sms")
        lena.is_told("<@U02> har tagit passet fre 20 nov 19.10–22.00 efter <@U01>.")
        lena.is_not_told("Ett byte av pass väntar på dig")
        assert sorted(await rota(night)) == [
            ("U01", "20 17.00", "20 19.10"),
            ("U02", "20 19.10", "20 22.00"),
            ("U02 reserv", "20 17.00", "20 19.10"),  # nobody is their own backup
        ]
        await bo.replies("Jag ringer dig nu.")
        nova.receives("Jag ringer dig nu.")
        await night.nothing_waits()


async def test_a_leader_approves_where_that_is_decided(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 12:00", settings=APPROVED) as night:
        anna, bo, lena = await hires(night)
        shift = await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        later = await night.on_beredskap(anna, "2026-11-21 10:00", "2026-11-21 22:00")

        await offers(night, anna, shift, to=bo)
        await bo.presses("swap_take", bo.is_told("vill lämna ett pass"))
        bo.is_told("Den som leder beredskapen ska godkänna bytet.")
        anna.is_told("<@U02> vill ta ditt pass fre 20 nov 17.00–22.00.")
        assert (await rota(night))[0][0] == "U01"
        await lena.presses("swap_approve", lena.is_told("*<@U01> vill lämna ett pass till <@U02>:*"))
        lena.is_told("Du har godkänt bytet.")
        anna.is_told("<@U02> har tagit ditt pass fre 20 nov 17.00–22.00.")
        assert (await rota(night))[0] == ("U02", "20 17.00", "20 22.00")

        await offers(night, anna, later, to=bo)
        await bo.presses("swap_take", bo.is_told("vill lämna ett pass"))
        await lena.presses("swap_refuse", lena.is_told("*<@U01> vill lämna ett pass till <@U02>:*"))
        for person in (anna, bo):
            person.is_told("<@U03> har sagt nej till bytet av passet lör 21 nov 10.00–22.00.")
        assert (await rota(night))[1] == ("U01", "21 10.00", "21 22.00")
        assert [(ground, fine) for _, ground, fine in night.audit("settle_swap")] == [("leader", True)] * 2


async def test_an_offer_is_withdrawn(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 12:00") as night:
        anna, bo, _ = await hires(night)
        shift = await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await offers(night, anna, shift)
        offer = bo.is_told("vill lämna ett pass")
        again = await fills_in(night, anna, shift, first="18", last="19")
        assert again["errors"]["shift"].startswith("Den delen av passet är redan erbjuden.")
        await anna.closes_modal()

        await presses_at_home(night, anna, "swap_withdraw")
        assert "Du har erbjudit" not in anna.drawn_home()
        await bo.presses("swap_take", offer)

        assert any("Läget har ändrats" in said.words for said in bo.messages())
        assert await rota(night) == [("U01", "20 17.00", "20 22.00")]


async def test_an_offer_lapses_when_the_shift_begins(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 12:00") as night:
        anna, bo, _ = await hires(night)
        shift = await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await offers(night, anna, shift)
        offer = bo.is_told("vill lämna ett pass")

        await night.clock_reaches("2026-11-20 16:59")
        anna.is_not_told("Ingen hann ta")
        await night.clock_reaches("2026-11-20 17:00")
        anna.is_told("Ingen hann ta ditt pass fre 20 nov 17.00–22.00. Det är kvar hos dig.")
        await bo.presses("swap_take", offer)
        assert await rota(night) == [("U01", "20 17.00", "20 22.00")]


async def test_nobody_takes_what_is_not_offered_to_them(tmp_path: Path, database_url: str) -> None:
    """Neither a colleague of another nämnd, nor a leader who is no familjebehandlare, nor a forged approval."""
    async with a_night(tmp_path, database_url, "2026-11-20 12:00", settings=APPROVED) as night:
        anna, bo, lena = await hires(night)
        sara = night.people["Sara"]
        shift = await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await offers(night, anna, shift, to=bo)
        (row,) = night.rows(SwapOfferRow.__table__.select())  # type: ignore[attr-defined]
        assert night.sandbox.bot is not None
        ctx = night.sandbox.bot.ctx

        for person in (sara, lena):
            (outcome,) = await asyncio.gather(take_swap(person.user, row.id, ctx=ctx), return_exceptions=True)
            assert getattr(outcome, "reason", "") == "swap_not_for_you"

        assert [fine for _, _, fine in night.audit("take_swap")] == [False, False]
        assert await rota(night) == [("U01", "20 17.00", "20 22.00")]
