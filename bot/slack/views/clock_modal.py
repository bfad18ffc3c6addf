"""One clock: where it stands, what can be done, the family's answers, and its history.

Modals may hold numbers and what staff have written; that stands in plain_text.
"""

from datetime import datetime
from typing import Final

from bot.domain.calendar import local
from bot.domain.clock_views import AnswerLine, ClockView, SummonsView
from bot.domain.clocks import GROUNDS, ClockKind
from bot.domain.deadline import ClockState
from bot.domain.slack_text import escape_mrkdwn
from bot.domain.summons import SummonsState
from bot.slack.ids import ActionId
from bot.slack.kit import (
    MODAL_BLOCKS,
    MODAL_SIZE,
    Block,
    button,
    context,
    divider,
    fitting,
    header,
    mention,
    modal,
    mrkdwn,
    plain,
    plain_context,
    section,
)
from bot.slack.views.clock_buttons import is_on_its_way, other_blocks, step_blocks
from bot.slack.views.clock_history import event_blocks, newest_first
from bot.slack.views.clock_row import DOT, open_button, row_blocks, row_words, safe_ref, state_words
from bot.texts import Texts, capital, long_day, near_day, near_time, when

ROLL_FORWARD: Final = "lag (1930:173) 2 §"  # facts: time, section 12: information, never a new date
MOST_SIBLINGS: Final = 10
MOST_PEOPLE: Final = 10
NAME: Final = 80


def clock_modal(view: ClockView, texts: Texts) -> Block:
    """Return everything of one clock, with the buttons that whoever opened it may use now."""
    blocks: list[Block] = [context(texts.staff("trial.banner"))] if view.is_trial else []
    blocks.append(section(mrkdwn(_headline(view, texts))))
    if view.police_hold and view.row.state is ClockState.RUNNING:
        blocks.append(section(mrkdwn(texts.staff("clock.hold"))))
    blocks += [*step_blocks(view, texts), *_summons(view, texts), section(mrkdwn("\n".join(_facts(view, texts))))]
    blocks += [*_notes(view, texts), *other_blocks(view, texts), *_siblings(view, texts)]
    blocks += _history(view, texts, MODAL_BLOCKS - len(blocks))
    return modal(
        texts.staff("clock.title", ref=view.row.case_ref),
        blocks,
        close=texts.staff("modal.close"),
        metadata=view.row.deadline_id,
    )


def _headline(view: ClockView, texts: Texts) -> str:
    row = view.row
    return texts.staff(
        "clock.headline",
        ref=safe_ref(row.case_ref),
        kind=texts.staff(f"clock.kind.{row.kind.value}"),
        namnd=escape_mrkdwn(view.namnd_name[:NAME]) or "–",
        state=capital(DOT.join(state_words(row, texts, view.now))) or "–",
    )


def _facts(view: ClockView, texts: Texts) -> list[str]:
    row, now = view.row, view.now
    lines = [texts.staff("clock.received", at=_at(view.received_at, now))]
    if view.starts_at != view.received_at:
        lines.append(texts.staff("clock.starts", at=_at(view.starts_at, now)))
    lines += _limit(view, texts)
    who = mention(row.owner) or texts.staff("clock.owner_none")
    lines.append(texts.staff("clock.owner", who=who))
    if row.kind is ClockKind.ALLVARSSAMTAL:
        lines += _talk(view, texts)
    if view.wants_feedback:
        lines.append(texts.staff("clock.feedback"))
    lines.append(texts.staff("clock.gender_line", gender=texts.staff(f"clock.gender.{view.gender.value}")))
    return lines


def _limit(view: ClockView, texts: Texts) -> list[str]:
    """Return when the time runs out, the last working time before it, and where the limit comes from."""
    limit, today = view.row.limit, local(view.now).date()
    ground = GROUNDS[view.row.kind]
    says = texts.staff("clock.ground_own", says=ground.says)
    if ground.section:
        says = texts.staff("clock.ground", section=law_words(ground.section), says=ground.says)
    if view.row.kind is ClockKind.ALLVARSSAMTAL:
        lines = [texts.staff("clock.last_instant", at=_at(limit.due_at, view.now))]
        if view.starts_at < limit.act_before < limit.due_at:
            lines.append(texts.staff("clock.last_office", at=_at(limit.act_before, view.now)))
        return [*lines, says]
    lines = [texts.staff("clock.last_day", day=long_day(limit.due_on, today))]
    if local(view.starts_at).date() <= limit.plan_on < limit.due_on:
        lines.append(texts.staff("clock.last_working_day", day=long_day(limit.plan_on, today)))
    return [*lines, says]


def law_words(section_of_law: str) -> str:
    """Return a section as it is cited.

    >>> law_words("SoL 2025:400 20 kap. 2 §")
    '20 kap. 2 § SoL (2025:400)'
    """
    law, number, place = section_of_law.split(" ", 2)
    return f"{place} {law} ({number})"


