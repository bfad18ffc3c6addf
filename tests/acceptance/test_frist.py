"""/frist: what is registered and what it says then, and every button and form of a clock as a person meets them."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from bot.domain.people import Role
from storage.tables import DeadlineRow
from tests.acceptance.night import MYNDIGHET_NUMBER, NORRVIK, SODERMARK, Night, Person, a_night
from tests.acceptance.office import Clerk, errors_of, works

FRIDAY = "2026-11-20 14:30"
PERSONNUMMER = "20121212-1212"


@dataclass
class Office:
    """Norrvik's unit, one handläggare of another nämnd, and somebody who has beredskap."""

    night: Night
    ingrid: Clerk
    lars: Clerk
    johan: Clerk
    petra: Clerk
    anna: Person


@asynccontextmanager
async def an_office(folder: Path, database_url: str, at: str = FRIDAY) -> AsyncIterator[Office]:
    async with a_night(folder, database_url, at) as night:
        office = Office(
            night,
            ingrid=await works(night, "Ingrid Strand", NORRVIK),
            lars=await works(night, "Lars Borg", NORRVIK),
            johan=await works(night, "Johan Kvist", NORRVIK, Role.LEADER),
            petra=await works(night, "Petra Wall", SODERMARK),
            anna=await night.hires("Anna Berg", NORRVIK),
        )
        await night.on_beredskap(office.anna, "2026-11-20 10:00", "2026-11-20 22:00")
        yield office


def clocks(night: Night) -> list[Any]:
    return night.rows(sa.select(DeadlineRow.__table__).order_by(col(DeadlineRow.kind)))  # type: ignore[attr-defined]


# --- Ny frist ------------------------------------------------------------------


async def test_a_friday_afternoon_says_by_when_they_must_be_summoned(tmp_path: Path, database_url: str) -> None:
    async with an_office(tmp_path, database_url) as office:
        ingrid = office.ingrid
        await ingrid.frist()
        assert ingrid.modal()["title"]["text"] == "Ny frist"
        kinds = ("allvarssamtal", "forhandsbedomning", "skyddsbedomning")
        done = await ingrid.registers("k – 123", *kinds, at="14.20", gender="pojke", flags=("wants_feedback",))

        assert not done.get("errors"), done
        assert ingrid.reads().splitlines() == [
            "Fristerna har startat",
            "*K-123* omedelbar skyddsbedömning",
            "sista dagen är i dag.",
            "Öppna",
            "*K-123* allvarssamtal",
            "måste kallas i dag före 17.00; tiden går ut söndag 14.20.",
            "Öppna",
            "*K-123* förhandsbedömning",
            "sista dagen är fredag 4/12.",
            "Öppna",
        ]
        assert {row.kind for row in clocks(office.night)} == set(kinds)

        await ingrid.presses_first("clock_open")
        assert "omedelbar skyddsbedömning" in ingrid.reads()
        assert len(ingrid.modals()) == 2


async def test_what_runs_out_on_a_day_off_is_said_plainly(tmp_path: Path, sqlite_database_url: str) -> None:
    """A Saturday, on which nobody is at work; a Sunday; and four months that end at Christmas."""
    async with an_office(tmp_path, sqlite_database_url, "2026-11-21 11:00") as office:
        await office.ingrid.frist()
        await office.ingrid.registers("K-1", "skyddsbedomning", "allvarssamtal", on="2026-11-21", at="10.30")
        said = office.ingrid.reads()
        assert "gör det nu: sista dagen är i dag, en ledig dag, och ingen arbetsdag är kvar före den" in said
        assert "*K-1* allvarssamtal\nmåste kallas före måndag 10.30." in said
        await office.ingrid.closes_all()

        await office.ingrid.frist()
        await office.ingrid.registers("K-2", "forhandsbedomning", on="2026-11-08", at="9")
        assert "ska göras senast" not in office.ingrid.reads()  # Sunday 22/11: no working day is left
        assert "ingen arbetsdag är kvar" in office.ingrid.reads()
        await office.ingrid.closes_all()

        await office.ingrid.frist()
        await office.ingrid.registers("K-4", "utredning", on="2026-08-26", at="00.00")
        assert "ska göras senast onsdag 23/12: sista dagen är lördag 26/12, en ledig dag" in office.ingrid.reads()


