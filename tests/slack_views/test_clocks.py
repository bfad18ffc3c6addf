"""The clocks in Slack: whatever is shown fits, the most urgent is read first, and the next step is one tap away."""

import json
import re
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from bot.domain.cards import Home
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
from bot.domain.clocks import GROUNDS, ClockKind
from bot.domain.deadline import ClockState, EventKind, Gender, Outcome, Reason, Stage
from bot.domain.summons import Party, SummonsState
from bot.sandbox.slack.blocks import check_message_blocks
from bot.sandbox.slack.view_rules import check_view
from bot.slack.kit import MESSAGE_TEXT
from bot.slack.views.case_list import case_modal, my_list_modal, unit_modal
from bot.slack.views.clock_list import clock_message, clocks_message, unit_message
from bot.slack.views.clock_modal import clock_modal
from bot.slack.views.clock_row import row_words
from bot.slack.views.home import home_view
from bot.texts import Texts, _load, before, blanks, near_day, near_time
from tests.slack_views.given import TEXTS, pieces, strings
from tests.slack_views.given_clocks import (
    FRIDAY,
    NOW,
    WHYS,
    a_row,
    a_view,
    home_clocks,
    lists,
    many_rows,
    notices,
    pages,
    units,
    views,
)

PLANTED = "Ture-Planterad <!channel> +46701740605"
MENTION = re.compile(r"<@[A-Z0-9]+>")
large = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)


def at(wall: str) -> datetime:
    """Return a Stockholm winter time as an instant."""
    return datetime.fromisoformat(f"{wall}+01:00").astimezone(UTC)


def said(thing: Any) -> str:
    return "\n".join(strings(thing))


def buttons(thing: Any) -> list[str]:
    return [piece["action_id"] for piece in pieces(thing) if piece.get("type") == "button"]


def primary(thing: Any) -> list[str]:
    return [piece["action_id"] for piece in pieces(thing) if piece.get("style") == "primary"]


def refs(thing: Any) -> list[str]:
    """Return the references of the rows, in the order in which they stand."""
    return [found for text in strings(thing, "mrkdwn") for found in re.findall(r"^\*([^*]+)\*", text)]


def left_out(thing: Any) -> int:
    return sum(int(found) for found in re.findall(r"… och (\d+) till", said(thing)))


def list_of(rows: Sequence[ClockRow], more: int = 0) -> ClockList:
    return ClockList("Norrvik", FRIDAY, tuple(rows), more)


def modal_of(row: ClockRow, **more: object) -> dict[str, Any]:
    return clock_modal(a_view(row, **more), TEXTS)  # type: ignore[arg-type]


def unfilled(thing: Any) -> list[str]:
    return [text for text in strings(thing) if re.search(r"\{[a-z_]+\}", text) and "{x}" not in text]


def fits(message: dict[str, Any]) -> None:
    check_message_blocks(message["blocks"])
    assert 0 < len(message["text"]) <= MESSAGE_TEXT
    assert unfilled(message) == []
    for text in strings(message, "mrkdwn"):
        assert "<" not in MENTION.sub("", text)


# --- Slack takes it all ---


@large
@given(lists)
def test_slack_takes_every_list_of_the_morning(shown: ClockList) -> None:
    message = clocks_message(shown, TEXTS, NOW)

    fits(message)
    assert len([b for b in buttons(message) if b == "clocks_mine"]) == 1
    rows = sum(1 for b in message["blocks"] if b["type"] == "section")
    assert rows + left_out(message) == len(shown.rows) + shown.more


@large
@given(notices)
def test_slack_takes_whatever_is_said_at_once(notice: ClockNotice) -> None:
    fits(clock_message(notice, TEXTS, NOW))


@large
@given(units)
def test_slack_takes_every_message_to_a_leader(unit: UnitMessage) -> None:
    fits(unit_message(unit, TEXTS, NOW))


@large
@given(views)
def test_slack_takes_every_clock(view: ClockView) -> None:
    modal = clock_modal(view, TEXTS)

    check_view(modal, ("modal",))
    assert unfilled(modal) == []
    for text in strings(modal, "mrkdwn"):
        assert "<" not in MENTION.sub("", text)


@large
@given(many_rows)
def test_slack_takes_every_case_and_every_list_of_ones_own(rows: tuple[ClockRow, ...]) -> None:
    for modal in (case_modal(TEXTS, "K" * 64, rows, NOW), my_list_modal(TEXTS, list_of(rows, 3), NOW)):
        check_view(modal, ("modal",))
        assert unfilled(modal) == []


@large
@given(pages)
def test_slack_takes_every_page_of_the_unit(page: UnitPage) -> None:
    check_view(unit_modal(page, TEXTS), ("modal",))


