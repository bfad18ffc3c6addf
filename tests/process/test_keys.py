"""keys rotate as operations meet it: beside a running bot, killed in the middle, and taken up again."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.app_sandbox import Options, Sandbox
from storage.engine import is_sqlite, normal_url
from storage.tables import InboxRow, KeyRotationRow
from storage.vault import Vault, generate_key, parse_keys
from tests.process.test_serve import answers, environment, finished, run
from tests.storage.given import NOW

ROTATIONS: sa.Table = KeyRotationRow.__table__  # type: ignore[attr-defined]
MANY = 6000
NEW = generate_key("k2")
IN_THE_MIDDLE_WITHIN = 60  # seconds


@pytest.fixture
async def sandbox(tmp_path: Path, database_url: str) -> AsyncIterator[Sandbox]:
    """A world whose bot has stopped, with people and many texts in its database."""
    options = Options(folder=tmp_path / "world", port=0, bot_port=0, database_url=database_url)
    async with Sandbox(options).running() as running:
        await running.stop_bot()
        fill(database_url, Vault(parse_keys(environment(running)["ENCRYPTION_KEYS"])))
        yield running


def fill(url: str, vault: Vault) -> None:
    sealed = vault.seal_all("raw", [f"From={number}" for number in range(MANY)])
    same: dict[str, Any] = {"provider": "twilio", "lane": "x", "received_at": NOW, "is_late": False, "state": "done"}
    rows = [{**same, "provider_id": f"SM{n}", "raw": raw, "attempts": 0} for n, raw in enumerate(sealed)]
    engine = sa.create_engine(normal_url(url))
    with engine.begin() as connection:
        connection.execute(sa.insert(InboxRow), rows)
    engine.dispose()


async def in_the_middle(url: str) -> None:
    """Return once something has been moved, and not all."""
    engine = sa.create_engine(normal_url(url))
    statement = sa.select(ROTATIONS.c.moved, ROTATIONS.c.finished_at).order_by(ROTATIONS.c.id.desc())
    async with asyncio.timeout(IN_THE_MIDDLE_WITHIN):
        while True:
            with engine.connect() as connection:
                found = connection.execute(statement).first()
            if found is not None and found.moved:
                break
            await asyncio.sleep(0.005)
    engine.dispose()
    assert found.finished_at is None, "it was over before it could be killed"


async def test_killed_in_the_middle_and_taken_up_again(sandbox: Sandbox) -> None:
    url = environment(sandbox)["DATABASE_URL"]
    keys = f"{NEW},{environment(sandbox)['ENCRYPTION_KEYS']}"
    port = sandbox.bot_url.rsplit(":", 1)[1]
    serving = await run(sandbox, "serve", "--port", port, ENCRYPTION_KEYS=keys)
    try:
        await answers(f"{sandbox.bot_url}/readyz")
        rotating = await run(sandbox, "keys", "rotate", ENCRYPTION_KEYS=keys)
        await in_the_middle(url)
        for dies in (serving, rotating):
            dies.send_signal(signal.SIGKILL)
            await finished(dies)
        code, said = await finished(await run(sandbox, "keys", "status", ENCRYPTION_KEYS=keys))
        assert (code, "pågår" in said, "inbox: " in said) == (0, True, True), said

        serving = await run(sandbox, "serve", "--port", port, ENCRYPTION_KEYS=keys)
        await answers(f"{sandbox.bot_url}/readyz")
        one, two = [await run(sandbox, "keys", "rotate", ENCRYPTION_KEYS=keys) for _ in range(2)]
        for code, said in await asyncio.gather(finished(one), finished(two)):
            assert (code, "k1 kan tas ut" in said) == (0, True), said
            assert ("i bakgrunden" in said) == is_sqlite(url) or "ligger redan" in said, said
        await sandbox.carrier.text("+46701740605", "hinner du svara", "+46701740699")
    finally:
        serving.terminate()
        await finished(serving)
    code, said = await finished(await run(sandbox, "keys", "status", ENCRYPTION_KEYS=NEW))
    assert (code, "k2  avtryck" in said, "pågår" in said) == (0, True, False), said
    code, said = await finished(await run(sandbox, "status", ENCRYPTION_KEYS=NEW))
    assert "ENCRYPTION_KEYS" not in said


async def test_without_a_running_bot_the_command_does_the_work(sandbox: Sandbox) -> None:
    keys = f"{NEW},{environment(sandbox)['ENCRYPTION_KEYS']}"
    code, said = await finished(await run(sandbox, "keys", "rotate", ENCRYPTION_KEYS=keys))
    assert (code, "allt ligger under k2" in said, "k1 kan tas ut" in said) == (0, True, True), said
    code, said = await finished(await run(sandbox, "keys", "rotate", ENCRYPTION_KEYS=keys))
    assert (code, "ligger redan under k2" in said) == (0, True), said
    code, said = await finished(await run(sandbox, "keys", "rotate", ENCRYPTION_KEYS=keys.split(",")[1]))
    assert (code, "saknar nyckeln k2" in said) == (2, True), said
