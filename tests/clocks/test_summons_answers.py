"""What a family answers: a time is booked by itself, anything else is put before whoever has the clock, by day."""

from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.domain.conversation import Conversation, Direction
from bot.domain.deadline import Stage
from bot.domain.errors import NotAllowed
from bot.domain.ids import DeadlineId
from bot.domain.secrecy import Act, Allowed
from bot.domain.summons import SummonsState
from bot.ports import Tx
from bot.services.clocks.handle import set_hold
from bot.services.clocks.look import open_clock
from bot.services.clocks.settle import settle_clock
from bot.services.open_conversation import open_conversation
from bot.services.reply import Reply, reply
from bot.services.shared.access import actor, ask, contact_of
from tests.clocks.given import ANNA, INGRID, JOHAN, KERSTIN, LARS, MONA, NILS, Office, staff_id, wall
from tests.clocks.given_summons import CHILD, GUARDIAN, OTHER_CHILD, Desk

UNREAD = "det läses inte förrän på kontorstid"


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


async def may_read(desk: Desk, who: str, number: str, *, in_the: Conversation | None = None) -> bool:
    conversation = in_the or await desk.conversation(number)

    def query(tx: Tx) -> bool:
        person = tx.staff.get(staff_id(who))
        assert person is not None
        reader = actor(tx, desk.office.ctx, person)
        answer = ask(tx, desk.office.ctx, reader, Act.READ, conversation, contact_of(tx, conversation))
        return isinstance(answer, Allowed)

    return await desk.office.reads(query)


# --- a time is chosen ---


async def test_an_answer_books_the_time(desk: Desk) -> None:
    deadline_id = await desk.has_summoned()

    await desk.texts(GUARDIAN, " 2! ")

    confirmation = "Tack! Ni är välkomna ons 25/11 16.30. Kan ni inte komma, skriv det här. Är det fara, ring 112."
    assert desk.sms_to(GUARDIAN)[1:] == desk.sms_to(CHILD)[1:] == [confirmation]
    clock, summons = await desk.office.deadline(deadline_id), await desk.newest(deadline_id)
    assert clock.talk is not None
    assert clock.talk.booked_at == summons.booked_at == wall("2026-11-25 16:30")
    assert clock.stage(desk.office.clock.now()) is Stage.MEETING
    assert summons.state is SummonsState.BOOKED
    history = await desk.office.history(deadline_id)
    assert history[-2:] == [("answered", "guardian"), ("booked", wall("2026-11-25 16:30").isoformat())]
    assert desk.told() == [("booked", INGRID)]
    conversation = await desk.conversation(GUARDIAN)
    assert not conversation.is_unanswered
    assert desk.cards() == []  # nothing waits for anybody


async def test_an_answer_proves_that_they_were_reached(desk: Desk) -> None:
    """The carrier may never have said so."""
    deadline_id = await desk.has_talk()
    await desk.summons(deadline_id)
    desk.office.is_now("2026-11-20 15:10")

    await desk.texts(CHILD, "1")

    talk = (await desk.office.deadline(deadline_id)).talk
    assert talk is not None
    assert talk.child_summoned_at == wall("2026-11-20 14:30")
    assert talk.guardian_summoned_at is None


async def test_a_webhook_that_comes_twice_books_once(desk: Desk) -> None:
    deadline_id = await desk.has_summoned()

    await desk.texts(GUARDIAN, "2", sid="IN7")
    await desk.texts(GUARDIAN, "2", sid="IN7")

    assert len(desk.sms_to(GUARDIAN)) == 2
    assert [kind for kind, _ in await desk.office.history(deadline_id)].count("booked") == 1


async def test_the_other_one_agrees(desk: Desk) -> None:
    deadline_id = await desk.has_booked()

    await desk.texts(CHILD, "2")

    assert (len(desk.sms_to(CHILD)), len(desk.sms_to(GUARDIAN))) == (2, 2)  # both know already
    assert desk.told() == [("booked", INGRID)]
    assert ("answered", "child") in await desk.office.history(deadline_id)
    assert not (await desk.conversation(CHILD)).is_unanswered


async def test_the_other_one_chooses_differently(desk: Desk) -> None:
    """The first one holds until a person has read both."""
    deadline_id = await desk.has_booked()

    await desk.texts(CHILD, "3")

    assert (await desk.newest(deadline_id)).booked_at == wall("2026-11-25 16:30")
    assert desk.told()[-1] == ("differing_answer", INGRID)
    assert desk.cards() == [INGRID]
    assert len(desk.sms_to(CHILD)) == 2


