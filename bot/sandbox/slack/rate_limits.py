"""How often the bot may call. facts/slack.md section 7; counted in wire time, as Retry-After is."""

import math
from dataclasses import dataclass, field
from typing import Final

from bot.clock import Clock

from .errors import ApiError

PER_MINUTE: Final = {1: 1, 2: 20, 3: 50, 4: 100}  # calls a minute by tier, facts/slack.md section 7


@dataclass
class _Bucket:
    tokens: float
    at: float


@dataclass
class RateLimits:
    """Token buckets: one for each channel for posts, one for each method for everything else.

    chat.postMessage: "special: about 1/s per channel, short bursts" (facts/slack.md section 7).
    Slack does not say how long a burst is; `post_burst` decides. The tiers start with a whole
    minute's calls in hand; `tiers = False` switches them off.
    """

    clock: Clock
    post_per_s: float = 1.0
    post_burst: int = 5
    tiers: bool = True
    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def take_post(self, channel_id: str) -> None:
        """Count one post. Raises ApiError with status 429 when the channel has had its share."""
        self._take(f"post {channel_id}", self.post_per_s, self.post_burst)

    def take_call(self, method: str, tier: int | None) -> None:
        """Count one call of a method with a tier. Raises ApiError with status 429."""
        if self.tiers and tier is not None:
            self._take(method, PER_MINUTE[tier] / 60, PER_MINUTE[tier])

    def reset(self) -> None:
        """Forget what has been counted."""
        self._buckets.clear()

    def _take(self, name: str, per_s: float, burst: int) -> None:
        now = self.clock.wire_now().timestamp()
        bucket = self._buckets.setdefault(name, _Bucket(burst, now))
        bucket.tokens = min(float(burst), bucket.tokens + (now - bucket.at) * per_s)
        bucket.at = now
        if bucket.tokens < 1:
            wait_s = max(1, math.ceil((1 - bucket.tokens) / per_s))
            raise ApiError("ratelimited", status=429, retry_after_s=wait_s)
        bucket.tokens -= 1
