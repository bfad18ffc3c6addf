"""Conversations and the record of whom they were put before."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.domain.conversation import Conversation, Ground, Route
from bot.domain.ids import ContactId, ConversationId, NamndId, ShiftId, StaffId, YouthId
from bot.domain.people import World
from storage.tables import ConversationRouteRow, ConversationRow, MessageRow

PLAIN = (
    "our_number",
    "opened_at",
    "is_open",
    "closed_at",
    "taken_by",
    "taken_at",
    "last_seq",
    "last_inbound_seq",
    "seen_seq",
    "answered_seq",
    "first_unanswered_at",
    "last_activity_at",
    "pinged_at",
    "nudge_at",
    "nudge_stage",
    "is_namnd_open",
    "namnd",
    "erased_at",
)


TABLE: sa.Table = ConversationRow.__table__  # type: ignore[attr-defined]
ROUTES: sa.Table = ConversationRouteRow.__table__  # type: ignore[attr-defined]

# Made once: every text that comes in or leaves asks these, and making a statement costs more than running it.
ONE: Final = sa.select(TABLE).where(TABLE.c.id == sa.bindparam("of"))
ONE_HELD: Final = ONE.with_for_update()
# Only where nothing is held: whoever waits for a conversation must see the routes that were added meanwhile.
WHOLE: Final = (
    sa.select(TABLE, *(ROUTES.c[name].label(f"route_{name}") for name in ("at", "ground", "staff_id", "shift_id")))
    .outerjoin(ROUTES, ROUTES.c.conversation_id == TABLE.c.id)
    .where(TABLE.c.id == sa.bindparam("of"))
    .order_by(ROUTES.c.id)
)
OF_CONTACT: Final = sa.and_(TABLE.c.contact_id == sa.bindparam("contact"), TABLE.c.world == sa.bindparam("in_world"))
HAS_WORDS: Final = sa.and_(OF_CONTACT, TABLE.c.erased_at.is_(None))  # nothing goes on that nobody can read
LATEST: Final = sa.select(TABLE).where(HAS_WORDS).order_by(TABLE.c.is_open.desc(), TABLE.c.opened_at.desc()).limit(1)
LATEST_OF_NAMND: Final = LATEST.where(TABLE.c.namnd == sa.bindparam("of_namnd")).with_for_update()
LATEST_OF_NONE: Final = LATEST.where(TABLE.c.namnd.is_(None)).with_for_update()
NEWEST_NAMND: Final = sa.select(TABLE.c.namnd).where(OF_CONTACT).order_by(TABLE.c.opened_at.desc()).limit(1)
MESSAGES: sa.Table = MessageRow.__table__  # type: ignore[attr-defined]
LAST_WRITTEN_FROM: Final = (
    sa.select(TABLE.c.namnd)
    .join(MESSAGES, MESSAGES.c.conversation_id == TABLE.c.id)
    .where(OF_CONTACT, MESSAGES.c.direction == "out")
    .order_by(MESSAGES.c.at.desc())
    .limit(1)
)
SAVE: Final = sa.update(TABLE).where(TABLE.c.id == sa.bindparam("of"))
ROUTES_OF: Final = sa.select(ROUTES).where(ROUTES.c.conversation_id == sa.bindparam("of")).order_by(ROUTES.c.id)
COUNT_ROUTES: Final = (
    sa.select(sa.func.count()).select_from(ROUTES).where(ROUTES.c.conversation_id == sa.bindparam("of"))
)


class ConversationRows:
    def __init__(self, session: Session, on_hold: Callable[[], None] = lambda: None) -> None:
        self._session = session
        self._on_hold = on_hold
        self._routes: dict[ConversationId, int] = {}  # how many stand there, of conversations that we hold

    def get(self, conversation_id: ConversationId) -> Conversation | None:
        rows = self._session.connection().execute(WHOLE, {"of": conversation_id}).all()
        if not rows:
            return None
        routes = [row for row in rows if row.route_at is not None]
        return _built(rows[0], [_route(r.route_at, r.route_ground, r.route_staff_id, r.route_shift_id) for r in routes])

    def lock(self, conversation_id: ConversationId) -> Conversation | None:
        """Return the conversation, held against other writers until this transaction ends."""
        return self._held(self._first(ONE_HELD, of=conversation_id))

    def latest(self, contact_id: ContactId, namnd: NamndId | None, world: World) -> Conversation | None:
        """Return the open conversation of this contact and nämnd, else the newest closed one; locked."""
        given = {"contact": contact_id, "in_world": world.value}
        if namnd is None:
            return self._held(self._first(LATEST_OF_NONE, **given))
        return self._held(self._first(LATEST_OF_NAMND, of_namnd=namnd, **given))

    def last_written_from(self, contact_id: ContactId) -> NamndId | None:
        """Return the nämnd from which a person last wrote to this contact, in the world of beredskap."""
        return self._namnd(LAST_WRITTEN_FROM, contact_id, World.BEREDSKAP)

    def newest_namnd(self, contact_id: ContactId, world: World) -> NamndId | None:
        """Return the nämnd of this contact's newest conversation: where an unknown number was handed over to."""
        return self._namnd(NEWEST_NAMND, contact_id, world)

    def _namnd(self, statement: sa.Select[Any], contact_id: ContactId, world: World) -> NamndId | None:
        given = {"contact": contact_id, "in_world": world.value}
        found = self._session.connection().execute(statement, given).scalars().first()
        return None if found is None else NamndId(found)

    def _first(self, statement: sa.Select[Any], **given: str) -> Conversation | None:
        row = self._session.connection().execute(statement, given).first()
        return None if row is None else self._domain(row)

    def _held(self, found: Conversation | None) -> Conversation | None:
        self._on_hold()
        if found is not None:
            self._routes[found.id] = len(found.routes)
        return found

    def add(self, conversation: Conversation) -> None:
        self._session.connection().execute(
            sa.insert(TABLE),
            {
                "id": conversation.id,
                "contact_id": conversation.contact_id,
                "world": conversation.world.value,
                **_values(conversation),
            },
        )
        self._routes[conversation.id] = 0
        self._add_routes(conversation)

    def save(self, conversation: Conversation) -> None:
        changed = self._session.connection().execute(SAVE, {"of": conversation.id, **_values(conversation)})
        if changed.rowcount != 1:
            raise sa.exc.NoResultFound
        self._add_routes(conversation)

    def open_ones(self) -> list[Conversation]:
        open_now = sa.select(TABLE).where(TABLE.c.is_open.is_(True)).order_by(TABLE.c.opened_at)
        return [self._domain(row) for row in self._session.connection().execute(open_now).all()]

    def nudges_due(self, now: datetime) -> list[ConversationId]:
        rows = self._session.exec(
            select(ConversationRow.id).where(
                col(ConversationRow.nudge_at).is_not(None), col(ConversationRow.nudge_at) <= now
            )
        )
        return [ConversationId(found) for found in rows]

    def next_nudge(self, after: datetime) -> datetime | None:
        return self._session.exec(
            select(sa.func.min(ConversationRow.nudge_at)).where(col(ConversationRow.nudge_at) > after)
        ).first()

    def _add_routes(self, conversation: Conversation) -> None:
        stored = self._routes.get(conversation.id)
        if stored is None:
            stored = int(self._session.connection().execute(COUNT_ROUTES, {"of": conversation.id}).scalar_one())
        rows = [
            {
                "conversation_id": conversation.id,
                "at": route.at,
                "ground": route.ground.value,
                "staff_id": route.staff_id,
                "shift_id": route.shift_id,
            }
            for route in conversation.routes[stored:]
        ]
        if rows:
            self._session.connection().execute(sa.insert(ROUTES), rows)
        if conversation.id in self._routes:
            self._routes[conversation.id] = max(stored, len(conversation.routes))

    def _domain(self, row: sa.Row[Any]) -> Conversation:
        routes = self._session.connection().execute(ROUTES_OF, {"of": row.id})
        return _built(row, [_route(r.at, r.ground, r.staff_id, r.shift_id) for r in routes])


