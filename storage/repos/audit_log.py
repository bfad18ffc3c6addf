"""Searching in the audit log, and what its rows are about."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session

from bot.domain.audit import Logged, LogQuery
from bot.domain.ids import NamndId, StaffId, YouthId
from bot.domain.people import World
from storage.repos.audit import AUDIT, logged
from storage.repos.chunks import chunks
from storage.tables import (
    ActionRow,
    ContactLinkRow,
    ContactRow,
    ConversationRow,
    DeadlineRow,
    EpisodeRow,
    JavRow,
    NoteRow,
    PhoneCallRow,
    SummonsMessageRow,
    SummonsRow,
    YouthRow,
)


def _table(row: Any) -> sa.Table:
    made: sa.Table = row.__table__
    return made


YOUTH, CONTACT, LINK = _table(YouthRow), _table(ContactRow), _table(ContactLinkRow)
CONVERSATION, EPISODE, CALL = _table(ConversationRow), _table(EpisodeRow), _table(PhoneCallRow)
NOTE, ACTION, DEADLINE = _table(NoteRow), _table(ActionRow), _table(DeadlineRow)
JAV, SUMMONS, SUMMONED = _table(JavRow), _table(SummonsRow), _table(SummonsMessageRow)
ABOUT_A_FAMILY: Final = ("conversation:%", "call:%")


class AuditLogRows:
    """See bot.ports.AuditLogRepo."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def entries(self, query: LogQuery, after_id: int, limit: int) -> list[Logged]:
        """See bot.ports.AuditLogRepo."""
        base = sa.select(AUDIT).where(*_where(query), AUDIT.c.id > after_id).order_by(AUDIT.c.id).limit(limit)
        if query.subjects is None:
            return [logged(row) for row in self._execute(base)]
        found = [
            logged(row)
            for some in chunks(sorted(query.subjects))
            for row in self._execute(base.where(AUDIT.c.subject.in_(some)))
        ]
        return sorted(found, key=lambda row: row.id)[:limit]

    def several(self, ids: Collection[int]) -> dict[int, Logged]:
        rows = (
            row for some in chunks(sorted(ids)) for row in self._execute(sa.select(AUDIT).where(AUDIT.c.id.in_(some)))
        )
        return {row.id: logged(row) for row in rows}

    def about_youth(self, youth_id: YouthId, namnd: NamndId) -> frozenset[str]:
        contacts = self._ids(sa.select(LINK.c.contact_id).where(LINK.c.youth_id == youth_id))
        found = {f"youth:{youth_id}", f"background:{youth_id}", *_named("contact", contacts)}
        return frozenset(found | self._around(contacts, namnd, World.BEREDSKAP))

    def youth_by_code(self, case_code: str, namnd: NamndId) -> YouthId | None:
        found = self._ids(sa.select(YOUTH.c.id).where(YOUTH.c.namnd == namnd, YOUTH.c.case_code == case_code))
        return YouthId(found[0]) if found else None

    def jav_of(self, staff_id: StaffId, namnd: NamndId) -> list[YouthId]:
        related = sa.select(JAV.c.youth_id).join(YOUTH, YOUTH.c.id == JAV.c.youth_id)
        return [YouthId(key) for key in self._ids(related.where(JAV.c.staff_id == staff_id, YOUTH.c.namnd == namnd))]

    def about_case(self, case_ref: str, namnd: NamndId) -> frozenset[str]:
        clocks = self._ids(sa.select(DEADLINE.c.id).where(DEADLINE.c.namnd == namnd, DEADLINE.c.case_ref == case_ref))
        summoned = (
            sa.select(SUMMONED.c.contact_id)
            .join(SUMMONS, SUMMONS.c.id == SUMMONED.c.summons_id)
            .where(SUMMONS.c.deadline_id.in_(clocks))
        )
        contacts = self._ids(summoned) if clocks else []
        return frozenset({*_named("deadline", clocks)} | self._around(contacts, namnd, World.MYNDIGHET))

    def codes(self, subjects: Iterable[str], namnd: NamndId, world: World) -> dict[str, str]:
        """See bot.ports.AuditLogRepo."""
        by_kind: dict[str, list[str]] = {}
        for subject in set(subjects):
            kind, _, key = subject.partition(":")
            by_kind.setdefault(kind, []).append(key)
        found: dict[str, set[str]] = {}
        for kind, keys in by_kind.items():
            for statement in _codes_of(kind, namnd, world):
                column = statement.selected_columns[0]
                for some in chunks(sorted(keys)):
                    for key, code in self._execute(statement.where(column.in_(some))):
                        found.setdefault(f"{kind}:{key}", set()).add(code)
        return {subject: ", ".join(sorted(codes)) for subject, codes in found.items()}

    def _around(self, contacts: list[str], namnd: NamndId, world: World) -> set[str]:
        """Return the conversations with these contacts in a nämnd and world, and what belongs to those."""
        if not contacts:
            return set()
        mine = sa.select(CONVERSATION.c.id).where(CONVERSATION.c.namnd == namnd, CONVERSATION.c.world == world.value)
        conversations = [
            key for some in chunks(contacts) for key in self._ids(mine.where(CONVERSATION.c.contact_id.in_(some)))
        ]
        found = set(_named("conversation", conversations))
        for some in chunks(conversations):
            found |= set(
                _named("episode", self._ids(sa.select(EPISODE.c.id).where(EPISODE.c.conversation_id.in_(some))))
            )
            found |= set(_named("call", self._ids(sa.select(CALL.c.id).where(CALL.c.conversation_id.in_(some)))))
            actions = sa.select(ACTION.c.id).join(NOTE, NOTE.c.id == ACTION.c.note_id)
            found |= set(_named("action", self._ids(actions.where(NOTE.c.conversation_id.in_(some)))))
        return found

    def _ids(self, statement: sa.Select[Any]) -> list[str]:
        return [str(key) for key in self._session.connection().execute(statement).scalars()]

    def _execute(self, statement: sa.Select[Any]) -> Iterator[Any]:
        yield from self._session.connection().execute(statement)


