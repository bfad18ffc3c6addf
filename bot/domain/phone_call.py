"""A call between a contact and whoever has the duty, through our number: neither sees the other's.

Somebody has taken a call when they have pressed a key in it, never because it was answered: voicemail answers too
(facts: twilio, section 16). States only go forward, whatever order the reports come in. All times are aware UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from bot.domain.ids import ContactId, ConversationId, PhoneCallId, PhoneLegId, ShiftId, StaffId

RING_FOR: Final = timedelta(seconds=20)  # each phone; most voicemail answers later (facts: twilio, section 16)
SETTLE_AFTER: Final = timedelta(minutes=3)  # from the last that was heard of a call that rings: its end was lost
FORGET_AFTER: Final = timedelta(hours=5)  # a call is cut after four hours: the report on its end was lost
TAKE_KEY: Final = "1"


class Way(str, Enum):
    """Who has called whom."""

    IN = "in"  # a contact has called our number
    OUT = "out"  # Ring upp: a member of staff has called a contact


class CallState(str, Enum):
    """`ringing` -> `taken` -> `ended`; or from `ringing` to one of the others."""

    RINGING = "ringing"
    TAKEN = "taken"  # the two speak
    ENDED = "ended"
    MISSED = "missed"  # in: nobody pressed the key
    BUSY = "busy"  # out, as the two that follow
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    NOT_BEGUN = "not_begun"  # out: whoever wanted to call did not press the key on their own phone


class LegState(str, Enum):
    """One phone of a call. `due` has not been rung yet."""

    DUE = "due"
    RINGING = "ringing"
    ANSWERED = "answered"  # by somebody or by voicemail: nobody knows which
    PRESSED = "pressed"
    OVER = "over"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    CANCELED = "canceled"  # the other end hung up first
    FAILED = "failed"


LEG_RANK: Final[Mapping[LegState, int]] = {
    LegState.DUE: 0,
    LegState.RINGING: 1,
    LegState.ANSWERED: 2,
    LegState.PRESSED: 3,
}
SETTLED: Final = 4  # the rank of every other state of a leg
REPORTS: Final[Mapping[str, LegState]] = {  # the provider's words (facts: twilio, section 16)
    "queued": LegState.DUE,
    "initiated": LegState.DUE,
    "ringing": LegState.RINGING,
    "in-progress": LegState.ANSWERED,
    "answered": LegState.ANSWERED,
    "completed": LegState.OVER,
    "busy": LegState.BUSY,
    "no-answer": LegState.NO_ANSWER,
    "canceled": LegState.CANCELED,
    "failed": LegState.FAILED,
}
NOT_REACHED: Final[Mapping[LegState, CallState]] = {  # what has become of Ring upp, by the contact's phone
    LegState.BUSY: CallState.BUSY,
    LegState.NO_ANSWER: CallState.NO_ANSWER,
    LegState.CANCELED: CallState.NO_ANSWER,
    LegState.FAILED: CallState.FAILED,
}


@dataclass(frozen=True, slots=True)
class PhoneCall:
    """One call. `staff_id` has taken it, or wants to call; `due_at` is when it is settled if nothing more is heard.

    `conversation_id` is None until somebody has taken or missed it. `ended_at` is None as well when the end of a
    call that was taken was never reported.
    """

    id: PhoneCallId
    way: Way
    contact_id: ContactId
    our_number: str
    began_at: datetime
    due_at: datetime | None
    state: CallState = CallState.RINGING
    provider_id: str | None = None
    conversation_id: ConversationId | None = None
    staff_id: StaffId | None = None
    shift_id: ShiftId | None = None
    taken_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        return self.state not in {CallState.RINGING, CallState.TAKEN}

    def heard_of(self, at: datetime) -> "PhoneCall":
        """Something was heard of it while it rings: its end may come later."""
        return replace(self, due_at=at + SETTLE_AFTER) if self.state is CallState.RINGING else self

    def take(self, staff_id: StaffId, at: datetime) -> "PhoneCall":
        """The two speak now. Raises ValueError when it does not ring any more."""
        if self.state is not CallState.RINGING:
            raise ValueError("only a call that rings can be taken")
        return replace(self, state=CallState.TAKEN, staff_id=staff_id, taken_at=at, due_at=at + FORGET_AFTER)

    def end(self, state: CallState, at: datetime | None) -> "PhoneCall":
        """It is over; what is over already stays as it is, and what was taken has ended, whatever is said."""
        if self.is_over:
            return self
        ended = CallState.ENDED if self.state is CallState.TAKEN else state
        return replace(self, state=ended, ended_at=at, due_at=None)


@dataclass(frozen=True, slots=True)
class PhoneLeg:
    """One phone of a call: of `staff_id`, or of the contact when that is None.

    `nth` orders those who are rung one after another; `sequence` is of the newest report, -1 before the first.
    """

    id: PhoneLegId
    call_id: PhoneCallId
    nth: int
    staff_id: StaffId | None = None
    state: LegState = LegState.DUE
    provider_id: str | None = None
    sequence: int = -1

    @property
    def rank(self) -> int:
        return LEG_RANK.get(self.state, SETTLED)

    def told(self, state: LegState, sequence: int | None = None, provider_id: str | None = None) -> "PhoneLeg":
        """Return it as a report leaves it: an older one changes nothing, and no state is left for an earlier one.

        `sequence` is None for what we know ourselves.
        """
        is_old = sequence is not None and sequence <= self.sequence
        told = replace(self, state=state)
        kept = self.state if is_old or told.rank <= self.rank else state
        newest = self.sequence if sequence is None else max(self.sequence, sequence)
        return replace(self, state=kept, sequence=newest, provider_id=provider_id or self.provider_id)


@dataclass(frozen=True, slots=True)
class CallMark:
    """A call as it may stand in Slack: coded, with times. `by` is a Slack user id, or a name where names are shown."""

    way: Way
    state: CallState
    began_at: datetime
    taken_at: datetime | None
    ended_at: datetime | None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Dial:
    """What the provider is told to do: ring this phone, show our number, and connect the two."""

    call_id: PhoneCallId
    leg_id: PhoneLegId
    to: str = field(repr=False)
    our_number: str
    asks_for_key: bool  # whoever answers is to press a key first


@dataclass(frozen=True, slots=True)
class Speak:
    """What the provider is told to do: say this, and hang up."""

    words: str


@dataclass(frozen=True, slots=True)
class Connect:
    """What the provider is told to do: whoever has pressed the key speaks with the other end."""

    words: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """What the provider is told to do: nothing is left to say."""


Move = Dial | Speak | Connect | HangUp
