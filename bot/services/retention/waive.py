"""A leader decides that something need not go to the record: it may then be deleted without being carried over."""

from bot.domain.errors import AuditEntry, BadInput
from bot.domain.retention import Waiver
from bot.domain.secrecy import Act
from bot.ports import Tx
from bot.services.context import Context
from bot.services.retention.acting import named_by


async def waive(code: str, reason: str, reference: str, *, ctx: Context, as_email: str) -> int:
    """Waive all that is closed under a code and not in the record yet; return how many conversations.

    What comes in later is not covered. Raises NotAllowed, BadInput or Busy.
    """

    def change(tx: Tx) -> int:
        known = named_by(tx, ctx, code, as_email, Act.RETAIN)
        if not reason.strip():
            raise BadInput({"reason": "why_missing"})
        if not reference.strip():
            raise BadInput({"reference": "decision_missing"})
        waived = tx.retention.to_waive(known.named.conversations)
        for conversation_id in waived:
            now = ctx.clock.now()
            tx.retention.waive(
                Waiver(conversation_id, known.namnd, now, known.by.id, reason.strip(), reference.strip())
            )
            subject = f"conversation:{conversation_id}"
            tx.audit.record(AuditEntry(known.by.id, "waive", subject, known.ground, known.namnd))
        return len(waived)

    return await ctx.store.write(change)
