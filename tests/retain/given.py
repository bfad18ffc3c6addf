"""What the stories of gallring have in common: settings with decisions, and a search through all that there is."""

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from bot.domain.phone import pretty
from storage.tables import Base
from storage.vault import Vault, WrongKey
from tests.acceptance.night import Night

SETTINGS = """
[retention]
inbox = { days = 1, decision = "dnr 1" }
conversations = { days = 8, decision = "dnr 2" }
unknown_numbers = { days = 8, decision = "dnr 3" }
ended_youths = { days = 9, decision = "dnr 4" }
handovers = { days = 12, decision = "dnr 5" }
slack_posts = { days = 5, decision = "dnr 6" }
"""
PURPOSES = ("name", "number", "body", "note", "reason", "reference", "raw", "outward", "background", "event", "email")


def told_in_database(night: Night) -> Iterator[tuple[str, str]]:
    """Yield every value of every table as it stands and, where it is sealed, as it reads."""
    assert night.sandbox.bot is not None
    vault: Vault = night.sandbox.bot.store._vault
    for table in Base.metadata.sorted_tables:
        for row in night.rows(sa.select(table)):
            for column, value in zip(table.columns, row, strict=True):
                place = f"{table.name}.{column.name}"
                if isinstance(value, bytes):
                    yield from ((place, words) for words in _opened(vault, value))
                elif value is not None:
                    yield place, str(value)


def _opened(vault: Vault, value: bytes) -> Iterator[str]:
    for purpose in PURPOSES:
        try:
            yield vault.open(purpose, value)
        except WrongKey:
            continue


def told_elsewhere(night: Night) -> Iterator[tuple[str, str]]:
    """Yield what the carrier and Slack still have. Whose phone has which number is the story's own."""
    for sms in night.sandbox.carrier.snapshot()["messages"]:
        yield "carrier", f"{sms['from_']} {sms['to']} {sms['body']}"
    for channel in night.sandbox.slack.state()["messages"]:
        for said in night.messages(channel):
            if not said.deleted and said.user == "U0BOT":
                yield "slack", said.words


def found(night: Night, secrets: Iterable[str]) -> list[tuple[str, str]]:
    """Return where any of `secrets` can still be found, and which."""
    wanted = set(secrets)
    wanted |= {pretty(secret) for secret in wanted if secret.startswith("+")}
    everything = [*told_in_database(night), *told_elsewhere(night)]
    return sorted({(place, secret) for place, told in everything for secret in wanted if secret in told})


def rows_of(night: Night, kind: Any) -> list[Any]:
    """Return every row of a table."""
    return night.rows(sa.select(kind.__table__))
