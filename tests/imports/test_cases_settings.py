"""[case_import] in beredskap.toml: what it becomes, and what is refused in words."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.domain.case_import import COLUMNS, WatchedFolder
from bot.domain.clocks import ClockKind
from bot.domain.deadline import Gender, Outcome
from bot.sandbox.seed import SETTINGS
from bot.settings import FileConfig, rules_of
from tests.imports.given_cases import HEADINGS, NORRVIK

EXAMPLE = Path(__file__).parents[2] / "beredskap.example.toml"
COMMENT = "# "
PART = """
[case_import]
date_format = "%d/%m/%Y"
columns = { case_ref = "Ärendenr", kind = "Typ", received_on = "Inkom", owner = "Handläggare", gender = "" }
kinds = { "Orosanmälan" = ["skyddsbedomning", "forhandsbedomning"], "Anmälan brott" = ["allvarssamtal"] }
outcomes = { "Utredning inleds" = ["inleds", "done"], "Pågår" = [] }

[[case_import.folder]]
path = "/srv/utdrag/norrvik"
namnd = "norrvik"
as = "johan.kvist@example.se"
"""


def settings(**changes: Any) -> FileConfig:
    table = tomllib.loads(f"{SETTINGS.read_text(encoding='utf-8')}\n{PART}")
    table["case_import"] |= changes
    return FileConfig.model_validate(table)


def test_the_settings_as_the_import_sees_them() -> None:
    made = rules_of(settings()).case_import

    assert made is not None
    assert made.columns == {"case_ref": "Ärendenr", "kind": "Typ", "received_on": "Inkom", "owner": "Handläggare"}
    assert made.kinds["Orosanmälan"] == (ClockKind.SKYDDSBEDOMNING, ClockKind.FORHANDSBEDOMNING)
    assert made.outcomes == {"Utredning inleds": (Outcome.INLEDS, Outcome.DONE), "Pågår": ()}
    assert made.genders["flicka"] is Gender.GIRL
    assert made.folders == (WatchedFolder(Path("/srv/utdrag/norrvik"), NORRVIK, "johan.kvist@example.se"),)
    assert "johan" not in repr(made)
    assert made.starts(ClockKind.ALLVARSSAMTAL)
    assert not made.starts(ClockKind.UTREDNING)


def test_without_it_nothing_is_imported() -> None:
    table = tomllib.loads(SETTINGS.read_text(encoding="utf-8"))
    table.pop("case_import", None)

    assert rules_of(FileConfig.model_validate(table)).case_import is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"columns": {"case_ref": "Ärendenr", "kind": "Typ"}}, "saknar received_on"),
        ({"columns": {**HEADINGS, "telefon": "Tel"}}, "okända namn: telefon"),
        ({"kinds": {}}, "at least 1"),
        ({"kinds": {"Orosanmälan": []}}, "Orosanmälan"),
        ({"kinds": {"Orosanmälan": ["orosanmalan"]}}, "forhandsbedomning"),
        ({"outcomes": {"Klart": ["klart"]}}, "inleds_inte"),
        ({"date_format": "%H:%M"}, "förstås inte"),
        ({"date_format": "%d/%m"}, "förstås inte"),
        ({"folder": [{"path": "utdrag", "namnd": "norrvik", "as": "x@example.se"}]}, "måste börja med /"),
        ({"folder": [{"path": "/srv", "namnd": "ostmark", "as": "x@example.se"}]}, "nämner ostmark"),
        ({"folder": [{"path": "/srv", "namnd": "norrvik", "as": "Johan"}]}, "match"),
        ({"folder": [{"path": "/srv", "namnd": "norrvik", "as": "x@example.se"}] * 2}, "två gånger"),
    ],
)
def test_what_does_not_fit_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(**changes)

    assert said in str(refused.value)


def test_the_example_file_has_a_part_that_can_be_used() -> None:
    """It stands there commented out: without the comment marks it is right."""
    text = EXAMPLE.read_text(encoding="utf-8")
    part = text[text.index(f"{COMMENT}[case_import]") :].split("\n\n", 1)[0]
    lines = [line.removeprefix(COMMENT) for line in part.splitlines() if line.startswith(COMMENT)]

    table = tomllib.loads(SETTINGS.read_text(encoding="utf-8")) | tomllib.loads("\n".join(lines))
    made = rules_of(FileConfig.model_validate(table)).case_import

    assert made is not None
    assert set(made.columns) == set(COLUMNS)
    assert len(made.folders) == 1
