"""The messages of a swap that have buttons: to those who may take it, and to the leaders who approve it."""

from typing import Final

from bot.domain.ids import StaffId
from bot.domain.outbound import OutboxKind, OutboxState, Priority
from bot.domain.people import Role, Staff
from bot.domain.swap import SwapCard, SwapId, SwapOffer, SwapState, is_taken_up, may_take
from bot.ports import Outbound, Tx
from bot.services.context import Context
from bot.services.shared.outcome import Outcome
from bot.services.shared.view import slack_id
from bot.services.swap.rest_check import rest_around, rest_broken

KEY: Final = "swap"  # in the payload of a row


def ask_to_take(tx: Tx, offer: SwapOffer, person: Staff) -> None:
    """Ask somebody whether they take it."""
    _plan(tx, offer, person, Priority.URGENT if offer.is_now else Priority.NORMAL)


def ask_to_approve(tx: Tx, offer: SwapOffer) -> None:
    """Ask the leaders of the lending nämnd, but for those who swap."""
    for leader in tx.staff.with_role(Role.LEADER, offer.namnd):
        if leader.slack_user_id is not None and leader.id not in {offer.giver, offer.taker}:
            _plan(tx, offer, leader, Priority.NORMAL)


def _plan(tx: Tx, offer: SwapOffer, person: Staff, priority: Priority) -> None:
    tx.outbox.add(
        OutboxKind.NOTICE,
        f"notice:{person.id}",
        {"staff": person.id, KEY: offer.id, "state": offer.state.value},
        dedupe_key=f"notice:{person.id}:swap:{offer.id}:{offer.state.value}:{offer.taker or ''}",
        priority=priority,
    )


async def deliver_swap(row: Outbound, *, ctx: Context) -> Outcome:
    """Send one; nothing when it has been settled meanwhile, or they may not answer it any more."""
    staff_id = StaffId(row.payload["staff"])
    composed = await ctx.store.read(lambda tx: _compose(tx, ctx, row, staff_id))
    if composed is None:
        return Outcome(OutboxState.DROPPED, error="no_need")
    to, card = composed
    posted = await ctx.chat.post_swap(to, card, row.id)
    return Outcome(
        OutboxState.SENT,
        provider_id=f"{posted.channel}:{posted.ts}",
        then=lambda tx: tx.posts.remember("notice", None, f"staff:{staff_id}", posted),
    )


def _compose(tx: Tx, ctx: Context, row: Outbound, staff_id: StaffId) -> tuple[str, SwapCard] | None:
    offer, person = tx.swaps.get(SwapId(row.payload[KEY])), tx.staff.get(staff_id)
    if offer is None or person is None or offer.state.value != row.payload["state"]:
        return None
    if offer.lapses_at <= ctx.clock.now():
        return None
    if offer.state is SwapState.OPEN:
        shifts = tx.shifts.between(offer.starts_at, offer.ends_at)
        if not may_take(person, offer) or is_taken_up(person.id, offer.starts_at, offer.ends_at, shifts):
            return None
    shift, rest_of = tx.shifts.get(offer.shift_id), offer.taker or person.id
    card = SwapCard(
        offer_id=offer.id,
        giver=f"<@{slack_id(tx, offer.giver)}>",
        taker="" if offer.taker is None else f"<@{slack_id(tx, offer.taker)}>",
        namnd_name=ctx.rules.namnder[offer.namnd].short_name,
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
        rest=rest_around(tx, rest_of, offer.starts_at, offer.ends_at, without=offer.shift_id),
        findings=rest_broken(tx, ctx, rest_of, offer),
        is_now=offer.is_now,
        is_backup=shift is not None and shift.is_backup,
        is_trial=ctx.rules.is_trial,
    )
    return slack_id(tx, staff_id), card
