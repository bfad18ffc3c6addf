"""Is whoever has the next shift there? Told in time, and when nobody answers somebody else knows."""

import asyncio
from dataclasses import replace
from pathlib import Path

from bot.domain.duty import Shift
from bot.domain.ids import ShiftId, StaffId
from bot.domain.people import Role
from bot.services.ready.ask import ask_if_ready
from tests.acceptance.night import NORRVIK, Night, Person, a_night

ASK = "\n[ready]\ntell_leaders = false\n"
ANNAS, BOS, LENAS = "+46701740611", "+46701740612", "+46701740613"


async def hires(night: Night) -> tuple[Person, Person, Person]:
    """Anna, who has Friday's shift, Bo, who stands behind her, and Lena, who leads."""
    anna = await night.hires("Anna Ek", NORRVIK, phone=ANNAS)
    bo = await night.hires("Bo Lund", NORRVIK, phone=BOS)
    lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER, phone=LENAS)
    night.opens_channels()
    return anna, bo, lena


async def backs_up(night: Night, person: Person, like: Shift) -> None:
    shift = replace(like, id=ShiftId(f"{like.id}b"), staff_id=person.staff.id, is_backup=True)
    await night.writes(lambda tx: tx.shifts.upsert(shift))


async def test_whoever_is_ready_is_asked_twice_and_nobody_else_hears_of_it(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-19 12:00", asks_if_ready=True, settings=ASK) as night:
        anna, bo, lena = await hires(night)
        shift = await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await backs_up(night, bo, shift)

        await night.clock_reaches("2026-11-19 16:59")
        anna.is_not_told("Du har beredskapen")
        await night.clock_reaches("2026-11-19 17:00")
        said = anna.is_told("Du har beredskapen för Norrvik och Södermark fre 20 nov 17.00–22.00.")
        assert "Stör ej" not in said.words
        await bo.presses("ready", bo.is_told("Du har reservpasset för Norrvik och Södermark fre 20 nov 17.00–22.00."))
        await night.clock_reaches("2026-11-20 16:00")
        last = anna.is_told("Snart börjar ditt pass.")
        assert "Du har sagt att du är redo. Tack." in bo.is_told("Snart börjar ditt pass.").words
        await anna.presses("ready", last)
        anna.is_told("Du har sagt att du är redo.")
        bo.is_told("Du har sagt att du är redo.", times=2)

        await night.clock_reaches("2026-11-20 18:00")
        lena.is_not_told("redo")
        assert night.audit("confirm_ready") == [
            (bo.staff.id, "self", True),
            (anna.staff.id, "self", True),
        ]
        lena.is_told("Ingen har beredskap för Norrvik nu")  # on Thursday evening, which this story is not about
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_nobody_says_that_they_are_ready_so_the_backup_and_the_leader_know(
    tmp_path: Path, database_url: str
) -> None:
    """Told once, whatever happens to the program meanwhile; and told when Anna turns up after all."""
    async with a_night(tmp_path, database_url, "2026-11-20 12:00", asks_if_ready=True, settings=ASK) as night:
        anna, bo, lena = await hires(night)
        shift = await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await backs_up(night, bo, shift)

        await night.clock_reaches("2026-11-20 16:30")
        await bo.presses("ready", bo.is_told("Snart börjar ditt pass."))
        await night.clock_reaches("2026-11-20 17:01")
        await night.restarts()
        await night.minutes_pass(10)

        told = lena.is_told("<@U01> har passet för Norrvik och Södermark fre 20 nov 17.00–22.00 men har inte sagt sig")
        assert "Den som står bakom har också fått veta." in told.words
        bo.is_told("Du har också ett pass nu: var beredd på att ta över.", times=1)
        late = anna.is_told("Ditt pass har börjat, och du har inte sagt att du är redo.")
        assert "Tryck när du är redo, så får de veta det också." in late.words
        await anna.presses("ready", late)
        lena.is_told("<@U01>, som har passet fre 20 nov 17.00–22.00, är redo nu.")
        bo.is_told("<@U01>, som har passet fre 20 nov 17.00–22.00, är redo nu.")


async def test_a_leader_is_not_told_of_a_backup_who_is_not_there(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 16:30", asks_if_ready=True, settings=ASK) as night:
        anna, _, lena = await hires(night)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await night.clock_reaches("2026-11-20 16:40")
        await night.clock_reaches("2026-11-20 17:01")
        assert "står bakom" not in lena.is_told("men har inte sagt sig vara redo").words


async def test_a_person_who_leaves_the_workspace(tmp_path: Path, database_url: str) -> None:
    """Deactivated in Slack: the leader knows a day ahead, the backup at the start; nothing is posted to nobody."""
    async with a_night(tmp_path, database_url, "2026-11-19 12:00", asks_if_ready=True, settings=ASK) as night:
        anna, bo, lena = await hires(night)
        shift = await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await backs_up(night, bo, shift)
        night.sandbox.slack.set_active(anna.user, active=False)

        await night.clock_reaches("2026-11-19 17:01")
        lena.is_told(
            "<@U01> har passet för Norrvik och Södermark fre 20 nov 17.00–22.00 men kan inte nås i Slack", times=1
        )
        await bo.presses("ready", bo.is_told("Du har reservpasset"))
        bo.is_not_told("<@U01>")
        await night.clock_reaches("2026-11-20 17:01")
        bo.is_told("<@U01> har passet fre 20 nov 17.00–22.00 men har inte sagt sig vara redo", times=1)
        lena.is_told("men har inte sagt sig vara redo", times=1)
        lena.is_told("kan inte nås i Slack", times=1)
        anna.is_not_told("beredskapen för Norrvik")


async def test_a_guest_may_not_have_beredskap(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 12:00", asks_if_ready=True, settings=ASK) as night:
        anna, _, lena = await hires(night)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        night.sandbox.slack.workspace.person(anna.user).is_restricted = True

        await night.clock_reaches("2026-11-20 12:01")

        lena.is_told("<@U01> har passet för Norrvik och Södermark fre 20 nov 17.00–22.00 men är gäst i Slack")


async def test_do_not_disturb_and_a_phone_that_is_not_verified_are_said(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 12:00", asks_if_ready=True, settings=ASK) as night:
        anna, bo, _ = await hires(night)
        anna.staff = replace(anna.staff, is_phone_verified=False)
        await night.writes(lambda tx: tx.staff.save(anna.staff))
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await night.on_beredskap(bo, "2026-11-21 10:00", "2026-11-21 12:00")
        night.sandbox.slack.set_dnd(anna.user, int(night.at("2026-11-20 20:00").timestamp()))

        await night.clock_reaches("2026-11-20 12:01")

        said = anna.is_told("Du har beredskapen för Norrvik")
        assert "*Stör ej* i Slack är på under passet" in said.words
        assert "Din telefon är inte bekräftad" in said.words
        fine = bo.is_told("Du har beredskapen för Norrvik")
        assert "⚠️" not in fine.words


async def test_a_workspace_that_does_not_let_us_look_is_asked_all_the_same(tmp_path: Path, database_url: str) -> None:
    """Installed before the app asked for users:read: whoever has the shift is told, without the check."""
    async with a_night(tmp_path, database_url, "2026-11-20 12:00", asks_if_ready=True, settings=ASK) as night:
        anna, _, _ = await hires(night)
        night.sandbox.slack.scopes.granted -= {"users:read", "dnd:read"}
        night.expected_errors.add("slack_refuses_us")
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")

        await night.clock_reaches("2026-11-20 12:01")

        anna.is_told("Du har beredskapen för Norrvik")


async def test_a_shift_that_gets_another_owner_begins_anew(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 12:00", asks_if_ready=True, settings=ASK) as night:
        anna, bo, lena = await hires(night)
        shift = await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await night.clock_reaches("2026-11-20 12:01")
        await anna.presses("ready", anna.is_told("Du har beredskapen"))

        given = replace(shift, staff_id=bo.staff.id)
        await night.writes(lambda tx: tx.shifts.change(given))
        await night.minutes_pass(1)
        anna.is_told("Passet fre 20 nov 17.00–22.00 är inte ditt längre.", times=1)
        bo.is_told("Du har beredskapen för Norrvik och Södermark fre 20 nov 17.00–22.00.", times=1)

        await night.writes(lambda tx: tx.shifts.change(replace(given, ends_at=night.at("2026-11-20 23:00"))))
        await night.minutes_pass(1)
        bo.is_told("Ditt pass fre 20 nov 17.00–22.00 har ändrats. Nu är det fre 20 nov 17.00–23.00.", times=1)
        await night.clock_reaches("2026-11-20 17:01")
        lena.is_told(
            "<@U02> har passet för Norrvik och Södermark fre 20 nov 17.00–23.00 men har inte sagt sig vara redo"
        )

        await night.writes(lambda tx: tx.shifts.remove(shift.id))
        await night.minutes_pass(1)
        bo.is_told("Passet fre 20 nov 17.00–23.00 är inte ditt längre.", times=1)


async def test_whoever_gets_a_shift_back_is_asked_again(tmp_path: Path, database_url: str) -> None:
    """What Anna said before Bo had it counts no more."""
    async with a_night(tmp_path, database_url, "2026-11-20 12:00", asks_if_ready=True, settings=ASK) as night:
        anna, bo, lena = await hires(night)
        shift = await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await night.clock_reaches("2026-11-20 12:01")
        await anna.presses("ready", anna.is_told("Du har beredskapen"))
        await night.writes(lambda tx: tx.shifts.change(replace(shift, staff_id=bo.staff.id)))
        await night.minutes_pass(1)
        await night.writes(lambda tx: tx.shifts.change(shift))
        await night.minutes_pass(1)

        bo.is_told("är inte ditt längre", times=1)
        anna.is_told(
            "Du har beredskapen för Norrvik och Södermark fre 20 nov 17.00–22.00.", times=1
        )  # the first says what was pressed
        await night.clock_reaches("2026-11-20 17:01")
        lena.is_told(
            "<@U01> har passet för Norrvik och Södermark fre 20 nov 17.00–22.00 men har inte sagt sig vara redo"
        )


async def test_two_instances_that_ask_at_once_ask_once(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 12:00", asks_if_ready=True, settings=ASK) as night:
        anna, bo, lena = await hires(night)
        shift = await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await backs_up(night, bo, shift)
        assert night.sandbox.bot is not None
        ctx = night.sandbox.bot.ctx

        for at in ("2026-11-20 12:00", "2026-11-20 16:00", "2026-11-20 17:00"):
            if night.at(at) > night.sandbox.clock.now():
                night.sandbox.clock.move_to(night.at(at))
            await asyncio.gather(*(ask_if_ready(ctx=ctx) for _ in range(4)))
            await night.settles()

        anna.is_told("*Du har beredskapen för Norrvik", times=1)
        anna.is_told("Snart börjar ditt pass.", times=1)
        anna.is_told("Ditt pass har börjat", times=1)
        lena.is_told("<@U01> har passet för Norrvik", times=1)
        bo.is_told("<@U01> har passet", times=1)


async def test_a_button_that_is_somebody_elses(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 16:30", asks_if_ready=True, settings=ASK) as night:
        anna, bo, _ = await hires(night)
        shift = await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await night.minutes_pass(1)

        assert "Passet är inte ditt." in await night.forges(bo, "ready", shift.id, "")

        assert night.audit("confirm_ready") == [(StaffId(bo.staff.id), "not_your_shift", False)]
