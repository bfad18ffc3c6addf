"""Several real bots over one world, and a Friday evening on which many write."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from bot.services.look_for_uncertain import look_for_uncertain
from tests.acceptance.night import NORRVIK, NUMBER, Night, Person, a_night
from tests.process.evening import INBOX, LONG_AGO, OUTBOX, has_met, patiently
from tests.process.forked import Forks, Served
from tests.process.test_serve import environment

PATIENCE: Final = 60.0  # seconds, on a machine that does much else
STOPS_WITHIN: Final = 30.0  # seconds, as docs/drift.md asks of the service manager


@dataclass
class Crowd:
    """A night, its bots in processes of their own, and whoever writes."""

    night: Night
    anna: Person
    forks: Forks
    folder: Path
    bots: list[Served] = field(default_factory=list)

    def starts(self, *, at_the_door: bool = False, database_url: str = "", **more: Any) -> Served:
        """Start one more bot; the one at the door is the one that Twilio and Slack call."""
        sandbox = self.night.sandbox
        values = environment(sandbox)
        if database_url:
            values["DATABASE_URL"] = database_url
        log = self.folder / f"serve{len(self.bots)}.log"
        port = int(sandbox.bot_url.rsplit(":", 1)[1]) if at_the_door else 0
        made = self.forks.serve(values, log, port=port, ahead=sandbox.clock.offset, **more)
        self.bots.append(made)
        return made

    def texts(self, number: int, body: str) -> str:
        """Let one of many phones write, without waiting for the bot; return the sid."""
        phone = self.night.phone(f"+467017406{number:02}")
        self.night.secret_words.add(body)
        sid, _ = self.night.sandbox.carrier.begin_text(phone.number, body, NUMBER)
        return sid

    async def until(self, is_so: Callable[[], bool], within: float = PATIENCE) -> None:
        async with asyncio.timeout(within):
            while not is_so():  # noqa: ASYNC110 - it is another process that changes it
                await asyncio.sleep(0.05)

    def states(self, kind: str = "") -> Counter[str]:
        """Count the rows of the outbox by their state."""
        table = sa.select(OUTBOX.c.state)
        rows = self.night.rows(table.where(OUTBOX.c.kind == kind) if kind else table)
        return Counter(row.state for row in rows)

    def stored(self) -> set[str]:
        rows = self.night.rows(sa.select(INBOX.c.provider_id).where(INBOX.c.provider == "twilio"))
        return {row.provider_id for row in rows}

    async def leases_lapse(self) -> None:
        """As if a few minutes passed on the wire."""
        await self.night.executes(sa.update(OUTBOX).where(OUTBOX.c.state == "sending").values(lease_until=LONG_AGO))

    async def comes_back(self) -> None:
        """Start a bot here, in this process, and let it find and do whatever was left."""
        await self.leases_lapse()
        await self.night.sandbox.start_bot()
        await patiently(self._looks)
        await self.night.minutes_pass(1)
        await patiently(self.night.reconciles)
        async with asyncio.timeout(PATIENCE):
            while self.is_open:
                await patiently(self._looks)
                await asyncio.sleep(0.05)

    async def _looks(self) -> None:
        assert self.night.sandbox.bot is not None
        await look_for_uncertain(ctx=self.night.sandbox.bot.ctx)
        await self.night.settles()

    @property
    def is_open(self) -> bool:
        """Whether anything is left to do."""
        waiting = self.night.rows(sa.select(INBOX.c.id).where(INBOX.c.state == "waiting"))
        return bool(waiting) or any(self.states()[state] for state in ("due", "sending", "uncertain"))

    def cards_add_up(self, count: int) -> None:
        """Each conversation has one card, and a second one only if it says that it is a repetition."""
        headers = Counter(card.header for card in self.anna.cards())
        assert max(headers.values()) == 1, headers
        assert len({header.removesuffix(" (upprepning)") for header in headers}) == count, headers

    def phones_add_up(self, automatic: int = 1) -> None:
        """Nobody has got the same twice."""
        for phone in self.night.phones.values():
            bodies = Counter(m["body"] for m in phone.inbox())
            assert max(bodies.values(), default=0) <= automatic, (phone.number, bodies)


@contextlib.asynccontextmanager
async def a_crowd(forks: Forks, folder: Path, database_url: str) -> AsyncIterator[Crowd]:
    """Anna has duty, and no bot has been started yet."""
    async with a_night(folder, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await has_met(night, anna)
        await night.sandbox.stop_bot()
        yield Crowd(night, anna, forks, folder)
