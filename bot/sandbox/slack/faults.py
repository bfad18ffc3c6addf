"""The switches that make the pretend Slack fail in the ways that the real one does."""

from dataclasses import dataclass
from typing import Any, Final

KINDS: Final = ("ok", "down", "slow", "limited", "error", "lost_answer", "late_error", "hang")
RESPONSE_URL: Final = "response_url"  # the name under which `methods` may limit a fault to response_url posts


@dataclass
class SlackFaults:
    """How Slack misbehaves towards the bot's calls (docs/sandbox.md, Faults).

    `methods` limits the fault to those Web API methods, None means all. `remaining` limits it to
    that many calls, after which the switch falls back to ok; None means until somebody resets it.
    `late_error` does it and says 500, `hang` does nothing and never answers.
    Signed deliveries to the bot are not touched, except that each event is sent
    `slack_event_copies` times (facts/slack.md section 2: at least once, unordered).
    """

    slack: str = "ok"
    slack_event_copies: int = 1
    slow_s: float = 5.0
    hang_s: float = 30.0
    retry_after_s: int = 30
    methods: frozenset[str] | None = None
    remaining: int | None = None

    def take(self, method: str) -> str:
        """Return the fault that strikes this call, and count it."""
        if self.slack == "ok" or (self.methods is not None and method not in self.methods):
            return "ok"
        fault = self.slack
        if self.remaining is not None:
            self.remaining -= 1
            if self.remaining <= 0:
                self.clear()
        return fault

    def clear(self) -> None:
        """Make calls succeed again. The number of event copies stays."""
        self.slack, self.methods, self.remaining = "ok", None, None

    def set(self, switch: str, value: Any) -> None:
        """Set a switch by its name in docs/sandbox.md. Raises ValueError for anything else."""
        if switch == "slack" and value in KINDS:
            self.clear()
            self.slack = value
        elif switch == "slack_event_copies" and isinstance(value, int) and not isinstance(value, bool) and value >= 1:
            self.slack_event_copies = value
        else:
            raise ValueError(switch)

    def as_dict(self) -> dict[str, Any]:
        """Return the switches that the control interface shows."""
        return {"slack": self.slack, "slack_event_copies": self.slack_event_copies}
