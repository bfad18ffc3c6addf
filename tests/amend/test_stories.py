"""The nämnd's own people correct, end and take away in Slack; what it does is said first, and done once."""

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import BadInput, NotAllowed, Stale
from bot.domain.people import AgeBand, LinkRole
from bot.services.amend.amend_in_slack import (
    Asked,
    AsRight,
    NumberAsRight,
    correct_in_slack,
    end_in_slack,
    hold_in_slack,
    lift_in_slack,
    remove_in_slack,
)
from bot.services.amend.enrolled_page import read_enrolled, youths_to_amend
from bot.services.amend.remove_number import Written
from storage.tables import ContactLinkRow, ConversationRow, LegalHoldRow, YouthRow
from tests.acceptance.night import NORRVIK, Night, a_night
from tests.amend.steps import MOTHER, NOVA, WORDS, an_evening, begins, by, finds, log_of, opens
from tests.consent.telling import filled, of
from tests.retain.given import found, rows_of
from tests.retain.test_stories import ctx_of

START = "2026-11-20 16:55"


async def test_what_is_wrong_is_put_right_and_the_old_given_back(tmp_path: Path, database_url: str) -> None:
    """Anna corrects three things at once; what is missing is said at its field, and what stood there is shown once."""
    async with a_night(tmp_path, database_url, START) as night:
        anna, _, youth = await an_evening(night)
        assert await finds(night, anna, "nov") == [f"Nova Berg · {youth.case_code}"]
        await anna.closes_modal()
        page = await opens(night, anna, youth)
        for words in ("Nova Berg", "070-174 06 05", "Mona Berg · vårdnadshavare", "Pågående samtal: 1"):
            assert words in page
        night.secret_words.update({"Nora Berg", "Moa Berg"})
        await begins(night, anna, "amend_correct")

        done = await anna.submits(filled(anna, reference="dnr 3"))
        assert "Inget är ändrat" in done["errors"]["reference"]
        wrong = {"name": "Nora Berg", of(anna, "contact_name", 1): "Moa Berg", of(anna, "language", 1): "so"}
        done = await anna.submits(filled(anna, **wrong, reference=" "))
        assert "reference" in done["errors"]
        done = await anna.submits(filled(anna, **wrong, reference="20121212-1212"))
        assert "personnummer" in done["errors"]["reference"]
        done = await anna.submits(filled(anna, **{**wrong, "name": " "}, reference="dnr 3"))
        assert "name" in done["errors"]
        assert log_of(night, "correct") == []
        await anna.submits(filled(anna, **wrong, reference="dnr 3"))

        said = anna.reads()
        for words in ("Ungdomens namn: Nova Berg", "har numret: Mona Berg", "Språk: svenska"):
            assert words in said
        await anna.closes_modal()
        assert "Nora Berg" in anna.reads()  # the page beneath
        assert [row.details for row in log_of(night, "correct")] == [
            {"field": "name"},
            {"field": "language"},
            {"field": "contact_name"},
        ]
        assert {place for place, _ in found(night, ["Nora Berg"])} == {"youth.name"}
        anna.card()
        night.phone(NOVA).receives("ring 112")
        night.expect_handovers()
        night.expect_nothing_else()


async def test_who_ends_while_a_conversation_goes_on(tmp_path: Path, database_url: str) -> None:
    """It is said that it stays open; it does, without the name, and the next text is received."""
    async with a_night(tmp_path, database_url, START) as night:
        anna, nova, youth = await an_evening(night)
        await opens(night, anna, youth)
        form = await begins(night, anna, "amend_end")
        for words in ("Pågående samtal: 1", "stängs inte", "Någon väntar på svar", "kan inte ångras"):
            assert words in form
        done = await anna.submits(by(" "))
        assert "reference" in done["errors"]
        await anna.submits(by("dnr 4"))

        assert "avslutad" in anna.reads()
        await anna.closes_modal()
        ended = anna.reads()
        assert ("avslutad" in ended, "Nova" in ended) == (True, False)
        await anna.closes_modal()
        assert await finds(night, anna, youth.case_code) == []
        await anna.closes_modal()
        assert [row.is_open for row in rows_of(night, ConversationRow)] == [True]
        assert youth.case_code not in anna.card().words
        await nova.texts("hej igen")
        assert "Nova Berg" not in await anna.opens()
        assert len(log_of(night, "end_enrolment")) == 1
        assert found(night, ["dnr 4"]) == [("ended_youth.reference", "dnr 4")]
        nova.receives("ring 112", times=2)  # the second as to somebody unknown
        night.expect_handovers()
        night.expect_nothing_else()


