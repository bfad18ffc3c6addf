"""Each person's own shifts as a calendar, under a secret address that they make and take back themselves.

The address lets whoever has it read one person's shifts, and nothing else. Only a hash of it is kept.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.domain.calendar import local
from bot.domain.duty import Shift
from bot.domain.errors import AuditEntry, NotAllowed
from bot.domain.incident import STOPPED
from bot.domain.people import Staff
from bot.domain.rota.draft import FreeDay
from bot.domain.rota.members import member_of
from bot.domain.secrecy import Actor, Denied
from bot.icalendars import OURS, OURS_FREE, Entry, WholeDay, calendar_of
from bot.ports import Tx
from bot.services.context import Context
from bot.services.reserve.secrets import hashed, new_token
from bot.services.shared.own import ask_own, require_own
from bot.services.shared.staff_sms import trial_first
from bot.services.shared.stopped import has_stop

PAST: Final = timedelta(days=60)
AHEAD: Final = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar, and a mark that is the same for as long as nothing in it is changed."""

    body: bytes
    mark: str


def may_have_feed(staff: Staff) -> bool:
    """Tell whether somebody can have shifts to follow."""
    return member_of(staff) is not None


async def make_feed(slack_user_id: str, *, ctx: Context) -> str:
    """Return the new address of one's own calendar; an older one is of no use any more. Raises NotAllowed."""
    token = new_token()

    def change(tx: Tx) -> None:
        staff = _require(tx, ctx, slack_user_id, "make_feed")
        tx.rota.save_feed(staff.id, hashed(token), ctx.clock.now())

    await ctx.store.write(change)
    return f"{ctx.calendar_url}/{token}.ics"


async def revoke_feed(slack_user_id: str, *, ctx: Context) -> None:
    """Take the address back: whoever follows it gets nothing from now on. Raises NotAllowed."""

    def change(tx: Tx) -> None:
        tx.rota.remove_feed(_require(tx, ctx, slack_user_id, "revoke_feed").id)

    await ctx.store.write(change)


def _require(tx: Tx, ctx: Context, slack_user_id: str, act: str) -> Staff:
    staff = require_own(tx, ctx, slack_user_id, act, otherwise="no_duty")
    if not may_have_feed(staff):
        entry = AuditEntry(staff.id, act, f"staff:{staff.id}", "no_duty", is_allowed=False)
        raise NotAllowed("no_duty", audit=entry)
    tx.audit.record(AuditEntry(staff.id, act, f"staff:{staff.id}", "self"))
    return staff


async def read_feed(token: str, *, ctx: Context) -> Feed | None:
    """Return the calendar behind an address; None when there is none, or its owner has left.

    Raises Busy, and NotAllowed during a nödstopp.
    """

    def query(tx: Tx) -> tuple[list[Shift], list[FreeDay]] | None:
        whose = tx.rota.whose_feed(hashed(token))
        staff = None if whose is None else tx.staff.get(whose)
        if staff is None or not may_have_feed(staff) or isinstance(ask_own(ctx, Actor(staff), staff.id), Denied):
            return None
        if has_stop(tx, [held.namnd for held in staff.roles]):
            raise NotAllowed(STOPPED)
        now = ctx.clock.now()
        shifts = [shift for shift in tx.shifts.between(now - PAST, now + AHEAD) if shift.staff_id == staff.id]
        first, last = local(now - PAST).date(), local(now + AHEAD).date()
        return shifts, [free for free in tx.rota.days_off(first, last) if free.staff_id == staff.id]

    found = await ctx.store.read(query)
    if found is None:
        return None
    entries, days = [entry_of(ctx, shift) for shift in found[0]], [day_off_of(ctx, free) for free in found[1]]
    mark = hashlib.sha256(repr((entries, days)).encode()).hexdigest()[:32]
    return Feed(calendar_of(trial_first(ctx, ctx.texts.staff("calendar.name")), entries, ctx.clock.now(), days), mark)


def entry_of(ctx: Context, shift: Shift, who: str = "") -> Entry:
    """Return a shift as an event; `who` is named where the calendar is of several people."""
    key = "calendar.backup" if shift.is_backup else "calendar.shift"
    title = trial_first(ctx, ctx.texts.staff(key))
    lender = ctx.rules.namnder[shift.lending_namnd].name
    return Entry(
        uid=f"{shift.id}{OURS}",
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        title=f"{title}: {who}" if who else title,
        words=ctx.texts.staff("calendar.lent_by", namnd=lender),
        category=lender,
    )


def day_off_of(ctx: Context, free: FreeDay, who: str = "") -> WholeDay:
    """Return a day off as a whole day; `who` is named where the calendar is of several people."""
    title = trial_first(ctx, ctx.texts.staff("calendar.free"))
    return WholeDay(
        uid=f"{free.staff_id}-{free.day.isoformat()}{OURS_FREE}",
        day=free.day,
        title=f"{title}: {who}" if who else title,
        words=ctx.texts.staff("calendar.free_why"),
    )
