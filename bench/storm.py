"""Two hundred texts to one person's card, with Slack's real limits: how long until the card counts them all."""

import asyncio
import logging
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.table import Table

from bench.databases import Fresh
from bot.sandbox.slack.errors import ApiError
from tests.acceptance.night import NORRVIK, NUMBER, Night, a_night

COUNT: Final = re.compile(r"\*(\d+) sms väntar på svar\*")
WITHIN: Final = 120.0  # seconds
AT_ONCE: Final = 20  # texts on their way to the bot


@dataclass(frozen=True, slots=True)
class Size:
    texts: int


FULL, QUICK = Size(200), Size(60)


async def measure(place: Path, fresh: dict[str, Fresh], size: Size) -> Table:
    """Posts: one a second and channel after five; updates: fifty a minute for the workspace. So Slack has it."""
    table = Table(title=f"Storm: {size.texts} texts for one card, with Slack's limits on; seconds from the first text")
    headings = ("all answered", "hundredth on card", "card right", "posts", "updates", "429")
    table.add_column("database")
    for heading in headings:
        table.add_column(heading, justify="right")
    for name, make in fresh.items():
        folder = place / f"storm-{name}"
        folder.mkdir()
        async with a_night(folder, make(), "2026-11-20 18:00") as night:
            logging.getLogger().setLevel(logging.CRITICAL)
            try:
                table.add_row(name, *await _storm(night, size.texts))
            finally:
                logging.getLogger().setLevel(logging.INFO)
    return table


async def _storm(night: Night, texts: int) -> list[str]:
    anna = await night.hires("Anna Ek", NORRVIK)
    night.opens_channels()
    nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
    await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
    night.sandbox.slack.limits.tiers, night.sandbox.slack.limits.post_burst = True, 5
    refused = _count_refusals(night)
    room = asyncio.Semaphore(AT_ONCE)

    async def text(number: int) -> None:
        async with room:
            await night.sandbox.carrier.text(nova.number, f"Svara! ({number})", NUMBER, 0)

    began = time.monotonic()
    texting = asyncio.ensure_future(asyncio.gather(*(text(number) for number in range(texts))))
    answered = hundredth = 0.0
    async with asyncio.timeout(WITHIN):
        while True:
            await asyncio.sleep(0.05)
            now, shown = time.monotonic() - began, _shown(night, anna.dm)
            answered = answered or (now if texting.done() else 0.0)
            hundredth = hundredth or (now if shown >= min(100, texts) else 0.0)
            if shown == texts:
                break
    await texting
    calls = night.sandbox.slack.recorder.calls
    posts, updates = calls("chat.postMessage"), calls("chat.update")
    return [f"{answered:.1f}", f"{hundredth:.1f}", f"{now:.1f}", str(len(posts)), str(len(updates)), str(len(refused))]


def _count_refusals(night: Night) -> list[str]:
    """Return a list that grows with each call that Slack's limits refuse."""
    refused: list[str] = []
    limits = night.sandbox.slack.limits
    takes = limits._take

    def counted(name: str, per_s: float, burst: int) -> None:
        try:
            takes(name, per_s, burst)
        except ApiError:
            refused.append(name)
            raise

    limits._take = counted  # type: ignore[method-assign]
    return refused


def _shown(night: Night, channel: str) -> int:
    found = [COUNT.search(said.words) for said in night.messages(channel) if said.is_card]
    return max((int(match[1]) for match in found if match is not None), default=0)
