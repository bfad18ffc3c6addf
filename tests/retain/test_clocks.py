"""The clocks and what was written with families: in the record, waived or on hold; and gone when their time is out."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.errors import BadInput, NotAllowed, Stale
from bot.domain.people import World
from bot.domain.retention import DataKind, HeldBack, RetentionRules, kinds_of
from bot.services.clocks.carry import mark_carried
from bot.services.clocks.look import open_clock
from bot.services.clocks.settle import settle_clock, withdraw_clock
from bot.services.close_conversation import close_conversation
from bot.services.retention.delete_old import delete_old
from bot.services.retention.hold import HoldWanted, lift_hold, list_holds, set_hold
from bot.services.retention.report_retention import report_retention
from bot.services.retention.standing import retention_state
from bot.services.retention.waive import waive, waive_case
from bot.settings.retention import RetentionConfig
from storage.store import SqlStore
from storage.tables import (
    ClockListRow,
    ClockRecordRow,
    ContactRow,
    ConversationRow,
    DeadlineEventRow,
    DeadlineRow,
    DeliveryRow,
    LegalHoldRow,
    MessageRow,
    SlackPostRow,
    SummonsMessageRow,
    SummonsRow,
)
from storage.vault import Vault
from tests.clocks.given import (
    FRIDAY,
    GUNILLA,
    INGRID,
    JOHAN,
    NILS,
    NORRVIK,
    SODERMARK,
    Office,
    an_office,
    person,
    wall,
)
from tests.clocks.given_summons import GUARDIAN, OTHER_CHILD, Carrier, Desk, Slack
from tests.frozen import FrozenClock

LEADER, OTHER_LEADER, OF_BEREDSKAP = (person(who).email for who in (JOHAN, NILS, GUNILLA))
A_DAY = timedelta(days=1)
KEPT = {"inbox": 1, "slack_posts": 5, "summonses": 20, "clocks": 40}
OF_CLOCKS = (DeadlineRow, DeadlineEventRow, ClockRecordRow, SummonsRow, SummonsMessageRow)
OF_TEXTS = (ConversationRow, MessageRow, DeliveryRow, ContactRow)


def decided(**kept: int) -> RetentionRules:
    given = {kind: {"days": days, "decision": f"dnr {kind}"} for kind, days in (KEPT | kept).items()}
    return RetentionConfig.model_validate(given).rules({NORRVIK, SODERMARK})


@dataclass
class Erasing(Carrier):
    """A carrier that deletes what it is asked to, and remembers what that was."""

    gone: list[str] = field(default_factory=list)
    blank: list[str] = field(default_factory=list)

    async def erase(self, provider_id: str) -> bool:
        self.gone.append(provider_id)
        return True

    async def redact(self, provider_id: str) -> bool:
        self.blank.append(provider_id)
        return True


@dataclass
class Withdrawing(Slack):
    """A Slack that takes posts back, and remembers which."""

    withdrawn: list[str] = field(default_factory=list)

    async def withdraw(self, channel: str, ts: str) -> None:
        self.withdrawn.append(f"{channel}:{ts}")


@pytest.fixture
async def desk(database_url: str, vault: Vault) -> AsyncIterator[Desk]:
    """A desk on either database, where both nämnder have decided."""
    clock = FrozenClock(wall(FRIDAY))
    store = SqlStore(database_url, vault, clock)
    try:
        office = an_office(store, clock)
        await office.opens()
        office.ctx = replace(office.ctx, rules=replace(office.ctx.rules, retention=decided()))
        yield Desk(office, Erasing(), Withdrawing())
    finally:
        await store.close()


def rows(office: Office, table: Any) -> list[Any]:
    with office.store.engine.connect() as connection:
        return list(connection.execute(sa.select(table.__table__)))


def counted(office: Office, *tables: Any) -> list[int]:
    return [len(rows(office, table)) for table in tables]


async def time_passes(desk: Desk, days: int) -> None:
    desk.office.clock.passes(days * A_DAY)
    await delete_old(ctx=desk.office.ctx)
    await desk.leaves()


async def held(desk: Desk, deadline_id: str, reference: str = "") -> None:
    """The talk was held on its day; `reference` is where in the record that stands already."""
    await desk.is_now("2026-11-25 18:00")
    await settle_clock(
        INGRID, deadline_id, "held", "2026-11-25", time="16.40", reason="familj_kunde_ej", reference=reference,
        key="settled", ctx=desk.office.ctx
    )  # fmt: skip
    await desk.leaves()
    await desk.arrives()


async def carried(desk: Desk, deadline_id: str, key: str = "carried") -> None:
    await mark_carried(INGRID, deadline_id, "akten 2026-11-26", key, ctx=desk.office.ctx)


async def test_first_the_words_then_the_clock(desk: Desk) -> None:
    """Carried over as it is settled: the words go after twenty days, everywhere, and the rest after forty."""
    office = desk.office
    talk = await desk.has_booked()
    await held(desk, talk, "akten 2026-11-25")
    shown = (await open_clock(INGRID, talk, ctx=office.ctx)).in_record
    assert shown is not None
    assert (shown.reference, shown.by) == ("akten 2026-11-25", INGRID)
    before = counted(office, *OF_TEXTS)

    await time_passes(desk, 19)
    assert counted(office, *OF_TEXTS) == before
    assert all(row.erased_at is None for row in rows(office, ConversationRow))

    await time_passes(desk, 2)
    assert all(row.erased_at is not None for row in rows(office, ConversationRow))
    assert rows(office, ContactRow) != []  # the coded rows need their ids, and no number stands there any more
    assert await office.reads(lambda tx: tx.people.contact_by_number(GUARDIAN)) is None
    assert {row.provider_id for row in rows(office, DeliveryRow)} == {None}
    carrier: Any = desk.carrier
    assert set(carrier.gone) == {"IN1", *(f"SM{nth}" for nth in range(1, len(carrier.sent) + 1))}
    assert 0 not in counted(office, *OF_CLOCKS)

    await time_passes(desk, 20)
    assert counted(office, *OF_CLOCKS, *OF_TEXTS, ClockListRow) == [0] * (len(OF_CLOCKS) + len(OF_TEXTS) + 1)


async def test_nothing_goes_before_it_is_in_the_record(desk: Desk) -> None:
    """The leaders of the unit are told what waits; the mark that somebody sets later is what it is counted from."""
    office = desk.office
    talk = await desk.has_booked()
    await held(desk, talk)
    await time_passes(desk, 60)
    assert 0 not in counted(office, DeadlineRow, DeadlineEventRow, SummonsRow, SummonsMessageRow)
    state = await office.reads(lambda tx: retention_state(tx, office.ctx.rules, office.clock.now()))
    [unit] = [found for found in state.units if found.namnd == NORRVIK]
    assert unit.held_back == {HeldBack.NOT_TRANSFERRED: 2}
    assert unit.clocks == {HeldBack.NOT_TRANSFERRED: 1}

    office.is_now("2027-02-01 10:00")
    assert await report_retention(ctx=office.ctx) == 4  # both nämnder, each world by itself
    await desk.leaves()
    told = {to: str(said) for kind, to, said in desk.slack.posts if kind == "notice"}
    assert "1 frister som varken" in told[JOHAN]
    assert "frister" not in told[GUNILLA]

    with pytest.raises(BadInput):
        await mark_carried(INGRID, talk, " ", "k1", ctx=office.ctx)
    with pytest.raises(BadInput):
        await mark_carried(INGRID, talk, "20121212-1212", "k2", ctx=office.ctx)
    with pytest.raises(NotAllowed):
        await mark_carried(GUNILLA, talk, "akten", "k3", ctx=office.ctx)
    await carried(desk, talk)
    assert ("carried", "") in await office.history(talk)
    await time_passes(desk, 19)
    assert all(row.erased_at is None for row in rows(office, ConversationRow))
    await time_passes(desk, 2)
    assert all(row.erased_at is not None for row in rows(office, ConversationRow))


async def test_what_is_written_afterwards_must_be_carried_over_too(desk: Desk) -> None:
    office = desk.office
    talk = await desk.has_booked()
    await held(desk, talk, "akten")
    office.is_now("2026-11-27 10:00")
    await desk.texts(GUARDIAN, "tack för i går, en sak till")
    written = await desk.conversation(GUARDIAN)
    await close_conversation(INGRID, written.id, written.last_inbound_seq, "close", ctx=office.ctx)
    await desk.leaves()

    await time_passes(desk, 60)
    [kept] = [row for row in rows(office, ConversationRow) if row.id == written.id]
    assert kept.erased_at is None
    assert 0 not in counted(office, *OF_CLOCKS)

    await carried(desk, talk)
    await time_passes(desk, 21)
    assert all(row.erased_at is not None for row in rows(office, ConversationRow))


async def test_a_running_clock_is_not_carried_over(desk: Desk) -> None:
    clock = await desk.office.has_clock()
    with pytest.raises(Stale):
        await carried(desk, clock)
    await time_passes(desk, 400)
    assert counted(desk.office, DeadlineRow) == [1]


async def test_what_was_registered_by_mistake_holds_nothing_to_carry_over(desk: Desk) -> None:
    """Unless the family has been texted about it."""
    office = desk.office
    mistake = await office.has_clock()
    await withdraw_clock(INGRID, mistake, "k", ctx=office.ctx)
    summoned = await desk.has_summoned()
    await withdraw_clock(INGRID, summoned, "k2", ctx=office.ctx)
    await desk.leaves()
    await desk.arrives()

    await time_passes(desk, 41)
    assert [row.id for row in rows(office, DeadlineRow)] == [summoned]
    assert await waive_case("norrvik", "k-123", "av misstag", "dnr 9", ctx=office.ctx, as_email=LEADER) == 1
    await time_passes(desk, 21)
    await time_passes(desk, 20)
    assert rows(office, DeadlineRow) == []


async def test_a_leader_of_the_unit_waives_a_case(desk: Desk) -> None:
    office = desk.office
    clock = await office.has_clock()
    await settle_clock(INGRID, clock, "inleds_inte", "2026-11-20", key="k", ctx=office.ctx)
    for who in (OTHER_LEADER, OF_BEREDSKAP, person(INGRID).email, "nobody@example.se"):
        with pytest.raises(NotAllowed):
            await waive_case("norrvik", "K-123", "dubblett", "dnr 9", ctx=office.ctx, as_email=who)
    for wrong in (("norrvik", "K-999", "x", "y"), ("norrvik", "Nova", "x", "y"), ("x", "K-123", "x", "y")):
        with pytest.raises(BadInput):
            await waive_case(*wrong, ctx=office.ctx, as_email=LEADER)
    for reason, reference in (("", "dnr"), ("dubblett", " ")):
        with pytest.raises(BadInput):
            await waive_case("norrvik", "K-123", reason, reference, ctx=office.ctx, as_email=LEADER)
    assert await waive_case("norrvik", "K-123", "dubblett", "dnr 9", ctx=office.ctx, as_email=LEADER) == 1
    assert await waive_case("norrvik", "K-123", "dubblett", "dnr 9", ctx=office.ctx, as_email=LEADER) == 0
    await time_passes(desk, 41)
    assert rows(office, DeadlineRow) == []


@pytest.mark.parametrize("whole", [True, False])
async def test_a_hold_keeps_the_clock_and_the_words(desk: Desk, *, whole: bool) -> None:
    office = desk.office
    talk = await desk.has_booked()
    await held(desk, talk, "akten")
    wanted = HoldWanted("mål 1", "norrvik", case_ref=None if whole else " k-123", world=World.MYNDIGHET)
    for who in (OTHER_LEADER, OF_BEREDSKAP, person(INGRID).email):
        with pytest.raises(NotAllowed):
            await set_hold(wanted, ctx=office.ctx, as_email=who)
    [hold] = await set_hold(wanted, ctx=office.ctx, as_email=LEADER)
    await time_passes(desk, 60)
    assert all(row.erased_at is None for row in rows(office, ConversationRow))
    assert 0 not in counted(office, *OF_CLOCKS)

    assert await list_holds("norrvik", ctx=office.ctx, as_email=OF_BEREDSKAP) == []
    assert [h.id for h in await list_holds("norrvik", ctx=office.ctx, as_email=LEADER, world=World.MYNDIGHET)] == [hold]
    for who in (OTHER_LEADER, OF_BEREDSKAP):
        with pytest.raises(NotAllowed):
            await lift_hold(hold, ctx=office.ctx, as_email=who)
    await lift_hold(hold, ctx=office.ctx, as_email=LEADER)
    await time_passes(desk, 1)
    await time_passes(desk, 1)
    assert counted(office, *OF_CLOCKS) == [0] * len(OF_CLOCKS)
    assert counted(office, LegalHoldRow) == [int(whole)]  # a case's reference goes with its last clock


async def test_what_no_summons_is_about_is_waived_by_its_code(desk: Desk) -> None:
    """Somebody texts the unit; nobody has summoned them. The leader says where it went, or why it need not."""
    office = desk.office
    await desk.texts(OTHER_CHILD, "är det här socialen")
    written = await desk.conversation(OTHER_CHILD)
    await close_conversation(INGRID, written.id, written.last_inbound_seq, "close", ctx=office.ctx)
    await desk.leaves()
    await time_passes(desk, 60)
    assert [row.erased_at for row in rows(office, ConversationRow)] == [None]

    code = rows(office, ContactRow)[0].code
    with pytest.raises(NotAllowed):
        await waive(code, "felsms", "dnr 9", ctx=office.ctx, as_email=OF_BEREDSKAP, world=World.MYNDIGHET)
    with pytest.raises(BadInput):  # there is nothing of it in the other world
        await waive(code, "felsms", "dnr 9", ctx=office.ctx, as_email=OF_BEREDSKAP)
    assert await waive(code, "felsms", "dnr 9", ctx=office.ctx, as_email=LEADER, world=World.MYNDIGHET) == 1
    assert await waive(code, "felsms", "dnr 9", ctx=office.ctx, as_email=LEADER, world=World.MYNDIGHET) == 0
    await time_passes(desk, 41)
    await time_passes(desk, 1)
    assert counted(office, ConversationRow, MessageRow, ContactRow) == [0, 0, 0]


async def test_without_a_decision_everything_stays(desk: Desk) -> None:
    office = desk.office
    rules = RetentionConfig.model_validate({"inbox": {"days": 1, "decision": "dnr"}}).rules({NORRVIK, SODERMARK})
    office.ctx = replace(office.ctx, rules=replace(office.ctx.rules, retention=rules))
    talk = await desk.has_booked()
    await held(desk, talk, "akten")
    await time_passes(desk, 800)
    assert 0 not in counted(office, *OF_CLOCKS, *OF_TEXTS)
    assert await office.reads(lambda tx: retention_state(tx, office.ctx.rules, office.clock.now()).units) == ()


# --- words at the provider ---------------------------------------------------------


async def test_words_go_early_at_the_provider_and_stay_here(desk: Desk) -> None:
    """A day after it was stored, or had its last word; each once, and nothing that is on hold."""
    office = desk.office
    retention = decided(provider_texts=1)
    office.ctx = replace(office.ctx, rules=replace(office.ctx.rules, retention=retention))
    carrier: Any = desk.carrier
    await desk.has_summoned()
    await desk.texts(GUARDIAN, "2")  # the confirmations have no last word yet
    [hold] = await set_hold(HoldWanted("mål 1", "norrvik", case_ref="K-123"), ctx=office.ctx, as_email=LEADER)
    await time_passes(desk, 1)
    assert carrier.blank == []
    await lift_hold(hold, ctx=office.ctx, as_email=LEADER)
    await time_passes(desk, 0)
    assert sorted(carrier.blank) == ["IN1", "SM1", "SM2"]

    await desk.arrives()
    await time_passes(desk, 0)
    assert len(carrier.blank) == 3
    await time_passes(desk, 1)
    await time_passes(desk, 1)
    assert sorted(carrier.blank) == ["IN1", "SM1", "SM2", "SM3", "SM4"]
    assert carrier.gone == []
    written = await desk.conversation(GUARDIAN)
    bodies = await office.reads(lambda tx: [m.body for m in tx.messages.of(written.id, limit=9)])
    assert "2" in bodies
    assert await office.reads(lambda tx: tx.retention.standing().left) == 0


async def test_a_text_that_the_network_never_reports_on_is_tried_all_the_same(desk: Desk) -> None:
    office = desk.office
    office.ctx = replace(office.ctx, rules=replace(office.ctx.rules, retention=decided(provider_texts=1)))
    await desk.has_talk()
    [talk] = rows(office, DeadlineRow)
    await desk.summons(talk.id)
    await desk.arrives("sent")
    carrier: Any = desk.carrier
    await time_passes(desk, 2)
    assert carrier.blank == []
    await time_passes(desk, 1)
    assert sorted(carrier.blank) == ["SM1", "SM2"]


async def test_the_posts_about_clocks_go_with_the_others(desk: Desk) -> None:
    office = desk.office
    await desk.has_booked()
    assert {row.kind for row in rows(office, SlackPostRow)} >= {"clock"}
    await time_passes(desk, 6)
    assert "clock" not in {row.kind for row in rows(office, SlackPostRow)}
    chat: Any = desk.slack
    assert chat.withdrawn != []


def test_each_kind_is_told_of_to_whose_it_is() -> None:
    assert kinds_of(World.MYNDIGHET) | kinds_of(World.BEREDSKAP) == frozenset(DataKind)
    assert {DataKind.SUMMONSES, DataKind.CLOCKS} & kinds_of(World.BEREDSKAP) == set()
    assert DataKind.CONVERSATIONS not in kinds_of(World.MYNDIGHET)
