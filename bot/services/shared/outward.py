"""What turning to socialjouren and noting an orosanmälan have in common: who may, and the keeping."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.domain.calendar import ONE_DAY
from bot.domain.conversation import Conversation
from bot.domain.errors import AuditEntry, BadInput, Stale
from bot.domain.handover import Episode
from bot.domain.ids import OutwardId, ShiftId, new_id
from bot.domain.outward import OUTCOMES, Outward, OutwardKind, OutwardOutcome, OutwardView
from bot.domain.people import LinkedContact, World
from bot.domain.rules import NamndRules
from bot.domain.secrecy import Act, Actor, Allowed
from bot.domain.socialjour import places_of
from bot.ports import Tx
from bot.services.clocks.fields import Problems, past_instant
from bot.services.context import Context
from bot.services.shared.access import actor_by_slack, ask, contact_of, locked, require
from bot.services.shared.digest_posts import refresh_episode, say_addendum
from bot.services.shared.episodes import account_for_answer, home_of
from bot.services.shared.placing import refresh
from bot.services.shared.view import codes_for, outward_views

OUTCOME: Final = "outcome"
PLACE: Final = "place"
ON: Final = "on"
TIME: Final = "time"


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody who may write about a conversation, with what they see of it. `namnd` is whose handover it is in."""

    actor: Actor
    granted: Allowed
    conversation: Conversation
    contact: LinkedContact
    namnd: NamndRules

    @property
    def is_after_shift(self) -> bool:
        return self.granted.ground == "after_shift_note"

    @property
    def codes(self) -> tuple[str, ...]:
        return codes_for(self.conversation, self.contact, has_moved=self.is_after_shift)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What somebody has filled in, as strings. `key` makes it happen once; `outcome` is a code of its kind."""

    slack_user_id: str
    conversation_id: str
    outcome: str
    on: str
    time: str
    key: str


@dataclass(frozen=True, slots=True)
class Done:
    """What somebody says they have done, when and where. `who` is the jour's name, "" for none."""

    kind: OutwardKind
    outcome: OutwardOutcome
    at: datetime
    place: str
    who: str = ""


def enter(tx: Tx, ctx: Context, slack_user_id: str, conversation_id: str) -> Entered:
    """Return who it is and what they may see, logged.

    Raises NotAllowed, NotFound, or Stale in the world of myndighet, which has its own ways.
    """
    conversation = locked(tx, conversation_id)
    actor, contact = actor_by_slack(tx, ctx, slack_user_id), contact_of(tx, conversation)
    granted = require(tx, ctx, actor, Act.NOTE, conversation, contact)
    if conversation.world is not World.BEREDSKAP:
        raise Stale
    return Entered(actor, granted, conversation, contact, ctx.rules.namnder[home_of(ctx, conversation)])


def places_to_choose(ctx: Context) -> tuple[str, ...]:
    return places_of(ctx.rules.socialjourer, (namnd.place for namnd in ctx.rules.namnder.values()))


def done_before(tx: Tx, ctx: Context, entered: Entered) -> tuple[OutwardView, ...]:
    """Return what has been done already, to somebody who may read the notes."""
    answer = ask(tx, ctx, entered.actor, Act.READ_NOTE, entered.conversation, entered.contact)
    if not isinstance(answer, Allowed):
        return ()
    return outward_views(tx, tx.outward.of_conversation(entered.conversation.id))


async def note_done(
    written: Written,
    kind: OutwardKind,
    where: Callable[[Entered, Problems], tuple[str, str]],
    *,
    ctx: Context,
) -> None:
    """Write down what somebody has done, once; `where` gives the place and the jour's name, or notes what is wrong.

    Raises:
        NotAllowed: the rule of secrecy says no, at this moment.
        Stale: the conversation is of the world of myndighet.
        BadInput: something is not filled in, or cannot be; nothing is lost, the author still has it.
    """

    def change(tx: Tx) -> None:
        entered = enter(tx, ctx, written.slack_user_id, written.conversation_id)
        problems: Problems = {}
        outcome = _outcome_in(kind, written.outcome, problems)
        at = _time_in(ctx, entered, written.on, written.time, problems)
        place, who = where(entered, problems)
        if problems or outcome is None or at is None:
            raise BadInput(problems)
        keep(tx, ctx, entered, Done(kind, outcome, at, place, who), key=written.key)

    await ctx.store.write(change)


def _outcome_in(kind: OutwardKind, text: str, problems: Problems) -> OutwardOutcome | None:
    """Return the coded outcome; None, and a problem, for what is none of its kind."""
    found = next((outcome for outcome in OUTCOMES[kind] if outcome.value == text), None)
    if found is None:
        problems[OUTCOME] = "pick_one"
    return found


def _time_in(ctx: Context, entered: Entered, on: str, at: str, problems: Problems) -> datetime | None:
    """Return when it was done; None, and a problem, for what lies ahead or was long before the conversation."""
    found = past_instant(ctx, on, at, problems, day=ON, clock=TIME)
    if found is not None and found < entered.conversation.opened_at - ONE_DAY:
        problems[ON] = "outward_early"
    return found


def keep(tx: Tx, ctx: Context, entered: Entered, done: Done, *, key: str) -> None:
    """Write it down once, and have everything that shows it drawn again.

    What has been taken to the record lacks this: it is gone through once more. A handover that has been posted says
    openly what was added.
    """
    if not tx.once("outward", key):
        return
    conversation, staff = entered.conversation, entered.actor.staff
    shift_id = _shift(entered)
    episode = _episode(tx, ctx, entered, shift_id)
    made = Outward(
        id=OutwardId(new_id()),
        conversation_id=conversation.id,
        episode_id=episode.id,
        namnd=entered.namnd.id,
        kind=done.kind,
        outcome=done.outcome,
        staff_id=staff.id,
        at=done.at,
        place=done.place,
        who=done.who,
        shift_id=shift_id,
    )
    tx.outward.add(made)
    if episode.transferred is not None or episode.reviewed is not None:
        tx.episodes.save(replace(episode, transferred=None, reviewed=None))
    what = f"conversation:{conversation.id}"
    tx.audit.record(
        AuditEntry(
            staff.id, f"noted_{done.kind.value}", what, done.outcome.value, entered.namnd.id, world=conversation.world
        )
    )
    refresh(tx, conversation)
    refresh_episode(tx, episode)
    say_addendum(tx, episode, key=f"outward:{made.id}", is_note=True)


def _shift(entered: Entered) -> ShiftId | None:
    turns = (*entered.actor.on_duty, *entered.actor.former)
    return next((turn.shift_id for turn in turns if entered.conversation.was_routed_in(turn.shift_id)), None)


def _episode(tx: Tx, ctx: Context, entered: Entered, shift_id: ShiftId | None) -> Episode:
    """Return the episode that it belongs to: the newest, or after a shift the newest of that shift."""
    conversation = entered.conversation
    every = tx.episodes.of_conversation(conversation.id, lock=True)
    own = [episode for episode in every if episode.shift_id == shift_id] if entered.is_after_shift else []
    if own or every:
        return (own or every)[-1]
    made = account_for_answer(tx, ctx, conversation, ctx.clock.now(), shift_id)
    if made is None:
        raise Stale
    return made
