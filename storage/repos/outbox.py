"""The outbox: what must leave, claimed by one worker at a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from bot.clock import Clock
from bot.domain.outbound import POSTED_AGAIN, RESTORED, UNCERTAIN_FINAL, OutboxKind, OutboxState, Priority
from bot.ports import Outbound, Share
from storage.tables import OutboxRow

WORK: Final = "outbox"  # what the loops are told of when rows may leave
TABLE: sa.Table = OutboxRow.__table__  # type: ignore[attr-defined]
DUE: Final = TABLE.c.state == sa.literal_column("'due'")  # in these words, so that partial indexes are found
GIVEN_ID: Final = TABLE.c.id == sa.bindparam("of")


def _may_leave_now() -> sa.ColumnElement[bool]:
    """A row is due and nothing stands before it in its lane.

    A card that may have been posted stands there too, until we know: the next row would post it once more.
    """
    earlier = TABLE.alias("earlier")
    is_before = sa.or_(
        earlier.c.state.in_(("due", "sending")),
        sa.and_(earlier.c.state == "uncertain", earlier.c.fold_key == TABLE.c.fold_key),
    )
    # Said twice, for the index: it knows states, and cannot see through the "or".
    is_before = sa.and_(earlier.c.state.in_(("due", "sending", "uncertain")), is_before)
    # A card never waits for what is to be said in its own thread, which cannot be said without it.
    is_before = sa.and_(
        is_before, ~sa.and_(TABLE.c.kind == "card", earlier.c.kind == "thread", earlier.c.state == "due")
    )
    blocked = sa.select(earlier.c.id).where(earlier.c.lane == TABLE.c.lane, earlier.c.id < TABLE.c.id, is_before)
    has_come = sa.or_(TABLE.c.next_at <= sa.bindparam("now"), TABLE.c.next_at > sa.bindparam("absurd"))
    return sa.and_(DUE, has_come, ~sa.exists(blocked))


# Made once: every row that leaves asks these several times, and making a statement costs more than running it.
ADD: Final = {
    "sqlite": sqlite.insert(TABLE).on_conflict_do_nothing().execution_options(preserve_rowcount=True),
    "postgresql": postgresql.insert(TABLE).on_conflict_do_nothing().execution_options(preserve_rowcount=True),
}
MAY_LEAVE: Final = _may_leave_now()
FREE: Final = (
    sa.select(TABLE.c.id, TABLE.c.lane, TABLE.c.priority, TABLE.c.kind)
    .where(MAY_LEAVE, TABLE.c.kind.in_(sa.bindparam("kinds", expanding=True)))
    .order_by(TABLE.c.priority, TABLE.c.id)
    .limit(sa.bindparam("at_most"))
    .with_for_update(skip_locked=True, of=TABLE)
)
CLAIM: Final = (
    sa.update(TABLE)
    .where(TABLE.c.id.in_(sa.bindparam("chosen", expanding=True)))
    .values(
        state="sending",
        lease_until=sa.bindparam("until"),
        lease_owner=sa.bindparam("owner"),
        attempts=TABLE.c.attempts + 1,
    )
    .returning(TABLE)
)
NEXT_AT: Final = sa.select(sa.func.min(TABLE.c.next_at)).where(
    DUE, TABLE.c.next_at > sa.bindparam("now"), TABLE.c.next_at <= sa.bindparam("absurd")
)
HELD: Final = (
    sa.update(TABLE)
    .where(TABLE.c.fold_key == sa.bindparam("fold"), DUE)
    .values(priority=sa.case((TABLE.c.priority > sa.bindparam("most"), sa.bindparam("most")), else_=TABLE.c.priority))
)
STANDS: Final = sa.select(TABLE.c.id).where(TABLE.c.dedupe_key == sa.bindparam("dedupe"))
ONE: Final = sa.select(TABLE).where(GIVEN_ID)
BY_KEY: Final = sa.select(TABLE).where(TABLE.c.dedupe_key == sa.bindparam("dedupe"))
WAITING: Final = sa.select(sa.func.count()).select_from(TABLE).where(sa.or_(TABLE.c.state == "sending", MAY_LEAVE))
# What an attempt says counts while it is on its way; when its lease has lapsed and it knows better than "uncertain";
# and when the author has been told that nobody knows, and it was sent.
IS_NEWS: Final = sa.or_(
    sa.bindparam("is_any", type_=sa.Boolean),
    sa.and_(
        TABLE.c.lease_owner == sa.bindparam("of_claim", type_=sa.String),
        sa.or_(
            TABLE.c.state == "sending",
            sa.and_(TABLE.c.state == "uncertain", sa.bindparam("is_better", type_=sa.Boolean)),
            sa.and_(
                TABLE.c.state == "failed",
                TABLE.c.last_error == UNCERTAIN_FINAL,
                sa.bindparam("is_sent", type_=sa.Boolean),
            ),
        ),
    ),
)
RECORD: Final = (
    sa.update(TABLE)
    .where(GIVEN_ID, IS_NEWS)
    .values(
        state=sa.bindparam("new_state"),
        last_error=sa.bindparam("error"),
        lease_until=None,
        lease_owner=sa.case((sa.bindparam("is_due", type_=sa.Boolean), None), else_=TABLE.c.lease_owner),
        next_at=sa.bindparam("at"),
        provider_id=sa.func.coalesce(sa.bindparam("their_id", type_=sa.String), TABLE.c.provider_id),
        attempts=TABLE.c.attempts - sa.bindparam("uncounted"),
        settled_at=sa.func.coalesce(sa.bindparam("settled", type_=TABLE.c.settled_at.type), TABLE.c.settled_at),
    )
)
OF_THE_MOMENT: Final = ("call", "staff_sms", "alert")  # whoever still has to be reached is reached for anew
LEFT_UNUSED: Final = 1_000_000  # ids, more than anybody sends between a backup and its restoration
LONGEST_WAIT: Final = timedelta(minutes=16)  # what asks for more is asked again by then
MOMENT: Final = timedelta(microseconds=1)
LOOKS_AT_ONCE: Final = 20
MARGIN: Final = timedelta(minutes=1)  # by which the clocks of two instances may differ


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
        """Add a row; False when it stands there already, or one that will say the same is waiting.

        The one that waits becomes as urgent as this one, and is held until this transaction ends: claimed before, it
        would say what was true before.
        """
        connection = self._session.connection()
        is_alone = connection.dialect.name == "sqlite"
        values = {
            "kind": kind.value,
            "lane": lane,
            "payload": payload,
            "dedupe_key": dedupe_key,
            "fold_key": fold_key,
            "priority": int(priority),
            "state": OutboxState.DUE.value,
            "attempts": 0,
            "looks": 0,
            "next_at": self._clock.wire_now() + after,
            "created_at": self._clock.now(),
        }
        self._session.info[WORK] = True
        while connection.execute(ADD[connection.dialect.name], values).rowcount != 1:
            is_held = fold_key is not None and self._holds_waiting(fold_key, priority)
            if is_alone or fold_key is None or is_held or self._stands(dedupe_key):
                return False
        return True

    def _holds_waiting(self, fold_key: str, priority: Priority) -> bool:
        return self._session.connection().execute(HELD, {"fold": fold_key, "most": int(priority)}).rowcount > 0

    def _stands(self, dedupe_key: str) -> bool:
        return self._session.connection().execute(STANDS, {"dedupe": dedupe_key}).first() is not None

    def claim(self, owner: str, lease: timedelta) -> Outbound | None:
        """Take the most urgent due row whose lane is free; it is `sending` until recorded or lapsed."""
        return next(iter(self.claim_some(owner, lease, [Share(frozenset(OutboxKind), 1)])), None)

    def claim_some(self, owner: str, lease: timedelta, shares: Sequence[Share]) -> list[Outbound]:
        """Take due rows, the most urgent first, of each share as many as it may have, and never two of one lane.

        `owner` is told apart from every other claim, so that one of which nobody knows whether it was committed can be
        found again (see `release`). When all that can leave now is taken, nobody is told to look for more: the next
        one can leave when one of these has ended.
        """
        total = sum(max(0, share.limit) for share in shares)
        rows = self._free(shares, total)
        is_all = len(rows) < total and all(share.limit > 0 for share in shares)
        if len(rows) == total and len(shares) > 1:  # one share may have hidden the other
            rows = [row for share in shares for row in self._free([share], share.limit)]
        chosen = _chosen(rows, shares)
        if is_all and len(chosen) == len({row.lane for row in rows}):
            self._session.info.pop(WORK, None)
        if not chosen:
            return []
        taken = {"chosen": list(chosen.values()), "until": self._clock.wire_now() + lease, "owner": owner}
        claimed = [_domain(row) for row in self._session.connection().execute(CLAIM, taken).mappings()]
        return sorted(claimed, key=lambda row: (row.priority, row.id))

    def _free(self, shares: Sequence[Share], limit: int) -> list[sa.Row[Any]]:
        kinds = sorted(kind.value for share in shares if share.limit > 0 for kind in share.kinds)
        if not kinds:
            return []
        wanted = {**self._now(), "kinds": kinds, "at_most": limit}
        return list(self._session.connection().execute(FREE, wanted))

    def release(self, owner: str) -> None:
        """Put back what was claimed by `owner`, who knows that none of it has left."""
        self._session.info[WORK] = True
        newer = TABLE.alias("newer")
        is_outdated = sa.exists().where(newer.c.fold_key == TABLE.c.fold_key, newer.c.state == "due")
        self._session.execute(
            sa.update(TABLE)
            .where(TABLE.c.lease_owner == owner, TABLE.c.state.in_(("sending", "uncertain")))
            .values(
                state=sa.case((is_outdated, "dropped"), else_="due"),
                lease_until=None,
                lease_owner=None,
                attempts=TABLE.c.attempts - 1,
            )
        )

    def hold_restored(self) -> tuple[int, int]:
        waits = TABLE.c.state.in_(("due", "sending"))
        held = {"last_error": RESTORED, "lease_until": None, "lease_owner": None}
        drop = sa.update(TABLE).where(waits, TABLE.c.kind.in_(OF_THE_MOMENT))
        dropped = self._session.connection().execute(drop.values(state="dropped", settled_at=self._clock.now(), **held))
        look = sa.update(TABLE).where(sa.or_(waits, TABLE.c.state == "uncertain"))
        looked_for = self._session.connection().execute(
            look.values(state="uncertain", looks=0, next_at=self._clock.wire_now(), **held)
        )
        self._leave_ids()
        return looked_for.rowcount, dropped.rowcount

    def _leave_ids(self) -> None:
        connection = self._session.connection()
        newest = connection.execute(sa.select(sa.func.coalesce(sa.func.max(TABLE.c.id), 0))).scalar_one()
        wire_now = self._clock.wire_now()
        row = {
            "id": newest + LEFT_UNUSED,
            "kind": OutboxKind.NOTICE.value,
            "lane": RESTORED,
            "dedupe_key": f"{RESTORED}:{wire_now.isoformat()}",
            "priority": int(Priority.NORMAL),
            "payload": {},
            "state": "dropped",
            "attempts": 0,
            "looks": 0,
            "next_at": wire_now,
            "created_at": self._clock.now(),
            "settled_at": self._clock.now(),
        }
        connection.execute(sa.insert(TABLE).values(row))
        if connection.dialect.name != "sqlite":
            connection.execute(sa.text("SELECT setval('outbox_id_seq', :id)"), {"id": row["id"]})

    def next_at(self) -> datetime | None:
        """Return when the next row is due of those that wait for a time to come; wire time."""
        found: datetime | None = self._session.connection().execute(NEXT_AT, self._now()).scalar_one()
        return found

    def record(
        self,
        row_id: int,
        state: OutboxState,
        *,
        provider_id: str | None = None,
        error: str | None = None,
        wait: timedelta = timedelta(0),
        counted: bool = True,
        claim: str | None = None,
    ) -> bool:
        """Write down what became of a claimed row. `wait` is wire time until it is due or looked for again.

        With `claim`, the claim that it speaks of, it counts only as long as nobody has made another or settled the
        row: whoever was frozen may come back with old news. False when it did not count.
        """
        self._session.info[WORK] = True  # its lane is free for the next
        if state is OutboxState.DUE:
            # A newer update of the same card waits already: this one has nothing left to say. What it had to wait for
            # the newer one has to wait for too: a call that timed out may still be carried out, and must not be last.
            row = self._session.connection().execute(ONE, {"of": row_id}).first()
            if row is not None and row.fold_key is not None and self._another_waits(row, wait, error):
                state = OutboxState.DROPPED
        is_settled = state in {OutboxState.SENT, OutboxState.FAILED, OutboxState.DROPPED}
        said = {
            "of": row_id,
            "new_state": state.value,
            "error": error,
            "at": self._clock.wire_now() + min(wait, LONGEST_WAIT),
            "their_id": provider_id,
            "uncounted": 0 if counted else 1,
            "settled": self._clock.now() if is_settled else None,
            "of_claim": claim,
            "is_due": state is OutboxState.DUE,
            "is_any": claim is None,
            "is_better": state is not OutboxState.UNCERTAIN,
            "is_sent": state is OutboxState.SENT,
        }
        return self._session.connection().execute(RECORD, said).rowcount == 1

    def hurry(self, error: str) -> int:
        self._session.info[WORK] = True
        waits = sa.and_(DUE, TABLE.c.last_error == error)
        return (
            self._session.connection()
            .execute(sa.update(TABLE).where(waits).values(next_at=self._clock.wire_now()))
            .rowcount
        )

    def lapse(self, after: timedelta = timedelta(0)) -> list[int]:
        """Make uncertain what was being sent by somebody who has gone; return the ids.

        `after` is the longest that a send takes. A send may begin until its lease runs out and not later (see
        bot.domain.errand), so what is still `sending` so long after the lease was sent, or will never be: nobody can
        be about to send it. Before that, an uncertain row would be looked for while it is on its way, and not found.
        """
        wire_now = self._clock.wire_now()
        statement = (
            sa.update(TABLE)
            .where(TABLE.c.state == "sending", _has_come(TABLE.c.lease_until, wire_now - after - MOMENT))
            .values(state="uncertain", last_error="lease_lapsed", next_at=wire_now)
            .returning(TABLE.c.id)
        )
        return [row.id for row in self._session.execute(statement)]

    def uncertain_due(self) -> list[Outbound]:
        """Return what is to be looked for now: texts and posts apart, so that neither hides the other."""
        is_due = sa.and_(TABLE.c.state == "uncertain", _has_come(TABLE.c.next_at, self._clock.wire_now()))
        is_text = TABLE.c.kind == OutboxKind.SMS.value
        found: list[Outbound] = []
        for some in (is_text, ~is_text):
            statement = sa.select(TABLE).where(is_due, some).order_by(TABLE.c.next_at, TABLE.c.id).limit(LOOKS_AT_ONCE)
            found += [_domain(row) for row in self._session.execute(statement).mappings()]
        return found

    def looked(self, row_id: int, wait: timedelta) -> None:
        self._session.execute(
            sa.update(TABLE)
            .where(TABLE.c.id == row_id)
            .values(looks=TABLE.c.looks + 1, next_at=self._clock.wire_now() + min(wait, LONGEST_WAIT))
        )

    def get(self, row_id: int, *, lock: bool = False) -> Outbound | None:
        one = ONE.with_for_update() if lock else ONE
        row = self._session.connection().execute(one, {"of": row_id}).mappings().first()
        return None if row is None else _domain(row)

    def by_key(self, dedupe_key: str) -> Outbound | None:
        row = self._session.connection().execute(BY_KEY, {"dedupe": dedupe_key}).mappings().first()
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

    def was_refused(self, lane: str) -> bool:
        """Tell whether a card of this lane has been refused, or could not be posted for another reason of theirs."""
        statement = sa.select(TABLE.c.id).where(TABLE.c.lane == lane, TABLE.c.kind == "card", TABLE.c.state == "failed")
        return self._session.execute(statement).first() is not None

    def is_mine(self, row: Outbound) -> bool:
        """Tell whether the lease under which `row` was claimed holds."""
        statement = sa.select(TABLE.c.id).where(
            TABLE.c.id == row.id,
            TABLE.c.state == "sending",
            TABLE.c.lease_owner == row.claim,
            TABLE.c.lease_until > self._clock.wire_now(),
        )
        return self._session.execute(statement).first() is not None

    def provider_ids(self, lane: str) -> list[str]:
        """Return the provider's ids of what has left in this lane."""
        statement = sa.select(TABLE.c.provider_id).where(TABLE.c.lane == lane, TABLE.c.provider_id.is_not(None))
        return list(self._session.execute(statement).scalars())

    def waiting(self) -> int:
        """Count what can be sent now or is being sent; what waits for a later try, or behind such, is not counted."""
        return int(self._session.connection().execute(WAITING, self._now()).scalar_one())

    def _now(self) -> dict[str, datetime]:
        """Return what tells whether a time has come: see `_has_come`."""
        wire_now = self._clock.wire_now()
        return {"now": wire_now, "absurd": wire_now + LONGEST_WAIT + MARGIN}

    def _another_waits(self, row: sa.Row[Any], wait: timedelta, reason: str | None) -> bool:
        """Tell whether another update of the same waits.

        It becomes as urgent as `row`, and waits for at least as long, for the same reason.
        """
        others = sa.and_(TABLE.c.fold_key == row.fold_key, TABLE.c.state == "due", TABLE.c.id != row.id)
        not_before = self._clock.wire_now() + min(wait, LONGEST_WAIT)
        later = {"next_at": not_before, "last_error": reason}
        self._session.execute(sa.update(TABLE).where(others, TABLE.c.next_at < not_before).values(later))
        most = sa.case((TABLE.c.priority > row.priority, row.priority), else_=TABLE.c.priority)
        return self._session.connection().execute(sa.update(TABLE).where(others).values(priority=most)).rowcount > 0


def _chosen(rows: Sequence[sa.Row[Any]], shares: Sequence[Share]) -> dict[str, int]:
    """Return which rows the shares have room for, the most urgent first, by lane."""
    left = {share: [share.limit, share.limit if share.ordinary is None else share.ordinary] for share in shares}
    share_of = {kind.value: share for share in shares for kind in share.kinds}
    chosen: dict[str, int] = {}
    for row in rows:
        room = left[share_of[row.kind]]
        is_ordinary = row.priority > Priority.SMS
        if row.lane in chosen or room[0] <= 0 or (is_ordinary and room[1] <= 0):
            continue
        chosen[row.lane] = row.id
        room[0] -= 1
        room[1] -= is_ordinary
    return chosen


def _has_come(at: sa.Column[Any], wire_now: datetime) -> sa.ColumnElement[bool]:
    """Tell whether a time has come. One farther off than anything waits was noted by a clock that has been put back."""
    return sa.or_(at <= wire_now, at > wire_now + LONGEST_WAIT + MARGIN)


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
        claim=row["lease_owner"] or "",
        error=row["last_error"],
    )
