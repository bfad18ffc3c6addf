"""Text whoever runs the program of what they cannot read in the alert channel, or what a child waits for."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from bot.domain.alerts import Alert, AlertCode
from bot.domain.outbound import OutboxKind, Priority
from bot.domain.people import Role, Staff
from bot.ports import Outbound, Tx
from bot.services.context import Context

TEXTED_AFTER: Final[Mapping[AlertCode, timedelta]] = {
    # What the alert channel cannot say, since it is in Slack, and what a child waits for. That sms are refused is left
    # out: a text that says so would be refused as well.
    AlertCode.SLACK_AWAY: timedelta(minutes=10),  # most outages are shorter, and the reservväg has begun by then
    AlertCode.SLACK_REFUSES: timedelta(0),
    AlertCode.NOBODY_REACHED: timedelta(0),
}
UNPOSTED: Final = "unposted"  # what is texted is that alerts cannot be posted, and not what one of them says
TEXTED: Final = "alert_texted"


def text_alerts(tx: Tx, ctx: Context) -> None:
    """Text what cannot wait for Slack. What reads the same goes to each person at most once an hour, for all of it."""
    now = ctx.clock.now()
    urgent: dict[str, list[Alert]] = {}
    for alert in tx.watch.open_alerts():
        after = TEXTED_AFTER.get(alert.code)
        if after is not None and now - alert.opened_at >= after:
            urgent.setdefault(said_of(alert), []).append(alert)
    if not urgent:
        return
    people = _on_watch(tx, ctx)
    for said, alike in urgent.items():
        for person in people:
            _text(tx, ctx, person, said, alike)


def tell_that_alerts_fail(tx: Tx, ctx: Context, row: Outbound) -> None:
    """Slack has rejected a post for the alert channel: say so where it can be read, at most once an hour."""
    for person in _on_watch(tx, ctx):
        if _may_say(tx, ctx, person, UNPOSTED):
            payload = {"staff": person.id, "alert": row.payload["alert"], "what": UNPOSTED}
            _queue(tx, person, payload, f"{UNPOSTED}:{row.id}")


def said_of(alert: Alert) -> str:
    """Return what tells a text about an alert from other texts: two with the same one read the same."""
    return f"{alert.code.value}:{alert.values.get('namnd', '')}"


def _text(tx: Tx, ctx: Context, person: Staff, said: str, alike: list[Alert]) -> None:
    untold = [alert for alert in alike if not tx.was_done(TEXTED, _mark(alert, said, person))]
    if not untold or not _may_say(tx, ctx, person, said):
        return  # what the limit holds back is told when the hour has passed, if it stands then
    newest = untold[-1]
    _queue(tx, person, {"staff": person.id, "alert": newest.id}, _mark(newest, said, person))
    for alert in untold:
        tx.once(TEXTED, _mark(alert, said, person))


def _mark(alert: Alert, said: str, person: Staff) -> str:
    return f"{alert.id}:{said}:{person.id}"


def _may_say(tx: Tx, ctx: Context, person: Staff, said: str) -> bool:
    return tx.once(TEXTED, f"{said}:{person.id}:{ctx.clock.now():%Y-%m-%dT%H}")


def _queue(tx: Tx, person: Staff, payload: dict[str, object], key: str) -> None:
    tx.outbox.add(
        OutboxKind.STAFF_SMS,
        f"alert_sms:{person.id}",
        payload,
        dedupe_key=f"alert_sms:{key}",
        priority=Priority.SMS,
    )


def _on_watch(tx: Tx, ctx: Context) -> list[Staff]:
    """Return the administrators who can be texted; where there is none, those who lead the beredskap."""
    for role in (Role.ADMIN, Role.LEADER):
        people = {person.id: person for namnd in ctx.rules.namnder for person in tx.staff.with_role(role, namnd)}
        able = [person for person in people.values() if can_be_texted(person, ctx)]
        if able:
            return sorted(able, key=lambda person: person.id)
    return []


def can_be_texted(person: Staff, ctx: Context) -> bool:
    """Return whether a text about the program may go to this person; in a trial few are let through."""
    if person.phone is None or not (person.is_active and person.is_phone_verified):
        return False
    return ctx.rules.may_text(person.phone)
