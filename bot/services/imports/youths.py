"""Import youths and their numbers: a row for each number. The key is nämnd and reference; nothing is taken away."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from bot.domain.errors import AuditEntry
from bot.domain.ids import ContactId, NamndId, StaffId, YouthId, new_id
from bot.domain.people import AgeBand, Basis, Link, LinkedContact, LinkRole, Staff, World, Youth, may_be_enrolled
from bot.domain.rules import Rules
from bot.ports import Tx
from bot.services.context import Context
from bot.services.imports.cells import EMAIL, Cells, quoted
from bot.services.imports.consent_lines import (
    ConsentCells,
    ConsentPlan,
    KnownConsents,
    plan_consents,
    read_consent_cells,
)
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
from bot.texts import DEFAULT_LANGUAGE, Texts
from bot.texts import import_words as words

COLUMNS: Final = (
    "referens",
    "nämnd",
    "ungdom",
    "åldersgrupp",
    "grund",
    "skäl",
    "kontakt",
    "roll",
    "telefon",
    "språk",
    "jäv",
)
OF_THE_YOUTH: Final = ("ungdom", "åldersgrupp", "grund", "skäl", "jäv")  # the same on every row of a youth
PROBLEM_COLUMNS: Final = {"override_needs_reason": "skäl", "override_needs_decision": "beslutat av"}
REFERENCE_MOST: Final = 60  # characters
AGES: Final = {
    "under 12": AgeBand.UNDER_12,
    "12-14": AgeBand.FROM_12_TO_14,
    "12 till 14": AgeBand.FROM_12_TO_14,
    "15 eller äldre": AgeBand.FROM_15,
}
BASES: Final = {
    "vårdnadshavares samtycke": Basis.GUARDIAN_CONSENT,
    "barnets samtycke": Basis.CHILD_CONSENT_21_1,
    "15 år eller äldre": Basis.FIFTEEN_OR_OVER,
    "handläggarbeslut": Basis.OVERRIDE,
}
LINK_ROLES: Final = {"ungdom": LinkRole.YOUTH, "vårdnadshavare": LinkRole.GUARDIAN}

Key = tuple[NamndId, str]


@dataclass(frozen=True, slots=True)
class YouthLine:
    """One row that could be read: a number of a youth's. `language` None leaves it as it is."""

    line: int
    key: Key
    name: str = field(repr=False)
    age: AgeBand
    basis: Basis
    reason: str = field(repr=False)
    contact: str = field(repr=False)
    role: LinkRole
    number: str = field(repr=False)
    language: str | None
    jav: frozenset[str] = field(repr=False)  # e-mail addresses
    consent: ConsentCells = field(default_factory=ConsentCells, repr=False)


