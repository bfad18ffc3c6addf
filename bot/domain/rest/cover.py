"""R12: every minute of beredskap has exactly one who leads and one behind them."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from bot.domain.duty import Shift
from bot.domain.rest.findings import Finding, Level, Rule
from bot.domain.rest.spans import Stretch, merged, within

GAP, TWO, NO_BACKUP = "gap", "two", "no_backup"  # also keys into the texts


def cover(needed: Iterable[Stretch], shifts: Iterable[Shift]) -> list[Finding]:
    """Return what is wrong in the `needed` time of one nämnd; `shifts` are those that answer for it.

    Time is elapsed time: the hour that comes twice in an autumn night must be covered twice.
    """
    wanted, turns = merged(needed), list(shifts)
    found: list[Finding] = []
    for window in wanted:
        for stretch, wrong in _wrong_in(window, turns):
            figures = {"wrong": wrong}
            found.append(Finding(Rule.R12, Level.ERROR, None, stretch, stretch.length, figures=figures))
    return found


def _wrong_in(window: Stretch, turns: Sequence[Shift]) -> list[tuple[Stretch, str]]:
    """Return the stretches of `window` in which something is wrong, and what; the same thing in a row is one."""
    near = [(turn, cut[0]) for turn in turns if (cut := within([Stretch(turn.starts_at, turn.ends_at)], window))]
    edges = {window.starts_at, window.ends_at}
    edges.update(at for _, part in near for at in (part.starts_at, part.ends_at))
    found: list[tuple[Stretch, str]] = []
    for start, end in pairwise(sorted(edges)):
        wrong = _wrong_at([turn for turn, part in near if part.starts_at <= start and end <= part.ends_at])
        if found and found[-1][1] == wrong and found[-1][0].ends_at == start:
            found[-1] = (Stretch(found[-1][0].starts_at, end), wrong)
        elif wrong:
            found.append((Stretch(start, end), wrong))
    return found


def _wrong_at(running: Sequence[Shift]) -> str:
    """Return what is wrong with those who have duty at once; "" when nothing is. Nobody is their own backup."""
    leads = {turn.staff_id for turn in running if not turn.is_backup}
    behind = {turn.staff_id for turn in running if turn.is_backup} - leads
    if not leads:
        return GAP
    if len(leads) > 1:
        return TWO
    return "" if behind else NO_BACKUP
