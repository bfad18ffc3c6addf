"""Each question about what may go is asked of one row: no subquery draws in a table that it meant to share."""

import re

import pytest
import sqlalchemy as sa

from storage.repos import clocks_kept, retention

JOINED_BY_COMMA = re.compile(r"FROM [^()]*?, \w+(?: AS \w+)? *\n?WHERE")
STATEMENTS = {
    **{f"retention.{name}": found for name, found in vars(retention).items() if isinstance(found, sa.Select)},
    **{f"clocks_kept.{name}": found for name, found in vars(clocks_kept).items() if isinstance(found, sa.Select)},
}
WHOLE = {
    name: found for name, found in STATEMENTS.items() if not name.endswith((".TIES", ".ABOUT_IT", ".TIES_OF"))
}  # the others are parts
COUNTED = {
    **{f"held {why.value}": sa.select(retention.C.id).where(one) for why, one in retention.HINDRANCES.items()},
    **{f"text {why.value}": sa.select(retention.C.id).where(one) for why, one in clocks_kept.TEXT_HINDRANCES.items()},
    **{f"clock {why.value}": sa.select(clocks_kept.D.id).where(one) for why, one in clocks_kept.HINDRANCES.items()},
}


def test_there_are_statements_to_look_at() -> None:
    assert len(WHOLE) >= 9
    assert JOINED_BY_COMMA.search("EXISTS (SELECT x.id \nFROM x, conversation \nWHERE x.id = conversation.id)")


@pytest.mark.parametrize("name", sorted(WHOLE | COUNTED))
def test_no_subquery_asks_about_any_row(name: str) -> None:
    said = str((WHOLE | COUNTED)[name])
    assert JOINED_BY_COMMA.findall(said) == [], said
