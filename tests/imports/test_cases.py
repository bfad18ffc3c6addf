"""What an export from the case system does to the clocks, and what it does not do twice."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.clocks import ClockKind, StartEvent
from bot.domain.deadline import ClockEvent, ClockState, EventKind, Gender, Outcome
from bot.domain.errors import Busy, NotAllowed
from bot.domain.ids import SummonsId
from bot.domain.people import Staff
from bot.domain.retention import CarriedGround, DataKind, RetentionRule, RetentionRules
from bot.domain.rules import NamndRules
from bot.domain.summons import Summons, SummonsState
from bot.services.context import Context
from bot.services.imports import cases
from bot.services.imports.cases import ROWS, import_cases
from bot.services.imports.run import CannotImport
from bot.texts import case_words as words
from storage.store import SqlStore
from tests.frozen import FrozenClock
from tests.imports.given_cases import (
    ANNA,
    CONFIG,
    HEADINGS,
    INGRID,
    JOHAN,
    LARS,
    NORRVIK,
    PETRA,
    SODERMARK,
    case,
    clocks_of,
    configured,
    imported,
    reasons,
    table_of,
)

MONDAY = datetime(2026, 11, 16, 8, 15, tzinfo=UTC)  # 09.15 in Stockholm
FORHAND, TALK, SKYDD = ClockKind.FORHANDSBEDOMNING, ClockKind.ALLVARSSAMTAL, ClockKind.SKYDDSBEDOMNING
CRIME = {"kind": "Anmälan brott"}


async def person(ctx: Context, email: str) -> Staff:
    found = await ctx.store.read(lambda tx: tx.staff.by_email(email))
    assert found is not None
    return found


async def events_of(ctx: Context, kind: ClockKind = FORHAND) -> list[EventKind]:
    clock = (await clocks_of(ctx))[kind]
    return [event.kind for event in await ctx.store.read(lambda tx: tx.deadlines.events(clock.id))]


def rows_in(ctx: Context, query: str) -> list[Any]:
    assert isinstance(ctx.store, SqlStore)
    with ctx.store.engine.connect() as connection:
        return list(connection.execute(sa.text(query)))


def said(ctx: Context) -> int:
    return len(rows_in(ctx, "SELECT id FROM outbox"))


# --- a row becomes clocks ---


async def test_a_report_starts_its_clocks(ctx: Context) -> None:
    result = await imported(ctx, case(kind="Orosanmälan", owner="Ingrid Strand", gender="Flicka", wants_feedback="ja"))

    assert result.summary == "1 nya, 0 ändrade, 0 oförändrade, 0 avvisade"
    clocks = await clocks_of(ctx)
    ingrid = await person(ctx, INGRID)
    assert set(clocks) == {SKYDD, FORHAND}
    assert len({clock.report_id for clock in clocks.values()}) == 1
    for clock in clocks.values():
        assert (clock.received_at, clock.owner, clock.gender) == (MONDAY, ingrid.id, Gender.GIRL)
        assert (clock.wants_feedback, clock.registered_by, clock.is_running) == (True, ingrid.id, True)
    assert clocks[FORHAND].limit.due_on == date(2026, 11, 30)
    assert clocks[FORHAND].next_at == datetime(2026, 11, 23, 7, tzinfo=UTC)  # D+7, when the office opens
    assert await events_of(ctx) == [EventKind.IMPORTED]


@pytest.mark.parametrize("owner", ["Strand, Ingrid", "INGRID STRAND", "ingrid.strand@example.se", "Ingrid  Strand"])
async def test_an_owner_is_known_by_address_or_name(ctx: Context, owner: str) -> None:
    await imported(ctx, case(owner=owner))

    assert (await clocks_of(ctx))[FORHAND].owner == (await person(ctx, INGRID)).id


@pytest.mark.parametrize("owner", ["Vera Okänd", "Petra Wall", PETRA, "Anna Berg"])
async def test_an_unknown_owner_does_not_stop_the_clock(ctx: Context, owner: str) -> None:
    """Not even somebody of another nämnd, or of the beredskap; the leaders see that nobody has it."""
    result = await imported(ctx, case(owner=owner))

    assert (await clocks_of(ctx))[FORHAND].owner is None
    assert [(note.line, note.text) for note in result.notes] == [(2, words.UNKNOWN_OWNER)]


async def test_two_of_the_same_name_are_nobody(ctx: Context) -> None:
    lars = await person(ctx, LARS)
    await ctx.store.write(lambda tx: tx.staff.save(replace(lars, name="Ingrid Strand")))

    result = await imported(ctx, case(owner="Ingrid Strand"))

    assert (await clocks_of(ctx))[FORHAND].owner is None
    assert [note.text for note in result.notes] == [words.TWO_OWNERS]


async def test_a_day_without_a_time_of_day_counts_from_its_beginning(ctx: Context) -> None:
    await imported(ctx, case(received_time="", **CRIME))

    talk = (await clocks_of(ctx))[TALK]
    assert talk.received_at == datetime(2026, 11, 15, 23, tzinfo=UTC)
    assert talk.limit.due_at == talk.received_at + timedelta(hours=48)


async def test_with_an_open_utredning_no_forhandsbedomning_begins(ctx: Context) -> None:
    """SoL 2025:400 20 kap. 2 §; whoever asked is told the same day (19 kap. 6 §)."""
    quiet = await imported(ctx, case(open_utredning="ja"))
    told = await imported(ctx, case(case_ref="K-2", open_utredning="ja", wants_feedback="ja"))

    assert (quiet.summary, [note.text for note in quiet.notes]) == (
        "0 nya, 0 ändrade, 1 oförändrade, 0 avvisade",
        [words.NO_CLOCK],
    )
    assert await clocks_of(ctx) == {}
    (feedback,) = (await clocks_of(ctx, "K-2")).values()
    assert (feedback.kind, feedback.limit.due_on) == (ClockKind.ATERKOPPLING_ANMALARE, date(2026, 11, 16))
    assert told.added == 1


async def test_a_clock_long_overdue_is_spoken_of_the_next_working_morning_once(ctx: Context) -> None:
    await imported(ctx, case(received_on="2026-01-12"))

    clock = (await clocks_of(ctx))[FORHAND]
    assert clock.is_overdue(ctx.clock.now())
    assert clock.next_at == datetime(2026, 11, 23, 7, tzinfo=UTC)  # it is Friday evening: Monday, and not one a rung
    assert said(ctx) == 0


async def test_what_must_be_done_today_is_told_at_once_in_office_hours(ctx: Context, clock: FrozenClock) -> None:
    clock.world_jumps(datetime(2026, 11, 23, 9, tzinfo=UTC) - clock.now())

    await imported(ctx, case(kind="Orosanmälan", owner="Ingrid Strand", received_on="2026-11-23"))
    await imported(ctx, case(kind="Orosanmälan", owner="Ingrid Strand", received_on="2026-11-23"))

    assert [row.kind for row in rows_in(ctx, "SELECT kind FROM outbox")] == ["clock"]


# --- the second time ---


async def test_the_same_file_again_changes_nothing_and_tells_nobody(ctx: Context, clock: FrozenClock) -> None:
    rows = [case(owner="Ingrid Strand"), case(case_ref="K-2", outcome="Inleds ej", decided_on="2026-11-18")]
    await imported(ctx, *rows)
    before = await clocks_of(ctx), await clocks_of(ctx, "K-2"), await events_of(ctx), said(ctx)
    clock.passes(timedelta(days=4))

    again = await imported(ctx, *rows, as_email=JOHAN)

    assert again.summary == "0 nya, 0 ändrade, 2 oförändrade, 0 avvisade"
    assert (await clocks_of(ctx), await clocks_of(ctx, "K-2"), await events_of(ctx), said(ctx)) == before


async def test_a_day_without_a_time_is_the_report_that_is_there_with_one(ctx: Context) -> None:
    """A handläggare registered it with its time; the nightly export only knows the day."""
    await imported(ctx, case(kind="Anmälan brott", received_time="00:05"))

    again = await imported(ctx, case(kind="Anmälan brott", received_time="", owner=INGRID))

    assert again.summary == "0 nya, 1 ändrade, 0 oförändrade, 0 avvisade"
    found = await clocks_of(ctx)
    ingrid = await person(ctx, INGRID)
    assert {clock.owner for clock in found.values()} == {ingrid.id}
    assert {clock.received_at for clock in found.values()} == {datetime(2026, 11, 15, 23, 5, tzinfo=UTC)}


async def test_a_day_without_a_time_is_not_the_report_of_another_day(ctx: Context) -> None:
    await imported(ctx, case(received_on="2026-11-15", received_time="23:55"))

    again = await imported(ctx, case(received_time=""))

    assert again.added == 1


async def test_another_owner_and_gender_are_taken_over(ctx: Context) -> None:
    await imported(ctx, case(owner="Ingrid Strand"))
    result = await imported(ctx, case(owner="Lars Borg", gender="Pojke"))

    changed = (await clocks_of(ctx))[FORHAND]
    assert result.summary == "0 nya, 1 ändrade, 0 oförändrade, 0 avvisade"
    assert (changed.owner, changed.gender) == ((await person(ctx, LARS)).id, Gender.BOY)
    assert await events_of(ctx) == [EventKind.IMPORTED, EventKind.ASSIGNED, EventKind.IMPORTED]


@pytest.mark.parametrize("cells", [{}, {"owner": "Vera Okänd"}, {"gender": "?"}])
async def test_what_is_empty_or_unknown_leaves_it_as_it_is(ctx: Context, cells: dict[str, str]) -> None:
    await imported(ctx, case(owner="Ingrid Strand", gender="Pojke"))
    before = await clocks_of(ctx)

    result = await imported(ctx, case(**cells))

    assert (result.unchanged, await clocks_of(ctx)) == (1, before)


async def test_a_decision_settles_a_running_clock_and_starts_what_follows(ctx: Context) -> None:
    await imported(ctx, case(kind="Orosanmälan", owner="Ingrid Strand", wants_feedback="ja"))
    result = await imported(
        ctx, case(kind="Orosanmälan", wants_feedback="ja", outcome="Utredning inleds", decided_on="2026-11-19")
    )

    clocks = await clocks_of(ctx)
    settled, utredning = clocks[FORHAND], clocks[ClockKind.UTREDNING]
    assert result.summary == "0 nya, 1 ändrade, 0 oförändrade, 0 avvisade"
    assert (settled.state, settled.outcome, settled.decided_on) == (
        ClockState.SETTLED,
        Outcome.INLEDS,
        date(2026, 11, 19),
    )
    assert settled.next_at is None
    assert clocks[SKYDD].outcome is Outcome.DONE
    assert (utredning.limit.due_on, utredning.owner, utredning.report_id) == (
        date(2027, 3, 19),
        settled.owner,
        settled.report_id,
    )
    assert clocks[ClockKind.ATERKOPPLING_ANMALARE].limit.due_on == date(2026, 11, 26)
    assert await events_of(ctx) == [EventKind.IMPORTED, EventKind.SETTLED]


async def test_what_was_decided_long_ago_starts_nothing_and_what_the_file_tells_of_is_left_to_it(ctx: Context) -> None:
    decided = case(wants_feedback="ja", received_on="2026-09-01", outcome="Utredning inleds", decided_on="2026-09-10")
    told = replace(CONFIG, kinds={**CONFIG.kinds, "Utredning": (ClockKind.UTREDNING,)})

    await imported(ctx, decided)
    table = table_of({**decided, "case_ref": "K-2"})
    await import_cases(table, ctx=configured(ctx, told), namnd=NORRVIK, as_email=INGRID)

    assert set(await clocks_of(ctx)) == {FORHAND, ClockKind.UTREDNING}  # four months are not over, a week is
    assert set(await clocks_of(ctx, "K-2")) == {FORHAND}


async def test_a_decision_that_is_put_right_in_the_case_system(ctx: Context) -> None:
    await imported(ctx, case(outcome="Inleds ej", decided_on="2026-11-18"))
    result = await imported(ctx, case(outcome="Utredning inleds", decided_on="2026-11-19"))

    clocks = await clocks_of(ctx)
    assert (result.changed, clocks[FORHAND].outcome) == (1, Outcome.INLEDS)
    assert clocks[ClockKind.UTREDNING].is_running


async def test_a_row_without_a_decision_does_not_open_a_settled_clock(ctx: Context) -> None:
    await imported(ctx, case(outcome="Inleds ej", decided_on="2026-11-18"))
    result = await imported(ctx, case(outcome="Pågår"))

    assert (result.unchanged, (await clocks_of(ctx))[FORHAND].outcome) == (1, Outcome.INLEDS_INTE)


async def test_what_was_registered_by_mistake_is_not_brought_back(ctx: Context, clock: FrozenClock) -> None:
    await imported(ctx, case())
    made = (await clocks_of(ctx))[FORHAND]
    withdrawn = made.withdraw(made.registered_by or (await person(ctx, INGRID)).id, at=clock.now())
    await ctx.store.write(lambda tx: tx.deadlines.save(withdrawn))

    result = await imported(ctx, case(owner="Lars Borg"))

    assert ([note.text for note in result.notes], result.unchanged) == ([words.WAS_WITHDRAWN], 1)
    assert (await clocks_of(ctx))[FORHAND] == withdrawn


async def test_what_the_case_system_has_told_all_of_is_in_its_record(ctx: Context) -> None:
    """What a handläggare has done with a clock here stands nowhere else until they carry it over."""
    await imported(ctx, case())
    made = (await clocks_of(ctx))[FORHAND]
    late = ClockEvent(made.id, made.registered_at, EventKind.REASON, code="skola")
    await ctx.store.write(lambda tx: tx.deadlines.note(late))
    await imported(ctx, case(outcome="Inleds ej", decided_on="2026-11-18"))
    await imported(ctx, case(case_ref="K-2", outcome="Inleds ej", decided_on="2026-11-18"))
    told = (await clocks_of(ctx, "K-2"))[FORHAND]

    assert await ctx.store.read(lambda tx: tx.clocks_kept.carried(made.id)) is None
    found = await ctx.store.read(lambda tx: tx.clocks_kept.carried(told.id))
    assert found is not None
    assert found.ground is CarriedGround.CASE_SYSTEM


async def test_what_has_been_deleted_by_decision_is_not_brought_back(ctx: Context) -> None:
    kept = {DataKind.CLOCKS: RetentionRule(timedelta(days=10), {NORRVIK: "dnr 8"})}
    decided = replace(ctx, rules=replace(ctx.rules, retention=RetentionRules(kept)))
    old = await imported(decided, case(received_on="2026-09-01", outcome="Inleds ej", decided_on="2026-09-10"))
    new = await imported(decided, case(case_ref="K-2", outcome="Inleds ej", decided_on="2026-11-18"))

    assert words.WAS_DELETED in [note.text for note in old.notes]
    assert (await clocks_of(ctx)).get(FORHAND) is None
    assert (new.added, FORHAND in await clocks_of(ctx, "K-2")) == (1, True)


# --- allvarssamtal ---


async def test_a_talk_that_was_summoned_and_held(ctx: Context) -> None:
    summoned = {"child_summoned": "2026-11-16 14:00", "guardian_summoned": "2026-11-17 09:30"}
    await imported(ctx, case(owner="Ingrid Strand", **CRIME))
    await imported(ctx, case(**CRIME, **summoned))
    running = (await clocks_of(ctx))[TALK]
    await imported(ctx, case(**CRIME, **summoned, outcome="Hållet", decided_on="2026-11-18 08:00"))

    talk = (await clocks_of(ctx))[TALK]
    assert running.talk is not None
    assert running.talk.summoned_at == datetime(2026, 11, 17, 8, 30, tzinfo=UTC)
    assert running.is_running
    assert talk.talk is not None
    assert (talk.outcome, talk.talk.ended_at) == (Outcome.HELD, datetime(2026, 11, 18, 7, tzinfo=UTC))
    assert (await clocks_of(ctx))[FORHAND].is_running  # each clock by itself
    kinds = [EventKind.IMPORTED, EventKind.SUMMONED, EventKind.SUMMONED, EventKind.SETTLED]
    assert await events_of(ctx, TALK) == kinds


async def test_no_time_of_day_is_made_up_for_a_talk_that_was_held(ctx: Context) -> None:
    row = case(kind="Allvarssamtal", child_summoned="2026-11-17", outcome="Hållet", decided_on="2026-11-18")

    result = await imported(ctx, row)

    talk = (await clocks_of(ctx))[TALK].talk
    assert talk is not None
    assert (talk.ended_at, talk.child_summoned_at) == (None, datetime(2026, 11, 17, 22, 59, tzinfo=UTC))
    assert [note.text for note in result.notes] == [words.ENDED_DAY, words.SUMMONED_DAY]


async def test_a_talk_that_was_held_stops_what_is_sent_to_the_family(ctx: Context, clock: FrozenClock) -> None:
    await imported(ctx, case(kind="Allvarssamtal", owner="Ingrid Strand"))
    made = (await clocks_of(ctx))[TALK]
    ingrid = await person(ctx, INGRID)
    offered = Summons(
        id=SummonsId("s1"),
        deadline_id=made.id,
        namnd=NORRVIK,
        times=(clock.now(),),
        created_at=MONDAY,
        created_by=ingrid.id,
    )
    await ctx.store.write(lambda tx: tx.summons.add(offered))

    await imported(ctx, case(kind="Allvarssamtal", outcome="Hållet", decided_on="2026-11-18 10:00"))

    (summons,) = await ctx.store.read(lambda tx: tx.summons.of_deadline(made.id))
    assert summons.state is SummonsState.CLOSED
    assert rows_in(ctx, "SELECT id FROM outbox WHERE kind = 'sms'") == []


async def test_a_restored_copy_leaves_it_to_a_person_to_call_off(ctx: Context, clock: FrozenClock) -> None:
    """The original may have read the same file, and told the family: whoever has the clock is asked to call them."""
    await imported(ctx, case(kind="Allvarssamtal", owner="Ingrid Strand"))
    made = (await clocks_of(ctx))[TALK]
    ingrid = await person(ctx, INGRID)
    at = clock.now() + timedelta(days=2)
    summons = Summons(SummonsId("s1"), made.id, NORRVIK, (at,), MONDAY, ingrid.id, state=SummonsState.BOOKED)
    await ctx.store.write(lambda tx: tx.summons.add(replace(summons, booked_at=at)))
    clock.passes(timedelta(minutes=5))
    await ctx.store.write(lambda tx: tx.note_run("restored"))

    await imported(ctx, case(kind="Allvarssamtal", outcome="Tackat nej", decided_on="2026-11-18 10:00"))

    (closed,) = await ctx.store.read(lambda tx: tx.summons.of_deadline(made.id))
    assert closed.state is SummonsState.CLOSED
    assert rows_in(ctx, "SELECT id FROM outbox WHERE kind = 'sms'") == []
    told = rows_in(ctx, "SELECT payload FROM outbox WHERE kind = 'notice'")
    assert [("summons_call_off_by_hand" in str(row)) for row in told] == [True]


def by_start(ctx: Context, starts: StartEvent) -> Context:
    def changed(namnd: NamndRules) -> NamndRules:
        return replace(namnd, clocks=replace(namnd.clocks, talk_starts=starts))

    namnder = {key: changed(namnd) for key, namnd in ctx.rules.namnder.items()}
    return replace(ctx, rules=replace(ctx.rules, namnder=namnder))


async def test_hours_from_the_suspicion_need_its_day(ctx: Context) -> None:
    asked = by_start(ctx, StartEvent.SUSPICION)

    result = await imported(
        asked,
        case(kind="Allvarssamtal", suspicion_on="2026-11-14 20:00"),
        case(kind="Allvarssamtal", case_ref="K-2"),
    )

    assert (await clocks_of(ctx))[TALK].starts_at == datetime(2026, 11, 14, 19, tzinfo=UTC)
    assert reasons(result) == {3: [words.NO_SUSPICION]}


async def test_hours_from_when_it_was_assigned_begin_with_the_first_owner(ctx: Context, clock: FrozenClock) -> None:
    asked = by_start(ctx, StartEvent.ASSIGNED)
    await imported(asked, case(kind="Allvarssamtal"))
    unowned = (await clocks_of(ctx))[TALK]
    clock.passes(timedelta(hours=1))

    await imported(asked, case(kind="Allvarssamtal", owner="Ingrid Strand"))
    await imported(asked, case(kind="Allvarssamtal", owner="Lars Borg"))

    assert unowned.starts_at == MONDAY
    owned = (await clocks_of(ctx))[TALK]
    assert (owned.starts_at, owned.limit.due_at) == (clock.now(), clock.now() + timedelta(hours=48))


# --- bad rows ---


@pytest.mark.parametrize(
    ("cells", "column", "text"),
    [
        ({"case_ref": ""}, "case_ref", words.REF["case_ref_empty"]),
        ({"case_ref": "Nova"}, "case_ref", words.REF["case_ref_form"]),
        ({"case_ref": "20121212-1212"}, "case_ref", words.PERSONNUMMER),
        ({"owner": "Ek 121212-1212"}, "owner", words.PERSONNUMMER),
        ({"kind": "20121212-1212"}, "kind", words.PERSONNUMMER),
        ({"received_on": "20121212-1212"}, "received_on", words.PERSONNUMMER),
        ({"kind": ""}, "kind", words.NO_KIND),
        ({"kind": "Remiss"}, "kind", words.UNKNOWN_KIND),
        ({"received_on": ""}, "received_on", words.NO_DAY),
        ({"received_on": "i går"}, "received_on", words.BAD_DAY),
        ({"received_on": "1999-12-31"}, "received_on", words.TOO_OLD),
        ({"received_on": "2026-11-21"}, "received_on", words.FUTURE),
        ({"received_on": "2026-11-20", "received_time": "22:15"}, "received_on", words.FUTURE),
        ({"received_on": "2026-03-29", "received_time": "02:30"}, "received_on", words.NO_SUCH_TIME),
        ({"received_time": "halv tre"}, "received_time", words.BAD_TIME),
        ({"open_utredning": "kanske"}, "open_utredning", words.NOT_YES_NO),
        ({"outcome": "Avskriven"}, "outcome", words.UNKNOWN_OUTCOME),
        ({"outcome": "Inleds ej"}, "decided_on", words.DECIDED_MISSING),
        ({"outcome": "Inleds ej", "decided_on": "2026-11-15"}, "decided_on", words.BEFORE_RECEIVED),
        ({"outcome": "Inleds ej", "decided_on": "2026-11-21"}, "decided_on", words.FUTURE),
        ({**CRIME, "child_summoned": "2026-11-16 09:00"}, "child_summoned", words.BEFORE_RECEIVED),
        ({**CRIME, "guardian_summoned": "2026-11-23"}, "guardian_summoned", words.FUTURE),
    ],
)
async def test_a_bad_row_is_told_why_and_the_others_go_in(
    sqlite_ctx: Context, cells: dict[str, str], column: str, text: str
) -> None:
    result = await imported(sqlite_ctx, case(case_ref="K-8"), case(**cells), case(case_ref="K-9"))

    assert reasons(result) == {3: [text.format(column=HEADINGS[column])]}
    assert result.summary == "2 nya, 0 ändrade, 0 oförändrade, 1 avvisade"
    assert set(await clocks_of(sqlite_ctx, "K-9")) == {FORHAND}


async def test_two_different_times_of_one_receipt_are_not_chosen_between(sqlite_ctx: Context) -> None:
    result = await imported(sqlite_ctx, case(received_on="2026-11-16 10:00", received_time="09:15"))

    assert "annat klockslag" in reasons(result)[2][0]


async def test_all_that_is_wrong_with_a_row_is_told_at_once(sqlite_ctx: Context) -> None:
    result = await imported(sqlite_ctx, case(case_ref="", kind="Remiss", received_on="i går"))

    assert len(reasons(result)[2]) == 3


async def test_the_same_row_twice_is_read_once_and_two_that_disagree_are_not(sqlite_ctx: Context) -> None:
    result = await imported(
        sqlite_ctx,
        case(),
        case(),
        case(outcome="Inleds ej", decided_on="2026-11-18"),
        case(received_time="09:16"),
        case(**CRIME),
    )

    assert [(note.line, note.text) for note in result.notes] == [(3, words.TWICE.format(line=2))]
    assert reasons(result) == {4: [words.TWICE_OTHERWISE.format(line=2)]}
    assert (result.added, result.unchanged) == (3, 1)  # the last one still starts its allvarssamtal


async def test_what_a_row_held_is_in_no_text_about_it(sqlite_ctx: Context) -> None:
    result = await imported(sqlite_ctx, case(case_ref="Nova Lindgren", owner="121212-1212", kind="Hemlig typ"))

    told = f"{result!r} {reasons(result)}"
    assert [secret for secret in ("Nova", "Lindgren", "1212", "Hemlig") if secret in told] == []


# --- who may, and what cannot be run ---


@pytest.mark.parametrize(
    ("email", "reason"), [(PETRA, "other_world"), (ANNA, "other_world"), ("x@example.se", "not_staff")]
)
async def test_only_the_namnds_own_may_and_an_attempt_is_logged(ctx: Context, email: str, reason: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        await imported(ctx, case(), as_email=email)

    assert refused.value.reason == reason
    assert await clocks_of(ctx) == {}
    (newest,) = rows_in(ctx, "SELECT is_allowed, namnd FROM audit ORDER BY id DESC LIMIT 1")
    assert (bool(newest.is_allowed), newest.namnd) == (False, "norrvik")


async def test_the_leader_may_and_the_log_has_the_counts(ctx: Context) -> None:
    await imported(ctx, case(), case(kind="Remiss"), as_email=JOHAN)

    acts = [row.act for row in rows_in(ctx, "SELECT act FROM audit ORDER BY id DESC LIMIT 3")]
    assert acts == ["import_cases", "import_cases", "register_clock"]


async def test_the_same_reference_in_two_namnder_is_two_cases(ctx: Context) -> None:
    await imported(ctx, case())
    await imported(ctx, case(), namnd=SODERMARK, as_email=PETRA)

    mine, theirs = (await clocks_of(ctx))[FORHAND], (await clocks_of(ctx, "K-1", SODERMARK))[FORHAND]
    assert mine.id != theirs.id


async def test_without_settings_or_namnd_nothing_is_tried(sqlite_ctx: Context) -> None:
    with pytest.raises(CannotImport, match=r"\[case_import\]"):
        await import_cases(table_of(case()), ctx=sqlite_ctx, namnd=NORRVIK, as_email=INGRID)
    with pytest.raises(CannotImport, match="norrvik, sodermark"):
        await imported(sqlite_ctx, case(), namnd="ostmark")


async def test_a_dry_run_says_what_it_would_do_and_does_nothing(ctx: Context) -> None:
    await imported(ctx, case(owner="Ingrid Strand"))
    before = await clocks_of(ctx)

    result = await imported(ctx, case(owner="Lars Borg"), case(case_ref="K-2"), case(kind="?"), dry_run=True)

    assert result.counts == {"added": 1, "changed": 1, "unchanged": 0, "rejected": 1}
    assert (await clocks_of(ctx), await clocks_of(ctx, "K-2")) == (before, {})


async def test_a_run_that_was_cut_short_is_run_again(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [case(case_ref=f"K-{number}") for number in range(ROWS + 50)]
    whole = cases._write

    def cut_short(tx: Any, **given: Any) -> Any:
        if len(given["lines"]) < ROWS:
            raise Busy
        return whole(tx, **given)

    monkeypatch.setattr(cases, "_write", cut_short)
    with pytest.raises(Busy):
        await imported(ctx, *rows)
    monkeypatch.setattr(cases, "_write", whole)

    result = await imported(ctx, *rows)

    assert (result.added, result.unchanged) == (50, ROWS)
    assert len(rows_in(ctx, "SELECT id FROM deadline")) == ROWS + 50
