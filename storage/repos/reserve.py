"""PINs and links of the reservväg."""

from sqlmodel import Session, col, select

from bot.domain.ids import StaffId
from bot.domain.reserve import ReserveLink, StaffPin
from storage.tables import ReserveLinkRow, StaffPinRow


class ReserveRows:
    """See bot.ports.ReserveRepo."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def pin(self, staff_id: StaffId, *, lock: bool = False) -> StaffPin | None:
        row = self._session.get(StaffPinRow, staff_id, with_for_update=lock, populate_existing=lock)
        if row is None:
            return None
        return StaffPin(staff_id, row.pin_hash, row.set_at, row.failures, row.locked_until)

    def save_pin(self, pin: StaffPin) -> None:
        self._session.merge(
            StaffPinRow(
                staff_id=pin.staff_id,
                pin_hash=pin.pin_hash,
                set_at=pin.set_at,
                failures=pin.failures,
                locked_until=pin.locked_until,
            )
        )
        self._session.flush()

    def add_link(self, link: ReserveLink) -> None:
        self._session.add(_row(link))
        self._session.flush()

    def save_link(self, link: ReserveLink) -> None:
        self._session.merge(_row(link))
        self._session.flush()

    def link_by_token(self, token_hash: bytes, *, lock: bool = False) -> ReserveLink | None:
        return self._one(col(ReserveLinkRow.token_hash) == token_hash, lock=lock)

    def link_by_session(self, session_hash: bytes, *, lock: bool = False) -> ReserveLink | None:
        return self._one(col(ReserveLinkRow.session_hash) == session_hash, lock=lock)

    def newest_link(self, staff_id: StaffId) -> ReserveLink | None:
        statement = select(ReserveLinkRow).where(col(ReserveLinkRow.staff_id) == staff_id)
        newest = (col(ReserveLinkRow.made_at).desc(), col(ReserveLinkRow.id).desc())
        row = self._session.exec(statement.order_by(*newest).limit(1)).first()
        return None if row is None else _domain(row)

    def _one(self, is_it: object, *, lock: bool) -> ReserveLink | None:
        statement = select(ReserveLinkRow).where(is_it)  # type: ignore[arg-type]
        if lock:
            statement = statement.with_for_update().execution_options(populate_existing=True)
        row = self._session.exec(statement).first()
        return None if row is None else _domain(row)


def _row(link: ReserveLink) -> ReserveLinkRow:
    return ReserveLinkRow(
        id=link.id,
        staff_id=link.staff_id,
        token_hash=link.token_hash,
        made_at=link.made_at,
        expires_at=link.expires_at,
        used_at=link.used_at,
        failures=link.failures,
        session_hash=link.session_hash,
        session_until=link.session_until,
    )


def _domain(row: ReserveLinkRow) -> ReserveLink:
    return ReserveLink(
        id=row.id,
        staff_id=StaffId(row.staff_id),
        token_hash=row.token_hash,
        made_at=row.made_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        failures=row.failures,
        session_hash=row.session_hash,
        session_until=row.session_until,
    )
