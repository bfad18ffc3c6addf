"""The production bot in a process of its own, at a door and by a clock that is so many seconds ahead; to be killed."""

import asyncio
import sys
from datetime import timedelta

from bot.app import running, served
from bot.clock import WorldClock
from bot.logs import set_up_logging
from bot.settings import load

HOST = "127.0.0.1"


async def main(ahead_s: float, port: int) -> None:
    clock = WorldClock(timedelta(seconds=ahead_s))
    async with running(load(), clock, ticks=False) as bot, served(bot.web_app, HOST, port):
        print("ready", flush=True)  # noqa: T201 - the parent reads it
        await asyncio.Event().wait()


if __name__ == "__main__":
    set_up_logging()
    asyncio.run(main(float(sys.argv[1]), int(sys.argv[2])))
