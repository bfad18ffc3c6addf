"""/beredskap logg: past handovers and conversations of one nämnd. Sealed, but for the name that one searches by."""

import json
from datetime import date, datetime
from typing import Final

from bot.domain.calendar import local
from bot.domain.digest import LookBack, LookBackLine
from bot.slack.ids import ActionId
from bot.slack.kit import (
    MODAL_BLOCKS,
    MOST_OPTIONS,
    Block,
    actions,
    button,
    context,
    day_picker,
    fitting,
    header,
    modal,
    mrkdwn,
    option,
    plain_context,
    search,
    section,
    select,
)
from bot.slack.views.digest_row import DayShown, row_words
from bot.texts import Texts, capital, long_day

MOST_DIGESTS: Final = 30
FRAME: Final = 8  # blocks other than handovers and conversations


def look_back_modal(look: LookBack, texts: Texts, now: datetime) -> Block:
    """Return what has been, newest first, with what it is narrowed by at the top."""
    today = local(now).date()
    digests = [_digest(digest_id, day, texts, today) for digest_id, day in look.digests[:MOST_DIGESTS]]
    lines = [[_line(line, texts, today)] for line in look.lines]
    fit = fitting(lines, most=MODAL_BLOCKS - FRAME - len(digests))
    left = len(look.digests) - len(digests) + len(lines) - len(fit)
    blocks: list[Block] = [context(texts.staff("trial.banner"))] if look.is_trial else []
    blocks += [plain_context(look.namnd_name), _narrowed(look, texts)]
    if digests:
        blocks += [header(texts.staff("log.digests")), *digests]
    if fit:
        blocks += [header(texts.staff("log.lines")), *(block for group in fit for block in group)]
    if not digests and not fit:
        blocks.append(section(mrkdwn(texts.staff("log.nothing", day=long_day(look.until, today)))))
    if left:
        blocks.append(context(texts.staff("log.more", count=left)))
    known = {"n": look.namnd, "y": "" if look.youth is None else look.youth[0], "u": look.until.isoformat()}
    return modal(
        texts.staff("log.title"),
        [*blocks, *_pages(look, texts)],
        close=texts.staff("modal.close"),
        metadata=json.dumps({**known, "p": look.page}),
    )


def _narrowed(look: LookBack, texts: Texts) -> Block:
    """Return what one may choose by. The block gets a new name with each choice, so that Slack forgets the last one."""
    elements: list[Block] = []
    if len(look.namnder) > 1:
        options = {namnd: option(name, namnd) for namnd, name in look.namnder[:MOST_OPTIONS]}
        elements.append(select(ActionId.LOG_NAMND, list(options.values()), initial=options.get(look.namnd)))
    chosen = None if look.youth is None else option(look.youth[1], look.youth[0])
    if look.may_search:
        elements.append(search(ActionId.LOG_YOUTH, placeholder=texts.staff("log.all_youths"), initial=chosen))
    elements.append(day_picker(ActionId.LOG_UNTIL, look.until))
    youth_id = "all"
    if look.youth is not None:
        youth_id = look.youth[0]
        elements.append(button(ActionId.LOG_CLEAR, texts.staff("button.log_clear"), look.namnd))
    return actions(*elements, block_id=f"log:{look.namnd}:{youth_id}:{look.until.isoformat()}"[:255])


def _digest(digest_id: str, day: date, texts: Texts, today: date) -> Block:
    words = capital(long_day(day, today))
    spoken = texts.staff("button.spoken_meeting", day=long_day(day))
    accessory = button(ActionId.MEETING, texts.staff("button.meeting"), digest_id, spoken=spoken)
    return section(mrkdwn(words), accessory=accessory)


def _line(line: LookBackLine, texts: Texts, today: date) -> Block:
    spoken = texts.staff("button.spoken_episode", code=line.row.codes[0])
    accessory = button(ActionId.EPISODE, texts.staff("button.episode"), line.episode_id, spoken=spoken)
    return section(mrkdwn(row_words(line.row, texts, today, DayShown.DATE)), accessory=accessory)


def _pages(look: LookBack, texts: Texts) -> list[Block]:
    offered = []
    if look.page > 0:
        offered.append(button(ActionId.LOG_NEWER, texts.staff("button.log_newer"), str(look.page - 1)))
    if look.has_more:
        offered.append(button(ActionId.LOG_OLDER, texts.staff("button.log_older"), str(look.page + 1)))
    return [actions(*offered)] if offered else []
