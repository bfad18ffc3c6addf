"""Two cards may say the same after an uncertain post: the first click tells which to keep."""

from bot.domain.ids import ConversationId
from bot.domain.outbound import OutboxKind
from bot.ports import Posted, Tx
from bot.services.context import Context


async def keep_clicked_card(conversation_id: str, channel: str, ts: str, *, ctx: Context) -> bool:
    """Keep the card that was clicked and withdraw its twin; return whether there was one."""

    def change(tx: Tx) -> bool:
        for post in tx.posts.cards_of(ConversationId(conversation_id)):
            known = post.channel == channel and post.ts is not None
            if known and post.is_repeat and post.ts != ts and tx.posts.at(channel, ts) is None:
                payload = {"channel": channel, "ts": post.ts}
                key = f"withdraw:{channel}:{post.ts}"
                tx.outbox.add(OutboxKind.WITHDRAW, f"post:{post.id}", payload, dedupe_key=key)
                tx.posts.placed(post.id, Posted(channel, ts))
                return True
        return False

    return await ctx.store.write(change)
