"""Ny frist: what has come in, when, and whose it is; and what was started by it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.domain.calendar import local
from bot.domain.clock_views import ClockRow, RegistrationChoices
from bot.domain.clocks import ClockKind
from bot.domain.deadline import Gender, Stage
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import (
    MOST_OPTIONS,
    Block,
    checkboxes,
    context,
    day_picker,
    field,
    modal,
    mrkdwn,
    option,
    radio,
    section,
    select,
    text_input,
)
from bot.slack.views.clock_forms import named, time_field
from bot.slack.views.clock_row import due_words, open_button, safe_ref
from bot.texts import Texts, before, capital, near_day

NAMND, CASE_REF, KINDS, RECEIVED_ON, RECEIVED_TIME = "namnd", "case_ref", "kinds", "received_on", "received_time"
OWNER, GENDER, FLAGS = "owner", "gender", "flags"
SUSPICION_ON, SUSPICION_TIME = "suspicion_on", "suspicion_time"
NOBODY: Final = "nobody"  # the other options are ids of staff
LONGEST_REF: Final = 64
KINDS_SHOWN: Final = (
    ClockKind.SKYDDSBEDOMNING,
    ClockKind.FORHANDSBEDOMNING,
    ClockKind.ALLVARSSAMTAL,
    ClockKind.UTREDNING,
    ClockKind.ATERKOPPLING_ANMALARE,
    ClockKind.ATERKOPPLING_BARN,
)
WANTS_FEEDBACK, HAS_OPEN_UTREDNING = "wants_feedback", "has_open_utredning"
HAS_CONTACT, POLICE_HOLD = "has_contact", "police_hold"
FLAGS_SHOWN: Final = (WANTS_FEEDBACK, HAS_OPEN_UTREDNING, HAS_CONTACT, POLICE_HOLD)


def register_form(
    choices: RegistrationChoices, namnd: str, texts: Texts, now: datetime, *, is_trial: bool = False
) -> Block:
    """Return the form for `namnd`. Another nämnd draws it anew; what has been typed stays."""
    blocks: list[Block] = [context(texts.staff("trial.banner"))] if is_trial else []
    if len(choices.namnder) > 1:
        options = named(choices.namnder)
        chosen = next((made for made in options if made["value"] == namnd), None)
        menu = select(ActionId.CLOCK_NAMND, options, initial=chosen)
        blocks.append(field(NAMND, texts.staff("clock_form.register_namnd"), menu, dispatch=True))
    blocks += [
        field(
            CASE_REF,
            texts.staff("clock_form.register_ref"),
            text_input(ActionId.FIELD, most=LONGEST_REF),
            hint=texts.staff("clock_form.register_ref_hint"),
        ),
        field(
            KINDS,
            texts.staff("clock_form.register_kinds"),
            checkboxes(ActionId.FIELD, _kinds(texts), chosen=[]),
            hint=texts.staff("clock_form.register_kinds_hint"),
        ),
        field(RECEIVED_ON, texts.staff("clock_form.register_on"), day_picker(ActionId.DATE, local(now).date())),
        time_field(texts, block_id=RECEIVED_TIME, title=texts.staff("clock_form.register_time")),
        _owner(choices, namnd, texts),
        _gender(texts),
        field(
            FLAGS,
            texts.staff("clock_form.register_flags"),
            checkboxes(ActionId.FIELD, _flags(texts), chosen=[]),
            optional=True,
        ),
    ]
    if namnd in choices.asks_for_suspicion:
        blocks += _suspicion(texts)
    return modal(
        texts.staff("clock_form.register_title"),
        blocks,
        close=texts.staff("modal.cancel"),
        submit=texts.staff("clock_form.register_submit"),
        callback=CallbackId.CLOCK_REGISTER.value,
    )


def owner_block(namnd: str) -> str:
    """Return the id of the menu of handläggare: one for each nämnd, so that nobody of another stays chosen in it."""
    return f"{OWNER}_{namnd}"


def registered_modal(
    texts: Texts, rows: Sequence[ClockRow], now: datetime, *, reader: str = "", is_forhand_left_out: bool = False
) -> Block:
    """Say when each that was started runs out, and by when something must be done.

    `reader` (a Slack user id) can open those that are their own from here; what went to somebody else is theirs.
    """
    blocks = [_registered(row, texts, now, reader) for row in rows] or [
        section(mrkdwn(texts.staff("clock_form.registered_none")))
    ]
    if any(row.stage is Stage.HOLD for row in rows):
        blocks.append(section(mrkdwn(texts.staff("clock_form.registered_hold"))))
    if is_forhand_left_out:
        blocks.append(section(mrkdwn(texts.staff("clock_form.registered_without"))))
    if any(not row.owner for row in rows):
        blocks.append(context(texts.staff("clock_form.registered_unowned")))
    title = "clock_form.registered_title" if len(rows) == 1 else "clock_form.registered_title_many"
    return modal(texts.staff(title), blocks, close=texts.staff("modal.close"))


def _registered(row: ClockRow, texts: Texts, now: datetime, reader: str) -> Block:
    words = texts.staff(
        "clock_form.registered_line",
        ref=safe_ref(row.case_ref),
        kind=texts.staff(f"clock.kind.{row.kind.value}"),
        words=_by_when(row, texts, now),
    )
    is_mine = bool(row.owner) and row.owner == reader
    return section(mrkdwn(words), accessory=open_button(row, texts) if is_mine else None)


def _by_when(row: ClockRow, texts: Texts, now: datetime) -> str:
    """Return when it runs out, and what that means where the office is closed before it."""
    limit, today, due = row.limit, local(now).date(), due_words(row, now)
    if limit.due_at <= now:
        return texts.staff("clock_form.registered_over", due=due)
    if row.kind is ClockKind.ALLVARSSAMTAL:
        if limit.act_before <= now:
            return texts.staff("clock_form.registered_call_now", due=due)
        key = "clock.call_early" if limit.act_before < limit.due_at else "clock.call"
        return texts.staff(key, before=before(limit.act_before, now), due=due)
    if limit.plan_on == limit.due_on:
        return texts.staff("clock_form.registered_day", due=due)
    if limit.plan_on < today:
        return texts.staff("clock_form.registered_day_off_now", due=due)
    return texts.staff("clock_form.registered_day_off", plan=near_day(limit.plan_on, today), due=due)


def _kinds(texts: Texts) -> list[Block]:
    return [
        option(capital(texts.staff(f"clock.kind.{kind.value}")), kind.value, texts.staff(f"clock_about.{kind.value}"))
        for kind in KINDS_SHOWN
    ]


def _flags(texts: Texts) -> list[Block]:
    explained = {
        HAS_OPEN_UTREDNING: texts.staff("clock_flag.about_has_open_utredning"),
        HAS_CONTACT: texts.staff("clock_flag.about_has_contact"),
        POLICE_HOLD: texts.staff("clock_flag.about_police_hold"),
    }
    return [option(texts.staff(f"clock_flag.{flag}"), flag, explained.get(flag, "")) for flag in FLAGS_SHOWN]


def _owner(choices: RegistrationChoices, namnd: str, texts: Texts) -> Block:
    nobody = option(texts.staff("clock_form.nobody"), NOBODY)
    staff = named(choices.staff.get(namnd, ()))[: MOST_OPTIONS - 1]
    me = next((made for made in staff if made["value"] == choices.me), nobody)
    menu = select(ActionId.OWNER, [nobody, *staff], initial=me)
    hint = texts.staff("clock_form.register_owner_hint")
    return field(owner_block(namnd), texts.staff("clock_form.register_owner"), menu, hint=hint)


def _gender(texts: Texts) -> Block:
    options = [option(capital(texts.staff(f"clock.gender.{one.value}")), one.value) for one in Gender]
    hint = texts.staff("clock_form.register_gender_hint")
    return field(GENDER, texts.staff("clock_form.register_gender"), radio(ActionId.FIELD, options), hint=hint)


def _suspicion(texts: Texts) -> list[Block]:
    hint = texts.staff("clock_form.register_suspicion_hint")
    title = texts.staff("clock_form.register_suspicion_on")
    return [
        field(SUSPICION_ON, title, day_picker(ActionId.DATE), hint=hint, optional=True),
        time_field(
            texts, block_id=SUSPICION_TIME, title=texts.staff("clock_form.register_suspicion_time"), optional=True
        ),
    ]
