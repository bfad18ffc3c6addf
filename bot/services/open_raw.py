"""What came in and our own code could not digest, shown as it is."""

import json

from bot.domain.conversation import Ground
from bot.domain.duty import DutyState
from bot.domain.errors import AuditEntry, NotAllowed, NotFound
from bot.domain.outbound import Priority
from bot.domain.people import Role, World
from bot.ports import Incoming, Tx
from bot.services.context import Context
from bot.services.shared.access import actor_by_slack
from bot.services.shared.placing import duty_now, notice


def park(tx: Tx, ctx: Context, row: Incoming) -> None:
    """Set a row aside and tell whoever has duty, and the leaders: a bug of ours must not silence a child."""
    tx.inbox.park(row.id)
    tx.audit.record(AuditEntry("system", "parked", f"inbox:{row.id}", row.provider))
    told = set()
    for namnd in ctx.rules.namnder.values():
        found = duty_now(tx, ctx, namnd, ctx.clock.now())
        if found.lead is not None:
            told.add(found.lead.staff_id)
        if found.state is not DutyState.BEREDSKAP:
            told.update(p.id for p in tx.staff.with_role(Role.LEADER, namnd.id))
    for staff_id in sorted(told):
        notice(
            tx,
            staff_id,
            "parked",
            dedupe=f"parked:{row.id}",
            priority=Priority.URGENT,
            button="open_raw",
            value=str(row.id),
        )


async def open_raw(slack_user_id: str, row_id: int, *, ctx: Context) -> str:
    """Return the payload of a parked row as readable lines, logged. For those it was put before; else NotAllowed."""

    def change(tx: Tx) -> str:
        actor = actor_by_slack(tx, ctx, slack_user_id)
        what = f"inbox:{row_id}"
        leads = actor.staff.namnder(Role.LEADER, world=World.BEREDSKAP)
        if not actor.on_duty and not leads:
            entry = AuditEntry(actor.staff.id, "read_raw", what, "not_on_duty", is_allowed=False)
            raise NotAllowed("not_on_duty", audit=entry)
        row = tx.inbox.get(row_id)
        if row is None:
            raise NotFound
        ground = Ground.DUTY.value if actor.on_duty else "leader"
        tx.audit.record(AuditEntry(actor.staff.id, "read_raw", what, ground))
        return readable(row.raw)

    return await ctx.store.write(change)


def readable(raw: str) -> str:
    """Return a raw payload as lines; whatever it is, something is returned."""
    try:
        pairs = json.loads(raw)
        shown = {"From", "To", "Body", "NumMedia"}
        return "\n".join(f"{name}: {value}" for name, value in pairs if name in shown) or raw[:2500]
    except (ValueError, TypeError):
        return raw[:2500]