def _built(row: sa.Row[Any], routes: Sequence[Route]) -> Conversation:
    return Conversation(
        id=ConversationId(row.id),
        contact_id=ContactId(row.contact_id),
        world=World(row.world),
        namnd=None if row.namnd is None else NamndId(row.namnd),
        our_number=row.our_number,
        opened_at=row.opened_at,
        is_open=row.is_open,
        closed_at=row.closed_at,
        taken_by=None if row.taken_by is None else StaffId(row.taken_by),
        taken_at=row.taken_at,
        last_seq=row.last_seq,
        last_inbound_seq=row.last_inbound_seq,
        seen_seq=row.seen_seq,
        answered_seq=row.answered_seq,
        first_unanswered_at=row.first_unanswered_at,
        last_activity_at=row.last_activity_at,
        pinged_at=row.pinged_at,
        nudge_at=row.nudge_at,
        nudge_stage=row.nudge_stage,
        is_namnd_open=row.is_namnd_open,
        concerns=frozenset(YouthId(youth_id) for youth_id in row.concerns),
        routes=tuple(routes),
        erased_at=row.erased_at,
    )


def _route(at: datetime, ground: str, staff_id: str | None, shift_id: str | None) -> Route:
    return Route(
        at,
        Ground(ground),
        None if staff_id is None else StaffId(staff_id),
        None if shift_id is None else ShiftId(shift_id),
    )


def _values(conversation: Conversation) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(conversation, name) for name in PLAIN}
    return {**values, "concerns": sorted(conversation.concerns)}
