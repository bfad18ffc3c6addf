"""The handover as people see it, on a laptop and on a phone; it leaves the pictures that the guides show."""

import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from bot.app_sandbox import Options, Sandbox
from bot.domain.ids import ShiftId, new_id
from bot.ports import Tx
from tests.browser.chromium import LAPTOP, PHONE, needs_chromium, wider_than_the_screen
from tests.browser.mornings import ANNA, BO, FIVE, NORRVIK, SATURDAY, THURSDAY, at, forty, happened

TEAM = "C0NORRVIK"
ANNA_AT_TEAM = f"user=U01&channel={TEAM}&tab=slack"
NOVA = "%2B46701740605"
GROW = """() => document.querySelectorAll(".compose textarea").forEach((el) => {
  el.style.height = "auto";
  el.style.height = `${el.scrollHeight}px`;
})"""  # a window that becomes a phone's is not drawn anew
Begins = Callable[[str], Awaitable[Sandbox]]

pytestmark = needs_chromium


@pytest.fixture
async def begins(tmp_path: Path) -> AsyncIterator[Begins]:
    """The sandbox as `make run` starts it, at a time of our choosing. Asked for before the page, it outlives it."""
    async with contextlib.AsyncExitStack() as stack:

        async def begin(when: str) -> Sandbox:
            options = Options(folder=tmp_path / "world", port=0, bot_port=0, starts_at=at(when))
            sandbox = await stack.enter_async_context(Sandbox(options).running())
            sandbox.slack.limits.tiers = False  # days pass in a few seconds of wire time
            sandbox.slack.limits.post_burst = 50
            return sandbox

        yield begin


async def take(page: Page, pictures: Path, name: str, top: Locator | None = None) -> None:
    """Take a picture on a laptop and one on a phone, with `top` uppermost; nothing may reach outside the screen."""
    for size, mark in ((LAPTOP, ""), (PHONE, "-telefon")):
        await page.set_viewport_size(size)
        await page.evaluate(GROW)
        if top is not None:
            await top.evaluate("el => el.scrollIntoView({block: 'start'})")
        await page.screenshot(path=pictures / f"{name}{mark}.png", animations="disabled")
        assert await wider_than_the_screen(page) == []
    await page.set_viewport_size(LAPTOP)


def posts(page: Page, day: str) -> Locator:
    """The posts of one day where they stand in the channel or the DM, and not beside it in the thread."""
    said = page.locator(".conversation").get_by_test_id("slack-message")
    return said.filter(has=page.get_by_role("heading", name=f"Överlämning {day}"))


async def press(inside: Page | Locator, name: str) -> None:
    """Press what is named so on the screen; a screen reader may be told more."""
    await inside.locator("button").filter(has_text=re.compile(f"^{name}$")).click()


async def test_a_morning_after_nothing(begins: Begins, page: Page, pictures: Path) -> None:
    sandbox = await begins("2026-11-20 07.50")
    await sandbox.world.jump(at("2026-11-22 22.05"))
    await page.goto(f"{sandbox.url}/#{ANNA_AT_TEAM}")
    await page.get_by_test_id("clock-morning").click()

    post = posts(page, "måndag 23 november")
    await expect(post).to_contain_text("Inget har kommit in sedan fredag 08.00.", timeout=20_000)
    await expect(post.get_by_role("button", name="Mötesläge")).to_have_count(0)
    await take(page, pictures, "overlamning-ingen", post)
    await expect(post).to_have_count(1)

    await page.get_by_test_id("user-chip").filter(has_text="Elin").click()
    await page.get_by_test_id("nav-channel-sodermark-familjebehandlare").click()
    await expect(post).to_contain_text("Bakgrund att se över")  # the seed's, of Samir