@large
@given(home_clocks)
def test_slack_takes_every_home_with_clocks(clocks: HomeClocks) -> None:
    home = Home(NOW, (), (), (), may_enrol=False, may_start=False, clocks=clocks)

    check_view(home_view(home, TEXTS), ("home",))


# --- one row ---

FORHAND = ClockKind.FORHANDSBEDOMNING
OVERDUE = replace(a_row(started="2026-11-17T13:20:00+00:00"), is_overdue=True)


@pytest.mark.parametrize(
    ("row", "now", "words"),
    [
        (a_row(), "2026-11-19 08:02", "måste kallas i morgon före 15.00; tiden går ut söndag 14.20"),
        (a_row(), "2026-11-18 08:02", "måste kallas före fredag 15.00; tiden går ut söndag 14.20"),
        (a_row(), "2026-11-20 14:30", "måste kallas i dag före 15.00; tiden går ut söndag 14.20"),
        (a_row(), "2026-11-20 15:30", "måste kallas före söndag 14.20"),
        (
            a_row(stage=Stage.CONTACT),
            "2026-11-20 14:30",
            "måste kallas i dag före 15.00; tiden går ut söndag 14.20 · kontaktuppgifter saknas",
        ),
        (a_row(stage=Stage.HOLD), "2026-11-20 14:30", "tiden går ut söndag 14.20 · polisen ber oss vänta"),
        (a_row(stage=Stage.ANSWER), "2026-11-20 14:30", "bör hållas före söndag 14.20 · kallad, svar saknas"),
        (a_row(stage=Stage.ANSWER), "2026-11-23 08:30", "kallad, svar saknas"),
        (a_row(stage=Stage.MEETING, booked_at=at("2026-11-23 15:30")), "2026-11-20 15:00", "tid bokad måndag 15.30"),
        (
            a_row(stage=Stage.OUTCOME, booked_at=at("2026-11-19 15:30")),
            "2026-11-20 08:00",
            "tiden var i går 15.30; hölls samtalet?",
        ),
        (OVERDUE, "2026-11-20 08:00", "⚠️ gick ut i går 14.20 · inte kallad · orsak inte angiven"),
        (
            replace(OVERDUE, reason=Reason.SKOLA),
            "2026-11-23 08:00",
            "⚠️ gick ut i torsdags 14.20 · inte kallad · orsak: krockade med skolan",
        ),
        (
            a_row(kind=FORHAND, started="2026-12-10T09:00:00+00:00"),
            "2026-12-16 08:00",
            "beslut senast onsdag 23/12; tiden går ut torsdag 24/12",
        ),
        (a_row(kind=FORHAND, started="2026-11-06T09:00:00+00:00"), "2026-11-20 08:00", "beslut senast i dag"),
        (
            a_row(kind=FORHAND, started="2026-11-05T09:00:00+00:00", is_overdue=True),
            "2026-11-20 08:00",
            "⚠️ gick ut i går · orsak inte angiven",
        ),
        (  # received on a Saturday: the last working day was before it came in
            a_row(kind=ClockKind.SKYDDSBEDOMNING, started="2026-11-21T13:00:00+00:00"),
            "2026-11-21 14:05",
            "ska göras senast i dag",
        ),
        (
            a_row(kind=ClockKind.UTREDNING, started="2026-08-25T10:00:00+00:00", snoozed_until=date(2026, 11, 25)),
            "2026-11-20 08:00",
            "ska vara klar senast onsdag 23/12; tiden går ut fredag 25/12 · 💤 påminns igen onsdag",
        ),
        (
            a_row(kind=FORHAND, state=ClockState.SETTLED, outcome=Outcome.INLEDS, snoozed_until=date(2026, 12, 1)),
            "2026-11-20 08:00",
            "✅ utredning inleds",
        ),
        (a_row(kind=FORHAND, state=ClockState.WITHDRAWN), "2026-11-20 08:00", "registrerad av misstag"),
    ],
)
def test_a_row_says_what_somebody_woken_up_by_it_needs(row: ClockRow, now: str, words: str) -> None:
    kind = TEXTS.staff(f"clock.kind.{row.kind.value}")

    assert row_words(row, TEXTS, at(now)) == f"*K-123* {kind} · {words}"


def test_a_row_says_for_whom_one_stands_in_and_whose_it_is() -> None:
    row = a_row(stand_in_for="U0BO")

    assert row_words(row, TEXTS, NOW).endswith(" · i stället för <@U0BO>")
    assert row_words(a_row(), TEXTS, NOW, with_owner=True).endswith(" · <@U0ANNA>")
    assert row_words(a_row(owner=""), TEXTS, NOW, with_owner=True).endswith(" · ingen handläggare")


