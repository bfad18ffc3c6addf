"""Modals: triggers, stacks, hashes, fields and submissions, with a real Bolt app at the other end."""

from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox.slack import ControlError
from bot.sandbox.slack.answers import MODAL_TROUBLE
from bot.sandbox.slack.inputs import REQUIRED_TEXT

from .test_pretend_slack_world import World, open_world

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def option(value: str) -> Json:
    return {"text": plain(value.upper()), "value": value}


REPLY: Json = {
    "type": "input",
    "block_id": "reply",
    "label": plain("Svar"),
    "element": {"type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": 10},
}


def modal(*blocks: Json, **more: Any) -> Json:
    return {
        "type": "modal",
        "callback_id": "answer",
        "title": plain("Svara"),
        "submit": plain("Skicka"),
        "private_metadata": "01J",
        "blocks": [*blocks] or [REPLY],
        **more,
    }


CARD: list[Json] = [
    {
        "type": "actions",
        "block_id": "card",
        "elements": [
            {"type": "button", "action_id": "open", "text": plain("Läs och svara"), "value": "01J"},
            {"type": "static_select", "action_id": "pick", "options": [option("a"), option("b")]},
        ],
    }
]


async def opened(world: World, view: Json | None = None) -> Json:
    """Open a modal for Anna and return it as the page sees it."""
    trigger_id = world.slack.tickets.new_trigger("U01")
    return dict((await world.client.views_open(trigger_id=trigger_id, view=view or modal()))["view"])


def stack(world: World, user: str = "U01") -> list[Json]:
    views: list[Json] = world.slack.state()["views"].get(user, [])
    return views


@pytest.mark.parametrize(
    ("waited_s", "uses", "error"),
    [(3.1, 0, "expired_trigger_id"), (2.9, 1, "exchanged_trigger_id"), (2.9, 0, None)],
)
async def test_a_trigger_lives_three_seconds_and_opens_one_modal(waited_s: float, uses: int, error: str | None) -> None:
    async with open_world() as world:
        trigger_id = world.slack.tickets.new_trigger("U01")
        for _ in range(uses):
            await world.client.views_open(trigger_id=trigger_id, view=modal())
        world.machine.advance(waited_s)

        call = world.client.views_open(trigger_id=trigger_id, view=modal())
        if error is None:
            await call
        else:
            assert await world.refused(call) == error
        assert await world.refused(world.client.views_open(trigger_id="1.2.3", view=modal())) == "invalid_trigger_id"


async def test_a_jump_of_the_world_does_not_end_a_trigger() -> None:
    async with open_world() as world:
        trigger_id = world.slack.tickets.new_trigger("U01")
        world.clock.move_to(world.clock.now() + timedelta(hours=8))

        await world.client.views_open(trigger_id=trigger_id, view=modal())


async def test_an_update_with_an_old_hash_is_a_conflict() -> None:
    async with open_world() as world:
        view = await opened(world)
        updated = await world.client.views_update(view_id=view["id"], hash=view["hash"], view=modal())

        assert updated["view"]["hash"] != view["hash"]
        old = world.client.views_update(view_id=view["id"], hash=view["hash"], view=modal())
        assert await world.refused(old) == "hash_conflict"
        await world.client.views_update(view_id=view["id"], view=modal())
        assert await world.refused(world.client.views_update(view_id="V77", view=modal())) == "not_found"


async def test_what_is_typed_survives_an_update_where_the_field_stays() -> None:
    async with open_world() as world:

        @world.app.view("answer")
        async def submitted(ack: Any) -> None:
            await ack(response_action="errors", errors={"reply": "Något nytt kom."})

        view = await opened(world)
        await world.slack.submit("U01", view["id"], {"reply": {"text": "jag ringer"}})
        section = {"type": "section", "text": plain("Ett sms till")}
        updated = await world.client.views_update(view_id=view["id"], view=modal(section, REPLY))
        assert updated["view"]["state"]["values"]["reply"]["text"]["value"] == "jag ringer"
        other = {**REPLY, "block_id": "other"}
        updated = await world.client.views_update(view_id=view["id"], view=modal(other))
        assert updated["view"]["state"]["values"] == {"other": {"text": {"type": "plain_text_input", "value": None}}}


@pytest.mark.parametrize(
    ("typed", "text"),
    [(None, REQUIRED_TEXT), ("", REQUIRED_TEXT), ("  ", REQUIRED_TEXT), ("x" * 11, "Skriv högst 10 tecken.")],
)
async def test_slacks_client_stops_what_does_not_fit_the_field(typed: str | None, text: str) -> None:
    async with open_world() as world:
        view = await opened(world)
        outcome = await world.slack.submit("U01", view["id"], {} if typed is None else {"reply": {"text": typed}})

        assert (outcome["response_action"], outcome["errors"], outcome["sent"]) == ("errors", {"reply": text}, False)
        assert len(world.slack.courier.deliveries) == 0
        assert stack(world)


