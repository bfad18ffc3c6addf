"""Take back our own posts, about something or in a channel, when something stands where it should not."""

from dataclasses import dataclass, field

from bot.domain.errors import AuditEntry, BadInput
from bot.domain.ids import NamndId
from bot.domain.outbound import OutboxKind, Priority
from bot.domain.people import Role, World
from bot.domain.secrecy import Act
from bot.ports import Post, Tx
from bot.services.context import Context
from bot.services.retention.acting import named_by, staff_at
from bot.services.shared.access import require_namnd
from bot.services.shared.episodes import home_of


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What is taken back: everything about a case code, or everything of ours in a channel."""

    reason: str = field(repr=False)
    code: str | None = None
    channel: str | None = None


async def withdraw_posts(wanted: Withdrawal, *, ctx: Context, as_email: str) -> int:
    """Have the posts deleted; return how many still stand, so asking again tells how far it has come.

    A conversation that goes on is put before people anew with its next text. Raises NotAllowed, BadInput or Busy.
    """

    def change(tx: Tx) -> int:
        if not wanted.reason.strip():
            raise BadInput({"reason": "why_missing"})
        posts = _about(tx, ctx, wanted, as_email) if wanted.code else _in_channel(tx, ctx, wanted, as_email)
        for post in posts:
            tx.outbox.add(
                OutboxKind.WITHDRAW,
                f"post:{post.id}",
                {"channel": post.channel, "ts": post.ts, "gone": post.id},
                dedupe_key=f"take_back:{post.channel}:{post.ts}",
                priority=Priority.URGENT,
            )
            if post.is_current:
                tx.posts.retire(post.id)  # nothing is written in its place
        return len(posts)

    return await ctx.store.write(change)


def _about(tx: Tx, ctx: Context, wanted: Withdrawal, as_email: str) -> list[Post]:
    known = named_by(tx, ctx, wanted.code or "", as_email, Act.RETAIN)
    posts = tx.posts.standing(known.named.conversations)
    for conversation_id in known.named.conversations:
        what = f"conversation:{conversation_id}"
        entry = AuditEntry(known.by.id, "withdraw_posts", what, "leader", known.namnd, world=World.BEREDSKAP)
        tx.audit.record(entry)
    return posts


def _in_channel(tx: Tx, ctx: Context, wanted: Withdrawal, as_email: str) -> list[Post]:
    """Whoever asks must lead every nämnd whose posts stand there. What is of the other world is left alone."""
    channel = (wanted.channel or "").strip()
    who = staff_at(tx, ctx, as_email, Act.RETAIN)
    found = [(post, _namnd_of(tx, ctx, post)) for post in tx.posts.standing_in(channel)]
    posts = [post for post, _ in found if not _is_of_other_world(tx, post)]
    concerned = {namnd for post, namnd in found if namnd is not None and post in posts}
    concerned |= {namnd.id for namnd in ctx.rules.namnder.values() if namnd.team_channel == channel}
    led = who.staff.namnder(Role.LEADER)
    for namnd in sorted(concerned or led or set(ctx.rules.namnder)):
        require_namnd(tx, ctx, who, Act.RETAIN, namnd)
    details: dict[str, str | int | bool | None] = {"posts": len(posts)}
    tx.audit.record(AuditEntry(who.staff.id, "withdraw_posts", f"channel:{channel}", "leader", details=details))
    return posts


def _namnd_of(tx: Tx, ctx: Context, post: Post) -> NamndId | None:
    conversation = None if post.conversation_id is None else tx.conversations.get(post.conversation_id)
    if conversation is not None:
        return home_of(ctx, conversation)
    digest = None if post.digest_id is None else tx.digests.get(post.digest_id)
    return None if digest is None else digest.namnd


def _is_of_other_world(tx: Tx, post: Post) -> bool:
    conversation = None if post.conversation_id is None else tx.conversations.get(post.conversation_id)
    is_clock = post.kind in {"clocks", "clock", "unit"}
    return is_clock or (conversation is not None and conversation.world is not World.BEREDSKAP)
