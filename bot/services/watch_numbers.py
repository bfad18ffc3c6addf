"""A contact number that nobody has verified within a year is left out of every text, and the leaders are told."""

from bot.domain.calendar import local
from bot.domain.people import Role
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.placing import notice


async def watch_numbers(*, ctx: Context) -> int:
    """Tell each leader once a month which numbers are stale; return how many numbers are."""
    today = local(ctx.clock.now()).date()
    stale = sorted(number.name for number in ctx.rules.help_numbers if not number.is_fresh(today))
    if not stale:
        return 0

    def change(tx: Tx) -> None:
        for namnd in ctx.rules.namnder:
            for leader in tx.staff.with_role(Role.LEADER, namnd):
                month = f"{today:%Y-%m}"
                if leader.slack_user_id and tx.once("stale_numbers", f"{leader.id}:{month}:{','.join(stale)}"):
                    notice(tx, leader.id, "stale_numbers", dedupe=f"stale:{month}:{len(stale)}", names=", ".join(stale))

    await ctx.store.write(change)
    return len(stale)
