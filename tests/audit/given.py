"""A log with some rows in it, its seals, and somebody who changes it behind our back."""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.domain.audit_rules import AuditRules
from bot.domain.errors import AuditEntry
from bot.services.audit.seal import seal_audit
from bot.services.audit.verify import Flaw, verify_audit
from bot.services.context import Context
from storage.engine import is_sqlite, writer_engine
from storage.store import SqlStore
from tests.frozen import FrozenClock

GUARDS = ("audit_no_update", "audit_no_delete", "audit_segment_no_update", "audit_segment_no_delete")
MINUTE = timedelta(minutes=1)


@dataclass
class Log:
    """The audit log of a program."""

    ctx: Context
    store: SqlStore
    clock: FrozenClock
    url: str

    async def grows(self, count: int = 3, *, seals: bool = True) -> None:
        """Some more rows, a minute apart, and a segment of them."""
        for _ in range(count):
            self.clock.passes(MINUTE)
            await self.store.write(lambda tx: tx.audit.record(an_entry()))
        if seals:
            assert await seal_audit(ctx=self.ctx) == 1

    async def flaws(self, *against: Any) -> list[tuple[Flaw, int]]:
        found = await verify_audit(against, ctx=self.ctx)
        return [(wrong.flaw, wrong.number) for wrong in found.wrong]

    def executes(self, statement: str, *, unguarded: bool = True) -> int:
        """Change the database as whoever owns it could; `unguarded` takes the triggers away first."""
        engine = writer_engine(self.url)
        try:
            with engine.begin() as connection:
                if unguarded:
                    for name in GUARDS:
                        table = "audit_segment" if "segment" in name else "audit"
                        on = "" if is_sqlite(self.url) else f" ON {table}"
                        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}{on}")
                return int(connection.execute(sa.text(statement)).rowcount)
        finally:
            engine.dispose()

    def rows(self, statement: str) -> list[Any]:
        engine = writer_engine(self.url)
        try:
            with engine.connect() as connection:
                return list(connection.execute(sa.text(statement)))
        finally:
            engine.dispose()


def an_entry(act: str = "read", *, actor: str = "s1", subject: str = "conversation:c1", **more: Any) -> AuditEntry:
    return AuditEntry(
        actor, act, subject, "home_namnd", "norrvik", details={"count": 1, "ok": True, "na": None}, **more
    )


def with_folder(ctx: Context, folder: Path, *, channel: str = "") -> Context:
    rules = replace(ctx.rules, audit=AuditRules(folder=str(folder)), alert_channel=channel)
    return replace(ctx, rules=rules)