async def test_a_wrong_number_goes_with_what_was_written(tmp_path: Path, database_url: str) -> None:
    """A hold keeps it until a leader lifts it; then it is told what happens, done, and the rest still stands."""
    async with a_night(tmp_path, database_url, START) as night:
        anna, _, youth = await an_evening(night)
        lena = night.people["Lena"]
        await anna.closes(anna.card())
        await opens(night, lena, youth)
        await begins(night, lena, "amend_hold")
        done = await lena.submits(by("mål 1", until={"date": "2026-11-19"}))
        assert "senare" in done["errors"]["until"]
        await lena.submits(by("mål 1", until={"date": "2027-01-31"}))
        await lena.closes_modal()
        assert "Undantaget från gallring till och med söndag 31 januari 2027\nmål 1" in lena.reads()

        await opens(night, anna, youth)
        assert ("Undantaget" in anna.reads(), "mål 1" in anna.reads()) == (True, False)
        assert "amend_hold" not in str(anna.modal())
        await begins(night, anna, "amend_remove")
        await anna.submits({"written": {"field": "deleted"}})
        assert "Samtal med numret: 1. Det som skrevs gallras nu" in anna.reads()
        done = await anna.submits(by("dnr 8"))
        assert "undantaget från gallring" in done["errors"]["reference"]
        await lena.presses_in_modal("amend_lift")
        assert "Undantaget" not in lena.reads()
        assert [row.lifted_at is not None for row in rows_of(night, LegalHoldRow)] == [True]

        await anna.submits(by("dnr 8"))
        assert "Gallrade samtal: 1" in anna.reads()
        await night.settles()
        assert found(night, [WORDS, NOVA]) == []
        assert {place for place, _ in found(night, [MOTHER])} == {"contact.number"}
        await anna.closes_modal()
        assert ("Mona Berg" in anna.reads(), "06 05" in anna.reads()) == (True, False)
        assert [row.details["written"] for row in log_of(night, "remove_number")] == ["deleted"]


async def test_a_number_is_taken_away_and_its_words_stay(tmp_path: Path, database_url: str) -> None:
    """The conversation that is going on is closed, as was said; a text that comes meanwhile makes the window old."""
    async with a_night(tmp_path, database_url, START) as night:
        anna, nova, youth = await an_evening(night)
        await opens(night, anna, youth)
        await begins(night, anna, "amend_remove")
        await anna.submits({"written": {"field": "kept"}})
        form = anna.reads()
        for words in ("Pågår nu: 1", "Någon väntar på svar", "stannar hos nämnden", "fortfarande inskriven"):
            assert words in form
        await nova.texts("hallå")
        await anna.submits(by("dnr 8"))
        assert "Något har ändrats" in anna.reads()
        assert len(rows_of(night, ContactLinkRow)) == 2
        await anna.closes_modal()

        await begins(night, anna, "amend_remove")
        await anna.submits({"written": {"field": "kept"}})
        await anna.submits(by("dnr 8"))
        assert "stannar hos nämnden, avslutat" in anna.reads()
        assert [row.is_open for row in rows_of(night, ConversationRow)] == [False]
        assert {place for place, _ in found(night, [WORDS])} >= {"message.body"}
        assert len(rows_of(night, ContactLinkRow)) == 1


def asked(night: Night, who: str, youth_id: str, key: str, seen: str, reference: str = "dnr 1") -> Asked:
    return Asked(night.people[who].user, youth_id, key, seen, reference)


