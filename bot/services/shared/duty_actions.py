"""What must be done today, on a day off or during a shift, is put before whoever has the duty."""

from bot.domain.conversation import Conversation, Ground, Route
from bot.domain.people import LinkedContact
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.episodes import home_of
from bot.services.shared.placing import duty_now


def put_before_duty(tx: Tx, ctx: Context, conversation: Conversation, contact: LinkedContact) -> Conversation:
    """Let whoever has the duty now reach the conversation, open or closed: they cannot do what they may not read.

    Returns it changed, not yet saved. Nothing is posted: Överlämning and App Home tell of it.
    """
    now = ctx.clock.now()
    found = duty_now(tx, ctx, ctx.rules.namnder[home_of(ctx, conversation)], now, contact.jav)
    if found.lead is None or conversation.was_routed_in(found.lead.id):
        return conversation
    return conversation.routed(Route(now, Ground.DUTY, found.lead.staff_id, found.lead.id))
