"""Where our own Slack messages are."""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session

from bot.clock import Clock
from bot.domain.ids import ConversationId, DigestId, new_id
from bot.ports import Post, Posted
from storage.tables import SlackPostRow

TABLE: sa.Table = SlackPostRow.__table__  # type: ignore[attr-defined]

# Made once: every card that is drawn asks these, and making a statement costs more than running it.
ONE: Final = sa.select(TABLE).where(TABLE.c.id == sa.bindparam("of"))
CARDS: Final = (
    sa.select(TABLE)
    .where(TABLE.c.conversation_id == sa.bindparam("of"), TABLE.c.kind == "card", TABLE.c.is_current.is_(True))
    .order_by(TABLE.c.created_at)
)
AT: Final = sa.select(TABLE).where(TABLE.c.channel == sa.bindparam("in_channel"), TABLE.c.ts == sa.bindparam("at_ts"))
DIGESTS: Final = (
    sa.select(TABLE)
    .where(TABLE.c.digest_id == sa.bindparam("of"), TABLE.c.kind == "digest", TABLE.c.is_current.is_(True))
    .order_by(TABLE.c.created_at, TABLE.c.id)
)
REPLIES: Final = (
    sa.select(TABLE.c.channel, TABLE.c.ts)
    .where(
        TABLE.c.digest_id == sa.bindparam("of"),
        TABLE.c.target == sa.bindparam("to"),
        TABLE.c.kind == "addendum",
        TABLE.c.channel.is_not(None),
        TABLE.c.ts.is_not(None),
    )
    .order_by(TABLE.c.created_at, TABLE.c.id)
)
DM_CHANNEL: Final = (
    sa.select(TABLE.c.channel).where(TABLE.c.target == sa.bindparam("to"), TABLE.c.channel.is_not(None)).limit(1)
)
COLUMNS: Final = tuple(column.name for column in TABLE.columns if column.name != "created_at")
CHANGE: Final = sa.update(TABLE).where(TABLE.c.id == sa.bindparam("of"))


class PostRows:
    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock
        self._cards: dict[ConversationId, list[Post]] = {}  # as this transaction has seen them

    def forget(self) -> None:
        """What has been seen may be old: somebody has been waited for."""
        self._cards.clear()

    def card(self, conversation_id: ConversationId, target: str) -> Post | None:
        return next((card for card in self.cards_of(conversation_id) if card.target == target), None)

    def ensure_card(self, conversation_id: ConversationId, target: str) -> tuple[Post, bool]:
        """Return the card of a conversation at one place, and whether it is new."""
        found = self.card(conversation_id, target)
        if found is not None:
            return found, False
        made = Post(new_id(), "card", conversation_id, target, None, None)
        self._add(made)
        return made, True

    def cards_of(self, conversation_id: ConversationId) -> list[Post]:
        if conversation_id not in self._cards:
            rows = self._session.connection().execute(CARDS, {"of": conversation_id})
            self._cards[conversation_id] = [_domain(row) for row in rows]
        return list(self._cards[conversation_id])

    def get(self, post_id: str) -> Post | None:
        row = self._session.connection().execute(ONE, {"of": post_id}).first()
        return None if row is None else _domain(row)

    def at(self, channel: str, ts: str) -> Post | None:
        row = self._session.connection().execute(AT, {"in_channel": channel, "at_ts": ts}).first()
        return None if row is None else _domain(row)

    def placed(self, post_id: str, posted: Posted, shown: str | None = None) -> None:
        """Remember where a post stands, and a digest of what it says there (None: not known)."""
        self._change(post_id, channel=posted.channel, ts=posted.ts, shown=shown)

    def dm_channel(self, target: str) -> str | None:
        """Return the channel of our DM with a member of staff, once something has been posted there."""
        found: str | None = self._session.connection().execute(DM_CHANNEL, {"to": target}).scalars().first()
        return found

    def mark_repeat(self, post_id: str, is_repeat: bool = True) -> None:
        """Let the card say that it may be a repetition, or no longer."""
        self._change(post_id, is_repeat=is_repeat)

    def lost(self, post_id: str) -> None:
        """Slack no longer has this post: the next update posts it anew."""
        self._change(post_id, ts=None)

    def standing(self, conversations: Sequence[ConversationId]) -> list[Post]:
        about = TABLE.c.conversation_id.in_(list(conversations))
        return self._standing(about)

    def standing_in(self, channel: str) -> list[Post]:
        """Return every post of ours that stands in a channel, whatever it is about."""
        return self._standing(TABLE.c.channel == channel)

    def _standing(self, which: sa.ColumnElement[bool]) -> list[Post]:
        placed = sa.and_(TABLE.c.channel.is_not(None), TABLE.c.ts.is_not(None))
        statement = sa.select(TABLE).where(which, placed).order_by(TABLE.c.created_at, TABLE.c.id)
        return [_domain(row) for row in self._session.connection().execute(statement)]

    def withdrawn(self, post_id: str) -> None:
        """It is gone from where it stood: it stays in the ledger as a former one, without a place."""
        self._change(post_id, is_current=False, ts=None)

    def ensure_digest(self, digest_id: DigestId, target: str) -> tuple[Post, bool]:
        """Return the handover's post at one place, and whether it is new."""
        found = next((post for post in self.digest_posts(digest_id) if post.target == target), None)
        if found is not None:
            return found, False
        made = Post(new_id(), "digest", None, target, None, None, digest_id=digest_id)
        self._add(made)
        return made, True

    def digest_posts(self, digest_id: DigestId) -> list[Post]:
        return [_domain(row) for row in self._session.connection().execute(DIGESTS, {"of": digest_id})]

    def retire(self, post_id: str) -> None:
        """Let a post be a former one: it stays in the ledger, and its place is free for another."""
        self._change(post_id, is_current=False)

    def replies_to(self, digest_id: DigestId, target: str) -> list[tuple[str, str]]:
        """Return where the additions to a handover stand at one place: channel and ts, oldest first."""
        rows = self._session.connection().execute(REPLIES, {"of": digest_id, "to": target})
        return [(row.channel, row.ts) for row in rows]

    def remember(
        self,
        kind: str,
        conversation_id: ConversationId | None,
        target: str,
        posted: Posted,
        *,
        digest_id: DigestId | None = None,
    ) -> None:
        """Keep a post in the ledger, so that it can be withdrawn later."""
        if self.at(posted.channel, posted.ts) is None:
            self._add(Post(new_id(), kind, conversation_id, target, posted.channel, posted.ts, digest_id=digest_id))

    def _add(self, post: Post) -> None:
        self._cards.clear()
        values = {name: getattr(post, name) for name in COLUMNS}
        self._session.connection().execute(sa.insert(TABLE), {**values, "created_at": self._clock.now()})

    def _change(self, post_id: str, **values: object) -> None:
        self._cards.clear()
        changed = self._session.connection().execute(CHANGE, {"of": post_id, **values})
        if changed.rowcount != 1:
            raise sa.exc.NoResultFound


def _domain(row: sa.Row[Any]) -> Post:
    return Post(
        id=row.id,
        kind=row.kind,
        conversation_id=None if row.conversation_id is None else ConversationId(row.conversation_id),
        target=row.target,
        channel=row.channel,
        ts=row.ts,
        is_current=row.is_current,
        is_repeat=row.is_repeat,
        shown=row.shown,
        digest_id=None if row.digest_id is None else DigestId(row.digest_id),
    )