async def test_the_same_sent_twice_at_once_is_done_once(tmp_path: Path, database_url: str) -> None:
    """And two colleagues who have both opened it do not write over each other."""
    async with a_night(tmp_path, database_url, START) as night:
        anna, _, youth = await an_evening(night)
        ctx = ctx_of(night)
        page = await read_enrolled(anna.user, youth.id, ctx=ctx)
        night.secret_words.update({"Nora Berg", "Nina Berg"})

        def put(who: str, key: str, name: str) -> Any:
            return correct_in_slack(
                asked(night, who, youth.id, key, page.version), AsRight(name, "15_or_over"), ctx=ctx
            )

        results = await asyncio.gather(*(put("Anna", "v1", "Nora Berg") for _ in range(4)))
        assert sorted(map(len, results)) == [0, 0, 0, 1]
        with pytest.raises(Stale):
            await put("Lena", "v2", "Nina Berg")
        assert len(log_of(night, "correct")) == 1

        page = await read_enrolled(anna.user, youth.id, ctx=ctx)
        number = page.numbers[0]
        removing = [
            remove_in_slack(
                asked(night, "Anna", youth.id, "v3", number.version), number.contact_id, Written.KEPT, ctx=ctx
            )
            for _ in range(3)
        ]
        await asyncio.gather(*removing)
        assert len(log_of(night, "remove_number")) == 1
        again = asked(night, "Anna", youth.id, "v4", number.version)
        with pytest.raises(Stale):
            await remove_in_slack(again, number.contact_id, Written.KEPT, ctx=ctx)

        page = await read_enrolled(anna.user, youth.id, ctx=ctx)
        ends = asked(night, "Anna", youth.id, "v5", page.version)
        await asyncio.gather(*(end_in_slack(ends, ctx=ctx) for _ in range(3)))
        with pytest.raises(Stale):
            await end_in_slack(asked(night, "Lena", youth.id, "v6", page.version), ctx=ctx)
        with pytest.raises(Stale):
            await hold_in_slack(asked(night, "Lena", youth.id, "v7", page.version), None, ctx=ctx)
        assert len(log_of(night, "end_enrolment")) == 1


async def test_whoever_may_not_is_refused_and_it_is_logged(tmp_path: Path, database_url: str) -> None:
    """A relative, another nämnd, somebody who has left, and nobody: all that there is, and nothing of it changes."""
    async with a_night(tmp_path, database_url, START) as night:
        anna, _, youth = await an_evening(night)
        ctx = ctx_of(night)
        page = await read_enrolled(anna.user, youth.id, ctx=ctx)
        await night.leaves(night.people["Anna"])
        stood = [tuple(row) for kind in (YouthRow, ContactLinkRow, LegalHoldRow) for row in rows_of(night, kind)]
        for who, ground in (("Jasmin", "jav"), ("Bo", "not_home"), ("Anna", "not_staff")):
            tries = [
                correct_in_slack(asked(night, who, youth.id, "k", page.version), AsRight("X", "15_or_over"), ctx=ctx),
                end_in_slack(asked(night, who, youth.id, "k", page.version), ctx=ctx),
                remove_in_slack(
                    asked(night, who, youth.id, "k", page.numbers[0].version),
                    page.numbers[0].contact_id,
                    Written.DELETED,
                    ctx=ctx,
                ),
                read_enrolled(night.people[who].user, youth.id, ctx=ctx),
            ]
            for one in tries:
                with pytest.raises(NotAllowed) as refused:
                    await one
                assert refused.value.reason == ground
            for retained in (
                hold_in_slack(asked(night, who, youth.id, "k", page.version), None, ctx=ctx),
                lift_in_slack(night.people[who].user, youth.id, "x", ctx=ctx),
            ):
                with pytest.raises(NotAllowed):
                    await retained
            denied = [row for row in night.audited(night.people[who]) if not row.is_allowed]
            assert len(denied) == 6
            assert {row.subject for row in denied} == {f"youth:{youth.id}"}
        assert [
            tuple(row) for kind in (YouthRow, ContactLinkRow, LegalHoldRow) for row in rows_of(night, kind)
        ] == stood
        with pytest.raises(NotAllowed):  # nobody's id is refused as somebody else's is
            await read_enrolled(night.people["Lena"].user, "nobody", ctx=ctx)
        night.expected_errors.add("reaches_nobody")


async def test_who_is_found_by_whom(tmp_path: Path, sqlite_database_url: str) -> None:
    """A familjebehandlare by name; a leader by the code on the card; a relative and another nämnd not at all."""
    async with a_night(tmp_path, sqlite_database_url, START) as night:
        _, _, youth = await an_evening(night)
        ctx, code = ctx_of(night), youth.case_code

        async def offered(who: str, wanted: str) -> list[str]:
            return [words for _, words in await youths_to_amend(night.people[who].user, wanted, ctx=ctx)]

        assert await offered("Anna", "nova") == [f"Nova Berg · {code}"]
        assert (await offered("Lena", "nova"), await offered("Lena", code.lower())) == ([], [code])
        assert (await offered("Jasmin", ""), await offered("Bo", "")) == ([], [])
        await night.leaves(night.people["Lena"])
        with pytest.raises(NotAllowed):
            await offered("Lena", "")


