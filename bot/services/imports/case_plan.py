"""What an export from the case system does to the clocks there are: decided before anything is written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.calendar import local
from bot.domain.clocks import ClockKind, StartEvent
from bot.domain.deadline import OUTCOMES, ClockEvent, ClockState, Deadline, EventKind, Gender, Outcome, Talk
from bot.domain.ids import NamndId, ReportId, StaffId, new_id
from bot.domain.people import Staff
from bot.domain.retention import DataKind
from bot.domain.summons import Party
from bot.services.clocks.changing import event, limit_for, scheduled
from bot.services.clocks.starting import Origin, build
from bot.services.context import Context
from bot.services.imports.case_lines import CaseLine, Key, Note
from bot.services.imports.csv_table import fold
from bot.services.imports.run import Change, Effect
from bot.texts import case_words as words

Known = Mapping[Key, Deadline]


@dataclass(frozen=True, slots=True)
class Owners:
    """Who can own clocks in a nämnd, by e-mail address and by name, however its parts are ordered."""

    by_email: Mapping[str, StaffId] = field(repr=False)
    by_name: Mapping[str, tuple[StaffId, ...]] = field(repr=False)

    @staticmethod
    def of(people: Iterable[Staff]) -> "Owners":
        by_email, by_name = {}, dict[str, tuple[StaffId, ...]]()
        for person in people:
            by_email[person.email.casefold()] = person.id
            by_name[_name_key(person.name)] = (*by_name.get(_name_key(person.name), ()), person.id)
        return Owners(by_email, by_name)

    def find(self, written: str) -> tuple[StaffId, ...]:
        """Return whom a cell may mean: one, none, or several of the same name."""
        by_email = self.by_email.get(written.casefold())
        return (by_email,) if by_email is not None else self.by_name.get(_name_key(written), ())


def _name_key(name: str) -> str:
    """Return what "Strand, Ingrid" and "Ingrid Strand" have in common."""
    return " ".join(sorted(fold(name).replace(",", " ").split()))


@dataclass(frozen=True, slots=True)
class Step:
    """One clock as it was (None: it is new) and as it will be, with the lines for its history."""

    before: Deadline | None
    after: Deadline
    events: tuple[ClockEvent, ...]

    @property
    def is_settling(self) -> bool:
        """It ends so now, and did not before."""
        return self.after.outcome is not None and (self.before is None or self.before.outcome != self.after.outcome)


@dataclass(frozen=True, slots=True)
class CasePlan:
    changes: tuple[Change, ...]
    steps: tuple[Step, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Planner:
    """Decides for one import: on whose behalf, in which nämnd, among which staff."""

    ctx: Context
    namnd: NamndId
    by: StaffId
    owners: Owners

    def plan(self, lines: Sequence[CaseLine], known: Known) -> CasePlan:
        changes: list[Change] = []
        steps: list[Step] = []
        notes: list[Note] = []
        for line in lines:
            mine = self._steps(line, known, notes)
            steps += mine
            is_new = any(step.before is None for step in mine)
            effect = Effect.NEW if is_new else Effect.CHANGED if mine else Effect.SAME
            changes.append(Change(line.line, effect))
        return CasePlan(tuple(changes), tuple(steps), tuple(notes))

    def _steps(self, line: CaseLine, known: Known, notes: list[Note]) -> list[Step]:
        owner = self._owner(line, notes)
        there = [known[key] for key in line.keys if key in known]
        report_id = there[0].report_id if there else ReportId(new_id())
        steps = []
        for key in line.keys:
            old = known.get(key)
            if old is None and self._is_deleted(line, key[1]):
                notes.append(Note(line.line, words.WAS_DELETED))
            elif old is None:
                steps.append(self._new(line, key[1], report_id, owner))
            elif old.state is ClockState.WITHDRAWN:
                notes.append(Note(line.line, words.WAS_WITHDRAWN))
            else:
                step = self.change(line, old)
                steps += [] if step is None else [step]
        return steps

    def _is_deleted(self, line: CaseLine, kind: ClockKind) -> bool:
        """Tell whether a clock of this row has been deleted by decision, or would be at once: it does not come back."""
        before = self.ctx.rules.retention.before(DataKind.CLOCKS, self.namnd, self.ctx.clock.now())
        if before is None or line.decided_on is None or _outcome(line, kind) is None:
            return False
        return line.decided_on <= local(before).date()

    def _owner(self, line: CaseLine, notes: list[Note] | None = None) -> StaffId | None:
        found = self.owners.find(line.owner) if line.owner else ()
        if notes is not None and line.owner and len(found) != 1:
            notes.append(Note(line.line, words.TWO_OWNERS if found else words.UNKNOWN_OWNER))
        return found[0] if len(found) == 1 else None

    def _new(self, line: CaseLine, kind: ClockKind, report_id: ReportId, owner: StaffId | None) -> Step:
        gender = line.gender or Gender.UNKNOWN
        origin = Origin(report_id, self.namnd, line.case_ref, owner, gender, line.wants_feedback)
        is_talk = kind is ClockKind.ALLVARSSAMTAL
        clock = build(
            self.ctx,
            origin,
            kind,
            line.received_at,
            self.by,
            starts_at=self._talk_starts_at(line, owner) if is_talk else None,
            at_once=line.open_utredning and kind is ClockKind.ATERKOPPLING_ANMALARE,
            talk=Talk() if is_talk else None,
        )
        after, events = self._summoned_and_settled(line, clock)
        if after.talk != clock.talk:
            after = scheduled(self.ctx, after)  # what has been summoned is spoken of otherwise
        return Step(None, after, (event(self.ctx, clock, EventKind.IMPORTED, self.by), *events))

    def _talk_starts_at(self, line: CaseLine, owner: StaffId | None) -> datetime:
        chosen = self.ctx.rules.namnder[self.namnd].clocks.talk_starts
        if chosen is StartEvent.SUSPICION and line.suspicion_at is not None:
            return line.suspicion_at
        if chosen is StartEvent.ASSIGNED and owner is not None and _outcome(line, ClockKind.ALLVARSSAMTAL) is None:
            return self.ctx.clock.now()
        return line.received_at

    def change(self, line: CaseLine, old: Deadline) -> Step | None:
        """Return what the row changes of a clock there is: owner, gender, summons and outcome; None when nothing."""
        clock, events = old, list[ClockEvent]()
        owner = self._owner(line)
        if owner is not None and owner != old.owner and old.is_running:
            clock = replace(self._started_by_assignment(clock), owner=owner, listed_in=None)
            events.append(event(self.ctx, clock, EventKind.ASSIGNED, self.by, code=owner))
        if line.gender is not None and line.gender is not old.gender:
            clock = replace(clock, gender=line.gender)
            events.append(event(self.ctx, clock, EventKind.IMPORTED, self.by))
        clock, more = self._summoned_and_settled(line, clock)
        return None if clock == old else Step(old, clock, (*events, *more))

    def _started_by_assignment(self, clock: Deadline) -> Deadline:
        counts = self.ctx.rules.namnder[self.namnd].clocks.talk_starts is StartEvent.ASSIGNED
        if clock.kind is not ClockKind.ALLVARSSAMTAL or clock.owner is not None or not counts:
            return clock
        started = replace(clock, starts_at=self.ctx.clock.now())
        return replace(started, limit=limit_for(self.ctx, started))

    def _summoned_and_settled(self, line: CaseLine, clock: Deadline) -> tuple[Deadline, list[ClockEvent]]:
        clock, events = self._summoned(line, clock)
        outcome = _outcome(line, clock.kind)
        if outcome is None or line.decided_on is None:
            return clock, events
        if (clock.outcome, clock.decided_on) == (outcome, line.decided_on):
            return clock, events
        settled = clock.settle(outcome, self.by, at=self.ctx.clock.now(), on=line.decided_on)
        if settled.talk is not None:
            settled = replace(settled, talk=replace(settled.talk, ended_at=line.ended_at))
        events.append(event(self.ctx, clock, EventKind.SETTLED, self.by, code=outcome.value))
        return settled, events

    def _summoned(self, line: CaseLine, clock: Deadline) -> tuple[Deadline, list[ClockEvent]]:
        """Fill in when child and guardian were summoned; what stands in the bot already is better known."""
        talk = clock.talk
        if talk is None:
            return clock, []
        summoned = replace(
            talk,
            child_summoned_at=talk.child_summoned_at or line.child_summoned_at,
            guardian_summoned_at=talk.guardian_summoned_at or line.guardian_summoned_at,
        )
        new = {
            Party.CHILD: summoned.child_summoned_at != talk.child_summoned_at,
            Party.GUARDIAN: summoned.guardian_summoned_at != talk.guardian_summoned_at,
        }
        codes = [party.value for party, is_new in new.items() if is_new]
        clock = replace(clock, talk=summoned)
        return clock, [event(self.ctx, clock, EventKind.SUMMONED, self.by, code=code) for code in codes]


def _outcome(line: CaseLine, kind: ClockKind) -> Outcome | None:
    """Return how a row ends a clock of `kind`; None when it does not."""
    return next((outcome for outcome in line.outcomes if outcome in OUTCOMES[kind]), None)
