"""What the fields of the forms hold, checked: each problem is put under the block of its field."""

from datetime import date, datetime, timedelta
from typing import Final

from bot.domain.calendar import instant, local
from bot.domain.deadline import Reason
from bot.domain.errors import BadInput
from bot.domain.ids import NamndId, StaffId
from bot.domain.personnummer import holds_personnummer
from bot.domain.written_time import read_day, read_time
from bot.ports import Tx
from bot.services.clocks.access import handlaggare_of
from bot.services.context import Context

Problems = dict[str, str]
LOOK_BACK: Final = timedelta(days=365)  # what is older was meant to be something else


def namnd_in(ctx: Context, text: str) -> NamndId:
    """Return the nämnd of this id; raises BadInput."""
    if text not in ctx.rules.namnder:
        raise BadInput({"namnd": "pick_namnd"})
    return NamndId(text)


def owner_in(tx: Tx, namnd: NamndId, text: str, problems: Problems, *, block: str) -> StaffId | None:
    """Return somebody who can own clocks in a nämnd; None for "" and for anybody else."""
    if text and not any(person.id == text for person in handlaggare_of(tx, namnd)):
        problems[block] = "clock_owner"
    return StaffId(text) if text else None


def past_instant(ctx: Context, on: str, at: str, problems: Problems, *, day: str, clock: str) -> datetime | None:
    """Return when something happened; None, and a problem in the block `day` or `clock`, when that cannot be."""
    found_day, found_time = read_day(on), read_time(at)
    if found_day is None:
        problems[day] = "pick_date"
    if found_time is None:
        problems[clock] = "clock_time"
    if found_day is None or found_time is None:
        return None
    now, found = ctx.clock.now(), instant(found_day, found_time)
    if found > now:
        problems[day if found_day > local(now).date() else clock] = "clock_future"
    elif found < now - LOOK_BACK:
        problems[day] = "clock_too_old"
    return found


def day_since(ctx: Context, on: str, first: date, problems: Problems, *, block: str) -> date | None:
    """Return a day from `first` to today."""
    found = read_day(on)
    if found is None:
        problems[block] = "pick_date"
    elif found > local(ctx.clock.now()).date():
        problems[block] = "clock_future"
    elif found < first:
        problems[block] = "clock_before_received"
    return found


def words_in(text: str, problems: Problems, *, block: str, missing: str) -> str:
    """Return what somebody had to write."""
    if not text.strip():
        problems[block] = missing
    elif holds_personnummer(text):
        problems[block] = "personnummer"
    return text.strip()


def reason_in(text: str, problems: Problems, *, block: str = "reason") -> Reason | None:
    """Return the coded reason; None for "", and a problem for what is no reason."""
    if not text:
        return None
    try:
        return Reason(text)
    except ValueError:
        problems[block] = "clock_reason_needed"
        return None


def refuse(problems: Problems) -> None:
    """Raise BadInput when there are any."""
    if problems:
        raise BadInput(problems)
