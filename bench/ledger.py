"""What the database says of a measurement: what is still to do, and which text stands in which conversation."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import sqlalchemy as sa

from storage.engine import normal_url
from storage.tables import InboxRow, MessageRow, OutboxRow, SlackPostRow

INBOX: Final[sa.Table] = InboxRow.__table__  # type: ignore[attr-defined]
OUTBOX: Final[sa.Table] = OutboxRow.__table__  # type: ignore[attr-defined]
MESSAGES: Final[sa.Table] = MessageRow.__table__  # type: ignore[attr-defined]
POSTS: Final[sa.Table] = SlackPostRow.__table__  # type: ignore[attr-defined]
LOOK_EVERY: Final = 0.05  # seconds


@contextmanager
def reading(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(normal_url(url), poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def left(connection: sa.Connection) -> int:
    """Return how many rows of inbox and outbox are still to be dealt with."""
    waiting = sa.select(sa.func.count()).select_from(INBOX).where(INBOX.c.state == "waiting")
    open_rows = (
        sa.select(sa.func.count()).select_from(OUTBOX).where(OUTBOX.c.state.in_(("due", "sending", "uncertain")))
    )
    return int(connection.execute(waiting).scalar_one()) + int(connection.execute(open_rows).scalar_one())


async def all_is_done(url: str, within: float = 300.0) -> float:
    """Return the instant (monotonic seconds) at which nothing was left to do; raises TimeoutError."""
    with reading(url) as connection:
        async with asyncio.timeout(within):
            while True:
                remaining = left(connection)
                connection.rollback()
                if remaining == 0:
                    return time.monotonic()
                await asyncio.sleep(LOOK_EVERY)


def require_all(url: str, texts: list[str]) -> None:
    """Raise AssertionError unless each text is in a conversation exactly once, and none was parked."""
    with reading(url) as connection:
        sources: list[str] = list(connection.execute(sa.select(MESSAGES.c.source)).scalars())
        parked = connection.execute(sa.select(sa.func.count()).select_from(INBOX).where(INBOX.c.state == "parked"))
        if parked.scalar_one():
            raise AssertionError("texts were parked")
    found = [source.removeprefix("sms:") for source in sources if source is not None and source.startswith("sms:")]
    if len(found) != len(set(found)) or set(texts) - set(found):
        raise AssertionError(f"{len(set(texts) - set(found))} texts are in no conversation, or some in it twice")


def ways(url: str, left_at: dict[str, float], told: list[list[Any]]) -> list[float]:
    """Return for each text how long it took until a post in Slack counted it, in seconds."""
    with reading(url) as connection:
        places = {
            (row.channel, row.ts): row.conversation_id
            for row in connection.execute(sa.select(POSTS).where(POSTS.c.kind == "card"))
        }
        rows = connection.execute(
            sa.select(MESSAGES.c.source, MESSAGES.c.conversation_id)
            .where(MESSAGES.c.direction == "in")
            .order_by(MESSAGES.c.conversation_id, MESSAGES.c.seq)
        ).all()
    counted: dict[str, list[tuple[float, int]]] = {}
    for at, channel, ts, count in told:
        counted.setdefault(places.get((channel, ts), ""), []).append((at, count))
    taken, number, last = [], 0, ""
    for source, conversation in rows:
        number = number + 1 if conversation == last else 1
        last = conversation
        sid = source.removeprefix("sms:")
        if sid not in left_at:
            continue
        shown = min((at for at, count in counted.get(conversation, []) if count >= number), default=None)
        if shown is None:
            raise AssertionError("a text was never counted in Slack")
        taken.append(shown - left_at[sid])
    return taken
