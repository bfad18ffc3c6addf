"""How gallring stands: what is held back and why, what is on hold, and what is left on the other side."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.calendar import local
from bot.domain.ids import NamndId
from bot.domain.retention import OF_CONVERSATIONS, HeldBack, Standing
from bot.domain.rules import Rules
from bot.ports import Tx
from bot.services.retention.due import due_in


@dataclass(frozen=True, slots=True)
class RetentionOf:
    """One nämnd: counts only. What is held back for several reasons is counted under each."""

    namnd: NamndId
    held_back: dict[HeldBack, int]
    holds: int


@dataclass(frozen=True, slots=True)
class RetentionState:
    """All nämnder, payloads that nobody could digest, and what is still to be deleted elsewhere."""

    namnder: tuple[RetentionOf, ...]
    parked: int
    elsewhere: Standing


def retention_state(tx: Tx, rules: Rules, now: datetime) -> RetentionState:
    """Read all of it."""
    return RetentionState(
        tuple(retention_of(tx, rules, namnd, now) for namnd in rules.namnder),
        tx.retention.parked(),
        tx.retention.standing(),
    )


def retention_of(tx: Tx, rules: Rules, namnd: NamndId, now: datetime) -> RetentionOf:
    """Read how it stands in one nämnd."""
    counts: dict[HeldBack, int] = {}
    for kind in OF_CONVERSATIONS:
        due = due_in(rules, kind, namnd, now)
        if due is None:
            continue
        found = tx.retention.held_back(namnd, due.numbers, due.before, due.today, linked=due.is_linked)
        for why, count in found.items():
            counts[why] = counts.get(why, 0) + count
    return RetentionOf(
        namnd,
        {why: count for why, count in counts.items() if count},
        len(tx.retention.holds(namnd, local(now).date())),
    )
