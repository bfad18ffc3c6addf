"""Who has been asked whether they are ready, and the codes that are out to phones."""

from datetime import datetime

from sqlmodel import Session, col, select

from bot.domain.ids import ShiftId, StaffId
from bot.domain.phone_code import PhoneCode
from bot.domain.readiness import Readiness, Trouble
from storage.tables import PhoneCodeRow, ReadinessRow


class ReadyRows:
    """See bot.ports.ReadyRepo."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, shift_id: ShiftId, staff_id: StaffId, *, lock: bool = False) -> Readiness | None:
        key = (shift_id, staff_id)
        row = self._session.get(ReadinessRow, key, with_for_update=lock, populate_existing=lock)
        return None if row is None else _domain(row)

    def save(self, readiness: Readiness) -> None:
        self._session.merge(_row(readiness))
        self._session.flush()

    def held(self, now: datetime) -> list[Readiness]:
        statement = select(ReadinessRow).where(col(ReadinessRow.ends_at) > now, col(ReadinessRow.released_at).is_(None))
        ordered = statement.order_by(col(ReadinessRow.starts_at), col(ReadinessRow.shift_id))
        return [_domain(row) for row in self._session.exec(ordered)]

    def code(self, staff_id: StaffId, *, lock: bool = False) -> PhoneCode | None:
        row = self._session.get(PhoneCodeRow, staff_id, with_for_update=lock, populate_existing=lock)
        if row is None:
            return None
        return PhoneCode(staff_id, row.number_key, row.code_hash, row.made_at, row.failures)

    def save_code(self, code: PhoneCode) -> None:
        self._session.merge(
            PhoneCodeRow(
                staff_id=code.staff_id,
                number_key=code.number_key,
                code_hash=code.code_hash,
                made_at=code.made_at,
                failures=code.failures,
            )
        )
        self._session.flush()

    def drop_code(self, staff_id: StaffId) -> None:
        row = self._session.get(PhoneCodeRow, staff_id)
        if row is not None:
            self._session.delete(row)
            self._session.flush()


def _row(readiness: Readiness) -> ReadinessRow:
    return ReadinessRow(
        shift_id=readiness.shift_id,
        staff_id=readiness.staff_id,
        starts_at=readiness.starts_at,
        ends_at=readiness.ends_at,
        told_first_at=readiness.told_first_at,
        told_last_at=readiness.told_last_at,
        confirmed_at=readiness.confirmed_at,
        warned_at=readiness.warned_at,
        released_at=readiness.released_at,
        troubles=" ".join(sorted(trouble.value for trouble in readiness.troubles)),
    )


def _domain(row: ReadinessRow) -> Readiness:
    return Readiness(
        shift_id=ShiftId(row.shift_id),
        staff_id=StaffId(row.staff_id),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        told_first_at=row.told_first_at,
        told_last_at=row.told_last_at,
        confirmed_at=row.confirmed_at,
        warned_at=row.warned_at,
        released_at=row.released_at,
        troubles=frozenset(Trouble(code) for code in row.troubles.split()),
    )
