"""What time brings to a call whose end was never reported."""

from functools import partial
from typing import Final

from bot.domain.ids import PhoneCallId
from bot.domain.phone_call import CallState
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.alone import alone
from bot.services.voice.end_call import end_call, finish

LEFT_BEHIND: Final = "call_left_behind"


async def settle_calls(*, ctx: Context) -> int:
    """End the calls of which nothing has been heard for long; return how many. Safe to run late or twice."""
    due = await ctx.store.read(lambda tx: tx.phone_calls.due(ctx.clock.now()))
    settled = 0
    for call_id in due:
        step = partial(_settle, ctx=ctx, call_id=call_id)
        settled += await alone(ctx, step, event=LEFT_BEHIND, call_id=call_id)
    return settled


def _settle(tx: Tx, ctx: Context, call_id: PhoneCallId) -> bool:
    call = tx.phone_calls.get(call_id, lock=True)
    if call is None or call.due_at is None or call.due_at > ctx.clock.now():
        return False
    if call.state is CallState.TAKEN:
        end_call(tx, ctx, call, CallState.ENDED, is_known=False)
    else:
        finish(tx, ctx, call)
    return True
