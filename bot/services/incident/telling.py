"""Tell staff of a nödstopp: in Slack, and for what must not be missed on their own phones. Never of anybody."""

from collections.abc import Iterable

from bot.domain.ids import NamndId, StaffId
from bot.domain.outbound import OutboxKind, Priority
from bot.domain.people import Role, Staff, World
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.reaching import has_own_phone


def tell(tx: Tx, staff_id: StaffId, key: str, *, dedupe: str, **values: str) -> None:
    """Put a notice in a lane of its own, past whatever a stop holds back there."""
    tx.outbox.add(
        OutboxKind.NOTICE,
        f"incident:{staff_id}",
        {"staff": staff_id, "key": key, "values": values, "incident": True},
        dedupe_key=f"{key}:{staff_id}:{dedupe}",
        priority=Priority.URGENT,
    )


def text(tx: Tx, staff_id: StaffId, key: str, *, dedupe: str) -> None:
    """Text somebody's own phone."""
    tx.outbox.add(
        OutboxKind.STAFF_SMS,
        f"incident_sms:{staff_id}",
        {"staff": staff_id, "incident": key},
        dedupe_key=f"sms:{key}:{staff_id}:{dedupe}",
        priority=Priority.URGENT,
    )


def tell_leaders(
    tx: Tx, ctx: Context, namnder: Iterable[NamndId], key: str, *, dedupe: str, by_sms: bool = True, **values: str
) -> int:
    """Tell everybody who leads in one of `namnder`, in either world; return how many there are."""
    people = leaders(tx, namnder)
    for person in people:
        if person.slack_user_id is not None:
            tell(tx, person.id, key, dedupe=dedupe, **values)
        if by_sms and has_own_phone(ctx, person):
            text(tx, person.id, key, dedupe=dedupe)
    return len(people)


def leaders(tx: Tx, namnder: Iterable[NamndId]) -> list[Staff]:
    """Return those who lead in one of `namnder`, in either world, each once."""
    found = {p.id: p for n in namnder for world in World for p in tx.staff.with_role(Role.LEADER, n, world)}
    return sorted(found.values(), key=lambda person: person.id)


def names(ctx: Context, namnder: Iterable[NamndId]) -> str:
    """Return the short names of nämnder, "alla nämnder" when it is each of them."""
    chosen = sorted(namnder)
    if len(chosen) == len(ctx.rules.namnder) > 1:
        return ctx.texts.staff("incident.all_namnder")
    known = [ctx.rules.namnder[namnd].short_name for namnd in chosen if namnd in ctx.rules.namnder]
    return ", ".join(known)
