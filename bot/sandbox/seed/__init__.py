"""What the sandbox begins with: invented people, two nämnder and a rota around today."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Final

from bot.domain.calendar import ONE_DAY, is_working_day

HERE: Final = Path(__file__).parent
SETTINGS: Final = HERE / "beredskap.toml"
STAFF: Final = HERE / "staff.csv"
YOUTHS: Final = HERE / "youths.csv"
BACKGROUNDS: Final = HERE / "backgrounds.toml"  # one of them is to be looked over on the first morning
ADMIN: Final = "karin.frost@example.se"  # reads the other files (--as)

WEEKS: Final = 6
ROTA: Final = (  # e-mail and lending nämnd, taking turns
    ("anna.berg@example.se", "norrvik"),
    ("david.ek@example.se", "sodermark"),
    ("bo.lund@example.se", "norrvik"),
    ("elin.sand@example.se", "sodermark"),
    ("cecilia.ros@example.se", "norrvik"),
    ("farid.nouri@example.se", "sodermark"),
)
EVENING: Final = time(17, 0)
FREE_DAY: Final = time(10, 0)
NIGHT: Final = time(22, 0)

PHONES: Final[list[tuple[str, str, str]]] = [  # number, name, note
    ("+46701740605", "Nova, ungdom i Norrvik", "15 år eller äldre. Syskon till Elis."),
    ("+46701740607", "Elis, ungdom i Norrvik", "12-14 år. Syskon till Nova."),
    ("+46701740606", "Jenny, vårdnadshavare i Norrvik", "Mamma till Nova och Elis: ett nummer, två ungdomar."),
    ("+46701740608", "Samir, ungdom i Södermark", "15 år eller äldre."),
    ("+46701740609", "Leila, vårdnadshavare i Södermark", "Mamma till Samir. Får automatiska svar på arabiska."),
    ("+46701740610", "Tilde och Mats, delad telefon i Södermark", "Ungdom och vårdnadshavare. David Ek är jävig."),
    ("+46701740611", "Okänt nummer", "Står inte i något register."),
]


def shifts_csv(today: date) -> str:
    """Return a rota of six weeks as a file for import-shifts, from a week before `today`."""
    rows = ["epost;nämnd;start;slut"]
    for day, (email, namnd) in zip(_days(today), _turns(today), strict=False):
        start = EVENING if is_working_day(day) else FREE_DAY
        rows.append(f"{email};{namnd};{day} {start:%H:%M};{day} {NIGHT:%H:%M}")
    return "\n".join(rows) + "\n"


def _turns(today: date) -> Iterator[tuple[str, str]]:
    """Take turns so that the first of ROTA, who stands first on the page, has beredskap today."""
    before = (today - next(_days(today))).days
    return islice(cycle(ROTA), -before % len(ROTA), None)


def _days(today: date) -> Iterator[date]:
    first = today - timedelta(weeks=1)
    return (first + place * ONE_DAY for place in range(WEEKS * 7))


__all__ = ["ADMIN", "PHONES", "SETTINGS", "STAFF", "YOUTHS", "shifts_csv"]
