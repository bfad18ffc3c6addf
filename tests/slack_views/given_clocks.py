"""Anything that may be shown of the clocks, and an ordinary Friday."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

from bot.domain.calendar import Hours, WeekHours
from bot.domain.clock_views import (
    AnswerLine,
    Choice,
    ClockList,
    ClockNotice,
    ClockRow,
    ClockView,
    EventLine,
    HomeClocks,
    OwnerLine,
    SummonsView,
    UnitMessage,
    UnitPage,
)
from bot.domain.clocks import ClockKind, ClockRules, limit_of
from bot.domain.deadline import OUTCOMES, ClockState, EventKind, Gender, Outcome, Reason, Stage
from bot.domain.delivery import DeliveryStatus
from bot.domain.summons import Party, SummonsState
from tests.slack_views.given import bodies, counts, days, ids, namnder, odd, times, users

FRIDAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 7, 2, tzinfo=UTC)  # Friday 08.02 in Stockholm
OFFICE = WeekHours(tuple((day, Hours(time(8), time(15 if day == 4 else 17))) for day in range(5)))
WHYS = (
    "registered_critical",
    "ladder",
    "last_hour",
    "contact_missing",
    "outcome_wanted",
    "assigned",
    "stand_in",
    "unowned",
    "hold_lifted",
    "booked",
    "answer_words",
    "no_show",
    "summons_failed",
    "summons_withheld",
    "declined",
    "differing_answer",
)

refs = st.sampled_from(["K-123", "2026/0417", "SN.2026-88", "<!channel>", "*K*", "Ü" * 64, " "])
limits = st.builds(
    lambda kind, at, at_once: limit_of(kind, at, ClockRules(), OFFICE, frozenset(), at_once=at_once),
    st.sampled_from(ClockKind),
    times,
    st.booleans(),
)
rows = st.builds(
    ClockRow,
    deadline_id=ids,
    case_ref=refs,
    kind=st.sampled_from(ClockKind),
    stage=st.sampled_from(Stage),
    limit=limits,
    owner=users,
    is_overdue=st.booleans(),
    state=st.sampled_from(ClockState),
    outcome=st.none() | st.sampled_from(Outcome),
    reason=st.none() | st.sampled_from(Reason),
    snoozed_until=st.none() | days,
    booked_at=st.none() | times,
    stand_in_for=users,
)
many_rows = st.builds(
    lambda some, n: tuple(some * n), st.lists(rows, min_size=1, max_size=5), st.sampled_from([1, 1, 4, 40])
) | st.just(())
many_refs = st.lists(refs, max_size=60).map(tuple)
lists = st.builds(ClockList, namnder, days, many_rows, counts, many_refs, st.booleans())
notices = st.builds(ClockNotice, st.sampled_from(WHYS), namnder, rows, st.booleans())
owner_lines = st.builds(OwnerLine, users, counts, counts, counts, st.none() | days, users)
many_owners = st.builds(lambda some, n: tuple(some * n), st.lists(owner_lines, max_size=4), st.sampled_from([1, 1, 30]))
units = st.builds(
    UnitMessage, namnder, days, many_rows, many_rows, counts, counts, many_owners, st.booleans(), st.booleans()
)
event_codes = st.sampled_from(
    ["", "held", "arbetsbelastning", "child,guardian", "2026-11-24", "2026-11-20T13:20:00+00:00", "U0ANNA", "x{y}", "<"]
)
events = st.builds(EventLine, times, st.sampled_from(EventKind), users, event_codes, st.just("") | bodies)
answers = st.builds(
    AnswerLine,
    st.sampled_from(Party),
    st.sampled_from(["+46701740605", "+46701740699"]),
    st.sampled_from(["sv", "so", "xx"]),
    st.sampled_from([status.value for status in DeliveryStatus]),
    st.none() | times,
    st.just("") | ids,
)
summonses = st.builds(
    SummonsView,
    ids,
    st.sampled_from(SummonsState),
    st.lists(times, min_size=1, max_size=3).map(tuple),
    st.sampled_from([1, 4]),
    st.none() | times,
    times,
    st.lists(answers, max_size=4).map(tuple),
)
views = st.builds(
    ClockView,
    row=rows,
    namnd_name=namnder,
    now=times,
    received_at=times,
    starts_at=times,
    gender=st.sampled_from(Gender),
    wants_feedback=st.booleans(),
    events=st.builds(lambda some, n: tuple(some * n), st.lists(events, max_size=5), st.sampled_from([1, 1, 40])),
    police_hold=st.booleans(),
    has_contact=st.booleans(),
    child_summoned_at=st.none() | times,
    guardian_summoned_at=st.none() | times,
    extended_to=st.none() | days,
    extended_by=odd,
    extension_reason=bodies,
    snooze_reason=bodies,
    summons=st.none() | summonses,
    siblings=many_rows,
    outcomes=st.sampled_from([(), *OUTCOMES.values()]),
    may_extend=st.booleans(),
    may_assign=st.booleans(),
    is_trial=st.booleans(),
)
choices = st.builds(Choice, ids, st.text(max_size=90))
pages = st.builds(
    UnitPage,
    namnd=st.sampled_from(["norrvik", "sodermark"]),
    namnd_name=namnder,
    now=times,
    namnder=st.sampled_from([(), (Choice("norrvik", "Norrvik"), Choice("sodermark", "S" * 90))]),
    owners=many_owners,
    staff=st.lists(choices, max_size=120, unique_by=lambda choice: choice.value).map(tuple),
    chosen=st.sampled_from(["all", "overdue", "unowned", "kind:utredning", "owner:" + "0" * 24]),
    rows=many_rows,
    offset=st.sampled_from([0, 20, 40]),
    total=counts,
)
home_clocks = st.builds(HomeClocks, many_rows, counts, st.booleans(), st.booleans(), many_owners, counts, counts)


def a_row(ref: str = "K-123", kind: ClockKind = ClockKind.ALLVARSSAMTAL, **more: object) -> ClockRow:
    """Return an ordinary row of Anna's: what came in on Friday at 14.20, in an office that closes at 15.00."""
    started = more.pop("started", "2026-11-20T13:20:00+00:00")
    starts_at = datetime.fromisoformat(str(started))
    stage = Stage.SUMMON if kind is ClockKind.ALLVARSSAMTAL else Stage.DECIDE
    limit = limit_of(kind, starts_at, ClockRules(), OFFICE, frozenset())
    made = ClockRow(deadline_id=f"id-{ref}", case_ref=ref, kind=kind, stage=stage, limit=limit, owner="U0ANNA")
    return replace(made, **more)  # type: ignore[arg-type]


def a_view(row: ClockRow, now: datetime = NOW, **more: object) -> ClockView:
    """Return the modal of a row that a leader opens: everything that may be offered is."""
    plain: dict[str, object] = {
        "namnd_name": "Norrvik",
        "received_at": row.limit.due_at - timedelta(hours=48),
        "starts_at": row.limit.due_at - timedelta(hours=48),
        "gender": Gender.GIRL,
        "wants_feedback": False,
        "events": (),
        "outcomes": OUTCOMES[row.kind] if row.state is ClockState.RUNNING else (),
        "may_extend": row.kind in {ClockKind.FORHANDSBEDOMNING, ClockKind.UTREDNING},
        "may_assign": True,
        **more,
    }
    return ClockView(row=row, now=now, **plain)  # type: ignore[arg-type]
