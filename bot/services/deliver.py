"""Take one row out of the outbox: ask again whether it may leave, compose it, send it, record what became of it.

Nothing is sent inside a transaction.
"""

from typing import Final

import structlog

from bot.domain.alerts import AlertCode
from bot.domain.cards import Card, Notice, SentState, ThreadReply, ThreadWhat
from bot.domain.conversation import Conversation, DraftState
from bot.domain.delivery import DeliveryStatus, advance, from_provider
from bot.domain.errors import NotFound
from bot.domain.ids import MessageId, StaffId
from bot.domain.outbound import PACED, OutboxKind, OutboxState, Priority
from bot.domain.people import World
from bot.domain.secrecy import Act, Denied
from bot.domain.sending import OutgoingSms, SendPostponed, SendRejected, SendUncertain
from bot.ports import Outbound, Post, Posted, Tx
from bot.services.audit.leave import deliver_hash
from bot.services.audit.sample import deliver_review
from bot.services.clocks.summons_withheld import why_withheld
from bot.services.context import Context
from bot.services.deliver_clocks import CLOCK_KINDS, deliver_clocks, tell_that_clocks_failed
from bot.services.deliver_digest import deliver_addendum, deliver_digest, tell_that_digest_failed
from bot.services.deliver_handover import deliver_handover, tell_that_handover_failed
from bot.services.escalation.deliver_call import deliver_call
from bot.services.escalation.deliver_step_sms import deliver_step_sms
from bot.services.incident.deliver_incident_sms import deliver_incident_sms
from bot.services.incident.hold import held
from bot.services.ready.deliver_own_sms import deliver_own_sms
from bot.services.ready.deliver_ready import deliver_ready
from bot.services.ready.deliver_ready_sms import deliver_ready_sms
from bot.services.ready.tell_coverage import deliver_coverage
from bot.services.receive_status import tell
from bot.services.reserve.deliver_staff_sms import deliver_staff_sms
from bot.services.retention.deliver_erasure import deliver_erasure
from bot.services.shared.access import ask, contact_of
from bot.services.shared.call_marks import calls_of, missed_waiting
from bot.services.shared.consent import why_unwanted
from bot.services.shared.leaving import (
    CHANNEL_OPEN,
    IN_CHANNELS,
    channel_of,
    is_for_nobody,
    is_own_channel,
    names_somebody,
    tell_that_channel_is_open,
)
from bot.services.shared.naming import mention_or_name
from bot.services.shared.next_place import has_it_already, next_place, was_to_sound
from bot.services.shared.outcome import CARD_NOT_YET, FIRST_LOOK, GONE, Outcome, shown_digest
from bot.services.shared.placing import is_inline, notice, place
from bot.services.shared.view import card, reader_of, sent_state, slack_id
from bot.services.swap.asking import deliver_swap
from bot.services.voice.deliver_ring_up import deliver_ring_up
from bot.services.watch.deliver_alert import deliver_alert
from bot.services.watch.deliver_alert_sms import deliver_alert_sms
from bot.services.watch.raising import CONVERSATION, raise_alert
from bot.services.watch.text_alerts import tell_that_alerts_fail

log = structlog.get_logger(__name__)

WAKING: Final = frozenset({ThreadWhat.PING, ThreadWhat.WAITING, ThreadWhat.FAILED, ThreadWhat.UNCERTAIN})
MOST_TWINS: Final = 5  # of one card: each is a post whose answer was lost


