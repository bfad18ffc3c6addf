"""The clocks of an incident: leaders are reminded before they run out and while overdue, and tick them off."""

from functools import partial

import structlog

from bot.domain.errors import AuditEntry, BadInput, NotAllowed, NotFound, Stale
from bot.domain.ids import NamndId
from bot.domain.incident import WITHIN, IncidentClock, IncidentDuty, leads, may_act
from bot.domain.secrecy import Act, Actor, Allowed, Denied
from bot.ports import Tx
from bot.services.context import Context
from bot.services.incident.stop import CLI, FindActor
from bot.services.incident.telling import names, tell_leaders
from bot.services.shared.alone import alone
from bot.texts import when

log = structlog.get_logger(__name__)

MOST_REFERENCE = 200  # letters
WHAT = "incident_clock"  # in the audit log


async def settle_incident(who: FindActor, clock_id: str, reference: str, *, ctx: Context) -> IncidentClock:
    """Tick off one clock with what was done (a reference, never content); return it.

    When the notification is ticked off the final report runs from then. Raises NotAllowed (logged), NotFound, Stale
    when it is ticked off already, and BadInput.
    """
    written = " ".join(reference.split())
    if not written or len(written) > MOST_REFERENCE:
        raise BadInput({"reference": "incident_reference"})

    def change(tx: Tx) -> IncidentClock:
        clock = tx.incidents.clock(clock_id.strip().upper(), lock=True)
        found = who(tx, ctx)
        if found is None:
            raise _denied(CLI, "", "not_staff", None)
        staff = found.staff
        if clock is None:
            _require_leader(ctx, found)
            raise NotFound
        concerned = [clock.namnd] if clock.namnd is not None else tx.incidents.namnder_of(clock.incident_id)
        answers = [may_act(found, Act.SETTLE_INCIDENT, [namnd], ctx.clock.now()) for namnd in concerned]
        if not any(isinstance(answer, Allowed) for answer in answers):
            reason = next((answer.reason for answer in answers if isinstance(answer, Denied)), "lift_leaders_only")
            raise _denied(staff.id, clock.id, reason, clock.namnd)
        if clock.done_at is not None:
            raise Stale
        now = ctx.clock.now()
        done = clock.done(staff.id, written, now)
        tx.incidents.save_clock(done)
        if clock.duty is IncidentDuty.NOTIFICATION:
            for other in tx.incidents.clocks_of(clock.incident_id):
                if other.duty is IncidentDuty.FINAL_REPORT and other.done_at is None:
                    tx.incidents.save_clock(other.counted_from(now))
        what = f"{WHAT}:{clock.id}"
        tx.audit.record(AuditEntry(staff.id, Act.SETTLE_INCIDENT.value, what, "leader", clock.namnd))
        return done

    return await ctx.store.write(change)


def _require_leader(ctx: Context, found: Actor) -> None:
    """Raise NotAllowed for whoever leads nowhere: only leaders hear that there is no such clock."""
    led = sorted(leads(found.staff))
    answer = may_act(found, Act.SETTLE_INCIDENT, led, ctx.clock.now())
    if isinstance(answer, Denied):
        raise _denied(found.staff.id, "", answer.reason, None)


def _denied(actor: str, clock_id: str, reason: str, namnd: NamndId | None) -> NotAllowed:
    what = f"{WHAT}:{clock_id}"
    return NotAllowed(reason, audit=AuditEntry(actor, Act.SETTLE_INCIDENT.value, what, reason, namnd, is_allowed=False))


async def remind_of_incidents(*, ctx: Context) -> int:
    """Tell leaders of the clocks that run out, or have; return of how many. Safe to run late or twice."""
    due = await ctx.store.read(lambda tx: tx.incidents.clocks_due(ctx.clock.now()))
    told = 0
    for clock_id in due:
        told += await alone(ctx, partial(_remind, ctx=ctx, clock_id=clock_id), event="incident_clock_left_behind")
    return told


def _remind(tx: Tx, *, ctx: Context, clock_id: str) -> bool:
    now = ctx.clock.now()
    clock = tx.incidents.clock(clock_id, lock=True)
    if clock is None or clock.done_at is not None or clock.next_at is None or clock.next_at > now:
        return False  # another instance was first
    concerned = [clock.namnd] if clock.namnd is not None else tx.incidents.namnder_of(clock.incident_id)
    tell_leaders(
        tx,
        ctx,
        concerned,
        "incident_overdue" if clock.is_overdue(now) else "incident_due",
        dedupe=f"{clock.id}:{clock.next_at.isoformat()}",
        by_sms=clock.duty in WITHIN or clock.is_overdue(now),
        what=ctx.texts.staff(f"incident.{clock.duty.value}"),
        namnd=names(ctx, concerned),
        at=when(clock.due_at, now),
        code=clock.id,
    )
    tx.incidents.save_clock(clock.reminded(now))
    return True
