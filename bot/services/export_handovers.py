"""The coded rows of a nämnd's handovers over a period, for a file: codes, times and coded actions, never content.

Lag 2001:454 7 a § lets a compilation hold no delicate personal data, so a row has only what a handover has, and not
where in the record it went nor why an action was dropped, which somebody has written.

Rows are composed conversation by conversation, some at a time: each is read once however many days it goes over, and
no transaction is long.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import Final

from bot.domain.calendar import ONE_DAY
from bot.domain.cards import Sender
from bot.domain.digest import DigestRow, OwnerKind
from bot.domain.errors import AuditEntry, NotAllowed
from bot.domain.handover import Episode
from bot.domain.ids import ConversationId, DigestId, NamndId, StaffId
from bot.domain.notes import ActionCode, Note, Situation
from bot.domain.outward import OutwardKind, OutwardMark, newest_marks
from bot.domain.people import Staff
from bot.domain.reaction import Action, ActionState
from bot.domain.secrecy import Act
from bot.ports import Tx
from bot.services.context import Context
from bot.services.imports.run import CLI, Progress, quiet
from bot.services.shared.access import actor, require_namnd
from bot.services.shared.digest_view import Told, owner_kind, rows_of, tell
from bot.services.shared.view import name_of
from bot.texts import export_words as words

ACT: Final = "export_handovers"
DAYS: Final = timedelta(days=31)  # of which conversations are found in one transaction
CONVERSATIONS: Final = 20  # of which rows are composed in one transaction


_Place = tuple[date, datetime, int, str]


class UnknownNamnd(Exception):
    """There is no such nämnd; the message is for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: those of a nämnd that belong to the days from `first` to `last`, both included."""

    namnd: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class ExportedAction:
    """A coded action. `owner` is a name, "" unless somebody of the staff has it."""

    code: ActionCode
    due_on: date
    owner_kind: OwnerKind
    owner: str
    state: ActionState
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class ExportedRow:
    """One episode, sealed as in a handover (see bot.domain.digest.DigestRow); `by` are names of staff.

    `is_without_action` when its notes ask for nothing; with neither that nor an `action` there is no note, or what is
    to be done stands in a later row.
    """

    day: date
    digest_day: date | None
    codes: tuple[str, ...]
    sender: Sender
    first_at: datetime
    is_ours_first: bool
    answered_within: timedelta | None
    by: tuple[str, ...]
    situation: Situation | None
    socialjouren: bool | None
    is_without_action: bool
    action: ExportedAction | None
    is_reviewed: bool
    transferred_at: datetime | None
    has_note: bool
    is_added: bool
    contact: OutwardMark | None = None  # the newest with socialjouren
    report: OutwardMark | None = None  # the newest orosanmälan


@dataclass(frozen=True, slots=True)
class Export:
    """What the file holds, and what it says about itself. `made_by` is a name."""

    namnd_name: str
    first: date
    last: date
    made_at: datetime
    made_by: str
    rows: tuple[ExportedRow, ...]
    is_trial: bool = False


async def export_handovers(wanted: Wanted, *, ctx: Context, as_email: str, progress: Progress = quiet) -> Export:
    """Return the rows, by day and time. The log has it before anybody does, with how many they are.

    Raises UnknownNamnd, NotAllowed (logged) or Busy.
    """
    namnd = ctx.rules.namnder.get(NamndId(wanted.namnd.strip()))
    if namnd is None:
        raise UnknownNamnd(words.UNKNOWN_NAMND.format(known=", ".join(sorted(ctx.rules.namnder))))
    reader, ground = await ctx.store.write(partial(_admitted, ctx=ctx, namnd=namnd.id, as_email=as_email))
    rows = await _all_rows(wanted, ctx, reader, namnd.id, progress)
    await ctx.store.write(_logging(reader, ground, namnd.id, wanted, len(rows)))
    return Export(
        namnd_name=namnd.name,
        first=wanted.first,
        last=wanted.last,
        made_at=ctx.clock.now(),
        made_by=reader.name,
        rows=rows,
        is_trial=ctx.rules.is_trial,
    )


def _admitted(tx: Tx, *, ctx: Context, namnd: NamndId, as_email: str) -> tuple[Staff, str]:
    """Return who it is and on what ground they may; raises NotAllowed, logged."""
    staff = tx.staff.by_email(as_email.strip())
    if staff is None:
        entry = AuditEntry(CLI, ACT, f"namnd:{namnd}", "not_staff", namnd, is_allowed=False)
        raise NotAllowed("not_staff", audit=entry)
    return staff, require_namnd(tx, ctx, actor(tx, ctx, staff), Act.SEE_HANDOVER, namnd).ground


def _logging(reader: Staff, ground: str, namnd: NamndId, wanted: Wanted, count: int) -> Callable[[Tx], None]:
    entry = AuditEntry(
        reader.id,
        ACT,
        f"namnd:{namnd}",
        ground,
        namnd,
        details={"from": wanted.first.isoformat(), "to": wanted.last.isoformat(), "rows": count},
    )
    return lambda tx: tx.audit.record(entry)


async def _all_rows(
    wanted: Wanted, ctx: Context, reader: Staff, namnd: NamndId, progress: Progress
) -> tuple[ExportedRow, ...]:
    found: dict[ConversationId, None] = {}
    for first, last in _parts(wanted.first, wanted.last):
        found.update(await ctx.store.read(partial(_conversations, namnd=namnd, first=first, last=last)))
    ids = list(found)
    rows: list[tuple[_Place, ExportedRow]] = []
    for start in range(0, len(ids), CONVERSATIONS):
        some = ids[start : start + CONVERSATIONS]
        rows += await ctx.store.read(partial(_rows, ctx=ctx, reader=reader, namnd=namnd, ids=some, wanted=wanted))
        progress(words.READING, start + len(some), len(ids))
    return tuple(row for _, row in sorted(rows, key=lambda placed: placed[0]))


def _parts(first: date, last: date) -> Iterator[tuple[date, date]]:
    """Yield the period a month or so at a time, as first and last day."""
    start = first
    while start <= last:
        end = min(last, start + DAYS - ONE_DAY)
        yield start, end
        start = end + ONE_DAY


def _conversations(tx: Tx, *, namnd: NamndId, first: date, last: date) -> dict[ConversationId, None]:
    return dict.fromkeys(episode.conversation_id for episode in tx.episodes.between(namnd, first, last))


def _rows(
    tx: Tx, *, ctx: Context, reader: Staff, namnd: NamndId, ids: Sequence[ConversationId], wanted: Wanted
) -> list[tuple[_Place, ExportedRow]]:
    """Return the rows of some conversations with their places, without what the reader may not handle (jäv)."""
    every = [episode for some in tx.episodes.of_conversations(ids).values() for episode in some]
    asked_for = [e for e in every if e.namnd == namnd and wanted.first <= e.day <= wanted.last]
    told = [t for t in tell(tx, asked_for) if reader.id not in t.contact.jav]
    name, day = cache(partial(name_of, tx)), cache(partial(_digest_day, tx))  # each is looked up once
    rows = zip(told, rows_of(tx, ctx, told, None), strict=True)
    return [(_place(t.episode), _row(t, row, name, day)) for t, row in rows]


def _place(episode: Episode) -> _Place:
    return episode.day, episode.first_at, episode.ordinal, episode.id


def _row(
    told: Told,
    row: DigestRow,
    name: Callable[[StaffId | None], str],
    digest_day: Callable[[DigestId | None], date | None],
) -> ExportedRow:
    episode = told.episode
    done = {mark.kind: mark for mark in newest_marks(told.outward)}
    return ExportedRow(
        day=row.day,
        digest_day=digest_day(episode.digest_id),
        codes=row.codes,
        sender=row.sender,
        first_at=row.first_at,
        is_ours_first=row.is_ours_first,
        answered_within=row.answered_within,
        by=tuple(filter(None, map(name, told.answered.by))),
        situation=row.situation,
        socialjouren=row.socialjouren,
        is_without_action=_asks_for_nothing(told.notes),
        action=_action(told.actions, name),
        is_reviewed=row.is_reviewed,
        transferred_at=None if episode.transferred is None else episode.transferred.at,
        has_note=row.has_note,
        is_added=row.added_at is not None,
        contact=done.get(OutwardKind.SOCIALJOUR),
        report=done.get(OutwardKind.OROSANMALAN),
    )


def _digest_day(tx: Tx, digest_id: DigestId | None) -> date | None:
    digest = None if digest_id is None else tx.digests.get(digest_id)
    return None if digest is None else digest.day


def _asks_for_nothing(notes: Sequence[Note]) -> bool:
    return bool(notes) and all(note.code is ActionCode.NOTHING for note in notes)


def _action(actions: Sequence[Action], name: Callable[[StaffId | None], str]) -> ExportedAction | None:
    """Return the one that a handover shows: what is left to do first, else the newest that was settled."""
    if not actions:
        return None
    still = sorted((action for action in actions if action.is_open), key=lambda action: action.due_on)
    chosen = still[0] if still else actions[-1]
    return ExportedAction(
        code=chosen.code,
        due_on=chosen.due_on,
        owner_kind=owner_kind(chosen),
        owner=name(chosen.owner),
        state=chosen.state,
        settled_at=chosen.settled_at,
    )
