"""Ändra eller ta bort as people see it; it leaves the pictures that the guide shows."""

from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.chromium import needs_chromium
from tests.browser.test_handover_pictures import Begins, begins, press, take
from tests.browser.test_rota_pictures import ANNA, looks_as, texts

__all__ = ["begins"]

pytestmark = needs_chromium


async def test_a_wrong_number_is_taken_away(begins: Begins, page: Page, pictures: Path) -> None:
    """It is found by name, told what happens, refused with a personnummer for decision, and done with one."""
    sandbox = await begins("2026-11-20 18.04")
    await texts(sandbox, "kan nån ringa mig")
    await looks_as(page, sandbox, ANNA)
    await page.get_by_test_id("nav-home").click()
    await press(page, "Ändra eller ta bort")
    modal = page.get_by_test_id("modal")
    await modal.get_by_role("combobox").fill("nova")
    await modal.get_by_role("option", name="Nova Lindgren").click()
    await page.get_by_test_id("modal-submit").click()
    await expect(modal).to_contain_text("Jenny Lindgren · vårdnadshavare", timeout=20_000)
    await expect(modal).to_contain_text("Pågående samtal: 1")
    await take(page, pictures, "andra")

    await modal.locator("button").filter(has_text="Ta bort numret").first.click()
    await expect(modal).to_contain_text("Vad säger beslutet", timeout=20_000)
    await modal.get_by_label("Det ska gallras nu").check()
    await page.get_by_test_id("modal-submit").click()
    await expect(modal).to_contain_text("Det går inte att ångra", timeout=20_000)
    await expect(modal).to_contain_text("Någon väntar på svar")
    await take(page, pictures, "ta-bort-nummer")
    await page.get_by_label("Beslutets eller ärendets beteckning").fill("20121212-1212")
    await page.get_by_test_id("modal-submit").click()
    await expect(page.get_by_test_id("field-error").first).to_contain_text("personnummer", timeout=20_000)
    await page.get_by_label("Beslutets eller ärendets beteckning").fill("dnr 8")
    await page.get_by_test_id("modal-submit").click()
    await expect(modal).to_contain_text("Gallrade samtal: 1", timeout=20_000)
    await page.get_by_test_id("modal-close").click()
    await expect(modal).to_contain_text("Jenny Lindgren")
    await expect(modal).not_to_contain_text("070-174 06 05")
