"""[rota] in beredskap.toml."""

import tomllib
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from bot.domain.rota.rules import RotaRules, WeeklyRest, Weights
from bot.sandbox.seed import SETTINGS
from bot.settings import FileConfig, rules_of
from tests.rota.given import NORRVIK, hours


def rules(references: dict[str, str] | None = None, **rota: Any) -> RotaRules:
    table = tomllib.loads(SETTINGS.read_text(encoding="utf-8"))
    return rules_of(FileConfig.model_validate({**table, "rota": rota, "references": references or {}})).rota


def test_without_a_table_everything_has_a_value() -> None:
    assert rules() == RotaRules()


def test_what_is_decided_is_used() -> None:
    found = rules(
        templates=["mån-fre 17.00-22.00", "helgdagsafton 17.00-24.00"],
        backup=False,
        max_share={"norrvik": 60},
        rest_between_hours=12.5,
        most_hours_in_month=100,
        notice_days=21,
        weights={"wishes": 0},
    )

    assert found.templates == hours("mån-fre 17.00-22.00", "helgdagsafton 17.00-24.00")
    assert (found.has_backup, found.max_share, found.weights) == (False, {NORRVIK: 60}, Weights(wishes=0))
    assert (found.rest_between, found.most_in_month) == (timedelta(hours=12.5), timedelta(hours=100))
    assert found.notice == timedelta(days=21)


def test_an_agreement_is_referred_to() -> None:
    with pytest.raises(ValidationError, match="local_agreement_ref"):
        rules(weekly_rest="agreement")

    assert rules({"local_agreement_ref": "dnr 1"}, weekly_rest="agreement").weekly_rest is WeeklyRest.AGREEMENT


@pytest.mark.parametrize(
    ("rota", "said"),
    [
        ({"templates": ["mån-fre 17-22"]}, "förstås inte"),
        ({"max_share": {"vidby": 50}}, "vidby, som inte finns"),
        ({"max_share": {"norrvik": 0}}, "max_share"),
        ({"rest_between_hours": 8}, "rest_between_hours"),
        ({"weights": {"luck": 1}}, "luck"),
    ],
)
def test_what_is_wrong_is_named(rota: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        rules(**rota)
