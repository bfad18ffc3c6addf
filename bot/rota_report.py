"""What the leader reads about a rota: how it is shared, and what is wrong with it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from bot.domain.calendar import local
from bot.domain.ids import StaffId
from bot.domain.people import Staff
from bot.domain.rota.draft import FreeDay
from bot.domain.rota.fairness import Fairness, Load, spread
from bot.domain.rota.proposal import Part, Problem, Unfilled
from bot.domain.rota.review import Finding
from bot.domain.rota.slots import Team
from bot.services.imports.shift_lines import PARTS
from bot.services.rota.publish import Looked
from bot.texts import listed, short_day, span
from bot.texts import rota_words as words
from bot.texts.times import MONTHS

WIDTH: Final = 12  # of a column of figures
HOUR: Final = timedelta(hours=1)

People = Mapping[StaffId, Staff]
Hole = tuple[datetime, Team, Part]


def fairness_table(rows: Sequence[Fairness], people: People) -> Iterator[str]:
    """Yield the table of what each person has now, and has had the year before."""
    wide = max([len(words.SPREAD), *(len(people[row.staff_id].name) for row in rows)]) + 2
    yield words.FAIRNESS
    yield "".join([words.FAIR_HEADINGS[0].ljust(wide), *(h.rjust(WIDTH) for h in words.FAIR_HEADINGS[1:])])
    for row in rows:
        cells = [f"{row.now.get(load, 0)} ({row.before.get(load, 0)})" for load in Load]
        yield people[row.staff_id].name.ljust(wide) + "".join(cell.rjust(WIDTH) for cell in cells)
    yield words.SPREAD.ljust(wide) + "".join(str(spread(rows, load)).rjust(WIDTH) for load in Load)


def free_days(given: Sequence[FreeDay], people: People) -> Iterator[str]:
    """Yield a line per person with the days off that the rota asks for."""
    if not given:
        return
    of: defaultdict[StaffId, list[date]] = defaultdict(list)
    for free in given:
        of[free.staff_id].append(free.day)
    yield words.FREE_DAYS
    for staff_id in sorted(of, key=lambda one: people[one].name):
        yield words.FREE_DAY.format(name=people[staff_id].name, days=", ".join(map(short_day, sorted(of[staff_id]))))


def findings(looked: Looked, unfilled: Sequence[Unfilled] = ()) -> Iterator[str]:
    """Yield what was found, the gravest first; `unfilled` tells why nobody could have a shift."""
    why = {(one.slot.starts_at, one.slot.team, one.part): reasons(one) for one in unfilled}
    serious = [_line(f, looked, why) for f in looked.review.findings if f.is_serious]
    serious += [
        words.SWAPPED.format(name=looked.people[s.staff_id].name, span=span(s.starts_at, s.ends_at))
        for s in looked.swapped
    ]
    remarks = [_line(f, looked, why) for f in looked.review.findings if not f.is_serious]
    if not serious and not remarks:
        yield words.CLEAN
    for heading, lines in ((words.SERIOUS, serious), (words.REMARKS, remarks)):
        if lines:
            yield heading
            yield from lines


def reasons(one: Unfilled) -> str:
    """Return for instance "3 är borta och en skulle få för kort vila mellan passen."."""
    said = [words.WHY[why.value][count > 1].format(count=count) for why, count in one.reasons]
    sentence = listed(said)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _line(finding: Finding, looked: Looked, why: Mapping[Hole, str]) -> str:
    name = "" if finding.staff_id is None else looked.people[finding.staff_id].name
    if finding.slot is not None and finding.part is not None:
        found = why.get((finding.slot.starts_at, finding.slot.team, finding.part))
        when, part = span(finding.slot.starts_at, finding.slot.ends_at), PARTS[finding.part]
        plain = words.HOLE_PLAIN if found is None else words.HOLE
        return plain.format(span=when, part=part, reasons=found)
    values = _values(finding, looked.problem)
    return str(getattr(words, finding.kind.name)).format(name=name, **values)


def _values(finding: Finding, problem: Problem) -> dict[str, str]:
    day = local(finding.at).date() if isinstance(finding.at, datetime) else finding.at
    return {
        "day": short_day(day),
        "month": MONTHS[day.month - 1],
        "hours": _hours(finding.lasts),
        "least": _hours(problem.rules.rest_between),
        "most": _hours(problem.rules.most_in_month),
        "days": str(problem.rules.notice.days),
    }


def _hours(length: timedelta) -> str:
    """Return "10" or "9,5"; below zero, when two shifts overlap, "0"."""
    return f"{max(length, timedelta(0)) / HOUR:.4g}".replace(".", ",")
