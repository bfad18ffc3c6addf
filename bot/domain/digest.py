"""The handover as the team sees it: codes, times, counts and coded actions; never a name or a word that was written.

Lag 2001:454 7 a § keeps sensitive and delicate personal data out of compilations, so no row holds free text.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from itertools import groupby

from bot.domain.cards import Person, Sender
from bot.domain.notes import ActionCode, Situation
from bot.domain.outward import OutwardMark, OutwardView
from bot.domain.phone_call import CallMark
from bot.domain.reaction import ActionState


class OwnerKind(str, Enum):
    """Who has an action."""

    STAFF = "staff"
    DUTY = "duty"
    TEAM = "team"  # nobody yet


@dataclass(frozen=True, slots=True)
class DigestAction:
    """A coded action. `owner` and `settled_by` are Slack user ids, "" when there is none."""

    code: ActionCode
    due_on: date
    owner_kind: OwnerKind
    owner: str
    state: ActionState
    settled_by: str = ""
    settled_at: datetime | None = None
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class DigestRow:
    """One episode. `by` are the Slack user ids of those who answered.

    `answered_within` is None when nobody has answered; `is_ours_first` when we wrote first and nobody had asked.
    `is_carried`: it stands in an earlier handover, and is here because something is left to do.
    `added_at` is when it turned up after the post, `noted_at` when its note did.
    """

    episode_id: str
    day: date
    codes: tuple[str, ...]
    sender: Sender
    first_at: datetime
    is_ours_first: bool
    answered_within: timedelta | None
    by: tuple[str, ...]
    is_open: bool
    waiting_since: datetime | None
    has_note: bool
    situation: Situation | None = None
    socialjouren: bool | None = None  # left to it; None while there is no note that says
    action: DigestAction | None = None
    is_reviewed: bool = False
    is_transferred: bool = False
    is_carried: bool = False
    added_at: datetime | None = None
    noted_at: datetime | None = None
    outward: tuple[OutwardMark, ...] = ()
    calls: tuple[CallMark, ...] = ()
    is_call_only: bool = False  # they called us and somebody took it; nobody has written


@dataclass(frozen=True, slots=True)
class DigestView:
    """The whole post. Sections never overlap: what must happen on `day`, what is still open, the rest day by day."""

    digest_id: str
    namnd_name: str
    day: date
    since: datetime | None
    must_happen: tuple[DigestRow, ...]
    still_open: tuple[DigestRow, ...]
    rest: tuple[tuple[date, tuple[DigestRow, ...]], ...]
    not_transferred: tuple[str, ...] = ()  # case codes of what earlier handovers left outside the record
    stale_backgrounds: tuple[str, ...] = ()  # case codes
    is_newest: bool = True
    is_repeat: bool = False
    is_trial: bool = False

    @property
    def rows(self) -> tuple[DigestRow, ...]:
        return (*self.must_happen, *self.still_open, *(row for _, rows in self.rest for row in rows))

    @property
    def is_empty(self) -> bool:
        """Nothing has come in since the last one; earlier things may still be left to do."""
        return all(row.is_carried for row in self.rows)


def must_happen(row: DigestRow, day: date, posted_at: datetime | None = None) -> bool:
    """Tell whether something had to be done by `day`.

    What is done after the post keeps its place, with a tick; what was done before it is nothing to do any more.
    """
    action = row.action
    if action is None or action.due_on > day:
        return False
    return posted_at is None or action.settled_at is None or action.settled_at >= posted_at


def arrange(
    rows: Iterable[DigestRow], day: date, posted_at: datetime | None = None
) -> tuple[tuple[DigestRow, ...], tuple[DigestRow, ...], tuple[tuple[date, tuple[DigestRow, ...]], ...]]:
    """Put rows in order: what must happen by `day`, late ones first; what is still open; the rest by day and time."""
    ordered = sorted(rows, key=lambda row: (row.first_at, row.episode_id))
    first = [row for row in ordered if must_happen(row, day, posted_at)]
    first.sort(key=lambda row: (row.action is not None and row.action.state is not ActionState.OPEN, _due(row)))
    left = [row for row in ordered if not must_happen(row, day, posted_at)]
    still_open = tuple(row for row in left if row.is_open)
    closed = sorted((row for row in left if not row.is_open), key=lambda row: (row.day, row.first_at, row.episode_id))
    rest = tuple((on, tuple(some)) for on, some in groupby(closed, key=lambda row: row.day))
    return tuple(first), still_open, rest


def _due(row: DigestRow) -> date:
    return date.max if row.action is None else row.action.due_on


@dataclass(frozen=True, slots=True)
class Addendum:
    """What has turned up after the post: a row of its own, or the note of a row that stands there already."""

    at: datetime
    row: DigestRow
    is_note: bool
    is_channel: bool
    is_trial: bool = False


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note as a modal shows it; modals may hold names and what was written."""

    author: str
    at: datetime
    came_in: str
    support: str
    promised: str
    situation: Situation
    code: ActionCode
    socialjouren_at: datetime | None
    concerns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActionView:
    """An action as a modal shows it. `owner` and `settled_by` are names."""

    id: str
    code: ActionCode
    due_on: date
    owner_kind: OwnerKind
    owner: str
    state: ActionState
    settled_by: str = ""
    settled_at: datetime | None = None
    reason: str = ""
    is_late: bool = False
    is_mine: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """Who has seen to something, and when; `reference` names where in the record it went."""

    by: str
    at: datetime
    reference: str = ""


