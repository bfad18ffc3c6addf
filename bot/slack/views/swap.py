"""Byta pass: what Home says, the form and its confirmation, and the messages that have buttons."""

import json
from datetime import timedelta
from typing import Any

from bot.domain.duty import ShownShift
from bot.domain.rest.findings import Finding
from bot.domain.rest.rules import DAILY_REST
from bot.domain.slack_text import escape_mrkdwn
from bot.domain.swap import SwapCard, SwapForm, SwapHome, SwapLine, SwapPlan
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import (
    Block,
    actions,
    button,
    context,
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
from bot.slack.views.shift_words import shift_words
from bot.texts import Texts, span
from bot.texts.findings import finding_words

SHIFT, FIRST, LAST, TO = "shift", "first", "last", "to"
ALL = "all"
MOST_TYPED = 10
MOST_LINES = 10
HOUR = timedelta(hours=1)
MOST_FINDINGS = 5
REST_KEYS = {  # nothing near it, enough, too little
    "mine": ("swap.rest_free", "swap.rest", "swap.rest_short"),
    "theirs": ("swap.confirm_free", "swap.confirm_rest", "swap.confirm_short"),
    "of_taker": ("swap.approve_free", "swap.approve_rest", "swap.approve_short"),
}


def swap_blocks(swaps: SwapHome | None, texts: Texts) -> list[Block]:
    """Return what Home says: my own offers, and a button for another."""
    if swaps is None:
        return []
    blocks = [divider(), header(texts.staff("swap.header"))]
    blocks += [_line(line, texts) for line in swaps.offers[:MOST_LINES]]
    if swaps.may_offer:
        blocks.append(section(mrkdwn(texts.staff("swap.hint"))))
        blocks.append(actions(button(ActionId.SWAP, texts.staff("button.swap"), "swap")))
    return blocks


def _line(line: SwapLine, texts: Texts) -> Block:
    words = texts.staff(
        "swap.line_asked" if line.is_asked else "swap.line",
        when=span(line.starts_at, line.ends_at),
        to=line.to or texts.staff("swap.to_all"),
    )
    withdraw = button(ActionId.SWAP_WITHDRAW, texts.staff("button.swap_withdraw"), line.offer_id)
    return section(mrkdwn(words), accessory=withdraw)


def swap_form(form: SwapForm, texts: Texts) -> Block:
    """Return the form: which shift, from and to when, and to whom."""
    shifts = [
        option(texts.staff("swap.shift_option", when=_when(shift, texts), namnd=shift.namnd_name), shift.id)
        for shift in form.shifts
    ]
    people = [option(texts.staff("swap.to_all"), ALL), *(option(name, staff_id) for staff_id, name in form.people)]
    times = text_input(ActionId.FIELD, most=MOST_TYPED)
    return modal(
        texts.staff("swap.title"),
        [
            field(SHIFT, texts.staff("swap.shift_label"), select(ActionId.FIELD, shifts, initial=shifts[0])),
            field(FIRST, texts.staff("swap.first_label"), times, hint=texts.staff("swap.first_hint"), optional=True),
            field(LAST, texts.staff("swap.last_label"), times, hint=texts.staff("swap.last_hint"), optional=True),
            field(TO, texts.staff("swap.to_label"), select(ActionId.FIELD, people, initial=people[0])),
        ],
        close=texts.staff("modal.cancel"),
        submit=texts.staff("swap.go_on"),
        callback=CallbackId.SWAP.value,
    )


def swap_confirmation(plan: SwapPlan, wanted: dict[str, str], texts: Texts) -> Block:
    """Return what is about to be offered, with the rest that the other would have; `wanted` comes back with the yes."""
    when, namnd, who = _when(plan, texts), escape_mrkdwn(plan.namnd_name), escape_mrkdwn(plan.to_name)
    key = "swap.confirm_one" if plan.to else "swap.confirm_all"
    lines = [texts.staff(key, when=when, namnd=namnd, who=who)]
    if plan.to:
        lines.append("\n".join([_rest("theirs", plan.rest, texts, who=who), *_broken(plan.findings, texts)]))
    if plan.is_now:
        lines.append(texts.staff("swap.confirm_now_backup" if plan.is_backup else "swap.confirm_now"))
    lines.append(texts.staff("swap.confirm_approval" if plan.needs_approval else "swap.confirm_yours"))
    return modal(
        texts.staff("swap.confirm_title"),
        [section(mrkdwn(line)) for line in lines],
        close=texts.staff("modal.cancel"),
        submit=texts.staff("swap.offer"),
        callback=CallbackId.SWAP_CONFIRM.value,
        metadata=json.dumps(wanted),
    )


def swap_message(card: SwapCard, texts: Texts) -> dict[str, Any]:
    """Return what somebody is asked: to take it, or as a leader to approve it."""
    when, namnd = _when(card, texts), escape_mrkdwn(card.namnd_name)
    if card.taker:
        words = texts.staff("swap.approve", who=card.giver, taker=card.taker, when=when, namnd=namnd)
        rest = _rest("of_taker", card.rest, texts, taker=card.taker)
        yes, no, text = ActionId.SWAP_APPROVE, ActionId.SWAP_REFUSE, texts.staff("swap.approve_notice")
    else:
        words = texts.staff(_asked(card), who=card.giver, when=when, namnd=namnd)
        rest = _rest("mine", card.rest, texts)
        yes, no, text = ActionId.SWAP_TAKE, ActionId.SWAP_DECLINE, texts.staff("swap.ask_notice")
    blocks = [context(texts.staff("trial.banner"))] if card.is_trial else []
    blocks += [
        section(mrkdwn("\n".join([words, rest, *_broken(card.findings, texts)]))),
        actions(
            button(yes, texts.staff(f"button.{yes.value}"), card.offer_id, style="primary"),
            button(no, texts.staff(f"button.{no.value}"), card.offer_id),
        ),
    ]
    return {"text": text, "blocks": blocks}


def _when(shown: ShownShift | SwapPlan | SwapCard, texts: Texts) -> str:
    return shift_words(shown.starts_at, shown.ends_at, texts, is_backup=shown.is_backup)


def _asked(card: SwapCard) -> str:
    if not card.is_now:
        return "swap.ask"
    return "swap.ask_now_backup" if card.is_backup else "swap.ask_now"


def _broken(findings: tuple[Finding, ...], texts: Texts) -> list[str]:
    """Return what the rules of rest say against it, a line for each, the gravest first."""
    return [texts.staff("swap.finding", words=finding_words(one, texts)) for one in findings[:MOST_FINDINGS]]


def _rest(whose: str, rest: timedelta | None, texts: Texts, **who: str) -> str:
    """Return the check of rest in words: enough, too little, or nothing near it. Whole and half hours, downwards."""
    free, enough, short = REST_KEYS[whose]
    if rest is None:
        return texts.staff(free, **who)
    hours = f"{rest // (HOUR / 2) / 2:g}".replace(".", ",")
    return texts.staff(enough if rest >= DAILY_REST else short, hours=hours, **who)
