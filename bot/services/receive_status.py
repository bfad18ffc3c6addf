"""The carrier reports on one of our texts."""

import structlog

from bot.domain.alerts import AlertCode
from bot.domain.conversation import Direction
from bot.domain.delivery import DeliveryStatus, advance, from_provider, is_correction
from bot.domain.escalation import StepState
from bot.domain.failures import ALARMING
from bot.domain.incoming import ReceivedStatus
from bot.domain.outbound import OutboxState, Priority
from bot.ports import Delivery, Tx
from bot.services.clocks.summons_delivered import account_for_delivery
from bot.services.context import Context
from bot.services.escalation.steps import MARK, settle
from bot.services.shared.placing import refresh, thread
from bot.services.shared.saying import recount, reopened
from bot.services.watch.raising import raise_alert

log = structlog.get_logger(__name__)

FAILURES = frozenset({DeliveryStatus.UNDELIVERED, DeliveryStatus.FAILED, DeliveryStatus.CANCELED})


def receive_status(tx: Tx, ctx: Context, status: ReceivedStatus) -> None:
    """Move the delivery forward, never back; reports come early, late, twice and in any order (facts: section 5)."""
    if status.delivery_id is not None and status.delivery_id.startswith(MARK):
        _settle_step(tx, ctx, status)
        return
    delivery = _find(tx, status)
    if delivery is None:
        log.info("status_for_unknown_sms", provider_id=status.provider_id)
        return
    _settle_uncertain(tx, delivery, status.provider_id)
    current = DeliveryStatus(delivery.status)
    incoming = from_provider(status.word)
    advanced = advance(current, incoming)
    if advanced is None:
        if delivery.provider_id is None:
            tx.messages.set_delivery(delivery.id, current.value, reason=delivery.reason, provider_id=status.provider_id)
        return
    corrected = is_correction(current, advanced)
    if status.reason in ALARMING:
        log.error("carrier_alarm", reason=status.reason)
        raise_alert(tx, ctx, AlertCode.SMS_REFUSES, AlertCode.SMS_REFUSES.value, reason=status.reason)
    reason = (status.reason or "unknown_error") if advanced in FAILURES else None
    tx.messages.set_delivery(
        delivery.id,
        advanced.value,
        reason=reason,
        provider_code=status.provider_code,
        provider_id=status.provider_id,
        is_corrected=corrected,
    )
    tell(tx, ctx, delivery, failed=advanced in FAILURES, corrected=corrected)


def tell(
    tx: Tx,
    ctx: Context,
    delivery: Delivery,
    *,
    failed: bool = False,
    corrected: bool = False,
    uncertain: bool = False,
    outdated: bool = False,
) -> None:
    """Bring card and modal up to date, and tell the author in words when their text did not arrive.

    What was `outdated` before it could leave opens nothing that has been closed since.
    """
    message = tx.messages.get(delivery.message_id)
    conversation = None if message is None else tx.conversations.get(message.conversation_id)
    if message is None or conversation is None:
        return
    account_for_delivery(tx, ctx, message)
    if message.direction is Direction.OUT and (failed or corrected or uncertain):
        held = tx.conversations.lock(conversation.id)
        conversation = (
            recount(tx, reopened(tx, held, lost=not (corrected or outdated))) if held is not None else conversation
        )
        tx.conversations.save(conversation)
    refresh(tx, conversation)
    if message.direction is not Direction.OUT or message.author is None or not (failed or corrected or uncertain):
        return
    what = "corrected" if corrected else "uncertain" if uncertain else "failed"
    for post in tx.posts.cards_of(conversation.id):
        if post.target == f"staff:{message.author}" or post.target.startswith("channel:"):
            key = f"{what}:{post.id}:{delivery.id}"
            thread(tx, post, what, key=key, message=message.id, priority=Priority.URGENT)


def _settle_step(tx: Tx, ctx: Context, status: ReceivedStatus) -> None:
    """A report on a text to staff: the receipt of a step."""
    word = from_provider(status.word)
    state = StepState.DELIVERED if word is DeliveryStatus.DELIVERED else StepState.FAILED if word in FAILURES else None
    if state is not None:
        settle(tx, ctx, (status.delivery_id or "").removeprefix(MARK), state, provider_id=status.provider_id)


def _find(tx: Tx, status: ReceivedStatus) -> Delivery | None:
    if status.delivery_id:
        found = tx.messages.delivery(status.delivery_id, lock=True)
        if found is not None:
            return found
    by_provider = tx.messages.delivery_by_provider_id(status.provider_id)
    return None if by_provider is None else tx.messages.delivery(by_provider.id, lock=True)


def _settle_uncertain(tx: Tx, delivery: Delivery, provider_id: str) -> None:
    """A report on a text that we were not sure of proves that it left."""
    row = tx.outbox.by_key(f"sms:{delivery.id}")
    if row is not None and row.state in {OutboxState.UNCERTAIN, OutboxState.FAILED}:
        tx.outbox.record(row.id, OutboxState.SENT, provider_id=provider_id)
