"""Hold back what a nödstopp forbids, at the moment when it would leave.

It stays in the outbox, in its order, and leaves when the stop is lifted, if it is still wanted then. Meanwhile whoever
it was for learns that something waits, and nothing more.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import structlog

from bot.domain.conversation import Conversation
from bot.domain.ids import ClockListId, DeadlineId, MessageId, NamndId, ShiftId, StaffId
from bot.domain.incident import FREE_KINDS, STOPPED, holds
from bot.domain.outbound import OutboxKind, OutboxState, Priority
from bot.ports import Outbound, Post, Tx
from bot.services.context import Context
from bot.services.incident.telling import tell
from bot.services.shared.access import answers_for
from bot.services.shared.outcome import Outcome
from bot.services.shared.stopped import namnder_of

log = structlog.get_logger(__name__)

LOOK_AGAIN: Final = timedelta(minutes=15)  # wire time; lifting the stop wakes it at once
SAFE_SMS: Final = "says_nothing"  # in the payload of the one text to a family that may leave
# Notices that are about shifts, phones and numbers. All others may be about a case, and wait.
FREE_NOTICES: Final = frozenset(
    {"test_alarm", "staff_phone_text", "staff_acknowledged", "overlap", "gap", "stale_numbers", "shift_gone"}
    | {"shift_moved", "not_ready", "not_ready_both_told", "not_ready_backup", "ready_after_all", "gone_on_duty"}
    | {"guest_on_duty", "phone_fails_on_duty", "rest_self", "rest_self_alone", "rest_leader", "rota_published"}
    | {"rota_published_none", "day_off_withdrawn", "day_off_withdrawn_leader", "call_unsure", "call_refused"}
    | {"swap_asked", "swap_given", "swap_yours", "swap_done", "swap_refused", "swap_declined", "swap_lapsed"}
    | {"swap_declined_by_all", "swap_withdrawn", "swap_lapsed_taker"}
)
FREE_PAYLOADS: Final = ("coverage", "ready", "swap", "incident")  # kinds of notices that are composed elsewhere


async def held(row: Outbound, *, ctx: Context) -> Outcome | None:
    """Return what becomes of a row that a nödstopp holds back; None when it may leave."""
    if _is_free(row):
        return None
    return await ctx.store.read(lambda tx: _held(tx, ctx, row))


def _is_free(row: Outbound) -> bool:
    if row.kind is OutboxKind.NOTICE:
        return row.payload.get("key") in FREE_NOTICES or any(name in row.payload for name in FREE_PAYLOADS)
    return row.kind in FREE_KINDS or bool(row.payload.get(SAFE_SMS))


def _held(tx: Tx, ctx: Context, row: Outbound) -> Outcome | None:
    stops = tx.incidents.stops()
    if not stops or not holds(stops, _namnder(tx, ctx, row)):
        return None
    log.info("held_by_stop", outbox_id=row.id, kind=row.kind.value)
    if row.kind is OutboxKind.NOTICE:
        if row.lane.startswith(ASIDE):
            return _waits(ctx, row)
        return Outcome(OutboxState.DROPPED, error=STOPPED, then=lambda tx: _set_aside(tx, row))
    if row.kind is OutboxKind.THREAD and row.payload.get("reason") == STOPPED:
        return Outcome(OutboxState.DROPPED, error=STOPPED, then=lambda tx: _say_not_sent(tx, row))
    return _waits(ctx, row, _say_that_something_waits)


def _waits(ctx: Context, row: Outbound, say: Callable[[Tx, Context, Outbound], None] | None = None) -> Outcome:
    """Let it wait, and say so; unless the stop has been lifted by the time that this is written down."""

    def then(tx: Tx) -> None:
        if not holds(tx.incidents.stops(lock=True), _namnder(tx, ctx, row)):
            tx.outbox.hurry(STOPPED)  # whoever lifted it has woken what waited then: this did not yet
        elif say is not None:
            say(tx, ctx, row)

    return Outcome(OutboxState.DUE, error=STOPPED, wait=LOOK_AGAIN, counted=False, then=then)


# --- whose it is -------------------------------------------------------------


def _namnder(tx: Tx, ctx: Context, row: Outbound) -> frozenset[NamndId]:
    """Return the nämnder that a row may be about; nothing where that cannot be told, and then it is anybody's."""
    payload = row.payload
    if "post" in payload:
        return _of_post(tx, ctx, tx.posts.get(payload["post"]))
    if "delivery" in payload:
        delivery = tx.messages.delivery(payload["delivery"])
        message = None if delivery is None else tx.messages.get(MessageId(delivery.message_id))
        return _of(ctx, None if message is None else tx.conversations.get(message.conversation_id))
    if "shift" in payload:
        shift = tx.shifts.get(ShiftId(payload["shift"]))
        return frozenset() if shift is None else answers_for(ctx, shift.lending_namnd)
    if "list" in payload:
        posted = tx.deadlines.posted_list(ClockListId(payload["list"]))
        return frozenset() if posted is None else frozenset({posted.namnd})
    if "deadline" in payload:
        clock = tx.deadlines.get(DeadlineId(payload["deadline"]))
        return frozenset() if clock is None else frozenset({clock.namnd})
    return frozenset({NamndId(payload["namnd"])}) if "namnd" in payload else frozenset()


def _of_post(tx: Tx, ctx: Context, post: Post | None) -> frozenset[NamndId]:
    if post is None:
        return frozenset()
    if post.digest_id is not None:
        digest = tx.digests.get(post.digest_id)
        return frozenset() if digest is None else frozenset({digest.namnd})
    return _of(ctx, None if post.conversation_id is None else tx.conversations.get(post.conversation_id))


def _of(ctx: Context, conversation: Conversation | None) -> frozenset[NamndId]:
    return frozenset() if conversation is None else namnder_of(ctx, conversation)


# --- what is said meanwhile --------------------------------------------------

ASIDE: Final = "held:"


def _set_aside(tx: Tx, row: Outbound) -> None:
    """Let it wait in a lane of its own: what may be said to the same person all the same must not wait behind it."""
    tx.outbox.add(
        OutboxKind.NOTICE,
        f"{ASIDE}{row.payload['staff']}",
        row.payload,
        dedupe_key=f"{ASIDE}{row.id}",
        priority=Priority(row.priority),
    )


def _say_not_sent(tx: Tx, row: Outbound) -> None:
    """What was typed in a thread has not been sent; the answer cannot stand in the thread."""
    staff_id = _reader(tx.posts.get(row.payload["post"]))
    if staff_id is not None:
        tell(tx, staff_id, "incident_typed", dedupe=str(row.id))


def _say_that_something_waits(tx: Tx, ctx: Context, row: Outbound) -> None:
    """Whoever would have had the card knows that somebody has written, and can ring: once an hour for each card."""
    if row.kind not in {OutboxKind.CARD, OutboxKind.THREAD}:
        return
    post = tx.posts.get(row.payload["post"])
    staff_id = _reader(post)
    conversation = None if post is None or post.conversation_id is None else tx.conversations.get(post.conversation_id)
    if post is None or staff_id is None or conversation is None or not conversation.is_unanswered:
        return
    hour = f"{ctx.clock.now():%Y-%m-%dT%H}"
    tell(tx, staff_id, "incident_waiting", dedupe=f"{post.id}:{hour}", button="ring_up", value=conversation.id)


def _reader(post: Post | None) -> StaffId | None:
    if post is None or not post.target.startswith("staff:"):
        return None
    return StaffId(post.target.removeprefix("staff:"))
