"""A leader proposes, edits, checks and publishes, and each person is told."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from bot.domain.duty import Shift
from bot.domain.ids import ShiftId
from bot.domain.rota.draft import DraftState, RotaDraft
from bot.ports import Tx
from bot.texts import rota_words as words
from storage.engine import writer_engine
from storage.tables import AuditRow, OutboxRow
from tests.exports.given import person
from tests.frozen import FrozenClock
from tests.rota.conftest import Run, Stored
from tests.rota.given import NORRVIK, wall

GUNILLA, ANNA = "gunilla.holm@example.se", "anna.berg@example.se"
FILE = """epost;namn;nämnd;start;slut;del
anna.berg@example.se;Anna Berg;norrvik;2026-12-07 17:00;2026-12-07 22:00;ansvarig
bo.lund@example.se;Bo Lund;norrvik;2026-12-07 17:00;2026-12-07 22:00;reserv
david.ek@example.se;David Ek;sodermark;2026-12-08 17:00;2026-12-08 22:00;ansvarig
elin.sand@example.se;Elin Sand;sodermark;2026-12-08 17:00;2026-12-08 22:00;reserv
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "schema.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def shifts(stored: Stored, first: str = "2026-12-07 00:00", last: str = "2026-12-21 00:00") -> list[Any]:
    return list(
        stored(
            lambda tx: [
                (s.staff_id, s.starts_at, s.is_backup, s.id) for s in tx.shifts.between(wall(first), wall(last))
            ]
        )
    )


def told(url: str) -> list[dict[str, Any]]:
    table: sa.Table = OutboxRow.__table__  # type: ignore[attr-defined]
    return [row.payload for row in _rows(url, sa.select(table).where(table.c.kind == "notice").order_by(table.c.id))]


def acts(url: str) -> list[tuple[str, bool]]:
    table: sa.Table = AuditRow.__table__  # type: ignore[attr-defined]
    ours = table.c.act.startswith("rota") | table.c.act.startswith("shift")
    return [(row.act, row.is_allowed) for row in _rows(url, sa.select(table).where(ours).order_by(table.c.id))]


def _rows(url: str, statement: sa.Select[Any]) -> list[Any]:
    engine = writer_engine(url)
    try:
        with engine.connect() as connection:
            return list(connection.execute(statement))
    finally:
        engine.dispose()


def draft_of(tx: Tx, draft_id: str) -> RotaDraft:
    found = tx.rota.draft(draft_id)
    assert found is not None
    return found


def proposed(run: Run, *more: str) -> tuple[str, str]:
    """Propose a week; return the draft's id and what was said."""
    result = run("propose", "--from", "2026-12-07", "--weeks", "1", "--minutes", "0.05", *more)
    assert result.exit_code == 0, result.output
    found = re.search(r"Förslag (\w+):", result.stdout)
    assert found
    return found[1], result.stdout


def test_a_proposal_is_shown_kept_and_published(
    run: Run, stored: Stored, sqlite_database_url: str, tmp_path: Path
) -> None:
    out = tmp_path / "schema.xlsx"
    draft, said = proposed(run, "--out", str(out))

    assert words.FAIRNESS in said
    assert words.FREE_DAYS in said
    assert words.CLEAN in said
    assert shifts(stored) == []
    sheet = load_workbook(out).active
    assert sheet is not None
    assert sheet.max_row == 1 + 14

    result = run("publish", draft)

    assert result.exit_code == 0, result.output
    assert words.PUBLISHED.format(added=14, removed=0, unchanged=0) in result.stdout
    assert len(shifts(stored)) == 14
    people = {payload["staff"] for payload in told(sqlite_database_url)}
    assert people == {staff_id for staff_id, *_ in shifts(stored)}
    assert acts(sqlite_database_url).count(("shift_added", True)) == 14
    assert acts(sqlite_database_url)[-1] == ("rota_publish", True)
    assert stored(lambda tx: draft_of(tx, draft).state) is DraftState.PUBLISHED


def test_publishing_twice_changes_nothing_and_tells_nobody(run: Run, stored: Stored, sqlite_database_url: str) -> None:
    draft, _ = proposed(run)
    run("publish", draft)
    before, said = shifts(stored), told(sqlite_database_url)

    result = run("publish", draft)

    assert words.NOTHING_NEW in result.stdout
    assert (shifts(stored), told(sqlite_database_url)) == (before, said)


def test_what_was_written_can_be_edited_in_excel_and_read_again(run: Run, stored: Stored, tmp_path: Path) -> None:
    out = tmp_path / "schema.xlsx"
    draft, _ = proposed(run, "--out", str(out))

    result = run("publish", str(out))

    assert result.exit_code == 0, result.output
    published = {(who, at, backup) for who, at, backup, _ in shifts(stored)}
    assert published == set(
        stored(lambda tx: [(t.staff_id, t.starts_at, t.is_backup) for t in draft_of(tx, draft).turns])
    )


