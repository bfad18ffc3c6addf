"""Where something that leaves is bound: nothing goes to whoever has left us since, or to a channel that others read."""

from typing import Final

from bot.domain.alerts import AlertCode
from bot.domain.ids import StaffId
from bot.domain.outbound import OutboxKind
from bot.domain.secrecy import Act, Actor, Denied, Subject, may
from bot.domain.sending import SendRejected
from bot.ports import Outbound, Tx
from bot.services.context import Context
from bot.services.watch.raising import raise_alert

CHANNEL_OPEN: Final = "channel_open"  # noted with a row that was not posted, since others could read it there
IN_CHANNELS: Final = frozenset({OutboxKind.CARD, OutboxKind.THREAD})  # a handover asks about each of its readers


def names_somebody(row: Outbound) -> bool:
    """Tell whether a row may be for one person of the staff: what is for a family's phone is asked about elsewhere."""
    return "staff" in row.payload or "post" in row.payload


def is_for_nobody(tx: Tx, ctx: Context, row: Outbound) -> bool:
    """Tell whether a row is for a person to whom the rule says no whatever it is about, at this moment.

    What it is about is asked by whoever composes it. A post that stands already may still be drawn anew, which only
    takes something away; one that is to be deleted is for nobody in particular.
    """
    staff_id = _named(tx, row)
    person = None if staff_id is None else tx.staff.get(staff_id)
    if person is None:
        return False
    actor = Actor(person, is_guest=person.is_refused)
    return isinstance(may(actor, Act.SEE_DUTY, Subject(next(iter(ctx.rules.namnder))), ctx.clock.now()), Denied)


def _named(tx: Tx, row: Outbound) -> StaffId | None:
    """Return to whom a row goes by name; None for a channel, a phone, or a post that stands."""
    if "staff" in row.payload:
        return StaffId(row.payload["staff"])
    post = tx.posts.get(row.payload["post"]) if "post" in row.payload else None
    if post is None or post.ts is not None or not post.target.startswith("staff:"):
        return None
    return StaffId(post.target.removeprefix("staff:"))


def channel_of(tx: Tx, row: Outbound) -> str:
    """Return the channel of a nämnd in which a row would be posted; "" where it goes to a person."""
    post = tx.posts.get(row.payload["post"]) if row.kind in IN_CHANNELS else None
    return "" if post is None or post.target.startswith("staff:") else post.target.removeprefix("channel:")


async def is_own_channel(channel: str, *, ctx: Context) -> bool:
    """Tell whether only those whom we have let in can read a channel (facts: slack, section 15); asked once a day.

    Where it cannot be seen at all the post is refused too, which is told of in its own way. Raises SendPostponed.
    """
    now = ctx.clock.now()
    if ctx.membership.is_own_channel(channel, now):
        return True
    try:
        audience = await ctx.chat.audience(channel)
    except SendRejected:
        return True
    if audience.is_safe:
        ctx.membership.found_own(channel, now)
    return audience.is_safe


def tell_that_channel_is_open(tx: Tx, ctx: Context, channel: str) -> None:
    """Tell those who run the program; the same channel again is told once."""
    raise_alert(tx, ctx, AlertCode.CHANNEL_OPEN, f"{CHANNEL_OPEN}:{channel}", channel=channel)
