"""What is set at enrolment, read from a file, asked about again and forgotten with the youth."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.clock import Clock
from bot.domain.consent import LinkConsent, Says, SmsStop, StopState
from bot.domain.ids import ContactId, NamndId
from bot.domain.people import AgeBand, Role, World
from bot.ports import Tx
from bot.services.imports.consent_lines import OPTIONAL
from bot.services.imports.csv_table import read_table
from bot.services.imports.youths import COLUMNS, import_youths
from bot.texts import import_words as words
from storage.store import SqlStore
from tests.acceptance.night import NORRVIK, Night, Person, a_night
from tests.consent.telling import JENNY, NOVA, begins_text, enrols_younger, filled, opens_consent
from tests.imports.given import ADMIN, context, said, with_staff


async def opens_form(night: Night, person: Person) -> None:
    await person.opens_home()
    home = night.sandbox.slack.state()["homes"][person.user]
    await night.sandbox.slack.click(person.user, action_id="enrol", view_id=home["id"])
    await night.settles()


async def test_under_fifteen_without_a_ground_is_not_enrolled(tmp_path: Path, database_url: str) -> None:
    """A handläggare's decision needs a reason, a name and a day; then it is kept with when to ask again."""
    async with a_night(tmp_path, database_url, "2026-11-23 09:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        night.secret_words.update({"Nova Berg", "Eva Ström"})
        await opens_form(night, anna)
        form: dict[str, Any] = {
            "what": {"enrol_what": "youth"},
            "namnd": {"field": "norrvik"},
            "name": {"field": "Nova Berg"},
            "number": {"field": "070-174 06 05"},
            "age_band": {"field": "under_12"},
            "basis": {"field": "override"},
            "basis_reason": {"field": "Bor hos mormor"},
            "language": {"field": "sv"},
            "flags": {"field": ["no_sms"]},
        }
        done = await anna.submits(form)
        assert "vem som har beslutat" in done["errors"]["decided_by"]
        signed = {**form, "decided_by": {"field": "Eva Ström"}, "decided_on": {"date": "2026-12-24"}}
        done = await anna.submits(signed)
        assert "inte varit än" in done["errors"]["decided_on"]
        done = await anna.submits({**signed, "decided_on": {"date": "2026-11-20"}})
        assert not done.get("errors"), done
        await anna.closes_modal()

        def kept(tx: Tx) -> tuple[str, date | None, date | None, bool]:
            contact = tx.people.contact_by_number(NOVA)
            assert contact is not None
            decision = tx.consents.of_youths([contact.links[0].youth.id])[contact.links[0].youth.id]
            stop = tx.consents.stop_of(contact.contact.id, NORRVIK, World.BEREDSKAP)
            return decision.decided_by, decision.decided_on, decision.review_on, stop is not None and stop.is_stopped

        assert await night.writes(kept) == ("Eva Ström", date(2026, 11, 20), date(2027, 5, 24), True)
        night.phone(NOVA)
        done, described = await begins_text(night, anna, "nova", "Hej Nova!")
        assert "Ring i stället" in str(done["errors"])
        assert described == ["Norrvik · Inga sms: ring"]
        night.expect_nothing_else()


async def test_the_leader_is_told_whose_age_and_consent_to_ask_about(tmp_path: Path, database_url: str) -> None:
    """Once a week, with a code and no name, until a familjebehandlare has done it."""
    async with a_night(tmp_path, database_url, "2026-11-22 12:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        _, youth = await enrols_younger(night, "Nova Berg", NOVA, NORRVIK)
        await night.enrols("Tor Falk", "+46701740608", NORRVIK)  # 15 or older

        await night.clock_reaches("2026-11-23 08:30")
        told = lena.is_told("Ålder och samtycke ska ses över")
        assert youth.case_code in told.words
        await night.clock_reaches("2026-11-24 09:00")
        lena.is_told("Ålder och samtycke ska ses över", times=1)  # not each day
        await opens_consent(night, anna, youth)
        done = await anna.submits(filled(anna, age_band="15_or_over", basis="fifteen_or_over"))
        assert not done.get("errors"), done
        await night.clock_reaches("2026-11-30 09:00")

        lena.is_told("Ålder och samtycke ska ses över", times=1)
        lena.is_told("Ingen har beredskap", times=len([m for m in lena.messages() if "Ingen har beredskap" in m.words]))
        assert (await night.writes(lambda tx: tx.people.youth(youth.id))).age_band is AgeBand.FROM_15
        night.expect_handovers()
        night.expect_nothing_else()


async def test_two_who_change_it_at_once(tmp_path: Path, database_url: str) -> None:
    """Whoever saves second is told that it has changed, and nothing of the first is lost."""
    async with a_night(tmp_path, database_url, "2026-11-20 10:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        bo = await night.hires("Bo Lind", NORRVIK)
        night.opens_channels()
        _, youth = await enrols_younger(night, "Nova Berg", NOVA, NORRVIK)
        await opens_consent(night, anna, youth)
        await opens_consent(night, bo, youth)

        await anna.submits(filled(anna, basis="child_consent_21_1"))
        done = await bo.submits(filled(bo, basis_reason="något annat"))

        assert "Läget har ändrats" in str(done["errors"])
        assert (await night.writes(lambda tx: tx.people.youth(youth.id))).basis.value == "child_consent_21_1"
        night.expect_nothing_else()


async def test_the_first_text_says_where_to_read_about_it(tmp_path: Path, database_url: str) -> None:
    """Once to each enrolled number, and never to somebody unknown."""
    settings = '\n[information]\nurl = "https://norrvik.example/sms"\n'
    async with a_night(tmp_path, database_url, "2026-11-20 18:00", settings=settings) as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK)
        stranger = night.phone(JENNY)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await night.on_beredskap(anna, "2026-11-21 10:00", "2026-11-21 22:00")

        await nova.texts("hej är nån där")
        nova.receives("https://norrvik.example/sms")
        await stranger.texts("vem är ni")
        stranger.receives("Vi känner inte igen numret")
        stranger.receives("norrvik.example", times=0)
        await night.clock_reaches("2026-11-21 11:00")
        await nova.texts("hej igen")

        nova.receives("norrvik.example", times=1)
        nova.receives("tystnadsplikt", times=2)


# --- from a file ---------------------------------------------------------------------------------

HEADINGS = ";".join((*COLUMNS, *OPTIONAL))
CHILD = "N-9;norrvik;Nova Berg;12-14;vårdnadshavares samtycke;;Nova Berg;ungdom;070-174 06 05;;"
MOTHER = "N-9;norrvik;Nova Berg;12-14;vårdnadshavares samtycke;;Jenny Berg;vårdnadshavare;070-174 06 06;;"


async def reads(store: SqlStore, clock: Clock, *rows: str) -> Any:
    ctx = context(store, clock)
    return await import_youths(
        read_table("\n".join([HEADINGS, *rows]).encode(), COLUMNS, OPTIONAL), ctx=ctx, as_email=ADMIN
    )


async def test_a_file_says_who_decided_and_what_stands_in_the_way(store: SqlStore, clock: Clock) -> None:
    await with_staff(context(store, clock))
    first = await reads(
        store,
        clock,
        f"{CHILD};Jenny Berg;2026-09-14;;;inga",
        f"{MOTHER};Jenny Berg;2026-09-14;ja;2026-09-14;inga sms, aldrig den andra",
    )
    assert (first.added, first.problems) == (2, ())

    def kept(tx: Tx) -> tuple[Any, ...]:
        mother = tx.people.contact_by_number(JENNY)
        assert mother is not None
        youth_id = mother.links[0].youth.id
        decision = tx.consents.of_youths([youth_id])[youth_id]
        stop = tx.consents.stop_of(mother.contact.id, NORRVIK, World.BEREDSKAP)
        assert stop is not None
        links = {link.contact_id: link for link in tx.consents.of_links([youth_id])}
        mine = links[mother.contact.id]
        return decision.decided_by, decision.decided_on, mine.says, mine.bars_other, stop.state, decision.review_on

    found = await store.read(kept)
    assert found[:5] == ("Jenny Berg", date(2026, 9, 14), Says.GIVEN, True, StopState.STOPPED)
    assert found[5] is not None

    again = await reads(store, clock, f"{CHILD};;;;;", f"{MOTHER};;;;;")
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2), "an empty cell leaves it as it is"
    changed = await reads(store, clock, f"{CHILD};;;;;", f"{MOTHER};;;nej;2026-11-02;inga")
    assert [set(change.columns) for change in changed.changes if change.columns] == [{"samtycke", "spärrar"}]
    assert (await store.read(kept))[2:5] == (Says.REFUSED, False, StopState.OPEN)


@pytest.mark.parametrize(
    ("cells", "column", "part"),
    [
        (";14/9 2026;;;", "beslutsdag", words.BAD_DAY),
        (";;kanske;;", "samtycke", "”kanske”"),
        (";;;;aldrig på natten", "spärrar", "inga sms, aldrig den andra, inga"),
        ("20110512-1234;;;;", "beslutat av", words.PERSONNUMMER),
    ],
)
async def test_what_is_wrong_in_a_file_is_said(
    store: SqlStore, clock: Clock, cells: str, column: str, part: str
) -> None:
    await with_staff(context(store, clock))
    result = await reads(store, clock, f"{MOTHER};{cells}")

    assert said(result.problems) == [(2, column)]
    assert part in result.problems[0].text


# --- at rest --------------------------------------------------------------------------------------


async def test_what_was_asked_while_nobody_knew_them_goes_until_the_namnd_knows_more(
    store: SqlStore, clock: Clock
) -> None:
    def change(tx: Tx) -> list[StopState | None]:
        contact = tx.people.ensure_contact(NOVA).contact.id
        now = context(store, clock).clock.now()
        sodermark = NamndId("sodermark")

        def known(namnd: NamndId | None, world: World = World.BEREDSKAP) -> StopState | None:
            found = tx.consents.stop_of(contact, namnd, world)
            return None if found is None else found.state

        def keep(namnd: NamndId | None, state: StopState) -> None:
            tx.consents.save_stop(SmsStop(contact, namnd, World.BEREDSKAP, state, None, now))

        seen = [known(NORRVIK)]
        keep(None, StopState.STOPPED)
        seen += [known(None), known(NORRVIK), known(sodermark), known(NORRVIK, World.MYNDIGHET)]
        keep(NORRVIK, StopState.OPEN)
        return [*seen, known(NORRVIK), known(sodermark), known(None)]

    stopped, opened = StopState.STOPPED, StopState.OPEN
    assert await store.write(change) == [None, stopped, stopped, stopped, None, opened, stopped, stopped]


async def test_consent_goes_with_its_youth(store: SqlStore, clock: Clock) -> None:
    await with_staff(context(store, clock))
    await reads(store, clock, f"{MOTHER};Jenny Berg;2026-09-14;ja;2026-09-14;inga sms")

    def erase(tx: Tx) -> tuple[dict[Any, Any], list[LinkConsent], SmsStop | None]:
        mother = tx.people.contact_by_number(JENNY)
        assert mother is not None
        youth_id, contact_id = mother.links[0].youth.id, ContactId(mother.contact.id)
        tx.erasing.erase_youth(youth_id, context(store, clock).clock.now())
        stop = tx.consents.stop_of(contact_id, NORRVIK, World.BEREDSKAP)
        return tx.consents.of_youths([youth_id]), tx.consents.of_links([youth_id]), stop

    assert await store.write(erase) == ({}, [], None)
