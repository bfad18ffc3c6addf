"""The clocks and what was written with families about them: what is in the record, what holds it back, what goes."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from bot.domain.deadline import ClockState
from bot.domain.ids import ConversationId, DeadlineId, NamndId, StaffId
from bot.domain.people import World
from bot.domain.retention import Carried, CarriedGround, HeldBack
from storage.repos.deadlines import case_key
from storage.repos.retention import (
    BEFORE,
    CONVERSATIONS,
    DEADLINES,
    HOLDS,
    IS_OLD,
    IS_ON_HOLD,
    IS_ON_ITS_WAY,
    IS_WHOLE,
    NAMND,
    STANDS,
    SUMMONED,
    SUMMONS,
    TIED_CLOCK,
    TIED_MESSAGE,
    TIES,
    WAIVERS,
    C,
)
from storage.tables import ClockListRow, ClockRecordRow, DeadlineEventRow
from storage.vault import Vault


def _table(row: Any) -> sa.Table:
    found: sa.Table = row.__table__
    return found


RECORD, EVENTS, LISTS = _table(ClockRecordRow), _table(DeadlineEventRow), _table(ClockListRow)
D: Final = DEADLINES.c

# --- what was written with a family -----------------------------------------------
HAS_WORDS: Final = sa.and_(C.world == World.MYNDIGHET.value, C.erased_at.is_(None), C.namnd == NAMND)
IS_TIED: Final = sa.exists(TIES)
IS_LEFT: Final = sa.exists(  # a clock that it is about runs, or is not in the record
    sa.select(TIED_CLOCK.c.id).where(
        TIED_CLOCK.c.id.in_(TIES),
        ~sa.exists(sa.select(RECORD.c.deadline_id).where(RECORD.c.deadline_id == TIED_CLOCK.c.id)),
    )
)
TO_THE_END: Final = sa.exists(  # one of them went there when all had been written
    sa.select(RECORD.c.deadline_id).where(RECORD.c.deadline_id.in_(TIES), RECORD.c.at >= C.closed_at)
)
IS_WAIVED: Final = sa.exists(
    sa.select(WAIVERS.c.id).where(WAIVERS.c.conversation_id == C.id, WAIVERS.c.at >= C.closed_at)
)
IS_TEXT_LEFT: Final = sa.or_(
    sa.and_(IS_TIED, sa.or_(IS_LEFT, ~TO_THE_END)),
    sa.and_(~IS_TIED, ~IS_WAIVED),
)
IS_TEXT_FRESH: Final = sa.or_(
    sa.exists(sa.select(RECORD.c.deadline_id).where(RECORD.c.deadline_id.in_(TIES), RECORD.c.at > BEFORE)),
    sa.exists(sa.select(WAIVERS.c.id).where(WAIVERS.c.conversation_id == C.id, WAIVERS.c.at > BEFORE)),
)
IS_TEXT_DUE: Final = sa.and_(HAS_WORDS, IS_OLD, ~IS_TEXT_LEFT, ~IS_TEXT_FRESH, ~IS_ON_HOLD, ~IS_ON_ITS_WAY)
TEXTS_DUE: Final = sa.select(C.id).where(IS_TEXT_DUE).order_by(C.closed_at, C.id).limit(sa.bindparam("at_most"))
TEXT_DUE: Final = sa.select(C.id).where(IS_TEXT_DUE, C.id == sa.bindparam("of"))
IS_SUMMONED_IN: Final = sa.exists(
    sa.select(SUMMONED.c.message_id)
    .join(TIED_MESSAGE, TIED_MESSAGE.c.id == SUMMONED.c.message_id)
    .where(TIED_MESSAGE.c.conversation_id == C.id)
)
LEFT_OVER: Final = (
    sa.select(C.id)
    .where(
        C.world == World.MYNDIGHET.value,
        C.namnd == NAMND,
        C.erased_at.is_not(None),
        IS_OLD,
        ~IS_SUMMONED_IN,
        ~IS_ON_HOLD,
    )
    .order_by(C.closed_at, C.id)
    .limit(sa.bindparam("at_most"))
)
TEXT_HINDRANCES: Final[dict[HeldBack, sa.ColumnElement[bool]]] = {
    HeldBack.OPEN: sa.and_(HAS_WORDS, C.is_open.is_(True), C.last_activity_at <= BEFORE),
    HeldBack.NOT_TRANSFERRED: sa.and_(HAS_WORDS, IS_OLD, IS_TEXT_LEFT),
    HeldBack.ON_HOLD: sa.and_(HAS_WORDS, IS_OLD, IS_ON_HOLD),
}

# --- the clocks ---------------------------------------------------------------------
HAS_SUMMONS: Final = sa.exists(sa.select(SUMMONS.c.id).where(SUMMONS.c.deadline_id == D.id))
HAS_RECORD: Final = sa.exists(sa.select(RECORD.c.deadline_id).where(RECORD.c.deadline_id == D.id))
HOLDS_NOTHING: Final = sa.and_(D.state == ClockState.WITHDRAWN.value, ~HAS_SUMMONS)  # registered by mistake
HAS_ENDED: Final = D.state != ClockState.RUNNING.value
IS_CLOCK_LEFT: Final = sa.and_(HAS_ENDED, ~HAS_RECORD, ~HOLDS_NOTHING)
IS_CLOCK_OLD: Final = sa.and_(D.namnd == NAMND, HAS_ENDED, D.settled_at <= BEFORE)
IS_CLOCK_FRESH: Final = sa.exists(
    sa.select(RECORD.c.deadline_id).where(RECORD.c.deadline_id == D.id, RECORD.c.at > BEFORE)
)
ABOUT_IT: Final = (  # the conversations that hold some text of its summonses
    sa.select(TIED_MESSAGE.c.conversation_id)
    .join(SUMMONED, SUMMONED.c.message_id == TIED_MESSAGE.c.id)
    .join(SUMMONS, SUMMONS.c.id == SUMMONED.c.summons_id)
    .where(SUMMONS.c.deadline_id == D.id)
    .correlate(DEADLINES)
)
IS_CLOCK_ON_HOLD: Final = sa.exists(
    sa.select(HOLDS.c.id).where(
        STANDS, sa.or_(IS_WHOLE, HOLDS.c.case_key == D.case_key, HOLDS.c.conversation_id.in_(ABOUT_IT))
    )
)
HAS_TEXT_LEFT: Final = sa.exists(sa.select(C.id).where(C.id.in_(ABOUT_IT), C.erased_at.is_(None)))
IS_DUE: Final = sa.and_(IS_CLOCK_OLD, ~IS_CLOCK_LEFT, ~IS_CLOCK_FRESH, ~HAS_TEXT_LEFT, ~IS_CLOCK_ON_HOLD)
DUE: Final = sa.select(D.id).where(IS_DUE).order_by(D.settled_at, D.id).limit(sa.bindparam("at_most"))
DUE_ONE: Final = sa.select(D.id).where(IS_DUE, D.id == sa.bindparam("of"))
HINDRANCES: Final[dict[HeldBack, sa.ColumnElement[bool]]] = {
    HeldBack.OPEN: sa.and_(D.namnd == NAMND, ~HAS_ENDED, D.due_at <= BEFORE),
    HeldBack.NOT_TRANSFERRED: sa.and_(IS_CLOCK_OLD, IS_CLOCK_LEFT),
    HeldBack.ON_HOLD: sa.and_(IS_CLOCK_OLD, IS_CLOCK_ON_HOLD),
}


class ClocksKeptRows:
    """See bot.ports.ClocksKeptRepo."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    # --- the record ------------------------------------------------------------

    def carry(self, carried: Carried) -> None:
        build = sqlite.insert if self._session.get_bind().dialect.name == "sqlite" else postgresql.insert
        values = {
            "ground": carried.ground.value,
            "at": carried.at,
            "by": carried.by,
            "reference": self._vault.seal("reference", carried.reference),
            "reason": None if carried.reason is None else self._vault.seal("reason", carried.reason),
        }
        statement = build(RECORD).values(deadline_id=carried.deadline_id, **values)
        self._do(statement.on_conflict_do_update(index_elements=["deadline_id"], set_=values))

    def carried(self, deadline_id: DeadlineId) -> Carried | None:
        row = self._session.connection().execute(sa.select(RECORD).where(RECORD.c.deadline_id == deadline_id)).first()
        if row is None:
            return None
        return Carried(
            DeadlineId(row.deadline_id),
            CarriedGround(row.ground),
            row.at,
            StaffId(row.by),
            self._vault.open("reference", row.reference),
            None if row.reason is None else self._vault.open("reason", row.reason),
        )

    def to_waive(self, namnd: NamndId, case_ref: str) -> list[DeadlineId]:
        of_case = sa.and_(D.namnd == namnd, D.case_key == case_key(case_ref))
        statement = sa.select(D.id).where(of_case, IS_CLOCK_LEFT).order_by(D.received_at, D.id)
        return [DeadlineId(found) for found in self._ids(statement)]

    def texts_to_waive(self, conversations: Sequence[ConversationId]) -> list[ConversationId]:
        is_ended = sa.and_(C.world == World.MYNDIGHET.value, C.erased_at.is_(None), C.is_open.is_(False))
        mine = sa.select(C.id).where(C.id.in_(list(conversations)), is_ended, ~IS_TIED, ~IS_WAIVED)
        return [ConversationId(found) for found in self._ids(mine.order_by(C.opened_at, C.id))]

    def knows_case(self, namnd: NamndId, case_ref: str) -> bool:
        statement = sa.select(D.id).where(D.namnd == namnd, D.case_key == case_key(case_ref)).limit(1)
        return bool(self._ids(statement))

    def not_carried(self, namnd: NamndId, owner: StaffId, *, limit: int) -> list[str]:
        theirs = sa.and_(D.namnd == namnd, D.owner == owner, D.state == ClockState.SETTLED.value)
        statement = (
            sa.select(D.case_ref)
            .where(theirs, ~HAS_RECORD)
            .group_by(D.case_ref)
            .order_by(sa.func.min(D.settled_at), D.case_ref)
        )
        return [str(found) for found in self._ids(statement.limit(limit))]

    # --- what is due -------------------------------------------------------------

    def texts_due(self, namnd: NamndId, before: datetime, today: date, *, limit: int) -> list[ConversationId]:
        found = self._ids(TEXTS_DUE, _of(namnd, before, today) | {"at_most": limit})
        return [ConversationId(key) for key in found]

    def is_text_due(self, conversation_id: ConversationId, namnd: NamndId, before: datetime, today: date) -> bool:
        return bool(self._ids(TEXT_DUE, _of(namnd, before, today) | {"of": conversation_id}))

    def due(self, namnd: NamndId, before: datetime, today: date, *, limit: int) -> list[DeadlineId]:
        return [DeadlineId(key) for key in self._ids(DUE, _of(namnd, before, today) | {"at_most": limit})]

    def is_due(self, deadline_id: DeadlineId, namnd: NamndId, before: datetime, today: date) -> bool:
        return bool(self._ids(DUE_ONE, _of(namnd, before, today) | {"of": deadline_id}))

    def texts_held_back(self, namnd: NamndId, before: datetime, today: date) -> dict[HeldBack, int]:
        return self._counted(CONVERSATIONS, TEXT_HINDRANCES, _of(namnd, before, today))

    def held_back(self, namnd: NamndId, before: datetime, today: date) -> dict[HeldBack, int]:
        return self._counted(DEADLINES, HINDRANCES, _of(namnd, before, today))

    def left_over(self, namnd: NamndId, before: datetime, today: date, *, limit: int) -> list[ConversationId]:
        found = self._ids(LEFT_OVER, _of(namnd, before, today) | {"at_most": limit})
        return [ConversationId(key) for key in found]

    # --- deletes ---------------------------------------------------------------------

    def drop(self, deadline_id: DeadlineId) -> int:
        """See bot.ports.ClocksKeptRepo. A hold that is over goes with the last clock of its case."""
        connection = self._session.connection()
        case = connection.execute(sa.select(D.namnd, D.case_key).where(D.id == deadline_id)).first()
        summonses = sa.select(SUMMONS.c.id).where(SUMMONS.c.deadline_id == deadline_id)
        count = self._do(sa.delete(SUMMONED).where(SUMMONED.c.summons_id.in_(summonses)))
        for table in (SUMMONS, EVENTS, RECORD):
            count += self._do(sa.delete(table).where(table.c.deadline_id == deadline_id))
        count += self._do(sa.delete(DEADLINES).where(D.id == deadline_id))
        if case is not None:
            of_case = sa.select(D.id).where(D.namnd == case.namnd, D.case_key == case.case_key)
            held = sa.and_(HOLDS.c.namnd == case.namnd, HOLDS.c.case_key == case.case_key)
            self._do(sa.delete(HOLDS).where(held, ~sa.exists(of_case)))
        return count

    def drop_lists(self, namnd: NamndId, before: date, limit: int) -> int:
        used = sa.exists(sa.select(D.id).where(D.listed_in == LISTS.c.id))
        old = sa.select(LISTS.c.id).where(LISTS.c.namnd == namnd, LISTS.c.day < before, ~used).limit(limit)
        return self._do(sa.delete(LISTS).where(LISTS.c.id.in_(self._ids(old))))

    def _counted(
        self, table: sa.Table, hindrances: dict[HeldBack, sa.ColumnElement[bool]], given: dict[str, Any]
    ) -> dict[HeldBack, int]:
        counted = sa.select(sa.func.count()).select_from(table)
        connection = self._session.connection()
        return {why: int(connection.execute(counted.where(one), given).scalar_one()) for why, one in hindrances.items()}

    def _ids(self, statement: sa.Select[Any], given: dict[str, Any] | None = None) -> list[Any]:
        return list(self._session.connection().execute(statement, given or {}).scalars())

    def _do(self, statement: Any) -> int:
        return int(self._session.connection().execute(statement).rowcount)


def _of(namnd: NamndId, before: datetime, today: date) -> dict[str, Any]:
    return {"of_namnd": namnd, "before": before, "today": today}


__all__ = ["ClocksKeptRows"]
