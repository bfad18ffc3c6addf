"""How fast Slack lets us go, and what it has told us to wait for (facts: slack, section 7).

Kept in this process's memory: after a restart, and in another instance, Slack says it again at the first call.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.clock import Clock
from bot.domain.outbound import PACED
from bot.domain.sending import SendPostponed

RATELIMITED: Final = "ratelimited"
A_WHILE: Final = timedelta(minutes=1)  # Slack counts by the minute: so long we go slowly after a 429
SLOW_PER_S: Final = 0.8  # calls of such a method: tier 3 grants 50 a minute
SLOW_BURST: Final = 3
LONGEST: Final = timedelta(minutes=16)  # that we wait without asking Slack again
LONGEST_TURN: Final = timedelta(seconds=20)  # however many wait: what is urgent by then asks again
MOST_BUCKETS: Final = 2_000  # then those are forgotten that have filled up since


@dataclass(slots=True)
class _Bucket:
    tokens: float
    since: datetime
    turns: dict[bool, datetime] = field(default_factory=dict)  # the last that was given away, by whether it is urgent

    def next_turn(self, soonest: datetime, per_s: float, *, is_urgent: bool) -> datetime:
        """Return when to come back: each who waits gets a turn of their own, or all would come for every token."""
        last = self.turns.get(is_urgent)
        turn = soonest if last is None else max(soonest, last + timedelta(seconds=1 / per_s))
        self.turns[is_urgent] = turn = min(turn, soonest + LONGEST_TURN)
        return turn


@dataclass(slots=True)
class Pace:
    """Ask before each call; raises SendPostponed. Of every bucket the last token is kept for what is urgent."""

    clock: Clock
    _buckets: dict[str, _Bucket] = field(default_factory=dict)
    _paused: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _paused_methods: dict[str, datetime] = field(default_factory=dict)
    _slow_until: dict[str, datetime] = field(default_factory=dict)

    def take(self, what: str, *, per_s: float, burst: int, is_urgent: bool) -> None:
        """Keep to `per_s` for one thing, after a `burst`."""
        now = self.clock.wire_now()
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets = {name: kept for name, kept in self._buckets.items() if now - kept.since < A_WHILE}
        bucket = self._buckets.setdefault(what, _Bucket(float(burst), now))
        passed_s = max(0.0, (now - bucket.since).total_seconds())  # the machine's clock may have been put back
        bucket.tokens = min(float(burst), bucket.tokens + passed_s * per_s)
        bucket.since = now
        needed = 1 if is_urgent or burst == 1 else 2
        if bucket.tokens < needed:
            soonest = now + timedelta(seconds=(needed - bucket.tokens) / per_s)
            raise SendPostponed(bucket.next_turn(soonest, per_s, is_urgent=is_urgent) - now, PACED)
        bucket.tokens -= 1

    def require_no_pause(self, method: str, place: str, *, is_urgent: bool) -> None:
        """Raise SendPostponed while we have been asked to wait here; go slowly for a while afterwards."""
        now = self.clock.wire_now()
        until = max(self._paused.get((method, place), now), self._paused_methods.get(method, now))
        if now < until <= now + LONGEST:  # beyond that it was noted by a clock that has been put back
            raise SendPostponed(until - now, RATELIMITED)
        if self._slow_until.get(method, now) > now:
            self.take(f"{method} slowly", per_s=SLOW_PER_S, burst=SLOW_BURST, is_urgent=is_urgent)

    def told_to_wait(self, method: str, place: str, wait: timedelta, *, is_by_place: bool) -> SendPostponed:
        """Remember a 429. It is for one place (`is_by_place`) until a second one gets it too: then for all of them."""
        now = self.clock.wire_now()
        for key in [key for key, until in self._paused.items() if until <= now]:
            del self._paused[key]
        if any(paused_method == method and other != place for paused_method, other in self._paused):
            self._paused_methods[method] = max(now + wait, self._paused_methods.get(method, now))
        self._paused[method, place] = now + wait
        if not is_by_place:
            self._slow_until[method] = now + wait + A_WHILE
        return SendPostponed(wait, RATELIMITED)
