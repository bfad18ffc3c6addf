"""A night on which content goes astray: who is there, and what is ordered."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from bot.domain.ids import NamndId
from bot.domain.incident import IncidentClock
from bot.domain.people import Role
from bot.services.context import Context
from bot.services.incident.lift import lift_stop
from bot.services.incident.stop import Ordered, by_email, stop_sending
from storage.tables import OutboxRow
from tests.acceptance.night import NORRVIK, SODERMARK, Night, Person, Phone

OUTBOX: sa.Table = OutboxRow.__table__  # type: ignore[attr-defined]
ANNAS, GUNILLAS, SARAS = "+46701740680", "+46701740682", "+46701740683"
LEADER, OTHER_LEADER = "gunilla@example.se", "sara@example.se"
WHY = "Svar kan ha gått till fel nummer"


@dataclass
class Cast:
    """Anna has the beredskap for both nämnder; Gunilla leads Norrvik, Sara Södermark."""

    night: Night
    anna: Person
    gunilla: Person
    sara: Person
    nova: Phone
    liam: Phone

    @property
    def ctx(self) -> Context:
        assert self.night.sandbox.bot is not None
        return self.night.sandbox.bot.ctx

    async def stops(self, namnd: NamndId | None = None, *, by: str = LEADER) -> Ordered:
        ordered = await stop_sending(by_email(by), WHY, namnd, ctx=self.ctx)
        await self.night.settles()
        return ordered

    async def lifts(self, namnd: NamndId | None = None, *, by: str = LEADER) -> Ordered:
        lifted = await lift_stop(by_email(by), "Felet är hittat", namnd, ctx=self.ctx)
        await self.night.settles()
        return lifted

    async def machine_time_passes(self) -> None:
        """Let whatever waits be tried again now."""
        waits = OUTBOX.c.state == "due"
        await self.night.executes(sa.update(OUTBOX).where(waits).values(next_at=self.night.sandbox.clock.wire_now()))
        assert self.night.sandbox.bot is not None
        self.night.sandbox.bot.worker.wake()
        await self.night.settles()

    async def clocks(self) -> list[IncidentClock]:
        return await self.ctx.store.read(lambda tx: tx.incidents.running_clocks())

    def waiting(self, *kinds: str) -> Sequence[str]:
        """Return the kinds of the rows that have not left."""
        statement = sa.select(OUTBOX.c.kind).where(OUTBOX.c.state == "due").order_by(OUTBOX.c.id)
        return [row.kind for row in self.night.rows(statement) if not kinds or row.kind in kinds]


async def cast(night: Night) -> Cast:
    """Hire them, enrol a youth in each nämnd, and let Anna have the beredskap."""
    anna = await night.hires("Anna Ek", NORRVIK, phone=ANNAS)
    gunilla = await night.hires("Gunilla Holm", NORRVIK, Role.LEADER, phone=GUNILLAS)
    sara = await night.hires("Sara Lind", SODERMARK, Role.LEADER, phone=SARAS)
    night.opens_channels()
    nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
    liam, _ = await night.enrols("Liam Ask", "+46701740606", SODERMARK)
    for number in (ANNAS, GUNILLAS, SARAS):
        night.phone(number)
    await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-21 10:00")
    return Cast(night, anna, gunilla, sara, nova, liam)


async def presses_home(person: Person, action: str, value: str | None = None) -> None:
    """Press a button in somebody's App Home; the one with this value where there are several."""
    await person.opens_home()
    home = person.night.sandbox.slack.workspace.homes[person.user]
    pressed = [
        block["block_id"]
        for block in home.blocks
        for element in [*block.get("elements", []), block.get("accessory") or {}]
        if element.get("action_id") == action and value in {None, element.get("value")}
    ]
    assert pressed, f"no {action} at Home"
    await person.night.sandbox.slack.click(person.user, action_id=action, view_id=home.id, block_id=pressed[0])
    await person.night.settles()
