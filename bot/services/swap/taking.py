"""Ta passet, Nej tack, and the leader's Godkänn or Neka. The first who takes it has it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.domain.duty import Shift
from bot.domain.errors import AlreadyTaken, AuditEntry, NotAllowed, NotFound, NotYet, Stale
from bot.domain.ids import StaffId
from bot.domain.outbound import Priority
from bot.domain.people import Role, Staff
from bot.domain.secrecy import Act, Actor
from bot.domain.swap import SwapId, SwapOffer, SwapState, handed, is_taken_up, left_of, may_take
from bot.ports import Tx
from bot.services.context import Context
from bot.services.ready.ask import new_readiness
from bot.services.shared.access import actor_by_slack
from bot.services.shared.own import require_of_rota
from bot.services.shared.placing import notice
from bot.services.shared.view import slack_id
from bot.services.swap.asking import ask_to_approve
from bot.texts import span


async def take_swap(slack_user_id: str, offer_id: str, *, ctx: Context) -> SwapOffer:
    """Take a shift that is offered, and return the offer as it then is: done, or asked of a leader. Twice is once.

    Raises AlreadyTaken, Stale when it has been withdrawn or has lapsed, NotYet when they have a shift then, NotAllowed.
    """

    def change(tx: Tx) -> SwapOffer:
        asking, offer = actor_by_slack(tx, ctx, slack_user_id), _locked(tx, offer_id)
        taker = asking.staff
        _require_offered(ctx, asking, offer, "take_swap")
        if not may_take(taker, offer):
            entry = _entry(taker, "take_swap", offer, "not_for_you", is_allowed=False)
            raise NotAllowed("swap_not_for_you", audit=entry)
        if offer.taker == taker.id:
            return offer
        if offer.taker is not None:
            raise AlreadyTaken(taken_by=slack_id(tx, offer.taker))
        shift, starts_at = _still_there(tx, ctx, offer)
        running = tx.shifts.between(starts_at, offer.ends_at)
        if is_taken_up(taker.id, starts_at, offer.ends_at, running):
            raise NotYet("busy_then")
        taken = replace(offer, taker=taker.id)
        tx.audit.record(_entry(taker, "take_swap", offer, "offered"))
        if ctx.rules.swap.needs_approval and not offer.is_now:
            taken = replace(taken, state=SwapState.ASKED)
            tx.swaps.save(taken)
            _tell(tx, taken, offer.giver, "swap_asked", who=f"<@{slack_user_id}>")
            ask_to_approve(tx, taken)
            return taken
        return _hand_over(tx, ctx, taken, shift, starts_at)

    return await ctx.store.write(change)


async def decline_swap(slack_user_id: str, offer_id: str, *, ctx: Context) -> None:
    """Say no. Whoever offered it to one person is told at once; of an offer to all, when nobody is left."""

    def change(tx: Tx) -> None:
        asking, offer = actor_by_slack(tx, ctx, slack_user_id), _locked(tx, offer_id)
        person = asking.staff
        _require_offered(ctx, asking, offer, "decline_swap")
        if not may_take(person, offer):
            entry = _entry(person, "decline_swap", offer, "not_for_you", is_allowed=False)
            raise NotAllowed("swap_not_for_you", audit=entry)
        if offer.state is not SwapState.OPEN or person.id in offer.declined:
            return
        offer = replace(offer, declined=offer.declined | {person.id})
        tx.swaps.save(offer)
        tx.audit.record(_entry(person, "decline_swap", offer, "offered"))
        others = [p for p in tx.staff.with_role(Role.FAMILJEBEHANDLARE, offer.namnd) if may_take(p, offer)]
        if {p.id for p in others} <= offer.declined:
            key = "swap_declined" if offer.to is not None else "swap_declined_by_all"
            _tell(tx, offer, offer.giver, key, who=f"<@{slack_user_id}>")

    await ctx.store.write(change)


async def settle_swap(slack_user_id: str, offer_id: str, *, approves: bool, ctx: Context) -> SwapOffer:
    """A leader's answer. Raises NotAllowed, Stale when it is settled already, or the rota has changed."""

    def change(tx: Tx) -> SwapOffer:
        asking, offer = actor_by_slack(tx, ctx, slack_user_id), _locked(tx, offer_id)
        leader, what = asking.staff, f"shift:{offer.shift_id}"
        parties = [offer.giver] if offer.taker is None else [offer.giver, offer.taker]
        require_of_rota(ctx, asking, Act.SETTLE_SWAP, offer.namnd, *parties, logged_as="settle_swap", what=what)
        if offer.state is not SwapState.ASKED or offer.taker is None:
            raise Stale
        tx.audit.record(_entry(leader, "settle_swap", offer, "leader", approves=approves))
        if approves:
            shift, starts_at = _still_there(tx, ctx, offer)
            return _hand_over(tx, ctx, offer, shift, starts_at, by=leader.id)
        refused = replace(offer, state=SwapState.REFUSED)
        tx.swaps.save(refused)
        for person in (offer.giver, offer.taker):
            _tell(tx, offer, person, "swap_refused", who=f"<@{slack_user_id}>")
        return refused

    return await ctx.store.write(change)