def _named(kind: str, keys: Iterable[str]) -> list[str]:
    return [f"{kind}:{key}" for key in keys]


def _where(query: LogQuery) -> list[sa.ColumnElement[bool]]:
    is_world: sa.ColumnElement[bool] = AUDIT.c.world == query.world.value
    if query.with_old:
        is_world = sa.or_(is_world, AUDIT.c.world.is_(None))
    ours: sa.ColumnElement[bool] = AUDIT.c.actor.in_(sorted(query.own_staff))
    if query.subjects is not None:
        ours = sa.or_(ours, *(AUDIT.c.subject.like(kind) for kind in ABOUT_A_FAMILY))
    found = [
        AUDIT.c.at >= query.since,
        AUDIT.c.at < query.until,
        is_world,
        sa.or_(AUDIT.c.namnd == query.namnd, sa.and_(AUDIT.c.namnd.is_(None), ours)),
    ]
    return [*found, AUDIT.c.actor == query.actor] if query.actor is not None else found


def _codes_of(kind: str, namnd: NamndId, world: World) -> list[sa.Select[Any]]:
    """Return the selects of (key, code) for a kind of subject: only what this nämnd knows in this world."""
    if kind == "deadline":
        is_ours = DEADLINE.c.namnd == namnd
        return [sa.select(DEADLINE.c.id, DEADLINE.c.case_ref).where(is_ours)] if world is World.MYNDIGHET else []
    if kind in {"youth", "background"}:
        return [sa.select(YOUTH.c.id, YOUTH.c.case_code).where(YOUTH.c.namnd == namnd)]
    keys = {
        "conversation": CONVERSATION.c.id,
        "episode": EPISODE.c.id,
        "action": ACTION.c.id,
        "call": CALL.c.id,
    }
    if kind not in keys:
        return []
    joined = CONVERSATION.join(CONTACT, CONTACT.c.id == CONVERSATION.c.contact_id)
    if kind == "episode":
        joined = joined.join(EPISODE, EPISODE.c.conversation_id == CONVERSATION.c.id)
    if kind == "action":
        joined = joined.join(NOTE, NOTE.c.conversation_id == CONVERSATION.c.id).join(
            ACTION, ACTION.c.note_id == NOTE.c.id
        )
    if kind == "call":
        joined = joined.join(CALL, CALL.c.conversation_id == CONVERSATION.c.id)
    code: Any = CONTACT.c.code
    if world is World.BEREDSKAP:
        ours = sa.select(LINK.c.contact_id, YOUTH.c.case_code).join(YOUTH, YOUTH.c.id == LINK.c.youth_id)
        linked = ours.where(YOUTH.c.namnd == namnd).subquery()
        joined = joined.outerjoin(linked, linked.c.contact_id == CONTACT.c.id)
        code = sa.func.coalesce(linked.c.case_code, CONTACT.c.code)
    is_here = (CONVERSATION.c.namnd == namnd, CONVERSATION.c.world == world.value)
    return [sa.select(keys[kind], code).select_from(joined).where(*is_here)]
