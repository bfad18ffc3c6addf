"""How long each kind of data is kept, by whose decision, and what holds a deletion back (gallring).

SoL 2025:400 16 kap. 1 to 2 a §§ and the archive law ask for a decision of the nämnd: without its reference nothing of
that kind is ever deleted. Nothing is deleted before it is in the record, or has been waived by a leader (facts: law,
section 7).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum

from bot.domain.ids import ContactId, ConversationId, DeadlineId, NamndId, StaffId, YouthId
from bot.domain.people import World


class DataKind(str, Enum):
    """What is deleted together, and counted from when. The key in beredskap.toml."""

    INBOX = "inbox"  # raw payloads, from when they were dealt with
    CONVERSATIONS = (
        "conversations"  # with enrolled contacts: what was written, from when it was closed and carried over
    )
    UNKNOWN_NUMBERS = "unknown_numbers"  # the same with numbers that nobody has linked, and then the number
    ENDED_YOUTHS = "ended_youths"  # names, numbers and backgrounds, from when the enrolment ended
    HANDOVERS = "handovers"  # the coded rows, from when the conversation was closed; what was written is gone before
    SLACK_POSTS = "slack_posts"  # our own posts that are about no single conversation, from when they were made
    SUMMONSES = "summonses"  # what was written with families in myndighet, from when it was closed and carried over
    CLOCKS = "clocks"  # the clocks with their history, from when they were settled and carried over
    PROVIDER_TEXTS = "provider_texts"  # the words of an sms at the provider, from when it was stored here and final
    AUDIT_LOG = "audit_log"  # whole segments of the log, and what was found in them, from their newest row


OF_CONVERSATIONS = (DataKind.CONVERSATIONS, DataKind.UNKNOWN_NUMBERS)
OF_MYNDIGHET = (DataKind.SUMMONSES, DataKind.CLOCKS)
OF_BOTH = (DataKind.INBOX, DataKind.SLACK_POSTS, DataKind.PROVIDER_TEXTS, DataKind.AUDIT_LOG)


def kinds_of(world: World) -> frozenset[DataKind]:
    """Return what the leaders of a world are told of: what is theirs, and what belongs to both."""
    if world is World.MYNDIGHET:
        return frozenset(OF_MYNDIGHET + OF_BOTH)
    return frozenset(DataKind) - frozenset(OF_MYNDIGHET)


class HeldBack(str, Enum):
    """Why something whose time is out is still there. One thing may be held back for several reasons."""

    OPEN = "open"  # nobody has closed it
    NOT_TRANSFERRED = "not_transferred"  # neither in the record nor waived
    OPEN_ACTION = "open_action"  # something is still to be done
    ON_HOLD = "on_hold"
    PARKED = "parked"  # a payload that our own code could not digest: it is in no record
    NOT_REVIEWED = "not_reviewed"  # an entry of the log that a leader was asked to look at


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """How long one kind is kept, and the reference of each nämnd's decision."""

    kept_for: timedelta
    decisions: Mapping[NamndId, str]


@dataclass(frozen=True, slots=True)
class RetentionRules:
    """What has been decided. A kind that is not there is kept for ever."""

    of: Mapping[DataKind, RetentionRule] = field(default_factory=dict)

    def decision(self, kind: DataKind, namnd: NamndId) -> str:
        """Return the reference of the nämnd's decision; "" when there is none, and nothing may be deleted."""
        rule = self.of.get(kind)
        return "" if rule is None else rule.decisions.get(namnd, "")

    def before(self, kind: DataKind, namnd: NamndId, now: datetime) -> datetime | None:
        """Return until when what is old enough was; None when nothing of it may be deleted in this nämnd."""
        rule = self.of.get(kind)
        return None if rule is None or not self.decision(kind, namnd) else now - rule.kept_for

    def shared_decision(self, kind: DataKind, namnder: tuple[NamndId, ...]) -> str:
        """Return the references for what belongs to no single nämnd; "" unless every one of `namnder` has decided."""
        found = [self.decision(kind, namnd) for namnd in namnder]
        return ", ".join(dict.fromkeys(found)) if found and all(found) else ""

    def undecided(self, namnder: tuple[NamndId, ...]) -> list[tuple[DataKind, NamndId]]:
        """Return each kind and nämnd without a decision: there nothing is deleted."""
        return [(kind, namnd) for kind in DataKind for namnd in namnder if not self.decision(kind, namnd)]


@dataclass(frozen=True, slots=True)
class LegalHold:
    """Something that no job may delete: all of a nämnd, or one youth's, or one conversation, or a case's clocks.

    `until` is a local day. `world` is the one whose leaders set it: they see it and may lift it. `case_key` is a case
    of myndighet as it is looked up by. What holds all of a nämnd holds both worlds, whoever set it.
    """

    id: str
    namnd: NamndId
    reference: str
    set_by: StaffId
    set_at: datetime
    youth_id: YouthId | None = None
    conversation_id: ConversationId | None = None
    until: date | None = None
    lifted_by: StaffId | None = None
    lifted_at: datetime | None = None
    world: World = World.BEREDSKAP
    case_key: str | None = None

    @property
    def is_whole(self) -> bool:
        """Tell whether it holds all that is the nämnd's."""
        return self.youth_id is None and self.conversation_id is None and self.case_key is None

    def holds(self, today: date) -> bool:
        """Tell whether it still holds; its last day is included."""
        return self.lifted_at is None and (self.until is None or today <= self.until)


@dataclass(frozen=True, slots=True)
class Waiver:
    """A leader has decided that what a conversation holds up to `at` need not go to the record."""

    conversation_id: ConversationId
    namnd: NamndId
    at: datetime
    by: StaffId
    reason: str
    reference: str


class CarriedGround(str, Enum):
    """Why what a clock holds need not stay for the record's sake."""

    CARRIED = "carried"  # somebody has said that it stands there
    WAIVED = "waived"  # a leader has decided that it need not
    CASE_SYSTEM = "case_system"  # all of it came from there


@dataclass(frozen=True, slots=True)
class Carried:
    """What a clock held at `at` is in the record, or need not go there. `reason` is of what was waived."""

    deadline_id: DeadlineId
    ground: CarriedGround
    at: datetime
    by: StaffId
    reference: str = field(repr=False)
    reason: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Named:
    """What a case code stands for: a youth, or a number that nobody is linked to; and their conversations.

    Oldest first, and only conversations whose words are still there, in the youth's own nämnd; and of one world.
    """

    conversations: tuple[ConversationId, ...]
    youth_id: YouthId | None = None
    namnd: NamndId | None = None
    contact_id: ContactId | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Something of ours on the other side: a post in Slack (`channel:ts`), or an sms at the provider (its id).

    Of an sms all goes, or its words only.
    """

    side: str  # SLACK, SMS or WORDS
    address: str

    @property
    def post(self) -> tuple[str, str]:
        """Return channel and ts of a post."""
        channel, _, ts = self.address.partition(":")
        return channel, ts


SLACK, SMS, WORDS = "slack", "sms", "words"


@dataclass(frozen=True, slots=True)
class TextThere:
    """An sms whose words the provider still has. `row_id` is ours: of what came in, or of an attempt to deliver."""

    row_id: str
    provider_id: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How much is still to be deleted on the other side, and how much of it could not be when it was tried."""

    left: int
    failed: int


@dataclass(frozen=True, slots=True)
class Deleted:
    """One deletion as it is reported. `left` are the things that are still to be deleted on the other side."""

    kind: DataKind
    namnd: NamndId
    rows: int
    left: int
