"""The part of App Home that has to do with clocks: one's own, and the unit for whoever leads it."""

from datetime import datetime
from typing import Final

from bot.domain.calendar import local
from bot.domain.clock_views import HomeClocks
from bot.slack.ids import ActionId
from bot.slack.kit import Block, actions, button, context, divider, header, mrkdwn, section
from bot.slack.views.clock_list import unit_counts
from bot.slack.views.clock_row import open_button, owner_sections, row_blocks, row_words, step_buttons
from bot.texts import Texts

MOST_MINE: Final = 15
MOST_OWNERS: Final = 30


def clock_blocks(clocks: HomeClocks | None, texts: Texts, now: datetime) -> list[Block]:
    """Return nothing for whoever has no part in the world of myndighet."""
    if clocks is None:
        return []
    return [*_mine(clocks, texts, now), *_unit(clocks, texts, now), divider()]


def _mine(clocks: HomeClocks, texts: Texts, now: datetime) -> list[Block]:
    blocks = [header(texts.staff("clock.mine"))]
    for row in clocks.mine[:MOST_MINE]:
        blocks += row_blocks(row, row_words(row, texts, now), *step_buttons(row, texts), open_button(row, texts))
    if not clocks.mine:
        blocks.append(section(mrkdwn(texts.staff("clock.mine_none"))))
    left = clocks.mine_more + max(0, len(clocks.mine) - MOST_MINE)
    if left:
        blocks.append(context(texts.staff("clock.more", count=left)))
    offered = []
    if clocks.may_register:
        offered.append(button(ActionId.CLOCK_REGISTER, texts.staff("button.clock_register"), "new", style="primary"))
    offered.append(button(ActionId.CLOCKS_MINE, texts.staff("button.clocks_mine"), "mine"))
    offered.append(button(ActionId.ABSENCE, texts.staff("button.absence"), "absence"))
    return [*blocks, actions(*offered)]


def _unit(clocks: HomeClocks, texts: Texts, now: datetime) -> list[Block]:
    if not clocks.may_lead:
        return []
    counts = section(mrkdwn(unit_counts(clocks.overdue, clocks.unowned, texts)))
    owners = owner_sections(clocks.owners, texts, local(now).date(), most=MOST_OWNERS)
    opens = actions(button(ActionId.UNIT_OPEN, texts.staff("button.unit_open"), "unit"))
    return [divider(), header(texts.staff("clock.unit")), counts, *owners, opens]
