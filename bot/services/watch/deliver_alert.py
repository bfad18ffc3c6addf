"""Tell the alert channel. One post for each alert: when it is over the post says so, and a line under it is heard.

An edit makes no sound in Slack, and a thread is followed by few: so the line in the thread shows in the channel too.
An alert about Slack itself can be read only once that is over, and then one post says all of it.
"""

from typing import Final

from bot.domain.alerts import Alert, AlertCode, AlertNotice
from bot.domain.outbound import OutboxState
from bot.domain.sending import SendRejected
from bot.ports import Outbound, Posted, Tx
from bot.services.context import Context
from bot.services.shared.outcome import CARD_NOT_YET, GONE, Outcome

ABOUT_SLACK: Final = frozenset({AlertCode.SLACK_AWAY, AlertCode.SLACK_REFUSES})
SAID: Final = "alert_said_over"  # once: the first post said it already


async def deliver_alert(row: Outbound, *, ctx: Context) -> Outcome:
    """Post an alert, or that it is over; raises what the chat raises. It may be said twice rather than not at all."""
    alert_id = int(row.payload["alert"])
    channel = ctx.rules.alert_channel
    alert = await ctx.store.read(lambda tx: tx.watch.alert(alert_id))
    if alert is None or not channel:
        return Outcome(OutboxState.DROPPED)
    if row.payload["what"] == "over":
        return await _over(alert, row, channel, ctx)
    if alert.ts is not None:
        return Outcome(OutboxState.DROPPED)
    return await _first_post(alert, row, channel, ctx)


async def _first_post(alert: Alert, row: Outbound, channel: str, ctx: Context) -> Outcome:
    is_back = alert.code in ABOUT_SLACK and row.attempts > 1
    posted = await ctx.chat.post_alert(channel, notice_of(alert, ctx, is_back=is_back), row.id)

    def placed(tx: Tx) -> None:
        tx.watch.alert_placed(alert.id, posted)
        if alert.is_over or is_back:
            tx.once(SAID, str(alert.id))

    return Outcome(OutboxState.SENT, provider_id=_id_of(posted), then=placed)


async def _over(alert: Alert, row: Outbound, channel: str, ctx: Context) -> Outcome:
    def state(tx: Tx) -> tuple[bool, bool]:
        first = tx.outbox.by_key(f"alert:{alert.id}:open")
        pending = {OutboxState.DUE, OutboxState.SENDING, OutboxState.UNCERTAIN}
        return tx.was_done(SAID, str(alert.id)), first is not None and first.state in pending

    is_said, is_coming = await ctx.store.read(state)
    if alert.channel is None or alert.ts is None:
        if is_coming:  # it may have been posted, and is looked for
            return Outcome(OutboxState.DUE, error="card_not_yet", wait=CARD_NOT_YET, counted=False)
        return await _first_post(alert, row, channel, ctx)
    notice = notice_of(alert, ctx)
    try:
        await ctx.chat.update_alert(alert.channel, alert.ts, notice)
    except SendRejected as refusal:
        if refusal.reason not in GONE:
            raise
        return await _first_post(alert, row, channel, ctx)  # somebody has deleted it
    if is_said:
        return Outcome(OutboxState.SENT)
    posted = await ctx.chat.post_alert(alert.channel, notice, row.id, alert.ts)
    return Outcome(OutboxState.SENT, provider_id=_id_of(posted))


def notice_of(alert: Alert, ctx: Context, *, is_back: bool = False) -> AlertNotice:
    """Return what the channel is shown of an alert."""
    values = tuple(sorted(alert.values.items()))
    return AlertNotice(alert.code, values, alert.opened_at, alert.closed_at, ctx.rules.is_trial, is_back)


def _id_of(posted: Posted) -> str:
    return f"{posted.channel}:{posted.ts}"
