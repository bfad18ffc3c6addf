"""What the settings say of one nämnd, as the repository asks about it."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.calendar import local
from bot.domain.ids import NamndId
from bot.domain.people import World
from bot.domain.retention import DataKind
from bot.domain.rules import Rules
from bot.ports import Tx


@dataclass(frozen=True, slots=True)
class Due:
    """One kind in one nämnd at one instant. `numbers` are the lines on which it receives unknown numbers."""

    kind: DataKind
    namnd: NamndId
    numbers: tuple[str, ...]
    before: datetime
    today: date
    decision: str

    @property
    def is_linked(self) -> bool:
        return self.kind is DataKind.CONVERSATIONS


def due_in(rules: Rules, kind: DataKind, namnd: NamndId, now: datetime) -> Due | None:
    """Return what is due of a kind in a nämnd; None when it has not decided, and nothing is."""
    before = rules.retention.before(kind, namnd, now)
    if before is None:
        return None
    lines = (n.number for n in rules.numbers.values() if n.world is World.BEREDSKAP and n.reception == namnd)
    decision = rules.retention.decision(kind, namnd)
    return Due(kind, namnd, tuple(lines), before, local(now).date(), decision)


def shared_due(rules: Rules, kind: DataKind, now: datetime) -> tuple[datetime, str] | None:
    """Return until when, and by which decisions, for what belongs to no single nämnd; None unless all have decided."""
    rule = rules.retention.of.get(kind)
    decision = rules.retention.shared_decision(kind, tuple(rules.namnder))
    return None if rule is None or not decision else (now - rule.kept_for, decision)


def is_whole_namnd_held(tx: Tx, rules: Rules, today: date) -> bool:
    """Tell whether some nämnd as a whole is on hold: what belongs to no single nämnd may be its, and stays."""
    return any(is_namnd_held(tx, namnd, today) for namnd in rules.namnder)


def is_namnd_held(tx: Tx, namnd: NamndId, today: date) -> bool:
    """Tell whether a nämnd as a whole is on hold."""
    return any(hold.is_whole for hold in tx.retention.holds(namnd, today))


def is_anything_held(tx: Tx, rules: Rules, today: date) -> bool:
    """Tell whether anything at all is on hold."""
    return any(tx.retention.holds(namnd, today) for namnd in rules.namnder)
