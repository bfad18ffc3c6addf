"""Överlämning: what whoever takes over the duty finds open. The message is sealed, the modal tells the story."""

from datetime import datetime
from typing import Any, Final

from bot.domain.calendar import local
from bot.domain.digest import HandoverStory, ShiftAction, ShiftHandover, ShiftLine
from bot.domain.slack_text import escape_mrkdwn
from bot.slack.ids import ActionId
from bot.slack.kit import (
    MESSAGE_TEXT,
    MODAL_BLOCKS,
    SECTION_TEXT,
    Block,
    actions,
    button,
    context,
    cut,
    divider,
    fitting,
    header,
    mention,
    modal,
    mrkdwn,
    section,
)
from bot.slack.views.digest_row import DOT
from bot.slack.views.note import note_blocks, people_block
from bot.slack.views.outward_words import done_block, marks_now
from bot.texts import Texts, listed, weekday_and_date, when

MOST_SHOWN: Final = 20
MOST_NAMED: Final = 6  # nämnder in the first sentence


def handover_message(handover: ShiftHandover, texts: Texts, now: datetime) -> dict[str, Any]:
    """Return `text` (all of it, for screen readers) and `blocks` of the message at the start of a shift."""
    title, yours = texts.staff("shift.title"), _yours(handover, texts, now)
    open_lines = [_open(line, texts, now) for line in handover.open[:MOST_SHOWN]]
    due = [(action, _action(action, texts, now)) for action in handover.actions[:MOST_SHOWN]]
    more_open = _more(len(handover.open), texts)
    more_due = _more(len(handover.actions), texts)
    blocks: list[Block] = [context(texts.staff("trial.banner"))] if handover.is_trial else []
    blocks += [header(title), section(mrkdwn(yours))]
    spoken = [title, yours]
    if handover.open:
        lines = [texts.staff("shift.open"), *open_lines, *more_open]
        blocks += [header(lines[0]), *_sections(lines[1:]), context(texts.staff("shift.hint"))]
        read = texts.staff("button.read_handover")
        blocks.append(actions(button(ActionId.READ_HANDOVER, read, handover.shift_id, style="primary")))
        spoken += lines
    if due:
        lines = [texts.staff("shift.actions"), *(words for _, words in due), *more_due]
        blocks.append(header(lines[0]))
        blocks += [section(mrkdwn(words), accessory=_show(action, texts)) for action, words in due]
        blocks += [context(words) for words in more_due]
        spoken += lines
    if not handover.open and not due:
        spoken.append(texts.staff("shift.nothing"))
        blocks.append(section(mrkdwn(spoken[-1])))
    return {"text": cut("\n".join(spoken).replace("*", ""), MESSAGE_TEXT), "blocks": blocks}


def handover_modal(stories: tuple[HandoverStory, ...], texts: Texts, now: datetime) -> Block:
    """Return what was promised and may be expected, conversation by conversation."""
    groups = [[*_story(story, texts, now), divider()] for story in stories]
    fit = fitting(groups, most=MODAL_BLOCKS - 1)
    blocks = [block for group in fit for block in group]
    if len(fit) < len(stories):
        blocks.append(section(mrkdwn(texts.staff("shift.stories_more", count=len(stories) - len(fit)))))
    if not stories:
        blocks.append(section(mrkdwn(texts.staff("shift.stories_none"))))
    return modal(texts.staff("shift.title"), blocks, close=texts.staff("modal.close"))


def _yours(handover: ShiftHandover, texts: Texts, now: datetime) -> str:
    named = [escape_mrkdwn(cut(name, 80)) for name in handover.namnder]
    namnder = listed(named[:MOST_NAMED])
    if len(named) > MOST_NAMED:
        shown = ", ".join(named[:MOST_NAMED])
        namnder = texts.staff("shift.namnder_more", namnder=shown, count=len(named) - MOST_NAMED)
    key = "shift.yours_after" if handover.before else "shift.yours"
    until = when(handover.ends_at, now)
    return texts.staff(key, until=until, namnder=namnder, who=mention(handover.before))


def _open(line: ShiftLine, texts: Texts, now: datetime) -> str:
    key = "shift.open_calm" if line.waiting_since is None else "shift.open_waiting"
    words = [
        texts.staff(
            key,
            codes=", ".join(line.codes),
            sender=texts.staff(f"sender.{line.sender.value}"),
            namnd=_namnd(line.namnd_name),
            since="" if line.waiting_since is None else when(line.waiting_since, now),
        )
    ]
    if line.taken_by:
        words.append(texts.staff("shift.taken", who=mention(line.taken_by)))
    if line.is_promised:
        words.append(texts.staff("shift.promised"))
    words += marks_now(line.outward, texts, now)
    if not line.has_note:
        words.append(texts.staff("shift.note_missing"))
    return DOT.join(words)


def _action(action: ShiftAction, texts: Texts, now: datetime) -> str:
    is_late = action.due_on < local(now).date()
    return texts.staff(
        "shift.action_late" if is_late else "shift.action",
        codes=", ".join(action.codes),
        namnd=_namnd(action.namnd_name),
        day=weekday_and_date(action.due_on),
    )


def _show(action: ShiftAction, texts: Texts) -> Block:
    spoken = texts.staff("button.spoken_episode", code=action.codes[0])
    return button(ActionId.EPISODE, texts.staff("button.episode"), action.episode_id, spoken=spoken)


def _namnd(name: str) -> str:
    return escape_mrkdwn(cut(name, 80)) or "–"


def _more(count: int, texts: Texts) -> list[str]:
    return [texts.staff("shift.more", count=count - MOST_SHOWN)] if count > MOST_SHOWN else []


def _sections(lines: list[str]) -> list[Block]:
    """Return lines, as many to a section as it holds."""
    texts: list[str] = []
    for line in lines:
        if texts and len(texts[-1]) + 2 + len(line) <= SECTION_TEXT:
            texts[-1] += f"\n\n{line}"
        else:
            texts.append(line)
    return [section(mrkdwn(text)) for text in texts]


def _story(story: HandoverStory, texts: Texts, now: datetime) -> list[Block]:
    sender = texts.staff(f"sender.{story.sender.value}")
    about = texts.staff("shift.story", codes=", ".join(story.codes), sender=sender, namnd=_namnd(story.namnd_name))
    if story.waiting_since is not None:
        about = f"{about}{DOT}{texts.staff('digest.waiting', since=when(story.waiting_since, now))}"
    blocks = [section(mrkdwn(about)), people_block(story.people, texts), *done_block(story.outward, texts, now)]
    for note in story.notes:
        blocks += note_blocks(note, texts, now)
    if not story.notes:
        blocks.append(section(mrkdwn(texts.staff("shift.story_nothing"))))
    return blocks
