"""What must be reported of an incident stands in `check` too, until somebody has made the report."""

from pathlib import Path

from bot.checks import run_checks
from bot.domain.incident import IncidentDuty
from bot.domain.people import Role
from bot.services.incident.stop import by_slack, stop_sending
from storage.vault import Vault
from tests.acceptance.night import NORRVIK, Night, a_night


async def said(night: Night) -> list[str]:
    """Return the warnings of check."""
    assert night.sandbox.bot is not None
    vault: Vault = night.sandbox.bot.store._vault
    results = await run_checks(night.sandbox.settings(), lambda _: vault, offline=True)
    return [result.sentence for result in results if result.is_warning]


async def test_open_reports_are_shown(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_night(tmp_path, sqlite_database_url, "2026-11-20 18:00") as night:
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        assert night.sandbox.bot is not None
        assert [line for line in await said(night) if "Kod" in line] == []

        await stop_sending(by_slack(lena.user), "fel mottagare", NORRVIK, ctx=night.sandbox.bot.ctx)

        found = await said(night)
        assert "fel mottagare" not in "".join(found)
        assert any(line.startswith("🛑 Nödstopp för norrvik") for line in found), found
        assert len([line for line in found if "Kod" in line]) == len(IncidentDuty)
