"""Odd turns: what comes twice, at once, at the wrong moment, or in the middle of something else."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.domain.clock_views import ClockList, ClockRow, UnitMessage
from bot.domain.deadline import Reason
from bot.domain.errors import Stale
from bot.domain.ids import StaffId, YouthId
from bot.domain.people import AgeBand, Basis, LinkRole, Role, Youth
from bot.domain.sending import SendUncertain
from bot.domain.summons import SummonsState
from bot.ports import Posted, Tx
from bot.services.clocks.changing import save
from bot.services.clocks.handle import found_contact
from bot.services.clocks.leaders import tell_leaders
from bot.services.clocks.look import open_clock
from bot.services.clocks.remind_families import remind_families
from bot.services.clocks.settle import settle_clock
from bot.services.clocks.speak import speak_of_clocks
from bot.services.clocks.summons import book_by_hand, summon
from bot.services.imports.cases import CasesResult, import_cases
from bot.services.look_for_uncertain import look_for_uncertain
from bot.services.open_conversation import open_conversation
from storage.store import SqlStore
from storage.vault import Vault
from tests.clocks import given_speaking
from tests.clocks.given import (
    FRIDAY,
    INGRID,
    JOHAN,
    KERSTIN,
    LARS,
    MONA,
    NORRVIK,
    Office,
    an_office,
    staff_id,
    wall,
)
from tests.clocks.given_summons import CHILD, GUARDIAN, OTHER_CHILD, Desk, summoning
from tests.frozen import FrozenClock
from tests.imports.given_cases import case, configured, table_of

ONE_TIME = (("2026-11-24", "16.00"),)


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


@pytest.fixture
async def office_on_postgres(postgres_database_url: str, vault: Vault) -> AsyncIterator[Office]:
    clock = FrozenClock(wall(FRIDAY))
    store = SqlStore(postgres_database_url, vault, clock)
    try:
        made = an_office(store, clock)
        await made.opens()
        yield made
    finally:
        await store.close()


# --- one phone, two children ---


@pytest.mark.parametrize("words", ["ja", "Ok!", "Det går bra", "👍", "första", "det andra"])
async def test_words_that_name_no_time_are_for_a_person_where_two_children_wait(desk: Desk, words: str) -> None:
    """A yes fits the one time of one child, but may have been meant for the other."""
    first = await desk.has_summoned()
    second = await desk.has_talk(case_ref="K-124", by=LARS)
    await desk.summons(second, by=LARS, child_number=OTHER_CHILD, times=ONE_TIME)

    await desk.texts(GUARDIAN, words)

    assert [(await desk.newest(found)).state for found in (first, second)] == [SummonsState.OFFERED] * 2
    assert sorted(desk.told()) == [("answer_words", INGRID), ("answer_words", LARS)]


# --- what is due to be said stays due ---


async def test_a_press_as_the_office_opens_does_not_cost_the_morning(office: Office) -> None:
    deadline_id = await office.has_clock("allvarssamtal", received_on="2026-11-20", received_time="14.20")
    office.is_now("2026-11-23 08:00")

    await found_contact(INGRID, deadline_id, "k", ctx=office.ctx)
    await speak_of_clocks(ctx=office.ctx)

    assert len(office.drawn()) == 1
    assert (await office.deadline(deadline_id)).listed_in is not None


async def test_both_answer_in_the_evening_and_the_morning_tells(desk: Desk) -> None:
    deadline_id = await desk.has_summoned()
    await desk.is_now("2026-11-20 20:00")

    await desk.texts(GUARDIAN, "2")
    await desk.texts(CHILD, "2")
    assert (await desk.office.deadline(deadline_id)).next_at == wall("2026-11-23 08:00")
    desk.office.is_now("2026-11-23 08:00")
    await found_contact(INGRID, deadline_id, "k", ctx=desk.office.ctx)
    clock = await desk.office.deadline(deadline_id)
    await desk.office.writes(lambda tx: save(tx, desk.office.ctx, clock))  # nothing but another press
    await speak_of_clocks(ctx=desk.office.ctx)

    assert len(desk.office.drawn()) == 1


# --- two at once ---


async def test_both_answer_at_the_same_moment(office_on_postgres: Office) -> None:
    """Each holds the other's conversation to confirm in it: the clock is held first, so that they wait in a row."""
    desk = Desk(office_on_postgres)
    with capture_logs() as logs:
        for nth in range(6):
            deadline_id = await desk.has_talk(case_ref=f"K-{nth}")
            numbers = [f"+467017406{10 + 2 * nth + place}" for place in range(2)]
            await desk.summons(deadline_id, child_number=numbers[0], guardian_number=numbers[1])
            await asyncio.gather(*(desk.texts(number, "2") for number in numbers))
            assert (await desk.newest(deadline_id)).booked_at == wall("2026-11-25 16:30")

    assert [line for line in logs if line["event"] == "transaction_again"] == []
    assert [why for why, _ in desk.told()] == ["booked"] * 6


