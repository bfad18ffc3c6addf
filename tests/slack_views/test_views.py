"""Whatever is shown, Slack takes it, nothing that was written can ping or hide, and what is sealed holds no content."""

import tomllib
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.cards import (
    Card,
    ConversationView,
    DutyLine,
    Home,
    HomeAction,
    LastAnswer,
    LastNote,
    Notice,
    OpenLine,
    Person,
    SaidLine,
    Sender,
    SentState,
    ThreadReply,
    ThreadWhat,
)
from bot.domain.conversation import Direction, Ground
from bot.domain.people import LinkRole
from bot.domain.socialjour import Answer
from bot.domain.visible import visible
from bot.sandbox.slack.blocks import check_message_blocks
from bot.sandbox.slack.view_rules import check_view
from bot.slack.kit import MESSAGE_TEXT, cut
from bot.slack.views.card import card_message
from bot.slack.views.conversation import conversation_modal, loading_modal, message_modal
from bot.slack.views.forms import enrol_modal, hand_over_modal, link_modal, new_text_modal, raw_modal
from bot.slack.views.home import duty_message, home_view
from bot.slack.views.thread import notice_message, thread_message
from bot.texts import FILES, HERE, blanks
from tests.slack_views.given import (
    NOW,
    TEXTS,
    bodies,
    cards,
    duty_lines,
    homes,
    ids,
    names,
    odd,
    pieces,
    replies,
    strings,
    views,
)

NOTICES: dict[str, str] = {
    key: text
    for name in FILES
    for key, text in tomllib.loads((HERE / name).read_text(encoding="utf-8")).get("notice", {}).items()
}
INLINE = {ThreadWhat.INLINE, ThreadWhat.INLINE_SENT}
PLANTED = "Ture-Planterad +46701740605 kan nån ringa"
large = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)


VIEW = ConversationView(
    conversation_id="c" * 24,
    codes=("4TK9M",),
    sender=Sender.YOUTH,
    people=(),
    number="+46701740605",
    namnd_name="Norrvik",
    lines=(),
    has_earlier=False,
    has_later=False,
    is_open=True,
    can_reply=True,
)


def shown(view: ConversationView) -> dict[str, Any]:
    return conversation_modal(view, TEXTS, NOW, "e" * 24)


def test_what_was_said_comes_before_every_button_but_what_must_be_settled() -> None:
    """A phone's first screen is for the words: buttons take a row each there."""
    said = SaidLine(1, Direction.IN, NOW, "Nova", "kan nån ringa mig")
    people = (Person("Nova", LinkRole.YOUTH, "Nova", "4TK9M", "y"),)
    view = replace(
        VIEW, people=people, lines=(said,), socialjour=Answer("Norrvik", ()), can_call=True, may_set_consent=True
    )
    blocks = shown(view)["blocks"]
    kinds = [block["type"] for block in blocks]
    words = next(nth for nth, block in enumerate(blocks) if "kan nån ringa mig" in strings(block))

    assert "actions" not in kinds[:words]
    assert set(kinds[words : kinds.index("input")]) == {"section", "divider", "actions"}


# --- messages ---


@large
@given(cards)
def test_slack_takes_every_card(card: Card) -> None:
    message = card_message(card, TEXTS, NOW)

    check_message_blocks(message["blocks"])
    assert 0 < len(message["text"]) <= MESSAGE_TEXT


@large
@given(replies)
def test_slack_takes_every_reply_in_a_thread(reply: ThreadReply) -> None:
    message = thread_message(reply, TEXTS, NOW)

    check_message_blocks(message["blocks"])
    assert 0 < len(message["text"]) <= MESSAGE_TEXT


@given(replies)
def test_what_was_written_stands_only_in_an_inline_reply_and_never_on_a_lock_screen(reply: ThreadReply) -> None:
    message = thread_message(replace(reply, body=PLANTED), TEXTS, NOW)

    assert PLANTED not in message["text"]
    assert (PLANTED in strings(message)) is (reply.what in INLINE)
    assert not any(PLANTED in text for text in strings(message, "mrkdwn"))


