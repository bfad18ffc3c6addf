"""A wrong key, as operations meet it: one sentence, exit code 2, and nothing has been written."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app_sandbox import Options, Sandbox
from storage.vault import generate_key
from tests.process.test_serve import finished, run

CANNOT_RUN = 2


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """A world whose bot has stopped, with people in its database."""
    async with Sandbox(Options(folder=tmp_path / "world", port=0, bot_port=0)).running() as running:
        await running.stop_bot()
        yield running


def on_disk(sandbox: Sandbox) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sandbox.options.folder.glob("*.sqlite3")}


async def test_every_command_that_opens_the_database_refuses(sandbox: Sandbox, tmp_path: Path) -> None:
    before = on_disk(sandbox)
    other = generate_key("k1")
    written = ("--out", str(tmp_path / "a.xlsx"), "--as", "anna.ek@example.se")
    commands = (
        ("serve", "--port", "0"),
        ("migrate",),
        ("status",),
        ("export-handovers", "--namnd", "norrvik", "--from", "2026-11-01", "--to", "2026-11-02", *written),
    )
    for command in commands:
        code, said = await finished(await run(sandbox, *command, ENCRYPTION_KEYS=other))
        assert (code, "Nyckeln k1" in said, "Traceback" in said) == (CANNOT_RUN, True, False), said
        assert other.partition(":")[2] not in said
    code, said = await finished(await run(sandbox, "serve", "--port", "0", ENCRYPTION_KEYS=generate_key("k2")))
    assert (code, "saknar nyckeln k1" in said) == (CANNOT_RUN, True), said
    assert on_disk(sandbox) == before


async def test_status_says_it_to_a_program_too(sandbox: Sandbox) -> None:
    code, said = await finished(await run(sandbox, "status", "--json", ENCRYPTION_KEYS=generate_key("k1")))

    assert code == CANNOT_RUN
    assert "Nyckeln k1" in json.loads(said)["problem"]


async def test_the_sandbox_refuses_too(tmp_path: Path, sandbox: Sandbox) -> None:
    secrets = sandbox.options.folder / "secrets.json"
    kept = json.loads(secrets.read_text(encoding="utf-8"))
    secrets.write_text(json.dumps({**kept, "encryption_keys": generate_key("k1")}), encoding="utf-8")

    folder = str(sandbox.options.folder)
    code, said = await finished(await run(sandbox, "sandbox", "--port", "0", "--folder", folder))

    assert (code, "Nyckeln k1" in said, "Traceback" in said) == (CANNOT_RUN, True, False), said
