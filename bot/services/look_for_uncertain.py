"""What may have been sent: look for it on the other side, adopt it, send it again, or ask its author."""

import asyncio
from datetime import timedelta
from typing import Final

import structlog

from bot.domain.delivery import DeliveryStatus, from_provider
from bot.domain.errors import Busy
from bot.domain.outbound import POSTED_AGAIN, RESTORED, OutboxKind, OutboxState
from bot.domain.sending import SendPostponed, SendRejected, SendUncertain, SmsReceipt
from bot.ports import Outbound, Post, Posted, Tx
from bot.services.context import Context
from bot.services.deliver import compose_sms, settle_sms
from bot.services.deliver_clocks import CLOCK_KINDS, adopt, target_of
from bot.services.escalation.deliver_call import look_for_call
from bot.services.shared.digest_posts import refresh_digest_post
from bot.services.shared.outcome import FIRST_LOOK, MOST_AGAIN
from bot.services.shared.placing import refresh_card
from bot.services.voice.deliver_ring_up import leave_ring_up

log = structlog.get_logger(__name__)

STANDING: Final = frozenset({OutboxKind.CARD, OutboxKind.DIGEST})  # posts that are kept up to date
TAKES_AWAY: Final = frozenset({OutboxKind.WITHDRAW, OutboxKind.ERASE})  # harmless twice, harmful never
CHANNEL: Final = "channel:"  # there we may not read, and so not look
LONGEST_SEND: Final = timedelta(seconds=12)  # wire time: the time-outs of both gateways end before
LOOK_FAILED: Final = "look_failed"
UNSURE_AT_MOST: Final = timedelta(minutes=10)  # world time; then the author is told, even if we cannot look


async def look_for_uncertain(*, ctx: Context) -> int:
    """Look on the other side for what may have been sent; adopt it, send it again, or ask its author.

    An sms is looked for twice, a minute apart, and then put to its author: it is never sent again by itself.
    A card to a person is posted again, marked as a repetition. Returns how many rows were looked at.
    """

    def due(tx: Tx) -> list[Outbound]:
        tx.outbox.lapse(LONGEST_SEND)
        return tx.outbox.uncertain_due()

    rows = await ctx.store.write(due)
    # All at once: a provider that does not answer must not keep us from looking elsewhere, nor from the next lapse.
    looks = await asyncio.gather(*(_look(row, ctx) for row in rows), return_exceptions=True)
    for trouble in looks:
        if isinstance(trouble, BaseException):
            raise trouble
    return len(rows)


async def _look(row: Outbound, ctx: Context) -> None:
    try:
        if row.kind is OutboxKind.CALL and "leg" in row.payload:
            await leave_ring_up(row, ctx=ctx)
            return
        if row.kind is OutboxKind.CALL:
            await look_for_call(row, ctx=ctx)
            return
        await (_look_for_sms(row, ctx) if row.kind is OutboxKind.SMS else _look_for_post(row, ctx))
    except Busy:
        raise
    except Exception:
        log.exception("look_crashed", outbox_id=row.id)  # the other rows are looked for all the same


def _still(tx: Tx, row: Outbound) -> bool:
    """Hold the row and tell whether it is as we took it: a report or another instance may have settled it meanwhile."""
    current = tx.outbox.get(row.id, lock=True)
    return current is not None and current.state is OutboxState.UNCERTAIN and current.claim == row.claim


