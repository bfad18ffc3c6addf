"""The watched folder: a whole file is read once, moved aside, and its bad rows told of; none is lost."""

import os
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.case_import import WatchedFolder
from bot.domain.errors import Busy
from bot.services.clocks import watch_folder as watching
from bot.services.clocks.import_notices import WAITING
from bot.services.clocks.watch_folder import ABANDONED, TAKEN, watch_folder
from bot.services.context import Context
from bot.texts import Texts
from storage.store import SqlStore
from tests.frozen import FrozenClock
from tests.imports.given_cases import CONFIG, INGRID, NORRVIK, PETRA, case, clocks_of, configured, csv_of

STAMP = "20261120-142000"  # a Friday in office hours, by the Stockholm clock


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(datetime(2026, 11, 20, 13, 20, tzinfo=UTC))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "utdrag"
    path.mkdir()
    return path


@pytest.fixture
def watched(sqlite_ctx: Context, folder: Path) -> Context:
    return watching_as(sqlite_ctx, folder, INGRID)


def watching_as(ctx: Context, folder: Path, email: str) -> Context:
    return configured(ctx, replace(CONFIG, folders=(WatchedFolder(folder, NORRVIK, email),)))


def lay(ctx: Context, path: Path, data: bytes, *, age: timedelta = timedelta(minutes=2)) -> Path:
    """Lay a file that was last written to `age` ago."""
    path.write_bytes(data)
    at = (ctx.clock.wire_now() - age).timestamp()
    os.utime(path, (at, at))
    return path


def notices(ctx: Context) -> list[dict[str, Any]]:
    assert isinstance(ctx.store, SqlStore)
    with ctx.store.engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT id FROM outbox WHERE kind = 'notice' ORDER BY id")).scalars().all()
    return [payload_of(ctx, int(row)) for row in rows]


def payload_of(ctx: Context, row_id: int) -> dict[str, Any]:
    assert isinstance(ctx.store, SqlStore)
    found: list[Any] = []
    ctx.store._query(lambda tx: found.append(tx.outbox.get(row_id)))
    return dict(found[0].payload)


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


async def test_a_nights_export_is_read_and_moved_aside(watched: Context, folder: Path) -> None:
    lay(watched, folder / "natt.csv", csv_of([case(owner="Ingrid Strand")]))

    assert await watch_folder(ctx=watched) == 1
    assert await watch_folder(ctx=watched) == 0
    assert len(await clocks_of(watched)) == 1
    assert names(folder) == [f"inlasta/{STAMP}-natt.csv"]
    assert stat.S_IMODE((folder / "inlasta").stat().st_mode) == 0o700
    assert notices(watched) == []


async def test_rejected_rows_stand_beside_it_and_the_leaders_are_told_how_many(watched: Context, folder: Path) -> None:
    rows = [case(), case(case_ref="Nova Lindgren"), case(kind="Remiss")]
    lay(watched, folder / "natt.csv", csv_of(rows))

    await watch_folder(ctx=watched)

    assert names(folder) == [f"inlasta/{STAMP}-natt-avvisade.csv", f"inlasta/{STAMP}-natt.csv"]
    (told,) = notices(watched)
    assert told["key"] == "import_rejected"
    assert told["values"] == {"namnd": "Norrvik", "stamp": STAMP, "count": "2", "total": "3"}
    assert Texts().staff("notice.import_rejected", **told["values"]).startswith("⚠️ Nattens läsning")
    assert "Nova" in (folder / "inlasta" / f"{STAMP}-natt-avvisade.csv").read_text(encoding="utf-8-sig")


async def test_the_same_bad_rows_the_next_night_are_told_of_again_but_once_a_night(
    watched: Context, folder: Path, clock: FrozenClock
) -> None:
    for _ in range(2):
        lay(watched, folder / "natt.csv", csv_of([case(case_ref="")]))
        await watch_folder(ctx=watched)
    assert len(notices(watched)) == 1
    clock.passes(timedelta(days=3))
    lay(watched, folder / "natt.csv", csv_of([case(case_ref="")]))

    await watch_folder(ctx=watched)

    assert len(notices(watched)) == 2


@pytest.mark.parametrize("data", [csv_of([case(case_ref="")]), b"PK\x03\x04 nothing"])
async def test_nobody_is_told_at_night(watched: Context, folder: Path, clock: FrozenClock, data: bytes) -> None:
    """It is said once when the office opens, also when the bot has died in between, and nothing is left lying."""
    clock.passes(timedelta(hours=13))  # twenty past three on a Saturday morning
    lay(watched, folder / "natt.csv", data)
    assert await watch_folder(ctx=watched) == 1
    waiting = folder / next(name for name in names(folder) if name.startswith(WAITING))
    kept = waiting.read_bytes()
    clock.passes(timedelta(days=1))
    await watch_folder(ctx=watched)
    assert notices(watched) == []

    clock.passes(timedelta(days=1, hours=4, minutes=40))  # Monday at eight
    await watch_folder(ctx=watched)
    waiting.write_bytes(kept)  # told, and the bot died before it was taken away
    await watch_folder(ctx=watched)
    assert len(notices(watched)) == 1
    assert not [name for name in names(folder) if name.startswith(".")]


