"""The nightly export: a file that is laid in the watched folder is imported, moved aside, and its bad rows told of.

A file is taken by renaming it, so that of two instances one has it. What was taken by somebody who then died is found
again after an hour: an import may be run any number of times. The log says how many rows, never what stood in them.
"""

import asyncio
import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from bot.domain.calendar import local
from bot.domain.case_import import REQUIRED, CaseImport, WatchedFolder
from bot.domain.errors import Busy, NotAllowed
from bot.domain.ids import new_id
from bot.services.clocks.import_notices import say_to_leaders, say_what_waits
from bot.services.context import Context
from bot.services.imports.case_table import CannotRead, CaseTable, read_cases
from bot.services.imports.cases import CasesResult, import_cases
from bot.services.imports.rejected import rejected_path, write_rejected
from bot.services.imports.run import CannotImport
from bot.services.shared.alone import guarded
from bot.texts import case_words as words

log = structlog.get_logger(__name__)

QUIET: Final = timedelta(minutes=1)  # a file that changed since then may not be whole yet
ABANDONED: Final = timedelta(hours=1)
TAKEN: Final = ".laser-"  # what the name of a file that somebody is reading begins with
SUFFIXES: Final = frozenset({".csv", ".txt", ".xlsx"})
OURS_ONLY: Final = 0o700


@dataclass(frozen=True, slots=True)
class _Taken:
    """A file that is ours to read. `name` is what it was called."""

    folder: WatchedFolder
    path: Path
    name: str
    stamp: str

    @property
    def stamped(self) -> str:
        return f"{self.stamp}-{self.name}"


async def watch_folder(*, ctx: Context) -> int:
    """Import what lies in the watched folders and is whole; return how many files that was.

    Raises Busy: the file lies where it lay, and is taken another time.
    """
    config = ctx.rules.case_import
    count = 0
    for folder in () if config is None else config.folders:
        await say_what_waits(folder, ctx=ctx)
        while (taken := await asyncio.to_thread(_take, folder, ctx)) is not None:
            await guarded(_read_in(taken, config, ctx), event="case_file_not_moved", namnd=folder.namnd)
            count += 1
    return count


def _take(folder: WatchedFolder, ctx: Context) -> _Taken | None:
    """Rename the next file that is whole, and so take it; None when there is none."""
    for path, name in _whole(folder.path, ctx.clock.wire_now()):
        mine = folder.path / f"{TAKEN}{new_id()}-{name}"
        try:
            path.rename(mine)
            at = ctx.clock.wire_now().timestamp()
            os.utime(mine, (at, at))  # from now on it counts as ours
        except FileNotFoundError:
            continue  # another instance was first
        except OSError as error:
            log.error("case_file_not_taken", namnd=folder.namnd, errno=error.errno)
            continue
        return _Taken(folder, mine, name, f"{local(ctx.clock.now()):%Y%m%d-%H%M%S}")
    return None


def _whole(folder: Path, now: datetime) -> Iterator[tuple[Path, str]]:
    """Yield the files that nobody writes or reads, with the names they came under, the oldest first."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.stat(follow_symlinks=False).st_mtime)
    except OSError as error:
        log.error("case_folder_unreadable", errno=error.errno)
        return
    for entry in entries:
        if not entry.is_file(follow_symlinks=False) or Path(entry.name).suffix.casefold() not in SUFFIXES:
            continue
        is_taken = entry.name.startswith(TAKEN)
        if entry.name.startswith((".", "~")) and not is_taken:
            continue
        age = abs(now.timestamp() - entry.stat(follow_symlinks=False).st_mtime)  # the file's clock may be ahead
        if age >= (ABANDONED if is_taken else QUIET).total_seconds():
            name = entry.name.removeprefix(TAKEN).partition("-")[2] if is_taken else entry.name
            yield Path(entry.path), name


async def _read_in(taken: _Taken, config: CaseImport | None, ctx: Context) -> bool:
    data = await asyncio.to_thread(taken.path.read_bytes)
    once = f"{hashlib.sha256(data).hexdigest()}:{local(ctx.clock.now()).date()}"
    try:
        table = await asyncio.to_thread(_table, data, config)
        result = await import_cases(table, ctx=ctx, namnd=taken.folder.namnd, as_email=taken.folder.as_email)
    except Busy:
        await asyncio.to_thread(_put_back, taken)
        raise
    except (CannotRead, CannotImport) as reason:
        await _refuse(taken, ctx, str(reason), once)
    except NotAllowed:
        await _refuse(taken, ctx, ctx.texts.staff("import_problem.not_allowed"), once)
    except Exception as error:  # a fault of ours: the file must not be read again every minute
        log.error("case_file_crashed", namnd=taken.folder.namnd, kind=type(error).__name__)
        await _refuse(taken, ctx, ctx.texts.staff("import_problem.crashed"), once)
    else:
        await _keep(taken, ctx, result, once)
    return True


def _table(data: bytes, config: CaseImport | None) -> CaseTable:
    return read_cases(data, {} if config is None else config.columns, REQUIRED)


def _put_back(taken: _Taken) -> None:
    taken.path.rename(taken.folder.path / taken.name)


async def _keep(taken: _Taken, ctx: Context, result: CasesResult, once: str) -> None:
    """Lay the file among those read in, with the bad rows beside it; the leaders are told before it is moved."""
    if result.rejected:
        await asyncio.to_thread(_write_rejected, taken, result)
        values = {"count": str(len(result.rejected)), "total": str(len(result.table.rows))}
        await _tell_leaders(taken, ctx, "import_rejected", once, values)
    await asyncio.to_thread(_move, taken, words.TAKEN_FOLDER)
    log.info("cases_imported", namnd=taken.folder.namnd, **result.counts)


async def _refuse(taken: _Taken, ctx: Context, why: str, once: str) -> None:
    await _tell_leaders(taken, ctx, "import_unreadable", once, {"why": why})
    await asyncio.to_thread(_move, taken, words.REFUSED_FOLDER)
    log.warning("case_file_refused", namnd=taken.folder.namnd)


async def _tell_leaders(taken: _Taken, ctx: Context, key: str, once: str, values: Mapping[str, str]) -> None:
    """Tell whoever leads the unit, once a day for the same file; it is named by when it was taken, nothing else."""
    shown = {"namnd": ctx.rules.namnder[taken.folder.namnd].short_name, "stamp": taken.stamp, **values}
    await say_to_leaders(taken.folder, key, once, shown, ctx=ctx)


def _write_rejected(taken: _Taken, result: CasesResult) -> None:
    path = rejected_path(_subfolder(taken, words.TAKEN_FOLDER) / taken.stamped)
    write_rejected(path, result.table, result.rejected)


def _move(taken: _Taken, where: str) -> None:
    folder = _subfolder(taken, where)
    wanted = folder / taken.stamped
    taken.path.rename(wanted if not wanted.exists() else folder / f"{taken.stamp}-{new_id()}-{taken.name}")


def _subfolder(taken: _Taken, name: str) -> Path:
    folder = taken.folder.path / name
    folder.mkdir(mode=OURS_ONLY, exist_ok=True)
    return folder
