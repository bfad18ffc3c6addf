"""Small builders of Block Kit pieces that respect Slack's limits (facts: slack, section 8)."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from bot.domain.visible import visible
from bot.slack.ids import ActionId

Block = dict[str, Any]

SECTION_TEXT: Final = 3000
HEADER_TEXT: Final = 150
BUTTON_TEXT: Final = 75
OPTION_TEXT: Final = 75
TITLE_TEXT: Final = 24
MODAL_BLOCKS: Final = 100
MODAL_SIZE: Final = 200_000  # bytes of blocks; a view may have 250 kB
MESSAGE_TEXT: Final = 3900  # chat.update refuses more than 4000
PLACEHOLDER: Final = 150
BLOCK_ID: Final = 255
MOST_BOXES: Final = 10  # what a group of checkboxes or radio buttons can hold
MOST_OPTIONS: Final = 100  # what a menu can hold


def cut(text: str, limit: int) -> str:
    """Return `text`, shortened with an ellipsis when it is too long for where it stands."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def plain(text: str, limit: int = SECTION_TEXT) -> Block:
    """What somebody else wrote stands in plain_text: nothing in it can ping, link or hide."""
    return {"type": "plain_text", "text": cut(visible(text), limit) or " ", "emoji": False}


def label(text: str, limit: int) -> Block:
    """Our own words."""
    return {"type": "plain_text", "text": cut(text, limit), "emoji": True}


def mrkdwn(text: str, limit: int = SECTION_TEXT) -> Block:
    """Our own words with emphasis; anything foreign in it must have been escaped."""
    return {"type": "mrkdwn", "text": cut(text, limit), "verbatim": True}


def section(text: Block, *, accessory: Block | None = None, block_id: str | None = None) -> Block:
    block: Block = {"type": "section", "text": text}
    if accessory is not None:
        block["accessory"] = accessory
    if block_id is not None:
        block["block_id"] = block_id
    return block


def header(text: str) -> Block:
    return {"type": "header", "text": label(text, HEADER_TEXT)}


def context(*texts: str) -> Block:
    return {"type": "context", "elements": [mrkdwn(text) for text in texts if text]}


def plain_context(*texts: str) -> Block:
    """A context line with something in it that somebody else wrote."""
    return {"type": "context", "elements": [plain(text) for text in texts if text] or [plain("")]}


def divider() -> Block:
    return {"type": "divider"}


def actions(*elements: Block, block_id: str | None = None) -> Block:
    block: Block = {"type": "actions", "elements": list(elements)}
    if block_id is not None:
        block["block_id"] = block_id
    return block


def button(
    action: ActionId, text: str, value: str, *, style: str | None = None, spoken: str = "", confirm: Block | None = None
) -> Block:
    made: Block = {
        "type": "button",
        "action_id": action.value,
        "text": label(text, BUTTON_TEXT),
        "value": value,
    }
    if style is not None:
        made["style"] = style
    if spoken:
        made["accessibility_label"] = cut(spoken, BUTTON_TEXT)
    if confirm is not None:
        made["confirm"] = confirm
    return made


def confirm(title: str, text: str, yes: str, no: str, *, danger: bool = False) -> Block:
    made: Block = {
        "title": label(title, 100),
        "text": label(text, 300),
        "confirm": label(yes, 30),
        "deny": label(no, 30),
    }
    if danger:
        made["style"] = "danger"
    return made


def option(text: str, value: str, description: str = "") -> Block:
    made: Block = {"text": plain(text, OPTION_TEXT), "value": value}
    if description:
        made["description"] = plain(description, OPTION_TEXT)
    return made


def field(
    block_id: str, title: str, element: Block, *, hint: str = "", optional: bool = False, dispatch: bool = False
) -> Block:
    """An input. Its block_id and action_id never change, so that Slack keeps what is being typed."""
    block: Block = {"type": "input", "block_id": block_id, "label": label(title, 2000), "element": element}
    if hint:
        block["hint"] = label(hint, 2000)
    if optional:
        block["optional"] = True
    if dispatch:
        block["dispatch_action"] = True
    return block


