"""Granska åtkomster: a leader looks at the month's sample, and says of each entry what they find."""

from dataclasses import replace

from bot.domain.audit_review import Finding, Mark, Review, ReviewId, ReviewLine, ReviewPage
from bot.domain.errors import AuditEntry, NotFound, NotYet
from bot.domain.ids import StaffId
from bot.domain.people import Staff
from bot.domain.secrecy import Act, Subject
from bot.ports import Tx
from bot.services.audit.sample import leaders
from bot.services.audit.search import hidden_from, named, own_staff
from bot.services.context import Context
from bot.services.shared.access import actor_by_slack, require_for
from bot.services.shared.logged import read_logged


async def open_review(slack_user_id: str, review_id: str, *, ctx: Context) -> ReviewPage:
    """Return the review to a leader of that nämnd and world, logged. Raises NotAllowed or NotFound."""

    def query(tx: Tx) -> ReviewPage:
        review, reader = _required(tx, ctx, slack_user_id, review_id)
        lines, hidden = _lines(tx, review, reader)
        name = ctx.rules.namnder[review.namnd].name
        return ReviewPage(review, name, tuple(lines), hidden, ctx.rules.is_trial)

    return await read_logged(query, ctx=ctx)


async def review_entries(slack_user_id: str, review_id: str, marks: tuple[Mark, ...], *, ctx: Context) -> int:
    """Keep what a leader says of some entries, each once and by whoever is first; return how many are left.

    Raises NotAllowed, NotFound, or NotYet when nothing was said.
    """

    def change(tx: Tx) -> int:
        review, reader = _required(tx, ctx, slack_user_id, review_id, lock=True)
        if not marks:
            raise NotYet("say_of_one")
        lines, _ = _lines(tx, review, reader)
        open_ones = {line.item.nth: line for line in lines if line.item.finding is None and not line.is_own}
        for mark in marks:
            if mark.nth in open_ones:
                _settle(tx, ctx, review, reader, open_ones[mark.nth], mark)
        left = sum(item.finding is None for item in tx.reviews.items(review.id))
        if not left:
            tx.reviews.set_reminder(review.id, None, review.reminded)
        return left

    return await ctx.store.write(change)


def _required(tx: Tx, ctx: Context, slack_user_id: str, review_id: str, *, lock: bool = False) -> tuple[Review, Staff]:
    reader = actor_by_slack(tx, ctx, slack_user_id)
    review = tx.reviews.get(ReviewId(review_id), lock=lock)
    if review is None or review.namnd not in ctx.rules.namnder:
        raise NotFound
    subject = Subject(review.namnd, review.world)
    require_for(tx, ctx, reader, Act.SEE_LOG, subject, what=f"audit:{review.id}")
    return review, reader.staff


def _lines(tx: Tx, review: Review, reader: Staff) -> tuple[list[ReviewLine], int]:
    items = tx.reviews.items(review.id)
    rows = tx.audit_log.several([item.audit_id for item in items])
    hidden = hidden_from(tx, reader, review.namnd, review.world)
    shown = [item for item in items if item.audit_id in rows and rows[item.audit_id].subject not in hidden]
    entries = named(tx, (rows[item.audit_id] for item in shown), review.namnd, review.world)
    reviewers = tx.staff.several({item.reviewed_by for item in shown if item.reviewed_by is not None})
    own = own_staff(tx, review.namnd, review.world)
    is_alone = all(leader.id == reader.id for leader in leaders(tx, review.namnd, review.world))
    lines = [
        ReviewLine(
            item,
            entry,
            is_across=entry.who != "" and StaffId(entry.row.actor) not in own,
            is_own=entry.row.actor == reader.id and not is_alone,
            by="" if item.reviewed_by is None else reviewers[item.reviewed_by].name,
        )
        for item, entry in zip(shown, entries, strict=True)
    ]
    return lines, len(items) - len(shown)


def _settle(tx: Tx, ctx: Context, review: Review, reader: Staff, line: ReviewLine, mark: Mark) -> None:
    reason = mark.reason if mark.finding is Finding.FOLLOW_UP else None
    found = replace(line.item, finding=mark.finding, reason=reason, reviewed_by=reader.id, reviewed_at=ctx.clock.now())
    tx.reviews.settle(review.id, found)
    details: dict[str, str | bool | None] = {
        "row": str(line.item.audit_id),
        "reason": None if reason is None else reason.value,
        "own": line.entry.row.actor == reader.id,
    }
    what, ground = f"audit:{review.id}", mark.finding.value
    tx.audit.record(
        AuditEntry(reader.id, "audit_reviewed", what, ground, review.namnd, details=details, world=review.world)
    )
