"""One running clock: what it is about, where it stands, and what may be done with it. Times are aware UTC."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum
from typing import Final

from bot.domain.clocks import ClockKind, Limit
from bot.domain.ids import ClockListId, DeadlineId, NamndId, ReportId, StaffId


class ClockState(str, Enum):
    RUNNING = "running"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"  # registered by mistake; counts nowhere


class Outcome(str, Enum):
    """How a clock was settled."""

    DONE = "done"  # the assessment was made, or the feedback was given
    INLEDS = "inleds"
    INLEDS_INTE = "inleds_inte"
    AVSLUTAD = "avslutad"
    HELD = "held"
    DECLINED = "declined"
    CANCELLED = "cancelled"


OUTCOMES: Final[dict[ClockKind, tuple[Outcome, ...]]] = {
    ClockKind.SKYDDSBEDOMNING: (Outcome.DONE,),
    ClockKind.FORHANDSBEDOMNING: (Outcome.INLEDS, Outcome.INLEDS_INTE),
    ClockKind.UTREDNING: (Outcome.AVSLUTAD,),
    ClockKind.ATERKOPPLING_ANMALARE: (Outcome.DONE,),
    ClockKind.ATERKOPPLING_BARN: (Outcome.DONE,),
    ClockKind.ALLVARSSAMTAL: (Outcome.HELD, Outcome.DECLINED, Outcome.CANCELLED),
}
EXTENDABLE: Final = frozenset({ClockKind.FORHANDSBEDOMNING, ClockKind.UTREDNING})


class Reason(str, Enum):
    """Why a limit was missed, or a talk not held (facts: domain, section 4)."""

    ARBETSBELASTNING = "arbetsbelastning"
    FAMILJ_KUNDE_EJ = "familj_kunde_ej"
    SKOLA = "skola"
    KONTAKTUPPGIFTER_SAKNAS = "kontaktuppgifter_saknas"
    POLISFORHOR = "polisforhor"
    EJ_SAMTYCKE = "ej_samtycke"
    EJ_LAMPLIGT = "ej_lampligt"


class Gender(str, Enum):
    """A field of the report to the nämnd, nothing else."""

    BOY = "pojke"
    GIRL = "flicka"
    UNKNOWN = "okant"


class Stage(str, Enum):
    """What a running clock waits for."""

    DECIDE = "decide"  # the handläggare
    HOLD = "hold"  # the police: nothing may reach the family
    CONTACT = "contact"  # a number to the family
    SUMMON = "summon"
    ANSWER = "answer"  # the family
    MEETING = "meeting"
    OUTCOME = "outcome"  # somebody to say whether the talk was held


@dataclass(frozen=True, slots=True)
class Talk:
    """What an allvarssamtal has besides. `summoned` is when the text or call reached out, not when it was answered."""

    has_contact: bool = False
    police_hold: bool = False
    child_summoned_at: datetime | None = None
    guardian_summoned_at: datetime | None = None
    booked_at: datetime | None = None  # when the talk is to be
    ended_at: datetime | None = None  # when it was held, declined or cancelled
    with_police: bool | None = None

    @property
    def summoned_at(self) -> datetime | None:
        """When the child had been summoned together with a guardian: the later of the two; None until both have."""
        if self.child_summoned_at is None or self.guardian_summoned_at is None:
            return None
        return max(self.child_summoned_at, self.guardian_summoned_at)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A clock. `received_at` is the nämnd's own stamp; `starts_at` is what the limit is counted from."""

    id: DeadlineId
    report_id: ReportId
    namnd: NamndId
    kind: ClockKind
    case_ref: str  # the case system's reference, never a personnummer
    received_at: datetime
    starts_at: datetime
    limit: Limit
    registered_at: datetime
    registered_by: StaffId | None = None
    owner: StaffId | None = None
    gender: Gender = Gender.UNKNOWN
    wants_feedback: bool = False  # whoever reported asked to be told
    at_once: bool = False
    state: ClockState = ClockState.RUNNING
    outcome: Outcome | None = None
    decided_on: date | None = None
    settled_at: datetime | None = None
    settled_by: StaffId | None = None
    reason: Reason | None = None
    extended_to: date | None = None
    extended_by: str = field(default="", repr=False)  # who decided
    extension_reason: str = field(default="", repr=False)
    snoozed_until: date | None = None  # the local day on which it is spoken of again
    snooze_reason: str = field(default="", repr=False)
    listed_in: ClockListId | None = None  # the newest morning's list in which it stands
    next_at: datetime | None = None
    talk: Talk | None = None

    @property
    def is_running(self) -> bool:
        return self.state is ClockState.RUNNING

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether the time has run out with nothing done; for an allvarssamtal, before both were summoned."""
        if not self.is_running or now < self.limit.due_at:
            return False
        return self.talk is None or self.talk.summoned_at is None

    def stage(self, now: datetime) -> Stage:
        """Return what a running clock waits for."""
        talk = self.talk
        if talk is None:
            return Stage.DECIDE
        if talk.booked_at is not None:
            return Stage.OUTCOME if talk.booked_at <= now else Stage.MEETING
        if talk.police_hold:
            return Stage.HOLD
        if talk.summoned_at is not None:
            return Stage.ANSWER
        return Stage.SUMMON if talk.has_contact else Stage.CONTACT

    def settle(
        self, outcome: Outcome, by: StaffId, *, at: datetime, on: date, reason: Reason | None = None
    ) -> "Deadline":
        """Return it settled; `on` is the local day of the decision."""
        return replace(
            self,
            state=ClockState.SETTLED,
            outcome=outcome,
            decided_on=on,
            settled_at=at,
            settled_by=by,
            reason=reason or self.reason,
            next_at=None,
            snoozed_until=None,
        )

    def withdraw(self, by: StaffId, *, at: datetime) -> "Deadline":
        return replace(self, state=ClockState.WITHDRAWN, settled_at=at, settled_by=by, next_at=None, snoozed_until=None)


class EventKind(str, Enum):
    """What has happened to a clock: its history, as its handläggare sees it."""

    REGISTERED = "registered"
    IMPORTED = "imported"
    ASSIGNED = "assigned"
    CONTACT_FOUND = "contact_found"
    SUMMONED = "summoned"
    ANSWERED = "answered"
    BOOKED = "booked"
    NO_SHOW = "no_show"
    CALLED_OFF = "called_off"
    HOLD_SET = "hold_set"
    HOLD_LIFTED = "hold_lifted"
    EXTENDED = "extended"
    SNOOZED = "snoozed"
    REASON = "reason"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"
    CARRIED = "carried"  # to the record
    WAIVED = "waived"  # it need not go there


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """One line of the history. `code` is an enum's value or an ISO time; `text` what somebody wrote, sealed at rest."""

    deadline_id: DeadlineId
    at: datetime
    kind: EventKind
    by: StaffId | None = None
    code: str = ""
    text: str = field(default="", repr=False)
