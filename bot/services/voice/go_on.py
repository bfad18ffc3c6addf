"""What comes next in a call: another phone, a spoken message, or nothing more."""

from typing import Final

from bot.domain.incoming import ToldOfCall
from bot.domain.phone_call import (
    NOT_REACHED,
    REPORTS,
    CallState,
    Dial,
    HangUp,
    LegState,
    Move,
    PhoneCall,
    PhoneLeg,
    Speak,
    Way,
)
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.reaching import has_own_phone
from bot.services.voice.end_call import end_call, miss
from bot.services.voice.held import held
from bot.services.voice.reach_contact import reached
from bot.services.voice.spoken import where_to_turn
from bot.services.voice.take_call import take

UNRUNG: Final = frozenset({LegState.DUE, LegState.RINGING, LegState.ANSWERED})  # a repeat is told the same phone again


def go_on(tx: Tx, ctx: Context, told: ToldOfCall) -> Move:
    """A phone that was rung is done with: say what comes next. `told.ours` is our id of that phone."""
    found = held(tx, told.ours)
    if found is None:
        return HangUp()
    call, leg = found
    reported = REPORTS.get(told.word, LegState.OVER)
    if call.state is CallState.RINGING and told.is_bridged:  # what put the two together has yet to be taken in
        call = reached(tx, ctx, call) if call.way is Way.OUT else take(tx, ctx, call, leg) or call
    leg = tx.phone_calls.leg(leg.id) or leg
    tx.phone_calls.save_leg(leg.told(reported))
    if call.state is CallState.TAKEN and leg.staff_id in {None, call.staff_id}:  # not a repeat about an earlier phone
        end_call(tx, ctx, call, CallState.ENDED)
        return HangUp()
    if call.way is Way.OUT:
        return _tell_of_no_answer(tx, ctx, call, reported)
    return ring_next(tx, ctx, call)


def _tell_of_no_answer(tx: Tx, ctx: Context, call: PhoneCall, reported: LegState) -> Move:
    """Tell whoever called a contact why nobody is there."""
    end_call(tx, ctx, call, NOT_REACHED.get(reported, CallState.NO_ANSWER))
    if reported not in NOT_REACHED:
        return HangUp()
    return Speak(ctx.texts.staff(f"voice.told_{NOT_REACHED[reported].value}"))


def ring_next(tx: Tx, ctx: Context, call: PhoneCall) -> Move:
    """Ring the next phone of an incoming call; when none is left it is missed, and the caller is told where to turn.

    Whoever asks again is told the same: the inbox may have taken it in before the one who answers the provider.
    """
    if call.state not in {CallState.RINGING, CallState.MISSED}:
        return HangUp()
    legs = tx.phone_calls.legs_of(call.id)
    if call.state is CallState.MISSED:
        return Speak(where_to_turn(tx, ctx, call, was_rung=bool(legs)))
    for leg in legs:
        if leg.state not in UNRUNG:
            continue
        dial = _dial(tx, ctx, call, leg)
        if dial is not None:
            tx.phone_calls.save(call.heard_of(ctx.clock.now()))
            return dial
        tx.phone_calls.save_leg(leg.told(LegState.FAILED))
    words = where_to_turn(tx, ctx, call, was_rung=bool(legs))
    miss(tx, ctx, call)
    return Speak(words)


def _dial(tx: Tx, ctx: Context, call: PhoneCall, leg: PhoneLeg) -> Dial | None:
    person = None if leg.staff_id is None else tx.staff.get(leg.staff_id)
    if person is None or person.phone is None or not (person.is_active and has_own_phone(ctx, person)):
        return None
    return Dial(call.id, leg.id, person.phone, call.our_number, asks_for_key=True)
