"""Nödstopp: what Home says of it, and the three forms. Nothing here is about anybody."""

from datetime import datetime
from typing import Final

from bot.domain.ids import NamndId
from bot.domain.incident_home import HomeReport, IncidentHome
from bot.domain.slack_text import escape_mrkdwn
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import (
    OPTION_TEXT,
    Block,
    actions,
    button,
    context,
    cut,
    divider,
    field,
    header,
    modal,
    mrkdwn,
    option,
    section,
    select,
    text_input,
)
from bot.texts import Texts, capital, when

REASON, NAMND, REFERENCE = "reason", "namnd", "reference"
ALL: Final = "*"  # chosen in place of a nämnd
MOST_REASON, MOST_REFERENCE = 500, 200  # letters
MOST_REPORTS: Final = 12
MOST_NAMNDER: Final = 99  # a menu has 100 lines, and one is for all of them


def incident_blocks(home: IncidentHome | None, texts: Texts, now: datetime) -> list[Block]:
    """Return what Home says first, where a stop stands or a report is to be made."""
    if home is None or not (home.stops or home.reports):
        return []
    blocks: list[Block] = [header(texts.staff("incident.header"))]
    for stop in home.stops:
        words = texts.staff("incident.standing", namnd=escape_mrkdwn(stop.namnd_name), at=when(stop.since, now))
        blocks.append(section(mrkdwn(words)))
    if home.can_lift:
        blocks.append(actions(button(ActionId.INCIDENT_LIFT, texts.staff("button.incident_lift"), "lift")))
    blocks += [_report(report, texts, now) for report in home.reports[:MOST_REPORTS]]
    return [*blocks, divider()]


def stop_button(home: IncidentHome | None, texts: Texts) -> list[Block]:
    """Return the button of whoever may stop; last on the page, for it is seldom wanted."""
    if home is None or not home.can_stop:
        return []
    return [actions(button(ActionId.INCIDENT_STOP, texts.staff("button.incident_stop"), "stop", style="danger"))]


def _report(report: HomeReport, texts: Texts, now: datetime) -> Block:
    words = texts.staff(
        "incident.clock_overdue" if report.is_overdue else "incident.clock",
        what=texts.staff(f"incident.{report.duty.value}"),
        namnd=capital(escape_mrkdwn(report.names)),
        at=when(report.due_at, now),
        code=report.code,
    )
    done = button(ActionId.INCIDENT_SETTLE, texts.staff("button.incident_settle"), report.code)
    return section(mrkdwn(words), accessory=done)


def stop_form(namnder: tuple[tuple[NamndId, str], ...], texts: Texts, *, is_trial: bool = False) -> Block:
    """Return the form; that it must be filled in is the confirmation."""
    every = option(texts.staff("incident.stop_all"), ALL)
    choices = [every, *(option(cut(name, OPTION_TEXT), namnd) for namnd, name in namnder[:MOST_NAMNDER])]
    return modal(
        texts.staff("incident.stop_title"),
        [
            *_banner(texts, is_trial=is_trial),
            section(mrkdwn(texts.staff("incident.stop_intro"))),
            field(NAMND, texts.staff("incident.stop_namnd"), select(ActionId.FIELD, choices, initial=every)),
            _reason(texts),
        ],
        close=texts.staff("modal.cancel"),
        submit=texts.staff("incident.stop_submit"),
        callback=CallbackId.INCIDENT_STOP.value,
    )


def lift_form(texts: Texts, *, is_trial: bool = False) -> Block:
    """Return the form that lifts what the person leads."""
    return modal(
        texts.staff("incident.lift_title"),
        [
            *_banner(texts, is_trial=is_trial),
            section(mrkdwn(texts.staff("incident.lift_intro"))),
            _reason(texts),
        ],
        close=texts.staff("modal.cancel"),
        submit=texts.staff("incident.lift_submit"),
        callback=CallbackId.INCIDENT_LIFT.value,
    )


def settle_form(code: str, texts: Texts, *, is_trial: bool = False) -> Block:
    """Return the form that ticks off a report."""
    return modal(
        texts.staff("incident.settle_title"),
        [
            *_banner(texts, is_trial=is_trial),
            field(
                REFERENCE,
                texts.staff("incident.settle_reference"),
                text_input(ActionId.FIELD, most=MOST_REFERENCE),
            ),
        ],
        close=texts.staff("modal.cancel"),
        submit=texts.staff("modal.save"),
        callback=CallbackId.INCIDENT_SETTLE.value,
        metadata=code,
    )


def _reason(texts: Texts) -> Block:
    return field(REASON, texts.staff("incident.stop_reason"), text_input(ActionId.FIELD, most=MOST_REASON))


def _banner(texts: Texts, *, is_trial: bool) -> list[Block]:
    return [context(texts.staff("trial.banner"))] if is_trial else []
