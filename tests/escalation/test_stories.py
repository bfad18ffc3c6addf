"""Somebody always answers: the first is asleep, all are, voicemail is nobody, a restart in the middle."""

import asyncio
from pathlib import Path

import pytest

from bot.services.escalation.escalate import escalate
from bot.services.open_conversation import open_conversation
from bot.services.take_conversation import take_conversation
from tests.acceptance.night import NORRVIK, a_night
from tests.escalation.evening import ANNAS, BOS, LENAS, NOVAS, WAITS, an_evening

SAID = "kan nån svara, jag är rädd"


async def test_the_first_is_asleep_and_the_backup_answers_with_1(tmp_path: Path, database_url: str) -> None:
    async with an_evening(tmp_path, database_url) as cast:
        night = cast.night
        await cast.nova.texts(SAID)
        cast.anna.card()
        await cast.reaches("18:04")
        assert cast.times() == (0, 0, 0, 0, 0, 0)
        await cast.reaches("18:05")
        assert cast.times() == (1, 0, 0, 0, 0, 0)
        await cast.goes_on()
        call = cast.rings(ANNAS)
        assert call["says"] == "Ett sms till beredskapen väntar på svar. Tryck 1 om du tar det."
        await cast.reaches("18:11")
        assert cast.calls(ANNAS)[0]["status"] == "no-answer"
        assert cast.times() == (1, 1, 1, 0, 0, 0)
        card = cast.bo.card("Ingen kvitterade i tid")

        await cast.texts_one(BOS)
        cast.bo.is_told("1 samtal är kvitterade")
        assert [row.state for row in cast.escalations()] == ["acknowledged"]
        await cast.reaches("18:25")
        assert cast.times() == (1, 1, 1, 0, 0, 0)
        cast.lena.has_no_card()

        await cast.bo.replies("Jag är här. Vad har hänt?", card=card)
        cast.nova.receives("Jag är här")
        await cast.reaches("21:00")
        assert cast.times() == (1, 1, 1, 0, 0, 0)
        assert [row.state for row in cast.steps()] == ["delivered", "unanswered", "delivered"]
        assert [row.ended_by for row in cast.escalations()] == ["answered"]
        assert [ground for _, ground, _ in night.audit("acknowledge")][:1] == ["sms"]
        cast.nova.receives("ingen har läst det än", times=0)
        cast.nova.receives("tystnadsplikt")
        cast.expect_what_was_said()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_all_are_asleep(tmp_path: Path, database_url: str) -> None:
    """Three rounds, then the leader each hour; the sender is told the truth once a stage, with 112."""
    async with an_evening(tmp_path, database_url) as cast:
        night = cast.night
        await cast.nova.texts(SAID)
        await cast.reaches("18:25")
        assert cast.times() == (1, 1, 1, 1, 1, 1)
        cast.lena.card("Ingen kvitterade i tid")
        cast.nova.receives("ingen har läst det än", times=0)
        await cast.reaches("18:26")
        cast.nova.receives("ingen har läst det än")
        await cast.reaches("19:04")
        assert cast.times() == (3, 3, 3, 3, 3, 3)
        await cast.reaches("20:02")
        assert cast.times() == (3, 3, 3, 3, 3, 3)
        cast.nova.receives("Ingen har läst ditt sms än", times=0)
        await cast.reaches("20:10")
        assert cast.times() == (3, 3, 3, 3, 4, 4)
        await cast.reaches("22:10")
        assert cast.times() == (3, 3, 3, 3, 6, 6)
        cast.nova.receives("Ingen har läst ditt sms än")
        cast.nova.receives("ring 112", times=3)

        await cast.lena.replies("Jag är här nu.", card=cast.lena.card())
        cast.nova.receives("Jag är här nu.")
        await night.clock_reaches("2026-11-21 01:30")
        assert cast.times() == (3, 3, 3, 3, 6, 6)
        cast.expect_what_was_said()
        night.expect_nothing_else()


async def test_voicemail_is_no_answer_and_a_key_is(tmp_path: Path, database_url: str) -> None:
    async with an_evening(tmp_path, database_url) as cast:
        await cast.nova.texts(SAID)
        await cast.goes_on(times=2)
        await cast.answers(ANNAS)
        assert [row.state for row in cast.escalations()] == ["running"]
        await cast.goes_on(times=2)
        await cast.answers(BOS, "5")
        assert [row.state for row in cast.escalations()] == ["running"]
        await cast.goes_on(times=2)
        await cast.answers(LENAS, "1")
        assert [row.state for row in cast.escalations()] == ["acknowledged"]
        assert [row.state for row in cast.steps() if row.how == "call"] == ["unanswered", "unanswered", "pressed"]
        assert [ground for _, ground, _ in cast.night.audit("acknowledge")] == ["key"]
        await cast.reaches("18:40")
        assert cast.times() == (1, 1, 1, 1, 1, 1)


