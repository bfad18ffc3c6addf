"""Keep something from every deletion, for as long as a case before a court or a review lasts; and let it go again."""

from dataclasses import dataclass, field, replace
from datetime import date

from bot.domain.calendar import local
from bot.domain.case_ref import clean_ref
from bot.domain.errors import AuditEntry, BadInput, NotFound
from bot.domain.ids import StaffId, new_id
from bot.domain.people import Role, World
from bot.domain.retention import LegalHold
from bot.domain.secrecy import Act, Actor
from bot.ports import Tx
from bot.services.context import Context
from bot.services.retention.acting import case_of, known_namnd, named_by, staff_at
from bot.services.shared.access import require_namnd


@dataclass(frozen=True, slots=True)
class HoldWanted:
    """What is to be held: a nämnd as a whole, what a case code stands for, or with a nämnd a case of myndighet.

    `until` is a local day, included.
    """

    reference: str = field(repr=False)
    namnd: str | None = None
    code: str | None = None
    until: date | None = None
    case_ref: str | None = None
    world: World = World.BEREDSKAP


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
    whom = subject_of(hold)
    entry = AuditEntry(hold.set_by, "set_hold", whom, "leader", hold.namnd, details=details, world=hold.world)
    tx.audit.record(entry)


def let_go(tx: Tx, ctx: Context, hold: LegalHold, by: StaffId) -> None:
    """Lift it for a leader who may. Raises NotFound when somebody else has."""
    if not tx.retention.lift_hold(hold.id, by, ctx.clock.now()):
        raise NotFound
    details = {"hold": hold.id}
    entry = AuditEntry(by, "lift_hold", subject_of(hold), "leader", hold.namnd, details=details, world=hold.world)
    tx.audit.record(entry)


async def lift_hold(hold_id: str, *, ctx: Context, as_email: str) -> None:
    """Let it go: what is old enough goes with the next run. Raises NotAllowed, NotFound or Busy."""

    def change(tx: Tx) -> None:
        who = staff_at(tx, ctx, as_email, Act.RETAIN)
        hold = tx.retention.hold(hold_id)
        _require_hold(tx, ctx, who, hold)  # whoever may not is not told whether there is one
        if hold is None:
            unknown = AuditEntry(who.staff.id, "lift_hold", "hold", "no_such_hold", is_allowed=False)
            raise NotFound(audit=unknown)
        let_go(tx, ctx, hold, who.staff.id)

    await ctx.store.write(change)


async def list_holds(namnd: str, *, ctx: Context, as_email: str, world: World = World.BEREDSKAP) -> list[LegalHold]:
    """Return what is on hold in a nämnd now, as set in a world. Raises NotAllowed, BadInput or Busy."""

    def change(tx: Tx) -> list[LegalHold]:
        who = staff_at(tx, ctx, as_email, Act.RETAIN)
        known = known_namnd(ctx, namnd)
        require_namnd(tx, ctx, who, Act.RETAIN, known, world)
        standing = tx.retention.holds(known, local(ctx.clock.now()).date())
        return [hold for hold in standing if hold.world is world]

    return await ctx.store.write(change)


def _require_hold(tx: Tx, ctx: Context, who: Actor, hold: LegalHold | None) -> None:
    """Let a leader of whose it is go on; of what is not there, one who leads anywhere."""
    if hold is not None:
        require_namnd(tx, ctx, who, Act.RETAIN, hold.namnd, hold.world)
        return
    led = [(namnd, world) for world in World for namnd in sorted(who.staff.namnder(Role.LEADER, world=world))]
    namnd, world = next(iter(led), (next(iter(sorted(ctx.rules.namnder))), World.BEREDSKAP))
    require_namnd(tx, ctx, who, Act.RETAIN, namnd, world)


def subject_of(hold: LegalHold) -> str:
    """Return what is held, as the log names it."""
    if hold.conversation_id is not None:
        return f"conversation:{hold.conversation_id}"
    if hold.case_key is not None:
        return f"case:{hold.id}"  # its reference does not go into the log
    return f"namnd:{hold.namnd}" if hold.youth_id is None else f"youth:{hold.youth_id}"


def _holds(tx: Tx, ctx: Context, wanted: HoldWanted, as_email: str) -> list[LegalHold]:
    now = ctx.clock.now()
    reference = wanted.reference.strip()
    if wanted.case_ref is not None:
        case = case_of(tx, ctx, wanted.namnd or "", wanted.case_ref, as_email)
        key = clean_ref(wanted.case_ref).upper()
        held = LegalHold(new_id(), case.namnd, reference, case.by.id, now, until=wanted.until, case_key=key)
        return [replace(held, world=World.MYNDIGHET)]
    if wanted.code is None:
        who = staff_at(tx, ctx, as_email, Act.RETAIN)
        namnd = known_namnd(ctx, wanted.namnd or "")
        require_namnd(tx, ctx, who, Act.RETAIN, namnd, wanted.world)
        whole = LegalHold(new_id(), namnd, reference, who.staff.id, now, until=wanted.until)
        return [replace(whole, world=wanted.world)]
    known = named_by(tx, ctx, wanted.code, as_email, Act.RETAIN, wanted.world)
    one = LegalHold(new_id(), known.namnd, reference, known.by.id, now, until=wanted.until, world=wanted.world)
    if known.named.youth_id is not None:
        return [replace(one, youth_id=known.named.youth_id)]
    return [replace(one, id=new_id(), conversation_id=found) for found in known.named.conversations]
