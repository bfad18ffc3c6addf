from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.clock import Clock
from bot.domain.errors import NotAllowed
from bot.domain.ids import ContactId, NamndId, StaffId, YouthId
from bot.domain.people import AgeBand, Basis, Contact, Link, LinkedContact, LinkRole, Staff, Youth
from bot.sandbox.seed import YOUTHS
from bot.services.imports.cells import looks_like_personnummer, quoted
from bot.services.imports.consent_lines import OPTIONAL
from bot.services.imports.csv_table import read_table
from bot.services.imports.youths import COLUMNS, KnownYouths, YouthPlan, import_youths, plan_youths, read_youths
from bot.texts import import_words as words
from storage.store import SqlStore
from tests.imports.given import ADMIN, RULES, TEXTS, context, said, table, with_staff

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
NORRVIK, SODERMARK = NamndId("norrvik"), NamndId("sodermark")
GOOD = {
    "referens": "N-1",
    "nämnd": "norrvik",
    "ungdom": "Nova Lindgren",
    "åldersgrupp": "12-14",
    "grund": "vårdnadshavares samtycke",
    "kontakt": "Nova Lindgren",
    "roll": "ungdom",
    "telefon": "070-174 06 05",
    "språk": "sv",
}
GUARDIAN = {**GOOD, "kontakt": "Jenny Lindgren", "roll": "vårdnadshavare", "telefon": "070-174 06 06"}
ANNA = Staff(StaffId("s1"), "Anna", "anna@example.se", "U01", frozenset(), "+46701740680")


def planned(
    *rows: dict[str, str], youths: Mapping[Any, Youth] | None = None, contacts: Sequence[LinkedContact] = ()
) -> YouthPlan:
    read = read_youths(table((*COLUMNS, *OPTIONAL), rows, OPTIONAL).rows, RULES, TEXTS)
    return plan_youths(read, KnownYouths((ANNA,), youths or {}, tuple(contacts)), TEXTS, NOW, 6)


def test_two_rows_are_one_youth_with_two_numbers() -> None:
    plan = planned(GOOD, GUARDIAN)

    ((nova, reference),) = plan.new_youths
    assert not plan.problems
    assert not plan.notes
    assert (nova.name, nova.namnd, reference) == ("Nova Lindgren", NORRVIK, "N-1")
    assert (nova.age_band, nova.basis) == (AgeBand.FROM_12_TO_14, Basis.GUARDIAN_CONSENT)
    assert {(link.number, link.role, link.name) for link in plan.new_links} == {
        ("+46701740605", LinkRole.YOUTH, "Nova Lindgren"),
        ("+46701740606", LinkRole.GUARDIAN, "Jenny Lindgren"),
    }


def test_siblings_share_a_guardians_number() -> None:
    plan = planned(GUARDIAN, {**GUARDIAN, "referens": "N-2", "ungdom": "Elis Lindgren"})

    assert not plan.problems
    assert not plan.notes
    assert len(plan.new_youths) == 2
    assert list(plan.new_contacts) == ["+46701740606"]


@pytest.mark.parametrize(
    ("written", "age"),
    [
        ("under 12", AgeBand.UNDER_12),
        ("Under 12 år", AgeBand.UNDER_12),
        ("12-14", AgeBand.FROM_12_TO_14),
        ("12 – 14 år", AgeBand.FROM_12_TO_14),
        ("12 till 14", AgeBand.FROM_12_TO_14),
        ("15 eller äldre", AgeBand.FROM_15),
        ("15 år eller äldre", AgeBand.FROM_15),
    ],
)
def test_age_groups_are_read_as_they_are_written(written: str, age: AgeBand) -> None:
    assert planned({**GOOD, "åldersgrupp": written}).new_youths[0][0].age_band is age


@pytest.mark.parametrize(
    ("age", "basis", "reason", "column"),
    [
        ("under 12", "vårdnadshavares samtycke", "", None),
        ("under 12", "barnets samtycke", "", "grund"),
        ("under 12", "15 år eller äldre", "", "grund"),
        ("under 12", "handläggarbeslut", "", "skäl"),
        ("under 12", "handläggarbeslut", "beslut av enhetschef", "beslutat av"),
        ("12-14", "vårdnadshavares samtycke", "", None),
        ("12-14", "barnets samtycke", "", None),
        ("12-14", "15 år eller äldre", "", "grund"),
        ("15 eller äldre", "15 år eller äldre", "", None),
        ("15 eller äldre", "Barnets samtycke", "", None),
        ("15 eller äldre", "handläggarbeslut", "", "skäl"),
    ],
)
def test_the_ground_must_carry_the_enrolment(age: str, basis: str, reason: str, column: str | None) -> None:
    plan = planned({**GOOD, "åldersgrupp": age, "grund": basis, "skäl": reason})

    assert said(plan.problems) == ([] if column is None else [(2, column)])


