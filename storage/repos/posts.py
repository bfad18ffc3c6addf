"""Where our own Slack messages are."""

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.clock import Clock
from bot.domain.ids import ConversationId, DigestId, new_id
from bot.ports import Post, Posted
from storage.tables import SlackPostRow


class PostRows:
    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    def card(self, conversation_id: ConversationId, target: str) -> Post | None:
        row = self._session.exec(
            select(SlackPostRow).where(
                SlackPostRow.conversation_id == conversation_id,
                SlackPostRow.target == target,
                SlackPostRow.kind == "card",
                col(SlackPostRow.is_current).is_(True),
            )
        ).first()
        return None if row is None else _domain(row)

    def ensure_card(self, conversation_id: ConversationId, target: str) -> tuple[Post, bool]:
        """Return the card of a conversation at one place, and whether it is new."""
        found = self.card(conversation_id, target)
        if found is not None:
            return found, False
        row = SlackPostRow(
            id=new_id(), kind="card", conversation_id=conversation_id, target=target, created_at=self._clock.now()
        )
        self._session.add(row)
        self._session.flush()
        return _domain(row), True

    def cards_of(self, conversation_id: ConversationId) -> list[Post]:
        rows = self._session.exec(
            select(SlackPostRow)
            .where(
                SlackPostRow.conversation_id == conversation_id,
                SlackPostRow.kind == "card",
                col(SlackPostRow.is_current).is_(True),
            )
            .order_by(col(SlackPostRow.created_at))
        )
        return [_domain(row) for row in rows]

    def get(self, post_id: str) -> Post | None:
        row = self._session.get(SlackPostRow, post_id)
        return None if row is None else _domain(row)

    def at(self, channel: str, ts: str) -> Post | None:
        row = self._session.exec(
            select(SlackPostRow).where(SlackPostRow.channel == channel, SlackPostRow.ts == ts)
        ).first()
        return None if row is None else _domain(row)

    def placed(self, post_id: str, posted: Posted, shown: str | None = None) -> None:
        """Remember where a post stands, and a digest of what it says there (None: not known)."""
        row = self._session.get_one(SlackPostRow, post_id)
        row.channel, row.ts, row.shown = posted.channel, posted.ts, shown
        self._session.add(row)
        self._session.flush()

    def dm_channel(self, target: str) -> str | None:
        """Return the channel of our DM with a member of staff, once something has been posted there."""
        return self._session.exec(
            select(SlackPostRow.channel)
            .where(SlackPostRow.target == target, col(SlackPostRow.channel).is_not(None))
            .limit(1)
        ).first()

    def mark_repeat(self, post_id: str, is_repeat: bool = True) -> None:
        """Let the card say that it may be a repetition, or no longer."""
        row = self._session.get_one(SlackPostRow, post_id)
        row.is_repeat = is_repeat
        self._session.add(row)
        self._session.flush()

    def lost(self, post_id: str) -> None:
        """Slack no longer has this post: the next update posts it anew."""
        row = self._session.get_one(SlackPostRow, post_id)
        row.ts = None
        self._session.add(row)
        self._session.flush()

    def ensure_digest(self, digest_id: DigestId, target: str) -> tuple[Post, bool]:
        """Return the handover's post at one place, and whether it is new."""
        found = self._session.exec(self._digest(digest_id).where(SlackPostRow.target == target)).first()
        if found is not None:
            return _domain(found), False
        row = SlackPostRow(id=new_id(), kind="digest", digest_id=digest_id, target=target, created_at=self._clock.now())
        self._session.add(row)
        self._session.flush()
        return _domain(row), True

    def digest_posts(self, digest_id: DigestId) -> list[Post]:
        rows = self._session.exec(self._digest(digest_id).order_by(col(SlackPostRow.created_at), col(SlackPostRow.id)))
        return [_domain(row) for row in rows]

    def retire(self, post_id: str) -> None:
        """Let a post be a former one: it stays in the ledger, and its place is free for another."""
        row = self._session.get_one(SlackPostRow, post_id)
        row.is_current = False
        self._session.add(row)
        self._session.flush()

    def replies_to(self, digest_id: DigestId, target: str) -> list[tuple[str, str]]:
        """Return where the additions to a handover stand at one place: channel and ts, oldest first."""
        rows = self._session.exec(
            select(SlackPostRow)
            .where(SlackPostRow.digest_id == digest_id, SlackPostRow.target == target, SlackPostRow.kind == "addendum")
            .order_by(col(SlackPostRow.created_at), col(SlackPostRow.id))
        )
        return [(row.channel, row.ts) for row in rows if row.channel is not None and row.ts is not None]

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
        if self.at(posted.channel, posted.ts) is not None:
            return
        self._session.add(
            SlackPostRow(
                id=new_id(),
                kind=kind,
                conversation_id=conversation_id,
                digest_id=digest_id,
                target=target,
                channel=posted.channel,
                ts=posted.ts,
                created_at=self._clock.now(),
            )
        )
        self._session.flush()

    def _digest(self, digest_id: DigestId) -> SelectOfScalar[SlackPostRow]:
        return select(SlackPostRow).where(
            SlackPostRow.digest_id == digest_id,
            SlackPostRow.kind == "digest",
            col(SlackPostRow.is_current).is_(True),
        )


def _domain(row: SlackPostRow) -> Post:
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