async def test_a_shared_phone_answers_for_both(desk: Desk) -> None:
    deadline_id = await desk.has_talk()
    await desk.summons(deadline_id, child_number=GUARDIAN)

    await desk.texts(GUARDIAN, "1")

    assert len(desk.sms_to(GUARDIAN)) == 2
    talk = (await desk.office.deadline(deadline_id)).talk
    assert talk is not None
    assert talk.summoned_at == wall("2026-11-20 14:30")
    assert {code for kind, code in await desk.office.history(deadline_id) if kind == "answered"} == {
        "child",
        "guardian",
    }


async def test_a_guardian_of_two_answers_for_each(desk: Desk) -> None:
    first = await desk.has_summoned()
    second = await desk.has_talk(case_ref="K-124", by=LARS)
    await desk.summons(second, by=LARS, child_number=OTHER_CHILD)

    await desk.texts(GUARDIAN, "5")
    await desk.texts(GUARDIAN, "1")

    assert (await desk.newest(first)).booked_at == wall("2026-11-24 16:00")
    assert (await desk.newest(second)).booked_at == wall("2026-11-25 16:30")
    assert desk.told() == [("booked", LARS), ("booked", INGRID)]
    assert "ons 25/11 16.30" in desk.sms_to(OTHER_CHILD)[-1]
    assert "ons 25/11 16.30" not in "".join(desk.sms_to(CHILD)[1:])


async def test_what_fits_two_summons_is_for_a_person(desk: Desk) -> None:
    await desk.has_summoned()
    second = await desk.has_talk(case_ref="K-124")
    await desk.summons(second, child_number=OTHER_CHILD)

    await desk.texts(GUARDIAN, "tisdag passar")

    assert {why for why, _ in desk.told()} == {"answer_words"}
    assert desk.cards() == [INGRID]


async def test_a_time_that_has_been_is_not_booked(desk: Desk) -> None:
    deadline_id = await desk.has_summoned()
    await desk.is_now("2026-11-24 16:01")

    await desk.texts(GUARDIAN, "1")

    assert (await desk.newest(deadline_id)).state is SummonsState.OFFERED
    assert desk.told()[-1] == ("answer_words", INGRID)


async def test_what_was_written_before_the_summons_is_no_answer_to_it(desk: Desk) -> None:
    """Found by reconciliation, hours late."""
    deadline_id = await desk.has_summoned()

    await desk.texts(GUARDIAN, "2", written_at=desk.office.clock.now() - timedelta(hours=3))

    assert (await desk.newest(deadline_id)).state is SummonsState.OFFERED


async def test_an_answer_while_the_police_ask_us_to_wait(desk: Desk) -> None:
    deadline_id = await desk.has_summoned()
    await set_hold(INGRID, deadline_id, "hold", on=True, ctx=desk.office.ctx)
    sent = len(desk.carrier.sent)

    await desk.texts(GUARDIAN, "2")

    assert (await desk.newest(deadline_id)).state is SummonsState.OFFERED
    assert len(desk.carrier.sent) == sent
    assert desk.told()[-1] == ("answer_words", INGRID)


# --- in words ---


async def test_words_are_put_before_whoever_has_the_clock(desk: Desk) -> None:
    deadline_id = await desk.has_summoned()

    await desk.texts(GUARDIAN, "Nej, vi kan inte någon av dem. Går det på kvällen?")

    assert desk.cards() == [INGRID]  # not the unit's channel, and not the person on duty
    assert desk.told() == [("answer_words", INGRID)]
    assert (await desk.conversation(GUARDIAN)).is_unanswered
    assert len(desk.sms_to(GUARDIAN)) == 1  # in office hours nothing is answered by itself
    assert (await desk.newest(deadline_id)).state is SummonsState.OFFERED


async def test_a_choice_after_words_leaves_the_words_waiting(desk: Desk) -> None:
    deadline_id = await desk.has_summoned()
    await desk.texts(GUARDIAN, "Måste pappan vara med?")

    await desk.texts(GUARDIAN, "2")

    assert (await desk.newest(deadline_id)).state is SummonsState.BOOKED
    assert (await desk.conversation(GUARDIAN)).is_unanswered
    assert desk.cards() == [INGRID]  # one card, where it stands already


