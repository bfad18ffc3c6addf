"""Lists of clocks in modals: those of a case, one's own, and the unit's as its leader sees it."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.domain.calendar import local
from bot.domain.clock_views import UNIT_ROWS, ClockList, ClockRow, UnitPage
from bot.domain.clocks import ClockKind
from bot.slack.ids import ActionId
from bot.slack.kit import (
    BLOCK_ID,
    MODAL_BLOCKS,
    MOST_OPTIONS,
    Block,
    actions,
    button,
    context,
    cut,
    divider,
    fitting,
    modal,
    mrkdwn,
    option,
    plain_context,
    section,
    select,
)
from bot.slack.views.clock_list import list_counts
from bot.slack.views.clock_row import open_button, owner_sections, row_blocks, row_words
from bot.texts import Texts, capital

FRAME: Final = 10  # blocks other than rows
MOST_OWNERS: Final = 60
LONGEST_METADATA: Final = 1000


def case_modal(texts: Texts, case_ref: str, rows: Sequence[ClockRow], now: datetime) -> Block:
    """Return all the clocks of a case that the reader may see."""
    blocks = _rows(rows, texts, now, with_owner=True)
    if not rows:
        blocks = [section(mrkdwn(texts.staff("clock.case_none")))]
    return modal(texts.staff("clock.case_title", ref=case_ref), blocks, close=texts.staff("modal.close"))


def my_list_modal(texts: Texts, shown: ClockList, now: datetime) -> Block:
    """Return everything that somebody has, also what they have for others, most urgent first."""
    blocks: list[Block] = [context(texts.staff("trial.banner"))] if shown.is_trial else []
    if shown.rows:
        blocks.append(context(list_counts(shown.rows, shown.more, texts, now)))
        blocks += _rows(shown.rows, texts, now, more=shown.more)
    else:
        blocks.append(section(mrkdwn(texts.staff("clock.mine_none"))))
    return modal(texts.staff("clock.mine"), blocks, close=texts.staff("modal.close"))


def _rows(
    rows: Sequence[ClockRow], texts: Texts, now: datetime, *, more: int = 0, with_owner: bool = False
) -> list[Block]:
    groups = _groups(rows, texts, now, with_owner=with_owner)
    fit = fitting(groups, most=MODAL_BLOCKS - FRAME)
    blocks = [block for group in fit for block in group]
    left = len(groups) - len(fit) + more
    return [*blocks, context(texts.staff("clock.more", count=left))] if left else blocks


def _groups(rows: Sequence[ClockRow], texts: Texts, now: datetime, *, with_owner: bool) -> list[list[Block]]:
    return [row_blocks(row, row_words(row, texts, now, with_owner=with_owner), open_button(row, texts)) for row in rows]


def unit_modal(page: UnitPage, texts: Texts) -> Block:
    """Return a page of the unit, narrowed by what is chosen at the top."""
    owners = owner_sections(page.owners, texts, local(page.now).date(), most=MOST_OWNERS)
    head = [plain_context(page.namnd_name), *owners, _narrowed(page, texts), divider()]
    groups = _groups(page.rows, texts, page.now, with_owner=True)
    fit = fitting(groups, most=MODAL_BLOCKS - len(head) - FRAME)
    rows = [block for group in fit for block in group] or [section(mrkdwn(texts.staff("clock.unit_none")))]
    known = {"namnd": page.namnd, "chosen": page.chosen, "offset": page.offset}
    return modal(
        texts.staff("clock.unit"),
        [*head, *rows, *_pages(page, len(fit), texts)],
        close=texts.staff("modal.close"),
        metadata=cut(json.dumps(known), LONGEST_METADATA),
    )


def _narrowed(page: UnitPage, texts: Texts) -> Block:
    """Return what one may choose by. The block gets a new name with each choice, so that Slack forgets the last one."""
    chosen = _choices(page, texts)
    elements = []
    if len(page.namnder) > 1:
        options = {choice.value: option(choice.name, choice.value) for choice in page.namnder[:MOST_OPTIONS]}
        elements.append(select(ActionId.UNIT_NAMND, list(options.values()), initial=options.get(page.namnd)))
    elements.append(select(ActionId.UNIT_FILTER, list(chosen.values()), initial=chosen.get(page.chosen)))
    return actions(*elements, block_id=cut(f"unit:{page.namnd}:{page.chosen}", BLOCK_ID))


def _choices(page: UnitPage, texts: Texts) -> dict[str, Block]:
    words = {f"{name}": texts.staff(f"clock.filter_{name}") for name in ("all", "overdue", "unowned")}
    words |= {f"kind:{kind.value}": capital(texts.staff(f"clock.kind.{kind.value}")) for kind in ClockKind}
    people = {f"owner:{choice.value}": choice.name for choice in page.staff[: MOST_OPTIONS - len(words)]}
    return {value: option(name, value) for value, name in (words | people).items()}


def _pages(page: UnitPage, shown: int, texts: Texts) -> list[Block]:
    """Return where in the list one is, and the way on."""
    if not page.rows and not page.offset:
        return []
    last = page.offset + shown
    said = texts.staff("clock.unit_rows", first=min(page.offset + 1, last), last=last, total=page.total)
    offered = []
    if page.offset:
        offered.append(_step(ActionId.UNIT_EARLIER, page, max(0, page.offset - UNIT_ROWS), texts))
    if last < page.total and shown:
        offered.append(_step(ActionId.UNIT_LATER, page, last, texts))
    return [context(said), *([actions(*offered)] if offered else [])]


def _step(action: ActionId, page: UnitPage, offset: int, texts: Texts) -> Block:
    return button(action, texts.staff(f"button.{action.value}"), f"{page.namnd}|{page.chosen}|{offset}")
