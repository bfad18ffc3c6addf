"""What people have said of some days: away, rather not, gladly."""

from dataclasses import replace
from datetime import date

from bot.domain.calendar import local
from bot.domain.errors import AuditEntry
from bot.domain.ids import new_id
from bot.domain.rota.members import DayWish, WishedDays, member_of
from bot.ports import Tx
from bot.services.context import Context
from bot.services.rota.asking import require_any
from bot.texts import rota_words as words


class CannotNote(Exception):
    """Nothing was noted; the message is for the person at the terminal."""


async def say_of_days(email: str, wish: DayWish, first: date, last: date, *, ctx: Context, as_email: str) -> WishedDays:
    """Note what somebody has said of the local days from `first` to `last`; a second time it stands already.

    Raises CannotNote, also for days that are behind us (in December it is easy to write the wrong year), or NotAllowed.
    """
    if last < first:
        raise CannotNote(words.WRONG_ORDER)
    if last < local(ctx.clock.now()).date():
        raise CannotNote(words.DAYS_PAST)

    def change(tx: Tx) -> WishedDays:
        person = tx.staff.by_email(email.strip())
        member = None if person is None else member_of(person)
        if member is None:
            raise CannotNote(words.UNKNOWN_PERSON)
        staff, ground = require_any(tx, ctx, as_email, "rota_days", member.namnder)
        noted = WishedDays(new_id(), member.id, wish, first, last)
        for known in tx.rota.wishes(first, last):
            if replace(known, id=noted.id) == noted:
                return known
        tx.rota.add_wish(noted)
        tx.audit.record(AuditEntry(staff.id, "rota_days", f"staff:{member.id}", ground, details={"wish": wish.value}))
        return noted

    return await ctx.store.write(change)


async def forget_days(wish_id: str, *, ctx: Context, as_email: str) -> None:
    """Forget what was said. Raises CannotNote when it is not there, or NotAllowed."""

    def change(tx: Tx) -> None:
        noted = tx.rota.wish(wish_id.strip())
        person = None if noted is None else tx.staff.get(noted.staff_id)
        if noted is None or person is None:
            raise CannotNote(words.NO_SUCH_DAYS)
        namnder = frozenset(role.namnd for role in person.roles)
        staff, ground = require_any(tx, ctx, as_email, "rota_days", namnder)
        tx.rota.remove_wish(noted.id)
        tx.audit.record(AuditEntry(staff.id, "rota_days", f"staff:{person.id}", ground, details={"wish": "forgotten"}))

    await ctx.store.write(change)
