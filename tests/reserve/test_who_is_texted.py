"""Whoever should have it is reached by a way that they have; nobody else is woken, and it is never silence."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.domain.people import Role
from bot.services.look_for_uncertain import look_for_uncertain
from storage.tables import AlertRow, OutboxRow
from tests.acceptance.night import NORRVIK, Night, a_night
from tests.reserve.evening import ANNAS, BOS, CECILIAS, GUNILLAS, PIN, a_browser, cast, chooses_pin

TABLE: sa.Table = OutboxRow.__table__  # type: ignore[attr-defined]


async def test_without_a_pin_she_is_told_whom_to_call_and_the_leader_too(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        story = await cast(night, pin=None)
        story.slack_is_away()
        await story.nova.texts("är du där")
        await night.minutes_pass(4)
        assert ["Du har ingen PIN-kod" in said for said in story.texts_to(ANNAS)] == [True]
        assert ["Ring den som har beredskap" in said for said in story.texts_to(GUNILLAS)] == [True]
        assert "/reserv/" not in story.texts_to(ANNAS)[0] + story.texts_to(GUNILLAS)[0]
        await night.minutes_pass(30)
        assert len(story.texts_to(ANNAS)) == len(story.texts_to(GUNILLAS)) == 1


async def test_without_a_phone_the_backup_is_told(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        story = await cast(night, verified=False)
        bo = await night.hires("Bo Lund", NORRVIK, phone=BOS)
        await night.on_beredskap(bo, "2026-11-20 16:00", "2026-11-20 23:00")  # began earlier: the backup
        story.slack_is_away()
        await story.nova.texts("är du där")
        await night.minutes_pass(4)
        assert len(story.texts_to(BOS)) == 1
        assert story.texts_to(GUNILLAS) == []


async def test_nobody_can_be_texted(tmp_path: Path, database_url: str) -> None:
    """It is an alert, and an ERROR line, once."""
    async with a_night(
        tmp_path, database_url, "2026-11-20 18:00", settings='\n[alerts]\nchannel = "C0DRIFT"\n'
    ) as night:
        story = await cast(night, verified=False, leads=False)
        story.slack_is_away()
        await story.nova.texts("är du där")
        await night.minutes_pass(4)
        await night.minutes_pass(4)
        said = [line for line in night.log_lines if "reserve_reaches_nobody" in line.getMessage()]
        assert len(said) == 1
        codes = night.rows(sa.select(AlertRow.__table__.c.code))  # type: ignore[attr-defined]
        assert [row.code for row in codes if row.code == "nobody_reached"] == ["nobody_reached"]


async def test_nobody_on_duty_and_the_leader_reads_and_answers(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 23:30") as night, a_browser() as phone:
        story = await cast(night)
        await chooses_pin(story.gunilla, "739154")
        story.slack_is_away()
        await night.clock_reaches("2026-11-21 02:30")
        await story.nova.texts("är någon vaken")
        await night.minutes_pass(4)
        assert story.texts_to(ANNAS) == []
        await phone.opens(story.link(GUNILLAS))
        await phone.submits(pin="739154")
        await phone.follows("Ett sms väntar på svar")
        night.secret_words.add("Ja, jag ringer")
        await phone.submits("/samtal/", text="Ja, jag ringer")
        await night.settles()
        story.nova.receives("Ja, jag ringer", times=1)


async def test_in_office_hours_the_team_is_texted(tmp_path: Path, database_url: str) -> None:
    """Those who can open the link; when somebody has taken it, only that person."""
    async with a_night(tmp_path, database_url, "2026-11-23 09:00") as night, a_browser() as phone:
        story = await cast(night)
        bo = await night.hires("Bo Lund", NORRVIK, phone=BOS)
        await chooses_pin(bo, "739154")
        await night.hires("Cecilia Ros", NORRVIK, phone=CECILIAS)  # has chosen no PIN
        story.slack_is_away()
        await story.nova.texts("är du där")
        await night.minutes_pass(4)
        assert [len(story.texts_to(n)) for n in (ANNAS, BOS, CECILIAS, GUNILLAS)] == [1, 1, 0, 0]
        await phone.opens(story.link(BOS))
        await phone.submits(pin="739154")
        await phone.follows("Ett sms väntar på svar")
        night.secret_words.add("Hej, Bo här")
        await phone.submits("/samtal/", text="Hej, Bo här")
        await night.settles()
        await night.minutes_pass(12)
        await story.nova.texts("kan du ringa")
        await night.minutes_pass(5)
        assert [len(story.texts_to(n)) for n in (ANNAS, BOS)] == [1, 2]


async def test_a_link_that_nobody_opens_goes_on_to_the_leader(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        story = await cast(night)
        story.slack_is_away()
        await story.nova.texts("är du där")
        await night.minutes_pass(4)
        await night.minutes_pass(10)
        assert story.texts_to(GUNILLAS) == []
        await night.minutes_pass(8)
        assert ["Den som ska svara har inte läst det" in said for said in story.texts_to(GUNILLAS)] == [True]
        assert len(story.texts_to(ANNAS)) == 1


async def test_a_number_that_is_refused_goes_on_to_the_leader(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        story = await cast(night)
        anna = story.anna.staff
        story.slack_is_away()
        await story.nova.texts("är du där")
        await night.minutes_pass(4)
        row = sa.update(TABLE).where(TABLE.c.kind == "staff_sms").values(state="failed", last_error="not_a_mobile")
        await night.executes(row)
        await night.minutes_pass(1)
        assert len(story.texts_to(GUNILLAS)) == 1
        assert anna.id in {
            row.payload["staff"] for row in night.rows(sa.select(TABLE).where(TABLE.c.kind == "staff_sms"))
        }


async def test_a_trial_texts_only_those_on_the_list(tmp_path: Path, database_url: str) -> None:
    listed = (GUNILLAS, "+46701740605")
    async with a_night(tmp_path, database_url, "2026-11-20 18:00", trial=listed) as night:
        story = await cast(night)
        story.slack_is_away()
        await story.nova.texts("är du där")
        await night.minutes_pass(4)
        assert story.texts_to(ANNAS) == []
        assert ["[Provdrift]" in said for said in story.texts_to(GUNILLAS)] == [True]


async def test_a_text_that_may_have_left_is_sent_again_with_another_link(tmp_path: Path, database_url: str) -> None:
    """Twice rather than not at all; and at most three in all."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night, a_browser() as phone:
        story = await cast(night)
        story.slack_is_away()
        await story.nova.texts("är du där")
        story.nova.receives("tystnadsplikt")
        night.sandbox.carrier.faults.set("carrier", "lost_answer")
        await night.minutes_pass(4)
        await hurried(night, times=5)
        links = [said for said in story.texts_to(ANNAS) if "/reserv/" in said]
        assert len(links) == len(set(links)) == 3
        states = {row.state for row in night.rows(sa.select(TABLE).where(TABLE.c.kind == "staff_sms"))}
        assert states == {"failed"}
        night.sandbox.carrier.faults.set("carrier", "ok")
        await phone.opens(story.link())
        assert "Samtal" in await phone.submits(pin=PIN)