async def test_a_restart_in_the_middle(tmp_path: Path, database_url: str) -> None:
    async with an_evening(tmp_path, database_url) as cast:
        await cast.nova.texts(SAID)
        await cast.reaches("18:05")
        await cast.night.restarts()
        await cast.reaches("18:08")
        assert cast.times() == (1, 1, 0, 0, 0, 0)
        await cast.night.sandbox.stop_bot()
        await cast.night.minutes_pass(30)
        await cast.night.sandbox.start_bot()
        await cast.night.minutes_pass(1)
        assert cast.times() == (1, 1, 1, 0, 0, 0)  # what fell due meanwhile does not come all at once


async def test_to_open_it_acknowledges(tmp_path: Path, database_url: str) -> None:
    async with an_evening(tmp_path, database_url) as cast:
        await cast.nova.texts(SAID)
        await cast.reaches("18:05")
        await cast.anna.opens()
        await cast.reaches("18:19")
        assert cast.times() == (1, 0, 0, 0, 0, 0)
        assert [(row.state, row.acknowledged_by) for row in cast.escalations()] == [
            ("acknowledged", cast.anna.staff.id)
        ]


async def test_a_colleague_who_looks_in_has_not_taken_it(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_evening(tmp_path, sqlite_database_url) as cast:
        cecilia = await cast.night.hires("Cecilia Ny", NORRVIK)
        await cast.nova.texts(SAID)
        [conversation] = {row.conversation_id for row in cast.escalations()}
        assert cast.night.sandbox.bot is not None
        ctx = cast.night.sandbox.bot.ctx
        await open_conversation(cecilia.user, conversation, "x", "V1", "h", ctx=ctx)
        await cast.reaches("18:05")
        assert cast.times() == (1, 0, 0, 0, 0, 0)
        await take_conversation(cecilia.user, conversation, "k", ctx=ctx)
        await cast.reaches("18:12")
        assert cast.times() == (1, 0, 0, 0, 0, 0)


async def test_words_that_must_not_wait_call_at_once(tmp_path: Path, database_url: str) -> None:
    async with an_evening(tmp_path, database_url) as cast:
        await cast.nova.texts("HJÄLP MIG!! 😭 han är här")
        assert cast.times() == (0, 0, 0, 0, 0, 0)
        await cast.goes_on()
        assert cast.times() == (0, 1, 0, 0, 0, 0)
        await cast.goes_on()
        assert cast.times() == (0, 1, 0, 1, 0, 0)
        await cast.answers(BOS, "1")
        await cast.reaches("18:15")
        assert cast.times() == (0, 1, 0, 1, 0, 0)


@pytest.mark.parametrize("number", [BOS, LENAS])
async def test_whoever_presses_1_can_read_what_must_not_wait(tmp_path: Path, database_url: str, number: str) -> None:
    """The first round rings without an sms before it: the card must come with the call."""
    async with an_evening(tmp_path, database_url) as cast:
        await cast.nova.texts("hjälp mig, han är här")
        await cast.goes_on(times=2 if number == BOS else 3)
        await cast.answers(number, "1")
        person = {BOS: cast.bo, LENAS: cast.lena}[number]
        assert "hjälp mig, han är här" in await person.opens(person.card("Ett sms väntar på svar"))
        assert [row.state for row in cast.escalations()] == ["acknowledged"]


async def test_a_later_text_that_must_not_wait_hurries_the_ladder(tmp_path: Path, database_url: str) -> None:
    async with an_evening(tmp_path, database_url) as cast:
        await cast.nova.texts("hej")
        await cast.night.minutes_pass(1)
        await cast.nova.texts("jag orkar inte leva längre")
        await cast.goes_on()
        assert cast.times() == (0, 1, 0, 0, 0, 0)
        assert [(row.is_urgent, row.state) for row in cast.escalations()] == [(False, "ended"), (True, "running")]


async def test_two_instances_at_once(tmp_path: Path, database_url: str) -> None:
    async with an_evening(tmp_path, database_url) as cast:
        await cast.nova.texts(SAID)
        clock = cast.night.sandbox.clock
        clock.move_to(cast.night.at("2026-11-20 18:05:30"))
        assert cast.night.sandbox.bot is not None
        ctx = cast.night.sandbox.bot.ctx
        taken = await asyncio.gather(*(escalate(ctx=ctx) for _ in range(4)))
        await cast.night.settles()
        assert sum(taken) == 1
        assert cast.times() == (1, 0, 0, 0, 0, 0)


async def test_acknowledged_and_not_answered(tmp_path: Path, database_url: str) -> None:
    """Asked again in Slack, then by sms; then the ladder begins anew, and the sender is told nothing untrue."""
    async with an_evening(tmp_path, database_url) as cast:
        await cast.nova.texts(SAID)
        await cast.anna.opens()
        await cast.anna.closes_modal()
        await cast.reaches("18:20")
        card = cast.anna.card()
        cast.anna.is_told("väntar fortfarande på svar")
        assert len(cast.anna.thread(card)) == 1
        await cast.reaches("18:23")
        [sms] = cast.night.phone(ANNAS).inbox()
        assert "kvitterat men inte besvarat" in sms["body"]
        await cast.texts_one(ANNAS)
        await cast.reaches("18:42")
        assert len(cast.night.phone(ANNAS).inbox()) == 1
        await cast.reaches("18:47")
        assert len(cast.night.phone(ANNAS).inbox()) == 2
        await cast.reaches("18:56")
        assert cast.times() == (1, 0, 0, 0, 0, 0)  # anew: nobody has heard of Anna for more than half an hour
        cast.nova.receives("ingen har läst", times=0)


async def test_in_office_hours_the_team_has_its_own_ladder(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_evening(tmp_path, sqlite_database_url) as cast:
        await cast.night.clock_reaches("2026-11-23 09:00")
        await cast.nova.texts("hej på er")
        await cast.night.minutes_pass(14)
        assert cast.escalations() == []
        assert cast.times() == (0, 0, 0, 0, 0, 0)


@pytest.mark.parametrize("backup", [True, False])
async def test_no_phones_at_all(tmp_path: Path, sqlite_database_url: str, backup: bool) -> None:
    """Slack is all there is: backup and leader get the card, and operations hear that nobody can be called."""
    alarms = '\n[alerts]\nchannel = "C0DRIFT"\n'
    async with an_evening(tmp_path, sqlite_database_url, phones=False, backup=backup, settings=alarms) as cast:
        cast.night.sandbox.slack.add_channel("C0DRIFT", "drift", [])
        await cast.nova.texts(SAID)
        await cast.reaches("18:20")
        cast.lena.card("Ingen kvitterade i tid")
        assert len(cast.bo.cards()) == backup
        said = "\n".join(m.words for m in cast.night.messages("C0DRIFT"))
        assert "den som har beredskap, på telefon" in said
        assert ("det fanns ingen att nå: reserven." in said) is not backup
        assert ("reserven, på telefon" in said) is backup  # where there is no backup one word of it is enough
        assert cast.times() == (0, 0, 0, 0, 0, 0)


async def test_a_stranger_is_told_nothing_but_the_truth(tmp_path: Path, sqlite_database_url: str) -> None:
    """And who cannot be answered is told nothing."""
    async with an_evening(tmp_path, sqlite_database_url) as cast:
        stranger = cast.night.phone("+46701740633")
        await stranger.texts("vem är det här")
        await cast.night.is_texted_by("BANKEN", "du har vunnit")
        await cast.reaches("18:30")
        stranger.receives("ingen har läst det än")
        [told] = [m["body"] for m in stranger.inbox() if "ingen har läst" in m["body"]]
        assert "Norrvik" not in told
        assert await cast.night.is_texted_by("BANKEN", "svara nu") == []


async def test_whom_the_reserve_has_texted_is_not_texted_again(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_evening(tmp_path, sqlite_database_url) as cast:
        cast.night.sandbox.slack.faults.retry_after_s = 1
        cast.night.sandbox.slack.faults.set("slack", "down")
        await cast.nova.texts(SAID)
        await cast.night.minutes_pass(7)
        bodies = [m["body"] for m in cast.night.phone(ANNAS).inbox()]
        assert len(bodies) == 1
        assert "Slack ligger nere" in bodies[0]
        assert [row.state for row in cast.steps()] == ["covered"]
        await cast.night.minutes_pass(2)  # three after the step before, which the tick takes a moment late
        assert cast.times()[1] == 1
        assert WAITS not in bodies[0]


async def test_nobody_is_there_at_all(tmp_path: Path, database_url: str) -> None:
    """No shift, no leader: operations are told of it, and the sender the truth, once."""
    alarms = '\n[alerts]\nchannel = "C0DRIFT"\n'
    night_of = a_night(tmp_path, database_url, "2026-11-20 18:00", escalates=True, settings=alarms)
    async with night_of as night:
        await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        night.sandbox.slack.add_channel("C0DRIFT", "drift", [])
        nova, _ = await night.enrols("Nova Berg", NOVAS, NORRVIK)
        await nova.texts(SAID)
        nova.receives("ingen som kan svara")
        await night.minutes_pass(6)
        nova.receives("ingen har läst det än")
        assert "den som leder beredskapen" in "\n".join(m.words for m in night.messages("C0DRIFT"))
        await night.minutes_pass(180)
        nova.receives("ingen har läst det än")
        assert "escalation_reaches_nobody" in "\n".join(line.getMessage() for line in night.log_lines)


async def test_a_new_shift_begins_it_anew(tmp_path: Path, sqlite_database_url: str) -> None:
    """Whoever takes over has their own minutes, and whoever has gone is left in peace."""
    async with an_evening(tmp_path, sqlite_database_url, backup=False) as cast:
        await cast.night.clock_reaches("2026-11-21 01:53")
        await cast.night.on_beredskap(cast.bo, "2026-11-21 02:00", "2026-11-21 08:00")
        await cast.nova.texts(SAID)
        await cast.night.clock_reaches("2026-11-21 01:59:30")
        assert cast.times() == (1, 0, 0, 0, 0, 0)
        await cast.night.clock_reaches("2026-11-21 02:04:30")
        assert cast.times() == (1, 0, 0, 0, 0, 0)
        await cast.night.clock_reaches("2026-11-21 02:09:30")
        assert cast.times() == (1, 0, 1, 1, 0, 0)
        assert [row.ended_by for row in cast.escalations()] == ["begun_anew", ""]
