"""A telephone rings on the page, and a person answers it."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.async_api import Page, expect

from bot.app_sandbox import Options, Sandbox
from bot.domain.calendar import STOCKHOLM
from tests.browser.chromium import PHONE, needs_chromium, wider_than_the_screen

NOVA = "+46701740605"

pytestmark = needs_chromium


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    starts_at = datetime(2026, 11, 20, 18, 4, tzinfo=STOCKHOLM)
    options = Options(folder=tmp_path / "world", port=0, bot_port=0, starts_at=starts_at, ticks=False)
    async with Sandbox(options).running() as running:
        yield running


async def test_a_phone_rings_and_1_is_pressed(sandbox: Sandbox, page: Page, pictures: Path) -> None:
    await sandbox.carrier.text(NOVA, "hjälp mig, han är här", "+46701740699")
    await sandbox.world.settle()
    await sandbox.run_due()
    await sandbox.world.settle()
    [ringing] = [p["number"] for p in sandbox.carrier.state()["phones"] if p["calls"]]

    await page.goto(f"{sandbox.url}/#phone={quote(ringing)}&user=U01")
    call = page.get_by_test_id("call")
    await expect(call).to_contain_text("Beredskapen ringer")
    await expect(call).not_to_contain_text("Nova")
    await page.screenshot(path=pictures / "ringer.png", animations="disabled")
    await page.set_viewport_size(PHONE)
    assert await wider_than_the_screen(page) == []
    await page.get_by_test_id("call-key").click()
    await expect(page.get_by_test_id("call-end")).to_contain_text("Svarade och tryckte 1")
    await expect(call).to_have_count(0)


async def test_a_call_to_our_number_is_taken_and_ended(sandbox: Sandbox, page: Page, pictures: Path) -> None:
    await page.goto(f"{sandbox.url}/#phone={quote(NOVA)}&user=U01")
    await page.get_by_test_id("phone-call").click()
    await expect(page.get_by_test_id("call-ongoing")).to_contain_text("Ringer Beredskapen")
    await sandbox.world.settle()
    [rung] = [p["number"] for p in sandbox.carrier.state()["phones"] if p["calls"] and p["number"] != NOVA]

    await page.locator(f'[data-testid="phone-chip"][data-number="{rung}"]').click()
    await expect(page.get_by_test_id("call")).to_contain_text("Beredskapen ringer")
    await page.get_by_test_id("call-key").click()
    ongoing = page.get_by_test_id("call-ongoing")
    await expect(ongoing).to_contain_text("Samtal pågår")
    await expect(ongoing).not_to_contain_text("Nova")
    await sandbox.world.settle()
    await page.screenshot(path=pictures / "samtal-pagar.png", animations="disabled")
    await page.set_viewport_size(PHONE)
    assert await wider_than_the_screen(page) == []
    await page.get_by_test_id("call-hang-up").click()
    await expect(page.get_by_test_id("call-end")).to_contain_text("Svarade och tryckte 1")


async def test_a_call_that_nobody_takes_is_told_where_to_turn(sandbox: Sandbox, page: Page, pictures: Path) -> None:
    await page.goto(f"{sandbox.url}/#phone={quote(NOVA)}&user=U01")
    await page.get_by_test_id("phone-call").click()
    for _ in range(2):
        await sandbox.world.settle()
        for phone in sandbox.carrier.state()["phones"]:
            for call in phone["calls"]:
                if call["status"] == "ringing" and not call["mine"]:
                    await sandbox.carrier.board.answer(call["sid"])
    await sandbox.world.settle()
    await expect(page.get_by_test_id("call-heard")).to_contain_text("Ingen kunde svara")
    await page.screenshot(path=pictures / "missat-samtal.png", animations="disabled")
    await page.set_viewport_size(PHONE)
    assert await wider_than_the_screen(page) == []
