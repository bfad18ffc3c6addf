"""Where a conversation goes when Slack would not take its card where it should stand."""

from bot.domain.conversation import Conversation, Ground
from bot.domain.ids import StaffId
from bot.domain.rules import NamndRules
from bot.ports import Post, Tx
from bot.services.shared.placing import Destination, leaders_or_channel


def next_place(
    tx: Tx, namnd: NamndRules, avoid: frozenset[StaffId], conversation: Conversation, refused: Post
) -> Destination | None:
    """Return the leaders whom a card can still reach, or else the team channel; None when nobody is left."""
    leaders, _ = leaders_or_channel(tx, namnd, avoid)
    able = tuple(p for p in leaders if not _is_closed(tx, conversation, f"staff:{p.id}", refused))
    if able:
        return Destination(Ground.NOBODY, able, namnd=namnd.id)
    if not namnd.team_channel or _is_closed(tx, conversation, f"channel:{namnd.team_channel}", refused):
        return None
    return Destination(Ground.NOBODY, channel=namnd.team_channel, namnd=namnd.id)


def has_it_already(tx: Tx, conversation: Conversation, where: Destination) -> bool:
    """Tell whether it has been put there since the newest text: once more would draw what fails again, without end."""
    newest = conversation.routes[-1] if conversation.routes else None
    is_there = all(tx.posts.card(conversation.id, target) is not None for target in where.targets)
    return newest is not None and newest.ground is Ground.NOBODY and is_there


def was_to_sound(conversation: Conversation) -> bool:
    """Tell whether the newest text was to make somebody's phone sound: then it is the next one's that does."""
    pinged_at, newest_at = conversation.pinged_at, conversation.last_activity_at
    return conversation.is_unanswered and pinged_at is not None and (newest_at is None or pinged_at >= newest_at)


def _is_closed(tx: Tx, conversation: Conversation, target: str, refused: Post) -> bool:
    """A place is closed when Slack has just refused a card there, or did so before and none has ever stood there."""
    if target == refused.target:
        return True
    post = tx.posts.card(conversation.id, target)
    return post is not None and post.ts is None and tx.outbox.was_refused(f"post:{post.id}")