def test_a_reference_can_neither_ping_nor_break_the_row() -> None:
    assert row_words(a_row("<!channel> *K*\n1"), TEXTS, NOW).startswith("*&lt;!channel&gt; K 1* allvarssamtal")


# --- the morning's list ---


@pytest.mark.parametrize("count", [1, 15, 40, 200])
def test_the_rows_stand_in_the_order_given_and_the_rest_is_counted(count: int) -> None:
    rows = [replace(OVERDUE, case_ref=f"K-{n:04}", stand_in_for="U0BO") for n in range(count)]
    message = clocks_message(list_of(rows, more=7), TEXTS, NOW)

    fits(message)
    assert refs(message) == [f"K-{n:04}" for n in range(len(refs(message)))]
    assert len(refs(message)) >= min(count, 20)
    assert len(refs(message)) + left_out(message) == count + 7
    assert buttons(message).count("clock_reason") == len(refs(message))


def test_the_next_step_of_each_row_is_one_tap_away() -> None:
    stages = {
        Stage.SUMMON: ["clock_summon", "clock_open"],
        Stage.CONTACT: ["clock_summon", "clock_open"],
        Stage.HOLD: ["clock_open"],
        Stage.ANSWER: ["clock_book", "clock_open"],
        Stage.MEETING: ["clock_open"],
        Stage.OUTCOME: ["clock_settle", "clock_open"],
    }
    for stage, expected in stages.items():
        assert buttons(clocks_message(list_of([a_row(stage=stage)]), TEXTS, NOW)) == [*expected, "clocks_mine"]
    settled = a_row(kind=FORHAND, state=ClockState.SETTLED, outcome=Outcome.INLEDS)
    assert buttons(clocks_message(list_of([settled]), TEXTS, NOW)) == ["clock_open", "clocks_mine"]
    late = clocks_message(list_of([OVERDUE]), TEXTS, NOW)
    assert buttons(late) == ["clock_reason", "clock_summon", "clock_open", "clocks_mine"]
    known = clocks_message(list_of([replace(OVERDUE, reason=Reason.SKOLA)]), TEXTS, NOW)
    assert "clock_reason" not in buttons(known)


@pytest.mark.parametrize(
    ("rows", "more", "text"),
    [
        ([a_row(), a_row(), OVERDUE], 0, "Frister: 2 måste hinnas i dag och 1 har gått ut."),
        ([a_row(), OVERDUE, OVERDUE], 4, "Frister: 1 måste hinnas i dag och 2 har gått ut."),
        ([a_row(kind=FORHAND)], 0, "1 frist, och den behöver inte hinnas i dag."),
        ([a_row(kind=FORHAND)], 4, "5 frister, ingen behöver hinnas i dag."),
        (
            [a_row(kind=FORHAND, state=ClockState.SETTLED, outcome=Outcome.INLEDS)],
            0,
            "Inget är kvar att göra i listan.",
        ),
        ([a_row(stage=Stage.HOLD)], 0, "1 frist, och den behöver inte hinnas i dag."),
    ],
)
def test_a_lock_screen_says_how_many_and_nothing_else(rows: list[ClockRow], more: int, text: str) -> None:
    message = clocks_message(list_of(rows, more), TEXTS, NOW)

    assert message["text"] == text
    assert text in said(message["blocks"])


def test_a_long_list_says_when_it_was_drawn() -> None:
    message = clocks_message(list_of([a_row()]), TEXTS, at("2026-11-20 14:31"))

    assert "Dina frister fredag 20 november" in said(message)
    assert "Uppdaterad 14.31." in said(message)


# --- one clock at once ---


@pytest.mark.parametrize("why", WHYS)
def test_what_is_said_at_once_names_the_clock_and_opens_it(why: str) -> None:
    row = a_row(stage=Stage.MEETING, booked_at=at("2026-11-23 15:30"), stand_in_for="U0BO")
    message = clock_message(ClockNotice(why, "Norrvik", row), TEXTS, NOW)

    fits(message)
    assert "K-123 allvarssamtal" in message["text"]
    assert {piece["value"] for piece in pieces(message) if piece.get("type") == "button"} == {row.deadline_id}
    assert buttons(message)[-1] == "clock_open"
    assert len(primary(message)) == 1


def test_every_reason_to_speak_at_once_has_its_words_and_no_other() -> None:
    assert {key.rpartition(".")[2] for key in _load("clocks.toml") if key.startswith("clock.now.")} == set(WHYS)


def test_what_nobody_has_is_given_to_somebody_at_once() -> None:
    message = clock_message(ClockNotice("unowned", "Norrvik", a_row(owner="")), TEXTS, NOW)

    assert buttons(message) == ["clock_assign", "clock_open"]
    assert primary(message) == ["clock_assign"]
    away = clock_message(ClockNotice("unowned", "Norrvik", a_row()), TEXTS, NOW)  # its owner has no stand-in
    assert buttons(away) == ["clock_assign", "clock_open"]


