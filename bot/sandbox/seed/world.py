"""Fill a fresh world: phones, a workspace, and the people and rota that the bot's own imports read."""

import csv
import tomllib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from bot.domain.calendar import local
from bot.domain.ids import NamndId
from bot.sandbox.carrier import PretendCarrier
from bot.sandbox.seed import ADMIN, BACKGROUNDS, PHONES, STAFF, YOUTHS, shifts_csv
from bot.sandbox.slack import PretendSlack
from bot.services.background import BackgroundCommand, write_background
from bot.services.context import Context
from bot.services.imports import consent_lines, shift_lines, shifts, staff, youths
from bot.services.imports.csv_table import read_table

TITLES: Final = {
    "familjebehandlare": "Familjebehandlare",
    "myndighet/ledare": "Biträdande enhetschef",
    "ledare": "Leder beredskapen",
    "handläggare": "Handläggare",
    "admin": "Administratör",
}


class BadSeed(Exception):
    """A seed file does not pass the import: the message says line and column."""


def seed_carrier(carrier: PretendCarrier) -> None:
    """Our numbers, the phones that stand on the page, and those of staff, which appear when they are texted."""
    carrier.add_number("+46701740699", "Beredskapen", "beredskap")
    carrier.add_number("+46701740698", "Socialtjänsten Norrvik", "myndighet")
    carrier.add_number("+46701740697", "Socialtjänsten Södermark", "myndighet")
    for number, name, note in PHONES:
        carrier.add_phone(number, name, note)
    for person in _staff():
        if person["telefon"]:
            carrier.know_owner(person["telefon"], f"{person['namn']}, tjänstetelefon")


def seed_slack(slack: PretendSlack) -> None:
    """The workspace: the staff of staff.csv, a channel per team, and one for alarms, in which administrators sit."""
    people = _staff()
    for person in people:
        title = _title(person["roller"])
        slack.add_user(person["slack_id"], person["epost"].split("@")[0], person["namn"], title, person["epost"])
    for channel, name, role in (
        ("C0NORRVIK", "norrvik-familjebehandlare", "norrvik/beredskap"),
        ("C0SODERMARK", "sodermark-familjebehandlare", "sodermark/beredskap"),
        ("C0MYNDIGHET", "norrvik-mottagning", "norrvik/myndighet"),
    ):
        slack.add_channel(channel, name, [p["slack_id"] for p in people if _works_in(role, p["roller"])])
    slack.add_channel("C0DRIFT", "beredskap-drift", [p["slack_id"] for p in people if "admin" in p["roller"]])


def _works_in(team: str, roles: str) -> bool:
    return any(f"{team}/{role}" in roles for role in ("familjebehandlare", "handläggare", "ledare"))


async def seed_bot(ctx: Context, now: datetime) -> None:
    """Import people and rota as an administrator would, and write what the teams know. Raises BadSeed."""
    await _import(staff.import_staff, STAFF.read_bytes(), staff.COLUMNS, ctx, None)
    await _import(youths.import_youths, YOUTHS.read_bytes(), youths.COLUMNS, ctx, ADMIN, consent_lines.OPTIONAL)
    rota = shifts_csv(local(now).date()).encode()
    await _import(shifts.import_shifts, rota, shift_lines.COLUMNS, ctx, ADMIN)
    await _write_backgrounds(ctx, now)


async def _write_backgrounds(ctx: Context, now: datetime) -> None:
    """Let a familjebehandlare of the home nämnd write each of them, as they would by day: it is not an import."""
    users = {person["epost"]: person["slack_id"] for person in _staff()}
    backgrounds = tomllib.loads(BACKGROUNDS.read_text(encoding="utf-8"))["background"]
    keys = [(NamndId(written["namnd"]), str(written["reference"])) for written in backgrounds]
    found = await ctx.store.read(lambda tx: tx.people.youths_by_reference(keys))
    for key, written in zip(keys, backgrounds, strict=True):
        if key not in found:
            raise BadSeed(f"{BACKGROUNDS.name}: {key}")
        youth = found[key]
        review_on = local(now).date() + timedelta(days=written["review_in_days"])
        command = BackgroundCommand(
            slack_user_id=users[written["written_by"]],
            youth_id=youth.id,
            agreements=written["agreements"],
            watch_for=written["watch_for"],
            interpreter=written["interpreter"],
            call_first=written["call_first"],
            review_on=review_on.isoformat(),
            key=f"seed:{youth.id}",
        )
        await write_background(command, ctx=ctx)


async def _import(
    action: Any, data: bytes, columns: Any, ctx: Context, as_email: str | None, optional: Sequence[str] = ()
) -> None:
    result = await action(read_table(data, columns, optional), ctx=ctx, as_email=as_email)
    if result.problems:
        raise BadSeed(", ".join(f"{problem.line}: {problem.column}" for problem in result.problems))


def _staff() -> list[dict[str, Any]]:
    lines = STAFF.read_text(encoding="utf-8").splitlines()
    return [row for row in csv.DictReader(lines, delimiter=";") if row["slack_id"]]


def _title(roles: str) -> str:
    for role, title in TITLES.items():
        if role in roles:
            namnd = roles.split("/")[0].strip().capitalize().replace("Sodermark", "Södermark")
            return f"{title}, {namnd}"
    return ""
