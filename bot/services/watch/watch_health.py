"""Look at queues, ticks and instances; open an alert for what a human must act on, and close what is over."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from bot.clock import Clock
from bot.domain.alerts import Alert, AlertCode
from bot.domain.health import REMEMBERED_FOR, SMS_KINDS, SMS_REFUSALS, Health, findings
from bot.domain.outbound import OutboxKind, Priority
from bot.domain.people import Role, Staff
from bot.ports import Tx
from bot.services.context import Context
from bot.services.watch.raising import end_alert, open_finding
from bot.services.watch.standing import AT_ONCE, over_after

REFUSED_WITHIN: Final = timedelta(minutes=15)  # wire time
TEXTED_AFTER: Final[Mapping[AlertCode, timedelta]] = {
    # What the alert channel cannot say, since it is in Slack, and what a child waits for. That sms are refused is left
    # out: a text that says so would be refused as well.
    AlertCode.SLACK_AWAY: timedelta(minutes=10),  # most outages are shorter, and the reservväg has begun by then
    AlertCode.SLACK_REFUSES: AT_ONCE,
    AlertCode.NOBODY_REACHED: AT_ONCE,
}


async def watch_health(*, ctx: Context, every: Mapping[str, timedelta]) -> None:
    """Open and close alerts. `every` says how often each tick should run. Safe in any number of instances."""

    def is_well(tx: Tx) -> bool:
        return not findings(health_of(tx, ctx.clock), every) and not tx.watch.open_alerts()

    if not await ctx.store.read(is_well):
        await ctx.store.write(lambda tx: _tell(tx, ctx, every))


def health_of(tx: Tx, clock: Clock) -> Health:
    """Read how the program is doing."""
    wire_now = clock.wire_now()
    return Health(
        now=clock.now(),
        wire_now=wire_now,
        queues=tx.watch.queues(),
        instances=tuple(tx.watch.instances(wire_now - REMEMBERED_FOR)),
        ticks=tuple(tx.watch.ticks()),
        refused=tuple(tx.watch.refused_lately(SMS_KINDS, SMS_REFUSALS, wire_now - REFUSED_WITHIN)),
    )


def _tell(tx: Tx, ctx: Context, every: Mapping[str, timedelta]) -> None:
    found = {finding.key: finding for finding in findings(health_of(tx, ctx.clock), every)}
    standing = {alert.key: alert for alert in tx.watch.open_alerts()}
    for key, finding in found.items():
        if key not in standing or dict(standing[key].values) != dict(finding.values):
            open_finding(tx, ctx, finding)
    for key, alert in standing.items():
        if key not in found:
            _end_if_over(tx, ctx, alert)
    for alert in tx.watch.open_alerts():
        _text(tx, ctx, alert)


def _end_if_over(tx: Tx, ctx: Context, alert: Alert) -> None:
    well_for = over_after(tx, alert)
    if well_for is None:
        return
    now = ctx.clock.now()
    if well_for == AT_ONCE or now - tx.watch.note_calm(alert.id, now) >= well_for:
        end_alert(tx, ctx, alert.key)


def _text(tx: Tx, ctx: Context, alert: Alert) -> None:
    """Text those who run the program of what cannot wait for Slack; each of them at most once an hour for a code."""
    after = TEXTED_AFTER.get(alert.code)
    now = ctx.clock.now()
    if after is None or now - alert.opened_at < after or not tx.once("alert_texted", str(alert.id)):
        return
    for person in _on_watch(tx, ctx):
        if tx.once("alert_texted", f"{alert.code.value}:{person.id}:{now:%Y-%m-%dT%H}"):
            tx.outbox.add(
                OutboxKind.STAFF_SMS,
                f"alert_sms:{person.id}",
                {"staff": person.id, "alert": alert.id},
                dedupe_key=f"alert_sms:{alert.id}:{person.id}",
                priority=Priority.SMS,
            )


def _on_watch(tx: Tx, ctx: Context) -> list[Staff]:
    """Return the administrators whose phone is verified; where there is none, those who lead the beredskap."""
    for role in (Role.ADMIN, Role.LEADER):
        people = {person.id: person for namnd in ctx.rules.namnder for person in tx.staff.with_role(role, namnd)}
        able = [person for person in people.values() if person.is_phone_verified and person.phone is not None]
        if able:
            return sorted(able, key=lambda person: person.id)
    return []
