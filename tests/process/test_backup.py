"""backup and restore as operations meet them: beside a running bot, into an empty place, with the right key only."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.app import open_context
from bot.app_sandbox import Options, Sandbox
from bot.domain.conversation import Direction
from bot.services.open_conversation import open_conversation
from bot.settings import Settings
from storage.vault import generate_key
from tests.database import Postgres, dump, load
from tests.process.test_serve import NOVA, OURS, answers, environment, finished, run
from tests.watch.test_status import with_database

CANNOT_RUN = 2


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    async with Sandbox(Options(folder=tmp_path / "world", port=0, bot_port=0)).running() as running:
        await running.stop_bot()
        yield running


async def test_one_conversation_is_read_from_a_backup_elsewhere(sandbox: Sandbox, tmp_path: Path) -> None:
    port = sandbox.bot_url.rsplit(":", 1)[1]
    serving = await run(sandbox, "serve", "--port", port)
    copy = tmp_path / "copy.sqlite3"
    try:
        await answers(f"{sandbox.bot_url}/readyz")
        await sandbox.carrier.text(NOVA, "hinner du svara", OURS)
        async with ClientSession() as session, session.get(f"{sandbox.bot_url}/readyz") as answer:
            assert answer.status == 200
        code, said = await finished(await run(sandbox, "backup", str(copy)))
        assert (code, "Kopian är kontrollerad" in said, "k1" in said) == (0, True, True), said
        code, said = await finished(await run(sandbox, "backup", str(copy)))
        assert (code, "finns redan" in said) == (CANNOT_RUN, True), said
        code, said = await finished(await run(sandbox, "restore", "--in-place"))
        assert (code, "använder redan" in said) == (CANNOT_RUN, True), said
    finally:
        serving.terminate()
        await finished(serving)

    elsewhere = {"DATABASE_URL": f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}"}
    code, said = await finished(
        await run(sandbox, "restore", str(copy), ENCRYPTION_KEYS=generate_key("k1"), **elsewhere)
    )
    assert (code, "Nyckeln k1" in said, "Traceback" in said) == (CANNOT_RUN, True, False), said
    assert there(tmp_path) == []
    code, said = await finished(await run(sandbox, "restore", str(copy), **elsewhere))
    assert (code, "tillbakaläst" in said) == (0, True), said
    assert there(tmp_path) == ["elsewhere.sqlite3"]
    assert "hinner du svara" in await read_newest(with_database(sandbox.settings(), elsewhere["DATABASE_URL"]), sandbox)

    for path in sandbox.options.folder.glob("beredskap.sqlite3*"):
        path.unlink()
    copy.rename(sandbox.options.folder / "beredskap.sqlite3")
    for command in (("serve", "--port", "0"), ("migrate",)):
        code, said = await finished(await run(sandbox, *command))
        assert (code, "restore --in-place" in said, "Traceback" in said) == (CANNOT_RUN, True, False), said
    code, said = await finished(await run(sandbox, "restore", "--in-place"))
    assert (code, "tillbakaläst" in said) == (0, True), said
    code, said = await finished(await run(sandbox, "migrate"))
    assert code == 0, said


def there(folder: Path) -> list[str]:
    return [path.name for path in folder.glob("elsewhere*")]


async def read_newest(settings: Settings, sandbox: Sandbox) -> str:
    """Open the conversation that was texted last, as whoever it was put before does, and return what came in."""
    async with open_context(settings, sandbox.clock) as ctx:
        talks = await ctx.store.read(lambda tx: tx.conversations.open_ones())
        talk = max(talks, key=lambda one: one.last_activity_at or one.opened_at)
        reader = next(route.staff_id for route in reversed(talk.routes) if route.staff_id is not None)
        user = await ctx.store.read(lambda tx: tx.staff.get(reader))
        assert user is not None
        assert user.slack_user_id is not None
        _, shown = await open_conversation(user.slack_user_id, talk.id, "ext", "V1", "h", ctx=ctx)
        return "\n".join(line.body for line in shown.lines if line.direction is Direction.IN)


async def test_a_dump_that_has_been_loaded_is_refused_until_it_is_restored(
    sandbox: Sandbox, tmp_path: Path, postgres: Postgres
) -> None:
    with postgres.database() as url, postgres.database(migrated=False) as elsewhere:
        code, said = await finished(await run(sandbox, "migrate", DATABASE_URL=url))
        assert code == 0, said
        dump(url, tmp_path / "dump")
        load(tmp_path / "dump", elsewhere)
        there = {"DATABASE_URL": elsewhere}

        for command in (("serve", "--port", "0"), ("audit", "verify")):
            code, said = await finished(await run(sandbox, *command, **there))
            assert (code, "restore --in-place" in said, "Traceback" in said) == (CANNOT_RUN, True, False), said
        code, said = await finished(await run(sandbox, "migrate", **there))  # the dump may be of an older program
        assert code == 0, said
        code, said = await finished(await run(sandbox, "audit", "verify", **there))
        assert (code, "restore --in-place" in said) == (CANNOT_RUN, True), said
        code, said = await finished(await run(sandbox, "restore", "--in-place", **there))
        assert (code, "tillbakaläst" in said) == (0, True), said
        for of in (there, {"DATABASE_URL": url}):
            code, said = await finished(await run(sandbox, "audit", "verify", **of))
            assert code == 0, said


async def test_postgresql_has_a_tool_of_its_own(sandbox: Sandbox, tmp_path: Path, postgres: Postgres) -> None:
    with postgres.database() as url:
        server = {"DATABASE_URL": url}
        code, said = await finished(await run(sandbox, "backup", str(tmp_path / "copy"), **server))
        assert (code, "pg_dump" in said) == (CANNOT_RUN, True), said
        code, said = await finished(await run(sandbox, "restore", str(tmp_path / "copy"), **server))
        assert (code, "pg_restore" in said) == (CANNOT_RUN, True), said
        code, said = await finished(await run(sandbox, "restore", "--in-place", **server))
        assert (code, "tillbakaläst" in said) == (0, True), said
        assert environment(sandbox)["ENCRYPTION_KEYS"] not in said
