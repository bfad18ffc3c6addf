"""Checks of the things in blocks that a person can touch. facts/slack.md section 8.

Names of elements and of their properties are those of slack_sdk 3.47.0, `models/blocks/block_elements.py`.
"""

from collections.abc import Callable
from typing import Any, Final

from .composition import ANY_TEXT, ID_LENGTH, Complaints

COMMON: Final = frozenset({"type", "action_id", "confirm", "focus_on_load", "placeholder"})
BUTTON: Final = frozenset(
    {"type", "action_id", "confirm", "text", "value", "url", "style", "accessibility_label", "alt_text"}
)
TEXT_INPUT: Final = (COMMON - {"confirm"}) | {"initial_value", "dispatch_action_config"}
SELECT: Final = frozenset(
    {
        "static_select",
        "external_select",
        "users_select",
        "conversations_select",
        "channels_select",
    }
)
MULTI_SELECT: Final = frozenset(f"multi_{kind}" for kind in SELECT)
CHOICES: Final = frozenset({"radio_buttons", "checkboxes"})
PICKERS: Final = frozenset({"datepicker", "timepicker", "datetimepicker"})
TEXT_INPUTS: Final = frozenset({"plain_text_input", "number_input", "email_text_input", "url_text_input"})

# Where an element may stand (docs.slack.dev/reference/block-kit/block-elements, "works with block types").
IN_ACTIONS: Final = frozenset({"button", "overflow", "workflow_button"}) | SELECT | CHOICES | PICKERS
IN_SECTION: Final = (
    frozenset({"button", "overflow", "workflow_button", "image", "datepicker", "timepicker"})
    | SELECT
    | MULTI_SELECT
    | CHOICES
)
IN_INPUT: Final = SELECT | MULTI_SELECT | CHOICES | PICKERS | TEXT_INPUTS | {"rich_text_input", "file_input"}

_SELECT_PROPERTIES: Final = {
    "static_select": {"options", "option_groups", "initial_option"},
    "external_select": {"min_query_length", "initial_option"},
    "users_select": {"initial_user"},
    "conversations_select": {
        "initial_conversation",
        "default_to_current_conversation",
        "response_url_enabled",
        "filter",
    },
    "channels_select": {"initial_channel", "response_url_enabled"},
}
_MULTI_PROPERTIES: Final = {
    "multi_static_select": {"options", "option_groups", "initial_options"},
    "multi_external_select": {"min_query_length", "initial_options"},
    "multi_users_select": {"initial_users"},
    "multi_conversations_select": {"initial_conversations", "default_to_current_conversation", "filter"},
    "multi_channels_select": {"initial_channels"},
}
PROPERTIES: Final[dict[str, frozenset[str]]] = {
    "button": BUTTON,
    "workflow_button": frozenset({"type", "action_id", "text", "workflow", "style", "accessibility_label"}),
    "overflow": frozenset({"type", "action_id", "options", "confirm", "alt_text"}),
    "image": frozenset({"type", "alt_text", "image_url", "slack_file"}),
    "plain_text_input": TEXT_INPUT | {"multiline", "min_length", "max_length"},
    "number_input": TEXT_INPUT | {"is_decimal_allowed", "min_value", "max_value"},
    "email_text_input": TEXT_INPUT,
    "url_text_input": TEXT_INPUT,
    "rich_text_input": TEXT_INPUT | {"min_lines", "max_lines"},
    "file_input": frozenset({"type", "action_id", "filetypes", "max_files"}),
    "datepicker": COMMON | {"initial_date"},
    "timepicker": COMMON | {"initial_time", "timezone"},
    "datetimepicker": (COMMON - {"placeholder"}) | {"initial_date_time"},
    "radio_buttons": (COMMON - {"placeholder"}) | {"options", "initial_option"},
    "checkboxes": (COMMON - {"placeholder"}) | {"options", "initial_options"},
    **{kind: COMMON | more for kind, more in _SELECT_PROPERTIES.items()},
    **{kind: COMMON | more | {"max_selected_items"} for kind, more in _MULTI_PROPERTIES.items()},
}
REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    "button": ("text",),
    "workflow_button": ("text", "workflow"),
    "image": ("alt_text",),
    "number_input": ("is_decimal_allowed",),
}


