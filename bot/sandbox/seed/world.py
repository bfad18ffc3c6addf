"""Fill a fresh world: phones, a workspace, and the people and rota that the bot's own imports read."""

import csv
from datetime import datetime
from importlib.resources import files
from typing import Any, Final

from bot.domain.calendar import local
from bot.sandbox.carrier import PretendCarrier
from bot.sandbox.seed import PHONES
from bot.sandbox.slack import PretendSlack
from bot.services.context import Context

HERE: Final = files("bot.sandbox") / "seed"
TITLES: Final = {
    "familjebehandlare": "Familjebehandlare",
    "ledare": "Leder beredskapen",
    "handläggare": "Handläggare",
    "admin": "Administratör",
}


def seed_carrier(carrier: PretendCarrier) -> None:
    """Our numbers, and the phones that stand on the page."""
    carrier.add_number("+46701740699", "Beredskapen", "beredskap")
    carrier.add_number("+46701740698", "Socialtjänsten Norrvik", "myndighet")
    for number, name, note in PHONES:
        carrier.add_phone(number, name, note)


def seed_slack(slack: PretendSlack) -> None:
    """The workspace: the staff of staff.csv, and a channel per team."""
    people = _staff()
    for person in people:
        title = _title(person["roller"])
        slack.add_user(person["slack_id"], person["epost"].split("@")[0], person["namn"], title, person["epost"])
    for channel, name, role in (
        ("C0NORRVIK", "norrvik-familjebehandlare", "norrvik/beredskap"),
        ("C0SODERMARK", "sodermark-familjebehandlare", "sodermark/beredskap"),
        ("C0MYNDIGHET", "norrvik-mottagning", "norrvik/myndighet"),
    ):
        slack.add_channel(channel, name, [p["slack_id"] for p in people if role in p["roller"]])


async def seed_bot(ctx: Context, now: datetime) -> None:
    """Import people and rota as an administrator would."""
    raise NotImplementedError


def _staff() -> list[dict[str, Any]]:
    lines = (HERE / "staff.csv").read_text(encoding="utf-8").splitlines()
    return [row for row in csv.DictReader(lines, delimiter=";") if row["slack_id"]]


def _title(roles: str) -> str:
    for role, title in TITLES.items():
        if role in roles:
            namnd = roles.split("/")[0].strip().capitalize().replace("Sodermark", "Södermark")
            return f"{title}, {namnd}"
    return ""


def today(now: datetime) -> Any:
    return local(now).date()