# --- the leader ---

LINES = (
    OwnerLine("U0ANNA", 12, 2, 3),
    OwnerLine("U0BO", 1, 0, 1, date(2026, 11, 27), "U0ANNA"),
    OwnerLine("U0CECILIA", 0, 0, 0, date(2026, 11, 24)),
    OwnerLine("", 3, 1, 0),
)


def test_a_leader_reads_what_is_overdue_and_what_nobody_has() -> None:
    unit = UnitMessage(
        "Norrvik", FRIDAY, (replace(OVERDUE, case_ref="K-1"),), (a_row("K-2", owner=""), a_row("K-3")), 2, 1
    )
    message = unit_message(unit, TEXTS, NOW)

    fits(message)
    assert refs(message) == ["K-1", "K-2", "K-3"]
    assert "<@U0ANNA> är inte på plats" in said(message)
    assert message["text"] == "Enhetens frister: 3 har gått ut och 3 saknar handläggare."
    assert buttons(message) == ["clock_open", "clock_assign", "clock_assign", "unit_open"]
    assert left_out(message) == 3
    assert "Läget per handläggare" not in said(message)


def test_once_a_week_a_leader_reads_how_each_stands() -> None:
    message = unit_message(UnitMessage("Norrvik", FRIDAY, (), (), owners=LINES, is_week=True), TEXTS, NOW)

    fits(message)
    assert message["text"] == "Inget har gått ut, och alla frister har en handläggare."
    text = next(b["text"]["text"] for b in message["blocks"] if b["type"] == "section")
    assert text.split("\n") == [
        "*<@U0ANNA>* · 12 igång · ⚠️ 2 har gått ut · 3 går ut inom en vecka",
        "*<@U0BO>* · 1 igång · 1 går ut inom en vecka · borta till och med fredag 27/11, <@U0ANNA> ersätter",
        "*<@U0CECILIA>* · 0 igång · borta till och med tisdag, ingen ersätter",
        "*Ingen handläggare* · 3 igång · ⚠️ 1 har gått ut",
    ]


def test_what_nobody_has_is_seen_however_much_is_overdue() -> None:
    late = tuple(replace(OVERDUE, case_ref=f"L-{n}") for n in range(200))
    nobodys = tuple(a_row(f"N-{n}", owner="") for n in range(200))
    message = unit_message(UnitMessage("Norrvik", FRIDAY, late, nobodys, owners=LINES * 20, is_week=True), TEXTS, NOW)

    fits(message)
    shown = refs(message)
    assert min(sum(r.startswith("L-") for r in shown), sum(r.startswith("N-") for r in shown)) >= 5
    rows_begin = strings(message["blocks"]).index(TEXTS.staff("clock.unit_overdue"))
    counted = [int(n) for n in re.findall(r"… och (\d+) till", "\n".join(strings(message["blocks"])[rows_begin:]))]
    assert sum(counted) + sum(r[1] == "-" for r in shown) == 400


# --- one clock ---

JENNY = AnswerLine(Party.GUARDIAN, "+46701740606", "sv", "sent")
TALK_STEPS = {
    Stage.SUMMON: ["clock_summon", "clock_summoned", "clock_book", "clock_settle"],
    Stage.CONTACT: ["clock_contact", "clock_summon", "clock_summoned", "clock_book", "clock_settle"],
    Stage.HOLD: ["clock_lift", "clock_settle"],
    Stage.ANSWER: ["clock_book", "clock_summon", "clock_summoned", "clock_settle"],
    Stage.MEETING: ["clock_book", "clock_summoned", "clock_call_off", "clock_settle"],
    Stage.OUTCOME: ["clock_settle", "clock_no_show", "clock_book"],
}


@pytest.mark.parametrize("stage", TALK_STEPS)
def test_a_talk_offers_the_most_likely_step_first(stage: Stage) -> None:
    modal = modal_of(a_row(stage=stage), police_hold=stage is Stage.HOLD, has_contact=stage is not Stage.CONTACT)
    hold = [] if stage is Stage.HOLD else ["clock_hold"]

    assert buttons(modal) == [*TALK_STEPS[stage], "clock_assign", *hold, "clock_withdraw"]
    assert primary(modal) == ([] if stage is Stage.MEETING else TALK_STEPS[stage][:1])
    assert {piece["value"] for piece in pieces(modal) if piece.get("type") == "button"} == {"id-K-123"}


