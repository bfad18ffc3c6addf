"""A backup is put in the place of the database that it was taken of, in the same world."""

from pathlib import Path

from sqlalchemy.engine import make_url

from bot.app import open_context
from bot.services.take_over_restored import Held, take_over_restored
from storage.backup import back_up, put_beside, put_in_place
from tests.acceptance.night import Night
from tests.watch.test_status import with_database


def database_of(night: Night) -> Path:
    return Path(str(make_url(night.sandbox.database_url).database))


def backs_up(night: Night, to: Path) -> Path:
    """Take a backup beside the running bot."""
    back_up(database_of(night), to)
    return to


async def loses_its_database(night: Night) -> None:
    await night.sandbox.stop_bot()
    database = database_of(night)
    for path in database.parent.glob(f"{database.name}*"):
        path.unlink()


async def restores(night: Night, backup: Path) -> Held:
    """Put the backup in the place of the database, as `restore` does, and start the bot on it."""
    await loses_its_database(night)
    database = database_of(night)
    beside = put_beside(backup, database)
    settings = with_database(night.sandbox.settings(), f"sqlite:///{beside}")
    async with open_context(settings, night.sandbox.clock, is_copy=True) as ctx:
        held = await take_over_restored(ctx=ctx)
    put_in_place(beside, database)
    await night.sandbox.start_bot()
    await night.settles()
    return held