async def _look_for_sms(row: Outbound, ctx: Context) -> None:
    delivery_id: str = row.payload["delivery"]
    composed = await ctx.store.read(lambda tx: (compose_sms(tx, ctx, row), tx.outbox.provider_ids(row.lane)))
    sms, known = composed
    found = await ctx.store.read(lambda tx: _reported(tx, delivery_id))
    if found is None and not isinstance(sms, str):
        try:
            found = await ctx.sms.find(sms, row.created_at, known)
        except Exception as error:  # whatever it is, we know no more than before; look again later
            log.warning("look_failed", outbox_id=row.id, kind=type(error).__name__)
            unsure_for = ctx.clock.now() - row.created_at

            def not_now(tx: Tx) -> None:
                if not _still(tx, row):
                    return
                if (
                    unsure_for > UNSURE_AT_MOST and row.error == LOOK_FAILED
                ):  # the author should know, even if we cannot
                    tx.outbox.record(row.id, OutboxState.FAILED, error="uncertain_final")
                    settle_sms(tx, ctx, delivery_id, "uncertain", "uncertain_final")
                else:
                    wait = ctx.rules.uncertain_look_after
                    tx.outbox.record(row.id, OutboxState.UNCERTAIN, error=LOOK_FAILED, wait=wait)

            await ctx.store.write(not_now)
            return

    def record(tx: Tx) -> None:
        if not _still(tx, row):
            return
        if found is not None:
            tx.outbox.record(row.id, OutboxState.SENT, provider_id=found.provider_id)
            status = from_provider(found.status) or DeliveryStatus.QUEUED
            settle_sms(tx, ctx, delivery_id, status.value, None, provider_id=found.provider_id)
        elif row.looks + 1 < 2:
            tx.outbox.looked(row.id, ctx.rules.uncertain_look_after)
            settle_sms(tx, ctx, delivery_id, "uncertain", None)
        else:
            tx.outbox.record(row.id, OutboxState.FAILED, error="uncertain_final")
            settle_sms(tx, ctx, delivery_id, "uncertain", "uncertain_final")

    await ctx.store.write(record)


def _reported(tx: Tx, delivery_id: str) -> SmsReceipt | None:
    """Return what a report that carried our own id has said: it left, whether or not the list still shows its words."""
    delivery = tx.messages.delivery(delivery_id)
    return (
        None if delivery is None or delivery.provider_id is None else SmsReceipt(delivery.provider_id, delivery.status)
    )


async def _look_for_post(row: Outbound, ctx: Context) -> None:
    """In a DM our own post can be found by its metadata; elsewhere it is posted again, and says so."""

    def where(tx: Tx) -> tuple[str, Post | None, str | None]:
        if row.kind in {OutboxKind.NOTICE, OutboxKind.HANDOVER}:
            return tx.posts.dm_channel(f"staff:{row.payload['staff']}") or "", None, None
        if row.kind in CLOCK_KINDS:
            return tx.posts.dm_channel(target_of(tx, row)) or "", None, None
        post = tx.posts.get(row.payload.get("post", ""))
        if post is None:
            return "", None, None
        if row.kind in {OutboxKind.THREAD, OutboxKind.ADDENDUM}:
            return post.channel or "", post, post.ts
        return post.channel or tx.posts.dm_channel(post.target) or "", post, None

    to, post, thread_ts = await ctx.store.read(where)
    found: Posted | None = None
    has_looked = False
    if to and row.kind not in TAKES_AWAY:
        try:
            found = await ctx.chat.find(to, row.id, row.created_at, thread_ts)
            has_looked = post is None or not post.target.startswith(CHANNEL)
        except (SendPostponed, SendUncertain, SendRejected) as error:
            log.info("look_failed", outbox_id=row.id, reason=error.reason)
            if row.looks < 5:
                await ctx.store.write(lambda tx: tx.outbox.looked(row.id, FIRST_LOOK * 2))
                return

    def record(tx: Tx) -> None:
        if not _still(tx, row):
            return
        if found is not None:
            tx.outbox.record(row.id, OutboxState.SENT, provider_id=f"{found.channel}:{found.ts}")
            if row.kind in STANDING and post is not None:
                tx.posts.placed(post.id, found)
                (refresh_card if row.kind is OutboxKind.CARD else refresh_digest_post)(tx, post)
            if row.kind in CLOCK_KINDS:
                adopt(tx, row, found)
            return
        if row.error == RESTORED and not has_looked and row.kind not in TAKES_AWAY:
            # It stood in a backup, and may have been posted since: what still waits is brought up anew by its clock.
            tx.outbox.record(row.id, OutboxState.FAILED, error=RESTORED)
            log.warning("restored_post_left", outbox_id=row.id, kind=row.kind.value)
            return
        if row.kind in STANDING and post is not None and post.ts is None:
            tx.posts.mark_repeat(post.id)
        if row.kind in STANDING and post is not None and post.channel is not None and post.ts is not None:
            tx.posts.placed(post.id, Posted(post.channel, post.ts))  # nobody knows what it says there
        if row.kind is OutboxKind.STAFF_SMS:
            if row.looks >= MOST_AGAIN:
                tx.outbox.record(row.id, OutboxState.FAILED, error="uncertain_final")
                return
            tx.outbox.looked(row.id, FIRST_LOOK)
        tx.outbox.record(row.id, OutboxState.DUE, error=POSTED_AGAIN)

    await ctx.store.write(record)
