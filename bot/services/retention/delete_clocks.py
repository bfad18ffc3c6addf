"""The clocks, and what was written with families about them, when it is in the record and its time is out.

First the words: here, in Slack and at the provider, as in the beredskap. Then, when the clocks' own time is out, the
clocks with their history and summonses, what is left of the conversations, and the morning's lists. Each clock and each
conversation goes in a transaction of its own, in which it is asked again whether it may
(docs/adr/0027-what-a-clock-leaves-behind.md).
"""

from functools import partial
from typing import Final

from bot.domain.calendar import local
from bot.domain.ids import ConversationId, DeadlineId, NamndId
from bot.domain.retention import DataKind
from bot.ports import Tx
from bot.services.context import Context
from bot.services.retention.accounting import account_for
from bot.services.retention.due import Due, due_in, is_namnd_held
from bot.services.shared.alone import alone

AT_A_TIME: Final = 50  # of one kind in one nämnd, each run
STUMBLED: Final = "erasure_stumbled"


async def delete_clocks(namnd: NamndId, *, ctx: Context) -> int:
    """Delete what is due of the world of myndighet in a nämnd; return how many conversations and clocks went."""
    return await _texts(namnd, ctx) + await _clocks(namnd, ctx)


async def _texts(namnd: NamndId, ctx: Context) -> int:
    due = due_in(ctx.rules, DataKind.SUMMONSES, namnd, ctx.clock.now())
    if due is None:
        return 0
    found = await ctx.store.read(lambda tx: tx.clocks_kept.texts_due(due.namnd, due.before, due.today, limit=AT_A_TIME))
    deleted = 0
    for conversation_id in found:
        step = partial(_empty, ctx=ctx, due=due, conversation_id=conversation_id)
        deleted += await alone(ctx, step, event=STUMBLED, conversation_id=conversation_id)
    return deleted


def _empty(tx: Tx, ctx: Context, due: Due, conversation_id: ConversationId) -> bool:
    """Delete the words of one conversation, and the number with which nothing else was written."""
    tx.retention.hold_still()
    held = tx.conversations.lock(conversation_id)
    is_due = tx.clocks_kept.is_text_due(conversation_id, due.namnd, due.before, due.today)
    if held is None or not is_due or tx.erasing.is_on_the_way(conversation_id):
        return False
    places = tx.erasing.places_of(conversation_id)
    rows = tx.erasing.empty(conversation_id, ctx.clock.now())
    tx.erasing.forget_number(held.contact_id)
    account_for(tx, due.kind, due.namnd, f"conversation:{conversation_id}", due.decision, rows, places)
    return True


async def _clocks(namnd: NamndId, ctx: Context) -> int:
    due = due_in(ctx.rules, DataKind.CLOCKS, namnd, ctx.clock.now())
    if due is None:
        return 0
    found = await ctx.store.read(lambda tx: tx.clocks_kept.due(due.namnd, due.before, due.today, limit=AT_A_TIME))
    deleted = 0
    for deadline_id in found:
        step = partial(_drop, due=due, deadline_id=deadline_id)
        deleted += await alone(ctx, step, event=STUMBLED, deadline_id=deadline_id)
    await ctx.store.write(lambda tx: _drop_what_is_left(tx, due))
    return deleted


def _drop(tx: Tx, due: Due, deadline_id: DeadlineId) -> bool:
    tx.retention.hold_still()
    clock = tx.deadlines.get(deadline_id, lock=True)
    if clock is None or not tx.clocks_kept.is_due(deadline_id, due.namnd, due.before, due.today):
        return False
    rows = tx.clocks_kept.drop(deadline_id)
    account_for(tx, due.kind, due.namnd, f"deadline:{deadline_id}", due.decision, rows)
    return True


def _drop_what_is_left(tx: Tx, due: Due) -> None:
    """Delete the coded rows of conversations that no summons needs any more, and lists in which no clock stands."""
    tx.retention.hold_still()
    left = tx.clocks_kept.left_over(due.namnd, due.before, due.today, limit=AT_A_TIME)
    rows = sum(tx.erasing.drop(conversation_id) for conversation_id in left)
    if not is_namnd_held(tx, due.namnd, due.today):
        rows += tx.clocks_kept.drop_lists(due.namnd, local(due.before).date(), AT_A_TIME)
    if rows:
        account_for(tx, due.kind, due.namnd, f"namnd:{due.namnd}", due.decision, rows)
