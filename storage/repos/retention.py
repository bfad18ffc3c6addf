"""What is old enough to be deleted, and what holds it back; holds, waivers, and what has been deleted."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session

from bot.clock import Clock
from bot.domain.delivery import FINAL, DeliveryStatus
from bot.domain.ids import ContactId, ConversationId, NamndId, StaffId, YouthId, new_id
from bot.domain.people import World
from bot.domain.retention import (
    DataKind,
    Deleted,
    HeldBack,
    LegalHold,
    Named,
    Place,
    Standing,
    TextThere,
    Waiver,
)
from storage.tables import (
    ActionRow,
    ContactLinkRow,
    ContactRow,
    ConversationRow,
    DeadlineRow,
    DeliveryRow,
    EndedYouthRow,
    EpisodeRow,
    ErasurePlaceRow,
    ErasureRow,
    InboxRow,
    LegalHoldRow,
    MessageRow,
    RetentionWaiverRow,
    SummonsMessageRow,
    SummonsRow,
    YouthRow,
)
from storage.vault import Vault

# A subquery sees by itself only the query right around it: what it takes from further out is said with correlate().
# Unsaid, it would ask about any row there is. tests/retain/test_one_row.py looks at every statement.
CONVERSATIONS: sa.Table = ConversationRow.__table__  # type: ignore[attr-defined]
EPISODES: sa.Table = EpisodeRow.__table__  # type: ignore[attr-defined]
WAIVERS: sa.Table = RetentionWaiverRow.__table__  # type: ignore[attr-defined]
HOLDS: sa.Table = LegalHoldRow.__table__  # type: ignore[attr-defined]
ACTIONS: sa.Table = ActionRow.__table__  # type: ignore[attr-defined]
LINKS: sa.Table = ContactLinkRow.__table__  # type: ignore[attr-defined]
CONTACTS: sa.Table = ContactRow.__table__  # type: ignore[attr-defined]
YOUTHS: sa.Table = YouthRow.__table__  # type: ignore[attr-defined]
MESSAGES: sa.Table = MessageRow.__table__  # type: ignore[attr-defined]
DELIVERIES: sa.Table = DeliveryRow.__table__  # type: ignore[attr-defined]
ERASURES: sa.Table = ErasureRow.__table__  # type: ignore[attr-defined]
PLACES: sa.Table = ErasurePlaceRow.__table__  # type: ignore[attr-defined]
INBOX: sa.Table = InboxRow.__table__  # type: ignore[attr-defined]
SUMMONS: sa.Table = SummonsRow.__table__  # type: ignore[attr-defined]
SUMMONED: sa.Table = SummonsMessageRow.__table__  # type: ignore[attr-defined]
DEADLINES: sa.Table = DeadlineRow.__table__  # type: ignore[attr-defined]

NO_REPORT_AFTER: Final = timedelta(days=2)  # then the network has given up, whether or not it says so
C: Final = CONVERSATIONS.c
NAMND: Final[sa.BindParameter[str]] = sa.bindparam("of_namnd")
BEFORE: Final[sa.BindParameter[datetime]] = sa.bindparam("before", type_=C.closed_at.type)
TODAY: Final[sa.BindParameter[date]] = sa.bindparam("today", type_=sa.Date())

# What nobody has taken over belongs to the nämnd that receives for the line that it came in on.
IS_HOME: Final = sa.or_(
    C.namnd == NAMND, sa.and_(C.namnd.is_(None), C.our_number.in_(sa.bindparam("numbers", expanding=True)))
)
HAS_WORDS: Final = sa.and_(C.world == World.BEREDSKAP.value, C.erased_at.is_(None), IS_HOME)
IS_OLD: Final = sa.and_(C.is_open.is_(False), C.closed_at <= BEFORE)
STANDS: Final = sa.and_(
    HOLDS.c.lifted_at.is_(None), sa.or_(HOLDS.c.until.is_(None), HOLDS.c.until >= TODAY), HOLDS.c.namnd == NAMND
)
IS_LINKED: Final = sa.exists(
    sa.select(LINKS.c.youth_id)
    .join(YOUTHS, YOUTHS.c.id == LINKS.c.youth_id)
    .where(LINKS.c.contact_id == C.contact_id, YOUTHS.c.namnd == NAMND)
)
HELD_YOUTH: Final = sa.and_(
    C.world == World.BEREDSKAP.value,  # what is kept in one world tells nothing of the other
    sa.or_(
        sa.exists(
            sa.select(LINKS.c.youth_id)
            .where(LINKS.c.contact_id == C.contact_id, LINKS.c.youth_id == HOLDS.c.youth_id)
            .correlate(CONVERSATIONS, HOLDS)
        ),
        sa.cast(C.concerns, sa.Text).like("%" + HOLDS.c.youth_id + "%"),
    ),
)
TIED_MESSAGE, TIED_CLOCK = MESSAGES.alias("tied_message"), DEADLINES.alias("tied_clock")
TIES: Final = (  # the clocks of whose summonses a conversation holds some text
    sa.select(SUMMONS.c.deadline_id)
    .join(SUMMONED, SUMMONED.c.summons_id == SUMMONS.c.id)
    .join(TIED_MESSAGE, TIED_MESSAGE.c.id == SUMMONED.c.message_id)
    .where(TIED_MESSAGE.c.conversation_id == C.id)
    .correlate(CONVERSATIONS)
)
HELD_CASE: Final = sa.exists(
    sa.select(TIED_CLOCK.c.id).where(
        TIED_CLOCK.c.id.in_(TIES), TIED_CLOCK.c.namnd == HOLDS.c.namnd, TIED_CLOCK.c.case_key == HOLDS.c.case_key
    )
)
IS_WHOLE: Final = sa.and_(HOLDS.c.youth_id.is_(None), HOLDS.c.conversation_id.is_(None), HOLDS.c.case_key.is_(None))
IS_ON_HOLD: Final = sa.exists(
    sa.select(HOLDS.c.id).where(STANDS, sa.or_(IS_WHOLE, HOLDS.c.conversation_id == C.id, HELD_YOUTH, HELD_CASE))
)
IS_WAIVED: Final = sa.exists(
    sa.select(WAIVERS.c.id)
    .where(WAIVERS.c.conversation_id == C.id, WAIVERS.c.at >= EPISODES.c.first_at)
    .correlate(CONVERSATIONS, EPISODES)
)
OF_IT: Final = EPISODES.c.conversation_id == C.id
IS_LEFT: Final = sa.exists(sa.select(EPISODES.c.id).where(OF_IT, EPISODES.c.transferred_at.is_(None), ~IS_WAIVED))
IS_FRESH: Final = sa.or_(  # it went to the record, or was waived, too lately
    sa.exists(sa.select(EPISODES.c.id).where(OF_IT, EPISODES.c.transferred_at > BEFORE)),
    sa.exists(sa.select(WAIVERS.c.id).where(WAIVERS.c.conversation_id == C.id, WAIVERS.c.at > BEFORE)),
)
IS_IN_NO_EPISODE: Final = sa.and_(
    ~sa.exists(sa.select(EPISODES.c.id).where(OF_IT)),
    ~sa.exists(sa.select(WAIVERS.c.id).where(WAIVERS.c.conversation_id == C.id)),
)
IS_NOT_TRANSFERRED: Final = sa.or_(IS_LEFT, IS_IN_NO_EPISODE)
HAS_OPEN_ACTION: Final = sa.exists(
    sa.select(ACTIONS.c.id).where(ACTIONS.c.conversation_id == C.id, ACTIONS.c.state == "open")
)
IS_ON_ITS_WAY: Final = sa.exists(
    sa.select(DELIVERIES.c.id)
    .join(MESSAGES, MESSAGES.c.id == DELIVERIES.c.message_id)
    .where(MESSAGES.c.conversation_id == C.id, DELIVERIES.c.status == "pending")
)
IS_DUE: Final = sa.and_(
    HAS_WORDS, IS_OLD, ~IS_NOT_TRANSFERRED, ~IS_FRESH, ~HAS_OPEN_ACTION, ~IS_ON_HOLD, ~IS_ON_ITS_WAY
)
LINKED: Final[sa.BindParameter[bool]] = sa.bindparam("linked", type_=sa.Boolean())
OF_KIND: Final = sa.or_(sa.and_(LINKED, IS_LINKED), sa.and_(~LINKED, ~IS_LINKED))
DUE: Final = sa.select(C.id).where(IS_DUE, OF_KIND).order_by(C.closed_at, C.id).limit(sa.bindparam("at_most"))
DUE_ONE: Final = sa.select(C.id).where(IS_DUE, OF_KIND, C.id == sa.bindparam("of"))
EMPTIED: Final = (
    sa.select(C.id)
    .where(IS_HOME, C.world == World.BEREDSKAP.value, C.erased_at.is_not(None), IS_OLD, ~IS_ON_HOLD)
    .order_by(C.closed_at, C.id)
    .limit(sa.bindparam("at_most"))
)
ENDED_YOUTHS: sa.Table = EndedYouthRow.__table__  # type: ignore[attr-defined]
HAS_WORDS_LEFT: Final = sa.exists(  # written with one of their phones, or said to be about them
    sa.select(C.id).where(
        C.world == World.BEREDSKAP.value,
        C.erased_at.is_(None),
        C.namnd == NAMND,
        sa.or_(
            sa.exists(
                sa.select(LINKS.c.role)
                .where(LINKS.c.contact_id == C.contact_id, LINKS.c.youth_id == ENDED_YOUTHS.c.youth_id)
                .correlate(CONVERSATIONS, ENDED_YOUTHS)
            ),
            sa.cast(C.concerns, sa.Text).like("%" + ENDED_YOUTHS.c.youth_id + "%"),
        ),
    )
)
IS_YOUTH_ON_HOLD: Final = sa.exists(
    sa.select(HOLDS.c.id).where(
        STANDS,
        sa.or_(IS_WHOLE, HOLDS.c.youth_id == ENDED_YOUTHS.c.youth_id),
    )
)
ENDED: Final = (
    sa.select(ENDED_YOUTHS.c.youth_id)
    .join(YOUTHS, YOUTHS.c.id == ENDED_YOUTHS.c.youth_id)
    .where(
        YOUTHS.c.namnd == NAMND,
        ENDED_YOUTHS.c.erased_at.is_(None),
        ENDED_YOUTHS.c.ended_at <= BEFORE,
        ~HAS_WORDS_LEFT,
        ~IS_YOUTH_ON_HOLD,
    )
    .order_by(ENDED_YOUTHS.c.ended_at, ENDED_YOUTHS.c.youth_id)
    .limit(sa.bindparam("at_most"))
)
IS_STORED: Final = ~sa.exists(  # dealt with by then, whenever it was written: the list may have brought it late
    sa.select(INBOX.c.id).where(
        INBOX.c.provider == "twilio",
        INBOX.c.provider_id == sa.func.substr(MESSAGES.c.source, len("sms:") + 1),
        sa.or_(INBOX.c.done_at.is_(None), INBOX.c.done_at > BEFORE),
    )
)
MAY_BE_BLANKED: Final = sa.and_(C.erased_at.is_(None), IS_HOME, ~IS_ON_HOLD)
CAME_IN: Final = (
    sa.select(MESSAGES.c.id, MESSAGES.c.source)
    .join(CONVERSATIONS, C.id == MESSAGES.c.conversation_id)
    .where(
        MESSAGES.c.direction == "in",
        MESSAGES.c.source.like("sms:%"),
        MESSAGES.c.auto_kind.is_(None),  # a call that was missed has no words anywhere
        MESSAGES.c.redacted_at.is_(None),
        MESSAGES.c.at <= BEFORE,
        IS_STORED,
        MAY_BE_BLANKED,
    )
    .order_by(MESSAGES.c.at, MESSAGES.c.id)
    .limit(sa.bindparam("at_most"))
)
SILENT: Final[sa.BindParameter[datetime]] = sa.bindparam("silent", type_=C.closed_at.type)
WENT_OUT: Final = (
    sa.select(DELIVERIES.c.id, DELIVERIES.c.provider_id)
    .join(MESSAGES, MESSAGES.c.id == DELIVERIES.c.message_id)
    .join(CONVERSATIONS, C.id == MESSAGES.c.conversation_id)
    .where(
        DELIVERIES.c.provider_id.is_not(None),
        DELIVERIES.c.redacted_at.is_(None),
        sa.or_(
            sa.and_(
                DELIVERIES.c.status.in_(sorted(status.value for status in FINAL)), DELIVERIES.c.updated_at <= BEFORE
            ),
            sa.and_(DELIVERIES.c.status == DeliveryStatus.SENT.value, DELIVERIES.c.updated_at <= SILENT),
        ),
        MAY_BE_BLANKED,
    )
    .order_by(DELIVERIES.c.updated_at, DELIVERIES.c.id)
    .limit(sa.bindparam("at_most"))
)
HINDRANCES: Final[dict[HeldBack, sa.ColumnElement[bool]]] = {
    HeldBack.OPEN: sa.and_(HAS_WORDS, C.is_open.is_(True), C.last_activity_at <= BEFORE),
    HeldBack.NOT_TRANSFERRED: sa.and_(HAS_WORDS, IS_OLD, IS_NOT_TRANSFERRED),
    HeldBack.OPEN_ACTION: sa.and_(HAS_WORDS, IS_OLD, HAS_OPEN_ACTION),
    HeldBack.ON_HOLD: sa.and_(HAS_WORDS, IS_OLD, IS_ON_HOLD),
}


class RetentionRows:
    def __init__(self, session: Session, vault: Vault, clock: Clock) -> None:
        self._session = session
        self._vault = vault
        self._clock = clock

    # --- what is due ---------------------------------------------------------

    def due(
        self, namnd: NamndId, numbers: Collection[str], before: datetime, today: date, *, linked: bool, limit: int
    ) -> list[ConversationId]:
        given = {**_of(namnd, numbers, before, today), "linked": linked, "at_most": limit}
        return [ConversationId(found) for found in self._session.connection().execute(DUE, given).scalars()]

    def is_due(
        self,
        conversation_id: ConversationId,
        namnd: NamndId,
        numbers: Collection[str],
        before: datetime,
        today: date,
        *,
        linked: bool,
    ) -> bool:
        given = {**_of(namnd, numbers, before, today), "linked": linked, "of": conversation_id}
        return self._session.connection().execute(DUE_ONE, given).first() is not None

    def held_back(
        self, namnd: NamndId, numbers: Collection[str], before: datetime, today: date, *, linked: bool
    ) -> dict[HeldBack, int]:
        given = {**_of(namnd, numbers, before, today), "linked": linked}
        counted = sa.select(sa.func.count()).select_from(CONVERSATIONS)
        connection = self._session.connection()
        return {
            why: int(connection.execute(counted.where(hindrance, OF_KIND), given).scalar_one())
            for why, hindrance in HINDRANCES.items()
        }

    def emptied(
        self, namnd: NamndId, numbers: Collection[str], before: datetime, today: date, *, limit: int
    ) -> list[ConversationId]:
        given = {**_of(namnd, numbers, before, today), "at_most": limit}
        return [ConversationId(found) for found in self._session.connection().execute(EMPTIED, given).scalars()]

    def ended(self, namnd: NamndId, before: datetime, today: date, *, limit: int) -> list[YouthId]:
        given = {"of_namnd": namnd, "before": before, "today": today, "at_most": limit}
        return [YouthId(found) for found in self._session.connection().execute(ENDED, given).scalars()]

    def texts_there(
        self, namnd: NamndId, numbers: Collection[str], before: datetime, today: date, *, limit: int
    ) -> list[TextThere]:
        """See bot.ports.RetentionRepo."""
        given = {**_of(namnd, numbers, before, today), "at_most": limit}
        connection = self._session.connection()
        came = [TextThere(row.id, row.source.removeprefix("sms:")) for row in connection.execute(CAME_IN, given)]
        given |= {"at_most": limit - len(came), "silent": before - NO_REPORT_AFTER}
        return came + [TextThere(row.id, row.provider_id) for row in connection.execute(WENT_OUT, given)]

    def parked(self) -> int:
        statement = sa.select(sa.func.count()).select_from(INBOX).where(INBOX.c.state == "parked")
        return int(self._session.connection().execute(statement).scalar_one())

    def hold_still(self) -> None:
        """Let nobody put anything on hold while this transaction deletes, nor the other way round."""
        connection = self._session.connection()
        if connection.dialect.name == "postgresql":  # on SQLite there is one writer
            connection.exec_driver_sql("LOCK TABLE legal_hold IN SHARE ROW EXCLUSIVE MODE")

    def is_held(self, conversation_id: ConversationId, namnd: NamndId, today: date) -> bool:
        held = sa.select(C.id).where(C.id == conversation_id, IS_ON_HOLD)
        given = {"of_namnd": namnd, "today": today}
        return self._session.connection().execute(held, given).first() is not None

    # --- holds and waivers -----------------------------------------------------

    def add_hold(self, hold: LegalHold) -> None:
        self._insert(
            HOLDS,
            id=hold.id,
            namnd=hold.namnd,
            youth_id=hold.youth_id,
            conversation_id=hold.conversation_id,
            reference=self._vault.seal("reference", hold.reference),
            until=hold.until,
            set_by=hold.set_by,
            set_at=hold.set_at,
            world=hold.world.value,
            case_key=hold.case_key,
        )

    def lift_hold(self, hold_id: str, by: StaffId, at: datetime) -> bool:
        statement = sa.update(HOLDS).where(HOLDS.c.id == hold_id, HOLDS.c.lifted_at.is_(None))
        return self._session.connection().execute(statement.values(lifted_by=by, lifted_at=at)).rowcount == 1

    def hold(self, hold_id: str) -> LegalHold | None:
        row = self._session.connection().execute(sa.select(HOLDS).where(HOLDS.c.id == hold_id)).first()
        return None if row is None else self._hold(row)

    def holds(self, namnd: NamndId, today: date) -> list[LegalHold]:
        statement = sa.select(HOLDS).where(STANDS).order_by(HOLDS.c.set_at, HOLDS.c.id)
        given = {"of_namnd": namnd, "today": today}
        return [self._hold(row) for row in self._session.connection().execute(statement, given)]

    def waive(self, waiver: Waiver) -> None:
        self._insert(
            WAIVERS,
            id=new_id(),
            conversation_id=waiver.conversation_id,
            namnd=waiver.namnd,
            at=waiver.at,
            by=waiver.by,
            reason=self._vault.seal("reason", waiver.reason),
            reference=self._vault.seal("reference", waiver.reference),
        )

    def waivers_of(self, conversations: Sequence[ConversationId]) -> list[Waiver]:
        wanted = sa.select(WAIVERS).where(WAIVERS.c.conversation_id.in_(conversations)).order_by(WAIVERS.c.at)
        return [
            Waiver(
                ConversationId(row.conversation_id),
                NamndId(row.namnd),
                row.at,
                StaffId(row.by),
                self._vault.open("reason", row.reason),
                self._vault.open("reference", row.reference),
            )
            for row in self._session.connection().execute(wanted)
        ]

    def ended_on(self, youth_id: YouthId) -> datetime | None:
        wanted = sa.select(ENDED_YOUTHS.c.ended_at).where(ENDED_YOUTHS.c.youth_id == youth_id)
        return self._session.connection().execute(wanted).scalar()

    def to_waive(self, conversations: Sequence[ConversationId]) -> list[ConversationId]:
        statement = (
            sa.select(C.id)
            .where(C.id.in_(list(conversations)), C.is_open.is_(False), C.erased_at.is_(None), IS_NOT_TRANSFERRED)
            .order_by(C.opened_at)
        )
        return [ConversationId(found) for found in self._session.connection().execute(statement).scalars()]

    # --- people ------------------------------------------------------------------

    def named(self, code: str, world: World = World.BEREDSKAP) -> Named | None:
        connection = self._session.connection()
        youth = connection.execute(sa.select(YOUTHS.c.id, YOUTHS.c.namnd).where(YOUTHS.c.case_code == code)).first()
        words = sa.and_(C.world == world.value, C.erased_at.is_(None))
        oldest_first = sa.select(C.id).order_by(C.opened_at, C.id)
        if youth is not None and world is World.BEREDSKAP:
            linked = sa.select(LINKS.c.contact_id).where(LINKS.c.youth_id == youth.id)
            theirs = oldest_first.where(words, C.namnd == youth.namnd, C.contact_id.in_(linked))
            found = connection.execute(theirs).scalars()
            return Named(tuple(map(ConversationId, found)), YouthId(youth.id), NamndId(youth.namnd))
        contact_id = connection.execute(sa.select(CONTACTS.c.id).where(CONTACTS.c.code == code)).scalar()
        if contact_id is None:
            return None
        found = connection.execute(oldest_first.where(words, C.contact_id == contact_id)).scalars()
        return Named(tuple(map(ConversationId, found)), contact_id=ContactId(contact_id))

    def end(self, youth_id: YouthId, at: datetime, by: StaffId, reference: str) -> None:
        sealed = self._vault.seal("reference", reference)
        self._insert(ENDED_YOUTHS, youth_id=youth_id, ended_at=at, ended_by=by, reference=sealed)

    # --- what has been deleted, and what is still to be ---------------------------

    def account(
        self,
        kind: DataKind,
        namnd: NamndId | None,
        subject: str,
        decision: str,
        rows: int,
        places: Sequence[Place] = (),
    ) -> list[str]:
        """Write down a deletion; return the ids of what is now to be deleted on the other side."""
        erasure_id, now = new_id(), self._clock.now()
        self._insert(
            ERASURES,
            id=erasure_id,
            kind=kind.value,
            namnd=namnd or "",
            subject=subject,
            decision=decision,
            at=now,
            rows=rows,
            places=len(places),
        )
        ids = [new_id() for _ in places]
        for place_id, place in zip(ids, places, strict=True):
            self._insert(
                PLACES, id=place_id, erasure_id=erasure_id, side=place.side, address=place.address, tries=0, next_at=now
            )
        return ids

    def place(self, place_id: str) -> Place | None:
        row = self._session.connection().execute(sa.select(PLACES).where(PLACES.c.id == place_id)).first()
        return None if row is None else Place(row.side, row.address)

    def gone(self, place_id: str) -> None:
        """It is deleted on the other side."""
        self._session.connection().execute(sa.delete(PLACES).where(PLACES.c.id == place_id))

    def not_yet(self, place_id: str, error: str, again_at: datetime) -> None:
        """It could not be deleted on the other side; it is tried again."""
        changed = sa.update(PLACES).where(PLACES.c.id == place_id)
        self._session.connection().execute(changed.values(tries=PLACES.c.tries + 1, error=error, next_at=again_at))

    def places_due(self, now: datetime, *, limit: int) -> list[tuple[str, int]]:
        """Return ids, and how often each has failed, of what is to be looked after now."""
        statement = (
            sa.select(PLACES.c.id, PLACES.c.tries)
            .where(PLACES.c.next_at <= now)
            .order_by(PLACES.c.next_at, PLACES.c.id)
            .limit(limit)
        )
        return [(row.id, row.tries) for row in self._session.connection().execute(statement)]

    def put_off(self, place_ids: Sequence[str], until: datetime) -> None:
        self._session.connection().execute(
            sa.update(PLACES).where(PLACES.c.id.in_(list(place_ids))).values(next_at=until)
        )

    def standing(self) -> Standing:
        """Return how much is still to be deleted elsewhere, and how much of it has failed."""
        failed = sa.func.coalesce(sa.func.sum(sa.case((PLACES.c.tries > 0, 1), else_=0)), 0)
        counted = sa.select(sa.func.count(), failed).select_from(PLACES)
        every, of_them_failed = self._session.connection().execute(counted).one()
        return Standing(int(every), int(of_them_failed))

    def deleted_between(self, namnd: NamndId, start: datetime, end: datetime) -> list[Deleted]:
        """Return the sums per kind of what was deleted in [start, end), of a nämnd and of what belongs to none."""
        left = sa.select(PLACES.c.erasure_id, sa.func.count().label("count")).group_by(PLACES.c.erasure_id).subquery()
        statement = (
            sa.select(
                ERASURES.c.kind,
                sa.func.sum(ERASURES.c.rows).label("rows"),
                sa.func.sum(sa.func.coalesce(left.c.count, 0)).label("left"),
            )
            .outerjoin(left, left.c.erasure_id == ERASURES.c.id)
            .where(ERASURES.c.namnd.in_((namnd, "")), ERASURES.c.at >= start, ERASURES.c.at < end)
            .group_by(ERASURES.c.kind)
            .order_by(ERASURES.c.kind)
        )
        rows = self._session.connection().execute(statement)
        return [Deleted(DataKind(row.kind), namnd, int(row.rows), int(row.left)) for row in rows]

    def _insert(self, table: sa.Table, **values: object) -> None:
        self._session.connection().execute(sa.insert(table), values)

    def _hold(self, row: sa.Row[Any]) -> LegalHold:
        return LegalHold(
            id=row.id,
            namnd=NamndId(row.namnd),
            reference=self._vault.open("reference", row.reference),
            set_by=StaffId(row.set_by),
            set_at=row.set_at,
            youth_id=None if row.youth_id is None else YouthId(row.youth_id),
            conversation_id=None if row.conversation_id is None else ConversationId(row.conversation_id),
            until=row.until,
            lifted_by=None if row.lifted_by is None else StaffId(row.lifted_by),
            lifted_at=row.lifted_at,
            world=World(row.world),
            case_key=row.case_key,
        )


def _of(namnd: NamndId, numbers: Collection[str], before: datetime, today: date) -> dict[str, Any]:
    return {"of_namnd": namnd, "numbers": sorted(numbers), "before": before, "today": today}