async def deliver(row: Outbound, *, ctx: Context) -> Outcome | None:
    """Send one claimed row and return what became of it; raises nothing that has to do with the other side.

    None when the lease has lapsed meanwhile, and TooLateToLeave when that was found at the very last moment: somebody
    else looks after the row now, and nothing was sent.
    """
    try:
        if (
            names_somebody(row)
            and not _tells_leaders_itself(row)
            and await ctx.store.read(lambda tx: is_for_nobody(tx, ctx, row))
        ):
            return Outcome(OutboxState.DROPPED, error="not_staff")
        waits = await held(row, ctx=ctx)
        if waits is not None:
            return waits
        channel = await ctx.store.read(lambda tx: channel_of(tx, row)) if row.kind in IN_CHANNELS else ""
        if channel and not await is_own_channel(channel, ctx=ctx):
            return Outcome(OutboxState.FAILED, error=CHANNEL_OPEN, then=lambda tx: _not_there(tx, ctx, row, channel))
        waits = await held(row, ctx=ctx) if channel else None  # Slack may have thought it over for seconds
        if waits is not None:
            return waits
        if row.kind is OutboxKind.CARD:
            return await _card(row, ctx)
        if row.kind is OutboxKind.THREAD:
            return await _thread(row, ctx)
        if row.kind is OutboxKind.NOTICE and "coverage" in row.payload:
            return await deliver_coverage(row, ctx=ctx)
        if row.kind is OutboxKind.NOTICE and "audit_review" in row.payload:
            return await deliver_review(row, ctx=ctx)
        if row.kind is OutboxKind.NOTICE and "ready" in row.payload:
            return await deliver_ready(row, ctx=ctx)
        if row.kind is OutboxKind.NOTICE and "swap" in row.payload:
            return await deliver_swap(row, ctx=ctx)
        if row.kind is OutboxKind.NOTICE:
            return await _notice(row, ctx)
        if row.kind is OutboxKind.WITHDRAW:
            return await _withdraw(row, ctx)
        if row.kind is OutboxKind.DIGEST:
            return await deliver_digest(row, ctx=ctx)
        if row.kind is OutboxKind.ADDENDUM:
            return await deliver_addendum(row, ctx=ctx)
        if row.kind is OutboxKind.HANDOVER:
            return await deliver_handover(row, ctx=ctx)
        if row.kind in CLOCK_KINDS:
            return await deliver_clocks(row, ctx=ctx)
        if row.kind is OutboxKind.ALERT and "audit_day" in row.payload:
            return await deliver_hash(row, ctx=ctx)
        if row.kind is OutboxKind.ALERT:
            return await deliver_alert(row, ctx=ctx)
        if row.kind is OutboxKind.ERASE:
            return await deliver_erasure(row, ctx=ctx)
        if row.kind is OutboxKind.STAFF_SMS and "alert" in row.payload:
            return await deliver_alert_sms(row, ctx=ctx)
        if row.kind is OutboxKind.STAFF_SMS and "incident" in row.payload:
            return await deliver_incident_sms(row, ctx=ctx)
        if row.kind is OutboxKind.STAFF_SMS and "ready" in row.payload:
            return await deliver_ready_sms(row, ctx=ctx)
        if row.kind is OutboxKind.STAFF_SMS and "own" in row.payload:
            return await deliver_own_sms(row, ctx=ctx)
        if row.kind is OutboxKind.STAFF_SMS and "step" in row.payload:
            return await deliver_step_sms(row, ctx=ctx)
        if row.kind is OutboxKind.CALL and "leg" in row.payload:
            return await deliver_ring_up(row, ctx=ctx)
        if row.kind is OutboxKind.CALL:
            return await deliver_call(row, ctx=ctx)
        if row.kind is OutboxKind.STAFF_SMS:
            return await deliver_staff_sms(row, ctx=ctx)
        return await _sms(row, ctx)
    except SendPostponed as later:
        say = log.error if later.alarm else log.debug if later.reason == PACED else log.info
        say("send_postponed", outbox_id=row.id, kind=row.kind.value, reason=later.reason, alarm=later.alarm)
        # Our own pace is no failure: it is not counted, so that nothing waits longer for it each time.
        return Outcome(OutboxState.DUE, error=later.reason, wait=later.wait, counted=later.reason != PACED)
    except SendUncertain as unknown:
        log.warning("send_uncertain", outbox_id=row.id, kind=row.kind.value, reason=unknown.reason)
        return Outcome(OutboxState.UNCERTAIN, error=unknown.reason, wait=FIRST_LOOK)
    except SendRejected as refusal:
        log.error("send_rejected", outbox_id=row.id, kind=row.kind.value, reason=refusal.reason)
        return Outcome(OutboxState.FAILED, error=refusal.reason, then=lambda tx: _tell_leader(tx, ctx, row))


