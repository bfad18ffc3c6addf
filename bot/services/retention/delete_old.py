"""The job that deletes what the nämnder have decided not to keep. Safe to run late, twice, and in two instances.

Each thing goes in a transaction of its own, in which it is asked again whether it may: what was written is deleted
here at once, and with the same commit what is to be deleted in Slack and at the provider is written down, to be tried
until it is gone. An answer of ours that waits to be sent, a hold, an open action: whatever came in between keeps it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from bot.domain.calendar import local
from bot.domain.ids import ConversationId, NamndId, YouthId
from bot.domain.retention import OF_CONVERSATIONS, DataKind
from bot.ports import Tx
from bot.services.context import Context
from bot.services.retention.accounting import account_for
from bot.services.retention.delete_clocks import delete_clocks
from bot.services.retention.delete_log import delete_log
from bot.services.retention.deliver_erasure import AGAIN_AFTER, GIVEN_UP, leave, was_given_up
from bot.services.retention.due import Due, due_in, is_namnd_held, is_whole_namnd_held, shared_due
from bot.services.retention.redact_texts import redact_texts
from bot.services.shared.alone import alone

AT_A_TIME: Final = 20  # conversations and people of one kind in one nämnd, each run
ROWS: Final = 500  # of the inbox, or posts, in one transaction
ROUNDS: Final = 10  # of those, each run
LISTED_FOR: Final = timedelta(
    days=62
)  # twice as long as the provider's list is compared with ours: see bot.services.reconcile
STUMBLED: Final = "erasure_stumbled"


async def delete_old(*, ctx: Context) -> int:
    """Delete what is due, a bounded number at a time; return how many conversations, people and rows went."""
    if not ctx.rules.retention.of or await ctx.store.read(lambda tx: bool(tx.incidents.stops())):
        return 0  # in an incident nothing is destroyed
    deleted = await _emptied_inbox(ctx)
    for namnd in ctx.rules.namnder:
        for kind in OF_CONVERSATIONS:
            deleted += await _conversations(ctx, kind, namnd)
        deleted += await _people(ctx, namnd)
        deleted += await _coded_rows(ctx, namnd)
        deleted += await delete_clocks(namnd, ctx=ctx)
        deleted += await redact_texts(namnd, ctx=ctx)
    deleted += await _posts(ctx)
    deleted += await delete_log(ctx=ctx)
    await ctx.store.write(lambda tx: _try_again(tx, ctx.clock.now()))
    return deleted


# --- what belongs to no single nämnd ---------------------------------------------


async def _emptied_inbox(ctx: Context) -> int:
    now = ctx.clock.now()
    due = shared_due(ctx.rules, DataKind.INBOX, now)
    if due is None:
        return 0
    before, decision = due

    def change(tx: Tx) -> int:
        if is_whole_namnd_held(tx, ctx.rules, local(now).date()):
            return 0
        emptied = tx.erasing.empty_inbox(before, ROWS)
        tx.erasing.drop_emptied(before - LISTED_FOR, ROWS)
        if emptied:
            account_for(tx, DataKind.INBOX, None, "inbox", decision, emptied)
        return emptied

    return await _in_rounds(ctx, change)


async def _posts(ctx: Context) -> int:
    now = ctx.clock.now()
    due = shared_due(ctx.rules, DataKind.SLACK_POSTS, now)
    if due is None:
        return 0
    before, decision = due

    def change(tx: Tx) -> int:
        if is_whole_namnd_held(tx, ctx.rules, local(now).date()):
            return 0
        found = tx.erasing.loose_posts(before, ROWS)
        if found:
            tx.erasing.forget_posts([post_id for post_id, _ in found])
            account_for(tx, DataKind.SLACK_POSTS, None, "posts", decision, len(found), [place for _, place in found])
        return len(found)

    return await _in_rounds(ctx, change)


async def _in_rounds(ctx: Context, change: Callable[[Tx], int]) -> int:
    total = 0
    for _ in range(ROUNDS):
        done = await ctx.store.write(change)
        total += done
        if done < ROWS:
            break
    return total


# --- what is somebody's -----------------------------------------------------------


async def _conversations(ctx: Context, kind: DataKind, namnd: NamndId) -> int:
    due = due_in(ctx.rules, kind, namnd, ctx.clock.now())
    if due is None:
        return 0
    found = await ctx.store.read(
        lambda tx: tx.retention.due(
            due.namnd, due.numbers, due.before, due.today, linked=due.is_linked, limit=AT_A_TIME
        )
    )
    deleted = 0
    for conversation_id in found:
        step = partial(_empty, due=due, conversation_id=conversation_id, now=ctx.clock.now())
        deleted += await alone(ctx, step, event=STUMBLED, conversation_id=conversation_id)
    return deleted


def _empty(tx: Tx, due: Due, conversation_id: ConversationId, now: datetime) -> bool:
    """Delete the words of one conversation, if they still may be."""
    tx.retention.hold_still()
    held = tx.conversations.lock(conversation_id)
    is_due = tx.retention.is_due(conversation_id, due.namnd, due.numbers, due.before, due.today, linked=due.is_linked)
    if held is None or not is_due or tx.erasing.is_on_the_way(conversation_id):
        return False
    places = tx.erasing.places_of(conversation_id)
    rows = tx.erasing.empty(conversation_id, now)
    if due.kind is DataKind.UNKNOWN_NUMBERS:
        tx.erasing.forget_number(held.contact_id)
    what = f"conversation:{conversation_id}"
    account_for(tx, due.kind, due.namnd, what, due.decision, rows, places, world=held.world)
    return True


async def _people(ctx: Context, namnd: NamndId) -> int:
    now = ctx.clock.now()
    due = due_in(ctx.rules, DataKind.ENDED_YOUTHS, namnd, now)
    if due is None:
        return 0

    def change(tx: Tx) -> int:
        tx.retention.hold_still()
        found = tx.retention.ended(due.namnd, due.before, due.today, limit=AT_A_TIME)
        for youth_id in found:
            _erase(tx, due, youth_id, now)
        return len(found)

    return await ctx.store.write(change)


def _erase(tx: Tx, due: Due, youth_id: YouthId, now: datetime) -> None:
    rows = tx.erasing.erase_youth(youth_id, now)
    account_for(tx, due.kind, due.namnd, f"youth:{youth_id}", due.decision, rows)


async def _coded_rows(ctx: Context, namnd: NamndId) -> int:
    due = due_in(ctx.rules, DataKind.HANDOVERS, namnd, ctx.clock.now())
    if due is None:
        return 0

    def change(tx: Tx) -> int:
        tx.retention.hold_still()
        found = tx.retention.emptied(due.namnd, due.numbers, due.before, due.today, limit=AT_A_TIME)
        rows = sum(tx.erasing.drop(conversation_id) for conversation_id in found)
        rows += (
            0 if is_namnd_held(tx, due.namnd, due.today) else tx.erasing.drop_digests(due.namnd, due.before, AT_A_TIME)
        )
        if rows:
            account_for(tx, due.kind, due.namnd, f"namnd:{due.namnd}", due.decision, rows)
        return len(found)

    return await ctx.store.write(change)


# --- what is left elsewhere ----------------------------------------------------------


def _try_again(tx: Tx, now: datetime) -> None:
    due = tx.retention.places_due(now, limit=ROWS)
    for place_id, tries in due:
        place = tx.retention.place(place_id)
        if place is None or leave(tx, place_id, place, tries=tries):
            continue
        if was_given_up(tx, place_id, tries=tries):
            tx.retention.not_yet(place_id, GIVEN_UP, now + AGAIN_AFTER)
    tx.retention.put_off([place_id for place_id, _ in due], now + AGAIN_AFTER)
