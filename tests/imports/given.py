"""Rules, a context and files for the tests of the imports."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import MISSING, fields
from typing import Any

from bot.clock import Clock
from bot.domain.rules import Rules
from bot.ports import Store
from bot.sandbox.seed import SETTINGS, STAFF
from bot.services.context import Context
from bot.services.imports import staff
from bot.services.imports.csv_table import Remark, Table, read_table
from bot.services.imports.run import ImportResult
from bot.settings import FileConfig, rules_of
from bot.texts import Texts

RULES: Rules = rules_of(FileConfig.model_validate(tomllib.loads(SETTINGS.read_text(encoding="utf-8"))))
TEXTS = Texts()
ADMIN = "karin.frost@example.se"


def context(store: Store, clock: Clock) -> Context:
    """Return a context with what an import needs; it neither texts nor posts."""
    rest: dict[str, Any] = {part.name: None for part in fields(Context) if part.default_factory is MISSING}
    return Context(**(rest | {"store": store, "clock": clock, "rules": RULES, "texts": TEXTS}))


def table(columns: Sequence[str], rows: Iterable[dict[str, str]], optional: Sequence[str] = ()) -> Table:
    """Return the rows as they come out of a file, by way of one."""
    lines = [";".join(columns), *(";".join(row.get(column, "") for column in columns) for row in rows)]
    needed = [column for column in columns if column not in optional]
    return read_table("\n".join(lines).encode(), needed, optional)


def said(remarks: Iterable[Remark]) -> list[tuple[int, str]]:
    return [(remark.line, remark.column) for remark in remarks]


async def with_staff(ctx: Context) -> ImportResult:
    """Read in the staff of the sandbox."""
    return await staff.import_staff(read_table(STAFF.read_bytes(), staff.COLUMNS), ctx=ctx, as_email=None)
