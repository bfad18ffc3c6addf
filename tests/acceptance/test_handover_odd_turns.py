"""The turns that a handover must survive: two nämnder, late words, bad rows, two colleagues at once, time away."""

import asyncio
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import col

from bot.domain.people import LinkRole, Role
from scheduler.ticks import digests_tick, duty_tick
from storage.tables import ActionRow, EpisodeRow, NoteRow
from tests.acceptance.night import NORRVIK, SODERMARK, Night, Person, Phone, a_night

TEAM, OTHER_TEAM = "C0NORRVIK", "C0SODERMARK"


async def a_guardian_of_both(night: Night) -> tuple[Person, Person, Person, Phone]:
    """Siv has a child in each nämnd; Bo answers for both."""
    anna, sara = await night.hires("Anna Ek", NORRVIK), await night.hires("Sara Öst", SODERMARK)
    bo = await night.hires("Bo Lind", SODERMARK)
    night.opens_channels()
    _, here = await night.enrols("Xenia Dal", "+46701740607", NORRVIK)
    _, there = await night.enrols("Ylva Dal", "+46701740608", SODERMARK)
    siv, _ = await night.enrols("Siv Dal", "+46701740609", NORRVIK, role=LinkRole.GUARDIAN, of=here)
    await night.enrols("Siv Dal", "+46701740609", SODERMARK, role=LinkRole.GUARDIAN, of=there)
    return anna, sara, bo, siv


async def picks(person: Person, namnd: str) -> None:
    await person.presses_in_modal("pick_namnd", selected=namnd)


async def test_the_namnd_is_picked_before_the_note(tmp_path: Path, database_url: str) -> None:
    """Otherwise what was written of one nämnd's child would stand in the other's handover."""
    async with a_night(tmp_path, database_url, "2026-11-23 16:55") as night:
        anna, sara, bo, siv = await a_guardian_of_both(night)
        await night.on_beredskap(bo, "2026-11-23 17:00", "2026-11-23 22:00")
        await night.clock_reaches("2026-11-23 18:00")
        await siv.texts("det gäller Ylva")
        await bo.presses("close", bo.card())
        assert "välj först vilken nämnd" in bo.reads()
        await bo.closes_modal()
        await bo.opens(bo.card())
        await picks(bo, "sodermark")
        await bo.closes_modal()
        await bo.closes(bo.card(), "Ylva har rymt.")
        await night.clock_reaches("2026-11-24 08:00")
        assert "Inget har kommit in" in anna.handover(channel=TEAM).words
        assert "1 samtal" in sara.handover(channel=OTHER_TEAM).words


async def test_what_was_closed_in_one_namnd_stays_there(tmp_path: Path, database_url: str) -> None:
    """The next evening the same guardian writes about the other child: nothing of Monday's goes with it."""
    async with a_night(tmp_path, database_url, "2026-11-23 16:55") as night:
        anna, sara, bo, siv = await a_guardian_of_both(night)
        for day in ("2026-11-23", "2026-11-24"):
            await night.on_beredskap(bo, f"{day} 17:00", f"{day} 22:00")
        await night.clock_reaches("2026-11-23 18:00")
        await siv.texts("det gäller Xenia")
        await bo.opens(bo.card())
        await picks(bo, "norrvik")
        await bo.closes_modal()
        await bo.closes(bo.card(), "Xenia vill inte hem.", action="next_working_day")
        await night.clock_reaches("2026-11-24 18:00")
        await siv.texts("nu gäller det Ylva")
        await bo.opens(bo.card("Ett sms väntar"))
        assert "det gäller Xenia" not in bo.reads()
        await picks(bo, "sodermark")
        await bo.closes_modal()
        await bo.closes(bo.card("Södermark"), "Ylva har ringt.")
        await night.clock_reaches("2026-11-25 08:00")
        assert "skulle gjorts tis" in anna.handover("Överlämning onsdag", channel=TEAM).words
        post = sara.handover("Överlämning onsdag", channel=OTHER_TEAM)
        assert "1 samtal" in post.words
        await sara.presses("meeting", post)
        assert "Mötesläge 1 av 1" in sara.reads()
        assert "Xenia" not in sara.reads()


