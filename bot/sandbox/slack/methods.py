"""What every Web API method is: who may call it, how often, and what a person meets it as."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .arguments import Arguments
from .errors import ApiError
from .recorder import Kind
from .state import Channel, Json

Caller = Literal["bot", "app", "anybody"]  # whose token it takes


@dataclass(frozen=True, slots=True)
class Method:
    """One row of the table in facts/slack.md section 7. `scope` None means no scope; `tier` None has its own limit."""

    call: Callable[[Arguments], Json]
    scope: str | None = None
    tier: int | None = None
    kind: Kind = "query"
    caller: Caller = "bot"


class Scopes:
    """What the app was granted when it was installed. facts/slack.md section 16."""

    def __init__(self, granted: frozenset[str]) -> None:
        self.granted = granted

    def need(self, scope: str) -> None:
        """Raise `missing_scope`, with what is needed and what there is."""
        if scope not in self.granted:
            raise ApiError("missing_scope", needed=scope, provided=",".join(sorted(self.granted)))

    def need_for(self, channel: Channel, suffix: str) -> None:
        """Raise `missing_scope` when this kind of channel asks for a scope we lack, e.g. im:history."""
        self.need(f"{channel.family}:{suffix}")
