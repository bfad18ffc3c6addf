"""What lies sealed in the tables, for what purpose, and what it is found by: what a change of keys must reach.

A test compares these lists with the tables: a sealed column that is not here would be unreadable the day the old key
is taken out.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from storage.tables import Base
from storage.vault import prefix_of

PURPOSES: Final[Mapping[str, Mapping[str, str]]] = {
    "staff": {"name": "name", "email": "email"},
    "staff_phone": {"number": "number"},
    "inbox": {"raw": "raw"},
    "youth": {"name": "name", "basis_reason": "reason"},
    "youth_consent": {"decided_by": "reason"},
    "contact": {"number": "number"},
    "contact_link": {"name": "name"},
    "message": {"body": "body"},
    "held_reply": {"body": "body"},
    "episode": {"reference": "reference"},
    "note": {"came_in": "note", "support": "note", "promised": "note"},
    "action": {"reason": "reason"},
    "background": dict.fromkeys(("agreements", "watch_for", "interpreter", "call_first"), "background"),
    "outward": {"place": "outward", "who": "outward"},
    "deadline": {"extended_by": "name", "extension_reason": "reason", "snooze_reason": "reason"},
    "deadline_event": {"text": "event"},
    "clock_record": {"reference": "reference", "reason": "reason"},
    "legal_hold": {"reference": "reference"},
    "retention_waiver": {"reason": "reason", "reference": "reference"},
    "ended_youth": {"reference": "reference"},
    "incident": {"reason": "incident"},
    "incident_stop": {"lift_reason": "incident"},
    "incident_clock": {"reference": "incident"},
    "taken_out": {"ground": "reason", "decider": "name", "given": "reason"},
}


@dataclass(frozen=True, slots=True)
class Found:
    """A row is found by `column`, the keyed hash of what lies sealed in `by`, spelt as `spelt` does.

    The two are always written together, so the key that `by` is sealed with is the key of the hash.
    """

    column: str
    by: str
    purpose: str
    spelt: Callable[[str], str] = str


FOUND_BY: Final[Mapping[str, Found]] = {
    "staff": Found("email_hash", "email", "email", str.casefold),
    "staff_phone": Found("number_hash", "number", "number"),
    "contact": Found("number_hash", "number", "number"),
}


def sealed_tables() -> Iterator[tuple[sa.Table, Mapping[str, str]]]:
    """Yield each table that holds something sealed, with the purpose of each such column."""
    for name, purposes in PURPOSES.items():
        yield Base.metadata.tables[name], purposes


def is_under(column: sa.Column[Any], key_id: str) -> sa.ColumnElement[bool]:
    """Tell, in SQL, whether a value is sealed with the key `key_id`; not true of NULL."""
    prefix = prefix_of(key_id)
    return sa.func.substr(column, 1, len(prefix), type_=sa.LargeBinary) == sa.literal(prefix, sa.LargeBinary)
