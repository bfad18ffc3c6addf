"""Offer a shift, or a part of it, to one or to all who may have it; and withdraw what was offered."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Final

from bot.domain.duty import Shift, ShownShift
from bot.domain.errors import AuditEntry, BadInput, NotFound, NotYet, Stale
from bot.domain.ids import NamndId, ShiftId, StaffId, new_id
from bot.domain.people import Role, Staff
from bot.domain.swap import SwapForm, SwapId, SwapOffer, SwapPlan, SwapState, is_taken_up, may_take, part_of
from bot.domain.written_time import read_time
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.own import require_own
from bot.services.shared.placing import notice
from bot.services.swap.asking import ask_to_take
from bot.services.swap.rest_check import rest_around, rest_broken
from bot.texts import span

AHEAD: Final = timedelta(days=60)
MOST_SHIFTS: Final = 50
OFFER: Final = "offer_swap"
NO_SHIFTS: Final = "not_your_shift"
SHIFT, FIRST, LAST, TO = "shift", "first", "last", "to"  # the fields that problems are shown at


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was filled in: ids and wall-clock times as they were written; "" for the edge of the shift, or for all."""

    shift: str
    first: str = ""
    last: str = ""
    to: str = ""


async def swap_form(slack_user_id: str, *, ctx: Context) -> SwapForm:
    """Return what the caller can offer, and to whom. Raises NotAllowed, or NotYet when they have no shift to offer."""

    def query(tx: Tx) -> SwapForm:
        now = ctx.clock.now()
        staff = require_own(tx, ctx, slack_user_id, OFFER, otherwise=NO_SHIFTS)
        mine = [s for s in tx.shifts.between(now, now + AHEAD) if s.staff_id == staff.id][:MOST_SHIFTS]
        if not mine:
            raise NotYet("no_shift_to_swap")
        people = {p.id: p for namnd in {s.lending_namnd for s in mine} for p in _able(tx, namnd, staff)}
        return SwapForm(
            tuple(ShownShift.of(shift, ctx.rules.namnder[shift.lending_namnd].short_name) for shift in mine),
            tuple(sorted(((p.id, p.name) for p in people.values()), key=lambda pair: pair[1])),
        )

    return await ctx.store.write(query)  # a refusal is logged


def _able(tx: Tx, namnd: NamndId, but: Staff) -> list[Staff]:
    people = tx.staff.with_role(Role.FAMILJEBEHANDLARE, namnd)
    return [person for person in people if person.slack_user_id is not None and person.id != but.id]


async def plan_swap(slack_user_id: str, wanted: Wanted, *, ctx: Context) -> SwapPlan:
    """Return what would be offered, with the rest that the other would have. Raises NotAllowed, BadInput, NotYet."""

    def query(tx: Tx) -> SwapPlan:
        _, shift, offer = _drafted(tx, ctx, slack_user_id, wanted)
        other = None if offer.to is None else tx.staff.get(offer.to)
        rest = None if other is None else rest_around(tx, other.id, offer.starts_at, offer.ends_at, without=shift.id)
        return SwapPlan(
            shift_id=shift.id,
            starts_at=offer.starts_at,
            ends_at=offer.ends_at,
            to=offer.to or "",
            to_name="" if other is None else other.name,
            rest=rest,
            findings=() if other is None else rest_broken(tx, ctx, other.id, offer),
            namnd_name=ctx.rules.namnder[shift.lending_namnd].short_name,
            needs_approval=ctx.rules.swap.needs_approval and not offer.is_now,
            is_now=offer.is_now,
            is_backup=shift.is_backup,
        )

    return await ctx.store.write(query)