async def test_a_morning_with_five(begins: Begins, page: Page, pictures: Path) -> None:
    """The team reads the post, goes through it, takes one over to the record; a note that was missing is added."""
    sandbox = await begins("2026-11-19 22.05")
    await happened(sandbox, THURSDAY)
    await sandbox.world.jump(at("2026-11-22 21.55"))
    await happened(sandbox, FIVE)
    await sandbox.world.jump(at("2026-11-22 22.05"))
    await page.goto(f"{sandbox.url}/#{ANNA_AT_TEAM}")
    await page.get_by_test_id("clock-morning").click()

    post = posts(page, "måndag 23 november")
    await expect(post).to_contain_text("5 samtal · 1 från tidigare · 2 ska göras i dag · 2 öppna", timeout=20_000)
    for words in (
        "fre 19.10 · svar efter 4 min av @David Ek",
        "@Anna Berg · bruten planering · lämnat till socialjouren",
        "⚠️ skulle gjorts fredag 20/11: @Bo Lund",
        "✅ klart av @Bo Lund lör 21/11 16.20",
        "anteckning saknas",
        "ingen har svarat · väntar på svar",
    ):
        await expect(post).to_contain_text(words)
    for secret in ("Nova", "Jenny", "mormor", "apoteket", "070"):
        await expect(post).not_to_contain_text(secret)
    await take(page, pictures, "overlamning-fem", post)

    await press(post, "Mötesläge")
    modal = page.get_by_test_id("modal")
    await expect(modal).to_contain_text("Mötesläge 1 av 6")
    await expect(modal).to_contain_text("Ring pappa före mötet")
    await press(modal, "Nästa")
    await expect(modal).to_contain_text("Nova Lindgren (ungdom)")
    await expect(modal).to_contain_text(": du")
    await take(page, pictures, "moteslage")

    await press(modal, "Text till journalen")
    await expect(modal).to_contain_text("Text till journalen")
    await expect(modal).to_contain_text("Nova Lindgren: Kan nån ringa mig? De bråkar igen.")
    await take(page, pictures, "journaltext")
    await page.get_by_test_id("modal-close").click()

    await press(modal, "Förd till akten")
    await page.get_by_label("Var i akten?").fill("23 november, anteckning 4")
    await page.get_by_test_id("modal-submit").click()
    await expect(modal).to_contain_text("✅ Förd till akten av Anna Berg 08.")
    await press(modal, "Åtgärden är gjord")
    await expect(modal).to_contain_text("✅ klart av Anna Berg 08.")
    await press(modal, "Genomgånget")
    await expect(modal).to_contain_text("Mötesläge 3 av 6")
    await page.get_by_test_id("modal-close").click()
    await expect(post).to_contain_text("genomgånget · förd till akten")
    await expect(post).to_contain_text("1 ska göras i dag")

    await page.get_by_test_id("slack-compose").fill("/beredskap logg")
    await page.get_by_test_id("slack-send").click()
    await expect(modal).to_contain_text("Måndag 23 november")
    await take(page, pictures, "logg")
    await page.get_by_test_id("modal-close").click()

    await sandbox.world.jump(at("2026-11-23 09.12"))
    await page.get_by_test_id("user-chip").filter(has_text="Elin").click()
    asked = page.get_by_test_id("slack-message").filter(has_text="Anteckning saknas för samtal")
    await asked.get_by_role("button", name=re.compile("Skriv anteckning")).first.click()
    await page.get_by_label("Det som kom in").fill("Bråk med mamma. Hon ville inte prata mer med henne i kväll.")
    await page.get_by_label("Råd och stöd som gavs").fill("Ringde. Hon lugnade sig och gick och lade sig.")
    for choice in ("Svår situation", "Ingen åtgärd", "Kontaktades inte"):
        await page.get_by_label(choice).check()
    await page.get_by_test_id("modal-submit").click()
    await expect(modal).to_have_count(0)

    await page.get_by_test_id("user-chip").filter(has_text="Anna").click()
    await expect(post).to_contain_text("anteckning 09.12")
    await post.get_by_test_id("slack-replies").click()
    await expect(page.get_by_test_id("slack-thread-panel")).to_contain_text("Tillägg 09.12: anteckning för")
    await take(page, pictures, "tillagg", post)
    await expect(post).to_have_count(1)


async def test_a_morning_with_forty(begins: Begins, page: Page, pictures: Path) -> None:
    """After Christmas: one post, a heading for each day, and what there was no room for is counted."""
    sandbox = await begins("2026-12-23 07.50")
    await sandbox.world.jump(at("2026-12-27 22.05"))
    await happened(sandbox, forty())
    await page.goto(f"{sandbox.url}/#{ANNA_AT_TEAM}")
    await page.get_by_test_id("clock-morning").click()

    post = posts(page, "måndag 28 december")
    await expect(post).to_contain_text("40 samtal", timeout=20_000)
    await take(page, pictures, "overlamning-fyrtio", post)
    for day in ("Onsdag 23", "Torsdag 24", "Fredag 25", "Lördag 26", "Söndag 27"):
        await expect(post).to_contain_text(f"{day} december")
    await expect(post).to_have_count(1)

    await press(post, "Mötesläge")
    modal = page.get_by_test_id("modal")
    for step in range(1, 41):
        await expect(modal).to_contain_text(f"Mötesläge {step} av 40")
        assert await wider_than_the_screen(page) == []
        if step < 40:
            await press(modal, "Nästa")


