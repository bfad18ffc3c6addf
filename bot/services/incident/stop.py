"""Nödstopp: from the commit on, nothing with content leaves for these nämnder in any instance."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.domain.alerts import AlertCode
from bot.domain.errors import AuditEntry, BadInput, NotAllowed, NotFound
from bot.domain.ids import NamndId, new_case_code, new_id
from bot.domain.incident import begin_clocks, may_act
from bot.domain.people import Staff
from bot.domain.secrecy import Act, Actor, Denied
from bot.ports import Tx
from bot.services.context import Context
from bot.services.incident.telling import leaders, names, tell, tell_leaders
from bot.services.shared.access import actor, actor_by_slack
from bot.services.shared.placing import duty_now
from bot.services.watch.raising import STOP, raise_alert
from bot.texts import when

log = structlog.get_logger(__name__)

CLI = "cli"
MOST_REASON = 500  # letters

FindActor = Callable[[Tx, Context], Actor | None]


@dataclass(frozen=True, slots=True)
class Ordered:
    """What a stop has done. `told` is how many leaders are told of it."""

    stopped: tuple[NamndId, ...]
    already: tuple[NamndId, ...]
    told: int = 0


def by_email(email: str) -> FindActor:
    """Return how to find whoever acts from the command line."""

    def find(tx: Tx, ctx: Context) -> Actor | None:
        staff = tx.staff.by_email(email.strip())
        return None if staff is None else actor(tx, ctx, staff)

    return find


def by_slack(slack_user_id: str) -> FindActor:
    """Return how to find whoever acts in Slack; a stranger is refused, and logged as who they are there."""
    return lambda tx, ctx: actor_by_slack(tx, ctx, slack_user_id)


async def stop_sending(who: FindActor, reason: str, namnd: NamndId | None, *, ctx: Context) -> Ordered:
    """Stop one nämnd, or all of them where `namnd` is None; doing it again changes nothing.

    Leaders are told, whoever has duty now too, and the clocks of the incident start. Raises NotAllowed (logged),
    BadInput, and NotFound for a nämnd that there is not.
    """
    written = clean_reason(reason)
    if namnd is not None and namnd not in ctx.rules.namnder:
        raise NotFound
    wanted = sorted(ctx.rules.namnder) if namnd is None else [namnd]

    def change(tx: Tx) -> Ordered:
        staff = require_act(tx, ctx, who, Act.STOP, wanted)
        standing = {stop.namnd for stop in tx.incidents.stops()}
        fresh = [one for one in wanted if one not in standing]
        if not fresh:
            return Ordered((), tuple(wanted))
        incident_id, now = new_id(), ctx.clock.now()
        stopped = tx.incidents.begin(incident_id, fresh, staff.id, written, now)
        if not stopped:
            return Ordered((), tuple(wanted))  # another instance was first
        for clock in begin_clocks(incident_id, stopped, now, iter(new_case_code, "")):
            tx.incidents.save_clock(clock)
        tx.views.mark_all_dirty()  # what somebody has open goes from the screen
        for one in stopped:
            short_name = ctx.rules.namnder[one].short_name
            raise_alert(tx, ctx, AlertCode.STOPPED, f"{STOP}:{one}", namnd=short_name)
        told = _tell(tx, ctx, incident_id, stopped)
        return Ordered(tuple(stopped), tuple(one for one in wanted if one not in stopped), told)

    ordered = await ctx.store.write(change)
    log.warning("stopped", namnder=len(ordered.stopped), already=len(ordered.already))
    return ordered


def require_act(tx: Tx, ctx: Context, who: FindActor, act: Act, namnder: list[NamndId]) -> Staff:
    """Return who it is, when they may, and log it; raises NotAllowed with the entry logged instead."""
    found = who(tx, ctx)
    answer = Denied("not_staff") if found is None else may_act(found, act, namnder, ctx.clock.now())
    name = CLI if found is None else found.staff.id
    if found is None or isinstance(answer, Denied):
        reason = answer.reason if isinstance(answer, Denied) else "not_staff"
        where = namnder[0] if namnder else None
        what = "bot" if where is None else f"namnd:{where}"
        raise NotAllowed(reason, audit=AuditEntry(name, act.value, what, reason, where, is_allowed=False))
    for namnd in namnder:
        tx.audit.record(AuditEntry(name, act.value, f"namnd:{namnd}", answer.ground, namnd))
    return found.staff


def clean_reason(reason: str) -> str:
    """Return it in one line; raises BadInput when there is none, or too much of it."""
    written = " ".join(reason.split())
    if not written or len(written) > MOST_REASON:
        raise BadInput({"reason": "incident_reason"})
    return written


def _tell(tx: Tx, ctx: Context, incident_id: str, stopped: list[NamndId]) -> int:
    at = when(ctx.clock.now(), ctx.clock.now())
    told = tell_leaders(tx, ctx, stopped, "incident_stopped", dedupe=incident_id, namnd=names(ctx, stopped), at=at)
    known = {person.id for person in leaders(tx, stopped)}
    for namnd in stopped:
        lead = duty_now(tx, ctx, ctx.rules.namnder[namnd], ctx.clock.now()).lead
        if lead is not None and lead.staff_id not in known:
            tell(tx, lead.staff_id, "incident_on_duty", dedupe=incident_id, namnd=names(ctx, stopped), at=at)
    return told
