"""Whom we may not be the first to write to; and that whoever writes to us is received and answered all the same."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from bot.domain.consent import LinkConsent, Says
from bot.domain.people import AgeBand, Basis
from tests.acceptance.night import NORRVIK, SODERMARK, a_night
from tests.acceptance.test_carrier_faults import until
from tests.consent.telling import (
    JENNY,
    MATS,
    NOVA,
    begins_text,
    enrols_guardian,
    enrols_younger,
    filled,
    of,
    opens_consent,
)


async def test_a_ground_that_does_not_carry_holds_our_first_text_and_nothing_else(
    tmp_path: Path, database_url: str
) -> None:
    """A handläggare's decision that nobody has signed: the child who writes is answered, and so is a later reply."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, youth = await enrols_younger(
            night, "Nova Berg", NOVA, NORRVIK, age=AgeBand.UNDER_12, basis=Basis.OVERRIDE
        )
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")

        done, described = await begins_text(night, anna, "nova", "Hej Nova, hur är det?")
        assert "Grunden räcker inte" in str(done["errors"])
        assert described == ["Norrvik · Grund saknas för att skriva först"]
        await anna.closes_modal()

        await nova.texts("mamma är arg")
        nova.receives("tystnadsplikt")
        assert "Grunden räcker inte för att skriva först" in await anna.opens(anna.card("Ett sms väntar"))
        done = await anna.writes("Jag är här. Vad händer?")
        assert not done.get("errors"), done
        nova.receives("Jag är här. Vad händer?")
        assert await opens_consent(night, anna, youth)
        night.expect_nothing_else()


async def test_somebody_who_has_been_ended_is_received_and_answered(tmp_path: Path, database_url: str) -> None:
    """Enrolled no more: a stranger, and strangers are read and answered."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, youth = await enrols_younger(night, "Nova Berg", NOVA, NORRVIK, age=AgeBand.UNDER_12)
        await night.writes(lambda tx: tx.people.save_youth(replace(youth, is_active=False)))
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")

        await nova.texts("kan nån hjälpa mig")

        nova.receives("Vi känner inte igen numret")
        await anna.replies("Ring 112 om det är fara.", card=anna.card("Ett sms väntar"))
        nova.receives("Ring 112 om det är fara.")
        night.expect_nothing_else()


async def test_the_other_parent_is_never_written_to_first(tmp_path: Path, database_url: str) -> None:
    """Jenny is to be protected: the line stands where one writes, Mats is answered when he writes, never written to."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        sara = await night.hires("Sara Holm", SODERMARK)
        night.opens_channels()
        _, youth = await night.enrols("Nova Berg", NOVA, NORRVIK)
        jenny = await enrols_guardian(night, "Jenny Berg", JENNY, youth)
        mats = await enrols_guardian(night, "Mats Falk", MATS, youth)
        await night.on_beredskap(sara, "2026-11-20 17:00", "2026-11-20 22:00")
        await opens_consent(night, anna, youth)
        await anna.submits(filled(anna, **{of(anna, "flags", 1): ["bars_other"]}))
        assert "Sparat" in anna.reads()
        await anna.closes_modal()

        done, described = await begins_text(night, sara, "mats", "Hej Mats, vi undrar över Nova.")
        assert "skydda den andra vårdnadshavaren" in str(done["errors"])
        assert described == ["Norrvik · Spärrat: fråga hemnämnden"]
        await sara.closes_modal()
        done, described = await begins_text(night, sara, "jenny", "Hej Jenny, ring oss gärna.")
        assert not done.get("errors"), done
        assert described == ["Norrvik · Aldrig den andra vårdnadshavaren"]
        jenny.receives("Hej Jenny, ring oss gärna.")
        assert "Kontakta aldrig den andra vårdnadshavaren" in await sara.opens(sara.card())
        assert "consent" not in str(sara.modal()["blocks"]), "the one on duty sees it and does not change it"
        await sara.closes_modal()

        await mats.texts("var är min dotter")
        mats.receives("kommit fram")
        shown = await sara.opens(sara.card("Ett sms väntar"))
        assert "Skriv inte först" in shown
        assert "Jenny" not in shown
        await sara.closes_modal()
        night.expect_nothing_else()


async def test_two_guardians_disagree(tmp_path: Path, database_url: str) -> None:
    """One refuses: nothing first from us until somebody has decided that it is done all the same, and it is written."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, youth = await enrols_younger(night, "Nova Berg", NOVA, NORRVIK)
        await enrols_guardian(night, "Jenny Berg", JENNY, youth)
        await enrols_guardian(night, "Mats Falk", MATS, youth)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await opens_consent(night, anna, youth)
        says = {of(anna, "says", 0): "given", of(anna, "says", 1): "refused"}
        await anna.submits(filled(anna, **says))
        await anna.closes_modal()

        done, _ = await begins_text(night, anna, "nova berg", "Hej Nova!")
        assert "En vårdnadshavare samtycker inte" in str(done["errors"])
        await anna.closes_modal()
        await opens_consent(night, anna, youth)
        decided = {"basis_reason": "FB 6 kap. 13 a §", "decided_by": "Eva Ström", "decided_on": "2026-11-19"}
        await anna.submits(filled(anna, **decided))
        await anna.closes_modal()
        done, _ = await begins_text(night, anna, "nova berg", "Hej igen Nova!")

        assert not done.get("errors"), done
        nova.receives("Hej igen Nova!")
        anna.card("Inget väntar")
        kept = await night.writes(lambda tx: tx.consents.of_links([youth.id]))
        assert {link.says for link in kept} == {Says.UNKNOWN, Says.GIVEN, Says.REFUSED}
        assert [ground for _, ground, _ in night.audit("consent_changed")] == ["guardian_consent"] * 2
        night.expect_nothing_else()


async def test_a_barrier_that_comes_while_a_text_waits_holds_it(tmp_path: Path, database_url: str) -> None:
    """Asked again at the moment when it is to leave: what was written goes no further, its author is told."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        _, youth = await enrols_younger(night, "Nova Berg", NOVA, NORRVIK)
        mats = await enrols_guardian(night, "Mats Falk", MATS, youth)
        jenny = await enrols_guardian(night, "Jenny Berg", JENNY, youth)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        night.sandbox.carrier.faults.set("carrier", "limited")

        await begins_text(night, anna, "mats", "Hej Mats, ring oss.")
        contact = await night.writes(lambda tx: tx.people.contact_by_number(jenny.number))
        barred = LinkConsent(contact.contact.id, youth.id, Says.GIVEN, date(2026, 11, 1), bars_other=True)
        await night.writes(lambda tx: tx.consents.save_link(barred))
        night.sandbox.carrier.faults.set("carrier", "ok")
        await until(night, lambda: any("spärrat" in said.words for said in anna.messages() if not said.is_card))

        assert mats.inbox() == []
        anna.is_told("spärrat för att skydda den andra vårdnadshavaren")
        anna.card()
        night.expect_nothing_else()
