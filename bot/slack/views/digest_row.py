"""One row of the handover in words: codes, times, staff by mention and coded actions."""

from collections.abc import Callable
from datetime import date
from enum import Enum

from bot.domain.calendar import local
from bot.domain.digest import ActionView, DigestAction, DigestRow, OwnerKind
from bot.domain.notes import ActionCode, Situation
from bot.domain.outward import OutwardKind, OutwardOutcome
from bot.domain.reaction import ActionState
from bot.slack.kit import mention
from bot.slack.views.call_words import short_marks as short_calls
from bot.slack.views.outward_words import short_marks
from bot.texts import Texts, clock_time, lasted, listed, short_day, short_when, weekday_and_date

DOT = " · "
MOST_NAMED = 5  # of those who answered


class DayShown(Enum):
    """How much of the day a row says: nothing under a heading that does, the weekday, or the date as well."""

    NONE = 0
    WEEKDAY = 1
    DATE = 2


def row_words(row: DigestRow, texts: Texts, today: date, day: DayShown) -> str:
    """Return the two lines of a row.

    Times without a date are of `today`: the day of the handover, however long after it is read.
    """
    first = [f"*{', '.join(row.codes)}*", texts.staff(f"sender.{row.sender.value}"), _began(row, day)]
    if row.added_at is not None:
        first.insert(0, f"*{texts.staff('digest.added', at=short_when(row.added_at, today))}*")
    by = list(dict.fromkeys(mention(user) or texts.staff("digest.colleague") for user in row.by))
    first.append(answer_words(row, texts, by))
    return f"{DOT.join([*first, *waiting_words(row, texts, today)])}\n{second_line(row, texts, today)}"


def second_line(row: DigestRow, texts: Texts, today: date) -> str:
    """Return what the note says in codes, and what has become of it."""
    words = []
    has_action = row.action is not None and row.action.code is not ActionCode.NOTHING
    if row.action is not None and has_action:
        words.append(action_words(row.action, texts, today, mention))
    elif row.has_note:
        words.append(texts.staff("code.nothing"))
    if row.noted_at is not None:
        words.append(texts.staff("digest.noted", at=short_when(row.noted_at, today)))
    if not row.has_note:
        words.append(texts.staff("digest.note_missing"))
    if row.situation is not None and row.situation is not Situation.NEITHER:
        words.append(texts.staff(f"situation.{row.situation.value}"))
    words += [*short_calls(row.calls, texts, today), *_outward(row, texts, today)]
    if row.is_reviewed:
        words.append(texts.staff("digest.reviewed"))
    if row.is_transferred:
        words.append(texts.staff("digest.transferred"))
    line = DOT.join(words)
    return line if has_action else texts.staff("digest.no_action", rest=line)


def _outward(row: DigestRow, texts: Texts, today: date) -> list[str]:
    """Return what was recorded; what the notes say of socialjouren only where that says something more."""
    recorded = short_marks(row.outward, texts, today)
    said = {mark.outcome for mark in row.outward if mark.kind is OutwardKind.SOCIALJOUR}
    if row.socialjouren is None or (said and not row.socialjouren) or OutwardOutcome.TAKES_OVER in said:
        return recorded
    return [texts.staff("digest.socialjouren_yes" if row.socialjouren else "digest.socialjouren_no"), *recorded]


def action_words(
    action: DigestAction | ActionView, texts: Texts, today: date, named: Callable[[str], str], you: str = ""
) -> str:
    """Return what is to be done, by when and by whom, or that it is settled. `named` makes a person's name safe."""
    if action.state is not ActionState.OPEN:
        key = "digest.action_done" if action.state is ActionState.DONE else "digest.action_dropped"
        at = "" if action.settled_at is None else short_when(action.settled_at, today)
        return texts.staff(key, who=named(action.settled_by) or texts.staff("digest.colleague"), at=at).strip()
    owner = you or _owner(action, texts, named)
    if action.is_late:
        return texts.staff("digest.action_late", day=weekday_and_date(action.due_on), owner=owner)
    if action.due_on == today:
        return texts.staff("digest.action_today", owner=owner)
    what = texts.staff(f"code.{action.code.value}")
    return texts.staff("digest.action", what=what, day=short_day(action.due_on), owner=owner)


def answer_words(row: DigestRow, texts: Texts, by: list[str]) -> str:
    """Return who answered and how soon; `by` are their names or mentions."""
    more = len(by) - MOST_NAMED
    who = listed([*by[:MOST_NAMED], *([texts.staff("digest.others", count=more)] if more > 0 else [])])
    if row.answered_within is not None:
        after = lasted(row.answered_within)
        return texts.staff("digest.answered_by" if who else "digest.answered", lasted=after, who=who)
    if row.is_call_only:
        return texts.staff("voice.called")
    if row.is_ours_first:
        return texts.staff("digest.ours_by" if who else "digest.ours", who=who)
    return texts.staff("digest.unanswered")


def waiting_words(row: DigestRow, texts: Texts, today: date) -> list[str]:
    if not row.is_open:
        return []
    if row.waiting_since is None:
        return [texts.staff("digest.unclosed")]
    if row.waiting_since == row.first_at:  # when it began is said already
        return [texts.staff("digest.waiting_too")]
    return [texts.staff("digest.waiting", since=short_when(row.waiting_since, today))]


def _began(row: DigestRow, shown: DayShown) -> str:
    day = local(row.first_at).date()
    if shown is DayShown.DATE:
        return f"{short_day(day)} {clock_time(row.first_at)}"
    if shown is DayShown.WEEKDAY or day != row.day:  # a shift that crosses midnight belongs to the day it started on
        return f"{short_day(day)[:3]} {clock_time(row.first_at)}"
    return clock_time(row.first_at)


def _owner(action: DigestAction | ActionView, texts: Texts, named: Callable[[str], str]) -> str:
    if action.owner_kind is OwnerKind.DUTY:
        return texts.staff("digest.owner_duty")
    if action.owner_kind is OwnerKind.TEAM:
        return texts.staff("digest.owner_team")
    return named(action.owner) or texts.staff("digest.colleague")
