"""Kontakta socialjouren: which one answers for the place and the hour, and that somebody has contacted it."""

from dataclasses import dataclass

from bot.domain.outward import OutwardKind, SocialjourPage
from bot.domain.socialjour import Answer, look_up
from bot.ports import Tx
from bot.services.clocks.fields import Problems
from bot.services.context import Context
from bot.services.shared.episodes import today
from bot.services.shared.outward import Entered, Written, done_before, enter, note_done, places_to_choose


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacted(Written):
    """What is filled in. `who` is a jour's name, "" for the only one; `place` is None for that of the nämnd."""

    place: str | None
    who: str


async def show_socialjouren(
    slack_user_id: str, conversation_id: str, place: str | None = None, *, ctx: Context
) -> SocialjourPage:
    """Return what the directory says of a place (None: that of the nämnd), logged.

    Raises NotAllowed, NotFound, or Stale in the world of myndighet.
    """

    def change(tx: Tx) -> SocialjourPage:
        entered = enter(tx, ctx, slack_user_id, conversation_id)
        return SocialjourPage(
            conversation_id=entered.conversation.id,
            codes=entered.codes,
            answer=_answer(ctx, entered, place),
            chosen=place,
            places=places_to_choose(ctx),
            now=ctx.clock.now(),
            police=_police(ctx),
            done=done_before(tx, ctx, entered),
            is_trial=ctx.rules.is_trial,
        )

    return await ctx.store.write(change)


async def note_contact(command: Contacted, *, ctx: Context) -> None:
    """Write down that socialjouren was contacted, or that nobody was reached there; once. Raises as `note_done`."""

    def where(entered: Entered, _problems: Problems) -> tuple[str, str]:
        answer = _answer(ctx, entered, command.place)
        return answer.place, _who(answer, command.who)

    await note_done(command, OutwardKind.SOCIALJOUR, where, ctx=ctx)


def _answer(ctx: Context, entered: Entered, place: str | None) -> Answer:
    return look_up(ctx.rules.socialjourer, entered.namnd.place if place is None else place, ctx.clock.now())


def _police(ctx: Context) -> str:
    verified = (help_ for help_ in ctx.rules.help_numbers if help_.is_fresh(today(ctx)))
    return next((help_.number for help_ in verified if help_.key == "polis"), "")


def _who(answer: Answer, chosen: str) -> str:
    """Return the jour that was chosen, else the first of the place: a directory may have changed meanwhile."""
    names = [listing.jour.name for listing in answer.listings]
    return chosen if chosen in names else next(iter(names), "")
