"""The production bot in a process of its own, by a clock that is so many seconds ahead: for the tests beside it."""

import asyncio
import sys
from datetime import datetime, timedelta

from bot.app import running
from bot.clock import WorldClock
from bot.logs import set_up_logging
from bot.settings import load

JUST_BEFORE = timedelta(milliseconds=300)
AFTERWARDS = timedelta(seconds=1)


async def main(ahead_s: float, until: datetime) -> None:
    """When told to, run every tick again and again across `until`, so that it is met to the millisecond."""
    clock = WorldClock(timedelta(seconds=ahead_s))
    async with running(load(), clock, ticks=False) as bot:
        print("ready", flush=True)  # noqa: T201 - the parent reads it
        await asyncio.to_thread(sys.stdin.readline)
        clock.move_to(until - JUST_BEFORE)
        while clock.now() < until + AFTERWARDS:
            await bot.ticker.run_due()
            await asyncio.sleep(0)
        await bot.settle()


if __name__ == "__main__":
    set_up_logging()
    asyncio.run(main(float(sys.argv[1]), datetime.fromisoformat(sys.argv[2])))
