"""How the door is kept: [edge]."""

from datetime import timedelta
from ipaddress import ip_network

from pydantic import Field, field_validator

from bot.domain.edge import EdgeRules, Network
from bot.settings.base import Strict


class EdgeConfig(Strict):
    """Who is believed and let in by address, and how long a request may take."""

    trusted_proxies: list[str] = Field(default_factory=list)
    operators: list[str] = Field(default_factory=list)
    twilio_networks: list[str] = Field(default_factory=list)
    slack_networks: list[str] = Field(default_factory=list)
    header_seconds: float = Field(20.0, gt=0, le=300)
    body_seconds: float = Field(10.0, gt=0, le=14)  # the carrier waits for 15
    tries: int = Field(30, ge=5, le=10_000)
    tries_minutes: float = Field(10.0, gt=0, le=1440)

    @field_validator("trusted_proxies", "operators", "twilio_networks", "slack_networks")
    @classmethod
    def _networks(cls, value: list[str]) -> list[str]:
        for text in value:
            _network(text)
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _not_everybody(cls, value: list[str]) -> list[str]:
        if any(_network(text).prefixlen == 0 for text in value):
            raise ValueError("litar på alla adresser; skriv bara proxyns egna")
        return value

    def rules(self) -> EdgeRules:
        """Return the same as the domain works with."""
        return EdgeRules(
            trusted_proxies=tuple(map(_network, self.trusted_proxies)),
            operators=tuple(map(_network, self.operators)),
            twilio=tuple(map(_network, self.twilio_networks)),
            slack=tuple(map(_network, self.slack_networks)),
            header_within=timedelta(seconds=self.header_seconds),
            body_within=timedelta(seconds=self.body_seconds),
            tries=self.tries,
            tries_within=timedelta(minutes=self.tries_minutes),
        )


def _network(text: str) -> Network:
    """Read a network or a single address. Raises ValueError with words for a person."""
    try:
        return ip_network(text.strip())
    except ValueError:
        raise ValueError("är ingen adress och inget nät; skriv till exempel 10.0.0.7 eller 10.0.0.0/24") from None