async def test_two_instances_as_the_office_opens(
    office_on_postgres: Office, postgres_database_url: str, vault: Vault
) -> None:
    """A list for each handläggare, a message for each leader, a reminder for each phone; and nobody waits in a ring."""
    office, desk = office_on_postgres, Desk(office_on_postgres)
    owners = (INGRID, LARS, MONA)
    for nth in range(12):
        has_it = staff_id(owners[nth % 3])
        await office.has_clock(case_ref=f"K-{nth}", owner=has_it, received_on="2026-11-09", received_time="09.00")
    for nth, owner in enumerate(owners):
        talk = await desk.has_talk(case_ref=f"T-{nth}", owner=staff_id(owner))
        await desk.summons(talk, by=owner, child_number=f"+467017406{20 + nth}", guardian_number="")
        key = f"book {nth}"
        await book_by_hand(owner, talk, "2026-11-23", "10.00", tell_family=True, key=key, ctx=office.ctx)
    await desk.leaves()
    before, posts = len(desk.carrier.sent), len(desk.slack.posts)
    office.is_now("2026-11-23 08:00")
    other = SqlStore(postgres_database_url, vault, office.clock)
    both = (office.ctx, replace(office.ctx, store=other))

    with capture_logs() as logs:
        ticks = (speak_of_clocks, tell_leaders, remind_families)
        await asyncio.gather(*(tick(ctx=ctx) for ctx in both * 2 for tick in ticks))
    await other.close()
    await desk.leaves()

    assert [line for line in logs if line["event"] == "transaction_again" or line["log_level"] == "error"] == []
    assert sorted(sms.to for sms in desk.carrier.sent[before:]) == [f"+467017406{20 + nth}" for nth in range(3)]
    assert sorted((kind, to) for kind, to, _ in desk.slack.posts[posts:] if kind in {"clocks", "unit"}) == [
        *(("clocks", owner) for owner in sorted(owners)),
        *(("unit", leader) for leader in (JOHAN, KERSTIN)),
    ]


async def test_the_same_case_is_settled_and_imported_at_once(office_on_postgres: Office) -> None:
    """Whoever comes second sees what the first has done: one decision, and one utredning."""
    office = office_on_postgres
    ctx = configured(office.ctx)
    for nth in range(4):
        ref = f"K-{nth}"
        deadline_id = await office.has_clock(case_ref=ref, received_on="2026-11-16", received_time="09.15")
        row = case(case_ref=ref, outcome="Utredning inleds", decided_on="2026-11-20")
        settled, read_in = await asyncio.gather(
            settle_clock(INGRID, deadline_id, "inleds", "2026-11-20", key=ref, ctx=ctx),
            import_cases(table_of(row), ctx=ctx, namnd=NORRVIK, as_email="ingrid@example.se"),
            return_exceptions=True,
        )
        assert isinstance(settled, ClockRow | Stale)  # Stale: the import was first
        assert isinstance(read_in, CasesResult)
        kinds = [clock.kind.value for clock in await office.of_case(ref)]
        assert sorted(kinds) == ["forhandsbedomning", "utredning"]
        assert [kind for kind, _ in await office.history(deadline_id)].count("settled") == 1


# --- what may have been posted, and what is out of date ---


