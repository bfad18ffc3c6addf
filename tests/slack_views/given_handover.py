"""Anything that the handover may be asked to show."""

from datetime import date, datetime, timedelta

from hypothesis import strategies as st

from bot.domain.background import Background
from bot.domain.cards import Sender
from bot.domain.digest import (
    ActionView,
    Addendum,
    DigestAction,
    DigestRow,
    DigestView,
    HandoverStory,
    JournalLine,
    JournalText,
    LookBack,
    LookBackLine,
    MeetingPage,
    NoteView,
    OwnerKind,
    Seen,
    ShiftAction,
    ShiftHandover,
    ShiftLine,
    arrange,
)
from bot.domain.forms import BackgroundPage, NoteForm
from bot.domain.ids import StaffId, YouthId
from bot.domain.notes import ActionCode, Situation
from bot.domain.reaction import ActionState
from tests.slack_views.given import (
    NOW,
    bodies,
    codes,
    days,
    ids,
    names,
    namnder,
    odd,
    outward_views,
    people,
    several_marks,
    times,
    users,
)

TODAY = date(2026, 11, 20)
LONGEST_FIELD = 3000

written = st.builds(lambda text, n: (text * n)[:LONGEST_FIELD], odd, st.sampled_from([0, 1, LONGEST_FIELD]))
typed_before = written.map(lambda text: text.replace("\ud83d", ""))  # Slack gives whole characters
lengths = st.integers(0, 60 * 24 * 30).map(lambda n: timedelta(minutes=n))
situations = st.sampled_from(Situation)
digest_actions = st.builds(
    DigestAction,
    code=st.sampled_from(ActionCode),
    due_on=days,
    owner_kind=st.sampled_from(OwnerKind),
    owner=users,
    state=st.sampled_from(ActionState),
    settled_by=users,
    settled_at=st.none() | times,
    is_late=st.booleans(),
)
rows = st.builds(
    DigestRow,
    episode_id=ids,
    day=days,
    codes=codes,
    sender=st.sampled_from(Sender),
    first_at=times,
    is_ours_first=st.booleans(),
    answered_within=st.none() | lengths,
    by=st.lists(users, max_size=12).map(tuple),
    is_open=st.booleans(),
    waiting_since=st.none() | times,
    has_note=st.booleans(),
    situation=st.none() | situations,
    socialjouren=st.none() | st.booleans(),
    action=st.none() | digest_actions,
    is_reviewed=st.booleans(),
    is_transferred=st.booleans(),
    is_carried=st.booleans(),
    added_at=st.none() | times,
    noted_at=st.none() | times,
    outward=several_marks,
)


def digest_of(some: list[DigestRow], **more: object) -> DigestView:
    """Return the handover of TODAY with these rows."""
    first, still_open, rest = arrange(some, TODAY)
    view = {"digest_id": "d" * 24, "namnd_name": "Norrvik", "day": TODAY, "since": NOW - timedelta(days=1), **more}
    return DigestView(must_happen=first, still_open=still_open, rest=rest, **view)  # type: ignore[arg-type]


