"""What a rota is made of: the slots to fill, who there is, and what stands already."""

from datetime import date, datetime, time, timedelta
from typing import Final

from bot.domain.calendar import ONE_DAY, instant, local
from bot.domain.duty import Shift
from bot.domain.ids import NamndId, ShiftId
from bot.domain.rota.draft import DraftState, RotaDraft, Turn
from bot.domain.rota.fairness import tallies
from bot.domain.rota.members import member_of
from bot.domain.rota.proposal import Problem
from bot.domain.rota.slots import Slot, Team, slots_of, teams
from bot.ports import Tx
from bot.services.context import Context

A_YEAR: Final = timedelta(days=365)
AROUND: Final = timedelta(days=31)  # before and after: a week's rest and a month's hours reach over the edge


def teams_of(ctx: Context) -> tuple[Team, ...]:
    return teams(ctx.rules.namnder, ctx.rules.rota.templates)


def lenders_of(ctx: Context) -> frozenset[NamndId]:
    """Return the nämnder whose staff can have shifts."""
    return frozenset().union(*(team.lenders for team in teams_of(ctx)))


def gather(tx: Tx, ctx: Context, first: date, last: date) -> Problem:
    """Return what a rota for these local days is made of.

    Shifts that an earlier draft put there and that have not begun are to be replaced; every other stays, and a slot
    that one of them covers is filled.
    """
    now = ctx.clock.now()
    start, end = instant(first, time(0)), instant(last + ONE_DAY, time(0))
    replaced = {shift.id for shift in published_shifts(tx, first, last, now)}
    around = tx.shifts.between(start - AROUND, end + AROUND)
    fixed = tuple(shift for shift in around if shift.id not in replaced)
    slots = slots_of(teams_of(ctx), first, last, ctx.rules.closed_days)
    members = [member for staff in tx.staff.everyone() if (member := member_of(staff)) is not None]
    history = [shift for shift in tx.shifts.between(start - A_YEAR, start) if shift.id not in replaced]
    return Problem(
        first=first,
        last=last,
        slots=tuple(slot for slot in slots if slot.starts_at > now and not _is_filled(slot, fixed)),
        members=tuple(sorted(members, key=lambda member: member.id)),
        wishes=tuple(tx.rota.wishes(first - ONE_DAY, last + ONE_DAY)),
        fixed=fixed,
        before=tallies(history),
        rules=ctx.rules.rota,
    )


def _is_filled(slot: Slot, fixed: tuple[Shift, ...]) -> bool:
    return any(
        not shift.is_backup
        and shift.lending_namnd in slot.team.lenders
        and shift.starts_at <= slot.starts_at
        and slot.ends_at <= shift.ends_at
        for shift in fixed
    )


def published_turns(tx: Tx, first: date, last: date) -> dict[ShiftId, Turn]:
    """Return the turns that drafts have put into the rota on these local days, by the shift that came of each."""
    drafts = [draft for draft in tx.rota.drafts(first, last) if draft.state is DraftState.PUBLISHED]
    return {
        turn.shift_id: turn
        for draft in drafts
        for turn in draft.turns
        if turn.shift_id is not None and first <= local(turn.starts_at).date() <= last
    }


def published_shifts(tx: Tx, first: date, last: date, now: datetime) -> list[Shift]:
    """Return the shifts of the rota that came from a draft, begin on these local days and have not begun."""
    known = published_turns(tx, first, last)
    shifts = tx.shifts.between(instant(first, time(0)), instant(last + ONE_DAY, time(0)))
    return [shift for shift in shifts if shift.id in known and shift.starts_at > now]


def swapped(tx: Tx, draft: RotaDraft, now: datetime) -> list[Shift]:
    """Return the shifts that people have swapped since they were published, and that the draft would undo."""
    known = published_turns(tx, draft.first, draft.last)
    changed = [s for s in published_shifts(tx, draft.first, draft.last, now) if not known[s.id].is_same_as(s)]
    return [shift for shift in changed if not any(turn.is_same_as(shift) for turn in draft.turns)]
