"""The outbox: what must leave, claimed by one worker at a time."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from bot.clock import Clock
from bot.domain.outbound import POSTED_AGAIN, OutboxKind, OutboxState, Priority
from bot.ports import Outbound
from storage.tables import OutboxRow

TABLE: sa.Table = OutboxRow.__table__  # type: ignore[attr-defined]


class OutboxRows:
    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    def add(
        self,
        kind: OutboxKind,
        lane: str,
        payload: dict[str, Any],
        *,
        dedupe_key: str,
        priority: Priority = Priority.NORMAL,
        fold_key: str | None = None,
        after: timedelta = timedelta(0),
    ) -> bool:
        """Add a row; False when it stands there already, or one that will say the same is waiting."""
        build = sqlite.insert if self._session.get_bind().dialect.name == "sqlite" else postgresql.insert
        statement = (
            build(TABLE)
            .values(
                kind=kind.value,
                lane=lane,
                payload=payload,
                dedupe_key=dedupe_key,
                fold_key=fold_key,
                priority=int(priority),
                state=OutboxState.DUE.value,
                attempts=0,
                looks=0,
                next_at=self._clock.wire_now() + after,
                created_at=self._clock.now(),
            )
            .on_conflict_do_nothing()
            .returning(TABLE.c.id)
        )
        self._session.info["outbox"] = True
        return self._session.execute(statement).first() is not None

    def claim(self, owner: str, lease: timedelta) -> Outbound | None:
        """Take the most urgent due row whose lane is free; it is `sending` until recorded or lapsed."""
        wire_now = self._clock.wire_now()
        candidate = (
            sa.select(TABLE.c.id)
            .where(self._may_leave_now())
            .order_by(TABLE.c.priority, TABLE.c.id)
            .limit(1)
            .with_for_update(skip_locked=True, of=TABLE)
            .scalar_subquery()
        )
        statement = (
            sa.update(TABLE)
            .where(TABLE.c.id == candidate)
            .values(state="sending", lease_until=wire_now + lease, lease_owner=owner, attempts=TABLE.c.attempts + 1)
            .returning(TABLE)
        )
        row = self._session.execute(statement).mappings().first()
        return None if row is None else _domain(row)

    def record(
        self,
        row_id: int,
        state: OutboxState,
        *,
        provider_id: str | None = None,
        error: str | None = None,
        wait: timedelta = timedelta(0),
        counted: bool = True,
    ) -> None:
        """Write down what became of a claimed row. `wait` is wire time until it is due or looked for again."""
        self._session.info["outbox"] = True  # its lane is free for the next
        values: dict[str, Any] = {
            "state": state.value,
            "last_error": error,
            "lease_until": None,
            "lease_owner": None,
            "next_at": self._clock.wire_now() + wait,
        }
        if provider_id is not None:
            values["provider_id"] = provider_id
        if not counted:
            values["attempts"] = TABLE.c.attempts - 1
        if state in {OutboxState.SENT, OutboxState.FAILED, OutboxState.DROPPED}:
            values["settled_at"] = self._clock.now()
        if state is OutboxState.DUE:
            # A newer update of the same card waits already: this one has nothing left to say.
            row = self._session.execute(sa.select(TABLE.c.fold_key).where(TABLE.c.id == row_id)).first()
            if row is not None and row.fold_key is not None and self._another_waits(row.fold_key, row_id):
                values["state"] = OutboxState.DROPPED.value
        self._session.execute(sa.update(TABLE).where(TABLE.c.id == row_id).values(**values))

    def lapse(self) -> list[int]:
        """Make uncertain what was being sent by somebody who has gone; return the ids."""
        statement = (
            sa.update(TABLE)
            .where(TABLE.c.state == "sending", TABLE.c.lease_until < self._clock.wire_now())
            .values(state="uncertain", last_error="lease_lapsed", next_at=self._clock.wire_now())
            .returning(TABLE.c.id)
        )
        return [row.id for row in self._session.execute(statement)]

    def uncertain_due(self) -> list[Outbound]:
        statement = (
            sa.select(TABLE)
            .where(TABLE.c.state == "uncertain", TABLE.c.next_at <= self._clock.wire_now())
            .order_by(TABLE.c.id)
            .limit(20)
        )
        return [_domain(row) for row in self._session.execute(statement).mappings()]

    def looked(self, row_id: int, wait: timedelta) -> None:
        self._session.execute(
            sa.update(TABLE)
            .where(TABLE.c.id == row_id)
            .values(looks=TABLE.c.looks + 1, next_at=self._clock.wire_now() + wait)
        )

    def get(self, row_id: int) -> Outbound | None:
        row = self._session.execute(sa.select(TABLE).where(TABLE.c.id == row_id)).mappings().first()
        return None if row is None else _domain(row)

    def by_key(self, dedupe_key: str) -> Outbound | None:
        row = self._session.execute(sa.select(TABLE).where(TABLE.c.dedupe_key == dedupe_key)).mappings().first()
        return None if row is None else _domain(row)

    def posted_twice(self, lane: str, provider_id: str) -> list[Outbound]:
        """Return the rows of a lane from which the same may have been posted before `provider_id` was."""
        statement = sa.select(TABLE).where(
            TABLE.c.lane == lane, sa.or_(TABLE.c.last_error == POSTED_AGAIN, TABLE.c.provider_id == provider_id)
        )
        return [_domain(row) for row in self._session.execute(statement).mappings()]

    def post_is_coming(self, lane: str) -> bool:
        """Tell whether a card or handover of this lane is still to be posted, or may have been."""
        statement = sa.select(TABLE.c.id).where(
            TABLE.c.lane == lane,
            TABLE.c.kind.in_(("card", "digest")),
            TABLE.c.state.in_(("due", "sending", "uncertain")),
        )
        return self._session.execute(statement).first() is not None

    def is_mine(self, row: Outbound) -> bool:
        """Tell whether the lease under which `row` was claimed holds; `attempts` tells one claim from the next."""
        statement = sa.select(TABLE.c.id).where(
            TABLE.c.id == row.id,
            TABLE.c.state == "sending",
            TABLE.c.attempts == row.attempts,
            TABLE.c.lease_until > self._clock.wire_now(),
        )
        return self._session.execute(statement).first() is not None

    def provider_ids(self, lane: str) -> list[str]:
        """Return the provider's ids of what has left in this lane."""
        statement = sa.select(TABLE.c.provider_id).where(TABLE.c.lane == lane, TABLE.c.provider_id.is_not(None))
        return list(self._session.execute(statement).scalars())

    def waiting(self) -> int:
        """Count what can be sent now or is being sent; what waits for a later try, or behind such, is not counted."""
        statement = (
            sa.select(sa.func.count())
            .select_from(TABLE)
            .where(sa.or_(TABLE.c.state == "sending", self._may_leave_now()))
        )
        return int(self._session.execute(statement).scalar_one())

    def _may_leave_now(self) -> sa.ColumnElement[bool]:
        """A row is due and nothing stands before it in its lane.

        A card that may have been posted stands there too, until we know: the next row would post it once more.
        """
        earlier = TABLE.alias("earlier")
        is_before = sa.or_(
            earlier.c.state.in_(("due", "sending")),
            sa.and_(earlier.c.state == "uncertain", earlier.c.fold_key == TABLE.c.fold_key),
        )
        # A card never waits for what is to be said in its own thread, which cannot be said without it.
        is_before = sa.and_(
            is_before, ~sa.and_(TABLE.c.kind == "card", earlier.c.kind == "thread", earlier.c.state == "due")
        )
        blocked = sa.select(earlier.c.id).where(earlier.c.lane == TABLE.c.lane, earlier.c.id < TABLE.c.id, is_before)
        return sa.and_(TABLE.c.state == "due", TABLE.c.next_at <= self._clock.wire_now(), ~sa.exists(blocked))

    def _another_waits(self, fold_key: str, row_id: int) -> bool:
        statement = sa.select(TABLE.c.id).where(
            TABLE.c.fold_key == fold_key, TABLE.c.state == "due", TABLE.c.id != row_id
        )
        return self._session.execute(statement).first() is not None


def _domain(row: sa.RowMapping) -> Outbound:
    return Outbound(
        id=row["id"],
        kind=OutboxKind(row["kind"]),
        lane=row["lane"],
        payload=dict(row["payload"]),
        attempts=row["attempts"],
        looks=row["looks"],
        created_at=row["created_at"],
        state=OutboxState(row["state"]),
        priority=row["priority"],
    )
