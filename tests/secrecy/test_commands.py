"""Every command of the command line, typed in the name of people whom the rule refuses."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
import pytest
from click.testing import CliRunner

from bot.__main__ import cli
from bot.domain.ids import new_id
from bot.domain.retention import LegalHold
from tests.acceptance.night import NORRVIK
from tests.manifest.code import ROOT
from tests.process.test_serve import environment
from tests.secrecy.world import LEFT, THIRD, Cast, a_cast

ON_THE_MACHINE: Final = "run by whoever runs the machine: shows settings, states and counts, nothing of anybody"
DAYS: Final = ("--from", "2026-11-01", "--to", "2026-11-30")
STAFF: Final = """epost;namn;slack_id;telefon;telefon_verifierad;roller;aktiv
ny@example.se;Ny Person;U88;;nej;norrvik/beredskap/familjebehandlare;ja
"""
YOUTHS: Final = """referens;nämnd;ungdom;åldersgrupp;grund;skäl;kontakt;roll;telefon;språk;jäv
N-1;norrvik;Ny Ungdom;15 eller äldre;15 år eller äldre;;Ny Ungdom;ungdom;070-174 06 09;sv;
"""
SHIFTS: Final = """epost;namn;nämnd;start;slut;del
bea@example.se;Bea Ek;norrvik;2026-12-01 17.00;2026-12-01 22.00;ansvarig
"""
CASES: Final = """Ärende;Typ;Inkom;Handläggare
N-2026-8;Anmälan;2026-11-20;hedda@example.se
"""


@dataclass(frozen=True)
class Typed:
    """What is typed after the command; {staff}, {youths}, {shifts}, {cases} and {out} are files."""

    words: tuple[str, ...] = ()
    may: str = ""  # who of those that are refused elsewhere has a part in this
    why: str = ""  # why nobody is asked who they are
    elsewhere: str = ""  # where it is typed by people whom the rule refuses


COMMANDS: Final[dict[str, Typed]] = {
    "serve": Typed(why=ON_THE_MACHINE),
    "sandbox": Typed(why="a pretended world"),
    "migrate": Typed(why=ON_THE_MACHINE),
    "check": Typed(why=ON_THE_MACHINE),
    "new-key": Typed(why=ON_THE_MACHINE),
    "status": Typed(why=ON_THE_MACHINE),
    "nodstopp": Typed(("--reason", "fel")),
    "haev-nodstopp": Typed(("--reason", "fel")),
    "incident-klar": Typed(("CODE1", "--reference", "1")),
    "backup": Typed(why=ON_THE_MACHINE),
    "restore": Typed(why=ON_THE_MACHINE),
    "keys status": Typed(why=ON_THE_MACHINE),
    "keys rotate": Typed(why=ON_THE_MACHINE),
    "information": Typed(why="writes the text for families from the settings: nothing of anybody"),
    "audit verify": Typed(why="tells whether the log is whole, in numbers of rows"),
    **{name: Typed(elsewhere="tests/audit") for name in ("audit search", "audit export")},
    "import-staff": Typed(("{staff}",), may="beredskap"),
    "import-youths": Typed(("{youths}",), may="beredskap"),
    "import-shifts": Typed(("{shifts}",), may="beredskap"),
    "import-cases": Typed(("{cases}", "--namnd", "norrvik"), may="myndighet"),
    "export-handovers": Typed(("--namnd", "norrvik", *DAYS, "--out", "{out}.xlsx"), may="beredskap"),
    "export-clocks": Typed(("--namnd", "norrvik", *DAYS, "--xlsx", "{out}.xlsx"), may="myndighet"),
    "indicator": Typed(("{out}.xlsx", "--namnd", "norrvik", "--year", "2026"), may="myndighet"),
    "rest-report": Typed(("--month", "2026-11", "--namnd", "norrvik", "--xlsx", "{out}.xlsx"), may="beredskap"),
    "rota propose": Typed(("--from", "2026-12-07", "--weeks", "1", "--minutes", "0.05"), may="beredskap"),
    "rota check": Typed(("{shifts}",), may="beredskap"),
    "rota publish": Typed(("{shifts}",), may="beredskap"),
    "rota show": Typed(("--from", "2026-11-16"), may="beredskap"),
    "rota away": Typed(("bea@example.se", "2026-12-01", "2026-12-02"), may="beredskap"),
    "rota export": Typed((*DAYS, "--out", "{out}.xlsx"), may="beredskap"),
    "rota print": Typed(("--month", "2026-11", "--out", "{out}.html"), may="beredskap"),
    "hold set": Typed(("--namnd", "norrvik", "--reference", "dnr"), may="beredskap"),
    "hold list": Typed(("--namnd", "norrvik"), may="beredskap"),
    "hold lift": Typed(("{hold}",), may="beredskap"),
    "waive": Typed(("--code", "{code}", "--reason", "fel", "--reference", "dnr"), may="beredskap"),
    "withdraw": Typed(("--conversation", "{code}", "--reason", "fel"), may="beredskap"),
    "enrolled end": Typed(("--code", "{code}", "--reference", "dnr"), may="beredskap"),
    "enrolled correct": Typed(("--code", "{code}", "--what", "name", "--reference", "dnr"), may="beredskap"),
    "enrolled remove-number": Typed(("--code", "{code}", "--written", "kept"), may="beredskap"),
    "take-out register": Typed(("--code", "{code}", "--out", "{out}.xlsx"), may="beredskap"),
    "take-out release": Typed(("--code", "{code}", "--out", "{out}.xlsx"), may="beredskap"),
}
OVER_ALL: Final = frozenset({"rota propose", "rota check", "rota show", "rota export", "rota print"})
"""The rota is one for all nämnder: whoever leads in one of them may look at it."""

LEADERS_OWN: Final = frozenset({"nodstopp", "haev-nodstopp", "incident-klar"})
"""Whoever leads anywhere may stop, and lifts what they lead: who may not is in tests/incident."""


def test_every_command_has_a_row_and_says_who_asks() -> None:
    found = dict(_commands(cli))

    assert set(found) == set(COMMANDS)
    for name, command in found.items():
        takes_a_name = any("--as" in parameter.opts for parameter in command.params)
        assert not COMMANDS[name].elsewhere or (ROOT / COMMANDS[name].elsewhere).is_dir()
        assert takes_a_name != bool(COMMANDS[name].why), f"{name}: --as, or a reason why not"


def _commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield " ".join(path), command
        return
    for name, inner in command.commands.items():
        yield from _commands(inner, (*path, name))


async def test_no_command_does_anything_for_those_who_may_not(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_cast(tmp_path, database_url, monkeypatch) as cast:
        for name, value in environment(cast.night.sandbox).items():
            monkeypatch.setenv(name, value)
        hold = LegalHold(
            new_id(), NORRVIK, "dnr", next(iter(cast.refused.values())).staff.id, cast.night.sandbox.clock.now()
        )
        await cast.night.writes(lambda tx: tx.retention.add_hold(hold))
        files = {"out": str(tmp_path / "ut"), "code": cast.ids["code"], "hold": hold.id}
        for name, text in {"staff": STAFF, "youths": YOUTHS, "shifts": SHIFTS, "cases": CASES}.items():
            files[name] = str(tmp_path / f"{name}.csv")
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        stood, holes = cast.stands(), []
        for name, typed in COMMANDS.items():
            for who in () if typed.why or typed.elsewhere else _refused(name, typed):
                holes += [f"{name} by {who}: {hole}" for hole in await _try(cast, name, typed, who, files)]
        stands = cast.stands()
        holes += [f"{table} changed" for table in stands if stands[table] != stood[table]]
        assert holes == [], "\n" + "\n".join(holes)
        assert _written(tmp_path) == []


def _written(folder: Path) -> list[Path]:
    return list(folder.glob("ut*"))


def _refused(name: str, typed: Typed) -> list[str]:
    if name in LEADERS_OWN:
        return [LEFT]
    third = [] if name in OVER_ALL else [THIRD]
    return [LEFT, *third, *({"beredskap", "myndighet"} - {typed.may})]


async def _try(cast: Cast, name: str, typed: Typed, who: str, files: dict[str, str]) -> list[str]:
    denied = _refusals(cast)
    words = [word.format(**files) for word in typed.words]
    command = [*name.split(), *words, "--as", cast.refused[who].staff.email]
    result = await asyncio.to_thread(lambda: CliRunner().invoke(cli, command))
    found = [f"was shown {secret!r}" for secret in cast.secrets() if secret in result.output]
    if result.exit_code == 0:
        found.append("was let in")
    if "Traceback" in result.output or not result.output.strip():
        found.append(f"was told nothing: {result.output!r} {result.exception!r}")
    return found if _refusals(cast) > denied else [*found, f"no denial in the log: {result.output[-200:]}"]


def _refusals(cast: Cast) -> int:
    """Count what has been refused: somebody who has left is not known at the terminal, and stands there as cli."""
    return sum(len(cast.denials(who)) for who in (LEFT, THIRD, "beredskap", "myndighet")) + cast.refused_at_terminal()
