"""/readyz and /metrics: in time, whatever the database does, and never about a person."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.app_watch import ANSWER_WITHIN, PING_EVERY
from tests.acceptance.night import NORRVIK, Night, a_night
from tests.conftest import FRIDAY_EVENING
from tests.frozen import FrozenClock
from tests.http.doors import Doors, locked
from tests.watch.given import MINUTE, watches

PATIENCE = 60.0  # seconds


async def hangs(*_: Any) -> None:
    await asyncio.sleep(10 * PATIENCE)


async def ready(night: Night) -> tuple[int, str]:
    answer = await Doors(night).get("/readyz")
    return answer.status, answer.text


async def test_all_is_well(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        assert await ready(night) == (200, '{"ok": true, "problems": []}')


async def test_a_tick_does_not_run_here(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_night(tmp_path, sqlite_database_url, "2026-11-20 18:00") as night:
        assert night.sandbox.bot is not None
        ticker, clock = night.sandbox.bot.ticker, night.sandbox.clock
        ticker._started_at = clock.wire_now() - 2 * MINUTE
        ticker.ran_at["uncertain_tick"] = clock.wire_now()
        status, text = await ready(night)
        assert status == 503
        assert "tick duty_tick is stale" in text
        assert "uncertain_tick" not in text
        assert "reconcile_tick" not in text  # it may take ten minutes
        await ticker.run_due()
        ticker.ran_at.update({name: clock.wire_now() for name in ticker.stale()})
        assert (await ready(night))[0] == 200


async def test_the_heartbeat_has_stopped(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_night(tmp_path, sqlite_database_url, "2026-11-20 18:00") as night:
        assert night.sandbox.bot is not None
        night.sandbox.bot.watch.heart.beat_at = night.sandbox.clock.wire_now() - 2 * MINUTE
        status, text = await ready(night)
        assert status == 503
        assert "heartbeat is stale" in text


async def test_the_event_loop_lags(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_night(tmp_path, sqlite_database_url, "2026-11-20 18:00") as night:
        assert night.sandbox.bot is not None
        night.sandbox.bot.watch._lag._late.append(5.5)
        assert "event loop lags" in (await ready(night))[1]


async def test_the_database_is_older_than_the_program(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_night(tmp_path, sqlite_database_url, "2026-11-20 18:00") as night:
        await night.executes(sa.text("UPDATE alembic_version SET version_num = '0002'"))
        assert "database is not migrated" in (await ready(night))[1]


async def test_the_database_hangs(tmp_path: Path, sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks is answered before they give up; what is in memory is told all the same."""
    async with a_night(tmp_path, sqlite_database_url, "2026-11-20 18:00") as night:
        assert night.sandbox.bot is not None
        doors = Doors(night)
        nova = night.phone("+46701740605")
        await nova.texts("hej på er")
        with monkeypatch.context() as patched:
            patched.setattr(night.sandbox.bot.ctx.store, "read", hangs)
            patched.setattr(night.sandbox.bot.store, "write", hangs)
            patched.setattr("bot.app_watch.ANSWER_WITHIN", ANSWER_WITHIN)
            async with asyncio.timeout(PATIENCE):
                answer = await doors.get("/metrics")
                status, text = await ready(night)
        assert status == 503
        assert "database does not answer" in text
        assert answer.status == 200
        assert "beredskap_database_up 0.0" in answer.text
        assert "beredskap_inbox_rows" not in answer.text  # an old depth would be a lie
        assert 'beredskap_webhooks_total{is_new="True",route="/twilio/sms"} 1.0' in answer.text
        assert await doors.counted("beredskap_database_up") == 1


async def test_a_locked_database_is_not_ready(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_night(tmp_path, sqlite_database_url, "2026-11-20 18:00") as night:
        with locked(sqlite_database_url):
            assert (await ready(night))[0] == 503


async def test_asking_often_writes_seldom(
    tmp_path: Path, sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_night(tmp_path, sqlite_database_url, "2026-11-20 18:00") as night:
        assert night.sandbox.bot is not None
        watch, store = night.sandbox.bot.watch, night.sandbox.bot.store
        pings: list[int] = []
        ping = store.ping

        async def counted() -> None:
            pings.append(1)
            await ping()

        monkeypatch.setattr(store, "ping", counted)
        clock = FrozenClock(FRIDAY_EVENING)
        monkeypatch.setattr(watch, "_ctx", replace(watch._ctx, clock=clock))
        for _ in range(5):
            await watch._database_problems()
        assert len(pings) == 1
        clock.passes(PING_EVERY)
        assert await watch._database_problems() == []
        assert len(pings) == 2


async def test_what_is_measured(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        counted = Doors(night).counted
        await nova.texts("mamma har låst dörren")
        await nova.texts("kan nån komma")
        assert await counted('beredskap_webhook_seconds_count{route="/twilio/sms"}') == 2
        assert await counted("beredskap_text_to_card_seconds_count") == 1  # the second text stands on the same card
        await night.is_away_while(nova, "är du där")
        doors = Doors(night)
        await night.reconciles()
        await watches(night)
        counted = doors.counted
        assert await counted('beredskap_inbox_rows{state="waiting"}') == 0
        assert await counted('beredskap_outbox_rows{group="slack",state="due"}') == 0
        assert await counted('beredskap_alerts_open{code="missed_webhooks"}') == 1
        assert await counted('beredskap_sends_total{kind="card",outcome="sent"}') >= 1
        assert await counted('beredskap_send_seconds_count{kind="card"}') >= 1
        assert await counted("beredskap_card_wait_seconds_count") >= 1
        assert await counted("beredskap_database_write_seconds_count") >= 1
        assert await counted("beredskap_instances") == 1
        assert await counted("beredskap_uncertain_rows") == 0
        assert await counted('beredskap_ticks_total{outcome="done",tick="watch_tick"}') == 1
