"""The tables, a module for each part of the house.

Secret text is stored sealed (see storage.vault) and found by keyed hash.
Rows are not domain objects: the repositories turn one into the other. Every state has a CHECK.
"""

from storage.tables.audit import AuditDayRow, AuditReviewItemRow, AuditReviewRow, AuditRow, AuditSegmentRow
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
from storage.tables.consent import LinkConsentRow, SmsStopRow, YouthConsentRow
from storage.tables.escalation import EscalationRow, EscalationStepRow
from storage.tables.handover import (
    ActionRow,
    BackgroundRow,
    DigestRow,
    EpisodeNoteRow,
    EpisodeRow,
    NoteRow,
)
from storage.tables.incident import IncidentClockRow, IncidentRow, IncidentStopRow
from storage.tables.keys import EncryptionKeyRow, KeyRotationRow
from storage.tables.myndighet import (
    AbsenceRow,
    ClockListRow,
    ClockRecordRow,
    DeadlineEventRow,
    DeadlineRow,
    SummonsMessageRow,
    SummonsRow,
)
from storage.tables.outward import OutwardRow
from storage.tables.phone_call import PhoneCallRow, PhoneLegRow
from storage.tables.ready import PhoneCodeRow, ReadinessRow
from storage.tables.reserve import ReserveLinkRow, StaffPinRow
from storage.tables.rest import ActiveTimeRow
from storage.tables.retention import (
    EndedYouthRow,
    ErasurePlaceRow,
    ErasureRow,
    LegalHoldRow,
    RetentionWaiverRow,
    TakenOutRow,
)
from storage.tables.rota import CalendarFeedRow, DayOffRow, RotaDraftRow, RotaWishRow
from storage.tables.swap import SwapOfferRow
from storage.tables.watch import AlertRow, InstanceRow, TickRow

__all__ = [
    "AbsenceRow",
    "ActionRow",
    "ActiveTimeRow",
    "AlertRow",
    "AuditDayRow",
    "AuditReviewItemRow",
    "AuditReviewRow",
    "AuditRow",
    "AuditSegmentRow",
    "BackgroundRow",
    "Base",
    "CalendarFeedRow",
    "ClockListRow",
    "ClockRecordRow",
    "ClosedDayRow",
    "ContactLinkRow",
    "ContactRow",
    "ConversationRouteRow",
    "ConversationRow",
    "DayOffRow",
    "DeadlineEventRow",
    "DeadlineRow",
    "DeliveryRow",
    "DigestRow",
    "DoneOnceRow",
    "EncryptionKeyRow",
    "EndedYouthRow",
    "EpisodeNoteRow",
    "EpisodeRow",
    "ErasurePlaceRow",
    "ErasureRow",
    "EscalationRow",
    "EscalationStepRow",
    "HeldReplyRow",
    "InboxRow",
    "IncidentClockRow",
    "IncidentRow",
    "IncidentStopRow",
    "InstanceRow",
    "JavRow",
    "JobRunRow",
    "KeyRotationRow",
    "LegalHoldRow",
    "LinkConsentRow",
    "MessageRow",
    "NoteRow",
    "OpenViewRow",
    "OutboxRow",
    "OutwardRow",
    "PhoneCallRow",
    "PhoneCodeRow",
    "PhoneLegRow",
    "ReadinessRow",
    "ReserveLinkRow",
    "RetentionWaiverRow",
    "RotaDraftRow",
    "RotaWishRow",
    "ShiftRow",
    "SlackPostRow",
    "SmsStopRow",
    "StaffPhoneRow",
    "StaffPinRow",
    "StaffRoleRow",
    "StaffRow",
    "SummonsMessageRow",
    "SummonsRow",
    "SwapOfferRow",
    "TakenOutRow",
    "TickRow",
    "YouthConsentRow",
    "YouthRow",
]
