"""Every byte that the bot sent to Slack, so that a test can prove what was not sent."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from bot.clock import Clock

# What a person could meet it as. "modal" is also what a submission or an external select answers;
# "ack" is any other response body to our requests; "query" is a call that shows nothing to anybody.
Kind = Literal["message", "home", "modal", "query", "ack", "response_url"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Record:
    """One request, response body or `response_url` post.

    `body` is what went over the wire: the request body, or the query string, or both with a line
    break between. `decoded` is the same with form and nested JSON resolved. `fault` says which
    switch struck the call: the bytes left the bot all the same.
    """

    at: datetime
    kind: Kind
    method: str
    body: bytes
    decoded: dict[str, Any]
    fault: str = "ok"

    def contains(self, needle: str) -> bool:
        """Tell whether `needle` was sent, however it was encoded."""
        return needle.encode() in self.body or any(needle in said for said in _strings(self.decoded))


@dataclass
class Recorder:
    """An append-only list of records. Tokens and the signing secret are blanked out."""

    clock: Clock
    secrets: tuple[str, ...] = ()
    records: list[Record] = field(default_factory=list)

    def add(self, kind: Kind, method: str, body: bytes, decoded: dict[str, Any], *, fault: str = "ok") -> None:
        """Append one record at the present wire time."""
        for secret in self.secrets:
            body = body.replace(secret.encode(), b"[secret]")
        shown = {name: value for name, value in decoded.items() if name != "token"}
        self.records.append(Record(self.clock.wire_now(), kind, method, body, shown, fault))

    def of(self, *kinds: Kind) -> list[Record]:
        """Return the records of these kinds."""
        return [record for record in self.records if record.kind in kinds]

    def all_but(self, *kinds: Kind) -> list[Record]:
        """Return the records of all other kinds, e.g. `all_but("modal")`."""
        return [record for record in self.records if record.kind not in kinds]

    def calls(self, method: str) -> list[Record]:
        """Return the records of one Web API method, or of one kind of acknowledgement."""
        return [record for record in self.records if record.method == method]

    def as_list(self) -> list[dict[str, Any]]:
        """Return the records for the control interface; bytes that are no UTF-8 show as replacement signs."""
        return [
            {
                "at": record.at.isoformat(),
                "kind": record.kind,
                "method": record.method,
                "body": record.body.decode(errors="replace"),
                "decoded": record.decoded,
                "fault": record.fault,
            }
            for record in self.records
        ]

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    def __len__(self) -> int:
        return len(self.records)


def _strings(value: Any) -> list[str]:
    """Return every name and value in nested JSON, as it reads without JSON's own escapes."""
    found: list[str] = []
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            stack.extend(item.keys())
            stack.extend(item.values())
        elif isinstance(item, list | tuple):
            stack.extend(item)
        else:
            found.append(str(item))
    return found
