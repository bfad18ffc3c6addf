"""What a view must be before Slack shows it. facts/slack.md sections 8 and 13."""

import copy
import json
from collections.abc import Callable
from typing import Any, Final

from .blocks import complaints_about, with_ids
from .composition import ID_LENGTH, PLAIN, Complaints
from .errors import ApiError

MOST_BYTES: Final = 250_000  # "a view at most 250 kB", facts/slack.md section 8
MODAL_WORDS: Final = 24  # title, submit, close, facts/slack.md section 8
PRIVATE_METADATA: Final = 3000  # facts/slack.md section 8
ALLOWED: Final = {
    "modal": {
        "type",
        "title",
        "submit",
        "close",
        "blocks",
        "private_metadata",
        "callback_id",
        "external_id",
        "clear_on_close",
        "notify_on_close",
        "submit_disabled",
    },
    "home": {"type", "blocks", "private_metadata", "callback_id", "external_id"},
}
REQUIRED: Final = {"modal": ("title", "blocks"), "home": ("blocks",)}


def check_view(view: Any, kinds: tuple[str, ...]) -> None:
    """Raise what views.open, update, push or publish would: `invalid_arguments` or `view_too_large`."""
    if not isinstance(view, dict):
        raise ApiError("invalid_arguments", messages=["[ERROR] must provide an object [json-pointer:/view]"])
    kind = view.get("type")
    if kind not in kinds:
        raise ApiError("invalid_arguments", messages=[f"[ERROR] unsupported type: {kind} [json-pointer:/view/type]"])
    if len(json.dumps(view, ensure_ascii=False).encode()) > MOST_BYTES:
        raise ApiError("view_too_large")
    complaints = Complaints()
    complaints.properties(view, "/view", allowed=ALLOWED[kind], required=REQUIRED[kind])
    for name in ("title", "submit", "close"):
        complaints.text(view.get(name), f"/view/{name}", MODAL_WORDS, kinds=PLAIN)
    complaints.length(view.get("private_metadata"), "/view/private_metadata", PRIVATE_METADATA)
    complaints.length(view.get("callback_id"), "/view/callback_id", ID_LENGTH)
    complaints.length(view.get("external_id"), "/view/external_id", ID_LENGTH)
    if view.get("blocks") is not None:
        complaints.messages.extend(complaints_about(view["blocks"], kind, "/view/blocks"))
        listed = view["blocks"] if isinstance(view["blocks"], list) else []
        has_input = any(isinstance(block, dict) and block.get("type") == "input" for block in listed)
        if kind == "modal" and has_input and view.get("submit") is None:
            complaints.add("submit is required when an input block is within blocks", "/view/submit")
    if complaints.messages:
        raise ApiError("invalid_arguments", messages=complaints.messages)


def kept(view: dict[str, Any], new_id: Callable[[str], str]) -> dict[str, Any]:
    """Return a copy as Slack keeps it: ids and defaults filled in."""
    given = {name: copy.deepcopy(value) for name, value in view.items() if value is not None}
    given["blocks"] = with_ids(view["blocks"], new_id)
    given.setdefault("private_metadata", "")
    given.setdefault("callback_id", "")
    given.setdefault("external_id", "")
    given.setdefault("clear_on_close", False)
    given.setdefault("notify_on_close", False)
    return given
