"""An evening on which Nova calls instead of texting: Anna has the beredskap, Bo is behind her."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from storage.tables import PhoneCallRow, PhoneLegRow
from tests.acceptance.night import NUMBER
from tests.escalation.evening import ANNAS, BOS, NOVAS, Cast, an_evening

CALLS: sa.Table = PhoneCallRow.__table__  # type: ignore[attr-defined]
LEGS: sa.Table = PhoneLegRow.__table__  # type: ignore[attr-defined]
SCREEN = "Ett samtal till beredskapen. Tryck 1 för att ta det."


@dataclass
class Calling:
    """The same evening, with what somebody does with a telephone."""

    cast: Cast

    @property
    def board(self) -> Any:
        return self.cast.night.sandbox.carrier.board

    async def calls_us(self, number: str = NOVAS, to: str = NUMBER, *, hidden: bool = False) -> str:
        """Let somebody call our number; returns when a phone rings, or everything has been said."""
        sid: str = self.board.begin_call(number, to, hides_number=hidden)
        await self.cast.night.settles()
        return sid

    async def hangs_up(self, sid: str) -> None:
        await self.board.hang_up(sid)
        await self.cast.night.settles()

    async def declines(self, number: str) -> None:
        await self.board.decline(self.cast.rings(number)["sid"])
        await self.cast.night.settles()

    async def rings_out(self) -> None:
        """Let a phone ring for as long as it is let to."""
        await self.cast.night.minutes_pass(0.5)

    def of(self, number: str, at: int = -1) -> dict[str, Any]:
        """Return a call of a phone's, the newest if not said otherwise."""
        return self.cast.calls(number)[at]

    def ringing(self) -> list[str]:
        """Return which of the staff's phones ring."""
        return [n for n in (ANNAS, BOS) if any(call["status"] == "ringing" for call in self.cast.calls(n))]

    def rows(self) -> list[Any]:
        return self.cast.night.rows(sa.select(CALLS).order_by(CALLS.c.began_at, CALLS.c.id))

    def legs(self) -> list[tuple[int, str]]:
        found = self.cast.night.rows(sa.select(LEGS).order_by(LEGS.c.call_id, LEGS.c.nth))
        return [(row.nth, row.state) for row in found]

    def card(self, dm: str) -> str:
        """Return what the one card in a DM says."""
        [card] = [said for said in self.cast.night.messages(dm) if said.is_card and not said.deleted]
        return card.words


@asynccontextmanager
async def an_evening_of_calls(folder: Path, database_url: str, **more: Any) -> AsyncIterator[Calling]:
    async with an_evening(folder, database_url, **more) as cast:
        yield Calling(cast)
