"""Search in the audit log of one's own nämnd and world: what a colleague did, or who looked at a youth or a case.

The search itself stands in the log before its result is shown (lag 2001:454 10 §).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from typing import Final

from bot.domain.audit import Entry, Logged, LogQuery
from bot.domain.audit_review import ReviewCount
from bot.domain.calendar import ONE_DAY, instant
from bot.domain.errors import AuditEntry, NotAllowed
from bot.domain.ids import NamndId, StaffId
from bot.domain.people import Role, Staff, World, Youth
from bot.domain.secrecy import Act, Subject
from bot.ports import Tx
from bot.services.context import Context
from bot.services.imports.run import CLI, Progress, quiet
from bot.services.shared.access import actor, require_for
from bot.texts import audit_words as words

PAGE: Final = 2_000
MOST: Final = 500_000  # rows of one search; Excel takes a million


class CannotSearch(Exception):
    """What was asked for cannot be looked for; the message is for whoever asked."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for, on local days with both ends. `person` is an e-mail address, `youth` and `case` are codes."""

    namnd: NamndId
    world: World
    first: date
    last: date
    person: str = ""
    youth: str = ""
    case: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, and for what it was looked. `made_by` is a name."""

    wanted: Wanted
    namnd_name: str
    made_at: datetime
    made_by: str
    entries: tuple[Entry, ...]
    reviews: tuple[ReviewCount, ...]
    is_trial: bool


@dataclass(frozen=True, slots=True)
class _Search:
    """A search that has been let in. `hidden` are subjects that the reader is related to."""

    reader: Staff
    ground: str
    what: str
    query: LogQuery
    hidden: frozenset[str]


async def search_audit(
    wanted: Wanted, *, ctx: Context, as_email: str, act: str = "audit_search", progress: Progress = quiet
) -> Found:
    """Return the entries, oldest first, to whoever leads that nämnd in that world.

    Raises NotAllowed (logged), CannotSearch, or Busy.
    """
    search = await ctx.store.write(partial(_admit, ctx=ctx, wanted=wanted, as_email=as_email))
    rows: list[Logged] = []
    after = 0
    while page := await ctx.store.read(partial(_page, query=search.query, after=after)):
        rows += (row for row in page if row.subject not in search.hidden)
        after = page[-1].id
        progress(words.SEARCHING, len(rows), max(len(rows), PAGE))
        if len(rows) > MOST:
            raise CannotSearch(words.TOO_MANY.format(most=MOST))
    entries = await ctx.store.read(lambda tx: named(tx, rows, wanted.namnd, wanted.world))
    reviews = await ctx.store.read(lambda tx: tx.reviews.counts(wanted.namnd, wanted.world))
    await ctx.store.write(partial(_log, ctx=ctx, search=search, act=act, wanted=wanted, count=len(rows)))
    name = ctx.rules.namnder[wanted.namnd].name
    return Found(wanted, name, ctx.clock.now(), search.reader.name, entries, tuple(reviews), ctx.rules.is_trial)


def _page(tx: Tx, *, query: LogQuery, after: int) -> list[Logged]:
    return tx.audit_log.entries(query, after, PAGE)


def named(tx: Tx, rows: Iterable[Logged], namnd: NamndId, world: World) -> tuple[Entry, ...]:
    """Return the rows with names and case codes; of a colleague that a row is about, the name."""
    kept = list(rows)
    colleagues = {row.subject.removeprefix("staff:") for row in kept if row.subject.startswith("staff:")}
    people = tx.staff.several({StaffId(key) for key in {row.actor for row in kept} | colleagues})
    codes = tx.audit_log.codes({row.subject for row in kept}, namnd, world)
    names = {f"staff:{person.id}": person.name for person in people.values()}
    return tuple(Entry(row, names.get(f"staff:{row.actor}", ""), (codes | names).get(row.subject, "")) for row in kept)


def _admit(tx: Tx, *, ctx: Context, wanted: Wanted, as_email: str) -> _Search:
    """Return what is to be looked for; raises NotAllowed, logged, or CannotSearch, for another nämnd's too."""
    reader = tx.staff.by_email(as_email.strip())
    if reader is None:
        what = f"namnd:{wanted.namnd}"
        entry = AuditEntry(
            CLI, Act.SEE_LOG.value, what, "not_staff", wanted.namnd, is_allowed=False, world=wanted.world
        )
        raise NotAllowed("not_staff", audit=entry)
    youth = _youth(tx, wanted)
    what = f"namnd:{wanted.namnd}" if youth is None else f"youth:{youth.id}"
    subject = Subject(wanted.namnd, wanted.world, jav=frozenset() if youth is None else youth.jav)
    granted = require_for(tx, ctx, actor(tx, ctx, reader), Act.SEE_LOG, subject, what=what)
    if wanted.youth and youth is None:
        raise CannotSearch(words.UNKNOWN_YOUTH)
    return _Search(
        reader,
        granted.ground,
        what,
        _query(tx, ctx, wanted, reader, youth),
        hidden_from(tx, reader, wanted.namnd, wanted.world),
    )


