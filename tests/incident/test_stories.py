"""Content may have gone astray: nothing more of it leaves, all that comes is kept, and then it goes on."""

from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.app import running
from bot.domain.errors import NotAllowed
from bot.domain.ids import ConversationId
from bot.domain.incident import STOPPED
from bot.services.export_handovers import Wanted, export_handovers
from bot.services.incident.lift import lift_stop
from bot.services.incident.stop import by_email, stop_sending
from bot.services.reply import Reply, reply
from bot.services.reserve.read import list_conversations
from bot.services.rota.feed import make_feed
from tests.acceptance.night import CHANNELS, NORRVIK, SODERMARK, Person, a_night, buttons_in
from tests.incident.given import ANNAS, GUNILLAS, LEADER, OTHER_LEADER, SARAS, WHY, cast


async def test_a_stop_in_the_night_holds_back_everything_and_loses_nothing(tmp_path: Path, database_url: str) -> None:
    """22.10: an answer is on its way when Gunilla stops; 00.30, after a restart, she lifts it."""
    async with a_night(tmp_path, database_url, "2026-11-20 22:00") as night:
        story = await cast(night)
        anna, nova = story.anna, story.nova
        await nova.texts("kan nån ringa mig")
        nova.receives("tystnadsplikt")
        night.sandbox.carrier.faults.set("carrier", "limited")
        await anna.replies("Jag ringer om två minuter")
        card = anna.card("svarade 22.00: köat")
        read = await anna.opens(card)
        assert "kan nån ringa mig" in read

        await night.clock_reaches("2026-11-20 22:10")
        ordered = await story.stops()
        night.sandbox.carrier.faults.set("carrier", "ok")
        await story.machine_time_passes()
        assert set(ordered.stopped) == {NORRVIK, SODERMARK}
        assert "Nödstopp gäller" in anna.reads()
        assert "kan nån ringa" not in anna.reads()
        await anna.closes_modal()
        anna.is_told("Nödstopp för alla nämnder sedan 22.10")
        for leader in (story.gunilla, story.sara):
            leader.is_told("Nödstopp för alla nämnder sedan 22.10")
        for number in (GUNILLAS, SARAS):
            night.phone(number).receives("nödstopp. Boten skickar och visar inget innehåll")
        assert nova.unexpected() == []

        await night.clock_reaches("2026-11-20 22:20")
        await nova.texts("hallå är ni där")
        told = anna.is_told("Någon har skrivit")
        assert "ring_up" in told.buttons
        assert "hallå" not in told.words
        assert "Nödstopp gäller" in await anna.opens(card)
        assert "hallå" not in anna.reads()
        await anna.closes_modal()
        assert nova.unexpected() == []
        await night.restarts()
        await story.machine_time_passes()
        assert nova.unexpected() == []
        assert "Nödstopp gäller" in await anna.opens(card)
        await anna.closes_modal()

        await night.clock_reaches("2026-11-21 00:30")
        lifted = await story.lifts(NORRVIK)
        assert lifted.stopped == (NORRVIK,)
        assert lifted.already == (SODERMARK,)
        await story.machine_time_passes()
        assert nova.unexpected() == []  # after an hour the answer is not what she would say now
        anna.is_told("Sms:et hann inte iväg i tid")
        anna.is_told("Nytt sms fre 20 nov 22.20")
        story.gunilla.is_told("Nödstoppet för Norrvik hävdes 00.30")
        night.phone(GUNILLAS).receives("nödstoppet är hävt")
        assert len(anna.cards()) == 1
        assert "väntar på svar" in anna.card("väntar på svar").words
        assert "hallå är ni där" in await anna.opens()
        await anna.closes_modal()
        await anna.replies("Jag ringer nu")
        nova.receives("Jag ringer nu", times=1)
        await story.lifts(SODERMARK, by=OTHER_LEADER)
        story.sara.is_told("Nödstoppet för Södermark hävdes 00.30")
        night.phone(SARAS).receives("nödstoppet är hävt")
        assert [act[1:] for act in night.audit("stop")] == [("leader", True), ("leader", True)]
        assert ("emergency_stop", False) in [act[1:] for act in night.audit("read")]
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_one_namnd_is_stopped_and_the_other_goes_on(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 22:00") as night:
        story = await cast(night)
        await story.stops(NORRVIK)
        story.gunilla.is_told("Nödstopp för Norrvik")
        night.phone(GUNILLAS).receives("nödstopp")
        story.anna.is_told("Nödstopp för Norrvik")

        await story.liam.texts("hej hej")
        story.liam.receives("tystnadsplikt")
        story.anna.card("Ett sms väntar på svar")
        await story.anna.replies("Hej Liam")
        story.liam.receives("Hej Liam", times=1)
        await story.nova.texts("är nån där")
        assert story.nova.unexpected() == []
        story.anna.is_told("Någon har skrivit")
        assert len(story.anna.cards()) == 1

        with pytest.raises(NotAllowed):
            await story.lifts(NORRVIK, by=OTHER_LEADER)
        with pytest.raises(NotAllowed):
            await story.stops(by="anna@example.se")
        await story.lifts()
        story.gunilla.is_told("Nödstoppet för Norrvik hävdes")
        night.phone(GUNILLAS).receives("nödstoppet är hävt")
        story.nova.receives("tystnadsplikt")  # within the hour it is still true
        assert len(story.anna.cards()) == 2
        story.anna.card("Ett sms väntar på svar")
        night.phone(ANNAS)
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_handover_that_fell_due_is_posted_when_the_stop_is_lifted(tmp_path: Path, database_url: str) -> None:
    """From Friday night to Monday at nine: one handover, once, and it says what is so then."""
    async with a_night(tmp_path, database_url, "2026-11-20 22:00") as night:
        story = await cast(night)
        night.expected_errors.add("conversation_reaches_nobody")
        await story.nova.texts("kan nån ringa")
        await story.anna.replies("Jag ringer")
        await story.stops(NORRVIK)
        await night.clock_reaches("2026-11-23 09:00")
        assert [said for said in night.messages(CHANNELS[NORRVIK]) if said.is_handover] == []
        assert "digest" in story.waiting()

        await story.lifts()
        await night.paced_posts_leave()
        assert len([said for said in night.messages(CHANNELS[NORRVIK]) if said.is_handover]) == 1
        assert story.waiting() == []


async def test_a_family_may_be_told_one_thing(tmp_path: Path, database_url: str) -> None:
    """Where it has been decided: the same sentence to everybody, once, past what waits."""
    async with a_night(tmp_path, database_url, "2026-11-20 22:00", settings="\n[incident]\nanswer = true\n") as night:
        story = await cast(night)
        await story.stops()
        stranger = night.phone("+46701740609")
        for phone in (story.nova, stranger):
            await phone.texts("hjälp")
            await phone.texts("hallå")
            phone.receives("Just nu kan vi inte svara med sms. Är det fara, ring 112.", times=1)
            assert phone.unexpected() == []


async def test_what_is_typed_in_a_thread_is_not_sent(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 22:00") as night:
        story = await cast(night)
        await story.nova.texts("kan nån ringa")
        story.nova.receives("tystnadsplikt")
        card = story.anna.card()
        await story.stops()
        await story.anna.types_in_thread(card, "jag ringer strax")
        story.anna.is_told("Det du skrev har *inte* skickats")
        await story.lifts(NORRVIK)
        await story.machine_time_passes()
        assert {said.user for said in story.anna.thread(card)} == {story.anna.user}
        assert story.nova.unexpected() == []


async def test_what_is_being_written_is_kept_as_a_note_and_shown_when_the_stop_is_lifted(
    tmp_path: Path, database_url: str
) -> None:
    """Anna is in the middle of an answer when Gunilla stops; what she wrote is neither sent nor lost."""
    async with a_night(tmp_path, database_url, "2026-11-20 22:00") as night:
        story = await cast(night)
        anna, nova = story.anna, story.nova
        await nova.texts("kan nån ringa mig")
        nova.receives("tystnadsplikt")
        card = anna.card("väntar på svar")
        await anna.opens(card)
        await story.stops(NORRVIK)
        assert "Nödstopp gäller" in anna.reads()
        assert "Ring upp" in anna.reads()
        assert "Behövs socialjouren: ring dit själv." in anna.reads()
        assert "kan nån ringa" not in anna.reads()
        assert set(_fields(anna)) == {"reply"}
        done = await anna.submits({"reply": {"reply_text": "Hej Nova, jag ringer"}})
        assert not done.get("errors"), done
        assert "visas för den som får läsa samtalet när stoppet är hävt" in anna.reads()
        assert "Hej Nova" not in anna.reads()
        await anna.closes_modal()

        await nova.texts("hallå är ni där")
        anna.is_told("Någon har skrivit")
        await anna.opens(card)
        done = await anna.submits({"reply": {"reply_text": "Ringde upp. Allt är lugnt nu."}})
        assert not done.get("errors"), done
        await anna.closes_modal()
        conversation_id = ConversationId(buttons_in(card.blocks)["open"])
        kept = await story.ctx.store.read(lambda tx: tx.conversations.get(conversation_id))
        assert kept is not None
        assert kept.seen_seq < kept.last_inbound_seq  # a note that was written blind is no sign that it was read
        with pytest.raises(NotAllowed) as refused:
            await reply(Reply(anna.user, conversation_id, "Jag ringer strax", "k"), ctx=story.ctx)
        assert refused.value.reason == STOPPED
        assert nova.unexpected() == []
        assert not any("Allt är lugnt" in said.words for said in anna.messages())

        await story.lifts()
        await story.machine_time_passes()
        anna.is_told("Nytt sms")
        read = await anna.opens(card)
        for words in ("kan nån ringa mig", "hallå är ni där", "Hej Nova, jag ringer", "Allt är lugnt nu."):
            assert words in read
        await anna.closes_modal()
        assert nova.unexpected() == []
        assert [granted for _, _, granted in night.audit("note")] == [True, True]
        assert ("emergency_stop", False) in [act[1:] for act in night.audit("reply")]


def _fields(person: Person) -> list[str]:
    return [block["block_id"] for block in person.modal()["blocks"] if block["type"] == "input"]


async def test_people_can_still_speak_with_each_other(tmp_path: Path, database_url: str) -> None:
    """Ring upp, from the notice: her own phone rings."""
    async with a_night(tmp_path, database_url, "2026-11-20 22:00") as night:
        story = await cast(night)
        await story.stops()
        await story.nova.texts("kan nån ringa")
        told = story.anna.is_told("Någon har skrivit")
        await story.anna.presses("ring_up", told)
        assert "ring" in story.anna.reads().casefold()
        assert night.audit("ring_up")


@pytest.mark.parametrize("how", ["home", "exports", "calendar", "reserve"])
async def test_nothing_is_shown_anywhere(tmp_path: Path, database_url: str, how: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 22:00") as night:
        story = await cast(night)
        await story.nova.texts("kan nån ringa")
        [code] = story.anna.card().header.split()[-1:]
        address = await make_feed(story.anna.user, ctx=story.ctx)
        assert code in await story.anna.opens_home()
        assert await list_conversations(story.anna.staff, ctx=story.ctx)
        await story.stops()

        if how == "home":
            assert code not in await story.anna.opens_home()
        if how == "reserve":
            assert await list_conversations(story.anna.staff, ctx=story.ctx) == ()
            await night.minutes_pass(20)
            assert not any("reserv" in message["body"].casefold() for message in night.phone(ANNAS).inbox())
        if how == "calendar":
            async with ClientSession() as session, session.get(address) as answer:
                assert answer.status == 503
        if how == "exports":
            day = night.at("2026-11-20 22:00").date()
            with pytest.raises(NotAllowed) as refused:
                await export_handovers(Wanted(NORRVIK, day, day), ctx=story.ctx, as_email=LEADER)
            assert refused.value.reason == STOPPED


async def test_two_instances_know_of_it_at_once_on_postgres(tmp_path: Path, postgres_database_url: str) -> None:
    """Ordered in one, it holds in the other; and what one held the other lets out, once."""
    async with a_night(tmp_path, postgres_database_url, "2026-11-20 22:00") as night:
        story = await cast(night)
        assert night.sandbox.bot is not None
        async with running(night.sandbox.bot.settings, night.sandbox.clock, ticks=False) as second:
            await stop_sending(by_email(LEADER), WHY, None, ctx=second.ctx)
            await story.nova.texts("kan nån ringa")
            await second.settle()
            assert story.nova.unexpected() == []
            assert story.anna.cards() == []
            again = await story.stops()
            assert again.stopped == ()
            await lift_stop(by_email(LEADER), "klart", NORRVIK, ctx=second.ctx)
            await night.settles()
            await second.settle()
            story.nova.receives("tystnadsplikt", times=1)
            assert len(story.anna.cards()) == 1
            assert len([said for said in story.gunilla.messages() if "Nödstopp för" in said.words]) == 1
