"""Jag är redo: whoever has a shift says that they are there, in Slack or, without it, by sms."""

from dataclasses import replace
from typing import Final

from bot.domain.duty import Shift
from bot.domain.errors import AuditEntry, Stale
from bot.domain.ids import ShiftId
from bot.domain.people import Staff
from bot.domain.secrecy import Actor, Denied
from bot.ports import Tx
from bot.services.context import Context
from bot.services.ready.ask import NOTED, held_readiness, others_on_duty, plan_sms, tell_leaders
from bot.services.shared.own import ask_own, require_own
from bot.services.shared.placing import notice_about
from bot.texts import span

ACT: Final = "confirm_ready"


async def confirm_ready(slack_user_id: str, shift_id: str, *, ctx: Context) -> None:
    """Note that they are ready; twice is once. Those who were told that nobody was there are told that somebody is.

    Raises NotAllowed for somebody else's shift, Stale for one that is over or out of the rota.
    """

    def change(tx: Tx) -> None:
        shift, now = tx.shifts.get(ShiftId(shift_id)), ctx.clock.now()
        holder = None if shift is None else shift.staff_id
        what = f"shift:{shift_id}" if shift is not None else ""
        staff = require_own(tx, ctx, slack_user_id, ACT, owner=holder, what=what, otherwise="not_your_shift")
        if shift is None or shift.ends_at <= now:
            raise Stale
        _note(tx, ctx, shift, staff, "self")

    await ctx.store.write(change)


def confirm_by_sms(tx: Tx, ctx: Context, staff: Staff) -> int:
    """Note that somebody without Slack is ready for what they were asked about, and say so; return how many shifts."""
    if staff.slack_user_id is not None:
        return 0  # they are asked in Slack, and answer there
    asked = [held for held in tx.ready.held(ctx.clock.now()) if held.staff_id == staff.id and held.was_told]
    if isinstance(ask_own(ctx, Actor(staff), staff.id), Denied):
        return 0
    shifts = [shift for held in asked if (shift := tx.shifts.get(held.shift_id)) is not None and held.fits(shift)]
    noted = [held_readiness(tx, shift) for shift in shifts if _note(tx, ctx, shift, staff, "own_phone")]
    for readiness in noted[:1]:
        plan_sms(tx, ctx, readiness, NOTED)
    return len(noted)


def _note(tx: Tx, ctx: Context, shift: Shift, staff: Staff, ground: str) -> bool:
    """Note it once; False when they have said so already."""
    kept = held_readiness(tx, shift)
    if kept.confirmed_at is not None:
        return False
    tx.ready.save(replace(kept, confirmed_at=ctx.clock.now()))
    tx.audit.record(AuditEntry(staff.id, ACT, f"shift:{shift.id}", ground, shift.lending_namnd))
    if kept.warned_at is not None:
        _calm(tx, ctx, shift, staff)
    return True


def _calm(tx: Tx, ctx: Context, shift: Shift, staff: Staff) -> None:
    when = span(shift.starts_at, shift.ends_at)
    for behind in others_on_duty(tx, ctx, shift):
        dedupe = f"ready_after_all:{shift.id}:{staff.id}"
        notice_about(tx, behind, "ready_after_all", staff.id, {"when": when}, dedupe=dedupe)
    tell_leaders(tx, ctx, shift, "ready_after_all", when=when)
