"""The invented town: nämnder that share one number, somebody on duty in each, and the phones that text."""

import itertools
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.domain.duty import Shift
from bot.domain.ids import NamndId, ShiftId, StaffId, YouthId, new_id
from bot.domain.people import AgeBand, Basis, LinkRole, Role, Staff, StaffRole, World
from bot.ports import Tx

OURS: Final = "+46701740699"
FIRST_PHONE: Final = 46701740605  # PTS's series for books and films runs to ...740699, which is ours here
NAMNDER: Final = ("Norrvik", "Södermark", "Österlid", "Ekholm", "Lindvik", "Björkdal")
FIRST_NAMES: Final = ("Nova", "Elis", "Liam", "Mira", "Tuva", "Ebbe", "Alva", "Hugo", "Saga", "Ivar")
LAST_NAMES: Final = ("Berg", "Ask", "Dahl", "Ek", "Falk", "Gran", "Hed", "Lind", "Moberg", "Näs")
STAFF: Final = ("Anna Alm", "Bo Björk", "Cilla Dal", "David Eng", "Eva Fors", "Filip Grön")

CONFIG: Final = """
[slack]
team_id = "T0SANDBOX"
bot_user_id = "U0BOT"
bot_id = "B0BOT"
app_id = "A0SANDBOX"

[wait]
uncertain_look_seconds = 1.0

[ready]
ask = false
tell_leaders = false

[escalation]
on = false
"""
NAMND: Final = """
[namnd.{id}]
name = "{name}s stadsdelsnämnd"
short_name = "{name}"
team_channel = "{channel}"
office_hours = "mån-fre 08.00-17.00"
beredskap_hours = ["mån-sön 00.00-24.00", "helgdag 00.00-24.00"]
"""
NUMBER: Final = """
[[number]]
number = "{number}"
label = "Beredskapen"
namnder = [{namnder}]
"""


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody who answers for one nämnd, and nobody else's."""

    name: str
    user: str
    namnd: NamndId
    channel: str


@dataclass(frozen=True, slots=True)
class Family:
    """A phone. `namnd` is None, and nobody knows the name, when the number is not enrolled."""

    phone: str
    name: str
    namnd: NamndId | None


@dataclass(frozen=True, slots=True)
class Town:
    people: tuple[OnDuty, ...]
    families: tuple[Family, ...]

    def config(self) -> str:
        """Return its beredskap.toml."""
        namnder = "".join(
            NAMND.format(id=person.namnd, name=name, channel=person.channel)
            for person, name in zip(self.people, NAMNDER, strict=False)
        )
        listed = ", ".join(f'"{person.namnd}"' for person in self.people)
        return CONFIG + namnder + NUMBER.format(number=OURS, namnder=listed)

    def on_duty_for(self, family: Family) -> OnDuty:
        """Return who should have what comes from this phone; a stranger's goes to the first nämnd of the line."""
        return next((person for person in self.people if person.namnd == family.namnd), self.people[0])

    def moves_in(self, tx: Tx, now: datetime) -> None:
        """Write everybody down."""
        for person in self.people:
            roles = frozenset({StaffRole(person.namnd, World.BEREDSKAP, Role.FAMILJEBEHANDLARE)})
            staff = Staff(StaffId(new_id()), person.name, f"{person.user.lower()}@example.se", person.user, roles)
            tx.staff.save(staff)
            around = (now - timedelta(hours=1), now + timedelta(days=2))
            tx.shifts.upsert(Shift(ShiftId(new_id()), staff.id, person.namnd, *around))
        for family in self.families:
            if family.namnd is None:
                continue
            youth = tx.people.add_youth(
                namnd=family.namnd,
                name=family.name,
                age_band=AgeBand.FROM_15,
                basis=Basis.GUARDIAN_CONSENT,
                basis_reason="",
                reference=None,
                jav=(),
            )
            contact = tx.people.ensure_contact(family.phone, language="sv")
            tx.people.link(contact.contact.id, YouthId(youth.id), LinkRole.YOUTH, family.name)


def a_town(families: int, namnder: int, strangers: int) -> Town:
    """Return one with so many phones, the last of which nobody knows."""
    people = tuple(
        OnDuty(STAFF[n], f"U{n + 1:02}", NamndId(f"namnd{n + 1}"), f"C0NAMND{n + 1}") for n in range(namnder)
    )
    names = [f"{first} {last}" for last, first in itertools.product(LAST_NAMES, FIRST_NAMES)]
    known = families - strangers
    return Town(
        people,
        tuple(
            Family(f"+{FIRST_PHONE + n}", names[n], people[n % namnder].namnd if n < known else None)
            for n in range(families)
        ),
    )


class Marks:
    """Marks that tell one text from every other, and whose phone it has to do with: `t-` came in, `s-` went out."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(f"{seed}:marks")
        self._numbers = itertools.count(1)

    def new(self, letter: str, phone: str) -> str:
        return f"{letter}-{phone[-2:]}-{next(self._numbers)}-{self._random.randrange(10**6):06}"
