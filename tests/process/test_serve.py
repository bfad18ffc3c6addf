"""The console script as operations meets it: serve, check, SIGTERM, a second process."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.app_sandbox import ACCOUNT_SID, Options, Sandbox

START_WITHIN = 90  # seconds
NOVA = "+46701740605"
OURS = "+46701740699"


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """The pretend Slack and carrier, with people already imported, and the bot in them stopped."""
    options = Options(folder=tmp_path / "world", port=0, bot_port=0)
    async with Sandbox(options).running() as running:
        await running.stop_bot()
        yield running


def environment(sandbox: Sandbox) -> dict[str, str]:
    env = sandbox.settings().env
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith(("SLACK_", "TWILIO_"))},
        "SLACK_BOT_TOKEN": env.slack_bot_token.get_secret_value(),
        "SLACK_SIGNING_SECRET": env.slack_signing_secret.get_secret_value(),
        "SLACK_API_BASE_URL": env.slack_api_base_url,
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": env.twilio_auth_token.get_secret_value(),
        "TWILIO_API_BASE_URL": env.twilio_api_base_url,
        "PUBLIC_BASE_URL": sandbox.bot_url,
        "DATABASE_URL": env.database_url,
        "ENCRYPTION_KEYS": env.encryption_keys.get_secret_value(),
        "BEREDSKAP_CONFIG": str(env.beredskap_config),
    }


async def run(sandbox: Sandbox, *arguments: str, **changes: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        env={**environment(sandbox), **changes},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def finished(process: asyncio.subprocess.Process) -> tuple[int, str]:
    try:
        async with asyncio.timeout(START_WITHIN):
            output, _ = await process.communicate()
    except TimeoutError:  # it must not be found still running by a test that comes after this one
        process.kill()
        await process.communicate()
        raise
    return process.returncode or 0, output.decode()


async def answers(url: str) -> None:
    async with asyncio.timeout(START_WITHIN), ClientSession() as session:
        while True:
            try:
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                await asyncio.sleep(0.1)


async def test_serve_takes_a_text_and_stops_cleanly(sandbox: Sandbox) -> None:
    port = sandbox.bot_url.rsplit(":", 1)[1]
    process = await run(sandbox, "serve", "--port", port)
    try:
        await answers(f"{sandbox.bot_url}/readyz")
        await sandbox.carrier.text(NOVA, "hinner du svara", OURS)
        second_code, second = await finished(await run(sandbox, "serve", "--port", "0"))
        process.send_signal(signal.SIGTERM)
        code, output = await finished(process)
    finally:
        if process.returncode is None:
            process.kill()

    assert second_code == 2
    assert "En annan beredskapsbot använder redan" in second
    assert code == 0, output
    assert "hinner du svara" not in output
    assert NOVA not in output

    await sandbox.start_bot()  # whatever was left when it stopped is done now
    await sandbox.world.settle()
    cards = [
        said
        for held in sandbox.slack.state()["messages"].values()
        for said in held
        if any(block.get("type") == "header" for block in said["blocks"] or [])
    ]
    assert len(cards) == 1


async def test_check_tells_what_is_fit_and_what_is_not(sandbox: Sandbox) -> None:
    code, output = await finished(await run(sandbox, "check"))
    assert "✓ Slack: inloggningen fungerar." in output
    assert "✓ Twilio: inloggningen fungerar." in output
    assert "✓ Slack: kanalen för Norrvik är privat och boten är med." in output
    assert "references.dpia_ref" in output
    assert code == 1

    code, output = await finished(await run(sandbox, "check", SLACK_BOT_TOKEN="xoxb-" + "fel" * 5))
    assert "✗ Slack: inloggningen gick inte (invalid_auth)." in output
    assert code == 1

    code, output = await finished(await run(sandbox, "check", ENCRYPTION_KEYS="k1:kort", PUBLIC_BASE_URL="http://a.se"))
    assert "PUBLIC_BASE_URL" in output
    assert "k1:kort" not in output
    assert code == 2


async def test_a_file_that_is_not_there_is_made_by_migrate_alone(sandbox: Sandbox, tmp_path: Path) -> None:
    """An unmounted disk looks like a new installation: an empty database would answer as if nobody had texted."""
    file = tmp_path / "new.sqlite3"
    new = {"DATABASE_URL": f"sqlite:///{file}"}
    for command in (("check", "--offline"), ("serve", "--port", "0")):
        code, output = await finished(await run(sandbox, *command, **new))
        assert code != 0
        assert f"Databasfilen {file} finns inte" in output
        assert "Traceback" not in output
        assert not file.exists()
    code, output = await finished(await run(sandbox, "migrate", **new))
    assert code == 0
    code, output = await finished(await run(sandbox, "check", "--offline", **new))
    assert "✓ Databasen svarar och är på rätt revision." in output


async def test_a_server_that_forgets_is_warned_of(sandbox: Sandbox, postgres_database_url: str) -> None:
    """The tests' own server runs with fsync off, which no other should."""
    _, output = await finished(await run(sandbox, "check", "--offline", DATABASE_URL=postgres_database_url))
    assert "! PostgreSQL kör med fsync = off" in output
    assert "! PostgreSQL kör med full_page_writes = off" in output


async def test_serve_in_the_open_needs_the_decisions(sandbox: Sandbox) -> None:
    code, output = await finished(await run(sandbox, "serve", "--host", "0.0.0.0", "--port", "0"))  # noqa: S104
    assert code == 2
    assert "references.dpia_ref i beredskap.toml: Konsekvensbedömning avseende dataskydd saknas" in output
    code, output = await finished(await run(sandbox, "serve", PUBLIC_BASE_URL="https://beredskap.example.se"))
    assert code == 2
    assert "references.pub_ref i beredskap.toml: Personuppgiftsbiträdesavtal med leverantörerna saknas" in output