@given(st.sampled_from(sorted(INLINE)), bodies)
def test_an_inline_sms_pings_nobody(what: ThreadWhat, body: str) -> None:
    message = thread_message(ThreadReply(what, "c", ("4TK9M",), body=body), TEXTS, NOW)

    assert not any("<!channel>" in text for text in [message["text"], *strings(message, "mrkdwn")])
    assert all(piece["emoji"] is False for piece in pieces(message) if piece.get("text") == visible(body) and body)


@pytest.mark.parametrize("button", ["", "open", "open_raw", "write_note", "episode", "meeting"])
@pytest.mark.parametrize("key", NOTICES)
def test_slack_takes_every_notice(key: str, button: str) -> None:
    values = tuple((blank, "4TK9M") for blank in blanks(NOTICES[key]))
    message = notice_message(Notice(key, values, button, "v" if button else "", is_trial=True), TEXTS)

    check_message_blocks(message["blocks"])
    assert 0 < len(message["text"]) <= MESSAGE_TEXT


def test_a_notice_with_nobody_to_name_says_so() -> None:
    message = notice_message(Notice("note_missing_leader", (("code", "4TK9M"), ("who", ""))), TEXTS)

    assert TEXTS.staff("duty.nobody_named") in message["text"]


CARD = Card(
    conversation_id="c" * 24,
    codes=("4TK9M",),
    sender=Sender.YOUTH,
    namnd_name="Norrvik",
    ground=Ground.DUTY,
    opened_at=NOW,
    last_in_at=NOW,
    unanswered=1,
    waiting_since=NOW,
    newest_inbound=7,
)


def buttons_of(card: Card) -> dict[str, dict[str, Any]]:
    return {p["action_id"]: p for p in pieces(card_message(card, TEXTS, NOW)) if p.get("type") == "button"}


def test_a_conversation_of_the_beredskap_ends_with_a_note() -> None:
    button = buttons_of(CARD)["close"]

    assert button["value"] == f"{CARD.conversation_id}:7"  # what came in later is not closed with it
    assert "confirm" not in button


def test_a_conversation_of_myndighet_ends_at_once_after_a_question() -> None:
    buttons = buttons_of(replace(CARD, is_plain=True))

    assert "close" not in buttons
    assert buttons["close_plain"]["value"] == f"{CARD.conversation_id}:7"
    assert buttons["close_plain"]["confirm"]["style"] == "danger"


@pytest.mark.parametrize(
    ("card", "can_note"),
    [
        (replace(CARD, closed_at=NOW), True),
        (replace(CARD, closed_at=NOW, is_plain=True), False),
        (replace(CARD, has_moved=True, can_note=True), True),
        (replace(CARD, has_moved=True), False),
        (CARD, False),
    ],
)
def test_a_note_can_be_written_afterwards(card: Card, can_note: bool) -> None:
    note = buttons_of(card).get("write_note")

    assert (note is not None) is can_note
    assert note is None or note["value"] == card.conversation_id


# --- modals ---


@large
@given(views)
def test_slack_takes_every_conversation(view: ConversationView) -> None:
    check_view(shown(view), ("modal",))


@large
@given(views)
def test_nothing_that_was_written_can_ping_or_hide_a_link(view: ConversationView) -> None:
    for text in strings(shown(view), "mrkdwn"):
        assert "<" not in text
        assert ">" not in text


@large
@given(views.filter(lambda view: bool(view.lines)))
def test_what_was_written_is_shown_as_it_was(view: ConversationView) -> None:
    plain = strings(shown(view), "plain_text")

    for line in view.lines:
        if visible(line.body).strip():
            assert cut(visible(line.body), 3000) in plain


