"""Active time in the database: kept, corrected, taken away, and found by person and time."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from bot.domain.ids import ActiveTimeId, ShiftId, StaffId, new_id
from bot.domain.rest.active import ActiveTime, Source
from bot.ports import Tx
from storage.store import SqlStore
from tests.storage.given import MINUTE, NOW, a_conversation, staff

HOUR = timedelta(hours=1)


def worked(staff_id: StaffId, minutes: float = 0, length: float = 5, source: Source = Source.READ) -> ActiveTime:
    starts_at = NOW + minutes * MINUTE
    made = ActiveTimeId(new_id())
    return ActiveTime(made, staff_id, ShiftId("s1"), None, starts_at, starts_at + length * MINUTE, source)


async def test_what_is_kept_is_what_is_read(store: SqlStore) -> None:
    anna = staff()

    def change(tx: Tx) -> ActiveTime:
        tx.staff.save(anna)
        made = replace(worked(anna.id), conversation_id=a_conversation(tx).id)
        tx.active_times.add(made)
        return made

    made = await store.write(change)
    assert await store.write(lambda tx: tx.active_times.get(made.id)) == made

    corrected = made.corrected(NOW - HOUR, NOW + HOUR, ShiftId("s2"), NOW + 2 * HOUR)
    await store.write(lambda tx: tx.active_times.save(corrected))
    assert await store.write(lambda tx: tx.active_times.get(made.id)) == corrected

    await store.write(lambda tx: tx.active_times.remove(made.id))
    await store.write(lambda tx: tx.active_times.remove(made.id))
    assert await store.write(lambda tx: tx.active_times.get(made.id)) is None


async def test_the_newest_is_of_that_person_and_never_what_they_wrote_themselves(store: SqlStore) -> None:
    anna, bo = staff(), staff()

    def change(tx: Tx) -> tuple[list[ActiveTime], ActiveTime | None]:
        made = [worked(anna.id), worked(anna.id, 60), worked(anna.id, 90, source=Source.MANUAL), worked(bo.id, 120)]
        for person in (anna, bo):
            tx.staff.save(person)
        for one in made:
            tx.active_times.add(one)
        return made, tx.active_times.newest(anna.id)

    made, newest = await store.write(change)
    assert newest == made[1]
    assert await store.write(lambda tx: tx.active_times.newest(StaffId("nobody"))) is None


async def test_between_is_what_touches_the_time_of_these_people(store: SqlStore) -> None:
    anna, bo = staff(), staff()
    made = [worked(anna.id, 30), worked(anna.id, 0), worked(bo.id, 10), worked(anna.id, -5), worked(anna.id, 60)]

    def change(tx: Tx) -> None:
        for person in (anna, bo):
            tx.staff.save(person)
        for one in made:
            tx.active_times.add(one)

    await store.write(change)
    end = NOW + HOUR
    assert await store.read(lambda tx: tx.active_times.between(NOW, end, {anna.id})) == [made[1], made[0]]
    assert await store.read(lambda tx: tx.active_times.between(NOW, end, {anna.id, bo.id})) == [
        made[1],
        made[2],
        made[0],
    ]
    assert await store.read(lambda tx: tx.active_times.between(NOW, end, set())) == []


async def test_work_that_ends_before_it_begins_is_refused(store: SqlStore) -> None:
    anna = staff()
    await store.write(lambda tx: tx.staff.save(anna))

    with pytest.raises(IntegrityError):
        await store.write(lambda tx: tx.active_times.add(worked(anna.id, length=0)))
