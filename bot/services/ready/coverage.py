"""What is missing in the rota ahead, in words for the leaders of a nämnd."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.domain.coverage import AHEAD, Finding, Lack, Reach, survey
from bot.domain.ids import NamndId, StaffId
from bot.domain.rules import NamndRules
from bot.domain.secrecy import Act, Allowed, Subject, may
from bot.domain.slack_text import escape_mrkdwn
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.access import actor_by_slack
from bot.services.shared.naming import mention_or_name
from bot.texts import Texts, listed, span
from bot.texts.times import HOUR, near_time

MOST_LINES: Final = 12  # of one nämnd; the others are counted


async def show_coverage(slack_user_id: str, *, ctx: Context) -> tuple[str, ...]:
    """Return what is missing ahead in each nämnd whose beredskap the caller leads. Raises NotAllowed."""

    def query(tx: Tx) -> tuple[str, ...]:
        actor, now = actor_by_slack(tx, ctx, slack_user_id), ctx.clock.now()
        led = [
            namnd
            for namnd in ctx.rules.namnder.values()
            if isinstance(may(actor, Act.SEE_COVERAGE, Subject(namnd.id), now), Allowed)
        ]
        return tuple(_paragraph(tx, ctx, namnd) for namnd in led)

    return await ctx.store.write(query)  # a refusal is logged


def _paragraph(tx: Tx, ctx: Context, namnd: NamndRules) -> str:
    name, lines = escape_mrkdwn(namnd.name), coverage_lines(tx, ctx, namnd.id)
    if not lines:
        return ctx.texts.staff("coverage.fine", namnd=name)
    return "\n".join([ctx.texts.staff("coverage.namnd", namnd=name), *lines])


def coverage_lines(tx: Tx, ctx: Context, namnd_id: NamndId) -> list[str]:
    """Return a line for each thing that is missing from now on, none when nothing is."""
    grouped: dict[tuple[Lack, tuple[StaffId, ...]], list[Finding]] = {}
    for finding in findings(tx, ctx, namnd_id):
        grouped.setdefault((finding.what, finding.who), []).append(finding)
    now = ctx.clock.now()
    lines = [_line(tx, ctx.texts, found, now) for found in grouped.values()]
    kept = lines[:MOST_LINES]
    return kept if len(kept) == len(lines) else [*kept, ctx.texts.staff("coverage.more", count=len(lines) - MOST_LINES)]


def findings(tx: Tx, ctx: Context, namnd_id: NamndId) -> tuple[Finding, ...]:
    """Return what is wrong in the rota of one nämnd from now on."""
    now = ctx.clock.now()
    shifts = tx.shifts.between(now, now + AHEAD)
    people = tx.staff.several({shift.staff_id for shift in shifts})
    namnd = ctx.rules.namnder[namnd_id]
    return survey(namnd, now, now + AHEAD, shifts, Reach.of(people.values()), ctx.rules.closed_days)


def _line(tx: Tx, texts: Texts, found: Sequence[Finding], now: datetime) -> str:
    first = found[0]
    said = _when(texts, first, now)
    if len(found) > 1:
        others = sum(finding.stretches for finding in found[1:])
        said = texts.staff("coverage.and_more", when=said, count=others)
    return texts.staff(f"coverage.{first.what.value}", when=said, who=_who(tx, first.who))


def _when(texts: Texts, finding: Finding, now: datetime) -> str:
    if finding.stretches == 1:
        return span(finding.starts_at, finding.ends_at)
    return texts.staff(
        "coverage.several",
        first=near_time(finding.starts_at, now),
        last=near_time(finding.ends_at, now),
        count=finding.stretches,
        hours=f"{finding.length / HOUR:.4g}".replace(".", ","),
    )


def _who(tx: Tx, who: Sequence[StaffId]) -> str:
    people = tx.staff.several(who)
    return listed([mention_or_name(people[staff_id]) if staff_id in people else "?" for staff_id in who])