@pytest.mark.parametrize(
    ("now", "is_offered"), [("2026-11-19 14:30", True), ("2026-11-20 14:30", False), ("2026-11-23 08:02", True)]
)
def test_a_reminder_is_put_off_only_where_a_day_is_left_to_put_it_off_to(now: str, is_offered: bool) -> None:
    view = modal_of(a_row(), now=at(now))

    assert ("clock_snooze" in buttons(view)) is is_offered


def test_whoever_is_being_summoned_is_not_to_be_summoned_again() -> None:
    """The text is on its way: nothing is the next step until it has arrived, or has not."""
    on_its_way, lost = (
        modal_of(
            a_row(),
            has_contact=True,
            summons=SummonsView("s", SummonsState.OFFERED, (), 1, None, NOW, (replace(JENNY, status=status),)),
        )
        for status in ("sent", "undelivered")
    )

    assert primary(on_its_way) == []
    assert TEXTS.staff("clock.summons_under_way") in said(on_its_way)
    assert primary(lost) == ["clock_summon"]
    assert TEXTS.staff("clock.summons_under_way") not in said(lost)


@pytest.mark.parametrize(("lacking", "words"), [(Party.CHILD, "barnet är inte kallat"), (None, "")])
def test_it_is_said_who_is_left_to_summon(lacking: Party | None, words: str) -> None:
    row = a_row(lacking=lacking)

    assert words in said(clocks_message(list_of([row]), TEXTS, NOW))
    assert words in clock_message(ClockNotice("last_hour", "Norrvik", row), TEXTS, NOW)["text"]
    assert ("inte kallad" in row_words(replace(row, is_overdue=True), TEXTS, NOW)) is (lacking is None)


def test_an_answer_in_words_asks_for_no_time_when_one_is_booked() -> None:
    booked = a_row(stage=Stage.MEETING, booked_at=at("2026-11-24 16:30"))

    words = clock_message(ClockNotice("answer_words", "Norrvik", booked), TEXTS, NOW)["text"]
    assert words.endswith("familjen har skrivit. Bokad tid är fortfarande tisdag 16.30. Läs svaret.")


@pytest.mark.parametrize("stage", TALK_STEPS)
def test_nothing_that_reaches_the_family_is_offered_while_the_police_ask_us_to_wait(stage: Stage) -> None:
    modal = modal_of(a_row(stage=stage), police_hold=True)
    reaching = {"clock_summon", "clock_summoned", "clock_book", "clock_call_off", "clock_no_show", "clock_hold"}

    assert reaching & set(buttons(modal)) == set()
    assert "clock_lift" in buttons(modal)
    assert TEXTS.staff("clock.hold") in said(modal)


@pytest.mark.parametrize("action", ["clock_hold", "clock_lift", "clock_withdraw", "clock_call_off"])
def test_what_others_feel_is_asked_about_first(action: str) -> None:
    stage = Stage.HOLD if action == "clock_lift" else Stage.MEETING
    modal = modal_of(a_row(stage=stage), police_hold=action == "clock_lift")
    button = next(piece for piece in pieces(modal) if piece.get("action_id") == action)

    assert button["confirm"]["title"]["text"].endswith("?")
    assert ("style" in button["confirm"]) is (action == "clock_withdraw")


def test_other_clocks_are_settled_extended_and_given_to_others() -> None:
    assert buttons(modal_of(a_row(kind=FORHAND))) == [
        "clock_settle",
        "clock_extend",
        "clock_snooze",
        "clock_assign",
        "clock_feedback",
        "clock_withdraw",
    ]
    own = modal_of(a_row(kind=FORHAND), may_assign=False, may_extend=False, wants_feedback=True)
    assert buttons(own) == ["clock_settle", "clock_snooze", "clock_withdraw"]
    nobodys = modal_of(a_row(kind=FORHAND, owner=""), wants_feedback=True)
    assert primary(nobodys) == ["clock_assign"]
    assert buttons(nobodys).count("clock_assign") == 1


def test_the_button_that_settles_says_what_it_does() -> None:
    def settles(kind: ClockKind) -> str:
        modal = modal_of(a_row(kind=kind))
        return str(next(p["text"]["text"] for p in pieces(modal) if p.get("action_id") == "clock_settle"))

    assert settles(FORHAND) == settles(ClockKind.UTREDNING) == "Avgör"
    assert settles(ClockKind.ALLVARSSAMTAL) == "Registrera utfallet"
    assert settles(ClockKind.SKYDDSBEDOMNING) == settles(ClockKind.ATERKOPPLING_ANMALARE) == "Markera som klar"


@pytest.mark.parametrize("state", [ClockState.SETTLED, ClockState.WITHDRAWN])
def test_what_is_settled_can_only_be_explained(state: ClockState) -> None:
    modal = modal_of(a_row(kind=FORHAND, state=state, outcome=Outcome.INLEDS), wants_feedback=True, police_hold=True)

    assert buttons(modal) == ["clock_carry"]
    assert TEXTS.staff("clock.hold") not in said(modal)


