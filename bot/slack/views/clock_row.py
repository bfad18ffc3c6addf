"""One clock in a line of words, and the buttons under it: what somebody woken up by it needs to know and do."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from bot.domain.calendar import local
from bot.domain.clock_views import ClockRow, OwnerLine
from bot.domain.clocks import ClockKind
from bot.domain.deadline import ClockState, Outcome, Stage
from bot.domain.slack_text import escape_mrkdwn
from bot.domain.visible import visible
from bot.slack.ids import ActionId
from bot.slack.kit import Block, actions, button, cut, mention, mrkdwn, section
from bot.texts import Texts, before, near_day, near_time

DOT: Final = " · "
LONGEST_REF: Final = 40
SUMMONING: Final = frozenset({Stage.SUMMON, Stage.CONTACT})


def safe_ref(case_ref: str) -> str:
    """Return a case's reference as it may stand in mrkdwn: it has come from a form or a file."""
    return escape_mrkdwn(cut(" ".join(visible(case_ref).replace("*", "").split()), LONGEST_REF))


def row_words(row: ClockRow, texts: Texts, now: datetime, *, with_owner: bool = False) -> str:
    """Return one line: which clock, by when, and what it waits for; `with_owner` in lists of several people's."""
    words = [texts.staff("clock.row", ref=safe_ref(row.case_ref), kind=texts.staff(f"clock.kind.{row.kind.value}"))]
    words += state_words(row, texts, now)
    if row.stand_in_for:
        words.append(texts.staff("clock.stand_in_for", who=mention(row.stand_in_for)))
    if with_owner:
        words.append(mention(row.owner) or texts.staff("clock.owner_none"))
    return DOT.join(words)


def state_words(row: ClockRow, texts: Texts, now: datetime) -> list[str]:
    """Return where a clock stands, in parts: its time, what it waits for, why it is late, until when it rests."""
    if row.state is ClockState.WITHDRAWN:
        return [texts.staff("clock.withdrawn")]
    reason = [] if row.reason is None else [_reason(row, texts)]
    if row.state is ClockState.SETTLED:
        return [outcome_words(row.outcome, texts), *reason]
    if row.is_overdue and row.reason is None:
        reason = [texts.staff("clock.reason_none")]
    stage, rests = _stage(row, texts, now), _snoozed(row, texts, local(now).date())
    parts = [time_words(row, texts, now), stage, lacking_words(row, texts), *reason, rests]
    return [words for words in parts if words]


def lacking_words(row: ClockRow, texts: Texts) -> str:
    """Return who is left to summon when only one of child and guardian has been; else ""."""
    return "" if row.lacking is None else texts.staff(f"clock.lacking_{row.lacking.value}")


def outcome_words(outcome: Outcome | None, texts: Texts) -> str:
    if outcome is None:
        return texts.staff("clock.settled_plain")
    return texts.staff("clock.settled", outcome=texts.staff(f"clock.outcome.{outcome.value}"))


def _reason(row: ClockRow, texts: Texts) -> str:
    why = "" if row.reason is None else texts.staff(f"clock.reason.{row.reason.value}")
    return texts.staff("clock.reason_is", reason=why)


def _snoozed(row: ClockRow, texts: Texts, today: date) -> str:
    if row.snoozed_until is None or row.snoozed_until <= today:
        return ""
    return texts.staff("clock.snoozed", day=near_day(row.snoozed_until, today))


def time_words(row: ClockRow, texts: Texts, now: datetime) -> str:
    """Return by when something must be done, and when the time runs out where that is later; "" when neither counts."""
    if row.is_overdue:
        return texts.staff("clock.due_over", due=due_words(row, now))
    if row.kind is ClockKind.ALLVARSSAMTAL:
        return _talk_time(row, texts, now)
    today = local(now).date()
    plan_on, due_on = row.limit.plan_on, row.limit.due_on
    is_early = today <= plan_on < due_on
    by = texts.staff(f"clock.by.{row.kind.value}", day=near_day(plan_on if is_early else due_on, today))
    return texts.staff("clock.early", by=by, due=due_words(row, now)) if is_early else by


def _talk_time(row: ClockRow, texts: Texts, now: datetime) -> str:
    due = due_words(row, now)
    if row.stage is Stage.HOLD:
        return texts.staff("clock.due", due=due)
    if row.stage is Stage.ANSWER and now < row.limit.due_at:
        return texts.staff("clock.talk_before", before=before(row.limit.due_at, now))
    if row.stage not in SUMMONING:
        return ""
    until = helps_until(row, now)
    key = "clock.call_early" if until < row.limit.due_at else "clock.call"
    return texts.staff(key, before=before(until, now), due=due)


def helps_until(row: ClockRow, now: datetime) -> datetime:
    """Return the last instant at which somebody at work can still be in time; the limit itself once that has passed."""
    limit = row.limit
    return limit.act_before if now < limit.act_before else limit.due_at


def due_words(row: ClockRow, now: datetime) -> str:
    """Return when the time runs out: an instant for what is counted in hours, a day for the others."""
    if row.kind is ClockKind.ALLVARSSAMTAL:
        return near_time(row.limit.due_at, now)
    return near_day(row.limit.due_on, local(now).date())