async def test_who_may_read_the_answer(desk: Desk) -> None:
    await desk.has_summoned()

    await desk.texts(GUARDIAN, "Kan inte")

    readers = [who for who in (INGRID, JOHAN, KERSTIN, LARS, MONA, NILS, ANNA) if await may_read(desk, who, GUARDIAN)]
    assert readers == [INGRID, JOHAN, KERSTIN]
    conversation = await desk.conversation(GUARDIAN)
    for who in (LARS, ANNA):
        with pytest.raises(NotAllowed):
            await open_conversation(who, conversation.id, "x", "V1", "h", ctx=desk.office.ctx)
        assert desk.office.audit(who)[-1][2] is False


async def test_a_stand_in_reads_and_is_told(desk: Desk) -> None:
    await desk.has_summoned()
    await desk.office.is_away(INGRID, "2026-11-20", "2026-11-27", MONA)

    await desk.texts(GUARDIAN, "Kan inte")

    assert desk.cards() == [MONA]
    assert desk.told() == [("answer_words", MONA)]
    assert await may_read(desk, MONA, GUARDIAN)


async def test_nobody_has_it_so_the_leaders_do(desk: Desk) -> None:
    await desk.has_summoned()
    await desk.office.leaves(INGRID)

    await desk.texts(GUARDIAN, "Kan inte")

    assert set(desk.cards()) == {JOHAN, KERSTIN}
    assert not await may_read(desk, LARS, GUARDIAN)


async def test_without_an_owner_only_the_leaders_read(desk: Desk) -> None:
    deadline_id = await desk.has_summoned()
    await _owned_by(desk, deadline_id, None)

    await desk.texts(GUARDIAN, "Kan inte")

    readers = [who for who in (INGRID, JOHAN, LARS) if await may_read(desk, who, GUARDIAN)]
    assert readers == [JOHAN]


async def test_reassigned_meanwhile(desk: Desk) -> None:
    """What waits goes on to the new one, and the old one reads no more."""
    deadline_id = await desk.has_summoned()
    await desk.texts(GUARDIAN, "Kan inte")
    await _owned_by(desk, deadline_id, LARS)
    await desk.is_now("2026-11-20 15:00")

    await desk.texts(CHILD, "2")

    assert desk.cards() == [INGRID, LARS]
    assert desk.told()[-1] == ("booked", LARS)
    assert [await may_read(desk, who, GUARDIAN) for who in (INGRID, LARS)] == [False, True]


async def test_when_the_summons_is_over_the_conversation_is_still_theirs(desk: Desk) -> None:
    deadline_id = await desk.has_booked()
    await settle_clock(
        INGRID, deadline_id, "declined", "2026-11-20", reason="ej_samtycke", key="s", ctx=desk.office.ctx
    )
    await desk.is_now("2026-11-23 10:00")

    await desk.texts(GUARDIAN, "Vi har ångrat oss")

    assert desk.cards() == [INGRID]
    assert not await may_read(desk, LARS, GUARDIAN)


async def test_what_has_to_do_with_no_summons_stays_as_it_was(desk: Desk) -> None:
    """A text to the unit's number from somebody who has not been summoned goes to the unit's channel."""
    await desk.texts(OTHER_CHILD, "Hej, vem når jag?")

    assert desk.cards() == ["C0MYNDIGHET"]
    assert await may_read(desk, LARS, OTHER_CHILD)


async def test_a_new_conversation_long_after_is_about_something_else(desk: Desk) -> None:
    deadline_id = await desk.has_booked()
    await settle_clock(
        INGRID, deadline_id, "declined", "2026-11-20", reason="ej_samtycke", key="s", ctx=desk.office.ctx
    )
    await desk.leaves()
    old = await desk.conversation(GUARDIAN)
    await desk.is_now("2026-12-28 10:00")

    await desk.texts(GUARDIAN, "Hej, en fråga om något annat")

    assert desk.cards() == ["C0MYNDIGHET"]
    assert (await desk.conversation(GUARDIAN)).id != old.id
    assert await may_read(desk, INGRID, GUARDIAN, in_the=old)
    assert not await may_read(desk, LARS, GUARDIAN, in_the=old)  # what was said then stays theirs


