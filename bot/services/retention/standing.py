"""How gallring stands: what is held back and why, what is on hold, and what is left on the other side."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.calendar import local
from bot.domain.ids import NamndId
from bot.domain.people import World
from bot.domain.retention import OF_CONVERSATIONS, OF_MYNDIGHET, DataKind, HeldBack, Standing
from bot.domain.rules import Rules
from bot.ports import Tx
from bot.services.retention.due import due_in, shared_due


@dataclass(frozen=True, slots=True)
class RetentionOf:
    """One nämnd in one world: counts only. What is held back for several reasons is counted under each.

    `clocks` are those of myndighet; in the beredskap there are none.
    """

    namnd: NamndId
    held_back: dict[HeldBack, int]
    holds: int
    clocks: dict[HeldBack, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RetentionState:
    """All nämnder in both worlds, what is nobody's own, and what is still to be deleted elsewhere.

    `parked` are payloads that nobody could digest, `not_reviewed` entries of the log that nobody has looked at.
    """

    namnder: tuple[RetentionOf, ...]
    units: tuple[RetentionOf, ...]
    parked: int
    not_reviewed: int
    elsewhere: Standing


def retention_state(tx: Tx, rules: Rules, now: datetime) -> RetentionState:
    """Read all of it."""
    return RetentionState(
        tuple(retention_of(tx, rules, namnd, now) for namnd in rules.namnder),
        tuple(unit_retention(tx, rules, namnd, now) for namnd in rules.namnder if decides_on_clocks(rules, namnd)),
        tx.retention.parked(),
        not_reviewed(tx, rules, now),
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
    return RetentionOf(namnd, _some(counts), _holds(tx, namnd, now, World.BEREDSKAP))


def unit_retention(tx: Tx, rules: Rules, namnd: NamndId, now: datetime) -> RetentionOf:
    """Read how it stands with a nämnd's clocks and what was written about them."""
    texts, clocks = due_in(rules, DataKind.SUMMONSES, namnd, now), due_in(rules, DataKind.CLOCKS, namnd, now)
    written = {} if texts is None else tx.clocks_kept.texts_held_back(namnd, texts.before, texts.today)
    kept = {} if clocks is None else tx.clocks_kept.held_back(namnd, clocks.before, clocks.today)
    return RetentionOf(namnd, _some(written), _holds(tx, namnd, now, World.MYNDIGHET), _some(kept))


def decides_on_clocks(rules: Rules, namnd: NamndId) -> bool:
    """Tell whether a nämnd has decided on gallring of anything in the world of myndighet."""
    return any(rules.retention.decision(kind, namnd) for kind in OF_MYNDIGHET)


def not_reviewed(tx: Tx, rules: Rules, now: datetime) -> int:
    """Count the entries of the log that keep it although its time is out."""
    due = shared_due(rules, DataKind.AUDIT_LOG, now)
    return 0 if due is None else tx.reviews.count_unread(due[0])


def _some(counts: dict[HeldBack, int]) -> dict[HeldBack, int]:
    return {why: count for why, count in counts.items() if count}


def _holds(tx: Tx, namnd: NamndId, now: datetime, world: World) -> int:
    """Count the holds that keep something of a world: those that its leaders have set, and those on all of it."""
    return sum(hold.world is world or hold.is_whole for hold in tx.retention.holds(namnd, local(now).date()))