@large
@given(st.lists(views, min_size=2, max_size=2))
def test_the_answers_field_never_changes_so_that_a_draft_survives(both: list[ConversationView]) -> None:
    fields_of = [
        [(b["block_id"], b["element"]["action_id"]) for b in shown(view)["blocks"] if b["type"] == "input"]
        for view in both
    ]

    assert fields_of[0] == fields_of[1] == [("reply", "reply_text"), ("kind", "kind_choice")]


@large
@given(views)
def test_what_can_be_pressed_keeps_its_place_when_the_conversation_is_drawn_again(view: ConversationView) -> None:
    """A press while a receipt came in was lost: Slack had given the button's block a new id."""
    pressed = [b for b in shown(view)["blocks"] if b["type"] == "actions" or "accessory" in b]

    assert all(block.get("block_id") for block in pressed)


@large
@given(views)
def test_what_may_not_be_texted_cannot_be_chosen(view: ConversationView) -> None:
    kind = next(block for block in shown(view)["blocks"] if block.get("block_id") == "kind")
    values = [option["value"] for option in kind["element"]["options"]]

    assert values == (["sms", "note"] if view.can_reply else ["note"])
    assert kind["element"]["initial_option"]["value"] == values[0]


@large
@given(views)
def test_what_slack_keeps_in_clear_holds_an_id_only(view: ConversationView) -> None:
    modal = shown(view)

    assert modal["private_metadata"] == view.conversation_id
    values = [piece["value"] for piece in pieces(modal) if "value" in piece]
    known = {view.conversation_id, "e" * 24, "sms", "note"}
    known |= {line.message_id for line in view.lines} | {p.youth_id for p in view.people}
    assert set(values) <= known | {namnd for namnd, _ in view.must_pick}


def test_what_the_one_before_promised_stands_above_the_lines() -> None:
    promised = "Vi hör av oss <!channel> i morgon"
    note = LastNote("Anna <Ek>", NOW, promised)
    lines = (SaidLine(1, Direction.IN, NOW, "Ture", "hej"),)
    modal = shown(replace(VIEW, last_note=note, lines=lines))
    plain = strings(modal, "plain_text")

    assert plain.index(promised) < plain.index("hej")
    assert not any(promised in text or "<" in text for text in strings(modal, "mrkdwn"))
    assert promised not in strings(shown(replace(VIEW, last_note=replace(note, promised="  "), lines=lines)))


@pytest.mark.parametrize(("count", "labels"), [(0, 0), (1, 1), (2, 2), (9, 5)])
def test_each_youth_has_a_button_to_their_background(count: int, labels: int) -> None:
    people = tuple(Person(f"Barn {n}", LinkRole.YOUTH, f"Barn {n}", "4TK9M", f"y{n}") for n in range(count))
    mother = tuple(replace(person, name="Mor", role=LinkRole.GUARDIAN) for person in people)
    buttons = [p for p in pieces(shown(replace(VIEW, people=people + mother))) if p.get("action_id") == "background"]

    assert [button["value"] for button in buttons] == [f"y{n}" for n in range(labels)]
    assert all(("Barn" in button["text"]["text"]) is (count > 1) for button in buttons)


def test_an_empty_text_is_said_to_be_empty() -> None:
    view = replace(VIEW, lines=(SaidLine(1, Direction.IN, NOW, "Ture", " \n"),))

    assert TEXTS.staff("modal.empty_text") in strings(shown(view), "plain_text")


def test_a_picture_without_words_is_said_to_be_one() -> None:
    said = strings(shown(replace(VIEW, lines=(SaidLine(1, Direction.IN, NOW, "Ture", "", media_count=1),))))

    assert any(TEXTS.staff("thread.media_one") in text for text in said)
    assert TEXTS.staff("modal.empty_text") not in said


