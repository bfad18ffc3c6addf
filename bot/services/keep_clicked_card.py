"""Two cards may say the same after an uncertain post: the first click tells which to keep."""

from collections.abc import Callable

from bot.domain.ids import ConversationId, DigestId
from bot.domain.outbound import OutboxKind
from bot.ports import Post, Posted, Tx
from bot.services.context import Context
from bot.services.shared.digest_posts import refresh_digest_post
from bot.services.shared.placing import refresh_card


async def keep_clicked_card(conversation_id: str, channel: str, ts: str, *, ctx: Context) -> bool:
    """Keep the card that was clicked and withdraw its twin; return whether there may be one.

    Where the repetition stands is known. Where the first one may stand is found out when it is withdrawn.
    """

    return await ctx.store.write(
        lambda tx: _keep(tx, tx.posts.cards_of(ConversationId(conversation_id)), channel, ts, refresh_card)
    )


async def keep_clicked_digest(digest_id: str, channel: str, ts: str, *, ctx: Context) -> bool:
    """The same for the post of a handover."""
    return await ctx.store.write(
        lambda tx: _keep(tx, tx.posts.digest_posts(DigestId(digest_id)), channel, ts, refresh_digest_post)
    )


def _keep(tx: Tx, posts: list[Post], channel: str, ts: str, refresh: Callable[[Tx, Post], None]) -> bool:
    for post in posts:
        if post.channel != channel or post.ts is None or not post.is_repeat:
            continue
        if post.ts == ts:
            payload = {"channel": channel, "twin_of": ts}
        elif tx.posts.at(channel, ts) is None:
            payload = {"channel": channel, "ts": post.ts, "twin_of": ts}
            tx.posts.placed(post.id, Posted(channel, ts))
        else:
            continue
        key = f"withdraw:{channel}:{post.ts}"
        tx.outbox.add(OutboxKind.WITHDRAW, f"post:{post.id}", payload, dedupe_key=key)
        tx.posts.mark_repeat(post.id, False)
        refresh(tx, post)
        return True
    return False
