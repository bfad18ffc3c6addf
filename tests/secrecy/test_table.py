"""The rule is what the table says, cell by cell."""

from bot.domain.secrecy import Act
from tests.secrecy.table import FILE, PEOPLE, THINGS, written


def test_who_may_what_is_as_it_is_written_down() -> None:
    """After a change that is meant: `python -m tests.secrecy.table`, and read what differs."""
    assert written() == FILE.read_text(encoding="utf-8")


def test_the_table_leaves_nobody_and_nothing_out() -> None:
    said = FILE.read_text(encoding="utf-8").split()

    assert {act.value for act in Act} <= set(said)
    assert len(PEOPLE) * len(THINGS) == 480