@given(st.lists(st.tuples(ids, names), max_size=120), st.booleans(), st.sampled_from(LinkRole))
def test_slack_takes_every_form(named: list[tuple[str, str]], is_trial: bool, what: LinkRole) -> None:
    namnder = [(f"n{n}", name) for n, (_, name) in enumerate(named)] or [("norrvik", "Norrvik")]
    for modal in (
        new_text_modal(TEXTS, "key", is_trial=is_trial),
        hand_over_modal(TEXTS, "c", namnder),
        link_modal(TEXTS, "c", named),
        enrol_modal(TEXTS, "key", namnder, named, what),
        loading_modal(TEXTS, "e" * 24),
    ):
        check_view(modal, ("modal",))
        assert not any("<" in text for text in strings(modal, "mrkdwn"))


@given(odd, bodies)
def test_slack_takes_what_could_not_be_digested(sender: str, body: str) -> None:
    modal = raw_modal(TEXTS, sender, body)

    check_view(modal, ("modal",))
    assert strings(modal, "mrkdwn") == []


@pytest.mark.parametrize("key", ["modal.refused_title", "modal.enrol_title"])
def test_slack_takes_a_modal_that_only_says_something(key: str) -> None:
    check_view(message_modal(TEXTS, key, TEXTS.staff("refusal.busy")), ("modal",))


# --- home and duty ---


@large
@given(homes)
def test_slack_takes_every_home(home: Home) -> None:
    check_view(home_view(home, TEXTS), ("home",))


@large
@given(st.lists(duty_lines, max_size=40).map(tuple))
def test_slack_takes_every_answer_about_duty(duties: tuple[DutyLine, ...]) -> None:
    message = duty_message(duties, TEXTS, NOW)

    check_message_blocks(message["blocks"])
    assert "<Ek>" not in str(message)


def test_home_offers_what_somebody_may_do() -> None:
    nobody = Home(NOW, (), (), (), may_enrol=False, may_start=False)
    action = HomeAction("e" * 24, ("4TK9M",), "Norrvik", NOW.date(), is_late=False)
    somebody = replace(nobody, actions=(action,), may_look_back=True, may_write_background=True)
    made = {p["action_id"]: p["value"] for p in pieces(home_view(somebody, TEXTS)) if p.get("type") == "button"}

    assert made == {"episode": "e" * 24, "background_pick": "pick", "look_back_open": "open"}
    assert not any(p.get("type") == "button" for p in pieces(home_view(nobody, TEXTS)))
    assert TEXTS.staff("home.actions") not in strings(home_view(nobody, TEXTS))


@pytest.mark.parametrize(
    ("days", "is_late", "said"),
    [
        (0, False, "*4TK9M* · Norrvik · ska göras i dag"),
        (3, False, "*4TK9M* · Norrvik · senast måndag 23/11"),
        (-1, True, "*4TK9M* · Norrvik · ⚠️ skulle gjorts torsdag 19/11"),
    ],
)
def test_home_says_by_when(days: int, is_late: bool, said: str) -> None:
    action = HomeAction("e" * 24, ("4TK9M",), "Norrvik", NOW.date() + timedelta(days=days), is_late)
    home = Home(NOW, (), (), (), may_enrol=False, may_start=False, actions=(action,))

    assert said in strings(home_view(home, TEXTS), "mrkdwn")


# --- sealed ---


def test_what_is_sealed_has_no_place_for_content() -> None:
    """No field of a card, a notice, a line of Home or a state of sending could hold a name, a number or a body."""
    telling = {"name", "number", "body", "people", "lines", "draft", "youth_name", "who"}
    sealed = {
        kind: {field.name for field in fields(kind)}
        for kind in (Card, LastAnswer, SentState, Notice, OpenLine, HomeAction)
    }

    assert {kind: names & telling for kind, names in sealed.items() if names & telling} == {}
    assert {field.name for field in fields(ThreadReply)} & telling == {"body"}
    assert {field.name for field in fields(DutyLine)} & telling == {"who"}  # staff, by mention where they have Slack
    assert {field.name for field in fields(Home)} & telling == set()
