"""Every byte that left for Slack in a story: what may stand where (facts: slack, section 10).

Only a modal may hold what somebody wrote, a name or a number, for whoever has been allowed to open it. Whatever else is
sent holds none of it, whole or cut off, nor do the names and values that Slack hands back to us: those are opaque ids.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from bot.domain.phone import pretty
from bot.sandbox.slack.recorder import Record
from bot.slack.ids import OUTBOX_EVENT

SHOWN_TO_READERS: Final = frozenset({"modal"})
OPAQUE: Final = re.compile(
    r"[A-Za-z0-9_|:.+-]{0,255}|\*"
)  # ids, codes, days, times of day: nothing that reads as words
OF_A_ROW: Final = re.compile(r"[a-z_]+ [A-Za-z0-9]+")  # a block's id: what its button does, and with which
HANDED_BACK: Final = frozenset({"action_id", "block_id", "callback_id", "external_id", "value", "event_type"})
METADATA: Final = "private_metadata"
CUT_OFF: Final = 14  # characters of the beginning or the end, as a text that is cut off shows


def problems(
    records: Iterable[Record], secrets: Iterable[str], numbers: Iterable[str], settings: frozenset[str] = frozenset()
) -> list[str]:
    """Return what stands where it may not. `settings` are words of beredskap.toml that a choice in a modal may hold."""
    needles = fragments(secrets) | {form for number in numbers for form in forms_of(number)}
    found = []
    for record in records:
        where = f"{record.kind} {record.method}"
        if record.kind not in SHOWN_TO_READERS:
            found += [f"{where} holds {needle!r}" for needle in needles if record.contains(needle)]
        for name, value in handed_back(record.decoded):
            ids = [leaf for leaf in _parts(name, value) if leaf not in settings]
            found += [f"{where}: {name} {id_!r} holds {needle!r}" for needle in needles for id_ in ids if needle in id_]
            found += [f"{where}: {name} {id_!r} is no opaque id" for id_ in ids if not is_opaque(name, id_)]
    return found


def fragments(secrets: Iterable[str]) -> set[str]:
    """Return each secret, and how it begins and ends where it is long enough to be cut off."""
    found = set()
    for secret in secrets:
        found.add(secret)
        if len(secret) > CUT_OFF:
            found |= {secret[:CUT_OFF].strip(), secret[-CUT_OFF:].strip()}
    return found


def forms_of(number: str) -> set[str]:
    """Return the ways to write a Swedish number: as we keep it, as people do, and in digits only."""
    said = pretty(number)
    national = re.sub(r"\D", "", said)
    return {number, number.removeprefix("+"), said, national, said.replace(" ", ""), said.replace("-", " ")}


def is_opaque(name: str, value: str) -> bool:
    return OPAQUE.fullmatch(value) is not None or (name == "block_id" and OF_A_ROW.fullmatch(value) is not None)


def _parts(name: str, value: str) -> list[str]:
    if name != METADATA:
        return [value]
    try:
        return list(leaves(json.loads(value or "{}")))
    except ValueError:
        return [value]


def leaves(known: Any) -> Iterator[str]:
    """Yield every name and value in nested JSON, as text."""
    if isinstance(known, dict):
        for key, value in known.items():
            yield str(key)
            yield from leaves(value)
    elif isinstance(known, list):
        for value in known:
            yield from leaves(value)
    elif known is not None:
        yield str(known)


def handed_back(sent: Any) -> Iterator[tuple[str, str]]:
    """Yield the names and values in what was sent that come back to us, or that nobody sees."""
    if isinstance(sent, list):
        for item in sent:
            yield from handed_back(item)
    if not isinstance(sent, dict):
        return
    if sent.get("event_type") == OUTBOX_EVENT:
        yield from (("event_payload", leaf) for leaf in leaves(sent.get("event_payload")))
    is_typed = sent.get("type") in {"plain_text_input", "view_state"}
    for key, value in sent.items():
        if key == METADATA or (key in HANDED_BACK and isinstance(value, str) and not is_typed):
            yield key, str(value)
        else:
            yield from handed_back(value)
