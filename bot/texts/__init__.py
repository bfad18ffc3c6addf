"""Every sentence that a person can read. The words stand in the toml files beside this one; `beredskap.toml`
may override any of them by key, and an override is checked: no blanks but ours, and 112 where ours has it.
"""

import functools
import string
import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from bot.domain.calendar import local
from bot.texts.times import (
    WEEKDAYS,
    before,
    capital,
    clock_time,
    for_the_record,
    in_hours,
    lasted,
    long_day,
    near_day,
    near_time,
    short_day,
    short_when,
    since_when,
    span,
    weekday_and_date,
    when,
)

HERE: Final = Path(__file__).parent
DEFAULT_LANGUAGE: Final = "sv"
EMERGENCY: Final = "112"  # stands in every automatic text, whoever words it (facts: law, section 14)
FILES: Final = (
    "staff.toml",
    "handover.toml",
    "clocks.toml",
    "clock_forms.toml",
    "clock_answers.toml",
    "summons.toml",
    "sms.toml",
    "case_import.toml",
    "alerts.toml",
    "reserve.toml",
    "rest.toml",
    "ready.toml",
    "swaps.toml",
    "rota.toml",
    "escalation.toml",
    "outward.toml",
    "voice.toml",
    "secrecy.toml",
    "audit.toml",
    "consent.toml",
    "information.toml",
    "retention.toml",
    "amend.toml",
    "incident.toml",
)


class BadText(ValueError):
    """An overriding text does not fit: its key is unknown, or its blanks differ."""


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            found.update(_flat(value, f"{prefix}{key}."))
        else:
            found[f"{prefix}{key}"] = str(value)
    return found


@functools.cache
def _load(name: str) -> Mapping[str, str]:
    return _flat(tomllib.loads((HERE / name).read_text(encoding="utf-8")))


def blanks(text: str) -> frozenset[str]:
    """Return the names of the blanks in a text."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


class Texts:
    """The texts with a municipality's own wording laid over ours."""

    def __init__(self, overrides: Mapping[str, Any] | None = None) -> None:
        self._texts = {key: text for name in FILES for key, text in _load(name).items()}
        for key, text in _flat(overrides or {}).items():
            self._override(key, text)

    def _override(self, key: str, text: str) -> None:
        ours = self._texts.get(key)
        if ours is None:
            raise BadText(f"texten {key} finns inte")
        try:
            extra = blanks(text) - blanks(ours)
        except ValueError:
            raise BadText(f"texten {key} har en klammer som inte är avslutad") from None
        if extra:
            raise BadText(f"texten {key} har fält som inte finns: {', '.join(f'{{{name}}}' for name in sorted(extra))}")
        if key.startswith("sms.") and EMERGENCY in ours and EMERGENCY not in text:
            raise BadText(f"texten {key} måste säga att man ringer {EMERGENCY} vid fara")
        self._texts[key] = text

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which families can be answered."""
        return tuple(sorted({key.split(".")[1] for key in self._texts if key.startswith("sms.")}))

    def staff(self, key: str, **values: object) -> str:
        """Return a text for staff, in Swedish."""
        return self._texts[key].format(**values)

    def has(self, key: str) -> bool:
        return key in self._texts

    def sms(self, kind: str, language: str, **values: object) -> str:
        """Return a text for a family, in `language` where we have it, else in Swedish."""
        text = self._texts.get(f"sms.{language}.{kind}") or self._texts[f"sms.{DEFAULT_LANGUAGE}.{kind}"]
        return " ".join(text.format(**values).split())

    def language_name(self, code: str) -> str:
        return self._texts.get(f"sms.{code}.language", code)

    def day_and_time(self, at: datetime, language: str = DEFAULT_LANGUAGE) -> str:
        """Return for instance "måndag 17.00" (or "23/11 17.00" in other languages), Stockholm time."""
        wall = local(at)
        if language == DEFAULT_LANGUAGE:
            return f"{WEEKDAYS[wall.weekday()]} {wall:%H.%M}"
        return f"{wall.day}/{wall.month} {wall:%H:%M}"


def listed(parts: list[str]) -> str:
    """Return "a, b och c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} och {parts[-1]}"


__all__ = [
    "BadText",
    "Texts",
    "before",
    "blanks",
    "capital",
    "clock_time",
    "for_the_record",
    "in_hours",
    "lasted",
    "listed",
    "long_day",
    "near_day",
    "near_time",
    "short_day",
    "short_when",
    "since_when",
    "span",
    "weekday_and_date",
    "when",
]
