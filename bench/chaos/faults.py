"""Which fault strikes what, dealt from a seed, and how often each has struck.

Faults are dealt like cards: all kinds of a deck come round before any comes again, so that a long run has many of
each. The same seed deals the same faults in the same order; what each strikes depends on who calls first.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.sandbox.carrier import CarrierFaults
from bot.sandbox.slack import SlackFaults

# Where a fault strikes.
TO_TWILIO: Final = "bot to Twilio"
TO_SLACK: Final = "bot to Slack"
FROM_TWILIO: Final = "Twilio to bot"
FROM_SLACK: Final = "Slack to bot"
PROCESS: Final = "process"
DATABASE: Final = "database"

REFUSED: Final = "refused"
RESET: Final = "reset"
HANG: Final = "hang"
LIMITED: Final = "429"
ERROR: Final = "500"
LOST: Final = "answer lost"
RESET_BEFORE: Final = "reset before it is stored"
RESET_AFTER: Final = "reset after it is stored"
DUPLICATE: Final = "duplicate"
REORDER: Final = "overtaken by another"
MISSED: Final = "missed altogether"
NO_CALLBACK: Final = "no callback comes"
REVERSED: Final = "callbacks reversed"
DOUBLED: Final = "callbacks doubled"
EARLY: Final = "callbacks before the answer"
UNKNOWN_ID: Final = "callback for an unknown id"
KILL: Final = "kill -9"
FREEZE: Final = "frozen past its lease"
TERM: Final = "SIGTERM"
RESTART: Final = "restarted"
CRASH: Final = "crashed and recovered"
LOCK: Final = "locked past the time-out"

CALLS: Final = (RESET, HANG, LIMITED, ERROR, LOST)  # what may strike a call of the bot's; refusing shuts the whole door
TEXTS: Final = (REFUSED, RESET_BEFORE, RESET_AFTER, HANG, DUPLICATE, REORDER, MISSED)
REPORTS: Final = (REFUSED, RESET_BEFORE, RESET_AFTER, DUPLICATE, REORDER)
EVENTS: Final = (REFUSED, RESET_BEFORE, RESET_AFTER, DUPLICATE, REORDER)
CLICKS: Final = (RESET_BEFORE, RESET_AFTER, DUPLICATE)
ORDERS: Final = (REVERSED, DOUBLED, EARLY, NO_CALLBACK)

Kind = tuple[str, str]  # where, what


def kinds(*, is_sqlite: bool) -> list[Kind]:
    """Return every kind there is, in the order of the table; those of the other database too."""
    shared = [
        *((TO_TWILIO, what) for what in (REFUSED, *CALLS)),
        *((TO_SLACK, what) for what in (REFUSED, *CALLS)),
        *((FROM_TWILIO, what) for what in (*TEXTS, *ORDERS, UNKNOWN_ID)),
        *((FROM_SLACK, what) for what in EVENTS),
        *((PROCESS, what) for what in (KILL, FREEZE, TERM)),
    ]
    return [*shared, *((DATABASE, what) for what in ((LOCK,) if is_sqlite else (RESTART, CRASH)))]


class Deck:
    """Deals one fault in `every` calls on average, until `rest`."""

    def __init__(self, seed: str, what: Sequence[str], every: int) -> None:
        self._random = random.Random(seed)
        self._what = tuple(what)
        self._every = every
        self._hand: list[str] = []
        self._countdown = self._gap()

    def deal(self) -> str | None:
        """Return what strikes this call; None for nothing."""
        self._countdown -= 1
        if self._countdown > 0:
            return None
        self._countdown = self._gap()
        if not self._hand:
            self._hand = self._random.sample(self._what, len(self._what))
        return self._hand.pop()

    def pick(self, low: float, high: float) -> float:
        """Return a number from the same seed, for how long something takes."""
        return self._random.uniform(low, high)

    def _gap(self) -> int:
        return self._random.randint(1, max(1, 2 * self._every - 1))


@dataclass
class Weather:
    """Every deck of one run, and the count of what has struck. `is_calm` ends the storm."""

    seed: str
    every: int  # calls between two faults, on average
    is_calm: bool = True
    struck: Counter[Kind] = field(default_factory=Counter)
    _decks: dict[str, Deck] = field(default_factory=dict)

    def deck(self, name: str, what: Sequence[str], every: float = 1.0) -> Deck:
        """Return the deck of this name; `every` stretches or shortens the usual distance."""
        if name not in self._decks:
            self._decks[name] = Deck(f"{self.seed}:{name}", what, max(1, round(self.every * every)))
        return self._decks[name]

    def deal(self, name: str, what: Sequence[str], every: float = 1.0) -> str | None:
        return None if self.is_calm else self.deck(name, what, every).deal()

    def strikes(self, where: str, what: str) -> None:
        """Count one that has truly struck."""
        self.struck[where, what] += 1


class DealtCarrierFaults(CarrierFaults):
    """The pretend carrier's faults, dealt call by call and sms by sms."""

    def __init__(self, weather: Weather, *, caller_gives_up_s: float) -> None:
        super().__init__(slow_s=1.2 * caller_gives_up_s, hang_s=1.5 * caller_gives_up_s, retry_after_s=1)
        self._weather = weather
        self._orders: dict[str, str | None] = {}

    def next_call(self, method: str = "POST") -> str:
        deck = "twilio send" if method == "POST" else "twilio list"
        return _switch(self._weather, TO_TWILIO, deck, 0.5 if method == "POST" else 1.0)

    def order_of(self, sid: str) -> str:
        return {REVERSED: "reversed", DOUBLED: "doubled", EARLY: "early"}.get(self._order(sid) or "", "normal")

    def end_of(self, sid: str) -> str:
        if self._order(sid) == NO_CALLBACK:
            return "silent"
        return self._weather.deal(f"network {sid[-1:]}", ("undelivered",), 3.0) or "delivered"

    def _order(self, sid: str) -> str | None:
        if sid not in self._orders:
            self._orders[sid] = dealt = self._weather.deal("callbacks", ORDERS, 0.5)
            if dealt is not None:
                self._weather.strikes(FROM_TWILIO, dealt)
        return self._orders[sid]


class DealtSlackFaults(SlackFaults):
    """The pretend Slack's faults, dealt call by call."""

    def __init__(self, weather: Weather, *, caller_gives_up_s: float) -> None:
        super().__init__(slow_s=1.2 * caller_gives_up_s, hang_s=1.5 * caller_gives_up_s, retry_after_s=1)
        self._weather = weather

    def take(self, method: str) -> str:
        deck, every = "slack other", 1.0
        if method == "chat.postMessage":
            deck, every = "slack post", 0.5
        elif method in {"chat.update", "response_url"} or method.startswith("views."):
            deck = f"slack {method}"
        return _switch(self._weather, TO_SLACK, deck, every)


def _switch(weather: Weather, where: str, deck: str, every: float) -> str:
    """Deal one, count it, and return how the pretend service calls it."""
    what = weather.deal(deck, CALLS, every)
    if what is None:
        return "ok"
    weather.strikes(where, what)
    is_done = weather.deck(deck, CALLS).pick(0, 1) < 0.5  # whether it is carried out all the same
    if what == HANG:
        return "slow" if is_done else "hang"
    if what == ERROR:
        return "late_error" if is_done else "error"
    return {RESET: "down", LIMITED: "limited", LOST: "lost_answer"}[what]
