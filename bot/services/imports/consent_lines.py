"""The columns of import-youths that say who decided, what a guardian says, and what stands in the way of a text.

They may be left out, and an empty cell leaves what is known as it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final, Protocol

from bot.domain.calendar import local
from bot.domain.consent import LinkConsent, Says, SmsStop, StopState, YouthConsent, review_after
from bot.domain.ids import ContactId, NamndId, StaffId, YouthId
from bot.domain.people import AgeBand, LinkRole, World, Youth
from bot.ports import Tx
from bot.services.imports.cells import Cells, quoted
from bot.services.imports.csv_table import fold
from bot.texts import import_words as words

OPTIONAL: Final = ("beslutat av", "beslutsdag", "samtycke", "samtyckesdag", "spärrar")
SAYS: Final = {"ja": Says.GIVEN, "nej": Says.REFUSED, "inte tillfrågad": Says.UNKNOWN}
NO_SMS, BARS_OTHER, NOTHING = "inga sms", "aldrig den andra", "inga"
Stops = Mapping[tuple[ContactId, NamndId], SmsStop]


@dataclass(frozen=True, slots=True)
class ConsentCells:
    """What stands in them. None, or "" for a name, leaves what is known as it is."""

    decided_by: str = field(default="", repr=False)
    decided_on: date | None = None
    says: Says | None = None
    said_on: date | None = None
    flags: frozenset[str] | None = None

    @property
    def is_signed(self) -> bool:
        return bool(self.decided_by) and self.decided_on is not None


class Line(Protocol):
    """A row as read_youths gives it."""

    @property
    def number(self) -> str: ...
    @property
    def role(self) -> LinkRole: ...
    @property
    def consent(self) -> ConsentCells: ...


@dataclass(frozen=True, slots=True)
class KnownConsents:
    decisions: Mapping[YouthId, YouthConsent] = field(default_factory=dict, repr=False)
    links: tuple[LinkConsent, ...] = ()
    stops: Stops = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConsentPlan:
    """What is to be kept. A number is known by itself: its contact may be new."""

    decisions: tuple[YouthConsent, ...] = ()
    links: tuple[tuple[str, LinkConsent], ...] = field(default=(), repr=False)
    stops: tuple[tuple[str, NamndId, StopState], ...] = field(default=(), repr=False)
    at: datetime | None = None

    def apply(self, tx: Tx, actor: str, ids: Mapping[str, ContactId]) -> None:
        by = StaffId(actor)
        for decision in self.decisions:
            tx.consents.save_youth(replace(decision, recorded_by=by))
        for number, link in self.links:
            tx.consents.save_link(replace(link, contact_id=ids[number]))
        for number, namnd, state in self.stops:
            if self.at is not None:
                tx.consents.save_stop(SmsStop(ids[number], namnd, World.BEREDSKAP, state, by, self.at))


def read_consent_cells(cells: Cells) -> ConsentCells:
    """Read the columns of one row, and note what is wrong with them."""
    return ConsentCells(
        decided_by=cells.name("beslutat av", is_required=False) or "",
        decided_on=_day(cells, "beslutsdag"),
        says=_says(cells),
        said_on=_day(cells, "samtyckesdag"),
        flags=_flags(cells),
    )


def _day(cells: Cells, column: str) -> date | None:
    value = cells.raw(column)
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        cells.wrong(column, words.BAD_DAY)
        return None


def _says(cells: Cells) -> Says | None:
    value = cells.raw("samtycke")
    if not value:
        return None
    for name, says in SAYS.items():
        if fold(name) == fold(value):
            return says
    cells.wrong("samtycke", words.BAD_SAYS.format(value=quoted(value), known=" / ".join(SAYS)))
    return None


def _flags(cells: Cells) -> frozenset[str] | None:
    value = cells.raw("spärrar")
    if not value:
        return None
    known = {fold(name): name for name in (NO_SMS, BARS_OTHER, NOTHING)}
    written = [fold(part) for part in value.split(",")]
    if any(part not in known for part in written):
        cells.wrong("spärrar", words.BAD_FLAGS.format(value=quoted(value), known=", ".join(known.values())))
        return None
    return frozenset(known[part] for part in written) - {NOTHING}


def plan_consents(
    lines: Iterable[tuple[Line, Youth, bool]],
    contacts: Mapping[str, ContactId],
    known: KnownConsents,
    *,
    at: datetime,
    months: int,
) -> tuple[ConsentPlan, list[tuple[str, ...]]]:
    """Decide what is kept, and return for each line the columns that differ.

    `lines` come with their youth, and whether that one is new or has another age or ground than before: then age and
    consent have just been looked at.
    """
    decisions: dict[YouthId, YouthConsent] = {}
    links: dict[tuple[str, YouthId], LinkConsent] = {}
    stops: dict[tuple[str, NamndId], StopState] = {}
    differing: list[tuple[str, ...]] = []
    for line, youth, is_looked_at in lines:
        columns: list[str] = []
        old = decisions.get(youth.id) or known.decisions.get(youth.id)
        new = _decision(line.consent, youth, old, at=at, months=months if is_looked_at else None)
        if new is not None and new != old:
            decisions[youth.id] = new
            columns += _signed_anew(new, old)
        contact_id = contacts.get(line.number, ContactId(""))
        was = links.get((line.number, youth.id)) or _known_link(known, contact_id, youth.id)
        link = _link(line, was)
        if link != was:
            links[line.number, youth.id] = link
            columns += ["samtycke"] if (link.says, link.said_on) != (was.says, was.said_on) else []
            columns += ["spärrar"] if link.bars_other != was.bars_other else []
        stop = known.stops.get((contact_id, youth.namnd))
        if line.consent.flags is not None and (NO_SMS in line.consent.flags) is not (
            stop is not None and stop.is_stopped
        ):
            stops[line.number, youth.namnd] = StopState.STOPPED if NO_SMS in line.consent.flags else StopState.OPEN
            columns.append("spärrar")
        differing.append(tuple(dict.fromkeys(columns)))
    return (
        ConsentPlan(
            tuple(decisions.values()),
            tuple((number, link) for (number, _), link in links.items()),
            tuple((number, namnd, state) for (number, namnd), state in stops.items()),
            at,
        ),
        differing,
    )


def _decision(
    cells: ConsentCells, youth: Youth, old: YouthConsent | None, *, at: datetime, months: int | None
) -> YouthConsent | None:
    base = old or YouthConsent(youth.id, "", None, None, None, at)
    made = replace(base, decided_by=cells.decided_by or base.decided_by, decided_on=cells.decided_on or base.decided_on)
    if months is not None:
        is_grown = youth.age_band is AgeBand.FROM_15
        made = replace(made, review_on=None if is_grown else review_after(local(at).date(), months))
    return None if made == base and (old is not None or months is None) else replace(made, recorded_at=at)


def _signed_anew(new: YouthConsent, old: YouthConsent | None) -> list[str]:
    by, on = ("", None) if old is None else (old.decided_by, old.decided_on)
    return [
        *(["beslutat av"] if new.decided_by != by else []),
        *(["beslutsdag"] if new.decided_on != on else []),
    ]


def _known_link(known: KnownConsents, contact_id: ContactId, youth_id: YouthId) -> LinkConsent:
    found = (link for link in known.links if (link.contact_id, link.youth_id) == (contact_id, youth_id))
    return next(found, LinkConsent(contact_id, youth_id))


def _link(line: Line, was: LinkConsent) -> LinkConsent:
    if line.role is not LinkRole.GUARDIAN:
        return was
    cells = line.consent
    return replace(
        was,
        says=was.says if cells.says is None else cells.says,
        said_on=cells.said_on or was.said_on,
        bars_other=was.bars_other if cells.flags is None else BARS_OTHER in cells.flags,
    )