async def test_a_conversation_ends_with_a_note(begins: Begins, page: Page, pictures: Path) -> None:
    """Avsluta opens a form; what is missing is said, and what is filled in closes it and sends the last text."""
    sandbox = await begins("2026-11-20 18.04")
    await page.goto(f"{sandbox.url}/#phone={NOVA}&user=U01&tab=slack")
    await page.get_by_test_id("phone-compose").fill("Kan nån ringa mig? De bråkar igen.")
    await page.get_by_test_id("phone-send").click()
    await expect(page.get_by_test_id("phone-message").filter(has_text="ring 112")).to_contain_text("Levererat")
    card = page.get_by_test_id("slack-message").filter(has_text="Ett sms väntar på svar")
    await card.get_by_role("button", name=re.compile("Läs och svara")).click()
    modal = page.get_by_test_id("modal")
    await press(modal, "Bakgrund")
    await expect(modal).to_contain_text("Mormor Ulla, 070-174 06 20")
    await take(page, pictures, "bakgrund")
    await page.get_by_test_id("modal-close").click()
    await page.locator("textarea[data-block-id=reply]").fill("Hej Nova, jag ringer dig om två minuter.")
    await page.get_by_test_id("modal-submit").click()
    await expect(modal).to_have_count(0)

    card = page.get_by_test_id("slack-message").filter(has_text="svarade 18.")
    await expect(card).to_contain_text("levererat")
    await card.get_by_role("button", name=re.compile("Avsluta")).click()
    await expect(modal).to_contain_text("Skriv inga personnummer.")
    await page.get_by_label("Det som kom in").fill("Nova skrev att de bråkade hemma. Hon gick till mormor.")
    await take(page, pictures, "avsluta")
    await page.get_by_test_id("modal-submit").click()
    await expect(page.get_by_test_id("field-error").first).to_be_visible()
    await page.get_by_label("Råd och stöd som gavs").fill("Ringde Nova och mormor. Hon sover där.")
    await page.get_by_label(re.compile("Att veta")).fill("Lovat att någon ringer Nova på måndag. Gör om planen.")
    for choice in ("Bruten planering", "Nästa arbetsdag, måndag 23 november", "Kontaktades inte"):
        await page.get_by_label(choice).check()
    await page.get_by_label("Vem gör det?").select_option("Anna Berg")
    closing = page.get_by_label(re.compile("Avslutande sms"))
    await closing.fill("Sov gott. Vi hörs på måndag.")
    await take(page, pictures, "avsluta-slut", closing)
    await page.get_by_test_id("modal-submit").click()
    await expect(modal).to_have_count(0)
    closed = page.get_by_test_id("slack-message").filter(has_text="Ett nytt sms öppnar samtalet igen.")
    await expect(closed).to_contain_text("Avslutat")
    await expect(page.get_by_test_id("phone-message").filter(has_text="Sov gott.")).to_have_count(1)


async def test_a_shift_begins_with_what_is_open(begins: Begins, page: Page, pictures: Path) -> None:
    """Saturday 16.00: Bo takes over after Anna, and reads what she has left."""
    sandbox = await begins("2026-11-21 15.50")
    await _splits_the_day(sandbox)
    await happened(sandbox, SATURDAY)
    await page.goto(f"{sandbox.url}/#user=U02&tab=slack")
    await sandbox.world.jump(at("2026-11-21 16.00"))

    told = page.get_by_test_id("slack-message").filter(has_text="Du har beredskapen nu, efter @Anna Berg")
    await expect(told).to_contain_text("Öppna samtal")
    await expect(told).to_contain_text("ord från den före dig")
    await expect(told).to_contain_text("Ska göras i dag")
    await expect(told).not_to_contain_text("mormor")
    await take(page, pictures, "overlamning-pass", told)
    await press(told, "Läs överlämningen")
    modal = page.get_by_test_id("modal")
    await expect(modal).to_contain_text("Lovade att höra om mormor har plats före 18.")
    await take(page, pictures, "las-overlamningen")


async def _splits_the_day(sandbox: Sandbox) -> None:
    """Let Anna's Saturday end at 16.00, and Bo have the rest of it."""
    assert sandbox.bot is not None

    def change(tx: Tx) -> None:
        anna, bo = tx.staff.by_email(ANNA), tx.staff.by_email(BO)
        assert anna is not None
        assert bo is not None
        whole = next(s for s in tx.shifts.between(at("2026-11-21 12.00"), at("2026-11-21 13.00")))
        assert whole.staff_id == anna.id
        change_at = at("2026-11-21 16.00")
        tx.shifts.upsert(replace(whole, ends_at=change_at))
        tx.shifts.upsert(
            replace(whole, id=ShiftId(new_id()), staff_id=bo.id, starts_at=change_at, lending_namnd=NORRVIK)
        )

    await sandbox.bot.ctx.store.write(change)
