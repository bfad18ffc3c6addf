"""GoAlert: "no config audit; fakes never duplicate or answer 429" - "own audit rows; faults in the fake" (facts:
storage, section 13). What the fakes do wrong is in tests/sandbox, and struck by every other test here.
"""

from pathlib import Path

import sqlalchemy as sa

from bot.clock import Clock
from bot.domain.people import Role
from bot.sandbox.carrier import faults as carrier
from bot.sandbox.slack import faults as slack
from bot.services.imports.csv_table import read_table
from bot.services.imports.shift_lines import COLUMNS
from bot.services.imports.shifts import import_shifts
from storage.store import SqlStore
from storage.tables import AuditRow
from tests.acceptance.night import NORRVIK, a_night
from tests.holes.given import EVENING
from tests.imports.given import ADMIN, context, with_staff

AUDIT: sa.Table = AuditRow.__table__  # type: ignore[attr-defined]
ROTA = "epost;nämnd;start;slut\n{who};norrvik;2026-11-20 17:00;2026-11-20 {end}\n"


async def test_each_change_of_the_rota_stands_in_the_log(store: SqlStore, clock: Clock) -> None:
    """Who read it in, and how many shifts were new or changed; a trial run leaves nothing."""
    ctx = context(store, clock)
    await with_staff(ctx)
    everyone = await store.read(lambda tx: tx.staff.everyone())
    holder = next(p for p in everyone if p.slack_user_id and p.has(Role.FAMILJEBEHANDLARE, NORRVIK))

    async def reads_in(end: str, *, dry_run: bool = False) -> None:
        rows = read_table(ROTA.format(who=holder.email, end=end).encode(), COLUMNS)
        done = await import_shifts(rows, ctx=ctx, as_email=ADMIN, dry_run=dry_run)
        assert not done.problems

    await reads_in("22:00", dry_run=True)
    await reads_in("22:00")
    await reads_in("23:00")
    admin = next(p.id for p in everyone if p.email == ADMIN)
    with store.engine.connect() as connection:
        logged = connection.execute(sa.select(AUDIT).where(AUDIT.c.act == "import_shifts").order_by(AUDIT.c.id)).all()
    assert [row.actor for row in logged] == [admin, admin]
    assert [sum((row.details or {}).get(n, 0) for n in ("added", "changed")) for row in logged] == [1, 1]


async def test_the_pretend_services_fail_in_the_ways_that_the_real_ones_do(
    tmp_path: Path, sqlite_database_url: str
) -> None:
    """Each switch that the tests turn is there, and a fresh world fails in none of these ways."""
    ways = {"down", "slow", "limited", "error", "lost_answer"}
    assert ways <= set(carrier.CARRIER)
    assert ways <= set(slack.KINDS)
    assert {"reversed", "doubled", "early"} <= set(carrier.CALLBACK_ORDER)
    async with a_night(tmp_path, sqlite_database_url, EVENING) as night:
        await night.hires("Anna Ek", NORRVIK)
        assert night.sandbox.carrier.faults.switches() == {
            "carrier": "ok",
            "sms": "delivered",
            "callback_order": "normal",
        }
        assert night.sandbox.slack.faults.as_dict() == {"slack": "ok", "slack_event_copies": 1}
