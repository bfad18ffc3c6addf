"""The Slack half of the page in Debian's chromium, with a small Bolt app of its own behind the pretend Slack."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Locator, Page, async_playwright, expect

from bot.clock import WorldClock
from bot.sandbox import world as sandbox
from bot.sandbox.carrier import PretendCarrier
from bot.sandbox.control import control_routes
from bot.sandbox.slack import PretendSlack
from tests.browser.chromium import ARGUMENTS, CHROMIUM, IN_CI

from .test_pretend_slack_modals import Json, modal, option, plain
from .test_pretend_slack_world import World, open_world

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.skipif(
        CHROMIUM is None and not IN_CI, reason="needs the program chromium (Debian: apt-get install chromium)"
    ),
]

NOBODY = "http://127.0.0.1:9"  # no bot speaks to this carrier


@dataclass
class Seen:
    """A world, and the page on which it is seen."""

    world: World
    page: Page

    async def look(self, where: str = "channel=C01") -> None:
        await self.page.goto(f"{self.world.url}/#user=U01&tab=slack&{where}")

    def block(self, name: str) -> Locator:
        return self.page.locator(f"[data-block={name}]")

    @property
    def modal(self) -> Locator:
        return self.page.get_by_test_id("modal")

    @property
    def panel(self) -> Locator:
        return self.page.get_by_test_id("members-panel")


@asynccontextmanager
async def seen(width: int = 1440) -> AsyncIterator[Seen]:
    """Open a world and a browser. Anything that the console complains of fails the test."""
    rooms: list[sandbox.World] = []

    def touch() -> None:
        for room in rooms:
            room.touch()

    def page_routes(slack: PretendSlack, clock: WorldClock) -> list[web.RouteDef]:
        carrier = PretendCarrier(
            clock=clock,
            bot_url=lambda: NOBODY,
            public_base_url=lambda: NOBODY,
            account_sid="AC1",
            auth_token="t",
            on_change=touch,
        )
        rooms.append(sandbox.World(clock, slack, carrier, None))
        return [*carrier.control_routes(), *control_routes(rooms[0])]

    complaints: list[str] = []
    async with open_world(more=page_routes, on_change=touch) as world, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = await browser.new_page(viewport={"width": width, "height": 860}, locale="sv-SE")
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield Seen(world, page)
        await browser.close()
    assert complaints == []


def field(name: str, element: Json, **more: Any) -> Json:
    label = plain(name.capitalize())
    return {"type": "input", "block_id": name, "label": label, "element": {"action_id": "a", **element}, **more}


async def test_a_stranger_is_let_into_the_channel_and_taken_out() -> None:
    async with seen() as at:
        slack, page = at.world.slack, at.page
        slack.add_user("U09", "greta", "Greta Främling", "Skola AB", is_stranger=True)
        await at.look()
        await expect(page.get_by_test_id("members-open")).to_have_text("1 medlem")

        await page.get_by_test_id("members-open").click()
        await page.get_by_test_id("members-invite").select_option("U09")
        await expect(at.panel).to_contain_text("Skola AB, annan organisation")
        await expect(page.get_by_test_id("members-open")).to_have_text("2 medlemmar")
        assert slack.workspace.channels["C01"].members == ["U01", "U0BOT", "U09"]
        await page.get_by_test_id("members-shared").check()
        await expect(page.get_by_test_id("shared-tag")).to_be_visible()
        assert slack.workspace.channels["C01"].is_ext_shared
        await at.panel.locator("[data-user=U09]").get_by_role("button").click()
        await expect(page.get_by_test_id("members-open")).to_have_text("1 medlem")
        await page.keyboard.press("Escape")
        await expect(at.panel).to_have_count(0)
        assert slack.workspace.channels["C01"].members == ["U01", "U0BOT"]


FORM: list[Json] = [
    field("from", {"type": "datepicker", "initial_date": "2026-11-20"}),
    field("to", {"type": "datepicker"}, optional=True),
    field("who", {"type": "external_select", "min_query_length": 1}),
    field("how", {"type": "static_select", "options": [option("x"), option("y")]}),
    field("kind", {"type": "radio_buttons", "options": [option("x"), option("y")], "initial_option": option("x")}),
    field("what", {"type": "checkboxes", "options": [option("x"), option("y")], "initial_options": [option("x")]}),
    field("words", {"type": "plain_text_input", "initial_value": "skola"}),
]


async def test_every_field_is_filled_in_on_the_page() -> None:
    """Days are read in Swedish and sent as ISO, whatever language the browser speaks."""
    async with seen() as at:
        states: list[Json] = []

        @at.world.app.options("a")
        async def names(ack: Any) -> None:
            await ack(options=[option("anna"), option("bo")])

        @at.world.app.view("answer")
        async def submitted(ack: Any, view: Json) -> None:
            states.append(view["state"]["values"])
            await ack()

        await at.look()
        trigger_id = at.world.slack.tickets.new_trigger("U01")
        await at.world.client.views_open(trigger_id=trigger_id, view=modal(*FORM))
        await expect(at.block("from")).to_contain_text("fredag 20 november 2026")
        await at.block("to").locator("input").fill("2026-11-30")
        await expect(at.block("to")).to_contain_text("måndag 30 november 2026")
        await at.block("who").locator("input").fill("b")
        await at.block("who").get_by_role("option", name="BO").click()
        await at.block("how").locator("select").select_option("y")
        await at.block("kind").get_by_label("Y").check()
        await at.block("what").get_by_label("Y").check()
        await expect(at.block("words").locator("input")).to_have_value("skola")
        await at.page.get_by_test_id("modal-submit").click()
        await expect(at.modal).to_have_count(0)

        assert states == [
            {
                "from": {"a": {"type": "datepicker", "selected_date": "2026-11-20"}},
                "to": {"a": {"type": "datepicker", "selected_date": "2026-11-30"}},
                "who": {"a": {"type": "external_select", "selected_option": option("bo")}},
                "how": {"a": {"type": "static_select", "selected_option": option("y")}},
                "kind": {"a": {"type": "radio_buttons", "selected_option": option("y")}},
                "what": {"a": {"type": "checkboxes", "selected_options": [option("x"), option("y")]}},
                "words": {"a": {"type": "plain_text_input", "value": "skola"}},
            }
        ]


async def test_a_day_that_is_typed_in_a_message_is_told_once() -> None:
    """Chromium reports each year on the way, 0002 and 0020 and 0202."""
    async with seen() as at:
        days: list[str] = []

        @at.world.app.action("day")
        async def picked(ack: Any, action: Json) -> None:
            days.append(action["selected_date"])
            await ack()

        row = {"type": "actions", "block_id": "row", "elements": [{"type": "datepicker", "action_id": "day"}]}
        await at.world.client.chat_postMessage(channel="C01", text="x", blocks=[row])
        await at.look()
        await at.block("row").locator("input").focus()
        await at.page.keyboard.type("11272026")
        await at.page.keyboard.press("Enter")

        await expect(at.block("row")).to_contain_text("fredag 27 november 2026")
        await at.world.slack.quiet()
        assert days == ["2026-11-27"]


async def test_a_modal_is_stepped_through_and_back_again() -> None:
    """What stands in the modal beneath is still there; a field that was left begins anew, as in Slack."""
    async with seen() as at:
        first, second = {"type": "plain_text_input", "initial_value": "ett"}, {"type": "plain_text_input"}
        steps = [modal(field("second", second)), modal(field("first", first))]

        @at.world.app.view("answer")
        async def stepped(ack: Any) -> None:
            await ack(response_action="update", view=steps.pop(0))

        @at.world.app.view("aside")
        async def done(ack: Any) -> None:
            await ack()

        await at.look()
        trigger_id = at.world.slack.tickets.new_trigger("U01")
        under = (await at.world.client.views_open(trigger_id=trigger_id, view=modal(field("first", first))))["view"]
        await at.block("first").locator("input").fill("något halvt")
        trigger_id = at.world.slack.tickets.new_trigger("U01", under["id"])
        aside = modal(field("note", second, optional=True), callback_id="aside", title=plain("Vid sidan om"))
        await at.world.client.views_push(trigger_id=trigger_id, view=aside)
        await expect(at.page.get_by_test_id("modal-title").last).to_have_text("Vid sidan om")
        await at.page.get_by_test_id("modal-submit").click()

        await expect(at.modal.locator("[data-block=first] input")).to_have_value("något halvt")
        await at.page.get_by_test_id("modal-submit").click()
        await at.block("second").locator("input").fill("två")
        await at.page.get_by_test_id("modal-submit").click()
        await expect(at.block("first").locator("input")).to_have_value("ett")


@pytest.mark.parametrize("width", [1440, 390])
async def test_a_long_digest_and_a_reply_to_all_are_read(width: int) -> None:
    async with seen(width) as at:
        words = "*Ungdom K-7F3*\n• två sms in, ett svar ut\n> ring hem före kl. 12\n" + "utan avbrott" * 20
        blocks: list[Json] = [{"type": "header", "text": plain("Överlämning")}]
        for number in range(12):
            blocks += [
                {"type": "section", "text": {"type": "mrkdwn", "text": words}},
                {"type": "context", "elements": [{"type": "mrkdwn", "text": "ingen har tagit det"}]},
                {
                    "type": "actions",
                    "elements": [
                        {"type": "button", "action_id": f"take{number}{one}", "text": plain("Jag tar det")}
                        for one in range(5)
                    ],
                },
                {"type": "divider"},
            ]
        post = at.world.client.chat_postMessage
        digest = (await post(channel="C01", text="Överlämning", blocks=[*blocks, {"type": "divider"}]))["ts"]
        await post(channel="C01", text="bara i tråden", thread_ts=digest)
        await post(channel="C01", text="tre saker är kvar", thread_ts=digest, reply_broadcast=True)
        await at.look()

        messages = at.page.locator(".conversation").get_by_test_id("slack-message")
        await expect(messages).to_have_count(2)
        await expect(messages.first.get_by_role("button", name="Jag tar det")).to_have_count(60)
        await expect(messages.last).to_contain_text("svarade i en tråd: Överlämning")
        wide = "[...document.querySelectorAll('.message')].some((el) => el.scrollWidth > el.clientWidth)"
        assert not await at.page.evaluate(wide)
        assert await at.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        await messages.last.get_by_test_id("slack-broadcast").click()
        thread = at.page.get_by_test_id("slack-thread-panel")
        await expect(thread.get_by_test_id("slack-message")).to_have_count(3)
        await expect(thread.get_by_test_id("slack-message").last).to_contain_text("Skickades också till kanalen")
