"""An evening on which somebody sleeps: Anna has the beredskap, Bo is backup, Lena leads, Nova texts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.domain.duty import Shift
from bot.domain.ids import ShiftId, new_id
from bot.domain.people import Role
from storage.tables import EscalationRow, EscalationStepRow
from tests.acceptance.night import NORRVIK, NUMBER, Night, Person, Phone, a_night, local_time

ANNAS, BOS, LENAS, NOVAS = "+46701740610", "+46701740611", "+46701740612", "+46701740605"
WAITS = "Ett sms till beredskapen väntar"
ROWS: sa.Table = EscalationRow.__table__  # type: ignore[attr-defined]
STEPS: sa.Table = EscalationStepRow.__table__  # type: ignore[attr-defined]


@dataclass
class Cast:
    night: Night
    anna: Person
    bo: Person
    lena: Person
    nova: Phone

    async def reaches(self, at: str) -> None:
        """Let the clock reach half past that minute: what the first seconds of the evening took has passed by then."""
        await self.night.clock_reaches(f"2026-11-20 {at}:30")

    async def goes_on(self, *, times: int = 1) -> None:
        """Let the clock reach the next step of the ladder, and not a second more than a phone rings."""
        for _ in range(times):
            [waiting] = [row for row in self.escalations() if row.state != "ended"]
            at = waiting.next_at if waiting.next_at.tzinfo is not None else waiting.next_at.replace(tzinfo=UTC)
            await self.night.sandbox.world.jump(max(at, self.night.sandbox.clock.now()) + timedelta(seconds=1))

    def calls(self, number: str) -> list[dict[str, Any]]:
        """Return the calls to a phone, oldest first."""
        phones = self.night.sandbox.carrier.state()["phones"]
        return [call for phone in phones if phone["number"] == number for call in phone["calls"]]

    def rings(self, number: str) -> dict[str, Any]:
        """Return the one call that rings on a phone."""
        [ringing] = [call for call in self.calls(number) if call["status"] == "ringing"]
        return ringing

    async def answers(self, number: str, digits: str = "") -> None:
        """Somebody answers and presses a key; or voicemail answers, and nobody does."""
        await self.night.sandbox.carrier.board.answer(self.rings(number)["sid"], digits)
        await self.night.settles()

    async def texts_one(self, number: str) -> None:
        await self.night.sandbox.carrier.text(number, "1", NUMBER)
        await self.night.settles()

    def times(self) -> tuple[int, int, int, int, int, int]:
        """Return how often Anna, Bo and Lena have been texted and called: sms, call, sms, call, sms, call."""
        counts = []
        for number in (ANNAS, BOS, LENAS):
            texts = [m for m in self.night.phone(number).inbox() if WAITS in m["body"]]
            counts += [len(texts), len(self.calls(number))]
        anna_sms, anna_call, bo_sms, bo_call, lena_sms, lena_call = counts
        return anna_sms, anna_call, bo_sms, bo_call, lena_sms, lena_call

    def steps(self) -> list[Any]:
        return self.night.rows(sa.select(STEPS).order_by(STEPS.c.at, STEPS.c.rung, STEPS.c.id))

    def escalations(self) -> list[Any]:
        return self.night.rows(sa.select(ROWS).order_by(ROWS.c.started_at, ROWS.c.id))

    def expect_what_was_said(self) -> None:
        """Let everything that staff were shown and texted be expected: the story has counted it."""
        slack = self.night.sandbox.slack.state()["messages"]
        self.night.expected.update((s.channel, s.ts) for channel in slack for s in self.night.messages(channel))
        for number in (ANNAS, BOS, LENAS):
            phone = self.night.phone(number)
            phone.heard.update(m["sid"] for m in phone.inbox())


@asynccontextmanager
async def an_evening(
    folder: Path, database_url: str, *, backup: bool = True, phones: bool = True, settings: str = "", **more: Any
) -> AsyncIterator[Cast]:
    """Friday 18.00; Anna has the beredskap until 22.00, with Bo behind her."""
    night_of = a_night(folder, database_url, "2026-11-20 18:00", escalates=True, settings=settings, **more)
    async with night_of as night:
        anna = await night.hires("Anna Ek", NORRVIK, phone=ANNAS if phones else None)
        bo = await night.hires("Bo Lind", NORRVIK, phone=BOS if phones else None)
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER, phone=LENAS if phones else None)
        night.opens_channels()
        for number in (ANNAS, BOS, LENAS):
            night.phone(number)
        nova, _ = await night.enrols("Nova Berg", NOVAS, NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-21 02:00")
        if backup:
            behind = Shift(
                ShiftId(new_id()),
                bo.staff.id,
                NORRVIK,
                local_time("2026-11-20 17:00"),
                local_time("2026-11-21 02:00"),
                is_backup=True,
            )
            await night.writes(lambda tx: tx.shifts.upsert(behind))
        yield Cast(night, anna, bo, lena, nova)
