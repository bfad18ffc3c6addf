"""Keep something from every deletion, for as long as a case before a court or a review lasts; and let it go again."""

from dataclasses import dataclass, field, replace
from datetime import date

from bot.domain.calendar import local
from bot.domain.errors import AuditEntry, BadInput, NotFound
from bot.domain.ids import NamndId, StaffId, new_id
from bot.domain.people import Role
from bot.domain.retention import LegalHold
from bot.domain.secrecy import Act
from bot.ports import Tx
from bot.services.context import Context
from bot.services.retention.acting import named_by, staff_at
from bot.services.shared.access import require_namnd


@dataclass(frozen=True, slots=True)
class HoldWanted:
    """What is to be held: a nämnd as a whole, or what a case code stands for. `until` is a local day, included."""

    reference: str = field(repr=False)
    namnd: str | None = None
    code: str | None = None
    until: date | None = None


async def set_hold(wanted: HoldWanted, *, ctx: Context, as_email: str) -> list[str]:
    """Put it on hold; return the ids of the holds. A youth's hold covers all that is written with or about them.

    Raises NotAllowed, BadInput or Busy.
    """

    def change(tx: Tx) -> list[str]:
        if not wanted.reference.strip():
            raise BadInput({"reference": "decision_missing"})
        if wanted.until is not None and wanted.until < local(ctx.clock.now()).date():
            raise BadInput({"until": "until_passed"})
        tx.retention.hold_still()
        holds = _holds(tx, ctx, wanted, as_email)
        for hold in holds:
            keep(tx, hold)
        return [hold.id for hold in holds]

    return await ctx.store.write(change)


def keep(tx: Tx, hold: LegalHold) -> None:
    """Put it on hold for a leader who may. `hold_still` goes before, in the same transaction."""
    tx.retention.add_hold(hold)
    details = {"hold": hold.id, "until": None if hold.until is None else hold.until.isoformat()}
    tx.audit.record(AuditEntry(hold.set_by, "set_hold", subject_of(hold), "leader", hold.namnd, details=details))


def let_go(tx: Tx, ctx: Context, hold: LegalHold, by: StaffId) -> None:
    """Lift it for a leader who may. Raises NotFound when somebody else has."""
    if not tx.retention.lift_hold(hold.id, by, ctx.clock.now()):
        raise NotFound
    entry = AuditEntry(by, "lift_hold", subject_of(hold), "leader", hold.namnd, details={"hold": hold.id})
    tx.audit.record(entry)


async def lift_hold(hold_id: str, *, ctx: Context, as_email: str) -> None:
    """Let it go: what is old enough goes with the next run. Raises NotAllowed, NotFound or Busy."""

    def change(tx: Tx) -> None:
        who = staff_at(tx, ctx, as_email, Act.RETAIN)
        hold = tx.retention.hold(hold_id)
        led = who.staff.namnder(Role.LEADER)
        asked_about = next(iter(sorted(led or ctx.rules.namnder))) if hold is None else hold.namnd
        require_namnd(tx, ctx, who, Act.RETAIN, asked_about)  # whoever may not is not told whether there is one
        if hold is None:
            unknown = AuditEntry(who.staff.id, "lift_hold", "hold", "no_such_hold", is_allowed=False)
            raise NotFound(audit=unknown)
        let_go(tx, ctx, hold, who.staff.id)

    await ctx.store.write(change)


async def list_holds(namnd: str, *, ctx: Context, as_email: str) -> list[LegalHold]:
    """Return what is on hold in a nämnd now. Raises NotAllowed, BadInput or Busy."""

    def change(tx: Tx) -> list[LegalHold]:
        who = staff_at(tx, ctx, as_email, Act.RETAIN)
        require_namnd(tx, ctx, who, Act.RETAIN, known_namnd(ctx, namnd))
        return tx.retention.holds(known_namnd(ctx, namnd), local(ctx.clock.now()).date())

    return await ctx.store.write(change)


def known_namnd(ctx: Context, namnd: str) -> NamndId:
    """Return the nämnd with this key; raises BadInput."""
    found = NamndId(namnd.strip())
    if found not in ctx.rules.namnder:
        raise BadInput({"namnd": "unknown_namnd"})
    return found


def subject_of(hold: LegalHold) -> str:
    """Return what is held, as the log names it."""
    if hold.conversation_id is not None:
        return f"conversation:{hold.conversation_id}"
    return f"namnd:{hold.namnd}" if hold.youth_id is None else f"youth:{hold.youth_id}"


def _holds(tx: Tx, ctx: Context, wanted: HoldWanted, as_email: str) -> list[LegalHold]:
    now = ctx.clock.now()
    if wanted.code is None:
        who = staff_at(tx, ctx, as_email, Act.RETAIN)
        namnd = known_namnd(ctx, wanted.namnd or "")
        require_namnd(tx, ctx, who, Act.RETAIN, namnd)
        return [LegalHold(new_id(), namnd, wanted.reference.strip(), who.staff.id, now, until=wanted.until)]
    known = named_by(tx, ctx, wanted.code, as_email, Act.RETAIN)
    one = LegalHold(new_id(), known.namnd, wanted.reference.strip(), known.by.id, now, until=wanted.until)
    if known.named.youth_id is not None:
        return [replace(one, youth_id=known.named.youth_id)]
    return [replace(one, id=new_id(), conversation_id=found) for found in known.named.conversations]
