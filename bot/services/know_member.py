"""Learn from Slack whether somebody is a member here, before what they press is answered."""

import asyncio
from typing import Final

import structlog

from bot.domain.sending import SendError
from bot.services.context import Context

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
    except (SendError, TimeoutError) as error:
        log.info("member_not_known", kind=type(error).__name__)
        return
    ctx.membership.learn(slack_user_id, account, now)
    if not account.is_members:
        log.warning("not_a_member", slack_user_id=slack_user_id)
