"""Granska åtkomster: the month's sample in a modal. Codes of cases, names of staff; nothing of what was written."""

from typing import Final

from bot.domain.audit_review import Finding, Mark, Reason, ReviewLine, ReviewPage
from bot.domain.slack_text import escape_mrkdwn
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import MODAL_BLOCKS, Block, context, field, fitting, modal, mrkdwn, option, section, select
from bot.texts import Texts, for_the_record
from bot.texts.log_words import act_words, actor_words, ground_words, month_words, subject_words

ENTRY: Final = "entry"
HEAD: Final = 4  # blocks before the first entry, at most


def review_modal(page: ReviewPage, texts: Texts) -> Block:
    """Return the review as its reader sees it; what is left can be marked, as many entries as one likes at a time."""
    blocks: list[Block] = [context(texts.staff("trial.banner"))] if page.is_trial else []
    values = {
        "namnd": escape_mrkdwn(page.namnd_name),
        "world": texts.staff(f"audit_review.world_{page.review.world.value}"),
        "month": month_words(page.review.month),
    }
    blocks.append(section(mrkdwn(texts.staff("audit_review.intro", **values))))
    if page.hidden:
        blocks.append(context(texts.staff("audit_review.hidden", count=page.hidden)))
    lines = sorted(page.lines, key=lambda line: (line.item.finding is not None, line.item.nth))
    groups = fitting([_entry(line, texts) for line in lines], most=MODAL_BLOCKS - HEAD)
    blocks += [block for group in groups for block in group]
    is_open = any(_may_be_marked(line) for line in lines)
    if not is_open:
        blocks.append(context(texts.staff("audit_review.nothing_left")))
    return modal(
        texts.staff("audit_review.title"),
        blocks,
        close=texts.staff("modal.cancel" if is_open else "modal.close"),
        submit=texts.staff("modal.save") if is_open else None,
        callback=CallbackId.AUDIT_REVIEW.value,
        metadata=page.review.id,
    )


def entry_block(nth: int) -> str:
    """Return the id of the field of an entry."""
    return f"{ENTRY}_{nth}"


def marked(nth: int, value: str) -> Mark | None:
    """Return what was chosen for an entry; None for nothing."""
    finding, _, reason = value.partition(":")
    return Mark(nth, Finding(finding), Reason(reason) if reason else None) if finding else None


def _may_be_marked(line: ReviewLine) -> bool:
    return line.item.finding is None and not line.is_own


def _entry(line: ReviewLine, texts: Texts) -> list[Block]:
    row = line.entry.row
    said = texts.staff(
        "audit_review.entry",
        who=escape_mrkdwn(actor_words(row.actor, line.entry.who, texts)),
        act=act_words(row.act, texts),
        at=for_the_record(row.at),
        what=escape_mrkdwn(subject_words(row.subject, line.entry.code, texts)),
        ground=ground_words(row.ground, texts),
    )
    marks = [texts.staff("audit_review.denied")] if not row.is_allowed else []
    marks += [texts.staff("audit_review.across")] if line.is_across else []
    shown = section(mrkdwn("\n".join([said, *marks])))
    if _may_be_marked(line):
        choice = select(ActionId.FIELD, _options(texts))
        label = texts.staff("audit_review.label")
        return [shown, field(entry_block(line.item.nth), label, choice, optional=True)]
    return [shown, context(_found(line, texts))]


def _found(line: ReviewLine, texts: Texts) -> str:
    item = line.item
    if item.finding is None:
        return texts.staff("audit_review.own")
    said = texts.staff("audit_review.fine" if item.reason is None else f"audit_reason.{item.reason.value}")
    return texts.staff("audit_review.found", finding=said, who=escape_mrkdwn(line.by))


def _options(texts: Texts) -> list[Block]:
    fine = option(texts.staff("audit_review.fine"), Finding.FINE.value)
    follow = Finding.FOLLOW_UP.value
    return [fine, *(option(texts.staff(f"audit_reason.{r.value}"), f"{follow}:{r.value}") for r in Reason)]
