"""What concerns the program itself: [slack], [alerts], [incident] and [trial]."""

from pydantic import Field, field_validator

from bot.settings.base import Strict, phone_number


class SlackConfig(Strict):
    """Which workspace may speak with us."""

    team_id: str = Field(pattern=r"^T[A-Z0-9]+$")
    enterprise_id: str = ""
    app_id: str = Field("", pattern=r"^(A[A-Z0-9]+)?$")
    bot_user_id: str = Field(pattern=r"^[UW][A-Z0-9]+$")
    bot_id: str = Field("", pattern=r"^(B[A-Z0-9]+)?$")


class TrialConfig(Strict):
    """A trial: a banner in every surface, and only these numbers are texted."""

    on: bool = False
    numbers: list[str] = Field(default_factory=list)

    @field_validator("numbers")
    @classmethod
    def _valid(cls, value: list[str]) -> list[str]:
        return [phone_number(number) for number in value]


class IncidentConfig(Strict):
    """What families are told during a nödstopp: [incident]."""

    answer: bool = False


class AlertsConfig(Strict):
    """Where whoever runs the program is told what they must act on."""

    channel: str = Field("", pattern=r"^([CG][A-Z0-9]+)?$")
