"""What the process takes from its environment: secrets and addresses."""

from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SLACK_API: Final = "https://slack.com/api/"
TWILIO_API: Final = "https://api.twilio.com"


class Environment(BaseSettings):
    """What the process takes from its environment (see .env.example)."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True)

    slack_bot_token: SecretStr = Field(min_length=1)
    slack_signing_secret: SecretStr = Field(min_length=8)
    slack_app_token: SecretStr | None = None
    slack_api_base_url: str = SLACK_API
    twilio_account_sid: str = Field(pattern=r"^AC[0-9a-fA-F]{32}$")
    twilio_auth_token: SecretStr = Field(min_length=16)
    twilio_auth_token_secondary: SecretStr | None = None
    twilio_api_base_url: str = TWILIO_API
    public_base_url: str
    database_url: str = Field("sqlite:///beredskap.sqlite3", repr=False)  # may hold a password
    encryption_keys: SecretStr = Field(min_length=1)
    beredskap_config: Path = Path("beredskap.toml")

    @field_validator("slack_signing_secret")
    @classmethod
    def _not_blank(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().strip():
            raise ValueError("är tom")  # Bolt would accept it and answer 500 to every request
        return value

    @field_validator("slack_app_token", "twilio_auth_token_secondary", mode="before")
    @classmethod
    def _blank_is_none(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("slack_api_base_url", "twilio_api_base_url", "public_base_url")
    @classmethod
    def _https_or_loopback(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme == "https" and parts.hostname:
            return value
        if parts.scheme == "http" and is_loopback(parts.hostname or ""):
            return value
        raise ValueError("måste börja med https:// (http går bara till den egna maskinen)")

    @field_validator("slack_api_base_url")
    @classmethod
    def _ends_in_slash(cls, value: str) -> str:
        return value if value.endswith("/") else f"{value}/"

    @field_validator("public_base_url", "twilio_api_base_url")
    @classmethod
    def _ends_without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("måste börja med sqlite:/// eller postgresql://")
        return value


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
