"""What each row of an export from the case system says, or what is wrong with it; looks at nothing but the file."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Final, TypeVar

from bot.domain.calendar import ONE_DAY, instant, local
from bot.domain.case_import import CaseImport
from bot.domain.case_ref import clean_ref, problem_with_ref
from bot.domain.clocks import MIDNIGHT, ClockKind, ClockRules, StartEvent
from bot.domain.deadline import Gender, Outcome
from bot.domain.personnummer import holds_personnummer
from bot.services.imports.case_table import CaseTable, SourceRow
from bot.services.imports.csv_table import fold
from bot.services.imports.run import Progress, in_rounds, quiet
from bot.services.imports.written_moment import BadMoment, Moment, NoSuchMoment, read_moment, read_time
from bot.texts import case_words as words
from bot.texts import import_words

OLDEST: Final = date(2000, 1, 1)
MINUTE: Final = timedelta(minutes=1)
DATED: Final = frozenset(  # a serial number in them is no person's: they are read as days, or refused
    {"received_on", "received_time", "decided_on", "suspicion_on", "child_summoned", "guardian_summoned"}
)
YES_NO: Final = {
    **dict.fromkeys(("ja", "j", "yes", "true", "sant", "1", "x"), True),
    **dict.fromkeys(("nej", "n", "no", "false", "falskt", "0", "-", ""), False),
}
T = TypeVar("T")
Key = tuple[str, ClockKind, datetime]  # by which a clock is known again


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One row that could be read. Instants are UTC, to the minute; `owner` is as it was written.

    `ended_at` is None when only the day is known. `has_time`: the time of receipt was written, not only its day.
    """

    line: int
    case_ref: str
    kinds: tuple[ClockKind, ...]
    received_at: datetime
    has_time: bool = True
    owner: str = field(default="", repr=False)
    gender: Gender | None = None
    wants_feedback: bool = False
    open_utredning: bool = False
    outcomes: tuple[Outcome, ...] = ()
    decided_on: date | None = None
    ended_at: datetime | None = None
    suspicion_at: datetime | None = None
    child_summoned_at: datetime | None = None
    guardian_summoned_at: datetime | None = None

    @property
    def keys(self) -> tuple[Key, ...]:
        return tuple((self.case_ref, kind, self.received_at) for kind in self.kinds)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not read in, as it stood, and why."""

    row: SourceRow
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """Something about a row that does not stop it."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class CaseLines:
    """What a file says. `idle` rows are right but start nothing: said already, or an utredning is open."""

    lines: tuple[CaseLine, ...]
    rejected: tuple[Rejected, ...] = ()
    notes: tuple[Note, ...] = ()
    idle: int = 0


@dataclass(frozen=True, slots=True)
class _Dictionary:
    """The words of the case system, folded for comparison."""

    kinds: Mapping[str, tuple[ClockKind, ...]]
    genders: Mapping[str, Gender]
    outcomes: Mapping[str, tuple[Outcome, ...]]
    date_format: str


def read_lines(
    table: CaseTable, config: CaseImport, rules: ClockRules, now: datetime, progress: Progress = quiet
) -> CaseLines:
    """Turn rows into cases, or say what is wrong with them."""
    dictionary = _Dictionary(
        kinds={fold(word): kinds for word, kinds in config.kinds.items()},
        genders={fold(word): gender for word, gender in config.genders.items()},
        outcomes={fold(word): outcomes for word, outcomes in config.outcomes.items()},
        date_format=config.date_format,
    )
    lines: list[CaseLine] = []
    rejected: list[Rejected] = []
    notes: list[Note] = []
    first: dict[Key, CaseLine] = {}
    for row in in_rounds(table.rows, import_words.READING, progress):
        reader = _RowReader(table, row, dictionary, rules, now)
        line = reader.read()
        line = None if line is None else _not_said(line, first, reader)
        if reader.reasons:
            rejected.append(Rejected(row, tuple(dict.fromkeys(reader.reasons))))
            continue
        notes += (Note(row.line, text) for text in reader.notes)
        if line is not None:
            first.update(dict.fromkeys(line.keys, line))
            lines.append(line)
    idle = len(table.rows) - len(lines) - len(rejected)
    return CaseLines(tuple(lines), tuple(rejected), tuple(notes), idle)