def _tells_leaders_itself(row: Outbound) -> bool:
    """Tell whether a row asks somebody about their shift: it is looked there whether they can be asked at all."""
    return row.kind is OutboxKind.NOTICE and "ready" in row.payload


async def _card(row: Outbound, ctx: Context) -> Outcome:
    def compose(tx: Tx) -> tuple[Post, Card, str, bool] | None:
        post = tx.posts.get(row.payload["post"])
        if post is None:
            return None
        try:
            return post, card(tx, ctx, post), address(tx, post), _is_first(tx, post)
        except NotFound:
            return None

    composed = await ctx.store.read(compose)
    if composed is None:
        return Outcome(OutboxState.DROPPED)
    post, shown, to, is_first = composed
    digest = shown_digest(shown, ctx.clock.now())
    if post.channel is not None and post.ts is not None:
        if digest == post.shown:
            return Outcome(OutboxState.DROPPED)
        standing = Posted(post.channel, post.ts)
        try:
            await ctx.chat.update_card(post.channel, post.ts, shown)
        except SendUncertain:
            return Outcome(  # an update may be repeated; until it is, nobody knows what stands there
                OutboxState.DUE,
                error="update_again",
                wait=FIRST_LOOK,
                then=lambda tx: tx.posts.placed(post.id, standing),
            )
        except SendRejected as refusal:
            if refusal.reason not in GONE:
                raise
            return Outcome(OutboxState.DUE, error=refusal.reason, then=lambda tx: tx.posts.lost(post.id))
        return Outcome(OutboxState.SENT, then=lambda tx: tx.posts.placed(post.id, standing, digest))
    if not to:
        return Outcome(OutboxState.FAILED, error="no_slack_user", then=lambda tx: _tell_leader(tx, ctx, row))
    posted = await ctx.chat.post_card(to, shown, row.id)
    return Outcome(
        OutboxState.SENT,
        provider_id=f"{posted.channel}:{posted.ts}",
        then=lambda tx: tx.posts.placed(post.id, posted, digest),
        text_at=shown.waiting_since if is_first else None,
    )


def _is_first(tx: Tx, post: Post) -> bool:
    """Whether no card of the conversation stands anywhere yet."""
    if post.ts is not None or post.conversation_id is None:
        return False
    return all(other.ts is None for other in tx.posts.cards_of(post.conversation_id))


async def _withdraw(row: Outbound, ctx: Context) -> Outcome:
    """Delete one of our posts where it stands, and every twin of one that is kept, as far as they can be found."""
    channel: str = row.payload["channel"]
    known: str | None = row.payload.get("ts")
    kept: str | None = row.payload.get("twin_of")
    post_id: str | None = row.payload.get("gone")
    if known is not None:
        await ctx.chat.withdraw(channel, known)
    if post_id is not None:
        return Outcome(OutboxState.SENT, then=lambda tx: tx.posts.withdrawn(post_id))
    if kept is None:
        return Outcome(OutboxState.SENT)
    for posted in await ctx.store.read(lambda tx: tx.outbox.posted_twice(row.lane, f"{channel}:{known or kept}")):
        for _ in range(MOST_TWINS):
            found = await ctx.chat.find(channel, posted.id, posted.created_at, None, kept)
            if found is None:
                break
            await ctx.chat.withdraw(channel, found.ts)
    return Outcome(OutboxState.SENT)


def address(tx: Tx, post: Post) -> str:
    """Return where a post goes first: a channel, or a person's DM by their Slack id; "" when there is none."""
    if post.target.startswith("channel:"):
        return post.target.removeprefix("channel:")
    return slack_id(tx, StaffId(post.target.removeprefix("staff:")))


async def _thread(row: Outbound, ctx: Context) -> Outcome:
    def compose(tx: Tx) -> tuple[Post, ThreadReply | None] | None:
        post = tx.posts.get(row.payload["post"])
        return None if post is None else (post, thread_reply(tx, ctx, post, row))

    composed = await ctx.store.read(compose)
    if composed is None or composed[1] is None:
        return Outcome(OutboxState.DROPPED)
    post, said = composed
    if post.channel is None or post.ts is None or said is None:
        if not await ctx.store.read(lambda tx: tx.outbox.post_is_coming(row.lane)):
            return Outcome(OutboxState.DROPPED, error="no_card")  # the next card will sound by itself
        return Outcome(OutboxState.DUE, error="card_not_yet", wait=CARD_NOT_YET, counted=False)
    posted = await ctx.chat.post_thread(post.channel, post.ts, said, row.id)
    conversation_id, target = post.conversation_id, post.target
    return Outcome(
        OutboxState.SENT,
        provider_id=f"{posted.channel}:{posted.ts}",
        then=lambda tx: tx.posts.remember("thread", conversation_id, target, posted),
    )


