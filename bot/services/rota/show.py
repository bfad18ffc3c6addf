"""The rota as it stands, with drafts and what people have said of the days."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time

from bot.domain.calendar import ONE_DAY, instant
from bot.domain.duty import Shift
from bot.domain.errors import AuditEntry
from bot.domain.ids import StaffId
from bot.domain.people import Staff
from bot.domain.rota.draft import FreeDay, RotaDraft
from bot.domain.rota.members import WishedDays
from bot.ports import Tx
from bot.services.context import Context
from bot.services.rota.asking import require_any
from bot.services.rota.gather import lenders_of


@dataclass(frozen=True, slots=True)
class Shown:
    """What there is on some days, by time."""

    shifts: tuple[Shift, ...]
    days_off: tuple[FreeDay, ...]
    drafts: tuple[RotaDraft, ...]
    wishes: tuple[WishedDays, ...]
    people: Mapping[StaffId, Staff]

    def name(self, staff_id: StaffId) -> str:
        return self.people[staff_id].name

    def only(self, staff_id: StaffId) -> "Shown":
        """Return the same with one person's shifts and days off."""
        return replace(
            self,
            shifts=tuple(shift for shift in self.shifts if shift.staff_id == staff_id),
            days_off=tuple(free for free in self.days_off if free.staff_id == staff_id),
        )


async def show_rota(first: date, last: date, *, ctx: Context, as_email: str) -> Shown:
    """Return what there is on the local days from `first` to `last`. Raises NotAllowed (logged) or Busy."""

    def query(tx: Tx) -> Shown:
        staff, ground = require_any(tx, ctx, as_email, "rota_show", lenders_of(ctx))
        tx.audit.record(AuditEntry(staff.id, "rota_show", "rota", ground))
        start, end = instant(first, time(0)), instant(last + ONE_DAY, time(0))
        return Shown(
            shifts=tuple(shift for shift in tx.shifts.between(start, end) if shift.starts_at >= start),
            days_off=tuple(tx.rota.days_off(first, last)),
            drafts=tuple(tx.rota.drafts(first, last)),
            wishes=tuple(tx.rota.wishes(first, last)),
            people={person.id: person for person in tx.staff.everyone()},
        )

    return await ctx.store.write(query)
