"""Several equal bots on PostgreSQL: one dies, one freezes, one is of another version; nobody gets anything twice."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP, SIGTERM
from typing import Any
from unittest import mock

import sqlalchemy as sa
from alembic.script import ScriptDirectory

from bot.app_sandbox import Sandbox
from storage.migrate import config
from tests.process.crowd import PATIENCE, STOPS_WITHIN, Crowd, a_crowd
from tests.process.forked import Forks, Served
from tests.process.trap import Place, line_with

TEXT = "hör ni mig därinne"
PHONE = "+46701740601"
REFUSED = 2
SOON = {"bot.worker.LEASE": 2.0, "bot.services.look_for_uncertain.LONGEST_SEND": 2.0}  # instead of most of a minute


async def stop(*bots: Served) -> None:
    for bot in bots:
        bot.receives(SIGTERM)
    for bot in bots:
        assert await bot.ends(STOPS_WITHIN) == 0, bot.said


async def adds_up(crowd: Crowd) -> None:
    """One card, one automatic answer, and nothing left to do."""
    await crowd.until(lambda: not crowd.is_open)
    crowd.cards_add_up(1)
    arrived = [m["body"] for m in crowd.night.phone(PHONE).inbox() if m["status"] == "delivered"]
    unsure = crowd.states("sms")["failed"]
    assert len(arrived) == 1 - unsure, (arrived, crowd.states("sms"))


async def test_one_of_three_is_killed_while_it_sends(forks: Forks, tmp_path: Path, postgres_database_url: str) -> None:
    """What it had in hand is found by the others where it went."""
    async with a_crowd(forks, tmp_path, postgres_database_url) as crowd:
        slack = crowd.night.sandbox.slack
        dies = crowd.starts(at_the_door=True, seconds=SOON)
        others = [crowd.starts(seconds=SOON) for _ in range(2)]
        for bot in crowd.bots:
            await bot.is_up()
        for bot in others:
            bot.receives(SIGSTOP)  # so that it is the first one that has it in hand
        slack.faults.set("slack", "slow")
        slack.faults.slow_s = 1.0
        crowd.texts(1, TEXT)
        await crowd.until(lambda: bool(slack.recorder.calls("chat.postMessage")))
        dies.receives(SIGKILL)
        await crowd.until(lambda: bool(crowd.anna.cards()))
        slack.faults.set("slack", "ok")
        for bot in others:
            bot.receives(SIGCONT)
        await adds_up(crowd)
        assert len(crowd.anna.cards()) == 1
        await stop(*others)


@contextlib.contextmanager
def asked(sandbox: Sandbox, what: str) -> Iterator[Callable[[], bool]]:
    """Tell whether Slack or the carrier has been asked to send something since."""
    if what != "carrier":
        yield lambda: bool(sandbox.slack.recorder.calls("chat.postMessage"))
        return
    faults = sandbox.carrier.faults
    with mock.patch.object(faults, "next_call", wraps=faults.next_call) as calls:
        yield lambda: mock.call("POST") in calls.call_args_list


def has_done(crowd: Crowd, what: str) -> bool:
    return bool(crowd.anna.cards() if what == "slack" else crowd.night.phone(PHONE).inbox())


async def freezes_and_wakes(
    forks: Forks, folder: Path, url: str, *, at: Place | None = None, slow: str = ""
) -> tuple[int, int]:
    """Freeze the one that sends until another has settled what it had in hand; return its cards and texts."""
    async with a_crowd(forks, folder, url) as crowd:
        sandbox = crowd.night.sandbox
        sandbox.carrier.webhooks.total_s = 3.0
        more: dict[str, Any] = {} if at is None else {"struck_at": at, "by": SIGSTOP}
        freezes = crowd.starts(at_the_door=True, seconds=SOON, **more)
        other = crowd.starts(seconds=SOON)
        await freezes.is_up()
        await other.is_up()
        other.receives(SIGSTOP)
        with asked(sandbox, slow) as is_asked:
            if slow:
                sandbox.world.set_fault(slow, "slow")
                sandbox.slack.faults.slow_s = sandbox.carrier.faults.slow_s = 1.5
            crowd.texts(1, TEXT)
            await crowd.until(is_asked if slow else lambda: bool(crowd.states("card")["sending"]))
        if slow:
            freezes.receives(SIGSTOP)
            await crowd.until(lambda: has_done(crowd, slow))
            sandbox.world.set_fault(slow, "ok")
        other.receives(SIGCONT)
        async with asyncio.timeout(PATIENCE):
            await crowd.until(lambda: not crowd.is_open)
        freezes.receives(SIGCONT)
        await freezes.is_up("/livez")
        await stop(freezes)  # when it has gone, it has done whatever it had in mind
        await adds_up(crowd)
        await stop(other)
        return len(crowd.anna.cards()), len(crowd.night.phone(PHONE).inbox())


async def test_one_freezes_while_slack_answers(forks: Forks, tmp_path: Path, postgres_database_url: str) -> None:
    cards, texts = await freezes_and_wakes(forks, tmp_path, postgres_database_url, slow="slack")
    assert cards == 1
    assert texts <= 1


async def test_one_freezes_while_twilio_answers(forks: Forks, tmp_path: Path, postgres_database_url: str) -> None:
    _, texts = await freezes_and_wakes(forks, tmp_path, postgres_database_url, slow="carrier")
    assert texts == 1


async def test_one_freezes_between_claim_and_send(forks: Forks, tmp_path: Path, postgres_database_url: str) -> None:
    """When it wakes its lease is stale: the other has posted the card, and knows that no sms has left."""
    at = line_with("bot/sender.py", "await deliver(row")
    cards, texts = await freezes_and_wakes(forks, tmp_path, postgres_database_url, at=at)
    assert cards == 1
    assert texts <= 1


def at_revision(revision: str) -> sa.TextClause:
    return sa.text("UPDATE alembic_version SET version_num = :revision").bindparams(revision=revision)


async def test_the_previous_version_runs_on_a_newer_schema(
    forks: Forks, tmp_path: Path, postgres_database_url: str
) -> None:
    """So an upgrade rolls: migrate first, and then one bot after the other."""
    async with a_crowd(forks, tmp_path, postgres_database_url) as crowd:
        await crowd.night.executes(at_revision("9999_later"))
        bot = crowd.starts(at_the_door=True)
        await bot.is_up()
        crowd.texts(1, TEXT)
        await crowd.until(lambda: bool(crowd.anna.cards()))
        await adds_up(crowd)
        await stop(bot)


async def test_a_newer_version_waits_for_its_schema(forks: Forks, tmp_path: Path, postgres_database_url: str) -> None:
    async with a_crowd(forks, tmp_path, postgres_database_url) as crowd:
        newest = ScriptDirectory.from_config(config()).get_revision("head")
        assert newest is not None
        await crowd.night.executes(at_revision(str(newest.down_revision)))
        bot = crowd.starts()
        assert await bot.ends(STOPS_WITHIN) == REFUSED
        assert "Databasen är äldre än programmet. Kör först: beredskapsbot migrate" in bot.said
        await crowd.night.executes(at_revision(newest.revision))
