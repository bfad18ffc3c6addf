"""Many things that fall due at once: each in a transaction of its own, and one that stumbles holds up no other."""

from collections.abc import Awaitable, Callable

import structlog

from bot.domain.errors import Busy
from bot.ports import Tx
from bot.services.context import Context

log = structlog.get_logger(__name__)


async def alone(ctx: Context, step: Callable[[Tx], bool], *, event: str, **ids: str) -> bool:
    """Run one step in its own transaction; False, and an ERROR line named `event`, when our code cannot.

    Raises Busy: a database that is away is away for all of them.
    """
    return await guarded(ctx.store.write(step), event=event, **ids)


async def guarded(work: Awaitable[bool], *, event: str, **ids: str) -> bool:
    """Like `alone`, for work that is more than one transaction."""
    try:
        return await work
    except Busy:
        raise
    except Exception as error:
        log.error(event, kind=type(error).__name__, **ids)
        return False
