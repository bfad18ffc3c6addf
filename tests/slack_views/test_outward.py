"""Kontakta socialjouren and Orosanmälan: the number stands in plain sight, and what the one on duty may do is said."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.calendar import Hours, WeekHours
from bot.domain.cards import Card, Sender
from bot.domain.conversation import Ground
from bot.domain.outward import OutwardKind, OutwardMark, OutwardOutcome, OutwardView, ReportPage, SocialjourPage
from bot.domain.socialjour import Answer, Answering, Listing, Socialjour
from bot.sandbox.slack.view_rules import check_view
from bot.slack.kit import Block
from bot.slack.views.card import card_message
from bot.slack.views.digest_row import DayShown, row_words
from bot.slack.views.journal import journal_text
from bot.slack.views.note_form import note_modal
from bot.slack.views.outward import ELSEWHERE, report_modal, socialjour_modal
from tests.slack_views.given import NOW, PINGS, TEXTS, ids, names, outward_views, strings, times
from tests.slack_views.given_handover import a_row
from tests.slack_views.test_handover_modals import FORM, JOURNAL, X

NUMBER, SHOWN_NUMBER = "+46701740690", "070-174 06 90"
TODAY = date(2026, 11, 20)
WEEK = WeekHours(((4, Hours(NOW.time(), NOW.time())),))
JOUR = Socialjour(
    "Socialjouren Norrvik",
    NUMBER,
    ("Norrvik", "Österby"),
    WEEK,
    outside="Ring mottagningen.",
    source="kommunens webbplats",
    owner="Lena Holm",
    verified_on=date(2026, 11, 2),
)
OPEN = Listing(JOUR, Answering.OPEN, NOW + timedelta(hours=4), is_verified=True)
PAGE = SocialjourPage("c" * 24, ("4TK9M",), Answer("Norrvik", (OPEN,)), None, ("Norrvik", "Österby"), NOW)
REPORT = ReportPage("c" * 24, ("4TK9M",), "Norrviks stadsdelsnämnd", "Ring 1 2 3.", "Norrvik", ("Norrvik",), NOW)
REACHED = OutwardMark(OutwardKind.SOCIALJOUR, OutwardOutcome.TAKES_OVER, NOW)
INFORMED = OutwardMark(OutwardKind.SOCIALJOUR, OutwardOutcome.INFORMED, NOW)
NOBODY = OutwardMark(OutwardKind.SOCIALJOUR, OutwardOutcome.NOT_REACHED, NOW)
MADE = OutwardMark(OutwardKind.OROSANMALAN, OutwardOutcome.BY_PHONE, NOW)
large = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)


def words(view: Block) -> str:
    return "\n".join(strings(view))


def inputs(view: Block) -> dict[str, Any]:
    return {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}


def shown(**changes: Any) -> str:
    return words(socialjour_modal(replace(PAGE, **changes), TEXTS))


# --- socialjouren ---


def test_the_number_its_hours_and_who_vouches_for_it_stand_there() -> None:
    said = shown()

    for expected in (
        "ring 112",
        f"*Socialjouren Norrvik*\n📞 *{SHOWN_NUMBER}*",
        "Öppet nu, till lör 21 nov 02.14.",
        "När det är stängt: Ring mottagningen.",
        "Kontrollerad måndag 2 november av Lena Holm. Källa: kommunens webbplats.",
        "gör en bedömning",
        "Boten ringer inte åt dig.",
    ):
        assert expected in said
    assert "beslut" not in said


@pytest.mark.parametrize(
    ("listing", "said"),
    [
        (replace(OPEN, answering=Answering.CLOSED), "⛔ Stängt nu. Öppnar lör 21 nov 02.14."),
        (replace(OPEN, answering=Answering.CLOSED, until=None), "När det öppnar framgår inte."),
        (replace(OPEN, until=None), "Öppet dygnet runt."),
        (replace(OPEN, jour=replace(JOUR, is_always_open=True)), "Öppet dygnet runt."),
        (replace(OPEN, answering=Answering.UNKNOWN, until=None), "Öppettiderna är inte kända. Ring och prova."),
        (replace(OPEN, is_free_day_unsaid=True), "I dag är en röd dag eller afton"),
        (replace(OPEN, is_verified=False), "*Ej verifierat.*"),
    ],
)
def test_it_says_how_it_is_now(listing: Listing, said: str) -> None:
    found = shown(answer=Answer("Norrvik", (listing,)))

    assert said in found
    assert SHOWN_NUMBER in found


@pytest.mark.parametrize(
    ("answer", "chosen", "said"),
    [
        (Answer("Nykvarn"), "Nykvarn", "*Finns ej.* Ingen socialjour är känd för Nykvarn. Ring den som leder"),
        (Answer(""), "", "*Finns ej.* Orten står inte i katalogen."),
        (Answer(""), None, "*Ort saknas.*"),
    ],
)
def test_that_there_is_none_is_an_answer(answer: Answer, chosen: str | None, said: str) -> None:
    found = shown(answer=answer, chosen=chosen, police="070-174 06 93")

    assert said in found
    assert "ring 112" in found
    assert "Polisen, när det inte är bråttom: *070-174 06 93*." in found
    assert "Polisen" not in shown(answer=answer, chosen=chosen)  # a number that nobody has verified is not said


def test_nothing_but_the_time_is_filled_in_beforehand() -> None:
    found = inputs(socialjour_modal(PAGE, TEXTS))

    assert list(found) == ["outcome", "on", "time"]
    assert "initial_option" not in found["outcome"]["element"]
    assert [o["value"] for o in found["outcome"]["element"]["options"]] == ["takes_over", "informed", "not_reached"]
    assert (found["on"]["element"]["initial_date"], found["time"]["element"]["initial_value"]) == (
        "2026-11-20",
        "22.14",
    )


def test_where_several_answer_it_is_asked_which() -> None:
    other = replace(OPEN, jour=replace(JOUR, name="Ungdomsjouren"))
    found = inputs(socialjour_modal(replace(PAGE, answer=Answer("Norrvik", (OPEN, other))), TEXTS))

    assert [o["value"] for o in found["who:norrvik"]["element"]["options"]] == ["Socialjouren Norrvik", "Ungdomsjouren"]


def test_the_place_can_be_another() -> None:
    view = socialjour_modal(replace(PAGE, chosen="österby", answer=Answer("österby", (OPEN,))), TEXTS)
    [element] = [b["accessory"] for b in view["blocks"] if "accessory" in b]

    assert [o["value"] for o in element["options"]] == ["Norrvik", "Österby", ELSEWHERE]
    assert element["initial_option"]["value"] == "Österby"
    assert json.loads(view["private_metadata"]) == {"c": "c" * 24, "p": "österby", "at": "österby"}


jours = st.builds(
    Socialjour,
    name=names.map(lambda name: name[:70] or "A"),
    number=st.just(NUMBER),
    places=st.just(("Norrvik",)),
    hours=st.none() | st.just(WEEK),
    is_always_open=st.booleans(),
    outside=st.sampled_from(["", PINGS, "x" * 500]),
    source=st.sampled_from(["", PINGS]),
    owner=st.sampled_from(["", PINGS]),
    verified_on=st.none() | st.just(date(2026, 1, 2)),
)
listings = st.builds(Listing, jours, st.sampled_from(Answering), st.none() | times, st.booleans(), st.booleans())
spots = st.sampled_from(["", "Norrvik", PINGS, "ß" * 70])
place_lists = st.lists(st.integers(0, 500), max_size=120, unique=True).map(lambda some: tuple(f"Ort {n}" for n in some))


@large
@given(
    st.builds(
        SocialjourPage,
        conversation_id=ids,
        codes=st.just(("4TK9M",)),
        answer=st.builds(Answer, spots, st.lists(listings, max_size=9, unique_by=lambda one: one.jour.name).map(tuple)),
        chosen=st.none() | spots,
        places=place_lists,
        now=times,
        police=st.sampled_from(["", PINGS]),
        done=outward_views,
        is_trial=st.booleans(),
    )
)
def test_slack_takes_every_page_and_nothing_in_it_pings(page: SocialjourPage) -> None:
    view = socialjour_modal(page, TEXTS)

    check_view(view, ("modal",))
    assert not any("<!channel>" in text for text in strings(view, "mrkdwn"))


# --- orosanmälan ---


def test_that_it_is_a_duty_how_it_is_done_and_that_nothing_starts_here() -> None:
    said = words(report_modal(REPORT, TEXTS))

    for expected in (
        "skyldig att *genast* anmäla",
        "19 kap. 1 § socialtjänstlagen",
        "*Så görs den hos Norrviks stadsdelsnämnd:*",
        "Ring 1 2 3.",
        "Boten skickar inget, och ingen frist börjar",
        "Att anmäla är din bedömning.",
    ):
        assert expected in said
    assert "beslut" not in said


def test_a_namnd_that_has_not_said_how_is_said_to_be_so() -> None:
    assert "Norrviks stadsdelsnämnd har inte lagt in hur" in words(report_modal(replace(REPORT, channel=""), TEXTS))


def test_without_places_none_is_asked_for() -> None:
    assert list(inputs(report_modal(REPORT, TEXTS))) == ["place", "outcome", "on", "time"]
    assert list(inputs(report_modal(replace(REPORT, places=()), TEXTS))) == ["outcome", "on", "time"]


@large
@given(
    st.builds(
        ReportPage,
        conversation_id=ids,
        codes=st.just(("4TK9M",)),
        namnd_name=spots,
        channel=st.sampled_from(["", PINGS, "x" * 500]),
        place=spots,
        places=place_lists,
        now=times,
        done=outward_views,
        is_trial=st.booleans(),
    )
)
def test_slack_takes_every_form_and_nothing_in_it_pings(page: ReportPage) -> None:
    view = report_modal(page, TEXTS)

    check_view(view, ("modal",))
    assert not any("<!channel>" in text for text in strings(view, "mrkdwn"))


# --- what was done, afterwards ---


@pytest.mark.parametrize(
    ("marks", "socialjouren", "said"),
    [
        ((REACHED,), True, "socialjouren kontaktad 22.14: de tar över"),
        ((INFORMED,), False, "socialjouren kontaktad 22.14: de är informerade"),
        ((NOBODY,), None, "socialjouren sökt 22.14: nåddes inte"),
        ((INFORMED,), True, "lämnat till socialjouren · socialjouren kontaktad 22.14: de är informerade"),
        ((MADE,), False, "socialjouren nej · orosanmälan gjord 22.14 per telefon"),
        ((MADE,), None, "orosanmälan gjord 22.14 per telefon"),
        ((), True, "lämnat till socialjouren"),
    ],
)
def test_a_row_of_the_handover_says_it_once(
    marks: tuple[OutwardMark, ...], socialjouren: bool | None, said: str
) -> None:
    row = a_row(outward=marks, socialjouren=socialjouren)

    assert row_words(row, TEXTS, TODAY, DayShown.NONE).splitlines()[1] == f"➜ ingen åtgärd · {said}"


def test_a_card_says_it_in_a_line() -> None:
    card = Card("c" * 24, ("4TK9M",), Sender.YOUTH, "Norrvik", Ground.DUTY, NOW, NOW, 0, None, outward=(NOBODY, MADE))

    said = "\n".join(strings(card_message(card, TEXTS, NOW)))

    assert "Inget väntar på svar.\nSocialjouren sökt 22.14: nåddes inte.\nOrosanmälan gjord 22.14 per telefon." in said


def test_the_form_of_the_note_says_that_it_is_recorded() -> None:
    said = strings(note_modal(replace(FORM, today=TODAY, outward=(REACHED, MADE)), TEXTS, X), "mrkdwn")

    expected = "socialjouren kontaktad 22.14: de tar över och orosanmälan gjord 22.14 per telefon"
    assert f"Antecknat redan: {expected}. Det följer med i överlämningen." in said


def test_the_record_has_it_with_place_and_name_and_does_not_contradict_itself() -> None:
    silent = replace(JOURNAL, notes=(replace(JOURNAL.notes[0], socialjouren_at=None),))
    done = OutwardView(INFORMED, "Anna Ek", "Norrvik", "Socialjouren Norrvik")
    report = OutwardView(MADE, "Bo Ek")

    assert "Socialjouren kontaktades inte." in journal_text(silent, TEXTS).splitlines()
    assert "Socialjouren kontaktades inte." in journal_text(replace(silent, outward=(report,)), TEXTS).splitlines()
    lines = journal_text(replace(silent, outward=(done, report)), TEXTS).splitlines()
    assert "Socialjouren kontaktades inte." not in lines
    at = lines.index(
        "Socialjouren kontaktad 2026-11-20 kl. 22.14: de är informerade, Socialjouren Norrvik, Norrvik. "
        "Uppgift av Anna Ek."
    )
    assert lines[at + 1] == "Orosanmälan gjord 2026-11-20 kl. 22.14 per telefon. Uppgift av Bo Ek."
