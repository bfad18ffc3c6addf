"""The card of a conversation about a summons says which case it is about, of those that its reader may see."""

import pytest

from bot.domain.cards import Card
from bot.services.open_conversation import open_conversation
from bot.slack.views.card import card_message
from bot.slack.views.conversation import conversation_modal
from tests.clocks.given import INGRID, LARS, Office
from tests.clocks.given_summons import GUARDIAN, OTHER_CHILD, Desk


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


def card_to(desk: Desk, who: str) -> Card:
    cards: list[Card] = [said for kind, to, said in desk.slack.posts if kind == "card" and to == who]
    return cards[-1]


async def test_an_answer_in_words_says_which_case_it_is_about(desk: Desk) -> None:
    await desk.has_summoned()

    await desk.texts(GUARDIAN, "Vi kan bara på förmiddagen")

    ctx = desk.office.ctx
    card = card_to(desk, INGRID)
    assert card.cases == ("K-123",)
    shown = str(card_message(card, ctx.texts, ctx.clock.now()))
    assert "Någon som är kallad i K-123, Norrvik" in shown
    assert "Okänt nummer" not in shown
    conversation = await desk.conversation(GUARDIAN)
    view = await open_conversation(INGRID, conversation.id, "x", "V1", "h", ctx=ctx)
    opened = str(conversation_modal(view[1], ctx.texts, ctx.clock.now(), "x"))
    assert "Någon som är kallad i K-123." in opened
    assert "Okänt nummer" not in opened


async def test_a_sibling_whom_a_colleague_has_is_not_named(desk: Desk) -> None:
    await desk.has_summoned()
    other = await desk.has_talk(case_ref="K-124", by=LARS)
    await desk.summons(other, by=LARS, child_number=OTHER_CHILD)
    await desk.arrives()

    await desk.texts(GUARDIAN, "Vi kan bara på förmiddagen")

    assert card_to(desk, INGRID).cases == ("K-123",)
    assert card_to(desk, LARS).cases == ("K-124",)
