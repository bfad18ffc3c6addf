"""What a nämnd has decided, as data: hours, channels, numbers. Built from beredskap.toml by bot.settings."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import Enum

from bot.domain.audit_rules import AuditRules
from bot.domain.calendar import WeekHours
from bot.domain.case_import import CaseImport
from bot.domain.clocks import ClockRules
from bot.domain.consent import ConsentRules
from bot.domain.edge import EdgeRules
from bot.domain.escalation import EscalationRules
from bot.domain.ids import NamndId
from bot.domain.people import World
from bot.domain.ready_rules import ReadyRules, SwapRules
from bot.domain.rest.rules import RestRules
from bot.domain.retention import RetentionRules
from bot.domain.rota.rules import RotaRules
from bot.domain.socialjour import Socialjour


class ChatContent(str, Enum):
    """Whether what was written may stand in Slack (see the design, *What may be seen*)."""

    SEALED = "sealed"
    INLINE = "inline"


@dataclass(frozen=True, slots=True)
class NamndRules:
    """One nämnd: an authority of its own."""

    id: NamndId
    name: str
    short_name: str
    team_channel: str  # Slack channel id; cards go there in office hours
    office_hours: WeekHours
    beredskap_hours: WeekHours  # when somebody should be on duty; a gap in it is told to the leader
    answered_by: frozenset[NamndId]  # lending nämnder whose shifts answer for this one; its own is always in
    chat_content: ChatContent = ChatContent.SEALED
    office_phone: str = ""  # E.164, where people may call in office hours; "" leaves it out of every text
    myndighet_channel: str = ""
    summary_at: time = time(8)  # local; when the handover is posted on working days
    clocks: ClockRules = field(default_factory=ClockRules)
    wants_backup: bool = False  # somebody is to stand behind whoever has duty; where nobody does, the leader is told
    place: str = ""  # the municipality whose socialjour answers for it; "" is not known
    controller: str = ""  # personuppgiftsansvarig, where it is not called as the nämnd is
    dpo_contact: str = ""  # how dataskyddsombudet is reached
    report_channel: str = ""  # how an orosanmälan is made to this nämnd, in its own words


@dataclass(frozen=True, slots=True)
class OurNumber:
    """One of our own sms numbers. `namnder` are those it serves; `reception` takes unknown senders in office hours."""

    number: str  # E.164
    label: str
    world: World
    namnder: tuple[NamndId, ...]

    @property
    def reception(self) -> NamndId:
        return self.namnder[0]


@dataclass(frozen=True, slots=True)
class HelpNumber:
    """A number that may be named in a text to a family, when somebody has verified it within a year."""

    key: str
    name: str
    number: str
    verified_on: date | None
    verified_by: str

    def is_fresh(self, today: date) -> bool:
        """Tell whether the number may stand in a text (facts: unverified or older than 12 months is left out)."""
        return (
            self.verified_on is not None and bool(self.verified_by) and today - self.verified_on <= timedelta(days=365)
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """All decisions that services need."""

    namnder: dict[NamndId, NamndRules]
    numbers: dict[str, OurNumber]
    help_numbers: tuple[HelpNumber, ...]
    closed_days: frozenset[date] = frozenset()
    untaken_after: timedelta = timedelta(minutes=15)  # office hours: channel -> each familjebehandlare -> leader
    ping_again_after: timedelta = timedelta(minutes=5)  # a further text while nobody has looked: one more ping
    reopen_within: timedelta = timedelta(days=7)  # a later text starts a new conversation
    sms_validity: timedelta = timedelta(hours=1)
    is_trial: bool = False
    trial_numbers: frozenset[str] = field(default_factory=frozenset)  # in a trial nobody else is texted

    uncertain_look_after: timedelta = timedelta(seconds=60)  # wire time between two looks for an uncertain sms
    reserve_after: timedelta = timedelta(minutes=3)  # a card that has not reached its reader: the reservväg opens
    escalation: EscalationRules = field(default_factory=EscalationRules)
    alert_channel: str = ""  # Slack channel for whoever runs the program; "" tells the log only
    valid_until: tuple[tuple[str, date], ...] = ()  # a decision (the setting it stands in) and its last day, local
    answers_in_stop: bool = False  # one sentence with 112 leaves to families during a nödstopp
    case_import: CaseImport | None = None  # None: nothing is read from a case system
    rest: RestRules = field(default_factory=RestRules)
    ready: ReadyRules = field(default_factory=ReadyRules)
    swap: SwapRules = field(default_factory=SwapRules)
    rota: RotaRules = field(default_factory=RotaRules)
    information_url: str = ""  # where families read what is done with what they write
    audit: AuditRules = field(default_factory=AuditRules)
    consent: ConsentRules = field(default_factory=ConsentRules)
    retention: RetentionRules = field(default_factory=RetentionRules)
    socialjourer: tuple[Socialjour, ...] = ()  # the directory, in the order of the file
    edge: EdgeRules = field(default_factory=EdgeRules)

    def number_for(self, to: str) -> OurNumber:
        """Return our number that was texted; one we do not know is treated as the first of beredskap."""
        found = self.numbers.get(to)
        if found is not None:
            return found
        return next(n for n in self.numbers.values() if n.world is World.BEREDSKAP)

    def myndighet_number(self, namnd: NamndId) -> OurNumber | None:
        """Return the number that a nämnd's handläggare text from; None where it has none."""
        of_myndighet = (n for n in self.numbers.values() if n.world is World.MYNDIGHET)
        return next((n for n in of_myndighet if n.reception == namnd), None)

    def may_text(self, number: str) -> bool:
        return not self.is_trial or number in self.trial_numbers
