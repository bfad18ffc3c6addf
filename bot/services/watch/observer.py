"""What the loops tell of themselves while they work. A measure is never worth a text: an observer raises nothing."""

from datetime import timedelta
from typing import Protocol

from bot.ports import Incoming, Outbound


class Observer(Protocol):
    """Who counts and measures."""

    def digested(self, row: Incoming, waited: timedelta) -> None:
        """A row of the inbox has become what it asked for, so long (world time) after it came in."""

    def sent(self, row: Outbound, outcome: str, took_s: float, waited: timedelta) -> None:
        """A send has ended after `took_s` seconds; the row had been written `waited` (world time) before."""

    def carded(self, waited: timedelta) -> None:
        """The first card of a conversation stands in Slack, so long (world time) after its text came in."""

    def ran(self, tick: str, result: object) -> None:
        """A tick has done its work to the end."""

    def failed(self, tick: str) -> None: ...
    def lagged(self, seconds: float) -> None:
        """The event loop came so much later than it was asked to."""

    def wrote(self, seconds: float) -> None:
        """A write has ended, well or not, so long after it was asked for."""


class Unobserved:
    """Nobody watches: at the command line, and in tests of something else."""

    def digested(self, row: Incoming, waited: timedelta) -> None: ...
    def sent(self, row: Outbound, outcome: str, took_s: float, waited: timedelta) -> None: ...
    def carded(self, waited: timedelta) -> None: ...
    def ran(self, tick: str, result: object) -> None: ...
    def failed(self, tick: str) -> None: ...
    def lagged(self, seconds: float) -> None: ...
    def wrote(self, seconds: float) -> None: ...
