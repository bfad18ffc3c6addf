"""What Home says of a nödstopp: to everybody that it stands, to leaders what must be reported, and the buttons."""

from bot.domain.errors import AuditEntry, NotAllowed
from bot.domain.ids import NamndId
from bot.domain.incident import leads, may_act
from bot.domain.incident_home import HomeReport, HomeStop, IncidentHome
from bot.domain.people import Staff
from bot.domain.secrecy import Act, Actor, Allowed, Denied
from bot.ports import Tx
from bot.services.context import Context
from bot.services.incident.telling import names
from bot.services.shared.access import actor_by_slack


def incident_home(tx: Tx, ctx: Context, staff: Staff) -> IncidentHome | None:
    """Return it; None for whom there is nothing to say or to press."""
    stops = [stop for stop in tx.incidents.stops() if stop.namnd in ctx.rules.namnder]
    answer = may_act(Actor(staff), Act.STOP, list(ctx.rules.namnder), ctx.clock.now())
    may_stop = isinstance(answer, Allowed)
    if not stops and not may_stop:
        return None
    return IncidentHome(
        stops=tuple(HomeStop(ctx.rules.namnder[stop.namnd].short_name, stop.since) for stop in stops),
        reports=_reports(tx, ctx, staff),
        can_stop=_namnder(ctx, [n for n in ctx.rules.namnder if all(stop.namnd != n for stop in stops)])
        if may_stop
        else (),
        can_lift=any(stop.namnd in leads(staff) for stop in stops),
    )


async def stoppable(slack_user_id: str, *, ctx: Context) -> tuple[tuple[NamndId, str], ...]:
    """Return the nämnder that somebody may stop now, with their names. Raises NotAllowed."""

    def query(tx: Tx) -> tuple[tuple[NamndId, str], ...]:
        found = actor_by_slack(tx, ctx, slack_user_id)
        answer = may_act(found, Act.STOP, list(ctx.rules.namnder), ctx.clock.now())
        if isinstance(answer, Denied):
            entry = AuditEntry(found.staff.id, Act.STOP.value, "bot", answer.reason, is_allowed=False)
            raise NotAllowed(answer.reason, audit=entry)
        standing = {stop.namnd for stop in tx.incidents.stops()}
        return _namnder(ctx, [namnd for namnd in ctx.rules.namnder if namnd not in standing])

    return await ctx.store.write(query)  # a refusal is logged


def _namnder(ctx: Context, chosen: list[NamndId]) -> tuple[tuple[NamndId, str], ...]:
    return tuple((namnd, ctx.rules.namnder[namnd].name) for namnd in chosen)


def _reports(tx: Tx, ctx: Context, staff: Staff) -> tuple[HomeReport, ...]:
    mine, found = leads(staff), []
    for clock in tx.incidents.running_clocks():
        concerned = [clock.namnd] if clock.namnd is not None else tx.incidents.namnder_of(clock.incident_id)
        if mine & set(concerned):
            is_overdue = clock.is_overdue(ctx.clock.now())
            found.append(HomeReport(clock.id, clock.duty, names(ctx, concerned), clock.due_at, is_overdue))
    return tuple(found)