def test_why_it_was_late_is_asked_also_afterwards() -> None:
    row = a_row(kind=FORHAND, started="2026-11-01T09:00:00+00:00", state=ClockState.SETTLED, outcome=Outcome.INLEDS)
    late = EventLine(at("2026-11-18 09:00"), EventKind.SETTLED, "U0ANNA", "inleds")
    in_time = replace(late, at=at("2026-11-12 09:00"))

    assert buttons(modal_of(row, wants_feedback=True, events=(late,))) == ["clock_reason", "clock_carry"]
    assert buttons(modal_of(row, wants_feedback=True, events=(in_time,))) == ["clock_carry"]
    summoned_late = a_row(started="2026-11-16T09:00:00+00:00", stage=Stage.ANSWER)
    both = dict.fromkeys(("child_summoned_at", "guardian_summoned_at"), at("2026-11-19 09:00"))
    assert "clock_reason" in buttons(modal_of(summoned_late, **both))
    in_both = dict.fromkeys(both, at("2026-11-17 09:00"))
    assert "clock_reason" not in buttons(modal_of(summoned_late, **in_both))
    assert "Ändra orsak" in said(modal_of(replace(OVERDUE, reason=Reason.SKOLA)))


def test_where_the_limit_comes_from_is_cited() -> None:
    lines = said(modal_of(a_row(kind=FORHAND)))

    assert "Grund: 20 kap. 2 § SoL (2025:400), inom 14 dagar från det att anmälan kom in" in lines
    assert "Grund: nämndens riktlinje: kallad inom 48 timmar" in said(modal_of(a_row()))
    for kind in ClockKind:
        assert GROUNDS[kind].says in said(modal_of(a_row(kind=kind)))


def test_the_roll_forward_is_information_and_no_new_date() -> None:
    christmas_eve = a_row(kind=FORHAND, started="2026-12-10T09:00:00+00:00")
    assert christmas_eve.limit.late_on == date(2026, 12, 28)
    started = datetime(2026, 12, 10, 9, tzinfo=UTC)
    lines = said(modal_of(christmas_eve, now=at("2026-12-16 08:00"), starts_at=started))

    assert "Sista dag: torsdag 24 december" in lines
    assert "Sista arbetsdag före det: onsdag 23 december" in lines
    assert "Enligt lag (1930:173) 2 § kan" in lines
    assert "senast måndag 28 december" in lines
    assert "Sista dag är fortfarande torsdag 24 december." in lines
    for silent in (
        replace(christmas_eve, limit=replace(christmas_eve.limit, late_on=None)),
        replace(christmas_eve, state=ClockState.SETTLED),
        replace(christmas_eve, kind=ClockKind.ATERKOPPLING_BARN),  # no statute, so nothing that it could move
    ):
        assert "1930:173" not in said(modal_of(silent))
    assert "28 december" not in row_words(christmas_eve, TEXTS, at("2026-12-16 08:00"))


def test_an_answer_in_words_can_be_read() -> None:
    child = AnswerLine(Party.CHILD, "+46701740605", "sv", "delivered", NOW, "c" * 24)
    guardian = AnswerLine(Party.GUARDIAN, "+46701740606", "so", "undelivered")
    times = (at("2026-11-23 15:30"), at("2026-11-24 16:00"))
    summons = SummonsView("s", SummonsState.OFFERED, times, 4, None, NOW, (child, guardian))
    modal = modal_of(a_row(stage=Stage.ANSWER), summons=summons, has_contact=True)

    assert "4: måndag 15.30\n5: tisdag 16.00" in said(modal)
    assert "Barnet · +46701740605 · svenska · levererat · svarade 08.02" in strings(modal, "plain_text")
    assert "Vårdnadshavare · +46701740606 · somaliska · kom inte fram" in strings(modal, "plain_text")
    assert [p["value"] for p in pieces(modal) if p.get("action_id") == "open"] == ["c" * 24]
    assert "Kalla igen via sms" in said(modal)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (EventLine(NOW, EventKind.REGISTERED, "U0BO"), "08.02 · registrerad · <@U0BO>"),
        (EventLine(NOW, EventKind.IMPORTED, ""), "08.02 · inläst från ärendesystemet"),
        (EventLine(NOW, EventKind.SUMMONED, "", "child,guardian"), "08.02 · kallad: barnet och vårdnadshavare"),
        (EventLine(NOW, EventKind.SNOOZED, "U0BO", "2026-11-23"), "08.02 · påminnelsen uppskjuten: måndag · <@U0BO>"),
        (EventLine(NOW, EventKind.BOOKED, "", "2026-11-23T14:30:00+00:00"), "08.02 · tid bokad: mån 23 nov 15.30"),
        (EventLine(NOW, EventKind.SETTLED, "U0BO", "held"), "08.02 · avgjord: samtalet hölls · <@U0BO>"),
        (EventLine(NOW, EventKind.REASON, "U0BO", "skola"), "08.02 · orsak angiven: krockade med skolan · <@U0BO>"),
        (EventLine(NOW, EventKind.ASSIGNED, "U0BO", "U0ANNA"), "08.02 · handläggare utsedd: <@U0ANNA> · <@U0BO>"),
        (EventLine(NOW, EventKind.ASSIGNED, "U0BO", "a1b2c3d4"), "08.02 · handläggare utsedd · <@U0BO>"),
    ],
)
def test_the_history_is_read_in_words(line: EventLine, words: str) -> None:
    assert words in strings(modal_of(a_row(), events=(line,)), "mrkdwn")