def check_element(complaints: Complaints, element: Any, at: str, *, place: frozenset[str]) -> None:
    """Check one element that stands where only the kinds in `place` may stand."""
    if not isinstance(element, dict):
        complaints.add("must provide an object", at)
        return
    kind = str(element.get("type"))
    if kind not in place or kind not in PROPERTIES:
        complaints.add(f"unsupported type: {kind}", f"{at}/type")
        return
    complaints.properties(element, at, allowed=PROPERTIES[kind], required=REQUIRED.get(kind, ()))
    complaints.length(element.get("action_id"), f"{at}/action_id", ID_LENGTH, shortest=1)
    complaints.text(element.get("placeholder"), f"{at}/placeholder", 150, kinds=("plain_text",))
    complaints.confirm(element.get("confirm"), f"{at}/confirm")
    checker = _CHECKERS.get(kind)
    if checker is not None:
        checker(complaints, element, at)


def _button(complaints: Complaints, element: dict[str, Any], at: str) -> None:
    """text 75, value 2 000, accessibility_label 75, url 3 000."""
    complaints.text(element.get("text"), f"{at}/text", 75, kinds=("plain_text",))
    complaints.length(element.get("value"), f"{at}/value", 2000)
    complaints.length(element.get("accessibility_label"), f"{at}/accessibility_label", 75)
    complaints.length(element.get("url"), f"{at}/url", 3000)
    complaints.style(element, at)


def _plain_text_input(complaints: Complaints, element: dict[str, Any], at: str) -> None:
    """max_length at most 3 000."""
    longest, shortest = element.get("max_length"), element.get("min_length")
    if longest is not None and not (isinstance(longest, int) and 1 <= longest <= 3000):
        complaints.add("must be between 1 and 3000", f"{at}/max_length")
    if shortest is not None and not (isinstance(shortest, int) and 0 <= shortest <= 3000):
        complaints.add("must be between 0 and 3000", f"{at}/min_length")
    complaints.length(element.get("initial_value"), f"{at}/initial_value", 3000)


def _datepicker(complaints: Complaints, element: dict[str, Any], at: str) -> None:
    """initial_date is YYYY-MM-DD."""
    complaints.day(element.get("initial_date"), f"{at}/initial_date")


def _choices(complaints: Complaints, element: dict[str, Any], at: str) -> None:
    """checkboxes, radio: 10 options, which may be mrkdwn."""
    complaints.options(element.get("options"), f"{at}/options", 10, kinds=ANY_TEXT)
    _initial(complaints, element, at, element.get("options") or [])


def _overflow(complaints: Complaints, element: dict[str, Any], at: str) -> None:
    """overflow: 5 options."""
    complaints.options(element.get("options"), f"{at}/options", 5, with_url=True)


def _static_select(complaints: Complaints, element: dict[str, Any], at: str) -> None:
    """100 options, or 100 groups of 100 with a label of 75."""
    groups = element.get("option_groups")
    if (groups is None) == (element.get("options") is None):
        complaints.add("must provide either options or option_groups", at)
        return
    if groups is None:
        complaints.options(element["options"], f"{at}/options", 100)
        _initial(complaints, element, at, element["options"])
        return
    check_option_groups(complaints, groups, f"{at}/option_groups")
    if not complaints.messages:  # else the groups may be anything
        _initial(complaints, element, at, [option for group in groups for option in group["options"]])


def check_option_groups(complaints: Complaints, groups: Any, at: str) -> None:
    """Check groups of options."""
    if not isinstance(groups, list) or not 1 <= len(groups) <= 100:
        complaints.add("must provide 1 to 100 option groups", at)
        return
    for index, group in enumerate(groups):
        if not isinstance(group, dict):
            complaints.add("must provide an object", f"{at}/{index}")
            continue
        complaints.properties(group, f"{at}/{index}", allowed={"label", "options"}, required=("label", "options"))
        complaints.text(group.get("label"), f"{at}/{index}/label", 75, kinds=("plain_text",))
        complaints.options(group.get("options"), f"{at}/{index}/options", 100)


def _initial(complaints: Complaints, element: dict[str, Any], at: str, options: Any) -> None:
    """An initial option must be one of the options, letter for letter."""
    initial = element.get("initial_options", [element["initial_option"]] if "initial_option" in element else [])
    if not isinstance(options, list) or any(option not in options for option in initial or []):
        complaints.add("must match one of the options", f"{at}/initial_option")


_CHECKERS: Final[dict[str, Callable[[Complaints, dict[str, Any], str], None]]] = {
    "button": _button,
    "image": Complaints.image,
    "plain_text_input": _plain_text_input,
    "datepicker": _datepicker,
    "radio_buttons": _choices,
    "checkboxes": _choices,
    "overflow": _overflow,
    "static_select": _static_select,
    "multi_static_select": _static_select,
}
