"""How a rota is proposed: [rota]."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, field_validator

from bot.domain.calendar import WeekHours
from bot.domain.ids import NamndId
from bot.domain.rota.rules import RotaRules, WeeklyRest, Weights
from bot.settings.base import Strict
from bot.settings.hours import ROTA_DAYS, parse_week


class RotaWeightsConfig(Strict):
    """What a step away from what is wanted costs in a proposed rota: [rota.weights]."""

    weekends: int = Field(8, ge=0, le=100)
    holidays: int = Field(8, ge=0, le=100)
    evenings: int = Field(3, ge=0, le=100)
    backups: int = Field(2, ge=0, le=100)
    wishes: int = Field(10, ge=0, le=100)
    single_nights: int = Field(2, ge=0, le=100)
    long_runs: int = Field(4, ge=0, le=100)
    days_off: int = Field(1, ge=0, le=100)


class RotaConfig(Strict):
    """How a rota is proposed: [rota]."""

    templates: list[str] | str = Field(default_factory=list)
    backup: bool = True
    max_share: dict[str, Annotated[int, Field(ge=1, le=100)]] = Field(default_factory=dict)
    rest_between_hours: float = Field(11, ge=9, le=48)  # facts: time, section 3: never below 9
    weekly_rest: WeeklyRest = WeeklyRest.DAY_OFF
    most_hours_in_month: int = Field(130, ge=1, le=400)
    notice_days: int = Field(14, ge=0, le=60)
    weights: RotaWeightsConfig = RotaWeightsConfig.model_validate({})

    @field_validator("templates")
    @classmethod
    def _templates(cls, value: list[str] | str) -> list[str] | str:
        parse_week(value, ROTA_DAYS)
        return value

    def rules(self, ordinary_hours: WeekHours) -> RotaRules:
        """Return the same as the domain works with; `ordinary_hours` are those that rest is counted with."""
        return RotaRules(
            templates=parse_week(self.templates, ROTA_DAYS),
            has_backup=self.backup,
            max_share={NamndId(namnd): share for namnd, share in self.max_share.items()},
            ordinary_hours=ordinary_hours,
            rest_between=timedelta(hours=self.rest_between_hours),
            weekly_rest=self.weekly_rest,
            most_in_month=timedelta(hours=self.most_hours_in_month),
            notice=timedelta(days=self.notice_days),
            weights=Weights(**self.weights.model_dump()),
        )
