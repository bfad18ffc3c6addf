"""The database has been away: nobody could beat and no tick could run, and that is no news once it is back."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.domain.alerts import AlertCode, Instance
from bot.domain.health import MOST_BETWEEN, STEADY_AFTER, Pulse
from bot.services.watch.heartbeat import Heartbeat
from bot.services.watch.raising import MOST_OF_A_CODE
from bot.services.watch.watch_health import watch_health
from scheduler.ticks import INTERVALS
from storage.store import SqlStore
from tests.conftest import FRIDAY_EVENING
from tests.frozen import FrozenClock
from tests.watch.given import MINUTE, SECOND, Program, a_program

STEP = 20 * SECOND
AWAY = 30 * MINUTE  # longer than the list may go uncompared


class Three:
    """Three processes on one database; each beats, runs its ticks and looks."""

    def __init__(self, program: Program) -> None:
        self.program, self.clock = program, program.clock
        self.hearts = {name: self._process(name) for name in "abc"}

    def _process(self, name: str) -> Heartbeat:
        now = self.clock.wire_now()
        heart = Heartbeat(replace(self.program.ctx, pulse=Pulse()), "1.0", "s", self._runs)
        heart._me = Instance(name, now, now, "1.0", "s")
        return heart

    def _runs(self) -> dict[str, datetime]:
        return dict.fromkeys([*INTERVALS, "reconcile"], self.clock.wire_now())

    async def look(self) -> list[str]:
        self.program.takes_what_is_told()
        for heart in self.hearts.values():
            await watch_health(ctx=heart.ctx, every=INTERVALS)
        return [alert.key for alert in await self.program.open()]

    async def go_on(self, span: timedelta, alive: str = "abc") -> list[str]:
        """Let time pass, and return every alert that was open at some moment."""
        seen: dict[str, None] = {}
        for _ in range(span // STEP):
            self.clock.passes(STEP)
            for name in alive:
                await self.hearts[name].beat()
                seen |= dict.fromkeys(await self.look())
        return list(seen)


async def test_the_database_has_been_away(store: SqlStore, clock: FrozenClock, tmp_path: Path) -> None:
    three = Three(a_program(store, clock, tmp_path))
    assert await three.go_on(3 * MINUTE) == []

    clock.passes(AWAY)
    assert await three.look() == []  # before anybody has beaten
    assert await three.go_on(4 * MINUTE) == []  # while one after the other comes back
    assert await three.program.told() == []

    assert await three.go_on(2 * MINUTE, alive="ab") == ["instance_lost:c"]
    clock.passes(AWAY)
    assert await three.look() == ["instance_lost:c"]  # we cannot tell that it is over either
    assert await three.go_on(4 * MINUTE, alive="ab") == ["instance_lost:c"]
    assert [what for _, what in await three.program.told()] == ["open"]
    await three.go_on(MINUTE)
    assert [what for _, what in await three.program.told()] == ["open", "over"]


async def test_a_storm_of_one_code_is_a_few_alerts(program: Program) -> None:
    """Which is which does not change while it lasts: nothing is told again in another place."""
    for _ in range(4):
        await program.passes(200 * MINUTE, ticks=False)
        stale = [key for key in await program.looks() if key.startswith("tick:")]
        assert len(stale) == MOST_OF_A_CODE + 1
    [rest] = [alert for alert in await program.open() if alert.key == "tick:many"]
    assert len(rest.values["tick"].split(", ")) == len(INTERVALS) - MOST_OF_A_CODE
    first = stale[0].removeprefix("tick:")
    await program.store.write(lambda tx: tx.watch.ran(first, program.clock.wire_now()))
    assert stale[0] not in await program.looks()
    assert AlertCode.TICK in {alert.code for alert in await program.open()}
    told = await program.told()
    assert len([alert for alert, what in told if what == "over"]) == 1
    assert len(told) == len({*told})

    await program.beats("i1")
    assert not any(key.startswith("tick:") for key in await program.looks())


def test_a_pulse_is_steady_after_a_while_without_a_gap() -> None:
    pulse, now = Pulse(), FRIDAY_EVENING
    assert not pulse.is_steady(now)
    while now - FRIDAY_EVENING < STEADY_AFTER:
        pulse.beat(now)
        assert not pulse.is_steady(now)
        now += MOST_BETWEEN
    pulse.beat(now)
    assert pulse.is_steady(now)
    now += MOST_BETWEEN + SECOND
    assert not pulse.is_steady(now)  # it is about to beat, and has not
    pulse.beat(now)
    assert not pulse.is_steady(now)
