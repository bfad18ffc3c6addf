"""Häv nödstoppet: what has waited leaves in its order, if it is still wanted, and says what is so now."""

import structlog

from bot.domain.ids import NamndId
from bot.domain.incident import STOPPED, leads
from bot.domain.secrecy import Act
from bot.ports import Tx
from bot.services.context import Context
from bot.services.incident.stop import FindActor, Ordered, clean_reason, require_act
from bot.services.incident.telling import names, tell_leaders
from bot.services.watch.raising import STOP, end_alert
from bot.texts import when

log = structlog.get_logger(__name__)


async def lift_stop(who: FindActor, reason: str, namnd: NamndId | None, *, ctx: Context) -> Ordered:
    """Lift the stop of one nämnd, or of each stopped one that the person leads where `namnd` is None.

    Returns what was lifted as `stopped`, and what still stands as `already`. The clocks of the incident go on. Raises
    NotAllowed (logged) and BadInput.
    """
    written = clean_reason(reason)

    def change(tx: Tx) -> Ordered:
        standing = [stop.namnd for stop in tx.incidents.stops()]
        wanted = _wanted(tx, ctx, who, standing, namnd)
        staff = require_act(tx, ctx, who, Act.LIFT_STOP, wanted)
        now = ctx.clock.now()
        lifted = [one for one in wanted if tx.incidents.lift(one, staff.id, written, now)]
        if lifted:
            tx.outbox.hurry(STOPPED)
            tx.views.mark_all_dirty()
        for one in lifted:
            end_alert(tx, ctx, f"{STOP}:{one}")
        once, at = f"{now.isoformat()}", when(now, now)
        told = tell_leaders(tx, ctx, lifted, "incident_lifted", dedupe=once, namnd=names(ctx, lifted), at=at)
        return Ordered(tuple(lifted), tuple(one for one in standing if one not in lifted), told)

    ordered = await ctx.store.write(change)
    log.warning("stop_lifted", namnder=len(ordered.stopped), still=len(ordered.already))
    return ordered


def _wanted(tx: Tx, ctx: Context, who: FindActor, standing: list[NamndId], namnd: NamndId | None) -> list[NamndId]:
    """Return what somebody asks to lift: what they lead of what stands; where they lead none of it, all of it."""
    if namnd is not None:
        return [namnd]
    found = who(tx, ctx)
    mine = [] if found is None else [one for one in standing if one in leads(found.staff)]
    return mine or standing
