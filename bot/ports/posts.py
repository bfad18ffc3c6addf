"""Our own messages in Slack, and the modals that somebody has open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bot.domain.ids import (
    ConversationId,
    DigestId,
    ShiftId,
    StaffId,
)


@dataclass(frozen=True, slots=True)
class Posted:
    """Where Slack put a message."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Post:
    """One of our own Slack messages. `channel` and `ts` are None until it has been posted."""

    id: str
    kind: str
    conversation_id: ConversationId | None
    target: str
    channel: str | None
    ts: str | None
    is_current: bool = True
    is_repeat: bool = False
    shown: str | None = None
    digest_id: DigestId | None = None


@dataclass(frozen=True, slots=True)
class OpenView:
    """A modal that somebody has open."""

    external_id: str
    staff_id: StaffId
    conversation_id: ConversationId
    shift_id: ShiftId | None
    view_id: str | None
    view_hash: str | None
    last_seen: int
    warned_of: str | None
    shown: int


class PostRepo(Protocol):
    def card(self, conversation_id: ConversationId, target: str) -> Post | None: ...
    def ensure_card(self, conversation_id: ConversationId, target: str) -> tuple[Post, bool]: ...
    def cards_of(self, conversation_id: ConversationId) -> list[Post]: ...
    def get(self, post_id: str) -> Post | None: ...
    def at(self, channel: str, ts: str) -> Post | None: ...
    def placed(self, post_id: str, posted: Posted, shown: str | None = None) -> None: ...
    def dm_channel(self, target: str) -> str | None: ...
    def mark_repeat(self, post_id: str, is_repeat: bool = True) -> None: ...
    def lost(self, post_id: str) -> None: ...
    def standing(self, conversations: Sequence[ConversationId]) -> list[Post]:
        """Return every post of ours about these that stands somewhere, former ones too."""

    def standing_in(self, channel: str) -> list[Post]: ...
    def withdrawn(self, post_id: str) -> None:
        """It is gone from where it stood."""

    def ensure_digest(self, digest_id: DigestId, target: str) -> tuple[Post, bool]: ...
    def digest_posts(self, digest_id: DigestId) -> list[Post]: ...
    def retire(self, post_id: str) -> None: ...
    def replies_to(self, digest_id: DigestId, target: str) -> list[tuple[str, str]]: ...
    def remember(
        self,
        kind: str,
        conversation_id: ConversationId | None,
        target: str,
        posted: Posted,
        *,
        digest_id: DigestId | None = None,
    ) -> None: ...


class ViewRepo(Protocol):
    def save(self, view: OpenView) -> None: ...
    def get(self, external_id: str) -> OpenView | None: ...
    def drop(self, external_id: str) -> None: ...
    def mark_dirty(self, conversation_id: ConversationId) -> None: ...
    def take_dirty(self, *, every: timedelta) -> list[OpenView]: ...
    def mark_all_dirty(self) -> None: ...
    def mark_dirty_of(self, staff_id: StaffId) -> None: ...
    def again(self, external_id: str, after: timedelta) -> None: ...
    def dirty_count(self) -> int: ...
