"""Who acts, at the command line or in Slack, and whom it is about."""

from dataclasses import dataclass, replace

from bot.domain.case_ref import clean_ref, problem_with_ref
from bot.domain.errors import AuditEntry, BadInput, NotAllowed
from bot.domain.ids import NamndId, StaffId, YouthId
from bot.domain.people import Staff, World
from bot.domain.retention import Named
from bot.domain.secrecy import Act, Actor, Subject
from bot.ports import Tx
from bot.services.context import Context
from bot.services.imports.run import CLI
from bot.services.shared.access import actor, actor_by_slack, require_for, require_namnd
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


@dataclass(frozen=True, slots=True)
class Case:
    """A case of myndighet that there are clocks of, and who acts."""

    namnd: NamndId
    by: Staff
    ground: str


def case_of(tx: Tx, ctx: Context, namnd: str, case_ref: str, as_email: str) -> Case:
    """Return a case, to a leader of the nämnd's myndighet. Raises NotAllowed, or BadInput for what is no case there."""
    who = staff_at(tx, ctx, as_email, Act.RETAIN)
    known = known_namnd(ctx, namnd)
    granted = require_namnd(tx, ctx, who, Act.RETAIN, known, World.MYNDIGHET)
    wrong = problem_with_ref(case_ref)
    if wrong is not None:
        raise BadInput({"case_ref": wrong})
    if not tx.clocks_kept.knows_case(known, clean_ref(case_ref)):
        raise BadInput({"case_ref": "no_such_case"})
    return Case(known, who.staff, granted.ground)


def known_namnd(ctx: Context, namnd: str) -> NamndId:
    """Return the nämnd with this key; raises BadInput."""
    found = NamndId(namnd.strip())
    if found not in ctx.rules.namnder:
        raise BadInput({"namnd": "unknown_namnd"})
    return found


def named_by(tx: Tx, ctx: Context, code: str, as_email: str, act: Act, world: World = World.BEREDSKAP) -> Known:
    """Return what a code stands for, once the rule has let the caller do `act` with it.

    Raises NotAllowed. A code that stands for nothing is refused as one that stands for somebody else's is: neither
    tells whether there is such a person.
    """
    who = staff_at(tx, ctx, as_email, act)
    named = tx.retention.named(code.strip().upper(), world)
    if named is None:
        raise NotAllowed(
            "not_home", audit=AuditEntry(who.staff.id, act.value, "code", "no_such_code", is_allowed=False, world=world)
        )
    named, namnd = _in_one_namnd(tx, ctx, named, who)
    what = f"youth:{named.youth_id}" if named.youth_id is not None else f"contact:{named.contact_id}"
    allowed = require_for(tx, ctx, who, act, Subject(namnd, world, jav=_jav_of(tx, named)), what=what)
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


def _in_one_namnd(tx: Tx, ctx: Context, named: Named, who: Actor) -> tuple[Named, NamndId]:
    """Return what is a youth's nämnd's own; of a number's conversations those of one nämnd, the actor's if any is.

    The newest decides. What the number has written to another nämnd is that one's. Raises BadInput.
    """
    if named.namnd is not None:
        return named, named.namnd
    held = [tx.conversations.get(found) for found in named.conversations]
    homes = {found.id: home_of(ctx, found) for found in held if found is not None}
    if not homes:
        raise BadInput({"code": "nothing_there"})
    newest_last = list(homes.values())
    theirs = {role.namnd for role in who.staff.roles}
    namnd = next((home for home in reversed(newest_last) if home in theirs), newest_last[-1])
    return replace(named, conversations=tuple(key for key, home in homes.items() if home == namnd)), namnd
