"""Shifts of a file that lie over each other, or over the rota as it stands: told, and not refused."""

from collections import defaultdict
from collections.abc import Sequence

from bot.domain.duty import Shift
from bot.domain.ids import StaffId
from bot.services.imports.csv_table import Remark
from bot.texts import import_words as words


def overlaps(rota: Sequence[tuple[Shift, int]], without_slack: frozenset[StaffId]) -> list[Remark]:
    """Return a note for each shift of the file that overlaps another; line 0 is a shift that is not in the file."""
    by_namnd: defaultdict[str, list[tuple[Shift, int]]] = defaultdict(list)
    by_person: defaultdict[str, list[tuple[Shift, int]]] = defaultdict(list)
    for shift, line in rota:
        by_person[shift.staff_id].append((shift, line))
        if shift.staff_id not in without_slack and not shift.is_backup:
            by_namnd[shift.lending_namnd].append((shift, line))
    notes: list[Remark] = []
    for groups, text in ((by_namnd, words.OVERLAP), (by_person, words.TWO_AT_ONCE)):
        for group in groups.values():
            notes += _overlapping(group, text, across_people=groups is by_namnd)
    return notes


def _overlapping(group: list[tuple[Shift, int]], text: str, *, across_people: bool) -> list[Remark]:
    notes: list[Remark] = []
    ordered = sorted(group, key=lambda pair: (pair[0].starts_at, pair[0].id))
    last: tuple[Shift, int] | None = None
    for shift, line in ordered:
        if last is not None and shift.starts_at < last[0].ends_at:
            mine, other = (line, last[1]) if line else (last[1], 0)
            if mine and (not across_people or shift.staff_id != last[0].staff_id):
                notes.append(Remark(mine, "start", text.format(line=f" (rad {other})" if other else "")))
        if last is None or shift.ends_at > last[0].ends_at:
            last = (shift, line)
    return notes