def thread_reply(tx: Tx, ctx: Context, post: Post, row: Outbound) -> ThreadReply | None:
    """Compose what a thread row says now; None when its reader may not know any more, or it is out of date."""
    conversation = None if post.conversation_id is None else tx.conversations.get(post.conversation_id)
    if conversation is None:
        return None
    contact = contact_of(tx, conversation)
    reader = reader_of(tx, ctx, post)
    what = ThreadWhat(row.payload["what"])
    explains = what in {ThreadWhat.REFUSED, ThreadWhat.NOT_TEXT, ThreadWhat.ALREADY_SENT}
    if (
        reader is not None
        and not explains
        and isinstance(ask(tx, ctx, reader, Act.READ, conversation, contact), Denied)
    ):
        return None
    if what in {ThreadWhat.PING, ThreadWhat.WAITING} and not conversation.is_unanswered:
        return None  # it waited for Slack, and has been answered meanwhile
    message = tx.messages.get(MessageId(row.payload["message"])) if row.payload.get("message") else None
    state: SentState | None = None if message is None else sent_state(tx, message)
    held = tx.messages.held(row.payload["held"]) if row.payload.get("held") else None
    if what is ThreadWhat.HELD and (held is None or held.state is not DraftState.HELD):
        return None
    shows_text = what in {ThreadWhat.INLINE, ThreadWhat.INLINE_SENT}
    if shows_text and not is_inline(tx, ctx, conversation, post.target):
        return None
    if what in {ThreadWhat.FAILED, ThreadWhat.UNCERTAIN} and (state is None or not state.is_failed):
        return None
    wakes = what in WAKING or bool(row.payload.get("wakes"))
    author = slack_id(tx, message.author) if message is not None and not shows_text else ""
    reader_id = "" if reader is None else reader.staff.slack_user_id or ""
    mention = (author or reader_id or slack_id(tx, conversation.taken_by)) if wakes else ""
    return ThreadReply(
        what=what,
        conversation_id=conversation.id,
        codes=contact.codes,
        mention=mention,
        at=message.at if message is not None else conversation.last_activity_at,
        body=message.body if message is not None and shows_text else "",
        media_count=0 if message is None else message.media_count,
        message_id="" if message is None else message.id,
        held_id="" if held is None else held.id,
        by=slack_id(tx, None if message is None else message.author),
        sent=state,
        reason=str(row.payload.get("reason", "")),
        broadcast=what is ThreadWhat.PING and reader is None and conversation.taken_by is None,
        is_trial=ctx.rules.is_trial,
        is_call=what is ThreadWhat.PING and _is_call_newest(tx, conversation),
    )


def _is_call_newest(tx: Tx, conversation: Conversation) -> bool:
    missed = missed_waiting(conversation, calls_of(tx, conversation.id))
    return bool(missed) and missed[-1].began_at == tx.messages.inbound(conversation.id, 0)[0]


async def _notice(row: Outbound, ctx: Context) -> Outcome:
    to, who = await ctx.store.read(lambda tx: (slack_id(tx, StaffId(row.payload["staff"])), _named(tx, row)))
    if not to:
        return Outcome(OutboxState.FAILED, error="no_slack_user")
    posted = await ctx.chat.post_notice(to, notice_of(ctx, row, who), row.id)
    target = f"staff:{row.payload['staff']}"
    return Outcome(
        OutboxState.SENT,
        provider_id=f"{posted.channel}:{posted.ts}",
        then=lambda tx: tx.posts.remember("notice", None, target, posted),
    )