@dataclass(frozen=True, slots=True)
class YouthLines:
    lines: tuple[YouthLine, ...]
    problems: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownYouths:
    """`contacts` are those with a number in the file or linked to a youth in it."""

    everyone: tuple[Staff, ...]
    youths: Mapping[Key, Youth] = field(default_factory=dict, repr=False)
    contacts: tuple[LinkedContact, ...] = field(default=(), repr=False)
    consents: KnownConsents = field(default_factory=KnownConsents, repr=False)


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link to be made; the contact may be new too."""

    number: str = field(repr=False)
    youth: Youth = field(repr=False)
    role: LinkRole
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class YouthPlan:
    changes: tuple[Change, ...]
    problems: tuple[Remark, ...]
    notes: tuple[Remark, ...]
    needs: frozenset[Need]
    new_youths: tuple[tuple[Youth, str], ...] = field(default=(), repr=False)
    changed_youths: tuple[Youth, ...] = field(default=(), repr=False)
    contacts: Mapping[str, ContactId] = field(default_factory=dict, repr=False)  # those there are
    new_contacts: Mapping[str, str] = field(default_factory=dict, repr=False)  # number -> language
    languages: Mapping[str, str] = field(default_factory=dict, repr=False)  # of those there are, changed
    new_links: tuple[NewLink, ...] = field(default=(), repr=False)
    renamed: tuple[NewLink, ...] = field(default=(), repr=False)
    consents: ConsentPlan = field(default_factory=ConsentPlan, repr=False)

    def apply(self, tx: Tx, actor: str, progress: Progress) -> list[AuditEntry]:
        parts = (self.new_youths, self.changed_youths, self.new_contacts, self.new_links)
        saving = Saving(sum(len(part) for part in parts), progress)
        for new in saving.rounds(self.new_youths):
            tx.people.add_youths(new)
        for changed in saving.rounds(self.changed_youths):
            for youth in changed:
                tx.people.save_youth(youth)
        ids = dict(self.contacts)
        for contacts in saving.rounds(list(self.new_contacts.items())):
            ids |= tx.people.add_contacts(dict(contacts))
        for number, language in self.languages.items():
            tx.people.ensure_contact(number, language=language)
        for links in saving.rounds(self.new_links):
            tx.people.add_links([Link(ids[n.number], n.youth, n.role, n.name) for n in links])
        for link in self.renamed:
            tx.people.link(ids[link.number], link.youth.id, link.role, link.name)
        self.consents.apply(tx, actor, ids)
        return self._entries(actor)

    def _entries(self, actor: str) -> list[AuditEntry]:
        linked: defaultdict[YouthId, int] = defaultdict(int)
        for link in self.new_links:
            linked[link.youth.id] += 1
        new = {youth.id: youth for youth, _ in self.new_youths}
        touched = {
            youth.id: youth
            for youth in (*self.changed_youths, *(link.youth for link in (*self.new_links, *self.renamed)))
        }
        entries = [
            AuditEntry(actor, "enrolled", f"youth:{y.id}", y.basis.value, y.namnd, details={"numbers": linked[y.id]})
            for y in new.values()
        ]
        entries += [
            AuditEntry(actor, "contact_changed", f"contact:{self.contacts[number]}", "import")
            for number in self.languages
        ]
        return entries + [
            AuditEntry(actor, "youth_changed", f"youth:{y.id}", "import", y.namnd, details={"numbers": linked[y.id]})
            for y in touched.values()
            if y.id not in new
        ]


def read_youths(rows: Sequence[Row], rules: Rules, texts: Texts, progress: Progress = quiet) -> YouthLines:
    """Turn rows into youths with numbers, or say what is wrong with them; looks at nothing but the file."""
    problems: list[Remark] = []
    lines: list[YouthLine] = []
    facts: dict[Key, tuple[int, dict[str, object]]] = {}
    links: dict[tuple[Key, str, LinkRole], int] = {}
    languages: dict[str, tuple[int, str]] = {}
    for row in in_rounds(rows, words.READING, progress):
        cells = Cells(row, problems, rules, texts)
        reference = cells.text("referens", most=REFERENCE_MOST, is_required=True)
        namnd = cells.namnd("nämnd")
        name = cells.name("ungdom")
        age, basis, reason = _age(cells), _basis(cells), cells.text("skäl")
        consent = read_consent_cells(cells)
        role = _link_role(cells)
        contact = cells.name("kontakt", is_required=role is not LinkRole.YOUTH)
        number = cells.phone("telefon", is_required=True, must_take_sms=True)
        language = _language(cells, texts)
        jav = _jav(cells)
        if age is not None and basis is not None and reason is not None:
            wrong = may_be_enrolled(age, basis, reason, is_signed=consent.is_signed)
            if wrong is not None:
                column = PROBLEM_COLUMNS.get(wrong, "grund")
                cells.wrong(column, texts.staff(f"problem.{wrong}"))
        if reference and namnd is not None:
            of_youth: dict[str, object] = dict(zip(OF_THE_YOUTH, (name, age, basis, reason, jav), strict=True))
            _agree(cells, facts.setdefault((namnd, reference), (row.line, of_youth)), of_youth)
            if number is not None and role is not None:
                first = links.setdefault(((namnd, reference), number, role), row.line)
                if first != row.line:
                    cells.wrong("telefon", words.TWICE.format(line=first))
        if number is not None and language is not None:
            line, earlier = languages.setdefault(number, (row.line, language))
            if earlier != language:
                cells.wrong("språk", words.LANGUAGE_DISAGREES.format(line=line))
        if not cells.is_good or reference is None or namnd is None or name is None or contact is None:
            continue
        if age is None or basis is None or reason is None or role is None or number is None or jav is None:
            continue
        key = (namnd, reference)
        lines.append(
            YouthLine(row.line, key, name, age, basis, reason, contact or name, role, number, language, jav, consent)
        )
    return YouthLines(tuple(lines), tuple(problems))


def _age(cells: Cells) -> AgeBand | None:
    value = fold(cells.raw("åldersgrupp"))
    value = re.sub(r"\s*-\s*", "-", value)
    value = re.sub(r"\bar\b", "", value)
    wanted = " ".join(value.split())
    for name, age in AGES.items():
        if fold(name) == wanted:
            return age
    cells.wrong("åldersgrupp", words.BAD_AGE.format(value=quoted(cells.raw("åldersgrupp"))))
    return None


def _basis(cells: Cells) -> Basis | None:
    for name, basis in BASES.items():
        if fold(name) == fold(cells.raw("grund")):
            return basis
    known = " / ".join(BASES)
    cells.wrong("grund", words.BAD_BASIS.format(value=quoted(cells.raw("grund")), known=known))
    return None


def _link_role(cells: Cells) -> LinkRole | None:
    for name, role in LINK_ROLES.items():
        if fold(name) == fold(cells.raw("roll")):
            return role
    cells.wrong("roll", words.BAD_LINK_ROLE.format(value=quoted(cells.raw("roll"))))
    return None


def _language(cells: Cells, texts: Texts) -> str | None:
    value = fold(cells.raw("språk"))
    if not value:
        return None
    for code in texts.languages:
        if value in {fold(code), fold(texts.language_name(code))}:
            return code
    known = ", ".join(f"{code} ({texts.language_name(code)})" for code in texts.languages)
    cells.wrong("språk", words.BAD_LANGUAGE.format(value=quoted(cells.raw("språk")), known=known))
    return None


def _jav(cells: Cells) -> frozenset[str] | None:
    emails = frozenset(part.casefold() for part in re.split(r"[,;|\s]+", cells.raw("jäv")) if part)
    if not all(EMAIL.match(email) for email in emails):
        cells.wrong("jäv", words.NOT_EMAIL)
        return None
    return emails


def _agree(cells: Cells, first: tuple[int, dict[str, object]], mine: dict[str, object]) -> None:
    line, theirs = first
    for column in OF_THE_YOUTH:
        if mine[column] != theirs[column] and mine[column] is not None and theirs[column] is not None:
            cells.wrong(column, words.DISAGREES.format(line=line))


def plan_youths(read: YouthLines, known: KnownYouths, texts: Texts, at: datetime, months: int) -> YouthPlan:
    """Decide what becomes of each row, given what there is.

    Age and consent are asked about again `months` after `at`, the moment of the import.
    """
    problems = [*read.problems, *_clashes(read, known, texts)]
    staff = {person.email.casefold(): person.id for person in known.everyone}
    contacts = {contact.contact.number: contact for contact in known.contacts}
    languages = _languages(read)
    youths: dict[Key, Youth] = {}
    new_youths: list[tuple[Youth, str]] = []
    differing: dict[Key, tuple[str, ...]] = {}
    changes: list[Change] = []
    new_links: list[NewLink] = []
    renamed: list[NewLink] = []
    for line in read.lines:
        old = known.youths.get(line.key)
        if line.key not in youths:
            youth = youths[line.key] = _youth(line, old, staff)
            differing[line.key] = () if old is None else _differs(old, youth)
            if old is None:
                new_youths.append((youth, line.key[1]))
    consents, extra = plan_consents(
        ((line, youths[line.key], _is_looked_at(known, line.key, differing)) for line in read.lines),
        {number: contact.contact.id for number, contact in contacts.items()},
        known.consents,
        at=at,
        months=months,
    )
    for line in read.lines:
        youth = youths[line.key]
        contact = contacts.get(line.number)
        link = _link(contact, youth.id, line.role)
        mine = NewLink(line.number, youth, line.role, line.contact)
        columns = list(differing[line.key])
        if link is None:
            new_links.append(mine)
        elif link.name != line.contact:
            renamed.append(mine)
            columns.append("kontakt")
        wanted = languages.get(line.number)
        if contact is not None and wanted is not None and contact.contact.language != wanted:
            columns.append("språk")
        columns += extra[len(changes)]
        effect = Effect.NEW if link is None else Effect.CHANGED if columns else Effect.SAME
        changes.append(Change(line.line, effect, tuple(columns)))
    by_number = dict.fromkeys(line.number for line in read.lines)
    return YouthPlan(
        changes=tuple(changes),
        problems=tuple(problems),
        notes=(*_notes(read), *_left_links(read, known)),
        needs=frozenset(
            Need("youths", line.key[0])
            for line, change in zip(read.lines, changes, strict=True)
            if change.effect is not Effect.SAME
        ),
        new_youths=tuple(new_youths),
        changed_youths=tuple(youths[key] for key, columns in differing.items() if columns),
        contacts={number: contact.contact.id for number, contact in contacts.items()},
        new_contacts={n: languages.get(n, DEFAULT_LANGUAGE) for n in by_number if n not in contacts},
        languages={
            n: languages[n]
            for n in by_number
            if n in contacts and n in languages and contacts[n].contact.language != languages[n]
        },
        new_links=tuple(new_links),
        renamed=tuple(renamed),
        consents=consents,
    )


def _is_looked_at(known: KnownYouths, key: Key, differing: Mapping[Key, tuple[str, ...]]) -> bool:
    return key not in known.youths or bool({"åldersgrupp", "grund"} & set(differing[key]))


def _languages(read: YouthLines) -> dict[str, str]:
    return {line.number: line.language for line in read.lines if line.language is not None}


def _youth(line: YouthLine, old: Youth | None, staff: Mapping[str, StaffId]) -> Youth:
    jav = frozenset(staff[email] for email in line.jav if email in staff)
    if old is None:
        return Youth(YouthId(new_id()), line.key[0], "", line.name, line.age, line.basis, line.reason, jav)
    return replace(old, name=line.name, age_band=line.age, basis=line.basis, basis_reason=line.reason, jav=jav)


def _differs(old: Youth, new: Youth) -> tuple[str, ...]:
    pairs = (
        (old.name, new.name),
        (old.age_band, new.age_band),
        (old.basis, new.basis),
        (old.basis_reason, new.basis_reason),
        (old.jav, new.jav),
    )
    return tuple(column for column, (was, is_) in zip(OF_THE_YOUTH, pairs, strict=True) if was != is_)


def _link(contact: LinkedContact | None, youth_id: YouthId, role: LinkRole) -> Link | None:
    if contact is None:
        return None
    return next((link for link in contact.links if link.youth.id == youth_id and link.role is role), None)


def _clashes(read: YouthLines, known: KnownYouths, texts: Texts) -> list[Remark]:
    problems: list[Remark] = []
    emails = {person.email.casefold() for person in known.everyone}
    phones = {person.phone for person in known.everyone if person.phone is not None}
    for line in read.lines:
        old = known.youths.get(line.key)
        if old is not None and not old.is_active:
            problems.append(Remark(line.line, "referens", words.NOT_ACTIVE_YOUTH))
        if line.number in phones:
            problems.append(Remark(line.line, "telefon", texts.staff("problem.staff_number")))
        if line.jav - emails:
            problems.append(Remark(line.line, "jäv", words.UNKNOWN_JAV))
    return problems


def _notes(read: YouthLines) -> list[Remark]:
    """Return what may be a slip. Only what stands in the file: what another nämnd knows is not told."""
    notes: list[Remark] = []
    first_role: dict[tuple[Key, str], LinkRole] = {}
    own: dict[str, YouthLine] = {}
    anywhere: dict[str, YouthLine] = {}
    for line in read.lines:
        if first_role.setdefault((line.key, line.number), line.role) is not line.role:
            notes.append(Remark(line.line, "telefon", words.SHARED_PHONE))
        if line.role is LinkRole.YOUTH:
            earlier = own.setdefault(line.number, line)
            if earlier.key != line.key:
                notes.append(Remark(line.line, "telefon", words.TWO_YOUTHS.format(line=earlier.line)))
        other = anywhere.setdefault(line.number, line)
        if other.key[0] != line.key[0]:
            notes.append(Remark(line.line, "telefon", words.TWO_NAMNDER.format(line=other.line)))
    return notes


def _left_links(read: YouthLines, known: KnownYouths) -> list[Remark]:
    """Return a note for each youth with numbers that the file lacks: an old number may be somebody else's by now."""
    in_file = {(line.key, line.number, line.role) for line in read.lines}
    keys = {youth.id: key for key, youth in known.youths.items()}
    first_line: dict[Key, int] = {}
    for line in read.lines:
        first_line.setdefault(line.key, line.line)
    left: defaultdict[Key, int] = defaultdict(int)
    for contact in known.contacts:
        for link in contact.links:
            key = keys.get(link.youth.id)
            if key in first_line and (key, contact.contact.number, link.role) not in in_file:
                left[key] += 1
    return [Remark(first_line[key], "", words.LEFT_LINKS.format(count=count)) for key, count in left.items()]


