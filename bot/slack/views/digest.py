"""The handover as the team reads it in its channel. Sealed: codes, times, counts and coded actions.

It is one message however much has happened, so rows share sections and what does not fit is counted (facts: slack,
section 8: all blocks together about 13 000 characters, the text of an update 4 000).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from bot.domain.calendar import local
from bot.domain.digest import Addendum, DigestView
from bot.domain.reaction import ActionState
from bot.domain.slack_text import escape_mrkdwn
from bot.slack.ids import ActionId
from bot.slack.kit import MESSAGE_TEXT, Block, actions, button, context, cut, header, mrkdwn, section
from bot.slack.views.digest_row import DOT, DayShown, row_words, second_line
from bot.texts import Texts, capital, long_day, short_when, since_when

ALL_ROWS: Final = 8_000  # characters of rows in the blocks, of the 10 000 that we allow ourselves
ONE_SECTION: Final = 2_800
MOST_CODES: Final = 40  # of those outside the record, and of stale backgrounds
NAME: Final = 80


@dataclass(frozen=True, slots=True)
class _Part:
    """A row, with the headings that it is the first one under."""

    words: str
    section: str = ""
    day: str = ""


def digest_message(view: DigestView, texts: Texts, now: datetime) -> dict[str, Any]:
    """Return `text` (all of it that fits, for screen readers) and `blocks`."""
    title = texts.staff("digest.title", day=long_day(view.day))
    if view.is_repeat:
        title = texts.staff("card.title_repeat", title=title)
    about = _about(view, texts)
    empty = [_empty(view, texts)] if view.is_empty else []
    left = _left(view, texts)
    parts = list(_parts(view, texts))
    blocks: list[Block] = [context(texts.staff("trial.banner"))] if view.is_trial else []
    blocks += [header(title), context(about)]
    if view.rows:  # at the top: a handover of forty rows is long on a phone
        spoken = texts.staff("button.spoken_meeting", day=long_day(view.day))
        words = texts.staff("button.meeting")
        blocks.append(actions(button(ActionId.MEETING, words, view.digest_id, style="primary", spoken=spoken)))
    blocks += [section(mrkdwn(words)) for words in empty]
    blocks += _row_blocks(parts, texts)
    blocks += [section(mrkdwn(words)) for words in left]
    blocks.append(context(_footer(view, texts, now)))
    return {"text": _text([title, about, *empty], parts, left, texts), "blocks": blocks}


def addendum_message(addendum: Addendum, texts: Texts, now: datetime) -> dict[str, Any]:
    """Return what is said when something has turned up after the post."""
    row, today = addendum.row, local(addendum.at).date()
    codes = ", ".join(row.codes)
    if addendum.is_note:
        words = f"{texts.staff('digest.addendum_note', codes=f'*{codes}*')}\n{second_line(row, texts, today)}"
    else:
        words = row_words(replace(row, added_at=None), texts, today, DayShown.DATE)
    words = texts.staff("digest.addendum", at=short_when(addendum.at, local(now).date()), row=words)
    spoken = texts.staff("button.spoken_episode", code=row.codes[0])
    blocks: list[Block] = [context(texts.staff("trial.banner"))] if addendum.is_trial else []
    blocks.append(section(mrkdwn(words)))
    blocks.append(actions(button(ActionId.EPISODE, texts.staff("button.episode"), row.episode_id, spoken=spoken)))
    return {"text": cut(_unmarked(words), MESSAGE_TEXT), "blocks": blocks}


def _about(view: DigestView, texts: Texts) -> str:
    new = sum(1 for row in view.rows if not row.is_carried)
    carried = len(view.rows) - new
    must = sum(1 for row in view.must_happen if row.action is not None and row.action.state is ActionState.OPEN)
    unclosed = sum(1 for row in view.rows if row.is_open)
    words = [escape_mrkdwn(cut(view.namnd_name, NAME)) or "–"]
    if new and view.since is None:
        words.append(texts.staff("digest.first"))
    elif new and view.since is not None:
        words.append(texts.staff("digest.since", since=since_when(view.since, view.day)))
    if new:
        words.append(texts.staff("digest.count", count=new))
    if carried:
        words.append(texts.staff("digest.count_carried", count=carried))
    if must:
        words.append(texts.staff("digest.count_must", count=must))
    if unclosed:
        words.append(
            texts.staff("digest.count_open_one" if unclosed == 1 else "digest.count_open_many", count=unclosed)
        )
    return DOT.join(words)


def _empty(view: DigestView, texts: Texts) -> str:
    if view.since is None:
        return texts.staff("digest.empty_first")
    return texts.staff("digest.empty", since=since_when(view.since, view.day))


def _left(view: DigestView, texts: Texts) -> list[str]:
    """Return the lines about what earlier handovers have left behind."""
    found = (("digest.not_transferred", view.not_transferred), ("digest.stale_backgrounds", view.stale_backgrounds))
    return [texts.staff(key, codes=_codes(codes, texts)) for key, codes in found if codes]


def _codes(codes: tuple[str, ...], texts: Texts) -> str:
    shown = ", ".join(codes[:MOST_CODES])
    more = len(codes) - MOST_CODES
    return texts.staff("digest.codes_more", codes=shown, count=more) if more > 0 else shown


def _parts(view: DigestView, texts: Texts) -> Iterator[_Part]:
    """Yield the rows in the order in which they are read, what must happen first."""
    for key, rows in (("digest.must", view.must_happen), ("digest.open", view.still_open)):
        for nth, row in enumerate(rows):
            words = row_words(row, texts, view.day, DayShown.DATE if row.is_carried else DayShown.WEEKDAY)
            yield _Part(words, section="" if nth else texts.staff(key))
    heading = texts.staff("digest.rest" if view.must_happen or view.still_open else "digest.rest_only")
    has_days = len(view.rest) > 1
    for day, rows in view.rest:
        for nth, row in enumerate(rows):
            shown = DayShown.NONE if has_days else DayShown.DATE if row.is_carried else DayShown.WEEKDAY
            is_first = nth == 0 and has_days
            words = row_words(row, texts, view.day, shown)
            yield _Part(words, section=heading, day=capital(long_day(day)) if is_first else "")
            heading = ""


def _row_blocks(parts: list[_Part], texts: Texts) -> list[Block]:
    """Return the rows, several to a section; what does not fit is counted."""
    blocks: list[Block] = []
    held: list[str] = []
    used = shown = 0

    def let_go() -> None:
        if held:
            blocks.append(section(mrkdwn("\n\n".join(held))))
            held.clear()

    for part in parts:
        words = f"*{part.day}*\n\n{part.words}" if part.day else part.words
        used += len(words) + len(part.section) + 2
        if used > ALL_ROWS:
            break
        if part.section:
            let_go()
            blocks.append(header(part.section))
        elif sum(map(len, held)) + 2 * len(held) + len(words) > ONE_SECTION:
            let_go()
        held.append(words)
        shown += 1
    let_go()
    if shown < len(parts):
        blocks.append(section(mrkdwn(texts.staff("digest.more", count=len(parts) - shown))))
    return blocks


def _text(above: list[str], parts: list[_Part], left: list[str], texts: Texts) -> str:
    """Return all of it as plain text, cut by whole rows."""
    room = MESSAGE_TEXT - sum(len(words) + 1 for words in [*above, *left]) - len(texts.staff("digest.more", count=9999))
    lines: list[str] = []
    for nth, part in enumerate(parts):
        words = _unmarked("\n".join(words for words in (part.section, part.day, part.words) if words))
        room -= len(words) + 1
        if room < 0:
            lines.append(texts.staff("digest.more", count=len(parts) - nth))
            break
        lines.append(words)
    return cut("\n".join([*above, *lines, *left]), MESSAGE_TEXT)


def _footer(view: DigestView, texts: Texts, now: datetime) -> str:
    at = short_when(now, view.day)
    words = texts.staff("digest.footer" if view.rows else "digest.footer_empty", at=at)
    return words if view.is_newest else f"{words} {texts.staff('digest.footer_old')}"


def _unmarked(words: str) -> str:
    return words.replace("*", "")
