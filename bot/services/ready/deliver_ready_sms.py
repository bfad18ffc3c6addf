"""Ask somebody without Slack by sms whether they are ready. It says when, and nothing else."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.domain.ids import ShiftId, StaffId
from bot.domain.outbound import OutboxState
from bot.domain.readiness import Stage
from bot.domain.sending import OutgoingSms
from bot.ports import Outbound, Tx
from bot.services.context import Context
from bot.services.ready.ask import GONE, KEY, MOVED, NOTED, tell_leaders
from bot.services.ready.deliver_ready import Told, told_of
from bot.services.shared.outcome import Outcome
from bot.services.shared.reaching import has_own_phone
from bot.services.shared.staff_sms import UNCERTAIN_FINAL, staff_words, text_staff
from bot.texts import near_time, span

VALID_FOR: Final = timedelta(hours=1)  # an answer later than that is of little use


@dataclass(frozen=True, slots=True)
class _ToSay:
    """`told` is None of a shift that is not theirs any more."""

    phone: str
    key: str
    starts_at: datetime
    told: Told | None


async def deliver_ready_sms(row: Outbound, *, ctx: Context) -> Outcome | None:
    """Send one row; None when the lease has lapsed. When it does not reach them the leaders are told at once."""
    to_say = await ctx.store.read(lambda tx: _to_say(tx, ctx, row))
    if to_say is None:
        return Outcome(OutboxState.DROPPED, error="no_need")
    if not await ctx.store.read(lambda tx: tx.outbox.is_mine(row)):
        return None
    outcome = await text_staff(row, _sms(ctx, row, to_say), what="ready", ctx=ctx)
    told, is_refused = to_say.told, outcome.state is OutboxState.FAILED and outcome.error != UNCERTAIN_FINAL
    if told is not None and is_refused:
        return replace(outcome, then=lambda tx: _not_reached(tx, ctx, told))
    return outcome


def _to_say(tx: Tx, ctx: Context, row: Outbound) -> _ToSay | None:
    """Return what they are to read; None when it is out of date, or their phone is not known to be theirs."""
    person, stage = tx.staff.get(StaffId(row.payload["staff"])), str(row.payload["stage"])
    if person is None or person.phone is None or not person.is_active or not has_own_phone(ctx, person):
        return None
    if stage == GONE:
        kept = tx.ready.get(ShiftId(row.payload[KEY]), person.id)
        is_over = kept is None or kept.released_at is None or kept.ends_at <= ctx.clock.now()
        return None if kept is None or is_over else _ToSay(person.phone, GONE, kept.starts_at, None)
    told = told_of(tx, ctx, row)
    return None if told is None else _ToSay(person.phone, _key(ctx, stage, told), told.shift.starts_at, told)


def _key(ctx: Context, stage: str, told: Told) -> str:
    if stage in {NOTED, MOVED}:
        return stage
    if told.kept.confirmed_at is not None:
        return "said"
    return Stage.START.value if ctx.clock.now() >= told.shift.starts_at else stage


def _sms(ctx: Context, row: Outbound, to_say: _ToSay) -> OutgoingSms:
    return OutgoingSms(
        outbox_id=str(row.id),
        to=to_say.phone,
        from_=ctx.rules.number_for("").number,
        body=staff_words(ctx, f"ready_sms.{to_say.key}", when=near_time(to_say.starts_at, ctx.clock.now())),
        status_callback=f"{ctx.status_url}?d=staff-{row.id}",  # no delivery of ours: its reports change nothing
        validity_s=int(VALID_FOR.total_seconds()),
    )


def _not_reached(tx: Tx, ctx: Context, told: Told) -> None:
    when = span(told.shift.starts_at, told.shift.ends_at)
    tell_leaders(tx, ctx, told.shift, "phone_fails_on_duty", when=when)
