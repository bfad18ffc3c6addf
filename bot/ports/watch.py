"""What watches over the running program, and the ways round what is down."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from bot.domain.alerts import Alert, AlertCode, Instance, TickRun
from bot.domain.escalation import Escalation, Step
from bot.domain.health import Queues
from bot.domain.ids import (
    ConversationId,
    EscalationId,
    EscalationStepId,
    NamndId,
    PhoneCallId,
    PhoneLegId,
    StaffId,
)
from bot.domain.incident import IncidentClock, Stop
from bot.domain.outbound import OutboxKind
from bot.domain.phone_call import PhoneCall, PhoneLeg
from bot.domain.reserve import ReserveLink, StaffPin
from bot.ports.posts import Posted


class WatchRepo(Protocol):
    """What the program knows of itself: its instances, its ticks, and what somebody must act on."""

    def beat(self, instance: Instance) -> None:
        """Write down that an instance is alive; its first beat adds it."""

    def instances(self, since: datetime) -> list[Instance]:
        """Return those seen at `since` (wire time) or later, the oldest first."""

    def forget_instances(self, before: datetime) -> None: ...
    def ran(self, name: str, at: datetime) -> None:
        """A tick has done its work to the end at `at` (wire time); a later time that stands already is kept."""

    def failed(self, name: str, at: datetime) -> None:
        """A tick has failed; the first time of several is kept."""

    def ticks(self) -> list[TickRun]: ...
    def open_alert(self, key: str, code: AlertCode, values: Mapping[str, str]) -> Alert | None:
        """Open an alert; None when one with that key is open already (its values are brought up to date)."""

    def close_alert(self, key: str) -> Alert | None:
        """Close the open alert with that key; None when there is none."""

    def alert(self, alert_id: int) -> Alert | None: ...
    def open_alerts(self) -> list[Alert]: ...
    def alert_placed(self, alert_id: int, posted: Posted) -> None: ...
    def note_calm(self, alert_id: int, at: datetime) -> datetime:
        """Note that what an alert is about is not so at `at`; return since when, until it is opened anew."""

    def queues(self) -> Queues:
        """Count what is not settled, in two cheap statements."""

    def refused_lately(self, kinds: Collection[OutboxKind], reasons: Collection[str], since: datetime) -> list[str]:
        """Return the reasons for which rows failed since `since` (wire time), if none has been sent after them."""

    def has_sent(self, kinds: Collection[OutboxKind], since: datetime) -> bool:
        """Tell whether a row of these kinds has been sent since `since` (world time)."""

    def late_since(self, since: datetime) -> int:
        """Count the texts that came at `since` (world time) or later, and whose webhook had failed. Slow."""

    def revision(self) -> str:
        """Return the migration that the database is at."""


class ReserveRepo(Protocol):
    """PINs and links of the reservväg. Tokens, cookies and PINs are kept as hashes only."""

    def pin(self, staff_id: StaffId, *, lock: bool = False) -> StaffPin | None: ...
    def save_pin(self, pin: StaffPin) -> None: ...
    def add_link(self, link: ReserveLink) -> None: ...
    def save_link(self, link: ReserveLink) -> None: ...
    def link_by_token(self, token_hash: bytes, *, lock: bool = False) -> ReserveLink | None: ...
    def link_by_session(self, session_hash: bytes, *, lock: bool = False) -> ReserveLink | None: ...
    def newest_link(self, staff_id: StaffId) -> ReserveLink | None: ...
    def links_since(self, staff_id: StaffId, since: datetime) -> list[ReserveLink]:
        """Return the links that were made for somebody at `since` (world time) or later."""

    def text_failed(self, lane: str, since: datetime) -> bool:
        """Tell whether the newest text to staff in this lane that is settled failed, and is of `since` or later."""

    def end_sessions(self, staff_id: StaffId) -> None:
        """Close everything that this person's links have opened or could still open."""

    def forget_links(self, before: datetime) -> int:
        """Delete the links that were made before that (world time); return how many."""

    def cards_waiting(self) -> dict[str, datetime]:
        """Return the posts whose card or ping has yet to reach Slack, by id, and since when (world time)."""


class EscalationRepo(Protocol):
    """What nobody has acknowledged, and whom we have reached for. Hold the conversation before changing any of it."""

    def open_of(self, conversation_id: ConversationId) -> Escalation | None: ...
    def get(self, escalation_id: EscalationId) -> Escalation | None: ...
    def save(self, escalation: Escalation, next_at: datetime | None) -> None:
        """Insert or replace; `next_at` is when the next step or reminder is due."""

    def due(self, now: datetime) -> list[ConversationId]: ...
    def next_due(self, after: datetime) -> datetime | None: ...
    def add_step(self, step: Step) -> None: ...
    def step(self, step_id: EscalationStepId, *, lock: bool = False) -> Step | None: ...
    def save_step(self, step: Step) -> None: ...
    def steps_of(self, escalation_id: EscalationId) -> list[Step]:
        """Return them oldest first."""


class PhoneCallRepo(Protocol):
    """Calls through our number. Hold the call before changing it or any of its phones."""

    def get(self, call_id: PhoneCallId, *, lock: bool = False) -> PhoneCall | None: ...
    def by_provider_id(self, provider_id: str) -> PhoneCall | None: ...
    def save(self, call: PhoneCall) -> None: ...
    def of_conversations(self, conversations: Collection[ConversationId]) -> dict[ConversationId, list[PhoneCall]]:
        """Return the calls of each of `conversations`, the oldest first, in few statements."""

    def due(self, now: datetime) -> list[PhoneCallId]: ...
    def next_due(self, after: datetime) -> datetime | None: ...
    def leg(self, leg_id: PhoneLegId) -> PhoneLeg | None: ...
    def save_leg(self, leg: PhoneLeg) -> None: ...
    def legs_of(self, call_id: PhoneCallId) -> list[PhoneLeg]:
        """Return them in the order in which they are rung."""


class IncidentRepo(Protocol):
    """Stops, and the clocks of their incidents. Reasons and references are sealed at rest."""

    def stops(self, *, lock: bool = False) -> list[Stop]:
        """Return the stops that stand now, the oldest first; one statement, for every row that leaves asks.

        With `lock` none of them is lifted until this transaction ends.
        """

    def begin(
        self, incident_id: str, namnder: Collection[NamndId], by: StaffId, reason: str, at: datetime
    ) -> list[NamndId]:
        """Write an incident down and stop these nämnder; return those that were not stopped already."""

    def lift(self, namnd: NamndId, by: StaffId, reason: str, at: datetime) -> bool:
        """Lift the stop of a nämnd; False when there is none."""

    def namnder_of(self, incident_id: str) -> list[NamndId]:
        """Return the nämnder that the incident stopped, lifted ones too."""

    def save_clock(self, clock: IncidentClock) -> None: ...
    def clock(self, clock_id: str, *, lock: bool = False) -> IncidentClock | None: ...
    def clocks_of(self, incident_id: str) -> list[IncidentClock]: ...
    def running_clocks(self) -> list[IncidentClock]:
        """Return the clocks of every incident that nobody has ticked off, by when they run out."""

    def clocks_due(self, now: datetime) -> list[str]:
        """Return the clocks of which somebody is to be reminded by `now`."""

    def next_due(self, after: datetime) -> datetime | None: ...
