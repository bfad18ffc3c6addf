"""What the lawyer, the data protection officer and the security manager are told can all be looked up."""

import re
from pathlib import Path
from typing import Final

import pytest

from tests.papers.references import ROOT, TABLE, quoted, tables, what_is_wrong

PAPERS: Final = ("docs/hotbild.md", "docs/dataskydd.md", "SECURITY.md")
PROCESSED: Final = ROOT / "docs/dataskydd.md"
# Under these headings stands what no program can show: what people decide, and what remains all the same.
OF_PEOPLE: Final = re.compile(r"Vad .* beslutar|Det som återstår|Det som någon annan|Rapportera")


def claims(paper: str) -> list[str]:
    """Return what a paper claims: each row of a table, point of a list and paragraph, but those that are of people."""
    said: list[str] = []
    for section in re.split(r"^(?=#+ )", (ROOT / paper).read_text(encoding="utf-8"), flags=re.MULTILINE):
        heading, _, rest = section.partition("\n")
        if not OF_PEOPLE.search(heading):
            said += [block for block in _blocks(rest) if block.strip()]
    return said


def _blocks(text: str) -> list[str]:
    """Return rows and points one by one, and the lines of a paragraph together. Heads of tables claim nothing."""
    text = re.sub(r"^\|.*\|\n\|[-| ]+\|$", "", text, flags=re.MULTILINE)
    return re.split(r"\n\s*\n|\n(?=\||- |\d+\. )", text)


@pytest.mark.parametrize("paper", PAPERS)
def test_what_a_paper_points_at_is_there(paper: str) -> None:
    pointed = quoted((ROOT / paper).read_text(encoding="utf-8"))
    wrong = {token: problem for token in pointed if (problem := what_is_wrong(token)) is not None}
    assert pointed
    assert wrong == {}


@pytest.mark.parametrize("paper", PAPERS)
def test_each_claim_can_be_looked_up(paper: str) -> None:
    """A sentence that stands for itself ends with what it leads to: "där", a colon and a table."""
    unproven = [claim for claim in claims(paper) if not quoted(claim) and not claim.rstrip().endswith(":")]
    assert unproven == []


def test_every_table_has_its_row_in_the_paper_on_data_protection() -> None:
    told = {token.removeprefix(TABLE) for token in quoted(PROCESSED.read_text("utf-8")) if token.startswith(TABLE)}
    assert told == tables()


@pytest.mark.parametrize(
    "token",
    [
        "beredskapsbot no-such",
        "beredskapsbot check --no-such",
        "make no-such",
        "tabellen no_such",
        "bot/no_such.py",
        "tests/papers/test_papers.py::test_no_such",
        "NO_SUCH",
        "trial.no_such",
        "namnd.<nämnd>.no_such",
        "references.no_such",
        "/no-such",
    ],
)
def test_what_is_not_there_is_noticed(token: str) -> None:
    assert what_is_wrong(token) is not None


@pytest.mark.parametrize(
    "token",
    [
        "beredskapsbot check --offline",
        "make test",
        "tabellen audit",
        "bot/domain/secrecy.py::may",
        "ENCRYPTION_KEYS",
        "trial.on",
        "namnd.<nämnd>.chat_content",
        "references.dpia_ref",
        "[wait]",
        "/twilio/sms",
    ],
)
def test_what_is_there_is_found(token: str) -> None:
    assert what_is_wrong(token) is None


def test_a_claim_is_a_row_a_point_or_a_paragraph(tmp_path: Path) -> None:
    said = "En rad\nsom fortsätter.\n\n| a | b |\n|---|---|\n| c | d |\n| e | f |\n\n- ett\n- två\n  med mera\n"
    assert [block.strip() for block in _blocks(said) if block.strip()] == [
        "En rad\nsom fortsätter.",
        "| c | d |",
        "| e | f |",
        "- ett",
        "- två\n  med mera",
    ]
