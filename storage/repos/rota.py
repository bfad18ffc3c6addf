"""Drafts of the rota, what people have said of some days, and the addresses of calendars."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.domain.ids import NamndId, ShiftId, StaffId
from bot.domain.rota.draft import DraftState, FreeDay, RotaDraft, Turn
from bot.domain.rota.members import DayWish, WishedDays
from storage.tables import CalendarFeedRow, DayOffRow, RotaDraftRow, RotaWishRow


class RotaRows:
    """See bot.ports.RotaRepo."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save_draft(self, draft: RotaDraft) -> None:
        row = RotaDraftRow(
            id=draft.id,
            made_at=draft.made_at,
            made_by=draft.made_by,
            first_day=draft.first,
            last_day=draft.last,
            state=draft.state.value,
            despite=draft.despite,
            slots=[_turn(turn) for turn in draft.turns] + [_free(free) for free in draft.free_days],
        )
        self._session.merge(row)
        self._session.flush()

    def draft(self, draft_id: str) -> RotaDraft | None:
        row = self._session.get(RotaDraftRow, draft_id)
        return None if row is None else _draft(row)

    def drafts(self, first: date, last: date) -> list[RotaDraft]:
        touching = (col(RotaDraftRow.first_day) <= last, col(RotaDraftRow.last_day) >= first)
        statement = select(RotaDraftRow).where(*touching)
        return [_draft(r) for r in self._session.exec(statement.order_by(col(RotaDraftRow.made_at), RotaDraftRow.id))]

    def add_wish(self, wish: WishedDays) -> None:
        self._session.add(
            RotaWishRow(
                id=wish.id, staff_id=wish.staff_id, wish=wish.wish.value, first_day=wish.first, last_day=wish.last
            )
        )
        self._session.flush()

    def remove_wish(self, wish_id: str) -> bool:
        mine = col(RotaWishRow.id) == wish_id
        return self._session.connection().execute(sa.delete(RotaWishRow).where(mine)).rowcount == 1

    def wish(self, wish_id: str) -> WishedDays | None:
        row = self._session.get(RotaWishRow, wish_id)
        return None if row is None else _wish(row)

    def wishes(self, first: date, last: date) -> list[WishedDays]:
        touching = (col(RotaWishRow.first_day) <= last, col(RotaWishRow.last_day) >= first)
        order = (col(RotaWishRow.first_day), col(RotaWishRow.id))
        return [_wish(row) for row in self._session.exec(select(RotaWishRow).where(*touching).order_by(*order))]

    def days_off(self, first: date, last: date) -> list[FreeDay]:
        here = (col(DayOffRow.day) >= first, col(DayOffRow.day) <= last)
        rows = self._session.exec(select(DayOffRow).where(*here).order_by(col(DayOffRow.day), col(DayOffRow.staff_id)))
        return [FreeDay(StaffId(row.staff_id), row.day) for row in rows]

    def add_days_off(self, days: Collection[FreeDay]) -> None:
        for free in days:
            self._session.merge(DayOffRow(staff_id=free.staff_id, day=free.day))
        self._session.flush()

    def remove_days_off(self, days: Collection[FreeDay]) -> int:
        self._session.expire_all()
        return sum(self._remove_day_off(free) for free in days)

    def forget(self, before: date) -> int:
        self._session.expire_all()
        return self._session.connection().execute(sa.delete(DayOffRow).where(col(DayOffRow.day) < before)).rowcount

    def _remove_day_off(self, free: FreeDay) -> int:
        mine = (col(DayOffRow.staff_id) == free.staff_id, col(DayOffRow.day) == free.day)
        return self._session.connection().execute(sa.delete(DayOffRow).where(*mine)).rowcount

    def save_feed(self, staff_id: StaffId, token_hash: bytes, made_at: datetime) -> None:
        self._session.merge(CalendarFeedRow(staff_id=staff_id, token_hash=token_hash, made_at=made_at))
        self._session.flush()

    def feed_made_at(self, staff_id: StaffId) -> datetime | None:
        row = self._session.get(CalendarFeedRow, staff_id)
        return None if row is None else row.made_at

    def whose_feed(self, token_hash: bytes) -> StaffId | None:
        mine = select(CalendarFeedRow).where(col(CalendarFeedRow.token_hash) == token_hash)
        row = self._session.exec(mine).first()
        return None if row is None else StaffId(row.staff_id)

    def remove_feed(self, staff_id: StaffId) -> bool:
        mine = col(CalendarFeedRow.staff_id) == staff_id
        self._session.expire_all()
        return self._session.connection().execute(sa.delete(CalendarFeedRow).where(mine)).rowcount == 1


def _turn(turn: Turn) -> dict[str, Any]:
    return {
        "staff": turn.staff_id,
        "namnd": turn.lending_namnd,
        "start": turn.starts_at.isoformat(),
        "end": turn.ends_at.isoformat(),
        "backup": turn.is_backup,
        "shift": turn.shift_id,
    }


def _free(free: FreeDay) -> dict[str, Any]:
    return {"staff": free.staff_id, "free": free.day.isoformat()}


def _draft(row: RotaDraftRow) -> RotaDraft:
    return RotaDraft(
        id=row.id,
        made_at=row.made_at,
        made_by=StaffId(row.made_by),
        first=row.first_day,
        last=row.last_day,
        turns=tuple(_read_turn(slot) for slot in row.slots if "free" not in slot),
        free_days=tuple(
            FreeDay(StaffId(slot["staff"]), date.fromisoformat(slot["free"])) for slot in row.slots if "free" in slot
        ),
        state=DraftState(row.state),
        despite=row.despite,
    )


def _read_turn(slot: dict[str, Any]) -> Turn:
    return Turn(
        staff_id=StaffId(slot["staff"]),
        lending_namnd=NamndId(slot["namnd"]),
        starts_at=datetime.fromisoformat(slot["start"]),
        ends_at=datetime.fromisoformat(slot["end"]),
        is_backup=slot["backup"],
        shift_id=None if slot["shift"] is None else ShiftId(slot["shift"]),
    )


def _wish(row: RotaWishRow) -> WishedDays:
    return WishedDays(row.id, StaffId(row.staff_id), DayWish(row.wish), row.first_day, row.last_day)
