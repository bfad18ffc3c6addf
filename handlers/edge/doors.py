"""Which routes belong together, and what each lot of them puts up with."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from aiohttp import web

from bot.domain.edge import Client, EdgeRules

KIB: Final = 1024


class Kind(Enum):
    """What lets somebody in."""

    SIGNED = "signed"  # a signature: who has one is never refused for asking often
    SECRET = "secret"  # something in the address or a cookie  # noqa: S105
    OPERATOR = "operator"  # where they are
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Door:
    """One lot of routes. `most_body` is bytes; 0 takes none."""

    kind: Kind
    most_body: int = 0


DOORS: Final = {  # by the first part of the path
    "twilio": Door(Kind.SIGNED, 64 * KIB),  # 1600 emoji, percent-encoded, are 19 kB; ten pictures' addresses 3 kB
    "slack": Door(Kind.SIGNED, 1024 * KIB),  # a view with all that stands in it
    "reserv": Door(Kind.SECRET, 128 * KIB),  # twice what it reads, so that it can say in words that it is too much
    "kalender": Door(Kind.SECRET),
    "livez": Door(Kind.OPEN),
    "readyz": Door(Kind.OPERATOR),
    "metrics": Door(Kind.OPERATOR),
}


def door_of(request: web.Request) -> Door | None:
    """Return the door of a request; None for a path or a method that we do not have."""
    resource = request.match_info.route.resource
    return None if resource is None else DOORS.get(first_part(resource.canonical))


def first_part(path: str) -> str:
    return path.split("/", 2)[1]


def lets_in(path: str, door: Door, client: Client, rules: EdgeRules) -> bool:
    """Tell whether somebody may knock there at all, from where they are."""
    if door.kind is Kind.OPERATOR:
        return client.is_operator(rules)
    networks = {"twilio": rules.twilio, "slack": rules.slack}.get(first_part(path), ())
    return not networks or client.is_within(networks)
