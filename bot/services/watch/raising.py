"""Open and end alerts, from any transaction. Each is told once; doing it again changes nothing."""

from collections.abc import Sequence
from typing import Final

import structlog

from bot.domain.alerts import Alert, AlertCode, Finding
from bot.domain.outbound import OutboxKind, Priority
from bot.ports import Tx
from bot.services.context import Context

log = structlog.get_logger(__name__)

# What a key begins with, before an id: it says how to find out whether the alert still stands.
PARKED_TEXT: Final = "parked_text"
CONVERSATION: Final = "conversation"
CLOCKS: Final = "clocks"
LEADER: Final = "leader"
STOP: Final = "stop"

MOST_OF_A_CODE: Final = 5  # open at once and each by itself; the rest are one
ALERT_PRIORITY: Final = Priority.SMS  # after the cards that wake somebody, before all else


def raise_alert(tx: Tx, ctx: Context, code: AlertCode, key: str, **values: object) -> None:
    """Tell those who run the program, unless an alert with this key is open already.

    `values` fill the blanks of the text: counts, ids and codes, never a person's. How it ends is said in
    bot.services.watch.standing.
    """
    found = Finding(code, key, {name: str(value) for name, value in values.items()})
    namnd = found.values.get("namnd", "")  # one nämnd must not use up what another may be told of
    open_ones = [a for a in tx.watch.open_alerts() if a.code is code and a.values.get("namnd", "") == namnd]
    if len(open_ones) >= MOST_OF_A_CODE and all(alert.key != key for alert in open_ones):
        found = Finding(code, many(code, namnd), found.values)
    open_finding(tx, ctx, found)


def many(code: AlertCode, namnd: str = "") -> str:
    """Return the key of the one alert that stands for all beyond the first few of a code (and nämnd)."""
    return f"{code.value}:many:{namnd}" if namnd else f"{code.value}:many"


def folded(found: Sequence[Finding], standing: Sequence[Alert]) -> list[Finding]:
    """Return what is found, with those beyond the first few of a code as one, which names them all.

    Which is which does not change while they stand: nothing that has been told is told again in another place.
    """
    keys = {alert.key for alert in standing}
    kept: list[Finding] = []
    for code in dict.fromkeys(finding.code for finding in found):
        alike = sorted((f for f in found if f.code is code), key=lambda f: f.key not in keys)
        told = sum(finding.key in keys for finding in alike)
        alone = told if many(code) in keys else max(told, MOST_OF_A_CODE)
        kept += alike[:alone]
        if rest := alike[alone:]:
            names = {name: ", ".join(f.values[name] for f in rest) for name in rest[0].values}
            kept.append(Finding(code, many(code), names))
    return kept


def open_finding(tx: Tx, ctx: Context, found: Finding) -> None:
    """Open an alert for what has been found; one that is open gets its values brought up to date."""
    alert = tx.watch.open_alert(found.key, found.code, found.values)
    if alert is not None:
        log.warning("alert_opened", code=alert.code.value, alert_id=alert.id)
        _tell(tx, ctx, alert)


def end_alert(tx: Tx, ctx: Context, key: str) -> bool:
    """Close the alert with this key and tell that it is over; False when none was open."""
    alert = tx.watch.close_alert(key)
    if alert is None:
        return False
    log.info("alert_over", code=alert.code.value, alert_id=alert.id)
    _tell(tx, ctx, alert)
    return True


def _tell(tx: Tx, ctx: Context, alert: Alert) -> None:
    if not ctx.rules.alert_channel:
        return  # the log has it
    what = "over" if alert.is_over else "open"
    tx.outbox.add(
        OutboxKind.ALERT,
        f"alert:{alert.id}",
        {"alert": alert.id, "what": what},
        dedupe_key=f"alert:{alert.id}:{what}",
        priority=ALERT_PRIORITY,
    )
