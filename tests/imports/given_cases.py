"""An export from a made-up case system, and the settings that say how it is read."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from openpyxl import Workbook

from bot.domain.case_import import REQUIRED, CaseImport
from bot.domain.clocks import ClockKind
from bot.domain.deadline import Deadline, Gender, Outcome
from bot.domain.ids import NamndId
from bot.services.context import Context
from bot.services.imports.case_table import CaseTable, read_cases
from bot.services.imports.cases import CasesResult, import_cases

NORRVIK, SODERMARK = NamndId("norrvik"), NamndId("sodermark")
INGRID, LARS, JOHAN, PETRA, ANNA = (
    f"{name}@example.se" for name in ("ingrid.strand", "lars.borg", "johan.kvist", "petra.wall", "anna.berg")
)
HEADINGS: Final = {
    "case_ref": "Ärendenr",
    "kind": "Typ",
    "received_on": "Inkom datum",
    "received_time": "Inkom kl",
    "owner": "Handläggare",
    "gender": "Kön",
    "wants_feedback": "Återkoppling",
    "open_utredning": "Pågår utredning",
    "outcome": "Beslut",
    "decided_on": "Beslutsdatum",
    "suspicion_on": "Misstanke",
    "child_summoned": "Barn kallat",
    "guardian_summoned": "Vårdnadshavare kallad",
}
CONFIG: Final = CaseImport(
    columns=HEADINGS,
    kinds={
        "Orosanmälan": (ClockKind.SKYDDSBEDOMNING, ClockKind.FORHANDSBEDOMNING),
        "Ansökan": (ClockKind.FORHANDSBEDOMNING,),
        "Anmälan brott": (ClockKind.FORHANDSBEDOMNING, ClockKind.ALLVARSSAMTAL),
        "Allvarssamtal": (ClockKind.ALLVARSSAMTAL,),
    },
    genders={"Pojke": Gender.BOY, "Flicka": Gender.GIRL},
    outcomes={
        "Utredning inleds": (Outcome.INLEDS, Outcome.DONE),
        "Inleds ej": (Outcome.INLEDS_INTE, Outcome.DONE),
        "Hållet": (Outcome.HELD,),
        "Tackat nej": (Outcome.DECLINED,),
        "Pågår": (),
    },
    date_format="%d/%m/%Y",
)
USUAL: Final = {"case_ref": "K-1", "kind": "Ansökan", "received_on": "2026-11-16", "received_time": "09:15"}


def case(**cells: str) -> dict[str, str]:
    """One row by our names of the columns, with what is usual in the rest."""
    return {**USUAL, **cells}


def csv_of(
    rows: Iterable[Mapping[str, str]], *, columns: Sequence[str] = tuple(HEADINGS), encoding: str = "utf-8-sig"
) -> bytes:
    lines = [";".join(HEADINGS.get(column, column) for column in columns)]
    lines += (";".join(row.get(column, "") for column in columns) for row in rows)
    return "\r\n".join(lines).encode(encoding)


def excel_of(rows: Iterable[Any]) -> bytes:
    workbook = Workbook()
    for row in rows:
        workbook.active.append(list(row))  # type: ignore[union-attr]
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def table_of(*rows: Mapping[str, str]) -> CaseTable:
    return read_cases(csv_of(rows), CONFIG.columns, REQUIRED)


def configured(ctx: Context, config: CaseImport = CONFIG) -> Context:
    """Return the context of somebody whose settings have [case_import]."""
    return replace(ctx, rules=replace(ctx.rules, case_import=config))


async def imported(ctx: Context, *rows: Mapping[str, str], **options: Any) -> CasesResult:
    given = {"namnd": NORRVIK, "as_email": INGRID, **options}
    return await import_cases(table_of(*rows), ctx=configured(ctx), **given)


def reasons(result: CasesResult) -> dict[int, list[str]]:
    return {bad.row.line: list(bad.reasons) for bad in result.rejected}


async def clocks_of(ctx: Context, case_ref: str = "K-1", namnd: NamndId = NORRVIK) -> dict[ClockKind, Deadline]:
    """Return the clocks of a case, of which there is at most one of each kind."""
    found = await ctx.store.read(lambda tx: tx.deadlines.of_case(namnd, case_ref))
    assert len({clock.kind for clock in found}) == len(found)
    return {clock.kind: clock for clock in found}
