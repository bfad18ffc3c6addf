"""SIGTERM: it finishes what is in hand within its deadline, ends with 0, and loses and doubles nothing."""

import asyncio
from pathlib import Path
from signal import SIGTERM

from tests.database import Postgres
from tests.process.crowd import STOPS_WITHIN, a_crowd
from tests.process.forked import Forks

TWICE = 2
TEXT = "kommer det nån snart"
PHONES, EACH = 6, 8
COME_AGAIN = 75
NOWHERE = "postgresql://bot:hemligt@127.0.0.1:1/beredskap"


async def test_while_texts_pour_in(forks: Forks, tmp_path: Path, database_url: str) -> None:
    """What was answered 200 stands in the database; what came during the drain is 503, or refused at the door."""
    async with a_crowd(forks, tmp_path, database_url) as crowd:
        bot = crowd.starts(at_the_door=True)
        await bot.is_up()
        sids = []
        for number in range(PHONES * EACH):
            sids.append(crowd.texts(number % PHONES, f"{TEXT} {number}"))
            await asyncio.sleep(0.01)
            if number == PHONES * EACH // 2:
                bot.receives(SIGTERM)
        bot.receives(SIGTERM)
        assert await bot.ends(STOPS_WITHIN) == 0, bot.said
        await crowd.night.sandbox.carrier.quiet()
        refused = {note.sid for note in crowd.night.sandbox.carrier.notes}
        assert refused, "the rest came after it had gone"
        assert set(sids) - refused <= crowd.stored()

        await crowd.comes_back()
        assert crowd.stored() == set(sids)
        crowd.cards_add_up(PHONES)
        crowd.phones_add_up()
        assert TEXT not in bot.said


async def test_while_slack_hangs(forks: Forks, tmp_path: Path, database_url: str) -> None:
    """Slack answers after we have given up, and has posted all the same: the card is found, not posted again."""
    async with a_crowd(forks, tmp_path, database_url) as crowd:
        slack = crowd.night.sandbox.slack
        bot = crowd.starts(at_the_door=True)
        await bot.is_up()
        slack.faults.set("slack", "slow")
        slack.faults.slow_s = 9.0  # a second longer than we wait
        crowd.texts(1, TEXT)
        await crowd.until(lambda: bool(crowd.states("card")["sending"]))
        bot.receives(SIGTERM)
        assert await bot.ends(STOPS_WITHIN) == 0, bot.said
        waits = bot.events("loops_stopping")
        assert waits, bot.said
        assert waits[0]["sends"] >= 1
        assert crowd.states("card")["uncertain"] == 1

        await crowd.until(lambda: bool(crowd.anna.cards()))
        slack.faults.set("slack", "ok")
        await crowd.comes_back()
        crowd.cards_add_up(1)
        assert len(crowd.anna.cards()) == 1
        crowd.phones_add_up()


async def test_while_twilio_hangs(forks: Forks, tmp_path: Path, sqlite_database_url: str) -> None:
    """What was possibly sent is uncertain, and is not sent again."""
    async with a_crowd(forks, tmp_path, sqlite_database_url) as crowd:
        carrier = crowd.night.sandbox.carrier
        bot = crowd.starts(at_the_door=True)
        await bot.is_up()
        carrier.faults.set("carrier", "slow")
        carrier.faults.slow_s = 11.0  # a second longer than we wait
        crowd.texts(1, TEXT)
        await crowd.until(lambda: bool(crowd.states("sms")["sending"]))
        for _ in range(TWICE):
            bot.receives(SIGTERM)
        assert await bot.ends(STOPS_WITHIN) == 0, bot.said
        assert crowd.states("sms")["uncertain"] == 1

        await carrier.quiet()
        carrier.faults.set("carrier", "ok")
        await crowd.comes_back()
        phone = crowd.night.phone("+46701740601")
        assert len([m for m in phone.inbox() if m["status"] == "delivered"]) == 1
        assert crowd.states("sms") == {"sent": 1}


async def test_while_the_database_hangs(
    forks: Forks, tmp_path: Path, postgres: Postgres, postgres_database_url: str
) -> None:
    """Nobody can say how long that lasts: it ends all the same, and what it could not write down is uncertain."""
    async with a_crowd(forks, tmp_path, postgres_database_url) as crowd:
        bot = crowd.starts(at_the_door=True)
        await bot.is_up()
        crowd.texts(1, TEXT)
        await crowd.until(lambda: bool(crowd.anna.cards()))
        with postgres.frozen():
            crowd.texts(2, TEXT)
            await asyncio.sleep(0.2)
            bot.receives(SIGTERM)
            assert await bot.ends(STOPS_WITHIN) == 0, bot.said
        await crowd.night.sandbox.carrier.quiet()
        await crowd.comes_back()
        crowd.cards_add_up(2)
        crowd.phones_add_up()


async def test_a_slow_carrier_does_not_keep_the_door_shut(
    forks: Forks, tmp_path: Path, sqlite_database_url: str
) -> None:
    """Texts are taken in while the list of what we have missed is still being asked for."""
    async with a_crowd(forks, tmp_path, sqlite_database_url) as crowd:
        crowd.night.sandbox.carrier.faults.set("carrier", "slow")
        crowd.night.sandbox.carrier.faults.slow_s = 600.0  # longer than anybody waits
        bot = crowd.starts(at_the_door=True)
        await bot.is_up()
        before_the_door, _, _ = bot.said.partition('"event": "serving"')
        assert "reconcile_failed" not in before_the_door
        sid = crowd.texts(1, TEXT)
        await crowd.until(lambda: sid in crowd.stored())
        bot.receives(SIGTERM)
        assert await bot.ends(STOPS_WITHIN) == 0, bot.said


async def test_a_start_without_a_database(forks: Forks, tmp_path: Path, sqlite_database_url: str) -> None:
    """One sentence and a code of its own: whoever watches over the bot starts it again until the database is there."""
    torn = tmp_path / "torn.sqlite3"
    await asyncio.to_thread(torn.write_bytes, b"SQLite format 3\x00" + b"\xff" * 8192)
    async with a_crowd(forks, tmp_path, sqlite_database_url) as crowd:
        missing = tmp_path / "not_mounted" / "beredskap.sqlite3"
        for url, words in (
            (f"sqlite:///{torn}", "Databasen går inte att nå"),
            (f"sqlite:///{missing}", f"Databasfilen {missing} finns inte. Är disken den ska ligga på monterad?"),
            (NOWHERE, "Databasen går inte att nå"),
        ):
            bot = crowd.starts(database_url=url)
            assert await bot.ends(STOPS_WITHIN) == COME_AGAIN, bot.said
            assert words in bot.said
            assert "Traceback" not in bot.said
            assert "hemligt" not in bot.said
