"""Who else can be turned to: [[help_number]] and [[socialjour]]."""

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import Field, field_validator

from bot.domain.socialjour import Socialjour
from bot.settings.base import MOST_OF_CHANNEL, MOST_OF_PLACE, Strict, phone_number
from bot.settings.hours import parse_week

ROUND_THE_CLOCK: Final = "dygnet runt"


class HelpNumberConfig(Strict):
    """A number that may be named in a text to a family."""

    key: Literal["socialjour", "bris", "polis", "1177"]
    name: str
    number: str
    verified_on: date | None = None
    verified_by: str = ""


class SocialjourConfig(Strict):
    """A jour of the directory: [[socialjour]]. `hours` as those of a nämnd, "dygnet runt", or left out: not known."""

    name: str = Field(min_length=1, max_length=MOST_OF_PLACE)
    number: str
    places: list[Annotated[str, Field(max_length=MOST_OF_PLACE)]] = Field(min_length=1)
    hours: list[str] | str = ""
    outside: str = Field("", max_length=MOST_OF_CHANNEL)
    source: str = Field("", max_length=MOST_OF_CHANNEL)
    owner: str = Field("", max_length=MOST_OF_PLACE)
    verified_on: date | None = None

    @field_validator("number")
    @classmethod
    def _valid(cls, value: str) -> str:
        return phone_number(value)

    @field_validator("places")
    @classmethod
    def _named(cls, value: list[str]) -> list[str]:
        if not all(place.strip() for place in value):
            raise ValueError("har en ort utan namn")
        return value

    @field_validator("hours")
    @classmethod
    def _hours(cls, value: list[str] | str) -> list[str] | str:
        if value not in ("", ROUND_THE_CLOCK):
            parse_week(value)
        return value

    def rules(self) -> Socialjour:
        """Return the same as the domain works with."""
        is_week = self.hours not in ("", ROUND_THE_CLOCK)
        return Socialjour(
            name=self.name.strip(),
            number=self.number,
            places=tuple(place.strip() for place in self.places),
            hours=parse_week(self.hours) if is_week else None,
            is_always_open=self.hours == ROUND_THE_CLOCK,
            outside=self.outside.strip(),
            source=self.source.strip(),
            owner=self.owner.strip(),
            verified_on=self.verified_on,
        )
