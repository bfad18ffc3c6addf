"""Text to copy into the record: who, when, what was given, who made the bedömning, and every sms as it stands."""

from datetime import datetime
from typing import Final

from bot.domain.digest import ActionView, JournalLine, JournalText, NoteView, OwnerKind
from bot.domain.notes import ActionCode, Situation
from bot.domain.outward import OutwardKind, OutwardView
from bot.domain.reaction import ActionState
from bot.domain.visible import visible
from bot.slack.kit import MODAL_BLOCKS, SECTION_TEXT, Block, context, fitting, modal, mrkdwn, plain, section
from bot.slack.views.call_words import mark_words as call_words
from bot.slack.views.note import person_words
from bot.slack.views.outward_words import mark_words, where_words
from bot.slack.views.thread import media_text
from bot.texts import Texts, capital, for_the_record, lasted, listed, when

FRAME: Final = 3  # blocks above and below what is to be copied


def journal_text(journal: JournalText, texts: Texts) -> str:
    """Return all of it, however long."""
    return "\n".join(_entries(journal, texts))


def journal_modal(journal: JournalText, texts: Texts, now: datetime) -> Block:
    """Return it to be copied; what does not fit, and that it is cut, is said."""
    sections = _packed([visible(entry) for entry in _entries(journal, texts)])
    groups = [[section(plain(words))] for words, _ in sections]
    fit = fitting(groups, most=MODAL_BLOCKS - FRAME)
    blocks = [block for group in fit for block in group]
    missing = sections[-1][1] - sections[len(fit) - 1][1]
    if missing:
        key = "journal.more_cut" if journal.is_cut else "journal.more"
        blocks.append(section(mrkdwn(texts.staff(key, count=missing))))
    cut = [section(mrkdwn(_cut(journal, texts)))] if journal.is_cut else []
    return modal(
        texts.staff("journal.title"),
        [context(texts.staff("journal.hint", at=when(now, now))), *cut, *blocks],
        close=texts.staff("modal.close"),
    )


def _packed(entries: list[str]) -> list[tuple[str, int]]:
    """Return the entries, several to a section, each with how many have been begun by its end."""
    packed: list[tuple[str, int]] = []
    for count, entry in enumerate(entries, start=1):
        for at in range(0, max(len(entry), 1), SECTION_TEXT):
            piece = entry[at : at + SECTION_TEXT]
            if packed and len(packed[-1][0]) + 1 + len(piece) <= SECTION_TEXT:
                packed[-1] = (f"{packed[-1][0]}\n{piece}", count)
            else:
                packed.append((piece, count))
    return packed


def _entries(journal: JournalText, texts: Texts) -> list[str]:
    """Return it line by line; an sms and a field of a note are one line each, whatever they hold."""
    lines = [*_facts(journal, texts), ""]
    for note in journal.notes:
        lines += [*_note(note, texts, has_contact=_has_contact(journal)), ""]
    if not journal.notes:
        lines += [texts.staff("journal.note_missing"), ""]
    lines += [f"{capital(call_words(call, texts, call.by, for_the_record))}." for call in journal.calls]
    lines += [_outward(view, texts) for view in journal.outward]
    lines += [_action(action, texts) for action in journal.actions if action.code is not ActionCode.NOTHING] or [
        texts.staff("journal.action_nothing")
    ]
    if journal.notes:
        authors = list(dict.fromkeys(note.author for note in journal.notes))
        lines.append(texts.staff("journal.assessed", who=listed(authors)))
    said = [_line(line, texts) for line in journal.lines]
    if journal.is_cut:
        return [*lines, "", texts.staff("journal.lines_cut", count=len(said)), *said, "", _cut(journal, texts)]
    return [*lines, "", texts.staff("journal.lines"), *(said or [texts.staff("journal.lines_none")])]


def _cut(journal: JournalText, texts: Texts) -> str:
    return texts.staff("journal.cut", count=len(journal.lines))


