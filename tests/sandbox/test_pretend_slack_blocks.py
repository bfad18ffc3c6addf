"""Each limit of Block Kit has a case that is refused, and one at the limit that is not."""

import copy
import random
from typing import Any

import pytest

from bot.sandbox.slack.blocks import complaints_about, with_ids
from bot.sandbox.slack.errors import ApiError
from bot.sandbox.slack.view_rules import check_view, kept

from .test_pretend_slack_world import open_world

Json = dict[str, Any]


def plain(length: int) -> Json:
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length: int) -> Json:
    return {"type": "mrkdwn", "text": "x" * length}


def section(**more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(1), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain(1), **more}


def options(count: int, text: int = 1, value: int = 3) -> list[Json]:
    return [{"text": plain(text), "value": str(index).zfill(value)} for index in range(count)]


def select(**more: Any) -> Json:
    return {"type": "static_select", "options": options(1), **more}


def asks(element: Json | None = None, **more: Any) -> Json:
    return {"type": "input", "label": plain(1), "element": element or {"type": "plain_text_input"}, **more}


def confirm(**lengths: int) -> Json:
    wanted = {"title": 1, "text": 1, "confirm": 1, "deny": 1, **lengths}
    return {name: plain(length) for name, length in wanted.items()}


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain(1), "submit": plain(1), "blocks": list(blocks), **more}


AT_THE_LIMIT: dict[str, Json] = {
    "section text": section(text=mrkdwn(3000)),
    "fields": section(fields=[mrkdwn(2000)] * 10),
    "header": {"type": "header", "text": plain(150)},
    "context": {"type": "context", "elements": [mrkdwn(1)] * 10},
    "actions": actions(*[button()] * 25),
    "button": actions(button(text=plain(75), value="x" * 2000, accessibility_label="x" * 75, url="x" * 3000)),
    "option": actions(select(options=options(1, text=75, value=150))),
    "select": actions(select(options=options(100))),
    "radio": actions({"type": "radio_buttons", "options": options(10)}),
    "overflow": actions({"type": "overflow", "options": options(5)}),
    "ids": section(block_id="x" * 255, accessory=button(action_id="x" * 255)),
    "confirm": actions(button(confirm=confirm(title=100, text=300, confirm=30, deny=30))),
    "image": {"type": "image", "alt_text": "x" * 2000, "image_url": "x" * 3000},
    "divider": {"type": "divider"},
    "initial option": actions(select(options=options(2), initial_option=options(2)[1])),
}

PAST_THE_LIMIT: dict[str, Json] = {
    "section text": section(text=mrkdwn(3001)),
    "empty section text": section(text=mrkdwn(0)),
    "section without text": {"type": "section"},
    "eleven fields": section(fields=[mrkdwn(1)] * 11),
    "long field": section(fields=[mrkdwn(2001)]),
    "header": {"type": "header", "text": plain(151)},
    "header in mrkdwn": {"type": "header", "text": mrkdwn(1)},
    "context": {"type": "context", "elements": [mrkdwn(1)] * 11},
    "button in context": {"type": "context", "elements": [button()]},
    "actions": actions(*[button()] * 26),
    "empty actions": actions(),
    "same action_id twice": actions(button(action_id="a"), button(action_id="a")),
    "button text": actions(button(text=plain(76))),
    "button text in mrkdwn": actions(button(text=mrkdwn(1))),
    "button value": actions(button(value="x" * 2001)),
    "accessibility_label": actions(button(accessibility_label="x" * 76)),
    "button url": actions(button(url="x" * 3001)),
    "button style": actions(button(style="green")),
    "option text": actions(select(options=options(1, text=76))),
    "option value": actions(select(options=options(1, value=151))),
    "option description": actions(select(options=[{**options(1)[0], "description": plain(76)}])),
    "options": actions(select(options=options(101))),
    "no options": actions(select(options=[])),
    "groups and options": actions(select(option_groups=[{"label": plain(1), "options": options(1)}])),
    "group label": actions({"type": "static_select", "option_groups": [{"label": plain(76), "options": options(1)}]}),
    "initial option of another menu": actions(select(initial_option=options(2)[1])),
    "radio": actions({"type": "radio_buttons", "options": options(11)}),
    "checkboxes": actions({"type": "checkboxes", "options": options(11)}),
    "overflow": actions({"type": "overflow", "options": options(6)}),
    "placeholder": actions(select(placeholder=plain(151))),
    "action_id": actions(button(action_id="x" * 256)),
    "block_id": section(block_id="x" * 256),
    "confirm title": actions(button(confirm=confirm(title=101))),
    "confirm text": actions(button(confirm=confirm(text=301))),
    "confirm yes": actions(button(confirm=confirm(confirm=31))),
    "confirm no": actions(button(confirm=confirm(deny=31))),
    "image without alt_text": {"type": "image", "image_url": "x"},
    "image alt_text": {"type": "image", "image_url": "x", "alt_text": "x" * 2001},
    "image url": {"type": "image", "image_url": "x" * 3001, "alt_text": "x"},
    "image without url": {"type": "image", "alt_text": "x"},
    "input in a message": asks(),
    "text input in actions": actions({"type": "plain_text_input"}),
    "unknown block": {"type": "sektion"},
    "unknown property": section(colour="red"),
    "unknown property of a text": section(text={**mrkdwn(1), "emoji": True}),
    "unknown element": actions({"type": "knapp"}),
    "unknown property of an element": actions(button(colour="red")),
    "a string for a text": section(text="hej"),
    "a number for a string": actions(button(value=7)),
}

