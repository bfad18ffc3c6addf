"""What is said of the clocks in direct messages: the morning's list, one clock at once, and the leader's message.

A message is one however many clocks there are, so the most urgent stand in it with their buttons and the rest is
counted (facts: slack, section 8). The notification says no more than how many there are.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from bot.domain.calendar import local
from bot.domain.clock_views import ClockList, ClockNotice, ClockRow, UnitMessage
from bot.domain.deadline import ClockState
from bot.domain.slack_text import escape_mrkdwn
from bot.slack.ids import ActionId
from bot.slack.kit import (
    MESSAGE_TEXT,
    Block,
    actions,
    button,
    context,
    cut,
    fitting,
    header,
    mention,
    mrkdwn,
    section,
)
from bot.slack.views.clock_row import (
    DOT,
    assign_button,
    counted,
    lacking_words,
    must_be_done_today,
    open_button,
    owner_sections,
    reason_button,
    row_blocks,
    row_words,
    safe_ref,
    step_buttons,
    time_words,
)
from bot.texts import Texts, listed, long_day, near_time, short_when

BLOCKS: Final = 48  # of the 50 that a message may have
SIZE: Final = 12_500  # of the about 13 200 that all blocks together may have as JSON (facts: slack, section 8)
WITH_STEPS: Final = 8  # rows that keep their next step beside Öppna however long the list is
MOST_OWNERS: Final = 30
UNOWNED_SHARE: Final = 2  # those that nobody has get half of what is left, however much is overdue
NAME: Final = 80
UNOWNED: Final = "unowned"
ANSWER_WORDS: Final = "answer_words"


def clocks_message(shown: ClockList, texts: Texts, now: datetime) -> dict[str, Any]:
    """Return the morning's list to one handläggare, its rows in the order given."""
    counts = list_counts(shown.rows, shown.more, texts, now)
    title = texts.staff("clock.list_title", day=long_day(shown.day))
    above = _above(title, shown.namnd_name, counts, texts, is_trial=shown.is_trial)
    mine = actions(button(ActionId.CLOCKS_MINE, texts.staff("button.clocks_mine"), "mine"))
    below = [*_not_in_record(shown, texts), mine]
    below.append(context(texts.staff("clock.updated", at=short_when(now, shown.day))))
    fit = _list_rows(shown.rows, texts, now, [*above, *below])
    more = _more(len(shown.rows) - len(fit) + shown.more, texts)
    return {"text": cut(counts, MESSAGE_TEXT), "blocks": [*above, *_flat(fit), *more, *below]}


def _not_in_record(shown: ClockList, texts: Texts) -> list[Block]:
    if not shown.not_in_record:
        return []
    refs = ", ".join(safe_ref(ref) for ref in shown.not_in_record)
    return [context(texts.staff("clock.not_in_record", refs=refs))]


def clock_message(notice: ClockNotice, texts: Texts, now: datetime) -> dict[str, Any]:
    """Return what is said of one clock at once. `notice.why` is a key under `clock.now`."""
    row = notice.row
    time = time_words(row, texts, now) or texts.staff(f"clock.stage.{row.stage.value}")
    words = texts.staff(
        _said(notice),
        ref=safe_ref(row.case_ref),
        kind=texts.staff(f"clock.kind.{row.kind.value}"),
        time=f"{time} ({lacking_words(row, texts)})" if row.lacking is not None else time,
        booked=texts.staff("clock.no_time") if row.booked_at is None else near_time(row.booked_at, now),
        who=mention(row.stand_in_for or row.owner) or texts.staff("clock.owner_none"),
    )
    has_nobody = notice.why == UNOWNED or not row.owner
    steps = [assign_button(row, texts)] if has_nobody else step_buttons(row, texts)
    made = [*steps, open_button(row, texts)]
    made[0]["style"] = "primary"
    blocks: list[Block] = [context(texts.staff("trial.banner"))] if notice.is_trial else []
    blocks += [section(mrkdwn(words)), context(_namnd(notice.namnd_name)), actions(*made)]
    return {"text": cut(words.replace("*", ""), MESSAGE_TEXT), "blocks": blocks}


def _said(notice: ClockNotice) -> str:
    """Return the key of what is said. When a time is booked already, an answer in words asks for none."""
    is_booked = notice.why == ANSWER_WORDS and notice.row.booked_at is not None
    return "clock.answer_booked" if is_booked else f"clock.now.{notice.why}"


