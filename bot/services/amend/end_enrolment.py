"""End an enrolment: the youth is no longer known by name to anybody, and our own texts stop."""

from dataclasses import replace

from bot.domain.errors import AuditEntry, BadInput
from bot.domain.ids import YouthId
from bot.domain.secrecy import Act
from bot.ports import Tx
from bot.services.amend.drawing import draw_again
from bot.services.context import Context
from bot.services.retention.acting import Known, named_by


async def end_enrolment(code: str, reference: str, *, ctx: Context, as_email: str) -> None:
    """End it, by the decision with this reference; ending it again changes nothing. What comes in is still received.

    From now the days of `ended_youths` in [retention] are counted. Raises NotAllowed, BadInput or Busy.
    """

    def change(tx: Tx) -> None:
        known = named_by(tx, ctx, code, as_email, Act.AMEND)
        end(tx, ctx, known, reference)

    await ctx.store.write(change)


def end(tx: Tx, ctx: Context, known: Known, reference: str) -> None:
    """End it for somebody who may. Conversations that are open stay so, with whoever has them. Raises BadInput."""
    youth = None if known.named.youth_id is None else tx.people.youth(known.named.youth_id)
    if youth is None:
        raise BadInput({"code": "nobody_enrolled"})
    if not reference.strip():
        raise BadInput({"reference": "decision_missing"})
    if not youth.is_active or not tx.once("end_enrolment", youth.id):
        return
    tx.people.save_youth(replace(youth, is_active=False))
    tx.retention.end(YouthId(youth.id), ctx.clock.now(), known.by.id, reference.strip())
    tx.audit.record(AuditEntry(known.by.id, "end_enrolment", f"youth:{youth.id}", known.ground, youth.namnd))
    draw_again(tx, known)
