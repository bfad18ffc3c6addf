"""Twenty thousand rows of which 37 are bad, twice, on either database."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from bot.domain.case_import import REQUIRED
from bot.services.context import Context
from bot.services.imports.case_table import read_cases
from bot.services.imports.cases import import_cases
from storage.store import SqlStore
from tests.imports.given_cases import CONFIG, HEADINGS, INGRID, NORRVIK, configured, csv_of

ROWS, BAD = 20_000, 37
FIRST = date(2026, 2, 2)
OWNERS = ("Ingrid Strand", "Borg, Lars", "")
MISTAKES = (
    {"case_ref": "20121212-1212"},
    {"case_ref": ""},
    {"kind": "Vet ej"},
    {"received_on": "2027-01-01"},
    {"received_on": "1999-12-31"},
    {"received_on": "i går"},
    {"outcome": "Inleds ej", "decided_on": ""},
)


def an_export() -> bytes:
    rows = []
    for number in range(ROWS):
        day = FIRST + timedelta(days=number % 250)
        row = {
            "case_ref": f"K-2026-{number}",
            "kind": "Ansökan",
            "received_on": day.isoformat(),
            "received_time": f"{8 + number % 9:02}:{number % 60:02}",
            "owner": OWNERS[number % 3],
            "gender": "Pojke" if number % 2 else "Flicka",
        }
        if number % 4:
            row |= {"outcome": "Inleds ej", "decided_on": (day + timedelta(days=10)).isoformat()}
        if number % (ROWS // BAD) == 0 and number // (ROWS // BAD) < BAD:
            row |= MISTAKES[number % len(MISTAKES)]
        rows.append(row)
    return csv_of(rows)


@pytest.mark.timeout(300)  # fifteen seconds on an idle machine
async def test_twice(ctx: Context, store: SqlStore) -> None:
    """The second time changes nothing, tells nobody, and rejects the same rows for the same reasons."""
    made = configured(ctx)
    table = read_cases(an_export(), CONFIG.columns, REQUIRED)

    first = await import_cases(table, ctx=made, namnd=NORRVIK, as_email=INGRID)
    before = state(store)
    second = await import_cases(table, ctx=made, namnd=NORRVIK, as_email=INGRID)

    assert first.counts == {"added": ROWS - BAD, "changed": 0, "unchanged": 0, "rejected": BAD}
    assert second.counts == {"added": 0, "changed": 0, "unchanged": ROWS - BAD, "rejected": BAD}
    assert second.rejected == first.rejected
    assert before["deadline"] == before["deadline_imported"] == ROWS - BAD
    assert state(store) == before
    assert HEADINGS["case_ref"] in table.header


def state(store: SqlStore) -> dict[str, int]:
    """Return how many rows there are of what an import writes, the audit log of the import itself apart."""
    asked = {
        "deadline": "SELECT count(*) FROM deadline",
        "deadline_imported": "SELECT count(*) FROM deadline_event WHERE kind = 'imported'",
        "deadline_event": "SELECT count(*) FROM deadline_event",
        "outbox": "SELECT count(*) FROM outbox",
    }
    with store.engine.connect() as connection:
        return {name: int(connection.execute(sa.text(query)).scalar_one()) for name, query in asked.items()}
