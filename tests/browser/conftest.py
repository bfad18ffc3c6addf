import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.browser.chromium import ARGUMENTS, CHROMIUM, LAPTOP, PICTURES

expect.set_options(timeout=20_000)  # milliseconds: a machine may be busy, and five seconds are soon gone


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where pictures go: with PICTURES=1 to docs/bilder."""
    chosen = PICTURES if os.environ.get("PICTURES") == "1" else tmp_path / "pictures"
    chosen.mkdir(parents=True, exist_ok=True)
    return chosen


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """A page on a laptop's screen. Anything that the console complains of fails the test."""
    complaints: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        opened = await browser.new_page(viewport=LAPTOP, locale="sv-SE")
        opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        yield opened
        await browser.close()
    assert complaints == []
