"""One import from rows to result: look, plan, and write all or nothing.

What is known is read first and the plan is made with no transaction open, since a long file takes seconds and
texts must come in meanwhile. The writing transaction looks again and writes only if nothing has moved.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol, TypeVar

from bot.domain.errors import AuditEntry, NotAllowed
from bot.domain.ids import NamndId
from bot.domain.people import Role, Staff, World
from bot.domain.secrecy import Act, Actor, Allowed, Subject, may
from bot.ports import Tx
from bot.services.context import Context
from bot.services.imports.csv_table import Remark
from bot.texts import import_words as words

TRIES: Final = 3
AT_A_TIME: Final = 500  # rows between two reports of progress, and in one round of writing
CLI: Final = "cli"  # the actor of the very first import, when there is nobody yet

ACT_FOR: Final = {
    "admin": Act.KEEP_ADMINS,  # only an admin makes or alters one
    "staff": Act.KEEP_STAFF,
    "youths": Act.KEEP_YOUTHS,
    "shifts": Act.KEEP_ROTA,
}

Progress = Callable[[str, int, int], None]  # stage, done, total
T = TypeVar("T")


class Effect(str, Enum):
    """What an import does with a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one row; `columns` are those that differ."""

    line: int
    effect: Effect
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The outcome, counted in rows. With `problems` nothing was written; `is_written` is False after a dry run."""

    changes: tuple[Change, ...] = ()
    problems: tuple[Remark, ...] = ()
    notes: tuple[Remark, ...] = ()
    is_written: bool = False

    @property
    def added(self) -> int:
        return self._count(Effect.NEW)

    @property
    def changed(self) -> int:
        return self._count(Effect.CHANGED)

    @property
    def unchanged(self) -> int:
        return self._count(Effect.SAME)

    @property
    def summary(self) -> str:
        """Return for instance "3 nya, 1 ändrade, 12 oförändrade"."""
        return words.SUMMARY.format(added=self.added, changed=self.changed, unchanged=self.unchanged)

    def _count(self, effect: Effect) -> int:
        return sum(change.effect is effect for change in self.changes)


@dataclass(frozen=True, slots=True)
class Need:
    """What the caller must be allowed: to change something of `kind` in this nämnd and world."""

    kind: str  # admin, staff, youths, shifts
    namnd: NamndId
    world: World = World.BEREDSKAP


class CannotImport(Exception):
    """The import could not be tried; the message is for the person at the terminal."""


class Known(Protocol):
    """What the database holds that matters to a plan. Two that are equal give the same plan."""

    @property
    def everyone(self) -> tuple[Staff, ...]: ...


class Plan(Protocol):
    """What would be done. `apply` writes it and returns the audit entries, without those for the import itself."""

    @property
    def changes(self) -> tuple[Change, ...]: ...
    @property
    def problems(self) -> tuple[Remark, ...]: ...
    @property
    def notes(self) -> tuple[Remark, ...]: ...
    @property
    def needs(self) -> frozenset[Need]: ...

    def apply(self, tx: Tx, actor: str, progress: Progress) -> list[AuditEntry]: ...


K = TypeVar("K", bound=Known)


class _Moved(Exception):
    """What the plan was built on has changed meanwhile."""


def quiet(stage: str, done: int, total: int) -> None:
    """Report progress to nobody."""


def in_rounds(rows: Sequence[T], stage: str, progress: Progress) -> Iterator[T]:
    """Yield the rows, and report now and then how far it has come."""
    for place, row in enumerate(rows):
        if place % AT_A_TIME == 0:
            progress(stage, place, len(rows))
        yield row
    progress(stage, len(rows), len(rows))


class Saving:
    """Deals out what is to be written in groups, many to a statement, and reports how far all of it has come."""

    def __init__(self, total: int, progress: Progress) -> None:
        self._total = total
        self._done = 0
        self._progress = progress

    def rounds(self, rows: Sequence[T]) -> Iterator[Sequence[T]]:
        for start in range(0, len(rows), AT_A_TIME):
            some = rows[start : start + AT_A_TIME]
            yield some
            self._done += len(some)
            self._progress(words.SAVING, self._done, self._total)


