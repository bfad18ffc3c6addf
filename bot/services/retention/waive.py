"""A leader decides that something need not go to the record: it may then be deleted without being carried over.

What was written to the unit outside every summons has no other mark than this: the reason may be that it is there.
"""

from bot.domain.case_ref import clean_ref
from bot.domain.deadline import EventKind
from bot.domain.errors import AuditEntry, BadInput
from bot.domain.people import World
from bot.domain.retention import Carried, CarriedGround, Waiver
from bot.domain.secrecy import Act
from bot.ports import Tx
from bot.services.clocks.changing import event
from bot.services.context import Context
from bot.services.retention.acting import case_of, named_by


async def waive(
    code: str, reason: str, reference: str, *, ctx: Context, as_email: str, world: World = World.BEREDSKAP
) -> int:
    """Waive all that is closed under a code and not in the record yet; return how many conversations.

    What comes in later is not covered. Raises NotAllowed, BadInput or Busy.
    """

    def change(tx: Tx) -> int:
        known = named_by(tx, ctx, code, as_email, Act.RETAIN, world)
        _require_why(reason, reference)
        of_unit = world is World.MYNDIGHET
        waived = (tx.clocks_kept.texts_to_waive if of_unit else tx.retention.to_waive)(known.named.conversations)
        for conversation_id in waived:
            now = ctx.clock.now()
            tx.retention.waive(
                Waiver(conversation_id, known.namnd, now, known.by.id, reason.strip(), reference.strip())
            )
            subject = f"conversation:{conversation_id}"
            tx.audit.record(AuditEntry(known.by.id, "waive", subject, known.ground, known.namnd, world=world))
        return len(waived)

    return await ctx.store.write(change)


async def waive_case(namnd: str, case_ref: str, reason: str, reference: str, *, ctx: Context, as_email: str) -> int:
    """Waive the clocks of a case that have ended and are not in the record yet; return how many.

    Raises NotAllowed, BadInput or Busy.
    """

    def change(tx: Tx) -> int:
        case = case_of(tx, ctx, namnd, case_ref, as_email)
        _require_why(reason, reference)
        waived = tx.clocks_kept.to_waive(case.namnd, clean_ref(case_ref))
        for deadline_id in waived:
            clock = tx.deadlines.get(deadline_id, lock=True)
            if clock is None or clock.is_running:
                continue
            now = ctx.clock.now()
            tx.clocks_kept.carry(
                Carried(deadline_id, CarriedGround.WAIVED, now, case.by.id, reference.strip(), reason.strip())
            )
            tx.deadlines.note(event(ctx, clock, EventKind.WAIVED, case.by.id))
            subject = f"deadline:{deadline_id}"
            entry = AuditEntry(case.by.id, "waive", subject, case.ground, case.namnd, world=World.MYNDIGHET)
            tx.audit.record(entry)
        return len(waived)

    return await ctx.store.write(change)


def _require_why(reason: str, reference: str) -> None:
    if not reason.strip():
        raise BadInput({"reason": "why_missing"})
    if not reference.strip():
        raise BadInput({"reference": "decision_missing"})
