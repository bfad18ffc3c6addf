"""Names that Slack hands back to us: one place for builders, handlers and tests."""

from enum import Enum


class ActionId(str, Enum):
    OPEN = "open"
    TAKE = "take"
    CLOSE = "close"
    RESEND = "resend"
    HAND_OVER = "hand_over"
    LINK = "link"
    SEND_HELD = "send_held"
    DISCARD_HELD = "discard_held"
    EARLIER = "earlier"
    LATER = "later"
    NEW_TEXT = "new_text"
    ENROL = "enrol"
    OPEN_RAW = "open_raw"
    PICK_NAMND = "pick_namnd"
    CONCERNS = "concerns"
    ENROL_WHAT = "enrol_what"
    # fields, whose values are read when the form is submitted
    REPLY_TEXT = "reply_text"
    KIND = "kind_choice"
    CONTACT = "contact_choice"
    YOUTH = "youth_choice"
    FIELD = "field"


class CallbackId(str, Enum):
    CONVERSATION = "conversation"
    NEW_TEXT = "new_text"
    HAND_OVER = "hand_over"
    LINK = "link"
    ENROL = "enrol"


COMMAND = "/beredskap"
OUTBOX_EVENT = "beredskap_outbox"  # message metadata: holds an outbox id and nothing else
