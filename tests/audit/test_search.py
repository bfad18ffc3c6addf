"""Searching the log: the own nämnd's rows in the own world, in words, and in the log itself."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from bot.cli_audit import register
from bot.cli_audit_search import register as register_search
from bot.domain.errors import AuditEntry, NotAllowed
from bot.domain.ids import NamndId, StaffId, YouthId
from bot.domain.people import AgeBand, Basis, LinkRole, World, Youth
from bot.ports import Tx
from bot.services.audit.search import CannotSearch, Found, Wanted, search_audit
from bot.services.context import Context
from bot.texts import audit_words as words
from tests.audit.given import Log
from tests.imports.given import TEXTS, with_staff
from tests.storage.given import conversation

NORRVIK, SODERMARK = NamndId("norrvik"), NamndId("sodermark")
GUNILLA, HENRIK, JOHAN = "gunilla.holm@example.se", "henrik.vall@example.se", "johan.kvist@example.se"
ANNA, DAVID = "anna.berg@example.se", "david.ek@example.se"
DAY = date(2026, 11, 20)
PHONE = "+46701740605"


@pytest.fixture
async def office(log: Log) -> Log:
    await with_staff(log.ctx)
    return log


async def an_id(log: Log, email: str) -> StaffId:
    person = await log.store.read(lambda tx: tx.staff.by_email(email))
    assert person is not None
    return person.id


async def records(log: Log, *entries: AuditEntry) -> None:
    await log.store.write(lambda tx: tx.audit.record_all(entries))


async def finds(
    log: Log, as_email: str, namnd: NamndId = NORRVIK, world: World = World.BEREDSKAP, **more: Any
) -> Found:
    return await search_audit(Wanted(namnd, world, DAY, DAY, **more), ctx=log.ctx, as_email=as_email)


def told(found: Found) -> list[tuple[str, str, str]]:
    return [
        (entry.who, entry.row.act, entry.code)
        for entry in found.entries
        if not entry.row.act.startswith(("staff_", "import_"))
    ]


async def test_a_leader_sees_the_own_nämnd_in_the_own_world(office: Log) -> None:
    anna, david = await an_id(office, ANNA), await an_id(office, DAVID)
    await records(
        office,
        AuditEntry(anna, "read", "conversation:a", "home_namnd", NORRVIK),
        AuditEntry(david, "read", "conversation:a", "not_on_duty", NORRVIK, is_allowed=False),
        AuditEntry(anna, "read", "conversation:b", "on_duty", SODERMARK),
        AuditEntry(anna, "see_clock", "deadline:d", "responsible", NORRVIK, world=World.MYNDIGHET),
        AuditEntry(anna, "choose_pin", "staff:x", "self"),
        AuditEntry(david, "choose_pin", "staff:y", "self"),
        AuditEntry("system", "parked", "inbox:1", "twilio"),
    )

    assert told(await finds(office, GUNILLA)) == [
        ("Anna Berg", "read", ""),
        ("David Ek", "read", ""),
        ("Anna Berg", "choose_pin", ""),
        ("Gunilla Holm", "see_log", ""),
    ]
    assert told(await finds(office, HENRIK, SODERMARK)) == [
        ("Anna Berg", "read", ""),
        ("David Ek", "choose_pin", ""),
        ("Henrik Vall", "see_log", ""),
    ]
    assert told(await finds(office, JOHAN, world=World.MYNDIGHET)) == [
        ("Anna Berg", "see_clock", ""),
        ("Johan Kvist", "see_log", ""),
    ]
    assert told(await finds(office, GUNILLA, person=DAVID)) == [("David Ek", "read", "")]


@pytest.mark.parametrize(
    ("who", "namnd", "world"),
    [
        (HENRIK, NORRVIK, World.BEREDSKAP),
        (GUNILLA, NORRVIK, World.MYNDIGHET),
        (JOHAN, NORRVIK, World.BEREDSKAP),
        (ANNA, NORRVIK, World.BEREDSKAP),
        ("karin.frost@example.se", NORRVIK, World.BEREDSKAP),
        ("ingen@example.se", NORRVIK, World.BEREDSKAP),
    ],
)
async def test_a_refusal_stands_in_the_log_that_it_was_about(
    office: Log, who: str, namnd: NamndId, world: World
) -> None:
    with pytest.raises(NotAllowed):
        await finds(office, who, namnd, world)

    [row] = office.rows("SELECT act, namnd, world, is_allowed FROM audit ORDER BY id DESC LIMIT 1")
    assert tuple(row) == ("see_log", namnd, world.value, False)


async def test_the_search_stands_in_the_log(office: Log) -> None:
    anna = await an_id(office, ANNA)
    await finds(office, GUNILLA, person=ANNA)

    rows = await office.store.read(lambda tx: tx.seals.rows(0, 10**6, 10**6))
    opened, searched = rows[-2:]
    assert (opened.act, opened.ground, opened.namnd) == ("see_log", "leader", NORRVIK)
    assert searched.act == "audit_search"
    assert dict(searched.details) == {"from": "2026-11-20", "to": "2026-11-20", "rows": 0, "person": anna}


async def test_only_the_days_that_were_asked_for_in_stockholm(office: Log) -> None:
    """22.14 UTC on the 20th is a quarter past eleven in Stockholm; an hour later it is the 21st."""
    await records(office, AuditEntry("system", "receive", "conversation:a", "duty", NORRVIK))
    office.clock.passes(office.clock.now().replace(hour=23, minute=0) - office.clock.now())
    await records(office, AuditEntry("system", "remind", "conversation:a", "acknowledged", NORRVIK))

    assert [act for _, act, _ in told(await finds(office, GUNILLA))] == ["receive"]
    later = Wanted(NORRVIK, World.BEREDSKAP, date(2026, 11, 21), date(2026, 11, 21))
    assert [act for _, act, _ in told(await search_audit(later, ctx=office.ctx, as_email=GUNILLA))][:1] == ["remind"]


async def a_youth(log: Log, namnd: NamndId = NORRVIK, *, jav: tuple[StaffId, ...] = (), phone: str = PHONE) -> Youth:
    def make(tx: Tx) -> Youth:
        made = tx.people.add_youth(
            namnd=namnd,
            name="Ture Hemlig",
            age_band=AgeBand.FROM_15,
            basis=Basis.GUARDIAN_CONSENT,
            basis_reason="",
            reference=f"reg-{namnd}",
            jav=jav,
        )
        contact = tx.people.ensure_contact(phone)
        tx.people.link(contact.contact.id, YouthId(made.id), LinkRole.YOUTH, "Ture Hemlig")
        return made

    return await log.store.write(make)


async def a_conversation(log: Log, namnd: NamndId) -> str:
    """A conversation with the phone, which more than one nämnd has a youth of; return it as a subject of the log."""
    contact = await log.store.read(lambda tx: tx.people.contact_by_number(PHONE))
    assert contact is not None
    made = conversation(contact.contact.id, namnd)
    await log.store.write(lambda tx: tx.conversations.add(made))
    return f"conversation:{made.id}"


async def test_what_was_done_about_one_youth(office: Log) -> None:
    """Their conversations in this nämnd, also from before it was known whose they were; not those of another nämnd."""
    anna, david = await an_id(office, ANNA), await an_id(office, DAVID)
    youth, other = await a_youth(office), await a_youth(office, SODERMARK)
    here = await a_conversation(office, NORRVIK)
    there = await a_conversation(office, SODERMARK)
    await records(
        office,
        AuditEntry(david, "read", here, "unknown_on_duty"),
        AuditEntry(anna, "read", here, "home_namnd", NORRVIK),
        AuditEntry(david, "read", there, "home_namnd", SODERMARK),
        AuditEntry(david, "read", there, "unknown_on_duty"),
        AuditEntry(anna, "read_background", f"background:{youth.id}", "home_namnd", NORRVIK),
        AuditEntry(david, "read_background", f"background:{other.id}", "home_namnd", SODERMARK),
        AuditEntry(anna, "read", "conversation:another", "home_namnd", NORRVIK),
    )
    code = youth.case_code
    expected = [("David Ek", "read", code), ("Anna Berg", "read", code), ("Anna Berg", "read_background", code)]

    for given in (code, code.lower(), "reg-norrvik"):
        assert [one for one in told(await finds(office, GUNILLA, youth=given)) if "see_log" not in one][:3] == expected
    for given in (other.case_code, "reg-sodermark", "finns inte"):
        with pytest.raises(CannotSearch, match=words.UNKNOWN_YOUTH):
            await finds(office, GUNILLA, youth=given)


async def test_a_leader_who_is_related_sees_nothing_of_it(office: Log) -> None:
    gunilla, anna = await an_id(office, GUNILLA), await an_id(office, ANNA)
    youth = await a_youth(office, jav=(gunilla,))
    here = await a_conversation(office, NORRVIK)
    await records(office, AuditEntry(anna, "read", here, "home_namnd", NORRVIK))

    assert [act for _, act, _ in told(await finds(office, GUNILLA))] == ["see_log"]
    with pytest.raises(NotAllowed, match="not_allowed"):
        await finds(office, GUNILLA, youth=youth.case_code)


async def test_a_row_from_before_worlds_were_kept_is_for_whoever_leads_both(office: Log) -> None:
    anna = await an_id(office, ANNA)
    await records(office, AuditEntry(anna, "read", "conversation:a", "home_namnd", NORRVIK))
    office.executes("UPDATE audit SET world = NULL WHERE act = 'read'")
    assert "read" not in [act for _, act, _ in told(await finds(office, GUNILLA))]

    def leads_both(tx: Tx) -> None:

        gunilla, johan = tx.staff.by_email(GUNILLA), tx.staff.by_email(JOHAN)
        assert gunilla is not None
        assert johan is not None
        tx.staff.save(replace(gunilla, roles=gunilla.roles | johan.roles))

    await office.store.write(leads_both)
    assert "read" in [act for _, act, _ in told(await finds(office, GUNILLA))]


# --- the commands ---


@pytest.fixture
def run(office: Log) -> Callable[..., Result]:
    @asynccontextmanager
    async def open_context() -> AsyncIterator[Context]:
        yield office.ctx

    cli = click.Group()
    register_search(register(cli, open_context), open_context)
    usual = ["--as", GUNILLA, "--namnd", "norrvik", "--from", "2026-11-20", "--to", "2026-11-20"]
    return lambda command, *arguments: CliRunner().invoke(cli, ["audit", command, *usual, *arguments])


async def test_the_file_is_in_words(office: Log, run: Callable[..., Result], tmp_path: Path) -> None:
    anna = await an_id(office, ANNA)
    youth = await a_youth(office)
    here = await a_conversation(office, NORRVIK)
    await records(
        office,
        AuditEntry(anna, "read", here, "home_namnd", NORRVIK),
        AuditEntry("slack:U99", "enter", "bot", "not_staff", NORRVIK, is_allowed=False),
        AuditEntry(anna, "an_act_of_tomorrow", "bot", "a+leader", NORRVIK),
    )
    excel, plain = tmp_path / "logg.xlsx", tmp_path / "logg.csv"

    done = await asyncio.to_thread(run, "export", "--xlsx", str(excel))
    assert done.exit_code == 0, done.output
    assert (await asyncio.to_thread(run, "export", "--csv", str(plain))).exit_code == 0

    book = load_workbook(excel)
    lines = [tuple(cell.value for cell in row)[:7] for row in book[words.SHEET].iter_rows(min_row=2)]
    assert lines[-4:-1] == [
        (
            "2026-11-20 22:14:00",
            "Anna Berg",
            "läste ett samtal",
            f"samtal {youth.case_code}",
            "familjebehandlare i samtalets nämnd",
            "Norrviks stadsdelsnämnd",
            "tillåtet",
        ),
        (
            "2026-11-20 22:14:00",
            "okänd person i Slack",
            "försökte använda boten",
            "boten",
            "inte aktiv personal",
            "Norrviks stadsdelsnämnd",
            "nekat",
        ),
        (
            "2026-11-20 22:14:00",
            "Anna Berg",
            "kod an_act_of_tomorrow",
            "boten",
            "kod a, leder verksamheten",
            "Norrviks stadsdelsnämnd",
            "tillåtet",
        ),
    ]
    about = " ".join(str(cell.value) for row in book[words.ABOUT].iter_rows() for cell in row)
    assert "Gunilla Holm" in about
    assert "läste ett samtal" in plain.read_text(encoding="utf-8-sig")
    assert [row.act for row in office.rows("SELECT act FROM audit WHERE act = 'audit_export'")] == ["audit_export"] * 2


async def test_the_terminal_shows_the_same_and_says_what_cannot_be(
    office: Log, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = await an_id(office, ANNA)
    await records(office, *[AuditEntry(anna, "read", "conversation:a", "home_namnd", NORRVIK)] * 3)

    done = await asyncio.to_thread(run, "search", "--person", ANNA)
    assert done.output.count("Anna Berg  läste ett samtal  samtal  familjebehandlare i samtalets nämnd") == 3
    assert done.output.endswith("3 rader.\n")
    monkeypatch.setattr("bot.cli_audit_search.SHOWN", 2)
    assert "de första 2 av 3" in (await asyncio.to_thread(run, "search", "--person", ANNA)).output

    for arguments, said in {
        ("--person", "x@example.se"): words.UNKNOWN_PERSON,
        ("--youth", "AAAAA"): words.UNKNOWN_YOUTH,
        ("--case", "K-1"): words.WRONG_WORLD,
        ("--youth", "A", "--case", "B"): words.ONE_OF,
        ("--namnd", "xx"): "xx",
        ("--as", HENRIK): words.DENIED,
        ("--to", "2026-11-19"): "",
    }.items():
        refused = await asyncio.to_thread(run, "search", *arguments)
        assert refused.exit_code == 2, refused.output
        assert said in refused.output or said == "xx"
    assert TEXTS.has("audit_act.see_log")
