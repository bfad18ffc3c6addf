"""Who is away, and who stands in."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from bot.domain.absence import Absence
from bot.domain.ids import AbsenceId, StaffId, new_id
from bot.ports import Tx
from storage.store import SqlStore
from tests.storage.given import FRIDAY, MONDAY, NORRVIK, SATURDAY, SODERMARK, TUESDAY, WEDNESDAY, staff


def somebody(tx: Tx) -> StaffId:
    anna = staff()
    tx.staff.save(anna)
    return anna.id


def away(tx: Tx, **changes: Any) -> Absence:
    made = Absence(AbsenceId(new_id()), NORRVIK, changes.pop("staff_id", None) or somebody(tx), FRIDAY, MONDAY)
    made = replace(made, **changes)
    tx.absences.add(made)
    return made


async def test_an_absence_comes_back(store: SqlStore) -> None:
    def keep(tx: Tx) -> list[Absence]:
        one_day = away(tx, first=MONDAY, last=MONDAY)
        return [one_day, away(tx, stand_in=one_day.staff_id, namnd=SODERMARK), away(tx, staff_id=one_day.staff_id)]

    made = await store.write(keep)

    assert await store.read(lambda tx: [tx.absences.get(one.id) for one in made]) == made
    assert await store.read(lambda tx: tx.absences.get(AbsenceId("x"))) is None


async def test_those_that_have_not_ended_stand_by_their_first_day(store: SqlStore) -> None:
    def keep(tx: Tx) -> list[Absence]:
        coming = away(tx, first=TUESDAY, last=WEDNESDAY)
        elsewhere = away(tx, first=MONDAY, last=WEDNESDAY, namnd=SODERMARK)
        return [away(tx, first=FRIDAY, last=MONDAY), elsewhere, coming]

    running, elsewhere, coming = await store.write(keep)

    async def found(query: Callable[[Tx], list[Absence]]) -> list[Absence]:
        return await store.read(query)

    assert await found(lambda tx: tx.absences.of(NORRVIK, SATURDAY)) == [running, coming]
    assert await found(lambda tx: tx.absences.of(NORRVIK, MONDAY)) == [running, coming]  # its last day is included
    assert await found(lambda tx: tx.absences.of(NORRVIK, TUESDAY)) == [coming]
    assert await found(lambda tx: tx.absences.of(SODERMARK, TUESDAY)) == [elsewhere]
    assert await found(lambda tx: tx.absences.running_or_coming(FRIDAY)) == [running, elsewhere, coming]
    assert await found(lambda tx: tx.absences.running_or_coming(WEDNESDAY)) == [elsewhere, coming]
    assert await found(lambda tx: tx.absences.of(NORRVIK, WEDNESDAY.replace(month=12))) == []


async def test_an_absence_is_removed_once_and_harmlessly_again(store: SqlStore) -> None:
    def twice(tx: Tx) -> list[Absence]:
        wrong, right = away(tx), away(tx)
        tx.absences.remove(wrong.id)
        tx.absences.remove(wrong.id)
        assert tx.absences.get(wrong.id) is None
        return [right]

    kept = await store.write(twice)

    assert await store.read(lambda tx: tx.absences.of(NORRVIK, FRIDAY)) == kept


@pytest.mark.parametrize(
    "wrong",
    [{"first": MONDAY, "last": FRIDAY}, {"staff_id": StaffId("nobody")}, {"stand_in": StaffId("nobody")}],
    ids=["backwards", "nobody", "nobody stands in"],
)
async def test_what_cannot_be_is_refused(store: SqlStore, wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        await store.write(lambda tx: away(tx, **wrong))