async def test_what_is_wrong_stands_by_its_field_and_is_never_said_again(
    tmp_path: Path, sqlite_database_url: str
) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        ingrid, night = office.ingrid, office.night
        night.secret_words.update({PERSONNUMMER, "201212121212", "Nova Berg"})
        await ingrid.frist()
        done = await ingrid.registers(PERSONNUMMER, "allvarssamtal", at="halv tre")
        assert errors_of(done) == {
            "case_ref": "Det ser ut som ett personnummer. Skriv ärendebeteckningen i stället.",
            "received_time": "Skriv ett klockslag, till exempel 14.20.",
        }
        done = await ingrid.registers("Nova Berg", "forhandsbedomning", at="15.10", flags=("has_open_utredning",))
        errors = errors_of(done)
        assert set(errors) == {"case_ref", "received_time", "kinds"}
        assert "Det har inte inträffat än." in errors["received_time"]
        assert not any("Nova" in words for words in errors.values())
        done = await ingrid.registers("K-123", "forhandsbedomning", "allvarssamtal", at="14.20")
        assert not done.get("errors"), done
        await ingrid.closes_all()

        await ingrid.frist()
        again = await ingrid.registers("K-123", "allvarssamtal", at="14.20")
        assert errors_of(again) == {"case_ref": "Fristen finns redan: samma ärende, samma slag och samma tid."}
        assert len(clocks(night)) == 2
        night._expect_secrecy()