def test_the_newest_stands_first_and_what_has_no_room_is_counted() -> None:
    events = tuple(EventLine(NOW + timedelta(minutes=n), EventKind.BOOKED, "", "", f"nr {n}") for n in range(150))
    modal = modal_of(a_row(), events=events)
    written = [text for text in strings(modal, "plain_text") if text.startswith("nr ")]

    check_view(modal, ("modal",))
    assert written == [f"nr {n}" for n in range(149, 149 - len(written), -1)]
    assert len(written) + left_out(modal) == 150


def test_what_staff_wrote_stands_as_it_was_written_and_pings_nobody() -> None:
    row = a_row(kind=FORHAND, snoozed_until=FRIDAY + timedelta(days=3))
    about = {"extended_to": date(2026, 12, 18), "extended_by": PLANTED, "extension_reason": PLANTED}
    event = EventLine(NOW, EventKind.SNOOZED, "U0BO", "2026-11-23", PLANTED)
    modal = modal_of(row, snooze_reason=PLANTED, events=(event,), **about)

    assert sum(text.count(PLANTED) for text in strings(modal, "plain_text")) == 4
    assert not any("Planterad" in text for text in strings(modal, "mrkdwn"))


def test_the_gender_is_said_to_be_for_the_statistics() -> None:
    for gender, word in ((Gender.BOY, "pojke"), (Gender.GIRL, "flicka"), (Gender.UNKNOWN, "uppgift saknas")):
        assert f"Kön (för statistiken): {word}" in said(modal_of(a_row(), gender=gender))


# --- lists in modals ---


def test_a_case_shows_each_of_its_clocks() -> None:
    rows = [a_row(kind=kind) for kind in ClockKind]
    modal = case_modal(TEXTS, "K-123", rows, NOW)

    assert modal["title"]["text"] == "Ärende K-123"
    assert buttons(modal) == ["clock_open"] * len(ClockKind)
    assert TEXTS.staff("clock.case_none") in said(case_modal(TEXTS, "K-123", (), NOW))


@pytest.mark.parametrize("count", [0, 1, 90, 200])
def test_ones_own_clocks_stand_in_order_and_are_counted(count: int) -> None:
    modal = my_list_modal(TEXTS, list_of([a_row(f"K-{n}") for n in range(count)]), NOW)

    check_view(modal, ("modal",))
    assert refs(modal) == [f"K-{n}" for n in range(min(count, 90))]
    assert len(refs(modal)) + left_out(modal) == count
    assert (TEXTS.staff("clock.mine_none") in said(modal)) is (count == 0)


PAGE = UnitPage(
    namnd="norrvik",
    namnd_name="Norrvik",
    now=NOW,
    namnder=(Choice("norrvik", "Norrvik"),),
    owners=LINES,
    staff=(Choice("s1", "Lars Borg"),),
    chosen="all",
    rows=tuple(a_row(f"K-{n}") for n in range(20)),
    offset=20,
    total=57,
)


