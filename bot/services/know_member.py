"""Learn from Slack whether somebody is a member here, before what they press is answered, or when Slack says so."""

import asyncio
from datetime import datetime
from typing import Final

import structlog

from bot.domain.errors import AuditEntry, Busy
from bot.domain.readiness import Account
from bot.domain.sending import SendError
from bot.ports import Tx
from bot.services.context import Context
from bot.services.ready.ask import NOW, tell_leaders
from bot.texts import span

log = structlog.get_logger(__name__)

ASKED_WITHIN: Final = 1.0  # seconds, of the three that Slack gives


async def know_member(slack_user_id: str, *, ctx: Context) -> None:
    """Ask once a day. When Slack cannot be asked they are let through: somebody may be about to answer a child."""
    now = ctx.clock.now()
    if not slack_user_id or not ctx.membership.must_ask(slack_user_id, now):
        return
    ctx.membership.could_not_ask(slack_user_id, now)  # whoever presses meanwhile does not ask as well
    try:
        async with asyncio.timeout(ASKED_WITHIN):
            account = await ctx.chat.account(slack_user_id)
            if await ctx.store.read(lambda tx: _is_news(tx, slack_user_id, account)):
                await ctx.store.write(
                    lambda tx: note_account(tx, ctx, slack_user_id, account, now, ground="asked_slack")
                )
    except (SendError, TimeoutError, Busy) as error:
        log.info("member_not_known", kind=type(error).__name__)
        return
    ctx.membership.has_asked(slack_user_id, account, now)
    if not account.is_members:
        log.warning("not_a_member", slack_user_id=slack_user_id)


def _is_news(tx: Tx, slack_user_id: str, account: Account) -> bool:
    person = tx.staff.by_slack_id(slack_user_id)
    return person is not None and person.is_refused is account.is_members


def note_account(
    tx: Tx, ctx: Context, slack_user_id: str, account: Account, at: datetime, *, ground: str = "event"
) -> None:
    """Keep what Slack said of an account at `at` (UTC), for every process; what is open before them is drawn anew.

    In the middle of their shift the leaders are told at once: whoever writes now waits for the ladder.
    """
    if ground == "event" and tx.staff.by_slack_id(slack_user_id) is not None:
        ctx.membership.was_told(slack_user_id, ctx.clock.now())
    person = tx.staff.note_account(slack_user_id, is_refused=not account.is_members, at=at)
    if person is None:
        return
    act = "account_refused" if person.is_refused else "account_let_in"
    tx.audit.record(AuditEntry("slack", act, f"staff:{person.id}", ground))
    tx.views.mark_dirty_of(person.id)
    now = ctx.clock.now()
    running = tx.shifts.of_staff(person.id, now, now + NOW) if person.is_refused else []
    for shift in running:
        key = "guest_on_duty" if account.is_active else "gone_on_duty"
        tell_leaders(tx, ctx, shift, key, when=span(shift.starts_at, shift.ends_at))
