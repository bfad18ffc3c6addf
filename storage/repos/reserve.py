"""PINs and links of the reservväg, and what has not reached Slack."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.domain.ids import StaffId
from bot.domain.outbound import PACED
from bot.domain.reserve import MOST_FAILURES, ReserveLink, StaffPin
from storage.tables import OutboxRow, ReserveLinkRow, StaffPinRow

OUTBOX: Final[sa.Table] = OutboxRow.__table__  # type: ignore[attr-defined]
POST_LANE: Final = "post:"  # of a card, followed by the id of its post
OUR_OWN_DOING: Final = (PACED, "busy", "put_back", "card_not_yet", "lease_lost")  # see bot.sender
WAITING: Final = ("due", "sending", "uncertain")


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

    def links_since(self, staff_id: StaffId, since: datetime) -> list[ReserveLink]:
        theirs = (col(ReserveLinkRow.staff_id) == staff_id, col(ReserveLinkRow.made_at) >= since)
        statement = select(ReserveLinkRow).where(*theirs).order_by(col(ReserveLinkRow.made_at))
        return [_domain(row) for row in self._session.exec(statement)]

    def text_failed(self, lane: str, since: datetime) -> bool:
        settled = OUTBOX.c.state.in_(("sent", "failed"))
        statement = sa.select(OUTBOX.c.state, OUTBOX.c.created_at).where(OUTBOX.c.lane == lane, settled)
        newest = self._session.execute(statement.order_by(OUTBOX.c.id.desc()).limit(1)).first()
        return newest is not None and newest.state == "failed" and newest.created_at >= since

    def end_sessions(self, staff_id: StaffId) -> None:
        self._session.execute(
            sa.update(ReserveLinkRow)
            .where(col(ReserveLinkRow.staff_id) == staff_id)
            .values(session_hash=None, session_until=None, failures=MOST_FAILURES)
        )
        self._session.expire_all()

    def forget_links(self, before: datetime) -> int:
        old = sa.delete(ReserveLinkRow).where(col(ReserveLinkRow.made_at) < before)
        return self._session.connection().execute(old).rowcount

    def cards_waiting(self) -> dict[str, datetime]:
        """See bot.ports.ReserveRepo.

        A row that was folded into a newer one after a failed attempt tells since when; what was dropped because it
        had nothing new to say failed at nothing, and a lane where all that waits waits for ourselves is not Slack's.
        """
        cards = OUTBOX.c.kind.in_(("card", "thread"))
        lanes = sa.select(OUTBOX.c.lane).where(cards, OUTBOX.c.state.in_(WAITING), OUTBOX.c.lane.startswith(POST_LANE))
        sent = OUTBOX.alias("sent")
        last_sent = (
            sa.select(sa.func.coalesce(sa.func.max(sent.c.id), 0))
            .where(sent.c.lane == OUTBOX.c.lane, sent.c.state == "sent")
            .scalar_subquery()
        )
        folded = sa.and_(OUTBOX.c.kind == "card", OUTBOX.c.state == "dropped", OUTBOX.c.last_error.is_not(None))
        statement = (
            sa.select(OUTBOX.c.lane, sa.func.min(OUTBOX.c.created_at).label("since"))
            .where(
                OUTBOX.c.lane.in_(lanes),
                cards,
                sa.or_(OUTBOX.c.state.in_(WAITING), sa.and_(folded, OUTBOX.c.id > last_sent)),
            )
            .group_by(OUTBOX.c.lane)
            .having(sa.func.max(sa.case((OUTBOX.c.last_error.not_in(OUR_OWN_DOING), 1), else_=0)) == 1)
        )
        return {row.lane.removeprefix(POST_LANE): row.since for row in self._session.execute(statement)}

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
