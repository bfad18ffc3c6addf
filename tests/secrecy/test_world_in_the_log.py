"""What is asked and done in one world is asked of that world's rule, and stands in that world's log."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.domain.errors import NotAllowed
from bot.domain.people import Role, World
from bot.domain.retention import DataKind
from bot.domain.secrecy import Act
from bot.ports import Tx
from bot.services.retention.accounting import account_for
from bot.services.shared.access import actor_by_slack
from bot.services.shared.own import require_of_rota, require_own
from storage.tables import AuditRow
from tests.acceptance.night import NORRVIK, a_night

EVENING = "2026-11-20 18:00"


@pytest.mark.parametrize("world", list(World))
async def test_what_is_ones_own_is_refused_in_the_world_it_is_of(
    tmp_path: Path, sqlite_database_url: str, world: World
) -> None:
    role = Role.HANDLAGGARE if world is World.MYNDIGHET else Role.FAMILJEBEHANDLARE
    async with a_night(tmp_path, sqlite_database_url, EVENING) as night:
        hedda = await night.hires("Hedda Lind", NORRVIK, role, world=world)
        anna = await night.hires("Anna Ek", NORRVIK, role, world=world)
        assert night.sandbox.bot is not None
        ctx = night.sandbox.bot.ctx

        def ask(tx: Tx) -> None:
            require_own(tx, ctx, hedda.user, "own", otherwise="not_yours", world=world)
            require_own(tx, ctx, hedda.user, "own", otherwise="not_yours", owner=anna.staff.id, world=world)

        with pytest.raises(NotAllowed) as refusal:
            await night.writes(ask)
        assert refusal.value.audit is not None
        assert (refusal.value.audit.ground, refusal.value.audit.world) == ("not_yours", world)


@pytest.mark.parametrize(("world", "reason"), [(World.BEREDSKAP, "swap_not_leader"), (World.MYNDIGHET, "other_world")])
async def test_a_shift_that_changes_hands_is_asked_about_in_a_world(
    tmp_path: Path, sqlite_database_url: str, world: World, reason: str
) -> None:
    async with a_night(tmp_path, sqlite_database_url, EVENING) as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        assert night.sandbox.bot is not None
        ctx = night.sandbox.bot.ctx

        def ask(tx: Tx) -> None:
            asking = actor_by_slack(tx, ctx, anna.user)
            act, what = Act.SETTLE_SWAP, "shift:none"
            require_of_rota(ctx, asking, act, NORRVIK, logged_as="settle_swap", what=what, world=world)

        with pytest.raises(NotAllowed) as refusal:
            await night.writes(ask)
        assert refusal.value.audit is not None
        assert (refusal.value.audit.ground, refusal.value.audit.world) == (reason, world)


@pytest.mark.parametrize("world", list(World))
async def test_what_is_deleted_stands_in_the_log_of_its_world(
    tmp_path: Path, sqlite_database_url: str, world: World
) -> None:
    async with a_night(tmp_path, sqlite_database_url, EVENING) as night:
        await night.writes(
            lambda tx: account_for(tx, DataKind.CONVERSATIONS, NORRVIK, "conversation:x", "dnr 1", 3, world=world)
        )
        table = AuditRow.__table__  # type: ignore[attr-defined]
        rows = night.rows(sa.select(table).where(table.c.act == "erase"))
        assert [(row.subject, row.world) for row in rows] == [("conversation:x", world.value)]
