"""What it costs to look for what is to be done, in tables that hold what has been done for years."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from rich.table import Table

from bench.databases import Fresh
from bench.ledger import INBOX, OUTBOX
from bench.world import EVENING
from bot.domain.handover import Episode
from bot.domain.ids import ContactId, ConversationId, EpisodeId, NamndId, new_id
from bot.domain.outbound import OutboxKind
from bot.domain.people import World
from bot.ports import Share, Tx
from storage.store import SqlStore
from storage.tables import ContactRow, ConversationRow, EpisodeRow
from storage.vault import Vault, generate_key, parse_keys
from tests.frozen import FrozenClock

SIZES: Final = (1_000, 10_000, 100_000)
DUE: Final = 20  # of each that are to be done
ROUNDS: Final = 15
AT_A_TIME: Final = 5_000
LEASE: Final = timedelta(seconds=30)
NAMND: Final = NamndId("norrvik")


@dataclass(frozen=True, slots=True)
class Size:
    sizes: tuple[int, ...]


FULL, QUICK = Size(SIZES), Size(SIZES[:1])


async def measure(place: Path, fresh: dict[str, Fresh], size: Size) -> Table:
    table = Table(title=f"Sweeps among rows that are done; milliseconds, median of {ROUNDS} rounds, {DUE} rows to do")
    headings = (
        "rows",
        "inbox: take 20",
        "outbox: claim 16",
        "uncertain: sweep",
        "handover: what waits",
        "waiting counts",
    )
    table.add_column("database")
    for heading in headings:
        table.add_column(heading, justify="right")
    for name, make in fresh.items():
        for rows in size.sizes:
            store = SqlStore(make(), Vault(parse_keys(generate_key())), FrozenClock(EVENING))
            try:
                _fill(store, rows)
                found = [await _timed(store, what) for what in LOOKS]
            finally:
                await store.close()
            table.add_row(name, f"{rows:,}", *(f"{1000 * seconds:.1f}" for seconds in found))
    return table


def _take(tx: Tx) -> int:
    return len(list(tx.inbox.take(DUE)))


def _claim(tx: Tx) -> int:
    return len(tx.outbox.claim_some("bench", LEASE, [Share(frozenset(OutboxKind), 16)]))


def _uncertain(tx: Tx) -> int:
    return len(tx.outbox.lapse(LEASE)) + len(tx.outbox.uncertain_due())


def _handover(tx: Tx) -> int:
    return len(tx.episodes.waiting(NAMND, EVENING.date()))


def _waiting(tx: Tx) -> int:
    return tx.inbox.waiting() + tx.outbox.waiting()


LOOKS: Final[tuple[Callable[[Tx], int], ...]] = (_take, _claim, _uncertain, _handover, _waiting)


class _Undone(Exception):
    """Nothing that was measured is kept: the next round finds the same."""


async def _timed(store: SqlStore, look: Callable[[Tx], int]) -> float:
    taken: list[float] = []

    def change(tx: Tx) -> None:
        began = time.perf_counter()
        look(tx)
        taken.append(time.perf_counter() - began)
        raise _Undone

    for _ in range(ROUNDS):
        try:
            await store.write(change)
        except _Undone:
            continue
    return statistics.median(taken)


def _fill(store: SqlStore, rows: int) -> None:
    with store.engine.begin() as connection:
        contact, conversation = _somebody(connection)
    for start in range(0, rows, AT_A_TIME):
        numbers = range(start, min(rows, start + AT_A_TIME))
        with store.engine.begin() as connection:
            connection.execute(sa.insert(INBOX), [_incoming(n, is_done=n < rows - DUE) for n in numbers])
            connection.execute(sa.insert(OUTBOX), [_outgoing(n, is_done=n < rows - DUE) for n in numbers])
            connection.execute(
                sa.insert(EpisodeRow.__table__),  # type: ignore[attr-defined]
                [_episode(n, conversation, is_done=n < rows - DUE) for n in numbers],
            )
    with store.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    del contact


def _somebody(connection: sa.Connection) -> tuple[ContactId, ConversationId]:
    contact, conversation = ContactId(new_id()), ConversationId(new_id())
    person: dict[str, Any] = {"id": contact, "number": b"", "number_hash": b"", "code": "ABCDE", "language": "sv"}
    talk: dict[str, Any] = {"id": conversation, "contact_id": contact, "world": World.BEREDSKAP.value, "namnd": NAMND}
    connection.execute(
        sa.insert(ContactRow.__table__),  # type: ignore[attr-defined]
        {**person, "is_answerable": True, "is_blocked": False, "created_at": EVENING},
    )
    counts = dict.fromkeys(("last_seq", "last_inbound_seq", "seen_seq", "answered_seq", "nudge_stage"), 0)
    connection.execute(
        sa.insert(ConversationRow.__table__),  # type: ignore[attr-defined]
        {
            **talk,
            **counts,
            "our_number": "",
            "opened_at": EVENING,
            "is_open": True,
            "is_namnd_open": False,
            "concerns": [],
        },
    )
    return contact, conversation


def _incoming(number: int, *, is_done: bool) -> dict[str, Any]:
    return {
        "provider": "twilio",
        "provider_id": f"SM{number}",
        "lane": f"lane {number % 200}",
        "raw": b"x" * 600,
        "received_at": EVENING - timedelta(seconds=number),
        "is_late": False,
        "state": "done" if is_done else "waiting",
        "attempts": 0,
    }


def _outgoing(number: int, *, is_done: bool) -> dict[str, Any]:
    at: datetime = EVENING - timedelta(seconds=number)
    return {
        "kind": "card",
        "lane": f"post:{number % 200}",
        "dedupe_key": f"card:{number}",
        "fold_key": f"card:{number}",
        "priority": 5,
        "payload": {"post": str(number)},
        "state": "sent" if is_done else "due",
        "attempts": 1,
        "looks": 0,
        "next_at": at,
        "created_at": at,
        "provider_id": f"D1:{number}",
    }


def _episode(number: int, conversation: ConversationId, *, is_done: bool) -> dict[str, Any]:
    day = EVENING.date() - timedelta(days=400 if is_done else 1)
    made = Episode(
        id=EpisodeId(new_id()),
        conversation_id=conversation,
        namnd=NAMND if not is_done else NamndId("annan"),
        period=f"shift:{number}",
        ordinal=1,
        day=day,
        shift_id=None,
        first_at=EVENING,
        summary_on=day,
    )
    values = {name: getattr(made, name) for name in made.__dataclass_fields__}
    columns = {column.name for column in EpisodeRow.__table__.columns}  # type: ignore[attr-defined]
    return {name: value for name, value in values.items() if name in columns}
