"""What happened in which conversation when: the rows of the handovers."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.domain.handover import DigestRecord, Episode, Period, Settled
from bot.domain.ids import ConversationId, DigestId, EpisodeId, NamndId, ShiftId, StaffId, YouthId
from bot.domain.people import World
from bot.domain.reaction import ActionState
from bot.ports import Coded
from storage.repos.chunks import chunks
from storage.tables import (
    ActionRow,
    ContactLinkRow,
    ContactRow,
    ConversationRow,
    DigestRow,
    EpisodeNoteRow,
    EpisodeRow,
    NoteRow,
    RetentionWaiverRow,
    YouthRow,
)
from storage.vault import Vault

UNIQUE_KEY: Final = ("conversation_id", "namnd", "period", "ordinal")
BY_TIME: Final = (col(EpisodeRow.first_at), col(EpisodeRow.ordinal), col(EpisodeRow.id))


TABLE: sa.Table = EpisodeRow.__table__  # type: ignore[attr-defined]
NOTED: sa.Table = EpisodeNoteRow.__table__  # type: ignore[attr-defined]

# Made once: every text that comes in asks these, and making a statement costs more than running it.
IN_ORDER: Final = (TABLE.c.first_at, TABLE.c.ordinal, TABLE.c.id)
OF_CONVERSATION: Final = sa.select(TABLE).where(TABLE.c.conversation_id == sa.bindparam("of")).order_by(*IN_ORDER)
WITHOUT_NOTE: Final = OF_CONVERSATION.where(~sa.exists().where(NOTED.c.episode_id == TABLE.c.id))


class EpisodeRows:
    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault
        self._known: dict[ConversationId, list[Episode]] = {}  # as this transaction has seen them

    def forget(self) -> None:
        """What has been seen may be old: somebody has been waited for."""
        self._known.clear()

    def get(self, episode_id: EpisodeId, *, lock: bool = False) -> Episode | None:
        """Return an episode; with `lock` as it is now, held against other writers until this transaction ends."""
        statement = select(EpisodeRow).where(EpisodeRow.id == episode_id)
        if lock:
            statement = statement.with_for_update().execution_options(populate_existing=True)
        return self._first(statement)

    def add(self, episode: Episode) -> bool:
        """Add an episode; False when its conversation has one with this nämnd, period and ordinal already."""
        self._known.clear()
        build = sqlite.insert if self._session.get_bind().dialect.name == "sqlite" else postgresql.insert
        statement = (
            build(EpisodeRow)
            .values(**self._values(episode))
            .on_conflict_do_nothing(index_elements=UNIQUE_KEY)
            .returning(col(EpisodeRow.id))
        )
        return self._session.execute(statement).first() is not None

    def save(self, episode: Episode) -> None:
        self._known.clear()
        row = self._session.get_one(EpisodeRow, episode.id)
        for name, value in self._values(episode).items():
            setattr(row, name, value)
        self._session.add(row)
        self._session.flush()

    def of_conversation(self, conversation_id: ConversationId, *, lock: bool = False) -> list[Episode]:
        if not lock:
            if conversation_id not in self._known:
                rows = self._session.connection().execute(OF_CONVERSATION, {"of": conversation_id})
                self._known[conversation_id] = [self._domain(row) for row in rows]
            return list(self._known[conversation_id])
        statement = select(EpisodeRow).where(EpisodeRow.conversation_id == conversation_id).order_by(*BY_TIME)
        return self._all(statement, lock=lock)

    def of_conversations(self, conversations: Sequence[ConversationId]) -> dict[ConversationId, list[Episode]]:
        """Return the episodes of each of `conversations`, by time, in few statements."""
        found: dict[ConversationId, list[Episode]] = {conversation_id: [] for conversation_id in conversations}
        for some in chunks(list(found)):
            statement = select(EpisodeRow).where(col(EpisodeRow.conversation_id).in_(some)).order_by(*BY_TIME)
            for episode in self._all(statement):
                found[episode.conversation_id].append(episode)
        return found

    def latest(self, conversation_id: ConversationId, namnd: NamndId, period: Period) -> Episode | None:
        those = (e for e in self.of_conversation(conversation_id) if (e.namnd, e.period) == (namnd, period.key))
        return max(those, key=lambda episode: episode.ordinal, default=None)

    def without_note(self, conversation_id: ConversationId, *, lock: bool = False) -> list[Episode]:
        """Return the episodes of a conversation that no note covers."""
        if not lock:
            return [
                self._domain(row) for row in self._session.connection().execute(WITHOUT_NOTE, {"of": conversation_id})
            ]
        links = sa.exists().where(col(EpisodeNoteRow.episode_id) == col(EpisodeRow.id))
        return self._all(
            select(EpisodeRow).where(EpisodeRow.conversation_id == conversation_id, ~links).order_by(*BY_TIME),
            lock=lock,
        )

    def of_digest(self, digest_id: DigestId) -> list[Episode]:
        return self._all(select(EpisodeRow).where(EpisodeRow.digest_id == digest_id).order_by(*BY_TIME))

    def waiting(self, namnd: NamndId, until: date, *, lock: bool = False) -> list[Episode]:
        """Return what is planned for a handover of `until` or before, and stands in none yet."""
        return self._all(
            select(EpisodeRow)
            .where(EpisodeRow.namnd == namnd, col(EpisodeRow.digest_id).is_(None), EpisodeRow.summary_on <= until)
            .order_by(*BY_TIME),
            lock=lock,
        )

    def attach(self, namnd: NamndId, until: date, digest_id: DigestId) -> list[EpisodeId]:
        """Put what waits for a handover of `until` or before into this one; return what that was, by time."""
        self._known.clear()
        statement = (
            sa.update(EpisodeRow)
            .where(
                col(EpisodeRow.namnd) == namnd,
                col(EpisodeRow.digest_id).is_(None),
                col(EpisodeRow.summary_on) <= until,
            )
            .values(digest_id=digest_id)
            .returning(*BY_TIME)
            .execution_options(synchronize_session=False)
        )
        attached = sorted(tuple(row) for row in self._session.execute(statement))
        self._session.expire_all()
        return [EpisodeId(episode_id) for _, _, episode_id in attached]

    def carried(self, namnd: NamndId, digest: DigestRecord) -> list[Episode]:
        """Return what stands in an earlier handover and still has something left to do in `digest`.

        That is the row of an action that is open, or was settled since `digest` was posted and is shown ticked off,
        and the newest row of a conversation that is open.
        """
        earlier = sa.select(col(DigestRow.id)).where(col(DigestRow.day) < digest.day)
        has_something_left = sa.or_(_has_action_since(digest.posted_at), _is_newest_of_an_open_conversation())
        return self._all(
            select(EpisodeRow)
            .where(EpisodeRow.namnd == namnd, col(EpisodeRow.digest_id).in_(earlier), has_something_left)
            .order_by(*BY_TIME)
        )

    def with_action_by(self, episodes: Sequence[EpisodeId], day: date) -> set[EpisodeId]:
        """Return those of `episodes` in which an action stands, done or not, that was due by `day`."""
        found: set[EpisodeId] = set()
        for some in chunks(episodes):
            rows = self._session.exec(
                select(EpisodeRow.id).where(col(EpisodeRow.id).in_(some), _has_action(col(ActionRow.due_on) <= day))
            )
            found.update(EpisodeId(episode_id) for episode_id in rows)
        return found

    def not_transferred(self, namnd: NamndId, before: DigestId, *, limit: int | None = None) -> list[Episode]:
        """Return what stands in a handover of an earlier day than `before` and is not in the record yet.

        With `limit`, the first of it only.
        """
        return self._all(select(EpisodeRow).where(*_is_left(namnd, before)).order_by(*BY_TIME).limit(limit))

    def coded_not_transferred(self, namnd: NamndId, before: DigestId) -> list[Coded]:
        """Return what the codes of `not_transferred` are made of, in its order, in three statements."""
        left = _is_left(namnd, before)
        noted = self._noted(sa.select(col(EpisodeRow.id)).where(*left))
        youths = self._linked(
            sa.select(col(ConversationRow.contact_id))
            .join(EpisodeRow, col(EpisodeRow.conversation_id) == col(ConversationRow.id))
            .where(*left)
        )
        rows = self._session.execute(
            sa.select(
                col(EpisodeRow.id),
                col(ConversationRow.contact_id),
                col(ConversationRow.namnd),
                col(ConversationRow.world),
                col(ConversationRow.concerns),
                col(ContactRow.code),
            )
            .join(ConversationRow, col(ConversationRow.id) == col(EpisodeRow.conversation_id))
            .join(ContactRow, col(ContactRow.id) == col(ConversationRow.contact_id))
            .where(*left)
            .order_by(*BY_TIME)
        )
        return [
            Coded(
                episode_id=EpisodeId(episode_id),
                namnd=None if of is None else NamndId(of),
                world=World(world),
                contact_code=code,
                noted=frozenset(noted[episode_id]),
                concerns=frozenset(YouthId(youth_id) for youth_id in concerns),
                youths=tuple(youths[contact_id]),
            )
            for episode_id, contact_id, of, world, concerns, code in rows
        ]

    def _noted(self, episodes: sa.Select[str]) -> dict[str, set[YouthId]]:
        """Return whom the notes of each of `episodes` name."""
        found: defaultdict[str, set[YouthId]] = defaultdict(set)
        rows = self._session.execute(
            sa.select(col(EpisodeNoteRow.episode_id), col(NoteRow.concerns))
            .join(NoteRow, col(NoteRow.id) == col(EpisodeNoteRow.note_id))
            .where(col(EpisodeNoteRow.episode_id).in_(episodes))
        )
        for episode_id, concerns in rows:
            found[episode_id].update(YouthId(youth_id) for youth_id in concerns)
        return found

    def _linked(self, contacts: sa.Select[str]) -> dict[str, list[tuple[YouthId, NamndId, str, bool]]]:
        """Return the youths that each of `contacts` is linked to."""
        found: defaultdict[str, list[tuple[YouthId, NamndId, str, bool]]] = defaultdict(list)
        rows = self._session.execute(
            sa.select(
                col(ContactLinkRow.contact_id),
                col(YouthRow.id),
                col(YouthRow.namnd),
                col(YouthRow.case_code),
                col(YouthRow.is_active),
            )
            .distinct()
            .join(YouthRow, col(YouthRow.id) == col(ContactLinkRow.youth_id))
            .where(col(ContactLinkRow.contact_id).in_(contacts))
        )
        for contact_id, youth_id, namnd, code, is_active in rows:
            found[contact_id].append((YouthId(youth_id), NamndId(namnd), code, is_active))
        return found

    def notes_due(self, now: datetime) -> list[EpisodeId]:
        """Return the episodes whose note is to be asked for by now, the longest waiting first."""
        rows = self._session.exec(
            select(EpisodeRow.id)
            .where(col(EpisodeRow.note_next_at).is_not(None), col(EpisodeRow.note_next_at) <= now)
            .order_by(col(EpisodeRow.note_next_at), col(EpisodeRow.id))
        )
        return [EpisodeId(found) for found in rows]

    def next_note(self, after: datetime) -> datetime | None:
        return self._session.exec(
            select(sa.func.min(EpisodeRow.note_next_at)).where(col(EpisodeRow.note_next_at) > after)
        ).first()

    def look_back(
        self, namnd: NamndId, *, until: date, youth: YouthId | None, offset: int, limit: int
    ) -> list[Episode]:
        """Return a page of what has happened until the day `until`, newest first."""
        statement = select(EpisodeRow).where(EpisodeRow.namnd == namnd, EpisodeRow.day <= until)
        if youth is not None:
            statement = statement.where(_concerns(youth))
        newest_first = (col(EpisodeRow.day).desc(), *(column.desc() for column in BY_TIME))
        return self._all(statement.order_by(*newest_first).offset(offset).limit(limit))

    def between(self, namnd: NamndId, first: date, last: date) -> list[Episode]:
        """Return what belongs to the days from `first` to `last`, both included."""
        return self._all(
            select(EpisodeRow)
            .where(EpisodeRow.namnd == namnd, EpisodeRow.day >= first, EpisodeRow.day <= last)
            .order_by(*BY_TIME)
        )

    def _asked(self, statement: sa.Select[Any], conversation_id: ConversationId) -> list[Episode]:
        return [self._domain(row) for row in self._session.connection().execute(statement, {"of": conversation_id})]

    def _first(self, statement: SelectOfScalar[EpisodeRow]) -> Episode | None:
        row = self._session.exec(statement).first()
        return None if row is None else self._domain(row)

    def _all(self, statement: SelectOfScalar[EpisodeRow], *, lock: bool = False) -> list[Episode]:
        """Return them; with `lock` as they are now, and held until the transaction ends, for who will save them."""
        if lock:
            statement = statement.with_for_update(of=EpisodeRow).execution_options(populate_existing=True)
        return [self._domain(row) for row in self._session.exec(statement)]

    def _values(self, episode: Episode) -> dict[str, Any]:
        reviewed, transferred = episode.reviewed, episode.transferred
        reference = "" if transferred is None else transferred.reference
        return {
            "id": episode.id,
            "conversation_id": episode.conversation_id,
            "namnd": episode.namnd,
            "period": episode.period,
            "ordinal": episode.ordinal,
            "day": episode.day,
            "shift_id": episode.shift_id,
            "first_at": episode.first_at,
            "summary_on": episode.summary_on,
            "digest_id": episode.digest_id,
            "added_at": episode.added_at,
            "note_next_at": episode.note_next_at,
            "note_stage": episode.note_stage,
            "reviewed_by": None if reviewed is None else reviewed.by,
            "reviewed_at": None if reviewed is None else reviewed.at,
            "transferred_by": None if transferred is None else transferred.by,
            "transferred_at": None if transferred is None else transferred.at,
            "reference": self._vault.seal("reference", reference) if reference else None,
        }

    def _domain(self, row: EpisodeRow | sa.Row[Any]) -> Episode:
        reference = "" if row.reference is None else self._vault.open("reference", row.reference)
        return Episode(
            id=EpisodeId(row.id),
            conversation_id=ConversationId(row.conversation_id),
            namnd=NamndId(row.namnd),
            period=row.period,
            ordinal=row.ordinal,
            day=row.day,
            shift_id=None if row.shift_id is None else ShiftId(row.shift_id),
            first_at=row.first_at,
            summary_on=row.summary_on,
            digest_id=None if row.digest_id is None else DigestId(row.digest_id),
            added_at=row.added_at,
            note_next_at=row.note_next_at,
            note_stage=row.note_stage,
            reviewed=_settled(row.reviewed_by, row.reviewed_at),
            transferred=_settled(row.transferred_by, row.transferred_at, reference),
        )


def _settled(by: str | None, at: datetime | None, reference: str = "") -> Settled | None:
    return None if by is None or at is None else Settled(StaffId(by), at, reference)


def _concerns(youth: YouthId) -> sa.ColumnElement[bool]:
    """The conversation is with somebody who has a link to this youth."""
    return (
        sa.exists()
        .where(col(ConversationRow.id) == col(EpisodeRow.conversation_id))
        .where(col(ContactLinkRow.contact_id) == col(ConversationRow.contact_id))
        .where(col(ContactLinkRow.youth_id) == youth)
    )


def _is_left(namnd: NamndId, before: DigestId) -> tuple[sa.ColumnElement[bool], ...]:
    """The row stands in a handover of an earlier day than `before`, and is neither in the record nor waived."""
    day = sa.select(col(DigestRow.day)).where(col(DigestRow.id) == before).scalar_subquery()
    earlier = sa.select(col(DigestRow.id)).where(col(DigestRow.day) < day)
    waived = sa.exists(
        sa.select(col(RetentionWaiverRow.id)).where(
            col(RetentionWaiverRow.conversation_id) == col(EpisodeRow.conversation_id),
            col(RetentionWaiverRow.at) >= col(EpisodeRow.first_at),
        )
    )
    return (
        col(EpisodeRow.namnd) == namnd,
        col(EpisodeRow.transferred_at).is_(None),
        col(EpisodeRow.digest_id).in_(earlier),
        ~waived,
    )


def _has_action_since(posted_at: datetime) -> sa.ColumnElement[bool]:
    """The row has an action that is open or was settled since."""
    return _has_action(sa.or_(col(ActionRow.state) == ActionState.OPEN.value, col(ActionRow.settled_at) >= posted_at))


def _has_action(that: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """The row has an action of which `that` is true. An action stands in the newest row of its note only."""
    newer, newer_link = aliased(EpisodeRow), aliased(EpisodeNoteRow)
    note_has_newer = (
        sa.exists()
        .where(col(newer_link.note_id) == col(EpisodeNoteRow.note_id))
        .where(col(newer.id) == col(newer_link.episode_id))
        .where(_is_after(newer))
        .correlate(EpisodeRow, EpisodeNoteRow)  # by itself it would reach one level out only
    )
    return (
        sa.exists()
        .where(col(EpisodeNoteRow.episode_id) == col(EpisodeRow.id))
        .where(col(ActionRow.note_id) == col(EpisodeNoteRow.note_id))
        .where(that)
        .where(~note_has_newer)
    )


def _is_newest_of_an_open_conversation() -> sa.ColumnElement[bool]:
    """The conversation is open, and no newer row of it stands in a handover of this nämnd."""
    newer = aliased(EpisodeRow)
    is_open = (
        sa.exists()
        .where(col(ConversationRow.id) == col(EpisodeRow.conversation_id))
        .where(col(ConversationRow.is_open).is_(True))
    )
    has_newer = (
        sa.exists()
        .where(col(newer.conversation_id) == col(EpisodeRow.conversation_id))
        .where(col(newer.namnd) == col(EpisodeRow.namnd))
        .where(col(newer.digest_id).is_not(None))
        .where(_is_after(newer))
    )
    return sa.and_(is_open, ~has_newer)


def _is_after(newer: type[EpisodeRow]) -> sa.ColumnElement[bool]:
    """`newer` comes after the row in question, in the order of BY_TIME."""
    return sa.tuple_(col(newer.first_at), col(newer.ordinal), col(newer.id)) > sa.tuple_(*BY_TIME)
