"""Tell somebody of their shift, after asking Slack whether that reaches them and would be heard."""

from dataclasses import dataclass, replace
from typing import Final

import structlog

from bot.domain.cards import Notice
from bot.domain.duty import Shift
from bot.domain.ids import ShiftId, StaffId
from bot.domain.outbound import OutboxState
from bot.domain.people import Staff
from bot.domain.readiness import Readiness, Stage, Trouble
from bot.domain.sending import SendPostponed, SendRejected
from bot.ports import Outbound, Tx
from bot.services.context import Context
from bot.services.ready.ask import KEY, served_by, tell_leaders
from bot.services.shared.outcome import Outcome
from bot.texts import span

log = structlog.get_logger(__name__)

SAID: Final = {Stage.FIRST: "ready_first", Stage.LAST: "ready_last", Stage.START: "ready_start"}
NOT_GRANTED: Final = "missing_scope"  # the app was installed before it asked for these


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody is to be told of."""

    shift: Shift
    person: Staff
    kept: Readiness


async def deliver_ready(row: Outbound, *, ctx: Context) -> Outcome:
    """Send one row; nothing when the shift is somebody else's by now, or what it says is out of date."""
    told = await ctx.store.read(lambda tx: told_of(tx, ctx, row))
    if told is None:
        return Outcome(OutboxState.DROPPED, error="no_need")
    troubles = await _troubles(told, ctx)
    if any(trouble.is_grave for trouble in troubles):
        return _unreached(told, troubles, ctx)
    notice = compose(told.shift, told.kept, Stage(row.payload["stage"]), troubles, ctx)
    try:
        posted = await ctx.chat.post_notice(told.person.slack_user_id or "", notice, row.id)
    except SendRejected as refusal:
        log.warning("ready_not_posted", outbox_id=row.id, reason=refusal.reason)
        return _unreached(told, troubles | {Trouble.NO_ACCOUNT}, ctx)

    def then(tx: Tx) -> None:
        tx.posts.remember("notice", None, f"staff:{told.person.id}", posted)
        _keep(tx, told, troubles)

    return Outcome(OutboxState.SENT, provider_id=f"{posted.channel}:{posted.ts}", then=then)


def told_of(tx: Tx, ctx: Context, row: Outbound) -> Told | None:
    """Return what a row is about; None when the shift is over or somebody else's, or they were quicker."""
    shift = tx.shifts.get(ShiftId(row.payload[KEY]))
    person = tx.staff.get(StaffId(row.payload["staff"]))
    if shift is None or person is None or shift.staff_id != person.id:
        return None
    kept, now = tx.ready.get(shift.id, person.id), ctx.clock.now()
    is_start = row.payload["stage"] == Stage.START.value
    if kept is None or not kept.fits(shift) or now >= shift.ends_at:
        return None
    if is_start and kept.confirmed_at is not None:
        return None  # they were quicker
    return Told(shift, person, kept)


async def _troubles(told: Told, ctx: Context) -> frozenset[Trouble]:
    """Return what keeps us from reaching them. What Slack does not let us ask is no trouble of theirs."""
    person = told.person
    found = set() if person.phone is not None and person.is_phone_verified else {Trouble.NO_PHONE}
    if person.slack_user_id is None or not person.is_active:
        return frozenset({*found, Trouble.NO_ACCOUNT})
    try:
        account = await ctx.chat.account(person.slack_user_id)
        if not account.is_active:
            return frozenset({*found, Trouble.NO_ACCOUNT})
        if account.is_guest:
            return frozenset({*found, Trouble.GUEST})
        silence = await ctx.chat.silence(person.slack_user_id)
    except SendPostponed as later:
        if later.reason != NOT_GRANTED:
            raise
        return frozenset(found)
    if silence is not None and silence.touches(told.shift.starts_at, told.shift.ends_at):
        found.add(Trouble.SILENCED)
    return frozenset(found)


def _unreached(told: Told, troubles: frozenset[Trouble], ctx: Context) -> Outcome:
    """Nobody is told what they cannot read: the leaders are, at once."""

    def then(tx: Tx) -> None:
        _keep(tx, told, troubles)
        key = "guest_on_duty" if Trouble.GUEST in troubles else "gone_on_duty"
        when = span(told.shift.starts_at, told.shift.ends_at)
        tell_leaders(tx, ctx, told.shift, key, when=when)

    return Outcome(OutboxState.DROPPED, error="unreachable", then=then)


def _keep(tx: Tx, told: Told, troubles: frozenset[Trouble]) -> None:
    kept = tx.ready.get(told.shift.id, told.person.id, lock=True)
    if kept is not None:
        tx.ready.save(replace(kept, troubles=troubles))


def compose(shift: Shift, kept: Readiness, stage: Stage, troubles: frozenset[Trouble], ctx: Context) -> Notice:
    """Return what they read: their hours, what to put right, and a button until they have pressed it."""
    now, texts = ctx.clock.now(), ctx.texts
    if now >= shift.starts_at:
        stage = Stage.START  # it waited for Slack, and the shift has begun meanwhile
    shown = (trouble for trouble in Trouble if trouble in troubles and not trouble.is_grave)
    lines = [texts.staff(f"ready.trouble_{trouble.value}") for trouble in shown]
    is_asked = kept.confirmed_at is None
    please = "ready.please_now" if stage is Stage.START else "ready.please"
    lines.append(texts.staff(please if is_asked else "ready.said"))
    values = {
        "when": span(shift.starts_at, shift.ends_at),
        "namnd": served_by(ctx, shift),
        "part": texts.staff("ready.as_backup" if shift.is_backup else "ready.as_lead"),
        "lines": "\n".join(lines),
    }
    button, value = ("ready", shift.id) if is_asked else ("", "")
    return Notice(SAID[stage], tuple(sorted(values.items())), button, value, is_trial=ctx.rules.is_trial)
