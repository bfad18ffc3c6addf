"""Odd characters, and what people type in Slack."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.slack_text import NOTE_MARKS, escape_mrkdwn, is_note, plain_from_slack, without_note_mark
from bot.domain.visible import BIDI_CONTROLS, visible

FAMILY = "👨‍👩‍👧"  # three people and two joiners


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("", ""),
        ("hej åäö 💚", "hej åäö 💚"),
        (FAMILY, FAMILY),
        ("❤️ 👍🏽 🇸🇪", "❤️ 👍🏽 🇸🇪"),
        ("مرحبا بك", "مرحبا بك"),
        ("می‌خواهم", "می‌خواهم"),  # the joiner in Persian is part of the word
        ("\x00", "␀"),
        ("a\x07b\x1bc", "a␇b␛c"),
        ("\x7f", "␡"),
        ("\x85", "�"),
        ("rad 1\r\nrad 2\rrad 3\tslut", "rad 1\nrad 2\nrad 3\tslut"),
        ("\u202eevig", "evig"),
        ("\u2066a\u2069\u200f", "a"),
        ("\ud83d", "�"),
    ],
)
def test_a_text_is_shown_as_it_is_and_harms_nothing(written: str, shown: str) -> None:
    assert visible(written) == shown


odd = st.text(st.characters() | st.sampled_from("\x00\x07\u202e\u2066\u200d\ud83d\r\n<>&"), max_size=200)


@given(odd)
def test_nothing_unseen_is_left(text: str) -> None:
    shown = visible(text)

    assert not set(shown) & BIDI_CONTROLS
    assert not {c for c in shown if unicodedata.category(c) in {"Cc", "Cs"}} - {"\n", "\t"}
    assert visible(shown) == shown
    shown.encode("utf-8")


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs", "M"]), max_size=200))
def test_ordinary_writing_is_left_alone(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ring <tel:0701740605|070-174 06 05>", "ring 070-174 06 05"),
        ("<tel:0701740605>", "0701740605"),
        ("<mailto:a@example.se|a@example.se>", "a@example.se"),
        ("<https://www.bris.se>", "https://www.bris.se"),
        ("<https://www.bris.se|bris.se>", "bris.se"),
        ("<!channel> vakna", "@channel vakna"),
        ("<!subteam^S123|@teamet>", "@@teamet"),
        ("<@U123> kommer", " kommer"),
        ("<@U123|anna> kommer", "@anna kommer"),
        ("<#C123|allmänt>", "#allmänt"),
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("&amp;lt;", "&lt;"),
        (":green_heart: hej", "💚 hej"),
        (":thumbsup: ", "👍 "),
        ("klockan 10:30: vi ses", "klockan 10:30: vi ses"),
        (":finns_inte_alls:", ":finns_inte_alls:"),
        ("", ""),
    ],
)
def test_what_was_typed_in_slack_is_what_was_meant(typed: str, meant: str) -> None:
    assert plain_from_slack(typed) == meant


@given(st.text(st.characters(exclude_characters=":"), max_size=200))
def test_what_slack_escapes_comes_back(text: str) -> None:
    assert plain_from_slack(escape_mrkdwn(text)) == text


@given(odd)
def test_escaped_text_pings_nobody_and_hides_no_link(text: str) -> None:
    escaped = escape_mrkdwn(text)

    assert "<" not in escaped
    assert ">" not in escaped


@pytest.mark.parametrize(
    ("typed", "note", "rest"),
    [
        ("// ringde mamma", True, "ringde mamma"),
        ("//ringde mamma", True, "ringde mamma"),
        ("Anteckning: ringde", True, "ringde"),
        ("  ANTECKNING:\nringde", True, "ringde"),
        ("notering:", True, ""),
        ("anteckning om i morgon", False, "anteckning om i morgon"),
        ("se https://bris.se // snart", False, "se https://bris.se // snart"),
        ("", False, ""),
    ],
)
def test_a_note_is_marked_as_one(typed: str, note: bool, rest: str) -> None:
    assert is_note(typed) is note
    assert without_note_mark(typed) == rest


@given(mark=st.sampled_from(NOTE_MARKS), upper=st.booleans(), text=st.text(max_size=50))
def test_a_marked_text_never_counts_as_one_to_send(mark: str, upper: bool, text: str) -> None:
    assert is_note(f" {mark.upper() if upper else mark}{text}")