def _talk(view: ClockView, texts: Texts) -> list[str]:
    lines = [texts.staff("clock.contact_found" if view.has_contact else "clock.contact_none")]
    for name, at in (("child", view.child_summoned_at), ("guardian", view.guardian_summoned_at)):
        if at is None:
            lines.append(texts.staff(f"clock.{name}_not_summoned"))
        else:
            lines.append(texts.staff(f"clock.{name}_summoned", at=_at(at, view.now)))
    return lines


def _notes(view: ClockView, texts: Texts) -> list[Block]:
    """Return what bears on the limit: the law's own roll-forward, an extension, a snooze; and where it is kept."""
    row, today = view.row, local(view.now).date()
    blocks: list[Block] = []
    is_running = row.state is ClockState.RUNNING
    if is_running and row.limit.late_on is not None and GROUNDS[row.kind].section:
        day, due = long_day(row.limit.late_on, today), long_day(row.limit.due_on, today)
        blocks.append(context(texts.staff("clock.late", law=ROLL_FORWARD, day=day, due=due)))
    if view.extended_to is not None:
        day = long_day(view.extended_to, today)
        blocks.append(
            plain_context(texts.staff("clock.extended", day=day, who=view.extended_by, reason=view.extension_reason))
        )
    if is_running and row.snoozed_until is not None and row.snoozed_until > today and view.snooze_reason:
        day = near_day(row.snoozed_until, today)
        blocks.append(plain_context(texts.staff("clock.snooze", day=day, reason=view.snooze_reason)))
    if view.in_record is not None:
        kept = view.in_record
        at, ground = when(kept.at, view.now), f"clock.in_record.{kept.ground.value}"
        blocks.append(plain_context(texts.staff(ground, at=at, reference=kept.reference)))
    return blocks


def _summons(view: ClockView, texts: Texts) -> list[Block]:
    summons = view.summons
    if summons is None:
        return []
    said = texts.staff("clock.summons", at=when(summons.sent_at, view.now), state=_summons_state(summons, texts, view))
    lines = [said]
    for nth, at in enumerate(summons.times):
        lines.append(texts.staff("clock.summons_time", number=summons.first_number + nth, at=near_time(at, view.now)))
    under_way = [context(texts.staff("clock.summons_under_way"))] if is_on_its_way(view) else []
    return [
        section(mrkdwn("\n".join(lines))),
        *under_way,
        *(_person(person, texts, view.now) for person in summons.people[:MOST_PEOPLE]),
    ]


def _summons_state(summons: SummonsView, texts: Texts, view: ClockView) -> str:
    at = "" if summons.booked_at is None else near_time(summons.booked_at, view.now)
    if summons.state is SummonsState.BOOKED:
        return texts.staff("clock.summons_state.booked", at=at).strip()
    return texts.staff(f"clock.summons_state.{summons.state.value}")


def _person(person: AnswerLine, texts: Texts, now: datetime) -> Block:
    state = f"state.{person.status}"
    words = texts.staff(
        "clock.person" if person.answered_at is None else "clock.person_answered",
        who=capital(texts.staff(f"clock.party.{person.party.value}")),
        number=person.number,
        language=texts.language_name(person.language),
        status=texts.staff(state) if texts.has(state) else person.status,
        at="" if person.answered_at is None else when(person.answered_at, now),
    )
    if not person.conversation_id:
        return section(plain(words))
    read = button(ActionId.OPEN, texts.staff("button.read_answer"), person.conversation_id)
    return section(plain(words), accessory=read)


def _siblings(view: ClockView, texts: Texts) -> list[Block]:
    if not view.siblings:
        return []
    blocks = [divider(), header(texts.staff("clock.siblings"))]
    for row in view.siblings[:MOST_SIBLINGS]:
        blocks += row_blocks(row, row_words(row, texts, view.now), open_button(row, texts))
    if len(view.siblings) > MOST_SIBLINGS:
        blocks.append(context(texts.staff("clock.more", count=len(view.siblings) - MOST_SIBLINGS)))
    return blocks


def _history(view: ClockView, texts: Texts, most: int) -> list[Block]:
    blocks: list[Block] = [divider(), header(texts.staff("clock.history"))]
    groups = [event_blocks(line, texts, view.now) for line in newest_first(view.events)]
    fit = fitting(groups, most=most - len(blocks) - 1, size=MODAL_SIZE // 2)
    blocks += [block for group in fit for block in group]
    if not groups:
        blocks.append(context(texts.staff("clock.history_none")))
    if len(fit) < len(groups):
        blocks.append(context(texts.staff("clock.more", count=len(groups) - len(fit))))
    return blocks


def _at(at: datetime, now: datetime) -> str:
    """Return an instant with its date: a modal is read long afterwards too."""
    return f"{long_day(local(at).date(), local(now).date())} {local(at):%H.%M}"
