"""Whoever has no Slack is asked by sms, on a phone that is known to be theirs, and answers with 1."""

from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from bot.domain.duty import Shift
from bot.domain.ids import ShiftId
from storage.tables import OutboxRow
from tests.acceptance.night import NORRVIK, Night, Person, Phone, a_night
from tests.ready.test_ready_stories import ASK, backs_up, hires

KIMS = "+46701740614"
TAKEN = "Svara 1 när du är redo."


async def with_kim(night: Night, *, is_verified: bool = True) -> tuple[Person, Person, Person, Phone, Shift]:
    """Anna has Friday's shift; Kim, who has no Slack, stands behind her; Lena leads."""
    anna, _, lena = await hires(night)
    kim = await night.hires("Kim Alm", NORRVIK, phone=KIMS)
    kim.staff = replace(kim.staff, slack_user_id=None, is_phone_verified=is_verified)
    await night.writes(lambda tx: tx.staff.save(kim.staff))
    phone = night.phone(KIMS)
    shift = await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
    await backs_up(night, kim, shift)
    return anna, kim, lena, phone, shift


async def test_a_backup_without_slack_answers_1(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 12:00", asks_if_ready=True, settings=ASK) as night:
        anna, kim, lena, phone, _ = await with_kim(night)
        await night.minutes_pass(1)
        await anna.presses("ready", anna.is_told("Du har beredskapen"))

        phone.receives(f"Beredskap: du har ett pass som börjar i dag 17.00. {TAKEN}", times=1)
        await phone.texts("1")
        phone.receives("Beredskap: tack, vi har antecknat att du är redo.", times=1)
        await phone.texts(" 1\n")
        await night.clock_reaches("2026-11-20 16:01")
        anna.is_told("Du har sagt att du är redo.", times=2)
        phone.receives("Beredskap: ditt pass börjar i dag 17.00. Du har svarat att du är redo.", times=1)
        await night.clock_reaches("2026-11-20 17:05")

        lena.is_not_told("redo")
        assert night.audit("confirm_ready") == [(anna.staff.id, "self", True), (kim.staff.id, "own_phone", True)]
        night.expect_handovers()
        night.expect_nothing_else()


async def test_silence_is_told_of_at_the_start_and_a_late_1_calms(tmp_path: Path, database_url: str) -> None:
    """Told once, also when the program is stopped; by name, since there is nobody to mention."""
    async with a_night(tmp_path, database_url, "2026-11-20 16:30", asks_if_ready=True, settings=ASK) as night:
        anna, _, lena, phone, _ = await with_kim(night)
        await night.minutes_pass(1)
        await anna.presses("ready", anna.is_told("Snart börjar ditt pass."))
        phone.receives(f"Beredskap: ditt pass börjar i dag 17.00. {TAKEN}", times=1)
        await phone.texts("ja")
        await night.clock_reaches("2026-11-20 17:01")
        await night.restarts()
        await night.minutes_pass(10)

        said = "Kim Alm har passet för Norrvik och Södermark fre 20 nov 17.00–22.00 men har inte sagt sig vara redo"
        lena.is_told(said, times=1)
        anna.is_told("Kim Alm har passet fre 20 nov 17.00–22.00 men har inte sagt sig vara redo", times=1)
        waiting = night.rows(sa.select(OutboxRow.__table__))  # type: ignore[attr-defined]
        assert not [row for row in waiting if "Kim" in str(row.payload)]  # names are sealed at rest
        phone.receives("Beredskap: ditt pass har börjat, och du har inte svarat att du är redo. Svara 1.", times=1)
        await phone.texts("1")
        lena.is_told("Kim Alm, som har passet fre 20 nov 17.00–22.00, är redo nu.", times=1)
        phone.receives("Beredskap: tack, vi har antecknat att du är redo.", times=1)


async def test_a_phone_that_nobody_has_verified_is_not_texted(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_night(tmp_path, sqlite_database_url, "2026-11-20 16:30", asks_if_ready=True, settings=ASK) as night:
        _, _, _, phone, _ = await with_kim(night, is_verified=False)

        await night.clock_reaches("2026-11-20 17:01")

        assert phone.inbox() == []


async def test_a_number_that_takes_no_sms_is_told_to_the_leader_at_once(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 12:00", asks_if_ready=True, settings=ASK) as night:
        night.expected_errors.add("staff_sms_rejected")
        await night.phone(KIMS).texts("STOP")
        _, _, lena, phone, _ = await with_kim(night)

        await night.minutes_pass(1)

        lena.is_told(
            "Kim Alm har passet för Norrvik och Södermark fre 20 nov 17.00–22.00 men kan inte nås: sms", times=1
        )
        assert phone.inbox() == []


async def test_who_had_the_shift_answers_for_nobody(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 12:00", asks_if_ready=True, settings=ASK) as night:
        _, _, _, phone, shift = await with_kim(night)
        await night.minutes_pass(1)
        phone.receives(TAKEN, times=1)
        bo = night.people["Bo"]
        behind = replace(shift, id=ShiftId(f"{shift.id}b"), staff_id=bo.staff.id, is_backup=True)
        await night.writes(lambda tx: tx.shifts.change(behind))
        await night.minutes_pass(1)

        phone.receives("Beredskap: passet som börjar i dag 17.00 är inte ditt längre.", times=1)
        await phone.texts("1")

        assert night.audit("confirm_ready") == []
        phone.receives("vi har antecknat", times=0)
        bo.is_told("Du har reservpasset")


async def test_other_hours_are_told_and_asked_of_anew(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 12:00", asks_if_ready=True, settings=ASK) as night:
        _, kim, _, phone, shift = await with_kim(night)
        await night.minutes_pass(1)
        await phone.texts("1")
        later = replace(
            shift,
            id=ShiftId(f"{shift.id}b"),
            staff_id=kim.staff.id,
            is_backup=True,
            starts_at=night.at("2026-11-20 18:00"),
        )
        await night.writes(lambda tx: tx.shifts.change(later))
        await night.minutes_pass(1)

        phone.receives("Beredskap: ditt pass har ändrats. Det börjar i dag 18.00.", times=1)
        phone.receives(f"Beredskap: du har ett pass som börjar i dag 18.00. {TAKEN}", times=1)
        await night.clock_reaches("2026-11-20 18:01")
        phone.receives("ditt pass har börjat, och du har inte svarat", times=1)
