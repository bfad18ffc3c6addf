"""What has been decided about rest and working time: [rest]."""

from datetime import date, timedelta
from typing import Self

from pydantic import Field, field_validator, model_validator

from bot.domain.ids import NamndId
from bot.domain.rest.rules import Compensation, Ground, RestException, RestRules, cuts_night_rest
from bot.settings.base import Strict
from bot.settings.hours import parse_time, parse_week


class RestExceptionConfig(Strict):
    """An exception from the dygnsvila that somebody answers for: [[rest.exception]]."""

    ground: Ground
    namnd: str
    first: date
    last: date
    reason: str
    approver: str

    @field_validator("reason", "approver")
    @classmethod
    def _filled_in(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("är tomt; ett undantag måste ha skäl och någon som har beslutat det")
        return value

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError("last är före first")
        return self


class RestConfig(Strict):
    """What has been decided about rest and working time: [rest]."""

    ordinary_hours: list[str] | str = "mån-fre 08.00-17.00"
    break_minutes: int = Field(60, ge=0, le=180)
    dygnsbryt: str = "06.00"
    dygnsbryt_for: dict[str, str] = Field(default_factory=dict)  # nämnd -> its own
    local_agreement_ref: str = ""
    compensation: Compensation = Compensation.UNDECIDED
    month_limit_hours: int = Field(130, ge=1, le=744)
    overtime_four_weeks_hours: int = Field(48, ge=1, le=200)
    overtime_month_hours: int = Field(50, ge=1, le=200)
    overtime_year_hours: int = Field(200, ge=1, le=350)
    week_average_hours: int = Field(48, ge=1, le=48)
    notice_days: int = Field(14, ge=0, le=90)
    disturbed_percent: int = Field(25, ge=0, le=100)
    record_active_time: bool = False
    kept_days: int = Field(730, ge=500, le=3660)  # the report of a year, and the 17 weeks before it, need so much
    exception: list[RestExceptionConfig] = Field(default_factory=list)

    @field_validator("ordinary_hours")
    @classmethod
    def _hours(cls, value: list[str] | str) -> list[str] | str:
        parse_week(value)
        return value

    @model_validator(mode="after")
    def _leaves_the_night_whole(self) -> Self:
        for text in (self.dygnsbryt, *self.dygnsbryt_for.values()):
            if cuts_night_rest(parse_time(text), parse_week(self.ordinary_hours)):
                raise ValueError(
                    f"dygnsbryt {text} delar nattvilan, så att vanliga arbetsdagar ser ut att bryta den; "
                    "skriv till exempel '06.00'"
                )
        return self

    def rules(self) -> RestRules:
        """Return the same as the domain works with."""
        return RestRules(
            ordinary_hours=parse_week(self.ordinary_hours),
            daily_break=timedelta(minutes=self.break_minutes),
            dygnsbryt=parse_time(self.dygnsbryt),
            dygnsbryt_of={NamndId(key): parse_time(text) for key, text in self.dygnsbryt_for.items()},
            local_agreement_ref=self.local_agreement_ref.strip(),
            compensation=self.compensation,
            month_limit=timedelta(hours=self.month_limit_hours),
            overtime_four_weeks=timedelta(hours=self.overtime_four_weeks_hours),
            overtime_month=timedelta(hours=self.overtime_month_hours),
            overtime_year=timedelta(hours=self.overtime_year_hours),
            week_average=timedelta(hours=self.week_average_hours),
            notice=timedelta(days=self.notice_days),
            disturbed_percent=self.disturbed_percent,
            exceptions=tuple(
                RestException(e.ground, NamndId(e.namnd), e.first, e.last, e.reason, e.approver) for e in self.exception
            ),
            record_active_time=self.record_active_time,
            kept_for=timedelta(days=self.kept_days),
        )
