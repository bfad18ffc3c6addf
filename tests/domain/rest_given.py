"""Working time as people tell it: spans in Stockholm time, and what the checks say of them."""

from datetime import UTC, date, datetime, time
from typing import Any

from bot.domain.calendar import STOCKHOLM, WeekHours
from bot.domain.ids import StaffId
from bot.domain.rest.findings import Finding, Rule
from bot.domain.rest.rules import RestRules
from bot.domain.rest.spans import Kind, Span, Stretch, a_span

ANNA = StaffId("anna")
NO_HOURS = WeekHours()
AT_EIGHT = RestRules(dygnsbryt=time(8))
AT_SIX = RestRules(dygnsbryt=time(6))


def wall(text: str, fold: int = 0) -> datetime:
    """Return "2026-11-20 22:14" in Stockholm as UTC; `fold` 1 is the second of two in the autumn night."""
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM, fold=fold).astimezone(UTC)


def stretch(start: str, end: str) -> Stretch:
    """Return a stretch of Stockholm time; an end without a date is on the day of the start."""
    return Stretch(wall(start), wall(end if " " in end else f"{start.split()[0]} {end}"))


def span(kind: Kind, start: str, end: str) -> Span:
    return Span(kind, stretch(start, end))


def work(start: str, end: str) -> Span:
    return span(Kind.ORDINARY, start, end)


def active(start: str, end: str) -> Span:
    return span(Kind.ACTIVE, start, end)


def beredskap(start: str, end: str) -> Span:
    return span(Kind.PASSIVE, start, end)


def hours(kind: Kind, start: str, length: Any) -> Span:
    """Return a span of elapsed time."""
    return a_span(kind, wall(start), wall(start) + length)


def day(text: str) -> date:
    return date.fromisoformat(text)


def of(rule: Rule, findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.rule is rule]