def text_input(action: ActionId, *, multiline: bool = False, most: int = 3000, initial: str = "") -> Block:
    made: Block = {
        "type": "plain_text_input",
        "action_id": action.value,
        "multiline": multiline,
        "max_length": most,
    }
    if initial:
        made["initial_value"] = initial
    return made


def select(action: ActionId, options: list[Block], *, initial: Block | None = None) -> Block:
    made: Block = {"type": "static_select", "action_id": action.value, "options": options[:MOST_OPTIONS]}
    if initial is not None:
        made["initial_option"] = initial
    return made


def search(action: ActionId, *, placeholder: str = "", initial: Block | None = None) -> Block:
    """A menu that is filled as one types."""
    made: Block = {"type": "external_select", "action_id": action.value, "min_query_length": 1}
    if placeholder:
        made["placeholder"] = label(placeholder, PLACEHOLDER)
    if initial is not None:
        made["initial_option"] = initial
    return made


def checkboxes(action: ActionId, options: list[Block], *, chosen: list[Block]) -> Block:
    made: Block = {"type": "checkboxes", "action_id": action.value, "options": options}
    if chosen:
        made["initial_options"] = chosen
    return made


def day_picker(action: ActionId, initial: date | None = None) -> Block:
    made: Block = {"type": "datepicker", "action_id": action.value}
    if initial is not None:
        made["initial_date"] = initial.isoformat()
    return made


def radio(action: ActionId, options: list[Block], *, initial: Block | None = None) -> Block:
    made: Block = {"type": "radio_buttons", "action_id": action.value, "options": options}
    if initial is not None:
        made["initial_option"] = initial
    return made


def modal(
    title: str,
    blocks: list[Block],
    *,
    close: str,
    submit: str | None = None,
    callback: str | None = None,
    metadata: str = "",
    external_id: str | None = None,
    notify_on_close: bool = False,
) -> Block:
    view: Block = {
        "type": "modal",
        "title": label(title, TITLE_TEXT),
        "close": label(close, TITLE_TEXT),
        "blocks": lasting(blocks[:MODAL_BLOCKS]),
        "private_metadata": metadata,
    }
    if submit is not None:
        view["submit"] = label(submit, TITLE_TEXT)
    if callback is not None:
        view["callback_id"] = callback
    if external_id is not None:
        view["external_id"] = external_id
    if notify_on_close:
        view["notify_on_close"] = True
    return view


def lasting(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks of a view, each that can be pressed with an id that is the same when the view is drawn again.

    Slack makes up a new one at each update where we give none, and a press just then would be on a block that is gone.
    """
    taken = {block["block_id"] for block in blocks if "block_id" in block}
    made: list[Block] = []
    for block in blocks:
        name = _lasting_id(block)
        nth = next(n for n in range(1, len(blocks) + 2) if _nth(name, n) not in taken) if name else 1
        taken.add(_nth(name, nth))
        made.append({**block, "block_id": _nth(name, nth)} if name else block)
    return made


def _lasting_id(block: Block) -> str:
    """Return the id for a block that needs one, "" for others."""
    first: Block = block.get("accessory") or next(iter(block.get("elements", ())), {})
    if "block_id" in block or "action_id" not in first:
        return ""
    return " ".join(filter(None, (first["action_id"], first.get("value"))))


def _nth(name: str, nth: int) -> str:
    return cut(name if nth == 1 else f"{nth} {name}", BLOCK_ID)


def fitting(groups: Sequence[list[Block]], *, most: int, size: int = MODAL_SIZE) -> list[list[Block]]:
    """Return those first of `groups` that stand whole within `most` blocks and `size` bytes."""
    fit: list[list[Block]] = []
    for group in groups:
        most -= len(group)
        size -= len(json.dumps(group))  # every letter beyond ASCII as six bytes, to be on the safe side
        if most < 0 or size < 0:
            break
        fit.append(group)
    return fit


def mention(slack_user_id: str) -> str:
    return f"<@{slack_user_id}>" if slack_user_id else ""
