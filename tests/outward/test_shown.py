"""What was done outward in the file that is taken out, and socialjouren on the page of the reservväg."""

from datetime import date, datetime

import pytest

from bot.cli_exports import columns_of
from bot.domain.cards import ConversationView, Sender
from bot.domain.outward import OutwardKind, OutwardMark, OutwardOutcome
from bot.domain.socialjour import Answer, Answering, Listing, Socialjour
from bot.services.export_handovers import ExportedRow
from handlers.reserve.pages import Draft, conversation_page
from tests.slack_views.given import NOW, TEXTS

ROW = ExportedRow(
    day=date(2026, 11, 20),
    digest_day=None,
    codes=("4TK9M",),
    sender=Sender.YOUTH,
    first_at=NOW,
    is_ours_first=False,
    answered_within=None,
    by=(),
    situation=None,
    socialjouren=None,
    is_without_action=False,
    action=None,
    is_reviewed=False,
    transferred_at=None,
    has_note=False,
    is_added=False,
    contact=OutwardMark(OutwardKind.SOCIALJOUR, OutwardOutcome.NOT_REACHED, NOW),
    report=OutwardMark(OutwardKind.OROSANMALAN, OutwardOutcome.BY_E_SERVICE, NOW),
)
JOUR = Socialjour("Jouren Ekudden", "+46701740679", ("Norrvik",), None)


def test_a_file_has_the_outcomes_and_the_times() -> None:
    cells = {column.told[0]: column.value(ROW) for column in columns_of(TEXTS)}

    assert (cells["Kontakt socialjour"], cells["Orosanmälan"]) == ("nåddes inte", "i e-tjänsten")
    assert cells["Kontakt när"] == cells["Anmäld när"] == datetime(2026, 11, 20, 22, 14)  # noqa: DTZ001 - as Excel has it


def page(answer: Answer | None) -> str:
    view = ConversationView(
        conversation_id="c" * 24,
        codes=("4TK9M",),
        sender=Sender.YOUTH,
        people=(),
        number="070-174 06 05",
        namnd_name="Norrvik",
        lines=(),
        has_earlier=False,
        has_later=False,
        is_open=True,
        can_reply=True,
        socialjour=answer,
    )
    return str(conversation_page(TEXTS, view, Draft("k", 0), NOW, "f"))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            Answer("Norrvik", (Listing(JOUR, Answering.UNKNOWN, None, is_verified=True),)),
            "Jouren Ekudden: 070-174 06 79. ⚠️ Öppettiderna är inte kända. Ring och prova.</p>",
        ),
        (
            Answer("Norrvik", (Listing(JOUR, Answering.CLOSED, None, is_verified=False),)),
            "När det öppnar framgår inte. Ej verifierat.</p>",
        ),
        (Answer("Norrvik"), "Socialjouren: ingen är känd för nämndens ort."),
    ],
)
def test_the_page_of_the_reservvag_says_whom_to_call(answer: Answer, said: str) -> None:
    assert said in page(answer)


def test_the_other_world_is_told_of_no_jour() -> None:
    assert "Socialjouren" not in page(None)
