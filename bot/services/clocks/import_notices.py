"""What the leaders of a unit are told of the nightly import: in office hours, as everything about the clocks.

The import runs at night. What it has to say then lies in the watched folder, counts and no rows, until the office
opens; a notice has a key of its own, so that it is told once whatever happens in between.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import structlog

from bot.domain.case_import import WatchedFolder
from bot.domain.clock_ladder import speaks_now
from bot.domain.ids import NamndId, new_id
from bot.domain.outbound import Priority
from bot.ports import Tx
from bot.services.clocks.access import leaders_of
from bot.services.context import Context
from bot.services.shared.placing import notice

log = structlog.get_logger(__name__)

WAITING: Final = ".besked-"  # what the name of a file that holds what is still to be said begins with


async def say_to_leaders(
    folder: WatchedFolder, key: str, once: str, values: Mapping[str, str], *, ctx: Context
) -> None:
    """Tell whoever leads the unit, or leave it in the folder until the office opens; once for each `key` and `once`.

    `key` is one under `notice` in the texts, `values` its blanks.
    """
    if _is_open(ctx, folder.namnd):
        await ctx.store.write(partial(_tell, namnd=folder.namnd, key=key, once=once, values=values))
    else:
        await asyncio.to_thread(_leave, folder.path, {"key": key, "once": once, "values": dict(values)})


async def say_what_waits(folder: WatchedFolder, *, ctx: Context) -> None:
    """Tell what was left in the folder while the office was closed. Raises Busy: it lies there still."""
    if not _is_open(ctx, folder.namnd):
        return
    for path, said in await asyncio.to_thread(lambda: list(_left(folder.path))):
        if said is not None:
            await ctx.store.write(partial(_tell, namnd=folder.namnd, **said))
        await asyncio.to_thread(path.unlink, missing_ok=True)


def _is_open(ctx: Context, namnd: NamndId) -> bool:
    return speaks_now(ctx.clock.now(), ctx.rules.namnder[namnd].office_hours, ctx.rules.closed_days)


def _tell(tx: Tx, *, namnd: NamndId, key: str, once: str, values: Mapping[str, str]) -> None:
    for leader in leaders_of(tx, namnd):
        notice(tx, leader.id, key, dedupe=f"{key}:{namnd}:{once}", priority=Priority.NORMAL, **values)


def _leave(folder: Path, said: Mapping[str, Any]) -> None:
    """Write it whole or not at all."""
    name = new_id()
    fresh = folder / f".ny-{name}"
    fresh.write_text(json.dumps(said), encoding="utf-8")
    fresh.rename(folder / f"{WAITING}{name}")


def _left(folder: Path) -> Iterator[tuple[Path, dict[str, Any] | None]]:
    """Yield what lies in the folder to be said, None for what is not ours."""
    for path in sorted(folder.glob(f"{WAITING}*")):
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            yield path, {"key": str(said["key"]), "once": str(said["once"]), "values": dict(said["values"])}
        except FileNotFoundError:
            continue  # another instance was first
        except (OSError, ValueError, KeyError, TypeError):
            log.error("case_notice_unreadable")
            yield path, None
