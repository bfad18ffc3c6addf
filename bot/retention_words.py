"""How gallring stands, in words and as data, for `beredskapsbot status` and `check`."""

from collections.abc import Iterator
from typing import Any

from bot.domain.ids import NamndId
from bot.domain.retention import DataKind, HeldBack
from bot.domain.rules import Rules
from bot.services.retention.report_retention import held_back_lines
from bot.services.retention.standing import RetentionState
from bot.texts import Texts, listed


def retention_lines(state: RetentionState, texts: Texts) -> Iterator[str]:
    """Yield the lines that a person reads."""
    for found in state.namnder:
        lines = list(held_back_lines(texts, found, 0)) or [texts.staff("retention.nothing_held")]
        yield texts.staff("retention.namnd", namnd=found.namnd, what=" ".join(lines))
    for found in state.units:
        lines = list(held_back_lines(texts, found, 0)) or [texts.staff("retention.nothing_held")]
        yield texts.staff("retention.unit", namnd=found.namnd, what=" ".join(lines))
    if state.parked:
        yield texts.staff(f"retention.held.{HeldBack.PARKED.value}", count=state.parked)
    if state.not_reviewed:
        yield texts.staff(f"retention.held.{HeldBack.NOT_REVIEWED.value}", count=state.not_reviewed)
    if state.elsewhere.left:
        yield texts.staff("retention.elsewhere", count=state.elsewhere.left, failed=state.elsewhere.failed)


def retention_data(state: RetentionState) -> dict[str, Any]:
    """Return the same for a program."""
    return {
        "namnder": {
            found.namnd: {
                "held_back": {why.value: count for why, count in found.held_back.items()},
                "holds": found.holds,
            }
            for found in state.namnder
        },
        "units": {
            found.namnd: {
                "held_back": {why.value: count for why, count in found.held_back.items()},
                "clocks": {why.value: count for why, count in found.clocks.items()},
                "holds": found.holds,
            }
            for found in state.units
        },
        "parked": state.parked,
        "not_reviewed": state.not_reviewed,
        "left_elsewhere": state.elsewhere.left,
        "failed_elsewhere": state.elsewhere.failed,
    }


def undecided_words(rules: Rules, texts: Texts) -> str:
    """Return what is never deleted because nobody has decided it; "" when everything is decided."""
    namnder = tuple(rules.namnder)
    missing: dict[DataKind, list[NamndId]] = {}
    for kind, namnd in rules.retention.undecided(namnder):
        missing.setdefault(kind, []).append(namnd)
    if not missing:
        return ""
    every = texts.staff("retention.undecided_all")
    told = [
        texts.staff(
            "retention.undecided_kind",
            kind=texts.staff(f"retention.kind.{kind.value}"),
            namnder=every if len(found) == len(namnder) else ", ".join(sorted(found)),
        )
        for kind, found in missing.items()
    ]
    return texts.staff("retention.undecided", what=listed(told))


__all__ = ["retention_data", "retention_lines", "undecided_words"]