def unit_message(unit: UnitMessage, texts: Texts, now: datetime) -> dict[str, Any]:
    """Return what a leader is told in the morning; once a week with a line for each handläggare."""
    overdue, unowned = len(unit.overdue) + unit.more_overdue, len(unit.unowned) + unit.more_unowned
    counts = unit_counts(overdue, unowned, texts)
    title = texts.staff("clock.unit_title_week" if unit.is_week else "clock.unit_title", day=long_day(unit.day))
    above = _above(title, unit.namnd_name, counts, texts, is_trial=unit.is_trial)
    if unit.is_week and unit.owners:
        lines = owner_sections(unit.owners, texts, local(now).date(), most=MOST_OWNERS)
        above += [header(texts.staff("clock.unit_owners")), *lines]
    below: list[Block] = [actions(button(ActionId.UNIT_OPEN, texts.staff("button.unit_open"), "unit", style="primary"))]
    below.append(context(texts.staff("clock.unit_as_of", at=short_when(now, unit.day))))
    headings = [header(texts.staff(key)) for key in ("clock.unit_overdue", "clock.unit_unowned")]
    frame = [*above, *below, *headings]
    nobodys = [_unowned_row(row, texts, now) for row in unit.unowned]
    late = [_overdue_row(row, texts, now) for row in unit.overdue]
    some = _fitting(nobodys, frame, share=UNOWNED_SHARE if late else 1)
    rest = _fitting(late, [*frame, *_flat(some)])
    blocks = [*above]
    for heading, fit, count in ((headings[0], rest, overdue), (headings[1], some, unowned)):
        if count:
            blocks += [heading, *_flat(fit), *_more(count - len(fit), texts)]
    return {"text": cut(counts, MESSAGE_TEXT), "blocks": [*blocks, *below]}


def list_counts(rows: Sequence[ClockRow], more: int, texts: Texts, now: datetime) -> str:
    """Return how it stands in a sentence, fit for a lock screen."""
    running = sum(1 for row in rows if row.state is ClockState.RUNNING) + more
    overdue = sum(1 for row in rows if row.is_overdue and row.state is ClockState.RUNNING)
    today = sum(1 for row in rows if must_be_done_today(row, now))
    parts = [counted(texts, key, count) for key, count in (("today", today), ("overdue", overdue)) if count]
    if parts:
        return texts.staff("clock.counts", counts=listed(parts))
    return counted(texts, "list_calm", running) if running else texts.staff("clock.list_done")


def unit_counts(overdue: int, unowned: int, texts: Texts) -> str:
    parts = [counted(texts, key, count) for key, count in (("overdue", overdue), ("unowned", unowned)) if count]
    return texts.staff("clock.unit_counts", counts=listed(parts)) if parts else texts.staff("clock.unit_calm")


def _above(title: str, namnd_name: str, counts: str, texts: Texts, *, is_trial: bool) -> list[Block]:
    blocks: list[Block] = [context(texts.staff("trial.banner"))] if is_trial else []
    return [*blocks, header(title), context(DOT.join([_namnd(namnd_name), counts]))]


def _namnd(name: str) -> str:
    return escape_mrkdwn(cut(name, NAME)) or "–"


def _list_rows(rows: Sequence[ClockRow], texts: Texts, now: datetime, frame: Sequence[Block]) -> list[list[Block]]:
    """Return the rows with their next step where all have room so, else only the most urgent with theirs."""
    roomy = _fitting([_list_row(row, texts, now, has_steps=True) for row in rows], frame)
    if len(roomy) == len(rows):
        return roomy
    return _fitting([_list_row(row, texts, now, has_steps=nth < WITH_STEPS) for nth, row in enumerate(rows)], frame)


def _list_row(row: ClockRow, texts: Texts, now: datetime, *, has_steps: bool) -> list[Block]:
    words = row_words(row, texts, now)
    if has_steps:
        return row_blocks(row, words, *step_buttons(row, texts), open_button(row, texts))
    wants_reason = row.state is ClockState.RUNNING and row.is_overdue and row.reason is None
    return row_blocks(row, words, reason_button(row, texts) if wants_reason else open_button(row, texts))


def _overdue_row(row: ClockRow, texts: Texts, now: datetime) -> list[Block]:
    words = row_words(row, texts, now, with_owner=True)
    return row_blocks(row, words, open_button(row, texts) if row.owner else assign_button(row, texts))


def _unowned_row(row: ClockRow, texts: Texts, now: datetime) -> list[Block]:
    """Return a row that nobody has: it has no owner, or the owner is away and nobody stands in."""
    words = [row_words(row, texts, now)]
    if row.owner:
        words.append(texts.staff("clock.owner_absent", who=mention(row.owner)))
    return row_blocks(row, DOT.join(words), assign_button(row, texts))


def _fitting(groups: Sequence[list[Block]], frame: Sequence[Block], *, share: int = 1) -> list[list[Block]]:
    """Return those first of `groups` that have room beside `frame`, or within a share of that room."""
    most, size = BLOCKS - len(frame), SIZE - len(json.dumps(list(frame)))
    return fitting(groups, most=most // share, size=size // share)


def _flat(groups: Sequence[list[Block]]) -> list[Block]:
    return [block for group in groups for block in group]


def _more(count: int, texts: Texts) -> list[Block]:
    return [context(texts.staff("clock.more", count=count))] if count > 0 else []
