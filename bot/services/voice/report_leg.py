"""The provider reports how one phone in a call does."""

from bot.domain.incoming import ToldOfCall
from bot.domain.phone_call import REPORTS, CallState, LegState, Way
from bot.ports import Tx
from bot.services.context import Context
from bot.services.voice.end_call import end_call, finish
from bot.services.voice.held import held
from bot.services.voice.reach_contact import report_out


def report_leg(tx: Tx, ctx: Context, told: ToldOfCall) -> None:
    """Note how a phone does; older reports and repeats change nothing.

    That it was answered takes no call: voicemail answers too. When the other end has hung up nobody takes it.
    """
    found = held(tx, told.ours)
    if found is None or told.word not in REPORTS:
        return
    call, leg = found
    was_pressed = leg.state is LegState.PRESSED
    reported = REPORTS[told.word]
    leg = leg.told(reported, told.sequence, told.provider_id)
    tx.phone_calls.save_leg(leg)
    if call.is_over:
        return
    if call.way is Way.OUT:
        report_out(tx, ctx, call, leg, was_pressed=was_pressed)
    elif was_pressed and reported is LegState.OVER and call.state is CallState.TAKEN:
        end_call(tx, ctx, call, CallState.ENDED)
    elif leg.state is LegState.CANCELED:
        finish(tx, ctx, call)
    else:
        tx.phone_calls.save(call.heard_of(ctx.clock.now()))