async def test_an_empty_time_never_leaves_the_form(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        await office.ingrid.frist()
        done = await office.ingrid.registers("K-123", "allvarssamtal")
        assert set(errors_of(done)) == {"received_time"}
        assert clocks(office.night) == []


async def test_with_an_utredning_open_no_forhandsbedomning_is_started(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        await office.ingrid.frist()
        flags = ("has_open_utredning", "police_hold")
        await office.ingrid.registers("K-123", "forhandsbedomning", "allvarssamtal", at="14.20", flags=flags)
        said = office.ingrid.reads()
        assert "Förhandsbedömning har inte startats, eftersom en utredning redan pågår." in said
        assert "Polisen ber oss vänta, så inget får nå familjen. Tiden går ändå." in said
        assert [row.kind for row in clocks(office.night)] == ["allvarssamtal"]


async def test_pressed_twice_it_is_registered_once(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        ingrid = office.ingrid
        await ingrid.frist()
        view, slack = ingrid.modal()["id"], office.night.sandbox.slack
        values: dict[str, dict[str, Any]] = {
            "case_ref": {"field": "K-123"},
            "kinds": {"field": ["forhandsbedomning"]},
            "received_time": {"field": "14.20"},
            "gender": {"field": "flicka"},
        }
        both = await asyncio.gather(*(slack.submit(ingrid.user, view, values) for _ in range(2)))
        assert [answer["errors"] for answer in both] == [None, None]
        assert len(clocks(office.night)) == 1
        assert "*K-123* förhandsbedömning" in ingrid.reads()


async def test_two_namnder_each_with_their_own_people(tmp_path: Path, sqlite_database_url: str) -> None:
    """What has been typed stays when the nämnd is changed; who was chosen in the other does not."""
    async with an_office(tmp_path, sqlite_database_url) as office:
        night, ingrid = office.night, office.ingrid
        both = frozenset(office.ingrid.staff.roles | office.petra.staff.roles)
        staff = type(ingrid.staff)(**{**_fields(ingrid.staff), "roles": both})
        await night.writes(lambda tx: tx.staff.save(staff))
        await ingrid.frist()
        assert "owner_norrvik" in str(ingrid.modal())
        named = {option["text"]["text"] for _, menu in ingrid.elements("owner") for option in menu["options"]}
        assert named == {"Ingen än", "Ingrid Strand", "Johan Kvist", "Lars Borg"}
        typed = {"case_ref": {"field": "S-7"}, "kinds": {"field": ["utredning"]}}
        await ingrid.presses_in_modal("clock_namnd", selected="sodermark", values=typed)
        named = {option["text"]["text"] for _, menu in ingrid.elements("owner") for option in menu["options"]}
        assert named == {"Ingen än", "Ingrid Strand", "Petra Wall"}
        done = await ingrid.submits(
            {
                "received_time": {"field": "8"},
                "gender": {"field": "okant"},
                ingrid.owner_block(): {"owner": office.petra.staff.id},
            }
        )
        assert not done.get("errors"), done
        assert [(row.namnd, row.case_ref, row.owner) for row in clocks(night)] == [
            ("sodermark", "S-7", office.petra.staff.id)
        ]


def _fields(staff: Any) -> dict[str, Any]:
    return {name: getattr(staff, name) for name in staff.__dataclass_fields__}


# --- what can be typed ------------------------------------------------------------


@pytest.mark.parametrize("word", ["hjälp", "  HJÄLP ", "vad kan du", "Nova"])
async def test_what_is_not_understood_is_answered_with_help(
    tmp_path: Path, sqlite_database_url: str, word: str
) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        said = await office.ingrid.frist(word)
        assert "Skriv `/frist` för att registrera en ny frist" in said
        assert said.startswith("Det förstår jag inte.") is (word.strip().casefold() != "hjälp")
        assert "Nova" not in said


@pytest.mark.parametrize("text", [PERSONNUMMER, "201212121212", "K-121212-1212"])
async def test_a_personnummer_is_refused_and_stands_nowhere(
    tmp_path: Path, sqlite_database_url: str, text: str
) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        office.night.secret_words.add(text)
        assert "Det ser ut som ett personnummer" in await office.ingrid.frist(text)
        office.night._expect_secrecy()


async def test_the_list_the_case_and_the_unit(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        ingrid, lars, johan = office.ingrid, office.lars, office.johan
        await ingrid.frist()
        await ingrid.registers("K-123", "allvarssamtal", "forhandsbedomning", at="14.20")
        await ingrid.closes_all()

        for word in ("lista", "Mina"):
            await ingrid.frist(word)
            assert "*K-123* allvarssamtal" in ingrid.reads()
            await ingrid.closes_all()
        await ingrid.frist("k-123")
        assert ingrid.modal()["title"]["text"] == "Ärende K-123"
        await ingrid.closes_all()

        await lars.frist("lista")
        assert "Du har inga frister igång." in lars.reads()
        await lars.closes_all()
        await johan.frist("enheten")
        assert "*K-123* förhandsbedömning" in johan.reads()
        assert f"<@{ingrid.user}>" in johan.reads()
        await johan.presses_first("clock_open")
        assert len(johan.modals()) == 2


async def test_a_case_that_one_may_not_see_and_one_that_does_not_exist_answer_the_same(
    tmp_path: Path, sqlite_database_url: str
) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        await office.ingrid.frist()
        await office.ingrid.registers("K-123", "forhandsbedomning", at="14.20")
        said = set()
        for clerk in (office.lars, office.petra):
            for ref in ("K-123", "K-999"):
                await clerk.frist(ref)
                said.add(clerk.reads())
                await clerk.closes_all()
        assert len(said) == 1
        assert "Det finns ingen frist med den beteckningen som du kan se." in said.pop()


@pytest.mark.parametrize("word", ["", "lista", "K-123", "enheten", "frånvaro"])
async def test_whoever_has_the_duty_is_told_nothing(tmp_path: Path, sqlite_database_url: str, word: str) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        await office.ingrid.frist()
        await office.ingrid.registers("K-123", "forhandsbedomning", at="14.20")
        anna = Clerk(office.night, office.anna.staff)
        await anna.frist(word)
        assert anna.reads().splitlines() == [
            "Det går inte",
            "Det här hör till myndighetsutövningen, som beredskapen inte har insyn i.",
        ]


async def test_only_a_leader_sees_the_unit(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        await office.ingrid.frist("enheten")
        assert "Det här gör enhetens ledare." in office.ingrid.reads()


# --- the clock, and what is done with it ----------------------------------------------


async def test_a_decision_is_kept_and_the_page_below_shows_it(tmp_path: Path, database_url: str) -> None:
    async with an_office(tmp_path, database_url) as office:
        ingrid = office.ingrid
        said = await ingrid.starts("K-123", "forhandsbedomning", at="14.20", flags=("wants_feedback",))
        assert "förhandsbedömning" in said
        await ingrid.presses_in_modal("clock_settle")
        assert "K-123 · förhandsbedömning" in ingrid.reads()
        assert len(ingrid.modals()) == 3
        wrong = await ingrid.submits({"outcome": {"field": "inleds"}, "on": {"date": "2026-11-24"}})
        assert errors_of(wrong) == {"on": "Det har inte inträffat än. Kontrollera dag och klockslag."}
        done = await ingrid.submits({"on": {"date": "2026-11-20"}})
        assert not done.get("errors"), done
        assert len(ingrid.modals()) == 2
        assert "✅ utredning inleds" in ingrid.reads()
        assert {row.kind for row in clocks(office.night)} == {
            "forhandsbedomning",
            "utredning",
            "aterkoppling_anmalare",
        }


async def test_a_talk_that_was_held_wants_a_time_and_one_that_was_not_a_reason(
    tmp_path: Path, sqlite_database_url: str
) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        ingrid = office.ingrid
        await ingrid.starts("K-123", "allvarssamtal", at="08.20", flags=("has_contact",))
        await ingrid.presses_in_modal("clock_settle")
        wrong = await ingrid.submits({"outcome": {"field": "held"}})
        assert errors_of(wrong) == {"time": "Skriv ett klockslag, till exempel 14.20."}
        wrong = await ingrid.submits({"outcome": {"field": "declined"}, "time": {"field": ""}})
        assert errors_of(wrong) == {"reason": "Välj en orsak."}
        done = await ingrid.submits(
            {"outcome": {"field": "held"}, "time": {"field": "14.00"}, "with_police": {"field": "yes"}}
        )
        assert not done.get("errors"), done
        assert "✅ samtalet hölls" in ingrid.reads()
        [talk] = clocks(office.night)
        assert (talk.outcome, talk.with_police) == ("held", True)


async def test_more_time_wants_who_decided_and_why(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        ingrid = office.ingrid
        await ingrid.starts("K-123", "forhandsbedomning", at="14.20")
        await ingrid.presses_in_modal("clock_extend")
        values = {"decided_by": {"field": "Enhetschefen"}, "reason": {"field": PERSONNUMMER}}
        wrong = await ingrid.submits({"to": {"date": "2026-12-04"}, **values})
        assert errors_of(wrong) == {
            "to": "Välj en dag efter den som gäller nu.",
            "reason": "Det ser ut som ett personnummer. Skriv det inte här.",
        }
        done = await ingrid.submits({"to": {"date": "2026-12-11"}, "reason": {"field": "Väntar på underlag."}})
        assert not done.get("errors"), done
        said = ingrid.reads()
        assert "Enhetschefen" in said
        assert "Väntar på underlag." in said
        assert "11" in said


async def test_a_later_reminder_has_an_end_and_a_reason(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        ingrid = office.ingrid
        await ingrid.starts("K-123", "forhandsbedomning", at="14.20")
        await ingrid.presses_in_modal("clock_snooze")
        [(_, picker)] = [e for e in ingrid.elements("date") if e[0]["block_id"] == "until"]
        assert picker["initial_date"] == "2026-11-23"  # the next working day
        wrong = await ingrid.submits({"until": {"date": "2026-11-28"}, "reason": {"field": "Väntar på BUP."}})
        assert errors_of(wrong) == {"until": "Det är en ledig dag. Välj en arbetsdag."}
        done = await ingrid.submits({"until": {"date": "2026-11-26"}})
        assert not done.get("errors"), done
        assert "Väntar på BUP." in ingrid.reads()


async def test_police_hold_contact_and_withdrawal_are_one_press_each(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        ingrid = office.ingrid
        await ingrid.starts("K-123", "allvarssamtal", at="14.20")
        await ingrid.presses_in_modal("clock_contact")
        assert "Kontaktuppgifter: finns" in ingrid.reads()
        await ingrid.presses_in_modal("clock_hold")
        assert "Polisen ber oss vänta." in ingrid.reads()
        assert "clock_summon" not in ingrid.buttons()
        await ingrid.presses_in_modal("clock_lift")
        assert "clock_summon" in ingrid.buttons()
        await ingrid.presses_in_modal("clock_withdraw")
        assert "registrerad av misstag" in ingrid.reads()
        assert "clock_settle" not in ingrid.buttons()


async def test_summoned_by_phone_counts(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        ingrid = office.ingrid
        await ingrid.starts("K-123", "allvarssamtal", at="14.20")
        await ingrid.presses_in_modal("clock_summoned")
        wrong = await ingrid.submits({"who": {"field": ["child"]}, "time": {"field": "14.10"}})
        assert errors_of(wrong) == {"on": "Det är före den tid då det kom in. Kontrollera dag och klockslag."}
        done = await ingrid.submits({"who": {"field": ["child", "guardian"]}, "time": {"field": "14.25"}})
        assert not done.get("errors"), done
        assert re.search(r"Barnet kallat: .*14\.25", ingrid.reads())
        [talk] = clocks(office.night)
        assert talk.guardian_summoned_at is not None


async def test_whoever_reported_asks_to_be_told(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        await office.ingrid.starts("K-123", "forhandsbedomning", at="14.20")
        await office.ingrid.presses_in_modal("clock_feedback")
        assert "Den som anmälde vill ha återkoppling." in office.ingrid.reads()
        assert "clock_feedback" not in office.ingrid.buttons()


async def test_home_follows_what_is_done_above_it(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        ingrid = office.ingrid
        assert "Du har inga frister igång." in await ingrid.opens_home()
        await ingrid.starts("K-123", "forhandsbedomning", on="2026-11-02", at="14.20")
        assert "orsak inte angiven" in ingrid.drawn_home()
        await ingrid.presses_in_modal("clock_reason")
        await ingrid.presses_in_modal("clock_reason_pick", selected="arbetsbelastning")
        assert "hög arbetsbelastning" in ingrid.drawn_home()


async def test_why_it_is_late_is_one_choice(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        ingrid = office.ingrid
        await ingrid.starts("K-123", "forhandsbedomning", on="2026-11-02", at="14.20")
        assert "clock_reason" in ingrid.buttons()
        await ingrid.presses_in_modal("clock_reason")
        await ingrid.presses_in_modal("clock_reason_pick", selected="arbetsbelastning")
        assert "Orsaken är sparad." in ingrid.reads()
        await ingrid.closes_modal()
        assert "hög arbetsbelastning" in ingrid.reads()


async def test_a_leader_gives_it_to_somebody_and_the_list_below_follows(
    tmp_path: Path, sqlite_database_url: str
) -> None:
    """Unit, clock, form: three modals, and all that are left show who has it now."""
    async with an_office(tmp_path, sqlite_database_url) as office:
        johan, lars = office.johan, office.lars
        await johan.frist()
        await johan.registers("K-123", "forhandsbedomning", at="14.20", owner="nobody")
        assert "Ingen handläggare är vald." in johan.reads()
        await johan.closes_all()

        await johan.frist("enheten")
        assert "ingen handläggare" in johan.reads()
        await johan.presses_first("clock_open")
        await johan.presses_in_modal("clock_assign")
        assert len(johan.modals()) == 3
        done = await johan.submits({"staff": {"owner": lars.staff.id}})
        assert not done.get("errors"), done
        assert [f"<@{lars.user}>" in page for page in johan.all_pages()] == [True, True]
        assert "ingen handläggare" not in johan.all_pages()[0]


async def test_what_nobody_has_is_given_to_somebody_from_the_message(tmp_path: Path, sqlite_database_url: str) -> None:
    """Whoever registers what nobody has cannot open it; the leader is told at once, and gives it away from there."""
    async with an_office(tmp_path, sqlite_database_url) as office:
        ingrid, lars, johan = office.ingrid, office.lars, office.johan
        await ingrid.frist()
        await ingrid.registers("K-123", "allvarssamtal", at="14.20", owner="nobody")
        assert "Ingen handläggare är vald." in ingrid.reads()
        assert "clock_open" not in ingrid.buttons()

        told = johan.told()[-1]
        assert "*K-123* allvarssamtal" in told.words
        await johan.presses("clock_assign", told)
        assert johan.modal()["title"]["text"] == "Utse handläggare"
        done = await johan.submits({"staff": {"owner": lars.staff.id}})
        assert not done.get("errors"), done
        assert johan.modal()["title"]["text"] == "Frist K-123"  # what came of it, in the form's place
        assert f"Handläggare: <@{lars.user}>" in johan.reads()
        assert len(johan.modals()) == 1

        await lars.presses("clock_open", lars.told()[-1])
        assert "*K-123* allvarssamtal" in lars.reads()


async def test_from_home_too(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        johan, slack = office.johan, office.night.sandbox.slack
        await johan.opens_home()
        home = slack.workspace.homes[johan.user]
        for action, title in (
            ("clock_register", "Ny frist"),
            ("clocks_mine", "Mina frister"),
            ("absence", "Frånvaro"),
            ("unit_open", "Enheten"),
        ):
            block = next(b["block_id"] for b in home.blocks if f"'{action}'" in str(b))
            await slack.click(johan.user, action_id=action, view_id=home.id, block_id=block)
            await office.night.settles()
            assert johan.modal()["title"]["text"] == title
            await johan.closes_all()


async def test_the_unit_is_narrowed_and_turned(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        johan = office.johan
        await johan.frist()
        await johan.registers("K-1", "forhandsbedomning", on="2026-11-02", at="14.20")
        await johan.closes_all()
        await johan.frist()
        await johan.registers("K-2", "forhandsbedomning", at="14.20", owner="nobody")
        await johan.closes_all()

        await johan.frist("enheten")
        await johan.presses_in_modal("unit_filter", selected="overdue")
        assert "*K-1*" in johan.reads()
        assert "*K-2*" not in johan.reads()
        await johan.presses_in_modal("unit_filter", selected="unowned")
        assert "*K-1*" not in johan.reads()
        assert "*K-2*" in johan.reads()
        await johan.presses_first("clock_open")
        await johan.closes_modal()
        assert "*K-2*" in johan.reads()


async def test_the_fourth_modal_takes_the_place_of_the_third(tmp_path: Path, sqlite_database_url: str) -> None:
    """A list, a clock, its sibling; the sibling's form stands in its place, and gives it back."""
    async with an_office(tmp_path, sqlite_database_url) as office:
        ingrid = office.ingrid
        await ingrid.frist()
        await ingrid.registers("K-123", "allvarssamtal", "forhandsbedomning", at="14.20")
        await ingrid.closes_all()
        await ingrid.frist("lista")
        await ingrid.presses_first("clock_open")
        assert "allvarssamtal" in ingrid.reads().splitlines()[1]
        await ingrid.presses_first("clock_open")
        assert len(ingrid.modals()) == 3
        assert "förhandsbedömning" in ingrid.reads().splitlines()[1]
        await ingrid.presses_in_modal("clock_settle")
        assert len(ingrid.modals()) == 3
        assert ingrid.modal()["title"]["text"] == "Registrera utfallet"
        done = await ingrid.submits({"outcome": {"field": "inleds_inte"}})
        assert not done.get("errors"), done
        lowest, middle, top = ingrid.all_pages()
        assert "✅ utredning inleds inte" in top
        assert "utredning inleds inte" in middle  # as a sibling
        assert "förhandsbedömning" not in lowest  # the list holds what runs

        await ingrid.presses_first("clock_open")  # back to the first, in the place of the third
        assert len(ingrid.modals()) == 3
        assert "allvarssamtal" in ingrid.reads().splitlines()[1]


async def test_a_press_that_comes_twice_is_done_once(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        ingrid, night = office.ingrid, office.night
        await ingrid.starts("K-123", "forhandsbedomning", at="14.20")
        await ingrid.presses_in_modal("clock_settle")
        view = ingrid.modal()["id"]
        values = {"outcome": {"field": "inleds"}}
        await asyncio.gather(*(night.sandbox.slack.submit(ingrid.user, view, values) for _ in range(2)))
        await night.settles()
        assert [row.kind for row in clocks(night)] == ["forhandsbedomning", "utredning"]

        await ingrid.presses_in_modal("clock_feedback")
        assert len(clocks(night)) == 3


async def test_a_clock_that_somebody_settled_meanwhile_says_so(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        ingrid, johan = office.ingrid, office.johan
        await ingrid.starts("K-123", "allvarssamtal", at="14.20")
        await johan.frist("K-123")
        await johan.presses_first("clock_open")
        await johan.presses_in_modal("clock_withdraw")
        await ingrid.presses_in_modal("clock_hold")
        assert "Läget har ändrats sedan knappen ritades." in ingrid.reads()


# --- who may ------------------------------------------------------------------------


BUTTONS = (
    "clock_open",
    "clock_settle",
    "clock_extend",
    "clock_snooze",
    "clock_assign",
    "clock_reason",
    "clock_hold",
    "clock_lift",
    "clock_contact",
    "clock_summon",
    "clock_summoned",
    "clock_book",
    "clock_no_show",
    "clock_call_off",
    "clock_feedback",
    "clock_withdraw",
)


async def test_a_forged_press_is_refused_and_tells_nothing(tmp_path: Path, sqlite_database_url: str) -> None:
    """Somebody on duty, a colleague who does not have it, and the other nämnd press what they were never shown."""
    async with an_office(tmp_path, sqlite_database_url) as office:
        night = office.night
        await office.ingrid.frist()
        await office.ingrid.registers("K-123", "allvarssamtal", at="14.20")
        [before] = clocks(night)
        for person in (office.anna, office.lars, office.petra):
            for action in BUTTONS:
                seen = await night.forges(person, action, before.id, "{}")
                assert "K-123" not in seen, (action, seen)
                assert "Det går inte" in seen or "insyn" in seen or "kollegas" in seen or "ledare" in seen, seen
        assert clocks(night) == [before]
        refused = [row for row in night.audited(office.anna) if not row.is_allowed]
        assert {row.ground for row in refused} >= {"other_world"}


# --- Frånvaro ----------------------------------------------------------------------


async def test_absence_is_added_shown_and_taken_away(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        ingrid, lars = office.ingrid, office.lars
        await ingrid.starts("K-123", "forhandsbedomning", at="14.20")
        await ingrid.closes_all()
        await ingrid.frist("frånvaro")
        wrong = await ingrid.submits({"last": {"date": "2026-11-19"}, "stand_in_norrvik": {"owner": ingrid.staff.id}})
        assert errors_of(wrong) == {
            "last": "Sista dagen är före den första.",
            "stand_in_norrvik": "Välj någon annan än den som är borta.",
        }
        done = await ingrid.submits({"last": {"date": "2026-11-27"}, "stand_in_norrvik": {"owner": lars.staff.id}})
        assert not done.get("errors"), done
        line = f"<@{ingrid.user}>, fredag 20 november till och med fredag 27 november. <@{lars.user}> ersätter."
        assert line in ingrid.reads()

        await lars.frist("lista")
        assert "*K-123*" in lars.reads()
        assert f"i stället för <@{ingrid.user}>" in lars.reads()
        await lars.closes_all()
        await ingrid.presses_first("absence_remove")
        assert "Ingen frånvaro är inlagd." in ingrid.reads()
        await lars.frist("lista")
        assert "Du har inga frister igång." in lars.reads()

        await ingrid.presses_in_modal("absence")
        assert ingrid.modal()["submit"]["text"] == "Spara"
        assert len(ingrid.modals()) == 1


async def test_somebody_elses_absence_is_taken_away_by_a_leader_alone(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        await office.johan.frist("frånvaro")
        done = await office.johan.submits(
            {
                "staff_norrvik": {"owner": office.ingrid.staff.id},
                "last": {"date": "2026-11-27"},
                "stand_in_norrvik": {"owner": "nobody"},
            }
        )
        assert not done.get("errors"), done
        assert "Ingen ersätter; ledaren har fristerna." in office.johan.reads()
        [(_, button)] = office.johan.elements("absence_remove")
        seen = await office.night.forges(office.lars, "absence_remove", button["value"], "{}")
        assert "Det går inte" in seen or "kollegas" in seen
        await office.ingrid.frist("frånvaro")
        await office.ingrid.presses_first("absence_remove")
        assert "Inlagd frånvaro" not in office.ingrid.reads()
        assert office.ingrid.modal()["submit"]["text"] == "Spara"


# --- Kalla via sms --------------------------------------------------------------------

CHILD, GUARDIAN = "+46701740612", "+46701740613"
TIMES = {
    "day_1": {"date": "2026-11-23"},
    "time_1": {"field": "16.00"},
    "day_2": {"date": "2026-11-24"},
    "time_2": {"field": "15.30"},
}


async def test_a_family_is_summoned_from_the_clock(tmp_path: Path, database_url: str) -> None:
    async with an_office(tmp_path, database_url) as office:
        night, ingrid = office.night, office.ingrid
        child, guardian = night.phone(CHILD), night.phone(GUARDIAN)
        await ingrid.starts("K-123", "allvarssamtal", at="14.20")
        await ingrid.presses_in_modal("clock_summon")
        assert "Så här blir sms:et på svenska:" in ingrid.reads()
        numbers = {"child_number": {"field": "070-174 06 12"}, "guardian_number": {"field": "070-174 06 13"}}
        done = await ingrid.submits({**TIMES, **numbers})
        assert not done.get("errors"), done
        assert ingrid.modal()["title"]["text"] == "Frist K-123"
        for phone in (child, guardian):
            [text] = phone.inbox()
            assert text["status"] == "delivered"
            assert "16.00" in text["body"]
        await ingrid.closes_all()
        await ingrid.frist("K-123")
        await ingrid.presses_first("clock_open")
        assert re.search(r"Barnet kallat: .*14\.3\d", ingrid.reads())
        assert re.search(r"Vårdnadshavare kallad: .*14\.3\d", ingrid.reads())

        await ingrid.presses_in_modal("clock_summon")  # what was used before stands there
        typed = {block["block_id"]: element.get("initial_value") for block, element in ingrid.elements("field")}
        assert typed["guardian_number"] == "070-174 06 13"
        night._expect_secrecy()


async def test_what_is_wrong_with_a_summons_stands_by_its_field(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        ingrid = office.ingrid
        await ingrid.starts("K-123", "allvarssamtal", at="14.20")
        await ingrid.presses_in_modal("clock_summon")
        wrong = await ingrid.submits(
            {
                "day_1": {"date": "2026-11-24"},
                "time_1": {"field": "10.00"},
                "time_2": {"field": "16.00"},
                "day_3": {"date": "2026-11-19"},
                "time_3": {"field": "16.00"},
                "child_number": {"field": "12"},
                "guardian_number": {"field": "070-174 06 99"},
            }
        )
        assert set(errors_of(wrong)) == {"time_1", "time_2", "time_3", "child_number", "guardian_number"}
        assert "skoltid" in errors_of(wrong)["time_1"]
        assert errors_of(wrong)["guardian_number"] == "Det är vårt eget nummer."
        wrong = await ingrid.submits(
            {
                "in_school": {"field": ["yes"]},
                "time_2": {"field": ""},
                "day_3": {"date": ""},
                "time_3": {"field": ""},
                "child_number": {"field": ""},
                "guardian_number": {"field": ""},
            }
        )
        assert errors_of(wrong) == {"guardian_number": "Fyll i minst ett nummer."}
        assert len(ingrid.modals()) == 3


async def test_a_hold_set_meanwhile_stops_the_form(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        ingrid, johan = office.ingrid, office.johan
        phone = office.night.phone(GUARDIAN)
        await ingrid.starts("K-123", "allvarssamtal", at="14.20")
        await ingrid.presses_in_modal("clock_summon")
        await johan.frist("K-123")
        await johan.presses_first("clock_open")
        await johan.presses_in_modal("clock_hold")
        done = await ingrid.submits({**TIMES, "guardian_number": {"field": "070-174 06 13"}})
        assert errors_of(done) == {"time_1": "Polisen ber oss vänta, så familjen får inte kontaktas än."}
        assert phone.inbox() == []


async def test_a_time_agreed_by_phone_that_nobody_came_to(tmp_path: Path, sqlite_database_url: str) -> None:
    """Booked, been, nobody there: the form for a new summons stands ready. A time to come is called off."""
    async with an_office(tmp_path, sqlite_database_url) as office:
        night, ingrid = office.night, office.ingrid
        await ingrid.starts("K-123", "allvarssamtal", at="14.20")
        await ingrid.presses_in_modal("clock_book")
        wrong = await ingrid.submits({"on": {"date": "2026-11-20"}, "time": {"field": "13.00"}})
        assert errors_of(wrong) == {"on": "Tiden har redan varit. Välj en senare."}
        done = await ingrid.submits({"on": {"date": "2026-11-23"}, "time": {"field": "15.30"}})
        assert not done.get("errors"), done
        assert "måndag 15.30" in ingrid.reads()
        await ingrid.closes_all()

        await night.clock_reaches("2026-11-23 16:00")
        await ingrid.frist("K-123")
        await ingrid.presses_first("clock_open")
        await ingrid.presses_in_modal("clock_no_show")
        assert [view["title"]["text"] for view in ingrid.modals()] == ["Ärende K-123", "Frist K-123", "Kalla via sms"]
        await ingrid.closes_modal()
        assert "clock_no_show" not in ingrid.buttons()

        await ingrid.presses_in_modal("clock_book")
        await ingrid.submits({"on": {"date": "2026-11-24"}, "time": {"field": "15.30"}})
        assert "clock_call_off" in ingrid.buttons()
        await ingrid.presses_in_modal("clock_call_off")
        assert "clock_call_off" not in ingrid.buttons()
        assert "måndag" not in ingrid.reads().splitlines()[2]


async def test_an_answer_in_words_is_read_above_the_clock(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_office(tmp_path, sqlite_database_url) as office:
        night, ingrid = office.night, office.ingrid
        guardian = night.phone(GUARDIAN)
        await ingrid.starts("K-123", "allvarssamtal", at="14.20")
        await ingrid.presses_in_modal("clock_summon")
        await ingrid.submits({**TIMES, "guardian_number": {"field": "070-174 06 13"}})
        await guardian.texts("vi kan bara på kvällar", to=MYNDIGHET_NUMBER)
        await ingrid.closes_all()
        await ingrid.frist("K-123")
        await ingrid.presses_first("clock_open")
        await ingrid.presses_in_modal("open")
        assert len(ingrid.modals()) == 3
        assert "vi kan bara på kvällar" in ingrid.reads()
        await ingrid.closes_modal()
        assert ingrid.modal()["title"]["text"] == "Frist K-123"
        night._expect_secrecy()
