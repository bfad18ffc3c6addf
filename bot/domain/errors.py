"""What can go wrong for a person, sorted by what the caller should do. Names say what happened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from bot.domain.people import World


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did or wanted what, with what, on what ground. Ids and codes only.

    `world` decides whose leaders may read it: what concerns a clock or a conversation says which world that is of.
    """

    actor: str
    act: str
    subject: str
    ground: str
    namnd: str | None = None
    is_allowed: bool = True
    details: Mapping[str, str | int | bool | None] = field(default_factory=dict)
    world: World = World.BEREDSKAP


class BotError(Exception):
    """Root of the tree. Carries identifiers only, never a phone number or a message text."""

    code: ClassVar[str] = "internal"  # log field, metric label and key into bot/texts

    def __init__(self, **ids: str) -> None:
        self.ids = ids
        super().__init__(self.code)


class Refused(BotError):
    """The person may not, or the state does not allow it: explain, and do not retry.

    `audit` is written although everything else in the transaction is undone.
    """

    code = "refused"

    def __init__(self, *, audit: AuditEntry | None = None, **ids: str) -> None:
        super().__init__(**ids)
        self.audit = audit


class NotAllowed(Refused):
    """The rule of secrecy says no; `reason` is a key into the texts."""

    code = "not_allowed"

    def __init__(self, reason: str, *, audit: AuditEntry | None = None) -> None:
        super().__init__(audit=audit, reason=reason)
        self.reason = reason


class AlreadyTaken(Refused):
    """Somebody else was first; `ids["taken_by"]` is that person's Slack id."""

    code = "already_taken"


class NotFound(Refused):
    """There is no such thing (any more)."""

    code = "not_found"


class Stale(Refused):
    """The state has moved on since the button was drawn; nothing was done."""

    code = "stale"


class NotYet(Refused):
    """Something else must be done first; `reason` is a key into the texts."""

    code = "not_yet"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)
        self.reason = reason


class CannotText(Refused):
    """The number cannot be texted; `reason` says why."""

    code = "cannot_text"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)
        self.reason = reason


class AskFirst(Refused):
    """The author should confirm once; their draft is kept. `about` is a key into the texts, `values` fills it."""

    code = "ask_first"

    def __init__(self, about: str, **values: str) -> None:
        super().__init__(audit=None, about=about)
        self.about = about
        self.values = values


class BadInput(Refused):
    """Something was filled in wrongly; `problems` maps the field's block to a key into the texts."""

    code = "bad_input"

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__()
        self.problems = dict(problems)


class Busy(BotError):
    """The database could not be reached or was locked: nothing is known to have happened."""

    code = "busy"