def _named(tx: Tx, row: Outbound) -> dict[str, str]:
    """Return how the colleague whom a notice is about is named; nothing when it is about nobody."""
    person = tx.staff.get(StaffId(row.payload["about"])) if "about" in row.payload else None
    return {} if person is None else {"who": mention_or_name(person)}


def notice_of(ctx: Context, row: Outbound, named: dict[str, str]) -> Notice:
    """Compose a notice from its row, and who is named in it."""
    values = {str(k): str(v) for k, v in row.payload.get("values", {}).items()} | named
    button, value = values.pop("button", ""), values.pop("value", "")
    return Notice(
        key=row.payload["key"],
        values=tuple(sorted(values.items())),
        button=button,
        value=value,
        is_trial=ctx.rules.is_trial,
    )


def given_up(row: Outbound, *, ctx: Context) -> Outcome:
    """Return the end of a row that our own code cannot send: nothing has left, and somebody is told."""
    if row.kind is OutboxKind.SMS:
        delivery_id: str = row.payload["delivery"]
        return Outcome(
            OutboxState.FAILED,
            error="crashed",
            then=lambda tx: settle_sms(tx, ctx, delivery_id, "failed", "unknown_error"),
        )
    return Outcome(OutboxState.FAILED, error="crashed", then=lambda tx: _tell_leader(tx, ctx, row))


async def _sms(row: Outbound, ctx: Context) -> Outcome:
    delivery_id: str = row.payload["delivery"]
    composed = await ctx.store.read(lambda tx: outgoing(tx, ctx, row))
    if isinstance(composed, str):
        reason = composed
        log.info("sms_withheld", outbox_id=row.id, reason=reason)
        return Outcome(
            OutboxState.FAILED, error=reason, then=lambda tx: settle_sms(tx, ctx, delivery_id, "failed", reason)
        )
    if ctx.clock.now() - row.created_at > ctx.rules.sms_validity:
        return Outcome(
            OutboxState.FAILED, error="too_old", then=lambda tx: settle_sms(tx, ctx, delivery_id, "failed", "too_old")
        )
    try:
        receipt = await ctx.sms.send(composed)
    except SendRejected as refusal:
        say = log.error if refusal.alarm else log.info
        say("sms_rejected", outbox_id=row.id, reason=refusal.reason, alarm=refusal.alarm)
        reason = refusal.reason
        code = None if refusal.provider_code is None else str(refusal.provider_code)
        return Outcome(
            OutboxState.FAILED,
            error=reason,
            then=lambda tx: settle_sms(tx, ctx, delivery_id, "failed", reason, code=code),
        )
    except SendUncertain as unknown:
        log.warning("sms_uncertain", outbox_id=row.id, reason=unknown.reason)
        return Outcome(
            OutboxState.UNCERTAIN,
            error=unknown.reason,
            wait=FIRST_LOOK,
            then=lambda tx: settle_sms(tx, ctx, delivery_id, "uncertain", None),
        )
    status = from_provider(receipt.status) or DeliveryStatus.QUEUED
    provider_id = receipt.provider_id
    return Outcome(
        OutboxState.SENT,
        provider_id=provider_id,
        then=lambda tx: settle_sms(tx, ctx, delivery_id, status.value, None, provider_id=provider_id),
    )


def outgoing(tx: Tx, ctx: Context, row: Outbound) -> OutgoingSms | str:
    """Compose the sms of a row, or return the reason why it may not leave now."""
    composed = compose_sms(tx, ctx, row)
    if isinstance(composed, str):
        return composed
    delivery = tx.messages.delivery(row.payload["delivery"])
    message = None if delivery is None else tx.messages.get(delivery.message_id)
    conversation = None if message is None else tx.conversations.get(message.conversation_id)
    if message is None or conversation is None:
        return "not_found"
    withheld = why_withheld(tx, conversation, message, ctx.clock.now()) or why_unwanted(tx, conversation, message)
    return withheld or composed


