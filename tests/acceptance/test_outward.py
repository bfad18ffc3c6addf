"""The one on duty turns to socialjouren, and makes an orosanmälan: by themselves, and written down once."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.services.contact_socialjouren import Contacted, note_contact
from bot.services.meeting import mark_reviewed
from storage.tables import DeadlineRow, EpisodeRow, OutwardRow
from tests.acceptance.night import MYNDIGHET_NUMBER, NORRVIK, SODERMARK, Night, a_night, buttons_in
from tests.acceptance.office import works

TEAM = "C0NORRVIK"
DIRECTORY = """
[[socialjour]]
name = "Jouren Ekudden"
number = "070-174 06 79"
places = ["Norrvik", "Österby"]
hours = ["mån-tor 16.30-02.00", "fre-sön 14.00-02.00"]
outside = "Ring mottagningen."
source = "webbplatsen"
owner = "Lena Holm"
verified_on = 2026-11-02

[[socialjour]]
name = "Jouren Fyrskär"
number = "070-174 06 78"
places = ["Södermark"]
hours = "dygnet runt"
"""
SEALED = {"Jouren Ekudden", "Österby", "070-174 06 79", "07017406 79", "+46701740679"}


def filled(outcome: str, at: str, on: str = "2026-11-20", **more: Any) -> dict[str, Any]:
    return {"outcome": {"field": outcome}, "on": {"date": on}, "time": {"field": at}, **more}


def rows_of(night: Night, table: Any) -> list[Any]:
    return night.rows(sa.select(table.__table__))


async def test_a_friday_night_with_socialjouren(tmp_path: Path, database_url: str) -> None:
    """Told at 20.05, reported at 20.20, noted, and in the handover on Monday; no clock has started anywhere."""
    async with a_night(tmp_path, database_url, "2026-11-20 16:55", settings=DIRECTORY) as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        bo = await night.hires("Bo Lind", SODERMARK)
        ingrid = await works(night, "Ingrid Strand", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(bo, "2026-11-20 17:00", "2026-11-21 02:00")
        night.secret_words |= SEALED

        await night.clock_reaches("2026-11-20 20:00")
        await nova.texts("jag vågar inte gå hem")
        await bo.replies("Jag ringer dig nu.", card=bo.card("Ett sms väntar"))
        await night.clock_reaches("2026-11-20 20:10")
        await bo.opens(bo.card("svarade"))
        await bo.presses_in_modal("socialjour")
        shown = bo.reads()
        assert "*Jouren Ekudden*\n📞 *070-174 06 79*" in shown
        assert "Öppet nu, till lör 21 nov 02.00." in shown
        assert "Kontrollerad måndag 2 november av Lena Holm" in shown

        await bo.presses_in_modal("socialjour_place", selected="Södermark")
        assert "Öppet dygnet runt." in bo.reads()
        assert "*Ej verifierat.*" in bo.reads()
        await bo.presses_in_modal("socialjour_place", selected="*")
        assert "*Finns ej.*" in bo.reads()
        await bo.presses_in_modal("socialjour_place", selected="Österby")
        assert "070-174 06 79" in bo.reads()
        assert (await bo.submits(filled("takes_over", "20.15")))["errors"] == {
            "time": "Det har inte inträffat än. Kontrollera dag och klockslag."
        }
        assert not (await bo.submits(filled("takes_over", "20.05"))).get("errors")
        assert "Socialjouren kontaktad 20.05: de tar över · Jouren Ekudden, Österby · Bo Lind" in bo.reads()

        await night.clock_reaches("2026-11-20 20:25")
        await bo.presses_in_modal("orosanmalan")
        shown = bo.reads()
        assert "skyldig att *genast* anmäla" in shown
        assert "Ring mottagningen, annars socialjouren." in shown
        done = await bo.submits(filled("by_phone", "20.20", place={"field": "Norrvik"}))
        assert not done.get("errors"), done
        assert "Orosanmälan gjord 20.20 per telefon · Norrvik · Bo Lind" in bo.reads()
        await bo.closes_modal()

        card = bo.card("Socialjouren kontaktad 20.05: de tar över.\nOrosanmälan gjord 20.20 per telefon.")
        await bo.presses("close", card)
        assert "Antecknat redan: socialjouren kontaktad 20.05: de tar över och orosanmälan" in bo.reads()
        await bo.closes_modal()
        await bo.closes(card)

        await night.clock_reaches("2026-11-23 08:00")
        post = anna.handover("Överlämning måndag", channel=TEAM)
        said = "socialjouren kontaktad fre 20/11 20.05: de tar över · orosanmälan gjord fre 20/11 20.20 per telefon"
        assert said in post.words
        await anna.presses("meeting", post)
        assert (
            "Socialjouren kontaktad fre 20 nov 20.05: de tar över · Jouren Ekudden, Österby · Bo Lind" in anna.reads()
        )
        await anna.presses_in_modal("journal")
        assert (
            "Socialjouren kontaktad 2026-11-20 kl. 20.05: de tar över, Jouren Ekudden, Österby. Uppgift av Bo Lind."
            in anna.reads()
        )
        assert "Socialjouren kontaktades inte." not in anna.reads()

        assert rows_of(night, DeadlineRow) == []  # a clock starts when it reaches the nämnd, in the other world
        assert night.messages(ingrid.dm) == []
        assert len(rows_of(night, OutwardRow)) == 2
        assert night.audit("noted_socialjour") == [(bo.staff.id, "takes_over", True)]
        assert night.audit("noted_orosanmalan") == [(bo.staff.id, "by_phone", True)]
        nova.receives("tystnadsplikt")
        nova.receives("Jag ringer dig nu.")
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_who_takes_over_sees_that_nobody_was_reached(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00", settings=DIRECTORY) as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        bo = await night.hires("Bo Lind", SODERMARK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(bo, "2026-11-20 17:00", "2026-11-20 22:00")
        await night.on_beredskap(anna, "2026-11-20 22:00", "2026-11-21 08:00")
        await nova.texts("hallå")
        await bo.opens(bo.card("Ett sms väntar"))
        await bo.presses_in_modal("socialjour")
        assert not (await bo.submits(filled("not_reached", "18.00"))).get("errors")
        await bo.closes_modal()

        await night.clock_reaches("2026-11-20 22:00")
        post = anna.handover()
        assert "socialjouren sökt 18.00: nåddes inte" in post.words
        await anna.presses("read_handover", post)
        assert "Socialjouren sökt 18.00: nåddes inte · Jouren Ekudden, Norrvik · Bo Lind" in anna.reads()


async def test_what_is_recorded_after_the_handover_is_added_openly(tmp_path: Path, database_url: str) -> None:
    """The row had been gone through: it is gone through once more."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00", settings=DIRECTORY) as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await nova.texts("hallå")
        await night.clock_reaches("2026-11-23 08:00")
        post = anna.handover("Överlämning måndag", channel=TEAM)
        [episode_id] = [row.id for row in rows_of(night, EpisodeRow)]
        await mark_reviewed(anna.user, episode_id, "k", ctx=night.sandbox.bot.ctx)  # type: ignore[union-attr]
        await night.clock_reaches("2026-11-23 09:12")
        await anna.opens(anna.card("väntar på svar", channel=TEAM))
        await anna.presses_in_modal("socialjour")
        assert not (await anna.submits(filled("informed", "08.30", "2026-11-23"))).get("errors")

        said = "Tillägg 09.12: anteckning för"
        [added] = [m for m in anna.messages(TEAM) if m.thread_ts == post.ts and said in m.words]
        assert "socialjouren kontaktad 08.30: de är informerade" in added.words
        assert [row.reviewed_at for row in rows_of(night, EpisodeRow)] == [None]


