"""At each change of duty, whoever takes over is told what is open and what must be done today."""

from datetime import timedelta
from functools import partial
from typing import Final

from bot.domain.conversation import Ground, Route
from bot.domain.duty import Shift
from bot.domain.outbound import OutboxKind, Priority
from bot.ports import Tx
from bot.services.context import Context
from bot.services.post_digests import FIRST_START
from bot.services.shared.access import answers_for, contact_of
from bot.services.shared.alone import alone
from bot.services.shared.episodes import today

NOW: Final = timedelta(microseconds=1)
SCOPE: Final = "shift_handover"


async def hand_over_shifts(*, ctx: Context) -> int:
    """Plan Överlämning for every shift that has begun, once each; return how many."""

    def begun(tx: Tx) -> list[Shift]:
        now, started = ctx.clock.now(), tx.last_run(FIRST_START)
        running = tx.shifts.between(now, now + NOW)
        leading = [shift for shift in running if not shift.is_backup]  # a backup has nothing until they are needed
        return [s for s in leading if (started is None or s.starts_at >= started) and not tx.was_done(SCOPE, s.id)]

    shifts = await ctx.store.read(begun)
    told = 0
    for shift in shifts:
        told += await alone(
            ctx, partial(_hand_over, ctx=ctx, shift=shift), event="shift_not_handed_over", shift_id=shift.id
        )
    return told


def _hand_over(tx: Tx, *, ctx: Context, shift: Shift) -> bool:
    person = tx.staff.get(shift.staff_id)
    if person is None or person.slack_user_id is None or not person.is_active:
        return False  # not yet: whoever gets Slack during the shift is told then
    if not tx.once(SCOPE, shift.id):
        return False
    _take_over_actions(tx, ctx, shift)
    tx.outbox.add(
        OutboxKind.HANDOVER,
        f"handover:{shift.id}",
        {"shift": shift.id, "staff": person.id},
        dedupe_key=f"handover:{shift.id}",
        priority=Priority.SMS,
    )
    return True


def _take_over_actions(tx: Tx, ctx: Context, shift: Shift) -> None:
    """Let the new holder reach the conversations of what must be done today: nobody can do what they may not read."""
    now = ctx.clock.now()
    for namnd in sorted(answers_for(ctx, shift.lending_namnd)):
        for action in tx.notes.open_actions(namnd):
            if not action.with_duty or action.due_on > today(ctx):
                continue
            conversation = tx.conversations.lock(action.conversation_id)
            if conversation is None or shift.staff_id in contact_of(tx, conversation).jav:
                continue
            if not conversation.was_routed_in(shift.id):
                tx.conversations.save(conversation.routed(Route(now, Ground.DUTY, shift.staff_id, shift.id)))
