"""Reading what must stand in the audit log before anybody gets it.

There is a single transaction that writes (SQLite), and texts wait for it: what takes time is read outside it.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

from bot.domain.errors import AuditEntry, Refused
from bot.ports import Tx
from bot.services.context import Context

T = TypeVar("T")


class _Kept:
    """Stands in for the audit log during a read, which must not write: keeps what is to be in it."""

    def __init__(self) -> None:
        self.entries: list[AuditEntry] = []

    def record(self, entry: AuditEntry) -> None:
        self.entries.append(entry)

    def record_all(self, entries: Iterable[AuditEntry]) -> None:
        self.entries.extend(entries)


async def read_logged(query: Callable[[Tx], T], *, ctx: Context) -> T:
    """Run `query` as a read that may use the audit log, and return its result once the log is durable.

    A Refused is raised when its entry is in the log; what had been recorded before it is not kept, as in a write.
    Raises Busy: what cannot be logged is not shown.
    """
    try:
        result, entries = await ctx.store.read(partial(_keeping, query))
    except Refused as refusal:
        if refusal.audit is not None:
            await _log(ctx, [refusal.audit])
        raise
    if entries:
        await _log(ctx, entries)
    return result


def _keeping(query: Callable[[Tx], T], tx: Tx) -> tuple[T, list[AuditEntry]]:
    kept = _Kept()
    tx.audit = kept
    return query(tx), kept.entries


async def _log(ctx: Context, entries: list[AuditEntry]) -> None:
    await ctx.store.write(lambda tx: tx.audit.record_all(entries))