digests = st.builds(
    lambda some, times, since, left, stale, namnd, flags: digest_of(
        some * times,
        since=since,
        not_transferred=left,
        stale_backgrounds=stale,
        namnd_name=namnd,
        is_newest=flags[0],
        is_repeat=flags[1],
        is_trial=flags[2],
    ),
    st.lists(rows, max_size=12),
    st.sampled_from([1, 1, 25]),
    st.none() | times,
    codes | st.just(()) | codes.map(lambda some: some * 30),
    codes | st.just(()) | codes.map(lambda some: some * 30),
    namnder,
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
addenda = st.builds(Addendum, times, rows, st.booleans(), st.booleans(), st.booleans())
shift_lines = st.builds(
    ShiftLine,
    conversation_id=ids,
    codes=codes,
    sender=st.sampled_from(Sender),
    namnd_name=namnder,
    waiting_since=st.none() | times,
    unanswered=st.integers(0, 40),
    is_promised=st.booleans(),
    has_note=st.booleans(),
    taken_by=users,
    outward=several_marks,
)
shift_actions = st.builds(ShiftAction, ids, codes, namnder, days)
shift_handovers = st.builds(
    ShiftHandover,
    shift_id=ids,
    starts_at=times,
    ends_at=times,
    namnder=st.lists(namnder.filter(bool), min_size=1, max_size=40).map(tuple),
    open=st.lists(shift_lines, max_size=30).map(tuple),
    actions=st.lists(shift_actions, max_size=30).map(tuple),
    before=users,
    is_trial=st.booleans(),
)
note_views = st.builds(
    NoteView,
    author=names,
    at=times,
    came_in=written,
    support=written,
    promised=written,
    situation=situations,
    code=st.sampled_from(ActionCode),
    socialjouren_at=st.none() | times,
    concerns=st.lists(names, max_size=4).map(tuple),
)
several_people = st.lists(people, max_size=6).map(tuple)
stories = st.builds(
    HandoverStory,
    conversation_id=ids,
    codes=codes,
    sender=st.sampled_from(Sender),
    people=several_people,
    namnd_name=namnder,
    waiting_since=st.none() | times,
    notes=st.lists(note_views, max_size=5).map(tuple),
    outward=outward_views,
)
action_views = st.builds(
    ActionView,
    id=ids,
    code=st.sampled_from(ActionCode),
    due_on=days,
    owner_kind=st.sampled_from(OwnerKind),
    owner=names | st.just(""),
    state=st.sampled_from(ActionState),
    settled_by=names | st.just(""),
    settled_at=st.none() | times,
    reason=odd,
    is_late=st.booleans(),
    is_mine=st.booleans(),
)
seen = st.none() | st.builds(Seen, names, times, odd)
pages = st.builds(
    MeetingPage,
    digest_id=ids | st.just(""),
    episode_id=ids,
    namnd_name=namnder,
    day=days,
    index=st.integers(1, 3),
    count=st.integers(3, 200),
    row=rows,
    people=several_people,
    by=st.lists(names, max_size=8).map(tuple),
    notes=st.builds(lambda some, n: tuple(some * n), st.lists(note_views, max_size=3), st.sampled_from([1, 1, 20])),
    actions=st.lists(action_views, max_size=14).map(tuple),
    reviewed=seen,
    transferred=seen,
    outward=outward_views,
    may_handle=st.booleans(),
    may_transfer=st.booleans(),
    refusal=st.sampled_from(["", "", "jav", "not_home", "other_namnd"]),
    is_trial=st.booleans(),
)
journal_lines = st.builds(
    JournalLine,
    at=times,
    who=names | st.just(""),
    is_inbound=st.booleans(),
    is_note=st.booleans(),
    body=bodies,
    media_count=st.sampled_from([0, 0, 1, 10]),
    did_arrive=st.none() | st.booleans(),
)
journals = st.builds(
    JournalText,
    episode_id=ids,
    codes=codes,
    namnd_name=namnder,
    sender=st.sampled_from(Sender),
    people=several_people,
    number=st.sampled_from(["+46701740605", "BANKEN"]),
    days=st.lists(days, max_size=4).map(tuple),
    first_at=times,
    answered_at=st.none() | times,
    answered_within=st.none() | lengths,
    by=st.lists(names, max_size=4).map(tuple),
    notes=st.lists(note_views, max_size=4).map(tuple),
    actions=st.lists(action_views, max_size=4).map(tuple),
    lines=st.builds(lambda some, n: tuple(some * n), st.lists(journal_lines, max_size=8), st.sampled_from([1, 1, 60])),
    is_cut=st.booleans(),
    outward=outward_views,
)
backgrounds = st.builds(
    Background,
    youth_id=ids.map(YouthId),
    agreements=typed_before,
    watch_for=typed_before,
    interpreter=typed_before,
    call_first=typed_before,
    review_on=days,
    written_by=ids.map(StaffId),
    written_at=times,
)
background_pages = st.builds(
    BackgroundPage,
    youth_id=ids,
    youth_name=names,
    case_code=st.just("4TK9M"),
    namnd_name=namnder,
    background=st.none() | backgrounds,
    written_by=names,
    is_stale=st.booleans(),
    may_write=st.booleans(),
    proposed_review=days,
    is_trial=st.booleans(),
)
pairs = st.tuples(ids, names)
note_forms = st.builds(
    NoteForm,
    conversation_id=ids,
    codes=codes,
    sender=st.sampled_from(Sender),
    namnd_name=namnder,
    closes=st.booleans(),
    is_waiting=st.booleans(),
    can_text=st.booleans(),
    to=names,
    today=days,
    next_day=days,
    has_duty_now=st.booleans(),
    owners=st.lists(pairs, max_size=120, unique_by=lambda pair: pair[0]).map(tuple),
    youths=st.lists(pairs, max_size=14, unique_by=lambda pair: pair[0]).map(tuple),
    chosen=st.frozensets(ids, max_size=2),
    newest_inbound=st.integers(0, 10**6),
    is_trial=st.booleans(),
    outward=several_marks,
)
looks = st.builds(
    LookBack,
    namnd=st.sampled_from(["norrvik", "sodermark"]),
    namnd_name=namnder,
    namnder=st.sampled_from(
        [(("norrvik", "Norrvik"),), (("norrvik", "Norrvik"), ("sodermark", "S" * 90)), (("annan", "Annan"),) * 2]
    ),
    youth=st.none() | pairs,
    until=days,
    digests=st.lists(st.tuples(ids, days), max_size=40).map(tuple),
    lines=st.builds(
        lambda some, n: tuple(LookBackLine(row.episode_id, row) for row in some * n),
        st.lists(rows, max_size=8),
        st.sampled_from([1, 1, 20]),
    ),
    has_more=st.booleans(),
    page=st.integers(0, 3),
    is_trial=st.booleans(),
)


def a_row(code: str = "QPCKV", **more: object) -> DigestRow:
    """Return an ordinary row: a youth who wrote on Thursday evening and was answered within four minutes."""
    plain = {
        "episode_id": "e" * 24,
        "day": TODAY - timedelta(days=1),
        "codes": (code,),
        "sender": Sender.YOUTH,
        "first_at": datetime.fromisoformat("2026-11-19T21:14:00+00:00"),
        "is_ours_first": False,
        "answered_within": timedelta(minutes=4),
        "by": ("U01",),
        "is_open": False,
        "waiting_since": None,
        "has_note": True,
        "situation": Situation.NEITHER,
        "socialjouren": False,
        **more,
    }
    return DigestRow(**plain)  # type: ignore[arg-type]


def an_action(**more: object) -> DigestAction:
    """Return an ordinary action: Bo has it, and it is due today."""
    plain = {
        "code": ActionCode.NEXT_WORKING_DAY,
        "due_on": TODAY,
        "owner_kind": OwnerKind.STAFF,
        "owner": "U02",
        "state": ActionState.OPEN,
        **more,
    }
    return DigestAction(**plain)  # type: ignore[arg-type]