async def test_a_reply_does_not_leave_while_the_police_ask_us_to_wait(desk: Desk) -> None:
    deadline_id = await desk.has_summoned()
    await desk.texts(GUARDIAN, "Kan inte")
    await set_hold(INGRID, deadline_id, "hold", on=True, ctx=desk.office.ctx)
    sent = len(desk.carrier.sent)

    conversation = await desk.conversation(GUARDIAN)
    await reply(Reply(INGRID, conversation.id, "Vi hör av oss.", "r"), ctx=desk.office.ctx)
    await desk.leaves()

    assert len(desk.carrier.sent) == sent
    assert desk.failed_sms() == ["police_hold"]
    assert (await desk.conversation(GUARDIAN)).is_unanswered


# --- at night ---


async def test_words_at_night_wait_until_the_office_opens(desk: Desk) -> None:
    deadline_id = await desk.has_summoned()
    await desk.is_now("2026-11-20 23:10")

    await desk.texts(GUARDIAN, "Vi kan inte den tiden")
    await desk.is_now("2026-11-21 10:00")
    await desk.is_now("2026-11-22 23:00")
    at_night = (desk.cards(), desk.told(), desk.sms_to(GUARDIAN)[1:])
    clock = await desk.office.deadline(deadline_id)
    await desk.is_now("2026-11-23 08:00")

    cards, told, answers = at_night
    assert (cards, told) == ([], [])
    assert len(answers) == 1
    assert UNREAD in answers[0]
    assert "ring 112" in answers[0]
    assert clock.next_at == wall("2026-11-23 08:00")  # it stands in the morning's list too
    assert desk.cards() == [INGRID]
    await desk.is_now("2026-11-23 08:05")
    assert desk.cards() == [INGRID]


async def test_a_second_night(desk: Desk) -> None:
    """The card stands already; in the morning the phone sounds again for what has come since."""
    await desk.has_summoned()
    await desk.texts(GUARDIAN, "Kan vi få en annan tid?")
    conversation = await desk.conversation(GUARDIAN)
    await reply(Reply(INGRID, conversation.id, "Ja, säg när.", "r"), ctx=desk.office.ctx)
    await desk.leaves()
    await desk.is_now("2026-11-20 22:00")

    await desk.texts(GUARDIAN, "På en kväll helst")
    threads_at_night = [kind for kind, _, _ in desk.slack.posts if kind == "thread"]
    await desk.is_now("2026-11-23 08:00")

    assert threads_at_night == []
    assert [kind for kind, _, _ in desk.slack.posts if kind == "thread"] == ["thread"]


async def test_a_time_chosen_at_night_is_booked_at_once(desk: Desk) -> None:
    deadline_id = await desk.has_summoned()
    await desk.is_now("2026-11-20 23:10")

    await desk.texts(GUARDIAN, "2")

    assert desk.sms_to(GUARDIAN)[1].startswith("Tack! Ni är välkomna ons 25/11 16.30.")
    assert len(desk.sms_to(GUARDIAN)) == 2  # and nothing about nobody reading
    assert (desk.cards(), desk.told()) == ([], [])
    clock = await desk.office.deadline(deadline_id)
    assert clock.next_at == wall("2026-11-23 08:00")


async def test_in_the_conversation_it_stands_who_said_what(desk: Desk) -> None:
    deadline_id = await desk.has_booked()
    conversation = await desk.conversation(GUARDIAN)

    said = await desk.office.reads(lambda tx: tx.messages.of(conversation.id, limit=10))

    assert [(m.direction, m.author) for m in said] == [
        (Direction.OUT, staff_id(INGRID)),
        (Direction.IN, None),
        (Direction.AUTO, None),
    ]
    view = (await open_clock(INGRID, deadline_id, ctx=desk.office.ctx)).summons
    assert view is not None
    assert view.booked_at == wall("2026-11-25 16:30")


async def _owned_by(desk: Desk, deadline_id: str, who: str | None) -> None:
    def change(tx: Tx) -> None:
        clock = tx.deadlines.get(DeadlineId(deadline_id))
        assert clock is not None
        tx.deadlines.save(replace(clock, owner=None if who is None else staff_id(who)))

    await desk.office.writes(change)


async def test_nobody_at_all_to_tell_is_an_alarm_in_the_morning(desk: Desk) -> None:
    await desk.has_summoned()
    for who in (INGRID, JOHAN, KERSTIN):
        await desk.office.leaves(who)
    await desk.is_now("2026-11-20 23:00")
    await desk.texts(GUARDIAN, "Kan inte")

    with capture_logs() as logs:
        await desk.is_now("2026-11-23 08:00")
        await desk.is_now("2026-11-23 08:05")

    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["conversation_reaches_nobody"]
