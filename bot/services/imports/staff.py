"""Import staff. The key is the e-mail address; people who are not in the file are left alone."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bot.domain.errors import AuditEntry
from bot.domain.ids import StaffId, new_id
from bot.domain.people import Role, Staff, StaffRole, World
from bot.domain.rules import Rules
from bot.ports import Tx
from bot.services.context import Context
from bot.services.imports.cells import Cells, quoted
from bot.services.imports.csv_table import Remark, Row, Table, fold
from bot.services.imports.run import (
    Change,
    Effect,
    ImportResult,
    Need,
    Progress,
    Saving,
    in_rounds,
    quiet,
    run_import,
)
from bot.texts import Texts
from bot.texts import import_words as words

COLUMNS: Final = ("epost", "namn", "slack_id", "telefon", "telefon_verifierad", "roller", "aktiv")
ROLES: Final = {
    "familjebehandlare": Role.FAMILJEBEHANDLARE,
    "handläggare": Role.HANDLAGGARE,
    "ledare": Role.LEADER,
    "admin": Role.ADMIN,
}
WORLD_OF: Final = {Role.FAMILJEBEHANDLARE: World.BEREDSKAP, Role.HANDLAGGARE: World.MYNDIGHET}


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One row that could be read. `is_verified` None leaves it as it is."""

    line: int
    email: str = field(repr=False)
    name: str = field(repr=False)
    slack_id: str | None
    phone: str | None = field(repr=False)
    is_verified: bool | None
    roles: frozenset[StaffRole]
    is_active: bool


@dataclass(frozen=True, slots=True)
class StaffLines:
    lines: tuple[StaffLine, ...]
    problems: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownStaff:
    """`client_phones` are those of the file's numbers that a family is enrolled with."""

    everyone: tuple[Staff, ...]
    client_phones: frozenset[str] = field(default_factory=frozenset, repr=False)


@dataclass(frozen=True, slots=True)
class StaffPlan:
    changes: tuple[Change, ...]
    problems: tuple[Remark, ...]
    notes: tuple[Remark, ...]
    needs: frozenset[Need]
    new: tuple[Staff, ...] = ()
    changed: tuple[tuple[Staff, Staff, tuple[str, ...]], ...] = ()  # before, after, columns

    def apply(self, tx: Tx, actor: str, progress: Progress) -> list[AuditEntry]:
        for before, after, _ in self.changed:
            _let_go(tx, before, after)
        saving = Saving(len(self.changed) + len(self.new), progress)
        for changed in saving.rounds(self.changed):
            for _, after, _ in changed:
                tx.staff.save(after)
        for new in saving.rounds(self.new):
            tx.staff.add_all(new)
        added = [AuditEntry(actor, "staff_added", f"staff:{person.id}", "import") for person in self.new]
        altered = [
            AuditEntry(actor, "staff_changed", f"staff:{after.id}", "import", details={"columns": ",".join(columns)})
            for _, after, columns in self.changed
        ]
        return added + altered


def _let_go(tx: Tx, before: Staff, after: Staff) -> None:
    """Free what is unique and changes, so that two people can swap; a new phone is not verified by the old one."""
    slack_id = before.slack_user_id if before.slack_user_id == after.slack_user_id else None
    if before.phone != after.phone:
        tx.staff.save(replace(before, slack_user_id=slack_id, phone=None, is_phone_verified=False))
    elif before.slack_user_id != slack_id:
        tx.staff.save(replace(before, slack_user_id=slack_id))


def read_staff(rows: Sequence[Row], rules: Rules, texts: Texts, progress: Progress = quiet) -> StaffLines:
    """Turn rows into people, or say what is wrong with them; looks at nothing but the file."""
    problems: list[Remark] = []
    lines: list[StaffLine] = []
    first: dict[tuple[str, str], int] = {}
    for row in in_rounds(rows, words.READING, progress):
        cells = Cells(row, problems, rules, texts)
        email = cells.email("epost")
        name = cells.name("namn")
        slack_id = _slack_id(cells)
        phone = cells.phone("telefon", is_required=False, must_take_sms=False)
        is_verified = cells.yes_no("telefon_verifierad")
        is_active = cells.yes_no("aktiv") is not False
        roles = _roles(cells)
        if is_verified and not cells.raw("telefon"):
            cells.wrong("telefon_verifierad", words.NO_PHONE_TO_VERIFY)
        if is_active and not cells.raw("roller"):
            cells.wrong("roller", words.NO_ROLE)
        for column, value in (("epost", email), ("slack_id", slack_id), ("telefon", phone)):
            if value and first.setdefault((column, value), row.line) != row.line:
                cells.wrong(column, words.TWICE.format(line=first[column, value]))
        if cells.is_good and email is not None and name is not None:
            lines.append(StaffLine(row.line, email, name, slack_id or None, phone, is_verified, roles, is_active))
    return StaffLines(tuple(lines), tuple(problems))


def _slack_id(cells: Cells) -> str | None:
    value = cells.text("slack_id")
    if not value:
        return None
    if value[0] not in "UW" or not value.isascii() or not value.isalnum() or value != value.upper() or len(value) < 2:
        cells.wrong("slack_id", words.NOT_SLACK.format(value=quoted(value)))
    return value


def _roles(cells: Cells) -> frozenset[StaffRole]:
    found = set()
    for part in cells.raw("roller").replace("|", ",").replace("\n", ",").split(","):
        role = _role(cells, part.strip()) if part.strip() else None
        if role is not None:
            found.add(role)
    return frozenset(found)


