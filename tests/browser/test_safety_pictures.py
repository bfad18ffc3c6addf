"""Consent, the review of the log, a nödstopp and a release as people see them: pictures for their guides."""

from pathlib import Path
from typing import Final

from playwright.async_api import Page, expect

from bot.domain.taking_out import TakeOutKind
from bot.services.take_out.take_out import TakeOutWanted, take_out
from tests.browser.chromium import needs_chromium
from tests.browser.mornings import ANNA as ANNAS_EMAIL
from tests.browser.mornings import at
from tests.browser.test_handover_pictures import Begins, begins, press, take
from tests.browser.test_rota_pictures import ANNA, GUNILLA, looks_as, said, texts

__all__ = ["begins"]

WORDS: Final = "är nån vaken"

pytestmark = needs_chromium


async def test_consent_and_barriers(begins: Begins, page: Page, pictures: Path) -> None:
    """A familjebehandlare of the home nämnd opens it from the conversation, where she has just read."""
    sandbox = await begins("2026-11-20 21.00")
    await texts(sandbox, WORDS)
    await looks_as(page, sandbox, ANNA)
    await press(said(page, "Ett sms väntar på svar"), "Läs och svara")
    modal = page.get_by_test_id("modal")
    await expect(modal).to_contain_text(WORDS)
    await press(modal, "Samtycke och spärrar")
    await expect(modal).to_contain_text("Nova Lindgren · Norrvik")
    await take(page, pictures, "samtycke")
    flags = modal.get_by_text("Kontakta aldrig den andra vårdnadshavaren")
    await take(page, pictures, "sparrar", modal.get_by_text("Vad säger vårdnadshavaren?"))
    await flags.click()
    await page.get_by_test_id("modal-submit").click()
    await expect(modal).to_contain_text("Sparat.")


async def test_a_nodstopp(begins: Begins, page: Page, pictures: Path, tmp_path: Path) -> None:
    """Gunilla stops; whoever has the duty reads what to do instead, and writes down what was said by phone."""
    sandbox = await begins("2026-11-20 21.40")
    await texts(sandbox, WORDS)
    await looks_as(page, sandbox, GUNILLA)
    await page.get_by_test_id("nav-home").click()
    await press(page, "Nödstopp")
    modal = page.get_by_test_id("modal")
    await modal.get_by_label("Varför? Skriv inget om någon enskild.").fill("Ett svar kan ha gått till fel nummer")
    await take(page, pictures, "nodstopp")
    await page.get_by_test_id("modal-submit").click()
    await expect(modal).to_contain_text("Stoppat:")
    await page.get_by_test_id("modal-close").click()
    await sandbox.world.settle()
    await expect(page.get_by_text("Tidig varning enligt").first).to_be_visible()
    await take(page, pictures, "nodstopp-hem", page.get_by_role("heading", name="Nödstopp"))

    await looks_as(page, sandbox, ANNA)
    await press(said(page, "Ett sms väntar på svar"), "Läs och svara")
    await expect(modal).to_contain_text("Nödstopp gäller")
    await expect(modal).not_to_contain_text(WORDS)
    await take(page, pictures, "nodstopp-samtal")
    await page.locator("textarea[data-block-id=reply]").fill("Ringde upp. Allt är lugnt.")
    await page.get_by_test_id("modal-submit").click()
    await expect(modal).to_contain_text("Anteckningen är sparad.")
    await page.get_by_test_id("modal-close").click()
    await texts(sandbox, "hallå")
    await take(page, pictures, "nodstopp-skrivit", said(page, "Någon har skrivit"))

    await looks_as(page, sandbox, GUNILLA)
    await page.get_by_test_id("nav-home").click()
    await press(page, "Häv nödstoppet")
    await take(page, tmp_path, "nodstopp-hav")


async def test_the_sample_of_the_month(begins: Begins, page: Page, pictures: Path, tmp_path: Path) -> None:
    sandbox = await begins("2026-11-30 18.00")
    await texts(sandbox, WORDS)
    await looks_as(page, sandbox, ANNA)
    holder = page.get_by_test_id("slack-message").filter(has_text="Ett sms väntar på svar")
    modal = page.get_by_test_id("modal")
    await press(holder, "Läs och svara")
    await expect(modal).to_contain_text(WORDS)
    await press(modal, "Bakgrund")
    await expect(modal).to_contain_text("Ses över")
    await page.get_by_test_id("modal-close-x").click()  # the whole stack
    await expect(modal).to_have_count(0)

    await sandbox.world.jump(at("2026-12-01 09.01"))
    await looks_as(page, sandbox, GUNILLA)
    told = said(page, "Dags att granska åtkomster")
    await take(page, tmp_path, "granska-fraga", told)
    await press(told, "Granska åtkomster")
    await expect(modal).to_contain_text("läste ett samtal")
    await expect(modal).not_to_contain_text("Nova")
    await take(page, pictures, "granska")
    await modal.get_by_label("Bedömning").first.select_option("I sin ordning")
    await page.get_by_test_id("modal-submit").click()
    await expect(modal).to_contain_text("Sparat.")
    await take(page, tmp_path, "granska-sparat")


async def test_a_leader_approves_a_release(begins: Begins, page: Page, pictures: Path, tmp_path: Path) -> None:
    sandbox = await begins("2026-11-20 09.00")
    assert sandbox.bot is not None
    ctx = sandbox.bot.ctx
    youths = await ctx.store.read(lambda tx: tx.people.youths_of(next(iter(ctx.rules.namnder))))
    code = next(youth.case_code for youth in youths if youth.name == "Nova Lindgren")
    wanted = TakeOutWanted(
        TakeOutKind.RELEASE, code, None, "OSL 26 kap. 1 §, prövad mot den som begär", "Eva Lind, jurist", "samtalen"
    )
    assert await take_out(wanted, ctx=ctx, as_email=ANNAS_EMAIL) is None
    await sandbox.world.settle()
    await looks_as(page, sandbox, GUNILLA)
    told = said(page, "vill ta ut")
    await expect(told).not_to_contain_text("Nova")
    await take(page, pictures, "utlamnande", told)
    await press(told, "Godkänn")
    await expect(said(page, "Du har godkänt uttaget.")).to_be_visible()
    await take(page, tmp_path, "utlamnande-godkant", said(page, "Du har godkänt uttaget."))
