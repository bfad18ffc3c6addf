"""What a municipality must have settled before families are texted (facts: law, section 13). Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.domain.alerts import AlertCode, Finding

TOLD_AHEAD: Final = timedelta(days=30)  # of the day on which a decision ends or is to be looked at again
NO_ANSWERS: Final = frozenset(
    {"todo", "tbd", "tba", "na", "nej", "ja", "saknas", "inget", "ingen", "okänt", "oklart", "senare", "test", "dnr"}
    | {"fyll i", "fylls i", "ska fyllas i", "att göra", "kommer", "ref", "referens", "exempel", "beslut"}
)


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision that must be written down. `row` is that of section 13, `where` the setting, `key` of its words."""

    row: int
    where: str
    key: str
    namnd: str = ""  # the name of the nämnd that it belongs to; "" for all of them
    is_made: bool = False


def counts(written: str) -> bool:
    """Tell whether what is written for a decision says anything: no blank, no dash, no "TODO", no "dnr 0/0000".

    >>> counts("KS 2026/117"), counts("dnr 0/0000"), counts("xxx"), counts("…")
    (True, False, False, False)
    """
    said = " ".join(written.split()).casefold().strip(" .:!?-_")
    letters = [letter for letter in said if letter.isalnum()]
    digits = [letter for letter in letters if letter.isdigit()]
    if not letters or said.replace("/", "") in NO_ANSWERS or "todo" in said:
        return False
    return len(set(letters)) > 1 and not (digits and set(digits) == {"0"})


def ending(days: Iterable[tuple[str, date]], today: date) -> Iterator[Finding]:
    """Yield the decisions that end, or are to be looked at again, within the time that is told ahead; or have ended."""
    for where, last in days:
        if last - today <= TOLD_AHEAD:
            values = {"setting": where, "on": last.isoformat()}
            yield Finding(AlertCode.DECISION_ENDS, f"decision:{where}:{last.isoformat()}", values)