@pytest.mark.parametrize(
    ("column", "value", "part"),
    [
        ("referens", "", words.MISSING),
        ("referens", "x" * 61, "61 tecken"),
        ("referens", "20110512-1234", words.PERSONNUMMER),
        ("referens", "1105121234", words.PERSONNUMMER),
        ("nämnd", "ostmark", "norrvik, sodermark"),
        ("ungdom", "", words.MISSING),
        ("ungdom", "x" * 101, "101 tecken"),
        ("åldersgrupp", "dec-14", "12 till 14"),
        ("grund", "vet ej", "”vet ej”"),
        ("skäl", "se 110512-1234", words.PERSONNUMMER),
        ("kontakt", "Nova 201105121234", words.PERSONNUMMER),
        ("roll", "syskon", "ungdom eller vårdnadshavare"),
        ("telefon", "", words.MISSING),
        ("telefon", "hemligt", "telefonnummer"),
        ("telefon", "110512-1234", words.PERSONNUMMER),
        ("telefon", "+46701740699", "vårt eget"),
        ("telefon", "08-465 004 01", words.LANDLINE),
        ("telefon", "070-174 06 80", "tjänstetelefon"),
        ("språk", "klingonska", "ar (arabiska)"),
        ("jäv", "anna", words.NOT_EMAIL),
        ("jäv", "okand@example.se", words.UNKNOWN_JAV),
    ],
)
def test_a_bad_cell_is_told_with_line_and_column(column: str, value: str, part: str) -> None:
    plan = planned({**GOOD, column: value})

    assert said(plan.problems) == [(2, column)]
    assert part in plan.problems[0].text


@pytest.mark.parametrize(
    "column", ["referens", "ungdom", "kontakt", "telefon", "jäv", "skäl", "språk", "roll", "nämnd"]
)
def test_names_and_numbers_are_never_quoted(column: str) -> None:
    """Also when they have slipped into a column whose values are quoted otherwise."""
    for value in ("070-174 06 77 eller 0701740678", "anna@example", "110512-1234", "0701740605 Nova"):
        told = str(planned({**GOOD, column: value}).problems)
        assert value not in told


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("110512-1234", True),
        ("110512+1234", True),
        ("110512 – 1234", True),
        ("20110512-1234", True),
        ("201105121234", True),
        ("20110572-1234", True),
        ("Nova (110512-1234)", True),
        ("1105121234", True),
        ("111312-1234", False),
        ("110500-1234", False),
        ("2026-11-20 17:00", False),
        ("N-2026-0001", False),
        ("1234567890123", False),
    ],
)
def test_what_looks_like_a_personnummer(text: str, answer: bool) -> None:
    assert looks_like_personnummer(text) is answer


@pytest.mark.parametrize("written", ["070-174 06 05", "0701740605", "+46701740605", "0046701740605", "070 1740605"])
def test_a_telephone_number_is_no_personnummer(written: str) -> None:
    assert not looks_like_personnummer(written, is_phone=True)
    assert quoted(written) == ""


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("ungdom", "Nova Berg"),
        ("åldersgrupp", "15 eller äldre"),
        ("grund", "barnets samtycke"),
        ("skäl", "något"),
        ("jäv", "anna@example.se"),
    ],
)
def test_rows_of_one_youth_must_agree(column: str, value: str) -> None:
    plan = planned(GOOD, {**GUARDIAN, column: value})

    assert said(plan.problems) == [(3, column)]
    assert "rad 2" in plan.problems[0].text


def test_the_same_reference_in_two_namnder_is_two_youths() -> None:
    other = {**GOOD, "nämnd": "sodermark", "ungdom": "Ture", "kontakt": "Ture", "telefon": "070-174 06 07"}

    assert len(planned(GOOD, other).new_youths) == 2


def test_the_same_number_twice_for_one_youth_and_role_is_refused() -> None:
    assert said(planned(GOOD, GOOD).problems) == [(3, "telefon")]


