"""The page of the reservväg in a phone at night: what it looks like, and that it can be used without seeing it."""

import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.acceptance.night import a_night
from tests.browser.chromium import ARGUMENTS, CHROMIUM, LAPTOP, PHONE, needs_chromium
from tests.reserve.evening import GUNILLAS, PIN, Cast, cast

pytestmark = needs_chromium

NARROW = 320  # pixels; the narrowest that is in use
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL = """() => [...document.querySelectorAll("button, a, input:not([type=hidden]), textarea")]
  .filter((el) => el.getBoundingClientRect().height < 44).map((el) => el.outerHTML)"""
UNNAMED = """() => [...document.querySelectorAll("input:not([type=hidden]), textarea")]
  .filter((el) => !el.labels.length).map((el) => el.outerHTML)"""


@contextlib.asynccontextmanager
async def a_phone() -> AsyncIterator[Page]:
    """A browser whose console may complain of a page that was refused, which is 403 or 404, and of nothing else."""
    complaints: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = await browser.new_page(viewport=PHONE, locale="sv-SE")
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        yield page
        await browser.close()
    assert [said for said in complaints if "the server responded with a status of 4" not in said] == []


async def looked_at(page: Page, pictures: Path, name: str) -> None:
    """Take a picture in the light and one in the dark; nothing reaches outside, nothing is too small or unnamed."""
    for width in (NARROW, LAPTOP["width"], PHONE["width"]):
        await page.set_viewport_size({"width": width, "height": PHONE["height"]})
        assert await page.evaluate(TOO_WIDE) == 0, width
    assert await page.evaluate(SMALL) == []
    assert await page.evaluate(UNNAMED) == []
    await expect(page.locator("html")).to_have_attribute("lang", "sv")
    await expect(page.get_by_role("heading", level=1)).to_have_count(1)
    for scheme in ("dark", "light"):
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        mark = "-morkt" if scheme == "dark" else ""
        await page.screenshot(path=pictures / f"reserv-{name}{mark}.png", full_page=True)


async def away(story: Cast) -> str:
    """Let Slack go away and two texts come; return the link that Anna is texted."""
    night = story.night
    await story.nova.texts("Hej, är det nån där? Pappa har kommit hem full igen")
    await story.anna.replies("Hej Nova! Ja, jag är här. Är du i säkerhet just nu?")
    await night.minutes_pass(12)
    story.slack_is_away()
    await story.nova.texts("ja jag har låst in mig på rummet")
    await night.minutes_pass(1)
    await story.nova.texts("kan du ringa??? 🙏 https://exempel.example/" + "en-mycket-lång-adress" * 6)
    await night.minutes_pass(4)
    return story.link()


async def test_someone_woken_at_night_finds_the_way(tmp_path: Path, sqlite_database_url: str, pictures: Path) -> None:
    async with a_night(tmp_path, sqlite_database_url, "2026-11-20 23:20") as night, a_phone() as page:
        story = await cast(night)
        link = await away(story)
        await page.set_viewport_size(PHONE)
        await page.goto(link)
        await expect(page.get_by_label(re.compile("PIN-kod"))).to_be_focused()
        await looked_at(page, pictures, "pin")
        await page.keyboard.type("901738")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_contain_text("Du kan försöka 4 gånger till")
        await page.get_by_label(re.compile("PIN-kod")).fill(PIN)
        await page.get_by_role("button", name="Öppna").click()
        await expect(page.get_by_role("heading", name="Samtal")).to_be_visible()
        assert page.url.endswith("/reserv")
        await looked_at(page, pictures, "lista")
        await page.get_by_role("link", name=re.compile("2 sms väntar på svar")).click()
        await expect(page.get_by_text("ja jag har låst in mig på rummet")).to_be_visible()
        await looked_at(page, pictures, "samtal")
        await story.nova.texts("snälla")
        await page.get_by_label(re.compile("^Sms till Nova Berg")).fill("Jag ringer dig nu. Svara om du kan.")
        await page.get_by_role("button", name="Skicka").click()
        await expect(page.get_by_role("alert")).to_contain_text("Ett nytt sms har kommit medan du skrev")
        await expect(page.get_by_label(re.compile("^Sms till Nova Berg"))).to_be_focused()
        await looked_at(page, pictures, "fraga")
        await page.get_by_role("button", name="Skicka").click()
        await expect(page.get_by_role("status")).to_contain_text("Ditt svar är taget emot")
        await night.settles()
        await looked_at(page, pictures, "skickat")
        story.nova.receives("Jag ringer dig nu", times=1)
        await page.get_by_role("link", name="Alla samtal").first.click()
        await page.get_by_role("button", name="Logga ut").click()
        await expect(page.get_by_role("heading", name="Du har loggat ut")).to_be_visible()
        assert await page.context.cookies() == []


@pytest.mark.parametrize("who", ["used", "locked"])
async def test_whoever_is_not_let_in_is_told_what_to_do(
    tmp_path: Path, sqlite_database_url: str, pictures: Path, who: str
) -> None:
    async with a_night(tmp_path, sqlite_database_url, "2026-11-20 23:20") as night, a_phone() as page:
        story = await cast(night)
        link = await away(story)
        if who == "used":
            await page.goto(link[:-4] + "abcd")
            await expect(page.get_by_role("button", name="Skicka en ny länk")).to_be_visible()
        else:
            await page.goto(link)
            for _ in range(5):
                await page.get_by_label(re.compile("PIN-kod")).fill("901738")
                await page.get_by_role("button", name="Öppna").click()
            await expect(page.get_by_text("spärrad för dig till")).to_be_visible()
        await looked_at(page, pictures, who)
        assert story.texts_to(GUNILLAS) == []
