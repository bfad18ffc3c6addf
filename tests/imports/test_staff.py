from collections.abc import Sequence
from typing import Any

import pytest

from bot.clock import Clock
from bot.domain.errors import NotAllowed
from bot.domain.ids import NamndId, StaffId
from bot.domain.people import AgeBand, Basis, LinkRole, Role, Staff, StaffRole, World
from bot.sandbox.seed import STAFF
from bot.services.imports.csv_table import Table, read_table
from bot.services.imports.run import CannotImport
from bot.services.imports.staff import COLUMNS, KnownStaff, StaffPlan, import_staff, plan_staff, read_staff
from bot.texts import import_words as words
from storage.store import SqlStore
from tests.imports.given import ADMIN, RULES, TEXTS, context, said, table, with_staff

NORRVIK = NamndId("norrvik")
GOOD = {
    "epost": "Anna.Berg@example.se",
    "namn": "Anna Berg",
    "slack_id": "U01",
    "telefon": "070-174 06 80",
    "telefon_verifierad": "ja",
    "roller": "norrvik/beredskap/familjebehandlare, norrvik/beredskap/admin",
    "aktiv": "",
}


def planned(*rows: dict[str, str], known: Sequence[Staff] = (), clients: Sequence[str] = ()) -> StaffPlan:
    read = read_staff(table(COLUMNS, rows).rows, RULES, TEXTS)
    return plan_staff(read, KnownStaff(tuple(known), frozenset(clients)))


def test_a_good_row_becomes_a_person() -> None:
    plan = planned(GOOD)

    (anna,) = plan.new
    assert not plan.problems
    assert not plan.notes
    assert anna.email == "anna.berg@example.se"
    assert anna.phone == "+46701740680"
    assert anna.is_phone_verified
    assert anna.is_active
    assert anna.roles == {
        StaffRole(NORRVIK, World.BEREDSKAP, Role.FAMILJEBEHANDLARE),
        StaffRole(NORRVIK, World.BEREDSKAP, Role.ADMIN),
    }


@pytest.mark.parametrize(
    ("written", "role"),
    [
        ("norrvik/beredskap/familjebehandlare", StaffRole(NORRVIK, World.BEREDSKAP, Role.FAMILJEBEHANDLARE)),
        (" Norrvik / BEREDSKAP / Ledare ", StaffRole(NORRVIK, World.BEREDSKAP, Role.LEADER)),
        ("norrvik/myndighet/handläggare", StaffRole(NORRVIK, World.MYNDIGHET, Role.HANDLAGGARE)),
        ("norrvik/myndighet/handlaggare|", StaffRole(NORRVIK, World.MYNDIGHET, Role.HANDLAGGARE)),
        ("norrvik/myndighet/ledare", StaffRole(NORRVIK, World.MYNDIGHET, Role.LEADER)),
        ("norrvik/beredskap/admin", StaffRole(NORRVIK, World.BEREDSKAP, Role.ADMIN)),
    ],
)
def test_roles_are_read_as_they_are_written(written: str, role: StaffRole) -> None:
    assert planned({**GOOD, "roller": written}).new[0].roles == {role}


@pytest.mark.parametrize("written", ["070-174 06 80", "+46701740680", "0046701740680", "701740680", "46701740680"])
def test_a_number_is_read_also_when_excel_has_taken_its_beginning(written: str) -> None:
    assert planned({**GOOD, "telefon": written}).new[0].phone == "+46701740680"


@pytest.mark.parametrize(
    ("column", "value", "part"),
    [
        ("epost", "", words.MISSING),
        ("epost", "anna", words.NOT_EMAIL),
        ("namn", "", words.MISSING),
        ("namn", "x" * 101, "101 tecken"),
        ("namn", "Anna 800101-1234", words.PERSONNUMMER),
        ("slack_id", "anna", "stora bokstäver"),
        ("slack_id", "U", "stora bokstäver"),
        ("telefon", "12", "telefonnummer"),
        ("telefon", "+46701740699", "vårt eget nummer"),
        ("telefon_verifierad", "kanske", "ja eller nej ”kanske”"),
        ("roller", "norrvik/familjebehandlare", "förstås inte"),
        ("roller", "ostmark/beredskap/ledare", "norrvik, sodermark"),
        ("roller", "norrvik/jour/ledare", "”jour”"),
        ("roller", "norrvik/beredskap/chef", "familjebehandlare, handläggare, ledare, admin"),
        ("roller", "norrvik/myndighet/familjebehandlare", "hör till beredskap"),
        ("roller", "norrvik/beredskap/handläggare", "hör till beredskap"),
        ("roller", "", words.NO_ROLE),
        ("aktiv", "x", "ja eller nej"),
    ],
)
def test_a_bad_cell_is_told_with_line_and_column(column: str, value: str, part: str) -> None:
    plan = planned({**GOOD, column: value})

    assert said(plan.problems) == [(2, column)]
    assert part in plan.problems[0].text


def test_every_problem_of_every_row_is_told() -> None:
    plan = planned({**GOOD, "namn": "", "aktiv": "x"}, GOOD, {**GOOD, "epost": "b@example.se", "roller": "y"})

    assert said(plan.problems) == [
        (2, "namn"),
        (2, "aktiv"),
        (3, "epost"),
        (3, "slack_id"),
        (3, "telefon"),
        (4, "roller"),
        (4, "slack_id"),
        (4, "telefon"),
    ]


def test_verified_needs_a_number_and_the_inactive_need_no_role() -> None:
    assert said(planned({**GOOD, "telefon": ""}).problems) == [(2, "telefon_verifierad")]
    assert not planned({**GOOD, "roller": "", "aktiv": "nej"}).problems


