"""The commands as somebody types them: what they say when it goes well, when it does not, and to whom they say no."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from bot.cli_enrolled import register as register_enrolled
from bot.cli_retention import register as register_retention
from bot.cli_take_out import register as register_take_out
from bot.domain.clocks import ClockKind
from bot.domain.deadline import Gender, Outcome
from bot.domain.ids import ReportId
from bot.domain.people import AgeBand, Basis, LinkRole, Role, StaffRole, World
from bot.ports import Tx
from bot.services.clocks.starting import Origin, build
from bot.services.context import Context
from bot.services.take_out.approve import approve_take_out
from storage.store import SqlStore
from storage.vault import Vault
from tests.frozen import FrozenClock
from tests.imports.given import context
from tests.storage.given import NORRVIK, staff

Run = Callable[..., Result]
NUMBER = "+46701740605"
ANNA = staff("Anna Ek")
LENA = staff("Lena Holm", roles=frozenset({StaffRole(NORRVIK, World.BEREDSKAP, Role.LEADER)}))
JOHAN = staff("Johan Kvist", roles=frozenset({StaffRole(NORRVIK, World.MYNDIGHET, Role.LEADER)}))


@pytest.fixture
def opened(sqlite_database_url: str, vault: Vault) -> Any:
    @asynccontextmanager
    async def open_context() -> AsyncIterator[Context]:
        store = SqlStore(sqlite_database_url, vault, FrozenClock(datetime(2026, 11, 24, 9, 5, tzinfo=UTC)))
        try:
            yield context(store, FrozenClock(datetime(2026, 11, 24, 9, 5, tzinfo=UTC)))
        finally:
            await store.close()

    return open_context


@pytest.fixture
def code(opened: Any) -> str:
    """Enrol Nova, and return her case code."""

    def change(tx: Tx) -> str:
        for person in (ANNA, LENA):
            tx.staff.save(person)
        youth = tx.people.add_youth(
            namnd=NORRVIK,
            name="Nova Berg",
            age_band=AgeBand.FROM_15,
            basis=Basis.FIFTEEN_OR_OVER,
            basis_reason="",
            reference=None,
            jav=(),
        )
        contact = tx.people.ensure_contact(NUMBER)
        tx.people.link(contact.contact.id, youth.id, LinkRole.YOUTH, "Nova Berg")
        return youth.case_code

    async def work() -> str:
        async with opened() as ctx:
            return str(await ctx.store.write(change))

    return asyncio.run(work())


@pytest.fixture
def run(opened: Any) -> Run:
    cli = click.Group()
    for register in (register_retention, register_enrolled, register_take_out):
        register(cli, opened)

    def typed(*arguments: str, typed_in: str = "") -> Result:
        return CliRunner().invoke(cli, list(arguments), input=typed_in)

    return typed


def test_a_hold_is_set_shown_and_lifted(run: Run, code: str) -> None:
    lena = ("--as", LENA.email)
    assert "Ange antingen" in run("hold", "set", "--reference", "mål 1", *lena).output
    assert "beteckning" in run("hold", "set", "--code", code, *lena).output
    assert (
        "har redan varit"
        in run("hold", "set", "--code", code, "--reference", "mål 1", "--until", "2026-01-01", *lena).output
    )
    assert "finns inte i beredskap.toml" in run("hold", "set", "--namnd", "x", "--reference", "mål 1", *lena).output
    assert "inte rätt" in run("hold", "set", "--code", code, "--reference", "mål 1", "--as", ANNA.email).output

    done = run("hold", "set", "--code", code, "--reference", "mål 1", "--until", "2027-01-31", *lena)
    assert done.exit_code == 0
    hold_id = done.output.split("Id: ")[1].strip(" .\n")
    shown = run("hold", "list", "--namnd", NORRVIK, *lena).output
    assert all(said in shown for said in (hold_id, "en ungdom", "mål 1", "2027-01-31"))
    assert "hävt" in run("hold", "lift", hold_id, *lena).output
    again = run("hold", "lift", hold_id, *lena)
    assert (again.exit_code, "inget sådant" in again.output) == (2, True)
    assert "Inget är undantaget" in run("hold", "list", "--namnd", NORRVIK, *lena).output


def test_waive_and_withdraw_with_nothing_there(run: Run, code: str) -> None:
    lena = ("--as", LENA.email)
    assert "0 samtal" in run("waive", "--code", code, "--reason", "felsms", "--reference", "dnr 9", *lena).output
    assert "skälet" in run("waive", "--code", code, "--reference", "dnr 9", *lena).output
    assert "Inget inlägg" in run("withdraw", "--conversation", code, "--reason", "fel", *lena).output
    assert "Ange antingen" in run("withdraw", "--reason", "fel", *lena).output


def test_a_case_is_held_and_waived_by_the_units_own_leader(run: Run, code: str, opened: Any) -> None:
    async def settle() -> None:
        async with opened() as ctx:
            now = ctx.clock.now()
            origin = Origin(ReportId("r"), NORRVIK, "K-123", None, Gender.UNKNOWN, False)
            clock = build(ctx, origin, ClockKind.FORHANDSBEDOMNING, now, JOHAN.id)
            ended = clock.settle(Outcome.INLEDS_INTE, JOHAN.id, at=now, on=now.date())
            await ctx.store.write(lambda tx: (tx.staff.save(JOHAN), tx.deadlines.add(ended)))

    asyncio.run(settle())
    johan, of_case = ("--as", JOHAN.email), ("--namnd", NORRVIK, "--case", "k-123")
    assert "med --namnd" in run("hold", "set", "--code", code, "--case", "K-123", "--reference", "1", *johan).output
    assert "inte rätt" in run("hold", "set", *of_case, "--reference", "mål 1", "--as", LENA.email).output
    done = run("hold", "set", *of_case, "--reference", "mål 1", *johan)
    hold_id = done.output.split("Id: ")[1].strip(" .\n")
    shown = run("hold", "list", "--namnd", NORRVIK, "--world", "myndighet", *johan).output
    assert all(said in shown for said in (hold_id, "ärendet K-123", "mål 1"))
    assert "inte rätt" in run("hold", "list", "--namnd", NORRVIK, "--world", "myndighet", "--as", LENA.email).output
    assert "Inget är undantaget" in run("hold", "list", "--namnd", NORRVIK, "--as", LENA.email).output
    assert "inte rätt" in run("hold", "lift", hold_id, "--as", LENA.email).output
    assert "hävt" in run("hold", "lift", hold_id, *johan).output

    why = ("--reason", "dubblett", "--reference", "dnr 9", *johan)
    assert "antingen --code" in run("waive", *why).output
    assert "antingen --code" in run("waive", "--case", "K-123", *why).output
    assert "inga frister" in run("waive", "--namnd", NORRVIK, "--case", "K-999", *why).output
    assert "1 frister" in run("waive", *of_case, *why).output
    assert "0 frister" in run("waive", *of_case, *why).output


def test_what_is_secret_is_asked_for_and_not_shown(run: Run, code: str) -> None:
    anna = ("--code", code, "--reference", "dnr 3", "--as", ANNA.email)
    corrected = run("enrolled", "correct", "--what", "name", *anna, typed_in="Nora Berg\n")
    assert "för akten: Nova Berg" in corrected.output
    removed = run("enrolled", "remove-number", "--written", "kept", *anna, typed_in="070-174 06 05\n")
    assert "borttaget" in removed.output
    assert "174" not in removed.output
    assert "inte knutet" in run("enrolled", "remove-number", "--written", "kept", *anna, typed_in="070\n").output
    assert "avslutad" in run("enrolled", "end", *anna).output
    assert "inte rätt" in run("enrolled", "end", "--code", "22222", "--reference", "1", "--as", ANNA.email).output


@pytest.mark.parametrize("name", ["utdrag.xlsx", "utdrag.html"])
def test_an_extract_is_written_when_it_is_approved(run: Run, code: str, opened: Any, tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    wanted = ("take-out", "register", "--code", code, "--as", ANNA.email, "--out", str(out))
    assert "fått frågan i Slack" in run(*wanted).output
    assert not out.exists()

    async def approve() -> None:
        async with opened() as ctx:
            asked = await ctx.store.read(lambda tx: tx.take_outs.newest(_subject(tx, code), ANNA.id))
            await approve_take_out(str(LENA.slack_user_id), asked.id, ctx=ctx)

    asyncio.run(approve())
    assert "0 rader skrivna" in run(*wanted).output
    assert out.stat().st_mode & 0o077 == 0
    assert "finns redan" in run(*wanted).output


def _subject(tx: Tx, code: str) -> str:
    named = tx.retention.named(code)
    return "" if named is None else f"youth:{named.youth_id}"
