"""Frånvaro: who is away, until when, and who has their clocks meanwhile."""

from datetime import date, datetime

from bot.domain.calendar import local
from bot.domain.clock_views import AbsenceChoices, AbsenceLine
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import (
    MOST_OPTIONS,
    Block,
    actions,
    button,
    context,
    day_picker,
    divider,
    field,
    fitting,
    mention,
    modal,
    mrkdwn,
    option,
    section,
    select,
)
from bot.slack.views.clock_forms import named
from bot.texts import Texts, long_day

NAMND, STAFF, FIRST, LAST, STAND_IN = "namnd", "staff", "first", "last", "stand_in"
NOBODY = "nobody"  # the other options are ids of staff
MOST_LINES = 60


def absence_form(choices: AbsenceChoices, namnd: str, texts: Texts, now: datetime, *, is_trial: bool = False) -> Block:
    """Return the form for `namnd`, with the absences that are known below it."""
    blocks: list[Block] = [context(texts.staff("trial.banner"))] if is_trial else []
    blocks.append(section(mrkdwn(texts.staff("clock_form.absence_text"))))
    if len(choices.namnder) > 1:
        options = named(choices.namnder)
        chosen = next((made for made in options if made["value"] == namnd), None)
        menu = select(ActionId.CLOCK_NAMND, options, initial=chosen)
        blocks.append(field(NAMND, texts.staff("clock_form.absence_namnd"), menu, dispatch=True))
    today = local(now).date()
    people = named(choices.people.get(namnd, ()))
    me = next((made for made in people if made["value"] == choices.me), None)
    nobody = option(texts.staff("clock_form.absence_nobody"), NOBODY)
    stand_ins = [nobody, *named(choices.stand_ins.get(namnd, ()))][:MOST_OPTIONS]
    blocks += [
        field(
            in_namnd(STAFF, namnd), texts.staff("clock_form.absence_who"), select(ActionId.OWNER, people, initial=me)
        ),
        field(FIRST, texts.staff("clock_form.absence_first"), day_picker(ActionId.DATE, today)),
        field(LAST, texts.staff("clock_form.absence_last"), day_picker(ActionId.DATE)),
        field(in_namnd(STAND_IN, namnd), texts.staff("clock_form.absence_stand_in"), select(ActionId.OWNER, stand_ins)),
    ]
    if choices.lines:
        blocks += [divider(), section(mrkdwn(texts.staff("clock_form.absence_coming")))]
        blocks += _lines(choices.lines, texts, today)
    return modal(
        texts.staff("clock_form.absence_title"),
        blocks,
        close=texts.staff("modal.cancel"),
        submit=texts.staff("modal.save"),
        callback=CallbackId.ABSENCE.value,
    )


def absence_list(choices: AbsenceChoices, texts: Texts, now: datetime, *, is_saved: bool = False) -> Block:
    """Return the absences that are known, after one was added or taken away."""
    today = local(now).date()
    blocks = [section(mrkdwn(texts.staff("clock_form.absence_saved")))] if is_saved else []
    blocks += _lines(choices.lines, texts, today) or [section(mrkdwn(texts.staff("clock_form.absence_none")))]
    blocks.append(actions(button(ActionId.ABSENCE, texts.staff("clock_form.absence_more"), "more")))
    return modal(texts.staff("clock_form.absence_title"), blocks, close=texts.staff("modal.close"))


def in_namnd(block_id: str, namnd: str) -> str:
    """Return the id of a menu of people: one for each nämnd, so that nobody of another stays chosen in it."""
    return f"{block_id}_{namnd}"


def _lines(lines: tuple[AbsenceLine, ...], texts: Texts, today: date) -> list[Block]:
    groups = [[_line(line, texts, today)] for line in lines]
    return [block for group in fitting(groups, most=MOST_LINES) for block in group]


def _line(line: AbsenceLine, texts: Texts, today: date) -> Block:
    stands_in = (
        texts.staff("clock_form.absence_stands_in", who=mention(line.stand_in))
        if line.stand_in
        else texts.staff("clock_form.absence_leader")
    )
    words = texts.staff(
        "clock_form.absence_line",
        who=mention(line.staff),
        first=long_day(line.first, today),
        last=long_day(line.last, today),
        stand_in=stands_in,
    )
    if not line.may_remove:
        return section(mrkdwn(words))
    remove = button(ActionId.ABSENCE_REMOVE, texts.staff("clock_form.absence_remove"), line.absence_id)
    return section(mrkdwn(words), accessory=remove)