async def test_an_answer_that_is_lost_and_one_who_is_killed_count_alike(
    tmp_path: Path, sqlite_database_url: str
) -> None:
    """Each may have left, and there are three in all: the first is of somebody who was killed."""
    async with a_night(tmp_path, sqlite_database_url, "2026-11-20 18:00") as night:
        story = await cast(night)
        story.slack_is_away()
        await story.nova.texts("är du där")
        await night.minutes_pass(4)
        past = night.sandbox.clock.wire_now() - timedelta(minutes=2)
        is_ours = TABLE.c.kind == "staff_sms"
        night.sandbox.carrier.faults.set("carrier", "lost_answer")
        await night.executes(sa.update(TABLE).where(is_ours).values(state="sending", lease_until=past, lease_owner="x"))
        assert night.sandbox.bot is not None
        await look_for_uncertain(ctx=night.sandbox.bot.ctx)
        await night.settles()
        await hurried(night, times=5)
        assert len(story.texts_to(ANNAS)) == 3
        assert [row.state for row in night.rows(sa.select(TABLE).where(is_ours))] == ["failed"]


async def test_killed_while_it_was_being_sent(tmp_path: Path, database_url: str) -> None:
    """Nobody knows whether it left: it is sent again, with a link of its own."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        story = await cast(night)
        story.slack_is_away()
        await story.nova.texts("är du där")
        await night.minutes_pass(4)
        first = story.link()
        past = night.sandbox.clock.wire_now() - timedelta(minutes=2)
        is_ours = TABLE.c.kind == "staff_sms"
        await night.executes(sa.update(TABLE).where(is_ours).values(state="sending", lease_until=past, lease_owner="x"))
        assert night.sandbox.bot is not None
        await look_for_uncertain(ctx=night.sandbox.bot.ctx)
        await night.settles()
        assert len(story.texts_to(ANNAS)) == 2
        assert story.link() != first


async def hurried(night: Night, *, times: int) -> None:
    """Let what waits for the machine's time leave now, so many times."""
    for _ in range(times):
        soon = sa.update(TABLE).where(TABLE.c.kind == "staff_sms", TABLE.c.state == "due")
        await night.executes(soon.values(next_at=night.sandbox.clock.wire_now()))
        assert night.sandbox.bot is not None
        night.sandbox.bot.worker.wake()
        await night.settles()


@pytest.mark.parametrize("who", ["leader", "other"])
async def test_only_those_who_should_have_it_are_woken(tmp_path: Path, database_url: str, who: str) -> None:
    """A colleague who had the shift yesterday, or who leads, sleeps on; whatever stands in their DM."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        story = await cast(night)
        bo = await night.hires("Bo Lund", NORRVIK, *((Role.LEADER,) if who == "leader" else ()), phone=BOS)
        await chooses_pin(bo, "739154")
        await night.on_beredskap(bo, "2026-11-19 17:00", "2026-11-20 17:00") if who == "other" else None
        story.slack_is_away()
        await story.nova.texts("är du där")
        await night.minutes_pass(9)
        assert story.texts_to(BOS) == []
        assert len(story.texts_to(ANNAS)) == 1
