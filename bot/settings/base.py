"""What every table of beredskap.toml has in common."""

from typing import Final

from pydantic import BaseModel, ConfigDict

from bot.domain.phone import normalise

MOST_OF_PLACE: Final = 70  # letters of a place or a name: a menu in Slack shows 75
MOST_OF_CHANNEL: Final = 500  # letters of what is said under a number


class Strict(BaseModel):
    """A table: a name that is not known is refused, and an error never prints a value."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def phone_number(value: str) -> str:
    """Return the number as E.164; raises ValueError with words for a person."""
    found = normalise(value)
    if found is None:
        raise ValueError("är inget telefonnummer")
    return found
