"""What is sent to each listener of Slack by people who may not, and why nothing can be asked at some.

A listener that is bound in the program and has no row here fails the walk.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from bot.slack.ids import CLOCK_COMMAND, COMMAND, ActionId, CallbackId
from tests.acceptance.night import NORRVIK


class Whose(Enum):
    """Whose a thing is: who else than a stranger and whoever has left must be refused it."""

    BEREDSKAP = ("third", "myndighet")
    MYNDIGHET = ("third", "beredskap")
    NAMED = ("third", "beredskap", "myndighet")  # Anna's own
    ABLE = ("myndighet",)  # for whoever can have the beredskap, about themselves
    STAFF = ()  # who has duty is no secret among the staff


@dataclass(frozen=True)
class Sent:
    """A well-formed payload. {name} stands for the id of a thing; `state` are the fields of a form by block.

    `asks_nothing` says in words why the rule is not asked; then nothing may be shown or changed either.
    """

    whose: Whose = Whose.BEREDSKAP
    value: str = ""
    metadata: str | Mapping[str, str] = ""
    state: Mapping[str, str | list[str]] = field(default_factory=dict)
    callback: str = ""
    in_message: bool = False
    asks_nothing: str = ""


B, M, NAMED, ABLE = Whose.BEREDSKAP, Whose.MYNDIGHET, Whose.NAMED, Whose.ABLE
A, C = ActionId, CallbackId
FIELD: Final = Sent(asks_nothing="a field of a form: its value is read, and the rule asked, when the form is sent")
BLANK: Final = Sent(asks_nothing="opens an empty form; the rule is asked when it is searched in or sent")
NO_SUCH: Final = "there is none this evening, and what is not there is not found; tests/audit, incident and retain have"
CONVERSATION, CLOCK = "{conversation}", "{clock}"
PAGE: Final = {"d": "{digest}", "e": "{episode}"}
FORM: Final = {"c": CLOCK, "key": "k"}
TODAY: Final = "2026-11-20"
AMENDED: Final = {"y": "{youth}", "c": "{contact}", "at": ""}
BY_DECISION: Final = {"reference": "D-1"}

ACTIONS: Final[dict[ActionId, Sent]] = {
    A.OPEN: Sent(B, CONVERSATION),
    A.TAKE: Sent(B, CONVERSATION),
    A.CLOSE: Sent(B, CONVERSATION + ":9"),
    A.CLOSE_PLAIN: Sent(B, CONVERSATION + ":9"),
    A.RESEND: Sent(B, "{message}"),
    A.HAND_OVER: Sent(B, CONVERSATION),
    A.LINK: Sent(B, CONVERSATION),
    A.SEND_HELD: Sent(B, "{held}"),
    A.DISCARD_HELD: Sent(NAMED, "{held}"),
    A.EARLIER: Sent(B, "view-of-{user}"),
    A.LATER: Sent(B, "view-of-{user}"),
    A.NEW_TEXT: BLANK,
    A.ENROL: Sent(ABLE),
    A.OPEN_RAW: Sent(NAMED, "{raw}"),
    A.PICK_NAMND: Sent(B, NORRVIK, CONVERSATION),
    A.CONCERNS: Sent(B, "{youth}", CONVERSATION),
    A.ENROL_WHAT: Sent(ABLE, "guardian", "key"),
    A.MEETING: Sent(B, "{digest}"),
    A.EPISODE: Sent(B, "{episode}"),
    A.READ_HANDOVER: Sent(NAMED, "{shift}"),
    A.NOTE: Sent(B, CONVERSATION + ":9"),
    A.TAKE_ACTION: Sent(B, "{action}", PAGE),
    A.ACTION_DONE: Sent(B, "{action}", PAGE),
    A.DROP_ACTION: BLANK,
    A.JOURNAL: Sent(B, "{episode}"),
    A.TRANSFER: BLANK,
    A.REVIEWED: Sent(B, "{episode}", PAGE),
    A.MEETING_BACK: Sent(B, "", PAGE),
    A.MEETING_NEXT: Sent(B, "", PAGE),
    A.BACKGROUND: Sent(B, "{youth}", CONVERSATION, callback=C.CONVERSATION.value),
    A.EDIT_BACKGROUND: Sent(B, "{youth}"),
    A.BACKGROUND_PICK: BLANK,
    A.LOOK_BACK_OPEN: Sent(ABLE),
    A.LOG_NAMND: Sent(B, NORRVIK, {"n": NORRVIK}),
    A.LOG_YOUTH: Sent(B, "{youth}", {"n": NORRVIK}),
    A.LOG_UNTIL: Sent(B, TODAY, {"n": NORRVIK}),
    A.LOG_CLEAR: Sent(B, "", {"n": NORRVIK, "y": "{youth}"}),
    A.LOG_OLDER: Sent(B, "1", {"n": NORRVIK}),
    A.LOG_NEWER: Sent(B, "0", {"n": NORRVIK}),
    A.CLOCK_OPEN: Sent(M, CLOCK),
    A.CLOCK_SETTLE: Sent(M, CLOCK),
    A.CLOCK_EXTEND: Sent(M, CLOCK),
    A.CLOCK_SNOOZE: Sent(M, CLOCK),
    A.CLOCK_ASSIGN: Sent(M, CLOCK),
    A.CLOCK_REASON: Sent(M, CLOCK),
    A.CLOCK_REASON_PICK: Sent(M, "workload", FORM),
    A.CLOCK_HOLD: Sent(M, CLOCK),
    A.CLOCK_LIFT: Sent(M, CLOCK),
    A.CLOCK_CONTACT: Sent(M, CLOCK),
    A.CLOCK_SUMMON: Sent(M, CLOCK),
    A.CLOCK_SUMMONED: Sent(M, CLOCK),
    A.CLOCK_BOOK: Sent(M, CLOCK),
    A.CLOCK_NO_SHOW: Sent(M, CLOCK),
    A.CLOCK_CALL_OFF: Sent(M, CLOCK),
    A.CLOCK_FEEDBACK: Sent(M, CLOCK),
    A.CLOCK_WITHDRAW: Sent(M, CLOCK),
    A.CLOCK_CARRY: Sent(M, CLOCK),
    A.CLOCK_REGISTER: Sent(Whose.STAFF),
    A.CLOCK_NAMND: Sent(Whose.STAFF, NORRVIK, {"key": "k"}),
    A.CLOCKS_MINE: Sent(Whose.STAFF),
    A.UNIT_OPEN: Sent(M, NORRVIK),
    A.UNIT_NAMND: Sent(M, NORRVIK, {"page": "unit"}),
    A.UNIT_FILTER: Sent(M, "all", {"page": "unit", "namnd": NORRVIK}),
    A.UNIT_EARLIER: Sent(M, f"{NORRVIK}|all|0"),
    A.UNIT_LATER: Sent(M, f"{NORRVIK}|all|9"),
    A.ABSENCE: Sent(Whose.STAFF),
    A.ABSENCE_REMOVE: Sent(M, "{absence}", {"page": "absences"}),
    A.PIN: BLANK,
    A.ACTIVE_TIME: Sent(ABLE),
    A.ACTIVE_TIME_CORRECT: Sent(ABLE, "{worked}"),
    A.ACTIVE_TIME_REMOVE: Sent(NAMED, "{worked}"),
    A.READY: Sent(NAMED, "{coming}"),
    A.PHONE_CODE: Sent(ABLE),
    A.TEST_ALARM: Sent(ABLE),
    A.SWAP: Sent(ABLE),
    A.SWAP_TAKE: Sent(Whose.BEREDSKAP, "{offer}", in_message=True),
    A.SWAP_DECLINE: Sent(Whose.BEREDSKAP, "{offer}", in_message=True),
    A.SWAP_WITHDRAW: Sent(NAMED, "{offer}"),
    A.SWAP_APPROVE: Sent(NAMED, "{asked}", in_message=True),
    A.SWAP_REFUSE: Sent(NAMED, "{asked}", in_message=True),
    A.TAKE_OUT_APPROVE: Sent(Whose.BEREDSKAP, "{take_out}", in_message=True),
    A.CALENDAR: Sent(ABLE),
    A.CALENDAR_REVOKE: Sent(ABLE),
    A.SOCIALJOUR: Sent(B, CONVERSATION),
    A.SOCIALJOUR_PLACE: Sent(B, "Norrvik", {"c": CONVERSATION}),
    A.OROSANMALAN: Sent(B, CONVERSATION),
    A.RING_UP: Sent(B, CONVERSATION),
    A.CONSENT: Sent(B, "{youth}"),
    A.CONSENT_PICK: BLANK,
    A.AMEND_PICK: BLANK,
    A.AMEND_CORRECT: Sent(B, "{youth}"),
    A.AMEND_END: Sent(B, "{youth}"),
    A.AMEND_REMOVE: Sent(B, "{youth}:{contact}"),
    A.AMEND_HOLD: Sent(B, "{youth}"),
    A.AMEND_LIFT: Sent(B, "{youth}:none"),
    A.STOP_CONFIRM: Sent(B, CONVERSATION),
    A.STOP_DECLINE: Sent(B, CONVERSATION),
    A.START_CONFIRM: Sent(B, CONVERSATION),
    A.START_DECLINE: Sent(B, CONVERSATION),
    A.INCIDENT_STOP: Sent(Whose.STAFF),
    A.INCIDENT_LIFT: BLANK,
    A.INCIDENT_SETTLE: BLANK,
    A.AUDIT_REVIEW: Sent(asks_nothing=NO_SUCH),
    A.TAKE_OUT_APPROVE: Sent(in_message=True, asks_nothing=NO_SUCH),
    A.REPLY_TEXT: FIELD,
    A.KIND: FIELD,
    A.CONTACT: FIELD,
    A.YOUTH: FIELD,
    A.FIELD: FIELD,
    A.SITUATION: FIELD,
    A.ACTION_CODE: FIELD,
    A.OWNER: FIELD,
    A.SOCIALJOUREN: FIELD,
    A.NOTE_CONCERNS: FIELD,
    A.DATE: FIELD,
}

VIEWS: Final[dict[CallbackId, Sent]] = {
    C.CONVERSATION: Sent(B, metadata=CONVERSATION, state={"reply": "Hej på dig", "kind": "sms"}),
    C.NEW_TEXT: Sent(B, metadata="key", state={"contact": "{contact}:norrvik", "text": "Hej på dig"}),
    C.HAND_OVER: Sent(B, metadata=CONVERSATION, state={"namnd": NORRVIK}),
    C.LINK: Sent(B, metadata=CONVERSATION, state={"youth": "{youth}", "role": "youth", "name": "Någon"}),
    C.ENROL: Sent(B, metadata="key", state={"namnd": NORRVIK, "what": "youth", "name": "Ny", "number": "0701740609"}),
    C.NOTE: Sent(B, metadata={"c": CONVERSATION, "n": "9"}, state={"came_in": "Bråk", "support": "Råd"}),
    C.DROP: Sent(B, metadata={"v": "{action}", **PAGE}, state={"reason": "other"}),
    C.TRANSFER: Sent(B, metadata={"v": "{episode}", **PAGE}, state={"reference": "D-1"}),
    C.BACKGROUND: Sent(B, metadata={"y": "{youth}", "at": ""}, state={"agreements": "Ring mormor"}),
    C.BACKGROUND_PICK: Sent(B, state={"youth": "{youth}"}),
    C.CLOCK_REGISTER: Sent(
        M,
        metadata={"namnd": NORRVIK, "key": "k"},
        state={"case_ref": "K-9", "kinds": ["forhandsbedomning"], "received_on": TODAY, "received_time": "12.00"},
    ),
    C.CLOCK_SETTLE: Sent(M, metadata=FORM, state={"outcome": "inleds_ej", "on": TODAY}),
    C.CLOCK_CARRY: Sent(M, metadata=FORM, state={"reference": "akten"}),
    C.CLOCK_EXTEND: Sent(M, metadata=FORM, state={"to": "2026-12-20", "decided_by": "Chefen", "reason": "Skäl"}),
    C.CLOCK_SNOOZE: Sent(M, metadata=FORM, state={"until": "2026-11-25", "reason": "Väntar"}),
    C.CLOCK_ASSIGN: Sent(M, metadata=FORM, state={"staff": "{hedda}"}),
    C.CLOCK_SUMMON: Sent(M, metadata=FORM, state={"day_1": "2026-11-25", "time_1": "10.00"}),
    C.CLOCK_SUMMONED: Sent(M, metadata=FORM, state={"on": TODAY, "time": "12.00"}),
    C.CLOCK_BOOK: Sent(M, metadata=FORM, state={"on": "2026-11-25", "time": "10.00"}),
    C.ABSENCE: Sent(
        M,
        metadata={"namnd": NORRVIK, "key": "k"},
        state={"first": "2026-11-25", "last": "2026-11-26", "staff_norrvik": "{hedda}", "stand_in_norrvik": "nobody"},
    ),
    C.PIN: Sent(ABLE, state={"pin": "480271", "pin_again": "480271"}),
    C.ACTIVE_TIME: Sent(
        NAMED,
        metadata={"active": "{worked}"},
        state={"active_day_{worked}": TODAY, "active_start_{worked}": "17.10", "active_end_{worked}": "17.20"},
    ),
    C.PHONE_CODE: Sent(ABLE, state={"code": "123456"}),
    C.SWAP: Sent(NAMED, state={"shift": "{coming}", "to": "all"}),
    C.SWAP_CONFIRM: Sent(NAMED, metadata={"shift": "{coming}", "first": "", "last": "", "to": ""}),
    C.CONSENT: Sent(
        B,
        metadata={"y": "{youth}", "at": ""},
        state={"age_band": "15_or_over", "basis": "guardian_consent"},
    ),
    C.CONSENT_PICK: Sent(B, state={"youth": "{youth}"}),
    C.AMEND_PICK: Sent(B, state={"youth": "{youth}"}),
    C.AMEND_CORRECT: Sent(B, metadata=AMENDED, state={"name": "Ny Ny", "age_band": "15_or_over", **BY_DECISION}),
    C.AMEND_END: Sent(B, metadata=AMENDED, state=BY_DECISION),
    C.AMEND_REMOVE: Sent(B, metadata=AMENDED, state={"written": "deleted"}),
    C.AMEND_REMOVE_SURE: Sent(B, metadata={**AMENDED, "w": "deleted"}, state=BY_DECISION),
    C.AMEND_HOLD: Sent(B, metadata=AMENDED, state=BY_DECISION),
    C.INCIDENT_STOP: Sent(Whose.STAFF, state={"reason": "Fel mottagare", "namnd": NORRVIK}),
    C.INCIDENT_LIFT: Sent(Whose.STAFF, state={"reason": "Rättat"}),
    C.INCIDENT_SETTLE: Sent(metadata="none", state={"reference": "D-1"}, asks_nothing=NO_SUCH),
    C.AUDIT_REVIEW: Sent(metadata="none", asks_nothing=NO_SUCH),
    C.SOCIALJOUR: Sent(B, metadata={"c": CONVERSATION}, state={"outcome": "reached", "on": TODAY, "time": "17.30"}),
    C.OROSANMALAN: Sent(B, metadata={"c": CONVERSATION}, state={"outcome": "made", "on": TODAY, "time": "17.30"}),
}

CLOSED: Final[dict[CallbackId, Sent]] = {
    C.CONVERSATION: Sent(asks_nothing="somebody has closed a modal: what was drawn in it is not drawn any more"),
}

OPTIONS: Final[dict[ActionId, Sent]] = {
    A.CONTACT: Sent(ABLE, "no", "key", callback=C.NEW_TEXT.value),
    A.YOUTH: Sent(B, "no", CONVERSATION, callback=C.LINK.value),
    A.LOG_YOUTH: Sent(B, "no", {"n": NORRVIK}),
}

COMMANDS: Final[dict[str, dict[str, Sent]]] = {
    COMMAND: {
        "": Sent(Whose.STAFF),
        "nytt": BLANK,
        "logg": Sent(ABLE),
        "hjälp": Sent(asks_nothing="tells how the command is written"),
    },
    CLOCK_COMMAND: {
        "": Sent(Whose.STAFF),
        "lista": Sent(Whose.STAFF),
        "enheten": Sent(Whose.STAFF),
        "frånvaro": Sent(Whose.STAFF),
        "N-2026-7": Sent(Whose.STAFF),
        "hjälp": Sent(asks_nothing="tells how the command is written"),
    },
}


def filled(template: Any, ids: Mapping[str, str]) -> Any:
    """Put ids in the places of their names, however deep."""
    if isinstance(template, str):
        for name, value in ids.items():
            template = template.replace("{" + name + "}", value)
        return template
    if isinstance(template, Mapping):
        return {filled(key, ids): filled(value, ids) for key, value in template.items()}
    return [filled(item, ids) for item in template] if isinstance(template, list) else template