def _stage(row: ClockRow, texts: Texts, now: datetime) -> str:
    at = "" if row.booked_at is None else near_time(row.booked_at, now)
    if row.stage is Stage.MEETING and at:
        return texts.staff("clock.meeting", at=at)
    if row.stage is Stage.OUTCOME and at:
        return texts.staff("clock.outcome_wanted", at=at)
    if row.stage is Stage.DECIDE:
        return ""
    if row.stage is Stage.SUMMON:
        return texts.staff("clock.not_summoned") if row.is_overdue and row.lacking is None else ""
    return texts.staff(f"clock.stage.{row.stage.value}")


def must_be_done_today(row: ClockRow, now: datetime) -> bool:
    """Tell whether today is the last day on which somebody at work can be in time."""
    if row.state is not ClockState.RUNNING or row.is_overdue:
        return False
    today = local(now).date()
    if row.kind is ClockKind.ALLVARSSAMTAL:
        return row.stage in SUMMONING and local(helps_until(row, now)).date() <= today
    return row.limit.plan_on <= today


def counted(texts: Texts, key: str, count: int) -> str:
    """Return for instance "2 har gått ut", of the pair `key`_one and `key`_many."""
    return texts.staff(f"clock.{key}_one" if count == 1 else f"clock.{key}_many", count=count)


# --- the buttons of a row ---


def settle_key(kind: ClockKind) -> str:
    """Return the key of what the button that settles a clock of this kind says."""
    if kind is ClockKind.ALLVARSSAMTAL:
        return "button.clock_settle_talk"
    decided = {ClockKind.FORHANDSBEDOMNING, ClockKind.UTREDNING}
    return "button.clock_settle" if kind in decided else "button.clock_settle_done"


def open_button(row: ClockRow, texts: Texts) -> Block:
    spoken = texts.staff("button.spoken_clock", code=row.case_ref)
    return button(ActionId.CLOCK_OPEN, texts.staff("button.clock_open"), row.deadline_id, spoken=spoken)


def reason_button(row: ClockRow, texts: Texts) -> Block:
    spoken = texts.staff("button.spoken_reason", code=row.case_ref)
    return button(ActionId.CLOCK_REASON, texts.staff("button.clock_reason"), row.deadline_id, spoken=spoken)


def assign_button(row: ClockRow, texts: Texts) -> Block:
    """Return the button that gives a clock to somebody, whether nobody owns it or its owner is away."""
    key = "button.clock_assign" if row.owner else "button.clock_assign_first"
    return button(ActionId.CLOCK_ASSIGN, texts.staff(key), row.deadline_id)


def step_buttons(row: ClockRow, texts: Texts) -> list[Block]:
    """Return the next step of a clock, one tap away: only what asks something more before it is done."""
    if row.state is not ClockState.RUNNING:
        return []
    made = [reason_button(row, texts)] if row.is_overdue and row.reason is None else []
    step = {
        Stage.DECIDE: (ActionId.CLOCK_SETTLE, settle_key(row.kind)),
        Stage.SUMMON: (ActionId.CLOCK_SUMMON, "button.clock_summon"),
        Stage.CONTACT: (ActionId.CLOCK_SUMMON, "button.clock_summon"),  # whose form asks for the numbers
        Stage.ANSWER: (ActionId.CLOCK_BOOK, "button.clock_book"),
        Stage.OUTCOME: (ActionId.CLOCK_SETTLE, settle_key(row.kind)),
    }.get(row.stage)
    if step is not None:
        made.append(button(step[0], texts.staff(step[1]), row.deadline_id))
    return made


def row_blocks(row: ClockRow, words: str, *buttons: Block) -> list[Block]:
    """Return a row with its buttons: beside it when there is one, else under it."""
    if len(buttons) == 1:
        return [section(mrkdwn(words), accessory=buttons[0])]
    made = [section(mrkdwn(words))]
    if buttons:
        made.append(actions(*buttons))
    return made


# --- one line for each handläggare ---


def owner_words(line: OwnerLine, texts: Texts, today: date) -> str:
    counts = [counted(texts, "running", line.running)]
    if line.overdue:
        counts.append(f"⚠️ {counted(texts, 'overdue', line.overdue)}")
    if line.this_week:
        counts.append(counted(texts, "this_week", line.this_week))
    if line.away_until is not None:
        key = "clock.away_stand_in" if line.stand_in else "clock.away"
        counts.append(texts.staff(key, day=near_day(line.away_until, today), who=mention(line.stand_in)))
    who = mention(line.owner) or texts.staff("clock.owner_nobody")
    return texts.staff("clock.owner_line", who=who, counts=DOT.join(counts))


def owner_sections(lines: Sequence[OwnerLine], texts: Texts, today: date, *, most: int) -> list[Block]:
    """Return the first `most` lines, some to a section; the rest is counted."""
    words = [owner_words(line, texts, today) for line in lines[:most]]
    if len(lines) > most:
        words.append(texts.staff("clock.more", count=len(lines) - most))
    return [section(mrkdwn("\n".join(words[start : start + 15]))) for start in range(0, len(words), 15)]
