"""Look at queues, ticks and instances; open an alert for what a human must act on, and close what is over."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.clock import Clock
from bot.domain.alerts import Alert, Finding
from bot.domain.calendar import local
from bot.domain.go_live import ending
from bot.domain.health import NEEDS_STEADY, REMEMBERED_FOR, SMS_KINDS, SMS_REFUSALS, Health, findings
from bot.ports import Tx
from bot.services.context import Context
from bot.services.watch.raising import end_alert, folded, open_finding
from bot.services.watch.standing import AT_ONCE, over_after
from bot.services.watch.text_alerts import text_alerts

REFUSED_WITHIN: Final = timedelta(minutes=15)  # wire time


async def watch_health(*, ctx: Context, every: Mapping[str, timedelta]) -> None:
    """Open and close alerts. `every` says how often each tick should run. Safe in any number of instances."""

    def is_well(tx: Tx) -> bool:
        return not _found(tx, ctx, every, _is_steady(ctx)) and not tx.watch.open_alerts()

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
    is_steady = _is_steady(ctx)
    standing = {alert.key: alert for alert in tx.watch.open_alerts()}
    seen = folded(_found(tx, ctx, every, is_steady), list(standing.values()))
    found = {finding.key: finding for finding in seen}
    for key, finding in found.items():
        if key not in standing or dict(standing[key].values) != dict(finding.values):
            open_finding(tx, ctx, finding)
    for key, alert in standing.items():
        if key not in found and (is_steady or alert.code not in NEEDS_STEADY):
            _end_if_over(tx, ctx, alert)
    text_alerts(tx, ctx)


def _found(tx: Tx, ctx: Context, every: Mapping[str, timedelta], is_steady: bool) -> list[Finding]:
    """Return what this process can vouch for: after an outage nobody has beaten, and no tick has run."""
    health = replace(health_of(tx, ctx.clock), beaten_since=ctx.pulse.since)
    found = [finding for finding in findings(health, every) if is_steady or finding.code not in NEEDS_STEADY]
    return [*found, *ending(ctx.rules.valid_until, local(ctx.clock.now()).date())]


def _is_steady(ctx: Context) -> bool:  # asked within the transaction: it may have waited for a database that hung
    return ctx.pulse.is_steady(ctx.clock.wire_now())


def _end_if_over(tx: Tx, ctx: Context, alert: Alert) -> None:
    well_for = over_after(tx, alert)
    if well_for is None:
        return
    now = ctx.clock.now()
    if well_for == AT_ONCE or now - tx.watch.note_calm(alert.id, now) >= well_for:
        end_alert(tx, ctx, alert.key)
