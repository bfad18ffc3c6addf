"""The nämnder, their clocks and our numbers: [namnd.X] and [[number]]."""

from typing import Self

from pydantic import Field, field_validator, model_validator

from bot.domain.calendar import FREE_DAY
from bot.domain.clocks import ClockRules, Counting, StartEvent
from bot.domain.people import World
from bot.domain.rules import ChatContent
from bot.settings.base import MOST_OF_CHANNEL, MOST_OF_PLACE, Strict, phone_number
from bot.settings.hours import WEEK, parse_time, parse_week


class ClockConfig(Strict):
    """What a nämnd has decided about its clocks: [namnd.X.clocks]."""

    skydd_late_after: str = "15.00"
    forhand_days: int = Field(14, ge=1, le=60)
    counts_receipt_day: bool = False
    forhand_ladder_days: list[int] = Field(default_factory=lambda: [7, 11])
    utredning_months: int = Field(4, ge=1, le=24)
    utredning_ladder_days: list[int] = Field(default_factory=lambda: [30, 14, 7])
    feedback_days: int = Field(7, ge=1, le=60)
    child_feedback_days: int = Field(7, ge=1, le=60)
    talk_hours: int = Field(48, ge=1, le=240)
    talk_counting: Counting = Counting.ELAPSED
    talk_starts: StartEvent = StartEvent.REPORT_RECEIVED
    talk_ladder_hours: list[int] = Field(default_factory=lambda: [24, 40])
    school_hours: list[str] | str = "mån-fre 08.00-15.00"
    target_percent: int = Field(90, ge=0, le=100)
    mask_at_most: int = Field(3, ge=0, le=20)
    overview_weekday: str = "mån"
    talk_starts_ref: str = ""  # the decisions behind them; see bot.settings.go_live
    receipt_day_ref: str = ""
    roll_forward_ref: str = ""

    @field_validator("skydd_late_after")
    @classmethod
    def _clock_time(cls, value: str) -> str:
        parse_time(value)
        return value

    @field_validator("school_hours")
    @classmethod
    def _hours(cls, value: list[str] | str) -> list[str] | str:
        parse_week(value)
        return value

    @field_validator("overview_weekday")
    @classmethod
    def _weekday(cls, value: str) -> str:
        if WEEK.get(value.strip().lower(), FREE_DAY) == FREE_DAY:
            raise ValueError("förstås inte; skriv till exempel 'mån'")
        return value.strip().lower()

    def rules(self) -> ClockRules:
        """Return the same as the domain works with."""
        return ClockRules(
            skydd_late_after=parse_time(self.skydd_late_after),
            forhand_days=self.forhand_days,
            counts_receipt_day=self.counts_receipt_day,
            forhand_ladder_days=tuple(self.forhand_ladder_days),
            utredning_months=self.utredning_months,
            utredning_ladder_days=tuple(self.utredning_ladder_days),
            feedback_days=self.feedback_days,
            child_feedback_days=self.child_feedback_days,
            talk_hours=self.talk_hours,
            talk_counting=self.talk_counting,
            talk_starts=self.talk_starts,
            talk_ladder_hours=tuple(self.talk_ladder_hours),
            school_hours=parse_week(self.school_hours),
            target_percent=self.target_percent,
            mask_at_most=self.mask_at_most,
            overview_weekday=WEEK[self.overview_weekday],
        )


class NamndConfig(Strict):
    """One nämnd in beredskap.toml."""

    name: str
    short_name: str
    team_channel: str = Field(pattern=r"^[CG][A-Z0-9]+$")
    myndighet_channel: str = Field("", pattern=r"^([CG][A-Z0-9]+)?$")
    office_hours: list[str] | str
    beredskap_hours: list[str] | str
    answers_for: dict[str, str] = Field(default_factory=dict)  # another nämnd -> reference of the decision
    chat_content: ChatContent = ChatContent.SEALED
    inline_approval_ref: str = ""
    summary_at: str = "08.00"  # local time of the handover on working days
    office_phone: str = ""
    decision_ref: str = ""  # huvudman and personuppgiftsansvarig
    controller: str = Field("", max_length=MOST_OF_CHANNEL)
    dpo_contact: str = Field("", max_length=MOST_OF_CHANNEL)
    place: str = Field("", max_length=MOST_OF_PLACE)
    report_channel: str = Field("", max_length=MOST_OF_CHANNEL)
    clocks: ClockConfig = ClockConfig.model_validate({})
    wants_backup: bool = False

    @field_validator("office_hours", "beredskap_hours")
    @classmethod
    def _hours(cls, value: list[str] | str) -> list[str] | str:
        parse_week(value)
        return value

    @field_validator("office_phone")
    @classmethod
    def _phone(cls, value: str) -> str:
        return phone_number(value) if value else ""

    @field_validator("summary_at")
    @classmethod
    def _clock_time(cls, value: str) -> str:
        parse_time(value)
        return value

    @model_validator(mode="after")
    def _inline_is_approved(self) -> Self:
        if self.chat_content is ChatContent.INLINE and not self.inline_approval_ref:
            raise ValueError(
                "chat_content = 'inline' kräver inline_approval_ref: beslutet om att innehåll får stå i Slack"
            )
        return self


class NumberConfig(Strict):
    """One of our own sms numbers."""

    number: str
    label: str
    world: World = World.BEREDSKAP
    namnder: list[str] = Field(min_length=1)

    @field_validator("number")
    @classmethod
    def _valid(cls, value: str) -> str:
        return phone_number(value)