def _not_said(line: CaseLine, first: Mapping[Key, CaseLine], reader: "_RowReader") -> CaseLine | None:
    """Return the line with the clocks that no earlier one has; None when that is none."""
    if not line.kinds:
        reader.notes.append(words.NO_CLOCK)
        return None
    earlier = [first[key] for key in line.keys if key in first]
    left = tuple(kind for kind, key in zip(line.kinds, line.keys, strict=True) if key not in first)
    if left:
        return replace(line, kinds=left)
    if any(replace(line, line=0, kinds=()) != replace(said, line=0, kinds=()) for said in earlier):
        reader.reasons.append(words.TWICE_OTHERWISE.format(line=earlier[0].line))
    else:
        reader.notes.append(words.TWICE.format(line=earlier[0].line))
    return None


class _RowReader:
    """One row while it is read: `reasons` are what is wrong with it."""

    def __init__(
        self, table: CaseTable, row: SourceRow, dictionary: _Dictionary, rules: ClockRules, now: datetime
    ) -> None:
        self._table = table
        self._row = row
        self._dictionary = dictionary
        self._rules = rules
        self._now = now
        self.reasons: list[str] = []
        self.notes: list[str] = []

    def read(self) -> CaseLine | None:
        """Return what the row says; None when there is a reason against it."""
        wanted = len(self._table.header)
        if len(self._row.cells) < wanted or any(self._row.cells[wanted:]):
            self.reasons.append(words.WRONG_WIDTH.format(found=len(self._row.cells), wanted=wanted))
            return None
        self._refuse_personnummer()
        if self.reasons:
            return None
        case_ref, kinds, received_at = self._case_ref(), self._kinds(), self._received_at()
        outcomes, gender = self._outcomes(), self._gender()
        wants_feedback, open_utredning = self._yes_no("wants_feedback"), self._yes_no("open_utredning")
        if self.reasons or received_at is None:
            return None
        line = CaseLine(
            line=self._row.line,
            case_ref=case_ref,
            kinds=_kinds_to_start(kinds, wants_feedback=wants_feedback, open_utredning=open_utredning),
            received_at=received_at,
            has_time=self._has_time(),
            owner=self._cell("owner"),
            gender=gender,
            wants_feedback=wants_feedback,
            open_utredning=open_utredning,
            outcomes=outcomes,
        )
        line = self._decided(line) if outcomes else line
        line = self._about_the_talk(line) if ClockKind.ALLVARSSAMTAL in kinds else line
        return None if self.reasons else line

    def _cell(self, column: str) -> str:
        return self._table.cell(self._row, column)

    def _wrong(self, text: str, column: str, **values: object) -> None:
        self.reasons.append(text.format(column=self._table.heading(column), **values))

    def _refuse_personnummer(self) -> None:
        for column in self._table.places:
            if column not in DATED and column != "case_ref" and holds_personnummer(self._cell(column)):
                self._wrong(words.PERSONNUMMER, column)

    def _case_ref(self) -> str:
        problem = problem_with_ref(self._cell("case_ref"))
        if problem is not None:
            self._wrong(words.REF[problem], "case_ref")
        return clean_ref(self._cell("case_ref"))

    def _kinds(self) -> tuple[ClockKind, ...]:
        written = self._cell("kind")
        if not written:
            self._wrong(words.NO_KIND, "kind")
        elif fold(written) not in self._dictionary.kinds:
            self._wrong(words.UNKNOWN_KIND, "kind")
        return self._dictionary.kinds.get(fold(written), ())

    def _outcomes(self) -> tuple[Outcome, ...]:
        written = fold(self._cell("outcome"))
        if written and written not in self._dictionary.outcomes:
            self._wrong(words.UNKNOWN_OUTCOME, "outcome")
        return self._dictionary.outcomes.get(written, ())

    def _gender(self) -> Gender | None:
        written = fold(self._cell("gender"))
        if written and written not in self._dictionary.genders:
            self.notes.append(words.UNKNOWN_GENDER)
        return self._dictionary.genders.get(written)

    def _yes_no(self, column: str) -> bool:
        written = fold(self._cell(column))
        if written not in YES_NO:
            self._wrong(words.NOT_YES_NO, column)
        return YES_NO.get(written, False)

    def _received_at(self) -> datetime | None:
        moment = self._moment("received_on", is_required=True)
        wall = self._time("received_time")
        if moment is None:
            return None
        if wall is not None and moment.wall not in {None, wall}:
            self._wrong(words.TWO_TIMES, "received_time", other=self._table.heading("received_on"))
        return self._past(moment if wall is None else Moment(moment.day, wall), "received_on", MIDNIGHT)

    def _has_time(self) -> bool:
        moment = self._moment("received_on")
        return self._time("received_time") is not None or (moment is not None and moment.wall is not None)

    def _decided(self, line: CaseLine) -> CaseLine:
        moment = self._moment("decided_on")
        if moment is None:
            if not self._cell("decided_on"):
                self._wrong(words.DECIDED_MISSING, "decided_on")
            return line
        at = self._since(line, moment, "decided_on")
        if moment.wall is None and ClockKind.ALLVARSSAMTAL in line.kinds and Outcome.HELD in line.outcomes:
            self.notes.append(words.ENDED_DAY)
        return replace(line, decided_on=moment.day, ended_at=None if moment.wall is None else at)

    def _about_the_talk(self, line: CaseLine) -> CaseLine:
        suspicion = self._moment("suspicion_on")
        if self._rules.talk_starts is StartEvent.SUSPICION and not self._cell("suspicion_on"):
            self.reasons.append(words.NO_SUSPICION)
        child, guardian = self._moment("child_summoned"), self._moment("guardian_summoned")
        if any(moment is not None and moment.wall is None for moment in (child, guardian)):
            self.notes.append(words.SUMMONED_DAY)
        return replace(
            line,
            suspicion_at=None if suspicion is None else self._past(suspicion, "suspicion_on", MIDNIGHT),
            child_summoned_at=None if child is None else self._since(line, child, "child_summoned"),
            guardian_summoned_at=None if guardian is None else self._since(line, guardian, "guardian_summoned"),
        )

    def _since(self, line: CaseLine, moment: Moment, column: str) -> datetime | None:
        """Return the instant of something that came after the case; without a time of day the day's last minute."""
        if moment.wall is not None:
            at = self._past(moment, column, MIDNIGHT)
            if at is not None and at < line.received_at:
                self._wrong(words.BEFORE_RECEIVED, column)
            return at
        if moment.day > local(self._now).date():
            self._wrong(words.FUTURE, column)
        elif moment.day < local(line.received_at).date():
            self._wrong(words.BEFORE_RECEIVED, column)
        return min(instant(moment.day + ONE_DAY, MIDNIGHT) - MINUTE, self._now)

    def _past(self, moment: Moment, column: str, otherwise: time) -> datetime | None:
        """Return an instant that has been, and that the case system can have known."""
        try:
            at = moment.at(otherwise)
        except NoSuchMoment:
            self._wrong(words.NO_SUCH_TIME, column)
            return None
        if moment.day < OLDEST:
            self._wrong(words.TOO_OLD, column)
        elif at > self._now:
            self._wrong(words.FUTURE, column)
        return at

    def _moment(self, column: str, *, is_required: bool = False) -> Moment | None:
        written = self._cell(column)
        try:
            if written:
                return read_moment(written, self._dictionary.date_format)
        except BadMoment:
            self._wrong(words.PERSONNUMMER if holds_personnummer(written) else words.BAD_DAY, column)
        if is_required and not written:
            self._wrong(words.NO_DAY, column)
        return None

    def _time(self, column: str) -> time | None:
        try:
            return read_time(self._cell(column)) if self._cell(column) else None
        except BadMoment:
            self._wrong(words.BAD_TIME, column)
            return None


def _kinds_to_start(
    kinds: tuple[ClockKind, ...], *, wants_feedback: bool, open_utredning: bool
) -> tuple[ClockKind, ...]:
    """Return the clocks of a report: no förhandsbedömning of a child with an open utredning (SoL 2025:400 20:2).

    Whoever reported and wants to be told is then told at once (19:6).
    """
    if not open_utredning:
        return kinds
    left = tuple(kind for kind in kinds if kind is not ClockKind.FORHANDSBEDOMNING)
    told = (ClockKind.ATERKOPPLING_ANMALARE,) if wants_feedback and left != kinds else ()
    return (*left, *(kind for kind in told if kind not in left))