async def test_words_after_the_post_are_told_of(tmp_path: Path, database_url: str) -> None:
    """07.30, posted at 08.00, taken to the record at 08.30; what is said at 10.00 stands in the next handover."""
    async with a_night(tmp_path, database_url, "2026-11-24 07:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.clock_reaches("2026-11-24 07:30")
        await nova.texts("hej")
        await night.clock_reaches("2026-11-24 08:30")
        await anna.presses("meeting", anna.handover(channel=TEAM))
        await anna.presses_in_modal("transfer")
        await anna.submits({"reference": {"field": "Akten, nr 7"}})
        await anna.closes_modal()
        await night.clock_reaches("2026-11-24 10:00")
        await nova.texts("han slog mig igen")
        await anna.closes(anna.card("väntar på svar", channel=TEAM), "Slagen igen.")
        await night.clock_reaches("2026-11-25 08:00")
        post = anna.handover("Överlämning onsdag", channel=TEAM)
        assert "tis 10.00" in post.words
        assert "förd till akten" not in post.words
        await night.clock_reaches("2026-11-26 08:00")
        assert "Inte förda till akten" in anna.handover("Överlämning torsdag", channel=TEAM).words


async def test_one_bad_row_holds_up_no_other(tmp_path: Path, database_url: str) -> None:
    """A note that cannot be opened, an action of a nämnd that is no more: the other nämnd has its handover."""
    async with a_night(tmp_path, database_url, "2026-11-23 16:55") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        bo = await night.hires("Bo Lind", SODERMARK)
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(bo, "2026-11-23 17:00", "2026-11-23 22:00")
        await night.clock_reaches("2026-11-23 18:00")
        await nova.texts("hej")
        await bo.closes(bo.card(), action="next_working_day", owner=anna.staff.id)
        await night.executes(sa.update(NoteRow).values(came_in=b"k9:broken"))
        await night.clock_reaches("2026-11-24 08:00")
        assert "Inget har kommit in" in bo.handover(channel=OTHER_TEAM).words
        lena.is_told("Överlämningen för Norrvik")
        await night.executes(sa.update(ActionRow).values(namnd="borta"))
        await night.clock_reaches("2026-11-25 08:00")
        assert "Inget har kommit in" in bo.handover("Överlämning onsdag", channel=OTHER_TEAM).words
        night.expected_errors.update({"digest_not_composed", "action_not_reminded_of"})
        errors = [line.getMessage() for line in night.log_lines if line.levelname == "ERROR"]
        assert any("digest_not_composed" in line for line in errors)


async def test_what_is_open_is_told_even_when_ticks_run_together(tmp_path: Path, database_url: str) -> None:
    """APScheduler starts them at the same moment; Överlämning comes after what is open has been moved."""
    async with a_night(tmp_path, database_url, "2026-11-23 15:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        phones = [await night.enrols(f"Alva {n}", f"+467017406{n:02}", NORRVIK) for n in range(10, 14)]
        await night.on_beredskap(anna, "2026-11-23 17:00", "2026-11-23 22:00")
        for phone, _ in phones:
            await phone.texts("hej")
        night.sandbox.clock.move_to(night.at("2026-11-23 17:00"))
        assert night.sandbox.bot is not None
        ticker = night.sandbox.bot.ticker
        await asyncio.gather(ticker.run(digests_tick), ticker.run(duty_tick))
        await night.settles()
        await night.paced_posts_leave()
        assert anna.handover("Du har beredskapen").words.count("väntar på svar sedan") == 2 * 4


async def test_an_action_that_its_owner_may_not_do_any_more(tmp_path: Path, database_url: str) -> None:
    """Bo of the other nämnd cannot keep it; who has left the team has nothing; a colleague takes over openly."""
    async with a_night(tmp_path, database_url, "2026-11-23 16:55") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        cecilia = await night.hires("Cecilia Ros", NORRVIK)
        bo = await night.hires("Bo Lind", SODERMARK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(bo, "2026-11-23 17:00", "2026-11-23 22:00")
        await night.clock_reaches("2026-11-23 18:00")
        await nova.texts("hej")
        await bo.closes(bo.card(), action="next_working_day", owner=anna.staff.id)
        episode = night.rows(sa.select(col(EpisodeRow.id)))[0].id
        action = night.rows(sa.select(col(ActionRow.id)))[0].id
        assert "hemnämndens" in await night.forges(bo, "take_action", action, f'{{"d": "", "e": "{episode}"}}')

        await night.clock_reaches("2026-11-24 08:00")
        await cecilia.presses("meeting", cecilia.handover(channel=TEAM))
        await cecilia.presses_in_modal("take_action")
        await cecilia.closes_modal()
        assert "har tagit över" in anna.is_told("tagit över åtgärden").words
        assert f"<@{cecilia.user}>" in anna.handover(channel=TEAM).words
        await night.leaves(cecilia)
        await night.clock_reaches("2026-11-24 12:00")
        cecilia.is_not_told("Åtgärden i samtal")
        anna.is_told("ingen har tagit den")


async def test_two_colleagues_close_at_once(tmp_path: Path, database_url: str) -> None:
    """The child gets one farewell; the second note is kept, and its closing text is given back."""
    async with a_night(tmp_path, database_url, "2026-11-24 09:00") as night:
        anna, cecilia = await night.hires("Anna Ek", NORRVIK), await night.hires("Cecilia Ros", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await nova.texts("hej")
        card = anna.card(channel=TEAM)
        await anna.presses("close", card)
        await cecilia.presses("close", card)
        await anna.writes_note(closing="Hej då från Anna.")
        await cecilia.writes_note(closing="Hej då från Cecilia.")
        assert "En kollega hade redan avslutat" in cecilia.reads()
        assert "Hej då från Cecilia." in cecilia.reads()
        nova.receives("Hej då från Anna.")
        nova.receives("Hej då från Cecilia.", times=0)


async def test_the_form_after_the_shift_tells_nothing_new(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-23 16:55") as night:
        await night.hires("Anna Ek", NORRVIK)
        bo = await night.hires("Bo Lind", SODERMARK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(bo, "2026-11-23 17:00", "2026-11-23 22:00")
        await night.clock_reaches("2026-11-23 18:00")
        await nova.texts("hej")
        await bo.replies("Hej du.", card=bo.card())
        await night.clock_reaches("2026-11-24 09:00")
        await bo.presses("write_note", bo.is_told("Anteckning saknas"))
        quiet = bo.modal()["blocks"], bo.modal()["private_metadata"]
        await bo.closes_modal()
        await nova.texts("är du där")
        await bo.presses("write_note", bo.is_told("Anteckning saknas"))
        assert "väntar på svar" not in bo.reads()
        assert bo.modal()["private_metadata"] == quiet[1]


async def test_away_when_the_leader_should_have_been_told(tmp_path: Path, database_url: str) -> None:
    """From 11.50 to 17.30: the leader hears of the missing note and of what was not done, all the same."""
    async with a_night(tmp_path, database_url, "2026-11-23 16:55") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        bo = await night.hires("Bo Lind", SODERMARK)
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        omar, _ = await night.enrols("Omar Ali", "+46701740606", NORRVIK)
        await night.on_beredskap(bo, "2026-11-23 17:00", "2026-11-23 22:00")
        await night.clock_reaches("2026-11-23 18:00")
        await nova.texts("hej")
        await bo.closes(bo.card(), action="next_working_day", owner=anna.staff.id)
        await omar.texts("hej")
        await bo.replies("Hej du.", card=bo.card("Ett sms väntar"))
        await night.clock_reaches("2026-11-24 11:50")
        await night.sandbox.stop_bot()
        await night.clock_reaches("2026-11-24 17:30")
        await night.sandbox.start_bot()
        await night.minutes_pass(1)
        await night.minutes_pass(1)
        lena.is_told("Anteckning saknas")
        lena.is_told("fast dagen är slut")


async def test_an_archived_channel(tmp_path: Path, database_url: str) -> None:
    """What turns up late reaches each of the team in DM, and the leader knows why."""
    async with a_night(tmp_path, database_url, "2026-11-23 16:55") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        bo = await night.hires("Bo Lind", SODERMARK)
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(bo, "2026-11-23 17:00", "2026-11-23 22:00")
        await night.clock_reaches("2026-11-23 18:00")
        await nova.texts("hej")
        await bo.replies("Hej du.", card=bo.card())
        await night.clock_reaches("2026-11-24 08:00")
        anna.handover(channel=TEAM)
        night.sandbox.slack.workspace.channels[TEAM].is_archived = True
        await bo.notes(bo.is_told("Anteckning saknas"))
        assert "anteckning 08." in anna.handover("Överlämning tisdag").words
        lena.is_told("kanalen går inte att nå")


async def test_what_was_open_before_there_were_handovers(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-23 16:55") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await nova.texts("hej")
        await night.executes(sa.delete(EpisodeRow))
        await night.executes(sa.text("DELETE FROM done_once WHERE scope = 'job'"))
        await night.restarts()
        await night.clock_reaches("2026-11-24 08:00")
        assert "Fortfarande öppet" in anna.handover(channel=TEAM).words


async def test_an_answer_after_the_note_answers_what_came_in(tmp_path: Path, database_url: str) -> None:
    """The note is saved, a text has come in meanwhile, and it is answered: we did not write first."""
    async with a_night(tmp_path, database_url, "2026-11-23 16:55") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(anna, "2026-11-23 17:00", "2026-11-23 22:00")
        await night.clock_reaches("2026-11-23 18:00")
        await nova.texts("hej")
        await anna.presses("close", anna.card())
        await nova.texts("en sak till")
        await anna.writes_note()
        await anna.closes_modal()
        await night.minutes_pass(3)
        await anna.replies("Ja?", card=anna.card("2 sms väntar"))
        await anna.closes(anna.card("svarade"))
        await night.clock_reaches("2026-11-24 08:00")
        words = anna.handover(channel=TEAM).words
        assert "1 samtal" in words
        assert "vi skrev först" not in words
        assert "svar efter 3 min" in words


async def test_what_is_today_is_for_whoever_has_the_duty(tmp_path: Path, database_url: str) -> None:
    """Another cannot be chosen for it; and when nobody has the duty any more, the leader hears of it at once."""
    async with a_night(tmp_path, database_url, "2026-11-21 16:55") as night:
        anna, cecilia = await night.hires("Anna Ek", NORRVIK), await night.hires("Cecilia Ros", NORRVIK)
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(anna, "2026-11-21 17:00", "2026-11-21 22:00")
        await night.clock_reaches("2026-11-21 18:00")
        await nova.texts("hej")
        await anna.replies("Hej du.", card=anna.card())
        await anna.presses("close", anna.card("svarade"))
        done = await anna.writes_note(action="today", owner=cecilia.staff.id)
        assert "ligger på den som har beredskapen" in done["errors"]["owner"]
        await anna.closes_modal()
        await night.clock_reaches("2026-11-21 23:40")
        lena.is_not_told("Åtgärden i samtal")
        await anna.notes(anna.is_told("Anteckning saknas"), action="today")
        lena.is_told("Åtgärden i samtal")
