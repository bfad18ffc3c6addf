"""Ages go stale, and consent is not for ever: the leaders are told whose to ask about again."""

from typing import Final

from bot.domain.calendar import is_working_day, local
from bot.domain.consent import review_is_due
from bot.domain.ids import NamndId
from bot.domain.people import Role
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.placing import notice

MOST_CODES: Final = 20  # a notice is read on a phone


async def watch_consent(*, ctx: Context) -> int:
    """Tell each leader once a week, from the hour of the handover on a working day; return how many youths are due."""
    due = await ctx.store.read(lambda tx: _due(tx, ctx))
    if due:
        await ctx.store.write(lambda tx: _tell(tx, ctx, due))
    return sum(len(codes) for codes in due.values())


def _due(tx: Tx, ctx: Context) -> dict[NamndId, list[str]]:
    """Return the case codes of those to ask about, by nämnd."""
    wall = local(ctx.clock.now())
    found: dict[NamndId, list[str]] = {}
    for namnd in ctx.rules.namnder.values():
        if wall.time() < namnd.summary_at or not is_working_day(wall.date(), ctx.rules.closed_days):
            continue
        youths = tx.people.youths_of(namnd.id)
        known = tx.consents.of_youths([youth.id for youth in youths])
        codes = sorted(y.case_code for y in youths if review_is_due(y, known.get(y.id), wall.date()))
        if codes:
            found[namnd.id] = codes
    return found


def _tell(tx: Tx, ctx: Context, due: dict[NamndId, list[str]]) -> None:
    year, week, _ = local(ctx.clock.now()).isocalendar()
    for namnd, codes in due.items():
        key = f"{namnd}:{year}-{week}"
        shown = ", ".join(codes[:MOST_CODES]) + (" …" if len(codes) > MOST_CODES else "")
        name = ctx.rules.namnder[namnd].short_name
        for leader in tx.staff.with_role(Role.LEADER, namnd):
            if leader.slack_user_id and tx.once("consent_review", f"{leader.id}:{key}"):
                notice(tx, leader.id, "consent_review", dedupe=f"consent_review:{key}", namnd=name, codes=shown)
