"""How an export from the case system is read: [case_import]."""

from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import ConfigDict, Field, field_validator

from bot.domain.case_import import COLUMNS, REQUIRED, CaseImport, WatchedFolder
from bot.domain.clocks import ClockKind
from bot.domain.deadline import Gender, Outcome
from bot.domain.ids import NamndId
from bot.settings.base import Strict

A_DAY: Final = datetime(2026, 11, 20)  # noqa: DTZ001 - a day to try a date format on
GENDERS: Final = {"pojke": Gender.BOY, "man": Gender.BOY, "flicka": Gender.GIRL, "kvinna": Gender.GIRL}


class FolderConfig(Strict):
    """A watched folder: [[case_import.folder]]."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, populate_by_name=True)

    path: Path
    namnd: str
    as_email: str = Field(alias="as", pattern=r"^[^@\s]+@[^@\s]+$")

    @field_validator("path")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        if not value.is_absolute():
            raise ValueError("måste börja med /")
        return value


class CaseImportConfig(Strict):
    """How an export from the case system is read: [case_import]."""

    columns: dict[str, str]
    kinds: dict[str, list[ClockKind]] = Field(min_length=1)
    genders: dict[str, Gender] = Field(default_factory=lambda: dict(GENDERS))
    outcomes: dict[str, list[Outcome]] = Field(default_factory=dict)
    date_format: str = ""
    folder: list[FolderConfig] = Field(default_factory=list)

    @field_validator("columns")
    @classmethod
    def _known_columns(cls, value: dict[str, str]) -> dict[str, str]:
        unknown, missing = set(value) - set(COLUMNS), [name for name in REQUIRED if not value.get(name, "").strip()]
        if unknown:
            raise ValueError(f"har okända namn: {', '.join(sorted(unknown))}. Det finns: {', '.join(COLUMNS)}")
        if missing:
            raise ValueError(f"saknar {', '.join(missing)}")
        return {name: heading for name, heading in value.items() if heading.strip()}

    @field_validator("kinds")
    @classmethod
    def _starts_something(cls, value: dict[str, list[ClockKind]]) -> dict[str, list[ClockKind]]:
        empty = [name for name, kinds in value.items() if not kinds]
        if empty:
            raise ValueError(f"säger inte vilka frister som börjar av {', '.join(empty)}")
        return value

    @field_validator("date_format")
    @classmethod
    def _reads_days(cls, value: str) -> str:
        try:
            read = datetime.strptime(A_DAY.strftime(value), value) if value else A_DAY  # noqa: DTZ007
        except ValueError:
            read = None
        if read != A_DAY:
            raise ValueError("förstås inte; skriv till exempel '%d/%m/%Y' (år, månad och dag måste finnas)")
        return value

    def rules(self) -> CaseImport:
        """Return the same as the domain works with."""
        return CaseImport(
            columns=self.columns,
            kinds={name: tuple(kinds) for name, kinds in self.kinds.items()},
            genders=self.genders,
            outcomes={name: tuple(outcomes) for name, outcomes in self.outcomes.items()},
            date_format=self.date_format,
            folders=tuple(WatchedFolder(f.path, NamndId(f.namnd), f.as_email) for f in self.folder),
        )