def test_one_number_has_one_language() -> None:
    sibling = {**GUARDIAN, "referens": "N-2", "ungdom": "Elis", "språk": "ar"}

    assert said(planned(GUARDIAN, sibling).problems) == [(3, "språk")]
    assert planned(GUARDIAN, {**sibling, "språk": ""}).new_contacts == {"+46701740606": "sv"}
    assert planned({**GUARDIAN, "språk": "Arabiska"}).new_contacts == {"+46701740606": "ar"}


def test_what_may_be_a_slip_is_noted() -> None:
    shared = planned(GOOD, {**GUARDIAN, "telefon": GOOD["telefon"]})
    assert [note.text for note in shared.notes] == [words.SHARED_PHONE]

    other = {**GOOD, "referens": "S-1", "nämnd": "sodermark"}
    assert [note.text for note in planned(GOOD, other).notes] == [
        words.TWO_YOUTHS.format(line=2),
        words.TWO_NAMNDER.format(line=2),
    ]


def test_an_old_number_that_the_file_lacks_is_noted_and_kept() -> None:
    nova = Youth(YouthId("y1"), NORRVIK, "4TK9M", "Nova Lindgren", AgeBand.FROM_12_TO_14, Basis.GUARDIAN_CONSENT)
    contact = Contact(ContactId("c1"), "+46701740677", "CODE1")
    old = LinkedContact(contact, (Link(contact.id, nova, LinkRole.YOUTH, "Nova Lindgren"),))

    plan = planned(GOOD, youths={(NORRVIK, "N-1"): nova}, contacts=[old])

    assert [note.text for note in plan.notes] == [words.LEFT_LINKS.format(count=1)]
    assert "174" not in str(plan.notes)
    assert not plan.changed_youths
    assert len(plan.new_links) == 1


def test_a_youth_who_has_left_is_not_brought_back_by_an_old_file() -> None:
    gone = Youth(YouthId("y1"), NORRVIK, "4TK9M", "Nova", AgeBand.FROM_15, Basis.FIFTEEN_OR_OVER, is_active=False)

    assert said(planned(GOOD, youths={(NORRVIK, "N-1"): gone}).problems) == [(2, "referens")]


async def test_the_youths_of_the_sandbox_twice_change_nothing(store: SqlStore, clock: Clock) -> None:
    ctx = context(store, clock)
    await with_staff(ctx)
    file = read_table(YOUTHS.read_bytes(), COLUMNS, OPTIONAL)

    first = await import_youths(file, ctx=ctx, as_email=ADMIN)
    second = await import_youths(file, ctx=ctx, as_email=ADMIN)

    assert first.problems == ()
    assert first.summary == "8 nya, 0 ändrade, 0 oförändrade"
    assert second.summary == "0 nya, 0 ändrade, 8 oförändrade"
    jenny = await store.read(lambda tx: tx.people.contact_by_number("+46701740606"))
    tilde = await store.read(lambda tx: tx.people.contact_by_number("+46701740610"))
    leila = await store.read(lambda tx: tx.people.contact_by_number("+46701740609"))
    david = await store.read(lambda tx: tx.staff.by_email("david.ek@example.se"))
    assert jenny is not None
    assert len(jenny.links) == 2
    assert tilde is not None
    assert tilde.is_shared_phone
    assert david is not None
    assert tilde.jav == {david.id}
    assert leila is not None
    assert leila.contact.language == "ar"


async def test_names_jav_and_language_are_changed(store: SqlStore, clock: Clock) -> None:
    ctx = context(store, clock)
    await with_staff(ctx)
    await import_youths(table(COLUMNS, [GOOD, GUARDIAN]), ctx=ctx, as_email=ADMIN)
    changes = {"ungdom": "Nova Berg", "jäv": "anna.berg@example.se"}
    rows = [{**GOOD, **changes}, {**GUARDIAN, **changes, "kontakt": "Jenny Berg", "språk": "ar"}]

    result = await import_youths(table(COLUMNS, rows), ctx=ctx, as_email=ADMIN)

    assert result.summary == "0 nya, 2 ändrade, 0 oförändrade"
    assert [change.columns for change in result.changes] == [
        ("ungdom", "jäv"),
        ("ungdom", "jäv", "kontakt", "språk"),
    ]
    contact = await store.read(lambda tx: tx.people.contact_by_number("+46701740606"))
    assert contact is not None
    assert contact.contact.language == "ar"
    assert contact.links[0].name == "Jenny Berg"
    assert contact.links[0].youth.name == "Nova Berg"
    assert len(contact.jav) == 1
    again = await import_youths(table(COLUMNS, rows), ctx=ctx, as_email=ADMIN)
    assert again.unchanged == 2


