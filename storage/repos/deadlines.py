"""The clocks of the world of myndighet, their history, and the morning's lists. What somebody wrote is sealed."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, select

from bot.domain.calendar import local
from bot.domain.clocks import ClockKind, Limit
from bot.domain.deadline import (
    ClockEvent,
    ClockState,
    Deadline,
    EventKind,
    Gender,
    Outcome,
    Reason,
    Talk,
)
from bot.domain.ids import ClockListId, DeadlineId, NamndId, ReportId, StaffId, new_id
from bot.ports import OwnerCount, Posted, PostedList
from storage.repos.chunks import chunks
from storage.tables import ClockListRow, DeadlineEventRow, DeadlineRow
from storage.vault import Vault

Key = tuple[str, ClockKind, datetime]
# In the words of the partial indexes: with a parameter instead, neither database would know that they fit.
RUNNING: Final = col(DeadlineRow.state) == sa.literal_column("'running'")
NOT_WITHDRAWN: Final = col(DeadlineRow.state) != sa.literal_column("'withdrawn'")


class DeadlineRows:
    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    def add(self, deadline: Deadline) -> None:
        self._session.add(DeadlineRow(**self._values(deadline)))
        self._session.flush()

    def add_all(self, deadlines: Sequence[Deadline]) -> None:
        """Add clocks that are known to be new."""
        for some in chunks(deadlines):
            self._insert(DeadlineRow, [self._values(deadline) for deadline in some])

    def save(self, deadline: Deadline) -> None:
        row = self._session.get_one(DeadlineRow, deadline.id)
        for name, value in self._values(deadline).items():
            setattr(row, name, value)
        self._session.add(row)
        self._session.flush()

    def get(self, deadline_id: DeadlineId, *, lock: bool = False) -> Deadline | None:
        """Return a clock; with `lock` as it is now, held against other writers until this transaction ends."""
        statement = select(DeadlineRow).where(DeadlineRow.id == deadline_id)
        if lock:
            statement = statement.with_for_update().execution_options(populate_existing=True)
        row = self._session.exec(statement).first()
        return None if row is None else self._deadline(row)

    def of_case(self, namnd: NamndId, case_ref: str) -> list[Deadline]:
        """Return the clocks of a case in any state, oldest first; capitals or not makes no difference."""
        return self._found(
            (DeadlineRow.namnd == namnd, DeadlineRow.case_key == case_key(case_ref)),
            (col(DeadlineRow.received_at), col(DeadlineRow.due_at), col(DeadlineRow.id)),
        )

    def of_report(self, report_id: ReportId) -> list[Deadline]:
        """Return the clocks that one report started, in any state, by when they run out."""
        return self._found(
            (DeadlineRow.report_id == report_id,),
            (col(DeadlineRow.due_at), col(DeadlineRow.id)),
        )

    def known(self, namnd: NamndId, keys: Iterable[Key]) -> dict[Key, Deadline]:
        return self._known(namnd, keys, lambda received_at: received_at)

    def known_on_day(self, namnd: NamndId, keys: Iterable[Key]) -> dict[Key, Deadline]:
        return self._known(namnd, keys, lambda received_at: local(received_at).date())

    def _known(self, namnd: NamndId, keys: Iterable[Key], when: Callable[[datetime], date]) -> dict[Key, Deadline]:
        asked = list(keys)
        stored: dict[tuple[str, ClockKind, date], Deadline] = {}
        for some in chunks(sorted({case_key(case_ref) for case_ref, _, _ in asked})):
            for found in self._found(
                (DeadlineRow.namnd == namnd, col(DeadlineRow.case_key).in_(some)),
                (NOT_WITHDRAWN, col(DeadlineRow.settled_at), col(DeadlineRow.id)),  # the last one of a key stays
            ):
                stored[case_key(found.case_ref), found.kind, when(found.received_at)] = found
        places = ((key, (case_key(key[0]), key[1], when(key[2]))) for key in asked)
        return {key: stored[place] for key, place in places if place in stored}

    def due(self, now: datetime, *, limit: int) -> list[Deadline]:
        return self._found(
            (col(DeadlineRow.next_at).is_not(None), col(DeadlineRow.next_at) <= now),
            (col(DeadlineRow.next_at), col(DeadlineRow.id)),
            limit,
        )

    def next_due(self, after: datetime) -> datetime | None:
        return self._session.exec(
            select(sa.func.min(DeadlineRow.next_at)).where(col(DeadlineRow.next_at) > after)
        ).first()

    def running(self, namnd: NamndId, owners: Collection[StaffId | None], *, limit: int) -> list[Deadline]:
        return self._found(_running_of(namnd, owners), (col(DeadlineRow.due_at), col(DeadlineRow.id)), limit)

    def count_running(self, namnd: NamndId, owners: Collection[StaffId | None]) -> int:
        return self._count(_running_of(namnd, owners))

    def overdue(self, namnd: NamndId, now: datetime, *, limit: int) -> list[Deadline]:
        return self._found(
            (DeadlineRow.namnd == namnd, RUNNING, _is_overdue(now)),
            (col(DeadlineRow.due_at), col(DeadlineRow.id)),
            limit,
        )

    def count_overdue(self, namnd: NamndId, now: datetime) -> int:
        return self._count((DeadlineRow.namnd == namnd, RUNNING, _is_overdue(now)))

    def counts(self, namnd: NamndId, now: datetime, soon: datetime) -> list[OwnerCount]:
        """Return the counts of everybody who owns a running clock, by id, and last of those that nobody owns."""
        is_soon = sa.and_(col(DeadlineRow.due_at) > now, col(DeadlineRow.due_at) < soon)
        rows = self._session.execute(
            sa.select(
                col(DeadlineRow.owner),
                sa.func.count(),
                sa.func.sum(sa.case((_is_overdue(now), 1), else_=0)),
                sa.func.sum(sa.case((is_soon, 1), else_=0)),
            )
            .where(col(DeadlineRow.namnd) == namnd, RUNNING)
            .group_by(col(DeadlineRow.owner))
        )
        found = [OwnerCount(None if o is None else StaffId(o), running, late, near) for o, running, late, near in rows]
        return sorted(found, key=lambda count: (count.owner is None, count.owner or ""))

    def received_between(
        self, namnd: NamndId, kinds: Collection[ClockKind], first: datetime, last: datetime
    ) -> list[Deadline]:
        return self._found(
            (
                DeadlineRow.namnd == namnd,
                col(DeadlineRow.kind).in_(sorted(kind.value for kind in kinds)),
                DeadlineRow.received_at >= first,
                DeadlineRow.received_at < last,
                NOT_WITHDRAWN,
            ),
            (col(DeadlineRow.received_at), col(DeadlineRow.id)),
        )

    def note(self, event: ClockEvent) -> None:
        self.note_all([event])

    def note_all(self, events: Sequence[ClockEvent]) -> None:
        for some in chunks(events):
            self._insert(DeadlineEventRow, [self._event_values(event) for event in some])

    def events(self, deadline_id: DeadlineId) -> list[ClockEvent]:
        """Return the history of a clock, oldest first."""
        rows = self._session.exec(
            select(DeadlineEventRow)
            .where(DeadlineEventRow.deadline_id == deadline_id)
            .order_by(col(DeadlineEventRow.at), col(DeadlineEventRow.id))
        )
        return [self._event(row) for row in rows]

    def ensure_list(self, namnd: NamndId, staff_id: StaffId, day: date) -> tuple[PostedList, bool]:
        build = sqlite.insert if self._session.get_bind().dialect.name == "sqlite" else postgresql.insert
        added = self._session.execute(
            build(ClockListRow)
            .values(id=new_id(), namnd=namnd, staff_id=staff_id, day=day)
            .on_conflict_do_nothing(index_elements=["namnd", "staff_id", "day"])
            .returning(col(ClockListRow.id))
        ).first()
        row = self._session.exec(
            select(ClockListRow).where(
                ClockListRow.namnd == namnd, ClockListRow.staff_id == staff_id, ClockListRow.day == day
            )
        ).one()
        return _list(row), added is not None

    def posted_list(self, list_id: ClockListId) -> PostedList | None:
        row = self._session.get(ClockListRow, list_id)
        return None if row is None else _list(row)

    def list_placed(self, list_id: ClockListId, posted: Posted, shown: str | None = None) -> None:
        """Remember where a list stands, and a digest of what it says there (None: not known)."""
        row = self._session.get_one(ClockListRow, list_id)
        row.channel, row.ts, row.shown = posted.channel, posted.ts, shown
        self._session.add(row)
        self._session.flush()

    def in_list(self, list_id: ClockListId) -> list[Deadline]:
        """Return the clocks whose newest list this is, in any state, by when they run out."""
        return self._found((DeadlineRow.listed_in == list_id,), (col(DeadlineRow.due_at), col(DeadlineRow.id)))

    def _insert(self, table: type[SQLModel], rows: list[dict[str, Any]]) -> None:
        # With their NULLs: left out, rows that lack different columns would each need a statement of their own.
        self._session.execute(sa.insert(table), rows, execution_options={"render_nulls": True})

    def _found(self, where: Iterable[Any], order: Iterable[Any], limit: int | None = None) -> list[Deadline]:
        rows = self._session.exec(select(DeadlineRow).where(*where).order_by(*order).limit(limit))
        return [self._deadline(row) for row in rows]

    def _count(self, where: Iterable[Any]) -> int:
        return self._session.exec(select(sa.func.count()).select_from(DeadlineRow).where(*where)).one()

    def _seal(self, purpose: str, text: str) -> bytes | None:
        return self._vault.seal(purpose, text) if text else None

    def _open(self, purpose: str, blob: bytes | None) -> str:
        return "" if blob is None else self._vault.open(purpose, blob)

    def _values(self, deadline: Deadline) -> dict[str, Any]:
        limit = deadline.limit
        return {
            "id": deadline.id,
            "report_id": deadline.report_id,
            "namnd": deadline.namnd,
            "kind": deadline.kind.value,
            "case_ref": deadline.case_ref,
            "case_key": case_key(deadline.case_ref),
            "received_at": deadline.received_at,
            "starts_at": deadline.starts_at,
            "due_at": limit.due_at,
            "due_on": limit.due_on,
            "plan_on": limit.plan_on,
            "act_before": limit.act_before,
            "late_on": limit.late_on,
            "registered_at": deadline.registered_at,
            "registered_by": deadline.registered_by,
            "owner": deadline.owner,
            "gender": deadline.gender.value,
            "wants_feedback": deadline.wants_feedback,
            "at_once": deadline.at_once,
            "state": deadline.state.value,
            "outcome": None if deadline.outcome is None else deadline.outcome.value,
            "decided_on": deadline.decided_on,
            "settled_at": deadline.settled_at,
            "settled_by": deadline.settled_by,
            "reason": None if deadline.reason is None else deadline.reason.value,
            "extended_to": deadline.extended_to,
            "extended_by": self._seal("name", deadline.extended_by),
            "extension_reason": self._seal("reason", deadline.extension_reason),
            "snoozed_until": deadline.snoozed_until,
            "snooze_reason": self._seal("reason", deadline.snooze_reason),
            "listed_in": deadline.listed_in,
            "next_at": deadline.next_at,
            **_talk_values(deadline.talk),
        }

    def _deadline(self, row: DeadlineRow) -> Deadline:
        return Deadline(
            id=DeadlineId(row.id),
            report_id=ReportId(row.report_id),
            namnd=NamndId(row.namnd),
            kind=ClockKind(row.kind),
            case_ref=row.case_ref,
            received_at=row.received_at,
            starts_at=row.starts_at,
            limit=Limit(row.due_at, row.due_on, row.plan_on, row.act_before, row.late_on),
            registered_at=row.registered_at,
            registered_by=_staff(row.registered_by),
            owner=_staff(row.owner),
            gender=Gender(row.gender),
            wants_feedback=row.wants_feedback,
            at_once=row.at_once,
            state=ClockState(row.state),
            outcome=None if row.outcome is None else Outcome(row.outcome),
            decided_on=row.decided_on,
            settled_at=row.settled_at,
            settled_by=_staff(row.settled_by),
            reason=None if row.reason is None else Reason(row.reason),
            extended_to=row.extended_to,
            extended_by=self._open("name", row.extended_by),
            extension_reason=self._open("reason", row.extension_reason),
            snoozed_until=row.snoozed_until,
            snooze_reason=self._open("reason", row.snooze_reason),
            listed_in=None if row.listed_in is None else ClockListId(row.listed_in),
            next_at=row.next_at,
            talk=_talk(row),
        )

    def _event_values(self, event: ClockEvent) -> dict[str, Any]:
        return {
            "deadline_id": event.deadline_id,
            "at": event.at,
            "kind": event.kind.value,
            "by": event.by,
            "code": event.code,
            "text": self._seal("event", event.text),
        }

    def _event(self, row: DeadlineEventRow) -> ClockEvent:
        return ClockEvent(
            deadline_id=DeadlineId(row.deadline_id),
            at=row.at,
            kind=EventKind(row.kind),
            by=_staff(row.by),
            code=row.code,
            text=self._open("event", row.text),
        )


def case_key(case_ref: str) -> str:
    """Return what a reference is looked up by: K-123 and k-123 are the same case."""
    return case_ref.upper()


def _running_of(namnd: NamndId, owners: Collection[StaffId | None]) -> tuple[Any, ...]:
    named = sorted(owner for owner in owners if owner is not None)
    theirs = col(DeadlineRow.owner).in_(named)
    if None in owners:
        nobodys = col(DeadlineRow.owner).is_(None)
        theirs = sa.or_(theirs, nobodys) if named else nobodys  # type: ignore[assignment]
    return (DeadlineRow.namnd == namnd, RUNNING, theirs)


def _is_overdue(now: datetime) -> Any:
    """Return what is true of a running clock when Deadline.is_overdue is."""
    return sa.and_(col(DeadlineRow.due_at) <= now, col(DeadlineRow.summoned_at).is_(None))


def _talk_values(talk: Talk | None) -> dict[str, Any]:
    """Return the columns of an allvarssamtal; of another clock they are empty, and still named: many go in at once."""
    return {
        "is_talk": talk is not None,
        "has_contact": talk and talk.has_contact,
        "police_hold": talk and talk.police_hold,
        "child_summoned_at": talk and talk.child_summoned_at,
        "guardian_summoned_at": talk and talk.guardian_summoned_at,
        "summoned_at": talk and talk.summoned_at,
        "booked_at": talk and talk.booked_at,
        "ended_at": talk and talk.ended_at,
        "with_police": talk and talk.with_police,
    }


def _talk(row: DeadlineRow) -> Talk | None:
    if not row.is_talk:
        return None
    return Talk(
        has_contact=bool(row.has_contact),
        police_hold=bool(row.police_hold),
        child_summoned_at=row.child_summoned_at,
        guardian_summoned_at=row.guardian_summoned_at,
        booked_at=row.booked_at,
        ended_at=row.ended_at,
        with_police=row.with_police,
    )


def _staff(staff_id: str | None) -> StaffId | None:
    return None if staff_id is None else StaffId(staff_id)


def _list(row: ClockListRow) -> PostedList:
    return PostedList(
        id=ClockListId(row.id),
        namnd=NamndId(row.namnd),
        staff_id=StaffId(row.staff_id),
        day=row.day,
        channel=row.channel,
        ts=row.ts,
        shown=row.shown,
    )
