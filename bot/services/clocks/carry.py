"""Förd till akten: what a clock that has ended holds stands in the record. Until then nothing of it is deleted.

The record is the case system's personakt (SoL 2025:400 14 kap. 3 §): the clock is a help to keep a limit, and it holds
what stands nowhere else yet, such as when the family was summoned and what they answered.
"""

from bot.domain.clock_views import ClockRow
from bot.domain.deadline import Deadline, EventKind
from bot.domain.errors import BadInput, Stale
from bot.domain.ids import StaffId
from bot.domain.personnummer import holds_personnummer
from bot.domain.retention import Carried, CarriedGround
from bot.domain.secrecy import Actor
from bot.ports import Tx
from bot.services.clocks.changing import event
from bot.services.clocks.pressing import press
from bot.services.context import Context


async def mark_carried(slack_user_id: str, deadline_id: str, reference: str, key: str, *, ctx: Context) -> ClockRow:
    """Note where in the record a clock that has ended stands; said again, the newest counts.

    Raises NotAllowed, NotFound, Stale while it runs, or BadInput when the reference is missing or a personnummer.
    """

    def step(tx: Tx, actor: Actor, clock: Deadline) -> Deadline:
        if clock.is_running:
            raise Stale
        if not reference.strip():
            raise BadInput({"reference": "reference_missing"})
        carry(tx, ctx, clock, actor.staff.id, checked_reference(reference))
        return clock

    return await press(slack_user_id, deadline_id, key, step, ctx=ctx, settled_too=True)


def checked_reference(text: str) -> str:
    """Return where in the record it stands; raises BadInput for what holds a personnummer."""
    if holds_personnummer(text):
        raise BadInput({"reference": "personnummer"})
    return text.strip()


def carry(tx: Tx, ctx: Context, clock: Deadline, by: StaffId, reference: str) -> None:
    """Note it in the clock and in its history."""
    tx.clocks_kept.carry(Carried(clock.id, CarriedGround.CARRIED, ctx.clock.now(), by, reference))
    tx.deadlines.note(event(ctx, clock, EventKind.CARRIED, by))
