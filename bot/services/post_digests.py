"""The handover to each nämnd, once per working day, covering everything since the last."""

from dataclasses import replace
from datetime import date, datetime

import structlog

from bot.domain.handover import DigestRecord, latest_summary
from bot.domain.ids import DigestId, NamndId, new_id
from bot.domain.outbound import Priority
from bot.domain.reaction import scheduled
from bot.domain.rules import NamndRules
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.alone import guarded
from bot.services.shared.digest_posts import refresh_digest, refresh_digest_post
from bot.services.shared.episodes import account_for_text, add_if_late

log = structlog.get_logger(__name__)

FIRST_START = "first_start"  # a job that ran once: when this installation began


async def note_first_start(*, ctx: Context) -> None:
    """Remember when the program was first started: nothing that was due before that is made up for.

    What was open already, from a version that kept no handovers, is to stand in the first one.
    """

    def change(tx: Tx) -> None:
        if not tx.once("job", FIRST_START):
            return
        tx.note_run(FIRST_START)
        for conversation in tx.conversations.open_ones():
            if conversation.last_seq and not tx.episodes.of_conversation(conversation.id):
                began = conversation.first_unanswered_at or conversation.opened_at
                account_for_text(tx, ctx, conversation, began, None)

    await ctx.store.write(change)


async def post_digests(*, ctx: Context) -> int:
    """Plan the handovers that are due; return how many. Safe to run late, twice, or in several processes at once.

    After downtime one is made for the newest day that is due, and covers everything.
    """
    planned = 0
    for namnd in ctx.rules.namnder.values():
        planned += await guarded(_post_one(namnd, ctx), event="digest_not_planned", namnd=namnd.id)
    return planned


async def _post_one(namnd: NamndRules, ctx: Context) -> bool:
    day, due_at = latest_summary(ctx.clock.now(), namnd.summary_at, ctx.rules.closed_days)
    planned = False
    if await ctx.store.read(lambda tx: _is_due(tx, namnd.id, day, due_at)):
        planned = await ctx.store.write(lambda tx: _plan(tx, ctx, namnd, day, due_at))
    await _add_stragglers(ctx, namnd.id)
    return planned


def _is_due(tx: Tx, namnd: NamndId, day: date, due_at: datetime) -> bool:
    started = tx.last_run(FIRST_START)
    return (started is None or due_at >= started) and tx.digests.on(namnd, day) is None


def _plan(tx: Tx, ctx: Context, namnd: NamndRules, day: date, due_at: datetime) -> bool:
    """Make the handover, take in what belongs to it and have it posted: all of it or nothing."""
    before = tx.digests.newest(namnd.id)
    since = None if before is None else before.due_at
    made = DigestRecord(DigestId(new_id()), namnd.id, day, due_at, ctx.clock.now(), since)
    if not tx.digests.add(made):
        return False  # another process was first
    taken_in = tx.episodes.attach(namnd.id, day, made.id)
    _leave_to_the_team(tx, ctx, namnd, day)
    post, _ = tx.posts.ensure_digest(made.id, f"channel:{namnd.team_channel}")
    refresh_digest_post(tx, post, priority=Priority.SMS)
    if before is not None:
        refresh_digest(tx, before.id)  # what is left of it stands in the new one now
    log.info("digest_planned", namnd=namnd.id, day=day.isoformat(), episodes=len(taken_in))
    return True


def _leave_to_the_team(tx: Tx, ctx: Context, namnd: NamndRules, day: date) -> None:
    """What the duty had to do and did not is the team's now."""
    for action in tx.notes.open_actions(namnd.id, lock=True):
        if action.with_duty and action.due_on < day:
            left = replace(action, with_duty=False, owner=None)
            tx.notes.save_action(scheduled(left, namnd, ctx.clock.now(), ctx.rules.closed_days))


async def _add_stragglers(ctx: Context, namnd: NamndId) -> None:
    """Add what came in while the handover was being made: it would otherwise wait for the next."""

    def waiting(tx: Tx) -> bool:
        newest = tx.digests.newest(namnd)
        return newest is not None and bool(tx.episodes.waiting(namnd, newest.day))

    def change(tx: Tx) -> None:
        newest = tx.digests.newest(namnd)
        for episode in [] if newest is None else tx.episodes.waiting(namnd, newest.day, lock=True):
            add_if_late(tx, ctx, episode)

    if await ctx.store.read(waiting):
        await ctx.store.write(change)
