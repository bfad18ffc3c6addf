"""The indicator table for the nämnd's report: how large a share was done within its limit (facts: domain, section 5).

Raw figures stand first. A second figure leaves out what a coded reason explains, or counts an extended limit, and is
labelled as such. Counts that are small enough to point somebody out are never shown, and are left out of the totals,
so that they cannot be worked out either (facts: domain, section 10).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import Enum
from typing import Final

from bot.domain.calendar import ONE_DAY, instant, local
from bot.domain.clocks import DUE_ON, MIDNIGHT, ClockKind, ClockRules
from bot.domain.deadline import ClockState, Deadline, Gender, Outcome, Reason

HUNDRED: Final = Decimal(100)
EXCUSING: Final = frozenset({Reason.POLISFORHOR, Reason.EJ_SAMTYCKE, Reason.EJ_LAMPLIGT})


class Measure(str, Enum):
    """What is measured: a row of the table each."""

    TALK_SUMMONED = "talk_summoned"  # the child, together with a guardian, within the limit
    TALK_SUMMONED_CODED = "talk_summoned_coded"
    TALK_HELD = "talk_held"  # within the limit
    TALK_HELD_CODED = "talk_held_coded"
    TALK_HELD_EVER = "talk_held_ever"  # late ones too
    FORHANDSBEDOMNING = "forhandsbedomning"
    FORHANDSBEDOMNING_EXTENDED = "forhandsbedomning_extended"
    UTREDNING = "utredning"
    UTREDNING_EXTENDED = "utredning_extended"


SUMMONED: Final = frozenset({Measure.TALK_SUMMONED, Measure.TALK_SUMMONED_CODED})
CODED: Final = frozenset({Measure.TALK_SUMMONED_CODED, Measure.TALK_HELD_CODED})
EXTENDED: Final = frozenset({Measure.FORHANDSBEDOMNING_EXTENDED, Measure.UTREDNING_EXTENDED})
RAW: Final[Mapping[Measure, Measure]] = {  # of a second figure: the raw one above it, which it is a part of or holds
    Measure.TALK_SUMMONED_CODED: Measure.TALK_SUMMONED,
    Measure.TALK_HELD_CODED: Measure.TALK_HELD,
    Measure.TALK_HELD_EVER: Measure.TALK_HELD,
    Measure.FORHANDSBEDOMNING_EXTENDED: Measure.FORHANDSBEDOMNING,
    Measure.UTREDNING_EXTENDED: Measure.UTREDNING,
}
BESIDE: Final[Mapping[Measure, Measure]] = {  # both are out of the same children, but for whom a reason takes out
    Measure.TALK_HELD_CODED: Measure.TALK_SUMMONED_CODED,
}
WITH_TARGET: Final = SUMMONED | {Measure.TALK_HELD, Measure.TALK_HELD_CODED}
KIND_OF: Final[Mapping[Measure, ClockKind]] = {
    Measure.TALK_SUMMONED: ClockKind.ALLVARSSAMTAL,
    Measure.TALK_SUMMONED_CODED: ClockKind.ALLVARSSAMTAL,
    Measure.TALK_HELD: ClockKind.ALLVARSSAMTAL,
    Measure.TALK_HELD_CODED: ClockKind.ALLVARSSAMTAL,
    Measure.TALK_HELD_EVER: ClockKind.ALLVARSSAMTAL,
    Measure.FORHANDSBEDOMNING: ClockKind.FORHANDSBEDOMNING,
    Measure.FORHANDSBEDOMNING_EXTENDED: ClockKind.FORHANDSBEDOMNING,
    Measure.UTREDNING: ClockKind.UTREDNING,
    Measure.UTREDNING_EXTENDED: ClockKind.UTREDNING,
}
MEASURED: Final = frozenset(KIND_OF.values())
DECIMALS: Final[Mapping[Measure, int]] = {Measure.TALK_HELD_EVER: 2}  # as the report has it; one otherwise


class Part(str, Enum):
    """What part of a year a report is about: both tertial reports count from New Year."""

    T1 = "T1"
    T2 = "T2"
    VB = "VB"


LAST_MONTH: Final[Mapping[Part, int]] = {Part.T1: 4, Part.T2: 8, Part.VB: 12}


@dataclass(frozen=True, slots=True)
class Period:
    """The local days from `first` to `last`, both included, by when something was received."""

    year: int
    part: Part = Part.VB

    @property
    def label(self) -> str:
        """Return for instance "VB 2026"."""
        return f"{self.part.value} {self.year}"

    @property
    def first(self) -> date:
        return date(self.year, 1, 1)

    @property
    def last(self) -> date:
        month = LAST_MONTH[self.part]
        return date(self.year, 12, 31) if month == 12 else date(self.year, month + 1, 1) - ONE_DAY

    @property
    def starts_at(self) -> datetime:
        return instant(self.first, MIDNIGHT)

    @property
    def ends_at(self) -> datetime:
        """The first instant after it."""
        return instant(self.last + ONE_DAY, MIDNIGHT)

    @property
    def year_before(self) -> "Period":
        return Period(self.year - 1, self.part)


@dataclass(frozen=True, slots=True)
class Cell:
    """So many of so many; both None when the cell is masked."""

    met: int | None
    of: int | None

    @property
    def is_masked(self) -> bool:
        return self.of is None

    @property
    def percent(self) -> Decimal | None:
        """None when it is masked, and when there is nothing to measure."""
        return None if self.met is None or not self.of else HUNDRED * self.met / self.of


MASKED: Final = Cell(None, None)


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """One row. `warning`: the total lies outside its parts, as the reader sees them."""

    measure: Measure
    total: Cell
    boys: Cell
    girls: Cell
    unknown: Cell  # whose gender nobody has filled in
    year_before: Cell
    target: int | None
    warning: bool


@dataclass(frozen=True, slots=True)
class Indicator:
    period: Period
    rows: tuple[IndicatorRow, ...]
    mask_at_most: int


def indicator(
    clocks: Sequence[Deadline], before: Sequence[Deadline], period: Period, rules: ClockRules, now: datetime
) -> Indicator:
    """Return the table of a period as it stands at `now`; `before` are the clocks of the same period the year before.

    What was received outside the periods is left out. A clock that still runs and has time left is not counted; one
    that runs and is overdue is missed.
    """
    rows = tuple(_row(measure, clocks, before, period, rules, now) for measure in Measure)
    return Indicator(period, rows, rules.mask_at_most)


def _row(
    measure: Measure,
    clocks: Sequence[Deadline],
    before: Sequence[Deadline],
    period: Period,
    rules: ClockRules,
    now: datetime,
) -> IndicatorRow:
    parts = _parts(measure, clocks, period, rules, now)
    boys, girls, unknown = (parts[gender] for gender in (Gender.BOY, Gender.GIRL, Gender.UNKNOWN))
    total = total_of(parts.values())
    return IndicatorRow(
        measure=measure,
        total=total,
        boys=boys,
        girls=girls,
        unknown=unknown,
        year_before=total_of(_parts(measure, before, period.year_before, rules, now).values()),
        target=rules.target_percent if measure in WITH_TARGET else None,
        warning=lies_outside(total.percent, (boys.percent, girls.percent)),
    )


def _parts(
    measure: Measure, clocks: Iterable[Deadline], period: Period, rules: ClockRules, now: datetime
) -> dict[Gender, Cell]:
    of_kind = [
        clock
        for clock in clocks
        if clock.kind is KIND_OF[measure] and period.first <= local(clock.received_at).date() <= period.last
    ]
    parts = {}
    for gender in Gender:
        mine = [clock for clock in of_kind if clock.gender is gender]
        cell = _counted(mine, measure, rules, now)
        raw = _counted(mine, RAW.get(measure, measure), rules, now)
        beside = cell[0], _counted(mine, BESIDE.get(measure, measure), rules, now)[1]
        parts[gender] = MASKED if _is_small(cell, (raw, beside), rules.mask_at_most) else Cell(*cell)
    return parts


def _counted(clocks: Iterable[Deadline], measure: Measure, rules: ClockRules, now: datetime) -> tuple[int, int]:
    """Return how many were met, of how many."""
    judged = [_judged(clock, measure, rules) for clock in clocks if is_counted(clock, measure, rules, now)]
    return judged.count(True), judged.count(True) + judged.count(False)


def _is_small(cell: tuple[int, int], others: Iterable[tuple[int, int]], mask_at_most: int) -> bool:
    """Tell whether a cell, or its difference to one of the other figures, would show a small count."""
    differences = (abs(mine - its) for other in others for mine, its in zip(cell, other, strict=True))
    return any(1 <= count <= mask_at_most for count in (*cell, *differences))


def is_counted(clock: Deadline, measure: Measure, rules: ClockRules, now: datetime) -> bool:
    """Tell whether it is known by `now` whether a clock was met: it is settled, or its time has run out."""
    if clock.state is ClockState.WITHDRAWN:
        return False
    return not clock.is_running or now >= _runs_out(clock, measure, rules)


def _runs_out(clock: Deadline, measure: Measure, rules: ClockRules) -> datetime:
    if clock.extended_to is None or measure in EXTENDED:
        return clock.limit.due_at
    return instant(DUE_ON[clock.kind](clock.starts_at, rules) + ONE_DAY, MIDNIGHT)


def _judged(clock: Deadline, measure: Measure, rules: ClockRules) -> bool | None:
    """Return whether it was met; None for a miss that its reason takes out of the coded figure."""
    if is_met(clock, measure, rules):
        return True
    return None if measure in CODED and clock.reason in EXCUSING else False


def is_met(clock: Deadline, measure: Measure, rules: ClockRules) -> bool:
    """Tell whether what is measured was done in time; for TALK_HELD_EVER, whether it was done."""
    due_at = _runs_out(clock, measure, rules)
    if clock.kind is not ClockKind.ALLVARSSAMTAL:
        return clock.decided_on is not None and instant(clock.decided_on, MIDNIGHT) < due_at
    if clock.talk is None:
        return False
    if measure in SUMMONED:
        return clock.talk.summoned_at is not None and clock.talk.summoned_at < due_at
    if clock.outcome is not Outcome.HELD:
        return False
    if measure is Measure.TALK_HELD_EVER:
        return True
    if clock.talk.ended_at is None:  # only the day is known: in time when all of it is
        return clock.decided_on is not None and instant(clock.decided_on + ONE_DAY, MIDNIGHT) <= due_at
    return clock.talk.ended_at < due_at


def total_of(parts: Iterable[Cell]) -> Cell:
    """Return the sum of the cells that are shown; masked when nothing but masked ones would be in it."""
    every = tuple(parts)
    shown = [(part.met, part.of) for part in every if part.met is not None and part.of is not None]
    total = Cell(sum(met for met, _ in shown), sum(of for _, of in shown))
    return MASKED if not total.of and any(part.is_masked for part in every) else total


def lies_outside(total: Decimal | None, parts: Iterable[Decimal | None]) -> bool:
    """Tell whether a total cannot be made of its parts: a weighted mean lies between them. Parts may be unknown."""
    known = [part for part in parts if part is not None]
    if total is None or len(known) < 2:
        return False
    return not min(known) <= total <= max(known)


def read_percent(text: str) -> Decimal:
    """Return a percentage as people write it: "75,11", "48.53 %". Raises ValueError."""
    try:
        return Decimal(text.replace("%", "").replace("\N{NO-BREAK SPACE}", " ").strip().replace(",", "."))
    except InvalidOperation:
        raise ValueError("not a percentage") from None


def percent_text(percent: Decimal, decimals: int = 1) -> str:
    """Return a percentage with the Swedish comma.

    >>> percent_text(Decimal(2900) / 136), percent_text(Decimal(90), 0)
    ('21,3 %', '90 %')
    """
    rounded = percent.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{rounded} %".replace(".", ",")
