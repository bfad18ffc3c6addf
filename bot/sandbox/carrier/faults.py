"""The ways in which a carrier fails, as switches that anybody may throw."""

from dataclasses import asdict, dataclass
from typing import Final

CARRIER: Final = ("ok", "down", "slow", "limited", "error", "lost_answer", "late_error", "hang")
SMS: Final = ("delivered", "undelivered", "filtered", "stuck", "silent")
CALLBACK_ORDER: Final = ("normal", "reversed", "doubled", "early")  # early: before the answer to create()

_VALUES: Final = {"carrier": CARRIER, "sms": SMS, "callback_order": CALLBACK_ORDER}


@dataclass
class CarrierFaults:
    """What goes wrong now. `remaining` limits `carrier` to the next calls; None means until changed.

    `slow_s` and `hang_s` are wire time; `retry_after_s` is what a 429 asks for. `late_error` does it and says 500,
    `hang` does nothing and never answers. One that decides call by call overrides `next_call`, `order_of` and `end_of`.
    """

    carrier: str = "ok"
    sms: str = "delivered"
    callback_order: str = "normal"
    remaining: int | None = None
    slow_s: float = 5.0
    hang_s: float = 30.0
    retry_after_s: int = 1

    def set(self, switch: str, value: str) -> None:
        """Throw one switch; ValueError when there is no such switch or value."""
        if value not in _VALUES.get(switch, ()):
            raise ValueError(f"no such fault: {switch}")
        setattr(self, switch, value)
        if switch == "carrier":
            self.remaining = None

    def next_call(self, method: str = "POST") -> str:
        """Return what happens to the call that has just come in by this HTTP method, and count it."""
        fault = self.carrier
        if fault != "ok" and self.remaining is not None:
            self.remaining -= 1
            if self.remaining <= 0:
                self.carrier, self.remaining = "ok", None
        return fault

    def order_of(self, sid: str) -> str:
        """Return in which order the callbacks about one sms come."""
        return self.callback_order

    def end_of(self, sid: str) -> str:
        """Return how far the network lets one sms come."""
        return self.sms

    def switches(self) -> dict[str, str]:
        """Return the three switches as docs/sandbox.md names them."""
        return {"carrier": self.carrier, "sms": self.sms, "callback_order": self.callback_order}

    def snapshot(self) -> dict[str, object]:
        """Return everything, JSON-able."""
        return asdict(self)
