"""Who somebody is decides who reads, who is passed over, and what the automatic text may say."""

from pathlib import Path

import pytest

from bot.domain.people import LinkRole, Role, World
from tests.acceptance import night as nights
from tests.acceptance.night import MYNDIGHET_NUMBER, NORRVIK, SODERMARK, Night, Person, a_night

GUARDIAN_NUMBER = "+46701740612"
TONIGHT = "2026-11-20 17:00", "2026-11-20 22:00"
HELP_NUMBERS = """
[[help_number]]
key = "socialjour"
name = "Socialjouren"
number = "08-123 456"
verified_on = 2026-03-01
verified_by = "Lena Holm"

[[help_number]]
key = "bris"
name = "Bris"
number = "116111"
verified_on = 2025-03-01
verified_by = "Lena Holm"
"""


async def duty(night: Night) -> Person:
    anna = await night.hires("Anna Ek", NORRVIK)
    night.opens_channels()
    await night.on_beredskap(anna, *TONIGHT)
    return anna


def ticked(modal: dict[str, object]) -> list[str]:
    """Return the youths that stand ticked under *Gäller*."""
    blocks = modal["blocks"]
    assert isinstance(blocks, list)
    block = next(b for b in blocks if b["block_id"] == "concerns")
    return [option["text"]["text"] for option in block["accessory"].get("initial_options", [])]


