"""The clocks in App Home: mine by what runs out, and for a leader how the unit stands."""

from typing import Final

from bot.domain.clock_views import HomeClocks
from bot.domain.people import Role
from bot.domain.secrecy import Actor
from bot.ports import Tx
from bot.services.clocks.access import namnder_of
from bot.services.clocks.look import mine
from bot.services.clocks.owners import count_unreached, owner_lines, together
from bot.services.context import Context
from bot.services.shared.stopped import has_stop

AT_HOME: Final = 15


def home_clocks(tx: Tx, ctx: Context, actor: Actor) -> HomeClocks | None:
    """Return what App Home shows somebody of the clocks; None for who has no part in the world of myndighet.

    Nor does it say anything of them during a nödstopp.
    """
    if not namnder_of(actor) or has_stop(tx, namnder_of(actor)):
        return None
    rows, more = mine(tx, ctx, actor, limit=AT_HOME)
    led = namnder_of(actor, Role.LEADER)
    return HomeClocks(
        mine=rows,
        mine_more=more,
        may_register=True,
        may_lead=bool(led),
        owners=together(line for namnd in led for line in owner_lines(tx, ctx, namnd)),
        overdue=sum(tx.deadlines.count_overdue(namnd, ctx.clock.now()) for namnd in led),
        unowned=sum(count_unreached(tx, ctx, namnd) for namnd in led),
    )
