"""The commands of the rota as somebody types them, on SQLite."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from bot.cli_imports import register as register_imports
from bot.cli_rota import register
from bot.cli_rota_out import register as register_out
from bot.ports import Tx
from bot.sandbox.seed import STAFF
from bot.services.context import Context
from storage.store import SqlStore
from storage.vault import Vault
from tests.frozen import FrozenClock
from tests.imports.given import ADMIN, context

Run = Callable[..., Result]
Stored = Callable[[Callable[[Tx], Any]], Any]


@pytest.fixture
def world_clock() -> FrozenClock:
    return FrozenClock(datetime(2026, 11, 22, 12, tzinfo=UTC))


@pytest.fixture
def opened(sqlite_database_url: str, vault: Vault, world_clock: FrozenClock) -> Any:
    @asynccontextmanager
    async def open_context() -> AsyncIterator[Context]:
        store = SqlStore(sqlite_database_url, vault, world_clock)
        try:
            yield context(store, world_clock)
        finally:
            await store.close()

    return open_context


@pytest.fixture
def command(opened: Any) -> Run:
    """Run any command as Karin, who is admin in both nämnder, or as another of the staff of the sandbox."""
    cli = click.Group()
    register_out(register(cli, opened), opened)
    register_imports(cli, opened)
    assert CliRunner().invoke(cli, ["import-staff", str(STAFF)]).exit_code == 0

    def invoke(*arguments: str, as_: str | None = ADMIN) -> Result:
        return CliRunner().invoke(cli, [*map(str, arguments), *([] if as_ is None else ["--as", as_])])

    return invoke


@pytest.fixture
def run(command: Run) -> Run:
    """Run `rota ...`."""
    return lambda *arguments, **given: command("rota", *arguments, **given)


@pytest.fixture
def stored(opened: Any, run: Run) -> Stored:
    async def change_it(change: Callable[[Tx], Any]) -> Any:
        async with opened() as ctx:
            return await ctx.store.write(change)

    return lambda change: asyncio.run(change_it(change))
