"""nodstopp, haev-nodstopp and incident-klar at the terminal, and what status says meanwhile."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from bot.cli_incidents import register
from bot.cli_status import as_data, as_lines
from bot.domain.ids import StaffId
from bot.domain.people import Role, Staff, StaffRole, World
from bot.services.context import Context
from bot.services.watch.status import status
from bot.texts import Texts
from scheduler.ticks import INTERVALS
from storage.store import SqlStore
from tests.acceptance.night import NORRVIK, SODERMARK
from tests.frozen import FrozenClock
from tests.watch.given import a_program


class Terminal:
    """The commands, on a database with a leader in each nämnd."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.cli = click.Group()
        register(self.cli, self._open)

    @contextlib.asynccontextmanager
    async def _open(self) -> AsyncIterator[Context]:
        yield self.ctx

    async def runs(self, *arguments: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, self.cli, list(arguments))


@pytest.fixture
async def terminal(store: SqlStore, clock: FrozenClock, tmp_path: Path) -> Terminal:
    made = a_program(store, clock, tmp_path)
    for name, namnd, role in (
        ("lena", NORRVIK, Role.LEADER),
        ("sara", SODERMARK, Role.LEADER),
        ("karin", NORRVIK, Role.ADMIN),
        ("anna", NORRVIK, Role.FAMILJEBEHANDLARE),
    ):
        roles = frozenset({StaffRole(namnd, World.BEREDSKAP, role)})
        person = Staff(StaffId(name), name, f"{name}@example.se", f"U{name}", roles)
        await store.write(lambda tx, person=person: tx.staff.save(person))  # type: ignore[misc]
    return Terminal(replace(made.ctx))


STOP = ("nodstopp", "--reason", "svar gick fel", "--as")
LIFT = ("haev-nodstopp", "--reason", "rättat", "--as")


async def test_from_the_stop_to_the_last_report(terminal: Terminal) -> None:
    said = await terminal.runs(*STOP, "karin@example.se")
    assert said.exit_code == 0
    assert said.output.endswith("Stoppat: alla nämnder. 2 ledare får veta.\n")
    said = await terminal.runs(*STOP, "lena@example.se", "--namnd", "norrvik")
    assert said.output.endswith("Det gällde redan nödstopp för Norrvik.\n")
    ctx = terminal.ctx
    found = await ctx.store.read(lambda tx: status(tx, ctx.clock, INTERVALS))
    lines = "\n".join(as_lines(found, Texts()))
    assert found.needs_somebody
    assert "Nödstopp för norrvik sedan" in lines
    assert lines.count("Anmälan till IMY") == 2
    data = json.loads(json.dumps(as_data(found, Texts())))
    assert {stop["namnd"] for stop in data["stops"]} == {NORRVIK, SODERMARK}
    assert len(data["incident_clocks"]) == 5

    said = await terminal.runs(*LIFT, "lena@example.se")
    assert said.output.endswith("Hävt: Norrvik.\nFortfarande stoppat: Södermark. Den nämndens egna ledare häver det.\n")
    said = await terminal.runs(*LIFT, "sara@example.se")
    assert said.output.endswith("Hävt: Södermark.\n")
    said = await terminal.runs(*LIFT, "sara@example.se", "--namnd", "sodermark")
    assert said.output.endswith("Inget nödstopp gäller för Södermark.\n")
    for clock in found.clocks:
        who = "sara" if clock.namnd == SODERMARK else "lena"
        said = await terminal.runs("incident-klar", clock.id, "--as", f"{who}@example.se", "--reference", "KS 1")
        assert said.exit_code == 0, said.output
        assert "Avprickat: " in said.output
    assert await ctx.store.read(lambda tx: tx.incidents.running_clocks()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*STOP, "anna@example.se"), "Bara en ledare eller en administratör"),
        ((*STOP, "vem@example.se"), "Ingen aktiv person"),
        ((*STOP, "lena@example.se", "--namnd", "x"), "Nämnderna är: norrvik, sodermark"),
        (("nodstopp", "--reason", " ", "--as", "lena@example.se"), "Skriv varför"),
        (("incident-klar", "XXXXX", "--as", "lena@example.se", "--reference", "KS 1"), "Ingen incidentrapport"),
    ],
)
async def test_what_cannot_be_done_is_said(terminal: Terminal, arguments: tuple[str, ...], said: str) -> None:
    result = await terminal.runs(*arguments)

    assert result.exit_code == 2
    assert said in result.output


async def test_an_administrator_stops_and_does_not_lift(terminal: Terminal) -> None:
    assert (await terminal.runs(*STOP, "karin@example.se")).exit_code == 0

    result = await terminal.runs(*LIFT, "karin@example.se")

    assert result.exit_code == 2
    assert "Bara nämndens egna ledare" in result.output
    assert len(await terminal.ctx.store.read(lambda tx: tx.incidents.stops())) == 2
