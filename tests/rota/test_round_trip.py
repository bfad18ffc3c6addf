"""What the rota is exported as can be read in again, and then nothing is changed."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.duty import Shift
from bot.domain.ids import ShiftId, StaffId
from bot.domain.rota.draft import FreeDay
from bot.ports import Tx
from bot.texts import import_words as words
from tests.rota.conftest import Run, Stored
from tests.rota.given import NORRVIK, wall
from tests.rota.test_rota_cli import FILE, shifts

PERIOD = ("--from", "2026-10-20", "--to", "2026-12-31")
FORMS = ["csv", "xlsx", "ics"]


@pytest.fixture
def published(command: Run, tmp_path: Path, stored: Stored) -> None:
    """A rota, and two shifts by hand: one from the second of two equal hours, one taken over within a minute."""
    file = tmp_path / "schema.csv"
    file.write_text(FILE, encoding="utf-8")
    assert command("rota", "publish", str(file)).exit_code == 0
    anna = stored(lambda tx: tx.staff.by_email("anna.berg@example.se")).id
    second_hour = wall("2026-10-25 02:30") + timedelta(hours=1)
    odd = wall("2026-11-03 18:14") + timedelta(seconds=33, microseconds=250_000)
    stored(lambda tx: tx.shifts.add_all([_shift("s1", anna, second_hour), _shift("s2", anna, odd)]))


def _shift(shift_id: str, staff_id: StaffId, starts_at: datetime) -> Shift:
    return Shift(ShiftId(shift_id), staff_id, NORRVIK, starts_at, starts_at + timedelta(hours=4))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.usefixtures("published")
def test_what_is_exported_and_read_in_again_changes_nothing(
    command: Run, stored: Stored, tmp_path: Path, form: str
) -> None:
    out = tmp_path / f"ut.{form}"
    before = shifts(stored, "2026-10-20 00:00")
    assert command("rota", "export", *PERIOD, "--out", str(out)).exit_code == 0

    again = command("import-shifts", str(out))

    assert (again.output, again.exit_code) == ("Klart: 0 nya, 0 ändrade, 6 oförändrade\n", 0)
    assert shifts(stored, "2026-10-20 00:00") == before


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.usefixtures("published")
def test_what_is_read_into_an_empty_rota_is_the_same_rota(
    command: Run, stored: Stored, tmp_path: Path, form: str
) -> None:
    out = tmp_path / f"ut.{form}"
    before = _told(stored)
    assert command("rota", "export", "--from", "2026-12-01", "--to", "2026-12-31", "--out", str(out)).exit_code == 0
    stored(lambda tx: [tx.shifts.remove(shift.id) for shift in standing(tx)])

    assert command("import-shifts", str(out)).output == "Klart: 4 nya, 0 ändrade, 0 oförändrade\n"

    assert _told(stored) == before


def standing(tx: Tx) -> list[Shift]:
    return tx.shifts.between(wall("2026-12-01 00:00"), wall("2026-12-31 00:00"))


def _told(stored: Stored) -> set[tuple[object, ...]]:
    found = stored(standing)
    return {(s.staff_id, s.lending_namnd, s.starts_at, s.ends_at, s.is_backup) for s in found}


@pytest.mark.usefixtures("published")
def test_one_persons_calendar_comes_back_too(command: Run, tmp_path: Path) -> None:
    out = tmp_path / "anna.ics"
    assert command("rota", "export", *PERIOD, "--person", "anna.berg@example.se", "--out", str(out)).exit_code == 0

    assert command("import-shifts", str(out)).output == "Klart: 0 nya, 0 ändrade, 3 oförändrade\n"


@pytest.mark.usefixtures("published")
def test_a_day_off_in_the_calendar_is_no_shift(command: Run, stored: Stored, tmp_path: Path) -> None:
    out = tmp_path / "alla.ics"
    anna = stored(lambda tx: tx.staff.by_email("anna.berg@example.se")).id
    stored(lambda tx: tx.rota.add_days_off([FreeDay(anna, date(2026, 12, 11))]))
    assert command("rota", "export", *PERIOD, "--out", str(out)).exit_code == 0

    assert "SUMMARY:Ledig: Anna Berg" in out.read_text(encoding="utf-8")
    assert command("import-shifts", str(out)).output == "Klart: 0 nya, 0 ändrade, 6 oförändrade\n"


@pytest.mark.usefixtures("published")
def test_one_wrong_event_saves_nothing_and_is_pointed_out(command: Run, stored: Stored, tmp_path: Path) -> None:
    out = tmp_path / "alla.ics"
    assert command("rota", "export", *PERIOD, "--out", str(out)).exit_code == 0
    text = out.read_text(encoding="utf-8").replace("20261207T2200", "20261207T2300")
    text = text.replace("DTSTART;TZID=Europe/Stockholm:20261208T170000", "DTSTART;VALUE=DATE:20261208", 1)
    out.write_text(text, encoding="utf-8", newline="\r\n")
    before = shifts(stored)

    refused = command("import-shifts", str(out))

    assert refused.exit_code == 1
    assert words.ALL_DAY in refused.output
    assert words.BAD_ROWS.format(count=1) in refused.output
    assert shifts(stored) == before
