"""Block Kit on the three surfaces: what Slack refuses. facts/slack.md section 8."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any, Final, Literal

from .composition import ANY_TEXT, ID_LENGTH, PLAIN, Complaints
from .elements import IN_ACTIONS, IN_INPUT, IN_SECTION, check_element
from .errors import ApiError

Surface = Literal["message", "modal", "home"]
MOST_BLOCKS: Final = {"message": 50, "modal": 100, "home": 100}
LONGEST_BLOCKS: Final = 13_200  # all blocks together: `msg_blocks_too_long`, facts/slack.md section 8
LONGEST_MARKDOWN: Final = 12_000

# Property names are those of slack_sdk 3.47.0, `models/blocks/blocks.py`. The newer blocks exist
# (facts/slack.md section 8) but their insides are not checked here.
PROPERTIES: Final[dict[str, frozenset[str]]] = {
    "section": frozenset({"text", "fields", "accessory", "expand"}),
    "header": frozenset({"text"}),
    "divider": frozenset(),
    "context": frozenset({"elements"}),
    "actions": frozenset({"elements"}),
    "image": frozenset({"alt_text", "image_url", "slack_file", "title"}),
    "input": frozenset({"label", "element", "hint", "optional", "dispatch_action"}),
    "rich_text": frozenset({"elements"}),
    "markdown": frozenset({"text"}),
    "video": frozenset(
        {
            "alt_text",
            "author_name",
            "description",
            "provider_icon_url",
            "provider_name",
            "thumbnail_url",
            "title",
            "title_url",
            "video_url",
        }
    ),
    "file": frozenset({"external_id", "source"}),
    "table": frozenset({"rows", "column_settings"}),
    "alert": frozenset({"text", "level"}),
    "context_actions": frozenset({"elements"}),
}
ONLY_IN_MESSAGES: Final = frozenset({"file", "table", "markdown", "context_actions"})


def check_message_blocks(blocks: Any) -> None:
    """Raise what chat.postMessage would for blocks it cannot show."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise ApiError("invalid_blocks_format")
    messages = complaints_about(blocks, "message", "/blocks")
    if messages:
        raise ApiError("invalid_blocks", messages=messages, errors=messages)
    if len(json.dumps(blocks, ensure_ascii=False)) > LONGEST_BLOCKS:
        raise ApiError("msg_blocks_too_long")


def complaints_about(blocks: Any, surface: Surface, at: str) -> list[str]:
    """Return what Slack would say is wrong; nothing when all is well."""
    complaints = Complaints()
    if not isinstance(blocks, list):
        complaints.add("must provide an array", at)
        return complaints.messages
    if len(blocks) > MOST_BLOCKS[surface]:
        complaints.add(f"no more than {MOST_BLOCKS[surface]} items allowed", at)
    seen: set[str] = set()
    markdown = 0
    for index, block in enumerate(blocks):
        where = f"{at}/{index}"
        if not isinstance(block, dict):
            complaints.add("must provide an object", where)
            continue
        _check_block(complaints, block, where, surface)
        block_id = block.get("block_id")
        if isinstance(block_id, str) and block_id in seen:
            complaints.add(f"`block_id` {block_id!r} already exists", f"{where}/block_id")
        seen.add(str(block_id))
        markdown += len(str(block.get("text", ""))) if block.get("type") == "markdown" else 0
    if markdown > LONGEST_MARKDOWN:
        complaints.add(f"all markdown blocks together must be less than {LONGEST_MARKDOWN + 1} characters", at)
    return complaints.messages


def _check_block(complaints: Complaints, block: dict[str, Any], at: str, surface: Surface) -> None:
    kind = str(block.get("type"))
    is_elsewhere = (kind == "input" and surface == "message") or (kind in ONLY_IN_MESSAGES and surface != "message")
    if kind not in PROPERTIES or is_elsewhere:
        complaints.add(f"unsupported type: {kind}", f"{at}/type")
        return
    complaints.properties(block, at, allowed=PROPERTIES[kind] | {"type", "block_id"}, required=_REQUIRED.get(kind, ()))
    complaints.length(block.get("block_id"), f"{at}/block_id", ID_LENGTH)
    checker = _CHECKERS.get(kind)
    if checker is not None:
        checker(complaints, block, at)


