"""What the page for families must say (GDPR articles 13 and 14), as it follows from the settings and nothing else."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from bot.domain.calendar import FREE_DAY, Hours, WeekHours
from bot.domain.ids import NamndId
from bot.domain.people import World
from bot.domain.rules import ChatContent, HelpNumber, Rules

FOR_FAMILIES: Final = ("socialjour", "bris")  # in this order, when somebody has verified them within a year
ROWS: Final = (*range(7), FREE_DAY)


@dataclass(frozen=True, slots=True)
class Kept:
    """How long what was written is kept after it has been carried to the record, and by which decision."""

    days: int
    decision: str


@dataclass(frozen=True, slots=True)
class OpenHours:
    """Rows of the week (0 Monday .. 6 Sunday, then free days) that share the same hours."""

    first: int
    last: int
    hours: tuple[Hours, ...]


@dataclass(frozen=True, slots=True)
class Information:
    """Everything that the page says about one nämnd. `others` are the nämnder whose staff may answer for it."""

    namnd_name: str
    short_name: str
    controller: str
    dpo_contact: str
    others: tuple[str, ...]
    is_sealed: bool
    kept: Kept | None
    numbers: tuple[str, ...]
    beredskap: tuple[OpenHours, ...]
    office: tuple[OpenHours, ...]
    office_phone: str
    help_numbers: tuple[HelpNumber, ...]
    is_trial: bool
    made_on: date


def information_of(rules: Rules, namnd_id: NamndId, today: date, kept: Kept | None) -> Information:
    """Return what the page of a nämnd says; `kept` None: by the nämnd's decision, which stands somewhere else."""
    namnd = rules.namnder[namnd_id]
    fresh = {number.key: number for number in rules.help_numbers if number.is_fresh(today)}
    return Information(
        namnd_name=namnd.name,
        short_name=namnd.short_name,
        controller=namnd.controller or namnd.name,
        dpo_contact=namnd.dpo_contact,
        others=tuple(sorted(rules.namnder[other].name for other in namnd.answered_by - {namnd_id})),
        is_sealed=namnd.chat_content is ChatContent.SEALED,
        kept=kept,
        numbers=tuple(n.number for n in rules.numbers.values() if n.world is World.BEREDSKAP and namnd_id in n.namnder),
        beredskap=open_hours(namnd.beredskap_hours),
        office=open_hours(namnd.office_hours),
        office_phone=namnd.office_phone,
        help_numbers=tuple(fresh[key] for key in FOR_FAMILIES if key in fresh),
        is_trial=rules.is_trial,
        made_on=today,
    )


def open_hours(week: WeekHours) -> tuple[OpenHours, ...]:
    """Return the rows of the week with hours, those that follow each other and are the same as one."""
    found: list[OpenHours] = []
    for hours, same in groupby(ROWS[:-1], key=week.on):
        rows = list(same)
        if hours:
            found.append(OpenHours(rows[0], rows[-1], hours))
    free = week.on(FREE_DAY)
    return (*found, OpenHours(FREE_DAY, FREE_DAY, free)) if free else tuple(found)
