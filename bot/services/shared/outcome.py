"""Every way in which a send can end has a name: sent, refused, later, unknown."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.domain.calendar import local
from bot.domain.outbound import OutboxState
from bot.ports import Tx

FIRST_LOOK: Final = timedelta(seconds=2)  # wire time: give the other side a moment before asking
MOST_AGAIN: Final = 2  # times that a text to staff is sent again, when each that was sent may have left
CARD_NOT_YET: Final = timedelta(seconds=1)
GONE: Final = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a send. `then` runs in the transaction that records it.

    `text_at` (world time) is when the text came in that has its first card by this send.
    """

    state: OutboxState
    provider_id: str | None = None
    error: str | None = None
    wait: timedelta = timedelta(0)
    counted: bool = True
    then: Callable[[Tx], None] | None = None
    text_at: datetime | None = None


def shown_digest(shown: object, now: datetime) -> str:
    """Return what a post says as a short digest. The day is in it: a bare "22.14" is true for today only."""
    return hashlib.sha256(f"{local(now).date()}|{shown!r}".encode()).hexdigest()[:32]