def _youth(tx: Tx, wanted: Wanted) -> Youth | None:
    """Return the youth of this nämnd with that code, or with that reference of the register."""
    if not wanted.youth or wanted.world is not World.BEREDSKAP:
        return None
    by_code = tx.audit_log.youth_by_code(wanted.youth.strip().upper(), wanted.namnd)
    if by_code is not None:
        return tx.people.youth(by_code)
    return tx.people.youth_by_reference(wanted.namnd, wanted.youth.strip())


def _query(tx: Tx, ctx: Context, wanted: Wanted, reader: Staff, youth: Youth | None) -> LogQuery:
    person = tx.staff.by_email(wanted.person.strip()) if wanted.person else None
    if wanted.person and person is None:
        raise CannotSearch(words.UNKNOWN_PERSON)
    subjects = None if youth is None else tx.audit_log.about_youth(youth.id, wanted.namnd)
    if wanted.case:
        subjects = tx.audit_log.about_case(wanted.case.strip(), wanted.namnd)
        if not subjects:
            raise CannotSearch(words.UNKNOWN_CASE)
    return LogQuery(
        namnd=wanted.namnd,
        world=wanted.world,
        since=instant(wanted.first, time(0)),
        until=instant(wanted.last + ONE_DAY, time(0)),
        own_staff=own_staff(tx, wanted.namnd, wanted.world),
        actor=None if person is None else person.id,
        subjects=subjects,
        with_old=all(reader.has(Role.LEADER, wanted.namnd, world) for world in World),
    )


def own_staff(tx: Tx, namnd: NamndId, world: World) -> frozenset[StaffId]:
    """Return those who work for a nämnd in a world, or did when they left."""
    return frozenset(person.id for person in tx.staff.everyone() if namnd in person.namnder(*Role, world=world))


def hidden_from(tx: Tx, reader: Staff, namnd: NamndId, world: World) -> frozenset[str]:
    """Return the subjects that somebody may not see anything of, being related to the youth."""
    related = tx.audit_log.jav_of(reader.id, namnd) if world is World.BEREDSKAP else []
    return frozenset().union(*(tx.audit_log.about_youth(youth, namnd) for youth in related))


def _log(tx: Tx, *, ctx: Context, search: _Search, act: str, wanted: Wanted, count: int) -> None:
    details: dict[str, str | int] = {"from": wanted.first.isoformat(), "to": wanted.last.isoformat(), "rows": count}
    if search.query.actor is not None:
        details["person"] = search.query.actor
    reader, ground = search.reader.id, search.ground
    tx.audit.record(AuditEntry(reader, act, search.what, ground, wanted.namnd, details=details, world=wanted.world))
