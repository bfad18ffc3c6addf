"""What a person has typed or chosen in a view, as `state.values` shows it."""

from collections.abc import Iterator
from typing import Any, Final

from .blocks import touchable
from .composition import is_day
from .errors import ControlError
from .state import Json, Values, View

REQUIRED_TEXT: Final = "Fyll i det här fältet."
TOO_SHORT: Final = "Skriv minst {length} tecken."
TOO_LONG: Final = "Skriv högst {length} tecken."

# Element type -> (the property in the state, the property with the initial value)
SINGLE: Final = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "rich_text_input": ("rich_text_value", "initial_value"),
}
SINGLE_OPTION: Final = frozenset({"static_select", "external_select", "radio_buttons"})
MANY: Final = {
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
}
MANY_OPTIONS: Final = frozenset({"checkboxes", "multi_static_select", "multi_external_select"})


def fields(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield (block, element) for everything that has a value; buttons and overflow menus have none."""
    for block in blocks:
        for element in touchable(block):
            if property_of(element) is not None:
                yield block, element


def property_of(element: Json) -> str | None:
    """Return the name under which the state holds the element's value, None when it holds none."""
    kind = element["type"]
    if kind in SINGLE_OPTION:
        return "selected_option"
    if kind in MANY_OPTIONS:
        return "selected_options"
    return (SINGLE.get(kind) or MANY.get(kind) or (None,))[0]


def initial(element: Json) -> Json:
    """Return the state of an element that nobody has touched."""
    kind = element["type"]
    if kind in SINGLE_OPTION:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in MANY_OPTIONS:
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    if kind in MANY:
        name, start = MANY[kind]
        return {"type": kind, name: element.get(start, [])}
    name, start = SINGLE[kind]
    return {"type": kind, name: element.get(start)}


def carried_over(before: Values, blocks: list[Json]) -> Values:
    """Return the values for new blocks: what was typed stays where block_id, action_id and type stay."""
    values: Values = {}
    for block, element in fields(blocks):
        typed = before.get(block["block_id"], {}).get(element["action_id"])
        is_same = typed is not None and typed["type"] == element["type"]
        values.setdefault(block["block_id"], {})[element["action_id"]] = (
            typed if typed and is_same else initial(element)
        )
    return values


def fill_in(view: View, given: dict[str, dict[str, Any]]) -> None:
    """Write what a person entered into the view. Raises ControlError for a field that is not there."""
    found = {(block["block_id"], element["action_id"]): element for block, element in fields(view.blocks)}
    for block_id, actions in given.items():
        if not isinstance(actions, dict):
            raise ControlError(400, f"values of block {block_id} must be an object")
        for action_id, raw in actions.items():
            element = found.get((block_id, action_id))
            if element is None:
                raise ControlError(400, f"no field {block_id}/{action_id} in the view")
            offered = view.options_at(block_id, action_id)
            view.values.setdefault(block_id, {})[action_id] = entered(element, raw, offered)


def entered(element: Json, raw: Any, offered: list[Json]) -> Json:
    """Return the state of an element after a person entered `raw` (forms: docs/sandbox.md, `values`)."""
    kind, name = element["type"], property_of(element)
    if name is None:
        raise ControlError(400, f"{kind} takes no value")
    if kind in SINGLE_OPTION:
        return {"type": kind, name: None if raw in (None, "") else option_of(element, raw, offered)}
    if kind in MANY_OPTIONS:
        return {"type": kind, name: [option_of(element, value, offered) for value in raw or []]}
    if kind in MANY:
        return {"type": kind, name: list(raw or [])}
    if kind == "datepicker" and raw not in (None, "") and not is_day(raw):
        raise ControlError(400, f"{raw!r} is no day: a date picker takes YYYY-MM-DD")
    return {"type": kind, name: None if raw == "" else raw}


def option_of(element: Json, value: Any, offered: list[Json]) -> Json:
    """Return the option with this value; a person can only choose what is on the screen."""
    shown = list(element.get("options") or [])
    shown += [option for group in element.get("option_groups") or [] for option in group["options"]]
    shown += [*offered, *(element.get("initial_options") or [])]
    shown += [element["initial_option"]] if element.get("initial_option") else []
    for option in shown:
        if option["value"] == value:
            return {name: option[name] for name in ("text", "value", "description") if name in option}
    raise ControlError(400, f"no option {value!r} to choose")


def problems(view: View) -> dict[str, str]:
    """Return what the client itself refuses before anything reaches the app, by block_id."""
    found: dict[str, str] = {}
    for block, element in fields(view.blocks):
        if block["type"] != "input":
            continue
        held = view.values.get(block["block_id"], {}).get(element["action_id"], {})
        value = held.get(property_of(element) or "")
        if value in (None, "", []) or (isinstance(value, str) and not value.strip()):
            if not block.get("optional", False):
                found[block["block_id"]] = REQUIRED_TEXT
        elif element["type"] == "plain_text_input":
            longest, shortest = element.get("max_length", 3000), element.get("min_length", 0)
            if len(value) > longest:
                found[block["block_id"]] = TOO_LONG.format(length=longest)
            elif len(value) < shortest:
                found[block["block_id"]] = TOO_SHORT.format(length=shortest)
    return found