async def offer_swap(slack_user_id: str, wanted: Wanted, key: str, *, ctx: Context) -> None:
    """Offer it; `key` makes a click count once. Raises NotAllowed, BadInput or NotYet."""

    def change(tx: Tx) -> None:
        if tx.was_done("swap", key):
            return
        giver, shift, offer = _drafted(tx, ctx, slack_user_id, wanted)
        tx.once("swap", key)
        tx.swaps.save(offer)
        details = {"swap": offer.id, "to": offer.to, "is_now": offer.is_now}
        tx.audit.record(
            AuditEntry(giver.id, OFFER, f"shift:{shift.id}", "own_shift", shift.lending_namnd, details=details)
        )
        for person in takers(tx, ctx, offer):
            ask_to_take(tx, offer, person)

    await ctx.store.write(change)


def takers(tx: Tx, ctx: Context, offer: SwapOffer) -> list[Staff]:
    """Return those who may take it, and are free: nobody is asked to be in two places."""
    running = tx.shifts.between(offer.starts_at, offer.ends_at)
    people = tx.staff.with_role(Role.FAMILJEBEHANDLARE, offer.namnd)
    return [p for p in people if may_take(p, offer) and not is_taken_up(p.id, offer.starts_at, offer.ends_at, running)]


def _drafted(tx: Tx, ctx: Context, slack_user_id: str, wanted: Wanted) -> tuple[Staff, Shift, SwapOffer]:
    """Return the offer that was filled in, or say what is wrong with it."""
    now = ctx.clock.now()
    shift = tx.shifts.get(ShiftId(wanted.shift))
    holder = None if shift is None else shift.staff_id
    what = "" if shift is None else f"shift:{shift.id}"
    giver = require_own(tx, ctx, slack_user_id, OFFER, owner=holder, what=what, otherwise=NO_SHIFTS)
    if shift is None or shift.ends_at <= now:
        raise BadInput({SHIFT: "shift_gone"})
    starts_at, ends_at = _part(shift, wanted, now)
    to = StaffId(wanted.to) if wanted.to else None
    made = SwapOffer(SwapId(new_id()), shift.id, giver.id, shift.lending_namnd, starts_at, ends_at, now, to)
    if any(o.shift_id == shift.id and o.overlaps(starts_at, ends_at) for o in tx.swaps.live()):
        raise NotYet("already_offered")
    if not takers(tx, ctx, made):
        raise BadInput({TO: "nobody_can_take" if to is None else "cannot_take"})
    return giver, shift, made


def _part(shift: Shift, wanted: Wanted, now: datetime) -> tuple[datetime, datetime]:
    times: dict[str, time | None] = {}
    for field, written in ((FIRST, wanted.first), (LAST, wanted.last)):
        times[field] = read_time(written) if written.strip() else None
        if written.strip() and times[field] is None:
            raise BadInput({field: "not_a_time"})
    part = part_of(shift, times[FIRST], times[LAST], now)
    if part is None:
        raise BadInput({FIRST: "not_in_shift"})
    return part


async def withdraw_swap(slack_user_id: str, offer_id: str, *, ctx: Context) -> None:
    """Take an offer back. Raises NotAllowed for somebody else's, Stale when somebody has taken it, NotFound."""

    def change(tx: Tx) -> None:
        offer = tx.swaps.get(SwapId(offer_id), lock=True)
        holder = None if offer is None else offer.giver
        what = "" if offer is None else f"shift:{offer.shift_id}"
        giver = require_own(tx, ctx, slack_user_id, "withdraw_swap", owner=holder, what=what, otherwise=NO_SHIFTS)
        if offer is None:
            raise NotFound
        if not offer.is_live:
            raise Stale
        tx.swaps.save(replace(offer, state=SwapState.WITHDRAWN))
        tx.audit.record(AuditEntry(giver.id, "withdraw_swap", f"shift:{offer.shift_id}", "own_shift", offer.namnd))
        if offer.taker is not None:
            when = span(offer.starts_at, offer.ends_at)
            notice(tx, offer.taker, "swap_withdrawn", dedupe=f"swap_withdrawn:{offer.id}", when=when)

    await ctx.store.write(change)
