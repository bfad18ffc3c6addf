"""Who is in a channel, and who comes and goes while the world runs."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from .test_pretend_slack_modals import CARD
from .test_pretend_slack_world import World, open_world

Json = dict[str, Any]


async def members(world: World, channel: str = "C01") -> list[str]:
    return list((await world.client.conversations_members(channel=channel))["members"])


async def info(world: World, channel: str = "C01", **more: Any) -> Json:
    return dict((await world.client.conversations_info(channel=channel, **more))["channel"])


async def test_members_are_listed_with_strangers_and_the_bot() -> None:
    """docs.slack.dev/reference/methods/conversations.members"""
    async with open_world() as world:
        world.slack.add_user("U09", "gast", "En Gäst", is_stranger=True)
        world.slack.add_channel("C05", "delad", ["U01", "U09"], is_ext_shared=True)
        answer = await world.client.conversations_members(channel="C05")

        assert answer["members"] == ["U01", "U09", "U0BOT"]
        assert answer["response_metadata"] == {"next_cursor": ""}


async def test_members_come_in_pages() -> None:
    async with open_world() as world:
        everybody = [f"U{number}" for number in range(100, 350)]
        world.slack.add_channel("C05", "alla", everybody)
        found: list[str] = []
        sizes: list[int] = []
        cursor: str | None = None
        while cursor != "":
            page = await world.client.conversations_members(channel="C05", cursor=cursor)
            found += page["members"]
            sizes.append(len(page["members"]))
            cursor = page["response_metadata"]["next_cursor"]

        assert (sizes, found) == ([100, 100, 51], [*everybody, "U0BOT"])
        assert len((await world.client.conversations_members(channel="C05", limit=1000))["members"]) == 251


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C77"}, "channel_not_found"),
        ({"channel": "C03"}, "channel_not_found"),
        ({"limit": 0}, "invalid_limit"),
        ({"limit": 1001}, "invalid_limit"),
        ({"cursor": "mitt i"}, "invalid_cursor"),
        ({"channel": "C02"}, "missing_scope"),
        ({"channel": "D01"}, "missing_scope"),
    ],
)
async def test_a_list_of_members_is_refused(arguments: Json, error: str) -> None:
    async with open_world() as world:
        world.slack.add_channel("C02", "allmant", ["U01"], is_private=False)
        world.slack.add_channel("C03", "hemligt", ["U01"], bot_is_member=False)

        call = world.client.api_call("conversations.members", params={"channel": "C01", **arguments})
        assert await world.refused(call) == error


async def test_members_may_be_asked_for_a_hundred_times_a_minute() -> None:
    """Tier 4, docs.slack.dev/reference/methods/conversations.members; tiers: facts/slack.md section 7."""
    async with open_world() as world:
        for _ in range(100):
            await members(world)
        with pytest.raises(SlackApiError) as caught:
            await members(world)

        assert (caught.value.response.status_code, caught.value.response["error"]) == (429, "ratelimited")


async def test_people_come_and_go_and_twice_is_harmless() -> None:
    async with open_world() as world:
        for _ in range(2):
            world.slack.invite("C01", "U02")
        assert await members(world) == ["U01", "U0BOT", "U02"]
        await world.slack.say("U02", "C01", "hej alla")
        for _ in range(2):
            world.slack.kick("C01", "U02")
        assert await members(world) == ["U01", "U0BOT"]
        channels = world.slack.state()["channels"]
        assert next(channel["members"] for channel in channels if channel["id"] == "C01") == ["U01"]


async def test_who_has_been_taken_out_can_do_nothing_there() -> None:
    async with open_world() as world:
        card = (await world.client.chat_postMessage(channel="C01", text="kort", blocks=CARD))["ts"]
        world.slack.kick("C01", "U01")

        click = {"channel": "C01", "ts": card, "action_id": "open"}
        assert await world.control("users/U01/click", click) == (409, {"ok": False, "error": "not_in_channel"})
        world.slack.kick("C01", "U0BOT")
        assert await world.refused(world.client.chat_postMessage(channel="C01", text="x")) == "channel_not_found"
        assert await world.refused(world.client.conversations_members(channel="C01")) == "channel_not_found"


async def test_the_control_interface_lets_people_in_and_out_and_shares() -> None:
    async with open_world() as world:
        world.slack.add_user("U09", "gast", "En Gäst", is_stranger=True)

        assert await world.control("channels/C01/invite", {"user": "U09"}) == (200, {"ok": True})
        assert "U09" in await members(world)
        assert await world.control("channels/C01/kick", {"user": "U09"}) == (200, {"ok": True})
        assert "U09" not in await members(world)
        assert await world.control("channels/C01/shared", {"on": True}) == (200, {"ok": True})
        shared = await info(world)
        assert (shared["is_ext_shared"], shared["is_shared"]) == (True, True)
        assert await world.control("channels/C01/shared", {"on": False}) == (200, {"ok": True})
        assert not (await info(world))["is_ext_shared"]


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        ("channels/C77/invite", {"user": "U02"}, 404, "channel_not_found"),
        ("channels/C01/invite", {"user": "U77"}, 404, "user_not_found"),
        ("channels/C01/invite", {}, 400, "user must be a string"),
        ("channels/C04/invite", {"user": "U02"}, 409, "is_archived"),
        ("channels/D01/invite", {"user": "U02"}, 409, "not_a_channel"),
        ("channels/C01/kick", {"user": "U77"}, 404, "user_not_found"),
        ("channels/D01/kick", {"user": "U01"}, 409, "not_a_channel"),
        ("channels/C01/shared", {"on": "ja"}, 400, "on must be true or false"),
        ("channels/C01/shared", {}, 400, "on must be true or false"),
        ("channels/D01/shared", {"on": True}, 409, "not_a_channel"),
    ],
)
async def test_what_cannot_be_done_to_a_channel_is_an_error(path: str, body: Json, status: int, error: str) -> None:
    async with open_world() as world:
        world.slack.add_channel("C04", "gammalt", ["U01"], is_archived=True)

        assert await world.control(path, body) == (status, {"ok": False, "error": error})


async def test_coming_and_going_are_events_only_for_who_subscribes() -> None:
    async with open_world() as world:
        told: list[tuple[str, str, str]] = []

        async def keep(event: Json) -> None:
            told.append((event["type"], event["user"], event["channel_type"]))

        world.app.event("member_joined_channel")(keep)
        world.app.event("member_left_channel")(keep)
        world.slack.invite("C01", "U02")
        await world.slack.quiet()
        assert told == []
        world.slack.events.subscribed |= {"member_joined_channel", "member_left_channel"}
        world.slack.kick("C01", "U02")
        await world.slack.quiet()
        world.slack.invite("C01", "U02")
        await world.slack.quiet()

        assert told == [("member_left_channel", "U02", "G"), ("member_joined_channel", "U02", "G")]


async def test_a_private_channel_is_a_channel_and_no_group() -> None:
    """docs.slack.dev/reference/objects/conversation-object: is_group is for private channels from before 2021."""
    async with open_world() as world:
        world.slack.add_channel("G06", "fran-forr", ["U01"])
        channel, old = await info(world), await info(world, "G06")

        usual = {
            "is_private": True,
            "is_channel": True,
            "is_group": False,
            "is_im": False,
            "is_mpim": False,
            "is_general": False,
            "is_archived": False,
            "is_member": True,
            "is_shared": False,
            "is_ext_shared": False,
            "is_org_shared": False,
            "is_pending_ext_shared": False,
        }
        assert usual.items() <= channel.items()
        assert (old["is_private"], old["is_channel"], old["is_group"]) == (True, False, True)


async def test_members_are_counted_only_when_asked_for() -> None:
    """docs.slack.dev/reference/methods/conversations.info: include_num_members."""
    async with open_world() as world:
        assert "num_members" not in await info(world)
        assert (await info(world, include_num_members=True))["num_members"] == 2


async def test_an_event_from_a_shared_channel_says_so() -> None:
    async with open_world() as world:
        bodies: list[Json] = []

        @world.app.event("message")
        async def message(body: Json) -> None:
            bodies.append(body)

        world.slack.events.subscribed.add("message.groups")
        world.slack.share("C01")
        await world.slack.say("U01", "C01", "hej")
        await world.slack.quiet()

        assert [body["is_ext_shared_channel"] for body in bodies] == [True]
