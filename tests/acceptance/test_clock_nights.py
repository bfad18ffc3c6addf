"""What comes at night, when nobody works: a text to the unit's own number, and the case system's export."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.people import Role
from scheduler.ticks import folder_tick
from tests.acceptance.night import MYNDIGHET_NUMBER, NORRVIK, SODERMARK, Night, a_night
from tests.acceptance.office import CHILD, GUARDIAN, clocks_in, works
from tests.imports.given_cases import case, csv_of

pytestmark = pytest.mark.usefixtures("days_pass_in_seconds")

HELP = """
[[help_number]]
key = "socialjour"
name = "Socialjouren"
number = "070-174 06 95"
verified_on = 2026-11-01
verified_by = "provet"

[[help_number]]
key = "bris"
name = "Bris"
number = "070-174 06 94"
verified_on = 2025-01-15
verified_by = "provet"
"""
IMPORT = """
[case_import.columns]
case_ref = "Ärendenr"
kind = "Typ"
received_on = "Inkom datum"
received_time = "Inkom kl"
owner = "Handläggare"

[case_import.kinds]
"Ansökan" = ["forhandsbedomning"]
"Allvarssamtal" = ["allvarssamtal"]

[[case_import.folder]]
path = "{folder}"
namnd = "norrvik"
as = "johan@example.se"
"""


async def test_a_text_at_night(tmp_path: Path, database_url: str) -> None:
    """Nobody reads now: it says so once, with 112 and the numbers that somebody has verified; Ingrid reads at eight."""
    async with a_night(tmp_path, database_url, "2026-11-24 15:00", settings=HELP) as night:
        ingrid = await works(night, "Ingrid Strand", NORRVIK)
        lars = await works(night, "Lars Borg", NORRVIK)
        johan = await works(night, "Johan Kvist", NORRVIK, Role.LEADER)
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        await night.on_beredskap(anna, "2026-11-24 17:00", "2026-11-25 02:00")
        child, guardian = night.phone(CHILD), night.phone(GUARDIAN)
        await ingrid.starts("K-123", "allvarssamtal", at="14.40", flags=("has_contact",))
        await ingrid.presses_in_modal("clock_summon")
        await ingrid.fills_summons(("2026-11-26", "15.30"), ("2026-11-27", "15.30"))
        for phone in (child, guardian):
            phone.receives("Svara 1 för tor 26/11 15.30, 2 för fre 27/11 15.30.")

        await night.clock_reaches("2026-11-25 01:10")
        await child.texts("jag vågar inte komma, han är arg", to=MYNDIGHET_NUMBER)
        child.receives("läses inte förrän på kontorstid. Är det fara, ring 112. Socialjouren: ring 070-174 06 95.")
        child.receives("Bris", times=0)  # nobody has verified that number for a year
        await night.clock_reaches("2026-11-25 01:20")
        await child.texts("hallå", to=MYNDIGHET_NUMBER)
        child.receives("läses inte", times=1)
        assert [person.told() for person in (ingrid, lars, johan)] == [[], [], []]

        await night.clock_reaches("2026-11-25 07:59")
        assert [person.told() for person in (ingrid, lars, johan)] == [[], [], []]
        await night.clock_reaches("2026-11-25 08:00")
        card = ingrid.card("väntar på svar")
        assert "*K-123* allvarssamtal" in ingrid.list_of("onsdag 25 november").words
        assert "jag vågar inte komma, han är arg" in await ingrid.opens(card)
        await ingrid.closes_all()
        assert [person.told() for person in (lars, johan)] == [[], []]
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def lays(night: Night, folder: Path, *rows: dict[str, str]) -> None:
    """Let the case system write its file, which has been still for two minutes when we look."""
    path = folder / "frister.csv"
    columns = ("case_ref", "kind", "received_on", "received_time", "owner")
    path.write_bytes(csv_of(rows, columns=columns))
    bot = night.sandbox.bot
    assert bot is not None
    at = (bot.ctx.clock.wire_now() - timedelta(minutes=2)).timestamp()
    os.utime(path, (at, at))
    await the_folder_is_looked_at(night)


async def the_folder_is_looked_at(night: Night) -> None:
    """As happens every minute of the machine's time."""
    assert night.sandbox.bot is not None
    await night.sandbox.bot.ticker.run(folder_tick)
    await night.settles()


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("[!.]*") if path.is_file())


async def test_a_nightly_file(tmp_path: Path, database_url: str) -> None:
    """Three good rows and two bad ones, laid there at night while the bot runs, and all of it again the next night."""
    folder = tmp_path / "utdrag"
    folder.mkdir()
    settings = IMPORT.format(folder=folder)
    async with a_night(tmp_path, database_url, "2026-11-23 23:00", settings=settings) as night:
        ingrid = await works(night, "Ingrid Strand", NORRVIK)
        lars = await works(night, "Lars Borg", NORRVIK)
        johan = await works(night, "Johan Kvist", NORRVIK, Role.LEADER)
        nils = await works(night, "Nils Gran", SODERMARK, Role.LEADER)
        night.opens_channels()
        night.secret_words.update({"Nova Lindgren", "121212-1212"})
        rows = [
            case(case_ref="K-1", received_on="2026-11-10", owner="Ingrid Strand"),
            case(
                case_ref="K-2", kind="Allvarssamtal", received_on="2026-11-23", received_time="16:30", owner="Lars Borg"
            ),
            case(case_ref="K-3", received_on="2026-11-13"),
            case(case_ref="121212-1212", owner="Ingrid Strand"),
            case(case_ref="Nova Lindgren", owner="Ingrid Strand"),
        ]

        await night.clock_reaches("2026-11-24 03:10")
        await lays(night, folder, *rows)
        assert files(folder) == ["inlasta/20261124-031000-frister-avvisade.csv", "inlasta/20261124-031000-frister.csv"]
        assert {ref for ref in ("K-1", "K-2", "K-3") if clocks_in(night, ref)} == {"K-1", "K-2", "K-3"}
        assert [person.told() for person in (ingrid, lars, johan)] == [[], [], []]  # at ten past three

        await night.clock_reaches("2026-11-24 08:00")
        await the_folder_is_looked_at(night)
        johan.is_told("avvisade 2 av 5 rader")
        unit = johan.unit_of("tisdag 24 november")
        assert "*K-3* förhandsbedömning" in unit.words
        assert "1 saknar handläggare" in unit.text
        assert "*K-1* förhandsbedömning · beslut senast i dag" in ingrid.list_of("tisdag 24 november").words
        assert "*K-2* allvarssamtal" in lars.list_of("tisdag 24 november").words

        await night.clock_reaches("2026-11-25 03:10")
        await lays(night, folder, *rows[:3])
        await night.clock_reaches("2026-11-25 08:01")
        await the_folder_is_looked_at(night)
        assert "1 har gått ut" in johan.unit_of("onsdag 25 november").text
        assert len(johan.told()) == 3  # and no word of what was read in without a fault
        assert nils.told() == []
        assert [len(clocks_in(night, ref)) for ref in ("K-1", "K-2", "K-3")] == [1, 1, 1]
        night.expect_handovers()
        for person in (ingrid, lars):
            night.expected.update((said.channel, said.ts) for said in person.told())  # K-2's reminders of the day
        night.expect_nothing_else()
        await night.nothing_waits()
