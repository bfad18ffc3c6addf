"""The first story through the page, in Debian's chromium; it leaves the pictures that the README shows.

With PICTURES=1 in the environment the pictures in docs/bilder are taken anew; otherwise they go to a scratch folder.
"""

import re
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.app_sandbox import Options, Sandbox
from bot.domain.calendar import STOCKHOLM
from tests.browser.chromium import needs_chromium, wider_than_the_screen

NOVA = "%2B46701740605"

pytestmark = needs_chromium


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """The sandbox as `make run` starts it, on a Friday evening."""
    starts_at = datetime(2026, 11, 20, 18, 4, tzinfo=STOCKHOLM)
    options = Options(folder=tmp_path / "world", port=0, bot_port=0, starts_at=starts_at)
    async with Sandbox(options).running() as running:
        yield running


async def test_a_text_is_answered_through_the_page(sandbox: Sandbox, page: Page, pictures: Path) -> None:
    await page.goto(f"{sandbox.url}/#phone={NOVA}&user=U01")
    await expect(page.get_by_test_id("clock")).to_contain_text("18.0")

    await page.get_by_test_id("phone-compose").fill("Kan nån ringa mig? De bråkar igen.")
    await page.get_by_test_id("phone-send").click()
    card = page.get_by_test_id("slack-message").filter(has_text="Ett sms väntar på svar")
    await expect(card).to_be_visible()
    await expect(page.get_by_test_id("phone-message").filter(has_text="ring 112")).to_be_visible()
    await expect(card).not_to_contain_text("bråkar")
    await page.screenshot(path=pictures / "kort.png", animations="disabled")

    await card.get_by_role("button", name=re.compile("Läs och svara")).click()
    modal = page.get_by_test_id("modal")
    await expect(modal).to_contain_text("De bråkar igen.")
    field = page.locator("textarea[data-block-id=reply]")
    await field.fill("Hej Nova, jag är här. Jag ringer dig om två minuter.")

    await page.get_by_test_id("phone-compose").fill("snälla skynda")  # while the answer is being written
    await page.get_by_test_id("phone-send").click()
    await expect(modal).to_contain_text("snälla skynda")
    await expect(field).to_have_value("Hej Nova, jag är här. Jag ringer dig om två minuter.")
    await page.screenshot(path=pictures / "svar.png", animations="disabled")
    await page.get_by_test_id("modal-submit").click()
    await expect(modal).to_contain_text("Ett nytt sms har kommit medan du skrev")
    await page.get_by_test_id("modal-submit").click()
    await expect(modal).to_have_count(0)

    answer = page.get_by_test_id("phone-message").filter(has_text="Jag ringer dig om två minuter.")
    await expect(answer).to_have_count(1)
    await expect(page.get_by_test_id("slack-message").filter(has_text="svarade")).to_contain_text("levererat")
    await page.screenshot(path=pictures / "sandlada.png", animations="disabled")


async def test_the_clock_jumps_to_the_next_morning(sandbox: Sandbox, page: Page) -> None:
    """An evening's text that nobody answered stands in the team's channel when the office opens on Monday."""
    await page.goto(f"{sandbox.url}/#phone={NOVA}&user=U01")
    await page.get_by_test_id("phone-compose").fill("är ni där?")
    await page.get_by_test_id("phone-send").click()
    await expect(page.get_by_test_id("slack-message").filter(has_text="Ett sms väntar")).to_be_visible()
    for day in ("lördag 21 november", "söndag 22 november", "måndag 23 november"):
        await page.get_by_test_id("clock-morning").click()
        await expect(page.get_by_test_id("clock")).to_contain_text(day, timeout=60_000)
    await page.get_by_test_id("nav-channel-norrvik-familjebehandlare").click()
    await expect(page.get_by_test_id("slack-message").filter(has_text="väntar på svar").first).to_be_visible(
        timeout=60_000  # the clock shows the day before the jump has come to eight
    )


async def test_it_fits_a_phone(sandbox: Sandbox, page: Page, pictures: Path) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(f"{sandbox.url}/#phone={NOVA}&user=U01&tab=phones")
    await page.get_by_test_id("phone-compose").fill("hej hej")
    await page.get_by_test_id("phone-send").click()
    await page.get_by_test_id("tab-slack").click()
    card = page.get_by_test_id("slack-message").filter(has_text="Ett sms väntar på svar")
    await card.get_by_role("button", name=re.compile("Läs och svara")).click()
    await expect(page.get_by_test_id("modal")).to_contain_text("hej hej")
    await page.screenshot(path=pictures / "mobil.png", animations="disabled")
    assert await wider_than_the_screen(page) == []


FOLLOWED_WHILE_DRAWING = """
async () => {
  const store = await import("/page/store.js");
  location.hash = "#user=U09&tab=slack"; // the browser tells of it later
  store.writeAddress(); // as a message that comes in just now would
}
"""


async def test_a_link_that_is_followed_while_something_comes_in_is_followed(sandbox: Sandbox, page: Page) -> None:
    """What the page writes in the address bar must not undo a link whose hashchange is still on its way."""
    await page.goto(f"{sandbox.url}/#phone={NOVA}&user=U01&tab=slack")
    await expect(page.get_by_test_id("clock")).to_contain_text("18.0")
    await page.evaluate(FOLLOWED_WHILE_DRAWING)
    await expect(page).to_have_url(re.compile("user=U09"))
