"""Which rows are taken out, what stands in them, who may, and what the log says of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.cards import Sender
from bot.domain.digest import OwnerKind
from bot.domain.errors import NotAllowed
from bot.domain.handover import Settled
from bot.domain.notes import ActionCode, Situation
from bot.domain.people import LinkRole
from bot.domain.reaction import ActionState
from bot.ports import Tx
from bot.services.context import Context
from bot.services.export_handovers import Export, UnknownNamnd, Wanted, export_handovers
from storage.store import SqlStore
from tests.exports.given import (
    ANNA,
    BO,
    DAVID,
    EVENING,
    LEADER,
    MINUTE,
    a_case,
    an_episode,
    came_in,
    person,
    went_out,
)
from tests.imports.given import ADMIN
from tests.storage.given import (
    FRIDAY,
    GUARDIAN_NUMBER,
    MONDAY,
    SATURDAY,
    SODERMARK,
    TUESDAY,
    a_conversation,
    action,
    digest,
    episode,
    note,
)

NOVEMBER = Wanted("norrvik", date(2026, 11, 1), date(2026, 11, 30))


async def taken_out(ctx: Context, wanted: Wanted = NOVEMBER, as_email: str = ANNA, **more: Any) -> Export:
    return await export_handovers(wanted, ctx=ctx, as_email=as_email, **more)


def logged(store: SqlStore) -> list[tuple[str, str, str, bool, Any]]:
    """Return act, subject, ground, whether it was allowed and details, without what the import of staff left."""
    statement = sa.text("SELECT act, subject, ground, is_allowed, details FROM audit WHERE actor != 'cli' ORDER BY id")
    with store.engine.connect() as connection:
        return [(row[0], row[1], row[2], bool(row[3]), row[4]) for row in connection.execute(statement)]


# --- what stands in a row ---


async def test_an_evening_with_everything(ctx: Context) -> None:
    def happened(tx: Tx) -> str:
        anna, bo, case = person(tx, ANNA), person(tx, BO), a_case(tx)
        monday = digest(MONDAY)
        tx.digests.add(monday)
        made = an_episode(
            tx,
            case,
            digest_id=monday.id,
            reviewed=Settled(anna.id, EVENING),
            transferred=Settled(bo.id, EVENING + 3 * MINUTE, "Blad 14"),
        )
        came_in(tx, case, 1, EVENING)
        went_out(tx, case, 2, EVENING + timedelta(minutes=12, seconds=50), bo.id)
        went_out(tx, case, 3, EVENING + 20 * MINUTE, anna.id)
        written = note(case.conversation.id, bo.id, socialjouren_at=EVENING)
        tx.notes.add(written, [made.id])
        tx.notes.add_action(
            action(written, owner=anna.id).settle(ActionState.DONE, anna.id, at=EVENING + 60 * MINUTE, reason="Ringde")
        )
        return case.youth.case_code

    code = await ctx.store.write(happened)

    (row,) = (await taken_out(ctx)).rows

    assert (row.day, row.digest_day, row.codes, row.sender) == (FRIDAY, MONDAY, (code,), Sender.YOUTH)
    assert (row.first_at, row.is_ours_first) == (EVENING, False)
    assert row.answered_within == timedelta(minutes=12, seconds=50)
    assert row.by == ("Bo Lund", "Anna Berg")
    assert (row.situation, row.socialjouren, row.has_note) == (Situation.BROKEN_PLAN, True, True)
    assert row.action is not None
    assert (row.action.code, row.action.due_on) == (ActionCode.NEXT_WORKING_DAY, MONDAY)
    assert (row.action.owner_kind, row.action.owner) == (OwnerKind.STAFF, "Anna Berg")
    assert (row.action.state, row.action.settled_at) == (ActionState.DONE, EVENING + 60 * MINUTE)
    assert (row.is_reviewed, row.transferred_at) == (True, EVENING + 3 * MINUTE)
    assert not row.is_added


async def test_an_unknown_number_that_nobody_has_answered(ctx: Context) -> None:
    def happened(tx: Tx) -> str:
        made = a_conversation(tx, "+46701740679")
        tx.episodes.add(episode(made.id, EVENING, added_at=EVENING))
        return tx.people.contact(made.contact_id).contact.code

    code = await ctx.store.write(happened)

    (row,) = (await taken_out(ctx)).rows

    assert (row.codes, row.sender, row.by, row.answered_within) == ((code,), Sender.UNKNOWN, (), None)
    assert (row.digest_day, row.situation, row.socialjouren, row.action) == (None, None, None, None)
    assert not row.is_without_action
    assert row.is_added


async def test_what_we_began_is_not_unanswered(ctx: Context) -> None:
    def happened(tx: Tx) -> None:
        case = a_case(tx, role=LinkRole.GUARDIAN)
        an_episode(tx, case)
        went_out(tx, case, 1, EVENING, person(tx, ANNA).id)

    await ctx.store.write(happened)

    (row,) = (await taken_out(ctx)).rows

    assert (row.sender, row.is_ours_first, row.answered_within, row.by) == (
        Sender.GUARDIAN,
        True,
        None,
        ("Anna Berg",),
    )


async def test_an_action_stands_in_the_newest_row_of_its_note(ctx: Context) -> None:
    """In the older row nothing stands: "none" would be untrue."""

    def happened(tx: Tx) -> None:
        case = a_case(tx)
        both = [an_episode(tx, case), an_episode(tx, case, EVENING + timedelta(days=1), SATURDAY)]
        written = note(case.conversation.id, person(tx, ANNA).id)
        tx.notes.add(written, [made.id for made in both])
        tx.notes.add_action(action(written, with_duty=True))
        calm = an_episode(tx, case, EVENING + timedelta(days=3), MONDAY)
        tx.notes.add(note(case.conversation.id, person(tx, ANNA).id, code=ActionCode.NOTHING), [calm.id])

    await ctx.store.write(happened)

    friday, saturday, monday = (await taken_out(ctx)).rows

    assert (friday.action, friday.is_without_action, friday.has_note) == (None, False, True)
    assert saturday.action is not None
    assert (saturday.action.owner_kind, saturday.action.owner) == (OwnerKind.DUTY, "")
    assert (monday.action, monday.is_without_action) == (None, True)


async def test_of_several_actions_the_one_that_is_left_is_told(ctx: Context) -> None:
    def happened(tx: Tx) -> None:
        anna, case = person(tx, ANNA), a_case(tx)
        made = an_episode(tx, case)
        for number, due_on in enumerate((MONDAY, TUESDAY)):
            written = note(case.conversation.id, anna.id, at=EVENING + number * MINUTE)
            tx.notes.add(written, [made.id])
            wanted = action(written, due_on=due_on)
            done = wanted.settle(ActionState.DONE, anna.id, at=EVENING)
            tx.notes.add_action(done if due_on == MONDAY else wanted)

    await ctx.store.write(happened)

    (row,) = (await taken_out(ctx)).rows

    assert row.action is not None
    assert (row.action.due_on, row.action.state, row.action.owner_kind) == (TUESDAY, ActionState.OPEN, OwnerKind.TEAM)


async def test_an_old_evening_is_told_truly_in_a_long_conversation(ctx: Context) -> None:
    """A handover looks at the newest messages only; a year later there are many newer ones."""

    def happened(tx: Tx) -> None:
        anna, bo, case = person(tx, ANNA), person(tx, BO), a_case(tx)
        an_episode(tx, case)
        came_in(tx, case, 1, EVENING)
        went_out(tx, case, 2, EVENING + 7 * MINUTE, anna.id)
        an_episode(tx, case, EVENING + timedelta(days=1), SATURDAY)
        for seq in range(3, 303):
            went_out(tx, case, seq, EVENING + timedelta(days=1) + seq * MINUTE, bo.id)

    await ctx.store.write(happened)

    friday, saturday = (await taken_out(ctx)).rows

    assert (friday.is_ours_first, friday.answered_within, friday.by) == (False, 7 * MINUTE, ("Anna Berg",))
    assert (saturday.is_ours_first, saturday.by) == (True, ("Bo Lund",))


# --- which rows ---


async def test_only_the_days_asked_for_and_only_the_own_namnd(ctx: Context) -> None:
    days = [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 15), date(2026, 11, 30), date(2026, 12, 1)]

    def happened(tx: Tx) -> None:
        ours, theirs = a_case(tx), a_case(tx, GUARDIAN_NUMBER, name="Alva Ek", namnd=SODERMARK)
        for day in reversed(days):
            at = datetime(day.year, day.month, day.day, 18, 0, tzinfo=UTC)
            an_episode(tx, ours, at, day)
            an_episode(tx, theirs, at, day)

    await ctx.store.write(happened)

    assert [row.day for row in (await taken_out(ctx)).rows] == days[1:4]
    assert [row.day for row in (await taken_out(ctx, Wanted("norrvik", days[0], days[0]))).rows] == days[:1]
    year = await taken_out(ctx, Wanted("sodermark", date(2026, 1, 1), date(2026, 12, 31)), DAVID)
    assert [row.day for row in year.rows] == days


async def test_rows_are_in_order_whatever_conversation_they_belong_to(ctx: Context) -> None:
    """More conversations than are read at a time, each on two days."""

    def happened(tx: Tx) -> None:
        for number in range(45):
            case = a_case(tx, f"+46701741{number:03}")
            an_episode(tx, case, EVENING + timedelta(days=1, minutes=number), SATURDAY)
            an_episode(tx, case, EVENING - number * MINUTE, FRIDAY)

    await ctx.store.write(happened)
    told: list[tuple[int, int]] = []

    export = await taken_out(ctx, progress=lambda _, done, total: told.append((done, total)))

    placed = [(row.day, row.first_at) for row in export.rows]
    assert placed == sorted(placed)
    assert len(placed) == 90
    assert told == [(20, 45), (40, 45), (45, 45)]


async def test_a_case_that_the_reader_may_not_handle_is_left_out(ctx: Context) -> None:
    """Also when the youth has left: then nothing else shows that there was something."""

    def happened(tx: Tx) -> str:
        anna = person(tx, ANNA).id
        an_episode(tx, a_case(tx, jav=(anna,)))
        gone = a_case(tx, "+46701740678", name="Alva Ek", jav=(anna,))
        an_episode(tx, gone)
        tx.people.save_youth(replace(gone.youth, is_active=False))
        other = a_case(tx, GUARDIAN_NUMBER, name="Nova Lindgren")
        an_episode(tx, other)
        return other.youth.case_code

    code = await ctx.store.write(happened)

    assert [row.codes for row in (await taken_out(ctx)).rows] == [(code,)]
    assert len((await taken_out(ctx, as_email=BO)).rows) == 3


async def test_nothing_gives_no_rows(ctx: Context, store: SqlStore) -> None:
    export = await taken_out(ctx)

    assert export.rows == ()
    assert (export.namnd_name, export.made_by) == ("Norrviks stadsdelsnämnd", "Anna Berg")
    assert export.made_at == ctx.clock.now()
    assert [act for act, *_ in logged(store)] == ["see_handover", "export_handovers"]


# --- who may, and what the log says ---


@pytest.mark.parametrize(("as_email", "ground"), [(ANNA, "home_namnd"), (LEADER.upper(), "leader")])
async def test_the_namnds_own_may_and_it_is_logged_once(
    ctx: Context, store: SqlStore, as_email: str, ground: str
) -> None:
    def happened(tx: Tx) -> None:
        case = a_case(tx)
        for number in range(3):
            an_episode(tx, case, EVENING + number * MINUTE)

    await ctx.store.write(happened)

    await taken_out(ctx, as_email=as_email)

    act, subject, on, is_allowed, details = logged(store)[-1]
    assert (act, subject, on, is_allowed) == ("export_handovers", "namnd:norrvik", ground, True)
    assert '"rows": 3' in str(details).replace("'", '"')
    assert '"from": "2026-11-01"' in str(details).replace("'", '"')
    assert [entry[0] for entry in logged(store)].count("export_handovers") == 1


@pytest.mark.parametrize(
    "as_email",
    [DAVID, "henrik.vall@example.se", "ingrid.strand@example.se", "johan.kvist@example.se", ADMIN],
    ids=["other nämnd", "its leader", "myndighet", "its leader", "admin"],
)
async def test_others_may_not_and_that_is_logged_too(ctx: Context, store: SqlStore, as_email: str) -> None:
    with pytest.raises(NotAllowed) as refusal:
        await taken_out(ctx, as_email=as_email)

    assert refusal.value.reason == "not_home"
    ((act, subject, on, is_allowed, _),) = logged(store)
    assert (act, subject, on, is_allowed) == ("see_handover", "namnd:norrvik", "not_home", False)


async def test_somebody_who_has_left_may_not(ctx: Context, store: SqlStore) -> None:
    await ctx.store.write(lambda tx: tx.staff.save(replace(person(tx, ANNA), is_active=False)))

    with pytest.raises(NotAllowed) as refusal:
        await taken_out(ctx)

    assert refusal.value.reason == "not_staff"
    assert [entry[3] for entry in logged(store)] == [False]


async def test_an_address_that_nobody_has_is_logged_without_the_address(ctx: Context, store: SqlStore) -> None:
    with pytest.raises(NotAllowed) as refusal:
        await taken_out(ctx, as_email="okand@example.se")

    assert refusal.value.reason == "not_staff"
    with store.engine.connect() as connection:
        newest = connection.execute(sa.text("SELECT * FROM audit ORDER BY id DESC LIMIT 1")).one()
    assert "export_handovers" in newest
    assert "okand" not in str(newest)


async def test_an_unknown_namnd_is_told_which_there_are(ctx: Context) -> None:
    with pytest.raises(UnknownNamnd, match="norrvik, sodermark"):
        await taken_out(ctx, replace(NOVEMBER, namnd="ostmark"))
