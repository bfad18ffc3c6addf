"""The ladder when nobody acknowledges a text: own phone, backup, leader; three rounds, then the leader each hour.

An acknowledgement is that somebody who should have it has opened it, taken it, answered '1' by sms or pressed a key.
A delivered sms, a call that voicemail answered and a card that Slack has taken are none (facts: twilio, section 16).
All times are aware UTC, so that a change of clocks neither shortens nor doubles a wait.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from bot.domain.ids import ConversationId, EscalationId, EscalationStepId, ShiftId, StaffId


class Whom(str, Enum):
    """Who is reached for."""

    LEAD = "lead"  # whoever has the duty
    BACKUP = "backup"
    LEADER = "leader"


class How(str, Enum):
    """By what."""

    SMS = "sms"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Rung:
    whom: Whom
    how: How


LADDER: Final = tuple(Rung(whom, how) for whom in Whom for how in How)
REMINDER: Final = -1  # stands for a rung with the sms to whoever has acknowledged and not answered
MOST_REMINDERS: Final = 2  # in Slack, then by sms; then the ladder begins anew
LAST_RESORT: Final = (Whom.LEADER, Whom.BACKUP, Whom.LEAD)  # who is reached for each hour: the first who can be


@dataclass(frozen=True, slots=True)
class EscalationRules:
    """What a municipality has decided: [escalation].

    `acknowledge_within` is how long the one who has the duty has before the first sms. `words` are those that must
    not wait, by language; whatever holds none of them is judged by people, never by the program.
    """

    is_on: bool = True
    acknowledge_within: timedelta = timedelta(minutes=5)
    call_after: timedelta = timedelta(minutes=3)  # from an sms to the call to the same people
    backup_after: timedelta = timedelta(minutes=3)
    leader_after: timedelta = timedelta(minutes=4)
    round_after: timedelta = timedelta(minutes=5)
    rounds: int = 3
    leader_every: timedelta = timedelta(hours=1)
    remind_after: timedelta = timedelta(minutes=20)  # acknowledged and not answered: asked again
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def wait(self, rung: Rung) -> timedelta:
        """Return how long after the former rung this one comes."""
        if rung.how is How.CALL:
            return self.call_after
        waits = {Whom.LEAD: timedelta(0), Whom.BACKUP: self.backup_after, Whom.LEADER: self.leader_after}
        return waits[rung.whom]


class EscalationState(str, Enum):
    RUNNING = "running"
    ACKNOWLEDGED = "acknowledged"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Escalation:
    """How far we have come with one text that waits.

    `round` counts from 1, and `done` the rungs of it that are behind us; rounds after the last of `rounds` are the
    hourly ones. `last_at` is when the last rung was taken, or when it began. `since_seq` is the text it began with.
    """

    id: EscalationId
    conversation_id: ConversationId
    since_seq: int
    started_at: datetime
    last_at: datetime
    shift_id: ShiftId | None = None
    is_urgent: bool = False
    state: EscalationState = EscalationState.RUNNING
    round: int = 1
    done: int = 0
    reminders: int = 0
    acknowledged_by: StaffId | None = None
    ended_at: datetime | None = None
    ended_by: str = ""

    def acknowledge(self, staff_id: StaffId, at: datetime) -> "Escalation":
        """Somebody has it: the ladder stops, and how long it may stay unanswered counts from now."""
        state = EscalationState.ACKNOWLEDGED
        return replace(self, state=state, acknowledged_by=staff_id, last_at=at, reminders=0)

    def end(self, why: str, at: datetime) -> "Escalation":
        return replace(self, state=EscalationState.ENDED, ended_at=at, ended_by=why)

    def remind(self, at: datetime) -> "Escalation":
        """Whoever has it is asked again; the round tells such steps apart."""
        return replace(self, reminders=self.reminders + 1, round=self.round + 1, last_at=at)


class StepState(str, Enum):
    """What has become of one step. Only `pressed` acknowledges by itself."""

    DUE = "due"
    SENT = "sent"  # the carrier has taken it
    DELIVERED = "delivered"
    COVERED = "covered"  # the reservväg had just texted the same person of the same text
    DROPPED = "dropped"  # there was no need any more
    FAILED = "failed"
    RINGING = "ringing"
    ANSWERED = "answered"  # by somebody or by voicemail: nobody knows which
    UNANSWERED = "unanswered"
    PRESSED = "pressed"


@dataclass(frozen=True, slots=True)
class Step:
    """One person reached for, once. `sequence` is of the newest report on a call, -1 before the first."""

    id: EscalationStepId
    escalation_id: EscalationId
    staff_id: StaffId
    how: How
    round: int
    rung: int
    at: datetime
    state: StepState = StepState.DUE
    provider_id: str | None = None
    receipt_at: datetime | None = None
    sequence: int = -1


@dataclass(frozen=True, slots=True)
class Reachable:
    """Somebody whom a rung is for. `has_phone`: their own, verified, which may be texted and called."""

    staff_id: StaffId
    has_phone: bool
    has_slack: bool = True

    def is_on(self, rung: Rung) -> bool:
        """Tell whether a rung reaches them. With an sms their card in Slack sounds again, or the card alone does."""
        return self.has_phone or (self.has_slack and rung.how is How.SMS)


People = Mapping[Whom, tuple[Reachable, ...]]


@dataclass(frozen=True, slots=True)
class NextStep:
    """What is done next and when; `empty` are the rungs that were passed over since nobody stands on them.

    `is_round_over`: the step begins a round after the first, so nobody has acknowledged in the one before.
    `after` is the escalation once it has been taken.
    """

    at: datetime
    rung: Rung
    index: int
    people: tuple[StaffId, ...]
    empty: tuple[Rung, ...]
    is_round_over: bool
    after: Escalation

    @property
    def sounds(self) -> bool:
        """Tell whether it is heard in Slack too: with an sms, and with a call that no sms has come before.

        Whoever has the duty got the card with the text; whoever else presses 1 must find one to answer from.
        """
        is_first_heard = self.after.is_urgent and self.after.round == 1 and self.rung.whom is not Whom.LEAD
        return self.rung.how is How.SMS or is_first_heard


def rungs_of(escalation: Escalation, people: People, rules: EscalationRules) -> tuple[Rung, ...]:
    """Return the rungs of the round that it is in. What must not wait begins with calls alone."""
    if escalation.round > rules.rounds:
        hourly = [tuple(Rung(whom, how) for how in How) for whom in LAST_RESORT]
        return next((rungs for rungs in hourly if any(_on(rung, people) for rung in rungs)), hourly[0])
    if escalation.is_urgent and escalation.round == 1:
        return tuple(rung for rung in LADDER if rung.how is How.CALL)
    return LADDER


def next_step(escalation: Escalation, people: People, rules: EscalationRules) -> NextStep | None:
    """Return what is done next unless somebody acknowledges before; None when it has stopped, or nobody can be reached.

    A rung with nobody on it is passed over without its wait (facts: storage, H13). When a whole round has nobody on
    any rung there is nobody to wait for: whoever asked tells operations.
    """
    if escalation.state is not EscalationState.RUNNING:
        return None
    empty: list[Rung] = []
    rounds = (escalation, *(replace(escalation, round=escalation.round + more, done=0) for more in (1, 2)))
    for current in rounds:
        is_new_round = current is not escalation
        rungs = rungs_of(current, people, rules)
        for index in range(current.done, len(rungs)):
            able = _on(rungs[index], people)
            if able:
                at = escalation.last_at + _wait(current, rungs[index], rules, is_new_round=is_new_round)
                after = replace(current, done=index + 1, last_at=at)
                return NextStep(at, rungs[index], index, able, tuple(empty), is_new_round, after)
            if not is_new_round:
                empty.append(rungs[index])
    return None


def _on(rung: Rung, people: People) -> tuple[StaffId, ...]:
    return tuple(one.staff_id for one in people.get(rung.whom, ()) if one.is_on(rung))


def _wait(escalation: Escalation, rung: Rung, rules: EscalationRules, *, is_new_round: bool) -> timedelta:
    """Return the wait before a rung. The first that is taken of a round waits as the round does, whichever it is."""
    if is_new_round and escalation.round > rules.rounds + 1:
        return rules.leader_every - rules.call_after  # from the call that ended the hour before
    if is_new_round:
        return rules.round_after if escalation.round <= rules.rounds else rules.leader_every
    if escalation.done == 0 and escalation.round == 1:
        return timedelta(0) if escalation.is_urgent else rules.acknowledge_within
    return rules.wait(rung)


def stage_told(step: NextStep, rules: EscalationRules) -> str:
    """Return at what stage the sender is told the truth as this step is taken; "" at none.

    Once when the first round has ended without anybody, and once when only the leader is left to reach for.
    """
    if not step.is_round_over:
        return ""
    return {2: "waiting", rules.rounds + 1: "unanswered"}.get(step.after.round, "")


def next_reminder(escalation: Escalation, rules: EscalationRules) -> datetime | None:
    """Return when somebody who has acknowledged is asked again; None when nobody has.

    First in Slack, then by sms; after both the ladder begins anew, for whoever acknowledged may have fallen asleep.
    """
    if escalation.state is not EscalationState.ACKNOWLEDGED:
        return None
    return escalation.last_at + (rules.call_after if escalation.reminders else rules.remind_after)