def compose_sms(tx: Tx, ctx: Context, row: Outbound) -> OutgoingSms | str:
    """Compose the sms of a row as it would leave, or may have left; the reason when it can reach nobody."""
    delivery = tx.messages.delivery(row.payload["delivery"])
    message = None if delivery is None else tx.messages.get(delivery.message_id)
    conversation = None if message is None else tx.conversations.get(message.conversation_id)
    if delivery is None or message is None or conversation is None:
        return "not_found"
    contact = tx.people.contact(conversation.contact_id).contact
    if contact.is_blocked:
        return "opted_out"
    if not contact.is_answerable:
        return "not_answerable"
    if not ctx.rules.may_text(contact.number):
        return "outside_trial"
    return OutgoingSms(
        outbox_id=str(row.id),
        to=contact.number,
        from_=conversation.our_number,
        body=message.body,
        status_callback=f"{ctx.status_url}?d={delivery.id}",
        validity_s=int(ctx.rules.sms_validity.total_seconds()),
    )


def settle_sms(
    tx: Tx,
    ctx: Context,
    delivery_id: str,
    status: str,
    reason: str | None,
    *,
    provider_id: str | None = None,
    code: str | None = None,
) -> None:
    """Move the delivery on to what we know now; a report that came first is never undone."""
    delivery = tx.messages.delivery(delivery_id, lock=True)
    if delivery is None:
        return
    current, incoming = DeliveryStatus(delivery.status), DeliveryStatus(status)
    advanced = advance(current, incoming)
    kept = (advanced or current).value
    tx.messages.set_delivery(
        delivery.id,
        kept,
        reason=reason if advanced is not None or reason is not None else delivery.reason,
        provider_code=code,
        provider_id=provider_id,
    )
    if reason == "opted_out":
        message = tx.messages.get(delivery.message_id)
        conversation = None if message is None else tx.conversations.get(message.conversation_id)
        if conversation is not None:
            tx.people.set_blocked(conversation.contact_id, True)
    failed = advanced is not None and advanced in {DeliveryStatus.FAILED, DeliveryStatus.UNDELIVERED}
    is_uncertain, is_outdated = reason == "uncertain_final", reason == "summons_closed"
    tell(tx, ctx, delivery, failed=failed, uncertain=is_uncertain, outdated=is_outdated)


def _not_there(tx: Tx, ctx: Context, row: Outbound, channel: str) -> None:
    """What others could read in a channel goes to the leaders instead."""
    tell_that_channel_is_open(tx, ctx, channel)
    _tell_leader(tx, ctx, row)


def _tell_leader(tx: Tx, ctx: Context, row: Outbound) -> None:
    """A card or handover that reaches nobody must not be silence: the nämnd's leader is told."""
    if row.kind is OutboxKind.DIGEST:
        tell_that_digest_failed(tx, ctx, row)
        return
    if row.kind is OutboxKind.HANDOVER:
        tell_that_handover_failed(tx, ctx, row)
        return
    if row.kind in CLOCK_KINDS:
        tell_that_clocks_failed(tx, ctx, row)
        return
    if row.kind is OutboxKind.ALERT:
        tell_that_alerts_fail(tx, ctx, row)
        return
    if row.kind is not OutboxKind.CARD:
        return
    post = tx.posts.get(row.payload["post"])
    conversation = None if post is None or post.conversation_id is None else tx.conversations.get(post.conversation_id)
    if post is None or conversation is None:
        return
    number = ctx.rules.number_for(conversation.our_number)
    namnd = ctx.rules.namnder[conversation.namnd or number.reception]
    contact = contact_of(tx, conversation)
    where = next_place(tx, namnd, contact.jav, conversation, post)
    if where is None or (conversation.world is not World.BEREDSKAP and not where.staff):
        log.error("conversation_reaches_nobody", conversation_id=conversation.id)
        raise_alert(tx, ctx, AlertCode.NOBODY_REACHED, f"{CONVERSATION}:{conversation.id}", namnd=namnd.short_name)
        return
    for person in where.staff:
        notice(
            tx,
            person.id,
            "card_failed",
            dedupe=f"card_failed:{post.id}",
            priority=Priority.URGENT,
            namnd=namnd.short_name,
        )
    held = tx.conversations.lock(conversation.id)
    if held is None or not held.is_open or held.world is not World.BEREDSKAP or has_it_already(tx, held, where):
        return
    tx.conversations.save(place(tx, ctx, held, where, ping=was_to_sound(held)))
