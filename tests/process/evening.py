"""One evening with one text and one answer, played against a bot that may be killed at any moment, and its ledgers."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGTERM
from typing import Any, Final

import sqlalchemy as sa

from bot.domain.conversation import Direction, Message
from bot.domain.errors import Busy
from bot.ports import Posted, Tx
from bot.services.look_for_uncertain import look_for_uncertain
from storage.tables import InboxRow, OutboxRow
from tests.acceptance.night import NORRVIK, NUMBER, Night, Person, Phone, a_night
from tests.process.forked import Forks, Served
from tests.process.test_serve import environment
from tests.process.trap import Place

TEXT: Final = "mamma låser dörren igen"
ANSWER: Final = "Jag ringer dig om fem minuter"
PATIENCE: Final = 60.0  # seconds, on a machine that does much else
LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
INBOX: Final[sa.Table] = InboxRow.__table__  # type: ignore[attr-defined]
OUTBOX: Final[sa.Table] = OutboxRow.__table__  # type: ignore[attr-defined]


class Gone(Exception):
    """The bot has died."""


@dataclass
class Evening:
    """Nova texts, Anna reads and answers; whenever the bot dies it is started again, and people try again."""

    night: Night
    anna: Person
    nova: Phone
    forks: Forks
    folder: Path
    deaths: int = 0
    _bot: Served | None = None
    _sid: str = ""
    _told: set[str] = field(default_factory=set)

    async def plays(self, killed_at: Place | None = None, passed: Path | None = None) -> None:
        """Play it once to its end, by a bot that dies at a place, or notes down the lines that it passes."""
        sandbox = self.night.sandbox
        self._bot = self.forks.serve(
            environment(sandbox),
            self.folder / "serve.log",
            port=int(sandbox.bot_url.rsplit(":", 1)[1]),
            ahead=sandbox.clock.offset,
            struck_at=killed_at,
            passed=passed,
        )
        await self._bot.is_up()
        for step in (self._text, self._card, self._read, self._answer, self._outcome, self._stop):
            await self._survives(step)

    async def _survives(self, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await step()
                return
            except Gone:
                await self._comes_back()

    async def _comes_back(self) -> None:
        """A service manager starts it again; a minute later leases have lapsed and the lists are compared."""
        self.deaths += 1
        self._bot = None
        mine = sa.update(OUTBOX).where(OUTBOX.c.state == "sending").values(lease_until=LONG_AGO)
        await self.night.executes(mine)
        await self.night.sandbox.start_bot()
        await patiently(self._looks)
        await self.night.minutes_pass(1)
        await patiently(self.night.reconciles)

    async def _looks(self) -> None:
        assert self.night.sandbox.bot is not None
        await look_for_uncertain(ctx=self.night.sandbox.bot.ctx)  # as its tick does every other second
        await self.night.settles()

    async def _until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not is_so():
                if self._bot is not None:
                    if self._bot.code is not None:
                        raise Gone
                    await asyncio.sleep(0.01)
                    continue
                await patiently(self._looks)
                await asyncio.sleep(0.05)

    # --- the steps: each may be taken again ------------------------------------

    async def _text(self) -> None:
        if not self._sid:
            self._sid = await self.night.sandbox.carrier.text(self.nova.number, TEXT, NUMBER)

    async def _card(self) -> None:
        await self._until(lambda: any("Ett sms väntar på svar" in card.words for card in self.anna.cards()))

    async def _read(self) -> None:
        slack = self.night.sandbox.slack
        for modal in reversed(self.anna.modals()):
            await slack.close_view(self.anna.user, modal["id"])
        card = self.anna.cards()[-1]
        await slack.click(self.anna.user, action_id="open", channel=card.channel, ts=card.ts)
        await self._until(lambda: bool(self.anna.modals()) and TEXT in self.anna.reads())

    async def _answer(self) -> None:
        """She presses, and again when she is told to, on the draft that is still there."""
        values = {"reply": {"reply_text": ANSWER}, "kind": {"kind_choice": "sms"}}
        async with asyncio.timeout(PATIENCE):
            while True:
                done = await self.night.sandbox.slack.submit(self.anna.user, self.anna.modal()["id"], values)
                if not done.get("errors"):
                    break
                assert "försök igen" in str(done).lower() or "tryck igen" in str(done).lower(), done
        await self._until(lambda: not self.anna.modals())

    async def _outcome(self) -> None:
        await self._until(lambda: (self.has_arrived or self.is_unsure) and not self._unsettled())

    async def _stop(self) -> None:
        if self._bot is None:
            return
        self._bot.receives(SIGTERM)
        code = await self._bot.ends(within=PATIENCE)
        if code < 0:
            raise Gone
        assert code == 0, self._bot.said
        self._bot = None
        await self.night.sandbox.start_bot()
        await self.night.settles()

    def _unsettled(self) -> list[Any]:
        is_open = OUTBOX.c.state.in_(("due", "sending", "uncertain"))
        rows = self.night.rows(sa.select(OUTBOX.c.id).where(is_open))
        return rows + self.night.rows(sa.select(INBOX.c.id).where(INBOX.c.state == "waiting"))

    # --- the three ledgers -------------------------------------------------------

    @property
    def has_arrived(self) -> bool:
        return any(m["body"] == ANSWER and m["status"] == "delivered" for m in self.nova.inbox())

    @property
    def is_unsure(self) -> bool:
        return any("Osäkert om sms:et" in said.words for said in self.anna.messages())

    async def adds_up(self) -> None:
        """Hold what the phone got, what Slack shows and what the database says against each other."""
        self._phone_adds_up()
        self._slack_adds_up()
        await self._database_adds_up()
        assert self._unsettled() == []

    def _phone_adds_up(self) -> None:
        bodies = [m["body"] for m in self.nova.inbox()]
        assert bodies.count(ANSWER) == (0 if self.is_unsure else 1), bodies
        given_up = sa.select(OUTBOX.c.id).where(OUTBOX.c.kind == "sms", OUTBOX.c.last_error == "uncertain_final")
        automatic = [body for body in bodies if body != ANSWER]
        unsure = len(self.night.rows(given_up)) - self.is_unsure
        assert len(automatic) == 1 - unsure, bodies

    def _slack_adds_up(self) -> None:
        standing = self.anna.cards()
        assert len(standing) == 1 or "upprepning" in standing[1].header, [card.words for card in standing]
        assert len(standing) <= 2
        said = Counter((said.thread_ts, said.words) for said in self.anna.messages() if said.user == "U0BOT")
        assert max(said.values()) == 1, said
        outcome = "osäkert" if self.is_unsure else "levererat"
        assert outcome in standing[-1].words.lower(), standing[-1].words

    async def _database_adds_up(self) -> None:
        assert self.night.sandbox.bot is not None
        rows = self.night.rows(sa.select(INBOX.c.provider_id, INBOX.c.state).where(INBOX.c.provider == "twilio"))
        assert [tuple(row) for row in rows] == [(self._sid, "done")]
        parked = self.night.rows(sa.select(INBOX.c.id).where(INBOX.c.state == "parked"))
        assert parked == []

        def said(tx: Tx) -> list[Message]:
            return [message for held in tx.conversations.open_ones() for message in tx.messages.of(held.id, limit=30)]

        messages = await self.night.sandbox.bot.store.read(said)
        by = Counter((message.direction, message.body) for message in messages)
        assert by[Direction.IN, TEXT] == 1
        assert by[Direction.OUT, ANSWER] == 1
        assert max(by.values()) == 1


async def patiently(work: Callable[[], Awaitable[None]]) -> None:
    """The server may hold the locks of whoever has just been killed for a moment; ticks come again, and so do we."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await work()
                return
            except Busy:
                await asyncio.sleep(0.2)


async def has_met(night: Night, person: Person) -> None:
    """The bot has posted to somebody before, so it knows where to look for what may have been posted."""
    before = Posted(person.dm, "1795000000.000001")
    await night.writes(lambda tx: tx.posts.remember("notice", None, f"staff:{person.staff.id}", before))


@contextlib.asynccontextmanager
async def an_evening(forks: Forks, folder: Path, database_url: str) -> AsyncIterator[Evening]:
    """Everybody is there, the world is ready, and the bot has not been started yet."""
    async with a_night(folder, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await has_met(night, anna)
        await night.sandbox.stop_bot()
        yield Evening(night, anna, nova, forks, folder)
