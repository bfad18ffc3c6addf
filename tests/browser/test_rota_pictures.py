"""Rest, the rota and a text that nobody acknowledges as people see them: pictures for their guides."""

from datetime import date, timedelta
from pathlib import Path

from playwright.async_api import Locator, Page, ViewportSize, expect

from bot.app_sandbox import Sandbox
from bot.ports import Tx
from bot.rota_page import month_page
from bot.sandbox.seed import ADMIN
from bot.services.rota.propose import propose
from bot.services.rota.publish import publish
from bot.services.rota.show import show_rota
from bot.services.rota.solve import Effort
from tests.browser.chromium import needs_chromium, wider_than_the_screen
from tests.browser.mornings import at
from tests.browser.test_handover_pictures import Begins, begins, press, take

__all__ = ["begins"]

NOVA = "+46701740605"
OUR_NUMBER = "+46701740699"
ANNA, GUNILLA = "U01", "U07"
LEAST = Effort(within=timedelta(minutes=1), workers=1, steps=2)  # the same rota in each picture
A4_ACROSS = ViewportSize(width=1123, height=794)  # at 96 points an inch

pytestmark = needs_chromium


async def texts(sandbox: Sandbox, body: str) -> None:
    await sandbox.carrier.text(NOVA, body, OUR_NUMBER)
    await sandbox.world.settle()


def said(page: Page, words: str) -> Locator:
    """What the bot has said, where it stands in the DM and not beside it in the thread."""
    return page.locator(".conversation").get_by_test_id("slack-message").filter(has_text=words)


async def looks_as(page: Page, sandbox: Sandbox, user: str) -> None:
    await page.goto(f"{sandbox.url}/#user={user}&tab=slack")
    await page.get_by_test_id("nav-dm-bot").click()


async def test_nobody_acknowledges(begins: Begins, page: Page, pictures: Path) -> None:
    """The leader gets the card, and reads why."""
    sandbox = await begins("2026-11-20 21.00")
    await texts(sandbox, "är nån vaken")
    await sandbox.world.jump(at("2026-11-20 21.14"))
    await looks_as(page, sandbox, GUNILLA)
    card = said(page, "Ingen kvitterade i tid")
    await expect(card).to_contain_text("Ett sms väntar på svar")
    await expect(card).not_to_contain_text("vaken")
    await take(page, pictures, "kvitterades-inte", card)


async def test_an_evening_that_shortened_the_rest(begins: Begins, page: Page, pictures: Path) -> None:
    """What was done is written down and can be put right; the morning's message tells what it came to."""
    sandbox = await begins("2026-11-22 21.40")
    await texts(sandbox, "kan nån ringa mig")
    await looks_as(page, sandbox, ANNA)
    await press(said(page, "Ett sms väntar på svar"), "Läs och svara")
    await page.locator("textarea[data-block-id=reply]").fill("Jag ringer dig om en minut.")
    await page.get_by_test_id("modal-submit").click()
    await expect(page.get_by_test_id("modal")).to_have_count(0)
    await page.get_by_test_id("nav-home").click()
    await press(page, "Min arbetstid i beredskapen")
    modal = page.get_by_test_id("modal")
    await expect(modal).to_contain_text("21.4")
    await take(page, pictures, "arbetstid")
    await page.get_by_test_id("modal-close-x").click()

    await sandbox.world.jump(at("2026-11-22 22.01"))
    for user, name in ((ANNA, "vila-person"), (GUNILLA, "vila-ledare")):
        await looks_as(page, sandbox, user)
        told = said(page, "kortade")
        await expect(told).to_contain_text("Det ska vara minst 11 tim.")
        await take(page, pictures, name, told)


async def test_a_weekend_that_nobody_has(begins: Begins, page: Page, pictures: Path) -> None:
    """What is missing in the next 14 days is told to the leader in the morning."""
    sandbox = await begins("2026-11-19 22.05")
    assert sandbox.bot is not None

    def lose(tx: Tx) -> None:
        for shift in tx.shifts.between(at("2026-11-28 00.00"), at("2026-11-30 00.00")):
            tx.shifts.remove(shift.id)

    await sandbox.bot.ctx.store.write(lose)
    await sandbox.world.jump(at("2026-11-20 08.01"))
    await looks_as(page, sandbox, GUNILLA)
    told = said(page, "Bemanningen i Norrvik de närmaste 14 dagarna")
    await expect(told).to_contain_text("Ingen har beredskap")
    await take(page, pictures, "bemanning", told)


async def test_a_rota_is_published(begins: Begins, page: Page, pictures: Path, tmp_path: Path) -> None:
    """Anna reads her shifts, and the month is put on the wall."""
    sandbox = await begins("2026-12-01 12.00")
    assert sandbox.bot is not None
    ctx = sandbox.bot.ctx
    made = await propose(date(2027, 2, 1), 4, ctx=ctx, as_email=ADMIN, effort=LEAST)
    await publish(made.draft, ctx=ctx, as_email=ADMIN)
    await sandbox.world.settle()
    await looks_as(page, sandbox, ANNA)
    told = said(page, "Dina pass:")
    await expect(told).to_contain_text("måndag 1/2–söndag 28/2")
    await take(page, pictures, "schema-publicerat", told)

    shown = await show_rota(made.draft.first, made.draft.last, ctx=ctx, as_email=ADMIN)
    paper = month_page(made.draft.first, shown.shifts, lambda shift: shown.name(shift.staff_id), ctx.clock.now())
    written = tmp_path / "februari.html"
    written.write_text(paper, encoding="utf-8")
    await page.set_viewport_size(A4_ACROSS)
    await page.goto(written.as_uri())
    await expect(page.get_by_role("heading")).to_have_text("Beredskapsschema februari 2027")
    await page.screenshot(path=pictures / "schema-manad.png", animations="disabled")
    assert await wider_than_the_screen(page) == []
