"""The invented town that the measurements take place in: nämnder, one on duty in each, and families that text."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from bot.domain.duty import Shift
from bot.domain.ids import NamndId, ShiftId, StaffId, YouthId, new_id
from bot.domain.people import AgeBand, Basis, Link, LinkRole, Role, Staff, StaffRole, World, Youth
from bot.ports import Tx
from storage.store import SqlStore
from storage.vault import Vault, parse_keys
from tests.frozen import FrozenClock

OUR_NUMBER: Final = "+46701740699"
EVENING: Final = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)  # a Friday, 18.30 in Stockholm: beredskap everywhere
ACCOUNT_SID: Final = "AC" + "0" * 31 + "1"
TOKEN: Final = "0123456789abcdef0123456789abcdef"  # noqa: S105 - signs nothing but these measurements
PUBLIC_URL: Final = "https://beredskap.example.se"
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"

SLACK: Final = """
[slack]
team_id = "T0BENCH"
bot_user_id = "U0BOT"
bot_id = "B0BOT"
app_id = "A0BENCH"

[ready]
ask = false
tell_leaders = false
"""
NAMND: Final = """
[namnd.{key}]
name = "{name}s stadsdelsnämnd"
short_name = "{name}"
team_channel = "C{upper}"
office_hours = "mån-fre 08.00-17.00"
beredskap_hours = ["mån-fre 17.00-24.00", "lör-sön 00.00-24.00", "helgdag 00.00-24.00"]
"""
NUMBER: Final = """
[[number]]
number = "{number}"
label = "Beredskapen"
namnder = [{namnder}]
"""


@dataclass(frozen=True, slots=True)
class Town:
    """So many nämnder, each with somebody on duty and so many families who are known there."""

    namnder: int
    families: int  # in each nämnd

    @property
    def keys(self) -> list[str]:
        return [f"norr{LETTERS[n // 26]}{LETTERS[n % 26]}" for n in range(self.namnder)]

    @property
    def phones(self) -> list[str]:
        """Numbers that nobody has: the series is PTS's for books and films, and longer than any real number in it."""
        return [f"+467017406{n:05}" for n in range(self.namnder * self.families)]

    def config(self) -> str:
        """Return its beredskap.toml."""
        namnder = "".join(NAMND.format(key=key, name=key.capitalize(), upper=f"0{key.upper()}") for key in self.keys)
        listed = ", ".join(f'"{key}"' for key in self.keys)
        return SLACK + namnder + NUMBER.format(number=OUR_NUMBER, namnder=listed)

    async def settle_in(self, url: str, key: str) -> None:
        """Put its people into the migrated database at `url`."""
        store = SqlStore(url, Vault(parse_keys(key)), FrozenClock(EVENING))
        try:
            await store.write(self._people)
            await store.write(self._families)
        finally:
            await store.close()

    def _people(self, tx: Tx) -> None:
        staff = [
            Staff(
                StaffId(new_id()),
                f"Anna {key.capitalize()}",
                f"anna@{key}.example.se",
                f"U0{key.upper()}",
                frozenset({StaffRole(NamndId(key), World.BEREDSKAP, Role.FAMILJEBEHANDLARE)}),
            )
            for key in self.keys
        ]
        tx.staff.add_all(staff)
        begins, ends = EVENING - timedelta(hours=2), EVENING + timedelta(hours=12)
        tx.shifts.add_all(
            [
                Shift(ShiftId(new_id()), person.id, NamndId(key), begins, ends)
                for person, key in zip(staff, self.keys, strict=True)
            ]
        )

    def _families(self, tx: Tx) -> None:
        youths = [
            Youth(
                YouthId(new_id()),
                NamndId(key),
                "",
                "Nova Berg",
                AgeBand.FROM_15,
                Basis.GUARDIAN_CONSENT,
                "",
                frozenset(),
            )
            for key in self.keys
            for _ in range(self.families)
        ]
        tx.people.add_youths([(youth, f"ref-{n}") for n, youth in enumerate(youths)])
        contacts = tx.people.add_contacts(dict.fromkeys(self.phones, "sv"))
        tx.people.add_links(
            [
                Link(contacts[phone], youth, LinkRole.YOUTH, "Nova Berg")
                for phone, youth in zip(self.phones, youths, strict=True)
            ]
        )


@contextmanager
def a_place(prefix: str = "bench-") -> Iterator[Path]:
    """Yield a directory on the machine's disk: in memory a commit would cost nothing."""
    with tempfile.TemporaryDirectory(prefix=prefix, dir="/var/tmp") as directory:
        yield Path(directory)


def environment(url: str, key: str, config: Path, outside: str) -> dict[str, str]:
    """Return what the program is started with; `outside` is the address of the pretend Slack and carrier."""
    return {
        **os.environ,
        "SLACK_BOT_TOKEN": "xoxb-" + "0" * 32,
        "SLACK_SIGNING_SECRET": "0" * 32,
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "ENCRYPTION_KEYS": key,
        "SLACK_API_BASE_URL": f"{outside}/slack/api/",
        "TWILIO_API_BASE_URL": f"{outside}/carrier",
        "PUBLIC_BASE_URL": PUBLIC_URL,
        "DATABASE_URL": url,
        "BEREDSKAP_CONFIG": str(config),
    }
