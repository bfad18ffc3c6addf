"""The clocks as a handläggare and a leader see them; it leaves the pictures that their guides show."""

import re
from pathlib import Path

from playwright.async_api import Page, expect

from bot.app_sandbox import Sandbox
from bot.domain.clocks import ClockKind
from bot.services.clocks.register import Registration, register_clocks
from tests.browser.chromium import needs_chromium
from tests.browser.mornings import at
from tests.browser.test_handover_pictures import Begins, begins, press, take

__all__ = ["begins"]

INGRID, LARS, JOHAN = "U09", "U12", "U10"
JENNY, NOVA = "%2B46701740606", "%2B46701740605"
TALK, FORHAND, SKYDD = ClockKind.ALLVARSSAMTAL, ClockKind.FORHANDSBEDOMNING, ClockKind.SKYDDSBEDOMNING
UTREDNING = ClockKind.UTREDNING

pytestmark = needs_chromium


async def registered(
    sandbox: Sandbox, ref: str, *kinds: ClockKind, when: str, by: str = INGRID, owner: str | None = None
) -> None:
    """Let somebody register a case; `owner` is an e-mail, "" for nobody, None for themselves."""
    assert sandbox.bot is not None
    ctx = sandbox.bot.ctx
    email = {INGRID: "ingrid.strand@example.se", LARS: "lars.borg@example.se"}[by] if owner is None else owner
    person = await ctx.store.read(lambda tx: tx.staff.by_email(email))
    day, time = when.split()
    command = Registration(
        slack_user_id=by,
        namnd="norrvik",
        case_ref=ref,
        kinds=tuple(kind.value for kind in kinds),
        received_on=day,
        received_time=time,
        owner="" if person is None else person.id,
        has_contact=True,
        key=f"{by}:{ref}",
    )
    await register_clocks(command, ctx=ctx)


async def test_a_report_on_friday_afternoon(begins: Begins, page: Page, pictures: Path) -> None:
    """From Home to a summons that the guardian answers, and back to whoever sent it."""
    sandbox = await begins("2026-11-20 14.24")
    await page.goto(f"{sandbox.url}/#phone={JENNY}&user={INGRID}&tab=slack")
    await page.get_by_text("Hem", exact=True).first.click()
    await press(page, "Ny frist")
    modal = page.get_by_test_id("modal")
    await page.get_by_label("Ärendebeteckning").fill("K-123")
    for choice in ("Omedelbar skyddsbedömning", "Förhandsbedömning", "Allvarssamtal", "Pojke"):
        await modal.get_by_label(re.compile(f"^{choice}")).first.check()
    await modal.get_by_label(re.compile("^Kontaktuppgifter till familjen finns")).check()
    await page.get_by_label("Klockslag då det kom in").fill("14.20")
    await take(page, pictures, "ny-frist", modal.get_by_text("Ärendebeteckning", exact=True))
    await page.get_by_test_id("modal-submit").click()
    await expect(modal).to_contain_text("måste kallas i dag före 17.00; tiden går ut söndag 14.20")
    await take(page, pictures, "ny-frist-klar")

    await modal.get_by_role("button", name=re.compile("Öppna")).nth(1).click()
    await expect(modal).to_contain_text("Sista kontorstid före det: fredag 20 november 17.00")
    await take(page, pictures, "frist")
    await press(modal, "Kalla via sms")
    await expect(modal).to_contain_text("Så här blir sms:et på svenska")
    await page.locator("[data-block-id=guardian_number]").fill("070-174 06 06")
    await page.locator("[data-block-id=child_number]").fill("070-174 06 05")
    for nth, (day, time) in enumerate((("2026-11-20", "15.30"), ("2026-11-23", "16.00"), ("2026-11-24", "16.30"))):
        await page.locator(f"[data-block-id=day_{nth + 1}]").fill(day)
        await page.locator(f"[data-block-id=time_{nth + 1}]").fill(time)
    await take(page, pictures, "kalla", modal.get_by_text("Vem ska kallas?"))
    await page.get_by_test_id("modal-submit").click()
    await expect(modal).to_contain_text("Kallelse via sms 14.24 · väntar på svar")
    await page.get_by_test_id("modal-close-x").click()  # the whole stack
    await expect(modal).to_have_count(0)

    offer = page.get_by_test_id("phone-message").filter(has_text="vill träffa dig och ditt barn")
    await page.get_by_text("Socialtjänsten Norrvik").first.click()
    await expect(offer).to_contain_text("Svara 1 för")
    await page.get_by_test_id("phone-compose").fill("2 går bra")
    await page.get_by_test_id("phone-send").click()
    await expect(page.get_by_test_id("phone-message").filter(has_text="Ni är välkomna mån 23/11 16.00")).to_be_visible()
    await page.get_by_text("Beredskapsboten").first.click()
    said = page.get_by_test_id("slack-message").filter(has_text="K-123")
    await expect(said.last).to_contain_text("måndag 16.00")
    await take(page, pictures, "bokad", said.last)
    await said.last.get_by_role("button", name=re.compile("Öppna")).click()
    await expect(modal).to_contain_text(re.compile(r"Vårdnadshavare kallad: fredag 20 november 14\.2\d"))
    await expect(modal).to_contain_text(re.compile(r"Barnet kallat: fredag 20 november 14\.2\d"))
    await take(page, pictures, "kallad")


async def test_a_monday_morning(begins: Begins, page: Page, pictures: Path) -> None:
    """The morning's list of one, and the message of whoever leads the unit."""
    sandbox = await begins("2026-11-19 09.10")
    await registered(sandbox, "K-101", FORHAND, when="2026-11-03 10.15")
    await registered(sandbox, "K-108", FORHAND, when="2026-11-09 13.40")
    await registered(sandbox, "K-112", FORHAND, TALK, when="2026-11-19 08.50")
    await registered(sandbox, "K-088", UTREDNING, when="2026-08-07 00.00")
    await registered(sandbox, "K-115", FORHAND, when="2026-11-18 15.05", by=LARS)
    await registered(sandbox, "K-116", FORHAND, TALK, when="2026-11-19 09.00", owner="")
    await sandbox.world.jump(at("2026-11-22 20.00"))
    await page.goto(f"{sandbox.url}/#user={INGRID}&tab=slack")
    await page.get_by_test_id("clock-morning").click()

    mine = page.get_by_test_id("slack-message").filter(has_text="Dina frister måndag 23 november")
    await expect(mine).to_contain_text("K-101", timeout=20_000)
    await expect(mine).not_to_contain_text("K-115")
    await take(page, pictures, "frister-morgon", mine)
    await mine.get_by_role("button", name=re.compile("Ange orsak")).first.click()
    await page.get_by_test_id("modal").get_by_label("Hög arbetsbelastning").check()
    await expect(page.get_by_test_id("modal")).to_contain_text("hög arbetsbelastning")
    await page.get_by_test_id("modal-close-x").click()
    await expect(mine).to_contain_text("hög arbetsbelastning")

    await page.goto(f"{sandbox.url}/#user={JOHAN}&tab=slack")
    unit = page.get_by_test_id("slack-message").filter(has_text="måndag 23 november")
    await expect(unit.last).to_contain_text("K-116", timeout=20_000)
    await take(page, pictures, "frister-ledare", unit.last)
    await unit.last.get_by_role("button", name=re.compile("Enheten")).click()
    await expect(page.get_by_test_id("modal")).to_contain_text("K-115")
    await take(page, pictures, "enheten")