async def run_import(
    kind: str,
    *,
    ctx: Context,
    as_email: str | None,
    dry_run: bool,
    progress: Progress,
    form_problems: Sequence[Remark],
    look: Callable[[Tx], K],
    plan: Callable[[K], Plan],
) -> ImportResult:
    """Carry out one import. Raises CannotImport, NotAllowed (logged) or Busy; otherwise everything is in the result."""
    for _ in range(TRIES):
        known = await ctx.store.read(look)
        planned = await asyncio.to_thread(plan, known)
        actor, ground = await _permitted(kind, planned.needs, known.everyone, as_email, ctx)
        problems = in_order([*form_problems, *planned.problems])
        result = ImportResult(
            planned.changes, problems, in_order(planned.notes), is_written=not problems and not dry_run
        )
        if not result.is_written:
            return result
        try:
            await ctx.store.write(_writing(kind, actor, ground, known, look, planned, result, progress))
        except _Moved:
            continue
        return result
    raise CannotImport(words.KEEPS_MOVING)


def _writing(
    kind: str,
    actor: str,
    ground: str,
    known: K,
    look: Callable[[Tx], K],
    planned: Plan,
    result: ImportResult,
    progress: Progress,
) -> Callable[[Tx], None]:
    def change(tx: Tx) -> None:
        entries: list[AuditEntry] = []
        if result.added or result.changed:  # looking again keeps others from writing, for seconds when a file is long
            if look(tx) != known:
                raise _Moved
            entries = planned.apply(tx, actor, progress)
        counts = {"added": result.added, "changed": result.changed, "unchanged": result.unchanged}
        entries.append(AuditEntry(actor, f"import_{kind}", f"import:{kind}", ground, details=counts))
        for start in range(0, len(entries), AT_A_TIME):
            tx.audit.record_all(entries[start : start + AT_A_TIME])

    return change


async def _permitted(
    kind: str, needs: frozenset[Need], everyone: tuple[Staff, ...], as_email: str | None, ctx: Context
) -> tuple[str, str]:
    """Return the actor's id and the ground, or raise CannotImport or NotAllowed."""
    if as_email is None:
        if everyone or kind != "staff":
            raise CannotImport(words.NEED_AS)
        return CLI, "first_import"
    wanted = as_email.strip().casefold()
    actor = next((s for s in everyone if s.email.casefold() == wanted and s.is_active), None)
    if actor is None:
        entry = AuditEntry(CLI, f"import_{kind}", f"import:{kind}", "not_staff", is_allowed=False)
        await ctx.store.write(lambda tx: tx.audit.record(entry))
        raise CannotImport(words.UNKNOWN_AS)
    for need in sorted(needs, key=lambda n: (n.namnd, n.world.value, n.kind)):
        if ground_for(actor, need, ctx) is None:
            await ctx.store.write(_denial(actor, kind, need.namnd))
    if not actor.namnder(Role.ADMIN, Role.LEADER, Role.FAMILJEBEHANDLARE) and not actor.namnder(
        Role.ADMIN, Role.LEADER, world=World.MYNDIGHET
    ):
        await ctx.store.write(_denial(actor, kind, None))
    grounds = {ground_for(actor, need, ctx) or "" for need in needs} or {"staff"}
    return actor.id, "+".join(sorted(grounds))


def ground_for(actor: Staff, need: Need, ctx: Context) -> str | None:
    """Return on what ground the actor may do this, or None. Secrecy runs between nämnder here too."""
    answer = may(Actor(actor), ACT_FOR[need.kind], Subject(need.namnd, need.world), ctx.clock.now())
    return answer.ground if isinstance(answer, Allowed) else None


def _denial(actor: Staff, kind: str, namnd: NamndId | None) -> Callable[[Tx], None]:
    entry = AuditEntry(actor.id, f"import_{kind}", f"import:{kind}", "not_permitted", namnd, is_allowed=False)

    def deny(_tx: Tx) -> None:
        raise NotAllowed("not_permitted", audit=entry)

    return deny


def in_order(remarks: Sequence[Remark]) -> tuple[Remark, ...]:
    """Return the remarks by line, each once."""
    return tuple(sorted(dict.fromkeys(remarks), key=lambda remark: remark.line))