def test_an_edited_rota_replaces_what_is_to_come_and_leaves_what_stands(
    run: Run, stored: Stored, file: Path, world_clock: FrozenClock, sqlite_database_url: str
) -> None:
    """Monday has begun, and Wednesday was put there by hand: only Tuesday is another's."""
    assert run("publish", str(file)).exit_code == 0
    anna = stored(lambda tx: person(tx, ANNA).id)
    stored(_by_hand)
    world_clock.world_jumps(wall("2026-12-07 18:00") - world_clock.now())
    before = {shift_id for *_, shift_id in shifts(stored)}
    file.write_text(FILE.replace("david.ek", "farid.nouri").replace("anna.berg", "cecilia.ros"), encoding="utf-8")

    result = run("publish", str(file))

    assert result.exit_code == 0, result.output
    assert words.PUBLISHED.format(added=1, removed=1, unchanged=1) in result.stdout
    assert words.PAST.format(count=2) in result.stdout
    after = shifts(stored)
    assert len({shift_id for *_, shift_id in after} & before) == 4
    assert (anna, wall("2026-12-07 17:00"), False) in [shift[:3] for shift in after]
    keys = [(payload["key"], payload["staff"]) for payload in told(sqlite_database_url)][-2:]
    david, farid = stored(lambda tx: [person(tx, f"{n}@example.se").id for n in ("david.ek", "farid.nouri")])
    assert sorted(keys) == sorted([("rota_published_none", david), ("rota_published", farid)])


def _by_hand(tx: Tx) -> None:
    cecilia = person(tx, "cecilia.ros@example.se")
    start, end = wall("2026-12-09 17:00"), wall("2026-12-09 22:00")
    tx.shifts.upsert(Shift(ShiftId("by-hand"), cecilia.id, NORRVIK, start, end))


def test_a_hole_is_published_only_with_a_reason(run: Run, stored: Stored, file: Path) -> None:
    file.write_text(FILE.replace(FILE.splitlines()[1] + "\n", ""), encoding="utf-8")

    refused = run("publish", str(file))

    assert (refused.exit_code, shifts(stored)) == (2, [])
    assert words.NEEDS_REASON in refused.stderr
    assert "mån 7 dec 17.00–22.00: ingen ansvarig" in run("check", str(file)).stdout
    assert run("publish", str(file), "--despite", "Socialjouren svarar").exit_code == 0
    assert len(shifts(stored)) == 3
    (draft,) = stored(lambda tx: tx.rota.drafts(wall("2026-12-07 12:00").date(), wall("2026-12-08 12:00").date()))
    assert draft.despite == "Socialjouren svarar"


def test_a_swap_is_not_undone_in_silence(run: Run, stored: Stored, file: Path) -> None:
    run("publish", str(file))
    stored(_swap)

    refused = run("publish", str(file))

    assert refused.exit_code == 2
    assert "Cecilia Ros, mån 7 dec 17.00–22.00: har bytts" in run("check", str(file)).stdout


def _swap(tx: Tx) -> None:
    cecilia = person(tx, "cecilia.ros@example.se")
    (shift,) = [s for s in tx.shifts.between(wall("2026-12-07 17:00"), wall("2026-12-07 22:00")) if not s.is_backup]
    tx.shifts.change(replace(shift, staff_id=cecilia.id))


@pytest.mark.parametrize("who", [GUNILLA, ANNA, "ingen@example.se"])
def test_a_rota_of_two_namnder_is_published_by_who_leads_in_both(
    run: Run, stored: Stored, file: Path, who: str, sqlite_database_url: str
) -> None:
    result = run("publish", str(file), as_=who)

    assert (result.exit_code, shifts(stored)) == (2, [])
    assert acts(sqlite_database_url) == [("rota_publish", False)]


def test_a_leader_of_one_namnd_may_look(run: Run, file: Path) -> None:
    assert run("check", str(file), as_=GUNILLA).exit_code == 0
    assert run("check", str(file), as_=ANNA).exit_code == 2


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("anna.berg@example.se", "", f"rad 2 epost: {words.NOBODY_NAMED}"),
        ("anna.berg@", "anna.borg@", "rad 2 epost: adressen tillhör ingen i personalen"),
        ("ansvarig", "chef", "rad 2 del: skriv ansvarig eller reserv"),
        ("2026-12-07 22:00;ans", "2026-12-07 16:00;ans", "rad 2 slut: passet slutar inte efter att det börjar"),
        ("2026-12-07 17:00", "2026-13-07 17:00", "rad 2 start: tiden"),
        ("norrvik", "vidby", "rad 2 nämnd: nämnden"),
    ],
)
def test_a_file_that_is_wrong_is_pointed_at(run: Run, file: Path, old: str, new: str, said: str) -> None:
    file.write_text(FILE.replace(old, new, 1), encoding="utf-8")

    result = run("publish", str(file))

    assert result.exit_code == 1
    assert said in result.stdout


