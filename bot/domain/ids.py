"""Identifiers. They are random and opaque, so that they may stand in logs and in Slack."""

import secrets
from typing import Final, NewType

StaffId = NewType("StaffId", str)
NamndId = NewType("NamndId", str)  # a short key from beredskap.toml, for instance "norrvik"
YouthId = NewType("YouthId", str)
ContactId = NewType("ContactId", str)
ShiftId = NewType("ShiftId", str)
ConversationId = NewType("ConversationId", str)
MessageId = NewType("MessageId", str)
PostId = NewType("PostId", str)
NoteId = NewType("NoteId", str)
ActionTaskId = NewType("ActionTaskId", str)
EpisodeId = NewType("EpisodeId", str)
DigestId = NewType("DigestId", str)
DeadlineId = NewType("DeadlineId", str)
ReportId = NewType("ReportId", str)  # one report may start several clocks
ClockListId = NewType("ClockListId", str)
SummonsId = NewType("SummonsId", str)
AbsenceId = NewType("AbsenceId", str)
ActiveTimeId = NewType("ActiveTimeId", str)
EscalationId = NewType("EscalationId", str)
EscalationStepId = NewType("EscalationStepId", str)
OutwardId = NewType("OutwardId", str)
PhoneCallId = NewType("PhoneCallId", str)
PhoneLegId = NewType("PhoneLegId", str)

CODE_ALPHABET: Final = "23456789CDFGHJKMNPQRTVWXY"  # nothing that is misread or misheard, no vowels but Y: no words
CODE_LENGTH: Final = 5


def new_id() -> str:
    """Return a fresh opaque identifier (96 random bits)."""
    return secrets.token_hex(12)


def new_case_code() -> str:
    """Return a fresh case code, for instance `4TK9M`: random, renewable, and says nothing about anybody."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
