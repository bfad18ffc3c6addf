"""Buttons and menus, Home, commands and response urls, with a real Bolt app at the other end."""

import asyncio
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp

from bot.sandbox.slack import ControlError
from bot.sandbox.slack.answers import BAD_ANSWER, NO_ANSWER

from .test_pretend_slack_modals import CARD, Json, modal, option, plain, stack
from .test_pretend_slack_world import World, open_world


def opens(app: AsyncApp, view: Json, seen: list[Json]) -> None:
    """Make the button "open" open a modal."""

    @app.action("open")
    async def clicked(ack: Any, body: Json, client: Any) -> None:
        await ack()
        seen.append(body)
        await client.views_open(trigger_id=body["trigger_id"], view=view)


async def card(world: World) -> str:
    ts: str = (await world.client.chat_postMessage(channel="D01", text="Nytt sms", blocks=CARD))["ts"]
    return ts


async def test_a_click_reaches_bolt_and_its_trigger_opens_a_modal() -> None:
    async with open_world() as world:
        seen: list[Json] = []
        opens(world.app, modal(), seen)
        ts = await card(world)
        outcome = await world.slack.click("U01", channel="D01", ts=ts, action_id="open")

        assert outcome == {"ok": True, "shown": None}
        await world.until(lambda: bool(stack(world)))
        body = seen[0]
        assert body["actions"][0]["value"] == "01J"
        assert body["actions"][0]["block_id"] == "card"
        assert body["container"]["message_ts"] == body["message"]["ts"] == ts
        assert (body["channel"]["name"], body["user"]["team_id"]) == ("directmessage", "T0SANDBOX")
        view = stack(world)[0]
        assert (view["root_view_id"], view["previous_view_id"], view["private_metadata"]) == (view["id"], None, "01J")


async def test_a_button_that_was_pressed_while_the_message_was_updated_is_still_pressed() -> None:
    async with open_world() as world:
        seen: list[Json] = []
        opens(world.app, modal(), seen)
        ts = await card(world)
        blocks = [{**block, "block_id": "card_2"} if block.get("block_id") == "card" else block for block in CARD]
        await world.client.chat_update(channel="D01", ts=ts, text="Nytt sms", blocks=blocks)

        await world.slack.click("U01", channel="D01", ts=ts, action_id="open", block_id="card")

        assert seen[0]["actions"][0]["block_id"] == "card_2"


async def test_a_menu_in_a_message_gives_the_chosen_option() -> None:
    async with open_world() as world:
        seen: list[Json] = []

        @world.app.action("pick")
        async def picked(ack: Any, body: Json) -> None:
            seen.append(body)
            await ack()

        ts = await card(world)
        await world.slack.click("U01", channel="D01", ts=ts, action_id="pick", selected="b")

        assert seen[0]["actions"][0]["selected_option"] == option("b")
        assert seen[0]["state"]["values"]["card"]["pick"]["selected_option"]["value"] == "b"
        with pytest.raises(ControlError, match="no option"):
            await world.slack.click("U01", channel="D01", ts=ts, action_id="pick", selected="c")


async def test_an_action_nobody_acknowledges_shows_slacks_error_and_is_not_retried() -> None:
    async with open_world() as world:
        is_given_up, is_over = asyncio.Event(), asyncio.Event()
        is_over.set()  # on a slow machine it is given up before it has begun

        @world.app.action("pick")
        async def picked(ack: Any) -> None:
            is_over.clear()
            await is_given_up.wait()
            await ack()
            is_over.set()

        ts = await card(world)
        await world.slack.quiet()
        before = len(world.slack.courier.deliveries)
        world.slack.courier.answer_within_s, usually = 0.05, world.slack.courier.answer_within_s
        late = await world.slack.click("U01", channel="D01", ts=ts, action_id="pick", selected="a")
        world.slack.courier.answer_within_s = usually
        unknown = await world.slack.click("U01", channel="D01", ts=ts, action_id="open")

        assert (late["shown"], unknown["shown"]) == (NO_ANSWER, BAD_ANSWER)
        assert len(world.slack.courier.deliveries) == before + 2
        is_given_up.set()
        await is_over.wait()  # before its server is


async def test_home_has_one_view_and_conflicts_on_an_old_hash() -> None:
    async with open_world() as world:
        buttons = [{"type": "actions", "elements": [{"type": "button", "action_id": "open", "text": plain("x")}]}]
        home = {"type": "home", "blocks": buttons}
        first = (await world.client.views_publish(user_id="U01", view=home))["view"]
        second = (await world.client.views_publish(user_id="U01", view=home, hash=first["hash"]))["view"]

        assert second["id"] == first["id"]
        old = world.client.views_publish(user_id="U01", view=home, hash=first["hash"])
        assert await world.refused(old) == "hash_conflict"
        assert world.slack.state()["homes"]["U01"]["type"] == "home"
        assert await world.refused(world.client.views_publish(user_id="U77", view=home)) == "user_not_found"
        seen: list[Json] = []
        opens(world.app, modal(), seen)
        await world.slack.click("U01", view_id=first["id"], action_id="open")
        await world.until(lambda: bool(stack(world)))
        assert "response_url" not in seen[0]
        assert seen[0]["container"] == {"type": "view", "view_id": first["id"]}


async def test_a_command_is_answered_to_the_person_alone_or_to_all() -> None:
    async with open_world() as world:

        @world.app.command("/beredskap")
        async def beredskap(ack: Any, command: Json) -> None:
            where = "in_channel" if command["text"] == "alla" else "ephemeral"
            await ack(text=f"{command['user_name']} {command['channel_name']}", response_type=where)

        assert (await world.slack.command("U01", "/beredskap"))["shown"] == "anna directmessage"
        await world.slack.command("U01", "/beredskap", "alla", "C01")
        unknown = await world.slack.command("U01", "/annat")

        messages = world.slack.state()["messages"]
        assert messages["D01"][0]["ephemeral_to"] == "U01"
        assert messages["C01"][0]["ephemeral_to"] is None
        assert unknown["shown"] == "/annat misslyckades på grund av felet ”dispatch_failed”"


async def test_a_response_url_is_good_five_times_and_half_an_hour() -> None:
    async with open_world() as world:
        kept: list[Any] = []

        @world.app.action("pick")
        async def picked(ack: Any, respond: Any) -> None:
            kept.append(respond)
            await ack()

        ts = await card(world)
        await world.slack.click("U01", channel="D01", ts=ts, action_id="pick", selected="a")
        (respond,) = kept
        assert (await respond(text="bara du", replace_original=False)).status_code == 200
        assert (await respond(text="ersatt", replace_original=True)).status_code == 200
        assert (await respond(blocks=[{"type": "x"}], text="fel", replace_original=False)).status_code == 400
        assert (await respond(text="alla", response_type="in_channel", replace_original=False)).status_code == 200
        assert (await respond(delete_original=True)).status_code == 200
        assert (await respond(text="en för mycket")).status_code == 404
        shown = world.slack.state()["messages"]["D01"]
        assert [(one["text"], one["ephemeral_to"], one["deleted"]) for one in shown] == [
            ("", None, True),
            ("bara du", "U01", False),
            ("alla", None, False),
        ]
        assert len(world.slack.recorder.of("response_url")) == 6

        ts = await card(world)
        await world.slack.click("U01", channel="D01", ts=ts, action_id="pick", selected="a")
        world.machine.advance(31 * 60)
        assert (await kept[1](text="för sent")).status_code == 404
