"""The handover in its channel: it fits whatever has happened, what must be done comes first, and nothing is left out
without being counted.
"""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from bot.domain.cards import Sender
from bot.domain.digest import Addendum, DigestRow, DigestView, OwnerKind
from bot.domain.notes import ActionCode, Situation
from bot.domain.reaction import ActionState
from bot.sandbox.slack.blocks import check_message_blocks
from bot.slack.kit import MESSAGE_TEXT
from bot.slack.views.digest import addendum_message, digest_message
from tests.slack_views.given import NOW, TEXTS, pieces, strings
from tests.slack_views.given_handover import TODAY, a_row, addenda, an_action, digest_of, digests

MOST_TEXT = 10_000  # of all blocks together: facts, slack, section 8
MOST_IN_A_SECTION = 3_000
large = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)


def shown(view: DigestView, now: datetime = NOW) -> dict[str, Any]:
    return digest_message(view, TEXTS, now)


def sections(message: dict[str, Any]) -> list[str]:
    return [block["text"]["text"] for block in message["blocks"] if block["type"] == "section"]


def headings(message: dict[str, Any]) -> list[str]:
    return [block["text"]["text"] for block in message["blocks"] if block["type"] == "header"]


def lines_of(row: DigestRow, now: datetime = NOW) -> list[str]:
    """Return the two lines of a row that stands alone in a handover."""
    return sections(shown(digest_of([row]), now))[0].split("\n")


def left_out(text: str) -> int:
    found = re.search(r"… och (\d+) till", text)
    return 0 if found is None else int(found[1])


def fits(message: dict[str, Any]) -> None:
    check_message_blocks(message["blocks"])
    texts = [piece["text"] for piece in pieces(message["blocks"]) if isinstance(piece.get("text"), str)]
    assert sum(map(len, texts)) <= MOST_TEXT
    assert all(len(text) <= MOST_IN_A_SECTION for text in texts)
    assert 0 < len(message["text"]) <= MESSAGE_TEXT


# --- it fits ---


@large
@given(digests)
def test_slack_takes_every_handover(view: DigestView) -> None:
    fits(shown(view))


@large
@given(addenda)
def test_slack_takes_every_addendum(addendum: Addendum) -> None:
    fits(addendum_message(addendum, TEXTS, NOW))


@pytest.mark.parametrize("count", [0, 1, 5, 40, 300])
def test_every_row_is_shown_or_counted(count: int) -> None:
    rows = [a_row(f"Q{n:04}", action=an_action() if n % 5 == 0 else None) for n in range(count)]
    message = shown(digest_of(rows, not_transferred=tuple(f"T{n:04}" for n in range(90))))
    fits(message)

    for text in ("\n".join(sections(message)), message["text"]):
        named = set(re.findall(r"Q\d{4}", text))
        assert len(named) + left_out(text) == count
        assert {f"Q{n:04}" for n in range(0, min(count, 100), 5)} <= named  # what must be done today comes first
    assert "T0039 och 50 till" in message["text"]
    assert f"{count} samtal" in message["text"] or count == 0


@pytest.mark.parametrize("days", [2, 60])
def test_rows_of_many_days_still_fit(days: int) -> None:
    rows = [a_row(f"Q{n:04}", day=TODAY - timedelta(days=n % days)) for n in range(300)]
    message = shown(digest_of(rows))
    fits(message)

    text = "\n".join(sections(message))
    assert len(set(re.findall(r"Q\d{4}", text))) + left_out(text) == 300


# --- its parts ---


def test_the_parts_come_in_order() -> None:
    view = digest_of(
        [
            a_row("RESTA"),
            a_row("OPENA", is_open=True, waiting_since=NOW - timedelta(hours=1)),
            a_row("MUSTA", action=an_action()),
            a_row("LATEA", is_carried=True, action=an_action(due_on=date(2026, 11, 18), is_late=True)),
        ],
        not_transferred=("QPCKV", "4TK9M"),
        stale_backgrounds=("ABCDE",),
    )
    message = shown(view)

    assert headings(message) == [
        "Överlämning fredag 20 november",
        "Ska göras i dag",
        "Fortfarande öppet",
        "Övrigt",
    ]
    about = message["blocks"][1]["elements"][0]["text"]
    assert about == "Norrvik · sedan torsdag 22.14 · 3 samtal · 1 från tidigare · 2 ska göras i dag · 1 öppet"
    order = [message["text"].index(code) for code in ("LATEA", "MUSTA", "OPENA", "RESTA", "4TK9M", "ABCDE")]
    assert order == sorted(order)
    assert "Inte förda till akten sedan tidigare: QPCKV, 4TK9M" in sections(message)
    assert "Bakgrund att se över: ABCDE" in sections(message)
    assert message["blocks"][2]["elements"][0]["value"] == view.digest_id
    assert message["blocks"][-1]["elements"][0]["text"] == "Innehållet står i Mötesläge. Uppdaterad 22.14."


