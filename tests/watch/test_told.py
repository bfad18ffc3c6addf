"""Those who run the program are told in their channel: once what is wrong, and once that it is over."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa

from bot.domain.alerts import AlertCode
from bot.domain.errors import Busy
from bot.domain.people import Role
from bot.ports import Incoming, Store, Tx
from bot.services.context import Context
from bot.services.look_for_uncertain import look_for_uncertain
from bot.services.reconcile import reconcile
from bot.services.watch.raising import raise_alert
from handlers.inbox_rows import Effect
from tests.acceptance.night import NORRVIK, Night, Person, Phone, a_night
from tests.http.doors import Doors, form
from tests.watch.given import ALERTS, CHANNEL, OUTBOX, in_channel, open_codes, watches

LONG_AGO = "2000-01-01 00:00:00"
PATIENCE = 60.0  # seconds of wire time
KARINS, ANNAS = "+46701740690", "+46701740680"


@asynccontextmanager
async def an_evening(folder: Path, database_url: str) -> AsyncIterator[tuple[Night, Person, Phone]]:
    """Anna has duty, Karin runs the program, and there is a channel for alarms."""
    async with a_night(folder, database_url, "2026-11-20 18:00", settings=ALERTS) as night:
        anna = await night.hires("Anna Ek", NORRVIK, phone=ANNAS)
        karin = await night.hires("Karin Frost", NORRVIK, Role.ADMIN, phone=KARINS)
        night.opens_channels()
        night.sandbox.slack.add_channel(CHANNEL, "beredskap-drift", [karin.user])
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        night.phone(KARINS)
        night.phone(ANNAS)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        yield night, anna, nova


async def until(night: Night, is_so: Callable[[], bool]) -> None:
    """Let the bot try again, and look for what it is unsure of, until something is so."""
    assert night.sandbox.bot is not None
    async with asyncio.timeout(PATIENCE):
        while not is_so():
            await night.executes(
                sa.update(OUTBOX).where(OUTBOX.c.state != "sent").values(next_at=night.at("2000-01-01"))
            )
            night.sandbox.bot.worker.wake()
            await look_for_uncertain(ctx=night.sandbox.bot.ctx)
            await asyncio.sleep(0.05)
    await night.settles()


async def test_slack_has_been_away(tmp_path: Path, database_url: str) -> None:
    """The channel can be told only when Slack is back, and then one post says all of it."""
    async with an_evening(tmp_path, database_url) as (night, anna, nova):
        night.sandbox.slack.faults.set("slack", "down")
        await nova.texts("är du där", settle=False)
        await until(night, lambda: bool(nova.inbox()))
        await night.minutes_pass(3)
        await watches(night)
        assert await open_codes(night) == [AlertCode.SLACK_AWAY]
        assert in_channel(night) == []
        await until(night, lambda: bool(night.rows(sa.select(OUTBOX.c.id).where(_is_alert_tried()))))

        night.sandbox.slack.faults.set("slack", "ok")
        await until(night, lambda: bool(in_channel(night)) and bool(anna.cards()))
        [said] = in_channel(night)
        assert "Slack tog inte emot det boten skickade, men gör det igen" in said.words
        await watches(night)
        await night.minutes_pass(3)
        await watches(night)
        assert await open_codes(night) == []
        [said] = in_channel(night)
        assert said.words.startswith("✅ *Över:* Slack tog inte emot")
        assert "Från 18.0" in said.words
        assert karin_is_not_texted(night)


def _is_alert_tried() -> "sa.ColumnElement[bool]":
    return sa.and_(OUTBOX.c.kind == "alert", OUTBOX.c.attempts > 0, OUTBOX.c.last_error.is_not(None))


def karin_is_not_texted(night: Night) -> bool:
    return night.phone(KARINS).inbox() == []


async def test_a_long_outage_is_texted_to_whoever_runs_the_program(tmp_path: Path, database_url: str) -> None:
    async with an_evening(tmp_path, database_url) as (night, _, nova):
        karin = night.phone(KARINS)
        night.sandbox.slack.faults.set("slack", "down")
        await nova.texts("är du där", settle=False)
        await until(night, lambda: bool(nova.inbox()))
        await night.minutes_pass(3)
        await watches(night)
        assert karin.inbox() == []
        await night.minutes_pass(10)
        for _ in range(3):
            await watches(night)
        karin.receives("Slack svarar inte")
        assert "Norrvik" not in karin.inbox()[0]["body"]
        night.sandbox.slack.faults.set("slack", "ok")


async def test_slack_lets_us_go(tmp_path: Path, database_url: str) -> None:
    """Told at once; over when something has been let through since."""
    async with an_evening(tmp_path, database_url) as (night, anna, nova):
        night.expected_errors.add("slack_has_let_us_go")
        night.sandbox.slack.emit({"type": "app_uninstalled"})
        await night.settles()
        [said] = in_channel(night)
        assert "Slack godtar inte boten (app_uninstalled)" in said.words
        await watches(night)
        night.phone(KARINS).receives("godtar inte boten")

        await nova.texts("är du där")
        anna.card()
        await watches(night)
        await night.minutes_pass(3)
        await watches(night)
        [said, line] = in_channel(night)
        assert said.words.startswith("✅ *Över:* Slack godtog inte boten.")
        assert line.thread_ts == said.ts
        assert line.words.startswith("✅ *Över:*")
        nova.receives("tystnadsplikt")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_text_that_could_not_be_digested_is_an_alert_until_somebody_reads_it(
    tmp_path: Path, database_url: str
) -> None:
    async with an_evening(tmp_path, database_url) as (night, anna, nova):
        assert night.sandbox.bot is not None

        def stumbles(tx: Tx, ctx: Context, row: Incoming) -> list[Effect]:
            raise ZeroDivisionError

        night.sandbox.bot.worker.digests["twilio"] = stumbles
        night.expected_errors.add("row_parked")
        await nova.texts("hör ni mig alls")
        [said] = in_channel(night)
        assert "inte kunde tolka" in said.words
        await night.minutes_pass(5)
        await watches(night)
        assert await open_codes(night) == [AlertCode.PARKED]

        await anna.presses("open_raw", anna.is_told("som jag inte kunde tolka"))
        assert await open_codes(night) == []
        assert [m.words.startswith("✅ *Över:*") for m in in_channel(night)] == [True, True]
        await anna.closes_modal()
        night.expect_nothing_else()


async def test_missed_webhooks_are_over_when_the_lists_agree_again(tmp_path: Path, database_url: str) -> None:
    async with an_evening(tmp_path, database_url) as (night, anna, nova):
        await night.is_away_while(nova, "är du där")
        await night.reconciles()
        [said] = in_channel(night)
        assert "1 sms kom inte in genom webhooken" in said.words
        await night.reconciles()  # another instance, at the same time: it finds nothing more
        assert await open_codes(night) == [AlertCode.MISSED_WEBHOOKS]
        await night.minutes_pass(3)
        await night.reconciles()
        assert await open_codes(night) == []
        assert len(in_channel(night)) == 2
        anna.card()
        nova.receives("tystnadsplikt")
        night.expect_nothing_else()


class Stumbles:
    """A database that is away for one of the writes."""

    def __init__(self, store: Store, at: int) -> None:
        self._store, self._at, self._times = store, at, 0
        self.read = store.read

    async def write(self, change: Callable[[Tx], Any]) -> Any:
        self._stumbles()
        return await self._store.write(change)

    async def put(self, incoming: Incoming) -> bool:
        self._stumbles()
        return await self._store.put(incoming)

    def _stumbles(self) -> None:
        self._times += 1
        if self._times == self._at:
            raise Busy


@pytest.mark.parametrize("at", range(1, 4))
async def test_missed_webhooks_are_told_of_wherever_the_database_stumbles(
    tmp_path: Path, sqlite_database_url: str, at: int
) -> None:
    """What has been brought in is not missing the next time, and yet it was missed."""
    async with an_evening(tmp_path, sqlite_database_url) as (night, _, nova):
        await night.is_away_while(nova, "är du där")
        night.expected_errors.add("missed_webhooks_found")
        ctx = replace(a_context(night), store=cast(Store, Stumbles(a_context(night).store, at)))
        for _ in range(2):
            with suppress(Busy):
                await reconcile(ctx=ctx)
        await night.settles()

        [said] = in_channel(night)
        assert "1 sms kom inte in genom webhooken" in said.words
        nova.receives("tystnadsplikt")


async def test_a_child_whom_nobody_gets_is_told_of_until_somebody_has(tmp_path: Path, database_url: str) -> None:
    """No leader is in Slack: the team's channel has it, and those who run the program are told."""
    async with a_night(tmp_path, database_url, "2026-11-20 23:00", settings=ALERTS) as night:
        karin = await night.hires("Karin Frost", NORRVIK, Role.ADMIN)
        night.opens_channels()
        night.sandbox.slack.add_channel(CHANNEL, "beredskap-drift", [karin.user])
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        night.expected_errors.add("namnd_without_reachable_leader")
        await nova.texts("är du där")
        [said] = in_channel(night)
        assert "Ingen som leder beredskapen i Norrvik går att nå i Slack" in said.words
        await watches(night)
        assert await open_codes(night) == [AlertCode.NO_LEADER]
        await night.hires("Gunilla Holm", NORRVIK, Role.LEADER)
        await watches(night)
        assert await open_codes(night) == []