def test_a_person_who_cannot_have_shifts_there_is_refused(run: Run, stored: Stored, file: Path) -> None:
    file.write_text(FILE.replace("Anna Berg;norrvik", "Anna Berg;sodermark"), encoding="utf-8")

    result = run("publish", str(file))

    assert (result.exit_code, shifts(stored)) == (2, [])
    assert words.NOT_IN_ROTA.format(who="Anna Berg") in result.stderr


def test_nobody_has_two_shifts_at_once(run: Run, stored: Stored, file: Path) -> None:
    file.write_text(
        FILE.replace("2026-12-08", "2026-12-09")
        .replace("david.ek", "cecilia.ros")
        .replace("sodermark", "norrvik", 1)
        .replace("David Ek;sodermark", "C;norrvik"),
        encoding="utf-8",
    )
    stored(_by_hand)

    result = run("publish", str(file), "--despite", "prov")

    assert result.exit_code == 2
    assert "Cecilia Ros har redan ett pass" in result.stderr


def test_who_is_away_gets_nothing_until_they_are_not(run: Run, stored: Stored) -> None:
    noted = run("away", ANNA, "2026-12-01", "2026-12-31")
    assert noted.exit_code == 0, noted.output
    anna = stored(lambda tx: person(tx, ANNA).id)

    draft, _ = proposed(run)

    assert anna not in {t.staff_id for t in stored(lambda tx: draft_of(tx, draft).turns)}
    shown = run("show", "--from", "2026-12-07").stdout
    assert "Anna Berg: borta tis 1/12–tor 31/12" in shown
    (identity,) = re.findall(r"Antecknat \((\w+)\)", noted.stdout)
    assert run("away", "--remove", identity).exit_code == 0
    assert "Anna Berg: borta" not in run("show", "--from", "2026-12-07").stdout


def test_a_rota_that_cannot_be_solved_says_why(run: Run) -> None:
    for name in ("anna.berg", "bo.lund", "cecilia.ros", "david.ek"):
        run("away", f"{name}@example.se", "2026-12-07", "2026-12-13")

    result = run("propose", "--from", "2026-12-07", "--weeks", "1", "--minutes", "0.05")

    assert result.exit_code == 1
    assert words.SERIOUS in result.stdout
    assert "ingen reserv. 4 är borta" in result.stdout
    assert words.WHY["nothing"][0] not in result.stdout


def test_what_is_asked_for_wrongly_is_said(run: Run) -> None:
    assert words.BAD_DATE.format(option="--from") in run("propose", "--from", "7/12").stderr
    assert words.NO_DRAFT.format(what="saknas.csv") in run("check", "saknas.csv").stderr
    assert words.AWAY_HOW in run("away").stderr
    assert words.WRONG_ORDER in run("away", ANNA, "2026-12-07", "2026-12-01").stderr
    assert words.UNKNOWN_PERSON in run("away", GUNILLA, "2026-12-07").stderr
    assert words.NO_SUCH_DAYS in run("away", "--remove", "x").stderr
    assert words.DAYS_PAST in run("away", ANNA, "2026-01-03").stderr


def test_a_file_that_could_not_be_written_is_said_before_the_long_search(run: Run, tmp_path: Path) -> None:
    there = tmp_path / "schema.xlsx"
    there.touch()
    for path, why in ((there, words.EXISTS.format(path=there)), (tmp_path / "schema.pdf", words.NO_SUCH_TABLE)):
        result = run("propose", "--from", "2026-12-07", "--weeks", "1", "--out", str(path))
        assert (result.exit_code, result.stderr.strip(), result.stdout) == (2, why, "")


def test_weeks_without_anything_to_fill_are_no_proposal(run: Run, stored: Stored) -> None:
    result = run("propose", "--from", "2025-12-08", "--weeks", "1", "--minutes", "0.05")
    assert result.exit_code == 2
    assert words.NOTHING_TO_FILL in result.stderr
    assert "Förslag" not in result.stdout


def test_what_is_said_twice_of_some_days_is_noted_once(run: Run) -> None:
    said = {run("away", ANNA, "2026-12-21", "2027-01-03").stdout for _ in range(2)}
    assert len(said) == 1
    assert run("show", "--from", "2026-12-21").stdout.count("Anna Berg: borta") == 1


def test_the_rota_is_shown_from_today(run: Run, file: Path) -> None:
    assert run("publish", str(file), "--despite", "prov").exit_code == 0
    assert "mån 7 dec 17.00–22.00  Anna Berg" in run("show").stdout
    assert "Anna Berg" not in run("show", "--weeks", "1").stdout


def test_a_leader_of_one_namnd_reads_why_both_are_needed(run: Run) -> None:
    draft, _ = proposed(run)
    assert words.DENIED_IN_EACH in run("publish", draft, as_=GUNILLA).stderr
    assert words.DENIED in run("publish", draft, as_=ANNA).stderr