def _facts(journal: JournalText, texts: Texts) -> list[str]:
    who = [person_words(person, texts) for person in journal.people] or [texts.staff(f"sender.{journal.sender.value}")]
    lines = [
        texts.staff("journal.head", codes=", ".join(journal.codes), namnd=journal.namnd_name or "–"),
        texts.staff("journal.people", who=", ".join(who)),
        texts.staff("journal.number", number=journal.number),
        texts.staff("journal.day", days=", ".join(day.isoformat() for day in journal.days)),
        texts.staff("journal.began", at=for_the_record(journal.first_at)),
    ]
    if journal.answered_at is None:
        lines.append(texts.staff("journal.unanswered"))
    else:
        at = for_the_record(journal.answered_at)
        within = journal.answered_within
        lines.append(
            texts.staff("journal.answered_at", at=at)
            if within is None
            else texts.staff("journal.answered", at=at, lasted=lasted(within))
        )
    if journal.by:
        lines.append(texts.staff("journal.by", who=listed(list(journal.by))))
    return lines


def _has_contact(journal: JournalText) -> bool:
    return any(view.mark.kind is OutwardKind.SOCIALJOUR for view in journal.outward)


def _outward(view: OutwardView, texts: Texts) -> str:
    words = (capital(mark_words(view.mark, texts, for_the_record(view.mark.at))), where_words(view))
    return texts.staff("outward.record", what=", ".join(filter(None, words)), by=view.by)


def _note(note: NoteView, texts: Texts, *, has_contact: bool) -> list[str]:
    """Return a note. That socialjouren was not contacted is not said where a contact is recorded."""
    lines = [texts.staff("journal.note", at=for_the_record(note.at), who=note.author)]
    if note.concerns:
        lines.append(texts.staff("journal.concerns", who=listed(list(note.concerns))))
    fields = (
        ("note.came_in", note.came_in),
        ("note.support", note.support),
        ("note.promised_short", note.promised),
    )
    for key, words in fields:
        if words.strip():
            lines.append(texts.staff("journal.field", label=texts.staff(key), text=words))
    if note.situation is Situation.NEITHER:
        lines.append(texts.staff("journal.situation_neither"))
    else:
        lines.append(texts.staff("journal.situation", situation=texts.staff(f"situation.{note.situation.value}")))
    if note.socialjouren_at is not None:
        lines.append(texts.staff("journal.socialjouren_at", at=for_the_record(note.socialjouren_at)))
    elif not has_contact:
        lines.append(texts.staff("journal.socialjouren_no"))
    return lines


def _action(action: ActionView, texts: Texts) -> str:
    at = "–" if action.settled_at is None else for_the_record(action.settled_at)
    who = action.settled_by or texts.staff("digest.colleague")
    state = {
        ActionState.OPEN: texts.staff("journal.action_open"),
        ActionState.DONE: texts.staff("journal.action_done", at=at, who=who),
        ActionState.DROPPED: texts.staff("journal.action_dropped", at=at, who=who, reason=action.reason),
    }[action.state]
    owner = {
        OwnerKind.STAFF: action.owner or texts.staff("digest.colleague"),
        OwnerKind.DUTY: texts.staff("digest.owner_duty"),
        OwnerKind.TEAM: texts.staff("digest.owner_team"),
    }[action.owner_kind]
    what = texts.staff(f"code.{action.code.value}")
    return texts.staff("journal.action", what=what, day=action.due_on.isoformat(), owner=owner, state=state)


def _line(line: JournalLine, texts: Texts) -> str:
    pictures = [media_text(line.media_count, texts)] if line.media_count else []
    body = " ".join([*([line.body] if line.body.strip() else []), *pictures]) or texts.staff("modal.empty_text")
    is_lost = line.did_arrive is False
    if line.is_note:
        key = "journal.line_note"
    elif line.is_inbound:
        key = "journal.line_in"
    elif line.who:
        key = "journal.line_lost" if is_lost else "journal.line_out"
    else:
        key = "journal.line_auto_lost" if is_lost else "journal.line_auto"
    return texts.staff(key, at=for_the_record(line.at), who=line.who, body=body)
