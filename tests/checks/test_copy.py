"""A copy that nobody has restored is told of by `check`, before somebody tries to serve it."""

from pathlib import Path

from bot.checks import run_checks
from bot.texts.backup_words import IS_COPY
from storage.backup import back_up
from tests.acceptance.night import a_night


async def test_a_backup_in_the_place_of_the_database_is_not_fit(tmp_path: Path, sqlite_database_url: str) -> None:
    copy = tmp_path / "copy.sqlite3"
    async with a_night(tmp_path, sqlite_database_url, "2026-11-20 18:00") as night:
        assert night.sandbox.bot is not None
        vault, settings = night.sandbox.bot.store._vault, night.sandbox.settings()
        back_up(Path(sqlite_database_url.removeprefix("sqlite:///")), copy)
        at_copy = settings.model_copy(
            update={"env": settings.env.model_copy(update={"database_url": f"sqlite:///{copy}"})}
        )

        def unfit() -> set[str]:
            return {result.sentence for result in results if not result.is_fine and not result.is_warning}

        results = await run_checks(settings, lambda _: vault, offline=True)
        assert IS_COPY not in unfit()
        results = await run_checks(at_copy, lambda _: vault, offline=True)
        assert IS_COPY in unfit()