async def test_said_twice_it_is_written_once(tmp_path: Path, database_url: str) -> None:
    """A time-out tells nobody whether it was written; the same form again is harmless."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00", settings=DIRECTORY) as night:
        bo = await night.hires("Bo Lind", SODERMARK)
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(bo, "2026-11-20 17:00", "2026-11-20 22:00")
        await nova.texts("hallå")
        await bo.opens(bo.card("Ett sms väntar"))
        assert night.sandbox.bot is not None
        said = Contacted(
            slack_user_id=bo.user,
            conversation_id=bo.modal()["private_metadata"],
            place=None,
            who="",
            outcome="informed",
            on="2026-11-20",
            time="17.58",
            key="samma formulär",
        )

        for command in (said, said, replace(said, key="ett annat formulär")):
            await note_contact(command, ctx=night.sandbox.bot.ctx)

        assert [row.outcome for row in rows_of(night, OutwardRow)] == ["informed", "informed"]


async def test_only_whoever_may_write_about_it_sees_or_says_anything(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00", settings=DIRECTORY) as night:
        bo = await night.hires("Bo Lind", SODERMARK)
        eva = await night.hires("Eva Ros", SODERMARK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(bo, "2026-11-20 17:00", "2026-11-20 22:00")
        await nova.texts("hallå")
        await bo.opens(bo.card("Ett sms väntar"))
        conversation = bo.modal()["private_metadata"]

        for action in ("socialjour", "orosanmalan"):
            seen = await night.forges(eva, action, conversation, "")
            assert not any(word in seen for word in ("070-174 06 79", "Ring mottagningen", "genast"))
        assert [(ground, allowed) for who, ground, allowed in night.audit("note") if who == eva.staff.id] == [
            ("other_namnd", False),
            ("other_namnd", False),
        ]


async def test_the_other_world_has_its_own_ways(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-24 10:00", settings=DIRECTORY) as night:
        ingrid = await works(night, "Ingrid Strand", NORRVIK)
        child = night.phone("+46701740605")
        await child.texts("hej", to=MYNDIGHET_NUMBER)
        await ingrid.opens(ingrid.card("väntar på svar"))

        assert not {"socialjour", "orosanmalan"} & set(buttons_in(ingrid.modal()["blocks"]))
        seen = await night.forges(ingrid, "socialjour", ingrid.modal()["private_metadata"], "")
        assert "070-174 06 79" not in seen
