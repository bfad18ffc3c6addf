"""What leaves when a handover changes: its posts are drawn again, and what has turned up is said openly."""

from bot.domain.conversation import Conversation
from bot.domain.handover import Episode
from bot.domain.ids import DigestId, NamndId, new_id
from bot.domain.outbound import OutboxKind, Priority
from bot.ports import Post, Tx

LATELY = 2  # episodes of a conversation that a text or an answer may still change


def refresh_digest_post(tx: Tx, post: Post, *, priority: Priority = Priority.NORMAL) -> None:
    """Have one post of a handover drawn anew. Several waiting updates of one post are folded into one."""
    tx.outbox.add(
        OutboxKind.DIGEST,
        f"post:{post.id}",
        {"post": post.id},
        dedupe_key=f"digest:{post.id}:{new_id()}",
        fold_key=f"digest:{post.id}",
        priority=priority,
    )


def refresh_digest(tx: Tx, digest_id: DigestId) -> None:
    for post in tx.posts.digest_posts(digest_id):
        refresh_digest_post(tx, post)


def refresh_newest(tx: Tx, namnd: NamndId) -> None:
    """Have the newest handover of a nämnd drawn anew: what is left from earlier days stands there too."""
    newest = tx.digests.newest(namnd)
    if newest is not None:
        refresh_digest(tx, newest.id)


def refresh_handovers(tx: Tx, conversation: Conversation) -> None:
    """Have the handovers drawn anew that what happens in a conversation now can change.

    Those are the newest of the nämnd, and those of its last two episodes: a text or an answer says nothing new of
    what came before.
    """
    episodes = tx.episodes.of_conversation(conversation.id)
    if any(episode.digest_id is not None for episode in episodes):
        _refresh_all(tx, episodes[-LATELY:])


def refresh_episode(tx: Tx, episode: Episode) -> None:
    """Have the handovers drawn anew in which an episode stands: its own, and the newest of the nämnd."""
    _refresh_all(tx, [episode])


def _refresh_all(tx: Tx, episodes: list[Episode]) -> None:
    posted = {episode.digest_id for episode in episodes if episode.digest_id is not None}
    for namnd in sorted({episode.namnd for episode in episodes}):
        newest = tx.digests.newest(namnd)
        if newest is not None:
            posted.add(newest.id)
    for digest_id in sorted(posted):
        refresh_digest(tx, digest_id)


def say_addendum(tx: Tx, episode: Episode, *, key: str, is_note: bool) -> None:
    """Say in the thread of each post of the handover what has turned up after it (*Tillägg 09.12*)."""
    if episode.digest_id is None:
        return
    for post in tx.posts.digest_posts(episode.digest_id):
        tx.outbox.add(
            OutboxKind.ADDENDUM,
            f"post:{post.id}",
            {"post": post.id, "episode": episode.id, "is_note": is_note},
            dedupe_key=f"addendum:{post.id}:{key}",
        )