async def test_a_leader_holds_and_only_a_leader(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_night(tmp_path, sqlite_database_url, START) as night:
        anna, _, youth = await an_evening(night)
        ctx = ctx_of(night)
        with pytest.raises(NotAllowed):
            await hold_in_slack(asked(night, "Anna", youth.id, "k", ""), None, ctx=ctx)
        with pytest.raises(BadInput):
            await hold_in_slack(asked(night, "Lena", youth.id, "k", "", " "), None, ctx=ctx)
        for _ in range(2):
            await hold_in_slack(asked(night, "Lena", youth.id, "k", ""), date(2026, 11, 20), ctx=ctx)
        page = await read_enrolled(night.people["Lena"].user, youth.id, ctx=ctx)
        assert [hold.until for hold in page.holds] == [date(2026, 11, 20)]
        assert (await read_enrolled(anna.user, youth.id, ctx=ctx)).holds == ()
        with pytest.raises(NotAllowed):
            await lift_in_slack(anna.user, youth.id, page.holds[0].id, ctx=ctx)
        for _ in range(3):
            await lift_in_slack(night.people["Lena"].user, youth.id, page.holds[0].id, ctx=ctx)
        assert len(log_of(night, "lift_hold")) == 1


async def test_an_age_and_a_role_are_put_right(tmp_path: Path, sqlite_database_url: str) -> None:
    """What does not carry is said at its own field, and then nothing of the rest is kept either."""
    async with a_night(tmp_path, sqlite_database_url, START) as night:
        anna, _, youth = await an_evening(night)
        ctx = ctx_of(night)
        page = await read_enrolled(anna.user, youth.id, ctx=ctx)
        mother = page.numbers[1]
        right = AsRight(
            "Nova Berg",
            "12_to_14",
            (
                NumberAsRight(page.numbers[0].contact_id, "xx", "Nova Berg", "youth"),
                NumberAsRight(mother.contact_id, "sv", "Mona Berg", "aunt"),
            ),
        )
        with pytest.raises(BadInput) as wrong:
            await correct_in_slack(asked(night, "Anna", youth.id, "k", page.version), right, ctx=ctx)
        assert wrong.value.problems == {
            f"language:{page.numbers[0].contact_id}": "unknown_language",
            f"role:{mother.contact_id}": "unknown_role",
        }
        right = AsRight("Nova Berg", "12_to_14", (NumberAsRight(mother.contact_id, "sv", "Mona Berg", "youth"),))
        before = await correct_in_slack(asked(night, "Anna", youth.id, "k", page.version), right, ctx=ctx)
        assert [stood for _, stood in before] == ["15_or_over", "guardian"]
        page = await read_enrolled(anna.user, youth.id, ctx=ctx)
        assert page.youth.age_band is AgeBand.FROM_12_TO_14
        assert all(number.roles == {LinkRole.YOUTH} for number in page.numbers)


async def test_siblings_who_share_a_number(tmp_path: Path, sqlite_database_url: str) -> None:
    """It is said that the conversations are theirs too; whoever is related to one may not take it from the other."""
    async with a_night(tmp_path, sqlite_database_url, START) as night:
        anna, _, youth = await an_evening(night)
        _, brother = await night.enrols("Noel Berg", "+46701740607", NORRVIK, jav=(anna.staff.id,))
        await night.enrols("Mona Berg", MOTHER, NORRVIK, role=LinkRole.GUARDIAN, of=brother)
        ctx = ctx_of(night)
        page = await read_enrolled(anna.user, youth.id, ctx=ctx)
        mother = page.numbers[1]
        assert mother.siblings == 1
        with pytest.raises(NotAllowed) as refused:
            await remove_in_slack(
                asked(night, "Anna", youth.id, "k", mother.version), mother.contact_id, Written.KEPT, ctx=ctx
            )
        assert refused.value.reason == "jav"
        await remove_in_slack(
            asked(night, "Lena", youth.id, "k", mother.version), mother.contact_id, Written.KEPT, ctx=ctx
        )
        assert len(rows_of(night, ContactLinkRow)) == 3