def test_several_days_have_a_heading_each() -> None:
    message = shown(digest_of([a_row("THURS"), a_row("FRIDA", day=TODAY, first_at=NOW)]))
    text = "\n".join(sections(message))

    assert headings(message)[1:] == ["Samtal"]
    assert text.index("*Torsdag 19 november*") < text.index("THURS") < text.index("*Fredag 20 november*")
    assert "*FRIDA* · ungdom · 22.14" in text


def test_a_single_day_needs_no_heading() -> None:
    assert "november" not in "\n".join(sections(shown(digest_of([a_row()]))))


def test_a_day_outside_its_heading_is_said() -> None:
    rows = [a_row("THURS", action=an_action()), a_row("FRIDA", day=TODAY, first_at=NOW)]

    assert "*THURS* · ungdom · tor 22.14" in "\n".join(sections(shown(digest_of(rows))))


def test_what_is_written_after_midnight_in_a_shift_says_so() -> None:
    night = a_row(first_at=datetime.fromisoformat("2026-11-20T00:30:00+00:00"))

    assert lines_of(night)[0].startswith("*QPCKV* · ungdom · fre 01.30")


@pytest.mark.parametrize(
    ("since", "said"),
    [
        ("2026-11-19T07:00:00+00:00", "Inget har kommit in sedan torsdag 08.00."),
        ("2026-11-02T07:00:00+00:00", "Inget har kommit in sedan måndag 2 november 08.00."),
        (None, "Inget har kommit in än."),
    ],
)
def test_an_empty_handover_says_so(since: str | None, said: str) -> None:
    view = digest_of([], since=None if since is None else datetime.fromisoformat(since))
    message = shown(view)

    assert sections(message) == [said]
    assert said in message["text"]
    assert not any(block["type"] == "actions" for block in message["blocks"])


def test_an_empty_handover_shows_what_is_left_from_earlier() -> None:
    left = a_row("LATEA", is_carried=True, action=an_action(due_on=date(2026, 11, 18), is_late=True))
    message = shown(digest_of([left], not_transferred=("4TK9M",), is_repeat=True))

    assert headings(message) == ["Överlämning fredag 20 november (upprepning)", "Ska göras i dag"]
    assert sections(message)[0] == "Inget har kommit in sedan torsdag 22.14."
    assert "⚠️ skulle gjorts onsdag 18/11: <@U02>" in sections(message)[1]
    assert any(block["type"] == "actions" for block in message["blocks"])


def test_an_old_one_says_that_there_is_a_newer() -> None:
    words = shown(digest_of([a_row()], is_newest=False), NOW + timedelta(days=3))["blocks"][-1]["elements"][0]["text"]

    assert "Uppdaterad mån 23/11 22.14" in words
    assert "nyare överlämning" in words


# --- a row ---


