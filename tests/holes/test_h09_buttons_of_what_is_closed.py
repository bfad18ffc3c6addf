"""H9: "an action id of a closed item never acts on a new one; stale button: "redan stängt", no effect" (facts:
storage, section 12).
"""

from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from storage.tables import ConversationRow
from tests.acceptance.night import Night, Person, Said, a_night, buttons_in
from tests.holes.given import AUTOMATIC, EVENING, a_question

CONVERSATION: sa.Table = ConversationRow.__table__  # type: ignore[attr-defined]


def as_it_was(night: Night, card: Said) -> None:
    """The client of whoever presses has not drawn the card anew."""
    found = night.sandbox.slack.workspace.find_message(card.channel, card.ts)
    assert found is not None
    found.blocks = card.blocks


async def test_an_old_card_never_acts_on_a_new_conversation(tmp_path: Path, database_url: str) -> None:
    """Closed, and two months later the same phone again: nothing on the old card touches the new conversation."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await a_question(night)
        old = anna.card()
        assert "take" in old.buttons
        await anna.opens(old)
        await anna.writes("Jag ringer dig nu.")
        nova.receives("Jag ringer dig nu.")
        await anna.closes(anna.card("svarade"))
        longer_ago = night.sandbox.clock.now() - timedelta(days=60)
        await night.executes(sa.update(CONVERSATION).values(closed_at=longer_ago))
        await nova.texts("nu är det illa igen")
        new = next(card for card in anna.cards() if card.ts != old.ts)
        assert set(buttons_in(new.blocks).values()).isdisjoint(set(buttons_in(old.blocks).values()) - {""})
        as_it_was(night, old)

        await anna.presses("take", old)
        anna.is_told("Läget har ändrats")
        assert "har tagit det" not in next(card for card in anna.cards() if card.ts == new.ts).words
        await anna.presses("close", old)  # the note of the old one, if any, closes nothing of the new one
        for _ in anna.modals():
            await anna.closes_modal()
        taken, still_open = zip(
            *[
                (row.taken_by, row.is_open)
                for row in night.rows(sa.select(CONVERSATION).order_by(CONVERSATION.c.opened_at))
            ],
            strict=True,
        )
        assert still_open == (False, True)
        assert taken[1] is None
        await answers_only(anna, new)
        nova.receives("Vem är det här?")
        nova.receives(AUTOMATIC, times=1)
        night.expected.update((said.channel, said.ts) for said in anna.messages())
        night.expect_nothing_else()
        await night.nothing_waits()


async def answers_only(anna: Person, card: Said) -> None:
    shown = await anna.opens(card)
    assert "nu är det illa igen" in shown
    await anna.writes("Vem är det här?")
