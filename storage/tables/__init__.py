"""The tables, a module for each part of the house.

Secret text is stored sealed (see storage.vault) and found by keyed hash.
Rows are not domain objects: the repositories turn one into the other. Every state has a CHECK.
"""

from storage.tables.base import Base
from storage.tables.beredskap import (
    ContactLinkRow,
    ContactRow,
    ConversationRouteRow,
    ConversationRow,
    DeliveryRow,
    HeldReplyRow,
    JavRow,
    MessageRow,
    ShiftRow,
    YouthRow,
)
from storage.tables.common import (
    AuditRow,
    ClosedDayRow,
    DoneOnceRow,
    InboxRow,
    JobRunRow,
    OpenViewRow,
    OutboxRow,
    SlackPostRow,
    StaffPhoneRow,
    StaffRoleRow,
    StaffRow,
)
from storage.tables.handover import (
    ActionRow,
    BackgroundRow,
    DigestRow,
    EpisodeNoteRow,
    EpisodeRow,
    NoteRow,
)
from storage.tables.myndighet import (
    AbsenceRow,
    ClockListRow,
    DeadlineEventRow,
    DeadlineRow,
    SummonsMessageRow,
    SummonsRow,
)
from storage.tables.reserve import ReserveLinkRow, StaffPinRow
from storage.tables.watch import AlertRow, InstanceRow, TickRow

__all__ = [
    "AbsenceRow",
    "ActionRow",
    "AlertRow",
    "AuditRow",
    "BackgroundRow",
    "Base",
    "ClockListRow",
    "ClosedDayRow",
    "ContactLinkRow",
    "ContactRow",
    "ConversationRouteRow",
    "ConversationRow",
    "DeadlineEventRow",
    "DeadlineRow",
    "DeliveryRow",
    "DigestRow",
    "DoneOnceRow",
    "EpisodeNoteRow",
    "EpisodeRow",
    "HeldReplyRow",
    "InboxRow",
    "InstanceRow",
    "JavRow",
    "JobRunRow",
    "MessageRow",
    "NoteRow",
    "OpenViewRow",
    "OutboxRow",
    "ReserveLinkRow",
    "ShiftRow",
    "SlackPostRow",
    "StaffPhoneRow",
    "StaffPinRow",
    "StaffRoleRow",
    "StaffRow",
    "SummonsMessageRow",
    "SummonsRow",
    "TickRow",
    "YouthRow",
]
