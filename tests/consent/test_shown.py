"""What stands in the way is said where somebody writes, in Slack and on the page of the reservväg."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.cards import ConversationView, Sender
from bot.domain.consent import Barrier, ConsentLink, ConsentPage, LinkConsent, Says, StopState, YouthConsent
from bot.domain.ids import ContactId, NamndId, StaffId, YouthId
from bot.domain.people import AgeBand, Basis, LinkRole, Youth
from bot.slack.views.consent import MOST_NUMBERS, consent_form
from bot.slack.views.conversation import conversation_modal
from handlers.reserve.pages import Draft, conversation_page
from tests.acceptance.night import buttons_in, texts_in
from tests.slack_views.given import TEXTS

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
LINES = [*(barrier.value for barrier in Barrier), "bars_other"]
WISHES = {
    StopState.ASKED.value: {"stop_confirm", "stop_decline"},
    StopState.ASKED_AGAIN.value: {"start_confirm", "start_decline"},
}


def view(*barriers: tuple[str, str]) -> ConversationView:
    return ConversationView(
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
        barriers=barriers,
    )


@pytest.mark.parametrize("key", LINES)
def test_what_stands_in_the_way_is_said_in_both_places(key: str) -> None:
    shown = view((key, "Nova <!channel> Berg"))
    words = TEXTS.staff(f"barrier.line_{key}", youth="Nova")
    first = words.split(".")[0].replace("*", "")

    modal = conversation_modal(shown, TEXTS, NOW, "x")
    assert first in "\n".join(texts_in(modal["blocks"])).replace("*", "")
    assert "<!channel>" not in str(modal)
    page = str(conversation_page(TEXTS, shown, Draft("k", 0), NOW, "f"))
    assert first.split("till Nova")[0] in page
    assert "*" not in page.split("<main")[-1]


@pytest.mark.parametrize("key", sorted(WISHES))
def test_a_wish_is_settled_in_slack_where_it_was_read(key: str) -> None:
    modal = conversation_modal(view((key, "")), TEXTS, NOW, "x")

    assert WISHES[key] <= set(buttons_in(modal["blocks"]))
    assert all(value == "c" * 24 for action, value in buttons_in(modal["blocks"]).items() if action in WISHES[key])
    assert "✋" not in str(conversation_page(TEXTS, view((key, "")), Draft("k", 0), NOW, "f"))


def test_without_barriers_nothing_is_said_and_nothing_can_be_pressed() -> None:
    pressed = set(buttons_in(conversation_modal(view(), TEXTS, NOW, "x")["blocks"]))

    assert not pressed & set().union(*WISHES.values())


def a_page(numbers: int) -> ConsentPage:
    nova = Youth(YouthId("y"), NamndId("norrvik"), "4TK9M", "Nova", AgeBand.UNDER_12, Basis.OVERRIDE, "x" * 900)
    links = tuple(
        ConsentLink(
            ContactId(f"{nth:024}"),
            f"Namn {nth}",
            frozenset(LinkRole),
            "so",
            LinkConsent(ContactId(f"{nth:024}"), nova.id, Says.REFUSED, NOW.date(), bars_other=True),
            is_stopped=True,
        )
        for nth in range(numbers)
    )
    decision = YouthConsent(nova.id, "Eva", NOW.date(), NOW.date(), StaffId("s"), NOW)
    return ConsentPage(nova, "Norrvik", decision, links, NOW.date(), "Anna Ek")


@pytest.mark.parametrize("numbers", [0, 1, MOST_NUMBERS, MOST_NUMBERS + 1])
def test_the_form_fits_whatever_there_is(numbers: int) -> None:
    form: dict[str, Any] = consent_form(a_page(numbers), TEXTS, NOW)
    ids = [block["block_id"] for block in form["blocks"] if "block_id" in block]

    assert len(form["blocks"]) < 100
    assert len(ids) == len(set(ids))
    assert all(len(block_id) <= 255 for block_id in ids)
    assert ("Bara de" in "\n".join(texts_in(form["blocks"]))) is (numbers > MOST_NUMBERS)
    assert "Nova" not in form["private_metadata"]
    assert "Senast sparat" in "\n".join(texts_in(form["blocks"]))