async def test_siblings_under_one_guardian(tmp_path: Path, database_url: str) -> None:
    """One conversation; staff tick whom it concerns, and it stays ticked."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await duty(night)
        _, nova = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        _, liam = await night.enrols("Liam Berg", "+46701740606", NORRVIK)
        await night.enrols("Mia Berg", GUARDIAN_NUMBER, NORRVIK, role=LinkRole.GUARDIAN, of=nova)
        mia, _ = await night.enrols("Mia Berg", GUARDIAN_NUMBER, NORRVIK, role=LinkRole.GUARDIAN, of=liam)

        await mia.texts("de bråkar så jag blir tokig")
        card = anna.card("Vårdnadshavare, Norrvik")
        assert nova.case_code in card.words
        assert liam.case_code in card.words
        mia.receives("beredskapen i Norrvik")
        mia.receives("tystnadsplikt", times=0)
        shown = await anna.opens(card)
        assert "Mia Berg (vårdnadshavare till Nova Berg)" in shown
        assert "Mia Berg (vårdnadshavare till Liam Berg)" in shown
        assert ticked(anna.modal()) == []

        await anna.presses_in_modal("concerns", selected=[liam.id])
        await anna.closes_modal()

        await anna.opens(card)
        assert ticked(anna.modal()) == ["Liam Berg"]
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_phone_that_youth_and_guardian_share(tmp_path: Path, database_url: str) -> None:
    """It is flagged, and our own text only asks to call."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await duty(night)
        phone, youth = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.enrols("Mia Berg", "+46701740605", NORRVIK, role=LinkRole.GUARDIAN, of=youth)

        await phone.texts("vill prata med nån")
        card = anna.card("Delad telefon (ungdom och vårdnadshavare), Norrvik")
        phone.receives("Hej! Ring oss när du kan. Är det fara, ring 112.")
        assert "både ungdom och vårdnadshavare kan läsa" in await anna.opens(card)
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_known_in_two_namnder_the_person_on_duty_picks(tmp_path: Path, database_url: str) -> None:
    """Until then only the first nämnd's youth is shown; afterwards only the other's."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await duty(night)
        sara = await night.hires("Sara Holm", SODERMARK)
        night.opens_channels()
        _, nova = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        _, elis = await night.enrols("Elis Dahl", "+46701740607", SODERMARK)
        await night.enrols("Mia Berg", GUARDIAN_NUMBER, NORRVIK, role=LinkRole.GUARDIAN, of=nova)
        mia, _ = await night.enrols("Mia Dahl", GUARDIAN_NUMBER, SODERMARK, role=LinkRole.GUARDIAN, of=elis)

        await mia.texts("han vägrar komma hem")
        card = anna.card("Numret finns i flera nämnder")
        mia.receives("beredskapen i Norrvik")
        shown = await anna.opens(card)
        assert "Nova Berg" in shown
        assert "Elis Dahl" not in shown
        await anna.presses_in_modal("pick_namnd", selected=SODERMARK)
        assert "Elis Dahl" in anna.reads()
        assert "Nova Berg" not in anna.reads()
        assert "flera nämnder" not in anna.card("Vårdnadshavare, Södermark").words

        await anna.writes("Hur länge har han varit borta?")
        mia.receives("Hur länge har han varit borta?")
        await mia.texts("sedan i går kväll")
        anna.card("Vårdnadshavare, Södermark")
        sara.has_no_card()
        mia.receives("beredskapen i", times=1)  # one of its kind is enough for one shift
        anna.is_told("Nytt sms")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_known_in_two_namnder_with_a_person_each(tmp_path: Path, database_url: str) -> None:
    """Nobody may see both: it goes to the nämnd that last wrote to the number."""
    async with a_night(tmp_path, database_url, "2026-11-20 16:00", norrvik_answers="", sodermark_answers="") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        sara = await night.hires("Sara Holm", SODERMARK)
        night.opens_channels()
        await night.on_beredskap(anna, *TONIGHT)
        await night.on_beredskap(sara, *TONIGHT)
        _, nova = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        _, elis = await night.enrols("Elis Dahl", "+46701740607", SODERMARK)
        await night.enrols("Mia Berg", GUARDIAN_NUMBER, NORRVIK, role=LinkRole.GUARDIAN, of=nova)
        mia, _ = await night.enrols("Mia Dahl", GUARDIAN_NUMBER, SODERMARK, role=LinkRole.GUARDIAN, of=elis)
        await night.clock_reaches("2026-11-20 18:00")

        await sara.commands("nytt")
        modal = sara.modal()["id"]
        found = await night.sandbox.slack.suggest(sara.user, modal, "contact", "contact_choice", "Mia")
        [option] = found["options"]
        await sara.submits({"contact": {"contact_choice": option["value"]}, "reply": {"reply_text": "Hej Mia!"}})
        mia.receives("Hej Mia!")

        await mia.texts("bra att du skrev")
        sara.card("Ett sms väntar på svar")
        sara.is_told("Nytt sms")
        anna.has_no_card()
        mia.receives("beredskapen i Södermark")
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_staff_who_are_related_are_passed_over(tmp_path: Path, database_url: str) -> None:
    """Anna leads, but Nova is her niece: Bo gets it. In the morning she finds the card in the channel, and a no."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        bo = await night.hires("Bo Lind", NORRVIK)
        night.opens_channels()
        await night.on_beredskap(bo, "2026-11-20 17:00", "2026-11-20 22:00")
        await night.on_beredskap(anna, "2026-11-20 17:30", "2026-11-20 22:00")
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK, jav=(anna.staff.id,))

        await nova.texts("det är moster igen")
        bo.card("Ett sms väntar på svar")
        anna.has_no_card()
        nova.receives("tystnadsplikt")
        await night.clock_reaches("2026-11-20 22:00")

        await night.clock_reaches("2026-11-23 08:10")
        team = anna.card(channel="C0NORRVIK")
        assert "står som jävig" in await anna.opens(team)
        assert "det är moster igen" not in anna.reads()
        await anna.closes_modal()
        await anna.presses("take", team)
        anna.is_told("står som jävig", channel="C0NORRVIK")
        anna.is_told("Nytt sms", channel="C0NORRVIK")
        refused = (anna.staff.id, "jav", False)
        assert night.audit("read") == [refused]
        assert night.audit("take") == [refused]
        bo.card()
        bo.is_told("Anteckning saknas")
        night.expected_errors.add("namnd_without_reachable_leader")
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_when_everybody_on_duty_is_related_the_leader_has_it(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await duty(night)
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK, jav=(anna.staff.id,))
        await nova.texts("inte till moster")
        lena.card("Ingen har beredskap fast någon borde ha det")
        anna.has_no_card()
        nova.receives("har vi ingen som kan svara")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_staff_phone_opens_no_conversation(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        bo = await night.hires("Bo Lind", NORRVIK, phone="+46701740620")
        night.opens_channels()
        await night.on_beredskap(bo, *TONIGHT)
        phone = night.phone("+46701740620")
        await phone.texts("hej, testar bara")
        bo.is_told("öppnar inget samtal")

        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await nova.texts("är nån vaken")
        nova.receives("tystnadsplikt")
        bo.card("Ett sms väntar på svar")
        await phone.texts("1")
        bo.is_told("1 samtal är kvitterade")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_text_to_the_authority_is_never_for_the_person_on_duty(tmp_path: Path, database_url: str) -> None:
    """Hanna decides in cases. At night the sender hears that nobody reads; and who is enrolled is not hers to know."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await duty(night)
        hanna = await night.hires("Hanna Lund", NORRVIK, Role.HANDLAGGARE, world=World.MYNDIGHET)
        nova, youth = await night.enrols("Nova Berg", "+46701740605", NORRVIK)

        await nova.texts("vill prata om utredningen", to=MYNDIGHET_NUMBER)

        card = hanna.card("Sms till myndighetens nummer")
        anna.has_no_card()
        nova.receives("läses inte förrän på kontorstid")
        assert youth.case_code not in card.words
        assert not card.buttons & {"link", "hand_over"}
        shown = await hanna.opens(card)
        assert "vill prata om utredningen" in shown
        assert "Nova Berg" not in shown
        await hanna.closes_modal()

        await night.clock_reaches("2026-11-20 22:00")
        await night.clock_reaches("2026-11-23 08:30")
        await nova.texts("läser ni nu", to=MYNDIGHET_NUMBER)
        hanna.is_told("Nytt sms")
        await hanna.replies("Ja, nu är jag här.", card=card)
        nova.receives("Ja, nu är jag här.")
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_the_automatic_text_goes_once_for_each_shift(tmp_path: Path, database_url: str) -> None:
    """Three texts and a restart are one automatic answer; the next shift is another."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await duty(night)
        bo = await night.hires("Bo Lind", NORRVIK)
        night.opens_channels()
        await night.on_beredskap(bo, "2026-11-20 22:00", "2026-11-21 02:00")
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await nova.texts("första")
        await nova.texts("andra")
        await night.restarts()
        await nova.texts("tredje")
        nova.receives("tystnadsplikt", times=1)
        anna.card("3 sms väntar på svar")

        await night.clock_reaches("2026-11-20 22:06")
        await nova.texts("fjärde")
        nova.receives("tystnadsplikt", times=2)
        bo.card("4 sms väntar på svar")
        bo.is_told("Nytt sms")
        anna.is_told("Anteckning saknas")
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_in_the_language_of_the_family(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await duty(night)
        _, nova = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        mother, _ = await night.enrols(
            "Amal Said", GUARDIAN_NUMBER, NORRVIK, role=LinkRole.GUARDIAN, of=nova, language="ar"
        )
        await mother.texts("متى يعود ابني")
        mother.receives("عند الخطر اتصل بالرقم 112.")
        assert "språk: arabiska" in await anna.opens(anna.card("Vårdnadshavare, Norrvik"))
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_number_that_nobody_has_checked_is_left_out(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bris was checked more than a year ago. 112 always stands, and the leader is told once."""
    monkeypatch.setattr(nights, "CONFIG", nights.CONFIG + HELP_NUMBERS)
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await duty(night)
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await nova.texts("vem kan jag ringa")
        anna.card()
        nova.receives("ring 112. Socialjouren: ring 08-12 34 56.")
        nova.receives("Bris", times=0)

        await night.minutes_pass(5)
        await night.minutes_pass(60)
        lena.is_told("har inte kontrollerats på ett år och utelämnas: Bris.", times=1)
        night.expect_nothing_else()
        await night.nothing_waits()
