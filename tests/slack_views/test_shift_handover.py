"""Överlämning: sealed in the message, told in the modal."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.cards import Person, Sender
from bot.domain.digest import HandoverStory, NoteView, ShiftAction, ShiftHandover, ShiftLine
from bot.domain.notes import ActionCode, Situation
from bot.domain.people import LinkRole
from bot.domain.visible import visible
from bot.sandbox.slack.blocks import check_message_blocks
from bot.sandbox.slack.view_rules import check_view
from bot.slack.kit import MESSAGE_TEXT, cut
from bot.slack.views.shift_handover import handover_message, handover_modal
from tests.slack_views.given import NOW, TEXTS, pieces, strings
from tests.slack_views.given_handover import TODAY, shift_handovers, stories

large = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
LINE = ShiftLine("c" * 24, ("QPCKV",), Sender.YOUTH, "Norrvik", NOW, 1, is_promised=True, has_note=False)
ACTION = ShiftAction("e" * 24, ("4TK9M",), "Norrvik", TODAY)
HANDOVER = ShiftHandover(
    "s" * 24, NOW, NOW + timedelta(minutes=46), ("Norrvik", "Södermark"), (LINE,), (ACTION,), before="U02"
)
NOTE = NoteView(
    author="Anna Ek",
    at=NOW,
    came_in="Ville inte hem",
    support="Pratade med mamma",
    promised="Vi ringer <!channel> i morgon",
    situation=Situation.BROKEN_PLAN,
    code=ActionCode.TODAY,
    socialjouren_at=None,
)
PERSON = Person("Nova Lind", LinkRole.YOUTH, "Nova Lind", "QPCKV", "y1")
STORY = HandoverStory("c" * 24, ("QPCKV",), Sender.YOUTH, (PERSON,), "Norrvik", NOW, (NOTE,))


def said(handover: ShiftHandover) -> dict[str, Any]:
    return handover_message(handover, TEXTS, NOW)


def buttons(thing: Any) -> list[tuple[str, str]]:
    return [(p["action_id"], p["value"]) for p in pieces(thing) if p.get("type") == "button"]


@large
@given(shift_handovers)
def test_slack_takes_every_handover(handover: ShiftHandover) -> None:
    message = said(handover)

    check_message_blocks(message["blocks"])
    assert 0 < len(message["text"]) <= MESSAGE_TEXT


@large
@given(st.lists(stories, max_size=40).map(tuple))
def test_slack_takes_every_story(told: tuple[HandoverStory, ...]) -> None:
    modal = handover_modal(told, TEXTS, NOW)

    check_view(modal, ("modal",))
    assert not any("<" in text for text in strings(modal, "mrkdwn"))
    assert told or TEXTS.staff("shift.stories_none") in strings(modal, "mrkdwn")


def test_it_says_whose_duty_it_is_what_is_open_and_what_must_be_done() -> None:
    text = said(HANDOVER)["text"]

    assert text.split("\n") == [
        "Överlämning",
        "Du har beredskapen nu, efter <@U02>, till 23.00 för Norrvik och Södermark.",
        "Öppna samtal",
        "QPCKV · ungdom · Norrvik · väntar på svar sedan 22.14 · 📌 ord från den före dig · anteckning saknas",
        "Ska göras i dag",
        "4TK9M · Norrvik",
    ]
    assert buttons(said(HANDOVER)) == [("read_handover", "s" * 24), ("episode", "e" * 24)]


def test_nothing_open_is_said_in_so_many_words() -> None:
    message = said(replace(HANDOVER, open=(), actions=(), before=""))

    assert "Du har beredskapen nu till 23.00" in message["text"]
    assert message["text"].endswith("Inget är öppet.")
    assert buttons(message) == []


def test_only_something_to_do_needs_no_story() -> None:
    assert buttons(said(replace(HANDOVER, open=()))) == [("episode", "e" * 24)]


def test_what_should_have_been_done_stands_out() -> None:
    late = replace(ACTION, due_on=TODAY - timedelta(days=1))

    assert "⚠️ skulle gjorts torsdag 19/11" in said(replace(HANDOVER, actions=(late,)))["text"]


@pytest.mark.parametrize("count", [20, 21, 300])
def test_twenty_are_shown_and_the_rest_counted(count: int) -> None:
    message = said(replace(HANDOVER, open=(LINE,) * count, actions=(ACTION,) * count))
    check_message_blocks(message["blocks"])
    written = " ".join(strings(message["blocks"], "mrkdwn"))

    assert written.count("QPCKV") == written.count("4TK9M") == 20
    assert written.count(f"… och {count - 20} till") == (2 if count > 20 else 0)


def test_many_namnder_are_counted() -> None:
    names = tuple(f"Nämnd {n}" for n in range(40))

    assert "Nämnd 5 och 34 till." in said(replace(HANDOVER, namnder=names))["text"]


def test_the_modal_tells_what_was_promised_first() -> None:
    modal = handover_modal((STORY,), TEXTS, NOW)
    plain = [block["text"]["text"] for block in modal["blocks"] if block["type"] == "section"]

    assert plain[1:] == [NOTE.promised, NOTE.came_in, NOTE.support]
    assert "Nova Lind (ungdom)" in strings(modal, "plain_text")


def test_a_story_without_a_note_says_that_nobody_left_word() -> None:
    modal = handover_modal((replace(STORY, notes=(), waiting_since=None),), TEXTS, NOW)

    assert TEXTS.staff("shift.story_nothing") in strings(modal, "mrkdwn")


def test_stories_that_do_not_fit_are_counted_and_none_is_cut() -> None:
    long = replace(NOTE, came_in="å" * 3000, support="ä" * 3000, promised="ö" * 3000)
    modal = handover_modal((replace(STORY, notes=(long,)),) * 40, TEXTS, NOW)
    check_view(modal, ("modal",))
    plain = strings(modal, "plain_text")
    shown = plain.count(cut(visible("ö" * 3000), 3000))

    assert 0 < shown == plain.count("å" * 3000) < 40
    assert TEXTS.staff("shift.stories_more", count=40 - shown) in strings(modal, "mrkdwn")
