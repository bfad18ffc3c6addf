"""What may be sent to each route, from nearly right to nonsense."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from hypothesis import strategies as st

PLANTED: Final = "planterad-mening-0701740605"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass(frozen=True)
class Knock:
    """One request. `is_signed` has the sender know the secret, as Slack and Twilio do."""

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    is_signed: bool = False


odd_text = st.text(max_size=40) | st.sampled_from(
    ["", PLANTED, "\x00", "å" * 300, "1" * 400, "-1", "../..", "%00", "'; --", "🙂" * 40, "+46701740605", "null", "{}"]
)
types = st.sampled_from(
    [FORM, JSON, "multipart/form-data; boundary=x", f"{FORM}; charset=utf-16", f"{FORM}; charset=nonsense", "", "a/b"]
)
header_names = st.sampled_from(
    ["X-Twilio-Signature", "X-Slack-Signature", "X-Slack-Request-Timestamp", "X-Forwarded-For", "Cookie", "Accept",
     "If-None-Match", "X-Twilio-Webhooks-Signature-Settings", "Content-Encoding", "X-Slack-Bolt-Lazy-Only",
     "X-Slack-Bolt-Lazy-Function-Name", "X-HTTP-Method-Override", "Range", "Expect", "Authorization"]
)  # fmt: skip
header_values = st.sampled_from(
    ["", PLANTED, "v0=" + "0" * 64, "1", "gzip", "9" * 30, "reserv=" + "a" * 43, '"a"', "*"]
)
headers = st.dictionaries(header_names, header_values, max_size=3)
parts = st.text(st.characters(codec="utf-8", exclude_characters="/?#%"), min_size=1, max_size=24)
path_parts = parts | st.sampled_from(["a" * 22, "ut", "samtal", "%00", "%ff", "..", PLANTED])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | odd_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(odd_text, inner, max_size=3),
    max_leaves=6,
)


def posted(names: list[str]) -> st.SearchStrategy[bytes]:
    """Return bodies with these fields, with others, and with none."""
    pairs = st.lists(st.tuples(st.sampled_from(names) | odd_text, odd_text), max_size=8)
    return pairs.map(lambda found: urlencode(found).encode("utf-8", "replace")) | st.binary(max_size=200)


TWILIO_FIELDS: Final = [
    "MessageSid", "SmsSid", "From", "To", "Body", "NumMedia", "MessageStatus", "ErrorCode", "CallSid", "CallStatus",
    "Digits", "SequenceNumber", "ParentCallSid", "Timestamp", "DialCallStatus",
]  # fmt: skip
RESERVE_FIELDS: Final = ["pin", "text", "key", "form", "last_seen", "warned_of"]
OURS: Final = {"team_id": "T0SANDBOX", "api_app_id": "A0SANDBOX"}


def spoiled(right: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return a payload as it should be, with some parts of it replaced by anything or left out, at any depth."""

    @st.composite
    def draw_one(draw: st.DrawFn) -> dict[str, Any]:
        payload: dict[str, Any] = json.loads(json.dumps(right))
        for _ in range(draw(st.integers(0, 3))):
            where: Any = payload
            while True:
                if isinstance(where, list):
                    where = {"": where[0]} if where else {}
                if not isinstance(where, dict) or not where:
                    break
                name = draw(st.sampled_from(sorted(where)))
                if isinstance(where[name], dict | list) and where[name] and draw(st.booleans()):
                    where = where[name]
                    continue
                if draw(st.booleans()):
                    where[name] = draw(anything)
                else:
                    del where[name]
                break
        return payload

    return draw_one()


def slack_payloads(action_ids: list[str], callbacks: list[str]) -> st.SearchStrategy[bytes]:
    """Return bodies of every kind that Slack sends: JSON events, form posts with a payload, commands."""
    user = {"id": "U01", "team_id": "T0SANDBOX", "username": "anna"}
    common = {"team": {"id": "T0SANDBOX"}, "api_app_id": "A0SANDBOX", "user": user, "trigger_id": "1.2.3"}
    element = {"type": "plain_text_input", "value": PLANTED, "selected_option": {"value": "a"}}
    view = {
        "id": "V1",
        "type": "modal",
        "callback_id": "x",
        "private_metadata": "{}",
        "external_id": "e",
        "state": {"values": {"b": {"a": element}}},
    }

    @st.composite
    def interaction(draw: st.DrawFn) -> bytes:
        kind = draw(
            st.sampled_from(["block_actions", "view_submission", "view_closed", "block_suggestion", "shortcut"])
        )
        action = {
            "action_id": draw(st.sampled_from(action_ids)),
            "block_id": "b",
            "action_ts": "1.1",
            "value": draw(odd_text),
        }
        shown = {**view, "callback_id": draw(st.sampled_from(callbacks)), "private_metadata": draw(odd_text)}
        right = {
            **common,
            "type": kind,
            "view": shown,
            "actions": [action],
            "action_id": action["action_id"],
            "value": "a",
        }
        right["container"] = {"type": "view", "view_id": "V1"}
        return urlencode({"payload": json.dumps(draw(spoiled(right)))}).encode()

    event = {"type": "message", "channel_type": "im", "channel": "D01", "user": "U01", "text": PLANTED, "ts": "1.1"}
    envelope = {"type": "event_callback", **OURS, "event_id": "Ev1", "event": event}
    events = spoiled(envelope).map(lambda found: json.dumps(found).encode())
    command = {"command": "/beredskap", "text": "hjälp", "user_id": "U01", "trigger_id": "1.2.3", **OURS}
    commands = spoiled(command).map(
        lambda found: urlencode({name: v if isinstance(v, str) else "" for name, v in found.items()}).encode(
            "utf-8", "replace"
        )
    )
    return (
        interaction()
        | events
        | commands
        | anything.map(lambda found: json.dumps(found).encode())
        | st.binary(max_size=60)
    )