async def import_youths(
    rows: Table, *, ctx: Context, as_email: str | None, dry_run: bool = False, progress: Progress = quiet
) -> ImportResult:
    """Import youths and their numbers. Raises CannotImport, NotAllowed or Busy."""
    read = await asyncio.to_thread(read_youths, rows.rows, ctx.rules, ctx.texts, progress)
    keys = {line.key for line in read.lines}
    numbers = {line.number for line in read.lines}
    at = ctx.clock.now()

    def look(tx: Tx) -> KnownYouths:
        youths = tx.people.youths_by_reference(keys)
        contacts = tx.people.contacts_with(numbers, [youth.id for youth in youths.values()])
        return KnownYouths(tuple(tx.staff.everyone()), youths, tuple(contacts), _consents(tx, read, youths, contacts))

    return await run_import(
        "youths",
        ctx=ctx,
        as_email=as_email,
        dry_run=dry_run,
        progress=progress,
        form_problems=rows.problems,
        look=look,
        plan=lambda known: plan_youths(read, known, ctx.texts, at, ctx.rules.consent.review_months),
    )


def _consents(
    tx: Tx, read: YouthLines, youths: Mapping[Key, Youth], contacts: Sequence[LinkedContact]
) -> KnownConsents:
    """Return what is known of the youths in the file, and of those numbers that it says something of."""
    ids = [youth.id for youth in youths.values()]
    by_number = {contact.contact.number: contact.contact.id for contact in contacts}
    said = {
        (by_number[n.number], n.key[0]) for n in read.lines if n.consent.flags is not None and n.number in by_number
    }
    found = {(contact, namnd): tx.consents.stop_of(contact, namnd, World.BEREDSKAP) for contact, namnd in sorted(said)}
    stops = {key: stop for key, stop in found.items() if stop is not None}
    return KnownConsents(tx.consents.of_youths(ids), tuple(tx.consents.of_links(ids)), stops)
