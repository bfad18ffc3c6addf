"""The reaction clock: what is not done is reminded of at noon, and the leader is told when the day ends."""

from datetime import timedelta
from functools import partial
from typing import Final

from bot.domain.calendar import is_working_day
from bot.domain.conversation import Conversation
from bot.domain.handover import Episode
from bot.domain.ids import ActionTaskId
from bot.domain.outbound import Priority
from bot.domain.people import LinkedContact, Role, Staff
from bot.domain.reaction import Action, Step, scheduled
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.access import contact_of, may_handle
from bot.services.shared.alone import alone
from bot.services.shared.digest_posts import refresh_episode
from bot.services.shared.digest_view import tell
from bot.services.shared.duty_actions import put_before_duty
from bot.services.shared.episodes import today
from bot.services.shared.placing import duty_now, notice
from bot.services.shared.view import slack_id
from bot.texts.times import weekday_and_date

CATCH_UP: Final = timedelta(hours=12)


async def remind_actions(*, ctx: Context) -> int:
    """Speak of the actions that are due to be spoken of, each in a transaction of its own; return how many."""
    due = await ctx.store.read(lambda tx: tx.notes.actions_due(ctx.clock.now()))
    spoken_of = 0
    for action_id in due:
        step = partial(_remind, ctx=ctx, action_id=action_id)
        spoken_of += await alone(ctx, step, event="action_not_reminded_of", action_id=action_id)
    return spoken_of


def _remind(tx: Tx, ctx: Context, action_id: ActionTaskId) -> bool:
    now = ctx.clock.now()
    action = tx.notes.action(action_id, lock=True)
    if action is None or action.next_at is None or action.next_at > now or not action.is_open:
        return False  # another instance was first
    conversation = tx.conversations.get(action.conversation_id)
    episode_id = tx.notes.episode_of_action(action.id)
    episode = None if episode_id is None else tx.episodes.get(episode_id)
    if conversation is not None and episode is not None:
        if action.next_step is Step.TELL_LEADER:
            tell_leaders(tx, ctx, action, conversation, episode)
        else:
            _remind_owner(tx, ctx, action, conversation, episode)
        refresh_episode(tx, episode)
    after = max(action.next_at, now - CATCH_UP)  # what else fell due while we were away comes next
    tx.notes.save_action(scheduled(action, ctx.rules.namnder[action.namnd], after, ctx.rules.closed_days))
    return True


def _remind_owner(tx: Tx, ctx: Context, action: Action, conversation: Conversation, episode: Episode) -> None:
    contact = contact_of(tx, conversation)
    key, people = _who_has_it(tx, ctx, action, conversation, contact)
    if not people:
        tell_leaders(tx, ctx, action, conversation, episode)
        return
    for person in people:
        _say(tx, person, key, action, episode, code=tell(tx, [episode])[0].codes[0])


def _who_has_it(
    tx: Tx, ctx: Context, action: Action, conversation: Conversation, contact: LinkedContact
) -> tuple[str, list[Staff]]:
    """Return what to say, and to whom: the owner, whoever has the duty now, or everybody in the team."""
    owner = None if action.owner is None else tx.staff.get(action.owner)
    if owner is not None and owner.slack_user_id is not None and may_handle(tx, ctx, owner, conversation):
        return "action_due", [owner]
    namnd = ctx.rules.namnder[action.namnd]
    lead = duty_now(tx, ctx, namnd, ctx.clock.now(), contact.jav).lead
    if action.with_duty and lead is not None:
        held = tx.conversations.lock(conversation.id)
        if held is not None:
            tx.conversations.save(put_before_duty(tx, ctx, held, contact))
        person = tx.staff.get(lead.staff_id)
        return "action_due_duty", [] if person is None else [person]
    if not is_working_day(today(ctx), ctx.rules.closed_days):
        return "action_unowned", []  # nobody in the team is at work
    team = tx.staff.with_role(Role.FAMILJEBEHANDLARE, action.namnd)
    return "action_unowned", [p for p in team if p.slack_user_id is not None and p.id not in contact.jav]


def tell_leaders(tx: Tx, ctx: Context, action: Action, conversation: Conversation, episode: Episode) -> None:
    """Tell the nämnd's leaders that something is not done, and who has it."""
    contact = contact_of(tx, conversation)
    code = tell(tx, [episode])[0].codes[0]
    mention = f"<@{slack_id(tx, action.owner)}>" if action.owner is not None else ""
    who = ctx.texts.staff("digest.owner_duty") if action.with_duty else mention
    for leader in tx.staff.with_role(Role.LEADER, action.namnd):
        if leader.slack_user_id is not None and leader.id not in contact.jav:
            _say(tx, leader, "action_late_leader", action, episode, code=code, who=who)


def _say(tx: Tx, person: Staff, key: str, action: Action, episode: Episode, **values: str) -> None:
    notice(
        tx,
        person.id,
        key,
        dedupe=f"{key}:{action.id}:{action.next_at}",
        priority=Priority.NORMAL,
        button="episode",
        value=episode.id,
        when=weekday_and_date(action.due_on),
        **values,
    )