def test_without_slack_and_phone_nobody_can_be_reached() -> None:
    notes = planned({**GOOD, "telefon": "", "telefon_verifierad": "", "slack_id": ""}).notes

    assert [note.text for note in notes] == [words.UNREACHABLE]


def test_nobody_shares_a_slack_id_a_phone_or_a_familys_number() -> None:
    other = Staff(StaffId("s9"), "Bo", "bo@example.se", "U01", frozenset(), "+46701740680")

    assert said(planned(GOOD, known=[other]).problems) == [(2, "slack_id"), (2, "telefon")]
    assert [p.text for p in planned(GOOD, clients=["+46701740680"]).problems] == [words.NOT_A_STAFF_PHONE]


def test_a_file_without_an_administrator_is_noted() -> None:
    assert words.NO_ADMIN in [n.text for n in planned({**GOOD, "roller": "norrvik/beredskap/ledare"}).notes]


def test_an_empty_cell_leaves_a_verified_phone_verified_but_not_a_new_one() -> None:
    old = planned(GOOD).new[0]

    assert not planned({**GOOD, "telefon_verifierad": ""}, known=[old]).changed
    ((_, after, columns),) = planned({**GOOD, "telefon_verifierad": "", "telefon": "0701740681"}, known=[old]).changed
    assert not after.is_phone_verified
    assert columns == ("telefon", "telefon_verifierad")


def seed() -> Table:
    return read_table(STAFF.read_bytes(), COLUMNS)


async def test_the_first_import_needs_nobody_and_the_second_changes_nothing(store: SqlStore, clock: Clock) -> None:
    ctx = context(store, clock)

    first = await import_staff(seed(), ctx=ctx, as_email=None)
    second = await import_staff(seed(), ctx=ctx, as_email=ADMIN)

    assert first.summary == "14 nya, 0 ändrade, 0 oförändrade"
    assert second.summary == "0 nya, 0 ändrade, 14 oförändrade"
    anna = await store.read(lambda tx: tx.staff.by_slack_id("U01"))
    assert anna is not None
    assert anna.name == "Anna Berg"
    assert anna.has(Role.FAMILJEBEHANDLARE, NORRVIK)
    assert await store.read(lambda tx: tx.staff.by_verified_phone("+46701740680")) == anna


@pytest.mark.parametrize("as_email", [None, "nobody@example.se"])
async def test_later_imports_name_somebody(store: SqlStore, clock: Clock, as_email: str | None) -> None:
    ctx = context(store, clock)
    await with_staff(ctx)

    with pytest.raises(CannotImport):
        await import_staff(seed(), ctx=ctx, as_email=as_email)


async def test_two_people_may_swap_slack_ids_and_phones(store: SqlStore, clock: Clock) -> None:
    ctx = context(store, clock)
    await with_staff(ctx)
    role = "norrvik/beredskap/familjebehandlare"
    rows = [
        {"epost": "anna.berg@example.se", "namn": "Anna Berg", "slack_id": "U02", "telefon": "0701740681"},
        {"epost": "bo.lund@example.se", "namn": "Bo Lund", "slack_id": "U01", "telefon": "0701740680"},
    ]

    result = await import_staff(
        table(COLUMNS, [{**row, "roller": role} for row in rows]), ctx=ctx, as_email="gunilla.holm@example.se"
    )

    assert result.summary == "0 nya, 2 ändrade, 0 oförändrade"
    swapped = await store.read(lambda tx: tx.staff.by_slack_id("U01"))
    assert swapped is not None
    assert (swapped.name, swapped.phone, swapped.is_phone_verified) == ("Bo Lund", "+46701740680", False)


@pytest.mark.parametrize(
    ("as_email", "row"),
    [
        ("anna.berg@example.se", GOOD),
        ("gunilla.holm@example.se", {**GOOD, "roller": "sodermark/beredskap/familjebehandlare"}),
        ("gunilla.holm@example.se", {**GOOD, "roller": "norrvik/myndighet/handläggare"}),
        ("gunilla.holm@example.se", {**GOOD, "roller": "norrvik/beredskap/admin"}),
        ("ingrid.strand@example.se", GOOD),
    ],
)
async def test_only_those_who_answer_for_the_namnd_change_its_staff(
    store: SqlStore, clock: Clock, as_email: str, row: dict[str, str]
) -> None:
    ctx = context(store, clock)
    await with_staff(ctx)
    new = {**row, "epost": "ny@example.se", "slack_id": "U99", "telefon": ""} | {"telefon_verifierad": ""}

    with pytest.raises(NotAllowed) as denied:
        await import_staff(table(COLUMNS, [new]), ctx=ctx, as_email=as_email)

    assert denied.value.audit is not None
    assert not denied.value.audit.is_allowed
    assert await store.read(lambda tx: tx.staff.by_email("ny@example.se")) is None


async def test_a_familys_number_cannot_become_a_staff_phone(store: SqlStore, clock: Clock) -> None:
    ctx = context(store, clock)
    await with_staff(ctx)
    await store.write(
        lambda tx: tx.people.link(
            tx.people.ensure_contact("+46701740605").contact.id,
            tx.people.add_youth(**_youth()).id,
            LinkRole.YOUTH,
            "Nova",
        )
    )

    result = await import_staff(
        table(COLUMNS, [{**GOOD, "telefon": "0701740605"}]), ctx=ctx, as_email=ADMIN, dry_run=True
    )

    assert said(result.problems) == [(2, "telefon")]
    assert not result.is_written


def _youth() -> dict[str, Any]:
    return {
        "namnd": NORRVIK,
        "name": "Nova",
        "age_band": AgeBand.FROM_15,
        "basis": Basis.FIFTEEN_OR_OVER,
        "basis_reason": "",
        "reference": None,
        "jav": (),
    }
