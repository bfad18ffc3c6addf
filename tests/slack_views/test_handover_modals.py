"""The modals of the handover: whatever is in them, Slack takes them, and what was written cannot ping or hide."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from bot.domain.background import Background
from bot.domain.cards import Person, Sender
from bot.domain.digest import (
    ActionView,
    JournalLine,
    JournalText,
    LookBack,
    LookBackLine,
    MeetingPage,
    NoteView,
    OwnerKind,
    Seen,
)
from bot.domain.forms import BackgroundPage, NoteForm
from bot.domain.ids import StaffId, YouthId
from bot.domain.notes import ActionCode, Situation
from bot.domain.people import LinkRole
from bot.domain.reaction import ActionState
from bot.domain.visible import visible
from bot.sandbox.slack.view_rules import check_view
from bot.slack.views.background import background_form, background_modal, background_pick_modal
from bot.slack.views.journal import journal_modal, journal_text
from bot.slack.views.look_back import look_back_modal
from bot.slack.views.meeting import drop_form, meeting_modal, transfer_form
from bot.slack.views.note_form import note_modal, saved_modal
from tests.slack_views.given import NOW, TEXTS, bodies, pieces, strings
from tests.slack_views.given_handover import (
    TODAY,
    a_row,
    an_action,
    background_pages,
    journals,
    looks,
    note_forms,
    pages,
)

large = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
MENTION = re.compile(r"<@[UW]\w+>")
X = "x" * 24
NOVA = Person("Nova Lind", LinkRole.YOUTH, "Nova Lind", "QPCKV", "y1")
NOTE = NoteView(
    author="Anna Ek",
    at=NOW,
    came_in="Ville inte hem",
    support="Pratade med mamma",
    promised="Vi ringer i morgon",
    situation=Situation.BROKEN_PLAN,
    code=ActionCode.NEXT_WORKING_DAY,
    socialjouren_at=NOW,
    concerns=("Nova Lind",),
)
ACTION = ActionView("a1", ActionCode.NEXT_WORKING_DAY, TODAY, OwnerKind.STAFF, "Bo Ek", ActionState.OPEN)
PAGE = MeetingPage(
    digest_id="d1",
    episode_id="e1",
    namnd_name="Norrvik",
    day=TODAY,
    index=3,
    count=12,
    row=a_row(action=an_action()),
    people=(NOVA,),
    by=("Anna Ek",),
    notes=(NOTE,),
    actions=(ACTION,),
    may_handle=True,
    may_transfer=True,
)
FORM = NoteForm(
    conversation_id="c1",
    codes=("QPCKV",),
    sender=Sender.YOUTH,
    namnd_name="Norrvik",
    closes=True,
    is_waiting=False,
    can_text=True,
    to="Nova Lind",
    today=date(2026, 11, 21),
    next_day=date(2026, 11, 23),
    has_duty_now=True,
    owners=(("s1", "Bo Ek"),),
    newest_inbound=7,
)
JOURNAL = JournalText(
    episode_id="e1",
    codes=("QPCKV",),
    namnd_name="Norrvik",
    sender=Sender.YOUTH,
    people=(NOVA,),
    number="+46701740605",
    days=(TODAY,),
    first_at=NOW,
    answered_at=NOW + timedelta(minutes=4),
    answered_within=timedelta(minutes=4),
    by=("Anna Ek",),
    notes=(NOTE,),
    actions=(ACTION,),
    lines=(JournalLine(NOW, "Nova Lind", is_inbound=True, is_note=False, body="kan nån ringa"),),
)
WRITTEN = Background(
    youth_id=YouthId("y1"),
    agreements="Pappa hämtar på fredagar",
    watch_for="",
    interpreter="Somaliska",
    call_first="Mormor",
    review_on=date(2027, 2, 1),
    written_by=StaffId("s1"),
    written_at=NOW,
)
BACKGROUND = BackgroundPage(
    youth_id="y1",
    youth_name="Nova Lind",
    case_code="QPCKV",
    namnd_name="Norrvik",
    background=WRITTEN,
    written_by="Bo Ek",
    is_stale=False,
    may_write=True,
    proposed_review=date(2027, 3, 1),
)
LOOK = LookBack(
    namnd="norrvik",
    namnd_name="Norrvik",
    namnder=(("norrvik", "Norrvik"), ("sodermark", "Södermark")),
    youth=None,
    until=TODAY,
    digests=(("d1", TODAY), ("d0", date(2025, 12, 30))),
    lines=(LookBackLine("e1", a_row()),),
    has_more=False,
)


def sound(view: dict[str, Any]) -> None:
    """Slack takes it, nothing foreign is in mrkdwn, and nothing of ours at its edges had to be cut."""
    check_view(view, ("modal",))
    for text in strings(view, "mrkdwn"):
        assert "<" not in MENTION.sub("", text)
    edges = [view[name]["text"] for name in ("title", "submit", "close") if name in view]
    assert not any("…" in text for text in edges)


def buttons(view: dict[str, Any]) -> list[tuple[str, str]]:
    return [(p["action_id"], p["value"]) for p in pieces(view) if p.get("type") == "button"]


def inputs(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}


def options(block: dict[str, Any]) -> list[tuple[str, str]]:
    return [(made["value"], made["text"]["text"]) for made in block["element"]["options"]]


# --- the note ---


@large
@given(note_forms)
def test_slack_takes_every_form_for_a_note(form: NoteForm) -> None:
    view = note_modal(form, TEXTS, X)

    sound(view)
    assert json.loads(view["private_metadata"]) == {
        "c": form.conversation_id,
        "n": form.newest_inbound,
        "closes": form.closes,
    }
    assert view["external_id"] == X
    assert ("closing_text" in inputs(view)) is (form.closes and form.can_text)
    assert ("concerns" in inputs(view)) is (len(form.youths) > 1)


def test_the_form_asks_for_what_a_note_needs() -> None:
    view = note_modal(replace(FORM, youths=(("y1", "Nova"), ("y2", "Ture")), chosen=frozenset({"y2"})), TEXTS, X)
    found = inputs(view)

    assert view["title"]["text"] == "Avsluta QPCKV"
    assert view["submit"]["text"] == "Avsluta"
    assert {name for name, block in found.items() if not block.get("optional")} == {
        "came_in",
        "support",
        "situation",
        "action",
        "socialjouren",
        "concerns",
    }
    assert options(found["action"]) == [
        ("nothing", "Ingen åtgärd"),
        ("today", "I dag, lördag 21 november"),
        ("next_working_day", "Nästa arbetsdag, måndag 23 november"),
    ]
    assert options(found["owner"]) == [("team", "Teamet bestämmer på mötet"), ("s1", "Bo Ek")]
    assert options(found["socialjouren"]) == [("no", "Kontaktades inte"), ("yes", "Lämnat till socialjouren")]
    assert [made["value"] for made in found["concerns"]["element"]["initial_options"]] == ["y2"]


def test_nothing_is_said_on_the_authors_behalf() -> None:
    found = inputs(note_modal(FORM, TEXTS, X))

    assert not any("initial_option" in block["element"] for block in found.values())
    assert not any("initial_value" in block["element"] for block in found.values())


def test_a_note_on_its_own_saves_and_closes_nothing() -> None:
    view = note_modal(replace(FORM, closes=False), TEXTS, X)

    assert view["title"]["text"] == "Anteckning QPCKV"
    assert view["submit"]["text"] == "Spara"
    assert "closing_text" not in inputs(view)


@pytest.mark.parametrize(
    ("closes", "can_text", "key"),
    [
        (True, True, "note.waiting_text"),
        (True, False, "note.waiting"),
        (False, True, "note.waiting_note"),
    ],
)
def test_somebody_who_waits_is_not_forgotten(closes: bool, can_text: bool, key: str) -> None:
    form = replace(FORM, is_waiting=True, closes=closes, can_text=can_text)

    assert TEXTS.staff(key) in strings(note_modal(form, TEXTS, X), "mrkdwn")
    assert TEXTS.staff(key) not in strings(note_modal(replace(form, is_waiting=False), TEXTS, X), "mrkdwn")


def test_the_hint_follows_the_duty() -> None:
    hints = [inputs(note_modal(replace(FORM, has_duty_now=has), TEXTS, X))["owner"]["hint"] for has in (True, False)]

    assert hints[0] != hints[1]


@given(bodies)
def test_a_closing_text_that_was_not_sent_comes_back(unsent: str) -> None:
    view = saved_modal(TEXTS, TEXTS.staff("note.saved_not_closed"), unsent)

    sound(view)
    assert not unsent or (visible(unsent) or " ") in strings(view, "plain_text")


# --- Mötesläge ---


@large
@given(pages)
def test_slack_takes_every_step_of_the_meeting(page: MeetingPage) -> None:
    view = meeting_modal(page, TEXTS, NOW)

    sound(view)
    assert json.loads(view["private_metadata"]) == {"d": page.digest_id, "e": page.episode_id}


def test_a_step_shows_facts_notes_and_what_can_be_done() -> None:
    view = meeting_modal(PAGE, TEXTS, NOW)
    plain = strings(view, "plain_text")

    assert view["title"]["text"] == "Mötesläge 3 av 12"
    assert {NOTE.came_in, NOTE.support, NOTE.promised, "Nova Lind (ungdom)"} <= set(plain)
    assert "➜ i dag: Bo Ek" in strings(view, "mrkdwn")
    assert buttons(view) == [
        ("take_action", "a1"),
        ("action_done", "a1"),
        ("drop_action", "a1"),
        ("reviewed", "e1"),
        ("journal", "e1"),
        ("transfer", "e1"),
        ("meeting_back", "e1"),
        ("meeting_next", "e1"),
        ("background", "y1"),
    ]


Change = Callable[[MeetingPage], MeetingPage]


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        (lambda page: replace(page, index=1), {"meeting_back"}),
        (lambda page: replace(page, index=12), {"meeting_next"}),
        (lambda page: replace(page, digest_id=""), {"meeting_back", "meeting_next"}),
        (lambda page: replace(page, may_handle=False), {"take_action", "action_done", "drop_action"}),
        (lambda page: replace(page, may_transfer=False), {"reviewed", "journal", "transfer", "background"}),
        (lambda page: replace(page, reviewed=Seen("Bo Ek", NOW)), {"reviewed"}),
        (lambda page: replace(page, transferred=Seen("Bo Ek", NOW, "nr 4")), set()),  # it can be put right
        (lambda page: replace(page, actions=(replace(ACTION, is_mine=True),)), {"take_action"}),
        (
            lambda page: replace(page, actions=(replace(ACTION, state=ActionState.DONE),)),
            {"take_action", "action_done", "drop_action"},
        ),
        (lambda page: replace(page, people=()), {"background"}),
    ],
)
def test_a_button_that_leads_nowhere_is_left_out(change: Change, gone: set[str]) -> None:
    before, after = (
        {action for action, _ in buttons(meeting_modal(page, TEXTS, NOW))} for page in (PAGE, change(PAGE))
    )

    assert before - after == gone


def test_an_episode_on_its_own_is_called_by_its_code() -> None:
    assert meeting_modal(replace(PAGE, digest_id=""), TEXTS, NOW)["title"]["text"] == "Samtal QPCKV"


@pytest.mark.parametrize("digest_id", ["d1", ""])
def test_a_refusal_shows_nothing_of_it(digest_id: str) -> None:
    view = meeting_modal(replace(PAGE, refusal="jav", digest_id=digest_id), TEXTS, NOW)
    said = " ".join([*strings(view["blocks"]), view["title"]["text"]])

    assert TEXTS.staff("refusal.jav") in said
    assert not any(word in said for word in ("QPCKV", "Nova", "Anna", "Bo Ek", NOTE.came_in))
    assert {action for action, _ in buttons(view)} <= {"meeting_back", "meeting_next"}


def test_what_has_been_seen_to_says_by_whom() -> None:
    reviewed, transferred = Seen("Bo Ek", NOW), Seen("Anna Ek", NOW, "2026-11-20 nr <4>")
    view = meeting_modal(replace(PAGE, reviewed=reviewed, transferred=transferred), TEXTS, NOW)

    assert "✅ Genomgånget av Bo Ek 22.14." in strings(view, "plain_text")
    assert "✅ Förd till akten av Anna Ek 22.14: 2026-11-20 nr <4>" in strings(view, "plain_text")


def test_the_reason_for_dropping_an_action_is_kept() -> None:
    dropped = replace(ACTION, state=ActionState.DROPPED, settled_by="Bo Ek", settled_at=NOW, reason="Flyttat <!here>")
    view = meeting_modal(replace(PAGE, actions=(dropped,)), TEXTS, NOW)

    assert "➜ släppt av Bo Ek 22.14" in strings(view, "mrkdwn")
    assert "Skäl: Flyttat <!here>" in strings(view, "plain_text")


def test_many_long_notes_fit_or_are_counted() -> None:
    long = replace(NOTE, came_in="å" * 3000, support="ä" * 3000, promised="ö" * 3000)
    view = meeting_modal(replace(PAGE, notes=(long,) * 30), TEXTS, NOW)
    sound(view)
    shown = strings(view, "plain_text").count("å" * 3000)

    assert 0 < shown < 30
    assert TEXTS.staff("meeting.notes_more", count=30 - shown) in strings(view, "mrkdwn")


def test_slack_takes_the_forms_of_the_meeting() -> None:
    for view, block in ((drop_form("a1", TEXTS), "reason"), (transfer_form("e1", TEXTS), "reference")):
        sound(view)
        assert list(inputs(view)) == [block]
        assert not inputs(view)[block].get("optional")
    assert drop_form("a1", TEXTS)["private_metadata"] == "a1"
    assert transfer_form("e1", TEXTS)["private_metadata"] == "e1"


# --- the journal ---


@large
@given(journals)
def test_slack_takes_every_text_to_the_journal(journal: JournalText) -> None:
    sound(journal_modal(journal, TEXTS, NOW))


@large
@given(journals)
def test_the_modal_holds_the_text_or_says_that_it_does_not(journal: JournalText) -> None:
    view = journal_modal(journal, TEXTS, NOW)
    shown = [b["text"]["text"] for b in view["blocks"] if b["type"] == "section" and b["text"]["type"] == "plain_text"]
    whole = visible(journal_text(journal, TEXTS)).replace("\n", "")
    is_whole = not any("Allt får inte plats" in text for text in strings(view, "mrkdwn"))

    assert whole.startswith("".join(shown).replace("\n", ""))
    assert ("".join(shown).replace("\n", "") == whole) is is_whole


def test_the_journal_says_who_judged_and_every_sms() -> None:
    assert journal_text(JOURNAL, TEXTS).split("\n") == [
        "Samtal QPCKV, beredskapen, Norrvik",
        "Med: Nova Lind (ungdom)",
        "Nummer: +46701740605",
        "Dag: 2026-11-20",
        "Började: 2026-11-20 kl. 22.14",
        "Besvarades: 2026-11-20 kl. 22.18, efter 4 min",
        "Svarade: Anna Ek",
        "",
        "Anteckning 2026-11-20 kl. 22.14, Anna Ek",
        "Gäller: Nova Lind",
        "Det som kom in: Ville inte hem",
        "Råd och stöd som gavs: Pratade med mamma",
        "Att veta: Vi ringer i morgon",
        "Läge: bruten planering",
        "Lämnat till socialjouren: 2026-11-20 kl. 22.14",
        "",
        "Åtgärd: nästa arbetsdag (2026-11-20), Bo Ek. Inte gjord än.",
        "Bedömning gjord av: Anna Ek",
        "",
        "Sms i sin helhet",
        "2026-11-20 kl. 22.14, Nova Lind: kan nån ringa",
    ]


def test_a_journal_of_nearly_nothing_says_so() -> None:
    bare = replace(JOURNAL, people=(), answered_at=None, answered_within=None, by=(), notes=(), actions=(), lines=())
    text = journal_text(bare, TEXTS)

    assert "Med: ungdom" in text
    assert "Besvarades: nej" in text
    assert "Anteckning saknas." in text
    assert "Åtgärd: ingen" in text
    assert "Bedömning" not in text
    assert text.endswith("Inga sms.")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (JournalLine(NOW, "Anna Ek", is_inbound=False, is_note=False, body="Hej"), "Anna Ek (vi): Hej"),
        (
            JournalLine(NOW, "Anna Ek", is_inbound=False, is_note=False, body="Hej", did_arrive=False),
            "Anna Ek (vi, kom inte fram): Hej",
        ),
        (JournalLine(NOW, "", is_inbound=False, is_note=False, body="Hej"), "automatiskt svar: Hej"),
        (
            JournalLine(NOW, "", is_inbound=False, is_note=False, body="Hej", did_arrive=False),
            "automatiskt svar (kom inte fram): Hej",
        ),
        (JournalLine(NOW, "Bo", is_inbound=False, is_note=True, body="Hej"), "intern anteckning av Bo: Hej"),
        (
            JournalLine(NOW, "Nova", is_inbound=True, is_note=False, body=" ", media_count=1),
            "Nova: [bild bifogad, visas inte]",
        ),
        (JournalLine(NOW, "Nova", is_inbound=True, is_note=False, body=" "), "Nova: (tomt sms)"),
    ],
)
def test_a_line_of_the_journal(line: JournalLine, said: str) -> None:
    assert journal_text(replace(JOURNAL, lines=(line,)), TEXTS).endswith(f"2026-11-20 kl. 22.14, {said}")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (ActionState.DONE, "Gjord 2026-11-20 kl. 22.14 av Bo Ek."),
        (ActionState.DROPPED, "Släppt 2026-11-20 kl. 22.14 av Bo Ek. Skäl: flyttat"),
    ],
)
def test_what_became_of_an_action_goes_into_the_journal(state: ActionState, said: str) -> None:
    action = replace(ACTION, state=state, settled_by="Bo Ek", settled_at=NOW, reason="flyttat")

    assert said in journal_text(replace(JOURNAL, actions=(action,)), TEXTS)


def test_a_very_long_conversation_says_how_much_is_missing() -> None:
    lines = tuple(
        JournalLine(NOW, "Nova", is_inbound=True, is_note=False, body=f"<{n}>" + "å" * 1590) for n in range(400)
    )
    view = journal_modal(replace(JOURNAL, lines=lines), TEXTS, NOW)
    sound(view)
    shown = len(re.findall(r"<\d+>", " ".join(strings(view, "plain_text"))))

    assert 0 < shown < 400
    assert TEXTS.staff("journal.more", count=400 - shown) in strings(view, "mrkdwn")


def test_a_journal_that_is_cut_says_so_first_and_last() -> None:
    lines = tuple(JournalLine(NOW, "Nova", is_inbound=True, is_note=False, body=f"<{n}>") for n in range(500))
    journal = replace(JOURNAL, lines=lines, is_cut=True)
    view = journal_modal(journal, TEXTS, NOW)
    sound(view)
    said = TEXTS.staff("journal.cut", count=500)

    assert "bara de 500 första meddelandena" in said
    assert "Läs och svara" in said
    assert "Sms, de 500 första\n" in journal_text(journal, TEXTS)
    assert "i sin helhet" not in journal_text(journal, TEXTS)
    assert journal_text(journal, TEXTS).endswith(f"\n{said}")
    assert strings(view, "mrkdwn")[1] == said
    shown = [block for block in view["blocks"] if block["type"] == "section"]
    assert shown[-1]["text"]["text"].endswith(said)


def test_a_journal_that_is_cut_and_does_not_fit_counts_no_more_than_it_knows() -> None:
    lines = tuple(JournalLine(NOW, "Nova", is_inbound=True, is_note=False, body="å" * 1590) for _ in range(500))
    view = journal_modal(replace(JOURNAL, lines=lines, is_cut=True), TEXTS, NOW)
    sound(view)

    assert strings(view, "mrkdwn")[1] == TEXTS.staff("journal.cut", count=500)
    assert "Minst" in strings(view, "mrkdwn")[-1]
    assert "sista raderna" not in " ".join(strings(view, "mrkdwn"))


# --- background ---


@large
@given(background_pages)
def test_slack_takes_every_background(page: BackgroundPage) -> None:
    sound(background_modal(page, TEXTS, NOW))
    sound(background_form(page, TEXTS))
    at = "" if page.background is None else page.background.written_at.isoformat()
    assert json.loads(background_form(page, TEXTS)["private_metadata"]) == {"y": page.youth_id, "at": at}


def test_a_background_is_read_with_the_most_urgent_first() -> None:
    view = background_modal(BACKGROUND, TEXTS, NOW)
    plain = [text for text in strings(view, "plain_text") if text in {"Mormor", WRITTEN.agreements, "Somaliska"}]

    assert plain == ["Mormor", WRITTEN.agreements, "Somaliska"]
    assert "*Att vara uppmärksam på*" not in strings(view, "mrkdwn")  # nothing is written there
    assert "Skriven av Bo Ek 22.14. Ses över senast måndag 1 februari 2027." in strings(view, "plain_text")
    assert buttons(view) == [("edit_background", "y1")]
    assert buttons(background_modal(replace(BACKGROUND, may_write=False), TEXTS, NOW)) == []


def test_a_stale_background_says_so_first() -> None:
    view = background_modal(replace(BACKGROUND, is_stale=True), TEXTS, NOW)
    said = TEXTS.staff("background.stale", day="måndag 1 februari 2027")

    assert said in strings(view, "mrkdwn")
    assert said not in strings(background_modal(BACKGROUND, TEXTS, NOW), "mrkdwn")


def test_no_background_says_so() -> None:
    view = background_modal(replace(BACKGROUND, background=None), TEXTS, NOW)

    assert TEXTS.staff("background.none") in strings(view, "mrkdwn")
    assert TEXTS.staff("button.write_background") in strings(view, "plain_text")


@pytest.mark.parametrize(
    ("page", "day"),
    [
        (BACKGROUND, "2027-02-01"),
        (replace(BACKGROUND, is_stale=True), "2027-03-01"),
        (replace(BACKGROUND, background=None), "2027-03-01"),
    ],
)
def test_the_form_is_filled_with_what_is_written(page: BackgroundPage, day: str) -> None:
    found = inputs(background_form(page, TEXTS))

    assert list(found) == ["agreements", "watch_for", "interpreter", "call_first", "review_on"]
    assert found["review_on"]["element"]["initial_date"] == day
    assert [name for name, block in found.items() if not block.get("optional")] == ["agreements", "review_on"]
    expected = None if page.background is None else WRITTEN.agreements
    assert found["agreements"]["element"].get("initial_value") == expected
    assert "initial_value" not in found["watch_for"]["element"]


def test_slack_takes_the_search_for_a_background() -> None:
    view = background_pick_modal(TEXTS)

    sound(view)
    assert inputs(view)["youth"]["element"]["action_id"] == "youth_choice"


# --- looking back ---


@large
@given(looks)
def test_slack_takes_every_look_back(look: LookBack) -> None:
    view = look_back_modal(look, TEXTS, NOW)

    sound(view)
    assert json.loads(view["private_metadata"]) == {
        "n": look.namnd,
        "y": "" if look.youth is None else look.youth[0],
        "u": look.until.isoformat(),
        "p": look.page,
    }


def filters(look: LookBack) -> dict[str, dict[str, Any]]:
    block = next(b for b in look_back_modal(look, TEXTS, NOW)["blocks"] if b.get("block_id", "").startswith("log:"))
    return {element["action_id"]: element for element in block["elements"]}


def test_looking_back_shows_handovers_and_conversations() -> None:
    view = look_back_modal(LOOK, TEXTS, NOW)

    assert buttons(view) == [("meeting", "d1"), ("meeting", "d0"), ("episode", "e1")]
    assert "Fredag 20 november" in strings(view, "mrkdwn")
    assert "Tisdag 30 december 2025" in strings(view, "mrkdwn")
    assert set(filters(LOOK)) == {"log_namnd", "log_youth", "log_until"}
    assert "initial_option" not in filters(LOOK)["log_youth"]
    assert filters(LOOK)["log_until"]["initial_date"] == "2026-11-20"
    assert "log_namnd" not in filters(replace(LOOK, namnder=(("norrvik", "Norrvik"),)))


def test_a_youth_that_is_searched_for_can_be_let_go_of() -> None:
    found = filters(replace(LOOK, youth=("y1", "Nova Lind")))

    assert found["log_youth"]["initial_option"]["value"] == "y1"
    assert "log_clear" in found


def test_a_new_choice_gets_a_new_block_so_that_slack_forgets_the_old_one() -> None:
    chosen = [
        LOOK,
        replace(LOOK, youth=("y1", "Nova Lind")),
        replace(LOOK, until=TODAY - timedelta(days=1)),
        replace(LOOK, namnd="sodermark"),
    ]
    names = {
        next(b["block_id"] for b in look_back_modal(look, TEXTS, NOW)["blocks"] if b["type"] == "actions")
        for look in chosen
    }

    assert len(names) == len(chosen)
    assert not any("Nova" in name for name in names)


@pytest.mark.parametrize(
    ("page", "has_more", "offered"),
    [
        (0, False, []),
        (0, True, [("log_older", "1")]),
        (2, True, [("log_newer", "1"), ("log_older", "3")]),
        (2, False, [("log_newer", "1")]),
    ],
)
def test_pages(page: int, has_more: bool, offered: list[tuple[str, str]]) -> None:
    view = look_back_modal(replace(LOOK, digests=(), lines=(), page=page, has_more=has_more), TEXTS, NOW)

    assert buttons(view) == offered
    assert TEXTS.staff("log.nothing", day="fredag 20 november") in strings(view, "mrkdwn")


@pytest.mark.parametrize("count", [5, 40, 300])
def test_a_long_log_is_shown_or_counted(count: int) -> None:
    lines = tuple(LookBackLine(f"e{n}", a_row()) for n in range(count))
    view = look_back_modal(replace(LOOK, lines=lines), TEXTS, NOW)
    sound(view)
    shown = sum(1 for action, _ in buttons(view) if action == "episode")
    left = TEXTS.staff("log.more", count=count - shown)

    assert (left in strings(view, "mrkdwn")) is (shown < count)
    assert shown >= min(count, 40)
