"""Orosanmälan: how one is made to the nämnd, and that somebody has made one. Nothing is sent, and no clock starts here.

A clock starts when the report has reached the nämnd, in the other world (law facts, section 4).
"""

from dataclasses import dataclass

from bot.domain.outward import OutwardKind, ReportPage
from bot.domain.socialjour import place_key
from bot.ports import Tx
from bot.services.clocks.fields import Problems
from bot.services.context import Context
from bot.services.shared.outward import PLACE, Entered, Written, done_before, enter, note_done, places_to_choose


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported(Written):
    """What is filled in; `outcome` is how it was made."""

    place: str


async def show_report(slack_user_id: str, conversation_id: str, *, ctx: Context) -> ReportPage:
    """Return how an orosanmälan is made to the nämnd, logged.

    Raises NotAllowed, NotFound, or Stale in the world of myndighet.
    """

    def change(tx: Tx) -> ReportPage:
        entered = enter(tx, ctx, slack_user_id, conversation_id)
        return ReportPage(
            conversation_id=entered.conversation.id,
            codes=entered.codes,
            namnd_name=entered.namnd.name,
            channel=entered.namnd.report_channel,
            place=entered.namnd.place,
            places=places_to_choose(ctx),
            now=ctx.clock.now(),
            done=done_before(tx, ctx, entered),
            is_trial=ctx.rules.is_trial,
        )

    return await ctx.store.write(change)


async def note_report(command: Reported, *, ctx: Context) -> None:
    """Write down that an orosanmälan was made, when, where and how; once. Raises as `note_done`."""

    def where(_entered: Entered, problems: Problems) -> tuple[str, str]:
        return _place(ctx, command.place, problems), ""

    await note_done(command, OutwardKind.OROSANMALAN, where, ctx=ctx)


def _place(ctx: Context, text: str, problems: Problems) -> str:
    """Return one of the places that can be chosen; "" where there are none, or for one that is not among them."""
    places = {place_key(place): place for place in places_to_choose(ctx)}
    if places and not text:
        problems[PLACE] = "outward_place"
    return places.get(place_key(text), "")
