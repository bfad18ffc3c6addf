"""Min arbetstid i beredskapen: one's own times, and the form in which one corrects them. No conversation is named."""

import json
from datetime import datetime

from bot.domain.calendar import local
from bot.domain.rest.active import ActiveTimeLine
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import (
    Block,
    actions,
    button,
    context,
    day_picker,
    divider,
    field,
    fitting,
    modal,
    mrkdwn,
    section,
    text_input,
)
from bot.texts import Texts, clock_time, lasted, long_day

DAY, START, END = "active_day", "active_start", "active_end"
NEW = "new"  # in place of the id of what is corrected
MOST_LINES = 80
MOST_TYPED = 40  # longer than a time of day: what is wrong is said, not cut


def active_time_list(
    lines: tuple[ActiveTimeLine, ...], texts: Texts, now: datetime, *, is_saved: bool = False, is_trial: bool = False
) -> Block:
    """Return what is written down, the newest first, each with a button to correct it."""
    blocks: list[Block] = [context(texts.staff("trial.banner"))] if is_trial else []
    if is_saved:
        blocks.append(section(mrkdwn(texts.staff("active_time.saved"))))
    blocks += [
        section(mrkdwn(texts.staff("active_time.intro"))),
        actions(button(ActionId.ACTIVE_TIME_CORRECT, texts.staff("button.active_time_add"), NEW)),
        divider(),
    ]
    shown = fitting([[_line(line, texts, now)] for line in lines], most=MOST_LINES)
    blocks += [block for group in shown for block in group]
    if not lines:
        blocks.append(section(mrkdwn(texts.staff("active_time.none"))))
    return modal(texts.staff("active_time.title"), blocks, close=texts.staff("modal.close"))


def _line(line: ActiveTimeLine, texts: Texts, now: datetime) -> Block:
    said = texts.staff(
        "active_time.line",
        day=long_day(local(line.started_at).date(), local(now).date()),
        start=clock_time(line.started_at),
        end=clock_time(line.ended_at),
        length=lasted(line.ended_at - line.started_at),
        source=texts.staff("active_time.corrected" if line.is_corrected else f"active_time.{line.source.value}"),
    )
    correct = button(ActionId.ACTIVE_TIME_CORRECT, texts.staff("button.active_time_correct"), line.id)
    return section(mrkdwn(said), accessory=correct)


def active_time_form(line: ActiveTimeLine | None, texts: Texts, now: datetime, key: str) -> Block:
    """Return the form for `line`, or for something new. `key` makes what is submitted happen once.

    Each line has fields of its own: Slack would keep what was typed for another one.
    """
    active_id = NEW if line is None else line.id
    day = local(now if line is None else line.started_at).date()
    start, end = ("", "") if line is None else (clock_time(line.started_at), clock_time(line.ended_at))
    hint = texts.staff("active_time.hint")
    blocks = [
        section(mrkdwn(texts.staff("active_time.form"))),
        field(of_line(DAY, active_id), texts.staff("active_time.day"), day_picker(ActionId.DATE, day)),
        field(
            of_line(START, active_id),
            texts.staff("active_time.start"),
            text_input(ActionId.FIELD, most=MOST_TYPED, initial=start),
            hint=hint,
        ),
        field(
            of_line(END, active_id),
            texts.staff("active_time.end"),
            text_input(ActionId.FIELD, most=MOST_TYPED, initial=end),
            hint=texts.staff("active_time.end_hint"),
        ),
    ]
    if line is not None:
        remove = button(ActionId.ACTIVE_TIME_REMOVE, texts.staff("button.active_time_remove"), line.id, style="danger")
        blocks.append(actions(remove))
    return modal(
        texts.staff("active_time.form_title"),
        blocks,
        close=texts.staff("modal.cancel"),
        submit=texts.staff("modal.save"),
        callback=CallbackId.ACTIVE_TIME.value,
        metadata=json.dumps({"active": active_id, "key": key}),
    )


def of_line(block_id: str, active_id: str) -> str:
    """Return the id of a field of one line."""
    return f"{block_id}_{active_id}"
