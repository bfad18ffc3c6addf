"""A call is over: it was taken and has ended, or nobody took it and it waits as a text does."""

from dataclasses import replace

import structlog

from bot.domain.errors import AuditEntry
from bot.domain.ids import ConversationId
from bot.domain.incoming import ReceivedSms, ToldOfCall
from bot.domain.phone_call import CallState, PhoneCall, Way
from bot.ports import Tx
from bot.services.context import Context
from bot.services.receive_sms import receive_sms
from bot.services.rest.note_activity import note_call_over
from bot.services.shared.placing import refresh

log = structlog.get_logger(__name__)


def hung_up(tx: Tx, ctx: Context, told: ToldOfCall) -> None:
    """The provider says that a call is over for the phone that called us, whatever it was that ended it."""
    found = tx.phone_calls.by_provider_id(told.provider_id)
    call = None if found is None else tx.phone_calls.get(found.id, lock=True)
    if call is not None:
        finish(tx, ctx, call)


def finish(tx: Tx, ctx: Context, call: PhoneCall) -> None:
    """End a call of which nothing more will be heard. What nobody took is missed."""
    if call.state is CallState.RINGING and call.way is Way.IN:
        miss(tx, ctx, call)
    else:
        end_call(tx, ctx, call, CallState.FAILED)


def end_call(tx: Tx, ctx: Context, call: PhoneCall, state: CallState, *, is_known: bool = True) -> None:
    """Note how a call ended, once; `is_known` False: that it has ended is all that is known."""
    if call.is_over:
        return
    ended = call.end(state, ctx.clock.now() if is_known else None)
    tx.phone_calls.save(ended)
    if is_known:
        note_call_over(tx, ctx, ended)
    conversation = None if ended.conversation_id is None else tx.conversations.get(ended.conversation_id)
    if conversation is not None:
        refresh(tx, conversation)
    log.info("call_over", call_id=call.id, state=ended.state.value)


def miss(tx: Tx, ctx: Context, call: PhoneCall) -> None:
    """Nobody took it: it becomes a text in the conversation, placed, acknowledged and escalated as one."""
    if call.is_over:
        return
    sid = call.provider_id or call.id
    receive_sms(
        tx,
        ctx,
        ReceivedSms(
            provider_id=sid,
            from_=tx.people.contact(call.contact_id).contact.number,
            to=call.our_number,
            body=ctx.texts.staff("voice.missed"),
            media_count=0,
            received_at=call.began_at,
            is_call=True,
        ),
    )
    message = tx.messages.by_source(f"sms:{sid}")
    conversation_id: ConversationId | None = None if message is None else message.conversation_id
    missed = replace(call.end(CallState.MISSED, ctx.clock.now()), conversation_id=conversation_id)
    tx.phone_calls.save(missed)
    tx.audit.record(AuditEntry("system", "call_missed", f"call:{call.id}", "nobody_took_it"))
    log.info("call_missed", call_id=call.id)