BAD_MODALS: dict[str, Json] = {
    "title": modal(section(), title=plain(25)),
    "submit": modal(section(), submit=plain(25)),
    "close": modal(section(), close=plain(25)),
    "no title": {"type": "modal", "blocks": [section()]},
    "private_metadata": modal(section(), private_metadata="x" * 3001),
    "callback_id": modal(section(), callback_id="x" * 256),
    "external_id": modal(section(), external_id="x" * 256),
    "blocks": modal(*[section()] * 101),
    "max_length": modal(asks({"type": "plain_text_input", "max_length": 3001})),
    "initial_value": modal(asks({"type": "plain_text_input", "initial_value": "x" * 3001})),
    "label": modal(asks(label=plain(2001))),
    "hint": modal(asks(hint=plain(2001))),
    "input without element": modal({"type": "input", "label": plain(1)}),
    "button in input": modal(asks(button())),
    "same block_id twice": modal(section(block_id="b"), section(block_id="b")),
    "input without submit": {"type": "modal", "title": plain(1), "blocks": [asks()]},
    "unknown property": modal(section(), colour="red"),
    "unknown type": {"type": "dialog", "blocks": []},
    "blocks that are none": modal(section(), blocks="hej"),
    "table in a modal": modal({"type": "table", "rows": []}),
}


@pytest.mark.parametrize("name", AT_THE_LIMIT)
def test_at_the_limit_all_is_well(name: str) -> None:
    assert complaints_about([AT_THE_LIMIT[name]], "message", "/blocks") == []


@pytest.mark.parametrize("name", PAST_THE_LIMIT)
async def test_past_the_limit_slack_refuses(name: str) -> None:
    async with open_world() as world:
        call = world.client.chat_postMessage(channel="C01", text="x", blocks=[PAST_THE_LIMIT[name]])
        assert await world.refused(call) == "invalid_blocks"


@pytest.mark.parametrize("name", BAD_MODALS)
async def test_a_bad_modal_is_refused_and_the_trigger_stays_good(name: str) -> None:
    async with open_world() as world:
        trigger_id = world.slack.tickets.new_trigger("U01")
        refused = await world.refused(world.client.views_open(trigger_id=trigger_id, view=BAD_MODALS[name]))

        assert refused == "invalid_arguments"
        await world.client.views_open(trigger_id=trigger_id, view=modal(section()))


def test_surfaces_differ_in_how_many_blocks_they_hold() -> None:
    assert complaints_about([section()] * 50, "message", "/blocks") == []
    assert complaints_about([section()] * 51, "message", "/blocks") != []
    assert complaints_about([section()] * 100, "home", "/blocks") == []
    assert complaints_about([section()] * 101, "home", "/blocks") != []


def test_markdown_blocks_are_counted_together() -> None:
    halves = [{"type": "markdown", "text": "x" * 6000}, {"type": "markdown", "text": "x" * 6001}]
    assert complaints_about(halves, "message", "/blocks") != []
    assert complaints_about(halves[:1], "message", "/blocks") == []


def test_a_view_larger_than_250_kb_is_refused() -> None:
    view = modal(*[section(text=mrkdwn(3000))] * 90)
    with pytest.raises(ApiError, match="view_too_large"):
        check_view(view, ("modal",))


async def test_blocks_validate_needs_no_token() -> None:
    async with open_world() as world:
        world.client.token = None
        await world.client.api_call("blocks.validate", json={"blocks": [section()]})
        await world.client.api_call("blocks.validate", json={"view": modal(section())})
        bad = world.client.api_call("blocks.validate", json={"blocks": [{"type": "x"}]})
        assert await world.refused(bad) == "invalid_blocks"
        both = world.client.api_call("blocks.validate", json={"blocks": [], "view": {}})
        assert await world.refused(both) == "invalid_arguments"


JUNK: list[Any] = [None, 1, "x", [], {}, [1], [None], {"type": 1}, True, {"type": "plain_text"}]


def _spoiled(thing: Any, chance: random.Random) -> Any:
    """Return a copy in which one part, somewhere, is junk."""
    whole = [copy.deepcopy(thing)]
    places: list[tuple[Any, Any]] = [(whole, 0)]
    for holder, key in places:
        inside = holder[key]
        keys = list(inside) if isinstance(inside, dict) else range(len(inside)) if isinstance(inside, list) else []
        places.extend((inside, inner) for inner in keys if len(places) < 80)
    holder, key = chance.choice(places)
    holder[key] = chance.choice(JUNK)
    return whole[0]


def test_nothing_malformed_breaks_the_checks() -> None:
    chance = random.Random(7)
    blocks = [*AT_THE_LIMIT.values(), *PAST_THE_LIMIT.values()]
    for _ in range(1500):
        block = _spoiled(chance.choice(blocks), chance)
        if complaints_about([block], "home", "/blocks") == []:
            with_ids([block], lambda prefix: prefix)
        try:
            view = _spoiled(chance.choice([*BAD_MODALS.values(), modal(block)]), chance)
            check_view(view, ("modal",))
        except ApiError:
            continue
        assert kept(view, lambda prefix: prefix)["blocks"] is not None
