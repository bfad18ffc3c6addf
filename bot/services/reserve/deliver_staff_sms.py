"""Text a member of staff that Slack is away. The link is made at the moment of sending; only its hash is kept."""

from dataclasses import dataclass

from bot.domain.ids import ConversationId, StaffId, new_id
from bot.domain.outbound import OutboxState
from bot.domain.people import Staff
from bot.domain.reserve import LINK_FOR, ReserveLink
from bot.domain.sending import OutgoingSms
from bot.ports import Outbound, Tx
from bot.services.context import Context
from bot.services.reserve.secrets import hashed, new_token
from bot.services.reserve.unreached import ANEW, BEST_FIRST, LINK, unreached, whom
from bot.services.shared.outcome import Outcome
from bot.services.shared.staff_sms import staff_words, text_staff
from bot.texts import when


@dataclass(frozen=True, slots=True)
class _ToSay:
    person: Staff
    phone: str
    from_: str
    key: str


async def deliver_staff_sms(row: Outbound, *, ctx: Context) -> Outcome | None:
    """Send one row; None when the lease has lapsed. It may come twice rather than not at all.

    Nothing is sent when Slack has brought the text meanwhile, or somebody has answered it.
    """
    to_say = await ctx.store.read(lambda tx: _compose(tx, ctx, row))
    if to_say is None:
        return Outcome(OutboxState.DROPPED, error="no_need")
    token = new_token()
    sms = _sms(ctx, row, to_say, token)
    if not await ctx.store.write(lambda tx: _may_send(tx, ctx, row, to_say, token)):
        return None
    return await text_staff(row, sms, what="reserve", ctx=ctx)  # refused: the next in turn is told


def _compose(tx: Tx, ctx: Context, row: Outbound) -> _ToSay | None:
    """Return whom to tell, and what they may do now; None when there is no need any more."""
    staff_id, is_anew = StaffId(row.payload["staff"]), row.payload["key"] == ANEW
    found = [told for one in unreached(tx, ctx, seen_too=is_anew) for told in whom(tx, ctx, one)]
    theirs = [(person, key) for person, key in found if person.id == staff_id]
    person, key = min(theirs, key=lambda told: BEST_FIRST.index(told[1]), default=(None, ""))
    conversation = tx.conversations.get(ConversationId(row.payload["conversation"]))
    if person is None or person.phone is None or conversation is None or (is_anew and key != LINK):
        return None
    return _ToSay(person, person.phone, conversation.our_number, key)


def _may_send(tx: Tx, ctx: Context, row: Outbound, to_say: _ToSay, token: str) -> bool:
    """Ask whether the lease still holds, and keep the link before anybody can get it."""
    if not tx.outbox.is_mine(row):
        return False
    if to_say.key == LINK:
        now = ctx.clock.now()
        tx.reserve.add_link(ReserveLink(new_id(), to_say.person.id, hashed(token), now, now + LINK_FOR))
    return True


def _sms(ctx: Context, row: Outbound, to_say: _ToSay, token: str) -> OutgoingSms:
    """Compose it: that something waits, and where. Nothing about anybody."""
    now = ctx.clock.now()
    link = {"url": f"{ctx.reserve_url}/{token}", "until": when(now + LINK_FOR, now)} if to_say.key == LINK else {}
    return OutgoingSms(
        outbox_id=str(row.id),
        to=to_say.phone,
        from_=to_say.from_,
        body=staff_words(ctx, f"reserve_sms.{to_say.key}", **link),
        status_callback=f"{ctx.status_url}?d=staff-{row.id}",  # no delivery of ours: its reports change nothing
        validity_s=int(LINK_FOR.total_seconds()),
    )
