"""Where families can read what is done with what they write: [information]."""

from urllib.parse import urlsplit

from pydantic import Field, field_validator

from bot.settings.base import Strict

MOST_OF_ADDRESS = 60  # letters: it shares an sms with the answer


class InformationConfig(Strict):
    """`url` stands in the first automatic sms to each enrolled number; "" leaves it out."""

    url: str = Field("", max_length=MOST_OF_ADDRESS)

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        parts = urlsplit(value.strip())
        if value and (parts.scheme != "https" or not parts.hostname):
            raise ValueError("är ingen adress som börjar med https://")
        return value.strip()
