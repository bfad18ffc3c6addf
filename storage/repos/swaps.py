"""Swaps that are offered, and what came of them."""

from sqlalchemy import text
from sqlmodel import Session, col, select

from bot.domain.ids import NamndId, ShiftId, StaffId
from bot.domain.swap import SwapId, SwapOffer, SwapState
from storage.tables import SwapOfferRow
from storage.tables.swap import LIVE


class SwapRows:
    """See bot.ports.SwapRepo."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, offer_id: SwapId, *, lock: bool = False) -> SwapOffer | None:
        row = self._session.get(SwapOfferRow, offer_id, with_for_update=lock, populate_existing=lock)
        return None if row is None else _domain(row)

    def save(self, offer: SwapOffer) -> None:
        self._session.merge(_row(offer))
        self._session.flush()

    def live(self) -> list[SwapOffer]:
        statement = select(SwapOfferRow).where(text(LIVE)).order_by(col(SwapOfferRow.ends_at), col(SwapOfferRow.id))
        return [_domain(row) for row in self._session.exec(statement)]


def _row(offer: SwapOffer) -> SwapOfferRow:
    return SwapOfferRow(
        id=offer.id,
        shift_id=offer.shift_id,
        giver=offer.giver,
        namnd=offer.namnd,
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
        made_at=offer.made_at,
        offered_to=offer.to,
        state=offer.state.value,
        taker=offer.taker,
        declined=" ".join(sorted(offer.declined)),
    )


def _domain(row: SwapOfferRow) -> SwapOffer:
    return SwapOffer(
        id=SwapId(row.id),
        shift_id=ShiftId(row.shift_id),
        giver=StaffId(row.giver),
        namnd=NamndId(row.namnd),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        made_at=row.made_at,
        to=None if row.offered_to is None else StaffId(row.offered_to),
        state=SwapState(row.state),
        taker=None if row.taker is None else StaffId(row.taker),
        declined=frozenset(StaffId(one) for one in row.declined.split()),
    )
