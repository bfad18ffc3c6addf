"""Forget old links of the reservväg; what was done with them stands in the audit log."""

from bot.domain.reserve import LINK_KEPT_FOR
from bot.services.context import Context


async def forget_links(*, ctx: Context) -> int:
    """Delete the links that nobody asks for any more; return how many. Safe to run late or twice."""
    before = ctx.clock.now() - LINK_KEPT_FOR
    return await ctx.store.write(lambda tx: tx.reserve.forget_links(before))
