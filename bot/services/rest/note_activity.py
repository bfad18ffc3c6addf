"""What somebody does in their beredskap becomes active time."""

from bot.domain.conversation import Conversation
from bot.domain.ids import ActiveTimeId, new_id
from bot.domain.phone_call import PhoneCall
from bot.domain.rest.active import LEAST, ActiveTime, Source
from bot.domain.secrecy import Actor
from bot.ports import Tx
from bot.services.context import Context


def note_activity(tx: Tx, ctx: Context, actor: Actor, conversation: Conversation, source: Source) -> None:
    """Write down that somebody read, answered or wrote a note now, when that is decided on and their shift is running.

    Ordinary hours are working time as it is. What is done within ten minutes of the last is the same work.
    """
    rules, now = ctx.rules.rest, ctx.clock.now().replace(second=0, microsecond=0)  # people count in minutes
    if not rules.record_active_time or not actor.on_duty or rules.ordinary_hours.covers(now):
        return
    shift_id, conversation_id = actor.on_duty[-1].shift_id, conversation.id  # of several the one that began last
    newest = tx.active_times.newest(actor.staff.id)
    if newest is not None and newest.may_go_on(shift_id, now):
        tx.active_times.save(newest.going_on(conversation_id, now, source))
        return
    made = ActiveTimeId(new_id())
    tx.active_times.add(ActiveTime(made, actor.staff.id, shift_id, conversation_id, now, now + LEAST, source))


def note_call_over(tx: Tx, ctx: Context, call: PhoneCall) -> None:
    """A call that somebody had taken is over: all of it was work, however long it was."""
    if call.staff_id is None or call.taken_at is None or call.shift_id is None or call.conversation_id is None:
        return
    newest, began = tx.active_times.newest(call.staff_id), call.taken_at.replace(second=0, microsecond=0)
    if newest is not None and newest.may_go_on(call.shift_id, began):
        now = ctx.clock.now().replace(second=0, microsecond=0)
        tx.active_times.save(newest.going_on(call.conversation_id, now, Source.ANSWER))