ANSWERS: list[tuple[str, Json, list[str]]] = [
    ("closes the top one", {}, ["one"]),
    ("clears", {"response_action": "clear"}, []),
    ("updates", {"response_action": "update", "view": modal(title=plain("Ny"))}, ["one", "Ny"]),
    ("pushes", {"response_action": "push", "view": modal(title=plain("Ny"))}, ["one", "two", "Ny"]),
    ("shows errors", {"response_action": "errors", "errors": {"reply": "Nej."}}, ["one", "two"]),
]


async def two_deep(world: World) -> Json:
    """Open two modals on top of each other, and return the top one."""
    first = await opened(world, modal(title=plain("one")))
    trigger_id = world.slack.tickets.new_trigger("U01", first["id"])
    top = (await world.client.views_push(trigger_id=trigger_id, view=modal(title=plain("two"))))["view"]
    assert (top["root_view_id"], top["previous_view_id"]) == (first["id"], first["id"])
    return dict(top)


@pytest.mark.parametrize(("name", "answer", "titles"), ANSWERS, ids=[name for name, _, _ in ANSWERS])
async def test_a_submission_does_what_the_answer_says(name: str, answer: Json, titles: list[str]) -> None:
    async with open_world() as world:
        bodies: list[Json] = []

        @world.app.view("answer")
        async def submitted(ack: Any, body: Json) -> None:
            bodies.append(body)
            await ack(**answer)

        top = await two_deep(world)
        outcome = await world.slack.submit("U01", top["id"], {"reply": {"text": "hej"}})

        assert outcome["response_action"] == answer.get("response_action")
        assert outcome["errors"] == answer.get("errors")
        assert outcome["shown"] is None
        assert [view["title"]["text"] for view in stack(world)] == titles
        view = bodies[0]["view"]
        assert view["state"]["values"]["reply"]["text"] == {"type": "plain_text_input", "value": "hej"}
        assert (view["hash"], view["private_metadata"]) == (top["hash"], "01J")


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"no_such_block": "Nej."}},
        {"response_action": "errors", "errors": {"reply": ""}},
        {"response_action": "update", "view": modal(title=plain("x" * 25))},
        {"response_action": "shout"},
    ],
)
async def test_a_bad_answer_to_a_submission_shows_trouble_and_keeps_the_modal(answer: Json) -> None:
    async with open_world() as world:

        @world.app.view("answer")
        async def submitted(ack: Any) -> None:
            await ack(**answer)

        view = await opened(world)
        outcome = await world.slack.submit("U01", view["id"], {"reply": {"text": "hej"}})

        assert (outcome["shown"], outcome["problem"]["ok"]) == (MODAL_TROUBLE, False)
        assert stack(world)[0]["hash"] == view["hash"]


async def test_a_stack_holds_three_and_pushes_only_from_a_modal() -> None:
    async with open_world() as world:
        top = await two_deep(world)
        third = await world.client.views_push(
            trigger_id=world.slack.tickets.new_trigger("U01", top["id"]), view=modal()
        )
        fourth = world.slack.tickets.new_trigger("U01", third["view"]["id"])
        from_message = world.slack.tickets.new_trigger("U01")

        assert await world.refused(world.client.views_push(trigger_id=fourth, view=modal())) == "push_limit_reached"
        bad = world.client.views_push(trigger_id=from_message, view=modal())
        assert await world.refused(bad) == "invalid_trigger_id"
        with pytest.raises(ControlError, match="cannot be submitted now"):
            await world.slack.submit("U01", top["id"], {"reply": {"text": "hej"}})


async def test_the_modal_beneath_is_updated_and_comes_back_when_the_top_one_is_acknowledged() -> None:
    """facts/slack.md section 13. A plain acknowledgement closes only what was submitted."""
    async with open_world() as world:
        first = await opened(world, modal(title=plain("one")))
        await world.slack.click("U01", view_id=first["id"], action_id="text", selected="halvt")

        @world.app.view("answer")
        async def submitted(ack: Any, client: Any, body: Json) -> None:
            beneath = body["view"]["previous_view_id"]
            await client.views_update(view_id=beneath, hash=first["hash"], view=modal(title=plain("one, anew")))
            await ack()

        trigger_id = world.slack.tickets.new_trigger("U01", first["id"])
        top = (await world.client.views_push(trigger_id=trigger_id, view=modal(title=plain("two"))))["view"]
        outcome = await world.slack.submit("U01", top["id"], {"reply": {"text": "klart"}})

        assert (outcome["response_action"], outcome["shown"]) == (None, None)
        (left,) = stack(world)
        assert (left["id"], left["title"]["text"]) == (first["id"], "one, anew")
        assert left["state"]["values"]["reply"]["text"]["value"] == "halvt"
        assert await world.refused(world.client.views_update(view_id=top["id"], view=modal())) == "not_found"