def selects(modal: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {p["action_id"]: p for p in pieces(modal) if p.get("type") == "static_select"}


def test_the_unit_is_turned_page_by_page() -> None:
    modal = unit_modal(replace(PAGE, chosen="owner:s1"), TEXTS)
    turned = {p["action_id"]: p["value"] for p in pieces(modal) if "unit_" in str(p.get("action_id")) and "value" in p}

    assert turned == {"unit_earlier": "norrvik|owner:s1|0", "unit_later": "norrvik|owner:s1|40"}
    assert json.loads(modal["private_metadata"]) == {"namnd": "norrvik", "chosen": "owner:s1", "offset": 20}
    assert "21–40 av 57" in said(modal)
    assert buttons(unit_modal(replace(PAGE, offset=0, total=20), TEXTS)) == ["clock_open"] * 20
    none = unit_modal(replace(PAGE, rows=(), offset=0, total=0), TEXTS)
    assert TEXTS.staff("clock.unit_none") in said(none)


def test_the_unit_is_narrowed_by_person_and_kind() -> None:
    modal = unit_modal(replace(PAGE, chosen="overdue"), TEXTS)
    narrowed = selects(modal)["unit_filter"]
    values = [choice["value"] for choice in narrowed["options"]]

    assert values == ["all", "overdue", "unowned", *(f"kind:{kind.value}" for kind in ClockKind), "owner:s1"]
    assert narrowed["initial_option"]["value"] == "overdue"
    assert list(selects(modal)) == ["unit_filter"]
    both = (Choice("norrvik", "Norrvik"), Choice("sodermark", "Södermark"))
    assert list(selects(unit_modal(replace(PAGE, namnder=both), TEXTS))) == ["unit_namnd", "unit_filter"]


# --- home ---

HOME = Home(NOW, (), (), (), may_enrol=False, may_start=False)
MINE = HomeClocks(mine=(a_row("K-1"), a_row("K-2", FORHAND)), mine_more=3, may_register=True)


def test_home_shows_a_handlaggare_what_runs_out_first() -> None:
    view = home_view(replace(HOME, clocks=MINE), TEXTS)

    assert refs(view) == ["K-1", "K-2"]
    assert buttons(view) == [
        *("clock_summon", "clock_open", "clock_settle", "clock_open"),
        *("clock_register", "clocks_mine", "absence"),
    ]
    assert left_out(view) == 3
    assert TEXTS.staff("button.unit_open") not in strings(view)
    assert TEXTS.staff("clock.mine_none") in said(home_view(replace(HOME, clocks=HomeClocks()), TEXTS))


def test_home_shows_a_leader_the_unit() -> None:
    clocks = replace(MINE, may_lead=True, owners=LINES, overdue=3, unowned=1)
    view = home_view(replace(HOME, clocks=clocks), TEXTS)

    assert buttons(view)[-1] == "unit_open"
    assert "Enhetens frister: 3 har gått ut och 1 saknar handläggare." in said(view)
    assert "*<@U0BO>* · 1 igång" in said(view)


def test_home_says_nothing_of_clocks_to_those_who_have_no_part_in_them() -> None:
    view = home_view(HOME, TEXTS)

    assert not any(text.startswith(("clock", "unit", "absence")) for text in buttons(view))
    assert not any("frist" in text.casefold() for text in strings(view))


# --- the words ---


def test_a_municipality_may_word_a_reminder_itself() -> None:
    own = Texts({"clock": {"now": {"ladder": "Kom ihåg {ref}: {time}."}}})
    message = clock_message(ClockNotice("ladder", "Norrvik", a_row()), own, at("2026-11-20 09:00"))

    assert message["text"] == "Kom ihåg K-123: måste kallas i dag före 15.00; tiden går ut söndag 14.20."


def test_what_stands_in_messages_and_home_has_no_place_for_a_name() -> None:
    """No field could hold a name, a number or what somebody wrote: references, times, codes, and staff by mention."""
    telling = {"name", "number", "body", "text", "people", "lines", "events", "snooze_reason", "extension_reason"}
    shown = (ClockRow, ClockList, ClockNotice, OwnerLine, UnitMessage, HomeClocks)

    assert {kind: names for kind in shown if (names := {field.name for field in fields(kind)} & telling)} == {}
    said_at_once = {blank for key, text in _load("clocks.toml").items() if ".now." in key for blank in blanks(text)}
    assert said_at_once == {"ref", "kind", "time", "booked", "who"}


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-11-13", "fredag 13/11"),
        ("2026-11-14", "i lördags"),
        ("2026-11-19", "i går"),
        ("2026-11-20", "i dag"),
        ("2026-11-21", "i morgon"),
        ("2026-11-26", "torsdag"),
        ("2026-11-27", "fredag 27/11"),
        ("2027-01-04", "måndag 4/1"),
        ("2027-11-19", "fredag 19/11 2027"),
    ],
)
def test_days_nearby_are_named_as_one_says_them(day: str, words: str) -> None:
    assert near_day(date.fromisoformat(day), FRIDAY) == words


def test_times_nearby_are_named_as_one_says_them() -> None:
    now = at("2026-11-20 08:02")

    assert near_time(at("2026-11-19 14:20"), now) == "i går 14.20"
    assert before(at("2026-11-20 15:00"), now) == "i dag före 15.00"
    assert before(at("2026-11-21 00:00"), now) == "i morgon före 00.00"
    assert before(at("2026-11-22 14:20"), now) == "före söndag 14.20"
    assert before(at("2026-12-04 14:20"), now) == "före fredag 4/12 14.20"