def _role(cells: Cells, written: str) -> StaffRole | None:
    parts = [part.strip() for part in written.split("/")]
    if len(parts) != 3:
        cells.wrong("roller", words.BAD_ROLE.format(value=quoted(written)))
        return None
    namnd = cells.known_namnd(parts[0])
    world = next((w for w in World if w.value == fold(parts[1])), None)
    role = next((role for name, role in ROLES.items() if fold(name) == fold(parts[2])), None)
    if namnd is None:
        known = ", ".join(sorted(cells.rules.namnder))
        cells.wrong("roller", words.UNKNOWN_NAMND.format(value=quoted(parts[0]), known=known))
    if world is None:
        cells.wrong("roller", words.BAD_WORLD.format(value=quoted(parts[1])))
    if role is None:
        cells.wrong("roller", words.UNKNOWN_ROLE.format(value=quoted(parts[2]), known=", ".join(ROLES)))
    if namnd is None or world is None or role is None:
        return None
    if WORLD_OF.get(role, world) is not world:
        cells.wrong("roller", words.WRONG_WORLD.format(value=quoted(written)))
        return None
    return StaffRole(namnd, world, role)


def plan_staff(read: StaffLines, known: KnownStaff) -> StaffPlan:
    """Decide what becomes of each person in the file, given who there is."""
    problems = list(read.problems)
    notes: list[Remark] = []
    before = {person.email.casefold(): person for person in known.everyone}
    after = dict(before)
    changes: list[Change] = []
    new: list[Staff] = []
    changed: list[tuple[Staff, Staff, tuple[str, ...]]] = []
    needs: set[Need] = set()
    for line in read.lines:
        old = before.get(line.email)
        person = _person(line, old)
        after[line.email] = person
        columns = () if old is None else _differs(old, person)
        if old is None:
            new.append(person)
        elif columns:
            changed.append((old, person, columns))
        if old is None or columns:
            needs |= _needs(person) | (_needs(old) if old is not None else set())
        changes.append(Change(line.line, Effect.NEW if old is None else _effect(columns), columns))
        if person.is_active and person.slack_user_id is None and person.phone is None:
            notes.append(Remark(line.line, "", words.UNREACHABLE))
    problems += _clashes(read, known, after)
    if not any(held.role is Role.ADMIN for person in after.values() if person.is_active for held in person.roles):
        notes.append(Remark(0, "", words.NO_ADMIN))
    return StaffPlan(tuple(changes), tuple(problems), tuple(notes), frozenset(needs), tuple(new), tuple(changed))


def _person(line: StaffLine, old: Staff | None) -> Staff:
    was_verified = old is not None and old.phone == line.phone and old.is_phone_verified
    return Staff(
        id=StaffId(new_id()) if old is None else old.id,
        name=line.name,
        email=line.email if old is None else old.email,
        slack_user_id=line.slack_id,
        roles=line.roles,
        phone=line.phone,
        is_phone_verified=line.phone is not None and (was_verified if line.is_verified is None else line.is_verified),
        is_active=line.is_active,
    )


def _differs(old: Staff, new: Staff) -> tuple[str, ...]:
    pairs = {
        "namn": (old.name, new.name),
        "slack_id": (old.slack_user_id, new.slack_user_id),
        "telefon": (old.phone, new.phone),
        "telefon_verifierad": (old.is_phone_verified, new.is_phone_verified),
        "roller": (old.roles, new.roles),
        "aktiv": (old.is_active, new.is_active),
    }
    return tuple(column for column, (was, is_) in pairs.items() if was != is_)


def _effect(columns: tuple[str, ...]) -> Effect:
    return Effect.CHANGED if columns else Effect.SAME


def _needs(person: Staff) -> set[Need]:
    is_admin = any(held.role is Role.ADMIN for held in person.roles)
    return {Need("admin" if is_admin else "staff", held.namnd, held.world) for held in person.roles}


def _clashes(read: StaffLines, known: KnownStaff, after: dict[str, Staff]) -> list[Remark]:
    """Return what would make two people share a Slack id or a phone, or staff share one with a family."""
    problems: list[Remark] = []
    slack_ids: defaultdict[str, set[str]] = defaultdict(set)
    phones: defaultdict[str, set[str]] = defaultdict(set)
    for email, person in after.items():
        slack_ids[person.slack_user_id or ""].add(email)
        phones[person.phone or ""].add(email)
    for line in read.lines:
        if line.slack_id is not None and slack_ids[line.slack_id] != {line.email}:
            problems.append(Remark(line.line, "slack_id", words.SLACK_TAKEN))
        if line.phone is not None and phones[line.phone] != {line.email}:
            problems.append(Remark(line.line, "telefon", words.PHONE_TAKEN))
        if line.phone is not None and line.phone in known.client_phones:
            problems.append(Remark(line.line, "telefon", words.NOT_A_STAFF_PHONE))
    return problems


async def import_staff(
    rows: Table, *, ctx: Context, as_email: str | None, dry_run: bool = False, progress: Progress = quiet
) -> ImportResult:
    """Import staff; `as_email` None is allowed while there is nobody. Raises CannotImport, NotAllowed or Busy."""
    read = await asyncio.to_thread(read_staff, rows.rows, ctx.rules, ctx.texts, progress)
    numbers = [line.phone for line in read.lines if line.phone is not None]

    def look(tx: Tx) -> KnownStaff:
        contacts = tx.people.contacts_with(numbers, ())
        return KnownStaff(
            tuple(tx.staff.everyone()), frozenset(contact.contact.number for contact in contacts if contact.links)
        )

    return await run_import(
        "staff",
        ctx=ctx,
        as_email=as_email,
        dry_run=dry_run,
        progress=progress,
        form_problems=rows.problems,
        look=look,
        plan=lambda known: plan_staff(read, known),
    )
