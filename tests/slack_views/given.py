"""Anything that a card or a modal may be asked to show, and how to look through what was built."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from bot.domain.cards import (
    CalendarHome,
    Card,
    ConversationView,
    DutyLine,
    Home,
    HomeAction,
    LastAnswer,
    LastNote,
    OpenLine,
    Person,
    SaidLine,
    Sender,
    SentState,
    ThreadReply,
    ThreadWhat,
)
from bot.domain.conversation import Direction, Ground
from bot.domain.delivery import DeliveryStatus
from bot.domain.duty import ShownShift
from bot.domain.ids import CODE_ALPHABET, ShiftId
from bot.domain.outward import OUTCOMES, OutwardMark, OutwardView
from bot.domain.people import LinkRole
from bot.domain.socialjour import Answer
from bot.sms.errors import REASONS
from bot.texts import Texts

TEXTS = Texts()
NOW = datetime(2026, 11, 20, 21, 14, tzinfo=UTC)
LONGEST_SMS = 1600
PINGS = "<!channel> <@U123> <https://ont.example|Bris>"

scraps = st.sampled_from(
    [PINGS, "\x00", "\ud83d", "\u202e", "👨‍👩‍👧", "مرحبا", "*_~`", "&amp;", "\r\n", "   ", "ß", "{x}"]
)
odd = st.lists(st.text(max_size=8) | scraps, max_size=6).map("".join)
bodies = st.builds(lambda text, times: (text * times)[:LONGEST_SMS], odd, st.sampled_from([1, 2, LONGEST_SMS]))
names = st.builds(
    lambda first, text: f"{first} {text}".strip()[:100],
    st.sampled_from(["Ture", "<!channel>", "Ü" * 99]),
    st.text(max_size=30),
)
ids = st.text("0123456789abcdef", min_size=24, max_size=24)
codes = st.lists(st.text(CODE_ALPHABET, min_size=5, max_size=5), min_size=1, max_size=12, unique=True).map(tuple)
times = st.integers(-60 * 24 * 40, 60 * 24 * 40).map(lambda n: NOW + timedelta(minutes=n))
namnder = st.sampled_from(["", "Norrvik", "Södermarks stadsdelsnämnd", "N" * 80])
users = st.sampled_from(["", "U0ANNA", "W0BO"])
counts = st.sampled_from([0, 1, 2, 30, 4000])
sent_states = st.builds(
    SentState,
    st.sampled_from([status.value for status in DeliveryStatus]),
    st.none() | st.sampled_from([*sorted(REASONS), "unheard_of"]),
    st.booleans(),
    st.booleans(),
)
marks = st.sampled_from([(kind, one) for kind, some in OUTCOMES.items() for one in some]).flatmap(
    lambda pair: st.builds(OutwardMark, st.just(pair[0]), st.just(pair[1]), times)
)
several_marks = st.lists(marks, max_size=3).map(tuple)
outward_views = st.lists(st.builds(OutwardView, marks, names, names, names), max_size=8).map(tuple)
cards = st.builds(
    Card,
    conversation_id=ids,
    codes=codes,
    sender=st.sampled_from(Sender),
    namnd_name=namnder,
    ground=st.sampled_from(Ground),
    opened_at=times,
    last_in_at=st.none() | times,
    unanswered=counts,
    waiting_since=st.none() | times,
    taken_by=users,
    taken_at=st.none() | times,
    closed_at=st.none() | times,
    last_answer=st.none() | st.builds(LastAnswer, ids, times, users, sent_states),
    has_moved=st.booleans(),
    can_note=st.booleans(),
    is_with_duty=st.booleans(),
    must_pick_namnd=st.booleans(),
    is_channel=st.booleans(),
    is_repeat=st.booleans(),
    is_trial=st.booleans(),
    can_hand_over=st.booleans(),
    can_link=st.booleans(),
    is_inline=st.booleans(),
    is_plain=st.booleans(),
    outward=several_marks,
)
replies = st.builds(
    ThreadReply,
    what=st.sampled_from(ThreadWhat),
    conversation_id=ids,
    codes=codes,
    mention=users,
    at=st.none() | times,
    body=bodies,
    media_count=st.sampled_from([0, 1, 10]),
    message_id=ids,
    held_id=ids,
    by=users,
    sent=st.none() | sent_states,
    reason=st.sampled_from(["", "jav", "not_on_duty", "unheard_of"]),
    count=counts,
    broadcast=st.booleans(),
    is_trial=st.booleans(),
)
lines = st.builds(
    SaidLine,
    seq=st.integers(1, 4000),
    direction=st.sampled_from(Direction),
    at=times,
    who=names,
    body=bodies,
    media_count=st.sampled_from([0, 0, 1, 10]),
    is_late=st.booleans(),
    sent=st.none() | sent_states,
    message_id=ids,
    is_new=st.booleans(),
)
last_notes = st.builds(LastNote, names, times, bodies)
people = st.builds(Person, names, st.sampled_from(LinkRole), names, st.text(CODE_ALPHABET, min_size=5, max_size=5), ids)
views = st.builds(
    ConversationView,
    conversation_id=ids,
    codes=codes,
    sender=st.sampled_from(Sender),
    people=st.lists(people, max_size=9).map(tuple),
    number=st.sampled_from(["+46701740605", "BANKEN", "71234", "anonymous"]),
    namnd_name=namnder,
    lines=st.lists(lines, max_size=30).map(tuple),
    has_earlier=st.booleans(),
    has_later=st.booleans(),
    is_open=st.booleans(),
    can_reply=st.booleans(),
    no_reply_reason=st.sampled_from(["not_answerable", "opted_out", "outside_trial"]),
    taken_by=names | st.just(""),
    must_pick=st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.just("Nämnd")), max_size=3, unique=True).map(
        tuple
    ),
    is_shift_over=st.booleans(),
    language=st.sampled_from([*TEXTS.languages, "xx"]),
    is_trial=st.booleans(),
    draft=bodies.map(lambda text: text.replace("\ud83d", "")),  # Slack gives whole characters
    last_note=st.none() | last_notes,
    outward=outward_views,
    socialjour=st.none() | st.just(Answer("Norrvik")),
)
duty_lines = st.builds(
    DutyLine,
    namnd_name=namnder.filter(bool),
    state=st.sampled_from(["beredskap", "office", "closed"]),
    who=st.sampled_from(["<@U0ANNA>", "Bo <Ek>"]),
    until=st.none() | times,
    backup=st.sampled_from(["", "<@W0BO>"]),
    next_who=st.sampled_from(["<@U0ANNA>", "Bo Ek"]),
    next_from=st.none() | times,
    is_gap=st.booleans(),
    is_mine=st.booleans(),
)
open_lines = st.builds(OpenLine, ids, codes, st.sampled_from(Sender), counts, st.none() | times, namnder)
days = st.integers(-400, 40).map(lambda n: NOW.date() + timedelta(days=n))
home_actions = st.builds(HomeAction, ids, codes, namnder, days, st.booleans())
homes = st.builds(
    Home,
    now=times,
    duties=st.lists(duty_lines, max_size=40).map(tuple),
    open=st.lists(open_lines, max_size=120).map(tuple),
    shifts=st.lists(st.builds(ShownShift, ids.map(ShiftId), times, times, namnder, st.booleans()), max_size=60).map(
        tuple
    ),
    may_enrol=st.booleans(),
    may_start=st.booleans(),
    is_trial=st.booleans(),
    is_known=st.booleans(),
    actions=st.lists(home_actions, max_size=40).map(tuple),
    may_look_back=st.booleans(),
    may_write_background=st.booleans(),
    calendar=st.none() | st.builds(CalendarHome, st.none() | st.dates()),
)


def pieces(thing: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in a view or a message, at any depth."""
    if isinstance(thing, dict):
        yield thing
        for value in thing.values():
            yield from pieces(value)
    elif isinstance(thing, list):
        for value in thing:
            yield from pieces(value)


def strings(thing: Any, kind: str | None = None) -> list[str]:
    """Return every string that stands in a view or a message; of text objects of one kind when it is given."""
    if kind is not None:
        return [piece["text"] for piece in pieces(thing) if piece.get("type") == kind]
    return [value for piece in pieces(thing) for value in piece.values() if isinstance(value, str)]
