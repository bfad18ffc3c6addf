"""What is true of every attempt: nothing was shown, nothing was sent, nothing was changed, and the log says no word."""

import logging
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa
from aiohttp import ClientSession

from bot.domain.phone import pretty
from bot.sandbox.slack.recorder import Record
from storage.engine import normal_url
from storage.tables import AuditRow, Base
from tests.acceptance.night import Night, Person
from tests.redteam.attempts import ANYTHING

AUDIT: sa.Table = AuditRow.__table__  # type: ignore[attr-defined]
BESIDES: Final = frozenset({"audit", "alert", "instance", "tick", "job_run"})  # the log, and how the machine feels
NO_HTTP: Final = "Error handling request"  # what the framework says of bytes that are no request


@dataclass
class House:
    """What is attacked: the running program and its world, what is hidden in it, and what has been heard from it."""

    night: Night
    http: ClientSession
    ids: dict[str, str] = field(default_factory=dict)
    planted: dict[str, str] = field(default_factory=dict)  # what was said or written -> in which nämnd or world
    numbers: dict[str, str] = field(default_factory=dict)  # whose phone it is -> in which nämnd
    heard: list[str] = field(default_factory=list)
    mark: int = 0  # the newest row of the audit log when the attempt began
    kept: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Person:
        """Return somebody of the staff by first name."""
        people = self.__dict__["night"].people
        if name.capitalize() not in people:
            raise AttributeError(name)
        return people[name.capitalize()]  # type: ignore[no-any-return]

    def logged(self) -> list[Any]:
        """Return the rows of the audit log since the attempt began."""
        return self.night.rows(sa.select(AUDIT).where(AUDIT.c.id > self.mark).order_by(AUDIT.c.id))

    def denied(self, person: Person | str, *reasons: str) -> None:
        """Check that somebody was refused for these reasons, and allowed nothing."""
        actor = person if isinstance(person, str) else person.staff.id
        rows = [row for row in self.logged() if row.actor == actor]
        assert [row.act for row in rows if row.is_allowed] == []
        assert rows, "nothing stands in the log"
        assert {row.ground for row in rows} >= set(reasons), [(row.act, row.ground) for row in rows]

    def secrets(self, *, but: Iterable[str] = ()) -> set[str]:
        """Return every word and number that is hidden, in each way of writing it, except what is of `but`."""
        words = {word for word, of in self.planted.items() if of not in set(but)}
        for number in (number for number, of in self.numbers.items() if of not in set(but)):
            words |= {number, pretty(number), re.sub(r"\D", "", pretty(number)), number.lstrip("+")}
        return words

    def shows(self, *words: str) -> bool:
        """Tell whether anything that was heard since the attempt began holds all of these words."""
        return all(any(word in said for said in self.heard) for word in words)


def standing(night: Night) -> dict[str, list[str]]:
    """Return what stands in every table."""
    engine = sa.create_engine(normal_url(night.sandbox.database_url), poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            return {
                table.name: sorted(repr(tuple(row)) for row in connection.execute(sa.select(table)))
                for table in Base.metadata.sorted_tables
                if table.name not in BESIDES
            }
    finally:
        engine.dispose()


def sent(night: Night) -> tuple[int, int, int]:
    """Return how many texts and calls have left us, and how many of our posts can be read by anybody in Slack."""
    phones = night.sandbox.carrier.state()["phones"]
    texts = sum(not message["mine"] for phone in phones for message in phone["messages"])
    calls = sum(len(phone.get("calls", ())) for phone in phones)
    held = night.sandbox.slack.state()["messages"].values()
    posts = sum(m["user"] == "U0BOT" and not m["ephemeral_to"] for channel in held for m in channel)
    return texts, calls, posts


def texts(night: Night) -> dict[str, str]:
    """Return what has been texted by us, by the carrier's id."""
    phones = night.sandbox.carrier.state()["phones"]
    return {str(m["sid"]): str(m["body"]) for phone in phones for m in phone["messages"] if not m["mine"]}


@asynccontextmanager
async def watched(house: House, changes: frozenset[str], *, may_read: frozenset[str]) -> AsyncIterator[None]:
    """Assert around an attempt what is true of every one. `may_read`: whose words the one who tries may read anyway."""
    night = house.night
    await night.settles()
    before, left, lines = standing(night), sent(night), len(night.log_lines)
    house.mark = max((row.id for row in night.rows(sa.select(AUDIT.c.id))), default=0)
    house.heard.clear()
    shown, texted = len(night.sandbox.slack.recorder), set(texts(night))
    yield
    await night.settles()
    records = night.sandbox.slack.recorder.records[shown:]
    for_one = [_said(record) for record in records if record.kind in {"modal", "home"}]
    for_all = [_said(record) for record in records if record.kind not in {"modal", "home"}]
    shown_to_one = _found(house.secrets(but=may_read), [*house.heard, *for_one])
    left_behind = _found(
        house.secrets(), [*for_all, *(body for sid, body in texts(night).items() if sid not in texted)]
    )
    assert (shown_to_one, left_behind) == ([], []), f"shown: {shown_to_one}; left behind: {left_behind}"
    _log_is_silent(house, night.log_lines[lines:], may_fail=changes >= ANYTHING)
    if not changes >= ANYTHING:
        after = standing(night)
        changed = {name for name in before if before[name] != after[name]} - changes
        assert changed == set(), f"changed: {sorted(changed)}"
        *others, posts = zip(sent(night), left, strict=True)
        assert all(now == then for now, then in others), "something was sent"
        assert posts[0] == posts[1] or "slack_post" in changes, "something was posted"


def _said(record: Record) -> str:
    return record.body.decode(errors="replace") + str(record.decoded)


def _found(words: set[str], said: list[str]) -> list[str]:
    heard = "\n".join(said)
    return sorted(word for word in words if word in heard)


def _log_is_silent(house: House, lines: list[logging.LogRecord], *, may_fail: bool) -> None:
    written = "\n".join(line.getMessage() + str(line.__dict__) for line in lines)
    told = sorted(word for word in house.secrets() if word in written)
    assert told == [], f"in the log: {told}"
    errors = [line.getMessage() for line in lines if line.levelno >= logging.ERROR and NO_HTTP not in line.getMessage()]
    assert may_fail or errors == [], errors
