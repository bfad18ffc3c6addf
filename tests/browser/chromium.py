"""Debian's chromium, and where its pictures go."""

import os
import shutil
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Page, ViewportSize

CHROMIUM: Final = shutil.which("chromium")
ARGUMENTS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PICTURES: Final = Path(__file__).parents[2] / "docs" / "bilder"
IN_CI: Final = os.environ.get("CI", "").lower() == "true"
LAPTOP: Final = ViewportSize(width=1440, height=900)
PHONE: Final = ViewportSize(width=390, height=844)

needs_chromium: Final = [
    pytest.mark.chromium,
    pytest.mark.skipif(
        CHROMIUM is None and not IN_CI, reason="needs the program chromium (Debian: apt-get install chromium)"
    ),
]

WIDER: Final = """() =>
  [document.documentElement, ...document.querySelectorAll(".messages, .card, .modal-body, .home, .button")]
  .filter((el) => el.scrollWidth > el.clientWidth + 1 && el.clientWidth)
  .map((el) => `${el.className}: ${el.scrollWidth} > ${el.clientWidth}`)"""


async def wider_than_the_screen(page: Page) -> list[str]:
    """Return what reaches outside the screen, or outside its own frame."""
    found: list[str] = await page.evaluate(WIDER)
    return found
