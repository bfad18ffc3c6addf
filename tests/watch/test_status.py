"""beredskapsbot status, for a person: how the bot is doing, without a word about anybody."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import vault_of
from bot.app_sandbox import Options, Sandbox
from bot.cli_status import Unknown, as_data, as_lines, read_status
from bot.settings import Settings
from tests.acceptance.night import NORRVIK, Night, a_night
from tests.http.doors import Doors
from tests.process.test_serve import finished, run
from tests.watch.given import ALERTS, in_channel, watches


async def shown(night: Night) -> str:
    settings = night.sandbox.settings()
    found = await read_status(settings, vault_of(settings), night.sandbox.clock)
    return "\n".join([*as_lines(found, settings.texts), json.dumps(as_data(found, settings.texts), ensure_ascii=False)])


async def test_all_is_well(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        said = await shown(night)
        assert said.startswith("Allt ser bra ut.")
        assert "inställningar lika" in said
        assert "Sms: inget väntar" in said
        assert "duty_tick: aldrig" in said


async def test_what_needs_somebody(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00", settings=ALERTS) as night:
        night.expected_errors.add("slack_has_let_us_go")
        night.sandbox.slack.emit({"type": "app_uninstalled"})
        await night.settles()
        said = await shown(night)
        assert said.startswith("Något behöver göras")
        assert "! Slack godtar inte boten (app_uninstalled)" in said
        assert "installera om appen" in said
        await night.sandbox.stop_bot()
        assert "! Ingen process kör." in await shown(night)
        assert "stoppad" in await shown(night)


async def test_nothing_that_was_planted_is_in_what_operations_see(tmp_path: Path, database_url: str) -> None:
    """A name, a number and a sentence; a parked text, a missed one, and a send that failed."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00", settings=ALERTS) as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        night.sandbox.slack.add_channel("C0DRIFT", "beredskap-drift", [])
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await nova.texts("mamma har låst dörren")
        assert night.sandbox.bot is not None
        healthy = night.sandbox.bot.worker.digests["twilio"]
        night.sandbox.bot.worker.digests["twilio"] = lambda tx, ctx, row: [1 / 0]
        await nova.texts("jag sover hos mormor")
        night.sandbox.bot.worker.digests["twilio"] = healthy
        await night.is_away_while(nova, "hör ni mig alls")
        await night.reconciles()
        await watches(night)
        assert len(in_channel(night)) == 2

        metrics = (await Doors(night).get("/metrics")).text
        seen = "\n".join([await shown(night), metrics, *(said.words for said in in_channel(night))])
        secrets = {"Nova", "Berg", "Anna", "dörren", "mormor", "hör ni", "701740605", "1740605", "174 06 05"}
        assert [secret for secret in secrets if secret in seen] == []


async def test_a_database_that_is_not_there(tmp_path: Path) -> None:
    async with a_night(tmp_path, f"sqlite:///{tmp_path / 'a.sqlite3'}", "2026-11-20 18:00") as night:
        settings = night.sandbox.settings()
        for url, key in (
            (f"sqlite:///{tmp_path / 'b.sqlite3'}", "status.no_file"),
            ("postgresql://nobody@127.0.0.1:1/nothing", "status.away"),
        ):
            other = with_database(settings, url)
            with pytest.raises(Unknown) as unknown:
                await read_status(other, vault_of(other), night.sandbox.clock)
            assert unknown.value.key == key
        assert not (tmp_path / "b.sqlite3").exists()


async def test_an_empty_database_is_not_migrated_by_looking(tmp_path: Path, empty_database_url: str) -> None:
    async with a_night(tmp_path, f"sqlite:///{tmp_path / 'a.sqlite3'}", "2026-11-20 18:00") as night:
        (tmp_path / "empty.sqlite3").touch()
        settings = with_database(night.sandbox.settings(), empty_database_url)
        for _ in range(2):
            with pytest.raises(Unknown) as unknown:
                await read_status(settings, vault_of(settings), night.sandbox.clock)
            assert unknown.value.key == "status.not_migrated"


def with_database(settings: Settings, url: str) -> Settings:
    return settings.model_copy(update={"env": settings.env.model_copy(update={"database_url": url})})


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    async with Sandbox(Options(folder=tmp_path / "world", port=0, bot_port=0)).running() as running:
        yield running


async def test_beside_a_running_bot(sandbox: Sandbox) -> None:
    """On SQLite too, where a second bot would be refused."""
    code, said = await finished(await run(sandbox, "status"))
    assert (code, said.splitlines()[0]) == (0, "Allt ser bra ut."), said
    code, said = await finished(await run(sandbox, "status", "--json"))
    assert code == 0
    assert json.loads(said)["ok"] is True
    await sandbox.stop_bot()
    code, said = await finished(await run(sandbox, "status"))
    assert code == 1
    assert "Ingen process kör." in said
