"""Everything a person can pick or fill in, wherever it may stand, with a real Bolt app at the other end."""

import re
from typing import Any

import pytest

from bot.sandbox.slack import ControlError

from .test_pretend_slack_modals import Json, modal, opened, option, plain
from .test_pretend_slack_world import World, open_world

DATE: Json = {"type": "datepicker", "initial_date": "2026-11-20"}
STATIC: Json = {"type": "static_select", "options": [option("x"), option("y")]}
EXTERNAL: Json = {"type": "external_select", "min_query_length": 1}
RADIO: Json = {"type": "radio_buttons", "options": [option("x"), option("y")], "initial_option": option("x")}
CHECKS: Json = {"type": "checkboxes", "options": [option("x"), option("y")], "initial_options": [option("x")]}
TEXT: Json = {"type": "plain_text_input", "initial_value": "skola"}

# element, what a person chooses, and the state that it leaves
CHOICES: dict[str, tuple[Json, Any, Json]] = {
    "datepicker": (DATE, "2026-11-21", {"selected_date": "2026-11-21"}),
    "static_select": (STATIC, "y", {"selected_option": option("y")}),
    "external_select": (EXTERNAL, "anna", {"selected_option": option("anna")}),
    "radio_buttons": (RADIO, "y", {"selected_option": option("y")}),
    "checkboxes": (CHECKS, ["x", "y"], {"selected_options": [option("x"), option("y")]}),
}
BEGINS: dict[str, tuple[Json, Json]] = {
    "datepicker": (DATE, {"selected_date": "2026-11-20"}),
    "static_select": (STATIC, {"selected_option": None}),
    "external_select": (EXTERNAL, {"selected_option": None}),
    "radio_buttons": (RADIO, {"selected_option": option("x")}),
    "checkboxes": (CHECKS, {"selected_options": [option("x")]}),
    "plain_text_input": (TEXT, {"value": "skola"}),
}


def in_block(kind: str, element: Json) -> Json:
    """Return a block of this kind, `b`, that holds the element as `a`."""
    element = {**element, "action_id": "a"}
    if kind == "actions":
        return {"type": "actions", "block_id": "b", "elements": [element]}
    if kind == "section":
        return {"type": "section", "block_id": "b", "text": plain("Välj"), "accessory": element}
    return {"type": "input", "block_id": "b", "label": plain("Välj"), "element": element}


def listen(world: World) -> list[Json]:
    """Acknowledge everything, suggest what is typed with "nna" after it, and keep the bodies."""
    bodies: list[Json] = []

    @world.app.action(re.compile("."))
    async def picked(ack: Any, body: Json) -> None:
        bodies.append(body)
        await ack()

    @world.app.view("answer")
    async def submitted(ack: Any, body: Json) -> None:
        bodies.append(body)
        await ack()

    @world.app.options("a")
    async def names(ack: Any, body: Json) -> None:
        bodies.append(body)
        await ack(options=[option(body["value"] + "nna")])

    return bodies


@pytest.mark.parametrize("block", ["actions", "section"])
@pytest.mark.parametrize("name", CHOICES)
async def test_an_element_of_a_message_tells_what_was_chosen(name: str, block: str) -> None:
    element, chosen, left = CHOICES[name]
    async with open_world() as world:
        bodies = listen(world)
        ts = (await world.client.chat_postMessage(channel="C01", text="x", blocks=[in_block(block, element)]))["ts"]
        if name == "external_select":
            found = await world.slack.suggest("U01", None, "b", "a", "a", channel="C01", ts=ts)
            assert found["options"] == [option("anna")]
        await world.slack.click("U01", channel="C01", ts=ts, action_id="a", selected=chosen)

        assert left.items() <= bodies[-1]["actions"][0].items()
        assert bodies[-1]["state"]["values"] == {"b": {"a": {"type": name, **left}}}


@pytest.mark.parametrize("block", ["actions", "section", "input"])
@pytest.mark.parametrize("name", CHOICES)
async def test_an_element_of_a_modal_tells_what_was_chosen(name: str, block: str) -> None:
    element, chosen, left = CHOICES[name]
    async with open_world() as world:
        bodies = listen(world)
        given = in_block(block, element) | ({"dispatch_action": True} if block == "input" else {})
        view = await opened(world, modal(given))
        if name == "external_select":
            await world.slack.suggest("U01", view["id"], "b", "a", "a")
        await world.slack.click("U01", view_id=view["id"], action_id="a", selected=chosen)
        clicked = bodies[-1]
        await world.slack.submit("U01", view["id"])

        assert left.items() <= clicked["actions"][0].items()
        for body in (clicked, bodies[-1]):
            assert body["view"]["state"]["values"] == {"b": {"a": {"type": name, **left}}}
        assert bodies[-1]["type"] == "view_submission"