async def test_a_number_that_has_texted_before_is_the_same_contact(store: SqlStore, clock: Clock) -> None:
    ctx = context(store, clock)
    await with_staff(ctx)
    before = await store.write(lambda tx: tx.people.ensure_contact("+46701740605"))

    await import_youths(table(COLUMNS, [GOOD]), ctx=ctx, as_email=ADMIN)

    after = await store.read(lambda tx: tx.people.contact_by_number("+46701740605"))
    assert after is not None
    assert after.contact.id == before.contact.id
    assert len(after.links) == 1


@pytest.mark.parametrize(
    ("as_email", "may"),
    [
        ("anna.berg@example.se", True),
        ("gunilla.holm@example.se", True),
        (ADMIN, True),
        ("david.ek@example.se", False),
        ("henrik.vall@example.se", False),
        ("ingrid.strand@example.se", False),
        ("johan.kvist@example.se", False),
    ],
)
async def test_secrecy_between_namnder_holds_for_files_too(
    store: SqlStore, clock: Clock, as_email: str, may: bool
) -> None:
    ctx = context(store, clock)
    await with_staff(ctx)

    if may:
        assert (await import_youths(table(COLUMNS, [GOOD]), ctx=ctx, as_email=as_email)).added == 1
    else:
        with pytest.raises(NotAllowed):
            await import_youths(table(COLUMNS, [GOOD]), ctx=ctx, as_email=as_email)
        assert await store.read(lambda tx: tx.people.youths_of(NORRVIK)) == []


async def test_what_changes_between_looking_and_writing_is_seen(
    store: SqlStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx = context(store, clock)
    await with_staff(ctx)
    write = store.write
    times: list[int] = []

    async def slow_write(change: Any) -> Any:
        if not times:
            times.append(1)
            await write(lambda tx: tx.people.ensure_contact("+46701740605"))
        return await write(change)

    monkeypatch.setattr(store, "write", slow_write)

    result = await import_youths(table(COLUMNS, [GOOD]), ctx=ctx, as_email=ADMIN)

    assert result.added == 1
    contact = await store.read(lambda tx: tx.people.contact_by_number("+46701740605"))
    assert contact is not None
    assert len(contact.links) == 1


async def test_nothing_of_the_content_reaches_the_log(store: SqlStore, clock: Clock) -> None:
    ctx = context(store, clock)
    await with_staff(ctx)

    with structlog.testing.capture_logs() as logged:
        result = await import_youths(read_table(YOUTHS.read_bytes(), COLUMNS, OPTIONAL), ctx=ctx, as_email=ADMIN)

    assert not [word for word in ("Nova", "Lindgren", "0605", "example.se") if word in f"{logged}{result}"]


names = st.text(st.characters(categories=["Lu", "Ll"]), min_size=1, max_size=20)


@st.composite
def families(draw: st.DrawFn) -> list[dict[str, str]]:
    rows = []
    for place in range(draw(st.integers(1, 5))):
        youth = {
            "referens": f"R-{place}",
            "nämnd": draw(st.sampled_from(["norrvik", "sodermark"])),
            "ungdom": draw(names),
            "åldersgrupp": "15 eller äldre",
            "grund": draw(st.sampled_from(["15 år eller äldre", "barnets samtycke", "vårdnadshavares samtycke"])),
            "jäv": draw(st.sampled_from(["", "anna.berg@example.se", "anna.berg@example.se|bo.lund@example.se"])),
        }
        for last in draw(st.lists(st.integers(5, 79), min_size=1, max_size=3, unique=True)):
            role = draw(st.sampled_from(["ungdom", "vårdnadshavare"]))
            rows.append({**youth, "kontakt": draw(names), "roll": role, "telefon": f"07017406{last:02d}"})
    return rows


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=families())
async def test_a_good_file_twice_leaves_nothing_to_change(rows: list[dict[str, str]], sqlite_ctx: Any) -> None:
    file = table(COLUMNS, rows)

    first = await import_youths(file, ctx=sqlite_ctx, as_email=ADMIN)
    second = await import_youths(file, ctx=sqlite_ctx, as_email=ADMIN)

    assert first.problems == second.problems == ()
    assert second.unchanged == len(rows)
    assert (second.added, second.changed) == (0, 0)
