"""What every press on a clock has in common: who may, once for each press, and only while the clock runs."""

from collections.abc import Callable

from bot.domain.clock_views import ClockRow
from bot.domain.deadline import Deadline
from bot.domain.errors import Stale
from bot.domain.secrecy import Act, Actor
from bot.ports import Tx
from bot.services.clocks.access import require_clock
from bot.services.clocks.rows import row_for
from bot.services.context import Context

Step = Callable[[Tx, Actor, Deadline], Deadline]


async def press(
    slack_user_id: str,
    deadline_id: str,
    key: str,
    step: Step,
    *,
    ctx: Context,
    act: Act = Act.HANDLE_CLOCK,
    settled_too: bool = False,
) -> ClockRow:
    """Do `step` with a clock, once for each `key`, and return the row that the clock then is.

    A form that was filled in wrongly may be sent again under the same key: nothing had been done.

    Raises:
        NotAllowed: the rule of secrecy says no; the attempt is in the audit log.
        NotFound: there is no such clock.
        Stale: the clock is settled, unless `settled_too`.
    """

    def change(tx: Tx) -> ClockRow:
        actor, clock = require_clock(tx, ctx, slack_user_id, deadline_id, act)
        if first_time(tx, key):
            if not (clock.is_running or settled_too):
                raise Stale
            clock = step(tx, actor, clock)
        return row_for(tx, ctx, clock, actor)

    return await ctx.store.write(change)


def first_time(tx: Tx, key: str) -> bool:
    """Tell whether this press has not been done yet, and remember it."""
    return tx.once("clock_press", key)