async def test_a_modal_steps_on_by_updates_and_forgets_the_fields_it_left() -> None:
    async with open_world() as world:
        second = {**REPLY, "block_id": "second"}
        steps = [modal(second), modal({**REPLY, "element": {**REPLY["element"], "initial_value": "ny"}})]

        @world.app.view("answer")
        async def submitted(ack: Any) -> None:
            await ack(response_action="update", view=steps.pop(0))

        view = await opened(world)
        await world.slack.submit("U01", view["id"], {"reply": {"text": "ett"}})
        await world.slack.submit("U01", view["id"], {"second": {"text": "två"}})

        (left,) = stack(world)
        assert left["id"] == view["id"]
        assert left["state"]["values"] == {"reply": {"text": {"type": "plain_text_input", "value": "ny"}}}


async def test_a_fourth_modal_is_not_pushed_by_an_answer_either() -> None:
    async with open_world() as world:

        @world.app.view("answer")
        async def submitted(ack: Any) -> None:
            await ack(response_action="push", view=modal())

        for depth in (1, 2, 3):
            view = await opened(world) if depth == 1 else stack(world)[-1]
            outcome = await world.slack.submit("U01", view["id"], {"reply": {"text": "hej"}})
        assert (outcome["shown"], outcome["problem"]["error"]) == (MODAL_TROUBLE, "push_limit_reached")
        assert len(stack(world)) == 3


async def test_an_external_id_is_unique_and_finds_the_view() -> None:
    async with open_world() as world:
        await opened(world, modal(external_id="conversation-1"))
        trigger_id = world.slack.tickets.new_trigger("U02")
        again = world.client.views_open(trigger_id=trigger_id, view=modal(external_id="conversation-1"))

        assert await world.refused(again) == "duplicate_external_id"
        await world.client.views_update(external_id="conversation-1", view=modal(external_id="conversation-1"))


async def test_closing_tells_the_app_only_when_it_asked() -> None:
    async with open_world() as world:
        closed: list[Json] = []

        @world.app.view_closed("answer")
        async def on_closed(ack: Any, body: Json) -> None:
            await ack()
            closed.append(body)

        view = await opened(world, modal(notify_on_close=True))
        await world.slack.close_view("U01", view["id"])
        assert [(body["view"]["id"], body["is_cleared"]) for body in closed] == [(view["id"], False)]
        quiet = await opened(world)
        await world.slack.close_view("U01", quiet["id"])
        assert len(closed) == 1
        assert await world.refused(world.client.views_update(view_id=quiet["id"], view=modal())) == "not_found"
        await two_deep(world)
        await world.slack.close_view("U01", stack(world)[-1]["id"], closes_all=True)
        assert stack(world) == []


FORM: list[Json] = [
    {
        "type": "input",
        "block_id": "who",
        "label": plain("Vem"),
        "element": {"type": "external_select", "action_id": "a", "min_query_length": 1},
    },
    {
        "type": "input",
        "block_id": "how",
        "label": plain("Hur"),
        "element": {"type": "radio_buttons", "action_id": "a", "options": [option("x"), option("y")]},
    },
    {
        "type": "input",
        "block_id": "which",
        "label": plain("Vilka"),
        "optional": True,
        "element": {"type": "checkboxes", "action_id": "a", "options": [option("x"), option("y")]},
    },
    {
        "type": "input",
        "block_id": "when",
        "label": plain("När"),
        "element": {"type": "datepicker", "action_id": "a", "initial_date": "2026-11-20"},
    },
]


async def test_every_kind_of_field_is_filled_in_as_the_contract_says() -> None:
    async with open_world() as world:
        states: list[Json] = []

        @world.app.options("a")
        async def names(ack: Any, payload: Json) -> None:
            await ack(options=[option(payload["value"] + "nna")])

        @world.app.view("answer")
        async def submitted(ack: Any, view: Json) -> None:
            states.append(view["state"]["values"])
            await ack()

        view = await opened(world, modal(*FORM))
        with pytest.raises(ControlError, match="no option"):
            await world.slack.submit("U01", view["id"], {"who": {"a": "anna"}})
        found = await world.slack.suggest("U01", view["id"], "who", "a", "a")
        assert found == {"ok": True, "options": [option("anna")], "shown": None}
        values: dict[str, Json] = {
            "who": {"a": "anna"},
            "how": {"a": "y"},
            "which": {"a": ["x", "y"]},
            "when": {"a": "2026-11-21"},
        }
        await world.slack.submit("U01", view["id"], values)

        assert states[0] == {
            "who": {"a": {"type": "external_select", "selected_option": option("anna")}},
            "how": {"a": {"type": "radio_buttons", "selected_option": option("y")}},
            "which": {"a": {"type": "checkboxes", "selected_options": [option("x"), option("y")]}},
            "when": {"a": {"type": "datepicker", "selected_date": "2026-11-21"}},
        }
        kinds = {(record.kind, record.method) for record in world.slack.recorder}
        assert kinds == {("modal", "views.open"), ("modal", "block_suggestion"), ("query", "auth.test")}
