"""The forms of one clock: how it ended, more time, a later reminder, another handläggare, why it is late, and so on.

What each is about, and under which key it is kept, stands in its metadata; the handler writes that.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from bot.domain.calendar import local, next_working_day
from bot.domain.clock_views import Choice, ClockView
from bot.domain.clocks import ClockKind
from bot.domain.deadline import Outcome, Reason
from bot.domain.summons import Party
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import (
    MOST_OPTIONS,
    Block,
    actions,
    checkboxes,
    context,
    day_picker,
    field,
    modal,
    mrkdwn,
    option,
    plain_context,
    radio,
    section,
    select,
    text_input,
)
from bot.texts import Texts, capital, long_day

OUTCOME, ON, TIME, REASON, WITH_POLICE = "outcome", "on", "time", "reason", "with_police"
REFERENCE = "reference"
TO, DECIDED_BY, UNTIL, STAFF, WHO, TELL = "to", "decided_by", "until", "staff", "who", "tell_family"
YES, NO = "yes", "no"
LONGEST_REASON: Final = 500
LONGEST_REFERENCE: Final = 100
LONGEST_TIME: Final = 10  # "kl. 14.20"


def settle_form(view: ClockView, texts: Texts) -> Block:
    """How it ended. Only where there is a single way is it chosen beforehand."""
    is_talk = view.row.kind is ClockKind.ALLVARSSAMTAL
    outcomes = [option(capital(texts.staff(f"clock.outcome.{one.value}")), one.value) for one in view.outcomes]
    initial = outcomes[0] if len(outcomes) == 1 else None
    today = local(view.now).date()
    day_label = texts.staff("clock_form.settle_on_talk" if is_talk else "clock_form.settle_on")
    blocks = [
        *about(view, texts),
        field(OUTCOME, texts.staff("clock_form.settle_outcome"), radio(ActionId.FIELD, outcomes, initial=initial)),
        field(ON, day_label, day_picker(ActionId.DATE, today)),
    ]
    if Outcome.HELD in view.outcomes:
        blocks.append(time_field(texts, hint=texts.staff("clock_form.settle_time_hint"), optional=True))
        answers = [option(texts.staff("clock_form.yes"), YES), option(texts.staff("clock_form.no"), NO)]
        hint = texts.staff("clock_form.settle_police_hint")
        element = radio(ActionId.FIELD, answers)
        blocks.append(field(WITH_POLICE, texts.staff("clock_form.settle_police"), element, hint=hint, optional=True))
    hint = texts.staff("clock_form.settle_reason_hint_talk" if is_talk else "clock_form.settle_reason_hint")
    element = select(ActionId.FIELD, _reasons(texts))
    blocks.append(field(REASON, texts.staff("clock_form.settle_reason"), element, hint=hint, optional=True))
    hint = texts.staff("clock_form.settle_carried_hint")
    element = text_input(ActionId.FIELD, most=LONGEST_REFERENCE)
    blocks.append(field(REFERENCE, texts.staff("clock_form.settle_carried"), element, hint=hint, optional=True))
    return modal(
        texts.staff("clock_form.settle_title"),
        blocks,
        close=texts.staff("modal.cancel"),
        submit=texts.staff("modal.save"),
        callback=CallbackId.CLOCK_SETTLE.value,
    )


def carry_form(view: ClockView, texts: Texts) -> Block:
    """Where in the record it stands."""
    element = text_input(ActionId.FIELD, most=LONGEST_REFERENCE)
    hint = texts.staff("clock_form.carry_hint")
    return modal(
        texts.staff("clock_form.carry_title"),
        [*about(view, texts), field(REFERENCE, texts.staff("clock_form.carry_label"), element, hint=hint)],
        close=texts.staff("modal.cancel"),
        submit=texts.staff("modal.save"),
        callback=CallbackId.CLOCK_CARRY.value,
    )


def extend_form(view: ClockView, texts: Texts) -> Block:
    """More time: by a decision that somebody else has made. No day is proposed."""
    until = texts.staff("clock_form.extend_until", day=long_day(view.row.limit.due_on, local(view.now).date()))
    by_hint = texts.staff("clock_form.extend_by_hint")
    blocks = [
        *about(view, texts),
        context(until),
        field(TO, texts.staff("clock_form.extend_to"), day_picker(ActionId.DATE)),
        field(DECIDED_BY, texts.staff("clock_form.extend_by"), text_input(ActionId.FIELD, most=100), hint=by_hint),
        _written(REASON, texts.staff("clock_form.extend_reason"), texts.staff("clock_form.no_names")),
    ]
    return modal(
        texts.staff("clock_form.extend_title"),
        blocks,
        close=texts.staff("modal.cancel"),
        submit=texts.staff("modal.save"),
        callback=CallbackId.CLOCK_EXTEND.value,
    )


def snooze_form(view: ClockView, texts: Texts, closed_days: frozenset[date] = frozenset()) -> Block:
    """Silence with an end and a reason. The next working day is proposed."""
    today = local(view.now).date()
    day = long_day(view.row.limit.due_on, today)
    proposed = next_working_day(today, closed_days)
    blocks = [
        *about(view, texts),
        context(texts.staff("clock_form.snooze_still_runs", day=day)),
        field(UNTIL, texts.staff("clock_form.snooze_until"), day_picker(ActionId.DATE, proposed)),
        _written(REASON, texts.staff("clock_form.snooze_reason"), texts.staff("clock_form.snooze_reason_hint")),
    ]
    return modal(
        texts.staff("clock_form.snooze_title"),
        blocks,
        close=texts.staff("modal.cancel"),
        submit=texts.staff("modal.save"),
        callback=CallbackId.CLOCK_SNOOZE.value,
    )


def assign_form(view: ClockView, choices: Sequence[Choice], texts: Texts) -> Block:
    """Who has it from now on."""
    title, cancel = texts.staff("clock_form.assign_title"), texts.staff("modal.cancel")
    if not choices:
        return modal(title, [section(mrkdwn(texts.staff("clock_form.assign_none")))], close=texts.staff("modal.close"))
    menu = select(ActionId.OWNER, named(choices))
    hint = texts.staff("clock_form.assign_hint")
    return modal(
        title,
        [*about(view, texts), field(STAFF, texts.staff("clock_form.assign_owner"), menu, hint=hint)],
        close=cancel,
        submit=texts.staff("modal.save"),
        callback=CallbackId.CLOCK_ASSIGN.value,
    )


def reason_form(view: ClockView, texts: Texts) -> Block:
    """Why it was not done in time: one of the reasons that are counted. One tap, and it is kept."""
    options = _reasons(texts)
    initial = next((o for o in options if view.row.reason is not None and o["value"] == view.row.reason.value), None)
    label = section(mrkdwn(texts.staff("clock_form.reason_label")))
    choice = actions(radio(ActionId.CLOCK_REASON_PICK, options, initial=initial), block_id=REASON)
    return modal(
        texts.staff("clock_form.reason_title"), [*about(view, texts), label, choice], close=texts.staff("modal.close")
    )


def summoned_form(view: ClockView, texts: Texts) -> Block:
    """Somebody has been summoned by phone, by letter or in school."""
    who = [_party(party, texts) for party in Party]
    blocks = [
        *about(view, texts),
        section(mrkdwn(texts.staff("clock_form.summoned_text"))),
        field(WHO, texts.staff("clock_form.summoned_who"), checkboxes(ActionId.FIELD, who, chosen=[])),
        field(ON, texts.staff("clock_form.summoned_on"), day_picker(ActionId.DATE, local(view.now).date())),
        time_field(texts),
    ]
    return modal(
        texts.staff("clock_form.summoned_title"),
        blocks,
        close=texts.staff("modal.cancel"),
        submit=texts.staff("modal.save"),
        callback=CallbackId.CLOCK_SUMMONED.value,
    )


def book_form(view: ClockView, texts: Texts) -> Block:
    """A time that the family has said in words or by phone. Those who were summoned by sms can be told by sms."""
    title = texts.staff("clock_form.book_on")
    blocks = [*about(view, texts), field(ON, title, day_picker(ActionId.DATE)), time_field(texts)]
    stamps = {Party.CHILD: view.child_summoned_at, Party.GUARDIAN: view.guardian_summoned_at}
    who = [_party(party, texts) for party, at in stamps.items() if at is None]
    if who and not view.police_hold:
        hint = texts.staff("clock_form.book_reached_hint")
        element = checkboxes(ActionId.FIELD, who, chosen=[])
        blocks.append(field(WHO, texts.staff("clock_form.book_reached"), element, hint=hint, optional=True))
    if view.summons is not None and view.summons.people:
        tell = option(texts.staff("clock_form.book_tell_sms"), YES)
        hint = texts.staff("clock_form.book_tell_hint")
        element = checkboxes(ActionId.FIELD, [tell], chosen=[tell])
        blocks.append(field(TELL, texts.staff("clock_form.book_tell"), element, hint=hint, optional=True))
    return modal(
        texts.staff("clock_form.book_title"),
        blocks,
        close=texts.staff("modal.cancel"),
        submit=texts.staff("modal.save"),
        callback=CallbackId.CLOCK_BOOK.value,
    )


def _party(party: Party, texts: Texts) -> Block:
    return option(texts.staff(f"clock_form.summoned_{party.value}"), party.value)


def about(view: ClockView, texts: Texts) -> list[Block]:
    """Say which clock a form is about."""
    blocks: list[Block] = [context(texts.staff("trial.banner"))] if view.is_trial else []
    kind = texts.staff(f"clock.kind.{view.row.kind.value}")
    blocks.append(plain_context(texts.staff("clock_form.about", ref=view.row.case_ref, kind=kind)))
    return blocks


def time_field(texts: Texts, *, hint: str = "", optional: bool = False, block_id: str = TIME, title: str = "") -> Block:
    """A time of day, written as people write it."""
    element = text_input(ActionId.FIELD, most=LONGEST_TIME)
    words = title or texts.staff("clock_form.time")
    return field(block_id, words, element, hint=hint or texts.staff("clock_form.time_hint"), optional=optional)


def named(choices: Sequence[Choice]) -> list[Block]:
    return [option(choice.name, choice.value) for choice in choices][:MOST_OPTIONS]


def _reasons(texts: Texts) -> list[Block]:
    return [option(capital(texts.staff(f"clock.reason.{reason.value}")), reason.value) for reason in Reason]


def _written(block_id: str, title: str, hint: str) -> Block:
    return field(block_id, title, text_input(ActionId.FIELD, multiline=True, most=LONGEST_REASON), hint=hint)