@dataclass(frozen=True, slots=True)
class MeetingPage:
    """One step of Mötesläge: one episode with its notes. `digest_id` is "" when it is looked at on its own.

    `refusal` is a key into the texts when this reader may not see the episode (jäv); then it holds nothing of it.
    """

    digest_id: str
    episode_id: str
    namnd_name: str
    day: date  # of the handover
    index: int  # from 1
    count: int
    row: DigestRow
    people: tuple[Person, ...] = ()
    by: tuple[str, ...] = ()  # names of those who answered
    notes: tuple[NoteView, ...] = ()
    actions: tuple[ActionView, ...] = ()
    reviewed: Seen | None = None
    transferred: Seen | None = None
    may_handle: bool = False
    may_transfer: bool = False
    refusal: str = ""
    is_trial: bool = False
    outward: tuple[OutwardView, ...] = ()


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One thing that was said, for the record. `who` is a name, or "" for an automatic text of ours."""

    at: datetime
    who: str
    is_inbound: bool
    is_note: bool
    body: str
    media_count: int = 0
    did_arrive: bool | None = None  # None for what came in


@dataclass(frozen=True, slots=True)
class JournalText:
    """Everything that the record needs about one or several episodes of one conversation."""

    episode_id: str
    codes: tuple[str, ...]
    namnd_name: str
    sender: Sender
    people: tuple[Person, ...]
    number: str
    days: tuple[date, ...]
    first_at: datetime
    answered_at: datetime | None
    answered_within: timedelta | None
    by: tuple[str, ...]
    notes: tuple[NoteView, ...]
    actions: tuple[ActionView, ...]
    lines: tuple[JournalLine, ...]
    is_cut: bool = False  # more was said than stands in `lines`
    outward: tuple[OutwardView, ...] = ()
    calls: tuple[CallMark, ...] = ()  # those that were answered or made; a missed one stands among the lines


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """One open conversation in Överlämning, sealed: codes, times and coded actions."""

    conversation_id: str
    codes: tuple[str, ...]
    sender: Sender
    namnd_name: str
    waiting_since: datetime | None
    unanswered: int
    is_promised: bool  # the one before has left word of what was promised or may be expected
    has_note: bool
    taken_by: str = ""
    outward: tuple[OutwardMark, ...] = ()


@dataclass(frozen=True, slots=True)
class ShiftAction:
    """One thing that whoever has the duty has to do today, sealed."""

    episode_id: str
    codes: tuple[str, ...]
    namnd_name: str
    due_on: date


@dataclass(frozen=True, slots=True)
class ShiftHandover:
    """Överlämning to whoever takes over: in DM, when the shift begins. `namnder` are those that it answers for."""

    shift_id: str
    starts_at: datetime
    ends_at: datetime
    namnder: tuple[str, ...]
    open: tuple[ShiftLine, ...]
    actions: tuple[ShiftAction, ...]
    before: str = ""  # Slack user id of whoever had it until now
    is_trial: bool = False


@dataclass(frozen=True, slots=True)
class HandoverStory:
    """One open conversation as the modal of Överlämning tells it: what was promised, what to expect."""

    conversation_id: str
    codes: tuple[str, ...]
    sender: Sender
    people: tuple[Person, ...]
    namnd_name: str
    waiting_since: datetime | None
    notes: tuple[NoteView, ...]
    outward: tuple[OutwardView, ...] = ()


@dataclass(frozen=True, slots=True)
class LookBackLine:
    """One episode in the log, sealed."""

    episode_id: str
    row: DigestRow


@dataclass(frozen=True, slots=True)
class LookBack:
    """/beredskap logg: past handovers and conversations of one nämnd, newest first."""

    namnd: str
    namnd_name: str
    namnder: tuple[tuple[str, str], ...]  # those that the reader may choose among
    youth: tuple[str, str] | None  # (id, name) that is looked for
    until: date  # nothing after this day
    digests: tuple[tuple[str, date], ...]  # (id, day)
    lines: tuple[LookBackLine, ...]
    has_more: bool
    may_search: bool = True  # for a youth by name, which is for the nämnd's own familjebehandlare
    page: int = 0
    is_trial: bool = False
