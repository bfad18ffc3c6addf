"""Bekräfta: inga fler sms. What somebody wrote about wanting no more sms counts when a person has said so."""

from bot.domain.consent import StopState, settled
from bot.domain.errors import AuditEntry, Stale
from bot.domain.secrecy import Act
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.access import actor_by_slack, contact_of, locked, require
from bot.services.shared.consent import stop_of
from bot.services.shared.placing import refresh


async def settle_wish(
    slack_user_id: str, conversation_id: str, shown: StopState, key: str, *, is_meant: bool, ctx: Context
) -> None:
    """Say what was meant by a text that seemed to ask for no more sms, or for them again (`shown`), once.

    Raises NotAllowed, or Stale when it has been settled meanwhile.
    """

    def change(tx: Tx) -> None:
        conversation = locked(tx, conversation_id)
        actor = actor_by_slack(tx, ctx, slack_user_id)
        require(tx, ctx, actor, Act.SETTLE_WISH, conversation, contact_of(tx, conversation))
        if not tx.once("click", key):
            return
        stop = stop_of(tx, conversation)
        if stop is None or stop.state is not shown:
            raise Stale
        answer = settled(stop, is_meant=is_meant, by=actor.staff.id, at=ctx.clock.now())
        tx.consents.save_stop(answer)
        what = f"contact:{conversation.contact_id}"
        details = {"asked": shown.value, "meant": is_meant}
        tx.audit.record(
            AuditEntry(
                actor.staff.id,
                "settled_wish",
                what,
                answer.state.value,
                conversation.namnd,
                details=details,
                world=conversation.world,
            )
        )
        refresh(tx, conversation)

    await ctx.store.write(change)