async def test_what_waits_to_be_said_and_is_not_ours_is_taken_away(watched: Context, folder: Path) -> None:
    for nth, text in enumerate(('{"key": "import_rejected"', "[1]", '{"key": 1}')):
        (folder / f"{WAITING}{nth}").write_text(text, encoding="utf-8")

    await watch_folder(ctx=watched)

    assert (names(folder), notices(watched)) == ([], [])


@pytest.mark.parametrize("name", ["natt.csv", "NATT.XLSX"])
async def test_what_cannot_be_read_is_laid_aside_and_told_of_once(watched: Context, folder: Path, name: str) -> None:
    lay(watched, folder / name, b"PK\x03\x04 nothing")

    assert await watch_folder(ctx=watched) == 1
    assert await watch_folder(ctx=watched) == 0
    assert names(folder) == [f"avvisade/{STAMP}-{name}"]
    (told,) = notices(watched)
    assert (told["key"], "Excelfilen" in told["values"]["why"]) == ("import_unreadable", True)
    assert Texts().staff("notice.import_unreadable", **told["values"]).startswith("🚨")


async def test_somebody_who_may_not_is_told_of_and_not_tried_every_minute(sqlite_ctx: Context, folder: Path) -> None:
    made = watching_as(sqlite_ctx, folder, PETRA)
    lay(made, folder / "natt.csv", csv_of([case()]))

    assert await watch_folder(ctx=made) == 1
    assert await watch_folder(ctx=made) == 0
    assert [told["key"] for told in notices(made)] == ["import_unreadable"]
    assert await clocks_of(made) == {}


async def test_a_fault_of_ours_lays_the_file_aside(
    watched: Context, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crashes(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(watching, "import_cases", crashes)
    lay(watched, folder / "natt.csv", csv_of([case()]))

    assert await watch_folder(ctx=watched) == 1
    assert names(folder) == [f"avvisade/{STAMP}-natt.csv"]
    assert "loggen" in notices(watched)[0]["values"]["why"]


async def test_a_database_that_is_away_leaves_the_file_for_another_time(
    watched: Context, folder: Path, monkeypatch: pytest.MonkeyPatch, clock: FrozenClock
) -> None:
    async def away(*_: object, **__: object) -> None:
        raise Busy

    lay(watched, folder / "natt.csv", csv_of([case()]))
    with monkeypatch.context() as patched:
        patched.setattr(watching, "import_cases", away)
        with pytest.raises(Busy):
            await watch_folder(ctx=watched)
    assert names(folder) == ["natt.csv"]
    clock.passes(timedelta(minutes=1))

    assert await watch_folder(ctx=watched) == 1
    assert len(await clocks_of(watched)) == 1


async def test_what_is_still_written_to_waits(watched: Context, folder: Path, clock: FrozenClock) -> None:
    lay(watched, folder / "natt.csv", csv_of([case()]), age=timedelta(seconds=59))

    assert await watch_folder(ctx=watched) == 0
    clock.passes(timedelta(seconds=1))
    assert await watch_folder(ctx=watched) == 1


async def test_what_is_no_export_is_left_alone(watched: Context, folder: Path, tmp_path: Path) -> None:
    for name in ("natt.csv.part", ".natt.csv", "~$natt.xlsx", "las-mig.md"):
        lay(watched, folder / name, b"x")
    lay(watched, tmp_path / "annan.csv", csv_of([case()]))
    (folder / "lank.csv").symlink_to(tmp_path / "annan.csv")
    (folder / "mapp.csv").mkdir()

    assert await watch_folder(ctx=watched) == 0


async def test_two_instances_read_it_once(watched: Context, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else renames the file between our look and our own."""
    lay(watched, folder / "natt.csv", csv_of([case()]))
    looked = watching._whole

    def then_taken(path: Path, now: Any) -> Any:
        found = list(looked(path, now))
        for taken, name in found:
            taken.rename(folder / f"{TAKEN}theirs-{name}")
        return iter(found)

    monkeypatch.setattr(watching, "_whole", then_taken)

    assert await watch_folder(ctx=watched) == 0
    assert names(folder) == [f"{TAKEN}theirs-natt.csv"]


async def test_what_somebody_took_and_died_with_is_read_after_an_hour(
    watched: Context, folder: Path, clock: FrozenClock
) -> None:
    lay(watched, folder / f"{TAKEN}abc-natt-2.csv", csv_of([case()]))

    assert await watch_folder(ctx=watched) == 0
    clock.passes(ABANDONED)
    assert await watch_folder(ctx=watched) == 1
    assert names(folder) == ["inlasta/20261120-152000-natt-2.csv"]


async def test_two_files_of_one_name_are_both_kept(watched: Context, folder: Path) -> None:
    for ref in ("K-1", "K-2"):
        lay(watched, folder / "natt.csv", csv_of([case(case_ref=ref)]))
        await watch_folder(ctx=watched)

    assert len(names(folder)) == 2
    assert len(await clocks_of(watched)) == len(await clocks_of(watched, "K-2")) == 1


async def test_a_folder_that_is_not_there_is_said_in_the_log_and_no_more(sqlite_ctx: Context, tmp_path: Path) -> None:
    assert await watch_folder(ctx=watching_as(sqlite_ctx, tmp_path / "finns-inte", INGRID)) == 0
    assert await watch_folder(ctx=sqlite_ctx) == 0