def _require_offered(ctx: Context, asking: Actor, offer: SwapOffer, act: str) -> None:
    what = f"shift:{offer.shift_id}"
    require_of_rota(ctx, asking, Act.TAKE_SHIFT, offer.namnd, offer.giver, logged_as=act, what=what)


def _locked(tx: Tx, offer_id: str) -> SwapOffer:
    offer = tx.swaps.get(SwapId(offer_id), lock=True)
    if offer is None:
        raise NotFound
    return offer


def _still_there(tx: Tx, ctx: Context, offer: SwapOffer) -> tuple[Shift, datetime]:
    """Return the shift and from when it would change hands; raises Stale when the rota or the clock has moved on."""
    now, shift = ctx.clock.now(), tx.shifts.get(offer.shift_id)
    starts_at = max(offer.starts_at, now) if offer.is_now else offer.starts_at
    is_whole = shift is not None and shift.starts_at <= starts_at and shift.ends_at >= offer.ends_at
    if shift is None or not is_whole or shift.staff_id != offer.giver or not offer.is_live or now >= offer.lapses_at:
        raise Stale
    return shift, starts_at


def _hand_over(
    tx: Tx, ctx: Context, offer: SwapOffer, shift: Shift, starts_at: datetime, *, by: StaffId | None = None
) -> SwapOffer:
    """Change the rota, and tell those whom it concerns. Cards and handovers follow the rota by themselves."""
    if offer.taker is None:
        raise Stale
    given, *kept = handed(shift, starts_at, offer.ends_at, offer.taker)
    _stand_back(tx, given)
    _write(tx, (*kept, given))
    done = replace(offer, state=SwapState.DONE)
    tx.swaps.save(done)
    told = replace(done, starts_at=starts_at)
    details = {"swap": offer.id, "shift": given.id, "from": offer.giver, "to": offer.taker}
    tx.audit.record(
        AuditEntry(by or offer.taker, "shift_changed", f"shift:{shift.id}", "swap", offer.namnd, details=details)
    )
    _note_readiness(tx, ctx, shift, given, kept)
    giver, taker = (f"<@{slack_id(tx, one)}>" for one in (offer.giver, offer.taker))
    _tell(tx, told, offer.giver, "swap_given", who=taker)
    _tell(tx, told, offer.taker, "swap_yours", who=giver)
    for leader in tx.staff.with_role(Role.LEADER, offer.namnd):
        if leader.slack_user_id is not None and leader.id not in {offer.giver, offer.taker, by}:
            _tell(tx, told, leader.id, "swap_done", who=giver, taker=taker)
    return done


def _stand_back(tx: Tx, given: Shift) -> None:
    """Nobody is their own backup: while they have the shift, their place behind it is empty."""
    for behind in tx.shifts.between(given.starts_at, given.ends_at):
        is_theirs = behind.staff_id == given.staff_id and behind.lending_namnd == given.lending_namnd
        if is_theirs and behind.is_backup:
            left = left_of(behind, given.starts_at, given.ends_at)
            if not left:
                tx.shifts.remove(behind.id)
            _write(tx, left)


def _write(tx: Tx, parts: Iterable[Shift]) -> None:
    for part in parts:
        if not tx.shifts.change(part):
            tx.shifts.add_all([part])


def _note_readiness(tx: Tx, ctx: Context, was: Shift, given: Shift, kept: list[Shift]) -> None:
    """Both know of it: the giver is not told anew, and whoever takes it in the last hour is there."""
    now = ctx.clock.now()
    told = tx.ready.get(was.id, was.staff_id, lock=True)
    if told is not None:
        mine = next((part for part in kept if part.id == was.id), None)
        if mine is None:
            tx.ready.save(replace(told, released_at=now))
        else:
            tx.ready.save(replace(told, starts_at=mine.starts_at, ends_at=mine.ends_at))
    if given.starts_at - now <= ctx.rules.ready.last_ahead:
        tx.ready.save(replace(new_readiness(given), told_last_at=now, confirmed_at=now))


def _tell(tx: Tx, offer: SwapOffer, staff_id: StaffId, key: str, **values: str) -> None:
    when = span(offer.starts_at, offer.ends_at)
    dedupe = f"{key}:{offer.id}:{offer.taker or ''}"
    notice(tx, staff_id, key, dedupe=dedupe, priority=Priority.URGENT, when=when, **values)


def _entry(
    staff: Staff, act: str, offer: SwapOffer, ground: str, *, is_allowed: bool = True, **details: bool
) -> AuditEntry:
    return AuditEntry(
        staff.id, act, f"shift:{offer.shift_id}", ground, offer.namnd, is_allowed, {"swap": offer.id, **details}
    )
