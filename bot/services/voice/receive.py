"""What the provider tells of calls through our number, taken out of the inbox: safe to do again."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final

from bot.domain.incoming import ToldOfCall
from bot.domain.phone_call import Move
from bot.ports import Tx
from bot.services.context import Context
from bot.services.voice.begin_call import begin_call
from bot.services.voice.end_call import hung_up
from bot.services.voice.go_on import go_on
from bot.services.voice.report_leg import report_leg
from bot.services.voice.take_call import press_key


class Told(str, Enum):
    """What the provider tells of."""

    BEGUN = "begun"
    PRESSED = "pressed"
    NEXT = "next"  # a phone that was rung is done with
    LEG = "leg"  # how one phone does
    OVER = "over"  # the caller has hung up, or we have


Step = Callable[[Tx, Context, ToldOfCall], Move | None]
STEPS: Final[Mapping[Told, Step]] = {
    Told.BEGUN: begin_call,
    Told.PRESSED: press_key,
    Told.NEXT: go_on,
    Told.LEG: report_leg,
    Told.OVER: hung_up,
}


def receive_told(tx: Tx, ctx: Context, what: Told, told: ToldOfCall) -> Move | None:
    """Take one webhook in; return what the provider is to do, None where it waits for no word of ours."""
    return STEPS[what](tx, ctx, told)