def _section(complaints: Complaints, block: dict[str, Any], at: str) -> None:
    """text 3 000; 10 fields of 2 000."""
    fields = block.get("fields")
    if block.get("text") is None and fields is None:
        complaints.add("must define either `fields` or `text`", at)
    complaints.text(block.get("text"), f"{at}/text", 3000)
    if fields is not None:
        if not isinstance(fields, list) or not 1 <= len(fields) <= 10:
            complaints.add("must provide 1 to 10 items", f"{at}/fields")
        else:
            for index, text in enumerate(fields):
                complaints.text(text, f"{at}/fields/{index}", 2000)
    if block.get("accessory") is not None:
        check_element(complaints, block["accessory"], f"{at}/accessory", place=IN_SECTION)


def _header(complaints: Complaints, block: dict[str, Any], at: str) -> None:
    """150 characters."""
    complaints.text(block.get("text"), f"{at}/text", 150, kinds=PLAIN)


def _context(complaints: Complaints, block: dict[str, Any], at: str) -> None:
    """10 elements, text or images."""
    for index, element in enumerate(_elements(complaints, block, at, 10)):
        where = f"{at}/elements/{index}"
        if isinstance(element, dict) and element.get("type") in ANY_TEXT:
            complaints.text(element, where, 3000)
        else:
            check_element(complaints, element, where, place=frozenset({"image"}))


def _actions(complaints: Complaints, block: dict[str, Any], at: str) -> None:
    """25 elements, each with an action_id of its own."""
    seen: set[str] = set()
    for index, element in enumerate(_elements(complaints, block, at, 25)):
        where = f"{at}/elements/{index}"
        check_element(complaints, element, where, place=IN_ACTIONS)
        action_id = element.get("action_id") if isinstance(element, dict) else None
        if isinstance(action_id, str) and action_id in seen:
            complaints.add(f"`action_id` {action_id!r} already exists for block", f"{where}/action_id")
        seen.add(str(action_id))


def _elements(complaints: Complaints, block: dict[str, Any], at: str, most: int) -> list[Any]:
    elements = block.get("elements")
    if not isinstance(elements, list) or not 1 <= len(elements) <= most:
        complaints.add(f"must provide 1 to {most} items", f"{at}/elements")
    return elements if isinstance(elements, list) else []


def _image(complaints: Complaints, block: dict[str, Any], at: str) -> None:
    """alt_text required."""
    complaints.image(block, at)
    complaints.text(block.get("title"), f"{at}/title", 2000, kinds=PLAIN)


def _input(complaints: Complaints, block: dict[str, Any], at: str) -> None:
    """label and hint 2 000."""
    complaints.text(block.get("label"), f"{at}/label", 2000, kinds=PLAIN)
    complaints.text(block.get("hint"), f"{at}/hint", 2000, kinds=PLAIN)
    if block.get("element") is not None:
        check_element(complaints, block["element"], f"{at}/element", place=IN_INPUT)


def _markdown(complaints: Complaints, block: dict[str, Any], at: str) -> None:
    complaints.length(block.get("text"), f"{at}/text", LONGEST_MARKDOWN, shortest=1)


_REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    "header": ("text",),
    "image": ("alt_text",),
    "input": ("label", "element"),
    "markdown": ("text",),
    "rich_text": ("elements",),
}
_CHECKERS: Final[dict[str, Callable[[Complaints, dict[str, Any], str], None]]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "image": _image,
    "input": _input,
    "markdown": _markdown,
}


def with_ids(blocks: list[dict[str, Any]], new_id: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return a copy in which every block has a block_id and every element an action_id, as Slack fills them in."""
    filled = copy.deepcopy(blocks)
    for block in filled:
        block.setdefault("block_id", new_id("b"))
        for element in touchable(block):
            element.setdefault("action_id", new_id("a"))
    return filled


def touchable(block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the elements of a block that a person can use."""
    if block["type"] == "actions":
        yield from block["elements"]
    elif block["type"] == "section" and block.get("accessory", {}).get("type", "image") != "image":
        yield block["accessory"]
    elif block["type"] == "input":
        yield block["element"]
