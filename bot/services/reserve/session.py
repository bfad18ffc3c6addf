"""Who has entered, and the same services as in Slack for them, with the way they came in the audit log."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from bot.domain.errors import AuditEntry, NotAllowed, Refused
from bot.domain.people import Staff
from bot.domain.reserve import SESSION_FOR
from bot.ports import AuditRepo, Incoming, Store, Tx
from bot.services.context import Context
from bot.services.reserve.secrets import hashed

T = TypeVar("T")

VIA = "reserv"  # stands under `via` in the details of the audit log


class Ended(Refused):
    """Nobody has entered with this cookie, or too long ago, or their phone is not known to be theirs any more."""

    code = "reserve_ended"


async def entered(cookie: str, *, ctx: Context) -> Staff:
    """Return whose session it is, and let it run on from now. Raises Ended."""

    def change(tx: Tx) -> Staff:
        now = ctx.clock.now()
        link = tx.reserve.link_by_session(hashed(cookie), lock=True)
        person = None if link is None else tx.staff.get(link.staff_id)
        if link is None or person is None or not link.is_live(now) or not has_their_phone(person):
            raise Ended
        tx.reserve.save_link(replace(link, session_until=now + SESSION_FOR))
        return person

    return await ctx.store.write(change)


def has_their_phone(person: Staff) -> bool:
    """Tell whether somebody still works here, with the phone that their links are sent to."""
    return person.is_active and person.is_phone_verified and person.phone is not None


async def leave(cookie: str, *, ctx: Context) -> None:
    """Logga ut: the cookie is worth nothing any more."""

    def change(tx: Tx) -> None:
        link = tx.reserve.link_by_session(hashed(cookie), lock=True)
        if link is not None:
            tx.reserve.save_link(replace(link, session_hash=None, session_until=None))
            tx.audit.record(AuditEntry(link.staff_id, "reserve_leave", f"staff:{link.staff_id}", "self"))

    await ctx.store.write(change)


def slack_id_of(staff: Staff) -> str:
    """Return by what the services know somebody. Raises NotAllowed for whoever has left Slack since."""
    if staff.slack_user_id is None:
        raise NotAllowed("not_staff")
    return staff.slack_user_id


def by_reserve(ctx: Context) -> Context:
    """Return the same context, whose audit log says that it happened by the reservväg."""
    return replace(ctx, store=_ByReserve(ctx.store))


class _Audit:
    """Adds the way to each entry."""

    def __init__(self, audit: AuditRepo) -> None:
        self._audit = audit

    def record(self, entry: AuditEntry) -> None:
        self._audit.record(_with_way(entry))

    def record_all(self, entries: Iterable[AuditEntry]) -> None:
        self._audit.record_all([_with_way(entry) for entry in entries])


class _ByReserve:
    """See bot.ports.Store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def write(self, change: Callable[[Tx], T]) -> T:
        return await self._store.write(lambda tx: _noted(change, tx))

    async def read(self, query: Callable[[Tx], T]) -> T:
        return await self._store.read(query)

    async def put(self, incoming: Incoming) -> bool:
        return await self._store.put(incoming)


def _noted(change: Callable[[Tx], T], tx: Tx) -> T:
    tx.audit = _Audit(tx.audit)
    try:
        return change(tx)
    except Refused as refusal:
        if refusal.audit is not None:
            refusal.audit = _with_way(refusal.audit)
        raise


def _with_way(entry: AuditEntry) -> AuditEntry:
    return replace(entry, details={**entry.details, "via": VIA})
