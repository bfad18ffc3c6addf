"""Modals that are open now."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.clock import Clock
from bot.domain.ids import ConversationId, ShiftId, StaffId
from bot.ports import OpenView
from storage.tables import OpenViewRow

FIELDS = ("shift_id", "view_id", "view_hash", "last_seen", "warned_of", "shown")
LONGEST_WAIT = timedelta(minutes=1)  # that a redraw is put off
FORGOTTEN_AFTER = timedelta(hours=12)  # Slack does not always tell that a modal was closed


TABLE: sa.Table = OpenViewRow.__table__  # type: ignore[attr-defined]
MARK = sa.update(TABLE).where(TABLE.c.conversation_id == sa.bindparam("of")).values(is_dirty=True)


class ViewRows:
    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    def save(self, view: OpenView) -> None:
        row = self._session.get(OpenViewRow, view.external_id)
        if row is None:
            row = OpenViewRow(
                external_id=view.external_id,
                staff_id=view.staff_id,
                conversation_id=view.conversation_id,
                opened_at=self._clock.now(),
            )
        for name in FIELDS:
            setattr(row, name, getattr(view, name))
        self._session.add(row)
        self._session.flush()

    def get(self, external_id: str) -> OpenView | None:
        row = self._session.get(OpenViewRow, external_id)
        return None if row is None else _domain(row)

    def drop(self, external_id: str) -> None:
        self._session.execute(sa.delete(OpenViewRow).where(col(OpenViewRow.external_id) == external_id))

    def mark_dirty(self, conversation_id: ConversationId) -> None:
        if self._session.connection().execute(MARK, {"of": conversation_id}).rowcount:
            self._session.info["views"] = True

    def mark_all_dirty(self) -> None:
        """Have every open modal drawn again, for instance when a shift has ended; forget the very old ones."""
        self._session.info["views"] = True
        old = self._clock.now() - FORGOTTEN_AFTER
        self._session.execute(sa.delete(OpenViewRow).where(col(OpenViewRow.opened_at) < old))
        self._session.execute(sa.update(OpenViewRow).values(is_dirty=True))

    def mark_dirty_of(self, staff_id: StaffId) -> None:
        """Have what one person has open drawn again."""
        theirs = sa.update(OpenViewRow).where(col(OpenViewRow.staff_id) == staff_id).values(is_dirty=True)
        if self._session.connection().execute(theirs).rowcount:
            self._session.info["views"] = True

    def take_dirty(self, *, every: timedelta) -> list[OpenView]:
        """Return the modals to draw again, each at most once in `every` (wire time), and mark them drawn."""
        wire_now = self._clock.wire_now()
        rows = self._session.exec(
            select(OpenViewRow)
            .where(
                col(OpenViewRow.is_dirty).is_(True),
                _may_be_drawn(wire_now - every),
            )
            .limit(20)
            .with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            row.is_dirty, row.refreshed_at = False, wire_now
            self._session.add(row)
        self._session.flush()
        return [_domain(row) for row in rows]

    def again(self, external_id: str, after: timedelta) -> None:
        """Have a modal drawn again, no sooner than `after` (wire time)."""
        self._session.info["views"] = True
        self._session.execute(
            sa.update(OpenViewRow)
            .where(col(OpenViewRow.external_id) == external_id)
            .values(is_dirty=True, refreshed_at=self._clock.wire_now() + after)
        )
        self._session.expire_all()

    def dirty_count(self) -> int:
        """Count the modals to draw now; those that wait after a failure are not counted."""
        is_now = _may_be_drawn(self._clock.wire_now())
        statement = select(sa.func.count()).select_from(OpenViewRow).where(col(OpenViewRow.is_dirty).is_(True), is_now)
        return self._session.exec(statement).one()


def _may_be_drawn(since: datetime) -> sa.ColumnElement[bool]:
    """Tell whether a modal was last drawn before `since`; or later than now, by a clock that was wrong."""
    drawn_at = col(OpenViewRow.refreshed_at)
    return sa.or_(drawn_at.is_(None), drawn_at <= since, drawn_at > since + LONGEST_WAIT)


def _domain(row: OpenViewRow) -> OpenView:
    return OpenView(
        external_id=row.external_id,
        staff_id=StaffId(row.staff_id),
        conversation_id=ConversationId(row.conversation_id),
        shift_id=None if row.shift_id is None else ShiftId(row.shift_id),
        view_id=row.view_id,
        view_hash=row.view_hash,
        last_seen=row.last_seen,
        warned_of=row.warned_of,
        shown=row.shown,
    )
