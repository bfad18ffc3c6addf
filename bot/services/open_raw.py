"""What came in and our own code could not digest: set aside, told of, and shown as it is."""

import json
from typing import Any

import structlog

from bot.domain.alerts import AlertCode
from bot.domain.duty import DutyState
from bot.domain.errors import AuditEntry, NotAllowed, NotFound
from bot.domain.ids import NamndId, StaffId
from bot.domain.incident import STOPPED
from bot.domain.outbound import Priority
from bot.domain.people import Role, World
from bot.domain.phone import normalise
from bot.domain.rules import OurNumber
from bot.domain.secrecy import Act, Subject
from bot.ports import Incoming, Tx
from bot.services.context import Context
from bot.services.shared.access import actor_by_slack, require_for
from bot.services.shared.placing import duty_now, notice
from bot.services.shared.stopped import has_stop
from bot.services.watch.raising import PARKED_TEXT, end_alert, raise_alert

log = structlog.get_logger(__name__)

SMS, SLACK, VOICE = "twilio", "slack", "twilio-voice"
SHOWN = ("From", "To", "Body", "NumMedia")


def park(tx: Tx, ctx: Context, row: Incoming) -> None:
    """Set a row aside and tell those who would have had it: a bug of ours must not silence a child.

    A text or a call is put before whoever has duty for the nämnder it may concern; of what was typed in Slack its
    author is told. A report on a text of ours is only set aside.
    """
    if not tx.inbox.park(row.id):
        return  # another instance could digest it after all
    tx.audit.record(AuditEntry("system", "parked", f"inbox:{row.id}", row.provider))
    is_from_somebody = row.provider == SMS or _is_call(row)
    key = f"{PARKED_TEXT}:{row.id}" if is_from_somebody else f"parked:{row.id}"
    raise_alert(tx, ctx, AlertCode.PARKED, key, inbox=row.id, provider=row.provider)
    if row.provider == SLACK:
        _tell_author(tx, row)
        return
    if not is_from_somebody:
        return
    for staff_id in sorted(_who_would_have_had_it(tx, ctx, row)):
        tx.once("parked_for", f"{row.id}:{staff_id}")
        notice(
            tx,
            staff_id,
            "parked",
            dedupe=f"parked:{row.id}",
            priority=Priority.URGENT,
            button="open_raw",
            value=str(row.id),
        )


def _is_call(row: Incoming) -> bool:
    """Tell whether somebody has called our number."""
    return row.provider == VOICE and dict(_pairs(row.raw)).get("_told") == "begun"


def _tell_author(tx: Tx, row: Incoming) -> None:
    event = _loaded(row.raw).get("event") or {}
    author = tx.staff.by_slack_id(str(event.get("user") or (event.get("previous_message") or {}).get("user") or ""))
    if author is not None:
        notice(tx, author.id, "typed_lost", dedupe=f"parked:{row.id}", priority=Priority.URGENT)


def _who_would_have_had_it(tx: Tx, ctx: Context, row: Incoming) -> set[StaffId]:
    fields = dict(_pairs(row.raw))
    number = _number(ctx, fields)
    if number.world is World.MYNDIGHET:
        roles = (Role.HANDLAGGARE, Role.LEADER)
        return {p.id for role in roles for p in tx.staff.with_role(role, number.reception, World.MYNDIGHET)}
    namnder, jav = _namnder(tx, number, fields.get("From", ""))
    told: set[StaffId] = set()
    for namnd_id in namnder:
        found = duty_now(tx, ctx, ctx.rules.namnder[namnd_id], ctx.clock.now(), jav)
        if found.lead is not None:
            told.add(found.lead.staff_id)
        if found.state is DutyState.OFFICE:
            told.update(p.id for p in tx.staff.with_role(Role.FAMILJEBEHANDLARE, namnd_id))
        if found.state is not DutyState.BEREDSKAP:
            told.update(p.id for p in tx.staff.with_role(Role.LEADER, namnd_id))
    return told - jav


def _number(ctx: Context, fields: dict[str, str]) -> OurNumber:
    return ctx.rules.number_for(normalise(fields.get("To", "")) or "")


def _namnder(tx: Tx, number: OurNumber, sender: str) -> tuple[tuple[NamndId, ...], frozenset[StaffId]]:
    """Return the nämnder that know the sender, or all of the line's when none does, and who is on a jav list."""
    try:
        contact = tx.people.contact_by_number(normalise(sender) or sender)
    except Exception as error:  # it may be just this contact that cannot be read
        log.error("contact_not_readable", kind=type(error).__name__)
        contact = None
    if contact is None:
        return number.namnder, frozenset()
    known = tuple(contact.served_by(number.namnder))
    return known or number.namnder, contact.jav


async def open_raw(slack_user_id: str, row_id: int, *, ctx: Context) -> str:
    """Return a parked text as readable lines, logged. For those it was put before; NotAllowed for all others."""

    def change(tx: Tx) -> str:
        actor = actor_by_slack(tx, ctx, slack_user_id)
        was_put_before = tx.was_done("parked_for", f"{row_id}:{actor.staff.id}")
        row = tx.inbox.parked(row_id)
        world = World.BEREDSKAP if row is None else _number(ctx, dict(_pairs(row.raw))).world
        owners = frozenset({actor.staff.id}) if was_put_before else frozenset()
        what = f"inbox:{row_id}"
        require_for(tx, ctx, actor, Act.READ_RAW, Subject(None, world, owners=owners), what=what)
        if row is None:
            raise NotFound
        if has_stop(tx, ()):
            raise NotAllowed(STOPPED, audit=AuditEntry(actor.staff.id, "read_raw", what, STOPPED, is_allowed=False))
        end_alert(tx, ctx, f"{PARKED_TEXT}:{row_id}")
        return "\n".join(f"{name}: {value}" for name, value in _pairs(row.raw) if name in SHOWN)

    return await ctx.store.write(change)


def _pairs(raw: str) -> list[tuple[str, str]]:
    """Return a form's pairs; an empty list for what is no form."""
    try:
        return [(str(name), str(value)) for name, value in json.loads(raw)]
    except (ValueError, TypeError):
        return []


def _loaded(raw: str) -> dict[str, Any]:
    try:
        loaded = json.loads(raw)
    except ValueError:
        return {}
    return loaded if isinstance(loaded, dict) else {}
