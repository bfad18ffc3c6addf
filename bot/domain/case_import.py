"""How an export from the case system is read: what its columns and words are called. From [case_import]."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.clocks import ClockKind
from bot.domain.deadline import Gender, Outcome
from bot.domain.ids import NamndId

REQUIRED = ("case_ref", "kind", "received_on")
COLUMNS = (
    *REQUIRED,
    "received_time",
    "owner",
    "gender",
    "wants_feedback",
    "open_utredning",
    "outcome",
    "decided_on",
    "suspicion_on",
    "child_summoned",
    "guardian_summoned",
)


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """Where the nightly export of a nämnd is laid, and who of the staff stands for what is read in from it."""

    path: Path
    namnd: NamndId
    as_email: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CaseImport:
    """`columns` maps what we read, as in COLUMNS, to the heading in the file; other columns are ignored.

    A report of one of `kinds` starts those clocks. An outcome settles the clocks of the row that can end so, each
    with the first that fits it; an empty tuple settles nothing. `date_format` (as strptime) is tried after ISO.
    """

    columns: Mapping[str, str]
    kinds: Mapping[str, tuple[ClockKind, ...]]
    genders: Mapping[str, Gender] = field(default_factory=dict)
    outcomes: Mapping[str, tuple[Outcome, ...]] = field(default_factory=dict)
    date_format: str = ""
    folders: tuple[WatchedFolder, ...] = ()

    def starts(self, kind: ClockKind) -> bool:
        """Tell whether the file itself says when clocks of this kind start."""
        return any(kind in kinds for kinds in self.kinds.values())
