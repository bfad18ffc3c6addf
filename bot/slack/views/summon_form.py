"""Kalla via sms: whom, in which language, and one to three times to choose from."""

from typing import Final

from bot.domain.clock_views import SummonDefaults
from bot.domain.summons import MOST_TIMES, Party
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import (
    Block,
    checkboxes,
    context,
    day_picker,
    field,
    modal,
    mrkdwn,
    option,
    plain,
    plain_context,
    section,
    select,
    text_input,
)
from bot.slack.views.clock_forms import named, time_field
from bot.texts import Texts

CHILD_NUMBER, GUARDIAN_NUMBER = "child_number", "guardian_number"
CHILD_LANGUAGE, GUARDIAN_LANGUAGE = "child_language", "guardian_language"
IN_SCHOOL = "in_school"
IN_SCHOOL_TOO: Final = "yes"
NUMBERS: Final = tuple(range(1, MOST_TIMES + 1))
LONGEST_NUMBER: Final = 30


def day_block(number: int) -> str:
    return f"day_{number}"


def time_block(number: int) -> str:
    return f"time_{number}"


def summon_form(defaults: SummonDefaults, texts: Texts, *, is_trial: bool = False) -> Block:
    """Return the form. No time is proposed; numbers and languages are those that were used before."""
    blocks: list[Block] = [context(texts.staff("trial.banner"))] if is_trial else []
    kind = texts.staff("clock.kind.allvarssamtal")
    blocks += [
        plain_context(texts.staff("clock_form.about", ref=defaults.case_ref, kind=kind), defaults.namnd_name),
        section(mrkdwn(texts.staff("clock_form.summon_numbers"))),
        _number(defaults, Party.GUARDIAN, GUARDIAN_NUMBER, texts.staff("clock_form.summon_guardian")),
        _language(defaults, Party.GUARDIAN, GUARDIAN_LANGUAGE, texts.staff("clock_form.summon_guardian_language")),
        _number(defaults, Party.CHILD, CHILD_NUMBER, texts.staff("clock_form.summon_child")),
        _language(defaults, Party.CHILD, CHILD_LANGUAGE, texts.staff("clock_form.summon_child_language")),
        section(mrkdwn(texts.staff("clock_form.summon_times"))),
    ]
    for number in NUMBERS:
        blocks += _time(number, texts)
    school = option(texts.staff("clock_form.summon_in_school"), IN_SCHOOL_TOO)
    element = checkboxes(ActionId.FIELD, [school], chosen=[])
    blocks += [
        field(IN_SCHOOL, texts.staff("clock_form.summon_school"), element, optional=True),
        section(mrkdwn(texts.staff("clock_form.summon_preview"))),
        section(plain(defaults.preview)),
        context(texts.staff("clock_form.summon_replaces")),
    ]
    return modal(
        texts.staff("clock_form.summon_title"),
        blocks,
        close=texts.staff("modal.cancel"),
        submit=texts.staff("clock_form.summon_submit"),
        callback=CallbackId.CLOCK_SUMMON.value,
    )


def _time(number: int, texts: Texts) -> list[Block]:
    optional = number > 1
    title = texts.staff("clock_form.summon_time", number=number)
    return [
        field(
            day_block(number),
            texts.staff("clock_form.summon_day", number=number),
            day_picker(ActionId.DATE),
            optional=optional,
        ),
        time_field(
            texts,
            block_id=time_block(number),
            title=title,
            hint=texts.staff("clock_form.summon_time_hint"),
            optional=optional,
        ),
    ]


def _number(defaults: SummonDefaults, party: Party, block_id: str, title: str) -> Block:
    element = text_input(ActionId.FIELD, most=LONGEST_NUMBER, initial=defaults.numbers.get(party, ""))
    return field(block_id, title, element, optional=True)


def _language(defaults: SummonDefaults, party: Party, block_id: str, title: str) -> Block:
    options = named(defaults.languages)
    wanted = defaults.chosen_languages.get(party, "sv")
    chosen = next((made for made in options if made["value"] == wanted), options[0])
    return field(block_id, title, select(ActionId.FIELD, options, initial=chosen))