async def test_many_wrong_signatures(tmp_path: Path, database_url: str) -> None:
    async with an_evening(tmp_path, database_url) as (night, _, _nova):
        assert night.sandbox.bot is not None
        doors = Doors(night)
        for number in range(10):
            assert (await doors.twilio(form(f"SM{number}"), token="f" * 32)).status == 403
        await night.sandbox.bot.watch.heart.beat()
        await night.settles()
        [said] = in_channel(night)
        assert "10 webhookar med fel signatur" in said.words
        await watches(night)
        await night.minutes_pass(16)
        await watches(night)
        assert await open_codes(night) == []


async def test_without_a_channel_the_log_has_it(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_night(tmp_path, sqlite_database_url, "2026-11-20 18:00") as night:
        night.expected_errors.add("slack_has_let_us_go")
        night.sandbox.slack.emit({"type": "app_uninstalled"})
        await night.settles()
        assert await open_codes(night) == [AlertCode.SLACK_REFUSES]
        assert any("alert_opened" in line.getMessage() for line in night.log_lines)
        assert night.rows(sa.select(OUTBOX.c.id)) == []


async def test_a_channel_that_takes_no_alerts_is_texted_of(tmp_path: Path, database_url: str) -> None:
    """Slack answers not_in_channel: whoever runs the program is told so, once an hour."""
    async with an_evening(tmp_path, database_url) as (night, _, _nova):
        karin = night.phone(KARINS)
        night.expected_errors.update({"namnd_without_reachable_leader", "send_rejected"})
        night.sandbox.slack.kick(CHANNEL, night.sandbox.slack.workspace.bot_user_id)
        for number in (1, 2):
            await night.writes(
                lambda tx: raise_alert(tx, a_context(night), AlertCode.NO_LEADER, f"leader:{number}", namnd="Norrvik")  # noqa: B023
            )
            await night.settles()
        [said] = karin.inbox()
        karin.receives("larm kan inte läggas i larmkanalen")
        assert "Norrvik" not in said["body"]
        assert in_channel(night) == []
        assert night.rows(sa.select(OUTBOX.c.id).where(OUTBOX.c.kind == "alert", OUTBOX.c.state == "failed")) != []


def a_context(night: Night) -> Context:
    assert night.sandbox.bot is not None
    return night.sandbox.bot.ctx


@pytest.mark.parametrize("deleted", [True, False])
async def test_somebody_has_deleted_the_post(tmp_path: Path, sqlite_database_url: str, deleted: bool) -> None:
    async with an_evening(tmp_path, sqlite_database_url) as (night, _, nova):
        night.expected_errors.add("slack_has_let_us_go")
        night.sandbox.slack.emit({"type": "app_uninstalled"})
        await night.settles()
        [said] = in_channel(night)
        if deleted:
            assert night.sandbox.bot is not None
            await night.sandbox.bot.ctx.chat.withdraw(said.channel, said.ts)
        await nova.texts("är du där")
        await watches(night)
        await night.minutes_pass(3)
        await watches(night)
        assert [m.words.startswith("✅") for m in in_channel(night)] == ([True] if deleted else [True, True])