async def test_a_list_and_a_message_that_may_have_been_posted_are_found_and_not_repeated(
    sqlite_database_url: str, vault: Vault
) -> None:
    speaking = given_speaking.an_office(
        SqlStore(sqlite_database_url, vault, clock := FrozenClock(wall("2026-11-20 10:00"))), clock
    )
    anna, lena = await speaking.hires("Anna"), await speaking.hires("Lena", Role.LEADER)
    overdue = speaking.clock_of(anna, "2026-11-02 09:00")
    await speaking.has(overdue)
    for who, channel in ((anna, "DUANNA"), (lena, "DULENA")):
        placed = partial(_has_a_dm, who=who, channel=channel)
        await speaking.changes(placed)
    taken = speaking.slack.post_clocks

    async def without_an_answer(to: str, said: Any, outbox_id: int) -> Posted:
        await taken(to, said, outbox_id)
        raise SendUncertain("timeout")

    speaking.slack.post_clocks = speaking.slack.post_unit = without_an_answer  # type: ignore[method-assign]
    speaking.jumps_to("2026-11-23 08:00")
    await speaking.ticks()
    speaking.slack.post_clocks = speaking.slack.post_unit = taken  # type: ignore[method-assign]
    await speaking.changes(lambda tx: save(tx, speaking.ctx, replace(overdue, reason=Reason.SKOLA)))
    await speaking.sends()
    clock.passes(timedelta(minutes=1))
    await look_for_uncertain(ctx=speaking.ctx)
    await speaking.sends()

    assert [type(message.said) for message in speaking.slack.messages] == [ClockList, UnitMessage]
    await speaking.ctx.store.close()  # type: ignore[attr-defined]


def _has_a_dm(tx: Tx, *, who: StaffId, channel: str) -> None:
    tx.posts.remember("notice", None, f"staff:{who}", Posted(channel, "1.0"))


async def test_an_offer_that_is_withheld_opens_nothing_that_has_been_closed(desk: Desk) -> None:
    deadline_id = await desk.has_talk()
    await summon(summoning(deadline_id), ctx=desk.office.ctx)
    reason = "ej_samtycke"
    await settle_clock(INGRID, deadline_id, "declined", "2026-11-20", reason=reason, key="s", ctx=desk.office.ctx)

    await desk.leaves()

    assert desk.carrier.sent == []
    assert not (await desk.conversation(GUARDIAN)).is_open


# --- who is known to the beredskap ---


async def test_that_a_number_is_enrolled_shows_nowhere(desk: Desk) -> None:
    """Neither name nor code, and not the language that only the beredskap has been told of."""

    def enrols(tx: Tx) -> None:
        youth = Youth(YouthId("y1"), NORRVIK, "4TK9M", "Nova Hemlig", AgeBand.FROM_15, Basis.FIFTEEN_OR_OVER)
        tx.people.add_youths([(youth, "R-1")])
        contact = tx.people.ensure_contact(CHILD, language="so")
        tx.people.link(contact.contact.id, youth.id, LinkRole.YOUTH, "Nova Hemlig")

    await desk.office.writes(enrols)
    deadline_id = await desk.has_summoned(guardian_language="ar")
    await desk.is_now("2026-11-20 20:00")
    for number in (CHILD, GUARDIAN):
        await desk.texts(number, "Vi kan inte")

    conversation = await desk.conversation(CHILD)
    view = await open_conversation(INGRID, conversation.id, "x", "V1", "h", ctx=desk.office.ctx)
    clock = await open_clock(INGRID, deadline_id, ctx=desk.office.ctx)
    for shown in (repr(view), repr(clock), repr(desk.slack.posts)):
        assert not any(sign in shown for sign in ("4TK9M", "Hemlig", "'so'"))
    assert "kontorstid" in desk.sms_to(CHILD)[-1]
    assert "112" in desk.sms_to(GUARDIAN)[-1]
    assert "kontorstid" not in desk.sms_to(GUARDIAN)[-1]  # in the language of the summons


async def test_the_beredskap_does_not_learn_the_language_of_a_summons(desk: Desk) -> None:
    await desk.has_summoned(child_language="so")

    assert (await desk.office.writes(lambda tx: tx.people.ensure_contact(CHILD))).contact.language == "sv"
