"""Who acts, at the command line or in Slack, and whom it is about."""

from dataclasses import dataclass

from bot.domain.errors import AuditEntry, BadInput, NotAllowed
from bot.domain.ids import NamndId, StaffId, YouthId
from bot.domain.people import Staff
from bot.domain.retention import Named
from bot.domain.secrecy import Act, Actor, Subject
from bot.ports import Tx
from bot.services.context import Context
from bot.services.imports.run import CLI
from bot.services.shared.access import actor, actor_by_slack, require_for
from bot.services.shared.episodes import home_of


@dataclass(frozen=True, slots=True)
class Known:
    """Whom it is about, and whose they are."""

    named: Named
    namnd: NamndId
    by: Staff
    ground: str


def staff_at(tx: Tx, ctx: Context, as_email: str, act: Act) -> Actor:
    """Return who acts; raises NotAllowed, logged, for anybody who is not staff."""
    staff = tx.staff.by_email(as_email.strip())
    if staff is None:
        raise NotAllowed("not_staff", audit=AuditEntry(CLI, act.value, "bot", "not_staff", is_allowed=False))
    return actor(tx, ctx, staff)


def named_by(tx: Tx, ctx: Context, code: str, as_email: str, act: Act) -> Known:
    """Return what a code stands for, once the rule has let the caller do `act` with it.

    Raises NotAllowed. A code that stands for nothing is refused as one that stands for somebody else's is: neither
    tells whether there is such a person.
    """
    who = staff_at(tx, ctx, as_email, act)
    named = tx.retention.named(code.strip().upper())
    if named is None:
        raise NotAllowed(
            "not_home", audit=AuditEntry(who.staff.id, act.value, "code", "no_such_code", is_allowed=False)
        )
    namnd = _namnd_of(tx, ctx, named)
    what = f"youth:{named.youth_id}" if named.youth_id is not None else f"contact:{named.contact_id}"
    allowed = require_for(tx, ctx, who, act, Subject(namnd, jav=_jav_of(tx, named)), what=what)
    return Known(named, namnd, who.staff, allowed.ground)


def known_in_slack(tx: Tx, ctx: Context, slack_user_id: str, youth_id: str, act: Act) -> Known:
    """Return the youth that a window is about, once the rule has let the caller do `act` with them.

    Raises NotAllowed, for an id that is nobody's too: neither tells whether there is such a person.
    """
    who = actor_by_slack(tx, ctx, slack_user_id)
    youth = tx.people.youth(YouthId(youth_id.replace("\0", "")))
    named = None if youth is None else tx.retention.named(youth.case_code)
    if youth is None or named is None:
        unknown = AuditEntry(who.staff.id, act.value, "youth", "no_such_code", is_allowed=False)
        raise NotAllowed("not_home", audit=unknown)
    subject = Subject(youth.namnd, jav=youth.jav)
    allowed = require_for(tx, ctx, who, act, subject, what=f"youth:{youth.id}")
    return Known(named, youth.namnd, who.staff, allowed.ground)


def _jav_of(tx: Tx, named: Named) -> frozenset[StaffId]:
    if named.youth_id is not None:
        youth = tx.people.youth(named.youth_id)
        return frozenset() if youth is None else youth.jav
    return frozenset() if named.contact_id is None else tx.people.contact(named.contact_id).jav


def _namnd_of(tx: Tx, ctx: Context, named: Named) -> NamndId:
    """Return the nämnd of a youth, or of the newest conversation with an unknown number."""
    if named.namnd is not None:
        return named.namnd
    held = [tx.conversations.get(found) for found in named.conversations]
    homes = [home_of(ctx, conversation) for conversation in held if conversation is not None]
    if not homes:
        raise BadInput({"code": "nothing_there"})
    return homes[-1]
