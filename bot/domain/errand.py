"""One attempt to send one row, as the adapters see it: whether it may still leave, and whether it has.

A lease is kept by its holder alone, and its holder may be frozen at any line. So the question is asked again at the
last moment there is, with nothing left to wait for but the request itself: whoever wakes up after the lease has run
out leaves nothing behind. The adapters ask through `leaving`; who sends sets the errand for the task it sends in.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


class TooLateToLeave(Exception):
    """The lease had run out before the request left. Nothing was sent."""


@dataclass(slots=True)
class Errand:
    """`may_leave` tells whether the lease still holds; `has_left` is False as long as nothing can have been sent."""

    may_leave: Callable[[], bool]
    is_urgent: bool = True
    has_left: bool = False


_CURRENT: ContextVar[Errand | None] = ContextVar("errand", default=None)


@contextmanager
def on(errand: Errand) -> Iterator[Errand]:
    """Do what follows, in this task, on this errand."""
    token = _CURRENT.set(errand)
    try:
        yield errand
    finally:
        _CURRENT.reset(token)


def leaving() -> None:
    """Say that the request leaves now; raises TooLateToLeave when it may not. On no errand, it always may."""
    errand = _CURRENT.get()
    if errand is None:
        return
    if not errand.may_leave():
        raise TooLateToLeave
    errand.has_left = True


def is_urgent() -> bool:
    """Tell whether what is asked for now goes before the ordinary. On no errand a person waits for it."""
    errand = _CURRENT.get()
    return errand is None or errand.is_urgent
