"""On the first working day of a month each nämnd's leaders get last month's sample to review, and weekly reminders.

lag 2001:454 10 §: the controller makes systematic, recurring checks. Safe late, twice, and in several instances.
"""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from functools import partial
from typing import Final

import structlog

from bot.domain.audit import Logged, LogQuery
from bot.domain.audit_review import Review, ReviewId, draw, due_at, month_before
from bot.domain.calendar import ONE_DAY, instant, local, next_working_day
from bot.domain.cards import Notice
from bot.domain.ids import NamndId, StaffId, new_id
from bot.domain.outbound import OutboxKind, OutboxState, Priority
from bot.domain.people import Role, Staff, World
from bot.domain.secrecy import Act, Allowed, Subject, may
from bot.ports import Outbound, Tx
from bot.services.audit.search import PAGE, own_staff
from bot.services.context import Context
from bot.services.shared.access import actor
from bot.services.shared.alone import alone, guarded
from bot.services.shared.outcome import Outcome
from bot.texts.log_words import month_words

log = structlog.get_logger(__name__)

KEY: Final = "audit_review"
DRAWN: Final = "audit_review"  # the scope: once for each nämnd, world and month
CHANCE: Final = secrets.SystemRandom().random  # nobody can know beforehand what will be looked at


async def sample_audit(*, ctx: Context) -> int:
    """Draw what is due and tell of it, and remind of what is not done; return how many reviews that was about."""
    if not ctx.rules.audit.reviews:
        return 0
    now, told = ctx.clock.now(), 0
    this_month = local(now).date().replace(day=1)
    if now >= due_at(this_month, ctx.rules.audit.review_at, ctx.rules.closed_days):
        for namnd in ctx.rules.namnder:
            for world in World:
                told += await guarded(_draw(ctx, namnd, world), event="audit_not_sampled", namnd=namnd)
    for review_id in await ctx.store.read(lambda tx: tx.reviews.due(now)):
        told += await alone(ctx, partial(_remind, ctx=ctx, review_id=review_id), event="audit_not_reminded")
    return told


def next_sample(tx: Tx, ctx: Context, after: datetime) -> datetime | None:
    """Return when the next sample or reminder is due; None when nobody reviews."""
    if not ctx.rules.audit.reviews:
        return None
    this_month = local(after).date().replace(day=1)
    next_month = (this_month.replace(day=28) + 4 * ONE_DAY).replace(day=1)
    drawn = [due_at(month, ctx.rules.audit.review_at, ctx.rules.closed_days) for month in (this_month, next_month)]
    return min((at for at in (*drawn, tx.reviews.next_due(after)) if at is not None and at > after), default=None)


async def _draw(ctx: Context, namnd: NamndId, world: World) -> bool:
    """Draw outside the transaction that writes: a month may be long."""
    month = month_before(local(ctx.clock.now()).date())
    key = f"{namnd}:{world.value}:{month:%Y-%m}"
    if await ctx.store.read(lambda tx: tx.was_done(DRAWN, key)):
        return False
    ids = await ctx.store.read(partial(_sample, ctx=ctx, namnd=namnd, world=world, month=month))
    review = Review(ReviewId(new_id()), namnd, world, month, ctx.clock.now(), _again_at(ctx))

    def keep(tx: Tx) -> bool:
        if not tx.once(DRAWN, key) or not ids:
            return False
        tx.reviews.add(review, ids)
        _tell(tx, review)
        return True

    return await ctx.store.write(keep)


def _sample(tx: Tx, *, ctx: Context, namnd: NamndId, world: World, month: date) -> list[int]:
    first_after = (month.replace(day=28) + 4 * ONE_DAY).replace(day=1)
    query = LogQuery(namnd, world, instant(month, time(0)), instant(first_after, time(0)))
    rules, own = ctx.rules.audit, own_staff(tx, namnd, world)
    return draw(_pages(tx, query), own, rules.openings, rules.denials, CHANCE)


def _pages(tx: Tx, query: LogQuery) -> Iterator[Logged]:
    after = 0
    while page := tx.audit_log.entries(query, after, PAGE):
        yield from page
        after = page[-1].id


def _again_at(ctx: Context) -> datetime:
    """Return when a reminder falls due: on a working day."""
    rules = ctx.rules.audit
    day = local(ctx.clock.now()).date() + rules.remind_after
    return instant(next_working_day(day - ONE_DAY, ctx.rules.closed_days), rules.review_at)


def _remind(tx: Tx, *, ctx: Context, review_id: ReviewId) -> bool:
    review = tx.reviews.get(review_id, lock=True)
    if review is None or review.remind_at is None or review.remind_at > ctx.clock.now():
        return False  # another instance was first, or it is done
    again = replace(review, remind_at=_again_at(ctx), reminded=review.reminded + 1)
    tx.reviews.set_reminder(again.id, again.remind_at, again.reminded)
    _tell(tx, again)
    return True


def leaders(tx: Tx, namnd: NamndId, world: World) -> list[Staff]:
    """Return those who review a nämnd's log in a world."""
    return tx.staff.with_role(Role.LEADER, namnd, world)


def _tell(tx: Tx, review: Review) -> None:
    people = leaders(tx, review.namnd, review.world)
    if not people:
        log.warning("audit_review_without_leader", namnd=review.namnd, world=review.world.value)
    for leader in people:
        tx.outbox.add(
            OutboxKind.NOTICE,
            f"notice:{leader.id}",
            {"staff": leader.id, KEY: review.id},
            dedupe_key=f"notice:{leader.id}:{KEY}:{review.id}:{review.reminded}",
            priority=Priority.LOW,
        )


async def deliver_review(row: Outbound, *, ctx: Context) -> Outcome:
    """Tell one leader what waits to be reviewed at this moment; nothing when it is done, or they lead no longer."""
    staff_id, review_id = StaffId(row.payload["staff"]), ReviewId(row.payload[KEY])
    composed = await ctx.store.read(partial(_composed, ctx=ctx, staff_id=staff_id, review_id=review_id))
    if composed is None:
        return Outcome(OutboxState.DROPPED, error="no_need")
    to, notice = composed
    posted = await ctx.chat.post_notice(to, notice, row.id)
    return Outcome(
        OutboxState.SENT,
        provider_id=f"{posted.channel}:{posted.ts}",
        then=lambda tx: tx.posts.remember("notice", None, f"staff:{staff_id}", posted),
    )


def _composed(tx: Tx, *, ctx: Context, staff_id: StaffId, review_id: ReviewId) -> tuple[str, Notice] | None:
    review, person = tx.reviews.get(review_id), tx.staff.get(staff_id)
    if review is None or person is None or person.slack_user_id is None:
        return None
    subject = Subject(review.namnd, review.world)
    left = sum(item.finding is None for item in tx.reviews.items(review_id))
    if not left or not isinstance(may(actor(tx, ctx, person), Act.SEE_LOG, subject, ctx.clock.now()), Allowed):
        return None
    values = (
        ("namnd", ctx.rules.namnder[review.namnd].short_name),
        ("world", ctx.texts.staff(f"audit_review.world_{review.world.value}")),
        ("month", month_words(review.month)),
        ("count", str(left)),
    )
    key = "audit_review" if not review.reminded else "audit_review_again"
    return person.slack_user_id, Notice(
        key, values, button="audit_review", value=review.id, is_trial=ctx.rules.is_trial
    )