@pytest.mark.parametrize("name", BEGINS)
async def test_a_field_that_nobody_touches_says_what_it_began_with(name: str) -> None:
    element, left = BEGINS[name]
    async with open_world() as world:
        bodies = listen(world)
        view = await opened(world, modal({**in_block("input", element), "optional": True}))
        await world.slack.submit("U01", view["id"])

        assert bodies[-1]["view"]["state"]["values"] == {"b": {"a": {"type": name, **left}}}


@pytest.mark.parametrize("block", ["actions", "section"])
async def test_an_overflow_menu_tells_the_option_and_has_no_state(block: str) -> None:
    async with open_world() as world:
        bodies = listen(world)
        menu = in_block(block, {"type": "overflow", "options": [option("x"), option("y")]})
        ts = (await world.client.chat_postMessage(channel="C01", text="x", blocks=[menu]))["ts"]
        await world.slack.click("U01", channel="C01", ts=ts, action_id="a", selected="y")
        view = await opened(world, modal(menu))
        await world.slack.click("U01", view_id=view["id"], action_id="a", selected="x")

        assert [body["actions"][0]["selected_option"]["value"] for body in bodies] == ["y", "x"]
        assert (bodies[0]["state"]["values"], bodies[1]["view"]["state"]["values"]) == ({}, {})


async def test_a_button_beside_a_date_tells_which_day_each_person_had_chosen() -> None:
    async with open_world() as world:
        bodies = listen(world)
        world.slack.invite("C01", "U02")
        button = {"type": "button", "action_id": "go", "text": plain("Kör")}
        row = {"type": "actions", "block_id": "b", "elements": [{**DATE, "action_id": "a"}, button]}
        ts = (await world.client.chat_postMessage(channel="C01", text="x", blocks=[row]))["ts"]
        await world.slack.click("U01", channel="C01", ts=ts, action_id="a", selected="2026-11-30")
        for user in ("U01", "U02"):
            await world.slack.click(user, channel="C01", ts=ts, action_id="go")

        days = [body["state"]["values"]["b"]["a"]["selected_date"] for body in bodies]
        assert days == ["2026-11-30", "2026-11-30", "2026-11-20"]


async def test_a_suggestion_for_a_message_says_where_it_is_asked() -> None:
    async with open_world() as world:
        bodies = listen(world)
        ts = (await world.client.chat_postMessage(channel="C01", text="x", blocks=[in_block("actions", EXTERNAL)]))[
            "ts"
        ]
        asked = {"channel": "C01", "ts": ts, "block_id": "b", "action_id": "a", "value": "a"}
        status, found = await world.control("users/U01/suggest", asked)

        assert (status, found["options"]) == (200, [option("anna")])
        body = bodies[-1]
        assert (body["type"], body["value"], body["channel"]["id"]) == ("block_suggestion", "a", "C01")
        assert body["container"]["message_ts"] == body["message"]["ts"] == ts
        assert (await world.control("users/U01/suggest", {**asked, "channel": "C77"}))[0] == 404
        lost = {name: value for name, value in asked.items() if name != "ts"}
        assert (await world.control("users/U01/suggest", lost))[0] == 400


async def test_a_choice_outlives_the_next_search() -> None:
    async with open_world() as world:
        bodies = listen(world)
        view = await opened(world, modal(in_block("input", EXTERNAL)))
        await world.slack.suggest("U01", view["id"], "b", "a", "a")
        await world.slack.click("U01", view_id=view["id"], action_id="a", selected="anna")
        await world.slack.suggest("U01", view["id"], "b", "a", "ha")
        await world.slack.submit("U01", view["id"], {"b": {"a": "anna"}})

        assert bodies[-1]["view"]["state"]["values"]["b"]["a"]["selected_option"] == option("anna")


@pytest.mark.parametrize("empty", ["", None])
@pytest.mark.parametrize("name", ["datepicker", "static_select"])
async def test_a_field_that_may_be_empty_can_be_emptied(name: str, empty: str | None) -> None:
    element, chosen, _ = CHOICES[name]
    async with open_world() as world:
        bodies = listen(world)
        view = await opened(world, modal({**in_block("input", element), "optional": True}))
        await world.slack.click("U01", view_id=view["id"], action_id="a", selected=chosen)
        await world.slack.submit("U01", view["id"], {"b": {"a": empty}})

        (state,) = bodies[-1]["view"]["state"]["values"]["b"].values()
        assert {value for key, value in state.items() if key != "type"} == {None}


@pytest.mark.parametrize("day", ["20/11/2026", "2026-11-31", "20261120", 20])
async def test_a_date_picker_takes_and_is_given_days_alone(day: Any) -> None:
    async with open_world() as world:
        view = await opened(world, modal(in_block("input", DATE)))
        with pytest.raises(ControlError, match="YYYY-MM-DD"):
            await world.slack.submit("U01", view["id"], {"b": {"a": day}})
        bad = world.client.chat_postMessage(
            channel="C01", text="x", blocks=[in_block("actions", {**DATE, "initial_date": day})]
        )
        assert await world.refused(bad) == "invalid_blocks"