@pytest.mark.parametrize(
    ("row", "first", "second"),
    [
        (
            a_row(situation=Situation.BROKEN_PLAN, action=an_action()),
            "*QPCKV* · ungdom · tor 22.14 · svar efter 4 min av <@U01>",
            "➜ i dag: <@U02> · bruten planering · socialjouren nej",
        ),
        (
            a_row(codes=("QPCKV", "4TK9M"), sender=Sender.GUARDIAN, answered_within=timedelta(hours=1, minutes=5)),
            "*QPCKV, 4TK9M* · vårdnadshavare · tor 22.14 · svar efter 1 tim 5 min av <@U01>",
            "➜ ingen åtgärd · socialjouren nej",
        ),
        (
            a_row(answered_within=None, by=(), has_note=False, situation=None, socialjouren=None),
            "*QPCKV* · ungdom · tor 22.14 · ingen har svarat",
            "➜ anteckning saknas",
        ),
        (
            a_row(answered_within=None, is_ours_first=True, socialjouren=True, situation=Situation.DIFFICULT),
            "*QPCKV* · ungdom · tor 22.14 · vi skrev först (<@U01>)",
            "➜ ingen åtgärd · svår situation · lämnat till socialjouren",
        ),
        (
            a_row(by=("", "", "U01")),
            "*QPCKV* · ungdom · tor 22.14 · svar efter 4 min av en kollega och <@U01>",
            "➜ ingen åtgärd · socialjouren nej",
        ),
        (
            a_row(action=an_action(owner_kind=OwnerKind.TEAM, owner="")),
            "*QPCKV* · ungdom · tor 22.14 · svar efter 4 min av <@U01>",
            "➜ i dag: ingen ägare än · socialjouren nej",
        ),
        (
            a_row(action=an_action(code=ActionCode.TODAY, owner_kind=OwnerKind.DUTY, owner="")),
            "*QPCKV* · ungdom · tor 22.14 · svar efter 4 min av <@U01>",
            "➜ i dag: den som har beredskap · socialjouren nej",
        ),
        (
            a_row(
                is_reviewed=True,
                is_transferred=True,
                action=an_action(state=ActionState.DONE, settled_by="U03", settled_at=NOW),
            ),
            "*QPCKV* · ungdom · tor 22.14 · svar efter 4 min av <@U01>",
            "✅ klart av <@U03> 22.14 · socialjouren nej · genomgånget · förd till akten",
        ),
        (
            a_row(action=an_action(state=ActionState.DROPPED, settled_by="", settled_at=NOW + timedelta(days=1))),
            "*QPCKV* · ungdom · tor 22.14 · svar efter 4 min av <@U01>",
            "➜ släppt av en kollega lör 21/11 22.14 · socialjouren nej",
        ),
        (
            a_row(added_at=NOW, noted_at=NOW, by=tuple(f"U{n}" for n in range(7))),
            "*Tillägg 22.14* · *QPCKV* · ungdom · tor 22.14 · svar efter 4 min av "
            "<@U0>, <@U1>, <@U2>, <@U3>, <@U4> och 2 till",
            "➜ ingen åtgärd · anteckning 22.14 · socialjouren nej",
        ),
        (
            a_row(is_open=True, waiting_since=NOW - timedelta(days=1)),
            "*QPCKV* · ungdom · tor 22.14 · svar efter 4 min av <@U01> · väntar på svar",
            "➜ ingen åtgärd · socialjouren nej",
        ),
        (
            a_row(is_open=True, is_carried=True, action=an_action(code=ActionCode.NOTHING)),
            "*QPCKV* · ungdom · tor 19/11 22.14 · svar efter 4 min av <@U01> · inte avslutat",
            "➜ ingen åtgärd · socialjouren nej",
        ),
    ],
)
def test_a_row_in_words(row: DigestRow, first: str, second: str) -> None:
    view = digest_of([row])

    assert sections(shown(view))[-1].split("\n") == [first, second]
    assert first.replace("*", "") in shown(view)["text"]


# --- addenda ---


def test_an_addendum_says_when_it_came_and_what() -> None:
    said = addendum_message(Addendum(NOW, a_row(added_at=NOW), is_note=False, is_channel=True), TEXTS, NOW)

    assert sections(said) == [
        "Tillägg 22.14: *QPCKV* · ungdom · tor 19/11 22.14 · svar efter 4 min av <@U01>\n"
        "➜ ingen åtgärd · socialjouren nej"
    ]
    assert said["text"] == sections(said)[0].replace("*", "")
    assert said["blocks"][-1]["elements"][0]["value"] == "e" * 24


def test_a_note_that_turns_up_is_told_in_codes() -> None:
    row = a_row(action=an_action(), situation=Situation.BROKEN_PLAN)
    said = addendum_message(Addendum(NOW, row, is_note=True, is_channel=True), TEXTS, NOW)

    assert sections(said) == [
        "Tillägg 22.14: anteckning för *QPCKV*\n➜ i dag: <@U02> · bruten planering · socialjouren nej"
    ]


def test_a_trial_says_so() -> None:
    banner = TEXTS.staff("trial.banner")

    assert banner in strings(shown(digest_of([], is_trial=True)), "mrkdwn")
    addendum = Addendum(NOW, replace(a_row()), is_note=True, is_channel=False, is_trial=True)
    assert banner in strings(addendum_message(addendum, TEXTS, NOW), "mrkdwn")
